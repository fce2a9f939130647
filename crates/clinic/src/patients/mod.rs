//! Patients and the numbers they can be reached on.
//!
//! Invariants: a number is E.164 and stands once per clinic, whoever shares it;
//! each patient has one primary number; the search columns follow the name; a
//! record is shown to staff only after the look at it is on the audit trail, and
//! a restricted one only to those who are named for it or broke its glass;
//! a record that went into another points to the one that is kept, never to a
//! third, and has no number of its own; merging rewrites no row of other domains,
//! and what it moves is written down and can be moved back.

pub mod api;
mod http;
mod model;
mod pages;
mod rules;
mod storage;
mod wire;

use webkit::Routes;

use crate::App;

pub(crate) use storage::{
    STATEMENTS, access::STATEMENTS as ACCESS_STATEMENTS,
    accounts::STATEMENTS as ACCOUNT_STATEMENTS, merge::STATEMENTS as MERGE_STATEMENTS,
    page::STATEMENTS as PAGE_STATEMENTS, pin::STATEMENTS as PIN_STATEMENTS,
    sounds::STATEMENTS as SOUND_STATEMENTS, wording::STATEMENTS as WORDING_STATEMENTS,
    words::STATEMENTS as WORD_STATEMENTS,
};

/// The patients' routes.
pub(crate) fn routes() -> Routes<App> {
    http::routes().merge(pages::routes())
}
