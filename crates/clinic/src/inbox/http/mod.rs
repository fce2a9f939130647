mod conversations;
mod gateway;
mod media;
mod sendgrid;
mod webhooks;

use webkit::Routes;

pub(super) use media::file;

use crate::App;

pub(in crate::inbox) fn routes() -> Routes<App> {
    webhooks::routes()
        .merge(conversations::routes())
        .merge(media::routes())
        .merge(sendgrid::routes())
        .merge(gateway::routes())
}
