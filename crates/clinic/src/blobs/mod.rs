//! Stored files: the row says what a file is, the object store holds its bytes
//! under `<tenant>/<id>`. A file is readable only once its row is committed.

pub mod api;
mod storage;
mod work;

pub(crate) use storage::STATEMENTS;
