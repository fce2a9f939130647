//! Pure rules of appointments: which slots of a doctor are free, whether an
//! appointment still has room, when a series falls, and an appointment's life.
//!
//! Nothing here does I/O, reads a clock or draws a random number. Every rule
//! comes from `spec/agent-medical.md` ("Appointments" and "Availabilities,
//! exceptions, slots, calendar"); where a standard stands behind it, the item
//! says which.
//!
//! A weekly time is a time on the clock at the site's wall, so 08:00 stays
//! 08:00 when the offset changes. Twice a year the wall clock of a place like
//! Paris skips an hour or shows one twice; [`Availability`], [`Exception`] and
//! [`Series`] each say what then holds.

mod availability;
mod booking;
mod exception;
mod horizon;
mod ladder;
mod open;
mod overlaps;
mod series;
mod span;
mod state;
mod wall;

pub use availability::{Availability, AvailabilityError, Draft, Mode, clash};
pub use booking::{Booking, HOLD, has_room};
pub use exception::Exception;
pub use horizon::{Doctor, Horizon, HorizonError, LONGEST_DAYS, LONGEST_DAYS_ANONYMOUS, Slot};
pub use ladder::{Ladder, Stage};
pub use open::OpenDay;
pub use series::{Series, SeriesError};
pub use span::{EndNotAfterStart, Span};
pub use state::AppointmentState;

/// Microseconds of a minute, the unit of [`kernel::Timestamp`].
const MINUTE: i64 = 60_000_000;
/// Microseconds of a day of 24 hours on the wall clock.
const DAY: i64 = 24 * 60 * MINUTE;
/// Microseconds of seven such days.
const WEEK: i64 = 7 * DAY;
