//! Old faults of the systems this one replaces, and the corners of the rules.

use agenda::{Exception, Span};
use ics::{Event, Status, Weekly, When};
use kernel::Timestamp;

use crate::{
    at, calendar, event, horizon, hours, once,
    reader::{Component, read, unescape},
    span, weekly,
};

const SITES: [&str; 5] = [
    "Africa/Dakar",
    "Africa/Douala",
    "Africa/Kinshasa",
    "Africa/Lubumbashi",
    "Europe/Paris",
];

fn appointment() -> When {
    When::Once(span("2026-03-02T08:00:00Z", "2026-03-02T08:30:00Z"))
}

fn seconds(span: Span) -> (i64, i64) {
    (span.start().seconds(), span.end().seconds())
}

/// What the events' rules leave out, and the starts of the events that have none.
fn left_out(read: &Component) -> (Vec<&str>, Vec<&str>) {
    let events = read.of("VEVENT").into_iter();
    let (rules, parts): (Vec<_>, Vec<_>) =
        events.partition(|event| !event.values("RRULE").is_empty());
    assert!(rules.len() <= 1, "one rule");
    let except = rules.iter().flat_map(|rule| rule.values("EXDATE"));
    let starts = parts.iter().map(|part| part.one("DTSTART"));
    (except.collect(), starts.collect())
}

/// The old calendar had no DTSTAMP, and most programs refused it.
#[test]
fn every_event_has_a_stamp_and_a_version() {
    let cut = once(span("2026-03-16T08:00:00Z", "2026-03-16T09:00:00Z"));
    let week = horizon("Africa/Kinshasa", "2026-03-02", "2026-05-24");
    let when = When::Weekly(Weekly::new(&week, &hours(0, 480, 720), &[cut]));
    let mut other = event(appointment());
    other.uid = "event-2@clinic.example".to_owned();
    let text = calendar("Africa/Kinshasa", vec![event(when), other]).text();
    let read = read(&text);
    let events = read.of("VEVENT");
    assert_eq!(events.len(), 4, "a rule, two parts, an appointment");
    for event in &events {
        assert_eq!(event.one("DTSTAMP"), "20260228T120000Z");
        assert_eq!(event.one("LAST-MODIFIED"), "20260220T100000Z");
        assert_eq!(event.one("SEQUENCE"), "3");
        assert_eq!(event.one("STATUS"), "CONFIRMED");
        assert!(!event.one("DTSTART").is_empty() && !event.one("DTEND").is_empty());
    }
    let uids: Vec<_> = events.iter().map(|event| event.one("UID")).collect();
    let expected = [
        "event-1@clinic.example",
        "20260316T070000Z-event-1@clinic.example",
        "20260316T090000Z-event-1@clinic.example",
        "event-2@clinic.example",
    ];
    assert_eq!(uids, expected);
    let zone = read.of("VTIMEZONE")[0];
    for part in [&[zone][..], &zone.components.iter().collect::<Vec<_>>()].concat() {
        assert!(part.values("DTSTAMP").is_empty() && part.values("UID").is_empty());
    }
}

#[test]
fn an_appointment_is_these_lines() {
    let whole = Event {
        description: "Apporter le carnet,\nsvp".to_owned(),
        location: "Lafiya; Gombe".to_owned(),
        url: "https://clinic.example/rendez-vous/7?été".to_owned(),
        ..event(appointment())
    };
    let expected = "BEGIN:VCALENDAR\r\n\
        VERSION:2.0\r\n\
        PRODID:-//Lafiya//Lafiya//FR\r\n\
        CALSCALE:GREGORIAN\r\n\
        METHOD:PUBLISH\r\n\
        NAME:Dr Mbuyi\r\n\
        X-WR-CALNAME:Dr Mbuyi\r\n\
        REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n\
        X-PUBLISHED-TTL:PT15M\r\n\
        BEGIN:VTIMEZONE\r\n\
        TZID:Africa/Kinshasa\r\n\
        BEGIN:STANDARD\r\n\
        DTSTART:19700101T010000\r\n\
        TZOFFSETFROM:+0100\r\n\
        TZOFFSETTO:+0100\r\n\
        TZNAME:WAT\r\n\
        END:STANDARD\r\n\
        END:VTIMEZONE\r\n\
        BEGIN:VEVENT\r\n\
        UID:event-1@clinic.example\r\n\
        DTSTAMP:20260228T120000Z\r\n\
        LAST-MODIFIED:20260220T100000Z\r\n\
        SEQUENCE:3\r\n\
        DTSTART:20260302T080000Z\r\n\
        DTEND:20260302T083000Z\r\n\
        SUMMARY:Consultation\r\n\
        DESCRIPTION:Apporter le carnet\\,\\nsvp\r\n\
        LOCATION:Lafiya\\; Gombe\r\n\
        URL:https://clinic.example/rendez-vous/7?%C3%A9t%C3%A9\r\n\
        STATUS:CONFIRMED\r\n\
        TRANSP:OPAQUE\r\n\
        END:VEVENT\r\n\
        END:VCALENDAR\r\n";
    assert_eq!(calendar("Africa/Kinshasa", vec![whole]).text(), expected);
}

