//! What the pages' addresses and forms say.

use agenda::{Mode, Span};
use kernel::{Id, Patch, Problem, Timestamp, UserId, Zone};
use serde::Deserialize;

use super::{
    exceptions::{kind_named, kind_word},
    hours::{clock, minute},
};
use crate::scheduling::{
    api::{NewAway, NewHours},
    model::{Away, Hours},
};

/// A slot in an address or a form: `<start>-<end>.<doctor>`, instants in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scheduling) struct SlotKey {
    pub(in crate::scheduling) span: Span,
    pub(in crate::scheduling) practitioner: UserId,
}

impl SlotKey {
    /// Nothing for what is no slot.
    pub(in crate::scheduling) fn parse(given: &str) -> Option<Self> {
        let (times, doctor) = given.split_once('.')?;
        let (start, end) = times.split_once('-')?;
        let at = |seconds: &str| {
            let seconds: i64 = seconds.parse().ok()?;
            Some(Timestamp::from_micros(seconds.checked_mul(1_000_000)?))
        };
        Some(Self {
            span: Span::new(at(start)?, at(end)?).ok()?,
            practitioner: Id::from_uuid(doctor.parse().ok()?),
        })
    }
}

impl PlaceForm {
    /// When it is, of which doctor.
    ///
    /// # Errors
    /// 400 naming `time`, `minutes` or `medecin`.
    pub(in crate::scheduling) fn place(&self, zone: &Zone) -> Result<SlotKey, Problem> {
        if let Some(key) = SlotKey::parse(&self.slot) {
            return Ok(key);
        }
        let written = format!("{}T{}", self.date, self.time);
        let start = super::instant(&written, "time", zone)?;
        let wrong = || Problem::invalid("minutes", "visit-too-long");
        let minutes: u64 = self.minutes.trim().parse().map_err(|_| wrong())?;
        let length = std::time::Duration::from_secs(minutes.saturating_mul(60).min(86_400));
        let practitioner = doctor_of(&self.medecin);
        Ok(SlotKey {
            span: Span::new(start, start.plus(length)).map_err(|_| wrong())?,
            practitioner: practitioner.ok_or_else(|| Problem::invalid("medecin", "required"))?,
        })
    }

    /// Why it may stand above what the slot takes; nothing when it may not.
    ///
    /// # Errors
    /// 400 naming `overbook_reason` when the box is ticked and no reason given.
    pub(in crate::scheduling) fn over(&self) -> Result<Option<String>, Problem> {
        if self.overbook.is_empty() {
            return Ok(None);
        }
        match self.overbook_reason.trim() {
            "" => Err(Problem::invalid("overbook_reason", "required")),
            reason => Ok(Some(reason.to_owned())),
        }
    }
}

impl PlaceForm {
    /// How often it comes back; nothing when it does not.
    ///
    /// # Errors
    /// 400 naming `every_weeks` or `count`.
    pub(in crate::scheduling) fn series(&self) -> Result<Option<(u8, u8)>, Problem> {
        if matches!(self.count.trim(), "" | "1") {
            return Ok(None);
        }
        let number = |given: &str, field| {
            let number = given.trim().parse::<u8>().ok();
            let number = number.filter(|number| (1..=52).contains(number));
            number.ok_or_else(|| Problem::invalid(field, "series-too-long"))
        };
        let every = number(&self.every_weeks, "every_weeks")?;
        Ok(Some((every, number(&self.count, "count")?)))
    }
}

impl std::fmt::Display for SlotKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (start, end) = (self.span.start().seconds(), self.span.end().seconds());
        write!(f, "{start}-{end}.{}", self.practitioner)
    }
}

/// A visit's way to come, as a form names it; at the clinic when nothing is said.
pub(in crate::scheduling) fn way(given: &str) -> Mode {
    match given == super::mode_word(Mode::Remote) {
        true => Mode::Remote,
        false => Mode::InPerson,
    }
}

/// Any doctor, in an address.
pub(in crate::scheduling) const ANY: &str = "all";

/// The doctor whose id a form or an address gives.
pub(in crate::scheduling) fn doctor_of(given: &str) -> Option<UserId> {
    given.parse().ok().map(Id::from_uuid)
}

