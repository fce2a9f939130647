//! A patient asks to be told of a free place, and answers when one is offered.

use agenda::Mode;
use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use kernel::{PageRequest, Problem, Zone};
use webkit::{Caller, Fault, FieldTexts, Form, PathId, Query, Shell, Texts, render};

use super::{board, mine, words};
use crate::{
    App,
    identity::api::StaffMember,
    scheduling::{
        api,
        model::{Waiting, WaitingId, WaitingMark},
        wire::{ANY, DropForm, WaitForm, WaitQuery, mode_word},
    },
};

/// Days that a wish reaches over when nobody says otherwise.
const DAYS: i32 = 14;

/// The form of a wish, for patients and staff.
pub(super) struct Wish {
    texts: Texts,
    doctors: Vec<StaffMember>,
    pub(super) form: WaitForm,
    pub(super) errors: FieldTexts,
}

impl Wish {
    pub(super) async fn of(
        (app, caller): (&App, &Caller),
        texts: Texts,
        form: WaitForm,
    ) -> Result<Self, Problem> {
        Ok(Self {
            texts,
            doctors: board::doctors(app, caller).await?,
            form,
            errors: FieldTexts::default(),
        })
    }

    /// From the day in the address, or today, on.
    pub(super) fn fresh(query: &WaitQuery, today: Date) -> WaitForm {
        let first = words::day_named(&query.day, today).max(today);
        let medecin = match query.medecin.as_str() {
            "" => ANY,
            named => named,
        };
        WaitForm {
            patient: query.patient.clone(),
            medecin: medecin.to_owned(),
            consultation_mode: mode_word(Mode::Both).to_owned(),
            date_start: first.to_string(),
            date_end: words::shifted(first, DAYS - 1).to_string(),
        }
    }

    pub(super) fn doctors(&self) -> Vec<(String, String)> {
        let any = (ANY.to_owned(), self.texts.get("waiting-any"));
        let doctor = |doctor: &StaffMember| {
            let shown = self.texts.with("agenda-doctor", &[("name", &doctor.name)]);
            (doctor.id.to_string(), shown)
        };
        let named = self.doctors.iter().map(doctor);
        std::iter::once(any).chain(named).collect()
    }

    pub(super) fn modes(&self) -> Vec<(String, String)> {
        let choice = |mode: &Mode| {
            let shown = words::mode_text(self.texts, *mode);
            (mode_word(*mode).to_owned(), shown)
        };
        [Mode::Both, Mode::InPerson, Mode::Remote]
            .iter()
            .map(choice)
            .collect()
    }
}

/// One wish in words.
pub(super) struct Row {
    pub(super) id: WaitingId,
    pub(super) name: Option<String>,
    pub(super) doctor: Option<String>,
    pub(super) mode: String,
    pub(super) days: String,
    pub(super) since: String,
    pub(super) offer: Option<OfferRow>,
}

/// The place that is offered for it.
pub(super) struct OfferRow {
    pub(super) when: String,
    pub(super) until: String,
    pub(super) doctor: String,
    pub(super) mode: String,
}

impl Row {
    pub(super) fn of(one: &Waiting, texts: Texts, (zone, now): (&Zone, kernel::Timestamp)) -> Self {
        let today = now.date(zone);
        let moment = |at| words::moment(texts, at, zone, today);
        let day = |day: &str| words::dated(texts, words::day_named(day, today), today);
        let (from, until) = (day(&one.first_day), day(&one.last_day));
        let offer = one.offered(now).map(|offer| OfferRow {
            when: moment(offer.start),
            until: offer.until.hour_minute(zone),
            doctor: offer.doctor.to_owned(),
            mode: words::mode_text(texts, offer.mode),
        });
        Self {
            id: one.id,
            name: one.patient_name.clone(),
            doctor: one.practitioner_name.clone(),
            mode: words::mode_text(texts, one.mode),
            days: texts.with("waiting-between", &[("from", &from), ("until", &until)]),
            since: moment(one.created_at),
            offer,
        }
    }
}

/// What a patient waits for: at most three wishes, more where records were merged.
pub(super) async fn own(app: &App, caller: &Caller, texts: Texts) -> Result<Vec<Row>, Problem> {
    let page = PageRequest::default();
    let (_, rows) = api::waiting(app, &caller.ctx, page).await?;
    let at = (&caller.zone, app.clock.now());
    Ok(rows.iter().map(|row| Row::of(row, texts, at)).collect())
}

#[derive(Template)]
#[template(path = "scheduling/wait.html")]
struct WaitPage {
    shell: Shell,
    wish: Wish,
}

pub(super) async fn ask(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(query): Query<WaitQuery>,
) -> Result<Response, Fault> {
    let today = app.clock.now().date(&caller.zone);
    let form = Wish::fresh(&query, today);
    let wish = Wish::of((&app, &caller), shell.texts, form).await?;
    Ok(render(&WaitPage { shell, wish })?.into_response())
}

/// Puts him on the list as it was typed.
pub(super) async fn entered(
    (app, caller): (&App, &Caller),
    form: &WaitForm,
) -> Result<(), Problem> {
    api::wait(app, &caller.ctx, form.read()?).await.map(drop)
}

pub(super) async fn join(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<WaitForm>,
) -> Result<Response, Fault> {
    let problem = match entered((&app, &caller), &form).await {
        Ok(()) => return Ok(Redirect::to("/my/appointments?done=waiting").into_response()),
        Err(problem) => problem,
    };
    let (status, errors) = webkit::in_form(shell.texts, problem)?;
    let mut wish = Wish::of((&app, &caller), shell.texts, form).await?;
    wish.errors = errors;
    Ok((status, render(&WaitPage { shell, wish })?).into_response())
}

/// Back to his appointments with what was done, or with what could not be.
async fn answered(
    (app, caller): (&App, &Caller),
    shell: Shell,
    done: &str,
    outcome: Result<(), Problem>,
) -> Result<Response, Fault> {
    let problem = match outcome {
        Ok(()) => {
            let there = format!("/my/appointments?done={done}");
            return Ok(Redirect::to(&there).into_response());
        }
        Err(problem) => problem,
    };
    let (status, errors) = webkit::in_form(shell.texts, problem)?;
    let failed = Some(errors.summary().to_owned());
    let page = mine::page(app, caller, shell, (String::new(), failed)).await?;
    Ok((status, page).into_response())
}

pub(super) async fn leave(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<WaitingMark>,
    Form(_): Form<DropForm>,
) -> Result<Response, Fault> {
    let outcome = api::stop_waiting(&app, &caller.ctx, id).await;
    answered((&app, &caller), shell, "left", outcome).await
}

pub(super) async fn accept(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<WaitingMark>,
    Form(_): Form<DropForm>,
) -> Result<Response, Fault> {
    let outcome = api::accept_offer(&app, &caller.ctx, id).await;
    answered((&app, &caller), shell, "accepted", outcome.map(drop)).await
}

pub(super) async fn decline(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<WaitingMark>,
    Form(_): Form<DropForm>,
) -> Result<Response, Fault> {
    let outcome = api::refuse_offer(&app, &caller.ctx, id).await;
    answered((&app, &caller), shell, "declined", outcome.map(drop)).await
}
