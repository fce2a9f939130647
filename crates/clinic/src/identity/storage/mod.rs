//! All SQL of identity, a file per capability.

mod accounts;
mod sessions;

pub(super) use accounts::*;
pub(super) use sessions::*;

pub(crate) use accounts::STATEMENTS as ACCOUNT_STATEMENTS;
pub(crate) use sessions::STATEMENTS as SESSION_STATEMENTS;
