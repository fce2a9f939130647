use askama::Template;
use axum::{
    extract::State,
    http::Method,
    response::{Html, IntoResponse, Redirect, Response},
};
use kernel::{Problem, Zone};
use webkit::{Caller, Fault, Form, PathId, Policy, Routes, Scope, Shell, render};

use crate::{
    App,
    identity::{
        api::{self, LetIn, SignInRow},
        http::OwnSignIn,
        model::{SignIn, SignInKind, oauth::Client},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .page(Method::GET, "/sessions", show, Policy::SignedIn)
        .page(
            Method::POST,
            "/sessions/others/end",
            end_others,
            Policy::SignedIn,
        )
        .page(Method::POST, "/sessions/{id}/end", end, Policy::SignedIn)
        .page(
            Method::POST,
            "/sessions/programs/{id}/withdraw",
            withdraw,
            Policy::SignedIn,
        )
}

/// One line of the list.
struct Line {
    id: String,
    what: String,
    client: String,
    since: String,
    used: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "identity/sessions.html")]
struct SessionsPage {
    shell: Shell,
    lines: Vec<Line>,
    programs: Vec<LetIn>,
    zone: Zone,
}

impl SessionsPage {
    fn may(&self, scope: &str) -> String {
        self.shell.t(&Scope::text_key(scope))
    }
}

async fn show(
    State(app): State<App>,
    (shell, own): (Shell, OwnSignIn),
) -> Result<Html<String>, Fault> {
    let caller = shell.caller()?;
    let user = caller.ctx.actor.user().ok_or_else(Problem::not_found)?;
    let rows = api::sign_ins(&app, user).await?;
    let at = |at: kernel::Timestamp| {
        format!(
            "{} {}",
            at.day_month_year(&caller.zone),
            at.hour_minute(&caller.zone)
        )
    };
    let lines = rows
        .into_iter()
        .map(|row| Line {
            what: what(&shell, &row),
            current: own.0 == Some(row.id),
            id: row.id.to_string(),
            client: row.client.unwrap_or_default(),
            since: at(row.created_at),
            used: at(row.last_used_at),
        })
        .collect();
    let (programs, zone) = (api::let_in(&app, &caller.ctx).await?, caller.zone.clone());
    render(&SessionsPage {
        shell,
        lines,
        programs,
        zone,
    })
}

/// `Firefox sur Android`, as far as it is known.
fn what(shell: &Shell, row: &SignInRow) -> String {
    match (&row.program, &row.system) {
        (Some(program), Some(system)) => shell.t2(
            "sessions-agent",
            ("program", program.as_str()),
            ("system", system.as_str()),
        ),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) if row.kind == SignInKind::Browser => shell.t("sessions-browser"),
        (None, None) => shell.t("sessions-program"),
    }
}

async fn end(
    State(app): State<App>,
    (caller, PathId(id)): (Caller, PathId<SignIn>),
    Form(()): Form<()>,
) -> Result<Response, Fault> {
    api::end_sign_in(&app, &caller.ctx, id).await?;
    Ok(Redirect::to("/sessions").into_response())
}

async fn withdraw(
    State(app): State<App>,
    (caller, PathId(id)): (Caller, PathId<Client>),
    Form(()): Form<()>,
) -> Result<Response, Fault> {
    api::withdraw(&app, &caller.ctx, id).await?;
    Ok(Redirect::to("/sessions").into_response())
}

async fn end_others(
    State(app): State<App>,
    (caller, own): (Caller, OwnSignIn),
    Form(()): Form<()>,
) -> Result<Response, Fault> {
    api::end_other_sign_ins(&app, &caller.ctx, own.0).await?;
    Ok(Redirect::to("/sessions").into_response())
}
