use axum::{http::Method, response::Redirect};
use webkit::{Policy, Routes};

use crate::App;

pub(super) fn routes() -> Routes<App> {
    Routes::new().page(Method::GET, "/", home, Policy::SignedIn)
}

/// Staff begin their day with the messages.
async fn home() -> Redirect {
    Redirect::to("/inbox")
}
