//! What a reader of its own makes of the calendars.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop")]

mod faults;
mod model;
mod reader;

use agenda::{Availability, Draft, Exception, Horizon, LONGEST_DAYS, Mode, Span};
use ics::{Calendar, Event, Status, Weekly, When};
use jiff::civil::Date;
use kernel::{Timestamp, Zone};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn span(start: &str, end: &str) -> Span {
    Span::new(at(start), at(end)).unwrap()
}

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

fn event(when: When) -> Event {
    Event {
        uid: "event-1@clinic.example".to_owned(),
        sequence: 3,
        changed_at: at("2026-02-20T10:00:00Z"),
        when,
        summary: "Consultation".to_owned(),
        description: String::new(),
        location: String::new(),
        url: String::new(),
        status: Status::Confirmed,
        busy: true,
    }
}

fn calendar(site: &str, events: Vec<Event>) -> Calendar {
    Calendar {
        name: "Dr Mbuyi".to_owned(),
        zone: zone(site),
        now: at("2026-02-28T12:00:00Z"),
        events,
    }
}

/// Minutes after midnight, on a day of the week from 0, Monday.
fn hours(day: u8, start: u16, end: u16) -> Availability {
    let draft = Draft {
        day,
        start,
        end,
        mode: Mode::Both,
        slot_minutes: 5,
        capacity: 1,
    };
    draft.check().unwrap()
}

fn horizon(site: &str, first: &str, last: &str) -> Horizon {
    let day = |text: &str| text.parse::<Date>().unwrap();
    let days = (day(first), day(last));
    Horizon::new(&zone(site), days, LONGEST_DAYS, Timestamp::from_micros(0)).unwrap()
}

/// Monday 2 March 2026 and the eleven weeks after it.
fn weekly(site: &str, hours: &Availability, exceptions: &[Exception]) -> String {
    let horizon = horizon(site, "2026-03-02", "2026-05-24");
    let when = When::Weekly(Weekly::new(&horizon, hours, exceptions));
    calendar(site, vec![event(when)]).text()
}

fn once(span: Span) -> Exception {
    Exception {
        span,
        weekly: false,
    }
}
