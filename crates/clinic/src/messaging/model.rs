mod consent;
mod costs;
mod devices;
mod mail;
mod notice;
mod providers;
mod seal;
mod templates;
mod voice;

use std::time::Duration;

use kernel::{
    EmailAddress, Id, Locale, Phone, Timestamp, UserId,
    column::{Column, ColumnKind, FromColumn, ToColumn},
};
use send_rules::{Category, Channel, Currency, Decision, Form, MessageState};

use crate::patients::api::PatientId;

pub(super) use consent::{ConsentEvent, Wish};
pub use consent::{ConsentLine, ConsentSource, NumberConsent, PatientConsent};
pub(super) use costs::OTHER;
pub use costs::{Budget, CostLine, Costs, Price, Prices};
pub use devices::{AppDevice, Device, DeviceId, NewDevice, Platform};
pub(super) use devices::{MOST_DEVICES, SEEN_FOR, Target};
pub use mail::StoppedAddress;
pub use notice::{Notice, Noticed, Route};
pub(super) use notice::{Said, ToFollow, stored_values};
pub(super) use providers::StateCount;
pub use providers::{LastDay, Provider, Way};
pub(super) use seal::{Behind, Door, Pass, SHOWN_FOR, Shown, TRIES, Tried};
pub use templates::{OwnText, ReviewedText, TextKey, TextVersion, WhatsappCategory};
pub(super) use templates::{ReviewedRow, TextRow};
pub use voice::{Called, Key, NewCall};

/// Marker of [`MessageId`].
#[derive(Debug)]
pub struct Message;
/// One message to one person.
pub type MessageId = Id<Message>;

/// How long after an attempt began a provider that does not know the message
/// is believed: longer than our longest wait for its answer, so that the
/// request cannot still be under way.
pub(super) const LOOKUP_GRACE: Duration = Duration::from_secs(30);

/// Whom a message goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// A phone number.
    Phone(Phone),
    /// An e-mail address.
    Email(EmailAddress),
}

impl Recipient {
    /// The number in E.164, or the address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Phone(phone) => phone.as_e164(),
            Self::Email(address) => address.as_str(),
        }
    }

    /// As people read it.
    #[must_use]
    pub fn pretty(&self) -> String {
        match self {
            Self::Phone(phone) => phone.pretty(),
            Self::Email(address) => address.as_str().to_owned(),
        }
    }
}

impl ToColumn for Recipient {
    const KIND: ColumnKind = ColumnKind::Text;
    fn to_column(&self) -> Column {
        Column::Text(Some(self.as_str().to_owned()))
    }
}

impl FromColumn for Recipient {
    const KIND: ColumnKind = ColumnKind::Text;
    fn from_column(column: Column) -> Result<Self, String> {
        let text = String::from_column(column)?;
        if text.contains('@') {
            let address = EmailAddress::parse(&text).map_err(|error| error.to_string())?;
            return Ok(Self::Email(address));
        }
        let phone = Phone::from_stored(text).map_err(|error| error.to_string())?;
        Ok(Self::Phone(phone))
    }
}

/// A message to a phone that some part of the product wants sent.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// The way it goes: one of [`Channel::PHONES`].
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

/// An e-mail that some part of the product wants sent.
#[derive(Debug, Clone)]
pub struct NewMail {
    /// What it is for; decides about quiet hours and order.
    pub category: Category,
    /// The address it goes to.
    pub recipient: EmailAddress,
    /// One line, without secrets: the outbox shows it.
    pub subject: String,
    /// The text; paragraphs are separated by an empty line.
    pub body: String,
    /// As in [`NewMessage::idempotency_key`].
    pub idempotency_key: String,
    /// When it loses its use.
    pub expires_at: Option<Timestamp>,
    /// The person whose doing it is, if it is one's.
    pub created_by: Option<UserId>,
}

/// A message of either kind as it is stored.
pub(super) struct Draft {
    pub channel: Channel,
    pub category: Category,
    pub recipient: Recipient,
    pub patient: Option<PatientId>,
    pub subject: Option<String>,
    pub mail_id: Option<String>,
    pub body: String,
    pub idempotency_key: String,
    pub expires_at: Option<Timestamp>,
    pub created_by: Option<UserId>,
    /// The event it speaks of, for texts that a clinic may change.
    pub said: Option<Said>,
    /// The message whose place it takes.
    pub follows: Option<MessageId>,
}

impl From<&NewMessage> for Draft {
    fn from(new: &NewMessage) -> Self {
        Self {
            channel: new.channel,
            category: new.category,
            recipient: Recipient::Phone(new.recipient.clone()),
            patient: new.patient,
            subject: None,
            mail_id: None,
            body: new.body.clone(),
            idempotency_key: new.idempotency_key.clone(),
            expires_at: new.expires_at,
            created_by: new.created_by,
            said: None,
            follows: None,
        }
    }
}

