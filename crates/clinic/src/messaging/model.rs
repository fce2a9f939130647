use std::time::Duration;

use kernel::{Id, Phone, Timestamp, UserId};
use send_rules::{Category, Channel, MessageState};

use crate::patients::api::PatientId;

/// Marker of [`MessageId`].
#[derive(Debug)]
pub struct Message;
/// One message to one person.
pub type MessageId = Id<Message>;

/// How long after an attempt began a provider that does not know the message
/// is believed: longer than our longest wait for its answer, so that the
/// request cannot still be under way.
pub(super) const LOOKUP_GRACE: Duration = Duration::from_secs(30);

/// A message that some part of the product wants sent.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// The way it goes.
    pub channel: Channel,
    /// What it is for; decides about opt-out, quiet hours and order.
    pub category: Category,
    /// The number it goes to.
    pub recipient: Phone,
    /// The patient it is for, when known.
    pub patient: Option<PatientId>,
    /// The text.
    pub body: String,
    /// Recipient, purpose, object and stage in one word: the same key never
    /// makes a second message.
    pub idempotency_key: String,
    /// When it loses its use.
    pub expires_at: Option<Timestamp>,
    /// The person who wrote it, if one did.
    pub created_by: Option<UserId>,
}

/// What [`super::api::enqueue`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enqueued {
    /// The message.
    pub id: MessageId,
    /// False when the same key had made it before.
    pub fresh: bool,
}

/// Which messages of the outbox are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only those in this state.
    pub state: Option<MessageState>,
    /// Only those by this way.
    pub channel: Option<Channel>,
    /// Only those to a number with these digits, written as people write them.
    pub number: String,
}

store::row! {
    /// How a message stands, for those who show it.
    pub struct MessageView {
        /// Its id.
        pub id: MessageId,
        /// The way it goes.
        pub channel: Channel,
        /// What it is for.
        pub category: Category,
        /// The number it goes to.
        pub recipient: Phone,
        /// Whose it is.
        pub patient_id: Option<PatientId>,
        /// The text.
        pub body: String,
        /// How far it has come.
        pub state: MessageState,
        /// Why it is where it is; an i18n key follows from it.
        pub reason: Option<String>,
        /// The provider's error code.
        pub error_code: Option<i64>,
        /// Whether sending again can help, when it failed.
        pub retryable: Option<bool>,
        /// The provider's id.
        pub provider_id: Option<String>,
        /// Tries so far.
        pub work_attempts: i32,
        /// When it was written.
        pub created_at: Timestamp,
        /// When its state last changed.
        pub updated_at: Timestamp,
    }
}

store::row! {
    /// What the sender needs of a message.
    pub(super) struct ToSend {
        pub channel: Channel,
        pub category: Category,
        pub recipient: Phone,
        pub body: String,
        pub body_sha256: String,
        pub state: MessageState,
        pub expires_at: Option<Timestamp>,
        pub created_at: Timestamp,
    }
}

store::row! {
    /// The newest attempt of a message.
    pub(super) struct Attempt {
        pub number: i32,
        pub started_at: Timestamp,
        pub outcome: Option<String>,
    }
}

kernel::words! {
    /// How an attempt ended. Without a word it was cut off.
    pub(super) enum AttemptOutcome {
        Accepted = "accepted",
        Unknown = "unknown",
        NotSent = "not_sent",
    }
}

impl Attempt {
    /// Whether the provider may have the message without our knowing.
    pub(super) fn is_open(&self) -> bool {
        self.outcome
            .as_deref()
            .is_none_or(|word| word == AttemptOutcome::Unknown.as_str())
    }
}
