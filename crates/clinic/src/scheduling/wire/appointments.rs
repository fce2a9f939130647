use agenda::{AppointmentState, Mode};
use kernel::{Id, Patch, Problem, UserId, Zone};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{edge, instant, mode_word, one_of};
use crate::{
    care::api::EncounterId,
    patients::api::PatientId,
    scheduling::{
        api::{Agreed, Moved, NewAppointment},
        model::SoughtAppointments,
    },
};

/// Filters of the list of appointments.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct AppointmentFilter {
    /// In these states, by commas: pending, confirmed, declined, cancelled, completed, no_show.
    status: Option<String>,
    /// Of this patient.
    patient: Option<String>,
    /// With this doctor.
    medecin: Option<String>,
    /// That begin on this local day or later, or at this instant or later.
    date_debut: Option<String>,
    /// That begin on this local day or earlier, or before this instant.
    date_fin: Option<String>,
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}

impl AppointmentFilter {
    /// What is sought.
    ///
    /// # Errors
    /// 400 naming the wrong filter.
    pub(in crate::scheduling) fn sought(&self, zone: &Zone) -> Result<SoughtAppointments, Problem> {
        let words = self.status.as_deref().unwrap_or_default().split(',');
        let words = words.map(str::trim).filter(|word| !word.is_empty());
        let state = |word: &str| {
            one_of(
                word,
                "status",
                AppointmentState::ALL,
                AppointmentState::as_str,
            )
        };
        Ok(SoughtAppointments {
            status: words.map(state).collect::<Result<_, _>>()?,
            patient: Id::asked(self.patient.as_deref(), "patient")?,
            practitioner: Id::asked(self.medecin.as_deref(), "medecin")?,
            from: edge(self.date_debut.as_deref(), "date_debut", zone, false)?,
            until: edge(self.date_fin.as_deref(), "date_fin", zone, true)?,
        })
    }
}

/// One appointment every so many weeks.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"every_weeks": 1, "count": 6}))]
pub(in crate::scheduling) struct SeriesInput {
    /// Weeks from one to the next, 1 to 52.
    every_weeks: u8,
    /// How many, 1 to 52.
    count: u8,
}

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"medecin": "01980000-0000-7000-8000-000000000001", "requested_start": "2027-03-01T08:00:00+00:00", "requested_end": "2027-03-01T08:30:00+00:00", "consultation_mode": "presentiel", "message_patient": "Contrôle de tension"}))]
pub(in crate::scheduling) struct AppointmentInput {
    /// RFC 3339; without an offset the clinic's time.
    requested_start: String,
    /// The same; at most eight hours later.
    requested_end: String,
    /// For whom; staff only, and required of them.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    patient: Option<PatientId>,
    /// With whom; any doctor may take it when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    medecin: Option<UserId>,
    /// The record it belongs to.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    fiche: Option<EncounterId>,
    /// presentiel, which it is when left out, or distanciel.
    #[serde(default)]
    consultation_mode: Option<String>,
    /// Where to come, or how to call; staff only.
    #[serde(default)]
    location_note: Option<String>,
    /// What the patient writes, at most 2 000 characters.
    #[serde(default)]
    message_patient: Option<String>,
    /// What the doctor writes; staff only.
    #[serde(default)]
    message_medecin: Option<String>,
    /// Why it may stand above what the slot takes, or while the doctor is away; staff only.
    #[serde(default)]
    overbook_reason: Option<String>,
    /// A series: all of it or nothing; staff only.
    #[serde(default)]
    series: Option<SeriesInput>,
}

/// A visit's way to come: never both.
fn visit_mode(given: Option<&str>) -> Result<Option<Mode>, Problem> {
    const WAYS: &[Mode] = &[Mode::InPerson, Mode::Remote];
    let read = given.map(|given| one_of(given, "consultation_mode", WAYS, mode_word));
    read.transpose()
}

impl AppointmentInput {
    /// What is asked for.
    ///
    /// # Errors
    /// 400 naming the wrong field.
    pub(in crate::scheduling) fn read(self, zone: &Zone) -> Result<NewAppointment, Problem> {
        let mode = visit_mode(self.consultation_mode.as_deref())?;
        Ok(NewAppointment {
            patient: self.patient,
            practitioner: self.medecin,
            encounter: self.fiche,
            mode: mode.unwrap_or(Mode::InPerson),
            start: instant(&self.requested_start, "requested_start", zone)?,
            end: instant(&self.requested_end, "requested_end", zone)?,
            location_note: self.location_note,
            patient_message: self.message_patient,
            practitioner_message: self.message_medecin,
            overbook: self.overbook_reason,
            series: self.series.map(|series| (series.every_weeks, series.count)),
        })
    }
}

