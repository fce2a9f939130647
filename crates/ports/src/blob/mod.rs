//! Files by key: patients' media, documents, exports.

mod read;
mod s3;
mod spool;
#[cfg(test)]
mod tests;

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::UNIX_EPOCH,
};

use bytes::Bytes;
use futures_util::TryStreamExt;
use kernel::Timestamp;
use object_store::{
    ObjectStore, ObjectStoreExt, PutPayload, local::LocalFileSystem, memory::InMemory,
};
use sha2::{Digest, Sha256};

use crate::Unavailable;

/// The longest key, in bytes. Far below what file systems allow for a path.
const MAX_KEY: usize = 512;

pub use read::Pieces;
pub use s3::S3;
pub use spool::Spool;

/// Where files are kept: a local folder, an S3-compatible store, or memory in tests.
#[derive(Clone)]
pub struct BlobStore {
    store: Arc<dyn ObjectStore>,
    /// The folder of a local store.
    folder: Option<PathBuf>,
    /// The folder on a local disk where arriving bytes wait to be looked at.
    waiting: PathBuf,
}

/// A file that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its key.
    pub key: String,
    /// When it was written, by the store's clock.
    pub written: Timestamp,
}

impl fmt::Debug for BlobStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobStore({})", self.store)
    }
}

/// Why a file could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There is no file under this key.
    #[error("no such file")]
    NotFound,
    /// The key is none: see [`BlobStore`]'s operations. A fault of the caller.
    #[error("bad key")]
    BadKey,
    /// The bytes are not those that were written. Found by whoever knows their digest.
    #[error("the bytes are not those that were written")]
    Damaged,
    /// The disk or store cannot be used now (full, read-only, unreachable).
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<object_store::Error> for BlobError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound,
            error => Unavailable::new("the file store", error).into(),
        }
    }
}

/// Keys are relative paths of ASCII letters, digits, `-`, `_`, `.` and `/`,
/// at most 512 bytes long, without empty, `.` or `..` parts. They never leave
/// the folder, whatever a patient called his file. Anything else is
/// [`BlobError::BadKey`].
impl BlobStore {
    /// Keeps files in a folder, which is made if missing. Every `put` is on
    /// disk (fsync of file and folder) before it is answered.
    ///
    /// # Errors
    /// When the folder cannot be made or opened.
    pub fn local(folder: &Path) -> Result<Self, Unavailable> {
        let unusable = |error: &dyn fmt::Display| Unavailable::new("the file store", error);
        fs::create_dir_all(folder).map_err(|e| unusable(&e))?;
        let store = LocalFileSystem::new_with_prefix(folder)
            .map_err(|e| unusable(&e))?
            .with_fsync(true);
        Ok(Self {
            store: Arc::new(store),
            folder: Some(folder.to_path_buf()),
            waiting: folder.to_path_buf(),
        })
    }

    /// Keeps files in memory. For tests.
    #[must_use]
    pub fn memory() -> Self {
        Self {
            store: Arc::new(InMemory::new()),
            folder: None,
            waiting: std::env::temp_dir(),
        }
    }

    /// Writes a file whole or not at all; replaces one of the same key.
    ///
    /// # Errors
    /// [`BlobError::BadKey`], [`BlobError::Unavailable`].
    pub async fn put(&self, key: &str, content: Bytes) -> Result<(), BlobError> {
        self.put_parts(key, vec![content]).await
    }

    /// The same for a content that lies in parts, one after the other.
    ///
    /// # Errors
    /// [`BlobError::BadKey`], [`BlobError::Unavailable`].
    pub async fn put_parts(&self, key: &str, parts: Vec<Bytes>) -> Result<(), BlobError> {
        let path = path(key)?;
        self.store.put(&path, PutPayload::from_iter(parts)).await?;
        Ok(())
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`BlobError::NotFound`], [`BlobError::BadKey`], [`BlobError::Unavailable`].
    pub async fn get(&self, key: &str) -> Result<Bytes, BlobError> {
        Ok(self.store.get(&path(key)?).await?.bytes().await?)
    }

    /// Removes a file; one that is not there is removed already.
    ///
    /// # Errors
    /// [`BlobError::BadKey`], [`BlobError::Unavailable`].
    pub async fn delete(&self, key: &str) -> Result<(), BlobError> {
        match self.store.delete(&path(key)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Every file whose key begins with `folder/`, in no order. Files that are
    /// being written are not among them.
    ///
    /// # Errors
    /// [`BlobError::BadKey`], [`BlobError::Unavailable`].
    pub async fn list(&self, folder: &str) -> Result<Vec<Kept>, BlobError> {
        let folder = path(folder)?;
        let kept = self.store.list(Some(&folder)).map_ok(|file| Kept {
            key: file.location.to_string(),
            written: Timestamp::from_micros(file.last_modified.timestamp_micros()),
        });
        Ok(kept.try_collect().await?)
    }

    /// Removes what writes that a crash cut off left behind in a local folder
    /// before `until`; says how many there were. Other stores clean up themselves.
    ///
    /// # Errors
    /// [`BlobError::Unavailable`].
    pub async fn remove_unfinished(&self, until: Timestamp) -> Result<u64, BlobError> {
        let Some(folder) = self.folder.clone() else {
            return Ok(0);
        };
        let removing = tokio::task::spawn_blocking(move || remove_unfinished(&folder, until));
        match removing.await {
            Ok(Ok(removed)) => Ok(removed),
            Ok(Err(error)) => Err(Unavailable::new("the file store", error).into()),
            Err(error) => Err(Unavailable::new("the file store", error).into()),
        }
    }

    /// Whether there is a file under this key.
    ///
    /// # Errors
    /// [`BlobError::BadKey`], [`BlobError::Unavailable`].
    pub async fn exists(&self, key: &str) -> Result<bool, BlobError> {
        match self.store.head(&path(key)?).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// A local store writes to `<key>#<number>` and renames at the end.
fn remove_unfinished(folder: &Path, until: Timestamp) -> io::Result<u64> {
    let mut removed = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            removed += remove_unfinished(&entry.path(), until)?;
        } else if kind.is_file() && is_unfinished(&entry) && written(&entry)? < until {
            fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

fn is_unfinished(entry: &fs::DirEntry) -> bool {
    let name = entry.file_name();
    let parts = name.to_str().and_then(|name| name.rsplit_once('#'));
    parts
        .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

fn written(entry: &fs::DirEntry) -> io::Result<Timestamp> {
    let modified = entry.metadata()?.modified()?;
    let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Timestamp::from_micros(0).plus(since))
}

fn path(key: &str) -> Result<object_store::path::Path, BlobError> {
    let plain = key
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b));
    let inside = key.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if key.len() > MAX_KEY || !plain || !inside {
        return Err(BlobError::BadKey);
    }
    object_store::path::Path::parse(key).map_err(|_| BlobError::BadKey)
}

/// SHA-256 in lower-case hexadecimal.
#[must_use]
pub fn sha256_hex(content: &[u8]) -> String {
    kernel::text::hex(&Sha256::digest(content))
}

/// The media type of a content by what stands in it, whatever its sender
/// calls it: known magic numbers, else `text/plain` for UTF-8 without control
/// characters, else `application/octet-stream`.
#[must_use]
pub fn sniff(content: &[u8]) -> &'static str {
    if let Some(kind) = infer::get(content) {
        return kind.mime_type();
    }
    match std::str::from_utf8(content) {
        Ok(text) if !text.is_empty() && !text.chars().any(is_binary) => "text/plain",
        _ => "application/octet-stream",
    }
}

fn is_binary(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}')
}
