//! Patients and the numbers they can be reached on.
//!
//! Invariants: a number is E.164 and stands once per clinic, whoever shares it;
//! each patient has one primary number; the search columns follow the name; a
//! record is shown to staff only after the look at it is on the audit trail, and
//! a restricted one only to those who are named for it or broke its glass.

pub mod api;
mod http;
mod model;
mod pages;
mod rules;
mod storage;
mod wire;

use webkit::Routes;

use crate::App;

pub(crate) use storage::{STATEMENTS, access::STATEMENTS as ACCESS_STATEMENTS};

/// The patients' routes.
pub(crate) fn routes() -> Routes<App> {
    http::routes().merge(pages::routes())
}
