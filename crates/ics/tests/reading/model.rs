//! Any words, and any hours and exceptions.

use agenda::{Availability, Doctor, Exception, Horizon, LONGEST_DAYS, Span};
use ics::{Calendar, Event, Weekly, When};
use jiff::{ToSpan, civil::date};
use kernel::{Timestamp, Zone};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;

use crate::{
    at, calendar, event, hours,
    reader::{Component, read, unescape},
    span, zone,
};

/// The sites', and clocks that change at midnight, by half an hour, around
/// Ramadan, at 02:00.
const ZONES: [&str; 9] = [
    "Africa/Dakar",
    "Africa/Douala",
    "Africa/Kinshasa",
    "Africa/Lubumbashi",
    "Europe/Paris",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/New_York",
];
const DAY: i64 = 1440;

fn config() -> Config {
    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(400);
    Config {
        failure_persistence: None,
        ..Config::with_cases(cases)
    }
}

fn words() -> impl Strategy<Value = String> {
    let hard = select(vec![
        '\\', ';', ',', ':', '"', '\n', '\r', '\t', ' ', 'n', 'é', '老', '😀', '\u{85}',
        '\u{2028}', '\u{2029}', '\0', '\u{7f}', '\u{b}', '\u{feff}',
    ]);
    let letter = prop_oneof![2 => hard, 2 => any::<char>(), 1 => Just('a')];
    vec(letter, 0..200).prop_map(String::from_iter)
}

/// What is to come back: one newline for each kind of line end, and none of the
/// other control characters but the tabulator.
fn kept(words: &str) -> String {
    let lines = words.replace("\r\n", "\n");
    let lines = lines.replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    lines
        .chars()
        .filter(|c| matches!(c, '\n' | '\t') || !matches!(*c as u32, 0..0x20 | 0x7f..0xa0))
        .collect()
}

fn text_of(component: &Component, name: &str) -> String {
    component.values(name).into_iter().map(unescape).collect()
}

/// A doctor's hours and exceptions, in minutes from the first day on.
#[derive(Debug, Clone)]
struct Case {
    zone: &'static str,
    first_day: i64,
    days: i64,
    hours: Availability,
    away: Vec<(i64, i64, bool)>,
}

/// Most begin within a few weeks before a change of the zone's clocks, if it has
/// any. All times are multiples of five minutes.
fn case() -> impl Strategy<Value = Case> {
    let zone = select(ZONES.to_vec());
    (zone, 0..3000_i64, 0..40_i64, 1..93_i64).prop_flat_map(|(zone, after, before, days)| {
        let from = 20_454 + after;
        let first_day = next_change(zone, from).map_or(from, |change| change - before);
        let start = prop_oneof![0..60_u16, 0..287_u16];
        let sunday = prop_oneof![Just(6_u8), 0..7_u8];
        let hours = (sunday, start, 1..100_u16).prop_map(|(day, start, length)| {
            hours(day, start * 5, ((start + length) * 5).min(1440))
        });
        let length = prop_oneof![6 => 1..40_i64, 3 => 1..600_i64, 1 => 1..6000_i64];
        let start = -20 * DAY / 5..(days + 2) * DAY / 5;
        let away = (start, length, any::<bool>())
            .prop_map(|(start, length, weekly)| (start * 5, (start + length) * 5, weekly));
        (hours, vec(away, 0..8)).prop_map(move |(hours, away)| Case {
            zone,
            first_day,
            days,
            hours,
            away,
        })
    })
}

fn next_change(name: &str, day: i64) -> Option<i64> {
    let from = jiff::Timestamp::from_second(day * 86_400).unwrap();
    let zone = zone(name);
    let change = zone.rules().following(from).next()?;
    Some(change.timestamp().as_second().div_euclid(86_400))
}

