//! Prints a calendar for tests/interop/subscribe.sh: `sample ZONE VERSION`, where
//! the versions, in order, are `first`, `moved` and `cancelled`.
#![expect(clippy::print_stdout, reason = "it prints a calendar")]

use std::error::Error;

use agenda::{Draft, Exception, Horizon, LONGEST_DAYS, Mode, Span};
use ics::{Calendar, Event, Status, Weekly, When};
use jiff::civil::date;
use kernel::{Timestamp, Zone};

type Fallible<T> = Result<T, Box<dyn Error>>;

fn main() -> Fallible<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [zone, version] = words.as_slice() else {
        return Err("sample ZONE VERSION".into());
    };
    let version = match version.as_str() {
        "first" => 0,
        "moved" => 1,
        "cancelled" => 2,
        _ => return Err("first, moved or cancelled".into()),
    };
    print!("{}", sample(Zone::named(zone)?, version)?.text());
    Ok(())
}

fn sample(zone: Zone, version: u32) -> Fallible<Calendar> {
    let now = Timestamp::parse("2026-02-28T12:00:00Z")?;
    let days = (date(2026, 3, 2), date(2026, 5, 24));
    let horizon = Horizon::new(&zone, days, LONGEST_DAYS, now)?;
    Ok(Calendar {
        name: "Dr Éloïse M'Buyi".to_owned(),
        zone: zone.clone(),
        now,
        events: vec![
            monday(&zone, &horizon, version)?,
            hours("nights", &horizon, (6, 90, 300), &[])?,
            hours("evenings", &horizon, (4, 1200, 1440), &[])?,
            consultation(&zone, version)?,
            call(&zone, version)?,
        ],
    })
}

/// An hour of one Monday and all of another are taken, from the second version
/// on also half of a third.
fn monday(zone: &Zone, horizon: &Horizon, version: u32) -> Fallible<Event> {
    let mut away = vec![
        once(zone, "2026-03-16T09:30", "2026-03-16T10:30")?,
        once(zone, "2026-04-05T00:00", "2026-04-07T00:00")?,
    ];
    if version > 0 {
        away.push(once(zone, "2026-05-04T10:00", "2026-05-04T13:00")?);
    }
    let monday = hours("mondays", horizon, (0, 480, 720), &away)?;
    Ok(Event {
        sequence: version.min(1),
        ..monday
    })
}

/// It is moved from the one week to the next, then cancelled.
fn consultation(zone: &Zone, version: u32) -> Fallible<Event> {
    let day = if version == 0 {
        "2026-03-24"
    } else {
        "2026-03-31"
    };
    Ok(Event {
        sequence: version,
        status: if version == 2 {
            Status::Cancelled
        } else {
            Status::Confirmed
        },
        ..event(
            "appointment-1",
            When::Once(span(
                zone,
                &format!("{day}T08:00"),
                &format!("{day}T08:30"),
            )?),
        )?
    })
}

/// It is confirmed in the last version.
fn call(zone: &Zone, version: u32) -> Fallible<Event> {
    let when = When::Once(span(zone, "2026-04-01T14:00", "2026-04-01T14:20")?);
    Ok(Event {
        sequence: u32::from(version == 2),
        status: if version == 2 {
            Status::Confirmed
        } else {
            Status::Tentative
        },
        location: String::new(),
        ..event("appointment-2", when)?
    })
}

fn hours(
    name: &str,
    horizon: &Horizon,
    (day, start, end): (u8, u16, u16),
    away: &[Exception],
) -> Fallible<Event> {
    let draft = Draft {
        day,
        start,
        end,
        mode: Mode::InPerson,
        slot_minutes: 30,
        capacity: 1,
    };
    let hours = draft.check().map_err(|errors| errors[0])?;
    let when = When::Weekly(Weekly::new(horizon, &hours, away));
    Ok(Event {
        summary: "Consultations".to_owned(),
        description: String::new(),
        busy: false,
        ..event(name, when)?
    })
}

fn event(name: &str, when: When) -> Fallible<Event> {
    Ok(Event {
        uid: format!("{name}@clinic.example"),
        sequence: 0,
        changed_at: Timestamp::parse("2026-02-20T10:00:00Z")?,
        when,
        summary: "Rendez-vous : \"contrôle\", tension; 50 % \\ 2\r\nEND:VEVENT".to_owned(),
        description: "Ligne une\nLigne deux, « avec des mots qui dépassent soixante-quinze \
                      octets » ; 老虎 😀"
            .to_owned(),
        location: "Lafiya, av. du Commerce 12; Gombe".to_owned(),
        url: "https://clinic.example/rendez-vous/1?lang=fr".to_owned(),
        status: Status::Confirmed,
        busy: true,
    })
}

fn once(zone: &Zone, start: &str, end: &str) -> Fallible<Exception> {
    Ok(Exception {
        span: span(zone, start, end)?,
        weekly: false,
    })
}

fn span(zone: &Zone, start: &str, end: &str) -> Fallible<Span> {
    let start = Timestamp::parse_local(start, zone)?;
    Ok(Span::new(start, Timestamp::parse_local(end, zone)?)?)
}
