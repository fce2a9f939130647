use agenda::{Mode, Span};
use kernel::{Id, Locale, Phone, Timestamp, UserId};

use super::AppointmentId;

store::row! {
    /// How a clinic takes requests for appointments.
    pub struct OnlineBooking {
        /// Whether it has a page on which people without an account ask for them.
        pub is_open: bool,
        /// For how many minutes a request that nobody answered yet keeps its place.
        pub hold_minutes: i64,
        /// Counts changes; 0 as long as nobody made one.
        pub version: i64,
    }
}

/// What is to become of it; what is not named stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct OnlineChange {
    /// Whether the page is open.
    pub is_open: Option<bool>,
    /// For how many minutes new requests keep their place.
    pub hold_minutes: Option<i64>,
}

/// Marker of [`BookingCodeId`].
#[derive(Debug)]
pub struct BookingCodeMark;
/// A code that went to a number. Whoever has the id can only try codes.
pub type BookingCodeId = Id<BookingCodeMark>;

kernel::words! {
    /// What a code is for.
    pub enum CodeFor {
        /// To ask for a visit.
        Visit = "visit",
        /// To see what was asked for with the number.
        Look = "look",
    }
}

/// A visit as somebody without an account asks for it.
#[derive(Debug, Clone)]
pub struct OnlineWish {
    /// With whom.
    pub practitioner: UserId,
    /// When.
    pub span: Span,
    /// How he comes.
    pub mode: Mode,
    /// His first name.
    pub first_name: String,
    /// His last name.
    pub last_name: String,
    /// Any spelling of his number.
    pub phone: String,
}

store::row! {
    /// A code as it is kept.
    pub(in crate::scheduling) struct CodeRow {
        pub id: BookingCodeId,
        pub purpose: CodeFor,
        pub phone: Phone,
        pub locale: Locale,
        pub code_hash: String,
        pub created_at: Timestamp,
        pub expires_at: Timestamp,
        pub used_at: Option<Timestamp>,
        pub practitioner_id: Option<UserId>,
        pub starts_at: Option<Timestamp>,
        pub ends_at: Option<Timestamp>,
        pub mode: Option<Mode>,
        pub first_name: Option<String>,
        pub last_name: Option<String>,
        pub appointment_id: Option<AppointmentId>,
    }
}

impl CodeRow {
    /// The slot that was asked for.
    pub(in crate::scheduling) fn slot(&self) -> Option<(UserId, Span)> {
        let span = Span::new(self.starts_at?, self.ends_at?).ok()?;
        Some((self.practitioner_id?, span))
    }
}

/// How many codes were made lately.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::scheduling) struct CodesMade {
    /// For this number, in an hour.
    pub number_hour: i64,
    /// For this number, in a day.
    pub number_day: i64,
    /// For all numbers of the clinic, in an hour.
    pub clinic_hour: i64,
}
