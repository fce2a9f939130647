use axum::extract::{FromRequest, Request};
use kernel::{FieldError, Problem, ProblemKind};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::{fields, malformed, media_type, read};
use crate::Fault;

/// A JSON body, which is always an object. Give `T` `#[serde(deny_unknown_fields)]`: an unknown field is
/// then refused by name.
#[derive(Debug, Clone, Copy)]
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let kind = media_type(request.headers());
        let bytes = read(request, state).await?;
        check_type(kind.as_deref(), bytes.is_empty())?;
        Ok(Self(parse(&bytes)?))
    }
}

/// The same where everything may be left out: no body at all is an empty object.
#[derive(Debug, Clone, Copy)]
pub struct JsonOrNothing<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for JsonOrNothing<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let kind = media_type(request.headers());
        let bytes = read(request, state).await?;
        if bytes.trim_ascii().is_empty() {
            return Ok(Self(T::default()));
        }
        check_type(kind.as_deref(), false)?;
        Ok(Self(parse(&bytes)?))
    }
}

fn check_type(kind: Option<&str>, empty: bool) -> Result<(), Problem> {
    let json = |kind: &str| kind == "application/json" || kind.ends_with("+json");
    match kind {
        Some(kind) if json(kind) => Ok(()),
        None if empty => Ok(()),
        _ => Err(Problem::new(ProblemKind::UnsupportedMedia)),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if bytes.trim_ascii().is_empty() {
        return Err(malformed("empty-body"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("not-utf8"))?;
    if has_escaped_nul(text) {
        return Err(malformed("nul-character"));
    }
    expect_object(text)?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| refusal(&error))?;
    reader.end().map_err(|error| syntax(&error))?;
    Ok(value)
}

/// Serde would take a list for a struct, its values in the order of the fields.
fn expect_object(text: &str) -> Result<(), Problem> {
    if text.trim_ascii_start().starts_with('{') {
        return Ok(());
    }
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| syntax(&error))?;
    let error = FieldError::new("", "wrong-type").with("expected", "object");
    Err(Problem::fields(vec![error]))
}

fn refusal(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let inner = error.inner();
    if inner.is_data() {
        let field = fields::fault(&error.path().to_string(), &inner.to_string());
        Problem::fields(vec![field])
    } else {
        syntax(inner)
    }
}

fn syntax(error: &serde_json::Error) -> Problem {
    let place = FieldError::new("", "bad-json")
        .with("line", error.line())
        .with("column", error.column());
    Problem {
        errors: vec![place],
        ..malformed("bad-json")
    }
}

/// Databases refuse the NUL character in a text, and JSON can only write it escaped.
fn has_escaped_nul(text: &str) -> bool {
    let escaped = |at: usize| {
        let before = text.as_bytes()[..at].iter().rev();
        before.take_while(|byte| **byte == b'\\').count() % 2 == 0
    };
    text.match_indices("\\u0000").any(|(at, _)| escaped(at))
}
