//! Identity over HTTP, a file per capability.

mod access;
mod oauth;
mod tokens;

use webkit::Routes;

use crate::App;

pub(super) fn routes() -> Routes<App> {
    tokens::routes()
        .merge(oauth::routes())
        .merge(access::routes())
}
