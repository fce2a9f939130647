//! The layer before every handler: who calls, may he, and did he mean it.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use kernel::{Problem, ProblemKind};

use crate::{
    Fault, Kind, Policy, Principal, Scope, Via,
    auth::identify,
    cookies, csrf,
    facts::{Facts, LANGUAGE_COOKIE},
    limits,
    policy::Decision,
    routes::Pattern,
    write_only,
};

pub(crate) async fn guard(
    State(pattern): State<Arc<Pattern>>,
    request: Request,
    next: Next,
) -> Response {
    let facts = match Facts::of(request.extensions()) {
        Ok(facts) => facts,
        Err(fault) => return fault.into_response(),
    };
    facts.set_pattern(pattern);
    let mut set_cookies = Vec::new();
    let mut response = match admit(&facts, request, &mut set_cookies).await {
        Ok(request) => limits::count_forged(&facts, answer(&facts, request, next).await),
        Err(problem) => Fault::from(problem).into_response(),
    };
    set_cookies.extend(language_cookie(&facts));
    for cookie in set_cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn answer(facts: &Facts, request: Request, next: Next) -> Response {
    let write_only = write_only::applies(facts, request.method());
    let response = next.run(request).await;
    if write_only {
        write_only::cut(response).await
    } else {
        response
    }
}

/// Lets the request pass, or says why not.
async fn admit(
    facts: &Facts,
    request: Request,
    set_cookies: &mut Vec<HeaderValue>,
) -> Result<Request, Problem> {
    let Some(pattern) = facts.pattern() else {
        return Err(Problem::internal("a guarded route has no pattern"));
    };
    if !pattern.policy.authenticates() {
        return Ok(request);
    }
    let loopback = facts.origin().loopback;
    let needed = pattern.policy.needs_caller();
    let changes = !request.method().is_safe();
    let principal = identify(facts, request.headers(), needed)
        .await?
        .filter(|principal| !is_tagging_along(facts, pattern.policy, principal.via, changes));
    limits::check(facts, request.method(), principal.as_ref())?;
    let caller = principal.as_ref().map(|principal| principal.role());
    let service = principal.as_ref().is_some_and(Principal::is_service);
    let limited = principal
        .as_ref()
        .and_then(|principal| principal.scopes.clone())
        .or_else(|| service.then(|| Arc::from([])));
    if let Some(principal) = principal {
        facts.set_principal(principal);
    }
    if needed && let Some(held) = limited {
        within_scope(pattern.scope, request.method(), &held)?;
    }
    match pattern.policy.decide(caller, loopback) {
        Decision::SignInFirst => return Err(Problem::new(ProblemKind::Unauthenticated)),
        Decision::Refuse if !service => return Err(Problem::forbidden()),
        Decision::Admit | Decision::Refuse => {}
    }
    if changes && csrf::is_needed(facts) {
        let request = csrf::check(facts, request).await?;
        offer_token(facts, &request, set_cookies);
        return Ok(request);
    }
    offer_token(facts, &request, set_cookies);
    Ok(allow_form(request, changes))
}

/// A token of limited powers does what is written in it and nothing else.
fn within_scope(scope: Scope, method: &Method, held: &[String]) -> Result<(), Problem> {
    if scope.admits(method, held) {
        return Ok(());
    }
    let mut problem = Problem::new(ProblemKind::InsufficientScope);
    problem.scope = scope.needed(method);
    Err(problem)
}

/// A cookie that merely came along with a change anybody may ask for, such as
/// a request for a token: it counts for nothing, so it needs no CSRF token.
fn is_tagging_along(facts: &Facts, policy: Policy, via: Via, changes: bool) -> bool {
    changes && policy == Policy::Public && via == Via::Session && facts.kind() != Kind::Page
}

/// A caller with a token of his own cannot be tricked into sending a form.
fn allow_form(mut request: Request, changes: bool) -> Request {
    if changes {
        request.extensions_mut().insert(csrf::Checked);
    }
    request
}

/// Gives a page the token its forms must repeat; a visitor gets a cookie with it.
fn offer_token(facts: &Facts, request: &Request, set_cookies: &mut Vec<HeaderValue>) {
    if facts.kind() != Kind::Page {
        return;
    }
    match csrf::expected(facts, request.headers()) {
        Some(token) => facts.set_csrf(token),
        None => set_cookies.extend(csrf::new_cookie(facts)),
    }
}

fn language_cookie(facts: &Facts) -> Option<HeaderValue> {
    const YEAR: std::time::Duration = std::time::Duration::from_secs(365 * 24 * 3600);
    let https = facts.kit().settings().is_https();
    facts
        .language_to_remember()
        .and_then(|locale| cookies::write(LANGUAGE_COOKIE, locale.as_str(), Some(YEAR), https))
}

#[cfg(test)]
mod tests;
