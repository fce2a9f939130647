use agenda::{AppointmentState, Mode};
use kernel::{Locale, Redacted, TenantId, Timestamp, UserId};

use super::AppointmentId;

store::row! {
    /// Whose calendar is told.
    pub(in crate::scheduling) struct Owner {
        /// The name he signs in by.
        pub username: String,
        pub name: String,
        /// Grows with every change of his calendar.
        pub version: i64,
    }
}

store::row! {
    /// A visit that was agreed to at one time, as a calendar tells it.
    pub(in crate::scheduling) struct Visit {
        pub id: AppointmentId,
        pub patient_name: String,
        pub restricted: bool,
        pub status: AppointmentState,
        pub mode: Mode,
        pub starts_at: Timestamp,
        pub ends_at: Timestamp,
        pub location_note: Option<String>,
        pub updated_at: Timestamp,
        pub version: i64,
    }
}

store::row! {
    /// A doctor's link for his own calendar.
    pub struct Feed {
        /// The language of its words.
        pub locale: Locale,
        /// When it was made.
        pub created_at: Timestamp,
        /// When a calendar last read it, to a minute.
        pub last_read_at: Option<Timestamp>,
    }
}

store::row! {
    /// Whose a link is.
    pub(in crate::scheduling) struct FeedPlace {
        pub tenant_id: TenantId,
        pub practitioner_id: UserId,
    }
}

/// A link that was just made. It is told this once.
#[derive(Debug, Clone)]
pub struct MadeFeed {
    /// The address, for `https`.
    pub url: Redacted<String>,
    /// The same for programs that subscribe to calendars.
    pub webcal_url: Redacted<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A calendar as a file.
#[derive(Debug, Clone)]
pub struct CalendarFile {
    /// What it is saved as.
    pub name: String,
    /// iCalendar (RFC 5545).
    pub text: String,
    /// SHA-256 of the text: the same events are the same text.
    pub digest: String,
}
