//! What earlier implementations of the contract got wrong, and the rules' edges
//! (`spec/agent-medical.md`, "Availabilities, exceptions, slots, calendar").
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

use std::time::Duration;

use agenda::{
    AppointmentState::{self, *},
    Availability, Booking, Doctor, Draft, EndNotAfterStart, Exception, HOLD, Horizon, HorizonError,
    LONGEST_DAYS, LONGEST_DAYS_ANONYMOUS, Mode, Slot, Span, has_room,
};
use kernel::{Timestamp, Zone};

const KINSHASA: &str = "Africa/Kinshasa";
const PARIS: &str = "Europe/Paris";

/// Mondays 08:00 to 10:00, half an hour for one patient.
const MONDAY: Draft = Draft {
    day: 0,
    start: 8 * 60,
    end: 10 * 60,
    mode: Mode::InPerson,
    slot_minutes: 30,
    capacity: 1,
};
/// The same on Sundays from 01:00 to 05:00, when clocks change.
const SUNDAY_NIGHT: Draft = Draft {
    day: 6,
    start: 60,
    end: 5 * 60,
    ..MONDAY
};

/// A site, the days and the time of the question.
struct Site {
    zone: Zone,
    horizon: Horizon,
}

impl Site {
    fn new(zone: &str, days: (&str, &str)) -> Self {
        Self::at(zone, days, "2026-01-01T00:00:00")
    }

    fn at(zone: &str, (first, last): (&str, &str), now: &str) -> Self {
        let zone = Zone::named(zone).unwrap();
        let days = (first.parse().unwrap(), last.parse().unwrap());
        let now = Timestamp::parse_local(now, &zone).unwrap();
        let horizon = Horizon::new(&zone, days, LONGEST_DAYS, now).unwrap();
        Self { zone, horizon }
    }

    fn span(&self, start: &str, end: &str) -> Span {
        let at = |text| Timestamp::parse_local(text, &self.zone).unwrap();
        Span::new(at(start), at(end)).unwrap()
    }

    fn once(&self, start: &str, end: &str) -> Exception {
        Exception {
            span: self.span(start, end),
            weekly: false,
        }
    }

    fn weekly(&self, start: &str, end: &str) -> Exception {
        Exception {
            weekly: true,
            ..self.once(start, end)
        }
    }

    fn booking(&self, state: AppointmentState, start: &str, end: &str) -> Booking {
        Booking {
            span: self.span(start, end),
            state,
            held_until: Timestamp::from_micros(0),
        }
    }

    fn slots(&self, hours: &[Draft], exceptions: &[Exception], bookings: &[Booking]) -> Vec<Slot> {
        let availabilities = checked(hours);
        let doctor = Doctor {
            availabilities: &availabilities,
            exceptions,
            bookings,
        };
        self.horizon.slots(&doctor, None).collect()
    }

    /// The local times of the slots' starts, `DDTHH:MM`.
    fn starts(&self, hours: &[Draft], exceptions: &[Exception]) -> Vec<String> {
        let slots = self.slots(hours, exceptions, &[]);
        slots.iter().map(|slot| self.clock(slot)).collect()
    }

    fn clock(&self, slot: &Slot) -> String {
        slot.span.start().rfc3339(&self.zone)[8..16].to_owned()
    }
}

fn checked(hours: &[Draft]) -> Vec<Availability> {
    hours.iter().map(|draft| draft.check().unwrap()).collect()
}

fn remaining(slots: &[Slot]) -> Vec<u16> {
    slots.iter().map(Slot::remaining).collect()
}

#[test]
fn an_exception_of_an_hour_takes_its_two_slots_and_no_more() {
    let site = Site::new(KINSHASA, ("2026-03-02", "2026-03-02"));
    let hour = site.once("2026-03-02T08:30", "2026-03-02T09:30");
    assert_eq!(site.starts(&[MONDAY], &[hour]), ["02T08:00", "02T09:30"]);
    let within = site.once("2026-03-02T08:40", "2026-03-02T08:41");
    assert_eq!(
        site.starts(&[MONDAY], &[within]),
        ["02T08:00", "02T09:00", "02T09:30"]
    );
    let touching = [
        site.once("2026-03-02T07:00", "2026-03-02T08:00"),
        site.once("2026-03-02T10:00", "2026-03-02T11:00"),
    ];
    assert_eq!(site.starts(&[MONDAY], &touching).len(), 4);
    let by_a_second = site.once("2026-03-02T07:00", "2026-03-02T08:00:01");
    assert_eq!(site.starts(&[MONDAY], &[by_a_second]).len(), 3);
}

