use std::ops::Range;

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream, stream::BoxStream};
use kernel::{Problem, TenantId};
use ports::{BlobError, blob::Pieces};
use sha2::{Digest, Sha256};

use super::BlobInfo;
use crate::{
    App,
    blobs::rules::{PIECE, around, is_piece},
};

/// Bytes that are those which were written, or an error.
pub type Verified = BoxStream<'static, Result<Bytes, Damaged>>;

/// The bytes of a file are not all there, or not those that were written, or
/// cannot be had any more. It is in the log and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes of a stored file are not what was written")]
pub struct Damaged;

/// The bytes of `range` (which lies inside of the file) of a file whose right
/// to be seen the caller has checked; some 256 KiB in memory. Every byte is
/// checked before it is given.
///
/// # Errors
/// 404 when the bytes are lost, 503 when the object store is out of reach, 500
/// when the first ones are not what was written; the later ones' errors come in
/// the stream, after the good ones, and the answer must be cut off there.
pub async fn stream(
    app: &App,
    tenant: TenantId,
    blob: &BlobInfo,
    range: Range<u64>,
) -> Result<Verified, Problem> {
    let checked = match blob.pieces.clone() {
        Some(digests) => by_pieces(app, tenant, blob, &range, digests).await?,
        None => as_a_whole(app, tenant, blob, &range).await?,
    };
    let alarm = Alarm {
        tenant,
        blob: blob.id,
    };
    let mut checked = checked.map_err(move |error| alarm.sound(&error)).boxed();
    // An answer that has not begun yet can still say what is wrong.
    let first = checked.try_next().await.map_err(Problem::internal)?;
    Ok(stream::iter(first.map(Ok)).chain(checked).boxed())
}

struct Alarm {
    tenant: TenantId,
    blob: super::BlobId,
}

impl Alarm {
    fn sound(&self, error: &BlobError) -> Damaged {
        let Self { tenant, blob } = self;
        tracing::error!(%tenant, %blob, %error, "a stored file cannot be given as it was written");
        metrics::counter!("lafiya_blobs_damaged_total").increment(1);
        Damaged
    }
}

fn wrong() -> BlobError {
    BlobError::Damaged
}

async fn open(
    app: &App,
    tenant: TenantId,
    blob: &BlobInfo,
    range: Range<u64>,
) -> Result<Pieces, Problem> {
    let key = blob.place().key(tenant);
    let opened = app.blobs.read(&key, range, PIECE).await;
    opened.map_err(|error| match error {
        BlobError::NotFound => {
            tracing::error!(%tenant, id = %blob.id, "the bytes of a stored file are lost");
            metrics::counter!("lafiya_blobs_damaged_total").increment(1);
            Problem::not_found()
        }
        error => Problem::unavailable(error),
    })
}

fn size_of(blob: &BlobInfo) -> u64 {
    u64::try_from(blob.size).unwrap_or_default()
}

/// Checks each piece against its digest, then gives what of it was asked for.
async fn by_pieces(
    app: &App,
    tenant: TenantId,
    blob: &BlobInfo,
    range: &Range<u64>,
    digests: Vec<u8>,
) -> Result<Pieces, Problem> {
    let read = around(range, size_of(blob));
    let pieces = open(app, tenant, blob, read.clone()).await?;
    let (range, end) = (range.clone(), read.end);
    let state = (pieces, read.start);
    let checked = stream::try_unfold(state, move |(mut pieces, at)| {
        let (digests, range) = (digests.clone(), range.clone());
        async move {
            let Some(piece) = pieces.try_next().await? else {
                return if at == end { Ok(None) } else { Err(wrong()) };
            };
            let number = usize::try_from(at / PIECE as u64).map_err(|_| wrong())?;
            if !is_piece(&digests, number, &piece) {
                return Err(wrong());
            }
            let next = at + piece.len() as u64;
            Ok(Some((part(&piece, at, &range), (pieces, next))))
        }
    });
    Ok(checked.boxed())
}

/// What of the bytes that begin at `at` lies in `range`.
fn part(bytes: &Bytes, at: u64, range: &Range<u64>) -> Bytes {
    let within = |place: u64| {
        let place = usize::try_from(place.saturating_sub(at)).unwrap_or(usize::MAX);
        place.min(bytes.len())
    };
    bytes.slice(within(range.start)..within(range.end))
}

/// Files from before pieces had digests: one pass to compare the whole, one to give.
async fn as_a_whole(
    app: &App,
    tenant: TenantId,
    blob: &BlobInfo,
    range: &Range<u64>,
) -> Result<Pieces, Problem> {
    let mut digest = Sha256::new();
    let mut read = open(app, tenant, blob, 0..size_of(blob)).await?;
    while let Some(piece) = read.try_next().await.map_err(Problem::unavailable)? {
        digest.update(&piece);
    }
    if kernel::text::hex(&digest.finalize()) != blob.sha256 {
        return Ok(stream::iter([Err(wrong())]).boxed());
    }
    open(app, tenant, blob, range.clone()).await
}
