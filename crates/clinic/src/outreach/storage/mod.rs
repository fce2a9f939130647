mod audience;
mod broadcasts;
mod list;
mod notes;
mod recipients;

pub(super) use audience::*;
pub(super) use broadcasts::*;
pub(super) use list::*;
pub(super) use notes::*;
pub(super) use recipients::*;

pub(crate) use audience::STATEMENTS as AUDIENCE_STATEMENTS;
pub(crate) use broadcasts::{STATEMENTS as BROADCAST_STATEMENTS, WORK as BROADCAST_WORK};
pub(crate) use list::STATEMENTS as LIST_STATEMENTS;
pub(crate) use notes::{STATEMENTS, WORK};
pub(crate) use recipients::STATEMENTS as RECIPIENT_STATEMENTS;
