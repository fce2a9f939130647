//! One appointment, for the staff: what it says, what happened to it, and each step.

use agenda::AppointmentState;
use askama::Template;
use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
};
use kernel::{Expected, Problem, Role, Zone};
use webkit::{Caller, Fault, FieldTexts, Form, PathId, Query, Shell, render};

use super::{
    board::{self, Visit},
    words,
};
use crate::{
    App,
    identity::api::StaffMember,
    scheduling::{
        api,
        model::{Appointment, AppointmentId, AppointmentMark},
        wire::{ActForm, Done, doctor_of, step_text},
    },
};

/// What happened once.
struct Happened {
    what: String,
    at: String,
    when: String,
    who: String,
    note: Option<String>,
}

#[derive(Template)]
#[template(path = "scheduling/one.html")]
struct OnePage {
    shell: Shell,
    one: Appointment,
    visit: Visit,
    zone: Zone,
    happened: Vec<Happened>,
    /// The appointments of its series, itself among them.
    series: Vec<Visit>,
    /// How many of them could still be called off.
    to_come: usize,
    doctors: Vec<StaffMember>,
    role: Option<Role>,
    /// The form that could not be done, and what was written there.
    failed: &'static str,
    typed: ActForm,
    errors: FieldTexts,
    done: String,
}

impl OnePage {
    async fn of(
        app: &App,
        caller: &Caller,
        shell: Shell,
        id: AppointmentId,
    ) -> Result<Self, Problem> {
        let one = api::appointment(app, &caller.ctx, id).await?;
        let now = app.clock.now();
        let series = match one.series_id {
            Some(_) => api::series(app, &caller.ctx, id).await?,
            None => Vec::new(),
        };
        let open = |other: &&Appointment| !other.status.is_final() && other.starts_at > now;
        let to_come = series.iter().filter(open).count();
        let series = series.iter();
        Ok(Self {
            to_come,
            series: series
                .map(|other| Visit::of(other, caller, shell.texts, now))
                .collect(),
            visit: Visit::of(&one, caller, shell.texts, now),
            happened: happened(app, caller, &shell, &one).await?,
            doctors: board::doctors(app, caller).await?,
            role: caller.role(),
            zone: caller.zone.clone(),
            one,
            failed: "",
            typed: ActForm::default(),
            errors: FieldTexts::default(),
            done: String::new(),
            shell,
        })
    }

    fn is_open(&self) -> bool {
        !self.one.status.is_final()
    }

    /// What was done, in words.
    fn said(&self) -> Option<String> {
        match self.done.as_str() {
            "" => None,
            "series" => Some(self.shell.t1("series-made", "count", self.series.len())),
            "cancel-series" => Some(self.shell.t("series-cancelled")),
            _ => Some(self.shell.t("common-saved")),
        }
    }

    fn is_this(&self, other: &Visit) -> bool {
        self.one.id == other.id
    }

    fn is_pending(&self) -> bool {
        self.one.status == AppointmentState::Pending
    }

    /// Until when it is held for somebody who waits and has not answered.
    fn offered_until(&self) -> Option<String> {
        let offer = self.one.is_offer();
        offer.then(|| self.one.held_until.hour_minute(&self.zone))
    }

    /// Whether somebody else may be given it here.
    fn may_assign(&self) -> bool {
        let others = self.doctors.iter().any(|doctor| !self.has_doctor(doctor));
        self.is_pending() && others && self.role != Some(Role::Practitioner)
    }

    fn mode(&self) -> String {
        words::mode_text(self.shell.texts, self.one.mode)
    }

    fn typed_in(&self, form: &str) -> &str {
        if self.failed == form {
            &self.typed.message
        } else {
            ""
        }
    }

    fn error(&self, form: &str) -> &str {
        match self.errors.of_field("message_medecin") {
            _ if self.failed != form => "",
            "" => self.errors.of_field("message"),
            found => found,
        }
    }

    fn has_doctor(&self, doctor: &StaffMember) -> bool {
        self.one.practitioner_id == Some(doctor.id)
    }
}

