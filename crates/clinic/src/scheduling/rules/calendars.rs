//! Hours and appointments as events of a calendar.

use agenda::{AppointmentState, Horizon, Span};
use ics::{Calendar, Event, Status, Weekly, When};
use jiff::civil::Date;
use kernel::{Timestamp, Zone};
use store::StoreError;
use webkit::Texts;

use crate::scheduling::{
    model::{Appointment, Away, Hours, Owner, Visit},
    wire::mode_word,
};

/// All that a doctor's calendar tells.
#[derive(Debug)]
pub(in crate::scheduling) struct Agenda {
    pub(in crate::scheduling) owner: Owner,
    pub(in crate::scheduling) hours: Vec<Hours>,
    pub(in crate::scheduling) away: Vec<Away>,
    pub(in crate::scheduling) visits: Vec<Visit>,
}

/// The days that a calendar reaches over, today first.
#[derive(Debug)]
pub(in crate::scheduling) struct Reach {
    pub(in crate::scheduling) zone: Zone,
    pub(in crate::scheduling) days: (Date, Date),
    /// When the first day begins, and the day after the last one.
    pub(in crate::scheduling) from: Timestamp,
    pub(in crate::scheduling) until: Timestamp,
}

/// How a calendar tells its events.
#[derive(Debug)]
pub(in crate::scheduling) struct Telling<'a> {
    pub(in crate::scheduling) texts: Texts,
    /// Ends every UID.
    pub(in crate::scheduling) host: &'a str,
    /// Whether patients are named, but those whose record few may open. A link
    /// may come into anybody's hands, so what it leads to names none.
    pub(in crate::scheduling) names: bool,
}

impl Reach {
    /// So many weeks from today on.
    pub(in crate::scheduling) fn new(
        zone: Zone,
        now: Timestamp,
        weeks: u16,
    ) -> Result<Self, String> {
        let first = now.date(&zone);
        let last = first.saturating_add(jiff::Span::new().days(i64::from(weeks) * 7 - 1));
        Ok(Self {
            from: Timestamp::of_day(first, &zone)?.0,
            until: Timestamp::of_day(last, &zone)?.1,
            days: (first, last),
            zone,
        })
    }

    fn horizon(&self) -> Result<Horizon, StoreError> {
        let broken = |error: agenda::HorizonError| StoreError::Internal(error.to_string());
        Horizon::new(&self.zone, self.days, u16::MAX, self.from).map_err(broken)
    }

    /// A number that is another every day: the hours' rules begin and end with
    /// the days, also when nobody changes them.
    fn day(&self) -> i64 {
        self.from.seconds() / 86_400
    }
}

impl Agenda {
    /// The calendar. It is the same text until something in it changes or the day
    /// does, so DTSTAMP is when that last happened.
    pub(in crate::scheduling) fn calendar(
        &self,
        reach: &Reach,
        telling: &Telling<'_>,
    ) -> Result<Calendar, StoreError> {
        let horizon = reach.horizon()?;
        let mut events = Vec::new();
        for hours in &self.hours {
            events.push(self.receives(hours, (reach, &horizon), telling)?);
        }
        for visit in &self.visits {
            events.push(visit.event(telling)?);
        }
        let changed = events.iter().map(|event| event.changed_at).max();
        let doctor = &self.owner.name;
        Ok(Calendar {
            name: telling
                .texts
                .with("calendar-of", &[("doctor", doctor as _)]),
            zone: reach.zone.clone(),
            now: changed.map_or(reach.from, |changed| changed.max(reach.from)),
            events,
        })
    }

    fn receives(
        &self,
        hours: &Hours,
        (reach, horizon): (&Reach, &Horizon),
        telling: &Telling<'_>,
    ) -> Result<Event, StoreError> {
        let broken = |faults| StoreError::Internal(format!("hours {}: {faults:?}", hours.id));
        let availability = hours.draft().check().map_err(broken)?;
        let away: Vec<_> = self
            .away
            .iter()
            .map(Away::exception)
            .collect::<Result<_, _>>()?;
        let changes = self.away.iter().map(|away| away.updated_at);
        let changed_at = changes.fold(hours.updated_at.max(reach.from), Timestamp::max);
        Ok(Event {
            uid: uid(&hours.id, telling.host),
            // Absences are cut out of the hours, and one that is taken away leaves
            // no version behind; the calendar's grows with all of them.
            sequence: sequence(self.owner.version + reach.day()),
            changed_at,
            when: When::Weekly(Weekly::new(horizon, &availability, &away)),
            summary: telling.texts.get("calendar-hours"),
            description: mode(telling.texts, hours.mode),
            location: hours.location.clone().unwrap_or_default(),
            url: String::new(),
            status: Status::Confirmed,
            busy: false,
        })
    }
}

