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
    /// The same list at another address: a part of a page links to the whole page.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// The page of these rows, of `count` in all, with its neighbours' addresses.
    ///
    /// # Errors
    /// 404 for a page past the end.
    pub fn page<T>(&self, count: i64, results: Vec<T>) -> Result<Page<T>, Problem> {
        Page::new(self.request, count, results, &self.path, &self.query)
    }
}

/// The links below a list: `templates/layout/pages.html` draws them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageLinks {
    /// Which page it is, from 1.
    pub number: i64,
    /// How many there are.
    pub pages: i64,
    /// Address of the page before.
    pub previous: Option<String>,
    /// Address of the next page.
    pub next: Option<String>,
}

impl PageLinks {
    /// Of a page of `size` rows at the most.
    #[must_use]
    pub fn of<T>(page: &Page<T>, request: PageRequest) -> Self {
        Self {
            number: request.page,
            pages: (page.count + request.size - 1) / request.size,
            previous: page.previous.clone(),
            next: page.next.clone(),
        }
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
