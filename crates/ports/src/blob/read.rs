use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    ops::Range,
};

use bytes::{Bytes, BytesMut};
use futures_util::{
    StreamExt as _, TryStreamExt as _,
    stream::{self, BoxStream},
};
use object_store::{GetOptions, GetRange, GetResultPayload, ObjectStoreExt as _};

use super::{BlobError, BlobStore, path};
use crate::Unavailable;

/// A file as it is read: pieces of one length, the last one may be shorter.
pub type Pieces = BoxStream<'static, Result<Bytes, BlobError>>;

impl BlobStore {
    /// Reads the bytes of `range` in pieces of `length` bytes, one at a time in
    /// memory. A file that is shorter than `range` says ends early.
    ///
    /// # Errors
    /// [`BlobError::NotFound`], [`BlobError::BadKey`], [`BlobError::Unavailable`];
    /// the last also in the stream.
    pub async fn read(
        &self,
        key: &str,
        range: Range<u64>,
        length: usize,
    ) -> Result<Pieces, BlobError> {
        let path = path(key)?;
        if range.is_empty() {
            self.store.head(&path).await?;
            return Ok(stream::empty().boxed());
        }
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        let found = self.store.get_opts(&path, options).await?;
        Ok(match found.payload {
            GetResultPayload::File(file, _) => of_file(file, found.range, length),
            GetResultPayload::Stream(stream) => {
                cut(stream.map_err(BlobError::from).boxed(), length)
            }
        })
    }
}

/// Larger pieces than the store's own of 8 KiB: each one is a trip to another thread.
fn of_file(file: File, range: Range<u64>, length: usize) -> Pieces {
    stream::try_unfold((file, range), move |(file, range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let reading = tokio::task::spawn_blocking(move || piece(file, range, length));
        let (bytes, file, rest) = reading.await.map_err(unreadable)?.map_err(unreadable)?;
        Ok((!bytes.is_empty()).then_some((bytes, (file, rest))))
    })
    .boxed()
}

fn piece(
    mut file: File,
    range: Range<u64>,
    length: usize,
) -> io::Result<(Bytes, File, Range<u64>)> {
    let wanted = (range.end - range.start).min(length as u64);
    let mut bytes = Vec::with_capacity(length);
    file.seek(SeekFrom::Start(range.start))?;
    let read = (&mut file).take(wanted).read_to_end(&mut bytes)?;
    Ok((bytes.into(), file, range.start + read as u64..range.end))
}

fn unreadable(error: impl ToString) -> BlobError {
    Unavailable::new("the file store", error).into()
}

/// Cuts a stream of chunks of any length into pieces of one.
fn cut(chunks: Pieces, length: usize) -> Pieces {
    let state = (chunks, BytesMut::new());
    stream::try_unfold(state, move |(mut chunks, mut waiting)| async move {
        while waiting.len() < length {
            match chunks.try_next().await? {
                Some(chunk) => waiting.extend_from_slice(&chunk),
                None => break,
            }
        }
        let next = waiting.split_to(waiting.len().min(length)).freeze();
        Ok((!next.is_empty()).then_some((next, (chunks, waiting))))
    })
    .boxed()
}
