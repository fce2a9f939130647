//! The contract's names (`spec/agent-medical.md`, "Appointments" and
//! "Availabilities, exceptions, slots, calendar").

mod answers;
mod appointments;
mod bodies;
mod calendars;
mod doctors;
mod exceptions;
mod hours;
mod indicators;
mod online;
mod pages;
mod reminders;
mod slots;
mod time;
mod waiting;

pub(super) use answers::ReplyForm;
pub(super) use appointments::*;
pub(super) use bodies::*;
pub(super) use calendars::*;
pub(super) use doctors::*;
pub(super) use exceptions::*;
pub(super) use hours::{HoursBody, HoursFilter, HoursInput, HoursPage};
pub(super) use indicators::*;
pub(super) use online::*;
pub(super) use pages::*;
pub(super) use reminders::*;
pub(super) use slots::*;
pub(super) use time::*;
pub(super) use waiting::*;

use agenda::Mode;
use kernel::{FieldError, Problem, Timestamp, Zone};

/// The contract's word for a way to come.
pub(super) const fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::InPerson => "presentiel",
        Mode::Remote => "distanciel",
        Mode::Both => "both",
    }
}

/// The way to come that the contract calls so.
///
/// # Errors
/// 400 naming `field`.
fn mode(given: &str, field: &'static str) -> Result<Mode, Problem> {
    one_of(given, field, Mode::ALL, mode_word)
}

/// The variant that the contract calls so.
///
/// # Errors
/// 400 naming `field`, with the words it takes.
fn one_of<T: Copy>(
    given: &str,
    field: &'static str,
    all: &[T],
    word: fn(T) -> &'static str,
) -> Result<T, Problem> {
    let known = all.iter().find(|one| word(**one) == given);
    known.copied().ok_or_else(|| {
        let choices: Vec<_> = all.iter().map(|one| word(*one)).collect();
        let fault = FieldError::new(field, "not-a-choice").with("choices", choices.join(", "));
        Problem::fields(vec![fault])
    })
}

/// An instant; without an offset it is the clinic's time.
///
/// # Errors
/// 400 naming `field`.
fn instant(given: &str, field: &'static str, zone: &Zone) -> Result<Timestamp, Problem> {
    Timestamp::parse_local(given, zone).map_err(|_| Problem::invalid(field, "not-a-time"))
}

/// The beginning of what a query gives: an instant, or a local day; of the day
/// after when `end`.
///
/// # Errors
/// 400 naming `field`.
fn edge(
    given: Option<&str>,
    field: &'static str,
    zone: &Zone,
    end: bool,
) -> Result<Option<Timestamp>, Problem> {
    let Some(given) = given.filter(|given| !given.is_empty()) else {
        return Ok(None);
    };
    if let Ok((first, after)) = Timestamp::local_day(given, zone) {
        return Ok(Some(if end { after } else { first }));
    }
    instant(given, field, zone).map(Some)
}
