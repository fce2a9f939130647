//! Hours, exceptions and appointments.

mod answers;
mod appointments;
mod calendars;
mod indicators;
mod online;
mod waiting;

pub use answers::*;
pub use appointments::*;
pub use calendars::*;
pub use indicators::*;
pub use online::*;
pub use waiting::*;

use std::sync::Arc;

use agenda::{AppointmentState, Booking, Draft, Exception, Mode, Span};
use kernel::{Id, Timestamp, UserId};
use store::StoreError;

use crate::patients::api::PatientId;

/// Marker of [`AvailabilityId`].
#[derive(Debug)]
pub struct AvailabilityMark;
/// Hours of a week in which a doctor receives.
pub type AvailabilityId = Id<AvailabilityMark>;
/// Marker of [`ExceptionId`].
#[derive(Debug)]
pub struct ExceptionMark;
/// A time in which a doctor does not receive.
pub type ExceptionId = Id<ExceptionMark>;
/// Marker of [`AppointmentId`].
#[derive(Debug)]
pub struct AppointmentMark;
/// One visit that was asked for.
pub type AppointmentId = Id<AppointmentMark>;

store::row! {
    /// Hours of a week in which a doctor receives.
    pub struct Hours {
        /// Their id.
        pub id: AvailabilityId,
        /// Whose they are.
        pub practitioner_id: UserId,
        /// His name.
        pub practitioner_name: String,
        /// 0 Monday to 6.
        pub weekday: i64,
        /// Minutes after midnight on the clinic's wall clock.
        pub start_minute: i64,
        /// The same; up to 1440.
        pub end_minute: i64,
        /// How patients come.
        pub mode: Mode,
        /// How long a slot takes, minutes.
        pub slot_minutes: i64,
        /// How many patients a slot takes.
        pub capacity: i64,
        /// Where.
        pub location: Option<String>,
        /// For the staff only.
        pub notes: Option<String>,
        /// Whether they hold now.
        pub active: bool,
        /// When they were entered.
        pub created_at: Timestamp,
        /// When they were changed.
        pub updated_at: Timestamp,
        /// Counts changes, from 1.
        pub version: i64,
    }
}

impl Hours {
    /// The same for the rules of the agenda; a number out of range is out of theirs too.
    pub(super) fn draft(&self) -> Draft {
        let number = |value: i64| u16::try_from(value).unwrap_or(u16::MAX);
        Draft {
            day: u8::try_from(self.weekday).unwrap_or(u8::MAX),
            start: number(self.start_minute),
            end: number(self.end_minute),
            mode: self.mode,
            slot_minutes: number(self.slot_minutes),
            capacity: u16::try_from(self.capacity).unwrap_or(0),
        }
    }
}

kernel::words! {
    /// Why a doctor does not receive.
    pub enum ExceptionKind {
        /// Without more being said.
        Unavailable = "unavailable",
        /// He does something else.
        Busy = "busy",
        /// Holidays.
        Vacation = "vacation",
        /// He learns or teaches.
        Training = "training",
        /// Something urgent.
        Emergency = "emergency",
    }
}

store::row! {
    /// A time in which a doctor does not receive.
    pub struct Away {
        /// Its id.
        pub id: ExceptionId,
        /// Whose it is.
        pub practitioner_id: UserId,
        /// His name.
        pub practitioner_name: String,
        /// From here.
        pub starts_at: Timestamp,
        /// Up to here.
        pub ends_at: Timestamp,
        /// Why.
        pub kind: ExceptionKind,
        /// Why, in words; for the staff only.
        pub reason: Option<String>,
        /// Whether it comes back every week.
        pub weekly: bool,
        /// When it was entered.
        pub created_at: Timestamp,
        /// When it was changed.
        pub updated_at: Timestamp,
        /// Counts changes, from 1.
        pub version: i64,
    }
}

