use agenda::AppointmentState;
use kernel::{Id, Timestamp, Zone};
use serde::Serialize;
use utoipa::ToSchema;
use webkit::Texts;

use super::mode_word;
use crate::scheduling::model::{Appointment, OfferState, Step, StepRow};

/// How an appointment stands, in words.
pub(in crate::scheduling) fn status_text(texts: Texts, status: AppointmentState) -> String {
    texts.get(&format!(
        "appointment-{}",
        status.as_str().replace('_', "-")
    ))
}

/// What happened to an appointment, in words.
pub(in crate::scheduling) fn step_text(texts: Texts, step: Step) -> String {
    texts.get(&format!(
        "appointment-step-{}",
        step.as_str().replace('_', "-")
    ))
}

/// A visit that was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "patient": "01980000-0000-7000-8000-000000000002", "patient_name": "Fatou Sow", "medecin": "01980000-0000-7000-8000-000000000001", "medecin_name": "Awa Diop", "fiche": null, "status": "confirmed", "status_display": "Confirmé", "consultation_mode": "presentiel", "consultation_mode_display": "Au cabinet", "requested_start": "2027-03-01T08:00:00+00:00", "requested_end": "2027-03-01T08:30:00+00:00", "confirmed_start": "2027-03-01T08:00:00+00:00", "confirmed_end": "2027-03-01T08:30:00+00:00", "patient_coming_at": null, "held_until": null, "overbook_reason": null, "location_note": "Cabinet 2", "message_patient": null, "message_medecin": null, "series": null, "online": false, "offer": null, "created_at": "2026-03-01T09:30:00+00:00", "updated_at": "2026-03-01T09:30:00+00:00", "version": 2}))]
pub(in crate::scheduling) struct AppointmentBody {
    /// UUIDv7.
    id: String,
    /// Whose.
    patient: String,
    /// His name.
    patient_name: String,
    /// With whom.
    medecin: Option<String>,
    /// His name.
    medecin_name: Option<String>,
    /// The record it belongs to.
    fiche: Option<String>,
    /// pending, confirmed, declined, cancelled, completed or no_show.
    status: &'static str,
    /// The same in words.
    status_display: String,
    /// presentiel or distanciel.
    consultation_mode: &'static str,
    /// The same in words.
    consultation_mode_display: String,
    /// What holds while it waits: RFC 3339 in the clinic's zone.
    requested_start: String,
    /// The same.
    requested_end: String,
    /// What was agreed to.
    confirmed_start: Option<String>,
    /// The same.
    confirmed_end: Option<String>,
    /// When the patient said, to a reminder, that he comes at that time.
    patient_coming_at: Option<String>,
    /// Until then a request keeps its place.
    held_until: Option<String>,
    /// Why it stands above what the slot takes.
    overbook_reason: Option<String>,
    /// Where to come, or how to call.
    location_note: Option<String>,
    /// What the patient wrote.
    message_patient: Option<String>,
    /// What the doctor wrote.
    message_medecin: Option<String>,
    /// The series it belongs to.
    series: Option<String>,
    /// Whether it was asked for on the clinic's public page, by somebody without an account.
    online: bool,
    /// open, accepted, declined, lapsed or withdrawn when it was made for somebody on the waiting list.
    offer: Option<&'static str>,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// RFC 3339 in the clinic's zone.
    updated_at: String,
    /// Counts changes, from 1; also the ETag.
    version: i64,
}

impl AppointmentBody {
    pub(in crate::scheduling) fn new(one: &Appointment, zone: &Zone, texts: Texts) -> Self {
        let at = |at: Timestamp| at.rfc3339(zone);
        let agreed = one.confirmed_at.is_some();
        let pending = one.status == AppointmentState::Pending;
        let (start, end) = match pending {
            true => (one.starts_at, one.ends_at),
            false => (one.requested_start, one.requested_end),
        };
        Self {
            id: one.id.to_string(),
            patient: one.patient_id.to_string(),
            patient_name: one.patient_name.clone(),
            medecin: one.practitioner_id.as_ref().map(Id::to_string),
            medecin_name: one.practitioner_name.clone(),
            fiche: one.encounter_id.as_ref().map(Id::to_string),
            status: one.status.as_str(),
            status_display: status_text(texts, one.status),
            consultation_mode: mode_word(one.mode),
            consultation_mode_display: texts
                .get(&format!("appointment-mode-{}", mode_word(one.mode))),
            requested_start: at(start),
            requested_end: at(end),
            confirmed_start: agreed.then(|| at(one.starts_at)),
            confirmed_end: agreed.then(|| at(one.ends_at)),
            patient_coming_at: one.patient_coming_at.map(at),
            held_until: (pending && one.practitioner_id.is_some()).then(|| at(one.held_until)),
            overbook_reason: one.overbooked.clone(),
            location_note: one.location_note.clone(),
            message_patient: one.patient_message.clone(),
            message_medecin: one.practitioner_message.clone(),
            series: one.series_id.map(|series| series.to_string()),
            online: one.online,
            offer: one.offer.map(OfferState::as_str),
            created_at: at(one.created_at),
            updated_at: at(one.updated_at),
            version: one.version,
        }
    }
}

webkit::page_body! {
    /// A page of appointments.
    #[schema(example = json!({"count": 0, "next": null, "previous": null, "results": []}))]
    pub(in crate::scheduling) struct AppointmentPage {
        /// Rows in the whole list.
        count,
        /// The rows, the earliest first.
        results: Vec<AppointmentBody>,
    }
}

/// One step of an appointment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"version": 2, "step": "confirmed", "step_display": "Confirmé", "status": "confirmed", "start": "2027-03-01T08:00:00+00:00", "end": "2027-03-01T08:30:00+00:00", "note": null, "author": "01980000-0000-7000-8000-000000000001", "author_name": "Awa Diop", "at": "2026-03-01T09:30:00+00:00"}))]
pub(in crate::scheduling) struct StepBody {
    /// The appointment's version after it.
    version: i64,
    /// requested, assigned, confirmed, declined, cancelled, rescheduled, changed, completed, no_show or coming.
    step: &'static str,
    /// The same in words.
    step_display: String,
    /// How it stood then.
    status: &'static str,
    /// RFC 3339 in the clinic's zone.
    start: String,
    /// The same.
    end: String,
    /// What was written with it.
    note: Option<String>,
    /// Who did it; null for a program.
    author: Option<String>,
    /// His name.
    author_name: Option<String>,
    /// RFC 3339 in the clinic's zone.
    at: String,
}

impl StepBody {
    pub(in crate::scheduling) fn new(row: StepRow, zone: &Zone, texts: Texts) -> Self {
        Self {
            version: row.version,
            step: row.step.as_str(),
            step_display: step_text(texts, row.step),
            status: row.status.as_str(),
            start: row.starts_at.rfc3339(zone),
            end: row.ends_at.rfc3339(zone),
            note: row.note,
            author: row.author.as_ref().map(Id::to_string),
            author_name: row.author_name,
            at: row.at.rfc3339(zone),
        }
    }
}
