use kernel::{Locale, Phone, Timestamp, UserId};
use send_rules::{Channel, Values};

use super::{MessageId, Recipient};
use crate::{messaging::rules::events::Event, patients::api::PatientId};

/// A message about an event, in the clinic's words.
#[derive(Debug, Clone)]
pub struct Notice {
    /// What happened.
    pub event: &'static Event,
    /// In which language.
    pub locale: Locale,
    /// What the variables of its text stand for.
    pub values: Values,
    /// The way it goes: one of [`Channel::PHONES`].
    pub channel: Channel,
    /// The way it goes when that one turns out to be closed.
    pub other_channel: Option<Channel>,
    /// What the variables stand for by that way, where it may carry less.
    pub other_values: Option<Values>,
    /// Whether a call takes a key for an answer: 1 confirms, 2 cancels, 9 says it again.
    pub asks: bool,
    /// The number it goes to.
    pub recipient: Phone,
    /// The patient it is for.
    pub patient: Option<PatientId>,
    /// As in [`super::NewMessage::idempotency_key`].
    pub idempotency_key: String,
    /// When it loses its use.
    pub expires_at: Option<Timestamp>,
    /// The person whose doing it is, if it is one's.
    pub created_by: Option<UserId>,
}

/// The way that a message about an event takes, and the one for when that is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The way it goes.
    pub channel: Channel,
    /// The way it would have gone otherwise.
    pub other: Channel,
}

/// What [`crate::messaging::api::notify`] wrote.
#[derive(Debug, Clone)]
pub struct Noticed {
    /// The message, and whether it is new.
    pub queued: super::Enqueued,
    /// What it says.
    pub body: String,
}

/// What a stored message keeps of its event.
#[derive(Debug, Clone)]
pub(in crate::messaging) struct Said {
    pub event: &'static Event,
    pub locale: Locale,
    pub values: Values,
    pub other_channel: Option<Channel>,
    pub other_values: Option<Values>,
    /// The variable its text lacks; it is refused then.
    pub lacks: Option<String>,
}

store::row! {
    /// What it takes to write a message again for another way.
    pub(in crate::messaging) struct ToFollow {
        pub id: MessageId,
        pub recipient: Recipient,
        pub patient_id: Option<PatientId>,
        pub idempotency_key: String,
        pub expires_at: Option<Timestamp>,
        pub created_by: Option<UserId>,
        pub event: Option<String>,
        pub language: Option<Locale>,
        /// Those of the other way.
        pub variables: Option<String>,
        pub other_channel: Option<Channel>,
    }
}

/// The values as a message keeps them: a JSON object of texts.
pub(in crate::messaging) fn stored_values(text: Option<&str>) -> Values {
    let kept = text.and_then(|text| serde_json::from_str(text).ok());
    // We wrote it: what cannot be read has no values, and says which one it lacks.
    kept.unwrap_or_default()
}
