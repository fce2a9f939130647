//! A part of a record's page, alone.

use std::fmt::Display;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use webkit::{Caller, Fault, Shell, render};

use crate::care::{
    model::{Encounter, EncounterId},
    policy,
};

/// A button and nothing else.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

#[derive(Template)]
#[template(path = "care/part_page.html")]
struct PartPage<'a, P: Display> {
    shell: Shell,
    home: String,
    title: String,
    number: &'a str,
    part: P,
    note: String,
}

/// The page of a record for whoever looks: patients have their own.
pub(super) fn home(caller: &Caller, id: EncounterId) -> String {
    match policy::patient(&caller.ctx) {
        Some(_) => format!("/my/records/{id}"),
        None => format!("/consultations/{id}"),
    }
}

/// Back to the part on the record's page.
pub(super) fn back(caller: &Caller, id: EncounterId, part: &str) -> Response {
    Redirect::to(&format!("{}#{part}", home(caller, id))).into_response()
}

/// A part on a page of its own, under its title and with what happened.
pub(super) fn alone(
    caller: &Caller,
    record: &Encounter,
    part: impl Display,
    (shell, title, note): (Shell, &str, String),
    status: StatusCode,
) -> Result<Response, Fault> {
    let page = PartPage {
        title: shell.t(title),
        shell,
        home: home(caller, record.id),
        number: &record.number,
        part,
        note,
    };
    Ok((status, render(&page)?).into_response())
}
