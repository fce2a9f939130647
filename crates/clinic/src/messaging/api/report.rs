//! What providers report of messages they took.

use kernel::TenantId;
use ports::DeliveryReport;
use send_rules::MessageState;
use store::{ReadTx, Scope, StoreError, WriteTx};

use super::TOPIC;
use crate::{
    App,
    messaging::{
        model::{MessageId, OneAttempt},
        storage,
        work::{
            fallback::{fall_back, is_of_the_way},
            send,
            undelivered::undelivered,
            voice as calls, ways,
        },
    },
};

/// What a provider's call-back did to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reported {
    /// The message is one step further, or was already.
    Applied(MessageId),
    /// No message has this provider id (yet).
    UnknownMessage,
}

/// Applies a provider's report. Late, doubled and unordered ones are harmless.
///
/// # Errors
/// The database's.
pub async fn apply_report(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    provider_id: &str,
    report: DeliveryReport,
    error_code: Option<i64>,
) -> Result<Reported, StoreError> {
    let provider = ways::phone_provider(app);
    let id = match spoken_of(tx, tenant, (provider, provider_id)).await? {
        SpokenOf::Message(id) => id,
        SpokenOf::Before(id) => return Ok(Reported::Applied(id)),
        SpokenOf::Unknown => return Ok(Reported::UnknownMessage),
    };
    let from = storage::state(tx, tenant, id.uuid()).await?;
    let from = from.ok_or(StoreError::RowCount {
        expected: 1,
        actual: 0,
    })?;
    let call = OneAttempt {
        message: id.uuid(),
        provider,
        provider_id,
    };
    if calls::missed(tx, app, tenant, call, (from, report, error_code)).await? {
        return Ok(Reported::Applied(id));
    }
    if from == MessageState::Simulated {
        played(tx, app, tenant, call, (report, error_code)).await?;
        return Ok(Reported::Applied(id));
    }
    let to = send::state_of(report);
    if !from.can_follow(to) {
        return Ok(Reported::Applied(id));
    }
    if report == DeliveryReport::Failed {
        undelivered(tx, app, tenant, call, (from, error_code)).await?;
    } else {
        let step = storage::Step {
            from,
            to,
            reason: calls::reason_of(report),
            detail: None,
            error_code,
            retryable: None,
        };
        storage::step(tx, tenant, id.uuid(), step, app.clock.now()).await?;
    }
    tx.emit(TOPIC, id.uuid());
    Ok(Reported::Applied(id))
}

/// What a provider's id speaks of.
enum SpokenOf {
    Message(MessageId),
    /// An earlier attempt of a message that is made again: it tells nothing new.
    Before(MessageId),
    Unknown,
}

async fn spoken_of(
    tx: &mut ReadTx,
    tenant: TenantId,
    (provider, provider_id): (&str, &str),
) -> Result<SpokenOf, StoreError> {
    if let Some(id) = storage::by_provider_id(tx, tenant, provider, provider_id).await? {
        return Ok(SpokenOf::Message(id));
    }
    let Some(attempt) = storage::called(tx, tenant, (provider, provider_id)).await? else {
        return Ok(SpokenOf::Unknown);
    };
    // Somebody may have noted between the two questions that the provider has it.
    let now = storage::by_provider_id(tx, tenant, provider, provider_id).await?;
    Ok(now.map_or(SpokenOf::Before(attempt.id), SpokenOf::Message))
}

/// What the simulator reports changes no state: nothing was sent, and nothing arrived
/// (ADR 25). The attempt says it, each step once and only forwards, and what follows from
/// a failure follows.
async fn played(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    call: OneAttempt<'_>,
    (report, error_code): (DeliveryReport, Option<i64>),
) -> Result<(), StoreError> {
    let before = storage::played(tx, tenant, call).await?;
    let said = DeliveryReport::parse(&before).unwrap_or(DeliveryReport::Accepted);
    let to = send::state_of(report);
    if !send::state_of(said).can_follow(to) {
        return Ok(());
    }
    storage::play(tx, tenant, call, &before, (report, error_code)).await?;
    if to == MessageState::Failed && error_code.is_some_and(closes_the_way) {
        fall_back(tx, app, tenant, call.message).await?;
    }
    tx.emit(TOPIC, call.message);
    Ok(())
}

/// Applies what a local operator reports of a message, by our id or by its own; one about a
/// message whose outcome nobody knew settles it. Late, doubled and unordered reports are
/// harmless.
///
/// # Errors
/// The database's.
pub async fn apply_gateway_report(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    id: &str,
    report: DeliveryReport,
) -> Result<Reported, StoreError> {
    let Some(id) = storage::reported(tx, tenant, id).await? else {
        return Ok(Reported::UnknownMessage);
    };
    let state = storage::state(tx, tenant, id.uuid()).await?;
    let to = send::state_of(report);
    if let Some(from) = state.filter(|from| from.can_follow(to)) {
        let step = storage::Step {
            from,
            to,
            reason: calls::reason_of(report),
            detail: None,
            error_code: None,
            retryable: None,
        };
        storage::step(tx, tenant, id.uuid(), step, app.clock.now()).await?;
        storage::not_dead(tx, tenant, id.uuid()).await?;
        tx.emit(TOPIC, id.uuid());
    }
    Ok(Reported::Applied(id))
}

/// The clinic whose message a report of a local operator speaks of.
///
/// # Errors
/// The database's.
pub async fn tenant_of_report(app: &App, id: &str) -> Result<Option<TenantId>, StoreError> {
    let mut tx = app.store.read(Scope::System).await?;
    storage::tenant_of_report(&mut tx, id).await
}

/// Whether a provider's error says that nobody is reached this way.
fn closes_the_way(code: i64) -> bool {
    ports::twilio::class_of(code).is_some_and(is_of_the_way)
}
