//! What a patient answers to a reminder.

use kernel::{Ctx, Problem};
use store::WriteTx;

use crate::{
    App, audit,
    audit::api::Event,
    messaging::api::MessageId,
    outreach::{model::Answer, storage},
};

/// Notes what somebody answered to the message of a reminder with a key or a digit: 1
/// confirms, 2 cancels. The first answer stands. False when nothing was noted: another
/// digit, no reminder's newest message, or answered already.
///
/// # Errors
/// The database's.
pub async fn keyed(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    message: MessageId,
    digit: u8,
) -> Result<bool, Problem> {
    let answer = match digit {
        1 => Answer::Confirmed,
        2 => Answer::Cancelled,
        _ => return Ok(false),
    };
    let Some(asked) = storage::of_message(tx, ctx.tenant, message).await? else {
        return Ok(false);
    };
    let said = (answer, app.clock.now());
    if !storage::answered(tx, ctx.tenant, asked.id, said).await? {
        return Ok(false);
    }
    let event = Event {
        action: "reminder.answer",
        object_type: "reminder",
        object_id: asked.id.uuid(),
        patient: Some(asked.patient_id.uuid()),
        detail: None,
    };
    audit::api::record_event(tx, app, ctx, event);
    Ok(true)
}
