mod list;
mod notes;

pub(super) use list::*;
pub(super) use notes::*;

pub(crate) use list::STATEMENTS as LIST_STATEMENTS;
pub(crate) use notes::{STATEMENTS, WORK};
