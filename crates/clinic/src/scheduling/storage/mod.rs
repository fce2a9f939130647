mod appointments;
mod calendar;
mod exceptions;
mod feeds;
mod hours;
mod indicators;
mod offers;
mod reminders;
mod waiting;

pub(super) use appointments::*;
pub(super) use calendar::*;
pub(super) use exceptions::*;
pub(super) use feeds::*;
pub(super) use hours::*;
pub(super) use indicators::*;
pub(super) use offers::*;
pub(super) use reminders::{ladder, plan_reminder, planned, set_ladder, visits_of_day};
pub(super) use waiting::*;

pub(crate) use appointments::STATEMENTS as APPOINTMENT_STATEMENTS;
pub(crate) use calendar::STATEMENTS as CALENDAR_STATEMENTS;
pub(crate) use exceptions::STATEMENTS as EXCEPTION_STATEMENTS;
pub(crate) use feeds::STATEMENTS as FEED_STATEMENTS;
pub(crate) use hours::STATEMENTS as HOURS_STATEMENTS;
pub(crate) use indicators::STATEMENTS as INDICATOR_STATEMENTS;
pub(crate) use offers::{FREED_WORK, STATEMENTS as OFFER_STATEMENTS};
pub(crate) use reminders::{REMINDER_WORK, STATEMENTS as REMINDER_STATEMENTS};
pub(crate) use waiting::STATEMENTS as WAITING_STATEMENTS;
