//! Messages that wait.

use store::{StoreError, WriteTx, params};

store::statements! {
    /// The next attempt takes the word away.
    HOLD = "UPDATE message SET reason = $4
        WHERE tenant_id = $1 AND id = $2 AND work_token = $3 AND work_held_by IS NOT NULL";
}

/// Says why a message waits.
pub(in crate::messaging) async fn hold(
    tx: &mut WriteTx,
    job: &jobs::Job,
    why: &str,
) -> Result<(), StoreError> {
    tx.execute_one(HOLD, params![job.tenant, job.id, job.token, why])
        .await
}
