mod decisions;
mod records;

use webkit::Routes;

use crate::App;

pub(super) fn routes() -> Routes<App> {
    records::routes().merge(decisions::routes())
}
