use axum::{
    body::Bytes,
    extract::{
        FromRequest, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
};
use futures_util::{Stream, TryStreamExt as _};
use kernel::{FieldError, Problem, ProblemKind};

use super::malformed;
use crate::{Fault, csrf};

/// A form with files (`multipart/form-data`), part by part as it arrives. From a
/// page it opens only when one of our own pages sent it, with the field `csrf`
/// as its first part, see [`Part::is_token`].
#[derive(Debug)]
pub struct Upload(Multipart);

/// One part of a form.
#[derive(Debug)]
pub struct Part<'a>(Field<'a>);

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        if request.extensions().get::<csrf::Checked>().is_none() {
            return Err(Problem::new(ProblemKind::BadCsrf).into());
        }
        if !csrf::is_multipart(request.headers()) {
            return Err(Problem::new(ProblemKind::UnsupportedMedia).into());
        }
        let parts = Multipart::from_request(request, state).await;
        let parts = parts.map_err(|_| Problem::new(ProblemKind::Malformed))?;
        Ok(Self(parts))
    }
}

impl Upload {
    /// The next part; what was not read of the one before is skipped.
    ///
    /// # Errors
    /// 400 for what is no form, 413 beyond the route's limit.
    pub async fn next(&mut self) -> Result<Option<Part<'_>>, Problem> {
        let next = self.0.next_field().await.map_err(unreadable)?;
        Ok(next.map(Part))
    }
}

impl<'a> Part<'a> {
    /// The field's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.name().unwrap_or_default()
    }

    /// Whether it is what proves that our own page sent the form; nothing else is in it.
    #[must_use]
    pub fn is_token(&self) -> bool {
        self.name() == csrf::FIELD
    }

    /// What the sender calls the file; empty when it is none.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.file_name().unwrap_or_default()
    }

    /// The bytes as they arrive.
    pub fn bytes(self) -> impl Stream<Item = Result<Bytes, Problem>> + use<'a> {
        self.0.map_err(unreadable)
    }

    /// The whole of a text.
    ///
    /// # Errors
    /// 400 beyond `longest` bytes, for what is no UTF-8 and for the NUL character.
    pub async fn text(mut self, longest: usize) -> Result<String, Problem> {
        let name: String = self.name().chars().take(60).collect();
        let mut bytes = Vec::new();
        while let Some(chunk) = self.0.try_next().await.map_err(unreadable)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > longest {
                let error = FieldError::new(name, "too-long").with("max", longest);
                return Err(Problem::fields(vec![error]));
            }
        }
        let text = String::from_utf8(bytes).map_err(|_| malformed("not-utf8"))?;
        match text.contains('\0') {
            true => Err(malformed("nul-character")),
            false => Ok(text),
        }
    }
}

fn unreadable(error: MultipartError) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(ProblemKind::TooLarge),
        _ => Problem::new(ProblemKind::Malformed),
    }
}
