//! The way to try when one is closed: a message of its own takes the place of the one
//! that could not go, so that both are seen with their reasons.

use kernel::{Ctx, TenantId};
use ports::ErrorClass;
use send_rules::Channel;
use store::{StoreError, WriteTx};
use uuid::Uuid;

use crate::{
    App,
    messaging::{
        api,
        model::{Notice, Recipient, stored_values},
        rules::events,
        storage,
    },
};

/// Whether a failure speaks of the way alone: by another one the same may arrive.
pub(in crate::messaging) const fn is_of_the_way(class: ErrorClass) -> bool {
    matches!(
        class,
        ErrorClass::BadNumber
            | ErrorClass::Blocked
            | ErrorClass::OutOfWindow
            | ErrorClass::ContentRefused
            | ErrorClass::DeviceGone
    )
}

/// Writes what could not go as a message by its other way, if it has one; once, whatever
/// asks for it. True when there is such a message now.
pub(in crate::messaging) async fn fall_back(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    id: Uuid,
) -> Result<bool, StoreError> {
    let Some(of) = storage::to_follow(tx, tenant, id).await? else {
        return Ok(false);
    };
    let event = of.event.as_deref().and_then(events::named);
    let (Some(event), Some(locale), Some(channel)) = (event, of.language, of.other_channel) else {
        return Ok(false);
    };
    let Recipient::Phone(recipient) = of.recipient else {
        return Ok(false);
    };
    let notice = Notice {
        event,
        locale,
        values: stored_values(of.variables.as_deref()),
        channel,
        // Where a notification did not reach him his conversation may be closed by now.
        other_channel: (channel == Channel::Whatsapp).then_some(Channel::Sms),
        other_values: None,
        asks: false,
        recipient,
        patient: of.patient_id,
        idempotency_key: format!("{}|{channel}", of.idempotency_key),
        expires_at: of.expires_at,
        created_by: of.created_by,
    };
    let ctx = Ctx::system(tenant, "messages");
    let mut written = api::written(tx, app, &ctx, notice).await?;
    written.draft.follows = Some(of.id);
    api::keep(tx, app, &ctx, written).await?;
    Ok(true)
}
