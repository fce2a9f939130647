mod health;
mod home;
mod mailbox;
mod overview;
mod simulator;
mod simulator_calls;
mod simulator_faults;

use webkit::Routes;

use crate::App;

pub(super) use simulator::signed;

pub(super) fn routes() -> Routes<App> {
    home::routes()
        .merge(health::routes())
        .merge(overview::routes())
        .merge(simulator::routes())
        .merge(simulator_calls::routes())
        .merge(simulator_faults::routes())
        .merge(mailbox::routes())
}
