use axum::{extract::FromRequestParts, http::request::Parts};
use kernel::{Page, PageRequest, Problem};
use serde::Deserialize;

use super::urlencoded;
use crate::Fault;

/// `page` and `page_size` of a list's address. Other parameters are the
/// business of a [`super::Query`] beside it, which must list both as well
/// when it denies unknown fields.
#[derive(Debug, Clone)]
pub struct Paging {
    /// Which part of the list is wanted.
    pub request: PageRequest,
    path: String,
    query: String,
}

#[derive(Deserialize)]
struct Numbers {
    page: Option<i64>,
    page_size: Option<i64>,
}

impl Paging {
    /// The page of these rows, of `count` in all, with its neighbours' addresses.
    ///
    /// # Errors
    /// 404 for a page past the end.
    pub fn page<T>(&self, count: i64, results: Vec<T>) -> Result<Page<T>, Problem> {
        Page::new(self.request, count, results, &self.path, &self.query)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let raw = parts.uri.query().unwrap_or_default();
        let numbers: Numbers = urlencoded::parse(raw.as_bytes(), &[])?;
        let others = form_urlencoded::parse(raw.as_bytes()).filter(|(name, _)| name != "page");
        Ok(Self {
            request: PageRequest::new(numbers.page, numbers.page_size)?,
            path: parts.uri.path().to_owned(),
            query: form_urlencoded::Serializer::new(String::new())
                .extend_pairs(others)
                .finish(),
        })
    }
}
