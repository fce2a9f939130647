//! What siblings may do with files.

use bytes::Bytes;
use kernel::{Id, Problem, TenantId};
use ports::BlobError;
use store::{ReadTx, StoreError, WriteTx};

use super::storage;
use crate::App;

pub use super::work::{Swept, sweep};

/// Marker of [`BlobId`].
#[derive(Debug)]
pub struct Blob;
/// One stored file.
pub type BlobId = Id<Blob>;

store::row! {
    /// What a file is.
    pub struct BlobInfo {
        /// Its id.
        pub id: BlobId,
        /// SHA-256 of its bytes, lower-case hexadecimal.
        pub sha256: String,
        /// Bytes.
        pub size: i64,
        /// What the bytes are, whatever the sender called them.
        pub content_type: String,
    }
}

/// Puts the bytes into the object store. The caller commits the answer with
/// [`insert`]; bytes without a row are swept later.
///
/// # Errors
/// 503 when the object store is out of reach.
pub async fn put(app: &App, tenant: TenantId, bytes: Bytes) -> Result<BlobInfo, Problem> {
    let id = BlobId::new(&app.clock, &app.rng);
    let info = BlobInfo {
        id,
        sha256: ports::blob::sha256_hex(&bytes),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        content_type: ports::blob::sniff(&bytes).to_owned(),
    };
    app.blobs
        .put(&key(tenant, id), bytes)
        .await
        .map_err(Problem::unavailable)?;
    Ok(info)
}

/// Makes a stored file readable.
///
/// # Errors
/// The database's.
pub async fn insert(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    blob: &BlobInfo,
) -> Result<(), StoreError> {
    storage::insert(tx, tenant, blob, app.clock.now()).await
}

/// What a file is.
///
/// # Errors
/// The database's.
pub async fn find(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: BlobId,
) -> Result<Option<BlobInfo>, StoreError> {
    storage::find(tx, tenant, id).await
}

/// The bytes of a file whose right to be seen the caller has checked.
///
/// # Errors
/// 404 when the bytes are lost, 503 when the object store is out of reach.
pub async fn bytes(app: &App, tenant: TenantId, id: BlobId) -> Result<Bytes, Problem> {
    app.blobs
        .get(&key(tenant, id))
        .await
        .map_err(|error| match error {
            BlobError::NotFound => {
                tracing::error!(%tenant, %id, "the bytes of a stored file are lost");
                Problem::not_found()
            }
            error => Problem::unavailable(error),
        })
}

pub(super) fn key(tenant: TenantId, id: BlobId) -> String {
    format!("{tenant}/{id}")
}
