//! The months in which money is counted.

use jiff::civil::Date;
use kernel::{Timestamp, Zone};

/// The beginning of a day's month where the clinic is, and of the next one.
///
/// # Errors
/// A sentence of the calendar at its end.
pub(in crate::messaging) fn month_of(
    day: Date,
    zone: &Zone,
) -> Result<(Timestamp, Timestamp), String> {
    let (from, _) = Timestamp::of_day(day.first_of_month(), zone)?;
    let (_, until) = Timestamp::of_day(day.last_of_month(), zone)?;
    Ok((from, until))
}

/// The first day of a month written `YYYY-MM`.
#[must_use]
pub(in crate::messaging) fn first_day(month: &str) -> Option<Date> {
    let day = Date::strptime("%Y-%m-%d", format!("{month}-01")).ok()?;
    (day.strftime("%Y-%m").to_string() == month).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_the_clinics_own() {
        let zone = Zone::named("Africa/Douala").unwrap();
        let (from, until) = month_of(first_day("2026-12").unwrap(), &zone).unwrap();
        assert_eq!(from.to_string(), "2026-11-30T23:00:00+00:00");
        assert_eq!(until.to_string(), "2026-12-31T23:00:00+00:00");
        assert_eq!(
            until.minus(std::time::Duration::from_micros(1)).day(&zone),
            "2026-12-31"
        );
        for wrong in ["2026-13", "2026-1", "26-01", "", "2026-01-01"] {
            assert_eq!(first_day(wrong), None, "{wrong}");
        }
    }
}
