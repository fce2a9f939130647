//! What the web, and one day other domains, may ask of the inbox.

mod keys;
mod media;
mod read;
mod receive;
mod staff;

/// The topic announced when a conversation changes.
pub const TOPIC: &str = "conversation";

pub use keys::press;
pub use media::{MediaFile, fetch_again, media};
pub use read::{Thread, conversations, event, events, heard_from, thread, unread};
pub use receive::{Received, WebhookKind, receive, retry_event};
pub(in crate::inbox) use receive::{receive_gateway_event, receive_mail_events};
pub use staff::{Reply, assign, confirm, note, refuse, reply, resolve, seen, set_status};

pub use super::model::{
    Conversation, ConversationId, ConversationRow, ConversationStatus, EntryKind, EntryRow, Event,
    EventId, EventRow, EventType, Media, MediaId, MediaRow, MediaState, ProcessingStatus,
};
pub use super::wire::TwilioForm;
