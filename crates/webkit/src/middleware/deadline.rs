use std::time::Duration;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use kernel::Problem;

use crate::Fault;

/// Answers 503 when the handler has not begun to answer in time. The body of
/// an answer may take as long as it needs: event streams last for hours.
pub(super) async fn keep(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Fault::from(Problem::unavailable("the deadline has passed")).into_response(),
    }
}
