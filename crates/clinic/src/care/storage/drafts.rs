use kernel::{TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};

use crate::care::model::Draft;

store::statements! {
    KEEP = "INSERT INTO encounter_draft (tenant_id, user_id, subject, typed, updated_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant_id, user_id, subject) DO UPDATE SET typed = excluded.typed, updated_at = excluded.updated_at";
    DRAFT = "SELECT typed, updated_at FROM encounter_draft WHERE tenant_id = $1 AND user_id = $2 AND subject = $3";
    DROP_DRAFT = "DELETE FROM encounter_draft WHERE tenant_id = $1 AND user_id = $2 AND subject = $3";
    DROP_OLD = "DELETE FROM encounter_draft WHERE tenant_id = $1 AND updated_at < $2";
}

pub(in crate::care) async fn keep_draft(
    tx: &mut WriteTx,
    tenant: TenantId,
    (user, subject): (UserId, &str),
    typed: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(KEEP, params![tenant, user, subject, typed, now])
        .await
}

pub(in crate::care) async fn draft(
    tx: &mut ReadTx,
    tenant: TenantId,
    (user, subject): (UserId, &str),
) -> Result<Option<Draft>, StoreError> {
    tx.optional(DRAFT, params![tenant, user, subject]).await
}

pub(in crate::care) async fn drop_draft(
    tx: &mut WriteTx,
    tenant: TenantId,
    (user, subject): (UserId, &str),
) -> Result<u64, StoreError> {
    tx.execute(DROP_DRAFT, params![tenant, user, subject]).await
}

/// Drops what nobody came back for.
pub(in crate::care) async fn drop_drafts(
    tx: &mut WriteTx,
    tenant: TenantId,
    before: Timestamp,
) -> Result<u64, StoreError> {
    tx.execute(DROP_OLD, params![tenant, before]).await
}
