//! What is done about an attempt whose outcome nobody noted, where the provider
//! can be asked.

use std::{sync::Arc, time::Duration};

use kernel::TenantId;
use ports::{Found, Lookup};
use send_rules::Channel;
use store::{ReadTx, StoreError, WriteTx};

use super::{
    accept::{Taken, accepted},
    send::address,
};
use crate::{
    App,
    messaging::{
        api,
        model::{Attempt, AttemptOutcome, LOOKUP_GRACE, ToSend},
        storage::{self, AttemptEnd},
    },
};

/// By how much the provider's clock and ours may differ, generously.
const SLACK: Duration = Duration::from_secs(600);

/// What to ask the provider about an attempt with an unknown outcome.
pub(in crate::messaging) fn lookup(
    message: &ToSend,
    from: &str,
    attempt: &Attempt,
    known_ids: Vec<String>,
) -> Lookup {
    Lookup {
        from: address(message.channel, from),
        to: address(message.channel, message.recipient.as_str()),
        since: attempt.started_at,
        body_sha256: message.body_sha256.clone(),
        call: message.channel == Channel::Voice,
        known_ids,
    }
}

/// The provider's ids among which an attempt is not looked for: those of other attempts for
/// the number, also of messages that are called about or handed over again.
pub(super) async fn known_ids(
    tx: &mut ReadTx,
    tenant: TenantId,
    message: &ToSend,
    attempt: &Attempt,
) -> Result<Vec<String>, StoreError> {
    let since = attempt.started_at.minus(SLACK);
    storage::known_ids(tx, tenant, &message.recipient, since).await
}

/// The provider turned out to have it after all.
pub(in crate::messaging) async fn found(
    tx: &mut WriteTx,
    app: &App,
    (job, message): (jobs::Job, ToSend),
    attempt: &Attempt,
    found: &Found,
) -> Result<(), StoreError> {
    let tenant = job.tenant;
    let taken = Taken {
        job,
        number: attempt.number,
        provider: attempt.provider.clone(),
        message: Arc::new(message),
        provider_id: found.provider_id.clone(),
        simulated: app.sender.is_simulated(),
    };
    accepted(tx, app, tenant, &[taken]).await?;
    api::apply_report(
        tx,
        app,
        tenant,
        &found.provider_id,
        found.report,
        found.error_code,
    )
    .await?;
    Ok(())
}

/// The provider does not have it: the attempt is over, the message is queued again.
pub(in crate::messaging) async fn not_found(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
    attempt: &Attempt,
) -> Result<(), StoreError> {
    let now = app.clock.now();
    let believed_from = attempt.started_at.plus(LOOKUP_GRACE);
    if now < believed_from {
        let wait = Some("the provider does not know it yet");
        return jobs::retry_at(tx, &storage::WORK, job, believed_from, wait).await;
    }
    let end = AttemptEnd {
        number: attempt.number,
        outcome: AttemptOutcome::NotSent,
        error_code: None,
        detail: Some("the provider never got it"),
    };
    storage::end_attempt(tx, job, end, now).await?;
    jobs::retry_at(tx, &storage::WORK, job, now, None).await
}
