//! Identity on the wire, a file per capability.

mod access;
mod emails;
mod invitations;
mod let_in;
mod oauth;
mod passwords;
mod second_factor;
mod sessions;
mod tokens;
mod users;

pub(super) use access::*;
pub(super) use emails::*;
pub(super) use invitations::*;
pub(super) use let_in::*;
pub(super) use oauth::{DelegatedBody, Metadata, OauthErrorBody, RevokeForm, TokenForm};
pub use oauth::{OauthCode, OauthError, Params};
pub(super) use passwords::*;
pub(super) use second_factor::*;
pub(super) use sessions::*;
pub(super) use tokens::*;
pub(super) use users::*;
