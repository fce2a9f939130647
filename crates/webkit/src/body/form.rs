use axum::extract::{FromRequest, Request};
use kernel::{Problem, ProblemKind};
use serde::de::DeserializeOwned;

use super::{read, urlencoded};
use crate::{Fault, csrf};

/// The form of a page. It opens only when the guard of its route has seen
/// that one of our own pages sent it; the field `csrf` is not part of `T`.
/// Fields left empty count as not sent.
#[derive(Debug, Clone, Copy)]
pub struct Form<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        if request.extensions().get::<csrf::Checked>().is_none() {
            return Err(Problem::new(ProblemKind::BadCsrf).into());
        }
        let urlencoded = csrf::is_urlencoded(request.headers());
        let bytes = read(request, state).await?;
        if !urlencoded && !bytes.is_empty() {
            return Err(Problem::new(ProblemKind::UnsupportedMedia).into());
        }
        Ok(Self(urlencoded::parse(&bytes, &[csrf::FIELD])?))
    }
}
