//! What providers report of messages they took.

use kernel::TenantId;
use ports::DeliveryReport;
use send_rules::MessageState;
use store::{StoreError, WriteTx};

use super::TOPIC;
use crate::{
    App,
    messaging::{
        model::MessageId,
        storage,
        work::{
            fallback::{fall_back, is_of_the_way},
            send,
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
    let provider = send::phone_provider(app);
    let Some(id) = storage::by_provider_id(tx, tenant, provider, provider_id).await? else {
        return Ok(Reported::UnknownMessage);
    };
    let from = storage::state(tx, tenant, id.uuid()).await?;
    let from = from.ok_or(StoreError::RowCount {
        expected: 1,
        actual: 0,
    })?;
    let to = send::state_of(report);
    if from.can_follow(to) {
        let step = storage::Step {
            from,
            to,
            reason: (to == MessageState::Failed).then_some("undelivered"),
            detail: None,
            error_code,
            retryable: None,
        };
        storage::step(tx, tenant, id.uuid(), step, app.clock.now()).await?;
        if to == MessageState::Failed && error_code.is_some_and(closes_the_way) {
            fall_back(tx, app, tenant, id.uuid()).await?;
        }
        tx.emit(TOPIC, id.uuid());
    }
    Ok(Reported::Applied(id))
}

/// Whether a provider's error says that nobody is reached this way.
fn closes_the_way(code: i64) -> bool {
    ports::twilio::class_of(code).is_some_and(is_of_the_way)
}
