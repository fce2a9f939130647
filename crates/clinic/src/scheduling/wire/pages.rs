//! What the pages' addresses and forms say.

use agenda::{Mode, Span};
use kernel::{Id, Timestamp, UserId};
use serde::Deserialize;

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
