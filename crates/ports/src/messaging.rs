//! The port through which messages leave, whatever the provider.

use std::{fmt, pin::Pin, time::Duration};

use kernel::{Locale, Redacted, Timestamp};

use crate::Simulated;

/// A boxed future, so that senders can be chosen at run time.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Something that hands messages to people's phones.
pub trait MessageSender: Send + Sync + fmt::Debug {
    /// Makes exactly one attempt. `Ok` means that the provider took the
    /// message; [`ErrorClass::Unknown`] that it may have.
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Result<Accepted, SendError>>;

    /// Looks for a message whose attempt ended with an unknown outcome. Empty
    /// means that the provider does not have it (yet): an attempt cut off on
    /// our side may still be on its way, so ask only some time after it ended.
    /// An error means that the provider cannot tell, not that it has nothing.
    fn find<'a>(&'a self, lookup: &'a Lookup) -> BoxFuture<'a, Result<Vec<Found>, SendError>>;

    /// The simulator, where messages only seem to be sent.
    fn simulated(&self) -> Option<&Simulated> {
        None
    }

    /// Whether messages only seem to be sent.
    fn is_simulated(&self) -> bool {
        self.simulated().is_some()
    }
}

/// One message, with addresses already in the provider's form
/// (`+221…`, `whatsapp:+221…`).
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The sender's address, or a Twilio messaging service (`MG…`).
    pub from: String,
    /// The patient's address.
    pub to: String,
    /// The text.
    pub body: Redacted<String>,
    /// The approved text that it goes as; [`body`](Self::body) is what the patient reads.
    pub content: Option<Content>,
    /// Where the provider reports what became of it.
    pub status_callback: Option<String>,
    /// How it is spoken, when it is a call.
    pub call: Option<Call>,
}

/// What a call needs besides its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// In which everything is spoken.
    pub language: Locale,
    /// What is said at its end.
    pub goodbye: String,
    /// The keys, when it asks for one.
    pub ask: Option<Ask>,
}

/// Which keys answer a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What they mean, as it is spoken.
    pub prompt: String,
    /// Where the provider reports the key and learns what to say next.
    pub address: String,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

/// A text that WhatsApp approved, as Twilio keeps it
/// (<https://www.twilio.com/docs/content/send-templates-created-with-the-content-template-builder>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// `HX…`.
    pub sid: String,
    /// What its numbers stand for, a JSON object: `{"1": "Awa"}`.
    pub variables: Redacted<String>,
}

/// The provider has the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The provider's id, e.g. Twilio's `SM…`.
    pub provider_id: String,
    /// It was not really sent. To be shown, never to be counted.
    pub simulated: bool,
}

/// What to look for at the provider.
#[derive(Clone, PartialEq, Eq)]
pub struct Lookup {
    /// As in [`Outgoing::from`].
    pub from: String,
    /// As in [`Outgoing::to`].
    pub to: String,
    /// When the first attempt began.
    pub since: Timestamp,
    /// [`body_sha256`] of the text; a call is not known by it.
    pub body_sha256: String,
    /// Whether it is a call.
    pub call: bool,
    /// Provider ids that belong to other messages, e.g. an equal text sent
    /// shortly before.
    pub known_ids: Vec<String>,
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookup")
            .field("since", &self.since)
            .field("body_sha256", &self.body_sha256)
            .finish_non_exhaustive()
    }
}

/// A message the provider knows and we had lost sight of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The provider's id.
    pub provider_id: String,
    /// How far it has come.
    pub report: DeliveryReport,
    /// The provider's error code when it failed.
    pub error_code: Option<i64>,
}

/// The fingerprint by which a lookup recognises a text: SHA-256 in lower-case
/// hexadecimal of the text with line ends as `\n` and no space around it,
/// because providers tidy both.
#[must_use]
pub fn body_sha256(body: &str) -> String {
    crate::blob::sha256_hex(body.replace("\r\n", "\n").trim().as_bytes())
}

