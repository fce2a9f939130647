//! A patient asks for an appointment, or moves his own: a doctor, a day, an hour,
//! and yes.

use agenda::Mode;
use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Expected, Problem, ProblemKind, UserId};
use webkit::{Caller, Fault, FieldTexts, Form, PathId, Query, Shell, render};

use super::{
    slots::{DayRow, DoctorRow, Offer, SlotRow},
    words,
};
use crate::{
    App, patients,
    scheduling::{
        api::{self, Moved, NewAppointment},
        model::{Appointment, AppointmentId, AppointmentMark},
        wire::{ANY, BookForm, BookQuery, SlotKey, doctor_of, mode_word, way},
    },
};

/// What there is to choose now.
enum Step {
    /// The clinic has no record of this account yet.
    Nobody,
    Doctor(Vec<DoctorRow>),
    Day(Vec<DayRow>),
    Hour(Vec<SlotRow>),
    Last(SlotRow),
    /// The slot is gone: these are left.
    Taken(Vec<SlotRow>),
}

#[derive(Template)]
#[template(path = "scheduling/book.html")]
struct BookPage {
    shell: Shell,
    /// What is moved; nothing when a new one is asked for.
    moved: Option<AppointmentId>,
    version: Option<i64>,
    step: Step,
    /// When the appointment that is moved stands.
    stands: Option<String>,
    medecin: String,
    /// The doctor that was chosen.
    doctor: Option<String>,
    /// The day that was chosen, in words and as it stands in addresses.
    day: Option<(String, String)>,
    mode: String,
    message: String,
    errors: FieldTexts,
}

impl BookPage {
    fn base(&self) -> String {
        self.moved.map_or_else(
            || "/my/appointments/new".to_owned(),
            |id| format!("/my/appointments/{id}/move"),
        )
    }

    /// Of the four steps, the one that is shown.
    fn number(&self) -> u8 {
        match self.step {
            Step::Nobody | Step::Doctor(_) => 1,
            Step::Day(_) => 2,
            Step::Hour(_) => 3,
            Step::Last(_) | Step::Taken(_) => 4,
        }
    }

    fn title(&self) -> String {
        let key = match self.moved {
            None => "book-title",
            Some(_) => "book-move-title",
        };
        self.shell.t(key)
    }

    fn heading(&self) -> String {
        let key = match self.step {
            Step::Nobody => "book-title",
            Step::Doctor(_) => "book-doctor",
            Step::Day(_) => "book-day",
            Step::Hour(_) => "book-hour",
            Step::Last(_) if self.moved.is_some() => "book-move-last",
            Step::Last(_) => "book-last",
            Step::Taken(_) => "book-others",
        };
        self.shell.t(key)
    }

    /// Whether he may ask to be told of a place: as long as he is choosing.
    fn may_wait(&self) -> bool {
        let chooses = !matches!(self.step, Step::Nobody | Step::Last(_));
        chooses && self.moved.is_none()
    }

    /// Whether the patient says how he comes.
    fn asks_mode(&self) -> bool {
        match &self.step {
            Step::Last(slot) => slot.mode == Mode::Both,
            Step::Taken(slots) => slots.iter().any(|slot| slot.mode == Mode::Both),
            _ => false,
        }
    }

    fn is_remote(&self) -> bool {
        way(&self.mode) == Mode::Remote
    }

    fn word(&self, remote: bool) -> &'static str {
        mode_word(if remote { Mode::Remote } else { Mode::InPerson })
    }

    fn way_text(&self, remote: bool) -> String {
        let mode = if remote { Mode::Remote } else { Mode::InPerson };
        words::mode_text(self.shell.texts, mode)
    }

    fn at(&self, slot: &SlotRow) -> String {
        let (day, time) = (("day", &slot.day), ("time", &slot.time));
        self.shell.t2("agenda-moment", day, time)
    }

    fn mode_text(&self, mode: &Mode) -> String {
        words::mode_text(self.shell.texts, *mode)
    }
}

/// What is booked: a new one, or another time for this one.
struct Errand {
    moved: Option<Appointment>,
    offer: Offer,
    page: BookPage,
}

