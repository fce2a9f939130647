use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, header, request::Parts},
};
use kernel::{Problem, ProblemKind};

/// The versions a caller would change, from `If-Match`; nothing sent means
/// any version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Option<String>);

impl IfMatch {
    /// Whether the object's version is one the caller has seen.
    ///
    /// # Errors
    /// 412 when somebody changed the object since.
    pub fn check(&self, version: i64) -> Result<(), Problem> {
        let Some(tags) = &self.0 else { return Ok(()) };
        let version = version.to_string();
        let seen = |tag: &str| {
            let tag = tag.trim();
            tag == "*" || tag.trim_start_matches("W/").trim_matches('"') == version
        };
        if tags.split(',').any(seen) {
            Ok(())
        } else {
            Err(Problem::new(ProblemKind::Stale))
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let tags = parts.headers.get(header::IF_MATCH);
        // What cannot be read matches no version.
        Ok(Self(
            tags.map(|tags| tags.to_str().unwrap_or_default().to_owned()),
        ))
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
