//! What the clinic says by itself: reminders that staff write to a patient, each at its
//! time and by its way, and broadcasts, one text to many.
//!
//! Owns both. Invariants: a row is its own job; whoever ends a reminder's row writes the
//! message, in one transaction, and nobody else can; a number gets one message of a
//! broadcast at most, and never more of them wait in the outbox than it sends at once; how
//! a message stands is asked of the outbox and kept nowhere else; no SMS names a drug, a
//! test or what somebody has.

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
    AUDIENCE_STATEMENTS, BROADCAST_STATEMENTS, BROADCAST_WORK, LIST_STATEMENTS,
    RECIPIENT_STATEMENTS, STATEMENTS, WORK,
};

/// The routes of reminders and broadcasts.
pub(crate) fn routes() -> Routes<App> {
    http::routes().merge(pages::routes())
}

/// Their work.
pub(crate) fn work(app: &App) -> Vec<jobs::Queue> {
    work::queues(app)
}

#[cfg(test)]
mod tests;
