use kernel::{Locale, TenantId, Timestamp};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::messaging::model::{Called, Key, MessageId, Recipient};

store::statements! {
    SPEAK = "UPDATE message SET spoken_in = $3, asks = $4 WHERE tenant_id = $1 AND id = $2";
    SPOKEN = "SELECT id, patient_id, body, spoken_in, asks FROM message WHERE tenant_id = $1 AND id = $2";
    /// By any of its attempts, also an earlier one.
    CALLED = "SELECT m.id AS id, m.patient_id AS patient_id, m.body AS body, m.spoken_in AS spoken_in, m.asks AS asks
        FROM message_attempt a JOIN message m ON m.tenant_id = a.tenant_id AND m.id = a.message_id
        WHERE a.tenant_id = $1 AND a.provider = $2 AND a.provider_id = $3";
    CALLS_UNDER_WAY = "SELECT COUNT(*) AS value FROM message WHERE tenant_id = $1 AND recipient = $2 AND id <> $3
            AND channel = 'voice' AND (state = 'sending' OR (state IN ('accepted', 'sent') AND updated_at > $4))";
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
