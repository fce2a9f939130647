use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use clinical_form::{Content, Form as Fiche};
use kernel::{Expected, Id, Problem, ProblemKind};
use webkit::{Caller, Fault, Form, PathId, Shell};

use super::{
    fields::{all_errors, label},
    form::{Day, doctor, draw},
    judge::{readable, shown},
    sheet::{Clash, Mode, Sheet},
};
use crate::{
    App,
    care::{
        api,
        model::{EncounterId, EncounterMark, read_content},
        wire::Typed,
    },
    patients::api::PatientId,
};

/// The button that answers the examination of a healthy person.
const NOTHING_FOUND: &str = "examen_normal";

/// Enters a record.
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(mut typed): Form<Typed>,
) -> Result<Response, Fault> {
    let patient = typed.take("patient_id").and_then(|id| id.parse().ok());
    let patient: Option<PatientId> = patient.map(Id::from_uuid);
    let mode = Mode::New(patient);
    if typed.take(NOTHING_FOUND).is_some() {
        typed.examined_without_finding();
        return again((&app, &caller), shell, (mode, None), typed, None).await;
    }
    let writer = Day::of(&app, &caller).await?.writer;
    let mut admin = typed.administrative();
    admin.patient = patient;
    admin.assigned_to = doctor(&caller).map(Some);
    let draft = Some(mode.subject());
    match api::create(&app, &caller.ctx, admin, typed.input(writer), draft).await {
        Ok(id) => Ok(done(id, &mode)),
        Err(problem) => again((&app, &caller), shell, (mode, None), typed, Some(problem)).await,
    }
}

/// To the record; its page takes what the browser kept away.
fn done(id: EncounterId, mode: &Mode) -> Response {
    let subject = mode.subject();
    Redirect::to(&format!("/consultations/{id}?done={subject}")).into_response()
}

/// Writes into a record nobody has signed.
pub(super) async fn edit(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Form(typed): Form<Typed>,
) -> Result<Response, Fault> {
    change((&app, &caller), shell, (Mode::Edit(id), id), typed).await
}

/// Signs another version of a signed record.
pub(super) async fn amend(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Form(typed): Form<Typed>,
) -> Result<Response, Fault> {
    change((&app, &caller), shell, (Mode::Amend(id), id), typed).await
}

async fn change(
    (app, caller): (&App, &Caller),
    shell: Shell,
    (mode, id): (Mode, EncounterId),
    mut typed: Typed,
) -> Result<Response, Fault> {
    let seen: Option<i64> = typed.take("version").and_then(|text| text.parse().ok());
    if typed.take(NOTHING_FOUND).is_some() {
        typed.examined_without_finding();
        return again((app, caller), shell, (mode, seen), typed, None).await;
    }
    if typed.is_settling() {
        let record = api::record(app, &caller.ctx, id).await?;
        let today = app.clock.now().day(&caller.zone);
        typed.settle(&Typed::of_content(&record.content, &today));
    }
    let writer = Day::of(app, caller).await?.writer;
    let expected = Expected::seen(seen);
    let input = typed.input(writer);
    let done_so = match mode {
        Mode::Amend(_) => {
            let reason = typed.raw("reason").to_owned();
            api::amend(app, &caller.ctx, id, expected, (&reason, input)).await
        }
        _ => {
            let admin = typed.administrative();
            api::update(app, &caller.ctx, id, expected, (admin, input)).await
        }
    };
    match done_so {
        Ok(()) => {
            api::drop_draft(app, &caller.ctx, mode.subject()).await?;
            Ok(done(id, &mode))
        }
        Err(problem) if problem.kind == ProblemKind::Stale => {
            clash((app, caller), shell, (mode, id, seen), typed).await
        }
        Err(problem) => again((app, caller), shell, (mode, seen), typed, Some(problem)).await,
    }
}

/// Shows the form again with everything typed, and what is wrong.
async fn again(
    (app, caller): (&App, &Caller),
    shell: Shell,
    (mode, version): (Mode, Option<i64>),
    typed: Typed,
    problem: Option<Problem>,
) -> Result<Response, Fault> {
    let mut sheet = Sheet {
        mode,
        version,
        typed,
        errors: Vec::new(),
        notice: String::new(),
        clashes: Vec::new(),
        last: None,
    };
    let Some(problem) = problem else {
        return Ok(draw((app, caller), shell, sheet).await?.into_response());
    };
    if !matches!(problem.kind, ProblemKind::Invalid | ProblemKind::Conflict) {
        return Err(problem.into());
    }
    let day = Day::of(app, caller).await?;
    let input = sheet.typed.input(day.writer);
    let (content, _) = readable(&input, &Content::default(), day.context());
    let missing = match problem.kind {
        ProblemKind::Invalid => Fiche::fiche().missing(&content),
        _ => Vec::new(),
    };
    sheet.errors = all_errors(&problem, missing);
    shell
        .texts
        .fields(&problem)
        .summary()
        .clone_into(&mut sheet.notice);
    let status = webkit::status(&problem);
    Ok((status, draw((app, caller), shell, sheet).await?).into_response())
}

/// Shows where two people wrote differently, with everything typed.
async fn clash(
    (app, caller): (&App, &Caller),
    shell: Shell,
    (mode, id, seen): (Mode, EncounterId, Option<i64>),
    typed: Typed,
) -> Result<Response, Fault> {
    let record = api::record(app, &caller.ctx, id).await?;
    let base = match seen {
        None => record.content.clone(),
        Some(version) => {
            let row = api::version(app, &caller.ctx, id, version).await?;
            read_content(&row.content).map_err(Problem::from)?
        }
    };
    let day = Day::of(app, caller).await?;
    let (mine, errors) = readable(&typed.input(day.writer), &base, day.context());
    let locale = shell.texts.locale;
    let keys = mine.differences(&record.content);
    let clashes = keys.into_iter().map(|key| Clash {
        label: label(&key, locale),
        mine: shown(&mine, &key, locale),
        theirs: shown(&record.content, &key, locale),
        take_theirs: mine.get(&key) == base.get(&key),
        key,
    });
    let sheet = Sheet {
        mode,
        version: Some(record.version),
        typed,
        errors,
        notice: shell.t("consultation-clash"),
        clashes: clashes.collect(),
        last: None,
    };
    let page = draw((app, caller), shell, sheet).await?;
    Ok((StatusCode::PRECONDITION_FAILED, page).into_response())
}
