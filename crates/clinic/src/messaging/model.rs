mod voice;

use std::time::Duration;

use kernel::{
    EmailAddress, Id, Phone, Timestamp, UserId,
    column::{Column, ColumnKind, FromColumn, ToColumn},
};
use send_rules::{Category, Cell, Channel, Choice, MessageState, is_wanted};
use uuid::Uuid;

use crate::patients::api::PatientId;

pub(super) use voice::OneCall;
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
    }
}

store::row! {
    /// What the sender needs of a message.
    pub(super) struct ToSend {
        pub channel: Channel,
        pub category: Category,
        pub recipient: Recipient,
        pub subject: Option<String>,
        pub mail_id: Option<String>,
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

kernel::words! {
    /// How we know what somebody wants.
    pub enum ConsentSource {
        /// He wrote a keyword on WhatsApp.
        Whatsapp = "whatsapp",
        /// The same by SMS.
        Sms = "sms",
        /// The provider told us that he left.
        Provider = "provider",
        /// He chose on his page.
        Page = "page",
        /// He chose on the page of a message's link.
        Link = "link",
        /// He told the staff, who wrote it down.
        Desk = "desk",
    }
}

impl ConsentSource {
    /// The version of the words that he chose by; counts up when they change.
    pub(super) const fn wording(self) -> Option<&'static str> {
        match self {
            Self::Whatsapp | Self::Sms | Self::Provider => None,
            Self::Page | Self::Link | Self::Desk => Some("choices-2"),
        }
    }
}

/// A decision that goes into the ledger.
#[derive(Debug)]
pub(super) struct ConsentEvent {
    pub id: Uuid,
    pub phone: Phone,
    pub choice: Choice,
    pub source: ConsentSource,
    pub noted_by: Option<UserId>,
    pub at: Timestamp,
}

/// A decision as the ledger shows it.
#[derive(Debug, Clone)]
pub struct ConsentLine {
    /// What was decided.
    pub choice: Choice,
    /// How we know.
    pub source: ConsentSource,
    /// Who wrote it down, if a person did.
    pub noted_by: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What is wanted on one number.
#[derive(Debug, Clone)]
pub struct NumberConsent {
    /// The number.
    pub phone: Phone,
    /// Whether several patients have it: the choice is one for all of them.
    pub shared: bool,
    /// What was decided and holds, the newest first.
    pub choices: Vec<Choice>,
    /// The newest fifty decisions, the newest first.
    pub history: Vec<ConsentLine>,
}

impl NumberConsent {
    /// Its last two digits: who holds it knows it by them, others learn nothing.
    #[must_use]
    pub fn ending(&self) -> &str {
        let number = self.phone.as_e164();
        number
            .get(number.len().saturating_sub(2)..)
            .unwrap_or_default()
    }

    /// Whether this kind of message may come by this way.
    #[must_use]
    pub fn wants(&self, cell: &Cell) -> bool {
        is_wanted(&self.choices, *cell)
    }
}

/// What is wanted on each number of a patient.
#[derive(Debug, Clone)]
pub struct PatientConsent {
    /// The patient.
    pub patient: PatientId,
    /// His name.
    pub name: String,
    /// The primary number first.
    pub numbers: Vec<NumberConsent>,
}