/// What a patient has chosen so far.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct BookQuery {
    pub(in crate::scheduling) medecin: String,
    pub(in crate::scheduling) day: String,
    pub(in crate::scheduling) slot: String,
}

/// What a patient asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct BookForm {
    /// The doctor that was chosen, or [`ANY`].
    pub(in crate::scheduling) medecin: String,
    pub(in crate::scheduling) slot: String,
    pub(in crate::scheduling) mode: String,
    pub(in crate::scheduling) message: String,
    pub(in crate::scheduling) version: Option<i64>,
}

/// What was done, for the page that comes after.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct Done {
    pub(in crate::scheduling) done: String,
}

/// A step of one appointment.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct ActForm {
    pub(in crate::scheduling) version: Option<i64>,
    pub(in crate::scheduling) message: String,
    pub(in crate::scheduling) medecin: String,
    /// The query of the agenda from which it was done.
    pub(in crate::scheduling) from: String,
}

/// What of the agenda is shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct AgendaQuery {
    pub(in crate::scheduling) date: String,
    pub(in crate::scheduling) medecin: String,
    /// `week`, or the day.
    pub(in crate::scheduling) view: String,
    pub(in crate::scheduling) done: String,
}

/// Where staff put an appointment, and whose.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct PlaceQuery {
    pub(in crate::scheduling) patient: String,
    pub(in crate::scheduling) search: String,
    pub(in crate::scheduling) medecin: String,
    pub(in crate::scheduling) date: String,
    pub(in crate::scheduling) slot: String,
}

/// An appointment as staff enter or move it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct PlaceForm {
    pub(in crate::scheduling) patient: String,
    pub(in crate::scheduling) medecin: String,
    pub(in crate::scheduling) date: String,
    /// One of the free ones; empty for the time below.
    pub(in crate::scheduling) slot: String,
    pub(in crate::scheduling) time: String,
    pub(in crate::scheduling) minutes: String,
    pub(in crate::scheduling) mode: String,
    pub(in crate::scheduling) note: String,
    pub(in crate::scheduling) message: String,
    /// Whether it may stand above what the slot takes.
    pub(in crate::scheduling) overbook: String,
    pub(in crate::scheduling) overbook_reason: String,
    /// Weeks from one appointment of a series to the next.
    pub(in crate::scheduling) every_weeks: String,
    /// How many a series has, with this one; empty for no series.
    pub(in crate::scheduling) count: String,
    /// Whether it is agreed to at once.
    pub(in crate::scheduling) confirm: String,
    pub(in crate::scheduling) version: Option<i64>,
}

/// Whose hours or absences are shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct OwnQuery {
    pub(in crate::scheduling) medecin: String,
    pub(in crate::scheduling) edit: String,
    pub(in crate::scheduling) done: String,
}

/// Hours as a form says them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct HoursForm {
    pub(in crate::scheduling) medecin: String,
    /// The hours that are changed; empty to add some.
    pub(in crate::scheduling) edit: String,
    pub(in crate::scheduling) version: Option<i64>,
    pub(in crate::scheduling) day_of_week: String,
    pub(in crate::scheduling) start_time: String,
    pub(in crate::scheduling) end_time: String,
    pub(in crate::scheduling) consultation_type: String,
    pub(in crate::scheduling) duration_minutes: String,
    pub(in crate::scheduling) max_consultations: String,
    pub(in crate::scheduling) location: String,
    pub(in crate::scheduling) notes: String,
    /// Said when they hold not now.
    pub(in crate::scheduling) paused: String,
    /// Said to see what would be offered, and save nothing.
    pub(in crate::scheduling) preview: String,
}

impl HoursForm {
    /// The form of these hours.
    pub(in crate::scheduling) fn of(hours: &Hours) -> Self {
        let pause = if hours.active { "" } else { "1" };
        Self {
            edit: hours.id.to_string(),
            version: Some(hours.version),
            day_of_week: hours.weekday.to_string(),
            start_time: clock(hours.start_minute),
            end_time: clock(hours.end_minute),
            consultation_type: super::mode_word(hours.mode).to_owned(),
            duration_minutes: hours.slot_minutes.to_string(),
            max_consultations: hours.capacity.to_string(),
            location: hours.location.clone().unwrap_or_default(),
            notes: hours.notes.clone().unwrap_or_default(),
            paused: pause.to_owned(),
            ..Self::default()
        }
    }

