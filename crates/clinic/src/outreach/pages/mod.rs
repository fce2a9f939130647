//! The clinic's reminders and broadcasts, for the staff.

mod broadcast_one;
mod broadcasts;
mod edit;
mod list;

use axum::http::Method;
use webkit::{Policy, Routes};

use super::policy::{SENDS, WRITES};
use crate::App;

pub(super) fn routes() -> Routes<App> {
    let (get, post) = (|| Method::GET, || Method::POST);
    Routes::new()
        .page(get(), "/reminders", list::show, Policy::STAFF)
        .page(post(), "/reminders/due", list::send_due, Policy::ADMIN)
        .page(get(), "/reminders/new", edit::new, WRITES)
        .page(post(), "/reminders/new", edit::create, WRITES)
        .page(get(), "/reminders/{id}", edit::show, WRITES)
        .page(post(), "/reminders/{id}", edit::save, WRITES)
        .page(post(), "/reminders/{id}/again", edit::again, WRITES)
        .page(post(), "/reminders/{id}/remove", edit::remove, WRITES)
        .merge(of_broadcasts())
}

fn of_broadcasts() -> Routes<App> {
    use broadcast_one as one;
    let (get, post) = (|| Method::GET, || Method::POST);
    Routes::new()
        .page(get(), "/broadcasts", broadcasts::list, Policy::STAFF)
        .page(get(), "/broadcasts/new", broadcasts::new, WRITES)
        .page(post(), "/broadcasts/new", broadcasts::create, WRITES)
        .page(post(), "/broadcasts/size", broadcasts::size, WRITES)
        .page(get(), "/broadcasts/{id}", one::show, Policy::STAFF)
        .page(get(), "/broadcasts/{id}/board", one::board, Policy::STAFF)
        .page(get(), "/broadcasts/{id}/events", one::events, Policy::STAFF)
        .page(get(), "/broadcasts/{id}/edit", broadcasts::edit, WRITES)
        .page(post(), "/broadcasts/{id}/edit", broadcasts::save, WRITES)
        .page(post(), "/broadcasts/{id}/remove", one::remove, WRITES)
        .page(post(), "/broadcasts/{id}/send", one::send, SENDS)
        .page(post(), "/broadcasts/{id}/schedule", one::schedule, SENDS)
        .page(post(), "/broadcasts/{id}/pause", one::pause, SENDS)
        .page(post(), "/broadcasts/{id}/resume", one::resume, SENDS)
        .page(post(), "/broadcasts/{id}/cancel", one::cancel, SENDS)
}
