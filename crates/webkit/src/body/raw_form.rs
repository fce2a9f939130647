use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};

use super::{media_type, read, urlencoded::decoded_pairs};
use crate::Fault;

/// A provider's form as it came: nothing a provider sends may be refused for
/// its shape. Pairs keep their order; what is no UTF-8, and the NUL character
/// that databases refuse, become U+FFFD.
#[derive(Debug, Clone)]
pub struct RawForm {
    /// The pairs; none when the body is not urlencoded.
    pub pairs: Vec<(String, String)>,
    /// The body, for signatures over it.
    pub bytes: Bytes,
    /// The media type without its parameters, in lower case.
    pub content_type: Option<String>,
    /// Path and query as requested, for signatures over the address.
    pub path_and_query: String,
}

impl RawForm {
    /// The pairs byte for byte, for signatures over them: what a provider
    /// signed may hold what [`RawForm::pairs`] had to replace.
    #[must_use]
    pub fn signed_pairs(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        if self.pairs.is_empty() {
            Vec::new()
        } else {
            decoded_pairs(&self.bytes)
        }
    }

    /// The first value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl<S: Send + Sync> FromRequest<S> for RawForm {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let content_type = media_type(request.headers());
        let path_and_query = request.uri().path_and_query().map(ToString::to_string);
        let bytes = read(request, state).await?;
        let urlencoded = content_type
            .as_deref()
            .is_none_or(|kind| kind.ends_with("urlencoded"));
        Ok(Self {
            pairs: if urlencoded {
                pairs(&bytes)
            } else {
                Vec::new()
            },
            bytes,
            content_type,
            path_and_query: path_and_query.unwrap_or_default(),
        })
    }
}

fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    let clean = |text: &str| text.replace('\0', "\u{fffd}");
    form_urlencoded::parse(bytes)
        .map(|(name, value)| (clean(&name), clean(&value)))
        .collect()
}
