use std::time::Duration;

use kernel::{Id, Phone, Timestamp, UserId};
use send_rules::{Channel, MessageState};

use crate::{blobs::api::BlobId, messaging::api::MessageId, patients::api::PatientId};

/// Marker of [`EventId`].
#[derive(Debug)]
pub struct Event;
/// One call of a provider.
pub type EventId = Id<Event>;
/// Marker of [`ConversationId`].
#[derive(Debug)]
pub struct Conversation;
/// The exchange with one patient, or with one number.
pub type ConversationId = Id<Conversation>;
/// Marker of [`EntryId`].
#[derive(Debug)]
pub struct Entry;
/// One line of a conversation.
pub type EntryId = Id<Entry>;
/// Marker of [`MediaId`].
#[derive(Debug)]
pub struct Media;
/// One file that came with a message.
pub type MediaId = Id<Media>;

/// How long "who is writing?" waits for its answer before it is asked again.
pub(super) const QUESTION_LASTS: Duration = Duration::from_secs(24 * 3600);
/// How long after his last message a person who said who he is keeps the
/// shared phone. Short, because such a phone goes from hand to hand.
pub(super) const SPEAKER_LASTS: Duration = Duration::from_secs(30 * 60);
/// Twilio takes texts of at most 1600 characters (error 21617).
pub(super) const MAX_BODY: usize = 1600;

kernel::words! {
    /// What a provider told us.
    pub enum EventType {
        /// A WhatsApp message came in.
        WhatsappIncoming = "whatsapp_incoming",
        /// An SMS came in.
        SmsIncoming = "sms_incoming",
        /// News of a WhatsApp message that went out.
        WhatsappStatus = "whatsapp_status",
        /// News of an SMS that went out.
        SmsStatus = "sms_status",
        /// News of a call.
        VoiceStatus = "voice_status",
        /// A key that was pressed during a call.
        VoiceKeys = "voice_keys",
        /// News of an e-mail.
        EmailStatus = "email_status",
        /// News of a text message that a local operator took.
        GatewayStatus = "gateway_status",
    }
}

impl EventType {
    /// The channel of a message that came in.
    #[must_use]
    pub const fn incoming(self) -> Option<Channel> {
        match self {
            Self::WhatsappIncoming => Some(Channel::Whatsapp),
            Self::SmsIncoming => Some(Channel::Sms),
            Self::WhatsappStatus
            | Self::SmsStatus
            | Self::VoiceStatus
            | Self::VoiceKeys
            | Self::EmailStatus
            | Self::GatewayStatus => None,
        }
    }
}

kernel::words! {
    /// What became of an event.
    pub enum ProcessingStatus {
        /// Not looked at yet.
        Pending = "pending",
        /// Done.
        Processed = "processed",
        /// Given up; can be run again.
        Failed = "failed",
        /// Nobody we know, or nothing to do.
        Ignored = "ignored",
        /// A person must say who it is.
        NeedsReview = "needs_review",
    }
}

kernel::words! {
    /// What a line of a conversation is.
    pub enum EntryKind {
        /// The patient wrote it.
        Inbound = "inbound",
        /// The clinic wrote it to the patient.
        Outbound = "outbound",
        /// Staff wrote it for staff.
        Note = "note",
        /// Something happened (assigned, closed, opted out); the text is a key with words.
        Happening = "event",
    }
}

kernel::words! {
    /// Whether a conversation wants attention.
    pub enum ConversationStatus {
        /// It does.
        Open = "open",
        /// It is done until the patient writes again.
        Closed = "closed",
    }
}

/// A file as the provider announced it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Announced {
    /// Where to fetch it.
    pub url: String,
    /// What the provider calls it.
    pub content_type: String,
}

/// Which events of the log are asked for; what is none does not matter.
#[derive(Debug, Clone, Default)]
pub struct EventQuery {
    /// With this processing status.
    pub status: Option<ProcessingStatus>,
    /// Of this type.
    pub event_type: Option<EventType>,
    /// Received at this time or later.
    pub from: Option<Timestamp>,
    /// Received before this time.
    pub until: Option<Timestamp>,
    /// With these words in text, numbers or the provider's id; any spelling.
    pub search: Option<String>,
}

/// An event ready to be stored.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// What it tells.
    pub event_type: EventType,
    /// The provider's id of the message.
    pub external_id: String,
    /// What makes it the same event again.
    pub dedupe_key: String,
    /// As the provider wrote it, without the channel's prefix.
    pub sender: String,
    /// As the provider wrote it, without the channel's prefix.
    pub recipient: String,
    /// The text, or the status word of a call-back.
    pub content: String,
    /// The files.
    pub media: Vec<Announced>,
    /// Every parameter as received, as JSON.
    pub raw_payload: String,
}

