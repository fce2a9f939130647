//! When doctors receive, when they are away, and who comes when.
//!
//! Invariants: no doctor has more patients at one moment than the slot takes, but
//! by an explicit act with its reason; the database itself refuses it; every step
//! of an appointment stays in its history; a patient sees his own appointments
//! and no doctor's reasons for being away; a place that becomes free is held for
//! one of those who wait at a time, and offered to nobody twice.

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
    ANSWER_STATEMENTS, APPOINTMENT_STATEMENTS, CALENDAR_STATEMENTS, EXCEPTION_STATEMENTS,
    FEED_STATEMENTS, FREED_WORK, HOURS_STATEMENTS, INDICATOR_STATEMENTS, OFFER_STATEMENTS,
    ONLINE_STATEMENTS, REMINDER_STATEMENTS, REMINDER_WORK, WAITING_STATEMENTS,
};

/// The calendar's routes.
pub(crate) fn routes() -> Routes<App> {
    http::routes().merge(pages::routes())
}

/// The calendar's work.
pub(crate) fn work(app: &App) -> Vec<jobs::Queue> {
    work::queues(app)
}

#[cfg(test)]
mod tests;
