//! What somebody wants to be written about: his own page, and the desk's for him with
//! what was sent and why.

use askama::Template;
use axum::{
    extract::State,
    http::Method,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Role, Zone};
use send_rules::{Category, Channel, Choice};
use serde::Deserialize;
use webkit::{Caller, Fault, Form, PathId, Policy, Query, Routes, Shell, render};

use crate::{
    App,
    messaging::{
        api,
        model::{MessageView, PatientConsent},
        wire::consent::ConsentForm,
    },
    patients::{
        self,
        api::{NewPin, Patient, PatientId, Pin},
    },
};

const MINE: &str = "/my/messages";

pub(super) fn routes() -> Routes<App> {
    let (get, post, patient) = (Method::GET, Method::POST, Policy::Roles(&[Role::Patient]));
    let desk = "/patients/{id}/messages";
    Routes::new()
        .page(get.clone(), desk, show, Policy::STAFF)
        .page(post.clone(), desk, save, Policy::STAFF)
        .page(get, MINE, show_own, patient)
        .page(post.clone(), MINE, save_own, patient)
        .page(post.clone(), &format!("{desk}/pin"), give, Policy::STAFF)
        .page(post, &format!("{MINE}/pin"), give_own, patient)
}

#[derive(Template)]
#[template(path = "messaging/consent.html")]
struct ConsentPage {
    shell: Shell,
    /// Where the form goes.
    action: String,
    /// Nothing as long as no record is his.
    consent: Option<PatientConsent>,
    /// What went to him lately, for the desk.
    sent: Option<Vec<MessageView>>,
    saved: bool,
    /// The PIN that was given just now.
    given: Option<NewPin>,
    zone: Zone,
}

impl ConsentPage {
    /// What a decision of the ledger is about.
    fn about(&self, choice: &Choice) -> String {
        let category = choice.category.map_or("all", Category::as_str);
        let category = self.shell.t(&format!("consent-{category}"));
        match choice.channel {
            Some(channel) => format!("{category} ({})", super::way(&self.shell, channel)),
            None => category,
        }
    }

    fn set_at(&self, pin: &Pin) -> String {
        let day = pin.set_at.day_month_year(&self.zone);
        let time = pin.set_at.hour_minute(&self.zone);
        self.shell.t2("pin-set", ("day", day), ("time", time))
    }

    fn way(&self, channel: &Channel) -> String {
        super::way(&self.shell, *channel)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Done {
    done: String,
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<Patient>,
    Query(done): Query<Done>,
) -> Result<Response, Fault> {
    let page = of_patient(&app, &caller, shell, id).await?;
    let saved = !done.done.is_empty();
    Ok(render(&ConsentPage { saved, ..page })?.into_response())
}

async fn of_patient(
    app: &App,
    caller: &Caller,
    shell: Shell,
    id: PatientId,
) -> Result<ConsentPage, Fault> {
    let consent = api::consent(app, &caller.ctx, id).await?;
    let sent = api::sent_to(app, &caller.ctx, &consent).await?;
    Ok(ConsentPage {
        shell,
        action: desk(id),
        consent: Some(consent),
        sent: Some(sent),
        saved: false,
        given: None,
        zone: caller.zone.clone(),
    })
}

fn desk(id: PatientId) -> String {
    format!("/patients/{id}/messages")
}

async fn save(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Patient>,
    Form(form): Form<ConsentForm>,
) -> Result<Redirect, Fault> {
    api::set_consent(&app, &caller.ctx, id, form.read()?).await?;
    Ok(Redirect::to(&format!("{}?done=saved", desk(id))))
}

async fn show_own(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(done): Query<Done>,
) -> Result<Response, Fault> {
    let consent = match api::own_consent(&app, &caller.ctx).await {
        Ok(consent) => Some(consent),
        Err(problem) if problem.code == Some("no-linked-record") => None,
        Err(problem) => return Err(problem.into()),
    };
    let page = ConsentPage {
        shell,
        action: MINE.to_owned(),
        consent,
        sent: None,
        saved: !done.done.is_empty(),
        given: None,
        zone: caller.zone.clone(),
    };
    Ok(render(&page)?.into_response())
}

/// Gives a new PIN and shows it: it is known this once, so the page is the answer.
async fn give(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<Patient>,
    Form(()): Form<()>,
) -> Result<Response, Fault> {
    let given = Some(patients::api::give_pin(&app, &caller.ctx, id).await?);
    let page = of_patient(&app, &caller, shell, id).await?;
    Ok(render(&ConsentPage { given, ..page })?.into_response())
}

async fn give_own(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(()): Form<()>,
) -> Result<Response, Fault> {
    let patient = api::own_consent(&app, &caller.ctx).await?.patient;
    let given = patients::api::give_pin(&app, &caller.ctx, patient).await?;
    let page = ConsentPage {
        shell,
        action: MINE.to_owned(),
        consent: Some(api::own_consent(&app, &caller.ctx).await?),
        sent: None,
        saved: false,
        given: Some(given),
        zone: caller.zone.clone(),
    };
    Ok(render(&page)?.into_response())
}

async fn save_own(
    State(app): State<App>,
    caller: Caller,
    Form(form): Form<ConsentForm>,
) -> Result<Redirect, Fault> {
    api::set_own_consent(&app, &caller.ctx, form.read()?).await?;
    Ok(Redirect::to("/my/messages?done=saved"))
}
