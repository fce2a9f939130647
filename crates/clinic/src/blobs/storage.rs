use kernel::{TenantId, Timestamp};
use store::{ReadTx, StoreError, WriteTx, params};

use super::{
    api::{BlobId, BlobInfo},
    rules::Place,
};

store::statements! {
    INSERT = "INSERT INTO blob (tenant_id, id, sha256, size, content_type, month, pieces, width,
            height, thumbnail_id, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    PLACES = "SELECT id, month FROM blob
        WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    FIND = "SELECT id, sha256, size, content_type, month, pieces, width, height, thumbnail_id
        FROM blob WHERE tenant_id = $1 AND id = $2";
    DELETE = "DELETE FROM blob WHERE tenant_id = $1 AND id = $2";
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
            blob.month,
            blob.pieces,
            blob.width,
            blob.height,
            blob.thumbnail_id,
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

/// Its bytes are an orphan's from now on.
pub(super) async fn delete(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: BlobId,
) -> Result<(), StoreError> {
    tx.execute_one(DELETE, params![tenant, id]).await
}

/// The places of files whose ids come after `after`, in their order, at most `limit`.
pub(super) async fn places(
    tx: &mut ReadTx,
    tenant: TenantId,
    after: BlobId,
    limit: i64,
) -> Result<Vec<Place>, StoreError> {
    tx.all(PLACES, params![tenant, after, limit]).await
}
