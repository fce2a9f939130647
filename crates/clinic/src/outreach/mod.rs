//! Reminders that staff write to a patient, each at its time and by its way.
//!
//! Owns the reminders. Invariants: a reminder's row is its own job; whoever ends the
//! row writes the message, in one transaction, and nobody else can; how a message
//! stands is asked of the outbox and kept nowhere else; no SMS names a drug, a test or
//! what somebody has.

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

pub(crate) use storage::{LIST_STATEMENTS, STATEMENTS, WORK};

/// The reminders' routes.
pub(crate) fn routes() -> Routes<App> {
    http::routes().merge(pages::routes())
}

/// The reminders' work.
pub(crate) fn work(app: &App) -> jobs::Queue {
    work::queue(app)
}

#[cfg(test)]
mod tests;
