use agenda::Span;
use jiff::{SignedDuration, Timestamp};
use kernel::Zone;

use crate::{
    Weekly,
    line::{Lines, local, uri, utc},
    weekly::{Rule, instant},
    zone,
};

/// Who wrote it (3.7.3).
const PRODUCT: &str = "-//Lafiya//Lafiya//FR";
/// How often a subscriber shall ask again.
const REFRESH: &str = "PT15M";
/// The days of the week as a rule names them, Monday first.
const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A calendar to download or to subscribe to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// What a person's calendar shows as its name. Better without commas and
    /// semicolons: some readers show the backslash that must stand before one.
    pub name: String,
    /// The site's zone.
    pub zone: Zone,
    /// When the text is written, DTSTAMP of every event; two texts of other
    /// times differ.
    pub now: kernel::Timestamp,
    /// In any order, each with a UID of its own.
    pub events: Vec<Event>,
}

/// Something that stands in a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The same for ever, and in no other calendar of the world, e.g.
    /// `appointment-<id>@<host>`.
    pub uid: String,
    /// Greater each time anything below changes; subscribers may ignore a change
    /// that comes with the number they know.
    pub sequence: u32,
    /// When it last changed.
    pub changed_at: kernel::Timestamp,
    /// When it takes place.
    pub when: When,
    /// One line.
    pub summary: String,
    /// More, or nothing.
    pub description: String,
    /// Where, or nothing.
    pub location: String,
    /// An address to open, or nothing.
    pub url: String,
    /// Whether it takes place.
    pub status: Status,
    /// Whether it takes the person's time; a cancelled event never does.
    pub busy: bool,
}

/// When an event takes place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// Once, told in UTC to whole seconds.
    Once(Span),
    /// Every week, at a time on the clock on the wall. Days that exceptions or
    /// changes of the clock touch stand as events of their own, of the same words
    /// and with UIDs made from this one's.
    Weekly(Weekly),
}

/// Whether an event takes place (3.8.1.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It does.
    Confirmed,
    /// It may.
    Tentative,
    /// It does not.
    Cancelled,
}

impl Status {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "CONFIRMED",
            Self::Tentative => "TENTATIVE",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// Times that one VEVENT tells, and what stands before the event's UID.
enum Told {
    Once(String, Span),
    Weekly(Rule),
}

impl Calendar {
    /// The whole text: UTF-8, lines of at most 75 octets that end in CRLF.
    ///
    /// Whatever the events' words hold, they stay within their property: line
    /// ends are escaped, other control characters left out.
    #[must_use]
    pub fn text(&self) -> String {
        let told: Vec<(&Event, Told)> = self
            .events
            .iter()
            .flat_map(|event| {
                event
                    .told(&self.zone)
                    .into_iter()
                    .map(move |one| (event, one))
            })
            .collect();
        let mut lines = Lines::default();
        lines.add("BEGIN", "VCALENDAR");
        lines.add("VERSION", "2.0");
        lines.add("PRODID", PRODUCT);
        lines.add("CALSCALE", "GREGORIAN");
        lines.add("METHOD", "PUBLISH");
        lines.add_text("NAME", &self.name);
        lines.add_text("X-WR-CALNAME", &self.name);
        lines.add("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
        lines.add("X-PUBLISHED-TTL", REFRESH);
        zone::add(&mut lines, &self.zone, self.local_times(&told));
        for (event, one) in &told {
            self.event(&mut lines, event, one);
        }
        lines.add("END", "VCALENDAR");
        lines.into_text()
    }

    /// From the first to the last time that is told in local time.
    fn local_times(&self, told: &[(&Event, Told)]) -> (Timestamp, Timestamp) {
        let now = instant(self.now);
        let rules = told.iter().filter_map(|(_, one)| match one {
            Told::Weekly(rule) => Some(rule),
            Told::Once(..) => None,
        });
        rules.fold((now, now), |(from, to), rule| {
            // The last time ends within a day of its start.
            let day = SignedDuration::from_hours(24);
            let end = rule.until.saturating_add(day).unwrap_or(rule.until);
            (from.min(rule.from), to.max(end))
        })
    }

    fn event(&self, lines: &mut Lines, event: &Event, told: &Told) {
        lines.add("BEGIN", "VEVENT");
        let part = match told {
            Told::Once(part, _) => part,
            Told::Weekly(_) => "",
        };
        lines.add_text("UID", &format!("{part}{}", event.uid));
        lines.add("DTSTAMP", &utc(instant(self.now)));
        lines.add("LAST-MODIFIED", &utc(instant(event.changed_at)));
        lines.add("SEQUENCE", &event.sequence.to_string());
        match told {
            Told::Once(_, span) => once(lines, *span),
            Told::Weekly(rule) => weekly(lines, &self.zone, rule),
        }
        lines.add_text("SUMMARY", &event.summary);
        lines.add_text("DESCRIPTION", &event.description);
        lines.add_text("LOCATION", &event.location);
        if !event.url.is_empty() {
            lines.add("URL", &uri(&event.url));
        }
        lines.add("STATUS", event.status.as_str());
        let busy = event.busy && event.status != Status::Cancelled;
        lines.add("TRANSP", if busy { "OPAQUE" } else { "TRANSPARENT" });
        lines.add("END", "VEVENT");
    }
}

impl Event {
    fn told(&self, zone: &Zone) -> Vec<Told> {
        match &self.when {
            When::Once(span) => vec![Told::Once(String::new(), *span)],
            When::Weekly(hours) => {
                let (rule, parts) = hours.split(zone);
                let part =
                    |span: Span| Told::Once(format!("{}-", utc(instant(span.start()))), span);
                let rule = rule.into_iter().map(Told::Weekly);
                rule.chain(parts.into_iter().map(part)).collect()
            }
        }
    }
}

fn once(lines: &mut Lines, span: Span) {
    lines.add("DTSTART", &utc(instant(span.start())));
    // Up to the next whole second: the end must lie after the start.
    let end = span.end().micros().saturating_add(999_999);
    let end = kernel::Timestamp::from_micros(end);
    lines.add("DTEND", &utc(instant(end)));
}

fn weekly(lines: &mut Lines, zone: &Zone, rule: &Rule) {
    let at = |name: &str| format!("{name};TZID={}", zone.name());
    lines.add(&at("DTSTART"), &local(rule.start));
    lines.add(&at("DTEND"), &local(rule.end));
    let day = DAYS[usize::from(rule.day)];
    let until = utc(rule.until);
    lines.add("RRULE", &format!("FREQ=WEEKLY;UNTIL={until};BYDAY={day}"));
    for start in &rule.except {
        lines.add(&at("EXDATE"), &local(*start));
    }
}
