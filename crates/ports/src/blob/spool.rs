use std::{fs::File as StdFile, io::SeekFrom, path::Path};

use bytes::Bytes;
use tokio::{
    fs::File,
    io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _},
};

use super::{BlobError, BlobStore};
use crate::Unavailable;

/// Bytes that arrive, on disk and not in memory, until it is known what they
/// are. The file has no name: it ends with its handle, also in a crash.
#[derive(Debug)]
pub struct Spool {
    file: File,
    length: usize,
}

impl BlobStore {
    /// A new, empty one, on the disk where this store keeps what waits.
    ///
    /// # Errors
    /// [`BlobError::Unavailable`].
    pub async fn spool(&self) -> Result<Spool, BlobError> {
        let folder = self.waiting.clone();
        let made = tokio::task::spawn_blocking(move || unnamed(&folder)).await;
        let file = made.map_err(unusable)?.map_err(unusable)?;
        Ok(Spool {
            file: File::from_std(file),
            length: 0,
        })
    }
}

fn unnamed(folder: &Path) -> std::io::Result<StdFile> {
    std::fs::create_dir_all(folder)?;
    tempfile::tempfile_in(folder)
}

fn unusable(error: impl ToString) -> BlobError {
    Unavailable::new("the folder for arriving files", error).into()
}

impl Spool {
    /// Adds bytes at the end.
    ///
    /// # Errors
    /// [`BlobError::Unavailable`], e.g. on a full disk.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.length += bytes.len();
        self.file.write_all(bytes).await.map_err(unusable)
    }

    /// Bytes so far.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing has come yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// All of it, in memory; the caller limits how many lie there at once.
    ///
    /// # Errors
    /// [`BlobError::Unavailable`].
    pub async fn into_bytes(mut self) -> Result<Bytes, BlobError> {
        self.file.flush().await.map_err(unusable)?;
        self.file.seek(SeekFrom::Start(0)).await.map_err(unusable)?;
        // In one buffer of the right size: reading to the end would double it.
        let mut content = vec![0; self.length];
        let reading = self.file.read_exact(&mut content).await;
        reading.map_err(unusable)?;
        Ok(content.into())
    }
}
