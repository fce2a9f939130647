mod appointments;
mod exceptions;
mod hours;

use axum::{
    Json,
    http::{HeaderName, HeaderValue},
};
use webkit::Routes;

use crate::App;

/// An answer with its version as ETag.
type Tagged<T> = ([(HeaderName, HeaderValue); 1], Json<T>);

pub(super) fn routes() -> Routes<App> {
    hours::routes()
        .merge(exceptions::routes())
        .merge(appointments::routes())
}
