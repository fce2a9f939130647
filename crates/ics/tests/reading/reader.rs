//! A reader of iCalendar without a line of the crate: it unfolds, unescapes and
//! reckons local times by the text's own VTIMEZONE.

use jiff::{ToSpan, civil::DateTime};

#[derive(Debug, Default)]
pub struct Component {
    pub name: String,
    /// Name, parameters, raw value.
    pub properties: Vec<(String, String, String)>,
    pub components: Vec<Component>,
}

/// Reads a whole text; panics where it breaks a rule of RFC 5545, 3.1.
pub fn read(text: &str) -> Component {
    let body = text.strip_suffix("\r\n").expect("ends with CRLF");
    for line in body.split("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
        let tame = |c: char| c == '\t' || !c.is_control();
        assert!(line.chars().all(tame), "{line:?}");
    }
    let unfolded = body.replace("\r\n ", "");
    let mut open: Vec<Component> = vec![Component::default()];
    for line in unfolded.split("\r\n") {
        let (head, value) = line.split_once(':').expect("a line has a colon");
        match head {
            "BEGIN" => open.push(Component {
                name: value.to_owned(),
                ..Component::default()
            }),
            "END" => {
                let done = open.pop().unwrap();
                assert_eq!(done.name, value);
                open.last_mut().unwrap().components.push(done);
            }
            _ => {
                let (name, more) = head.split_once(';').unwrap_or((head, ""));
                let property = (name.to_owned(), more.to_owned(), value.to_owned());
                open.last_mut().unwrap().properties.push(property);
            }
        }
    }
    let mut root = open.pop().unwrap();
    assert!(open.is_empty() && root.components.len() == 1 && root.properties.is_empty());
    root.components.remove(0)
}

pub fn unescape(value: &str) -> String {
    let mut plain = String::new();
    let mut rest = value.chars();
    while let Some(next) = rest.next() {
        match (next, next == '\\') {
            (_, true) => match rest.next() {
                Some('n') => plain.push('\n'),
                Some(escaped @ ('\\' | ';' | ',')) => plain.push(escaped),
                other => panic!("an escape {other:?} in {value}"),
            },
            (';' | ',', _) => panic!("a bare {next} in {value}"),
            _ => plain.push(next),
        }
    }
    plain
}

impl Component {
    pub fn values(&self, name: &str) -> Vec<&str> {
        let named = self.properties.iter().filter(|(of, ..)| of == name);
        named.map(|(.., value)| value.as_str()).collect()
    }

    /// The raw value of a property that stands exactly once.
    pub fn one(&self, name: &str) -> &str {
        let values = self.values(name);
        assert_eq!(values.len(), 1, "{name} of {self:?}");
        values[0]
    }

    pub fn of(&self, name: &str) -> Vec<&Component> {
        self.components.iter().filter(|c| c.name == name).collect()
    }

    /// Start and end of all that takes place, seconds since 1970 UTC, in order.
    pub fn times(&self) -> Vec<(i64, i64)> {
        let clock = Clock::of(self.of("VTIMEZONE")[0]);
        let events = self.of("VEVENT").into_iter();
        let mut times: Vec<_> = events.flat_map(|event| clock.times(event)).collect();
        times.sort_unstable();
        times
    }
}

/// Onset, the offset before and after it, all in seconds, in order.
struct Clock(String, Vec<(i64, i64, i64)>);

impl Clock {
    fn of(zone: &Component) -> Self {
        let mut changes: Vec<_> = zone
            .components
            .iter()
            .map(|observance| {
                let (before, after) = (
                    offset(observance.one("TZOFFSETFROM")),
                    offset(observance.one("TZOFFSETTO")),
                );
                (face(observance.one("DTSTART")) - before, before, after)
            })
            .collect();
        changes.sort_unstable();
        // Each says what the one before it left.
        assert!(changes.windows(2).all(|pair| pair[0].2 == pair[1].1));
        Self(format!("TZID={}", zone.one("TZID")), changes)
    }

    fn instant(&self, params: &str, value: &str) -> i64 {
        if let Some(utc) = value.strip_suffix('Z') {
            assert_eq!(params, "");
            return face(utc);
        }
        assert_eq!(params, self.0);
        let shown = face(value);
        let mut possible = self.1.iter().enumerate().filter_map(|(nth, change)| {
            let at = shown - change.2;
            let end = self.1.get(nth + 1).map_or(i64::MAX, |next| next.0);
            (change.0 <= at && at < end).then_some(at)
        });
        let found = possible.next().expect("the clock shows it");
        assert_eq!(possible.next(), None, "the clock shows {value} twice");
        found
    }

    fn times(&self, event: &Component) -> Vec<(i64, i64)> {
        let property = |name: &str| {
            let found = event.properties.iter().find(|(of, ..)| of == name);
            found.map(|(_, params, value)| (params.as_str(), value.as_str()))
        };
        let ((zone, start), (_, end)) = (property("DTSTART").unwrap(), property("DTEND").unwrap());
        let first = (self.instant(zone, start), self.instant(zone, end));
        assert!(first.0 < first.1);
        let Some((_, rule)) = property("RRULE") else {
            return vec![first];
        };
        let (until, day) = rule
            .strip_prefix("FREQ=WEEKLY;UNTIL=")
            .and_then(|rest| rest.split_once("Z;BYDAY="))
            .unwrap();
        let mut left_out = event.values("EXDATE");
        let mut found = Vec::new();
        let mut date = parsed(start);
        let weekday = format!("{:?}", date.weekday()).to_uppercase();
        assert!(weekday.starts_with(day), "{day} is not {weekday}");
        // No time of a rule may be shown twice or never, unless it is left out.
        loop {
            let shown = date.strftime("%Y%m%dT%H%M%S").to_string();
            if let Some(nth) = left_out.iter().position(|out| *out == shown) {
                left_out.remove(nth);
            } else {
                let at = self.instant(zone, &shown);
                found.push((at, at + first.1 - first.0));
                // What the clock shows after the last time is no matter of the rule's.
                if at >= face(until) {
                    break;
                }
            }
            date = date.saturating_add(1.week());
        }
        assert!(left_out.is_empty(), "never takes place: {left_out:?}");
        assert_eq!(found.last().unwrap().0, face(until));
        found
    }
}

fn parsed(value: &str) -> DateTime {
    DateTime::strptime("%Y%m%dT%H%M%S", value).unwrap()
}

/// The seconds since 1970 of a clock in UTC that shows the same.
fn face(value: &str) -> i64 {
    let zoned = parsed(value).to_zoned(jiff::tz::TimeZone::UTC).unwrap();
    zoned.timestamp().as_second()
}

fn offset(value: &str) -> i64 {
    let number: i64 = value.parse().unwrap();
    (number / 100) * 3600 + (number % 100) * 60
}
