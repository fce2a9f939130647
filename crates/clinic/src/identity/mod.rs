//! Tenants, people who sign in, and how they prove who they are.
//!
//! Invariants: only hashes of passwords, cookies and refresh tokens are kept;
//! membership, activity and token version are checked at every request, so that
//! taking a right away works at once; a refresh token is used once, a second
//! use ends its family.

pub mod api;
mod http;
mod model;
mod pages;
mod rules;
mod storage;
mod wire;

use webkit::Routes;

use crate::App;

pub(crate) use storage::{
    ACCESS_STATEMENTS, ACCOUNT_STATEMENTS, CODE_STATEMENTS, FAILURE_STATEMENTS,
    INVITATION_STATEMENTS, OAUTH_STATEMENTS, SECOND_FACTOR_STATEMENTS, SESSION_STATEMENTS,
    USER_STATEMENTS,
};

/// The identity's routes.
pub(crate) fn routes() -> Routes<App> {
    http::routes().merge(pages::routes())
}
