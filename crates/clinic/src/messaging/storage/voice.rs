use kernel::{Locale, TenantId, Timestamp};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::messaging::model::{Called, Key, MessageId, OneCall, Recipient};

store::statements! {
    SPEAK = "UPDATE message SET spoken_in = $3, asks = $4 WHERE tenant_id = $1 AND id = $2";
    SPOKEN = "SELECT id, patient_id, body, spoken_in, asks FROM message WHERE tenant_id = $1 AND id = $2";
    /// By any of its attempts, also an earlier one.
    CALLED = "SELECT m.id AS id, m.patient_id AS patient_id, m.body AS body, m.spoken_in AS spoken_in, m.asks AS asks
        FROM message_attempt a JOIN message m ON m.tenant_id = a.tenant_id AND m.id = a.message_id
        WHERE a.tenant_id = $1 AND a.provider = $2 AND a.provider_id = $3";
    TIMES_TAKEN = "SELECT COUNT(*) AS value FROM message_attempt
        WHERE tenant_id = $1 AND message_id = $2 AND outcome = 'accepted'";
    NOT_REACHED = "UPDATE message_attempt SET detail = $4, error_code = $5
        WHERE tenant_id = $1 AND provider = $2 AND provider_id = $3";
    /// Only as long as this attempt is its newest.
    HAND_OVER_AGAIN = "UPDATE message SET state = 'queued', reason = $4, error_code = NULL, retryable = NULL,
            provider_id = NULL, updated_at = $5
        WHERE tenant_id = $1 AND id = $2 AND provider_id = $3 AND state IN ('accepted', 'sent', 'simulated')";
    CALLS_UNDER_WAY = "SELECT COUNT(*) AS value FROM message WHERE tenant_id = $1 AND recipient = $2 AND id <> $3
            AND channel = 'voice' AND (state = 'sending' OR (state IN ('accepted', 'sent') AND updated_at > $4))";
    /// Those of attempts without an id too: asking for one would lead past the key.
    /// Without "is not null", which makes SQLite walk all ids there are.
    KNOWN_IDS = "SELECT COALESCE(a.provider_id, '') AS value
        FROM message_attempt a WHERE a.tenant_id = $1 AND a.started_at >= $3 AND a.message_id IN (SELECT m.id
            FROM message m WHERE m.tenant_id = $1 AND m.recipient = $2)";
    /// A dead letter, whose work has ended already.
    LEAVE_TO_A_PERSON = "UPDATE message SET work_dead_at = $3 WHERE tenant_id = $1 AND id = $2 AND work_due_at IS NULL";
    NOTE_KEY = "UPDATE message SET key_pressed = $3, key_pressed_at = $4
        WHERE tenant_id = $1 AND id = $2 AND (key_pressed_at IS NULL OR key_pressed_at <= $4)";
}

/// Keeps how a call is spoken.
pub(in crate::messaging) async fn speak(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: MessageId,
    (language, asks): (Locale, bool),
) -> Result<(), StoreError> {
    tx.execute_one(SPEAK, params![tenant, id, language, asks])
        .await
}

pub(in crate::messaging) async fn spoken(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: Uuid,
) -> Result<Called, StoreError> {
    tx.one(SPOKEN, params![tenant, id]).await
}

pub(in crate::messaging) async fn called(
    tx: &mut ReadTx,
    tenant: TenantId,
    (provider, provider_id): (&str, &str),
) -> Result<Option<Called>, StoreError> {
    tx.optional(CALLED, params![tenant, provider, provider_id])
        .await
}

/// How often the provider took a message.
pub(in crate::messaging) async fn times_taken(
    tx: &mut ReadTx,
    tenant: TenantId,
    message: Uuid,
) -> Result<i64, StoreError> {
    tx.one(TIMES_TAKEN, params![tenant, message]).await
}

/// Writes on the attempt why it did not reach anybody.
pub(in crate::messaging) async fn not_reached(
    tx: &mut WriteTx,
    tenant: TenantId,
    call: OneCall<'_>,
    (reason, error_code): (&str, Option<i64>),
) -> Result<(), StoreError> {
    let of = (call.provider, call.provider_id);
    let values = params![tenant, of.0, of.1, reason, error_code];
    tx.execute(NOT_REACHED, values).await.map(drop)
}

/// Puts a message back whose newest attempt reached nobody; false when something newer
/// happened to it.
pub(in crate::messaging) async fn hand_over_again(
    tx: &mut WriteTx,
    tenant: TenantId,
    call: OneCall<'_>,
    reason: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let values = params![tenant, call.message, call.provider_id, reason, now];
    Ok(tx.execute(HAND_OVER_AGAIN, values).await? == 1)
}

/// Sets a failed message aside.
pub(in crate::messaging) async fn leave_to_a_person(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(LEAVE_TO_A_PERSON, params![tenant, id, now])
        .await
}

/// Calls to a number that may still ring or be listened to, other than this one.
pub(in crate::messaging) async fn calls_under_way(
    tx: &mut ReadTx,
    tenant: TenantId,
    (recipient, but): (&Recipient, Uuid),
    since: Timestamp,
) -> Result<i64, StoreError> {
    tx.one(CALLS_UNDER_WAY, params![tenant, recipient, but, since])
        .await
}

/// The provider's ids of all attempts for a number that began at this time or later.
pub(in crate::messaging) async fn known_ids(
    tx: &mut ReadTx,
    tenant: TenantId,
    recipient: &Recipient,
    since: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let values = params![tenant, recipient, since];
    let mut ids: Vec<String> = tx.all(KNOWN_IDS, values).await?;
    ids.retain(|id| !id.is_empty());
    Ok(ids)
}

/// Keeps the newest key; false when a newer one is there.
pub(in crate::messaging) async fn note_key(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: MessageId,
    key: Key,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let values = params![tenant, id, key, at];
    Ok(tx.execute(NOTE_KEY, values).await? == 1)
}