/// Who takes an appointment.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"medecin_id": "01980000-0000-7000-8000-000000000001"}))]
pub(in crate::scheduling) struct AssignInput {
    /// The doctor; he who asks when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(in crate::scheduling) medecin_id: Option<UserId>,
}

/// How an appointment is agreed to.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"location_note": "Cabinet 2, premier étage"}))]
pub(in crate::scheduling) struct ConfirmInput {
    /// RFC 3339; what was asked for when left out.
    #[serde(default)]
    confirmed_start: Option<String>,
    /// The same; as long as was asked for when left out.
    #[serde(default)]
    confirmed_end: Option<String>,
    /// presentiel or distanciel.
    #[serde(default)]
    consultation_mode: Option<String>,
    /// Where to come, or how to call.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    location_note: Patch<String>,
    /// What the doctor writes.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    message_medecin: Patch<String>,
    /// Why it may stand above what the slot takes, or while the doctor is away.
    #[serde(default)]
    overbook_reason: Option<String>,
}

impl ConfirmInput {
    /// How it is agreed to.
    ///
    /// # Errors
    /// 400 naming the wrong field.
    pub(in crate::scheduling) fn read(self, zone: &Zone) -> Result<Agreed, Problem> {
        let read = |given: Option<&str>, field| given.map(|given| instant(given, field, zone));
        Ok(Agreed {
            start: read(self.confirmed_start.as_deref(), "confirmed_start").transpose()?,
            end: read(self.confirmed_end.as_deref(), "confirmed_end").transpose()?,
            mode: visit_mode(self.consultation_mode.as_deref())?,
            location_note: self.location_note,
            practitioner_message: self.message_medecin,
            overbook: self.overbook_reason,
        })
    }
}

/// Why an appointment is not agreed to.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"message_medecin": "Le docteur est absent ce jour-là. Choisissez un autre jour."}))]
pub(in crate::scheduling) struct DeclineInput {
    /// Required.
    #[serde(default)]
    pub(in crate::scheduling) message_medecin: Option<String>,
}

/// Why an appointment is called off.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"message": "Je ne peux pas venir."}))]
pub(in crate::scheduling) struct CancelInput {
    /// For the history.
    #[serde(default)]
    pub(in crate::scheduling) message: Option<String>,
}

/// Where an appointment is moved to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"requested_start": "2027-03-02T08:00:00+00:00", "requested_end": "2027-03-02T08:30:00+00:00"}))]
pub(in crate::scheduling) struct RescheduleInput {
    /// RFC 3339; without an offset the clinic's time.
    requested_start: String,
    /// The same.
    requested_end: String,
    /// To this doctor; staff only.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    medecin: Option<UserId>,
    /// presentiel or distanciel; as before when left out.
    #[serde(default)]
    consultation_mode: Option<String>,
    /// For the history.
    #[serde(default)]
    message: Option<String>,
    /// Why it may stand above what the slot takes; staff only.
    #[serde(default)]
    overbook_reason: Option<String>,
}

impl RescheduleInput {
    /// Where it is moved to.
    ///
    /// # Errors
    /// 400 naming the wrong field.
    pub(in crate::scheduling) fn read(self, zone: &Zone) -> Result<Moved, Problem> {
        Ok(Moved {
            start: instant(&self.requested_start, "requested_start", zone)?,
            end: instant(&self.requested_end, "requested_end", zone)?,
            practitioner: self.medecin,
            mode: visit_mode(self.consultation_mode.as_deref())?,
            message: self.message,
            overbook: self.overbook_reason,
        })
    }
}

/// What is to be changed beside an appointment.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"message_patient": "Je viens avec ma mère."}))]
pub(in crate::scheduling) struct NotesInput {
    /// Where to come, or how to call; staff only.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(in crate::scheduling) location_note: Patch<String>,
    /// What the patient writes.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(in crate::scheduling) message_patient: Patch<String>,
    /// What the doctor writes; staff only.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(in crate::scheduling) message_medecin: Patch<String>,
}
