//! All SQL of identity, a file per capability.

mod access;
mod accounts;
mod codes;
mod failures;
mod invitations;
mod oauth;
mod second_factor;
mod sessions;
mod users;

pub(super) use access::*;
pub(super) use accounts::*;
pub(super) use codes::*;
pub(super) use failures::*;
pub(super) use invitations::*;
pub(super) use oauth::*;
pub(super) use second_factor::*;
pub(super) use sessions::*;
pub(super) use users::*;

pub use invitations::{
    Invitation, InvitationId, InvitationKind, InvitationOrigin, InvitationState,
};
pub use users::{Doctor, Member, MemberFilter};

pub(crate) use access::STATEMENTS as ACCESS_STATEMENTS;
pub(crate) use accounts::STATEMENTS as ACCOUNT_STATEMENTS;
pub(crate) use codes::STATEMENTS as CODE_STATEMENTS;
pub(crate) use failures::STATEMENTS as FAILURE_STATEMENTS;
pub(crate) use invitations::STATEMENTS as INVITATION_STATEMENTS;
pub(crate) use oauth::STATEMENTS as OAUTH_STATEMENTS;
pub(crate) use second_factor::STATEMENTS as SECOND_FACTOR_STATEMENTS;
pub(crate) use sessions::STATEMENTS as SESSION_STATEMENTS;
pub(crate) use users::STATEMENTS as USER_STATEMENTS;
