//! Identity over HTTP, a file per capability.

mod access;
mod emails;
mod invitations;
mod let_in;
mod oauth;
mod origin;
mod passwords;
mod second_factor;
mod sessions;
mod tokens;
mod users;

use axum::http::HeaderMap;
use webkit::Routes;

use crate::App;

pub use origin::OwnSignIn;
pub(super) use origin::{From, device_cookie, is_https};

pub(super) fn routes() -> Routes<App> {
    tokens::routes()
        .merge(oauth::routes())
        .merge(access::routes())
        .merge(sessions::routes())
        .merge(let_in::routes())
        .merge(second_factor::routes())
        .merge(users::routes())
        .merge(passwords::routes())
        .merge(emails::routes())
        .merge(invitations::routes())
}

/// The clinic that somebody names who has not signed in.
pub(super) fn tenant_hint(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-tenant")?.to_str().ok()
}
