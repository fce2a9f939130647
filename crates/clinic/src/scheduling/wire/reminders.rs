use kernel::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::hours::{clock, minute};
use crate::scheduling::model::ReminderRules;

/// Which reminders the clinic sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"two_days_before": true, "evening_before": true, "two_hours_before": false, "evening_time": "18:00"}))]
pub(in crate::scheduling) struct RemindersInput {
    /// Two days before, when agreed to more than a week ahead.
    two_days_before: bool,
    /// The evening before.
    evening_before: bool,
    /// Two hours before.
    two_hours_before: bool,
    /// When the first two go, `HH:MM` from 07:00, before 21:00.
    evening_time: String,
}

impl RemindersInput {
    /// What is wanted.
    ///
    /// # Errors
    /// 400 naming `evening_time`.
    pub(in crate::scheduling) fn read(&self) -> Result<ReminderRules, Problem> {
        Ok(ReminderRules {
            two_days: self.two_days_before,
            evening: self.evening_before,
            two_hours: self.two_hours_before,
            evening_minute: minute(Some(&self.evening_time), "evening_time")?.unwrap_or_default(),
            version: 0,
        })
    }
}

/// Which reminders the clinic sends.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"two_days_before": true, "evening_before": true, "two_hours_before": false, "evening_time": "18:00", "version": 1}))]
pub(in crate::scheduling) struct RemindersBody {
    /// Two days before, when agreed to more than a week ahead.
    two_days_before: bool,
    /// The evening before.
    evening_before: bool,
    /// Two hours before.
    two_hours_before: bool,
    /// When the first two go, `HH:MM`.
    evening_time: String,
    /// Counts changes; 0 as long as nobody set them. Also the ETag.
    version: i64,
}

impl From<&ReminderRules> for RemindersBody {
    fn from(rules: &ReminderRules) -> Self {
        Self {
            two_days_before: rules.two_days,
            evening_before: rules.evening,
            two_hours_before: rules.two_hours,
            evening_time: clock(rules.evening_minute),
            version: rules.version,
        }
    }
}
