//! What the calendar does, for its own routes and for other domains.

mod answers;
mod book;
mod calendars;
mod cancel_series;
mod decide;
mod exceptions;
mod feeds;
mod hours;
mod indicators;
mod keyed;
mod link_consent;
mod notify;
mod offers;
mod online;
mod online_codes;
mod online_requests;
mod preview;
mod read;
mod reminder_links;
mod reminders;
mod request;
mod save;
mod slots;
mod waiting;

pub use answers::{Incoming, Taken, Thanks, answer};
pub use book::book;
pub use calendars::{appointment_file, calendar};
pub use cancel_series::cancel_series;
pub use decide::{
    Agreed, Moved, assign, cancel, complete, confirm, decline, miss, note, reschedule,
};
pub use exceptions::{
    NewAway, add_exception, change_exception, drop_exception, exception, exceptions,
};
pub use feeds::{drop_feed, feed, make_feed, read_feed};
pub use hours::{NewHours, add_hours, change_hours, drop_hours, hours, hours_of};
pub use indicators::indicators;
pub use keyed::keyed;
pub use link_consent::{LinkedConsent, choose_by_link, linked_consent};
pub(super) use offers::offer_freed;
pub use online::{online_booking, open_clinic, open_slots, set_online_booking, sweep_codes};
pub(in crate::scheduling) use online_codes::asked_online;
pub use online_codes::{ask_online, look_online};
pub use online_requests::{cancel_online, confirm_online, made_online, online_requests, open_look};
pub use preview::{displaced, preview_hours};
pub use read::{appointment, appointments, history, series};
pub use reminder_links::{answer_reminder, reminded};
pub(super) use reminders::{ladder, remind};
pub use reminders::{reminder_rules, set_reminder_rules};
pub use request::{NewAppointment, request};
pub use slots::{coming_slots, free_slots, next_free};
pub use waiting::{accept_offer, refuse_offer, stop_waiting, wait, waiting};

/// How a patient comes.
pub use agenda::Mode;

pub use super::model::{
    Appointment, AppointmentId, AvailabilityId, Away, BookingCodeId, CalendarFile, ExceptionId,
    ExceptionKind, Feed, FreeSlot, Hours, Indicators, Load, MadeFeed, NewWaiting, OfferState,
    Offered, OnlineBooking, OnlineWish, Period, Reminded, RemindedVisit, ReminderRules,
    SoughtAppointments, SoughtSlots, Step, StepRow, Waiting, WaitingId, WaitingState, Wanted,
};

/// The topic announced when a doctor's calendar or an appointment changes; the
/// id is the doctor's, or the appointment's while it has none.
pub const TOPIC: &str = "appointment";
