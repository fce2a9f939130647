mod appointments;
mod calendar;
mod exceptions;
mod hours;
mod reminders;

pub(super) use appointments::*;
pub(super) use calendar::*;
pub(super) use exceptions::*;
pub(super) use hours::*;
pub(super) use reminders::{ladder, plan_reminder, planned, set_ladder, visits};

pub(crate) use appointments::STATEMENTS as APPOINTMENT_STATEMENTS;
pub(crate) use calendar::STATEMENTS as CALENDAR_STATEMENTS;
pub(crate) use exceptions::STATEMENTS as EXCEPTION_STATEMENTS;
pub(crate) use hours::STATEMENTS as HOURS_STATEMENTS;
pub(crate) use reminders::{REMINDER_WORK, STATEMENTS as REMINDER_STATEMENTS};
