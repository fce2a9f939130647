//! When a doctor is away, and whose appointments lie in it.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use kernel::{Expected, Id, PageRequest, Problem, ProblemKind, UserId, Zone};
use webkit::{Caller, Fault, FieldTexts, Form, PathId, Query, Shell, render};

use super::{board, hours::whose, words};
use crate::{
    App,
    identity::api::StaffMember,
    scheduling::{
        api,
        model::{Appointment, Away, ExceptionId, ExceptionKind, ExceptionMark},
        wire::{AbsenceForm, DropForm, OwnQuery, doctor_of, kind_text, kind_word},
    },
};

/// Absences of one doctor, at most.
const ROWS: i64 = 100;

#[derive(Template)]
#[template(path = "scheduling/absences.html")]
struct AbsencesPage {
    shell: Shell,
    doctors: Vec<StaffMember>,
    doctor: Option<UserId>,
    own: bool,
    /// Each with the appointments that lie in it.
    rows: Vec<(Away, Vec<Appointment>)>,
    form: AbsenceForm,
    /// Somebody else changed the one that is edited.
    stale: bool,
    errors: FieldTexts,
    done: String,
    zone: Zone,
    today: Date,
}

impl AbsencesPage {
    fn kinds(&self) -> Vec<(String, String)> {
        let kinds = ExceptionKind::ALL.iter();
        let choice = |kind: &ExceptionKind| {
            let text = kind_text(self.shell.texts, *kind);
            (kind_word(*kind).to_owned(), text)
        };
        kinds.map(choice).collect()
    }

    fn kind(&self, away: &Away) -> String {
        kind_text(self.shell.texts, away.kind)
    }

    /// From when to when, or on which weekday at which hours.
    fn time(&self, away: &Away) -> String {
        let texts = self.shell.texts;
        if away.weekly {
            let first = away.starts_at.date(&self.zone).weekday();
            let weekday = words::weekday(texts, i64::from(first.to_monday_zero_offset()));
            let (start, end) = (
                away.starts_at.hour_minute(&self.zone),
                away.ends_at.hour_minute(&self.zone),
            );
            return texts.with(
                "absences-weekly",
                &[("weekday", &weekday), ("start", &start), ("end", &end)],
            );
        }
        let from = words::moment(texts, away.starts_at, &self.zone, self.today);
        let until = words::moment(texts, away.ends_at, &self.zone, self.today);
        texts.with("absences-once", &[("from", &from), ("until", &until)])
    }

    fn when(&self, one: &Appointment) -> String {
        words::moment(self.shell.texts, one.starts_at, &self.zone, self.today)
    }

    /// A conflict is told with what holds now, and nothing else.
    fn summary(&self) -> &str {
        match self.stale {
            true => "",
            false => self.errors.summary(),
        }
    }

    fn edited(&self, id: ExceptionId) -> Option<&Away> {
        let mut rows = self.rows.iter().map(|(away, _)| away);
        rows.find(|away| away.id == id)
    }

    fn doctor_key(&self) -> String {
        self.doctor.map_or_else(String::new, |id| id.to_string())
    }

    fn is_doctor(&self, doctor: &StaffMember) -> bool {
        self.doctor == Some(doctor.id)
    }
}

async fn page(
    (app, caller): (&App, &Caller),
    shell: Shell,
    medecin: &str,
    form: AbsenceForm,
) -> Result<AbsencesPage, Problem> {
    let now = app.clock.now();
    let doctors = board::doctors(app, caller).await?;
    let doctor = whose(caller, &doctors, medecin);
    let rows = match doctor {
        None => Vec::new(),
        Some(doctor) => {
            let request = PageRequest::new(Some(1), Some(ROWS))?;
            let time = (Some(now), None);
            let (_, mut away) =
                api::exceptions(app, &caller.ctx, Some(doctor), time, request).await?;
            away.reverse();
            let displaced = api::displaced(app, &caller.ctx, doctor, &away).await?;
            away.into_iter().zip(displaced).collect()
        }
    };
    Ok(AbsencesPage {
        own: board::himself(caller).is_some(),
        doctors,
        doctor,
        rows,
        form,
        stale: false,
        errors: FieldTexts::default(),
        done: String::new(),
        zone: caller.zone.clone(),
        today: now.date(&caller.zone),
        shell,
    })
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(query): Query<OwnQuery>,
) -> Result<Response, Fault> {
    let form = AbsenceForm::default();
    let mut page = page((&app, &caller), shell, &query.medecin, form).await?;
    if let Some(away) = id_of(&query.edit).and_then(|id| page.edited(id)) {
        page.form = AbsenceForm::of(away, &page.zone);
    }
    page.done = query.done;
    Ok(render(&page)?.into_response())
}

fn id_of(given: &str) -> Option<ExceptionId> {
    given.parse().ok().map(Id::from_uuid)
}

/// Enters an absence, or changes the one that the form names.
async fn saved(
    app: &App,
    caller: &Caller,
    doctor: Option<UserId>,
    form: &AbsenceForm,
) -> Result<Away, Problem> {
    let mut new = form.read(&caller.zone)?;
    new.practitioner = doctor;
    let seen = Expected::seen(form.version);
    match id_of(&form.edit) {
        Some(id) => api::change_exception(app, &caller.ctx, id, seen, new).await,
        None => api::add_exception(app, &caller.ctx, new).await,
    }
}

pub(super) async fn save(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<AbsenceForm>,
) -> Result<Response, Fault> {
    let named = form.medecin.clone();
    let doctors = board::doctors(&app, &caller).await?;
    let doctor = whose(&caller, &doctors, &named);
    let problem = match saved(&app, &caller, doctor, &form).await {
        Ok(away) => {
            let doctor = away.practitioner_id;
            let there = format!("/agenda/absences?medecin={doctor}&done=saved#e-{}", away.id);
            return Ok(Redirect::to(&there).into_response());
        }
        Err(problem) => problem,
    };
    let stale = problem.kind == ProblemKind::Stale;
    let (status, errors) = webkit::in_form(shell.texts, problem)?;
    let mut page = page((&app, &caller), shell, &named, form).await?;
    if stale {
        // Whoever saves again has seen what he replaces.
        let held = id_of(&page.form.edit).and_then(|id| page.edited(id));
        page.form.version = held.map(|held| held.version);
        page.stale = true;
    }
    page.errors = errors;
    Ok((status, render(&page)?).into_response())
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<ExceptionMark>,
    Form(form): Form<DropForm>,
) -> Result<Redirect, Fault> {
    let seen = Expected::seen(form.version);
    api::drop_exception(&app, &caller.ctx, id, seen).await?;
    let doctor = doctor_of(&form.medecin);
    let doctor = doctor.map_or_else(String::new, |id| format!("medecin={id}&"));
    Ok(Redirect::to(&format!(
        "/agenda/absences?{doctor}done=removed"
    )))
}
