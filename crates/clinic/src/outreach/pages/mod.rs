//! The clinic's reminders, for the staff.

mod edit;
mod list;

use axum::http::Method;
use webkit::{Policy, Routes};

use super::policy::WRITES;
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
}
