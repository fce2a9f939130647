//! Duplicates and merges.

use std::collections::BTreeMap;

use kernel::{Expected, Timestamp, UserId};
use uuid::Uuid;

use super::{Certainty, PatientId, Record, Resemblance};

/// Somebody who may be the person that is being entered.
#[derive(Debug, Clone)]
pub struct Duplicate {
    /// He; of a restricted record the name only, without the reasons.
    pub record: Record,
    /// How alike they are.
    pub resemblance: Resemblance,
}

impl Duplicate {
    /// Whether it most likely is one person.
    #[must_use]
    pub fn is_probable(&self) -> bool {
        self.resemblance.certainty == Certainty::Probable
    }

    /// What somebody may know who may not look: the name, and how sure we are. The
    /// reasons would tell a birth date to whoever guesses it.
    #[must_use]
    pub(in crate::patients) fn name_only(self) -> Self {
        Self {
            record: self.record.name_only(),
            resemblance: Resemblance {
                reasons: Vec::new(),
                ..self.resemblance
            },
        }
    }
}

kernel::words! {
    /// Whose value a field keeps when two records become one.
    pub enum Choice {
        /// The kept record's.
        Kept = "kept",
        /// The other one's.
        Other = "other",
        /// Both, one after the other; for clinical texts.
        Both = "both",
    }
}

/// Which record shall go into which, and how.
#[derive(Debug, Clone)]
pub struct Merge {
    /// The record that is kept.
    pub into: PatientId,
    /// Its version as the caller has seen it.
    pub into_expected: Expected,
    /// In words, for who looks at it later.
    pub reason: Option<String>,
    /// Whose value each field keeps; of the others see [`crate::patients::rules::merging`].
    pub fields: BTreeMap<String, Choice>,
}

store::row! {
    /// One line of the history of merges.
    pub struct MergeRow {
        /// The line.
        pub id: Uuid,
        /// The record that went into the other.
        pub patient_id: PatientId,
        /// The kept one.
        pub into_id: PatientId,
        /// Why.
        pub reason: Option<String>,
        /// When.
        pub merged_at: Timestamp,
        /// JSON, see [`crate::patients::rules::merging::Changed`].
        pub fields: String,
        /// The account that moved with it.
        pub account: Option<UserId>,
        /// Whether the kept record is restricted because of this.
        pub made_restricted: bool,
        /// First name in the other record.
        pub first_name: String,
        /// Last name in the other record.
        pub last_name: String,
    }
}

impl MergeRow {
    /// The name in the record that went into the other.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}
