//! What siblings may do with the trail.

use kernel::{Actor, Ctx, Id};
use store::{StoreError, WriteTx};
use uuid::Uuid;

use super::storage::{self, NewEvent};
use crate::App;

/// Adds a line in the change's transaction. `detail` is JSON without patient data.
///
/// # Errors
/// The database's.
pub async fn record(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    action: &'static str,
    object_type: &'static str,
    object_id: Uuid,
    detail: Option<String>,
) -> Result<(), StoreError> {
    let event = NewEvent {
        id: Id::<()>::new(&app.clock, &app.rng).uuid(),
        at: app.clock.now(),
        user: ctx.actor.user(),
        name: match &ctx.actor {
            Actor::User(_, role) => role.as_str(),
            Actor::Service(_) => "service",
            Actor::System(what) => what,
        },
        action,
        object: (object_type, object_id),
        detail,
    };
    storage::insert(tx, ctx, event).await
}
