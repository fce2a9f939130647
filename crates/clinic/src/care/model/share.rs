use std::time::Duration;

use kernel::{Id, Redacted, Timestamp};

use super::{Document, EncounterId};

/// Marker of [`ShareId`].
#[derive(Debug)]
pub struct ShareMark;
/// One link that shows a record.
pub type ShareId = Id<ShareMark>;

kernel::words! {
    /// How long a link shows a record.
    pub enum Lasting {
        /// For a consultation that takes place now.
        Hour = "1h",
        /// Until tomorrow.
        Day = "1d",
        /// For an appointment in the week.
        Week = "7d",
    }
}

impl Lasting {
    /// The time itself.
    #[must_use]
    pub const fn time(self) -> Duration {
        const HOUR: u64 = 3600;
        Duration::from_secs(match self {
            Self::Hour => HOUR,
            Self::Day => 24 * HOUR,
            Self::Week => 7 * 24 * HOUR,
        })
    }
}

store::row! {
    /// A link, without its secret.
    pub struct ShareRow {
        /// Its id.
        pub id: ShareId,
        /// The record that it shows.
        pub encounter_id: EncounterId,
        /// The version that was signed when it was made.
        pub signed_version: i64,
        /// Who made it.
        pub created_name: Option<String>,
        /// When.
        pub created_at: Timestamp,
        /// From when it shows nothing any more.
        pub expires_at: Timestamp,
        /// When somebody ended it.
        pub revoked_at: Option<Timestamp>,
        /// How often it was opened.
        pub opened: i64,
        /// When last.
        pub last_opened_at: Option<Timestamp>,
    }
}

/// A link that was just made: the only time that its secret is known.
#[derive(Debug, Clone)]
pub struct Shared {
    /// Its id.
    pub id: ShareId,
    /// The whole address.
    pub link: Redacted<String>,
    /// Until when it shows the record.
    pub expires_at: Timestamp,
}

/// What whoever has a link is shown.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The record as it was signed.
    pub document: Document,
    /// Until when.
    pub expires_at: Timestamp,
    /// Whether the doctor signed another version since the link was made.
    pub is_newer: bool,
}
