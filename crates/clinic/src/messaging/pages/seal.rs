//! The page behind the link of a message that tells nothing: it asks for the patient's
//! PIN, then shows for a while what the message would have said. Of nobody's name it knows.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Problem, ProblemKind};
use serde::Deserialize;
use webkit::{Fault, Form, PageCookie, Policy, Routes, Shell, UNSEEN, in_form, render};

use crate::{
    App,
    messaging::{
        api,
        model::{Behind, Door, Pass, Shown, Tried},
        rules::links::{Part, parts},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .page(Method::GET, "/p/{token}", show, Policy::Public)
        .page(Method::POST, "/p/{token}", enter, Policy::Public)
}

#[derive(Template)]
#[template(path = "messaging/seal.html")]
struct SealPage {
    shell: Shell,
    token: String,
    /// Nothing when the link leads nowhere, whatever the reason.
    behind: Option<Behind>,
    /// Where addresses that can be followed begin.
    ours: String,
    /// What is wrong with the PIN.
    error: String,
}

impl SealPage {
    fn parts<'a>(&'a self, shown: &'a Shown) -> Vec<Part<'a>> {
        parts(&shown.body, &self.ours)
    }

    fn until(&self, behind: &Behind, shown: &Shown) -> String {
        let until = shown.until.hour_minute(&behind.zone);
        self.shell.t1("seal-until", "time", until)
    }
}

fn path(token: &str) -> String {
    format!("/p/{token}")
}

fn cookie<'a>(app: &App, path: &'a str) -> PageCookie<'a> {
    let https = app.settings.public_url.starts_with("https://");
    PageCookie::new("opened", path, https)
}

async fn show(
    State(app): State<App>,
    shell: Shell,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let pass = cookie(&app, &path(&token)).read(&headers);
    match api::behind(&app, &token, pass.as_deref()).await {
        Ok(behind) => page(&app, shell, token, behind, (StatusCode::OK, String::new())),
        Err(problem) => nowhere(shell, problem),
    }
}

fn page(
    app: &App,
    shell: Shell,
    token: String,
    behind: Behind,
    (status, error): (StatusCode, String),
) -> Result<Response, Fault> {
    let status = match behind.door {
        Door::Closed => StatusCode::FORBIDDEN,
        Door::Ask(_) | Door::Open(_) => status,
    };
    let page = SealPage {
        shell,
        token,
        behind: Some(behind),
        ours: app.settings.public_url.clone(),
        error,
    };
    Ok((status, UNSEEN, render(&page)?).into_response())
}

/// A plain page for a link that nobody made, or whose time is over.
fn nowhere(shell: Shell, problem: Problem) -> Result<Response, Fault> {
    if problem.kind != ProblemKind::NotFound {
        return Err(problem.into());
    }
    let page = SealPage {
        shell,
        token: String::new(),
        behind: None,
        ours: String::new(),
        error: String::new(),
    };
    Ok((StatusCode::NOT_FOUND, UNSEEN, render(&page)?).into_response())
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PinForm {
    pin: String,
}

/// Tries the PIN; the right one leads back to the link, which is open then.
async fn enter(
    State(app): State<App>,
    shell: Shell,
    Path(token): Path<String>,
    Form(form): Form<PinForm>,
) -> Result<Response, Fault> {
    let (status, error) = match api::open(&app, &token, &form.pin).await {
        Ok(Tried::Right(pass)) => return Ok(let_in(&app, &token, &pass)),
        Ok(Tried::Wrong) => (StatusCode::BAD_REQUEST, shell.t("seal-wrong")),
        Ok(Tried::NoPin) => (StatusCode::BAD_REQUEST, shell.t("seal-no-pin")),
        Ok(Tried::Closed) => (StatusCode::FORBIDDEN, String::new()),
        Err(problem) if problem.kind == ProblemKind::NotFound => return nowhere(shell, problem),
        Err(problem) => {
            let (status, errors) = in_form(shell.texts, problem)?;
            (status, errors.of_field("pin").to_owned())
        }
    };
    match api::behind(&app, &token, None).await {
        Ok(behind) => page(&app, shell, token, behind, (status, error)),
        Err(problem) => nowhere(shell, problem),
    }
}

fn let_in(app: &App, token: &str, pass: &Pass) -> Response {
    let path = path(token);
    let mut response = (UNSEEN, Redirect::to(&path)).into_response();
    let kept = cookie(app, &path).set(&pass.value, pass.lasts);
    response
        .headers_mut()
        .extend(kept.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}
