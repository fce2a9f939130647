use kernel::{TenantId, Timestamp};
use store::{ReadTx, StoreError, WriteTx, params};

use super::api::{BlobId, BlobInfo};

store::statements! {
    INSERT = "INSERT INTO blob (tenant_id, id, sha256, size, content_type, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    IDS = "SELECT id AS value FROM blob
        WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    FIND = "SELECT id, sha256, size, content_type FROM blob WHERE tenant_id = $1 AND id = $2";
}

pub(super) async fn insert(
    tx: &mut WriteTx,
    tenant: TenantId,
    blob: &BlobInfo,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(
        INSERT,
        params![
            tenant,
            blob.id,
            blob.sha256,
            blob.size,
            blob.content_type,
            now
        ],
    )
    .await
}

pub(super) async fn find(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: BlobId,
) -> Result<Option<BlobInfo>, StoreError> {
    tx.optional(FIND, params![tenant, id]).await
}

/// The ids after `after` in their order, at most `limit`.
pub(super) async fn ids(
    tx: &mut ReadTx,
    tenant: TenantId,
    after: BlobId,
    limit: i64,
) -> Result<Vec<BlobId>, StoreError> {
    tx.all(IDS, params![tenant, after, limit]).await
}
