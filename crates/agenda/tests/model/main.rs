//! The agenda against a naive one, over the sites' zones and the years to 2035.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod naive;

use agenda::{
    AppointmentState, Booking, Doctor, Draft, Exception, Horizon, LONGEST_DAYS, Mode, Series, Slot,
    Span, has_room,
};
use jiff::{civil::Date, tz::TimeZone};
use kernel::{Timestamp, Zone};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;

const SITES: [&str; 5] = [
    "Africa/Dakar",
    "Africa/Douala",
    "Africa/Kinshasa",
    "Africa/Lubumbashi",
    "Europe/Paris",
];
/// Clocks that change at midnight, by half an hour, around Ramadan, at 02:00.
const OTHERS: [&str; 4] = [
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/New_York",
];
const DAY: i64 = 1440;
const YEARS: std::ops::RangeInclusive<i64> = 2026..=2035;

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

fn at(minute: i64) -> Timestamp {
    Timestamp::from_micros(minute * 60_000_000)
}

fn span(start: i64, end: i64) -> Span {
    Span::new(at(start), at(end)).unwrap()
}

fn minutes(span: Span) -> (i64, i64) {
    let minute = |at: Timestamp| at.micros() / 60_000_000;
    (minute(span.start()), minute(span.end()))
}

/// A doctor, and when his slots are asked for. Times count from the first day.
#[derive(Debug, Clone)]
struct Case {
    first_day: i64,
    days: i64,
    now: i64,
    hours: Vec<Draft>,
    away: Vec<naive::Away>,
    bookings: Vec<(i64, i64, AppointmentState, i64)>,
}

/// Half of all days lie within a week before a change of the clocks of Paris.
fn first_day() -> impl Strategy<Value = i64> {
    let near = (YEARS, any::<bool>(), 0..7_i64).prop_map(|(year, spring, before)| {
        let (march, october) = naive::changes(year);
        (if spring { march } else { october }) / DAY - before
    });
    let any = (YEARS, 0..365_i64).prop_map(|(year, day)| naive::new_year(year) + day);
    prop_oneof![near, any]
}

fn hours() -> impl Strategy<Value = Draft> {
    // Nights of Sundays, when clocks change, as often as all others.
    let when = prop_oneof![
        (5..7_u8, 0..300_u16, 10..400_u16),
        (0..7_u8, 0..1439_u16, 10..700_u16),
        (
            0..7_u8,
            (0..23_u16).prop_map(|hour| hour * 60),
            select(vec![60, 120, 240_u16])
        ),
    ];
    let steps = select(vec![5, 7, 20, 30, 30, 45, 60, 480_u16]);
    let modes = select(Mode::ALL.to_vec());
    (when, steps, 1..4_u16, modes).prop_map(
        |((day, start, length), slot_minutes, capacity, mode)| {
            let end = (start + length).min(1440);
            Draft {
                day,
                start,
                end,
                mode,
                slot_minutes,
                capacity,
            }
        },
    )
}

/// The start counts from `first_day`. Nights of Sundays, when most clocks change,
/// are as frequent as all other times.
fn away(first_day: i64, days: i64) -> impl Strategy<Value = naive::Away> {
    let length = prop_oneof![6 => 1..180_i64, 3 => 1..2 * DAY, 1 => 1..20 * DAY];
    let sunday = (3 - first_day).rem_euclid(7);
    let night = (-2..3_i64, 0..300_i64)
        .prop_map(move |(week, minute)| (sunday + 7 * week) * DAY + minute - 60);
    let start = prop_oneof![
        8 => night,
        8 => -20 * DAY..(days + 2) * DAY,
        1 => -800 * DAY..0,
    ];
    (start, length, any::<bool>()).prop_map(|(start, length, weekly)| naive::Away {
        start,
        end: start + length,
        weekly,
    })
}

