mod conversations;
mod webhooks;

use webkit::Routes;

use crate::App;

pub(in crate::inbox) fn routes() -> Routes<App> {
    webhooks::routes().merge(conversations::routes())
}
