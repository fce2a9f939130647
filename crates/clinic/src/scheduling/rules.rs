//! From rows to slots, and where a wish finds its place.

mod calendars;
mod indicators;
mod waiting;
pub(super) use calendars::*;
pub(super) use indicators::*;
pub(super) use waiting::*;
mod online;
pub(super) use online::*;

use std::sync::Arc;

use agenda::{Availability, Booking, Doctor, Exception, Horizon, Mode, Span, has_room};
use kernel::{FieldError, Problem, Timestamp, UserId};
use store::StoreError;

use super::model::{AppointmentId, Away, FreeSlot, Hours, Taken};

/// Longest note or message, in characters.
pub(super) const LONGEST_TEXT: usize = 2000;
/// Longest place, in characters.
pub(super) const LONGEST_PLACE: usize = 200;

/// What is known of doctors' time, each list by doctor.
#[derive(Debug, Default)]
pub(super) struct Diary {
    pub(super) hours: Vec<Arc<Hours>>,
    pub(super) away: Vec<Away>,
    pub(super) taken: Vec<Taken>,
}

/// Those of one doctor, in a list that is by doctor.
fn of<T>(all: &[T], who: UserId, key: impl Fn(&T) -> UserId) -> &[T] {
    let from = all.partition_point(|one| key(one) < who);
    let length = all[from..].partition_point(|one| key(one) == who);
    &all[from..from + length]
}

/// A doctor's rows as the rules of the agenda want them.
struct Own<'a> {
    hours: &'a [Arc<Hours>],
    availabilities: Vec<Availability>,
    exceptions: Vec<Exception>,
    bookings: Vec<Booking>,
}

impl Own<'_> {
    fn slots(&self, horizon: &Horizon, mode: Option<Mode>) -> Vec<FreeSlot> {
        let doctor = Doctor {
            availabilities: &self.availabilities,
            exceptions: &self.exceptions,
            bookings: &self.bookings,
        };
        let slots = horizon.slots(&doctor, mode).map(|slot| FreeSlot {
            hours: Arc::clone(&self.hours[slot.availability]),
            span: slot.span,
            capacity: slot.capacity,
            booked: slot.booked,
            remaining: slot.remaining(),
        });
        slots.collect()
    }
}

impl Diary {
    fn own(&self, who: UserId) -> Result<Own<'_>, StoreError> {
        let hours = of(&self.hours, who, |hours| hours.practitioner_id);
        let broken = |faults| StoreError::Internal(format!("hours of {who}: {faults:?}"));
        let availabilities = hours.iter().map(|h| h.draft().check().map_err(broken));
        let away = of(&self.away, who, |away| away.practitioner_id).iter();
        let taken = of(&self.taken, who, |taken| taken.practitioner_id).first();
        Ok(Own {
            hours,
            availabilities: availabilities.collect::<Result<_, _>>()?,
            exceptions: away.map(Away::exception).collect::<Result<_, _>>()?,
            bookings: taken.map_or(Ok(Vec::new()), Taken::bookings)?,
        })
    }

    /// Every slot of these days, by time and then by doctor; full ones too.
    pub(super) fn slots(
        &self,
        horizon: &Horizon,
        mode: Option<Mode>,
    ) -> Result<Vec<FreeSlot>, StoreError> {
        let mut slots = Vec::new();
        for hours in self
            .hours
            .chunk_by(|a, b| a.practitioner_id == b.practitioner_id)
        {
            let own = self.own(hours[0].practitioner_id)?;
            slots.extend(own.slots(horizon, mode));
        }
        slots.sort_by_key(|slot| slot.span.start());
        Ok(slots)
    }

    /// How many patients the place of this wish takes.
    ///
    /// # Errors
    /// 409 `doctor-away`, `slot-full`; for patients also `slot-not-offered`.
    pub(super) fn place(
        &self,
        wish: &Wish,
        horizon: &Horizon,
        now: Timestamp,
    ) -> Result<i64, Problem> {
        let own = self.own(wish.practitioner)?;
        if horizon.is_away(&own.exceptions, wish.span) {
            return Err(Problem::conflict("doctor-away"));
        }
        let mut touched = own.slots(horizon, Some(wish.mode));
        touched.retain(|slot| slot.span.overlaps(wish.span));
        if let Some(slot) = touched.iter().find(|slot| slot.span == wish.span) {
            return match slot.remaining {
                0 => Err(Problem::conflict("slot-full")),
                _ => Ok(i64::from(slot.capacity)),
            };
        }
        if wish.offered_only && !own.hours.is_empty() {
            return Err(Problem::conflict("slot-not-offered"));
        }
        let capacity = touched.iter().map(|slot| slot.capacity).min().unwrap_or(1);
        match has_room(wish.span, capacity, &own.bookings, now) {
            true => Ok(i64::from(capacity)),
            false => Err(Problem::conflict("slot-full")),
        }
    }
}

/// When somebody wants to come, and to whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    pub(super) practitioner: UserId,
    pub(super) span: Span,
    pub(super) mode: Mode,
    /// The appointment that is moved or agreed to: its own place does not count.
    pub(super) except: Option<AppointmentId>,
    /// Patients choose among what is offered; staff may put one anywhere.
    pub(super) offered_only: bool,
}

/// The time of a visit: it begins in the future and lasts at most eight hours.
///
/// # Errors
/// 400 naming the wrong field.
pub(super) fn visit(
    (start, end): (Timestamp, Timestamp),
    (start_field, end_field): (&'static str, &'static str),
    now: Timestamp,
) -> Result<Span, Problem> {
    let span =
        Span::new(start, end).map_err(|_| Problem::invalid(end_field, "end-before-start"))?;
    if start < now {
        return Err(Problem::invalid(start_field, "in-the-past"));
    }
    if end.micros() - start.micros() > super::storage::LONGEST {
        return Err(Problem::invalid(end_field, "visit-too-long"));
    }
    Ok(span)
}

/// Text without blanks at its ends; nothing when nothing is left.
///
/// # Errors
/// A fault of this field when it is longer than `most` characters.
pub(super) fn words(
    given: Option<String>,
    field: &'static str,
    most: usize,
) -> Result<Option<String>, FieldError> {
    let Some(given) = given.map(|given| given.trim().to_owned()) else {
        return Ok(None);
    };
    if given.chars().count() > most {
        return Err(FieldError::new(field, "too-long").with("max", most));
    }
    Ok(Some(given).filter(|given| !given.is_empty()))
}
