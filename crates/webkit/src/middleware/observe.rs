use std::time::Instant;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method},
    middleware::Next,
    response::Response,
};
use tracing::Instrument as _;

use super::{headers, request_id};
use crate::{Kit, facts::Facts};

/// The outermost layer: knows when a request came and what became of it.
pub(super) async fn observe(State(kit): State<Kit>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let request_id = request_id::choose(request.headers(), kit.rng());
    let method = method_word(request.method());
    let span = tracing::info_span!("request", request_id);
    let facts = Facts::new(kit, &request, request_id);
    request.extensions_mut().insert(facts.clone());

    let mut response = next.run(request).instrument(span).await;

    headers::add(response.headers_mut(), &facts);
    if let Ok(value) = HeaderValue::from_str(facts.request_id()) {
        response.headers_mut().insert(request_id::HEADER, value);
    }
    record(&facts, method, response.status().as_u16(), started);
    response
}

/// One line and two measurements per request. The route's pattern stands for
/// its path: an unknown path can hold anything, and a query string too.
fn record(facts: &Facts, method: &'static str, status: u16, started: Instant) {
    let route = facts
        .pattern()
        .map_or("unmatched", |pattern| pattern.path.as_str());
    let elapsed = started.elapsed();
    let principal = facts.principal();
    tracing::info!(
        target: "access",
        request_id = facts.request_id(),
        method,
        route,
        status,
        ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        problem = facts.problem(),
        tenant = principal.as_ref().map(|caller| tracing::field::display(caller.ctx.tenant)),
        user = principal.as_ref().and_then(|caller| caller.ctx.actor.user()).map(tracing::field::display),
        "answered"
    );
    let labels = [
        ("route", route.to_owned()),
        ("method", method.to_owned()),
        ("status", status.to_string()),
    ];
    metrics::counter!("http_requests_total", &labels).increment(1);
    metrics::histogram!("http_request_duration_seconds", &labels).record(elapsed.as_secs_f64());
}

/// Anybody can invent methods; the measurements must not grow with them.
fn method_word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}
