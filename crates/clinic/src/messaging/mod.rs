//! The outbox: every message to a person, whatever asks for it.
//!
//! Owns messages, their attempts, who may be written to and since when.
//! Invariants: a message and its work are one row, committed with its cause;
//! nothing else calls a provider; a message whose outcome is unknown is looked
//! up before it is tried again; states only move forward; "simulated" is never
//! shown or counted as sent.

pub mod api;
mod http;
mod model;
mod pages;
mod rules;
mod storage;

mod wire;
mod work;

use webkit::Routes;

use crate::App;

pub(crate) use storage::{
    ATTEMPT_STATEMENTS, CANCEL_STATEMENTS, CONSENT_STATEMENTS, COST_STATEMENTS, DEVICE_STATEMENTS,
    DUE_STATEMENTS, GATEWAY_STATEMENTS, HELD_STATEMENTS, MAIL_STATEMENTS, NOTICE_STATEMENTS,
    PLAYED_STATEMENTS, PROVIDER_STATEMENTS, SEAL_STATEMENTS, SENDER_STATEMENTS, STATEMENTS,
    STOP_STATEMENTS, TEMPLATE_STATEMENTS, VOICE_STATEMENTS, WORK,
};

/// The outbox's routes.
pub(crate) fn routes() -> Routes<App> {
    http::routes().merge(pages::routes())
}

/// The outbox's work.
pub(crate) fn work(app: &App) -> jobs::Queue {
    work::queue(app)
}
