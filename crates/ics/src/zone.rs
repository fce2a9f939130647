use jiff::{
    SignedDuration, Timestamp,
    tz::{Dst, Offset, TimeZone},
};
use kernel::Zone;

use crate::line::{Lines, local};

/// How far before the first time changes are told: some readers want both kinds
/// of observance, even if only one of them is used.
const BEFORE: SignedDuration = SignedDuration::from_hours(366 * 24);

/// An offset from some instant on.
struct Observance {
    onset: Timestamp,
    before: Offset,
    after: Offset,
    dst: Dst,
    name: String,
}

/// Adds the zone's VTIMEZONE (3.6.5), right for every time in `from..=to`: an
/// observance for each change, since rules that hold for ever change too.
pub(crate) fn add(lines: &mut Lines, zone: &Zone, (from, to): (Timestamp, Timestamp)) {
    lines.add("BEGIN", "VTIMEZONE");
    lines.add("TZID", zone.name());
    let from = from.saturating_sub(BEFORE).unwrap_or(from);
    observance(lines, &already(zone.rules(), from));
    for change in zone.rules().following(from) {
        if change.timestamp() > to {
            break;
        }
        let found = Observance {
            onset: change.timestamp(),
            before: before(zone.rules(), change.timestamp()),
            after: change.offset(),
            dst: change.dst(),
            name: change.abbreviation().to_owned(),
        };
        observance(lines, &found);
    }
    lines.add("END", "VTIMEZONE");
}

/// What held at `from`, since its last change; older ones than of 1970 are told
/// as of 1970, since zones had offsets with seconds before.
fn already(rules: &TimeZone, from: Timestamp) -> Observance {
    let change = rules
        .preceding(from)
        .next()
        .map(|change| change.timestamp());
    let onset = change.unwrap_or_default().max(Timestamp::UNIX_EPOCH);
    let held = rules.to_offset_info(from);
    Observance {
        onset,
        before: if onset == Timestamp::UNIX_EPOCH {
            held.offset()
        } else {
            before(rules, onset)
        },
        after: held.offset(),
        dst: held.dst(),
        name: held.abbreviation().to_owned(),
    }
}

fn before(rules: &TimeZone, onset: Timestamp) -> Offset {
    rules.to_offset(onset - SignedDuration::from_nanos(1))
}

fn observance(lines: &mut Lines, told: &Observance) {
    let kind = if told.dst.is_dst() {
        "DAYLIGHT"
    } else {
        "STANDARD"
    };
    lines.add("BEGIN", kind);
    // On the clock as it went before the change.
    lines.add("DTSTART", &local(told.before.to_datetime(told.onset)));
    lines.add("TZOFFSETFROM", &offset(told.before));
    lines.add("TZOFFSETTO", &offset(told.after));
    lines.add_text("TZNAME", &told.name);
    lines.add("END", kind);
}

/// A UTC-OFFSET (3.3.14). None has had seconds since 1972.
fn offset(offset: Offset) -> String {
    let sign = if offset.is_negative() { '-' } else { '+' };
    let minutes = offset.seconds().abs() / 60;
    format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(zone: &str, from: &str, to: &str) -> Vec<String> {
        let mut lines = Lines::default();
        let at = |day: &str| format!("{day}T00:00:00Z").parse().unwrap();
        add(&mut lines, &Zone::named(zone).unwrap(), (at(from), at(to)));
        lines.into_text().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_zone_without_changes_has_one_observance() {
        let cases = [
            ("Africa/Dakar", "+0000", "GMT"),
            ("Africa/Kinshasa", "+0100", "WAT"),
            ("Africa/Douala", "+0100", "WAT"),
            ("Africa/Lubumbashi", "+0200", "CAT"),
        ];
        for (zone, offset, name) in cases {
            let expected = [
                "BEGIN:VTIMEZONE".to_owned(),
                format!("TZID:{zone}"),
                "BEGIN:STANDARD".to_owned(),
                format!("DTSTART:19700101T{}00", &offset[1..]),
                format!("TZOFFSETFROM:{offset}"),
                format!("TZOFFSETTO:{offset}"),
                format!("TZNAME:{name}"),
                "END:STANDARD".to_owned(),
                "END:VTIMEZONE".to_owned(),
            ];
            assert_eq!(told(zone, "2026-03-01", "2026-05-30"), expected);
        }
    }

    /// Clocks in the European Union change at 01:00 UTC on the last Sundays of
    /// March and October (Directive 2000/84/EC).
    #[test]
    fn paris_has_every_change_from_a_year_before_to_the_end() {
        let starts = |from: &str, to: &str| -> Vec<String> {
            let lines = told("Europe/Paris", from, to);
            let pairs = lines.windows(4);
            pairs
                .filter(|lines| lines[0].starts_with("BEGIN:"))
                .skip(1)
                .map(|lines| lines.join(" "))
                .collect()
        };
        let winter = |onset: &str| {
            format!("BEGIN:STANDARD DTSTART:{onset} TZOFFSETFROM:+0200 TZOFFSETTO:+0100")
        };
        let summer = |onset: &str| {
            format!("BEGIN:DAYLIGHT DTSTART:{onset} TZOFFSETFROM:+0100 TZOFFSETTO:+0200")
        };
        let to_march = [
            winter("20241027T030000"),
            summer("20250330T020000"),
            winter("20251026T030000"),
        ];
        assert_eq!(starts("2026-03-01", "2026-03-28"), to_march);
        let with_march = [&to_march[..], &[summer("20260329T020000")]].concat();
        assert_eq!(starts("2026-03-01", "2026-05-30"), with_march);
    }

    #[test]
    fn offsets_have_a_sign_and_minutes() {
        let cases = [(0, "+0000"), (-12_600, "-0330"), (20_700, "+0545")];
        for (seconds, written) in cases {
            assert_eq!(offset(Offset::from_seconds(seconds).unwrap()), written);
        }
    }
}
