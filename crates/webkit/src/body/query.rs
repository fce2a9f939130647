use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;

use super::urlencoded;
use crate::{Fault, Kind, facts::Facts};

/// The query string. Parameters left empty count as not sent.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let raw = parts.uri.query().unwrap_or_default();
        // On pages the language switch adds a parameter that is ours.
        let page = Facts::of(&parts.extensions)?.kind() == Kind::Page;
        let ours: &[&str] = if page { &["lang"] } else { &[] };
        Ok(Self(urlencoded::parse(raw.as_bytes(), ours)?))
    }
}
