//! What left by each way lately, and who tested it.

use kernel::{TenantId, Timestamp, UserId};
use send_rules::Channel;
use store::{ReadTx, StoreError, WriteTx, params};

use crate::messaging::model::{MessageId, StateCount};

store::statements! {
    STATES_SINCE = "SELECT channel, state, COUNT(*) AS messages FROM message
        WHERE tenant_id = $1 AND created_at >= $2 GROUP BY channel, state";
    TESTED = "SELECT message_id AS value FROM provider_test WHERE tenant_id = $1 AND user_id = $2 AND channel = $3";
    /// Of several at once one is noted, and none too soon after another.
    NOTE_TEST = "INSERT INTO provider_test (tenant_id, user_id, channel, message_id, at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant_id, user_id, channel) DO UPDATE SET message_id = excluded.message_id, at = excluded.at
        WHERE provider_test.at <= $6";
}

/// How many messages that were written since then stand how, by their way.
pub(in crate::messaging) async fn states_since(
    tx: &mut ReadTx,
    tenant: TenantId,
    since: Timestamp,
) -> Result<Vec<StateCount>, StoreError> {
    tx.all(STATES_SINCE, params![tenant, since]).await
}

/// The newest test that somebody sent himself by a way.
pub(in crate::messaging) async fn tested(
    tx: &mut ReadTx,
    tenant: TenantId,
    (user, channel): (UserId, Channel),
) -> Result<Option<MessageId>, StoreError> {
    tx.optional(TESTED, params![tenant, user, channel]).await
}

/// Notes a test; false when the one before was later than `before`.
pub(in crate::messaging) async fn note_test(
    tx: &mut WriteTx,
    tenant: TenantId,
    (user, channel): (UserId, Channel),
    message: MessageId,
    (now, before): (Timestamp, Timestamp),
) -> Result<bool, StoreError> {
    let values = params![tenant, user, channel, message, now, before];
    Ok(tx.execute(NOTE_TEST, values).await? == 1)
}