#[test]
fn an_exception_may_cross_midnight_and_last_for_weeks() {
    let site = Site::new(KINSHASA, ("2026-03-01", "2026-03-31"));
    let late = Draft {
        start: 22 * 60,
        end: 24 * 60,
        slot_minutes: 60,
        ..MONDAY
    };
    let early = Draft {
        day: 1,
        start: 0,
        end: 2 * 60,
        slot_minutes: 60,
        ..MONDAY
    };
    let night = site.once("2026-03-02T23:00", "2026-03-03T01:00");
    let left = site.starts(&[late, early], &[night]);
    assert_eq!(left[..3], ["02T22:00", "03T01:00", "09T22:00"]);
    let leave = site.once("2026-03-02T12:00", "2026-03-30T08:00");
    assert_eq!(
        site.starts(&[MONDAY], &[leave])[3..6],
        ["02T09:30", "30T08:00", "30T08:30"]
    );
}

#[test]
fn weekly_exceptions_return_from_their_first_time_on() {
    let site = Site::new(KINSHASA, ("2026-03-01", "2026-03-31"));
    let staff_meeting = site.weekly("2026-03-09T08:00", "2026-03-09T09:30");
    assert_eq!(
        site.starts(&[MONDAY], &[staff_meeting]),
        [
            "02T08:00", "02T08:30", "02T09:00", "02T09:30", "09T09:30", "16T09:30", "23T09:30",
            "30T09:30"
        ]
    );
    let years_ago = site.weekly("2019-01-06T23:00", "2019-01-07T09:30");
    let left = ["02T09:30", "09T09:30", "16T09:30", "23T09:30", "30T09:30"];
    assert_eq!(site.starts(&[MONDAY], &[years_ago]), left);
    // A "week" that never ends: each time reaches into the next.
    let for_ever = site.weekly("2026-03-09T09:00", "2026-03-16T09:00");
    assert_eq!(site.starts(&[MONDAY], &[for_ever]).len(), 4 + 2);
}

#[test]
fn a_weekly_exception_keeps_its_local_time_over_a_change_of_offset() {
    let site = Site::new(PARIS, ("2026-03-23", "2026-04-05"));
    let first_slot = site.weekly("2026-03-16T08:00", "2026-03-16T08:30");
    assert_eq!(
        site.starts(&[MONDAY], &[first_slot]),
        [
            "23T08:30", "23T09:00", "23T09:30", "30T08:30", "30T09:00", "30T09:30"
        ]
    );
}

#[test]
fn bookings_count_on_the_slots_they_overlap_and_on_no_other() {
    let site = Site::new(KINSHASA, ("2026-03-02", "2026-03-09"));
    let for_two = Draft {
        capacity: 2,
        ..MONDAY
    };
    let bookings = [
        site.booking(Confirmed, "2026-03-02T08:00", "2026-03-02T08:30"),
        site.booking(Confirmed, "2026-03-02T08:30", "2026-03-02T09:00"),
        site.booking(Confirmed, "2026-03-02T08:30", "2026-03-02T09:00"),
        site.booking(Confirmed, "2026-03-09T09:15", "2026-03-09T09:45"),
    ];
    let slots = site.slots(&[for_two], &[], &bookings);
    assert_eq!(remaining(&slots), [1, 0, 2, 2, 2, 2, 1, 1]);
    assert!(slots[0].is_available() && !slots[1].is_available());
    assert_eq!(slots[1].booked, 2);
    assert_eq!(
        remaining(&site.slots(&[MONDAY], &[], &bookings)),
        [0, 0, 1, 1, 1, 1, 0, 0]
    );
}

#[test]
fn pending_requests_hold_their_place_until_it_lapses() {
    let made = Timestamp::parse("2026-03-01T12:00:00Z").unwrap();
    let held_until = made.plus(HOLD);
    assert_eq!(held_until.since(made), Duration::from_secs(900));
    for (now, left) in [("2026-03-01T13:14:59", 0), ("2026-03-01T13:15:00", 1)] {
        let site = Site::at(KINSHASA, ("2026-03-02", "2026-03-02"), now);
        let pending = site.booking(Pending, "2026-03-02T08:00", "2026-03-02T08:30");
        let pending = Booking {
            held_until,
            ..pending
        };
        assert_eq!(
            remaining(&site.slots(&[MONDAY], &[], &[pending])),
            [left, 1, 1, 1],
            "{now}"
        );
    }
}

