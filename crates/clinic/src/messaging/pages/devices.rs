//! Somebody's own devices: where notifications go, and an end to that.

use askama::Template;
use axum::{
    extract::State,
    http::Method,
    response::{Html, Redirect},
};
use kernel::{Timestamp, Zone};
use webkit::{Caller, Fault, Form, PathId, Policy, Routes, Shell, render};

use crate::{
    App,
    identity::api::OwnSignIn,
    messaging::{
        api,
        model::{AppDevice, Device},
    },
};

const PAGE: &str = "/devices";

pub(super) fn routes() -> Routes<App> {
    let (get, post) = (Method::GET, Method::POST);
    Routes::new().page(get, PAGE, show, Policy::SignedIn).page(
        post,
        "/devices/{id}/forget",
        forget,
        Policy::SignedIn,
    )
}

#[derive(Template)]
#[template(path = "messaging/devices.html")]
struct DevicesPage {
    shell: Shell,
    devices: Vec<Device>,
    own: OwnSignIn,
    zone: Zone,
}

impl DevicesPage {
    fn platform(&self, device: &Device) -> String {
        self.shell.t(&format!("devices-on-{}", device.platform))
    }

    fn is_here(&self, device: &Device) -> bool {
        self.own.0 == Some(device.sign_in)
    }

    fn at(&self, at: &Timestamp) -> String {
        let (day, hour) = (at.day_month_year(&self.zone), at.hour_minute(&self.zone));
        format!("{day} {hour}")
    }
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    own: OwnSignIn,
) -> Result<Html<String>, Fault> {
    render(&DevicesPage {
        devices: api::devices(&app, &caller.ctx).await?,
        shell,
        own,
        zone: caller.zone.clone(),
    })
}

async fn forget(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<AppDevice>,
    Form(()): Form<()>,
) -> Result<Redirect, Fault> {
    api::forget_device(&app, &caller.ctx, id).await?;
    Ok(Redirect::to(PAGE))
}
