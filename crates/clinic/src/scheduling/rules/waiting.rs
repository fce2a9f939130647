//! Who may wait for what, and when a place may be offered.

use std::time::Duration;

use agenda::{LONGEST_DAYS, Mode};
use jiff::civil::Date;
use kernel::{FieldError, Problem, Timestamp, Zone};
use send_rules::{QUIET_FROM, QUIET_UNTIL};

use crate::scheduling::model::NewWaiting;

/// Wishes of one patient that wait at a time, at most.
pub(in crate::scheduling) const SEATS: i64 = 3;
/// How long before it begins a place is offered at the latest.
pub(in crate::scheduling) const NOTICE: Duration = Duration::from_secs(60 * 60);

/// The days of a wish: not over, in order, at most 92.
///
/// # Errors
/// 400 naming `date_start` or `date_end`.
pub(in crate::scheduling) fn days(wish: &NewWaiting, today: Date) -> Result<(), Problem> {
    if wish.first < today {
        return Err(Problem::invalid("date_start", "in-the-past"));
    }
    if wish.last < wish.first {
        return Err(Problem::invalid("date_end", "end-before-start"));
    }
    let longest = wish
        .first
        .saturating_add(jiff::Span::new().days(i64::from(LONGEST_DAYS) - 1));
    if wish.last > longest {
        let fault = FieldError::new("date_end", "too-many-days").with("max", LONGEST_DAYS);
        return Err(Problem::fields(vec![fault]));
    }
    Ok(())
}

/// When the night ends; nothing by day.
///
/// # Errors
/// At the end of the calendar.
pub(in crate::scheduling) fn night_until(
    now: Timestamp,
    zone: &Zone,
) -> Result<Option<Timestamp>, Problem> {
    let minute = now.minute_of_day(zone);
    if (QUIET_UNTIL..QUIET_FROM).contains(&minute) {
        return Ok(None);
    }
    let today = now.date(zone);
    let day = match minute < QUIET_UNTIL {
        true => today,
        false => today.tomorrow().map_err(Problem::internal)?,
    };
    let midnight = day.at(0, 0, 0, 0);
    let morning = midnight.saturating_add(jiff::Span::new().minutes(QUIET_UNTIL));
    let morning = morning.to_zoned(zone.rules().clone());
    let morning = morning.map_err(Problem::internal)?.timestamp();
    Ok(Some(Timestamp::from_micros(morning.as_microsecond())))
}

/// How somebody who wishes `wish` comes to a slot that takes `slot`: at the clinic
/// when both leave it open.
pub(in crate::scheduling) const fn way_between(slot: Mode, wish: Mode) -> Mode {
    match (slot, wish) {
        (Mode::Both, Mode::Both) => Mode::InPerson,
        (Mode::Both, wish) => wish,
        (slot, _) => slot,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(now: &str, zone: &str) -> Option<String> {
        let zone = Zone::named(zone).unwrap();
        let until = night_until(Timestamp::parse(now).unwrap(), &zone).unwrap();
        until.map(|until| until.rfc3339(&zone))
    }

    #[test]
    fn nights_end_at_seven_on_the_clinics_clock() {
        let seven = |text: &str| Some(text.to_owned());
        let cases = [
            ("2027-03-03T20:59:59Z", "Africa/Dakar", None),
            (
                "2027-03-03T21:00:00Z",
                "Africa/Dakar",
                seven("2027-03-04T07:00:00+00:00"),
            ),
            (
                "2027-03-04T06:59:59Z",
                "Africa/Dakar",
                seven("2027-03-04T07:00:00+00:00"),
            ),
            ("2027-03-04T07:00:00Z", "Africa/Dakar", None),
            // Two hours further on there it is night already.
            (
                "2027-03-03T19:30:00Z",
                "Africa/Lubumbashi",
                seven("2027-03-04T07:00:00+02:00"),
            ),
        ];
        for (now, zone, until) in cases {
            assert_eq!(ends(now, zone), until, "{now} {zone}");
        }
    }

    #[test]
    fn the_slot_says_how_he_comes_unless_it_leaves_it_open() {
        use Mode::{Both, InPerson, Remote};
        let cases = [
            (InPerson, Both, InPerson),
            (Remote, Both, Remote),
            (Both, Remote, Remote),
            (Both, InPerson, InPerson),
            (Both, Both, InPerson),
        ];
        for (slot, wish, way) in cases {
            assert_eq!(way_between(slot, wish), way, "{slot} {wish}");
        }
    }
}
