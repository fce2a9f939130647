use std::{
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, BodyDataStream, Bytes, HttpBody as _},
    extract::Request,
    middleware::Next,
    response::Response,
};
use futures_util::{StreamExt as _, future, stream};

/// What is read at most of a body that nobody wants.
const MOST: usize = 32 * 1024 * 1024;
const LONGEST: Duration = Duration::from_secs(5);

/// Reads what a refused request still sends. Many clients send all of a body
/// before they look at the answer; closing the connection on them would turn
/// a clear refusal (401, 413) into a broken pipe.
pub(super) async fn drain(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let shared = Shared(Arc::new(Mutex::new(body.into_data_stream())));
    let response = next.run(Request::from_parts(parts, shared.body())).await;
    let refused = response.status().is_client_error() || response.status().is_server_error();
    if refused {
        // Whoever sends slower than this has to live with the broken pipe.
        let _ = tokio::time::timeout(LONGEST, shared.read_rest()).await;
    }
    response
}

/// A body that can be read on after the handler has dropped its half.
#[derive(Clone)]
struct Shared(Arc<Mutex<BodyDataStream>>);

impl Shared {
    fn body(&self) -> Body {
        let shared = self.clone();
        Body::from_stream(stream::poll_fn(move |context| shared.poll(context)))
    }

    fn poll(&self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, axum::Error>>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .poll_next_unpin(context)
    }

    async fn read_rest(&self) {
        let mut read = 0;
        while read < MOST {
            match future::poll_fn(|context| self.poll(context)).await {
                Some(Ok(bytes)) => read += bytes.len(),
                Some(Err(_)) | None => return,
            }
        }
    }
}
