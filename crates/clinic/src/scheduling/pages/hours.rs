//! The hours of a doctor's week, and what they offer.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use kernel::{Expected, Id, PageRequest, Problem, ProblemKind, UserId, Zone};
use webkit::{Caller, Fault, FieldTexts, Form, PathId, Query, Shell, render};

use super::{board, words};
use crate::{
    App,
    identity::api::StaffMember,
    scheduling::{
        api,
        model::{AvailabilityId, AvailabilityMark, FreeSlot, Hours, SoughtSlots},
        wire::{DropForm, HoursForm, OwnQuery, doctor_of, mode_word},
    },
};

/// Hours of one doctor, at most.
const ROWS: i64 = 100;
/// Days that are shown of what is offered, after today.
const DAYS: i32 = 13;

/// What a day offers.
struct Offered {
    day: String,
    times: Vec<(String, bool)>,
}

#[derive(Template)]
#[template(path = "scheduling/hours.html")]
struct HoursPage {
    shell: Shell,
    doctors: Vec<StaffMember>,
    doctor: Option<UserId>,
    own: bool,
    rows: Vec<Hours>,
    form: HoursForm,
    /// Whether what is shown below is not saved yet.
    preview: bool,
    /// Somebody else changed the ones that are edited.
    stale: bool,
    offered: Vec<Offered>,
    errors: FieldTexts,
    done: String,
}

impl HoursPage {
    fn weekdays(&self) -> Vec<(String, String)> {
        let name = |day: i64| (day.to_string(), words::weekday(self.shell.texts, day));
        (0..7).map(name).collect()
    }

    fn modes(&self) -> Vec<(String, String)> {
        let modes = agenda::Mode::ALL.iter();
        let choice = |mode: &agenda::Mode| {
            let text = words::mode_text(self.shell.texts, *mode);
            (mode_word(*mode).to_owned(), text)
        };
        modes.map(choice).collect()
    }

    fn weekday(&self, hours: &Hours) -> String {
        words::weekday(self.shell.texts, hours.weekday)
    }

    fn times(&self, hours: &Hours) -> String {
        let form = HoursForm::of(hours);
        format!("{} – {}", form.start_time, form.end_time)
    }

    fn mode(&self, hours: &Hours) -> String {
        words::mode_text(self.shell.texts, hours.mode)
    }

    /// A conflict is told with what holds now, and nothing else.
    fn summary(&self) -> &str {
        match self.stale {
            true => "",
            false => self.errors.summary(),
        }
    }

    fn doctor_key(&self) -> String {
        self.doctor.map_or_else(String::new, |id| id.to_string())
    }

    fn is_doctor(&self, doctor: &StaffMember) -> bool {
        self.doctor == Some(doctor.id)
    }
}

/// The doctor who is meant: a doctor himself, else the one that is named, else the first.
pub(super) fn whose(caller: &Caller, doctors: &[StaffMember], named: &str) -> Option<UserId> {
    let named = doctor_of(named).filter(|id| doctors.iter().any(|doctor| doctor.id == *id));
    let first = || doctors.first().map(|doctor| doctor.id);
    board::himself(caller).or(named).or_else(first)
}

async fn page(
    (app, caller): (&App, &Caller),
    shell: Shell,
    medecin: &str,
    form: HoursForm,
) -> Result<HoursPage, Problem> {
    let doctors = board::doctors(app, caller).await?;
    let doctor = whose(caller, &doctors, medecin);
    let mut page = HoursPage {
        own: board::himself(caller).is_some(),
        doctors,
        doctor,
        rows: Vec::new(),
        form,
        preview: false,
        stale: false,
        offered: Vec::new(),
        errors: FieldTexts::default(),
        done: String::new(),
        shell,
    };
    let Some(doctor) = doctor else {
        return Ok(page);
    };
    let rows = PageRequest::new(Some(1), Some(ROWS))?;
    (_, page.rows) = api::hours(app, &caller.ctx, Some(doctor), rows).await?;
    let today = app.clock.now().date(&caller.zone);
    let sought = SoughtSlots {
        first: today,
        last: words::shifted(today, DAYS),
        practitioner: Some(doctor),
        mode: None,
    };
    let slots = api::free_slots(app, &caller.ctx, &sought).await?;
    page.offered = offered(&page.shell, &slots, (&caller.zone, today));
    Ok(page)
}

