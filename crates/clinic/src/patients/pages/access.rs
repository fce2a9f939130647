//! The door of a restricted record, and who has its key.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use kernel::{Id, Patch, Problem, ProblemKind, UserId};
use serde::Deserialize;
use webkit::{Caller, Fault, FieldTexts, Form, PathId, Shell, render};

use crate::{
    App,
    patients::{
        api,
        model::{Access, AccessPatch, Patient, PatientId},
    },
};

#[derive(Template)]
#[template(path = "patients/restricted.html")]
struct RestrictedPage {
    shell: Shell,
    id: PatientId,
    name: String,
    reason: String,
    error: String,
}

/// What stands instead of a restricted record: the name, and the way to break the glass.
pub(super) async fn closed(
    (app, caller): (&App, &Caller),
    shell: Shell,
    id: PatientId,
    typed: Option<(String, Problem)>,
) -> Result<Response, Fault> {
    let name = api::name(app, &caller.ctx, id).await?;
    let status = typed.as_ref().map(|(_, problem)| webkit::status(problem));
    let status = status.unwrap_or(StatusCode::FORBIDDEN);
    let error = typed.as_ref().map(|(_, problem)| {
        let texts = shell.texts.fields(problem);
        texts.of_field("reason").to_owned()
    });
    let page = RestrictedPage {
        shell,
        id,
        name,
        reason: typed.map(|(reason, _)| reason).unwrap_or_default(),
        error: error.unwrap_or_default(),
    };
    Ok((status, render(&page)?).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReasonForm {
    #[serde(default)]
    reason: String,
}

pub(super) async fn break_glass(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<Patient>,
    Form(form): Form<ReasonForm>,
) -> Result<Response, Fault> {
    match api::break_glass(&app, &caller.ctx, id, &form.reason).await {
        Ok(_) => Ok(Redirect::to(&format!("/patients/{id}")).into_response()),
        Err(problem) if problem.kind == ProblemKind::Invalid => {
            closed((&app, &caller), shell, id, Some((form.reason, problem))).await
        }
        Err(problem) => Err(problem.into()),
    }
}

#[derive(Template)]
#[template(path = "patients/access.html")]
struct AccessPage {
    shell: Shell,
    id: PatientId,
    access: Access,
    username: String,
    errors: FieldTexts,
}

impl AccessPage {
    fn is_named(&self, user: &UserId) -> bool {
        self.access.named.contains(user)
    }
}

pub(super) async fn access(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<Patient>,
) -> Result<Html<String>, Fault> {
    let access = api::access(&app, &caller.ctx, id).await?;
    let account = access.account.as_ref();
    let username = account.map(|account| account.username.clone());
    render(&AccessPage {
        shell,
        id,
        access,
        username: username.unwrap_or_default(),
        errors: FieldTexts::default(),
    })
}

/// Ticks come as `staff-<id>=on`: a form of ours names no field twice.
#[derive(Deserialize)]
pub(super) struct AccessForm {
    restricted: Option<String>,
    #[serde(default)]
    username: String,
    #[serde(flatten)]
    ticks: BTreeMap<String, String>,
}

impl AccessForm {
    fn staff(&self) -> Result<Vec<UserId>, Problem> {
        let user = |name: &String| {
            let id = name.strip_prefix("staff-")?.parse().ok()?;
            Some(Id::from_uuid(id))
        };
        let unknown = || Problem::invalid("staff", "not-a-choice");
        let users = self.ticks.keys().map(|name| user(name).ok_or_else(unknown));
        users.collect()
    }
}

pub(super) async fn change_access(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<Patient>,
    Form(form): Form<AccessForm>,
) -> Result<Response, Fault> {
    let name = form.username.trim();
    let patch = AccessPatch {
        restricted: Some(form.restricted.is_some()),
        staff: Some(form.staff()?),
        username: match name {
            "" => Patch::Clear,
            name => Patch::Set(name.to_owned()),
        },
    };
    let problem = match api::set_access(&app, &caller.ctx, id, patch).await {
        Ok(()) => return Ok(Redirect::to(&format!("/patients/{id}/access")).into_response()),
        Err(problem) => problem,
    };
    if !matches!(problem.kind, ProblemKind::Invalid | ProblemKind::Conflict) {
        return Err(problem.into());
    }
    let kept = api::access(&app, &caller.ctx, id).await?;
    let status = webkit::status(&problem);
    let page = AccessPage {
        errors: shell.texts.fields(&problem),
        shell,
        id,
        access: Access {
            restricted: form.restricted.is_some(),
            named: form.staff()?,
            ..kept
        },
        username: form.username,
    };
    Ok((status, render(&page)?).into_response())
}
