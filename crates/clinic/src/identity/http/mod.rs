//! Identity over HTTP, a file per capability.

mod tokens;

use webkit::Routes;

use crate::App;

pub(super) fn routes() -> Routes<App> {
    tokens::routes()
}
