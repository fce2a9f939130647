//! What its provider took and then reports that it could not deliver.

use std::time::Duration;

use jobs::RetryRule;
use kernel::{TenantId, Timestamp};
use ports::ErrorClass;
use send_rules::MessageState;
use store::{StoreError, WriteTx};

use super::fallback::{fall_back, is_of_the_way};
use crate::{
    App,
    messaging::{
        model::OneAttempt,
        storage::{self, Step},
    },
};

/// How a message is handed over again whose phone was off or whose way was disturbed: more
/// slowly than one that no provider took, and not for long, since the network has tried itself.
const AGAIN: RetryRule = RetryRule {
    base: Duration::from_secs(15 * 60),
    cap: Duration::from_secs(60 * 60),
    attempts: 3,
};

/// The word for it.
const REASON: &str = "undelivered";

/// Hands it over again where that can help, then by its other way, then leaves it to a
/// person (`spec/messaging.md`, retries).
pub(in crate::messaging) async fn undelivered(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    of: OneAttempt<'_>,
    (from, error_code): (MessageState, Option<i64>),
) -> Result<(), StoreError> {
    let class = error_code.and_then(ports::twilio::class_of);
    let may_help = class.is_some_and(ErrorClass::can_retry);
    storage::not_reached(tx, tenant, of, (REASON, error_code)).await?;
    let now = app.clock.now();
    let message = storage::to_send(tx, tenant, of.message).await?;
    let expires_at = message.and_then(|message| message.expires_at);
    if may_help && again(tx, app, tenant, (of, expires_at)).await? {
        return Ok(());
    }
    let step = Step {
        from,
        to: MessageState::Failed,
        reason: Some(REASON),
        detail: None,
        error_code,
        retryable: class.map(ErrorClass::can_retry),
    };
    storage::step(tx, tenant, of.message, step, now).await?;
    let may_follow = may_help || class.is_some_and(is_of_the_way);
    let follows = may_follow && fall_back(tx, app, tenant, of.message).await?;
    // What has lost its use, or was withdrawn, waits for nobody.
    if may_help && !follows && expires_at.is_none_or(|end| end > now) {
        storage::leave_to_a_person(tx, tenant, of.message, now).await?;
    }
    Ok(())
}

/// True when it will be handed over again before it has lost its use.
async fn again(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    (of, expires_at): (OneAttempt<'_>, Option<Timestamp>),
) -> Result<bool, StoreError> {
    let taken = storage::times_taken(tx, tenant, of.message).await?;
    let taken = i32::try_from(taken).unwrap_or(i32::MAX);
    let now = app.clock.now();
    let at = now.plus(AGAIN.delay(taken, &app.rng));
    let in_time = expires_at.is_none_or(|end| at < end);
    let helps = taken < AGAIN.attempts && in_time;
    Ok(helps && hand_over_again(tx, app, tenant, of, (REASON, at)).await?)
}

/// Puts a message back whose newest attempt reached nobody, for another one at this time;
/// what then holds is decided anew. False when something newer happened to it.
pub(super) async fn hand_over_again(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    of: OneAttempt<'_>,
    (reason, at): (&str, Timestamp),
) -> Result<bool, StoreError> {
    let now = app.clock.now();
    let again = storage::hand_over_again(tx, tenant, of, reason, now).await?;
    if again {
        jobs::revive(tx, &storage::WORK, tenant, of.message, at).await?;
    }
    Ok(again)
}
