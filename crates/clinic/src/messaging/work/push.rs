//! What is different about a notification: it is for a number and goes to a device, if the
//! number's owner has one.

use kernel::{Phone, Redacted, TenantId};
use ports::{Accepted, ErrorClass, FirebaseSender, OutgoingPush, SendError};
use send_rules::Channel;
use store::{ReadTx, StoreError};

use super::{send, ways};
use crate::{
    App,
    messaging::{
        model::{Recipient, Target, ToSend},
        storage,
    },
    patients,
};

/// The word in the database for who takes notifications; nobody without Firebase, unless
/// nothing leaves at all.
pub(in crate::messaging) fn provider(app: &App) -> Option<&'static str> {
    match &app.push {
        Some(_) => Some(FirebaseSender::PROVIDER),
        None => app.settings.simulated.then_some("simulator"),
    }
}

/// Where a notification for a number goes: to the device last seen of the account that has
/// shown the number to be its own. A number that several patients share leads to none:
/// nobody can tell whose device it would be.
pub(in crate::messaging) async fn target(
    tx: &mut ReadTx,
    app: &App,
    tenant: TenantId,
    phone: &Phone,
) -> Result<Option<Target>, StoreError> {
    if provider(app).is_none() {
        return Ok(None);
    }
    let found = storage::target(tx, tenant, phone, app.clock.now()).await?;
    let Some(found) = found else {
        return Ok(None);
    };
    let owners = patients::api::by_phone(tx, tenant, phone).await?;
    Ok((owners.len() < 2).then_some(found))
}

/// The same for a message of any channel; nothing for what is no notification.
pub(in crate::messaging) async fn target_of(
    tx: &mut ReadTx,
    app: &App,
    tenant: TenantId,
    (channel, to): (Channel, &Recipient),
) -> Result<Option<Target>, StoreError> {
    match (channel, to) {
        (Channel::Push, Recipient::Phone(phone)) => target(tx, app, tenant, phone).await,
        _ => Ok(None),
    }
}

/// Makes an attempt. The message's id is its tag: a second attempt takes the place of the
/// first on the screen (ADR 24).
pub(super) async fn send(
    app: &App,
    job: &jobs::Job,
    (message, to): (&ToSend, &Phone),
    target: Option<&Target>,
) -> Result<Accepted, SendError> {
    let Some(target) = target else {
        return Err(SendError {
            class: ErrorClass::DeviceGone,
            ..ways::nobody("there is no device any more")
        });
    };
    let Some(firebase) = &app.push else {
        let outgoing = send::outgoing(app, message, (to, ""), None);
        return app.sender.send(&outgoing).await;
    };
    let push = OutgoingPush {
        device: target.token.clone(),
        title: target.clinic.clone(),
        body: Redacted(message.body.clone()),
        id: job.id.as_simple().to_string(),
        expires_at: message.expires_at,
    };
    firebase.send(&push).await
}
