//! The code that went to a number without an account, and what comes after it.

use agenda::AppointmentState;
use askama::Template;
use axum::{
    extract::{Path, State},
    http::Method,
    response::{Html, IntoResponse, Redirect, Response},
};
use kernel::{Problem, UserId};
use webkit::{Fault, FieldTexts, Form, Policy, Query, Routes, Shell, render};

use super::{
    online::{Host, refused},
    slots::{Offer, SlotRow},
    words,
};
use crate::{
    App,
    scheduling::{
        api::{self, asked_online},
        model::{Appointment, AppointmentId, BookingCodeId, CodeFor, CodeRow},
        wire::{CallOffForm, CodeForm, CodeQuery, LookForm, SlotKey, id_of},
    },
};

pub(super) fn routes() -> Routes<App> {
    let (get, post, anybody) = (|| Method::GET, || Method::POST, Policy::Public);
    Routes::new()
        .page(get(), "/book/{clinic}/code", code, anybody)
        .page(post(), "/book/{clinic}/code", enter, anybody)
        .page(get(), "/book/{clinic}/done", done, anybody)
        .page(get(), "/book/{clinic}/mine", mine, anybody)
        .page(post(), "/book/{clinic}/mine", look, anybody)
        .page(post(), "/book/{clinic}/mine/cancel", call_off, anybody)
}

#[derive(Template)]
#[template(path = "scheduling/online_code.html")]
struct CodePage {
    shell: Shell,
    host: Host,
    request: String,
    code: String,
    /// When and with whom, for who asks for a visit.
    wanted: Option<String>,
    /// The slot is gone: these are left.
    others: Option<Vec<SlotRow>>,
    errors: FieldTexts,
}

impl CodePage {
    fn at(&self, slot: &SlotRow) -> String {
        let (day, time) = (("day", &slot.day), ("time", &slot.time));
        self.shell.t2("agenda-moment", day, time)
    }
}

fn moment(app: &App, host: &Host, shell: &Shell, at: kernel::Timestamp) -> String {
    let zone = &host.clinic.zone;
    words::moment(shell.texts, at, zone, app.clock.now().date(zone))
}

async fn code(
    State(app): State<App>,
    shell: Shell,
    Path(slug): Path<String>,
    Query(query): Query<CodeQuery>,
) -> Result<Response, Fault> {
    let host = Host::of(&app, &slug).await?;
    let row = asked_online(&app, &host.clinic, id_of(&query.request)).await?;
    // Who goes back to this page after all is done sees what was done.
    if row.as_ref().is_some_and(|row| row.appointment_id.is_some()) {
        let to = format!("{}/done?request={}", host.base(), query.request);
        return Ok(Redirect::to(&to).into_response());
    }
    let page = code_page(&app, shell, host, (row, query.request));
    Ok(render(&page)?.into_response())
}

fn code_page(
    app: &App,
    shell: Shell,
    host: Host,
    (row, request): (Option<CodeRow>, String),
) -> CodePage {
    let at = row.and_then(|row| row.starts_at);
    CodePage {
        wanted: at.map(|at| moment(app, &host, &shell, at)),
        shell,
        host,
        request,
        code: String::new(),
        others: None,
        errors: FieldTexts::default(),
    }
}

/// The slot went to somebody else, or is offered no more.
const LOST: [&str; 3] = ["slot-full", "doctor-away", "slot-not-offered"];

async fn enter(
    State(app): State<App>,
    shell: Shell,
    Path(slug): Path<String>,
    Form(form): Form<CodeForm>,
) -> Result<Response, Fault> {
    let host = Host::of(&app, &slug).await?;
    let id: BookingCodeId = id_of(&form.request);
    let row = asked_online(&app, &host.clinic, id).await?;
    let look = row.as_ref().is_some_and(|row| row.purpose == CodeFor::Look);
    let instead = SlotKey::parse(&form.slot).map(|key| (key.practitioner, key.span));
    let (then, outcome) = match look {
        true => (
            "mine",
            api::open_look(&app, &host.clinic, id, &form.code).await,
        ),
        false => (
            "done",
            api::confirm_online(&app, &host.clinic, id, &form.code, instead).await,
        ),
    };
    let Err(problem) = outcome else {
        let to = format!("{}/{then}?request={id}", host.base());
        return Ok(Redirect::to(&to).into_response());
    };
    let lost = problem.code.is_some_and(|code| LOST.contains(&code));
    let status = webkit::status(&problem);
    let doctor = row.as_ref().and_then(|row| row.practitioner_id);
    let from = row.as_ref().and_then(|row| row.starts_at);
    let errors = refused(shell.texts, problem)?;
    let mut page = code_page(&app, shell, host, (row, form.request));
    page.errors = errors;
    if let (true, Some(from)) = (lost, from) {
        page.others = Some(others(&app, &page, doctor, from).await?);
        page.code = form.code;
    }
    Ok((status, render(&page)?).into_response())
}

