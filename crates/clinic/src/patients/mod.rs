//! Patients and the numbers they can be reached on.
//!
//! Invariants: a number is E.164 and stands once per clinic, whoever shares it;
//! each patient has one primary number; the search columns follow the name.

pub mod api;
mod http;
mod model;
mod pages;
mod rules;
mod storage;
mod wire;

use webkit::Routes;

use crate::App;

pub(crate) use storage::STATEMENTS;

/// The patients' routes.
pub(crate) fn routes() -> Routes<App> {
    http::routes().merge(pages::routes())
}
