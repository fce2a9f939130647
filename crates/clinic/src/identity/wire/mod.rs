//! Identity on the wire, a file per capability.

mod access;
mod oauth;
mod second_factor;
mod sessions;
mod tokens;
mod users;

pub(super) use access::*;
pub(super) use oauth::{DelegatedBody, Metadata, OauthErrorBody, RevokeForm, TokenForm};
pub use oauth::{OauthCode, OauthError, Params};
pub(super) use second_factor::*;
pub(super) use sessions::*;
pub(super) use tokens::*;
pub(super) use users::*;
