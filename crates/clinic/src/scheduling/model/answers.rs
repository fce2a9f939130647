use kernel::{Id, TenantId, Timestamp, Zone};
use send_rules::Reply;

use super::{Appointment, AppointmentId, OfferState};
use crate::messaging::api::MessageId;

/// Marker of [`QuestionId`].
#[derive(Debug)]
pub struct QuestionMark;
/// One reminder that asks whether the patient comes.
pub type QuestionId = Id<QuestionMark>;

store::row! {
    /// A reminder that asks whether the patient comes.
    pub(in crate::scheduling) struct Question {
        pub appointment_id: AppointmentId,
        pub message_id: MessageId,
        /// When the appointment began as this was asked.
        pub starts_at: Timestamp,
        pub asked_at: Timestamp,
        /// Whether a digit answers it, else its link.
        pub by_digit: bool,
        /// Whether its message asked about further visits.
        pub several: bool,
    }
}

store::row! {
    /// Where a link leads.
    pub(in crate::scheduling) struct QuestionPlace {
        pub tenant_id: TenantId,
        pub id: QuestionId,
    }
}

kernel::words! {
    /// How an answer came.
    pub enum AnswerWay {
        /// By SMS.
        Sms = "sms",
        /// By WhatsApp.
        Whatsapp = "whatsapp",
        /// By a key during a call.
        Voice = "voice",
        /// Over the link of the reminder.
        Link = "link",
    }
}

/// What an answer does to an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scheduling) enum Effect {
    /// That the patient comes is noted.
    Coming,
    /// It is called off.
    CalledOff,
    /// Nothing: it had been called off, which the patient should know.
    OffAlready,
    /// Nothing: it was said before, or there is nothing to say it of.
    Nothing,
}

impl Appointment {
    /// What an answer to a reminder of a visit at this time does now.
    pub(in crate::scheduling) fn effect(
        &self,
        reply: Reply,
        asked_of: Timestamp,
        now: Timestamp,
    ) -> Effect {
        use agenda::AppointmentState::{Cancelled, Confirmed};
        if self.starts_at != asked_of || asked_of <= now {
            return Effect::Nothing;
        }
        match (self.status, reply) {
            (Confirmed, Reply::Coming) if self.patient_coming_at.is_none() => Effect::Coming,
            (Confirmed, Reply::NotComing) => Effect::CalledOff,
            (Cancelled, Reply::Coming) => Effect::OffAlready,
            _ => Effect::Nothing,
        }
    }
}

/// What the link of a reminder or of an offered place shows: nothing of whom.
#[derive(Debug, Clone)]
pub struct Reminded {
    /// The clinic's name.
    pub clinic: String,
    /// Its zone.
    pub zone: Zone,
    /// The visits that can still be answered, in order of time.
    pub visits: Vec<RemindedVisit>,
}

/// One visit behind a link.
#[derive(Debug, Clone)]
pub struct RemindedVisit {
    /// Which.
    pub id: AppointmentId,
    /// When it begins.
    pub starts_at: Timestamp,
    /// Whether it was called off.
    pub is_off: bool,
    /// Whether the patient said that he comes.
    pub is_coming: bool,
    /// What became of the offer it was made for, when it was one.
    pub offer: Option<OfferState>,
    /// Until when it is held, while it awaits an answer.
    pub held_until: Option<Timestamp>,
}
