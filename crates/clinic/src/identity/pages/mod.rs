//! Identity's pages, a file per capability.

mod access;
mod emails;
mod invitations;
mod oauth;
mod own_factor;
mod passwords;
mod profile;
mod register;
mod second_factor;
mod sessions;
mod sign_in;
mod users;

use askama::Template;
use axum::response::{IntoResponse, Response};
use kernel::{Problem, ProblemKind};
use serde::Deserialize;
use webkit::{Fault, Routes, Shell, render};

use crate::App;

pub(super) fn routes() -> Routes<App> {
    sign_in::routes()
        .merge(oauth::routes())
        .merge(access::routes())
        .merge(second_factor::routes())
        .merge(own_factor::routes())
        .merge(sessions::routes())
        .merge(register::routes())
        .merge(passwords::routes())
        .merge(profile::routes())
        .merge(emails::routes())
        .merge(users::routes())
        .merge(invitations::routes())
}

/// A page that only tells something and leads on.
#[derive(Template)]
#[template(path = "identity/told.html")]
struct ToldPage {
    shell: Shell,
    title: String,
    told: String,
    href: &'static str,
    link: String,
}

/// Says that something is done, with the way to sign in.
fn told(shell: Shell, title: &str, text: &str) -> Result<Response, Fault> {
    let (title, told) = (shell.t(title), shell.t(text));
    let page = ToldPage {
        title,
        told,
        href: "/sign-in",
        link: shell.t("layout-sign-in"),
        shell,
    };
    Ok(render(&page)?.into_response())
}

/// A form again with what is wrong, unless nothing typed could help.
fn again(page: &impl Template, problem: Problem) -> Result<Response, Fault> {
    let kind = problem.kind;
    let helps = matches!(
        kind,
        ProblemKind::Invalid
            | ProblemKind::Conflict
            | ProblemKind::Stale
            | ProblemKind::Forbidden
            | ProblemKind::RateLimited
    );
    if !helps {
        return Err(problem.into());
    }
    let status = webkit::status(&problem);
    Ok((status, render(page)?).into_response())
}

/// What the language switch adds to an address.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoQuery {
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.trim().is_empty())
}
