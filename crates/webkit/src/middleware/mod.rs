//! What every request passes before and after its handler.

mod deadline;
mod drain;
mod headers;
mod observe;
mod panics;
mod request_id;

use axum::{Router, extract::DefaultBodyLimit, middleware};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

use crate::{Kit, problem};

pub use headers::policy_with_form_to;
pub use panics::log_panics;

/// Puts the common middleware around a router: request id, access log,
/// measurements, security headers, compression, problems in the caller's
/// language, deadline, caught panics and the body limit.
pub fn harden(router: Router, kit: Kit) -> Router {
    let limit = kit.settings().body_limit;
    let deadline = kit.settings().deadline;
    // The last layer is the first to see a request.
    router
        .layer(DefaultBodyLimit::max(limit))
        .layer(CatchPanicLayer::custom(panics::answer))
        .layer(middleware::from_fn_with_state(deadline, deadline::keep))
        .layer(middleware::from_fn(problem::show))
        .layer(middleware::from_fn(drain::drain))
        // Event streams and images are left as they are by the layer itself.
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(kit, observe::observe))
}

#[cfg(test)]
mod tests;
