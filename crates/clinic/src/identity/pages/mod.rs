//! Identity's pages, a file per capability.

mod sign_in;

use webkit::Routes;

use crate::App;

pub(super) fn routes() -> Routes<App> {
    sign_in::routes()
}
