use askama::Template;
use axum::{
    extract::State,
    http::{Method, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Problem, User, UserId};
use serde::Deserialize;
use webkit::{Caller, Fault, Form, PathId, Policy, Routes, Shell, render};

use super::second_factor::{CodeForm, CodesPage, SetUpPage, Shown, said};
use crate::{
    App,
    identity::{
        api::{self, FactorState, MemberFactor, Required},
        http::From,
    },
};

pub(super) fn routes() -> Routes<App> {
    const HOME: &str = "/second-factor";
    Routes::new()
        .page(Method::GET, HOME, show, Policy::SignedIn)
        .page(
            Method::POST,
            "/second-factor/set-up",
            begin,
            Policy::SignedIn,
        )
        .page(
            Method::POST,
            "/second-factor/confirm",
            confirm,
            Policy::SignedIn,
        )
        .page(
            Method::POST,
            "/second-factor/codes",
            renew,
            Policy::SignedIn,
        )
        .page(
            Method::POST,
            "/second-factor/remove",
            remove,
            Policy::SignedIn,
        )
        .page(Method::POST, "/second-factor/rule", require, Policy::ADMIN)
        .page(
            Method::POST,
            "/second-factor/members/{id}/reset",
            reset,
            Policy::ADMIN,
        )
}

/// What an administrator sees besides.
struct Clinic {
    admin: UserId,
    rule: Required,
    members: Vec<MemberFactor>,
}

#[derive(Template)]
#[template(path = "identity/second_factor.html")]
struct FactorPage {
    shell: Shell,
    state: FactorState,
    clinic: Option<Clinic>,
    error: String,
}

impl FactorPage {
    async fn new(app: &App, shell: Shell, error: String) -> Result<Self, Fault> {
        let caller = shell.caller()?;
        let user = caller.ctx.actor.user().ok_or_else(Problem::not_found)?;
        let state = api::state(app, user).await?;
        let clinic = if caller.role().is_some_and(kernel::Role::is_admin) {
            Some(Clinic {
                admin: user,
                rule: api::required(app, &caller.ctx).await?,
                members: api::member_factors(app, &caller.ctx).await?,
            })
        } else {
            None
        };
        Ok(Self {
            shell,
            state,
            clinic,
            error,
        })
    }

    fn rules() -> &'static [Required] {
        Required::ALL
    }
}

async fn show(State(app): State<App>, shell: Shell) -> Result<Response, Fault> {
    let page = FactorPage::new(&app, shell, String::new()).await?;
    Ok(render(&page)?.into_response())
}

/// The same page again, with what is wrong.
async fn again(app: &App, shell: Shell, problem: Problem) -> Result<Response, Fault> {
    let (status, error) = said(&shell, problem)?;
    let page = FactorPage::new(app, shell, error).await?;
    Ok((status, render(&page)?).into_response())
}

async fn begin(
    State(app): State<App>,
    (caller, shell): (Caller, Shell),
    Form(()): Form<()>,
) -> Result<Response, Fault> {
    let user = caller.ctx.actor.user().ok_or_else(Problem::not_found)?;
    let enrolment = match api::begin(&app, user).await {
        Ok(enrolment) => enrolment,
        Err(problem) => return again(&app, shell, problem).await,
    };
    set_up(
        shell,
        Shown::new(enrolment)?,
        (StatusCode::OK, String::new()),
    )
}

fn set_up(
    shell: Shell,
    shown: Shown,
    (status, error): (StatusCode, String),
) -> Result<Response, Fault> {
    let page = SetUpPage {
        shell,
        next: "/second-factor".to_owned(),
        action: "/second-factor/confirm",
        enrolment: Some(shown),
        error,
    };
    Ok((status, render(&page)?).into_response())
}

fn codes(shell: Shell, codes: Vec<String>, next: String) -> Result<Response, Fault> {
    let page = CodesPage { shell, codes, next };
    Ok(render(&page)?.into_response())
}

async fn confirm(
    State(app): State<App>,
    (caller, shell): (Caller, Shell),
    Form(form): Form<CodeForm>,
) -> Result<Response, Fault> {
    match api::confirm(&app, &caller.ctx, &form.code).await {
        Ok(made) => codes(shell, made, form.next()),
        Err(problem) => {
            let user = caller.ctx.actor.user().ok_or_else(Problem::not_found)?;
            let shown = Shown::new(api::offered(&app, user).await?)?;
            let refusal = said(&shell, problem)?;
            set_up(shell, shown, refusal)
        }
    }
}

async fn renew(
    State(app): State<App>,
    (caller, shell): (Caller, Shell),
    Form(form): Form<CodeForm>,
) -> Result<Response, Fault> {
    match api::renew_codes(&app, &caller.ctx, &form.code).await {
        Ok(made) => codes(shell, made, "/second-factor".to_owned()),
        Err(problem) => again(&app, shell, problem).await,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RemoveForm {
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
}

async fn remove(
    State(app): State<App>,
    (caller, shell, From(origin)): (Caller, Shell, From),
    Form(form): Form<RemoveForm>,
) -> Result<Response, Fault> {
    let shown = (form.password.as_str(), form.code.as_str());
    match api::remove(&app, &caller.ctx, shown, &origin).await {
        Ok(()) => Ok(Redirect::to("/second-factor").into_response()),
        Err(problem) => again(&app, shell, problem).await,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleForm {
    required: Required,
}

async fn require(
    State(app): State<App>,
    (caller, shell): (Caller, Shell),
    Form(form): Form<RuleForm>,
) -> Result<Response, Fault> {
    match api::require(&app, &caller.ctx, form.required).await {
        Ok(()) => Ok(Redirect::to("/second-factor").into_response()),
        Err(problem) => again(&app, shell, problem).await,
    }
}

async fn reset(
    State(app): State<App>,
    (caller, PathId(id)): (Caller, PathId<User>),
    Form(()): Form<()>,
) -> Result<Response, Fault> {
    api::reset_factor(&app, &caller.ctx, id).await?;
    Ok(Redirect::to("/second-factor").into_response())
}