fn booking(days: i64) -> impl Strategy<Value = (i64, i64, AppointmentState, i64)> {
    let states = prop_oneof![
        4 => Just(AppointmentState::Confirmed),
        2 => Just(AppointmentState::Pending),
        1 => select(AppointmentState::ALL.to_vec()),
    ];
    // The last is how long after `now` a request still holds.
    (-DAY..(days + 1) * DAY, 1..240_i64, states, -20..20_i64)
}

fn case() -> impl Strategy<Value = Case> {
    first_day().prop_flat_map(case_from)
}

/// One of the other zones, in a week in which its clocks change.
fn other() -> impl Strategy<Value = (&'static str, Case)> {
    (select(OTHERS.to_vec()), first_day(), 0..7_i64).prop_flat_map(|(zone, day, before)| {
        (Just(zone), case_from(next_change(zone, day) - before))
    })
}

fn case_from(first_day: i64) -> impl Strategy<Value = Case> {
    let days = prop_oneof![1 => Just(1), 20 => 2..15_i64, 1 => Just(92)];
    days.prop_flat_map(move |days| {
        (
            prop_oneof![3 => Just(-30 * DAY), 1 => 0..days * DAY],
            vec(hours(), 0..7),
            vec(away(first_day, days), 0..4),
            vec(booking(days), 0..40),
        )
            .prop_map(move |(now, hours, away, bookings)| Case {
                first_day,
                days,
                now,
                hours,
                away,
                bookings,
            })
    })
}

impl Case {
    fn origin(&self) -> i64 {
        self.first_day * DAY
    }

    fn now(&self) -> i64 {
        self.origin() + self.now
    }

    fn bookings(&self) -> Vec<Booking> {
        let booking = |(start, length, state, hold): &(i64, i64, AppointmentState, i64)| {
            let start = self.origin() + start;
            Booking {
                span: span(start, start + length),
                state: *state,
                held_until: at(self.now() + hold),
            }
        };
        self.bookings.iter().map(booking).collect()
    }

    fn taken(&self) -> Vec<naive::Taken> {
        let takes = |state: &AppointmentState, hold: i64| match state.as_str() {
            "confirmed" => true,
            "pending" => hold > 0,
            _ => false,
        };
        let taken = self
            .bookings
            .iter()
            .filter(|(_, _, state, hold)| takes(state, *hold));
        let origin = self.origin();
        taken
            .map(|(start, length, ..)| (origin + start, origin + start + length))
            .collect()
    }

    fn away(&self) -> Vec<naive::Away> {
        let moved = |away: &naive::Away| naive::Away {
            start: self.origin() + away.start,
            end: self.origin() + away.end,
            ..*away
        };
        self.away.iter().map(moved).collect()
    }

    fn exceptions(&self) -> Vec<Exception> {
        let exception = |away: &naive::Away| Exception {
            span: span(away.start, away.end),
            weekly: away.weekly,
        };
        self.away().iter().map(exception).collect()
    }

    fn horizon(&self, zone: &str) -> Horizon {
        let zone = Zone::named(zone).unwrap();
        let days = (date(self.first_day), date(self.first_day + self.days - 1));
        Horizon::new(&zone, days, LONGEST_DAYS, at(self.now())).unwrap()
    }

    /// The crate's answer.
    fn slots(&self, zone: &str, wanted: Option<Mode>) -> Vec<Slot> {
        let horizon = self.horizon(zone);
        let availabilities: Vec<_> = self
            .hours
            .iter()
            .map(|draft| draft.check().unwrap())
            .collect();
        let exceptions = self.exceptions();
        let doctor = Doctor {
            availabilities: &availabilities,
            exceptions: &exceptions,
            bookings: &self.bookings(),
        };
        horizon.slots(&doctor, wanted).collect()
    }

    /// Every minute in which the doctor receives, by his hours.
    fn open(&self, zone: &str) -> Vec<(i64, usize)> {
        let (horizon, exceptions) = (self.horizon(zone), self.exceptions());
        let hours = self.hours.iter().map(|draft| draft.check().unwrap());
        let mut open = Vec::new();
        for (nth, hours) in hours.enumerate() {
            for day in horizon.open(&hours, &exceptions) {
                let spans = day.spans.into_iter().map(minutes);
                open.extend(spans.flat_map(|(start, end)| (start..end).map(move |at| (at, nth))));
            }
        }
        open.sort_unstable();
        open
    }