fn offered(shell: &Shell, slots: &[FreeSlot], (zone, today): (&Zone, Date)) -> Vec<Offered> {
    let day = |slot: &FreeSlot| slot.span.start().date(zone);
    let days = slots.chunk_by(|a, b| day(a) == day(b));
    days.map(|slots| Offered {
        day: words::dated(shell.texts, day(&slots[0]), today),
        times: slots
            .iter()
            .map(|slot| (slot.span.start().hour_minute(zone), slot.remaining > 0))
            .collect(),
    })
    .collect()
}

fn fresh() -> HoursForm {
    HoursForm {
        day_of_week: "0".to_owned(),
        consultation_type: mode_word(agenda::Mode::Both).to_owned(),
        duration_minutes: "30".to_owned(),
        max_consultations: "1".to_owned(),
        ..HoursForm::default()
    }
}

fn id_of(form: &HoursForm) -> Option<AvailabilityId> {
    form.edit.parse().ok().map(Id::from_uuid)
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(query): Query<OwnQuery>,
) -> Result<Response, Fault> {
    let mut page = page((&app, &caller), shell, &query.medecin, fresh()).await?;
    let edited = page
        .rows
        .iter()
        .find(|row| row.id.to_string() == query.edit);
    if let Some(hours) = edited {
        page.form = HoursForm::of(hours);
    }
    page.done = query.done;
    Ok(render(&page)?.into_response())
}

/// Saves hours, or shows what they would offer.
pub(super) async fn save(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<HoursForm>,
) -> Result<Response, Fault> {
    let named = form.medecin.clone();
    let mut page = page((&app, &caller), shell, &named, form).await?;
    let Some(doctor) = page.doctor else {
        return Err(Problem::invalid("medecin", "required").into());
    };
    let today = app.clock.now().date(&caller.zone);
    let outcome = match page.form.preview.is_empty() {
        true => saved(&app, &caller, doctor, &page.form)
            .await
            .map(|()| None),
        false => previewed(&app, &caller, doctor, &page.form).await.map(Some),
    };
    let status = match outcome {
        Ok(None) => {
            let there = format!("/agenda/hours?medecin={doctor}&done=saved");
            return Ok(Redirect::to(&there).into_response());
        }
        Ok(Some(slots)) => {
            page.offered = offered(&page.shell, &slots, (&caller.zone, today));
            page.preview = true;
            StatusCode::OK
        }
        Err(problem) => {
            if problem.kind == ProblemKind::Stale {
                // Whoever saves again has seen what he replaces.
                let edited = id_of(&page.form);
                let held = page.rows.iter().find(|row| Some(row.id) == edited);
                page.form.version = held.map(|held| held.version);
                page.stale = true;
            }
            let (status, errors) = webkit::in_form(page.shell.texts, problem)?;
            page.errors = errors;
            status
        }
    };
    Ok((status, render(&page)?).into_response())
}

async fn saved(
    app: &App,
    caller: &Caller,
    doctor: UserId,
    form: &HoursForm,
) -> Result<(), Problem> {
    let mut new = form.read()?;
    new.practitioner = Some(doctor);
    let seen = Expected::seen(form.version);
    let saved = match id_of(form) {
        Some(id) => api::change_hours(app, &caller.ctx, id, seen, new).await,
        None => api::add_hours(app, &caller.ctx, new).await,
    };
    saved.map(drop)
}

async fn previewed(
    app: &App,
    caller: &Caller,
    doctor: UserId,
    form: &HoursForm,
) -> Result<Vec<FreeSlot>, Problem> {
    let change = (id_of(form), form.read()?);
    api::preview_hours(app, &caller.ctx, doctor, change).await
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AvailabilityMark>,
    Form(form): Form<DropForm>,
) -> Result<Redirect, Fault> {
    let seen = Expected::seen(form.version);
    api::drop_hours(&app, &caller.ctx, id, seen).await?;
    let doctor = doctor_of(&form.medecin);
    let doctor = doctor.map_or_else(String::new, |id| format!("medecin={id}&"));
    Ok(Redirect::to(&format!("/agenda/hours?{doctor}done=removed")))
}
