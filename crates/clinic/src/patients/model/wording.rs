use kernel::{Phone, Timestamp, UserId};
use uuid::Uuid;

use super::PatientId;

kernel::words! {
    /// How much a message on a phone may say (`spec/messaging.md`, shared phones). Neither
    /// names a diagnosis, a test or a treatment.
    pub enum Wording {
        /// That the clinic has something for him, and nothing else.
        Covert = "covert",
        /// For whom and when.
        Overt = "overt",
    }
}

impl Wording {
    /// What holds as long as nobody chose: on a phone that several people have, or that is
    /// not his, nothing is told.
    #[must_use]
    pub const fn usual(shared: bool) -> Self {
        match shared {
            true => Self::Covert,
            false => Self::Overt,
        }
    }
}

kernel::words! {
    /// Where a wording was chosen.
    pub enum WordingSource {
        /// He told the staff, who wrote it down.
        Desk = "desk",
        /// On his own page.
        Page = "page",
    }
}

impl WordingSource {
    /// The version of the words that he chose by; counts up when they change.
    pub(in crate::patients) const fn words(self) -> &'static str {
        match self {
            Self::Desk | Self::Page => "wording-1",
        }
    }
}

/// A choice that goes into the ledger.
#[derive(Debug)]
pub(in crate::patients) struct WordingEvent {
    pub id: Uuid,
    pub patient: PatientId,
    pub phone: Phone,
    pub wording: Wording,
    pub source: WordingSource,
    pub noted_by: Option<UserId>,
    pub at: Timestamp,
}
