use bytes::Bytes;
use file_rules::{Accepted, Kind, Refusal};
use futures_util::{Stream, TryStreamExt as _};
use kernel::{FieldError, Problem, ProblemKind, TenantId};
use ports::blob::Spool;
use store::{StoreError, WriteTx};
use tokio::sync::Semaphore;

use super::{BlobId, BlobInfo, insert, write};
use crate::{App, blobs::storage};

/// The largest file that people may send, in bytes.
pub const MAX_FILE: usize = 10 * 1024 * 1024;

/// How many files lie in memory at once to be looked at; the others wait on disk.
static LOOKED_AT: Semaphore = Semaphore::const_new(2);
/// How many pictures are unpacked at once, each up to 160 MB.
static SHRUNK: Semaphore = Semaphore::const_new(1);

/// A file that came, was looked at and is stored; readable after [`keep`].
#[derive(Debug, Clone)]
pub struct Received {
    /// What it is.
    pub kind: Kind,
    /// The file.
    pub blob: BlobInfo,
    /// A small picture of it.
    pub thumbnail: Option<BlobInfo>,
}

/// Takes a file as it arrives, says what it is by its content, and stores what
/// may be kept of it. It waits on disk, without a name; a cut connection or a
/// crash leaves nothing. The caller commits with [`keep`].
///
/// # Errors
/// 413 `file-too-large` beyond `limit` bytes, after which nothing more is read;
/// 400 `file-empty`; 415 or 413 with the reason of [`file_rules::Refusal`]; 503
/// when disk or object store cannot be used; whatever comes out of `incoming`.
pub async fn receive(
    app: &App,
    tenant: TenantId,
    incoming: impl Stream<Item = Result<Bytes, Problem>>,
    limit: usize,
) -> Result<Received, Problem> {
    let spool = arrive(app, incoming, limit).await?;
    accept(app, tenant, spool).await
}

/// The second half of [`receive`]: says what has arrived and stores it.
///
/// # Errors
/// As there.
pub async fn accept(app: &App, tenant: TenantId, spool: Spool) -> Result<Received, Problem> {
    let _turn = LOOKED_AT.acquire().await.map_err(Problem::internal)?;
    let content = spool.into_bytes().await.map_err(Problem::unavailable)?;
    let looking = tokio::task::spawn_blocking(move || file_rules::look(&content));
    let accepted = looking.await.map_err(Problem::internal)?.map_err(refused)?;
    store(app, tenant, accepted).await
}

/// The first half of [`receive`]: waits on disk until it is known whether the
/// file may be kept at all.
///
/// # Errors
/// As there.
pub async fn arrive(
    app: &App,
    incoming: impl Stream<Item = Result<Bytes, Problem>>,
    limit: usize,
) -> Result<Spool, Problem> {
    let mut incoming = std::pin::pin!(incoming);
    let mut spool = app.blobs.spool().await.map_err(Problem::unavailable)?;
    while let Some(chunk) = incoming.try_next().await? {
        if spool.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        spool.write(&chunk).await.map_err(Problem::unavailable)?;
    }
    Ok(spool)
}

async fn store(app: &App, tenant: TenantId, accepted: Accepted) -> Result<Received, Problem> {
    let kind = accepted.kind;
    let pixels = accepted.pixels;
    let parts = accepted.parts.clone();
    let mut blob = write(app, tenant, parts, kind.content_type()).await?;
    let thumbnail = thumbnail(app, tenant, accepted).await?;
    blob.width = pixels.map(|(width, _)| i64::from(width));
    blob.height = pixels.map(|(_, height)| i64::from(height));
    blob.thumbnail_id = thumbnail.as_ref().map(|small| small.id);
    Ok(Received {
        kind,
        blob,
        thumbnail,
    })
}

async fn thumbnail(
    app: &App,
    tenant: TenantId,
    picture: Accepted,
) -> Result<Option<BlobInfo>, Problem> {
    if picture.pixels.is_none() {
        return Ok(None);
    }
    let _turn = SHRUNK.acquire().await.map_err(Problem::internal)?;
    let shrinking = tokio::task::spawn_blocking(move || picture.thumbnail());
    let Some(small) = shrinking.await.map_err(Problem::internal)? else {
        return Ok(None);
    };
    let small = vec![Bytes::from(small)];
    let stored = write(app, tenant, small, Kind::Jpeg.content_type()).await?;
    Ok(Some(stored))
}

/// Makes a received file readable, with its small picture.
///
/// # Errors
/// The database's.
pub async fn keep(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    received: &Received,
) -> Result<(), StoreError> {
    if let Some(small) = &received.thumbnail {
        insert(tx, app, tenant, small).await?;
    }
    insert(tx, app, tenant, &received.blob).await
}

/// Takes a file away, with its small picture; the bytes go with the next sweep.
///
/// # Errors
/// The database's.
pub async fn forget(
    tx: &mut WriteTx,
    tenant: TenantId,
    blob: BlobId,
    thumbnail: Option<BlobId>,
) -> Result<(), StoreError> {
    storage::delete(tx, tenant, blob).await?;
    match thumbnail {
        Some(small) => storage::delete(tx, tenant, small).await,
        None => Ok(()),
    }
}

/// 413 `file-too-large`, with the megabytes that are allowed.
#[must_use]
pub fn too_large(limit: usize) -> Problem {
    let megabytes = limit / (1024 * 1024);
    let error = FieldError::new("file", "file-too-large").with("max", megabytes);
    Problem {
        errors: vec![error],
        ..Problem::new(ProblemKind::TooLarge).code("file-too-large")
    }
}

fn refused(refusal: Refusal) -> Problem {
    use ProblemKind::{Malformed, TooLarge, UnsupportedMedia};
    let problem = match refusal {
        Refusal::Empty => Problem::new(Malformed).code("file-empty"),
        Refusal::Kind => Problem::new(UnsupportedMedia).code("file-kind"),
        Refusal::Heic => Problem::new(UnsupportedMedia).code("file-heic"),
        Refusal::Encrypted => Problem::new(UnsupportedMedia).code("file-locked"),
        Refusal::Active(_) => Problem::new(UnsupportedMedia).code("file-active"),
        Refusal::Damaged(_) => Problem::new(UnsupportedMedia).code("file-damaged"),
        Refusal::Unpacks => Problem::new(TooLarge).code("file-unpacks"),
    };
    Problem {
        cause: Some(refusal.to_string()),
        ..problem
    }
}