store::row! {
    /// A stored event, as the work and the log see it.
    pub struct EventRow {
        /// Its id.
        pub id: EventId,
        /// What it tells.
        pub event_type: EventType,
        /// The provider's id of the message.
        pub external_id: String,
        /// Who sent it.
        pub sender_phone: String,
        /// To which of our numbers.
        pub recipient_phone: String,
        /// Text or status word.
        pub content: String,
        /// JSON list of [`Announced`].
        pub media: String,
        /// Every parameter, as JSON.
        pub raw_payload: String,
        /// What became of it.
        pub processing_status: ProcessingStatus,
        /// Why it failed or was ignored.
        pub processing_error: Option<String>,
        /// The patient it was attached to.
        pub related_patient: Option<PatientId>,
        /// The entry it became.
        pub created_entry: Option<EntryId>,
        /// When it arrived.
        pub received_at: Timestamp,
        /// When it was worked on.
        pub processed_at: Option<Timestamp>,
    }
}

store::row! {
    /// A conversation.
    pub struct ConversationRow {
        /// Its id.
        pub id: ConversationId,
        /// The patient, or none for a number's own conversation.
        pub patient_id: Option<PatientId>,
        /// The patient's first name.
        pub first_name: Option<String>,
        /// The patient's last name.
        pub last_name: Option<String>,
        /// The number last written from.
        pub phone: Phone,
        /// The channel last written on.
        pub channel: Channel,
        /// Whether it wants attention.
        pub status: ConversationStatus,
        /// Who looks after it.
        pub assigned_to: Option<UserId>,
        /// Messages nobody has seen.
        pub unread: i64,
        /// When the newest entry was made.
        pub last_entry_at: Timestamp,
        /// Whether only named staff may open the patient's record.
        pub restricted: bool,
        /// The beginning of the newest message; empty of a restricted record.
        pub preview: String,
        /// Whose number it resembles, to be confirmed or refused.
        pub proposed_patient: Option<PatientId>,
        /// Whose it was said not to be.
        pub refused_patient: Option<PatientId>,
        /// When "who is writing?" was asked.
        pub asked_at: Option<Timestamp>,
        /// Who said he holds the shared phone.
        pub speaker: Option<PatientId>,
        /// Until when that is believed.
        pub speaker_until: Option<Timestamp>,
        /// Grows with every change by staff.
        pub version: i64,
    }
}

impl ConversationRow {
    /// The patient's name, if it is one patient's conversation.
    #[must_use]
    pub fn patient_name(&self) -> Option<String> {
        match (&self.first_name, &self.last_name) {
            (Some(first), Some(last)) => Some(format!("{first} {last}")),
            _ => None,
        }
    }
}

store::row! {
    /// A line of a conversation with what hangs on it.
    pub struct EntryRow {
        /// Its id.
        pub id: EntryId,
        /// What it is.
        pub kind: EntryKind,
        /// The channel, for messages.
        pub channel: Option<Channel>,
        /// The text, or the key of what happened with its words.
        pub body: String,
        /// The staff member who wrote it.
        pub author: Option<UserId>,
        /// His first name.
        pub author_first: Option<String>,
        /// His last name.
        pub author_last: Option<String>,
        /// Whether nobody has said yet who wrote it.
        pub needs_review: bool,
        /// When.
        pub created_at: Timestamp,
        /// The outbox's message.
        pub message_id: Option<MessageId>,
        /// How far it has come.
        pub message_state: Option<MessageState>,
        /// Why it is there.
        pub message_reason: Option<String>,
    }
}

kernel::words! {
    /// Whether a file that came with a message is here.
    pub enum MediaState {
        /// It is being fetched.
        Pending = "pending",
        /// It is here.
        Stored = "stored",
        /// It could not be had; a person can try again.
        Failed = "failed",
    }
}

store::row! {
    /// A file that came with a message.
    pub struct MediaRow {
        /// Its id.
        pub id: MediaId,
        /// The entry it hangs on.
        pub entry_id: EntryId,
        /// That entry's conversation.
        pub conversation_id: ConversationId,
        /// What the provider called it. Only to be believed until it is here.
        pub declared_type: String,
        /// Whether it is here.
        pub state: MediaState,
        /// The stored file, once fetched.
        pub blob_id: Option<BlobId>,
        /// What its bytes are, once fetched.
        pub content_type: Option<String>,
        /// Its bytes, once fetched.
        pub size: Option<i64>,
    }
}

impl MediaRow {
    /// `image`, `audio`, `video` or `file`: by its bytes, else by what the provider said.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        let content_type = self.content_type.as_ref().unwrap_or(&self.declared_type);
        match content_type.split('/').next() {
            Some("image") => "image",
            Some("audio") => "audio",
            Some("video") => "video",
            _ => "file",
        }
    }
}
