//! Where staff put an appointment: a new one, or one that is moved.

use agenda::Mode;
use askama::Template;
use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use kernel::{Expected, Id, PageRequest, Problem, Timestamp, UserId};
use webkit::{Caller, Fault, FieldTexts, Form, PathId, Query, Shell, render};

use super::{
    board::{self, Board, Free},
    words,
};
use crate::{
    App,
    identity::api::StaffMember,
    patients::{
        self,
        api::{PatientId, Record},
    },
    scheduling::{
        api::{self, Moved, NewAppointment},
        model::{Appointment, AppointmentMark, SoughtAppointments, SoughtSlots},
        wire::{PlaceForm, PlaceQuery, SlotKey, doctor_of, mode_word, way},
    },
};

/// Length of a visit outside of slots, minutes.
const MINUTES: &str = "30";

#[derive(Template)]
#[template(path = "scheduling/place.html")]
struct PlacePage {
    shell: Shell,
    /// The one that is moved, and when it stands.
    moved: Option<(Appointment, String)>,
    patient: Option<(PatientId, String)>,
    search: String,
    found: Vec<Record>,
    /// What the patient has coming up.
    coming: Vec<String>,
    doctors: Vec<StaffMember>,
    doctor: Option<UserId>,
    date: Date,
    day: String,
    free: Vec<Free>,
    form: PlaceForm,
    errors: FieldTexts,
}

impl PlacePage {
    fn action(&self) -> String {
        match &self.moved {
            None => "/agenda/new".to_owned(),
            Some((one, _)) => format!("/agenda/appointments/{}/move", one.id),
        }
    }

    /// What is wrong with the time that was written.
    fn time_error(&self) -> &str {
        let fields = ["time", "requested_start", "minutes", "requested_end"];
        let found = fields.into_iter().map(|field| self.errors.of_field(field));
        found
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }

    /// What is wrong with the series.
    fn series_error(&self) -> &str {
        let fields = ["every_weeks", "count", "series"];
        let mut found = fields.into_iter().map(|field| self.errors.of_field(field));
        found.find(|text| !text.is_empty()).unwrap_or_default()
    }

    fn is_slot(&self, free: &Free) -> bool {
        free.key.to_string() == self.form.slot
    }

    /// Nothing is chosen for somebody who has not chosen yet.
    fn is_other_time(&self) -> bool {
        self.form.slot.is_empty() && (!self.form.time.is_empty() || self.free.is_empty())
    }

    fn is_doctor(&self, doctor: &StaffMember) -> bool {
        self.doctor == Some(doctor.id)
    }

    fn is_remote(&self) -> bool {
        way(&self.form.mode) == Mode::Remote
    }

    fn way_text(&self, remote: bool) -> String {
        let mode = if remote { Mode::Remote } else { Mode::InPerson };
        words::mode_text(self.shell.texts, mode)
    }

    fn word(&self, remote: bool) -> &'static str {
        mode_word(if remote { Mode::Remote } else { Mode::InPerson })
    }

    fn doctor_key(&self) -> String {
        self.doctor.map_or_else(String::new, |id| id.to_string())
    }
}

/// The page with the slots of the doctor and day that the form names.
async fn page(
    (app, caller): (&App, &Caller),
    shell: Shell,
    moved: Option<Appointment>,
    form: PlaceForm,
    search: String,
) -> Result<PlacePage, Problem> {
    let now = app.clock.now();
    let today = now.date(&caller.zone);
    let mut doctors = board::doctors(app, caller).await?;
    if let Some(own) = board::himself(caller) {
        doctors.retain(|doctor| doctor.id == own);
    }
    let key = SlotKey::parse(&form.slot);
    let stands = moved.as_ref().and_then(|one| one.practitioner_id);
    let doctor = key
        .map(|key| key.practitioner)
        .or_else(|| doctor_of(&form.medecin));
    let doctor = doctor
        .or(stands)
        .or_else(|| doctors.first().map(|doctor| doctor.id));
    let date = match key {
        Some(key) => key.span.start().date(&caller.zone),
        None => {
            let stands = moved.as_ref().map(|one| one.starts_at.date(&caller.zone));
            words::day_named(&form.date, stands.unwrap_or(today).max(today))
        }
    };
    let patient = match &moved {
        Some(one) => Some((one.patient_id, one.patient_name.clone())),
        None => named(app, caller, &form.patient).await?,
    };
    let coming = match &patient {
        Some((id, _)) => coming((app, caller), &shell, *id, now).await?,
        None => Vec::new(),
    };
    let found = match &patient {
        None if !search.trim().is_empty() => {
            let page = PageRequest::default();
            patients::api::list(app, &caller.ctx, &search, None, page)
                .await?
                .1
        }
        _ => Vec::new(),
    };
    let moment = |one: Appointment| {
        let when = words::moment(shell.texts, one.starts_at, &caller.zone, today);
        (one, when)
    };
    Ok(PlacePage {
        patient,
        search,
        found,
        coming,
        doctors,
        doctor,
        date,
        day: words::dated(shell.texts, date, today),
        free: free(app, caller, doctor, date).await?,
        form,
        errors: FieldTexts::default(),
        moved: moved.map(moment),
        shell,
    })
}

/// The patient an address names.
async fn named(
    app: &App,
    caller: &Caller,
    given: &str,
) -> Result<Option<(PatientId, String)>, Problem> {
    let Ok(id) = given.parse() else {
        return Ok(None);
    };
    let id = Id::from_uuid(id);
    Ok(Some((id, patients::api::name(app, &caller.ctx, id).await?)))
}

