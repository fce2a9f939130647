//! Stored files: the row says what a file is, the object store holds its bytes
//! under `<tenant>/<yyyy>/<mm>/<id>` (older ones: `<tenant>/<id>`). A file is readable
//! only once its row is committed, and is given only as it was written: every 256 KiB
//! have a digest.

pub mod api;
mod rules;
mod storage;
mod work;

pub(crate) use storage::STATEMENTS;
