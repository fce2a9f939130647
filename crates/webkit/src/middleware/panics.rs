use std::{any::Any, panic};

use axum::response::{IntoResponse, Response};
use kernel::Problem;

use crate::Fault;

/// A panic answers 500 like any other fault of ours.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer wants a function of a box"
)]
pub(super) fn answer(payload: Box<dyn Any + Send>) -> Response {
    Fault::from(Problem::internal(format!(
        "panic: {}",
        message(payload.as_ref())
    )))
    .into_response()
}

/// Only a message that stands in the code: a formatted one may hold what a
/// patient wrote.
fn message(payload: &(dyn Any + Send)) -> &'static str {
    payload
        .downcast_ref::<&'static str>()
        .copied()
        .unwrap_or("its message is withheld")
}

/// Makes the process log its panics as events with their place, instead of
/// printing messages that may hold patient data. To be called once at start.
pub fn log_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let message = info.payload().downcast_ref::<&'static str>().copied();
        let message = message.unwrap_or("its message is withheld");
        tracing::error!(place, message, "panic");
    }));
}
