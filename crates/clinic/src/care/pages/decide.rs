use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Expected, FieldError, Id, Problem, ProblemKind};
use serde::Deserialize;
use webkit::{Caller, Fault, Form, PathId, Shell};

use super::{
    form::Day,
    judge::{judged, readable},
    show::refused,
};
use crate::{
    App,
    care::{
        api,
        model::{EncounterId, EncounterMark},
        wire::Typed,
    },
    messaging::api::Channel,
};

/// What a refusal may be answered with on the same page.
fn is_said_here(problem: &Problem) -> bool {
    matches!(
        problem.kind,
        ProblemKind::Invalid | ProblemKind::Conflict | ProblemKind::Stale
    )
}

fn back(id: EncounterId) -> Response {
    Redirect::to(&format!("/consultations/{id}")).into_response()
}

/// Writes the conclusion; with the other button, signs the record too.
pub(super) async fn conclude(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Form(mut typed): Form<Typed>,
) -> Result<Response, Fault> {
    let signs = typed.take("sign").is_some();
    match concluded((&app, &caller), &shell, id, &typed, signs).await {
        Ok(()) => {
            let subject = format!("{id}-conclusion");
            api::drop_draft(&app, &caller.ctx, subject.clone()).await?;
            let to = format!("/consultations/{id}?done={subject}");
            Ok(Redirect::to(&to).into_response())
        }
        Err(problem) if is_said_here(&problem) => {
            typed.take("version");
            refused((&app, &caller), shell, id, typed, problem).await
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn concluded(
    (app, caller): (&App, &Caller),
    shell: &Shell,
    id: EncounterId,
    typed: &Typed,
    signs: bool,
) -> Result<(), Problem> {
    let ctx = &caller.ctx;
    let record = api::record(app, ctx, id).await?;
    let seen = typed.get("version").parse().unwrap_or(record.version);
    Expected::OneOf(vec![seen]).check(record.version)?;
    let day = Day::of(app, caller).await?;
    let input = typed.conclusion();
    let (content, errors) = readable(&input, &record.content, day.context());
    let changed = content != record.content;
    if signs {
        let missing = content.text("diagnostic").is_none();
        if errors.is_empty() && missing {
            return Err(Problem::invalid("diagnostic", "required"));
        }
        let pack = api::pack(app).await?;
        let red = judged(&pack, &content, &day.today, shell.texts).is_red();
        if red && typed.get("red_seen").is_empty() {
            return Err(Problem::fields(vec![FieldError::new(
                "red_seen", "required",
            )]));
        }
    }
    if changed || !errors.is_empty() {
        api::conclude(app, ctx, id, Expected::OneOf(vec![seen]), input).await?;
    }
    if !signs {
        return Ok(());
    }
    // What is signed is what this person has seen: the version he just wrote.
    let mine = seen + i64::from(changed);
    let signature = Some(typed.get("signature").to_owned());
    api::validate(app, ctx, id, Expected::OneOf(vec![mine]), signature).await
}

/// Refuses the record, with a reason.
pub(super) async fn reject(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Form(mut typed): Form<Typed>,
) -> Result<Response, Fault> {
    let seen = typed.take("version").and_then(|text| text.parse().ok());
    let expected = Expected::seen(seen);
    let reason = typed.raw("commentaire").to_owned();
    match api::reject(&app, &caller.ctx, id, expected, &reason).await {
        Ok(()) => Ok(back(id)),
        Err(problem) if is_said_here(&problem) => {
            refused((&app, &caller), shell, id, typed, problem).await
        }
        Err(problem) => Err(problem.into()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct To {
    medecin_id: Option<uuid::Uuid>,
}

/// Gives the record to a doctor; who gave it may not see it any more.
pub(super) async fn assign(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Form(to): Form<To>,
) -> Result<Response, Fault> {
    let given = match to.medecin_id {
        None => Err(Problem::invalid("medecin_id", "required")),
        Some(doctor) => api::assign(&app, &caller.ctx, id, Id::from_uuid(doctor)).await,
    };
    match given {
        Ok(()) => Ok(Redirect::to("/consultations").into_response()),
        Err(problem) if is_said_here(&problem) => {
            refused((&app, &caller), shell, id, Typed::default(), problem).await
        }
        Err(problem) => Err(problem.into()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct By {
    method: Channel,
}

/// Tells the patient that he can read the record.
pub(super) async fn notify(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Form(by): Form<By>,
) -> Result<Response, Fault> {
    match api::notify(&app, &caller.ctx, id, by.method, false).await {
        Ok(queued) => {
            let done = if queued.fresh { "told" } else { "told-before" };
            let to = format!("/consultations/{id}?done={done}");
            Ok(Redirect::to(&to).into_response())
        }
        Err(problem) if is_said_here(&problem) => {
            refused((&app, &caller), shell, id, Typed::default(), problem).await
        }
        Err(problem) => Err(problem.into()),
    }
}

/// Asks for another analysis.
pub(super) async fn relaunch(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<EncounterMark>,
    Form(()): Form<()>,
) -> Result<Response, Fault> {
    api::relaunch(&app, &caller.ctx, id).await?;
    Ok(back(id))
}

/// Writes to the patient on the record.
pub(super) async fn message(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Form(typed): Form<Typed>,
) -> Result<Response, Fault> {
    match api::add_note(&app, &caller.ctx, id, typed.raw("content")).await {
        Ok(_) => Ok(back(id)),
        Err(problem) if is_said_here(&problem) => {
            refused((&app, &caller), shell, id, typed, problem).await
        }
        Err(problem) => Err(problem.into()),
    }
}