    fn minutes_left(&self, offset: naive::Offset) -> Vec<(i64, usize)> {
        let asked = naive::Question {
            first_day: self.first_day,
            days: self.days,
            now: i64::MIN,
        };
        let minutely = |draft| naive::Hours {
            step: 1,
            ..naive_hours(draft)
        };
        let hours: Vec<_> = self.hours.iter().map(minutely).collect();
        let found = naive::slots(offset, &asked, &hours, &self.away(), &[]);
        found
            .into_iter()
            .map(|(start, _, nth, _)| (start, nth))
            .collect()
    }

    /// The naive one's.
    fn expected(&self, offset: naive::Offset) -> Vec<naive::Found> {
        let hours: Vec<_> = self.hours.iter().map(naive_hours).collect();
        let asked = naive::Question {
            first_day: self.first_day,
            days: self.days,
            now: self.now(),
        };
        naive::slots(offset, &asked, &hours, &self.away(), &self.taken())
    }
}

fn naive_hours(draft: &Draft) -> naive::Hours {
    naive::Hours {
        day: i64::from(draft.day),
        start: i64::from(draft.start),
        end: i64::from(draft.end),
        step: usize::from(draft.slot_minutes),
        capacity: usize::from(draft.capacity),
        at_site: draft.mode != Mode::Remote,
        remote: draft.mode != Mode::InPerson,
    }
}

/// In the order of the naive one, which differs only where hours overlap.
fn seen(slots: &[Slot]) -> Vec<naive::Found> {
    let mut seen: Vec<_> = slots
        .iter()
        .map(|slot| {
            let (start, end) = minutes(slot.span);
            (start, end, slot.availability, usize::from(slot.remaining()))
        })
        .collect();
    seen.sort_unstable();
    seen
}

fn date(day: i64) -> Date {
    let days = i32::try_from(day).unwrap();
    Date::constant(1970, 1, 1) + jiff::Span::new().days(days)
}

/// A zone's offset by its table, each minute looked up once.
fn tabled(zone: &str, from: i64, to: i64) -> impl Fn(i64) -> i64 {
    let rules = TimeZone::get(zone).unwrap();
    let ask = move |minute: i64| {
        let at = jiff::Timestamp::from_second(minute * 60).unwrap();
        i64::from(rules.to_offset(at).seconds()) / 60
    };
    let known: Vec<i64> = (from..to).map(&ask).collect();
    move |minute| {
        let nth = usize::try_from(minute - from).ok();
        nth.and_then(|nth| known.get(nth).copied())
            .unwrap_or_else(|| ask(minute))
    }
}

