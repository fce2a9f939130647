//! What a token that may change an area but not look at it is answered: the id of
//! what it changed. Otherwise an empty change would read every record.

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use kernel::Problem;
use serde_json::{Map, Value};

use crate::{Fault, Scope, facts::Facts};

/// Whether the caller of this change may not look at what it will show.
pub(crate) fn applies(facts: &Facts, method: &Method) -> bool {
    let area = match facts.pattern().map(|pattern| pattern.scope) {
        Some(Scope::Area(area)) if !method.is_safe() => area,
        _ => return false,
    };
    facts
        .principal()
        .is_some_and(|principal| !principal.may_read(area))
}

/// The answer to a change that went well, cut down to its `id`.
pub(crate) async fn cut(response: Response) -> Response {
    if !response.status().is_success() || !is_json(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    match id_of(body).await {
        Ok(id) => {
            parts.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(id))
        }
        Err(problem) => Fault::from(problem).into_response(),
    }
}

async fn id_of(body: Body) -> Result<String, Problem> {
    // The answer is our own, and a handler had it in memory as a whole.
    let bytes = to_bytes(body, usize::MAX)
        .await
        .map_err(Problem::internal)?;
    let answer: Value = serde_json::from_slice(&bytes).map_err(Problem::internal)?;
    let id = answer.get("id").cloned();
    let kept: Map<String, Value> = id.into_iter().map(|id| ("id".to_owned(), id)).collect();
    Ok(Value::Object(kept).to_string())
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    kind.is_some_and(|kind| kind.starts_with(b"application/json"))
}
