//! What a patient answers to a reminder.

use kernel::{Ctx, Problem};
use store::WriteTx;

use crate::{
    App, audit,
    audit::api::Event,
    messaging::api::{Key, MessageId},
    outreach::{model::Answer, storage},
};

/// Notes the key that somebody pressed during the call of a reminder. The first answer
/// stands; a message that is no reminder's newest is somebody else's.
///
/// # Errors
/// The database's.
pub async fn keyed(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    message: MessageId,
    key: Key,
) -> Result<(), Problem> {
    let answer = match key {
        Key::Confirm => Answer::Confirmed,
        Key::Cancel => Answer::Cancelled,
    };
    let Some(asked) = storage::of_message(tx, ctx.tenant, message).await? else {
        return Ok(());
    };
    let said = (answer, app.clock.now());
    if !storage::answered(tx, ctx.tenant, asked.id, said).await? {
        return Ok(());
    }
    let event = Event {
        action: "reminder.answer",
        object_type: "reminder",
        object_id: asked.id.uuid(),
        patient: Some(asked.patient_id.uuid()),
        detail: None,
    };
    audit::api::record_event(tx, app, ctx, event);
    Ok(())
}