impl Draft {
    /// A mail with the `Message-ID` that all its attempts carry.
    pub(super) fn mail(new: NewMail, mail_id: String) -> Self {
        Self {
            channel: Channel::Email,
            category: new.category,
            recipient: Recipient::Email(new.recipient),
            patient: None,
            subject: Some(new.subject),
            mail_id: Some(mail_id),
            body: new.body,
            idempotency_key: new.idempotency_key,
            expires_at: new.expires_at,
            created_by: new.created_by,
            said: None,
            follows: None,
        }
    }
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
    /// Only those to a number with these digits, written as people write them,
    /// or to an address that has this in it.
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
        /// The number or address it goes to.
        pub recipient: Recipient,
        /// Whose it is.
        pub patient_id: Option<PatientId>,
        /// An e-mail's subject.
        pub subject: Option<String>,
        /// The text.
        pub body: String,
        /// How far it has come.
        pub state: MessageState,
        /// Why it is where it is; an i18n key follows from it.
        pub reason: Option<String>,
        /// What the reason is about: the variable that was missing.
        pub detail: Option<String>,
        /// The provider's error code.
        pub error_code: Option<i64>,
        /// Whether sending again can help, when it failed.
        pub retryable: Option<bool>,
        /// The provider's id.
        pub provider_id: Option<String>,
        /// Tries so far.
        pub tries: i64,
        /// The key that answered a call.
        pub key_pressed: Option<Key>,
        /// When it was written.
        pub created_at: Timestamp,
        /// When its state last changed.
        pub updated_at: Timestamp,
        /// When it is tried next, while nobody is at it.
        pub next_try_at: Option<Timestamp>,
        /// The way on which another message took its place.
        pub followed_by: Option<Channel>,
        /// What the simulator reported of it, a word of [`ports::DeliveryReport`]; nothing of it is true.
        pub played: Option<String>,
        /// Whether a person may send it once more.
        pub can_go_again: bool,
        /// Whether it is said in an approved text's words.
        pub is_template: bool,
    }
}

impl MessageView {
    /// The word for why it is where it is: also of what was sent, which the form it left in
    /// tells (`spec/messaging.md`, the decision). What was simulated was not sent.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        let sent = self.state.counts_as_sent();
        let form = sent.then(|| form_of(self.channel, self.is_template));
        let because = form.map(|form| Decision::Send(form).reason().as_str());
        self.reason.as_deref().or(because)
    }
}

/// The form in which a message leaves by a channel.
pub(super) const fn form_of(channel: Channel, is_template: bool) -> Form {
    match channel {
        Channel::Sms => Form::Sms,
        Channel::Voice => Form::Voice,
        Channel::Push => Form::Push,
        Channel::Email => Form::Email,
        Channel::Whatsapp if is_template => Form::Template,
        Channel::Whatsapp => Form::Session,
    }
}

store::row! {
    /// What the sender needs of a message.
    pub(super) struct ToSend {
        pub id: uuid::Uuid,
        pub channel: Channel,
        pub category: Category,
        pub recipient: Recipient,
        pub patient_id: Option<PatientId>,
        pub subject: Option<String>,
        pub mail_id: Option<String>,
        pub body: String,
        pub body_sha256: String,
        pub state: MessageState,
        pub expires_at: Option<Timestamp>,
        pub created_at: Timestamp,
        pub event: Option<String>,
        pub language: Option<Locale>,
        pub variables: Option<String>,
        pub other_channel: Option<Channel>,
        pub content_sid: Option<String>,
        pub content_variables: Option<String>,
        /// Where messages of its channel leave from.
        pub sender: Option<String>,
        /// When its number last wrote to the clinic by its channel.
        pub last_inbound: Option<Timestamp>,
        /// Whether its number ever decided about messages.
        pub has_decided: bool,
        /// How many equal ones are under way to its number.
        pub twins: i64,
        /// The clinic's.
        pub zone: String,
        /// What the clinic counts costs in, if it does.
        pub currency: Option<Currency>,
        /// The newest attempt.
        pub attempt: Option<i32>,
        pub attempt_provider: Option<String>,
        pub attempt_at: Option<Timestamp>,
        pub attempt_outcome: Option<String>,
    }
}

impl ToSend {
    /// Its newest attempt.
    pub(super) fn last_attempt(&self) -> Option<Attempt> {
        Some(Attempt {
            number: self.attempt?,
            provider: self.attempt_provider.clone()?,
            started_at: self.attempt_at?,
            outcome: self.attempt_outcome.clone(),
        })
    }
}

/// The newest attempt of a message.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub number: i32,
    pub provider: String,
    pub started_at: Timestamp,
    pub outcome: Option<String>,
}

/// One attempt that a provider took: of which message, by which provider, and its id there.
#[derive(Debug, Clone, Copy)]
pub(super) struct OneAttempt<'a> {
    pub message: uuid::Uuid,
    pub provider: &'a str,
    pub provider_id: &'a str,
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