/// The time between two instants of one row; the schema keeps them in order.
fn span(start: Timestamp, end: Timestamp) -> Result<Span, StoreError> {
    Span::new(start, end).map_err(|error| StoreError::Internal(error.to_string()))
}

impl Away {
    pub(super) fn exception(&self) -> Result<Exception, StoreError> {
        Ok(Exception {
            span: span(self.starts_at, self.ends_at)?,
            weekly: self.weekly,
        })
    }
}

store::row! {
    /// What keeps a doctor's time.
    pub(super) struct Taken {
        pub practitioner_id: UserId,
        /// Starts and ends in turn, microseconds since 1970 UTC, a blank between them:
        /// a row for each of a hundred thousand visits takes the time of a whole answer.
        pub spans: String,
    }
}

impl Taken {
    /// Those who keep their places now.
    pub(super) fn bookings(&self) -> Result<Vec<Booking>, StoreError> {
        let broken = |error| StoreError::Internal(format!("{}: {error}", self.practitioner_id));
        let times: Result<Vec<i64>, _> = self.spans.split(' ').map(str::parse).collect();
        let times = times.map_err(broken)?;
        let bookings = times.chunks_exact(2).map(|ends| {
            let (start, end) = (
                Timestamp::from_micros(ends[0]),
                Timestamp::from_micros(ends[1]),
            );
            Ok(Booking {
                span: span(start, end)?,
                state: AppointmentState::Confirmed,
                held_until: end,
            })
        });
        bookings.collect()
    }
}

/// One time at which a patient can come.
#[derive(Debug, Clone)]
pub struct FreeSlot {
    /// The hours it is cut from: whose they are, and how and where he receives.
    pub hours: Arc<Hours>,
    /// When.
    pub span: Span,
    /// How many patients it takes.
    pub capacity: u16,
    /// How many of these places are taken.
    pub booked: usize,
    /// How many are left.
    pub remaining: u16,
}

/// Which slots are sought; days are local, both included.
#[derive(Debug, Clone, Copy)]
pub struct SoughtSlots {
    /// The first day.
    pub first: jiff::civil::Date,
    /// The last one.
    pub last: jiff::civil::Date,
    /// Of this doctor only.
    pub practitioner: Option<UserId>,
    /// For patients who come this way.
    pub mode: Option<Mode>,
}

/// Which appointments are sought.
#[derive(Debug, Clone, Default)]
pub struct SoughtAppointments {
    /// In these states; empty for all.
    pub status: Vec<AppointmentState>,
    /// Of this patient.
    pub patient: Option<PatientId>,
    /// With this doctor.
    pub practitioner: Option<UserId>,
    /// That begin then or later.
    pub from: Option<Timestamp>,
    /// That begin before.
    pub until: Option<Timestamp>,
}

store::row! {
    /// Which reminders a clinic sends.
    #[derive(PartialEq, Eq)]
    pub struct ReminderRules {
        /// Two days before, when agreed to more than a week ahead.
        pub two_days: bool,
        /// The evening before.
        pub evening: bool,
        /// Two hours before.
        pub two_hours: bool,
        /// When the first two go, minutes after local midnight.
        pub evening_minute: i64,
        /// Counts changes; 0 as long as nobody set them.
        pub version: i64,
    }
}

impl Default for ReminderRules {
    fn default() -> Self {
        let all = agenda::Ladder::default();
        Self {
            two_days: all.two_days,
            evening: all.evening,
            two_hours: all.two_hours,
            evening_minute: i64::from(all.evening_minute),
            version: 0,
        }
    }
}

store::row! {
    /// What a reminder was planned for.
    pub(super) struct Planned {
        pub appointment_id: AppointmentId,
        pub starts_at: Timestamp,
    }
}

store::row! {
    /// One of a patient's visits of a day.
    pub(super) struct VisitAt {
        pub id: AppointmentId,
        pub starts_at: Timestamp,
    }
}
