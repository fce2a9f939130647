//! The time of a reminder has come.

use kernel::{Ctx, Problem};
use store::WriteTx;

use super::texts::said;
use crate::{
    App,
    messaging::{
        self,
        api::{MessageId, Notice},
    },
    outreach::{
        model::ReminderId,
        rules::{channel, other_way},
        storage,
    },
};

/// Writes the message of a reminder whose row the caller has ended in this transaction;
/// nothing for one that lost its use. The same round never makes a second one.
///
/// # Errors
/// The database's: then the row is not ended either.
pub(in crate::outreach) async fn tell(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    id: ReminderId,
) -> Result<Option<MessageId>, Problem> {
    let Some(one) = storage::find(tx, ctx.tenant, id).await? else {
        return Ok(None);
    };
    if one.expires_at <= app.clock.now() {
        storage::told(tx, ctx.tenant, id, None).await?;
        return Ok(None);
    }
    let channel = channel(one.method);
    let said = said(tx, ctx, &one, channel).await?;
    let notice = Notice {
        event: said.event,
        locale: one.language,
        values: said.values,
        channel,
        other_channel: other_way(channel),
        other_values: said.other_values,
        // Nobody can tell who presses a key of a phone that several share.
        asks: said.may_ask,
        recipient: one.phone,
        patient: Some(one.patient_id),
        idempotency_key: format!("reminder-note:{id}:{}", one.round),
        expires_at: Some(one.expires_at),
        created_by: one.created_by,
    };
    let queued = messaging::api::notify(tx, app, ctx, notice).await?.queued;
    storage::told(tx, ctx.tenant, id, Some(queued.id)).await?;
    Ok(Some(queued.id))
}