async fn happened(
    app: &App,
    caller: &Caller,
    shell: &Shell,
    one: &Appointment,
) -> Result<Vec<Happened>, Problem> {
    let steps = api::history(app, &caller.ctx, one.id).await?;
    let today = app.clock.now().date(&caller.zone);
    let moment = |at| words::moment(shell.texts, at, &caller.zone, today);
    let steps = steps.into_iter().map(|step| Happened {
        what: step_text(shell.texts, step.step),
        at: moment(step.at),
        when: moment(step.starts_at),
        who: step.author_name.unwrap_or_default(),
        // What was written of a restricted patient stays in his record.
        note: step.note.filter(|_| !one.restricted),
    });
    Ok(steps.collect())
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<AppointmentMark>,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    let mut page = OnePage::of(&app, &caller, shell, id).await?;
    page.done = done.done;
    render(&page)
}

fn seen(form: &ActForm) -> Expected {
    Expected::seen(form.version)
}

/// Back to the agenda it was done from, else to the appointment; or the
/// appointment with what could not be done and all that was written.
async fn answered(
    (app, caller): (&App, &Caller),
    shell: Shell,
    (id, action): (AppointmentId, &'static str),
    form: ActForm,
    outcome: Result<Appointment, Problem>,
) -> Result<Response, Fault> {
    let problem = match outcome {
        Ok(_) => return Ok(Redirect::to(&back(id, action, &form.from)).into_response()),
        Err(problem) => problem,
    };
    let (status, errors) = webkit::in_form(shell.texts, problem)?;
    let mut page = OnePage::of(app, caller, shell, id).await?;
    page.failed = action;
    page.typed = form;
    page.errors = errors;
    Ok((status, render(&page)?).into_response())
}

/// `from` is a query of ours or nothing.
fn back(id: AppointmentId, action: &str, from: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "=&-".contains(c);
    match !from.is_empty() && from.chars().all(plain) {
        true => format!("/agenda?{from}&done={action}#a-{id}"),
        false => format!("/agenda/appointments/{id}?done={action}"),
    }
}

/// What a doctor or the reception does with an appointment: each its own address.
macro_rules! acts {
    ($($name:ident, $action:literal, |$app:ident, $caller:ident, $id:ident, $form:ident| $done:expr;)+) => {
        $(pub(super) async fn $name(
            State(app): State<App>,
            caller: Caller,
            shell: Shell,
            PathId(id): PathId<AppointmentMark>,
            Form(form): Form<ActForm>,
        ) -> Result<Response, Fault> {
            let outcome = {
                let ($app, $caller, $id, $form) = (&app, &caller, id, &form);
                $done.await
            };
            answered((&app, &caller), shell, (id, $action), form, outcome).await
        })+
    };
}

acts! {
    confirm, "confirm", |app, caller, id, form| api::confirm(app, &caller.ctx, id, seen(form), api::Agreed::default());
    decline, "decline", |app, caller, id, form| api::decline(app, &caller.ctx, id, seen(form), Some(form.message.clone()));
    cancel, "cancel", |app, caller, id, form| api::cancel(app, &caller.ctx, id, seen(form), Some(form.message.clone()));
    cancel_series, "cancel-series", |app, caller, id, form| series_off((app, caller), id, form.message.clone());
    assign, "assign", |app, caller, id, form| api::assign(app, &caller.ctx, id, seen(form), doctor_of(&form.medecin));
    complete, "complete", |app, caller, id, form| api::complete(app, &caller.ctx, id, seen(form));
    no_show, "no-show", |app, caller, id, form| api::miss(app, &caller.ctx, id, seen(form));
}

/// The appointment as it stands when its series is called off.
async fn series_off(
    (app, caller): (&App, &Caller),
    id: AppointmentId,
    message: String,
) -> Result<Appointment, Problem> {
    api::cancel_series(app, &caller.ctx, id, Some(message)).await?;
    api::appointment(app, &caller.ctx, id).await
}