    /// What it says.
    ///
    /// # Errors
    /// 400 naming the wrong field.
    pub(in crate::scheduling) fn read(&self) -> Result<NewHours, Problem> {
        let number = |given: &str, field, code| {
            let number = given.trim().parse::<i64>();
            number.map_err(|_| Problem::invalid(field, code))
        };
        let (minutes, most) = (&self.duration_minutes, &self.max_consultations);
        // A browser's clock has no 24:00: midnight ends the day.
        let end = match self.end_time.as_str() {
            "00:00" => "24:00",
            other => other,
        };
        Ok(NewHours {
            practitioner: doctor_of(&self.medecin),
            weekday: Some(number(&self.day_of_week, "day_of_week", "not-a-weekday")?),
            start_minute: minute(Some(&self.start_time), "start_time")?,
            end_minute: minute(Some(end), "end_time")?,
            mode: Some(super::mode(&self.consultation_type, "consultation_type")?),
            slot_minutes: Some(number(minutes, "duration_minutes", "slot-minutes")?),
            capacity: Some(number(most, "max_consultations", "slot-capacity")?),
            location: Patch::Set(self.location.clone()),
            notes: Patch::Set(self.notes.clone()),
            active: Some(self.paused.is_empty()),
        })
    }
}

/// An absence as a form says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct AbsenceForm {
    pub(in crate::scheduling) medecin: String,
    /// The absence that is changed; empty to add one.
    pub(in crate::scheduling) edit: String,
    pub(in crate::scheduling) version: Option<i64>,
    pub(in crate::scheduling) start_datetime: String,
    pub(in crate::scheduling) end_datetime: String,
    pub(in crate::scheduling) exception_type: String,
    pub(in crate::scheduling) reason: String,
    pub(in crate::scheduling) is_recurring: String,
}

impl AbsenceForm {
    /// The form of this absence, in the clinic's time.
    pub(in crate::scheduling) fn of(away: &Away, zone: &Zone) -> Self {
        let at = |at: Timestamp| format!("{}T{}", at.day(zone), at.hour_minute(zone));
        let weekly = if away.weekly { "1" } else { "" };
        Self {
            medecin: away.practitioner_id.to_string(),
            edit: away.id.to_string(),
            version: Some(away.version),
            start_datetime: at(away.starts_at),
            end_datetime: at(away.ends_at),
            exception_type: kind_word(away.kind).to_owned(),
            reason: away.reason.clone().unwrap_or_default(),
            is_recurring: weekly.to_owned(),
        }
    }

    /// What it says, in the clinic's time.
    ///
    /// # Errors
    /// 400 naming the wrong field.
    pub(in crate::scheduling) fn read(&self, zone: &Zone) -> Result<NewAway, Problem> {
        let (start, end) = (&self.start_datetime, &self.end_datetime);
        Ok(NewAway {
            practitioner: doctor_of(&self.medecin),
            starts_at: Some(super::instant(start, "start_datetime", zone)?),
            ends_at: Some(super::instant(end, "end_datetime", zone)?),
            kind: Some(kind_named(&self.exception_type)?),
            reason: Patch::Set(self.reason.clone()),
            weekly: Some(!self.is_recurring.is_empty()),
        })
    }
}

/// A button and nothing else but whose.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::scheduling) struct DropForm {
    pub(in crate::scheduling) medecin: String,
    pub(in crate::scheduling) version: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_read_back_and_nothing_else_is_one() {
        let doctor = "01980000-0000-7000-8000-000000000001";
        let given = format!("1800000000-1800001800.{doctor}");
        let key = SlotKey::parse(&given).unwrap();
        assert_eq!(key.to_string(), given);
        assert_eq!(key.practitioner.to_string(), doctor);
        let backwards = format!("1800001800-1800000000.{doctor}");
        let far = format!("1-9223372036854775807.{doctor}");
        for wrong in ["", "1-2.x", "1.2", doctor, &backwards, &far] {
            assert_eq!(SlotKey::parse(wrong), None, "{wrong}");
        }
    }
}
