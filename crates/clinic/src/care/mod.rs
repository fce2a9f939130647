//! Consultation records: the form a visit fills in, its numbers, states,
//! versions and signatures.
//!
//! Invariants: a number stands once per clinic and its day has no gaps; every
//! change appends a version that nothing can alter; what is signed is the exact
//! content of one version; a signed record changes only through a new signed
//! version; a patient sees his own records and of the doctor's conclusion only
//! what was signed.

pub mod api;
mod http;
mod model;
mod pages;
mod policy;
mod rules;
mod storage;
mod wire;
mod work;

use webkit::Routes;

use crate::App;

pub(crate) use storage::{
    ANALYSIS_WORK, ATTACHMENT_STATEMENTS, CARRY_STATEMENTS, CITATION_STATEMENTS, DRAFT_STATEMENTS,
    ENCOUNTER_STATEMENTS, EXPORT_STATEMENTS, INTERACTION_STATEMENTS, LIST_STATEMENTS,
    MESSAGE_STATEMENTS, OBSERVATION_STATEMENTS, SHARE_STATEMENTS, VERSION_STATEMENTS,
};

/// The records' routes.
pub(crate) fn routes() -> Routes<App> {
    http::routes()
        .merge(pages::routes())
        .merge(pages::patients_view())
}

/// The records' work.
pub(crate) fn work(app: &App) -> Vec<jobs::Queue> {
    work::queues(app)
}
