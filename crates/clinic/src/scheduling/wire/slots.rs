use kernel::{Id, Problem, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{mode, mode_word};
use crate::scheduling::model::{FreeSlot, SoughtSlots};

/// Which slots are sought.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct SlotFilter {
    /// The first local day, `YYYY-MM-DD`.
    #[param(required)]
    date_start: Option<String>,
    /// The last one; at most 92 days.
    #[param(required)]
    date_end: Option<String>,
    /// Of this doctor.
    medecin: Option<String>,
    /// For patients who come this way: presentiel or distanciel; both for any.
    consultation_type: Option<String>,
}

pub(super) fn day(given: Option<&str>, field: &'static str) -> Result<jiff::civil::Date, Problem> {
    let given = given.filter(|given| !given.is_empty());
    let given = given.ok_or_else(|| Problem::invalid(field, "required"))?;
    given
        .parse()
        .map_err(|_| Problem::invalid(field, "not-a-date"))
}

impl SlotFilter {
    /// What is sought.
    ///
    /// # Errors
    /// 400 naming the wrong field.
    pub(in crate::scheduling) fn sought(&self) -> Result<SoughtSlots, Problem> {
        let kind = self.consultation_type.as_deref();
        let kind = kind.filter(|kind| !kind.is_empty() && *kind != "both");
        Ok(SoughtSlots {
            first: day(self.date_start.as_deref(), "date_start")?,
            last: day(self.date_end.as_deref(), "date_end")?,
            practitioner: Id::asked(self.medecin.as_deref(), "medecin")?,
            mode: kind
                .map(|kind| mode(kind, "consultation_type"))
                .transpose()?,
        })
    }
}

/// One time at which a patient can come.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"datetime": "2027-03-01T08:00:00+00:00", "end_datetime": "2027-03-01T08:30:00+00:00", "available": true, "consultation_type": "presentiel", "location": "Cabinet 2", "medecin_id": "01980000-0000-7000-8000-000000000001", "medecin_name": "Awa Diop", "duration_minutes": 30, "max_consultations": 1, "booked_consultations": 0, "remaining": 1}))]
pub(in crate::scheduling) struct SlotBody {
    /// RFC 3339 in the clinic's zone.
    datetime: String,
    /// RFC 3339 in the clinic's zone.
    end_datetime: String,
    /// Whether a place is left.
    available: bool,
    /// presentiel, distanciel or both.
    consultation_type: &'static str,
    /// Where.
    location: Option<String>,
    /// With whom.
    medecin_id: String,
    /// His name.
    medecin_name: String,
    /// How long.
    duration_minutes: i64,
    /// How many patients it takes.
    max_consultations: u16,
    /// How many of these places are taken.
    booked_consultations: usize,
    /// How many are left.
    remaining: u16,
}

impl SlotBody {
    pub(in crate::scheduling) fn new(slot: &FreeSlot, zone: &Zone) -> Self {
        let hours = &slot.hours;
        Self {
            datetime: slot.span.start().rfc3339(zone),
            end_datetime: slot.span.end().rfc3339(zone),
            available: slot.remaining > 0,
            consultation_type: mode_word(hours.mode),
            location: hours.location.clone(),
            medecin_id: hours.practitioner_id.to_string(),
            medecin_name: hours.practitioner_name.clone(),
            duration_minutes: hours.slot_minutes,
            max_consultations: slot.capacity,
            booked_consultations: slot.booked,
            remaining: slot.remaining,
        }
    }
}
