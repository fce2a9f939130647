//! What the calendar does, for its own routes and for other domains.

mod decide;
mod exceptions;
mod hours;
mod notify;
mod read;
mod reminders;
mod request;
mod save;
mod slots;

pub use decide::{
    Agreed, Moved, assign, cancel, complete, confirm, decline, miss, note, reschedule,
};
pub use exceptions::{
    NewAway, add_exception, change_exception, drop_exception, exception, exceptions,
};
pub use hours::{NewHours, add_hours, change_hours, drop_hours, hours, hours_of};
pub use read::{appointment, appointments, history};
pub(super) use reminders::remind;
pub use reminders::{reminder_rules, set_reminder_rules};
pub use request::{NewAppointment, request};
pub use slots::{free_slots, next_free};

pub use super::model::{
    Appointment, AppointmentId, AvailabilityId, Away, ExceptionId, ExceptionKind, FreeSlot, Hours,
    ReminderRules, SoughtAppointments, SoughtSlots, Step, StepRow,
};

/// The topic announced when a doctor's calendar or an appointment changes; the
/// id is the doctor's, or the appointment's while it has none.
pub const TOPIC: &str = "appointment";
