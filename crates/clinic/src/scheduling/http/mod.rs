mod appointments;
mod calendars;
mod doctors;
mod exceptions;
mod hours;
mod indicators;
mod online;
mod reminders;
mod waiting;

use axum::{
    Json,
    http::{HeaderName, HeaderValue},
};
use webkit::Routes;

use crate::App;

pub(super) use calendars::doctors_calendar;

/// An answer with its version as ETag.
type Tagged<T> = ([(HeaderName, HeaderValue); 1], Json<T>);

pub(super) fn routes() -> Routes<App> {
    hours::routes()
        .merge(doctors::routes())
        .merge(exceptions::routes())
        .merge(appointments::routes())
        .merge(reminders::routes())
        .merge(calendars::routes())
        .merge(indicators::routes())
        .merge(waiting::routes())
        .merge(online::routes())
}
