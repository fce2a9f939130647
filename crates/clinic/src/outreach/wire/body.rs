use kernel::{Timestamp, Zone};
use serde::Serialize;
use utoipa::ToSchema;
use webkit::Texts;

use super::language_word;
use crate::outreach::model::{Answer, Reminder, ReminderState, Triggered};

/// A reminder.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "patient_id": "01980000-0000-7000-8000-000000000002", "patient_name": "Jane Doe", "phone_number": "+237671234567", "appointment_reason": "Visite de suivi", "medication_list": "Aspirine", "consultation_list": "Cardiologie", "language": "french", "method": "whatsapp", "scheduled_time": "2027-07-26T10:00:00+01:00", "appointment_time": null, "expires_at": "2027-07-27T10:00:00+01:00", "status": "pending", "sent": false, "sent_at": null, "attempts": 0, "last_error": null, "provider_sid": null, "answer": null, "answered_at": null, "created_at": "2027-07-20T09:30:00+01:00", "updated_at": "2027-07-20T09:30:00+01:00", "version": 1}))]
pub(in crate::outreach) struct ReminderBody {
    /// UUIDv7.
    id: String,
    /// Whose.
    patient_id: String,
    /// How he is called in the text.
    patient_name: String,
    /// E.164.
    phone_number: String,
    /// What it reminds of; empty in lists for a patient whose record is restricted, as are the two below.
    appointment_reason: String,
    /// What he shall take or bring.
    medication_list: Option<String>,
    /// What he is expected for.
    consultation_list: Option<String>,
    /// french or english.
    language: &'static str,
    /// whatsapp, sms or call.
    method: &'static str,
    /// When it goes: RFC 3339 in the clinic's zone.
    scheduled_time: String,
    /// When he is expected.
    appointment_time: Option<String>,
    /// When it has lost its use.
    expires_at: String,
    /// pending, sending, sent, delivered, failed, expired, cancelled, refused or simulated.
    status: &'static str,
    /// Whether the provider has accepted it; never for the simulator.
    sent: bool,
    /// When it did.
    sent_at: Option<String>,
    /// Tries so far.
    attempts: i64,
    /// Why it was not sent, or what it waits for, in the caller's language.
    last_error: Option<String>,
    /// The provider's id.
    provider_sid: Option<String>,
    /// confirmed or cancelled, when the patient answered.
    answer: Option<&'static str>,
    /// When he did.
    answered_at: Option<String>,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// RFC 3339 in the clinic's zone.
    updated_at: String,
    /// Counts changes, from 1; also the ETag.
    version: i64,
}

impl ReminderBody {
    pub(in crate::outreach) fn new(one: Reminder, zone: &Zone, texts: Texts) -> Self {
        let at = |at: Timestamp| at.rfc3339(zone);
        Self {
            id: one.id.to_string(),
            patient_id: one.patient_id.to_string(),
            phone_number: one.phone.as_e164().to_owned(),
            language: language_word(one.language),
            method: one.method.as_str(),
            scheduled_time: at(one.scheduled_at),
            appointment_time: one.appointment_at.map(at),
            expires_at: at(one.expires_at),
            status: one.status.as_str(),
            sent: one.status.is_sent(),
            sent_at: one.left_at.filter(|_| one.status.is_sent()).map(at),
            attempts: one.attempts,
            last_error: why(&one, texts),
            answer: one.answer.map(Answer::as_str),
            answered_at: one.answered_at.map(at),
            created_at: at(one.created_at),
            updated_at: at(one.updated_at),
            version: one.version,
            patient_name: one.patient_name,
            appointment_reason: one.appointment_reason,
            medication_list: one.medication_list,
            consultation_list: one.consultation_list,
            provider_sid: one.provider_id,
        }
    }
}

/// Why a reminder was not sent, or what it waits for.
pub(in crate::outreach) fn why(one: &Reminder, texts: Texts) -> Option<String> {
    let said = |word: &str| texts.try_with(&format!("reason-{word}"), &[]);
    match one.status {
        ReminderState::Pending => one.waits.as_deref().and_then(said),
        ReminderState::Failed => said(one.reason.as_deref().unwrap_or("given_up")),
        ReminderState::Expired => said(one.reason.as_deref().unwrap_or("expired")),
        ReminderState::Refused | ReminderState::Cancelled => one.reason.as_deref().and_then(said),
        _ => None,
    }
}

/// What became of the reminders that were due.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"message": "3 reminders triggered", "triggered": 3, "sent": 1, "failed": 1, "skipped": 1}))]
pub(in crate::outreach) struct TriggeredBody {
    /// The count in words.
    message: String,
    /// Taken up by this call; of several at once, each reminder by one.
    triggered: usize,
    /// Of these, accepted by the provider before this answer.
    sent: usize,
    /// Of these, refused, failed, or without use any more.
    failed: usize,
    /// All others: waiting for the morning or for their turn, or in the simulator. The list tells what becomes of them.
    skipped: usize,
}

impl From<Triggered> for TriggeredBody {
    fn from(outcome: Triggered) -> Self {
        Self {
            message: format!("{} reminders triggered", outcome.triggered),
            triggered: outcome.triggered,
            sent: outcome.sent,
            failed: outcome.failed,
            skipped: outcome.skipped,
        }
    }
}
