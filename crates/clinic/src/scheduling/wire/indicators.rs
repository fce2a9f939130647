use std::collections::BTreeMap;

use agenda::AppointmentState;
use kernel::{Id, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::slots::day;
use crate::scheduling::model::{Indicators, Load, Period, Wanted};

/// Microseconds.
const DAY: i64 = 86_400_000_000;

/// Over which appointments figures are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct IndicatorFilter {
    /// The first local day, `YYYY-MM-DD`.
    #[param(required)]
    date_start: Option<String>,
    /// The last one; at most 366 days.
    #[param(required)]
    date_end: Option<String>,
    /// Of this doctor; a doctor's own when left out.
    medecin: Option<String>,
}

impl IndicatorFilter {
    /// What is wanted.
    ///
    /// # Errors
    /// 400 naming the wrong field.
    pub(in crate::scheduling) fn period(&self) -> Result<Period, Problem> {
        Ok(Period {
            first: day(self.date_start.as_deref(), "date_start")?,
            last: day(self.date_end.as_deref(), "date_end")?,
            practitioner: Id::asked(self.medecin.as_deref(), "medecin")?,
        })
    }
}

/// A part of a whole, to three places; nothing of nothing.
fn part(part: i64, whole: i64) -> Option<f64> {
    let thousandth = part.saturating_mul(1000).checked_div(whole)?;
    let thousandth = i32::try_from(thousandth).unwrap_or(i32::MAX);
    Some(f64::from(thousandth) / 1000.0)
}

/// How busy a doctor is.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::scheduling) struct LoadBody {
    /// Who.
    medecin: String,
    /// His name.
    medecin_name: String,
    /// Minutes of visits that were agreed to, those who did not come included.
    booked_minutes: i64,
    /// Minutes of places in the hours that hold today, less his absences.
    offered_minutes: i64,
    /// Booked of offered; above 1 where more was agreed to than is offered, null
    /// where nothing is.
    occupancy: Option<f64>,
}

impl LoadBody {
    fn new(load: Load) -> Self {
        Self {
            medecin: load.practitioner_id.to_string(),
            medecin_name: load.practitioner_name,
            booked_minutes: load.booked,
            offered_minutes: load.offered,
            occupancy: part(load.booked, load.offered),
        }
    }
}

/// How often an hour of the week was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::scheduling) struct WantedBody {
    /// 0 Monday to 6.
    day_of_week: u8,
    /// 0 to 23 on the clinic's wall clock.
    hour: u8,
    /// Requests, whatever became of them.
    requests: i64,
}

impl WantedBody {
    const fn new(wanted: Wanted) -> Self {
        Self {
            day_of_week: wanted.weekday,
            hour: wanted.hour,
            requests: wanted.requests,
        }
    }
}

/// How patients come to the visits that were agreed to.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::scheduling) struct WaysBody {
    /// At the clinic.
    presentiel: i64,
    /// By telephone or video.
    distanciel: i64,
    /// Remote ones of all; null where there are none.
    remote_share: Option<f64>,
}

/// Figures of appointments.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"date_start": "2027-03-01", "date_end": "2027-03-31", "occupancy": [{"medecin": "01980000-0000-7000-8000-000000000001", "medecin_name": "Awa Diop", "booked_minutes": 300, "offered_minutes": 960, "occupancy": 0.312}], "most_wanted": [{"day_of_week": 0, "hour": 8, "requests": 5}], "consultation_modes": {"presentiel": 8, "distanciel": 2, "remote_share": 0.2}, "median_lead_days": 3.5, "no_show_rate": 0.125, "status": {"pending": 1, "confirmed": 2, "declined": 0, "cancelled": 1, "completed": 7, "no_show": 1}}))]
pub(in crate::scheduling) struct IndicatorsBody {
    /// The first local day.
    date_start: String,
    /// The last one.
    date_end: String,
    /// Each doctor's, by name.
    occupancy: Vec<LoadBody>,
    /// Hours of the week, the most wanted first.
    most_wanted: Vec<WantedBody>,
    /// How patients come.
    consultation_modes: WaysBody,
    /// Days from request to visit: half of the visits had fewer; null without visits.
    median_lead_days: Option<f64>,
    /// Those who did not come, of those and the visits that took place; null without any.
    no_show_rate: Option<f64>,
    /// How many appointments stand how.
    status: BTreeMap<&'static str, i64>,
}

impl IndicatorsBody {
    pub(in crate::scheduling) fn new(period: &Period, found: Indicators) -> Self {
        let missed = found.standing(AppointmentState::NoShow);
        let judged = missed + found.standing(AppointmentState::Completed);
        let (came, called) = (found.in_person, found.remote);
        let status = found.by_status.iter();
        Self {
            date_start: period.first.to_string(),
            date_end: period.last.to_string(),
            most_wanted: found.wanted.iter().copied().map(WantedBody::new).collect(),
            consultation_modes: WaysBody {
                presentiel: came,
                distanciel: called,
                remote_share: part(called, came + called),
            },
            median_lead_days: found.median_lead.and_then(|lead| part(lead, DAY)),
            no_show_rate: part(missed, judged),
            status: status
                .map(|(status, count)| (status.as_str(), *count))
                .collect(),
            occupancy: found.doctors.into_iter().map(LoadBody::new).collect(),
        }
    }
}
