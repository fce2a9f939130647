use jiff::ToSpan;
use kernel::{Timestamp, Zone};

use crate::Span;

/// The most appointments of a series, and the most weeks between two: a year.
const MOST: u8 = 52;

/// Why a series cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SeriesError {
    /// No week or too many between two appointments.
    #[error("there must be 1 to 52 weeks from one appointment to the next")]
    EveryWeeks,
    /// No appointment or too many.
    #[error("a series has 1 to 52 appointments")]
    Count,
}

/// Appointments that return on the same weekday at the same local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Series {
    every_weeks: u8,
    count: u8,
}

impl Series {
    /// `count` appointments, 1 to 52, one every `every_weeks` weeks, 1 to 52.
    ///
    /// # Errors
    /// When one of them lies outside.
    pub fn new(every_weeks: u8, count: u8) -> Result<Self, SeriesError> {
        if !(1..=MOST).contains(&every_weeks) {
            return Err(SeriesError::EveryWeeks);
        }
        if !(1..=MOST).contains(&count) {
            return Err(SeriesError::Count);
        }
        Ok(Self { every_weeks, count })
    }

    /// The appointments, `first` among them, all of its length.
    ///
    /// The local time stays, as calendars do it (RFC 5545, 3.3.5): one that
    /// exists twice means the first, one that is skipped is read with the
    /// offset before the jump, so 02:30 becomes 03:30 that day. (Unlike hours,
    /// which would run into each other.) Ends early only with the calendar, in
    /// the year 9999.
    pub fn spans(self, first: Span, zone: &Zone) -> impl Iterator<Item = Span> {
        let length = first.end().since(first.start());
        let local = jiff::Timestamp::from_microsecond(first.start().micros())
            .map(|start| start.to_zoned(zone.rules().clone()));
        (0..self.count).map_while(move |nth| {
            let weeks = (i32::from(nth) * i32::from(self.every_weeks)).weeks();
            let start = local.as_ref().ok()?.checked_add(weeks).ok()?;
            let start = Timestamp::from_micros(start.timestamp().as_microsecond());
            Span::new(start, start.plus(length)).ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(series: Series, first: &str, zone: &str) -> Vec<String> {
        let zone = Zone::named(zone).unwrap();
        let start = Timestamp::parse(first).unwrap();
        let half_hour = std::time::Duration::from_secs(1800);
        let span = Span::new(start, start.plus(half_hour)).unwrap();
        let spans = series.spans(span, &zone);
        spans
            .inspect(|span| assert_eq!(span.end().since(span.start()), half_hour))
            .map(|span| span.start().rfc3339(&zone))
            .collect()
    }

    #[test]
    fn eight_stays_eight_when_the_offset_changes() {
        let every_other = Series::new(2, 4).unwrap();
        assert_eq!(
            starts(every_other, "2026-03-02T08:00:00+01:00", "Europe/Paris"),
            [
                "2026-03-02T08:00:00+01:00",
                "2026-03-16T08:00:00+01:00",
                "2026-03-30T08:00:00+02:00",
                "2026-04-13T08:00:00+02:00",
            ]
        );
        assert_eq!(
            starts(
                Series::new(1, 2).unwrap(),
                "2026-12-28T23:45:00+02:00",
                "Africa/Lubumbashi"
            ),
            ["2026-12-28T23:45:00+02:00", "2027-01-04T23:45:00+02:00"]
        );
    }

    /// The two examples of RFC 5545, 3.3.5, and a first one in the second hour.
    #[test]
    fn skipped_and_doubled_times_are_read_as_calendars_do() {
        let twice = Series::new(1, 2).unwrap();
        let new_york = |first| starts(twice, first, "America/New_York").pop();
        assert_eq!(
            new_york("2007-10-28T01:30:00-04:00").as_deref(),
            Some("2007-11-04T01:30:00-04:00")
        );
        assert_eq!(
            new_york("2007-03-04T02:30:00-05:00").as_deref(),
            Some("2007-03-11T03:30:00-04:00")
        );
        assert_eq!(
            starts(twice, "2007-11-04T01:30:00-05:00", "America/New_York"),
            ["2007-11-04T01:30:00-05:00", "2007-11-11T01:30:00-05:00"]
        );
    }

    #[test]
    fn a_series_has_one_to_fifty_two() {
        assert_eq!(Series::new(0, 1), Err(SeriesError::EveryWeeks));
        assert_eq!(Series::new(53, 1), Err(SeriesError::EveryWeeks));
        assert_eq!(Series::new(1, 0), Err(SeriesError::Count));
        assert_eq!(Series::new(1, 53), Err(SeriesError::Count));
        let longest = Series::new(52, 52).unwrap();
        let all = starts(longest, "2026-01-05T08:00:00+01:00", "Africa/Kinshasa");
        assert_eq!(all.len(), 52);
        assert_eq!(all[51], "2076-11-02T08:00:00+01:00");
    }
}