/// The day of the zone's first change after a day.
fn next_change(zone: &str, day: i64) -> i64 {
    let from = jiff::Timestamp::from_second(day * 86_400).unwrap();
    let rules = TimeZone::get(zone).unwrap();
    let change = rules.following(from).next().unwrap();
    change.timestamp().as_second().div_euclid(86_400)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn slots_are_those_of_minute_by_minute(case in case(), zone in select(SITES.to_vec())) {
        let slots = case.slots(zone, None);
        let offset = |minute| naive::lawful(zone, minute);
        prop_assert_eq!(seen(&slots), case.expected(&offset));
    }

    /// Past hours, booked ones and rests shorter than a slot are open too.
    #[test]
    fn open_hours_are_those_of_minute_by_minute(case in case(), zone in select(SITES.to_vec())) {
        let offset = |minute| naive::lawful(zone, minute);
        prop_assert_eq!(case.open(zone), case.minutes_left(&offset));
    }

    /// Not sites of today, but the rules are the zone's, not of five zones.
    #[test]
    fn slots_are_right_where_clocks_change_otherwise((zone, case) in other()) {
        let (from, to) = (case.first_day - 24, case.first_day + case.days + 4);
        let offset = tabled(zone, from * DAY, to * DAY);
        prop_assert_eq!(seen(&case.slots(zone, None)), case.expected(&offset));
    }

    /// A wanted mode takes slots away and changes none.
    #[test]
    fn a_wanted_mode_only_filters(case in case(), zone in select(SITES.to_vec())) {
        let all = case.slots(zone, None);
        let serving = |serves: fn(&naive::Hours) -> bool| -> Vec<Slot> {
            let kept = |slot: &&Slot| serves(&naive_hours(&case.hours[slot.availability]));
            all.iter().filter(kept).copied().collect()
        };
        prop_assert_eq!(case.slots(zone, Some(Mode::InPerson)), serving(|hours| hours.at_site));
        prop_assert_eq!(case.slots(zone, Some(Mode::Remote)), serving(|hours| hours.remote));
        let either = serving(|hours| hours.at_site && hours.remote);
        prop_assert_eq!(case.slots(zone, Some(Mode::Both)), either);
    }

    /// Where no hours overlap, neither do slots, and they come in order.
    #[test]
    fn slots_of_hours_apart_are_apart(mut case in case(), zone in select(SITES.to_vec())) {
        let mut apart: Vec<Draft> = Vec::new();
        for draft in &case.hours {
            let hours = draft.check().unwrap();
            if apart.iter().all(|other| !other.check().unwrap().overlaps(&hours)) {
                apart.push(*draft);
            }
        }
        case.hours = apart;
        let slots = case.slots(zone, None);
        prop_assert!(slots.windows(2).all(|pair| pair[0].span.end() <= pair[1].span.start()));
    }

    /// A slot that says it has a place left is never refused for want of one.
    #[test]
    fn an_available_slot_has_room(case in case(), zone in select(SITES.to_vec())) {
        for slot in case.slots(zone, None).iter().filter(|slot| slot.is_available()) {
            prop_assert!(has_room(slot.span, slot.capacity, &case.bookings(), at(case.now())));
        }
    }

    #[test]
    fn room_is_what_the_fullest_minute_leaves(
        case in case(),
        start in 0..2 * DAY,
        length in 1..300_i64,
        capacity in 0..6_u16,
    ) {
        let asked = (case.origin() + start, case.origin() + start + length);
        let room = has_room(span(asked.0, asked.1), capacity, &case.bookings(), at(case.now()));
        prop_assert_eq!(room, naive::fullest(asked, &case.taken()) < usize::from(capacity));
    }

    #[test]
    fn series_keep_the_time_on_the_clock(
        day in first_day(),
        minute in prop_oneof![0..300_i64, 0..DAY],
        (every, count) in (1..5_u8, 1..20_u8),
        zone in select(SITES.to_vec()),
    ) {
        let offset = |minute| naive::lawful(zone, minute);
        let start = naive::shows(&offset, day * DAY + minute);
        let shown = start + offset(start);
        let step = 7 * DAY * i64::from(every);
        let expected: Vec<_> = (0..i64::from(count))
            .map(|nth| naive::shows(&offset, shown + nth * step))
            .map(|start| (start, start + 25))
            .collect();
        let series = Series::new(every, count).unwrap();
        let zone = Zone::named(zone).unwrap();
        let spans: Vec<_> = series.spans(span(start, start + 25), &zone).map(minutes).collect();
        prop_assert_eq!(spans, expected);
    }
}

/// The law and the table of zones agree; where they no longer do, the law has
/// changed.
#[test]
fn the_law_is_the_tables() {
    for zone in SITES {
        let rules = TimeZone::get(zone).unwrap();
        for minute in (naive::new_year(2026) * DAY..naive::new_year(2036) * DAY).step_by(30) {
            let at = jiff::Timestamp::from_second(minute * 60).unwrap();
            let offset = i64::from(rules.to_offset(at).seconds()) / 60;
            assert_eq!(naive::lawful(zone, minute), offset, "{zone} {at}");
        }
    }
}
