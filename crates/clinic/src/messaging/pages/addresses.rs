//! Addresses that get no more e-mails, and the button that lets them have some again.

use askama::Template;
use axum::{
    extract::State,
    http::Method,
    response::{Html, Redirect},
};
use kernel::{Page, Zone};
use webkit::{Caller, Fault, Form, PageLinks, Paging, Policy, Routes, Shell, render};

use crate::{
    App,
    messaging::{api, model::StoppedAddress, wire::addresses::LiftInput},
};

const ADDRESSES: &str = "/outbox/addresses";

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .page(Method::GET, ADDRESSES, show, Policy::ADMIN)
        .page(Method::POST, "/outbox/addresses/lift", lift, Policy::ADMIN)
}

#[derive(Template)]
#[template(path = "messaging/addresses.html")]
struct AddressesPage {
    shell: Shell,
    page: Page<StoppedAddress>,
    links: PageLinks,
    zone: Zone,
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    paging: Paging,
) -> Result<Html<String>, Fault> {
    let (count, rows) = api::stopped_addresses(&app, &caller.ctx, paging.request).await?;
    let page = paging.page(count, rows)?;
    render(&AddressesPage {
        shell,
        links: PageLinks::of(&page, paging.request),
        page,
        zone: caller.zone.clone(),
    })
}

async fn lift(
    State(app): State<App>,
    caller: Caller,
    Form(input): Form<LiftInput>,
) -> Result<Redirect, Fault> {
    api::lift_stop(&app, &caller.ctx, &input.address).await?;
    Ok(Redirect::to(ADDRESSES))
}
