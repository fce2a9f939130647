//! Identity over HTTP, a file per capability.

mod access;
mod oauth;
mod origin;
mod second_factor;
mod sessions;
mod tokens;

use webkit::Routes;

use crate::App;

pub(super) use origin::{From, OwnSignIn, device_cookie, is_https};

pub(super) fn routes() -> Routes<App> {
    tokens::routes()
        .merge(oauth::routes())
        .merge(access::routes())
        .merge(sessions::routes())
        .merge(second_factor::routes())
}