impl Visit {
    fn event(&self, telling: &Telling<'_>) -> Result<Event, StoreError> {
        let summary = match telling.names && !self.restricted {
            true => self.patient_name.clone(),
            false => telling.texts.get("calendar-visit"),
        };
        let place = self.location_note.clone().filter(|_| telling.names);
        Ok(Event {
            uid: uid(&self.id, telling.host),
            sequence: sequence(self.version),
            changed_at: self.updated_at,
            when: once(self.starts_at, self.ends_at)?,
            summary,
            description: mode(telling.texts, self.mode),
            location: place.unwrap_or_default(),
            url: String::new(),
            status: status(self.status),
            busy: true,
        })
    }
}

/// One appointment as a calendar of its own, for its patient or for the staff.
pub(in crate::scheduling) fn one_visit(
    one: &Appointment,
    zone: Zone,
    summary: String,
    telling: &Telling<'_>,
) -> Result<Calendar, StoreError> {
    let event = Event {
        uid: uid(&one.id, telling.host),
        sequence: sequence(one.version),
        changed_at: one.updated_at,
        when: once(one.starts_at, one.ends_at)?,
        summary: summary.clone(),
        description: mode(telling.texts, one.mode),
        location: one.location_note.clone().unwrap_or_default(),
        url: String::new(),
        status: status(one.status),
        busy: true,
    };
    Ok(Calendar {
        name: summary,
        zone,
        now: one.updated_at,
        events: vec![event],
    })
}

/// The host of an address, e.g. `clinic.example` of `https://clinic.example:8080`.
pub(in crate::scheduling) fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match host.strip_prefix('[').and_then(|six| six.split_once(']')) {
        Some((six, _)) => six,
        None => host.split(':').next().unwrap_or_default(),
    }
}

/// What of a name may stand in a file's on any system.
pub(in crate::scheduling) fn in_file_name(name: &str) -> String {
    let plain = |c: char| match c.is_ascii_alphanumeric() || "-_.".contains(c) {
        true => c,
        false => '_',
    };
    name.chars().map(plain).collect()
}

fn uid(id: &impl ToString, host: &str) -> String {
    format!("{}@{host}", id.to_string())
}

fn sequence(version: i64) -> u32 {
    u32::try_from(version).unwrap_or_default()
}

fn once(start: Timestamp, end: Timestamp) -> Result<When, StoreError> {
    let span = Span::new(start, end).map_err(|error| StoreError::Internal(error.to_string()))?;
    Ok(When::Once(span))
}

fn mode(texts: Texts, mode: agenda::Mode) -> String {
    texts.get(&format!("appointment-mode-{}", mode_word(mode)))
}

/// What took place, or should have, stands where it stood.
const fn status(status: AppointmentState) -> Status {
    match status {
        AppointmentState::Pending => Status::Tentative,
        AppointmentState::Confirmed | AppointmentState::Completed | AppointmentState::NoShow => {
            Status::Confirmed
        }
        AppointmentState::Declined | AppointmentState::Cancelled => Status::Cancelled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_host() {
        for (address, expected) in [
            ("https://clinic.example", "clinic.example"),
            ("http://127.0.0.1:8080", "127.0.0.1"),
            ("http://[::1]:8080", "::1"),
            ("https://clinic.example:8443/x", "clinic.example"),
        ] {
            assert_eq!(host(address), expected);
        }
    }

    #[test]
    fn a_file_name_holds_nothing_that_a_header_or_a_folder_means() {
        assert_eq!(in_file_name("awa.d-1_2"), "awa.d-1_2");
        assert_eq!(in_file_name("../a\"b\r\n\u{e9};"), ".._a_b____");
    }
}
