use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Problem, ProblemKind};
use serde::Deserialize;
use webkit::{
    ClientAddr, Fault, Form, MaybeCaller, Policy, Query, Routes, SessionCookie, Shell, render,
    safe_next,
};

use crate::{
    App,
    identity::api::{self, End},
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
    shell: Shell,
    ClientAddr(client): ClientAddr,
    Form(form): Form<SignInForm>,
) -> Result<Response, Fault> {
    let next = safe_next(form.next.as_deref().unwrap_or("/")).to_owned();
    let signing_in = api::open_session(&app, &form.username, &form.password);
    match api::limited(&app, client, &form.username, signing_in).await {
        Ok(session) => {
            let cookie = SessionCookie::new(is_https(&app)).set(&session.cookie, session.lasts);
            let mut response = Redirect::to(&next).into_response();
            if let Some(cookie) = cookie {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Err(problem) => refused(shell, next, form.username, problem),
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
    if let Some(cleared) = cookie.clear() {
        response.headers_mut().append(header::SET_COOKIE, cleared);
    }
    Ok(response)
}

fn is_https(app: &App) -> bool {
    app.settings.public_url.starts_with("https://")
}
