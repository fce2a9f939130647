//! Appointments and a doctor's weekly hours as iCalendar text (RFC 5545), for a
//! download or a feed that calendars subscribe to (RFC 7986).
//!
//! Nothing here does I/O, reads a clock or draws a random number: the same
//! [`Calendar`] is always the same text. Written here and not with the crate
//! `icalendar` (0.17), which takes DTSTAMP and UID from the machine where they
//! are missing and so puts them into VTIMEZONE, where they are forbidden, and
//! lets a calendar's X-WR-CALNAME through unescaped.
//!
//! `tests/interop/subscribe.sh` has two independent readers agree on what it says.

mod calendar;
mod line;
mod weekly;
mod zone;

pub use calendar::{Calendar, Event, Status, When};
pub use weekly::Weekly;