#[test]
fn hours_nobody_excepts_are_one_rule_where_clocks_stay() {
    for (site, offset) in SITES.into_iter().zip([0, 1, 1, 2]) {
        let text = weekly(site, &hours(0, 480, 720), &[]);
        let read = read(&text);
        assert_eq!(left_out(&read), (vec![], vec![]), "{site}");
        let event = read.of("VEVENT")[0];
        assert_eq!(event.one("DTSTART"), "20260302T080000");
        assert_eq!(event.one("DTEND"), "20260302T120000");
        let until = format!("202605{}T{:02}0000Z", 18, 8 - offset);
        let rule = format!("FREQ=WEEKLY;UNTIL={until};BYDAY=MO");
        assert_eq!(event.one("RRULE"), rule);
        assert!(text.contains(&format!("DTSTART;TZID={site}:")));
        let first = at("2026-03-02T08:00:00Z").seconds() - offset * 3600;
        let week = 7 * 86_400;
        let expected: Vec<_> = (0..12)
            .map(|nth| first + nth * week)
            .map(|start| (start, start + 4 * 3600))
            .collect();
        assert_eq!(read.times(), expected);
    }
}

/// Eight o'clock stays eight o'clock when the clocks change on 29 March.
#[test]
fn hours_keep_their_time_on_the_clock_in_one_rule() {
    let text = weekly("Europe/Paris", &hours(0, 480, 720), &[]);
    let read = read(&text);
    assert_eq!(left_out(&read), (vec![], vec![]));
    let times = read.times();
    assert_eq!(times[3].0, at("2026-03-23T07:00:00Z").seconds());
    assert_eq!(times[4].0, at("2026-03-30T06:00:00Z").seconds());
    assert_eq!(times.len(), 12);
}

/// Readers do not agree on hours that the change makes shorter.
#[test]
fn a_night_of_change_stands_for_itself() {
    let text = weekly("Europe/Paris", &hours(6, 60, 300), &[]);
    let read = read(&text);
    let change = span("2026-03-29T00:00:00Z", "2026-03-29T03:00:00Z");
    assert_eq!(
        left_out(&read),
        (vec!["20260329T010000"], vec!["20260329T000000Z"])
    );
    assert!(read.times().contains(&seconds(change)));
    // Hours of which nothing is left that day.
    let text = weekly("Europe/Paris", &hours(6, 120, 180), &[]);
    let read = crate::reader::read(&text);
    assert_eq!(left_out(&read), (vec!["20260329T020000"], vec![]));
    assert_eq!(read.times().len(), 11);
}

#[test]
fn a_day_that_is_cut_leaves_the_rule_and_its_rest_stays() {
    let away = [
        once(span("2026-03-16T08:00:00Z", "2026-03-16T09:00:00Z")),
        once(span("2026-04-05T00:00:00Z", "2026-04-07T00:00:00Z")),
    ];
    let text = weekly("Africa/Dakar", &hours(0, 480, 720), &away);
    let read = read(&text);
    let except = vec!["20260316T080000", "20260406T080000"];
    assert_eq!(left_out(&read), (except, vec!["20260316T090000Z"]));
    let rest = span("2026-03-16T09:00:00Z", "2026-03-16T12:00:00Z");
    let times = read.times();
    assert_eq!(times.len(), 11);
    assert_eq!(times[2], seconds(rest));
}

/// An exception that only touches the hours leaves the rule as it is.
#[test]
fn neighbours_take_nothing() {
    let away = [
        once(span("2026-03-16T07:00:00Z", "2026-03-16T08:00:00Z")),
        once(span("2026-03-16T12:00:00Z", "2026-03-17T08:00:00Z")),
    ];
    let text = weekly("Africa/Dakar", &hours(0, 480, 720), &away);
    assert_eq!(left_out(&read(&text)), (vec![], vec![]));
}

