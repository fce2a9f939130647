//! A patient's own appointments.

use agenda::AppointmentState;
use askama::Template;
use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use kernel::{Expected, PageRequest, Problem, Timestamp, Zone};
use webkit::{Caller, Fault, FieldTexts, Form, PathId, Query, Shell, render};

use super::{waiting, words};
use crate::{
    App, patients,
    scheduling::{
        api,
        model::{Appointment, AppointmentId, AppointmentMark, SoughtAppointments},
        wire::{ActForm, Done},
    },
};

/// Appointments shown of those that are over, the latest that many.
const OVER: i64 = 20;

#[derive(Template)]
#[template(path = "scheduling/mine.html")]
struct MinePage {
    shell: Shell,
    /// Whether a record is his at all.
    linked: bool,
    next: Option<Appointment>,
    coming: Vec<Appointment>,
    over: Vec<Appointment>,
    waits: Vec<waiting::Row>,
    done: String,
    /// What could not be done.
    failed: Option<String>,
    zone: Zone,
    today: Date,
}

impl MinePage {
    fn when(&self, one: &Appointment) -> String {
        words::moment(self.shell.texts, one.starts_at, &self.zone, self.today)
    }

    fn state(&self, one: &Appointment) -> String {
        self.shell.t(state(one.status))
    }

    fn sign(&self, one: &Appointment) -> &'static str {
        words::sign(one.status)
    }

    fn css(&self, one: &Appointment) -> &'static str {
        words::css(one.status)
    }

    fn mode(&self, one: &Appointment) -> String {
        words::mode_text(self.shell.texts, one.mode)
    }

    fn said(&self) -> Option<String> {
        let key = match self.done.as_str() {
            "asked" => "my-appointment-asked",
            "moved" => "my-appointment-moved",
            "cancelled" => "my-appointment-cancelled-done",
            "waiting" => "my-waiting-joined",
            "left" => "my-waiting-left",
            "accepted" => "my-waiting-accepted",
            "declined" => "my-waiting-declined",
            _ => return None,
        };
        Some(self.shell.t(key))
    }
}

/// How an appointment stands, for the one whose it is.
const fn state(state: AppointmentState) -> &'static str {
    match state {
        AppointmentState::Pending => "my-appointment-pending",
        AppointmentState::Confirmed => "my-appointment-confirmed",
        AppointmentState::Declined => "my-appointment-declined",
        AppointmentState::Cancelled => "my-appointment-cancelled",
        AppointmentState::Completed => "my-appointment-completed",
        AppointmentState::NoShow => "my-appointment-missed",
    }
}

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    page(&app, &caller, shell, (done.done, None)).await
}

/// His appointments with what was done, or with what could not be.
pub(super) async fn page(
    app: &App,
    caller: &Caller,
    shell: Shell,
    (done, failed): (String, Option<String>),
) -> Result<Html<String>, Fault> {
    let now = app.clock.now();
    let mut coming = coming(app, caller, now).await?;
    let mut over = latest(app, caller).await?;
    over.retain(|one| one.status.is_final() || one.ends_at < now);
    over.retain(|one| !one.was_mere_offer());
    let next = match coming.is_empty() {
        true => None,
        false => Some(coming.remove(0)),
    };
    render(&MinePage {
        linked: patients::api::is_linked(app, &caller.ctx).await?,
        next,
        coming,
        over,
        waits: waiting::own(app, caller, shell.texts).await?,
        done,
        failed,
        today: now.date(&caller.zone),
        zone: caller.zone.clone(),
        shell,
    })
}

/// What has not ended, the next first.
async fn coming(app: &App, caller: &Caller, now: Timestamp) -> Result<Vec<Appointment>, Problem> {
    let today = caller_day(caller, now);
    let sought = SoughtAppointments {
        status: vec![AppointmentState::Pending, AppointmentState::Confirmed],
        from: today,
        ..SoughtAppointments::default()
    };
    let page = PageRequest::new(Some(1), Some(100))?;
    let (_, mut rows) = api::appointments(app, &caller.ctx, &sought, page).await?;
    // What is only offered stands with what he waits for.
    rows.retain(|one| one.ends_at >= now && !one.is_offer());
    Ok(rows)
}

/// When the clinic's day began.
fn caller_day(caller: &Caller, now: Timestamp) -> Option<Timestamp> {
    let day = Timestamp::of_day(now.date(&caller.zone), &caller.zone);
    day.ok().map(|(first, _)| first)
}

/// The latest of all, the latest first.
async fn latest(app: &App, caller: &Caller) -> Result<Vec<Appointment>, Problem> {
    let all = SoughtAppointments::default();
    let page = |number| PageRequest::new(Some(number), Some(OVER));
    let (count, mut rows) = api::appointments(app, &caller.ctx, &all, page(1)?).await?;
    let pages = count.div_euclid(OVER) + i64::from(count % OVER > 0);
    if pages > 1 {
        let (_, last) = api::appointments(app, &caller.ctx, &all, page(pages)?).await?;
        if pages > 2 {
            let before = page(pages - 1)?;
            (_, rows) = api::appointments(app, &caller.ctx, &all, before).await?;
        }
        rows.extend(last);
    }
    rows.reverse();
    Ok(rows)
}

#[derive(Template)]
#[template(path = "scheduling/cancel.html")]
struct CancelPage {
    shell: Shell,
    id: AppointmentId,
    version: i64,
    when: String,
    doctor: Option<String>,
    typed: String,
    errors: FieldTexts,
}

/// Asks once whether it is to be called off.
pub(super) async fn sure(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<AppointmentMark>,
) -> Result<Response, Fault> {
    let one = api::appointment(&app, &caller.ctx, id).await?;
    if one.status.is_final() {
        return Ok(Redirect::to("/my/appointments").into_response());
    }
    let page = asked(
        (&app, &caller),
        shell,
        &one,
        (String::new(), FieldTexts::default()),
    );
    Ok(render(&page)?.into_response())
}

fn asked(
    (app, caller): (&App, &Caller),
    shell: Shell,
    one: &Appointment,
    (typed, errors): (String, FieldTexts),
) -> CancelPage {
    let today = app.clock.now().date(&caller.zone);
    CancelPage {
        id: one.id,
        version: one.version,
        when: words::moment(shell.texts, one.starts_at, &caller.zone, today),
        doctor: one.practitioner_name.clone(),
        typed,
        errors,
        shell,
    }
}

pub(super) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<AppointmentMark>,
    Form(form): Form<ActForm>,
) -> Result<Response, Fault> {
    let seen = Expected::seen(form.version);
    let message = Some(form.message.clone());
    let problem = match api::cancel(&app, &caller.ctx, id, seen, message).await {
        Ok(_) => return Ok(Redirect::to("/my/appointments?done=cancelled").into_response()),
        Err(problem) => problem,
    };
    let (status, errors) = webkit::in_form(shell.texts, problem)?;
    let one = api::appointment(&app, &caller.ctx, id).await?;
    let page = asked((&app, &caller), shell, &one, (form.message, errors));
    Ok((status, render(&page)?).into_response())
}
