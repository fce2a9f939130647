//! What every request passes before and after its handler.

mod deadline;
mod drain;
mod headers;
mod observe;
mod panics;
mod request_id;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{Extensions, HeaderMap, StatusCode, Version, header},
    middleware,
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, Predicate as _},
    },
};

use crate::{Kit, problem};

pub use headers::{UNSEEN, policy_with_form_to};
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
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(is_no_file)))
        .layer(middleware::from_fn_with_state(kit, observe::observe))
}

/// Files are given in parts and with their length: they stay as they are.
fn is_no_file(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    !headers.contains_key(header::ACCEPT_RANGES)
}

#[cfg(test)]
mod tests;
