use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Problem, ProblemKind, Redacted};
use serde::Deserialize;
use webkit::{
    Fault, Form, MaybeCaller, Policy, Query, Routes, SessionCookie, Shell, render, safe_next,
};

use super::second_factor;
use crate::{
    App,
    identity::{
        api::{self, End, Login, NewSession},
        http::{From, device_cookie, is_https},
        model::DEVICE_LASTS,
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .page(Method::GET, "/sign-in", show, Policy::Public)
        .page(Method::POST, "/sign-in", sign_in, Policy::Public)
        .page(Method::POST, "/sign-out", sign_out, Policy::Public)
}

#[derive(Template)]
#[template(path = "identity/sign_in.html")]
struct SignInPage {
    shell: Shell,
    next: String,
    username: String,
    error: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Where {
    next: Option<String>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

async fn show(
    caller: MaybeCaller,
    shell: Shell,
    Query(query): Query<Where>,
) -> Result<Response, Fault> {
    let next = safe_next(query.next.as_deref().unwrap_or("/")).to_owned();
    if caller.0.is_some() {
        return Ok(Redirect::to(&next).into_response());
    }
    let page = SignInPage {
        shell,
        next,
        username: String::new(),
        error: String::new(),
    };
    Ok(render(&page)?.into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignInForm {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    next: Option<String>,
}

async fn sign_in(
    State(app): State<App>,
    (shell, From(origin)): (Shell, From),
    Form(form): Form<SignInForm>,
) -> Result<Response, Fault> {
    let next = safe_next(form.next.as_deref().unwrap_or("/")).to_owned();
    let login = Login {
        name: form.username,
        password: Redacted(form.password),
        origin,
    };
    let signing_in = Box::pin(api::sign_in_browser(&app, &login));
    match api::limited(&app, login.origin.clone(), &login.name, signing_in).await {
        Ok(session) => {
            let response = Redirect::to(&next).into_response();
            Ok(with_session(&app, &session, response))
        }
        Err(problem) => match &problem.challenge {
            Some(challenge) => Ok(second_factor::step(&app, &problem, challenge, &next)),
            None => refused(shell, next, login.name, problem),
        },
    }
}

/// The answer that signs a browser in.
pub(super) fn with_session(app: &App, session: &NewSession, mut response: Response) -> Response {
    let cookies = [
        SessionCookie::new(is_https(app)).set(&session.cookie, session.lasts),
        device_cookie(app).set(&session.device, DEVICE_LASTS),
    ];
    add_cookies(&mut response, cookies);
    response
}

pub(super) fn add_cookies(
    response: &mut Response,
    cookies: impl IntoIterator<Item = Option<HeaderValue>>,
) {
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// The same page again, with what is wrong.
fn refused(
    shell: Shell,
    next: String,
    username: String,
    problem: Problem,
) -> Result<Response, Fault> {
    let (status, key) = match problem.kind {
        ProblemKind::BadCredentials => (StatusCode::UNAUTHORIZED, "sign-in-wrong"),
        ProblemKind::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "sign-in-wait"),
        _ => return Err(problem.into()),
    };
    let error = shell.t(key);
    let page = SignInPage {
        shell,
        next,
        username,
        error,
    };
    let mut response = (status, render(&page)?).into_response();
    if let Some(seconds) = problem.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

async fn sign_out(
    State(app): State<App>,
    headers: HeaderMap,
    Form(()): Form<()>,
) -> Result<Response, Fault> {
    let cookie = SessionCookie::new(is_https(&app));
    if let Some(secret) = cookie.read(&headers) {
        api::close_session(&app, End(secret)).await?;
    }
    let mut response = Redirect::to("/sign-in").into_response();
    add_cookies(&mut response, [cookie.clear()]);
    Ok(response)
}