#[test]
fn a_rule_starts_and_ends_with_a_day_of_its_own() {
    let away = [
        once(span("2026-02-01T00:00:00Z", "2026-03-10T00:00:00Z")),
        once(span("2026-05-18T10:00:00Z", "2026-06-20T00:00:00Z")),
    ];
    let text = weekly("Africa/Dakar", &hours(0, 480, 720), &away);
    let read = read(&text);
    assert_eq!(left_out(&read), (vec![], vec!["20260518T080000Z"]));
    let rule = read.of("VEVENT")[0];
    assert_eq!(rule.one("DTSTART"), "20260316T080000");
    assert!(rule.one("RRULE").contains("UNTIL=20260511T080000Z"));
    assert_eq!(read.times().len(), 10);
}

#[test]
fn without_a_whole_day_there_is_no_rule() {
    let every_week = Exception {
        span: span("2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z"),
        weekly: true,
    };
    let text = weekly("Africa/Dakar", &hours(0, 480, 720), &[every_week]);
    let read = read(&text);
    let (except, starts) = left_out(&read);
    assert_eq!((except.len(), starts.len()), (0, 24));
    let gone = once(span("2026-03-01T00:00:00Z", "2026-07-01T00:00:00Z"));
    let text = weekly("Africa/Dakar", &hours(0, 480, 720), &[gone]);
    assert!(crate::reader::read(&text).of("VEVENT").is_empty());
}

#[test]
fn hours_may_last_until_midnight() {
    let text = weekly("Africa/Kinshasa", &hours(6, 1200, 1440), &[]);
    let read = read(&text);
    let rule = read.of("VEVENT")[0];
    assert_eq!(rule.one("DTSTART"), "20260308T200000");
    assert_eq!(rule.one("DTEND"), "20260309T000000");
    assert!(rule.one("RRULE").ends_with("BYDAY=SU"));
}

/// Reckoned in another zone the times are still those of the horizon.
#[test]
fn a_horizon_of_another_zone_keeps_its_times() {
    let week = horizon("Africa/Kinshasa", "2026-03-02", "2026-03-15");
    let when = When::Weekly(Weekly::new(&week, &hours(0, 480, 720), &[]));
    let text = calendar("Africa/Dakar", vec![event(when)]).text();
    let read = read(&text);
    let first = span("2026-03-02T07:00:00Z", "2026-03-02T11:00:00Z");
    assert_eq!(read.times()[0], seconds(first));
}

#[test]
fn what_is_cancelled_takes_no_time() {
    let cases = [
        (Status::Confirmed, true, "CONFIRMED", "OPAQUE"),
        (Status::Tentative, true, "TENTATIVE", "OPAQUE"),
        (Status::Confirmed, false, "CONFIRMED", "TRANSPARENT"),
        (Status::Cancelled, true, "CANCELLED", "TRANSPARENT"),
    ];
    for (status, busy, told, time) in cases {
        let event = Event {
            status,
            busy,
            ..event(appointment())
        };
        let read = read(&calendar("Africa/Dakar", vec![event]).text());
        let event = read.of("VEVENT")[0];
        assert_eq!((event.one("STATUS"), event.one("TRANSP")), (told, time));
    }
}

/// A second person's line must not become a line of the calendar.
#[test]
fn words_make_no_lines() {
    for end in ["\r\n", "\n", "\r", "\u{85}", "\u{2028}", "\u{b}"] {
        let evil = format!("a{end}END:VEVENT{end}ATTENDEE:b{end}");
        let event = Event {
            uid: evil.clone(),
            summary: evil.clone(),
            description: evil.clone(),
            location: evil.clone(),
            url: evil.clone(),
            ..event(appointment())
        };
        let mut calendar = calendar("Africa/Dakar", vec![event]);
        calendar.name = evil;
        let read = read(&calendar.text());
        assert!(read.of("VEVENT")[0].values("ATTENDEE").is_empty());
        assert!(unescape(read.one("X-WR-CALNAME")).contains("END:VEVENT"));
        assert_eq!(read.one("NAME"), read.one("X-WR-CALNAME"));
    }
}

#[test]
fn an_end_never_falls_on_its_start() {
    let second = at("2026-03-02T08:00:00Z").micros();
    let short = Span::new(
        Timestamp::from_micros(second + 1),
        Timestamp::from_micros(second + 2),
    );
    let event = event(When::Once(short.unwrap()));
    let read = read(&calendar("Africa/Dakar", vec![event]).text());
    let event = read.of("VEVENT")[0];
    assert_eq!(event.one("DTSTART"), "20260302T080000Z");
    assert_eq!(event.one("DTEND"), "20260302T080001Z");
}

/// Whatever stands in a database, a feed is an answer and not a crash.
#[test]
fn the_ends_of_time_are_told() {
    for micros in [i64::MIN, i64::MAX] {
        let mut calendar = calendar("Europe/Paris", vec![event(appointment())]);
        calendar.now = Timestamp::from_micros(micros);
        assert_eq!(read(&calendar.text()).of("VEVENT").len(), 1);
    }
}
