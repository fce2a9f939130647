use axum::{
    extract::State,
    http::Method,
    response::{IntoResponse, Redirect, Response},
};
use kernel::Problem;
use serde::Deserialize;
use webkit::{Caller, Fault, Form, Policy, Routes, Shell};

use super::profile::ProfilePage;
use crate::{App, identity::api};

pub(super) fn routes() -> Routes<App> {
    let signed_in = Policy::SignedIn;
    Routes::new()
        .page(Method::POST, "/profile/email/code", send_code, signed_in)
        .page(Method::POST, "/profile/email/confirm", confirm, signed_in)
}

async fn send_code(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(()): Form<()>,
) -> Result<Response, Fault> {
    match api::send_email_code(&app, &caller.ctx).await {
        Ok(()) => Ok(Redirect::to("/profile?told=mail-code").into_response()),
        Err(problem) => {
            let page = ProfilePage::of(&app, &caller.ctx, shell).await?;
            page.refused(problem)
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeForm {
    #[serde(default)]
    email_code: String,
}

async fn confirm(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<CodeForm>,
) -> Result<Response, Fault> {
    match api::confirm_email(&app, &caller.ctx, &form.email_code).await {
        Ok(()) => Ok(Redirect::to("/profile?told=mail-verified").into_response()),
        Err(problem) => {
            let page = ProfilePage::of(&app, &caller.ctx, shell).await?;
            page.refused(at_its_field(problem))
        }
    }
}

/// The page also has a field for the phone's code.
fn at_its_field(mut problem: Problem) -> Problem {
    for error in &mut problem.errors {
        "email_code".clone_into(&mut error.field);
    }
    problem
}
