//! All SQL of the inbox.

mod conversations;
mod events;
mod lines;

pub(super) use conversations::*;
pub(super) use events::*;
pub(super) use lines::*;

pub(crate) use conversations::STATEMENTS as CONVERSATION_STATEMENTS;
pub(crate) use events::{EVENT_WORK, MEDIA_WORK, STATEMENTS as EVENT_STATEMENTS};
pub(crate) use lines::STATEMENTS as LINE_STATEMENTS;
