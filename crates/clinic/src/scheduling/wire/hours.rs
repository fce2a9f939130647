use kernel::{Patch, Problem, UserId, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{mode, mode_word};
use crate::scheduling::{api::NewHours, model::Hours};

/// Filters of the list of hours.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct HoursFilter {
    /// Of this doctor.
    medecin: Option<String>,
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}

impl HoursFilter {
    /// The doctor.
    ///
    /// # Errors
    /// 400 for what is no id.
    pub(in crate::scheduling) fn practitioner(&self) -> Result<Option<UserId>, Problem> {
        UserId::asked(self.medecin.as_deref(), "medecin")
    }
}

/// Hours to be entered, or what is to be changed in them.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"day_of_week": 0, "start_time": "08:00", "end_time": "12:00", "consultation_type": "presentiel", "duration_minutes": 30, "max_consultations": 1, "location": "Cabinet 2"}))]
pub(in crate::scheduling) struct HoursInput {
    /// Whose; a doctor's own when left out. It cannot be changed.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    medecin: Option<UserId>,
    /// 0 Monday to 6; required to enter.
    #[serde(default)]
    day_of_week: Option<i64>,
    /// `HH:MM` on the clinic's wall clock; required to enter.
    #[serde(default)]
    start_time: Option<String>,
    /// The same, after `start_time`; `24:00` is midnight.
    #[serde(default)]
    end_time: Option<String>,
    /// presentiel, distanciel or both, which it is when left out.
    #[serde(default)]
    consultation_type: Option<String>,
    /// How long a slot takes, 5 to 480; 30 when left out.
    #[serde(default)]
    duration_minutes: Option<i64>,
    /// How many patients a slot takes, 1 to 1000; 1 when left out.
    #[serde(default)]
    max_consultations: Option<i64>,
    /// Where, at most 200 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    location: Patch<String>,
    /// For the staff only, at most 2 000 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    notes: Patch<String>,
    /// Whether they hold now.
    #[serde(default)]
    is_active: Option<bool>,
}

impl HoursInput {
    /// What is to be entered: day and times must be there.
    ///
    /// # Errors
    /// 400 naming the wrong field.
    pub(in crate::scheduling) fn whole(self) -> Result<NewHours, Problem> {
        let given = [
            ("day_of_week", self.day_of_week.is_some()),
            ("start_time", self.start_time.is_some()),
            ("end_time", self.end_time.is_some()),
        ];
        match given.into_iter().find(|(_, given)| !given) {
            Some((field, _)) => Err(Problem::invalid(field, "required")),
            None => self.changes(),
        }
    }

    /// What is to be changed.
    ///
    /// # Errors
    /// 400 naming the wrong field.
    pub(in crate::scheduling) fn changes(self) -> Result<NewHours, Problem> {
        let mode = self.consultation_type.as_deref();
        Ok(NewHours {
            practitioner: self.medecin,
            weekday: self.day_of_week,
            start_minute: minute(self.start_time.as_deref(), "start_time")?,
            end_minute: minute(self.end_time.as_deref(), "end_time")?,
            mode: mode
                .map(|given| self::mode(given, "consultation_type"))
                .transpose()?,
            slot_minutes: self.duration_minutes,
            capacity: self.max_consultations,
            location: self.location,
            notes: self.notes,
            active: self.is_active,
        })
    }
}

/// Minutes after midnight of `HH:MM`, seconds only when they are zero.
pub(super) fn minute(given: Option<&str>, field: &'static str) -> Result<Option<i64>, Problem> {
    let Some(given) = given else { return Ok(None) };
    if matches!(given, "24:00" | "24:00:00") {
        return Ok(Some(1440));
    }
    let time: jiff::civil::Time = given
        .parse()
        .map_err(|_| Problem::invalid(field, "not-a-time"))?;
    if time.second() != 0 || time.subsec_nanosecond() != 0 {
        return Err(Problem::invalid(field, "not-a-time"));
    }
    Ok(Some(i64::from(time.hour()) * 60 + i64::from(time.minute())))
}

/// `HH:MM`.
pub(super) fn clock(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Hours of a week in which a doctor receives.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "medecin": "01980000-0000-7000-8000-000000000001", "medecin_name": "Awa Diop", "day_of_week": 0, "start_time": "08:00", "end_time": "12:00", "consultation_type": "presentiel", "duration_minutes": 30, "max_consultations": 1, "location": "Cabinet 2", "notes": null, "is_active": true, "created_at": "2026-03-01T09:30:00+00:00", "updated_at": "2026-03-01T09:30:00+00:00", "version": 1}))]
pub(in crate::scheduling) struct HoursBody {
    /// UUIDv7.
    id: String,
    /// Whose.
    medecin: String,
    /// His name.
    medecin_name: String,
    /// 0 Monday to 6.
    day_of_week: i64,
    /// `HH:MM` on the clinic's wall clock.
    start_time: String,
    /// The same; `24:00` is midnight.
    end_time: String,
    /// presentiel, distanciel or both.
    consultation_type: &'static str,
    /// How long a slot takes.
    duration_minutes: i64,
    /// How many patients a slot takes.
    max_consultations: i64,
    /// Where.
    location: Option<String>,
    /// For the staff only; null for patients.
    notes: Option<String>,
    /// Whether they hold now.
    is_active: bool,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// RFC 3339 in the clinic's zone.
    updated_at: String,
    /// Counts changes, from 1; also the ETag.
    version: i64,
}

impl HoursBody {
    pub(in crate::scheduling) fn new(hours: &Hours, zone: &Zone) -> Self {
        Self {
            id: hours.id.to_string(),
            medecin: hours.practitioner_id.to_string(),
            medecin_name: hours.practitioner_name.clone(),
            day_of_week: hours.weekday,
            start_time: clock(hours.start_minute),
            end_time: clock(hours.end_minute),
            consultation_type: mode_word(hours.mode),
            duration_minutes: hours.slot_minutes,
            max_consultations: hours.capacity,
            location: hours.location.clone(),
            notes: hours.notes.clone(),
            is_active: hours.active,
            created_at: hours.created_at.rfc3339(zone),
            updated_at: hours.updated_at.rfc3339(zone),
            version: hours.version,
        }
    }
}

webkit::page_body! {
    /// A page of hours.
    #[schema(example = json!({"count": 0, "next": null, "previous": null, "results": []}))]
    pub(in crate::scheduling) struct HoursPage {
        /// Rows in the whole list.
        count,
        /// The rows, by doctor, day and time.
        results: Vec<HoursBody>,
    }
}
