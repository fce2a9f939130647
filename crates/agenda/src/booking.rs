use std::time::Duration;

use kernel::Timestamp;

use crate::{AppointmentState, Span};

/// How long an offer holds its place, and a request where the clinic sets nothing else
/// (`spec/agent-medical.md`, "Appointments").
pub const HOLD: Duration = Duration::from_secs(15 * 60);

/// An appointment as the agenda sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Booking {
    /// The confirmed time, before that the requested one.
    pub span: Span,
    /// Where it stands.
    pub state: AppointmentState,
    /// Until when a pending request holds its place, e.g. [`HOLD`] after it
    /// was made; the other states do not look at it.
    pub held_until: Timestamp,
}

impl Booking {
    /// Whether it takes the doctor's time: a confirmed one, and a pending one
    /// while it holds its place. One that has ended gives back what is left.
    #[must_use]
    pub fn occupies(&self, now: Timestamp) -> bool {
        match self.state {
            AppointmentState::Confirmed => true,
            AppointmentState::Pending => now < self.held_until,
            AppointmentState::Declined
            | AppointmentState::Cancelled
            | AppointmentState::Completed
            | AppointmentState::NoShow => false,
        }
    }
}

/// Whether one more appointment at `span` keeps the doctor within `capacity`
/// at every instant of it. `bookings` are the doctor's others, of any mode; the
/// one that is being confirmed or moved is not to be among them.
///
/// Bookings that follow each other need one place, not two: this is the rule
/// for a confirmation at any time, while [`crate::Slot::remaining`] counts
/// every booking that overlaps the slot. A slot with a place left has room.
#[must_use]
pub fn has_room(span: Span, capacity: u16, bookings: &[Booking], now: Timestamp) -> bool {
    let mut changes: Vec<(Timestamp, i64)> = bookings
        .iter()
        .filter(|booking| booking.occupies(now) && booking.span.overlaps(span))
        .flat_map(|booking| [(booking.span.start(), 1), (booking.span.end(), -1)])
        .collect();
    // At one instant the leaving come before the arriving: -1 sorts first.
    changes.sort_unstable();
    // What begins before `span` still runs at its start, or it would not overlap;
    // so every number reached here is one that are present within it.
    let (mut present, mut most) = (0, 0);
    for (_, change) in changes {
        present += change;
        most = most.max(present);
    }
    most < i64::from(capacity)
}
