//! The waiting list, in the contract's style of the appointments beside it.

use agenda::Mode;
use kernel::{Id, Problem, Timestamp, UserId, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use webkit::Texts;

use super::{ANY, doctor_of, mode, mode_word, slots::day};
use crate::{
    patients::api::PatientId,
    scheduling::model::{NewWaiting, Offered, Waiting},
};

/// Which page of the waiting list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct WaitingFilter {
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}

/// What somebody waits for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"medecin": "01980000-0000-7000-8000-000000000001", "consultation_mode": "presentiel", "date_start": "2027-03-01", "date_end": "2027-03-14"}))]
pub(in crate::scheduling) struct WaitingInput {
    /// For whom; staff only, and required of them.
    #[schema(value_type = Option<String>)]
    patient: Option<PatientId>,
    /// With whom; any doctor when left out.
    #[schema(value_type = Option<String>)]
    medecin: Option<UserId>,
    /// presentiel, distanciel or both, which it is when left out.
    consultation_mode: Option<String>,
    /// The first local day, `YYYY-MM-DD`; required.
    date_start: Option<String>,
    /// The last one, at most 92 days; required.
    date_end: Option<String>,
}

fn wish(
    (patient, practitioner): (Option<PatientId>, Option<UserId>),
    way: Option<&str>,
    (first, last): (Option<&str>, Option<&str>),
) -> Result<NewWaiting, Problem> {
    let way = way.filter(|way| !way.is_empty());
    let way = way.map(|way| mode(way, "consultation_mode")).transpose()?;
    Ok(NewWaiting {
        patient,
        practitioner,
        mode: way.unwrap_or(Mode::Both),
        first: day(first, "date_start")?,
        last: day(last, "date_end")?,
    })
}

impl WaitingInput {
    /// What is waited for.
    ///
    /// # Errors
    /// 400 naming the wrong field.
    pub(in crate::scheduling) fn read(&self) -> Result<NewWaiting, Problem> {
        let days = (self.date_start.as_deref(), self.date_end.as_deref());
        let who = (self.patient, self.medecin);
        wish(who, self.consultation_mode.as_deref(), days)
    }
}

/// A place that is held for who waits.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"appointment": "01980000-0000-7000-8000-000000000003", "start": "2027-03-04T08:00:00+00:00", "end": "2027-03-04T08:30:00+00:00", "medecin_name": "Awa Diop", "consultation_mode": "presentiel", "held_until": "2027-03-03T09:15:00+00:00"}))]
pub(in crate::scheduling) struct OfferBody {
    /// The appointment that holds it.
    appointment: String,
    /// RFC 3339 in the clinic's zone.
    start: String,
    /// The same.
    end: String,
    /// With whom.
    medecin_name: String,
    /// presentiel or distanciel.
    consultation_mode: &'static str,
    /// Until then it can be taken.
    held_until: String,
}

impl OfferBody {
    fn new(offer: &Offered<'_>, zone: &Zone) -> Self {
        Self {
            appointment: offer.appointment.to_string(),
            start: offer.start.rfc3339(zone),
            end: offer.end.rfc3339(zone),
            medecin_name: offer.doctor.to_owned(),
            consultation_mode: mode_word(offer.mode),
            held_until: offer.until.rfc3339(zone),
        }
    }
}

/// A wish on the waiting list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "patient": "01980000-0000-7000-8000-000000000002", "patient_name": "Fatou Sow", "medecin": null, "medecin_name": null, "consultation_mode": "both", "consultation_mode_display": "Au cabinet ou à distance", "date_start": "2027-03-01", "date_end": "2027-03-14", "status": "open", "created_at": "2027-02-26T09:30:00+00:00", "offer": null}))]
pub(in crate::scheduling) struct WaitingBody {
    /// UUIDv7.
    id: String,
    /// Whose; null for staff who may not open a restricted record.
    patient: Option<String>,
    /// His name; null for the same.
    patient_name: Option<String>,
    /// With whom; null for any doctor.
    medecin: Option<String>,
    /// His name.
    medecin_name: Option<String>,
    /// presentiel, distanciel or both.
    consultation_mode: &'static str,
    /// The same in words.
    consultation_mode_display: String,
    /// The first local day.
    date_start: String,
    /// The last one.
    date_end: String,
    /// open, served, left or over.
    status: &'static str,
    /// Since when it waits: RFC 3339 in the clinic's zone.
    created_at: String,
    /// The place that is offered now.
    offer: Option<OfferBody>,
}

impl WaitingBody {
    pub(in crate::scheduling) fn new(
        one: &Waiting,
        (zone, texts): (&Zone, Texts),
        now: Timestamp,
    ) -> Self {
        let way = mode_word(one.mode);
        let named = one.patient_name.is_some();
        Self {
            id: one.id.to_string(),
            patient: named.then(|| one.patient_id.to_string()),
            patient_name: one.patient_name.clone(),
            medecin: one.practitioner_id.as_ref().map(Id::to_string),
            medecin_name: one.practitioner_name.clone(),
            consultation_mode: way,
            consultation_mode_display: texts.get(&format!("appointment-mode-{way}")),
            date_start: one.first_day.clone(),
            date_end: one.last_day.clone(),
            status: one.state.as_str(),
            created_at: one.created_at.rfc3339(zone),
            offer: one.offered(now).map(|offer| OfferBody::new(&offer, zone)),
        }
    }
}

webkit::page_body! {
    /// A page of the waiting list.
    #[schema(example = json!({"count": 0, "next": null, "previous": null, "results": []}))]
    pub(in crate::scheduling) struct WaitingPage {
        /// Rows in the whole list.
        count,
        /// The rows, the longest waiting first.
        results: Vec<WaitingBody>,
    }
}

/// For what somebody might wait, in an address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct WaitQuery {
    pub(in crate::scheduling) patient: String,
    pub(in crate::scheduling) medecin: String,
    pub(in crate::scheduling) day: String,
    pub(in crate::scheduling) done: String,
}

/// What somebody waits for, as a form says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct WaitForm {
    pub(in crate::scheduling) patient: String,
    pub(in crate::scheduling) medecin: String,
    pub(in crate::scheduling) consultation_mode: String,
    pub(in crate::scheduling) date_start: String,
    pub(in crate::scheduling) date_end: String,
}

impl WaitForm {
    /// What is waited for.
    ///
    /// # Errors
    /// 400 naming the wrong field.
    pub(in crate::scheduling) fn read(&self) -> Result<NewWaiting, Problem> {
        let named = match self.medecin.as_str() {
            "" | ANY => None,
            given => {
                let doctor = doctor_of(given);
                Some(doctor.ok_or_else(|| Problem::invalid("medecin", "no-such-doctor"))?)
            }
        };
        let patient = self.patient.parse().ok().map(Id::from_uuid);
        let days = (Some(self.date_start.as_str()), Some(self.date_end.as_str()));
        wish((patient, named), Some(&self.consultation_mode), days)
    }
}