impl Case {
    fn horizon(&self) -> Horizon {
        let day = |nth: i64| date(1970, 1, 1).saturating_add(nth.days());
        let days = (day(self.first_day), day(self.first_day + self.days - 1));
        let zone = Zone::named(self.zone).unwrap();
        Horizon::new(&zone, days, LONGEST_DAYS, Timestamp::from_micros(0)).unwrap()
    }

    fn exceptions(&self) -> Vec<Exception> {
        let at = |minute| Timestamp::from_micros((self.first_day * DAY + minute) * 60_000_000);
        let exception = |(start, end, weekly): &(i64, i64, bool)| Exception {
            span: Span::new(at(*start), at(*end)).unwrap(),
            weekly: *weekly,
        };
        self.away.iter().map(exception).collect()
    }

    /// Slots of five minutes, put together: the agenda's answer by another way
    /// than the calendar's.
    fn expected(&self) -> Vec<(i64, i64)> {
        let exceptions = self.exceptions();
        let doctor = Doctor {
            availabilities: &[self.hours],
            exceptions: &exceptions,
            bookings: &[],
        };
        let mut found: Vec<(i64, i64)> = Vec::new();
        for slot in self.horizon().slots(&doctor, None) {
            let (start, end) = (slot.span.start().seconds(), slot.span.end().seconds());
            match found.last_mut() {
                Some(last) if last.1 == start => last.1 = end,
                _ => found.push((start, end)),
            }
        }
        found
    }

    fn calendar(&self) -> Calendar {
        let weekly = Weekly::new(&self.horizon(), &self.hours, &self.exceptions());
        calendar(self.zone, vec![event(When::Weekly(weekly))])
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn words_come_back(words in vec(words(), 5)) {
        let [name, uid, summary, description, location] = <[String; 5]>::try_from(words).unwrap();
        let event = Event {
            uid: uid.clone(),
            summary: summary.clone(),
            description: description.clone(),
            location: location.clone(),
            ..event(When::Once(span("2026-03-02T08:00:00Z", "2026-03-02T08:30:00Z")))
        };
        let mut calendar = calendar("Africa/Kinshasa", vec![event]);
        calendar.name = name.clone();
        let read = read(&calendar.text());
        prop_assert_eq!(read.components.len(), 2);
        let event = read.of("VEVENT")[0];
        prop_assert_eq!(text_of(&read, "NAME"), kept(&name));
        prop_assert_eq!(text_of(event, "UID"), kept(&uid));
        prop_assert_eq!(text_of(event, "SUMMARY"), kept(&summary));
        prop_assert_eq!(text_of(event, "DESCRIPTION"), kept(&description));
        prop_assert_eq!(text_of(event, "LOCATION"), kept(&location));
        let names = event.properties.iter().map(|(name, ..)| name.as_str());
        let others = names.filter(|name| {
            !["UID", "SUMMARY", "DESCRIPTION", "LOCATION"].contains(name)
        });
        let fixed = [
            "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "STATUS", "TRANSP",
        ];
        prop_assert_eq!(others.collect::<Vec<_>>(), fixed);
    }

    /// A calendar shows a doctor's hours exactly when he receives.
    #[test]
    fn weekly_hours_are_the_agendas(case in case()) {
        let read = read(&case.calendar().text());
        prop_assert_eq!(read.times(), case.expected());
        let mut uids: Vec<_> = read.of("VEVENT").iter().map(|event| event.one("UID")).collect();
        uids.sort_unstable();
        let count = uids.len();
        uids.dedup();
        prop_assert_eq!(uids.len(), count);
    }

    #[test]
    fn appointments_keep_their_instants(start in 0..4_000_000_000_i64, length in 1..90_000_i64) {
        let instant = |second: i64| Timestamp::from_micros(second * 1_000_000);
        let span = Span::new(instant(start), instant(start + length)).unwrap();
        let mut calendar = calendar("Europe/Paris", vec![event(When::Once(span))]);
        calendar.now = at("2026-02-28T12:00:00Z");
        prop_assert_eq!(read(&calendar.text()).times(), vec![(start, start + length)]);
    }
}
