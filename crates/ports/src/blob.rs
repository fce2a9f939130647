//! Files by key: patients' media, documents, exports.

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

/// Where files are kept: a local folder, or memory in tests. An S3-compatible
/// store fits behind the same type.
#[derive(Clone)]
pub struct BlobStore {
    store: Arc<dyn ObjectStore>,
    /// The folder of a local store.
    folder: Option<PathBuf>,
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
        })
    }

    /// Keeps files in memory. For tests.
    #[must_use]
    pub fn memory() -> Self {
        Self {
            store: Arc::new(InMemory::new()),
            folder: None,
        }
    }

    /// Writes a file whole or not at all; replaces one of the same key.
    ///
    /// # Errors
    /// [`BlobError::BadKey`], [`BlobError::Unavailable`].
    pub async fn put(&self, key: &str, content: Bytes) -> Result<(), BlobError> {
        let path = path(key)?;
        self.store
            .put(&path, PutPayload::from_bytes(content))
            .await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn stores() -> (tempfile::TempDir, [BlobStore; 2]) {
        let folder = tempfile::tempdir().unwrap();
        let local = BlobStore::local(&folder.path().join("new/blobs")).unwrap();
        (folder, [local, BlobStore::memory()])
    }

    #[tokio::test]
    async fn keeps_replaces_and_removes() {
        let (_folder, stores) = stores();
        for store in stores {
            let key = "t1/ab/photo_1.jpg";
            assert!(matches!(store.get(key).await, Err(BlobError::NotFound)));
            assert!(!store.exists(key).await.unwrap());
            store.put(key, Bytes::from_static(b"one")).await.unwrap();
            store.put(key, Bytes::from_static(b"two")).await.unwrap();
            assert_eq!(store.get(key).await.unwrap(), "two");
            assert!(store.exists(key).await.unwrap());
            store.delete(key).await.unwrap();
            store.delete(key).await.unwrap();
            assert!(!store.exists(key).await.unwrap());
            store.put("empty", Bytes::new()).await.unwrap();
            assert!(store.get("empty").await.unwrap().is_empty());
        }
    }

    #[tokio::test]
    async fn lists_what_is_kept_below_a_folder() {
        let (_folder, stores) = stores();
        let begun = kernel::Clock::system().now();
        for store in stores {
            assert!(store.list("t1").await.unwrap().is_empty());
            for key in ["t1/a", "t1/b", "t10/c"] {
                store.put(key, Bytes::from_static(b"x")).await.unwrap();
            }
            let mut kept = store.list("t1").await.unwrap();
            kept.sort_by(|a, b| a.key.cmp(&b.key));
            let keys: Vec<_> = kept.iter().map(|kept| kept.key.as_str()).collect();
            assert_eq!(keys, ["t1/a", "t1/b"]);
            // File systems may round times down.
            let earliest = begun.minus(std::time::Duration::from_secs(2));
            assert!(kept.iter().all(|kept| kept.written >= earliest));
            assert!(matches!(store.list("../x").await, Err(BlobError::BadKey)));
        }
    }

    #[tokio::test]
    async fn only_old_unfinished_files_are_removed() {
        let (folder, [store, memory]) = stores();
        store.put("t1/a", Bytes::from_static(b"x")).await.unwrap();
        let kept = folder.path().join("new/blobs/t1");
        fs::write(kept.join("b#1"), "half").unwrap();
        fs::write(kept.join("c#x"), "not ours").unwrap();
        let now = kernel::Clock::system().now();
        let hour = std::time::Duration::from_secs(3600);
        assert_eq!(store.remove_unfinished(now.minus(hour)).await.unwrap(), 0);
        assert!(kept.join("b#1").exists(), "it may still be written");
        assert_eq!(store.remove_unfinished(now.plus(hour)).await.unwrap(), 1);
        assert!(!kept.join("b#1").exists() && kept.join("c#x").exists());
        assert!(store.exists("t1/a").await.unwrap());
        assert_eq!(memory.remove_unfinished(now.plus(hour)).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn no_key_leads_out_of_the_folder() {
        let (folder, stores) = stores();
        fs::write(folder.path().join("secret"), "s").unwrap();
        let long = "a".repeat(513);
        for key in [
            "",
            "/",
            "/etc/passwd",
            "..",
            "../secret",
            "a/../../secret",
            "a//b",
            "a/",
            "./a",
            "a/./b",
            "a\\..\\b",
            "a\0b",
            "%2e%2e/secret",
            "a b",
            "é",
            "..%2fsecret",
            &long,
        ] {
            for store in &stores {
                assert!(
                    matches!(store.get(key).await, Err(BlobError::BadKey)),
                    "{key}"
                );
                let put = store.put(key, Bytes::from_static(b"x")).await;
                assert!(matches!(put, Err(BlobError::BadKey)), "{key}");
            }
        }
        assert_eq!(fs::read(folder.path().join("secret")).unwrap(), b"s");
    }

    /// Sixteen writers at once: a reader only ever sees one of them whole.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_file_is_never_half_written() {
        let (_folder, [store, _]) = stores();
        let content = |n: u8| Bytes::from(vec![n; 200_000]);
        store.put("k", content(0)).await.unwrap();
        let writers: Vec<_> = (1..=16)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(async move { store.put("k", content(n)).await })
            })
            .collect();
        for writer in writers {
            let seen = store.get("k").await.unwrap();
            assert_eq!(seen.len(), 200_000);
            assert!(seen.iter().all(|b| *b == seen[0]));
            writer.await.unwrap().unwrap();
        }
    }

    #[tokio::test]
    async fn a_folder_that_is_a_file_is_said_to_be_unusable() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = BlobStore::local(&file).unwrap_err();
        assert_eq!(kernel::Problem::from(error).status(), 503);
    }

    #[test]
    fn looks_into_the_content() {
        for (content, mime) in [
            (&b"\x89PNG\r\n\x1a\n"[..], "image/png"),
            (b"\xff\xd8\xff\xe0", "image/jpeg"),
            (b"%PDF-1.7", "application/pdf"),
            ("Température : 38,5 °C\r\n".as_bytes(), "text/plain"),
            (b"\0\x01\x02", "application/octet-stream"),
            (b"\xff\xfe\xfd", "application/octet-stream"),
            (b"", "application/octet-stream"),
        ] {
            assert_eq!(sniff(content), mime, "{content:?}");
        }
        assert_eq!(
            sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
