mod appointments;
mod calendar;
mod exceptions;
mod hours;

pub(super) use appointments::*;
pub(super) use calendar::*;
pub(super) use exceptions::*;
pub(super) use hours::*;

pub(crate) use appointments::STATEMENTS as APPOINTMENT_STATEMENTS;
pub(crate) use calendar::STATEMENTS as CALENDAR_STATEMENTS;
pub(crate) use exceptions::STATEMENTS as EXCEPTION_STATEMENTS;
pub(crate) use hours::STATEMENTS as HOURS_STATEMENTS;
