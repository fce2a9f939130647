//! A message that lost its reason before it left.

use kernel::Ctx;
use store::{StoreError, WriteTx};

use super::TOPIC;
use crate::{
    App,
    messaging::{model::MessageId, storage},
};

/// Takes a message back that is still queued. False when it has left, may have
/// left, or was over already: then nothing is changed.
///
/// # Errors
/// The database's.
pub async fn cancel(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    id: MessageId,
) -> Result<bool, StoreError> {
    let cancelled = storage::cancel(tx, ctx.tenant, id, app.clock.now()).await?;
    if cancelled {
        tx.emit(TOPIC, id.uuid());
    }
    Ok(cancelled)
}
