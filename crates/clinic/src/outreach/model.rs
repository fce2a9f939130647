mod broadcast_cost;
mod broadcasts;
mod recipients;

use kernel::{Id, Locale, Patch, Phone, Timestamp, UserId};

use crate::{messaging::api::MessageId, patients::api::PatientId};

pub use broadcast_cost::*;
pub use broadcasts::*;
pub use recipients::*;

/// Marker of [`ReminderId`].
#[derive(Debug)]
pub struct ReminderMark;
/// One reminder.
pub type ReminderId = Id<ReminderMark>;

kernel::words! {
    /// How the patient is reached.
    pub enum Method {
        /// WhatsApp.
        Whatsapp = "whatsapp",
        /// A text message.
        Sms = "sms",
        /// A call with a voice that reads the text.
        Call = "call",
    }
}

kernel::words! {
    /// What the patient answered.
    pub enum Answer {
        /// He comes.
        Confirmed = "confirmed",
        /// He does not.
        Cancelled = "cancelled",
    }
}

kernel::words! {
    /// How a reminder stands: follows from its message.
    pub enum ReminderState {
        /// Its time has not come, or its message waits for its turn.
        Pending = "pending",
        /// The provider may have it.
        Sending = "sending",
        /// The provider has accepted it.
        Sent = "sent",
        /// It is on the phone.
        Delivered = "delivered",
        /// It was tried in vain.
        Failed = "failed",
        /// It lost its use before it left.
        Expired = "expired",
        /// It was taken back before it left.
        Cancelled = "cancelled",
        /// It may not be sent.
        Refused = "refused",
        /// It went to the simulator and to nobody.
        Simulated = "simulated",
    }
}

impl ReminderState {
    /// Whether the provider has accepted it.
    #[must_use]
    pub const fn is_sent(self) -> bool {
        matches!(self, Self::Sent | Self::Delivered)
    }

    /// Whether it went to the provider, or to the simulator.
    const fn has_left(self) -> bool {
        self.is_sent() || matches!(self, Self::Sending | Self::Simulated)
    }
}

store::row! {
    /// A reminder with how it stands.
    pub struct Reminder {
        /// Its id.
        pub id: ReminderId,
        /// Whose.
        pub patient_id: PatientId,
        /// Whether only named staff may open his record.
        pub restricted: bool,
        /// Where it goes.
        pub phone: Phone,
        /// How the patient is called in it.
        pub patient_name: String,
        /// What it reminds of.
        pub appointment_reason: String,
        /// What he shall take or bring, in words.
        pub medication_list: Option<String>,
        /// What he is expected for, in words.
        pub consultation_list: Option<String>,
        /// The language of the text.
        pub language: Locale,
        /// How it goes.
        pub method: Method,
        /// When it goes.
        pub scheduled_at: Timestamp,
        /// When he is expected.
        pub appointment_at: Option<Timestamp>,
        /// When it has lost its use.
        pub expires_at: Timestamp,
        /// The newest message that was written for it.
        pub message_id: Option<MessageId>,
        /// How often it was armed.
        pub round: i64,
        /// What he answered.
        pub answer: Option<Answer>,
        /// When he did.
        pub answered_at: Option<Timestamp>,
        /// Who wrote it; nobody when a program did.
        pub created_by: Option<UserId>,
        /// When it was written.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
        /// Counts changes, from 1.
        pub version: i64,
        /// Whether its message is still to be written.
        pub armed: bool,
        /// How it stands.
        pub status: ReminderState,
        /// Why it is where it is; an i18n key follows from it.
        pub reason: Option<String>,
        /// For what its message waits, in the outbox's words.
        pub waits: Option<String>,
        /// The provider's error code.
        pub error_code: Option<i64>,
        /// The provider's id.
        pub provider_id: Option<String>,
        /// Tries so far.
        pub attempts: i64,
        /// When the provider accepted it, or was last heard of.
        pub left_at: Option<Timestamp>,
    }
}

/// Why a message is set aside of which nobody knows whether the provider has it
/// (`spec/messaging.md`, unknown outcome).
const UNKNOWN: [&str; 2] = ["outcome_unknown", "given_up"];

impl Reminder {
    /// Whether somebody may have got it, so that another one is a second one.
    #[must_use]
    pub fn may_have_left(&self) -> bool {
        let reason = self.reason.as_deref();
        let was_there =
            || self.provider_id.is_some() || reason.is_some_and(|reason| UNKNOWN.contains(&reason));
        self.status.has_left() || (self.status == ReminderState::Failed && was_there())
    }

    /// Leaves of a restricted patient's what a list may show: the name and the time.
    pub(super) fn close(&mut self) {
        self.appointment_reason.clear();
        self.medication_list = None;
        self.consultation_list = None;
    }
}

/// What is written about a reminder; what is kept stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ReminderPatch {
    /// Whose; cannot be cleared.
    pub patient: Patch<PatientId>,
    /// How he is called in it; his own name when cleared.
    pub patient_name: Patch<String>,
    /// Where it goes; his first number when cleared.
    pub phone: Patch<Phone>,
    /// Whether it goes there although the number is not known as the patient's.
    pub phone_override: bool,
    /// What it reminds of; cannot be cleared.
    pub appointment_reason: Patch<String>,
    /// What he shall take or bring.
    pub medication_list: Patch<String>,
    /// What he is expected for.
    pub consultation_list: Patch<String>,
    /// Cannot be cleared.
    pub language: Patch<Locale>,
    /// Cannot be cleared.
    pub method: Patch<Method>,
    /// When it goes; cannot be cleared.
    pub scheduled_at: Patch<Timestamp>,
    /// When he is expected.
    pub appointment_at: Patch<Timestamp>,
    /// When it has lost its use; at the appointment, or a day after it went, when cleared.
    pub expires_at: Patch<Timestamp>,
    /// Whether one that has left goes once more.
    pub rearm: bool,
}

/// A reminder as it is to be stored.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub patient: PatientId,
    pub phone: Phone,
    pub patient_name: String,
    pub appointment_reason: String,
    pub medication_list: Option<String>,
    pub consultation_list: Option<String>,
    pub language: Locale,
    pub method: Method,
    pub scheduled_at: Timestamp,
    pub appointment_at: Option<Timestamp>,
    pub expires_at: Timestamp,
}

/// Which reminders are sought.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// Of this patient.
    pub patient: Option<PatientId>,
    /// By this way.
    pub method: Option<Method>,
    /// In this language.
    pub language: Option<Locale>,
    /// Standing so; all when it names none.
    pub states: Vec<ReminderState>,
    /// That go then or later.
    pub from: Option<Timestamp>,
    /// That go then or earlier.
    pub until: Option<Timestamp>,
    /// With this in the reason, whatever its accents and case.
    pub reason: Option<String>,
}

/// What became of the reminders that were due, see [`super::api::trigger`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Triggered {
    /// Taken up by this call; no other one counts them.
    pub triggered: usize,
    /// Of these, accepted by the provider before the answer was given.
    pub sent: usize,
    /// Refused, failed, or without use any more.
    pub failed: usize,
    /// All others: they wait for the morning or for their turn, or went to the simulator.
    pub skipped: usize,
}
