//! The second step of signing in, and setting up what it asks for. Nothing here
//! changes by being looked at; secrets and recovery codes stand only in answers
//! to forms.

use askama::Template;
use axum::{
    extract::{FromRequestParts, State},
    http::{Method, StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Problem, ProblemKind};
use serde::Deserialize;
use webkit::{Fault, Form, Policy, Query, Routes, SessionCookie, Shell, render, safe_next};

use super::sign_in::{add_cookies, with_session};
use crate::{
    App,
    identity::{
        api::{self, Enrolment},
        http::{From, is_https},
        model::STEP_LASTS,
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .page(Method::GET, "/sign-in/code", ask_code, Policy::Public)
        .page(Method::POST, "/sign-in/code", take_code, Policy::Public)
        .page(Method::GET, "/sign-in/set-up", explain, Policy::Public)
        .page(Method::POST, "/sign-in/set-up", begin, Policy::Public)
        .page(
            Method::POST,
            "/sign-in/set-up/code",
            confirm,
            Policy::Public,
        )
}

/// The half session between password and code; it opens these pages alone.
fn step_cookie(app: &App) -> SessionCookie {
    SessionCookie::named("step", is_https(app))
}

/// Leads a browser whose password was right to the second step.
pub(super) fn step(app: &App, problem: &Problem, challenge: &str, next: &str) -> Response {
    let page = match problem.stable_code() {
        "second-factor-needed" => "/sign-in/code",
        _ => "/sign-in/set-up",
    };
    let next = form_urlencoded::byte_serialize(next.as_bytes());
    let to = format!("{page}?next={}", next.collect::<String>());
    let mut response = Redirect::to(&to).into_response();
    add_cookies(&mut response, [step_cookie(app).set(challenge, STEP_LASTS)]);
    response
}

/// The challenge of a half session.
struct Challenge(String);

impl FromRequestParts<App> for Challenge {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let challenge = step_cookie(app).read(&parts.headers).unwrap_or_default();
        // Over, forged or absent: problems of this kind lead to the sign-in page.
        api::challenged(app, &challenge).await?;
        Ok(Self(challenge))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Where {
    next: Option<String>,
}

impl Where {
    pub(super) fn next(&self) -> String {
        safe_next(self.next.as_deref().unwrap_or("/")).to_owned()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeForm {
    #[serde(default)]
    pub(super) code: String,
    pub(super) next: Option<String>,
}

impl CodeForm {
    pub(super) fn next(&self) -> String {
        safe_next(self.next.as_deref().unwrap_or("/")).to_owned()
    }
}

#[derive(Template)]
#[template(path = "identity/code.html")]
struct CodePage {
    shell: Shell,
    next: String,
    error: String,
}

async fn ask_code(
    _: Challenge,
    shell: Shell,
    Query(query): Query<Where>,
) -> Result<Response, Fault> {
    let page = CodePage {
        shell,
        next: query.next(),
        error: String::new(),
    };
    Ok(render(&page)?.into_response())
}

async fn take_code(
    State(app): State<App>,
    (Challenge(challenge), shell, From(origin)): (Challenge, Shell, From),
    Form(form): Form<CodeForm>,
) -> Result<Response, Fault> {
    match api::finish_browser(&app, (&challenge, &form.code), &origin).await {
        Ok(session) => {
            let mut response = Redirect::to(&form.next()).into_response();
            add_cookies(&mut response, [step_cookie(&app).clear()]);
            Ok(with_session(&app, &session, response))
        }
        Err(problem) => {
            let (status, error) = said(&shell, problem)?;
            let page = CodePage {
                next: form.next(),
                shell,
                error,
            };
            Ok((status, render(&page)?).into_response())
        }
    }
}

/// What a form shows of a refusal it can explain.
pub(super) fn said(shell: &Shell, problem: Problem) -> Result<(StatusCode, String), Fault> {
    let field = problem.errors.first().map(|error| error.code);
    let error = match (problem.stable_code(), field) {
        ("wrong-code", _) | (_, Some("wrong-code")) => shell.t("factor-wrong-code"),
        (_, Some("wrong-password")) => shell.t("factor-wrong-password"),
        ("second-factor-first" | "second-factor-required" | "second-factor-on", _) => {
            shell.t(&format!("problem-{}", problem.stable_code()))
        }
        _ if problem.kind == ProblemKind::RateLimited => {
            let minutes = problem.retry_after.unwrap_or(60).div_ceil(60);
            shell.t1("factor-wait", "minutes", i64::from(minutes))
        }
        _ => return Err(problem.into()),
    };
    let status = webkit::status(&problem);
    Ok((status, error))
}

#[derive(Template)]
#[template(path = "identity/set_up.html")]
pub(super) struct SetUpPage {
    pub(super) shell: Shell,
    pub(super) next: String,
    /// Where the form goes.
    pub(super) action: &'static str,
    /// None before the secret is offered.
    pub(super) enrolment: Option<Shown>,
    pub(super) error: String,
}

/// An enrolment as a page shows it.
pub(super) struct Shown {
    pub(super) secret: String,
    pub(super) uri: String,
    /// SVG of our own making.
    pub(super) picture: String,
}

impl Shown {
    pub(super) fn new(enrolment: Enrolment) -> Result<Self, Fault> {
        let picture = enrolment.picture()?;
        // In groups of four: it has to be typed where there is no camera.
        let letters: Vec<char> = enrolment.secret.chars().collect();
        let groups: Vec<String> = letters
            .chunks(4)
            .map(|four| four.iter().collect())
            .collect();
        Ok(Self {
            secret: groups.join(" "),
            uri: enrolment.uri,
            picture,
        })
    }
}

#[derive(Template)]
#[template(path = "identity/recovery_codes.html")]
pub(super) struct CodesPage {
    pub(super) shell: Shell,
    pub(super) codes: Vec<String>,
    pub(super) next: String,
}

async fn explain(
    _: Challenge,
    shell: Shell,
    Query(query): Query<Where>,
) -> Result<Response, Fault> {
    let page = SetUpPage {
        shell,
        next: query.next(),
        action: "/sign-in/set-up",
        enrolment: None,
        error: String::new(),
    };
    Ok(render(&page)?.into_response())
}

async fn begin(
    State(app): State<App>,
    (Challenge(challenge), shell): (Challenge, Shell),
    Form(form): Form<Where>,
) -> Result<Response, Fault> {
    let user = api::challenged(&app, &challenge).await?;
    let enrolment = api::begin(&app, user.id).await?;
    let page = SetUpPage {
        shell,
        next: form.next(),
        action: "/sign-in/set-up/code",
        enrolment: Some(Shown::new(enrolment)?),
        error: String::new(),
    };
    Ok(render(&page)?.into_response())
}

async fn confirm(
    State(app): State<App>,
    (Challenge(challenge), shell, From(origin)): (Challenge, Shell, From),
    Form(form): Form<CodeForm>,
) -> Result<Response, Fault> {
    match api::finish_setup(&app, (&challenge, &form.code), &origin).await {
        Ok((session, codes)) => {
            let page = CodesPage {
                next: form.next(),
                shell,
                codes,
            };
            let mut response = render(&page)?.into_response();
            add_cookies(&mut response, [step_cookie(&app).clear()]);
            Ok(with_session(&app, &session, response))
        }
        Err(problem) => {
            let user = api::challenged(&app, &challenge).await?;
            let (status, error) = said(&shell, problem)?;
            let page = SetUpPage {
                next: form.next(),
                shell,
                action: "/sign-in/set-up/code",
                enrolment: Some(Shown::new(api::offered(&app, user.id).await?)?),
                error,
            };
            Ok((status, render(&page)?).into_response())
        }
    }
}
