//! What siblings may do with files.

mod receive;
mod stream;

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use kernel::{Id, Problem, TenantId};
use store::{ReadTx, StoreError, WriteTx};

use super::{
    rules::{Digests, Place, month_of},
    storage,
};
use crate::App;

pub use super::work::{Swept, sweep};
pub use file_rules::{Kind, label};
pub use ports::blob::Spool;
pub use receive::{MAX_FILE, Received, accept, arrive, forget, keep, receive, too_large};
pub use stream::{Damaged, Verified, stream};

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
        /// yyyymm in UTC of the folder it lies in; 0: directly in the clinic's.
        pub month: i64,
        /// SHA-256 of each 256 KiB, one after the other; older files have none.
        pub pieces: Option<Vec<u8>>,
        /// Pixels of a picture as it is shown.
        pub width: Option<i64>,
        /// Pixels of a picture as it is shown.
        pub height: Option<i64>,
        /// A small JPEG of a picture, a file of its own.
        pub thumbnail_id: Option<BlobId>,
    }
}

impl BlobInfo {
    fn place(&self) -> Place {
        Place {
            id: self.id,
            month: self.month,
        }
    }
}

/// Puts the bytes into the object store. The caller commits the answer with
/// [`insert`]; bytes without a row are swept later.
///
/// # Errors
/// 503 when the object store is out of reach.
pub async fn put(app: &App, tenant: TenantId, bytes: Bytes) -> Result<BlobInfo, Problem> {
    let content_type = ports::blob::sniff(&bytes);
    write(app, tenant, vec![bytes], content_type).await
}

/// Writes parts as one new file.
async fn write(
    app: &App,
    tenant: TenantId,
    parts: Vec<Bytes>,
    content_type: &str,
) -> Result<BlobInfo, Problem> {
    let digests = Digests::of(parts.iter().map(|part| &**part));
    let info = BlobInfo {
        id: BlobId::new(&app.clock, &app.rng),
        sha256: digests.sha256,
        size: i64::try_from(digests.size).unwrap_or(i64::MAX),
        content_type: content_type.to_owned(),
        month: month_of(app.clock.now()),
        pieces: Some(digests.pieces),
        width: None,
        height: None,
        thumbnail_id: None,
    };
    let put = app.blobs.put_parts(&info.place().key(tenant), parts).await;
    put.map_err(Problem::unavailable)?;
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

/// The bytes of a file whose right to be seen the caller has checked, as they
/// were written.
///
/// # Errors
/// 404 when the bytes are lost, 503 when the object store is out of reach, 500
/// when they are not what was written.
pub async fn bytes(app: &App, tenant: TenantId, id: BlobId) -> Result<Bytes, Problem> {
    let info = {
        let mut tx = app.store.read(tenant).await?;
        find(&mut tx, tenant, id).await?
    };
    let info = info.ok_or_else(Problem::not_found)?;
    let size = u64::try_from(info.size).unwrap_or_default();
    let pieces = stream(app, tenant, &info, 0..size).await?;
    let pieces: Vec<Bytes> = pieces.try_collect().await.map_err(Problem::internal)?;
    Ok(pieces.concat().into())
}
