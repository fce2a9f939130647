use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};
use kernel::{Problem, ProblemKind};

use super::{Stashed, asks_to_sign_in, html, json};
use crate::{Texts, facts::Facts};

/// The middleware that writes every problem.
pub(crate) async fn show(request: Request, next: Next) -> Response {
    let Ok(facts) = Facts::of(request.extensions()) else {
        return next.run(request).await;
    };
    let method = request.method().clone();
    let current = request.headers().get("hx-current-url").cloned();
    let response = next.run(request).await;
    let current = current.as_ref().and_then(|url| url.to_str().ok());
    settle(response, &facts, &method, current)
}

/// Writes the problem that a response stands for; any other stays as it is.
/// `current` is the page that htmx shows.
pub(crate) fn settle(
    mut response: Response,
    facts: &Facts,
    method: &Method,
    current: Option<&str>,
) -> Response {
    match problem_of(&mut response) {
        Some(problem) => {
            report(&problem, facts);
            let answer = write(&problem, facts, method, current);
            with_headers_of(response, answer)
        }
        None => response,
    }
}

/// The problem a response stands for. The plain-text refusals of axum's own
/// extractors count as well; an answer with a body of ours does not.
fn problem_of(response: &mut Response) -> Option<Problem> {
    if let Some(Stashed(problem)) = response.extensions_mut().remove() {
        return Some(problem);
    }
    let kind = response.headers().get(header::CONTENT_TYPE);
    let bare = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if bare {
        problem_of_status(response.status())
    } else {
        None
    }
}

fn problem_of_status(status: StatusCode) -> Option<Problem> {
    let same = |kind: &&ProblemKind| kind.status() == status.as_u16();
    match status {
        status if status.is_success() || status.is_redirection() || status.is_informational() => {
            None
        }
        StatusCode::FORBIDDEN => Some(Problem::forbidden()),
        StatusCode::REQUEST_TIMEOUT => Some(Problem::unavailable("the request took too long")),
        status if status.is_client_error() => {
            let kind = ProblemKind::ALL.iter().find(same);
            Some(Problem::new(
                kind.copied().unwrap_or(ProblemKind::Malformed),
            ))
        }
        status => {
            let kind = ProblemKind::ALL.iter().find(same);
            let kind = kind.copied().unwrap_or(ProblemKind::Internal);
            Some(Problem {
                cause: Some(format!("bare answer {status}")),
                ..Problem::new(kind)
            })
        }
    }
}

fn report(problem: &Problem, facts: &Facts) {
    let code = problem.stable_code();
    facts.set_problem(code);
    let cause = problem.cause.as_deref().unwrap_or("unknown");
    let request_id = facts.request_id();
    if problem.status() >= 500 {
        tracing::error!(request_id, code, cause, "the request failed");
    }
}

fn write(problem: &Problem, facts: &Facts, method: &Method, current: Option<&str>) -> Response {
    let page = facts.wants_html();
    let mut status = super::status(problem);
    let texts = Texts::new(facts.locale()).problem(problem);
    let mut response = if page && asks_to_sign_in(problem) {
        if !facts.is_htmx() {
            status = StatusCode::SEE_OTHER;
        }
        html::sign_in(method, facts, current)
    } else if page && facts.is_htmx() {
        html::toast(&texts, facts)
    } else if page {
        html::page(problem, &texts, facts)
    } else {
        json::answer(problem, &texts, facts)
    };
    *response.status_mut() = status;
    add_headers(problem, status, response.headers_mut());
    response
}

fn add_headers(problem: &Problem, status: StatusCode, headers: &mut HeaderMap) {
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if problem.kind == ProblemKind::InsufficientScope {
        headers.insert(header::WWW_AUTHENTICATE, lacking(problem.scope.as_deref()));
    }
    let waits = matches!(
        problem.kind,
        ProblemKind::RateLimited | ProblemKind::Unavailable
    );
    let seconds = problem.retry_after.or(waits.then_some(5));
    if let Some(seconds) = seconds {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// Which scope would have opened the route (RFC 6750, 3).
fn lacking(scope: Option<&str>) -> HeaderValue {
    let mut text = "Bearer error=\"insufficient_scope\"".to_owned();
    if let Some(scope) = scope {
        text.push_str(&format!(", scope=\"{scope}\""));
    }
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("Bearer"))
}

/// Keeps what the refused response carried besides its body: `Allow`, cookies.
fn with_headers_of(refused: Response, mut answer: Response) -> Response {
    const OF_THE_BODY: [HeaderName; 2] = [header::CONTENT_TYPE, header::CONTENT_LENGTH];
    for (name, value) in refused.headers() {
        if !OF_THE_BODY.contains(name) {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    answer
}
