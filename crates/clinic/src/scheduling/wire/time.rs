//! What the forms of figures, reminders and calendars say.

use jiff::civil::Date;
use kernel::{Problem, UserId};
use serde::Deserialize;

use super::{
    hours::{clock, minute},
    slots::day,
};
use crate::scheduling::model::{Period, ReminderRules};

/// Over which days figures are shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct FiguresQuery {
    /// So many days up to today, in place of the two below.
    pub(in crate::scheduling) days: String,
    pub(in crate::scheduling) date_start: String,
    pub(in crate::scheduling) date_end: String,
    pub(in crate::scheduling) medecin: String,
}

/// Days up to today that one tap chooses.
pub(in crate::scheduling) const LAST_DAYS: [i32; 3] = [7, 30, 90];
/// What is shown when nothing is chosen.
const USUAL_DAYS: i32 = 30;

impl FiguresQuery {
    /// How many days up to today are meant; none where two days are named.
    pub(in crate::scheduling) fn last_days(&self) -> Option<i32> {
        let named = !self.date_start.is_empty() || !self.date_end.is_empty();
        let chosen = LAST_DAYS.iter().find(|days| self.days == days.to_string());
        match (chosen, named) {
            (Some(days), _) => Some(*days),
            (None, true) => None,
            (None, false) => Some(USUAL_DAYS),
        }
    }

    /// Which days are meant, and of whom.
    ///
    /// # Errors
    /// 400 naming `date_start` or `date_end`.
    pub(in crate::scheduling) fn period(
        &self,
        today: Date,
        practitioner: Option<UserId>,
    ) -> Result<Period, Problem> {
        let (first, last) = match self.last_days() {
            Some(days) => (
                today.saturating_sub(jiff::Span::new().days(days - 1)),
                today,
            ),
            None => (
                day(Some(&self.date_start), "date_start")?,
                day(Some(&self.date_end), "date_end")?,
            ),
        };
        Ok(Period {
            first,
            last,
            practitioner,
        })
    }
}

/// Which reminders the clinic sends, as a form says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct RemindersForm {
    pub(in crate::scheduling) version: Option<i64>,
    pub(in crate::scheduling) two_days: String,
    pub(in crate::scheduling) evening: String,
    pub(in crate::scheduling) two_hours: String,
    pub(in crate::scheduling) evening_time: String,
}

impl RemindersForm {
    /// The form of these rules.
    pub(in crate::scheduling) fn of(rules: &ReminderRules) -> Self {
        let box_of = |ticked: bool| if ticked { "1" } else { "" }.to_owned();
        Self {
            version: Some(rules.version),
            two_days: box_of(rules.two_days),
            evening: box_of(rules.evening),
            two_hours: box_of(rules.two_hours),
            evening_time: clock(rules.evening_minute),
        }
    }

    /// What it says.
    ///
    /// # Errors
    /// 400 naming `evening_time`.
    pub(in crate::scheduling) fn read(&self) -> Result<ReminderRules, Problem> {
        let minute = minute(Some(&self.evening_time), "evening_time")?;
        Ok(ReminderRules {
            two_days: !self.two_days.is_empty(),
            evening: !self.evening.is_empty(),
            two_hours: !self.two_hours.is_empty(),
            evening_minute: minute.unwrap_or_default(),
            version: 0,
        })
    }
}
