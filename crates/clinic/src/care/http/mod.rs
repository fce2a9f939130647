mod decisions;
mod export;
mod records;
mod share;

pub(super) use export::given;
use webkit::Routes;

use crate::App;

pub(super) fn routes() -> Routes<App> {
    records::routes()
        .merge(decisions::routes())
        .merge(export::routes())
        .merge(share::routes())
}
