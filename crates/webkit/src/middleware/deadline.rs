use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::StreamExt as _;
use kernel::Problem;
use tokio::{sync::Notify, time::timeout};

use crate::{Fault, csrf};

/// How many times the deadline a form with files may take in all: ten megabytes
/// over a slow line take minutes.
const UPLOADS: u32 = 30;

/// Answers 503 when the handler has not begun to answer in time. The body of
/// an answer may take as long as it needs: event streams last for hours. A form
/// with files has the time anew with everything that arrives of it.
pub(super) async fn keep(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let answer = match csrf::is_multipart(request.headers()) {
        true => timeout(limit * UPLOADS, as_it_arrives(limit, request, next)).await,
        false => timeout(limit, next.run(request)).await.map(Some),
    };
    match answer {
        Ok(Some(response)) => response,
        _ => Fault::from(Problem::unavailable("the deadline has passed")).into_response(),
    }
}

async fn as_it_arrives(limit: Duration, request: Request, next: Next) -> Option<Response> {
    let arrived = Arc::new(Notify::new());
    let tell = arrived.clone();
    let request = request.map(|body| {
        let chunks = body.into_data_stream();
        Body::from_stream(chunks.inspect(move |_| tell.notify_one()))
    });
    let mut answering = std::pin::pin!(next.run(request));
    loop {
        tokio::select! {
            answer = &mut answering => return Some(answer),
            moved = timeout(limit, arrived.notified()) => moved.ok()?,
        }
    }
}
