//! Who did what to which object: written in the change's own transaction,
//! never changed or deleted.

pub mod api;
mod storage;

pub(crate) use storage::STATEMENTS;
