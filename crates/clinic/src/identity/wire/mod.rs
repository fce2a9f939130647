//! Identity on the wire, a file per capability.

mod tokens;
mod users;

pub(super) use tokens::*;
pub(super) use users::*;
