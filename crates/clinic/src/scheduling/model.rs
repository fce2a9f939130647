//! Hours, exceptions and appointments.

mod answers;
mod calendars;
mod indicators;
mod online;
mod waiting;

pub use answers::*;
pub use calendars::*;
pub use indicators::*;
pub use online::*;
pub use waiting::*;

use agenda::{AppointmentState, Booking, Draft, Exception, Mode, Span};
use kernel::{Id, Timestamp, UserId};
use store::StoreError;
use uuid::Uuid;

use crate::{care::api::EncounterId, patients::api::PatientId};

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

kernel::words! {
    /// What happened to an appointment.
    pub enum Step {
        /// It was asked for.
        Requested = "requested",
        /// A doctor was given it.
        Assigned = "assigned",
        /// It was agreed to.
        Confirmed = "confirmed",
        /// It was not agreed to.
        Declined = "declined",
        /// It was called off.
        Cancelled = "cancelled",
        /// It was put on another time.
        Rescheduled = "rescheduled",
        /// A note or the way of it changed.
        Changed = "changed",
        /// The visit took place.
        Completed = "completed",
        /// The patient did not come.
        NoShow = "no_show",
        /// The patient said that he comes; kept with the answers to reminders.
        Coming = "coming",
    }
}

store::row! {
    /// A visit that was asked for, and how it stands.
    pub struct Appointment {
        /// Its id.
        pub id: AppointmentId,
        /// Whose it is.
        pub patient_id: PatientId,
        /// His account.
        pub patient_user: Option<UserId>,
        /// His name.
        pub patient_name: String,
        /// Whether few may open his record.
        pub restricted: bool,
        /// With whom; nobody yet.
        pub practitioner_id: Option<UserId>,
        /// His name.
        pub practitioner_name: Option<String>,
        /// The record it belongs to.
        pub encounter_id: Option<EncounterId>,
        /// How it stands.
        pub status: AppointmentState,
        /// How the patient comes; never both.
        pub mode: Mode,
        /// What was asked for.
        pub requested_start: Timestamp,
        /// Up to here.
        pub requested_end: Timestamp,
        /// What holds now.
        pub starts_at: Timestamp,
        /// Up to here.
        pub ends_at: Timestamp,
        /// When it was agreed to.
        pub confirmed_at: Option<Timestamp>,
        /// When the patient said that he comes then.
        pub patient_coming_at: Option<Timestamp>,
        /// Until then a request keeps its place.
        pub held_until: Timestamp,
        /// How many patients its slot takes.
        pub capacity: i64,
        /// Why it stands above that.
        pub overbooked: Option<String>,
        /// Where to come, or how to call.
        pub location_note: Option<String>,
        /// What the patient wrote.
        pub patient_message: Option<String>,
        /// What the doctor wrote.
        pub practitioner_message: Option<String>,
        /// The series it belongs to.
        pub series_id: Option<Uuid>,
        /// What became of the offer it was made for, when it was one.
        pub offer: Option<OfferState>,
        /// Who entered it.
        pub created_by: Option<UserId>,
        /// Whether it was asked for on the clinic's public page.
        pub online: bool,
        /// When.
        pub created_at: Timestamp,
        /// When it was changed.
        pub updated_at: Timestamp,
        /// Counts changes, from 1.
        pub version: i64,
    }
}

impl Appointment {
    /// Takes out what only those may read who may open the patient's record.
    pub(super) fn close(&mut self) {
        self.patient_message = None;
        self.practitioner_message = None;
        self.encounter_id = None;
    }
}

store::row! {
    /// One step of an appointment.
    pub struct StepRow {
        /// The appointment's version after it.
        pub version: i64,
        /// What happened.
        pub step: Step,
        /// How it stood then.
        pub status: AppointmentState,
        /// From here.
        pub starts_at: Timestamp,
        /// Up to here.
        pub ends_at: Timestamp,
        /// What was written with it.
        pub note: Option<String>,
        /// Who did it; nobody when a program did.
        pub author: Option<UserId>,
        /// His name.
        pub author_name: Option<String>,
        /// When.
        pub at: Timestamp,
    }
}

store::row! {
    /// What keeps a doctor's time.
    pub(super) struct Taken {
        pub id: AppointmentId,
        pub practitioner_id: UserId,
        pub starts_at: Timestamp,
        pub ends_at: Timestamp,
        pub status: AppointmentState,
        pub held_until: Timestamp,
    }
}

impl Taken {
    pub(super) fn booking(&self) -> Result<Booking, StoreError> {
        Ok(Booking {
            span: span(self.starts_at, self.ends_at)?,
            state: self.status,
            held_until: self.held_until,
        })
    }
}

/// One time at which a patient can come.
#[derive(Debug, Clone)]
pub struct FreeSlot {
    /// With whom.
    pub practitioner_id: UserId,
    /// His name.
    pub practitioner_name: String,
    /// When.
    pub span: Span,
    /// How; both when the patient chooses.
    pub mode: Mode,
    /// Where.
    pub location: Option<String>,
    /// How long, minutes.
    pub slot_minutes: i64,
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
    /// A patient's visits of a day.
    pub(super) struct VisitsOfDay {
        pub count: i64,
        pub first: Option<Timestamp>,
    }
}