#[test]
fn only_confirmed_and_held_appointments_take_time() {
    let now = Timestamp::from_micros(1);
    let site = Site::new(KINSHASA, ("2026-03-02", "2026-03-02"));
    for state in AppointmentState::ALL {
        let booking = site.booking(*state, "2026-03-02T08:00", "2026-03-02T08:30");
        let held = Booking {
            held_until: Timestamp::from_micros(2),
            ..booking
        };
        assert_eq!(booking.occupies(now), *state == Confirmed, "{state}");
        assert_eq!(
            held.occupies(now),
            matches!(state, Confirmed | Pending),
            "{state}"
        );
    }
}

#[test]
fn hours_are_cut_by_duration_and_a_rest_is_left_out() {
    let site = Site::new(KINSHASA, ("2026-03-02", "2026-03-02"));
    let cut = |slot_minutes, end| {
        let slots = site.slots(
            &[Draft {
                slot_minutes,
                end,
                ..MONDAY
            }],
            &[],
            &[],
        );
        let length = Duration::from_secs(u64::from(slot_minutes) * 60);
        assert!(
            slots
                .iter()
                .all(|slot| slot.span.end().since(slot.span.start()) == length)
        );
        slots.len()
    };
    assert_eq!(cut(30, 10 * 60), 4);
    assert_eq!(cut(45, 10 * 60), 2);
    assert_eq!(cut(5, 10 * 60), 24);
    assert_eq!(cut(480, 16 * 60), 1);
    assert_eq!(cut(480, 16 * 60 - 1), 0);
    assert_eq!(cut(30, 24 * 60), 32);
}

#[test]
fn times_without_an_offset_are_the_sites() {
    let site = Site::new("Africa/Lubumbashi", ("2026-03-02", "2026-03-02"));
    let eight_here = site.once("2026-03-02T08:00", "2026-03-02T08:30");
    assert_eq!(
        eight_here.span.start().to_string(),
        "2026-03-02T06:00:00+00:00"
    );
    let slots = site.slots(&[MONDAY], &[eight_here], &[]);
    assert_eq!(
        slots[0].span.start().to_string(),
        "2026-03-02T06:30:00+00:00"
    );
}

#[test]
fn an_end_before_its_start_is_refused() {
    let at = Timestamp::from_micros;
    assert_eq!(Span::new(at(2), at(1)), Err(EndNotAfterStart));
    assert_eq!(Span::new(at(1), at(1)), Err(EndNotAfterStart));
    assert!(Span::new(at(1), at(2)).is_ok());
}

#[test]
fn slots_that_have_begun_are_gone() {
    let first = |now: &str| {
        let site = Site::at(KINSHASA, ("2026-03-02", "2026-03-02"), now);
        site.starts(&[MONDAY], &[]).first().cloned()
    };
    assert_eq!(first("2026-03-02T08:00:00").as_deref(), Some("02T08:00"));
    assert_eq!(
        first("2026-03-02T08:00:00.000001").as_deref(),
        Some("02T08:30")
    );
    assert_eq!(first("2026-03-02T09:31:00"), None);
}

#[test]
fn a_doctor_receiving_elsewhere_is_taken_here_too() {
    let site = Site::new(KINSHASA, ("2026-03-02", "2026-03-03"));
    let remote = Draft {
        start: 600,
        end: 660,
        mode: Mode::Remote,
        ..MONDAY
    };
    let both = Draft {
        day: 1,
        end: 540,
        mode: Mode::Both,
        ..MONDAY
    };
    let availabilities = checked(&[MONDAY, remote, both]);
    // Made for the remote hours, which it overran into, or before they moved.
    let bookings = [site.booking(Confirmed, "2026-03-02T09:30", "2026-03-02T10:30")];
    let doctor = Doctor {
        availabilities: &availabilities,
        exceptions: &[],
        bookings: &bookings,
    };
    let wanted = |mode| -> Vec<_> {
        let slots = site.horizon.slots(&doctor, mode);
        slots
            .map(|slot| (site.clock(&slot), slot.availability, slot.remaining()))
            .collect()
    };
    let slot = |clock: &str, availability, left| (clock.to_owned(), availability, left);
    let either = [slot("03T08:00", 2, 1), slot("03T08:30", 2, 1)];
    let at_the_site = [
        slot("02T08:00", 0, 1),
        slot("02T08:30", 0, 1),
        slot("02T09:00", 0, 1),
        slot("02T09:30", 0, 0),
    ];
    let by_telephone = [slot("02T10:00", 1, 0), slot("02T10:30", 1, 1)];
    assert_eq!(
        wanted(Some(Mode::InPerson)),
        [&at_the_site[..], &either].concat()
    );
    assert_eq!(
        wanted(Some(Mode::Remote)),
        [&by_telephone[..], &either].concat()
    );
    assert_eq!(wanted(Some(Mode::Both)), either);
    assert_eq!(
        wanted(None),
        [&at_the_site[..], &by_telephone, &either].concat()
    );
}

