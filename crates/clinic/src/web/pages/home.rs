use axum::{http::Method, response::Redirect};
use kernel::Role;
use webkit::{Caller, Policy, Routes};

use crate::App;

pub(super) fn routes() -> Routes<App> {
    Routes::new().page(Method::GET, "/", home, Policy::SignedIn)
}

/// Staff begin their day with the messages, patients with themselves.
async fn home(caller: Caller) -> Redirect {
    if caller.role().is_some_and(Role::is_staff) {
        Redirect::to("/inbox")
    } else {
        Redirect::to("/profile")
    }
}
