//! Whether the clinic has a public page for appointments.

use askama::Template;
use axum::{
    extract::State,
    http::Method,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Expected, Problem, ProblemKind};
use webkit::{Caller, Fault, FieldTexts, Form, Policy, Query, Routes, Shell, render, status};

use crate::{
    App, identity,
    scheduling::{
        api,
        model::OnlineBooking,
        wire::{Done, OnlineSettingForm, public_page},
    },
};

const PATH: &str = "/settings/booking";

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .page(Method::GET, PATH, show, Policy::ADMIN)
        .page(Method::POST, PATH, save, Policy::ADMIN)
}

#[derive(Template)]
#[template(path = "scheduling/online_setting.html")]
struct SettingPage {
    shell: Shell,
    booking: OnlineBooking,
    /// The address that patients are given.
    address: String,
    saved: bool,
    /// As it is, or as it was typed.
    hold_minutes: String,
    errors: FieldTexts,
}

impl SettingPage {
    async fn of(app: &App, caller: &Caller, shell: Shell) -> Result<Self, Problem> {
        let booking = api::online_booking(app, &caller.ctx).await?;
        let mut tx = app.store.read(&caller.ctx).await?;
        let clinic = identity::api::tenant(&mut tx, caller.ctx.tenant).await?;
        Ok(Self {
            shell,
            hold_minutes: booking.hold_minutes.to_string(),
            booking,
            address: format!("{}{}", app.settings.public_url, public_page(&clinic)),
            saved: false,
            errors: FieldTexts::default(),
        })
    }
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(done): Query<Done>,
) -> Result<Response, Fault> {
    let mut page = SettingPage::of(&app, &caller, shell).await?;
    page.saved = !done.done.is_empty();
    Ok(render(&page)?.into_response())
}

async fn save(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<OnlineSettingForm>,
) -> Result<Response, Fault> {
    let expected = Expected::seen(form.version);
    let problem = match api::set_online_booking(&app, &caller.ctx, expected, form.change()).await {
        Ok(_) => return Ok(Redirect::to("/settings/booking?done=saved").into_response()),
        Err(problem) if matches!(problem.kind, ProblemKind::Stale | ProblemKind::Invalid) => {
            problem
        }
        Err(problem) => return Err(problem.into()),
    };
    let mut page = SettingPage::of(&app, &caller, shell).await?;
    page.errors = page.shell.texts.fields(&problem);
    if form.sets_hold {
        page.hold_minutes = form.hold_minutes;
    }
    Ok((status(&problem), render(&page)?).into_response())
}
