//! All SQL of identity, a file per capability.

mod access;
mod accounts;
mod failures;
mod oauth;
mod second_factor;
mod sessions;

pub(super) use access::*;
pub(super) use accounts::*;
pub(super) use failures::*;
pub(super) use oauth::*;
pub(super) use second_factor::*;
pub(super) use sessions::*;

pub(crate) use access::STATEMENTS as ACCESS_STATEMENTS;
pub(crate) use accounts::STATEMENTS as ACCOUNT_STATEMENTS;
pub(crate) use failures::STATEMENTS as FAILURE_STATEMENTS;
pub(crate) use oauth::STATEMENTS as OAUTH_STATEMENTS;
pub(crate) use second_factor::STATEMENTS as SECOND_FACTOR_STATEMENTS;
pub(crate) use sessions::STATEMENTS as SESSION_STATEMENTS;
