//! Identity's pages, a file per capability.

mod access;
mod oauth;
mod own_factor;
mod second_factor;
mod sessions;
mod sign_in;

use webkit::Routes;

use crate::App;

pub(super) fn routes() -> Routes<App> {
    sign_in::routes()
        .merge(oauth::routes())
        .merge(access::routes())
        .merge(second_factor::routes())
        .merge(own_factor::routes())
        .merge(sessions::routes())
}