#[test]
fn eight_stays_eight_when_clocks_change() {
    let site = Site::new(PARIS, ("2026-03-23", "2026-03-30"));
    let slots = site.slots(&[MONDAY], &[], &[]);
    assert_eq!(
        slots[0].span.start().to_string(),
        "2026-03-23T07:00:00+00:00"
    );
    assert_eq!(
        slots[4].span.start().to_string(),
        "2026-03-30T06:00:00+00:00"
    );
}

#[test]
fn skipped_time_is_not_offered() {
    let site = Site::new(PARIS, ("2026-03-29", "2026-03-29"));
    assert_eq!(
        site.starts(&[SUNDAY_NIGHT], &[]),
        [
            "29T01:00", "29T01:30", "29T03:00", "29T03:30", "29T04:00", "29T04:30"
        ]
    );
    let into_it = Draft {
        end: 150,
        ..SUNDAY_NIGHT
    };
    let out_of_it = Draft {
        start: 150,
        end: 240,
        ..SUNDAY_NIGHT
    };
    let clocks = ["29T01:00", "29T01:30", "29T03:00", "29T03:30"];
    assert_eq!(site.starts(&[into_it, out_of_it], &[]), clocks);
    let inside = Draft {
        start: 125,
        end: 175,
        slot_minutes: 5,
        ..SUNDAY_NIGHT
    };
    assert!(site.starts(&[inside], &[]).is_empty());
    // Nothing is taken from the hours after the jump either.
    let weekly = site.weekly("2026-03-22T02:00", "2026-03-22T03:00");
    assert_eq!(site.starts(&[SUNDAY_NIGHT], &[weekly]).len(), 6);
}

#[test]
fn of_a_time_that_exists_twice_hours_take_the_first_and_last_longer() {
    let site = Site::new(PARIS, ("2026-10-25", "2026-10-25"));
    let starts = |hours: &[Draft], exceptions: &[Exception]| -> Vec<String> {
        let slots = site.slots(hours, exceptions, &[]);
        slots
            .iter()
            .map(|slot| slot.span.start().to_string()[11..16].to_owned())
            .collect()
    };
    let all = [
        "23:00", "23:30", "00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "03:00", "03:30",
    ];
    assert_eq!(starts(&[SUNDAY_NIGHT], &[]), all);
    let to_half = Draft {
        start: 120,
        end: 150,
        ..SUNDAY_NIGHT
    };
    assert_eq!(starts(&[to_half], &[]), ["00:00"]);
    let from_half = Draft {
        start: 150,
        end: 180,
        ..SUNDAY_NIGHT
    };
    assert_eq!(starts(&[from_half], &[]), ["00:30", "01:00", "01:30"]);
    // An exception covers both.
    let weekly = site.weekly("2026-10-18T02:00", "2026-10-18T02:30");
    let left = [
        "23:00", "23:30", "01:30", "02:00", "02:30", "03:00", "03:30",
    ];
    assert_eq!(starts(&[SUNDAY_NIGHT], &[weekly]), left);
    let from_half = site.weekly("2026-10-18T02:30", "2026-10-18T03:30");
    let left = ["23:00", "23:30", "00:00", "02:30", "03:00", "03:30"];
    assert_eq!(starts(&[SUNDAY_NIGHT], &[from_half]), left);
}

/// West of Greenwich a local day ends after its midnight in UTC.
#[test]
fn an_exception_without_end_covers_the_last_evening() {
    let site = Site::new("America/New_York", ("2026-03-02", "2026-03-02"));
    let evening = Draft {
        start: 20 * 60,
        end: 24 * 60,
        ..MONDAY
    };
    assert_eq!(site.starts(&[evening], &[]).len(), 8);
    let for_ever = site.weekly("2026-01-05T00:00", "2026-01-12T00:00");
    assert!(site.starts(&[evening], &[for_ever]).is_empty());
    let tomorrow = site.weekly("2026-03-03T00:00", "2026-03-20T00:00");
    assert_eq!(site.starts(&[evening], &[tomorrow]).len(), 8);
    let a_thousand_years = site.once("1026-01-05T00:00", "2026-03-02T22:00");
    let weekly = Exception {
        weekly: true,
        ..a_thousand_years
    };
    assert_eq!(site.starts(&[evening], &[a_thousand_years]).len(), 4);
    assert!(site.starts(&[evening], &[weekly]).is_empty());
}

