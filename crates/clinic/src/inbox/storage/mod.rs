//! All SQL of the inbox.

mod conversations;
mod events;

pub(super) use conversations::*;
pub(super) use events::*;

pub(crate) use conversations::STATEMENTS as CONVERSATION_STATEMENTS;
pub(crate) use events::{EVENT_WORK, MEDIA_WORK, STATEMENTS as EVENT_STATEMENTS};
