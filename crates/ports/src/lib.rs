//! Outbound ports with real and simulated adapters.
//!
//! A port is a trait in the product's words; an adapter speaks to one
//! provider. Nothing in here decides what may be sent or tries again by
//! itself: that is the outbox's work, for which every error carries a class.
//! No error and no log line of this crate holds a text or a number of a
//! patient.

pub mod blob;
pub mod email;
pub mod gateway;
mod http;
pub mod messaging;
pub mod push;
mod simulated;
pub mod twilio;

pub use blob::{BlobError, BlobStore};
pub use email::{MailSender, OutgoingMail, SendGridSender, SimulatedMail, SmtpSender};
pub use gateway::{Description, GatewayMessage, GatewaySender};
pub use http::install_tls;
pub use messaging::{
    Accepted, Ask, Call, Content, DeliveryReport, ErrorClass, Found, Lookup, MessageSender,
    Outgoing, SendError,
};
pub use push::{FirebaseSender, OutgoingPush, ServiceAccount};
pub use simulated::{PlayedFault, PlayedReport, Simulated};

/// A part outside of us cannot be used now; trying again later can help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} is unavailable: {detail}")]
pub struct Unavailable {
    /// Which part, e.g. `Twilio`.
    pub what: &'static str,
    /// What was seen, for the log. No patient data.
    pub detail: String,
}

impl Unavailable {
    pub(crate) fn new(what: &'static str, detail: impl ToString) -> Self {
        Self {
            what,
            detail: detail.to_string(),
        }
    }
}

impl From<Unavailable> for kernel::Problem {
    fn from(error: Unavailable) -> Self {
        Self::unavailable(error)
    }
}
