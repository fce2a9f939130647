//! Somebody without an account asks for an appointment: a doctor, a day, an hour,
//! and who he is.

use agenda::Mode;
use askama::Template;
use axum::{
    extract::{Path, State},
    http::{Method, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Problem, ProblemKind};
use webkit::{Fault, FieldTexts, Form, Policy, Query, Routes, Shell, render};

use super::{
    slots::{DayRow, DoctorRow, Offer, SlotRow},
    words,
};
use crate::{
    App, care,
    identity::api::TenantInfo,
    scheduling::{
        api::{self, BookingCodeId, OnlineWish},
        wire::{ANY, BookQuery, OnlineForm, SlotKey, doctor_of, mode_word, public_page, way},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .page(Method::GET, "/book/{clinic}", book, Policy::Public)
        .page(Method::POST, "/book/{clinic}", ask, Policy::Public)
        .page(Method::GET, "/b/{clinic}", short, Policy::Public)
}

/// The clinic whose page it is.
pub(super) struct Host {
    pub(super) clinic: TenantInfo,
    /// How it is called, when it says so.
    pub(super) phone: Option<String>,
}

impl Host {
    /// # Errors
    /// 404 `booking-closed`.
    pub(super) async fn of(app: &App, slug: &str) -> Result<Self, Problem> {
        let clinic = api::open_clinic(app, slug).await?;
        let mut tx = app.store.read(clinic.id).await?;
        let phone = care::api::clinic_phone(&mut tx, clinic.id).await?;
        Ok(Self { clinic, phone })
    }

    pub(super) fn base(&self) -> String {
        public_page(&self.clinic)
    }
}

/// What there is to choose now.
enum Step {
    Doctor(Vec<DoctorRow>),
    Day(Vec<DayRow>),
    Hour(Vec<SlotRow>),
    Who(SlotRow),
}

#[derive(Template)]
#[template(path = "scheduling/online_book.html")]
struct BookPage {
    shell: Shell,
    host: Host,
    step: Step,
    /// The doctor that was chosen.
    doctor: Option<String>,
    /// The day that was chosen, in words and as it stands in addresses.
    day: Option<(String, String)>,
    typed: OnlineForm,
    /// The slot is gone.
    taken: bool,
    errors: FieldTexts,
}

impl BookPage {
    /// Of the four steps, the one that is shown.
    const fn number(&self) -> u8 {
        match self.step {
            Step::Doctor(_) => 1,
            Step::Day(_) => 2,
            Step::Hour(_) => 3,
            Step::Who(_) => 4,
        }
    }

    fn heading(&self) -> String {
        self.shell.t(match self.step {
            Step::Doctor(_) => "book-doctor",
            Step::Day(_) => "book-day",
            Step::Hour(_) => "book-hour",
            Step::Who(_) => "online-who",
        })
    }

    fn at(&self, slot: &SlotRow) -> String {
        let (day, time) = (("day", &slot.day), ("time", &slot.time));
        self.shell.t2("agenda-moment", day, time)
    }

    fn is_remote(&self) -> bool {
        way(&self.typed.mode) == Mode::Remote
    }

    fn word(&self, remote: bool) -> &'static str {
        mode_word(if remote { Mode::Remote } else { Mode::InPerson })
    }

    fn way_text(&self, remote: bool) -> String {
        let mode = if remote { Mode::Remote } else { Mode::InPerson };
        self.mode_text(&mode)
    }

    fn mode_text(&self, mode: &Mode) -> String {
        words::mode_text(self.shell.texts, *mode)
    }
}

/// The page with what is offered of the doctor who was chosen, or of all.
struct Errand {
    offer: Offer,
    page: BookPage,
}

impl Errand {
    async fn new(app: &App, shell: Shell, slug: &str, typed: OnlineForm) -> Result<Self, Problem> {
        let host = Host::of(app, slug).await?;
        let chosen = doctor_of(&typed.medecin);
        let offer = Offer::open(app, &host.clinic, chosen).await?;
        let first = offer.free.first().filter(|_| chosen.is_some());
        let page = BookPage {
            shell,
            host,
            step: Step::Doctor(Vec::new()),
            doctor: first.map(|slot| slot.hours.practitioner_name.clone()),
            day: None,
            typed: OnlineForm {
                medecin: chosen.map_or_else(|| typed.medecin.clone(), |id| id.to_string()),
                ..typed
            },
            taken: false,
            errors: FieldTexts::default(),
        };
        Ok(Self { offer, page })
    }

    fn on(&mut self, date: jiff::civil::Date) {
        let in_words = words::dated(self.page.shell.texts, date, self.offer.today);
        self.page.day = Some((in_words, date.to_string()));
    }

    /// The step after what was chosen.
    fn next(mut self, day: &str) -> Result<Response, Fault> {
        let texts = self.page.shell.texts;
        if let Some(key) = SlotKey::parse(&self.page.typed.slot) {
            return self.slot(key, StatusCode::OK);
        }
        if let Ok(date) = day.parse() {
            self.on(date);
            self.page.step = Step::Hour(self.offer.hours(texts, date));
            return self.answer(StatusCode::OK);
        }
        let doctors = self.offer.doctors(texts);
        // Where there is one doctor there is nothing to choose.
        let chosen = !self.page.typed.medecin.is_empty() || doctors.len() == 1;
        if self.page.typed.medecin.is_empty() {
            ANY.clone_into(&mut self.page.typed.medecin);
        }
        self.page.step = match chosen {
            true => Step::Day(self.offer.days(texts)),
            false => Step::Doctor(doctors),
        };
        self.answer(StatusCode::OK)
    }

    /// Who comes to this slot; when it is gone, the others of its day.
    fn slot(mut self, key: SlotKey, status: StatusCode) -> Result<Response, Fault> {
        let texts = self.page.shell.texts;
        let date = key
            .span
            .start()
            .date(&self.offer.zone)
            .max(self.offer.today);
        self.on(date);
        let Some(slot) = self.offer.find(texts, key) else {
            self.page.taken = true;
            self.page.step = Step::Hour(self.offer.hours(texts, date));
            return self.answer(status.max(StatusCode::CONFLICT));
        };
        self.page.step = Step::Who(slot);
        self.answer(status)
    }

    fn answer(self, status: StatusCode) -> Result<Response, Fault> {
        Ok((status, render(&self.page)?).into_response())
    }
}

async fn short(State(app): State<App>, Path(slug): Path<String>) -> Result<Redirect, Fault> {
    let clinic = api::open_clinic(&app, &slug).await?;
    Ok(Redirect::to(&public_page(&clinic)))
}

async fn book(
    State(app): State<App>,
    shell: Shell,
    Path(slug): Path<String>,
    Query(query): Query<BookQuery>,
) -> Result<Response, Fault> {
    let typed = OnlineForm {
        medecin: query.medecin,
        slot: query.slot,
        ..OnlineForm::default()
    };
    Errand::new(&app, shell, &slug, typed)
        .await?
        .next(&query.day)
}

async fn ask(
    State(app): State<App>,
    shell: Shell,
    Path(slug): Path<String>,
    Form(form): Form<OnlineForm>,
) -> Result<Response, Fault> {
    let texts = shell.texts;
    let mut errand = Errand::new(&app, shell, &slug, form).await?;
    let typed = &errand.page.typed;
    if !typed.remarque.is_empty() {
        // A program that fills in every field: it is told what everybody is told.
        let nothing = BookingCodeId::new(&app.clock, &app.rng);
        return Ok(to_code(&errand.page.host, nothing));
    }
    let key = SlotKey::parse(&typed.slot);
    let key = key.ok_or_else(|| Problem::invalid("slot", "malformed"))?;
    let wish = OnlineWish {
        practitioner: key.practitioner,
        span: key.span,
        mode: way(&typed.mode),
        first_name: typed.first_name.clone(),
        last_name: typed.last_name.clone(),
        phone: typed.phone.clone(),
    };
    let clinic = &errand.page.host.clinic;
    let problem = match api::ask_online(&app, clinic, texts.locale, wish).await {
        Ok(id) => return Ok(to_code(&errand.page.host, id)),
        Err(problem) => problem,
    };
    let status = webkit::status(&problem);
    errand.page.errors = refused(texts, problem)?;
    errand.slot(key, status)
}

fn to_code(host: &Host, id: BookingCodeId) -> Response {
    let to = format!("{}/code?request={id}", host.base());
    Redirect::to(&to).into_response()
}

/// What could not be done, for a page that shows its form again.
///
/// # Errors
/// The problem itself when no form can mend it.
pub(super) fn refused(texts: webkit::Texts, problem: Problem) -> Result<FieldTexts, Problem> {
    match problem.kind {
        ProblemKind::Invalid | ProblemKind::Conflict | ProblemKind::RateLimited => {
            Ok(texts.fields(&problem))
        }
        _ => Err(problem),
    }
}
