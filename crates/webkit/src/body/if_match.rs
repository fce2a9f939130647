use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, header, request::Parts},
};
use kernel::Expected;

/// The versions a caller would change, from `If-Match`; nothing sent means
/// any version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(pub Expected);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let tags = parts.headers.get(header::IF_MATCH);
        // What cannot be read matches no version.
        Ok(Self(tags.map_or(Expected::Any, |tags| {
            Expected::from_if_match(tags.to_str().unwrap_or_default())
        })))
    }
}

/// The `ETag` of an object's version.
#[must_use]
pub fn version_tag(version: i64) -> (HeaderName, HeaderValue) {
    let tag = HeaderValue::from_str(&format!("\"{version}\""));
    (
        header::ETAG,
        tag.unwrap_or(HeaderValue::from_static("\"0\"")),
    )
}
