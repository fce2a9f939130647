use jiff::{Timestamp, tz::TimeZone};
use kernel::Zone;

use crate::DAY;

/// How far beyond its range a wall clock knows changes: more than any offset.
const MARGIN: i64 = 3 * DAY;

/// The clock on the site's wall over some weeks: what it shows when, and when
/// it shows what. Instants are microseconds since 1970 UTC; what it shows, as
/// `face`, is the same of a clock in UTC that shows the same.
#[derive(Debug)]
pub(crate) struct Wall(Vec<Stretch>);

/// Time without a change of offset. The first has no beginning, the last no end.
#[derive(Debug)]
struct Stretch {
    from: i64,
    to: i64,
    offset: i64,
}

impl Wall {
    /// Knows every change that matters to faces in `first..last`.
    pub(crate) fn new(zone: &Zone, first: i64, last: i64) -> Self {
        let rules = zone.rules();
        let mut stretches = vec![Stretch {
            from: i64::MIN,
            to: i64::MAX,
            offset: offset(rules, first - MARGIN),
        }];
        let changes = rules
            .following(instant(first - MARGIN))
            .take_while(|change| change.timestamp() < instant(last + MARGIN));
        for change in changes {
            let at = change.timestamp().as_microsecond();
            if let Some(before) = stretches.last_mut() {
                before.to = at;
            }
            stretches.push(Stretch {
                from: at,
                to: i64::MAX,
                offset: i64::from(change.offset().seconds()) * 1_000_000,
            });
        }
        Self(stretches)
    }

    /// The first instant at which the clock has reached `face`: the first of
    /// two, and the jump itself for a time that is skipped.
    pub(crate) fn reaches(&self, face: i64) -> i64 {
        let stretch = self
            .0
            .iter()
            .find(|stretch| face.saturating_sub(stretch.offset) < stretch.to);
        stretch.map_or(face, |found| found.from.max(face - found.offset))
    }

    /// The end of the last time at which the clock stands before `face`: the
    /// second of two, and the jump itself for a time that is skipped.
    pub(crate) fn leaves(&self, face: i64) -> i64 {
        let stretch = self
            .0
            .iter()
            .rfind(|stretch| stretch.from < face.saturating_sub(stretch.offset));
        stretch.map_or(face, |found| found.to.min(face - found.offset))
    }
}

/// What a clock in this zone shows at an instant.
pub(crate) fn face(zone: &Zone, micros: i64) -> i64 {
    micros + offset(zone.rules(), micros)
}

fn offset(rules: &TimeZone, micros: i64) -> i64 {
    i64::from(rules.to_offset(instant(micros)).seconds()) * 1_000_000
}

/// Past the year 9999 the last instant there is.
fn instant(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

#[cfg(test)]
mod tests {
    use kernel::{Timestamp, Zone};

    use super::{Wall, face};

    fn micros(text: &str) -> i64 {
        Timestamp::parse(text).unwrap().micros()
    }

    /// Clocks in the European Union change at 01:00 UTC on the last Sundays of
    /// March and October (Directive 2000/84/EC).
    #[test]
    fn paris_skips_an_hour_in_march_and_shows_one_twice_in_october() {
        let paris = Zone::named("Europe/Paris").unwrap();
        let wall = Wall::new(
            &paris,
            micros("2026-03-01T00:00:00Z"),
            micros("2026-11-30T00:00:00Z"),
        );
        let cases = [
            // what the clock shows, when it first has, when it last has not
            (
                "2026-03-29T01:59:00Z",
                "2026-03-29T00:59:00Z",
                "2026-03-29T00:59:00Z",
            ),
            (
                "2026-03-29T02:00:00Z",
                "2026-03-29T01:00:00Z",
                "2026-03-29T01:00:00Z",
            ),
            (
                "2026-03-29T02:30:00Z",
                "2026-03-29T01:00:00Z",
                "2026-03-29T01:00:00Z",
            ),
            (
                "2026-03-29T03:00:00Z",
                "2026-03-29T01:00:00Z",
                "2026-03-29T01:00:00Z",
            ),
            (
                "2026-03-29T03:01:00Z",
                "2026-03-29T01:01:00Z",
                "2026-03-29T01:01:00Z",
            ),
            (
                "2026-10-25T01:59:00Z",
                "2026-10-24T23:59:00Z",
                "2026-10-24T23:59:00Z",
            ),
            (
                "2026-10-25T02:00:00Z",
                "2026-10-25T00:00:00Z",
                "2026-10-25T00:00:00Z",
            ),
            (
                "2026-10-25T02:30:00Z",
                "2026-10-25T00:30:00Z",
                "2026-10-25T01:30:00Z",
            ),
            (
                "2026-10-25T03:00:00Z",
                "2026-10-25T02:00:00Z",
                "2026-10-25T02:00:00Z",
            ),
        ];
        for (shown, first, last) in cases {
            let at = |found| Timestamp::from_micros(found).to_string();
            let expected = [first, last].map(|text| Timestamp::parse(text).unwrap().to_string());
            let shown_at = micros(shown);
            assert_eq!(
                [at(wall.reaches(shown_at)), at(wall.leaves(shown_at))],
                expected,
                "{shown}"
            );
        }
        let summer = micros("2026-07-01T06:00:00Z");
        assert_eq!(face(&paris, summer), micros("2026-07-01T08:00:00Z"));
        assert_eq!(wall.reaches(face(&paris, summer)), summer);
    }

    /// Cairo skips the first hour of the day, Santiago shows the last one twice;
    /// in UTC both changes lie outside of that day.
    #[test]
    fn changes_at_midnight_belong_to_the_local_day() {
        let day = |zone: &str, first: &str, last: &str| {
            Wall::new(&Zone::named(zone).unwrap(), micros(first), micros(last))
        };
        let friday = day(
            "Africa/Cairo",
            "2026-04-24T00:00:00Z",
            "2026-04-25T00:00:00Z",
        );
        for skipped in [
            "2026-04-24T00:00:00Z",
            "2026-04-24T00:30:00Z",
            "2026-04-24T01:00:00Z",
        ] {
            assert_eq!(
                friday.reaches(micros(skipped)),
                micros("2026-04-23T22:00:00Z")
            );
        }
        let saturday = day(
            "America/Santiago",
            "2026-04-04T00:00:00Z",
            "2026-04-05T00:00:00Z",
        );
        let twice = micros("2026-04-04T23:30:00Z");
        assert_eq!(saturday.reaches(twice), micros("2026-04-05T02:30:00Z"));
        assert_eq!(saturday.leaves(twice), micros("2026-04-05T03:30:00Z"));
    }
}