impl Errand {
    /// With the slots of the doctor who was chosen, or of all.
    async fn new(
        (app, caller): (&App, &Caller),
        shell: Shell,
        moved: Option<Appointment>,
        medecin: &str,
    ) -> Result<Self, Problem> {
        let chosen: Option<UserId> = match &moved {
            Some(one) => one.practitioner_id,
            None => doctor_of(medecin),
        };
        let offer = Offer::load(app, caller, chosen).await?;
        let first = offer
            .free
            .iter()
            .find(|slot| Some(slot.hours.practitioner_id) == chosen);
        let stands = moved
            .as_ref()
            .map(|one| words::moment(shell.texts, one.starts_at, &caller.zone, offer.today));
        let page = BookPage {
            moved: moved.as_ref().map(|one| one.id),
            version: moved.as_ref().map(|one| one.version),
            step: Step::Nobody,
            stands,
            medecin: chosen.map_or_else(|| ANY.to_owned(), |id| id.to_string()),
            doctor: first.map(|slot| slot.hours.practitioner_name.clone()),
            day: None,
            mode: String::new(),
            message: String::new(),
            errors: FieldTexts::default(),
            shell,
        };
        Ok(Self { moved, offer, page })
    }

    fn answer(self, status: StatusCode) -> Result<Response, Fault> {
        Ok((status, render(&self.page)?).into_response())
    }

    fn on(&mut self, date: jiff::civil::Date) {
        let texts = self.page.shell.texts;
        let in_words = words::dated(texts, date, self.offer.today);
        self.page.day = Some((in_words, date.to_string()));
    }

    /// The step after what was chosen.
    fn next(mut self, query: &BookQuery) -> Result<Response, Fault> {
        let texts = self.page.shell.texts;
        if let Some(key) = SlotKey::parse(&query.slot) {
            self.on(key.span.start().date(&self.offer.zone));
            return match self.offer.find(texts, key) {
                Some(slot) => {
                    self.page.step = Step::Last(slot);
                    self.answer(StatusCode::OK)
                }
                None => self.taken(key, StatusCode::OK),
            };
        }
        if let Ok(date) = query.day.parse() {
            self.on(date);
            self.page.step = Step::Hour(self.offer.hours(texts, date));
            return self.answer(StatusCode::OK);
        }
        let doctors = self.offer.doctors(texts);
        // Where there is one doctor there is nothing to choose.
        let chosen = self.moved.is_some() || !query.medecin.is_empty() || doctors.len() == 1;
        self.page.step = match chosen {
            true => Step::Day(self.offer.days(texts)),
            false => Step::Doctor(doctors),
        };
        self.answer(StatusCode::OK)
    }

    /// The slot is gone: what is left that day and after, with all that was written.
    fn taken(mut self, key: SlotKey, status: StatusCode) -> Result<Response, Fault> {
        let from = key
            .span
            .start()
            .date(&self.offer.zone)
            .max(self.offer.today);
        self.on(from);
        self.page.step = Step::Taken(self.offer.others(self.page.shell.texts, from));
        self.answer(status)
    }

    /// Shows what could not be done.
    fn refused(mut self, problem: Problem, key: SlotKey) -> Result<Response, Fault> {
        let texts = self.page.shell.texts;
        let lost = problem.code.is_some_and(|code| LOST.contains(&code));
        if problem.code == Some("no-patient-record") {
            self.page.step = Step::Nobody;
            return self.answer(webkit::status(&problem));
        }
        let found = self.offer.find(texts, key);
        let (status, errors) = webkit::in_form(texts, problem)?;
        match found {
            Some(slot) if !lost => {
                self.page.errors = errors;
                self.on(key.span.start().date(&self.offer.zone));
                self.page.step = Step::Last(slot);
                self.answer(status)
            }
            _ => self.taken(key, status),
        }
    }
}

/// The slot went to somebody else, or is offered no more.
const LOST: [&str; 3] = ["slot-full", "doctor-away", "slot-not-offered"];

