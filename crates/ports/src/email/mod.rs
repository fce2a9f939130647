//! The port through which e-mails leave.

mod events;
mod mime;
pub mod sendgrid;
mod settings;
mod simulated;
mod smtp;

use std::fmt;

use kernel::{EmailAddress, Redacted, Timestamp};

use crate::messaging::{Accepted, BoxFuture, SendError};

pub use events::{EventKey, MailReport, SIGNATURE, TIMESTAMP};
pub use mime::{Sender, html_of};
pub use sendgrid::SendGridSender;
pub use settings::SmtpUrl;
pub use simulated::SimulatedMail;
pub use smtp::SmtpSender;

/// Something that hands e-mails to people's servers.
pub trait MailSender: Send + Sync + fmt::Debug {
    /// Makes exactly one attempt. `Ok` means that the server took the mail;
    /// [`crate::ErrorClass::Unknown`] that it may have. A server cannot be asked
    /// later, so such a mail must not be sent again by itself.
    fn send<'a>(&'a self, mail: &'a OutgoingMail) -> BoxFuture<'a, Result<Accepted, SendError>>;

    /// The domain that mails come from: what stands behind the `@` of their ids.
    fn domain(&self) -> &str;

    /// The word for it in the database: `smtp`, `sendgrid`, `simulator`.
    fn provider(&self) -> &'static str;

    /// Whether mails only seem to be sent.
    fn is_simulated(&self) -> bool {
        false
    }
}

/// One mail to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingMail {
    /// Its `Message-ID` without angle brackets: the same for every attempt.
    pub message_id: String,
    /// What a provider repeats in its reports: which mail of which clinic it was. Nothing
    /// personal, providers keep it.
    pub reference: String,
    /// Whose it is.
    pub to: EmailAddress,
    /// One line; line ends in it become spaces.
    pub subject: String,
    /// The text; paragraphs are separated by an empty line.
    pub text: Redacted<String>,
    /// When it was written.
    pub at: Timestamp,
}

impl fmt::Debug for OutgoingMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingMail")
            .field("message_id", &self.message_id)
            .finish_non_exhaustive()
    }
}
