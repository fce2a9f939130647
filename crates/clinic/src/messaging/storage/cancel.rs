use kernel::{TenantId, Timestamp};
use serde::Serialize;
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::messaging::model::{AttemptOutcome, MessageId};

store::statements! {
    /// Nothing follows these any more: no other way, no other call and no other try. Locks
    /// their rows, so that what is asked next about them is what holds.
    WITHDRAW each "$2" (id uuid) = "UPDATE message SET other_channel = NULL,
            expires_at = CASE WHEN expires_at < $3 THEN expires_at ELSE $3 END
        WHERE tenant_id = $1 AND id IN (SELECT id FROM each)";
    /// Fenced: a worker that holds the row and has not begun its attempt holds another
    /// token from now on, and one that has begun it has moved the state on. Between two
    /// tries nobody holds it; then it is taken back if the provider certainly has none of it.
    CANCEL = "UPDATE message SET state = 'cancelled', reason = NULL, updated_at = $3, work_due_at = NULL, work_held_by = NULL,
            work_token = work_token + 1
        WHERE tenant_id = $1 AND id = $2 AND (state = 'queued' OR (state = 'sending' AND work_held_by IS NULL
            AND NOT EXISTS (SELECT 1 FROM message_attempt t WHERE t.tenant_id = $1 AND t.message_id = $2
                AND (t.outcome IS NULL OR t.outcome = $4))))";
    FOLLOWERS each "$2" (id uuid) = "SELECT id AS value FROM message WHERE tenant_id = $1 AND follows IN (SELECT id FROM each)";
    STILL_HERE each "$2" (id uuid) = "SELECT id AS value FROM message
        WHERE tenant_id = $1 AND id IN (SELECT id FROM each) AND state IN ('queued', 'sending')";
}

#[derive(Serialize)]
struct Each {
    id: Uuid,
}

fn list(ids: &[MessageId]) -> Result<String, StoreError> {
    let ids: Vec<Each> = ids.iter().map(|id| Each { id: id.uuid() }).collect();
    store::list(&ids)
}

/// Lets nothing follow these messages; whoever works on one waits until this transaction
/// ends.
pub(in crate::messaging) async fn withdraw(
    tx: &mut WriteTx,
    tenant: TenantId,
    ids: &[MessageId],
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![tenant, list(ids)?, now];
    tx.execute(WITHDRAW, values).await.map(drop)
}

/// Takes a message back that certainly has not left; answers whether it was.
pub(in crate::messaging) async fn cancel(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: MessageId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let values = params![tenant, id, now, AttemptOutcome::Unknown];
    Ok(tx.execute(CANCEL, values).await? == 1)
}

/// The messages that took the place of these.
pub(in crate::messaging) async fn followers(
    tx: &mut ReadTx,
    tenant: TenantId,
    ids: &[MessageId],
) -> Result<Vec<MessageId>, StoreError> {
    tx.all(FOLLOWERS, params![tenant, list(ids)?]).await
}

/// Those of these messages that still wait or are being sent.
pub(in crate::messaging) async fn still_here(
    tx: &mut ReadTx,
    tenant: TenantId,
    ids: &[MessageId],
) -> Result<Vec<MessageId>, StoreError> {
    tx.all(STILL_HERE, params![tenant, list(ids)?]).await
}