pub(super) async fn new(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(query): Query<BookQuery>,
) -> Result<Response, Fault> {
    let errand = Errand::new((&app, &caller), shell, None, &query.medecin).await?;
    match patients::api::is_linked(&app, &caller.ctx).await? {
        true => errand.next(&query),
        false => errand.answer(StatusCode::OK),
    }
}

pub(super) async fn ask(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<BookForm>,
) -> Result<Response, Fault> {
    let (mut errand, key) = filled((&app, &caller), shell, None, form).await?;
    let Some(slot) = errand.offer.find(errand.page.shell.texts, key) else {
        return errand.taken(key, StatusCode::CONFLICT);
    };
    let new = NewAppointment {
        patient: None,
        practitioner: Some(key.practitioner),
        encounter: None,
        mode: served(&slot, &errand.page.mode),
        start: key.span.start(),
        end: key.span.end(),
        location_note: None,
        patient_message: Some(errand.page.message.clone()),
        practitioner_message: None,
        overbook: None,
        series: None,
    };
    match api::request(&app, &caller.ctx, new).await {
        Ok(_) => Ok(Redirect::to("/my/appointments?done=asked").into_response()),
        Err(problem) => {
            errand.reload(&app, &caller).await?;
            errand.refused(problem, key)
        }
    }
}

/// The errand as the form says it, and the slot it names.
async fn filled(
    who: (&App, &Caller),
    shell: Shell,
    moved: Option<Appointment>,
    form: BookForm,
) -> Result<(Errand, SlotKey), Problem> {
    let key = SlotKey::parse(&form.slot);
    let key = key.ok_or_else(|| Problem::invalid("slot", "malformed"))?;
    let mut errand = Errand::new(who, shell, moved, &form.medecin).await?;
    errand.page.mode = form.mode;
    errand.page.message = form.message;
    errand.page.version = form.version.or(errand.page.version);
    Ok((errand, key))
}

impl Errand {
    /// Reads again what is free: somebody was faster.
    async fn reload(&mut self, app: &App, caller: &Caller) -> Result<(), Problem> {
        let chosen = doctor_of(&self.page.medecin);
        self.offer = Offer::load(app, caller, chosen).await?;
        Ok(())
    }
}

/// How the patient comes to this slot.
fn served(slot: &SlotRow, typed: &str) -> Mode {
    match slot.mode {
        Mode::Both => way(typed),
        one => one,
    }
}

/// Another day or hour for an appointment.
pub(super) async fn choose(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<AppointmentMark>,
    Query(query): Query<BookQuery>,
) -> Result<Response, Fault> {
    let one = api::appointment(&app, &caller.ctx, id).await?;
    if one.status.is_final() {
        return Ok(Redirect::to("/my/appointments").into_response());
    }
    let errand = Errand::new((&app, &caller), shell, Some(one), "").await?;
    errand.next(&query)
}

pub(super) async fn shift(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<AppointmentMark>,
    Form(form): Form<BookForm>,
) -> Result<Response, Fault> {
    let one = api::appointment(&app, &caller.ctx, id).await?;
    let (mut errand, key) = filled((&app, &caller), shell, Some(one), form).await?;
    let Some(slot) = errand.offer.find(errand.page.shell.texts, key) else {
        return errand.taken(key, StatusCode::CONFLICT);
    };
    let seen = errand
        .page
        .version
        .map_or(Expected::Any, |version| Expected::OneOf(vec![version]));
    let moved = Moved {
        start: key.span.start(),
        end: key.span.end(),
        practitioner: None,
        mode: Some(served(&slot, &errand.page.mode)),
        message: Some(errand.page.message.clone()),
        overbook: None,
    };
    match api::reschedule(&app, &caller.ctx, id, seen, moved).await {
        Ok(_) => Ok(Redirect::to("/my/appointments?done=moved").into_response()),
        Err(problem) => {
            if problem.kind == ProblemKind::Stale {
                let newest = api::appointment(&app, &caller.ctx, id).await?;
                errand.page.version = Some(newest.version);
            }
            errand.reload(&app, &caller).await?;
            errand.refused(problem, key)
        }
    }
}
