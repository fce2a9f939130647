//! What comes in: provider events as received, the conversations they belong
//! to, and what staff do with them.
//!
//! Invariants: an event is stored before it is acknowledged and worked on
//! after; the same event twice is one event; nobody's message enters a
//! patient's conversation unless the whole number is that patient's alone or a
//! person said so; an answer is a message of the outbox, written in the same
//! transaction as its entry.

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
    CONVERSATION_STATEMENTS, EVENT_STATEMENTS, EVENT_WORK, LINE_STATEMENTS, MEDIA_WORK,
};

/// The inbox's routes: webhooks, API and pages.
pub(crate) fn routes() -> Routes<App> {
    http::routes().merge(pages::routes())
}

/// The inbox's work.
pub(crate) fn work(app: &App) -> Vec<jobs::Queue> {
    work::queues(app)
}
