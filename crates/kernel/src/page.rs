use serde::Serialize;

use crate::Problem;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// From 1.
    pub page: i64,
    /// 1 to 100, 20 by default.
    pub size: i64,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { page: 1, size: 20 }
    }
}

impl PageRequest {
    /// Checks the numbers of a query string.
    ///
    /// # Errors
    /// 400 naming `page` or `page_size`.
    pub fn new(page: Option<i64>, size: Option<i64>) -> Result<Self, Problem> {
        let wanted = Self {
            page: page.unwrap_or(1),
            size: size.unwrap_or(20),
        };
        if wanted.page < 1 || wanted.page > 1_000_000 {
            return Err(Problem::invalid("page", "out-of-range"));
        }
        if !(1..=100).contains(&wanted.size) {
            return Err(Problem::invalid("page_size", "out-of-range"));
        }
        Ok(wanted)
    }

    /// Rows to skip.
    #[must_use]
    pub const fn offset(self) -> i64 {
        (self.page - 1) * self.size
    }
}

/// One page of a list, as every list endpoint answers it.
#[derive(Debug, Clone, Serialize)]
pub struct Page<T> {
    /// Rows in the whole list.
    pub count: i64,
    /// Address of the next page.
    pub next: Option<String>,
    /// Address of the page before.
    pub previous: Option<String>,
    /// The rows.
    pub results: Vec<T>,
}

impl<T> Page<T> {
    /// Builds a page with its neighbours' addresses. `query` is the caller's
    /// query string without `page`.
    ///
    /// # Errors
    /// 404 for a page past the end (the first page may be empty).
    pub fn new(
        request: PageRequest,
        count: i64,
        results: Vec<T>,
        path: &str,
        query: &str,
    ) -> Result<Self, Problem> {
        if request.page > 1 && request.offset() >= count {
            return Err(Problem::not_found());
        }
        let link = |page: i64| match query {
            "" => format!("{path}?page={page}"),
            rest => format!("{path}?{rest}&page={page}"),
        };
        Ok(Self {
            count,
            next: (request.offset() + request.size < count).then(|| link(request.page + 1)),
            previous: (request.page > 1).then(|| link(request.page - 1)),
            results,
        })
    }

    /// The same page with each row turned into something else.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page {
            count: self.count,
            next: self.next,
            previous: self.previous,
            results: self.results.into_iter().map(turn).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_its_neighbours_and_ends_with_404() {
        let page = |number| {
            Page::new(
                PageRequest {
                    page: number,
                    size: 2,
                },
                5,
                vec![1],
                "/p/",
                "search=a",
            )
        };
        let first = page(1).unwrap();
        assert_eq!(
            (first.previous, first.next.as_deref()),
            (None, Some("/p/?search=a&page=2"))
        );
        let last = page(3).unwrap();
        assert_eq!(
            (last.previous.as_deref(), last.next),
            (Some("/p/?search=a&page=2"), None)
        );
        assert_eq!(page(4).unwrap_err().status(), 404);
        assert!(PageRequest::new(Some(0), None).is_err());
        assert!(PageRequest::new(None, Some(101)).is_err());
    }
}
