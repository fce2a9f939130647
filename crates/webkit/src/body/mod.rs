//! Extractors that keep `spec/api-conventions.md`: whatever is wrong with
//! what was sent is named, and nothing sent can cause a 500.

mod fields;
mod form;
mod if_match;
mod json;
mod paging;
mod path;
mod query;
mod raw_form;
mod upload;
mod urlencoded;

pub use form::Form;
pub use if_match::{IfMatch, version_tag};
pub use json::{JsonBody, JsonOrNothing};
pub use paging::{PageLinks, Paging};
pub use path::{PathId, PathIds};
pub use query::Query;
pub use raw_form::RawForm;
pub use upload::{Part, Upload};

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
};
use kernel::{Problem, ProblemKind};

/// The whole body, unless it is larger than the route allows.
pub(crate) async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state)
        .await
        .map_err(unreadable)
}

fn unreadable(rejection: BytesRejection) -> Problem {
    let status = rejection.into_response().status();
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::new(ProblemKind::TooLarge)
    } else {
        // The connection broke off; nobody reads this answer.
        Problem::new(ProblemKind::Malformed)
    }
}

/// The media type without its parameters, in lower case.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers
        .get(header::CONTENT_TYPE)?
        .to_str()
        .unwrap_or_default();
    let bare = value.split(';').next().unwrap_or_default();
    Some(bare.trim().to_ascii_lowercase())
}

fn malformed(code: &'static str) -> Problem {
    Problem::new(ProblemKind::Malformed).code(code)
}

#[cfg(test)]
mod tests;