/// What this doctor has left from that day on.
async fn others(
    app: &App,
    page: &CodePage,
    doctor: Option<UserId>,
    from: kernel::Timestamp,
) -> Result<Vec<SlotRow>, Problem> {
    let offer = Offer::open(app, &page.host.clinic, doctor).await?;
    let day = from.date(&offer.zone).max(offer.today);
    Ok(offer.others(page.shell.texts, day))
}

#[derive(Template)]
#[template(path = "scheduling/online_done.html")]
struct DonePage {
    shell: Shell,
    host: Host,
    /// When the visit is that was asked for.
    wanted: String,
    doctor: Option<String>,
}

async fn done(
    State(app): State<App>,
    shell: Shell,
    Path(slug): Path<String>,
    Query(query): Query<CodeQuery>,
) -> Result<Html<String>, Fault> {
    let host = Host::of(&app, &slug).await?;
    let made = api::made_online(&app, &host.clinic, id_of(&query.request)).await?;
    render(&DonePage {
        wanted: moment(&app, &host, &shell, made.requested_start),
        doctor: made.practitioner_name,
        shell,
        host,
    })
}

/// A request of the number.
struct Row {
    id: AppointmentId,
    when: String,
    doctor: Option<String>,
    is_agreed: bool,
}

#[derive(Template)]
#[template(path = "scheduling/online_mine.html")]
struct MinePage {
    shell: Shell,
    host: Host,
    request: String,
    /// Nothing before the number is proved.
    rows: Option<Vec<Row>>,
    phone: String,
    /// One was called off just now.
    called_off: bool,
    errors: FieldTexts,
}

async fn mine(
    State(app): State<App>,
    shell: Shell,
    Path(slug): Path<String>,
    Query(query): Query<CodeQuery>,
) -> Result<Html<String>, Fault> {
    let host = Host::of(&app, &slug).await?;
    let rows = match query.request.as_str() {
        "" => None,
        request => {
            let found = api::online_requests(&app, &host.clinic, id_of(request)).await?;
            let row = |one: Appointment| Row {
                id: one.id,
                when: moment(&app, &host, &shell, one.starts_at),
                is_agreed: one.status == AppointmentState::Confirmed,
                doctor: one.practitioner_name,
            };
            Some(found.into_iter().map(row).collect())
        }
    };
    render(&MinePage {
        shell,
        host,
        request: query.request,
        rows,
        phone: String::new(),
        called_off: !query.done.is_empty(),
        errors: FieldTexts::default(),
    })
}

async fn look(
    State(app): State<App>,
    shell: Shell,
    Path(slug): Path<String>,
    Form(form): Form<LookForm>,
) -> Result<Response, Fault> {
    let host = Host::of(&app, &slug).await?;
    let locale = shell.texts.locale;
    let problem = match api::look_online(&app, &host.clinic, locale, &form.phone).await {
        Ok(id) => {
            let to = format!("{}/code?request={id}", host.base());
            return Ok(Redirect::to(&to).into_response());
        }
        Err(problem) => problem,
    };
    let status = webkit::status(&problem);
    let page = MinePage {
        errors: refused(shell.texts, problem)?,
        shell,
        host,
        request: String::new(),
        rows: None,
        phone: form.phone,
        called_off: false,
    };
    Ok((status, render(&page)?).into_response())
}

async fn call_off(
    State(app): State<App>,
    Path(slug): Path<String>,
    Form(form): Form<CallOffForm>,
) -> Result<Redirect, Fault> {
    let host = Host::of(&app, &slug).await?;
    let id: BookingCodeId = id_of(&form.request);
    api::cancel_online(&app, &host.clinic, id, id_of(&form.appointment)).await?;
    let to = format!("{}/mine?request={id}&done=cancelled", host.base());
    Ok(Redirect::to(&to))
}