kernel::words! {
    /// What a provider reports about a message it took.
    pub enum DeliveryReport {
        /// The provider has it.
        Accepted = "accepted",
        /// The operator or WhatsApp has it.
        Sent = "sent",
        /// It is on the phone.
        Delivered = "delivered",
        /// It was opened.
        Read = "read",
        /// A call found the line engaged.
        CallBusy = "call_busy",
        /// A call was not picked up.
        CallNoAnswer = "call_no_answer",
        /// A call was taken back before it was picked up.
        CallCanceled = "call_canceled",
        /// A call could not be put through.
        CallFailed = "call_failed",
        /// It will not arrive.
        Failed = "failed",
    }
}

kernel::words! {
    /// What kind of failure it was, which decides what happens next.
    pub enum ErrorClass {
        /// Certainly not accepted, for a passing reason: try again.
        Transient = "transient",
        /// Too fast: try again after the given time.
        RateLimited = "rate_limited",
        /// It may have been accepted: look it up before anything else.
        Unknown = "unknown",
        /// Nobody can be reached at this address by this channel.
        BadNumber = "bad_number",
        /// The e-mail address has no mailbox, or its server refuses it for good.
        BadAddress = "bad_address",
        /// The patient told the provider to stop.
        OptedOut = "opted_out",
        /// The patient, his operator or the channel's rules block us.
        Blocked = "blocked",
        /// WhatsApp's 24 hours are over.
        OutOfWindow = "out_of_window",
        /// The text or the request itself is not accepted.
        ContentRefused = "content_refused",
        /// The mail server does not take the mail, whoever it is for.
        MailRefused = "mail_refused",
        /// The app is no longer on this device, or no longer ours.
        DeviceGone = "device_gone",
        /// Credentials, sender, permissions or credit: staff must act.
        Account = "account",
    }
}

impl ErrorClass {
    /// Whether the same message may be tried again as it is. Not for
    /// [`Unknown`](Self::Unknown): that one is looked up first.
    #[must_use]
    pub const fn can_retry(self) -> bool {
        matches!(self, Self::Transient | Self::RateLimited)
    }
}

/// Why a message was not handed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{class}: {detail}")]
pub struct SendError {
    /// What to do about it.
    pub class: ErrorClass,
    /// The provider's error code.
    pub code: Option<i64>,
    /// What was seen, in our own words. Never the provider's sentence, which
    /// may repeat the number.
    pub detail: String,
    /// How long the provider asks us to wait.
    pub retry_after: Option<Duration>,
    /// Whether the provider did not answer, or not as one that works: no connection, a
    /// time-out, a 5xx. A refusal is an answer, and so is 429.
    pub silent: bool,
}

impl SendError {
    pub(crate) fn new(class: ErrorClass, detail: impl Into<String>) -> Self {
        Self {
            class,
            code: None,
            detail: detail.into(),
            retry_after: None,
            silent: false,
        }
    }

    /// The same without an answer.
    pub(crate) fn silence(class: ErrorClass, detail: impl Into<String>) -> Self {
        Self {
            silent: true,
            ..Self::new(class, detail)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_nothing_of_the_patient() {
        let outgoing = Outgoing {
            from: "+14155550100".into(),
            to: "whatsapp:+221771234567".into(),
            body: Redacted("Votre test".into()),
            content: Some(Content {
                sid: "HX1".into(),
                variables: Redacted(r#"{"1": "test"}"#.into()),
            }),
            status_callback: Some("https://clinic.example/s/1".into()),
            call: None,
        };
        let lookup = Lookup {
            from: outgoing.from.clone(),
            to: outgoing.to.clone(),
            since: Timestamp::from_micros(0),
            body_sha256: body_sha256(&outgoing.body),
            call: false,
            known_ids: Vec::new(),
        };
        let shown = format!("{outgoing:?} {lookup:?}");
        assert!(
            !shown.contains("771234567") && !shown.contains("test"),
            "{shown}"
        );
    }

    #[test]
    fn a_fingerprint_survives_tidying() {
        assert_eq!(body_sha256("a\r\nb "), body_sha256("a\nb"));
        assert_ne!(body_sha256("a\nb"), body_sha256("ab"));
        assert_eq!(
            body_sha256(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
