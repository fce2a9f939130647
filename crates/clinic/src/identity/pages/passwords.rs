use askama::Template;
use axum::{
    extract::{Path, State},
    http::Method,
    response::{Html, Response},
};
use kernel::Problem;
use serde::Deserialize;
use webkit::{Fault, FieldTexts, Form, Policy, Query, Routes, Shell, render};

use super::{NoQuery, again, told};
use crate::{
    App,
    identity::{api, wire::forgotten_told},
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .page(Method::GET, "/forgotten", forgotten, Policy::Public)
        .page(Method::POST, "/forgotten", send, Policy::Public)
        .page(Method::GET, "/reset", show, Policy::Public)
        .page(Method::POST, "/reset", reset, Policy::Public)
        .page(Method::GET, "/reset/{token}", show_link, Policy::Public)
        .page(
            Method::POST,
            "/reset/{token}",
            reset_by_link,
            Policy::Public,
        )
}

#[derive(Template)]
#[template(path = "identity/forgotten.html")]
struct ForgottenPage {
    hint: String,
    submit: String,
    shell: Shell,
}

#[derive(Template)]
#[template(path = "identity/reset.html")]
struct ResetPage {
    shell: Shell,
    /// The path the form goes to.
    action: String,
    /// Whether a link, not a code, opens it.
    by_link: bool,
    told: String,
    identifier: String,
    errors: FieldTexts,
}

impl ResetPage {
    fn by_code(shell: Shell, identifier: String) -> Self {
        Self {
            shell,
            action: "/reset".to_owned(),
            by_link: false,
            told: String::new(),
            identifier,
            errors: FieldTexts::default(),
        }
    }

    fn by_link(shell: Shell, token: &str) -> Self {
        Self {
            action: format!("/reset/{token}"),
            by_link: true,
            ..Self::by_code(shell, String::new())
        }
    }

    fn refused(mut self, problem: Problem) -> Result<Response, Fault> {
        self.errors = self.shell.texts.fields(&problem);
        again(&self, problem)
    }
}

async fn forgotten(
    State(app): State<App>,
    shell: Shell,
    Query(NoQuery { .. }): Query<NoQuery>,
) -> Result<Html<String>, Fault> {
    let (hint, submit) = match api::can_mail(&app) {
        true => ("mail-forgotten-hint", "mail-forgotten-submit"),
        false => ("forgotten-hint", "forgotten-submit"),
    };
    render(&ForgottenPage {
        hint: shell.t(hint),
        submit: shell.t(submit),
        shell,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForgottenForm {
    #[serde(default)]
    identifier: String,
}

/// Everybody gets the page for the code, whoever he is.
async fn send(
    State(app): State<App>,
    shell: Shell,
    Form(form): Form<ForgottenForm>,
) -> Result<Html<String>, Fault> {
    api::forgotten(&app, &form.identifier);
    let told = shell.t(forgotten_told(&app));
    let page = ResetPage {
        told,
        ..ResetPage::by_code(shell, form.identifier)
    };
    render(&page)
}

async fn show(shell: Shell, Query(NoQuery { .. }): Query<NoQuery>) -> Result<Html<String>, Fault> {
    render(&ResetPage::by_code(shell, String::new()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct ResetForm {
    identifier: String,
    code: String,
    new_password: String,
}

async fn reset(
    State(app): State<App>,
    shell: Shell,
    Form(form): Form<ResetForm>,
) -> Result<Response, Fault> {
    match api::reset_by_code(&app, &form.identifier, &form.code, &form.new_password).await {
        Ok(()) => told(shell, "reset-title", "reset-done"),
        Err(problem) => ResetPage::by_code(shell, form.identifier).refused(problem),
    }
}

/// Opening the link uses nothing up: previews of messages open it as well.
async fn show_link(
    State(app): State<App>,
    shell: Shell,
    Path(token): Path<String>,
    Query(NoQuery { .. }): Query<NoQuery>,
) -> Result<Html<String>, Fault> {
    api::look_at_reset_link(&app, &token).await?;
    render(&ResetPage::by_link(shell, &token))
}

async fn reset_by_link(
    State(app): State<App>,
    shell: Shell,
    Path(token): Path<String>,
    Form(form): Form<ResetForm>,
) -> Result<Response, Fault> {
    match api::reset_by_link(&app, &token, &form.new_password).await {
        Ok(()) => told(shell, "reset-title", "reset-done"),
        Err(problem) => ResetPage::by_link(shell, &token).refused(problem),
    }
}
