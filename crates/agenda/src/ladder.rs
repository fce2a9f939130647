use jiff::ToSpan;
use kernel::{Timestamp, Zone};

const MICROS_OF_HOUR: i64 = 3_600_000_000;

kernel::words! {
    /// A rung of the ladder of reminders.
    pub enum Stage {
        /// Two days before, for those who booked long ago.
        TwoDays = "two_days",
        /// The evening before.
        Evening = "evening",
        /// Two hours before.
        TwoHours = "two_hours",
    }
}

/// Which reminders a clinic sends, and when in the evening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ladder {
    /// Two days before, when the appointment was agreed to more than a week ahead.
    pub two_days: bool,
    /// The evening before.
    pub evening: bool,
    /// Two hours before.
    pub two_hours: bool,
    /// When the first two go, minutes after local midnight.
    pub evening_minute: u16,
}

impl Default for Ladder {
    /// All of them, at six in the evening: before the quiet hours begin.
    fn default() -> Self {
        Self {
            two_days: true,
            evening: true,
            two_hours: true,
            evening_minute: 18 * 60,
        }
    }
}

impl Ladder {
    /// When reminders of a visit go that was agreed to at `agreed_at`: at most one
    /// a local day, and none on the day of the agreement, which was a message itself.
    #[must_use]
    pub fn reminders(
        &self,
        start: Timestamp,
        agreed_at: Timestamp,
        zone: &Zone,
    ) -> Vec<(Stage, Timestamp)> {
        let ahead = start.micros() - agreed_at.micros();
        let two_hours = Timestamp::from_micros(start.micros() - 2 * MICROS_OF_HOUR);
        let rungs = [
            (
                Stage::TwoDays,
                self.two_days && ahead > 7 * 24 * MICROS_OF_HOUR,
                self.evening_before(start, 2, zone),
            ),
            (
                Stage::Evening,
                self.evening,
                self.evening_before(start, 1, zone),
            ),
            (Stage::TwoHours, self.two_hours, Some(two_hours)),
        ];
        let mut days = vec![agreed_at.day(zone)];
        let mut kept = Vec::new();
        for (stage, wanted, at) in rungs {
            let Some(at) = at.filter(|at| wanted && *at > agreed_at) else {
                continue;
            };
            let day = at.day(zone);
            if !days.contains(&day) {
                days.push(day);
                kept.push((stage, at));
            }
        }
        kept
    }

    /// The evening so many local days before; nothing at the end of the calendar.
    fn evening_before(&self, start: Timestamp, days: i64, zone: &Zone) -> Option<Timestamp> {
        let day: jiff::civil::Date = start.day(zone).parse().ok()?;
        let midnight = day.checked_sub(days.days()).ok()?.at(0, 0, 0, 0);
        let evening = midnight.checked_add(i64::from(self.evening_minute).minutes());
        let at = evening.ok()?.to_zoned(zone.rules().clone()).ok()?;
        Some(Timestamp::from_micros(at.timestamp().as_microsecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn told(ladder: Ladder, start: &str, agreed: &str, zone: &str) -> Vec<(Stage, String)> {
        let zone = Zone::named(zone).unwrap();
        let found = ladder.reminders(at(start), at(agreed), &zone);
        let shown = found.into_iter();
        shown
            .map(|(stage, at)| (stage, at.rfc3339(&zone)))
            .collect()
    }

    #[test]
    fn two_days_before_only_when_booked_more_than_a_week_ahead() {
        let all = Ladder::default();
        let start = "2027-03-18T10:00:00Z";
        assert_eq!(
            told(all, start, "2027-03-04T10:00:00Z", "Africa/Dakar"),
            [
                (Stage::TwoDays, "2027-03-16T18:00:00+00:00".to_owned()),
                (Stage::Evening, "2027-03-17T18:00:00+00:00".to_owned()),
                (Stage::TwoHours, "2027-03-18T08:00:00+00:00".to_owned()),
            ]
        );
        let week = told(all, start, "2027-03-11T10:00:00Z", "Africa/Dakar");
        assert_eq!(week.len(), 2, "a week to the minute is not more");
    }

    #[test]
    fn nothing_goes_on_the_day_of_the_agreement_or_before_it() {
        let all = Ladder::default();
        let stages = |agreed: &str| -> Vec<Stage> {
            let found = told(all, "2027-03-18T10:00:00Z", agreed, "Africa/Dakar");
            found.into_iter().map(|(stage, _)| stage).collect()
        };
        assert_eq!(stages("2027-03-17T09:00:00Z"), [Stage::TwoHours]);
        assert_eq!(stages("2027-03-18T07:00:00Z"), []);
        assert_eq!(stages("2027-03-18T09:00:00Z"), []);
    }

    #[test]
    fn one_a_local_day_even_for_a_visit_after_midnight() {
        let found = told(
            Ladder::default(),
            "2027-03-18T00:30:00Z",
            "2027-03-15T09:00:00Z",
            "Africa/Dakar",
        );
        assert_eq!(
            found,
            [(Stage::Evening, "2027-03-17T18:00:00+00:00".to_owned())]
        );
    }

    #[test]
    fn evenings_are_local_across_a_change_of_offset() {
        let found = told(
            Ladder::default(),
            "2027-03-29T08:00:00Z",
            "2027-03-10T09:00:00Z",
            "Europe/Paris",
        );
        let times: Vec<_> = found.iter().map(|(_, at)| at.as_str()).collect();
        assert_eq!(
            times,
            [
                "2027-03-27T18:00:00+01:00",
                "2027-03-28T18:00:00+02:00",
                "2027-03-29T08:00:00+02:00"
            ]
        );
    }

    #[test]
    fn a_clinic_leaves_out_what_it_does_not_want() {
        let quiet = Ladder {
            two_days: false,
            evening: false,
            ..Ladder::default()
        };
        let found = told(
            quiet,
            "2027-03-18T10:00:00Z",
            "2027-03-04T10:00:00Z",
            "Africa/Dakar",
        );
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, Stage::TwoHours);
    }
}
