mod attachments;
mod decisions;
mod export;
mod labs;
mod letterhead;
mod records;
mod references;
mod share;

pub(super) use attachments::{MAX_FORM, received};
pub(super) use export::given;
use webkit::Routes;

use crate::App;

pub(super) fn routes() -> Routes<App> {
    records::routes()
        .merge(decisions::routes())
        .merge(export::routes())
        .merge(share::routes())
        .merge(labs::routes())
        .merge(letterhead::routes())
        .merge(references::routes())
        .merge(attachments::routes())
}
