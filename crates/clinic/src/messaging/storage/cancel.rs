use kernel::{TenantId, Timestamp};
use store::{StoreError, WriteTx, params};

use crate::messaging::model::MessageId;

store::statements! {
    /// Fenced: a worker that holds the row and has not begun its attempt holds another
    /// token from now on, and one that has begun it has moved the state on.
    CANCEL = "UPDATE message SET state = 'cancelled', reason = NULL, updated_at = $3, work_due_at = NULL, work_held_by = NULL,
            work_token = work_token + 1
        WHERE tenant_id = $1 AND id = $2 AND state = 'queued'";
}

/// Takes a message back that nobody has begun to send; answers whether it was.
pub(in crate::messaging) async fn cancel(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: MessageId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(CANCEL, params![tenant, id, now]).await? == 1)
}