/// From 02:45 to the second 02:15 half an hour passes; a clock that is not set
/// back has no such time, and the next that is comes a year later.
#[test]
fn a_weekly_exception_back_to_front_on_the_clock_does_not_return() {
    let backwards = |site: &Site| Exception {
        weekly: true,
        ..site.once("2026-10-25T02:45:00+02:00", "2026-10-25T02:15:00+01:00")
    };
    let year = [
        ("2026-10-25", 8),
        ("2026-11-01", 8),
        ("2027-03-28", 6),
        ("2027-10-31", 10),
    ];
    for (day, slots) in year {
        let site = Site::new(PARIS, (day, day));
        let left = site.starts(&[SUNDAY_NIGHT], &[backwards(&site)]);
        assert_eq!(left.len(), slots, "{day}");
    }
}

#[test]
fn hours_that_overlap_against_the_rule_are_counted_right() {
    let site = Site::new(KINSHASA, ("2026-03-02", "2026-03-09"));
    let again = Draft {
        slot_minutes: 60,
        ..MONDAY
    };
    let bookings = [site.booking(Confirmed, "2026-03-02T08:30", "2026-03-02T09:00")];
    let lunch = [site.once("2026-03-02T09:30", "2026-03-02T10:00")];
    let slots = site.slots(&[MONDAY, again], &lunch, &bookings);
    assert_eq!(remaining(&slots[..4]), [1, 0, 1, 0]);
}

#[test]
fn room_is_counted_at_every_instant() {
    let site = Site::new(KINSHASA, ("2026-03-02", "2026-03-02"));
    let now = Timestamp::from_micros(0);
    let span = site.span("2026-03-02T08:00", "2026-03-02T09:00");
    let booked = |start, end| site.booking(Confirmed, start, end);
    let one_after_the_other = [
        booked("2026-03-02T08:30", "2026-03-02T09:00"),
        booked("2026-03-02T08:00", "2026-03-02T08:30"),
    ];
    assert!(has_room(span, 2, &one_after_the_other, now));
    assert!(!has_room(span, 1, &one_after_the_other, now));
    let meeting = [
        booked("2026-03-02T07:00", "2026-03-02T08:31"),
        booked("2026-03-02T08:30", "2026-03-02T12:00"),
    ];
    assert!(!has_room(span, 2, &meeting, now));
    assert!(has_room(span, 3, &meeting, now));
    let beside = [
        booked("2026-03-02T07:00", "2026-03-02T08:00"),
        booked("2026-03-02T09:00", "2026-03-02T10:00"),
        site.booking(Cancelled, "2026-03-02T08:00", "2026-03-02T09:00"),
        site.booking(Pending, "2026-03-02T08:00", "2026-03-02T09:00"),
    ];
    assert!(has_room(span, 1, &beside, now));
    assert!(!has_room(span, 0, &beside, now));
}

#[test]
fn a_horizon_has_its_limits() {
    let zone = Zone::named(KINSHASA).unwrap();
    let now = Timestamp::from_micros(0);
    let ask = |first: &str, last: &str, longest| {
        let days = (first.parse().unwrap(), last.parse().unwrap());
        Horizon::new(&zone, days, longest, now).err()
    };
    assert_eq!(
        ask("2026-03-02", "2026-03-01", LONGEST_DAYS),
        Some(HorizonError::Backwards)
    );
    assert_eq!(ask("2026-03-01", "2026-03-01", LONGEST_DAYS), None);
    assert_eq!(ask("2026-03-01", "2026-05-31", LONGEST_DAYS), None);
    assert_eq!(
        ask("2026-03-01", "2026-06-01", LONGEST_DAYS),
        Some(HorizonError::TooLong(92))
    );
    assert_eq!(
        ask("2026-03-01", "2026-03-28", LONGEST_DAYS_ANONYMOUS),
        None
    );
    assert_eq!(
        ask("2026-03-01", "2026-03-29", LONGEST_DAYS_ANONYMOUS),
        Some(HorizonError::TooLong(28))
    );
    assert_eq!(ask("9999-12-30", "9999-12-31", LONGEST_DAYS), None);
    assert_eq!(ask("-009999-01-01", "-009999-01-02", LONGEST_DAYS), None);
}