async fn free(
    app: &App,
    caller: &Caller,
    doctor: Option<UserId>,
    date: Date,
) -> Result<Vec<Free>, Problem> {
    let Some(doctor) = doctor else {
        return Ok(Vec::new());
    };
    let sought = SoughtSlots {
        first: date,
        last: date,
        practitioner: Some(doctor),
        mode: None,
    };
    let slots = api::free_slots(app, &caller.ctx, &sought)
        .await?
        .into_iter();
    let open = slots.filter(|slot| slot.remaining > 0);
    Ok(open
        .map(|slot| Free {
            key: SlotKey {
                span: slot.span,
                practitioner: doctor,
            },
            time: slot.span.start().hour_minute(&caller.zone),
            left: slot.remaining,
        })
        .collect())
}

async fn coming(
    (app, caller): (&App, &Caller),
    shell: &Shell,
    patient: PatientId,
    now: Timestamp,
) -> Result<Vec<String>, Problem> {
    use agenda::AppointmentState::{Confirmed, Pending};
    let sought = SoughtAppointments {
        status: vec![Pending, Confirmed],
        patient: Some(patient),
        from: Some(now),
        ..SoughtAppointments::default()
    };
    let page = PageRequest::default();
    let (_, rows) = api::appointments(app, &caller.ctx, &sought, page).await?;
    let today = now.date(&caller.zone);
    let moment = |one: &Appointment| words::moment(shell.texts, one.starts_at, &caller.zone, today);
    Ok(rows.iter().map(moment).collect())
}

fn blank(query: PlaceQuery) -> (PlaceForm, String) {
    let form = PlaceForm {
        patient: query.patient,
        medecin: query.medecin,
        date: query.date,
        slot: query.slot,
        minutes: MINUTES.to_owned(),
        every_weeks: "1".to_owned(),
        confirm: "1".to_owned(),
        ..PlaceForm::default()
    };
    (form, query.search)
}

pub(super) async fn new(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(query): Query<PlaceQuery>,
) -> Result<Html<String>, Fault> {
    let (form, search) = blank(query);
    render(&page((&app, &caller), shell, None, form, search).await?)
}

pub(super) async fn choose(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<AppointmentMark>,
    Query(query): Query<PlaceQuery>,
) -> Result<Response, Fault> {
    let one = api::appointment(&app, &caller.ctx, id).await?;
    if one.status.is_final() {
        return Ok(Redirect::to(&format!("/agenda/appointments/{id}")).into_response());
    }
    let (mut form, _) = blank(query);
    form.mode = mode_word(one.mode).to_owned();
    form.version = Some(one.version);
    let page = page((&app, &caller), shell, Some(one), form, String::new()).await?;
    Ok(render(&page)?.into_response())
}

pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<PlaceForm>,
) -> Result<Response, Fault> {
    let made = made(&app, &caller, &form).await;
    answered((&app, &caller), shell, None, (form, "new"), made).await
}

async fn made(app: &App, caller: &Caller, form: &PlaceForm) -> Result<Appointment, Problem> {
    let place = form.place(&caller.zone)?;
    let new = NewAppointment {
        patient: form.patient.parse().ok().map(Id::from_uuid),
        practitioner: Some(place.practitioner),
        encounter: None,
        mode: way(&form.mode),
        start: place.span.start(),
        end: place.span.end(),
        location_note: Some(form.note.clone()),
        patient_message: None,
        practitioner_message: Some(form.message.clone()),
        overbook: form.over()?,
        series: form.series()?,
    };
    if form.confirm.is_empty() {
        return api::request(app, &caller.ctx, new).await;
    }
    let mut booked = api::book(app, &caller.ctx, new).await?.into_iter();
    booked.next().ok_or_else(Problem::not_found)
}

pub(super) async fn shift(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<AppointmentMark>,
    Form(form): Form<PlaceForm>,
) -> Result<Response, Fault> {
    let one = api::appointment(&app, &caller.ctx, id).await?;
    let shifted = shifted(&app, &caller, &one, &form).await;
    answered((&app, &caller), shell, Some(one), (form, "move"), shifted).await
}

async fn shifted(
    app: &App,
    caller: &Caller,
    one: &Appointment,
    form: &PlaceForm,
) -> Result<Appointment, Problem> {
    let place = form.place(&caller.zone)?;
    let seen = Expected::seen(form.version);
    let moved = Moved {
        start: place.span.start(),
        end: place.span.end(),
        practitioner: Some(place.practitioner),
        mode: Some(way(&form.mode)),
        message: Some(form.message.clone()),
        overbook: form.over()?,
    };
    api::reschedule(app, &caller.ctx, one.id, seen, moved).await
}

/// To the day on which it stands, of a series to the list of them; or the page again with all that was written.
async fn answered(
    (app, caller): (&App, &Caller),
    shell: Shell,
    moved: Option<Appointment>,
    (mut form, done): (PlaceForm, &str),
    outcome: Result<Appointment, Problem>,
) -> Result<Response, Fault> {
    let problem = match outcome {
        Ok(one) if one.series_id.is_some() && done == "new" => {
            let there = format!("/agenda/appointments/{}?done=series", one.id);
            return Ok(Redirect::to(&there).into_response());
        }
        Ok(one) => {
            let date = one.starts_at.date(&caller.zone);
            let query = Board::query(date, one.practitioner_id, false);
            let there = format!("/agenda?{query}&done={done}#a-{}", one.id);
            return Ok(Redirect::to(&there).into_response());
        }
        Err(problem) => problem,
    };
    let (status, errors) = webkit::in_form(shell.texts, problem)?;
    // The next try is meant for what is shown now.
    form.version = moved.as_ref().map(|one| one.version);
    let mut page = page((app, caller), shell, moved, form, String::new()).await?;
    page.errors = errors;
    Ok((status, render(&page)?).into_response())
}
