//! Files that only their owner may read.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

use serde::{Serialize, de::DeserializeOwned};

use crate::failure::Failure;

/// Makes a folder that only its owner may enter; one that is there stays as it is.
pub fn folder(path: &Path) -> Result<(), Failure> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| {
            Failure::new(
                format_args!("the data folder {} cannot be made", path.display()),
                error,
            )
        })
}

/// Reads a file of text that only its owner may read; `None` when there is none.
pub fn text(path: &Path) -> Result<Option<String>, Failure> {
    let shown = path.display();
    let failed = |error: io::Error| Failure::new(format_args!("{shown} cannot be read"), error);
    let mode = match fs::metadata(path) {
        Ok(meta) => meta.permissions().mode(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if mode & 0o077 != 0 {
        return Err(Failure::Other(format!(
            "{shown} holds secrets and others may read or change it; run: chmod 600 '{shown}'"
        )));
    }
    fs::read_to_string(path).map(Some).map_err(failed)
}

/// Reads a file of JSON; `None` when there is none.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Failure> {
    let shown = path.display();
    let Some(text) = text(path)? else {
        return Ok(None);
    };
    match serde_json::from_str(&text) {
        Ok(value) => Ok(Some(value)),
        // Only the place: the parser's sentence may repeat a secret.
        Err(error) => Err(Failure::Other(format!(
            "{shown} is damaged (line {}, column {}); restore it from a backup, or move it away and a new \
             one is made, after which everybody must sign in again",
            error.line(),
            error.column()
        ))),
    }
}

/// Writes a file of JSON, whole or not at all, on disk when this returns.
pub fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        Failure::new(format_args!("{} cannot be written", path.display()), error)
    };
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| failed(error.into()))?;
    text.push(b'\n');
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    write_new(&temporary, &text).map_err(failed)?;
    rename(&temporary, path)
}

/// Renames a file, on disk when this returns.
pub fn rename(from: &Path, to: &Path) -> Result<(), Failure> {
    let renamed = fs::rename(from, to).and_then(|()| match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => Ok(()),
    });
    renamed.map_err(|error| Failure::new(format_args!("{} cannot be written", to.display()), error))
}

fn write_new(path: &Path, text: &[u8]) -> io::Result<()> {
    // What a killed start left behind must not keep its mode.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text)?;
    file.sync_all()
}
