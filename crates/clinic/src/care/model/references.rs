use kernel::{Id, Timestamp, UserId};

use super::EncounterId;
use crate::patients::api::PatientId;

/// Marker of [`CitationId`].
#[derive(Debug)]
pub struct CitationMark;
/// One reference of a record.
pub type CitationId = Id<CitationMark>;

kernel::words! {
    /// Where a reference was found.
    pub enum Source {
        /// PubMed.
        Pubmed = "pubmed",
        /// CINAHL.
        Cinahl = "cinahl",
        /// The French health authority.
        Has = "has",
        /// The Cochrane library.
        Cochrane = "cochrane",
        /// Elsewhere.
        Other = "other",
    }
}

store::row! {
    /// What a record leans on.
    pub struct Citation {
        /// Its id.
        pub id: CitationId,
        /// The record.
        pub encounter_id: EncounterId,
        /// Whose record that is.
        pub patient_id: PatientId,
        /// The work's title.
        pub title: String,
        /// Where it can be read.
        pub url: Option<String>,
        /// Where it was found.
        pub source: Source,
        /// Who wrote it.
        pub authors: Option<String>,
        /// When it came out.
        pub year: Option<i64>,
        /// Where it came out.
        pub journal: Option<String>,
        /// Who added it; nobody when a program did.
        pub added_by: Option<UserId>,
        /// When.
        pub created_at: Timestamp,
        /// Who looked it up and found that it is there and says so.
        pub verified_by: Option<UserId>,
        /// His name.
        pub verified_name: Option<String>,
        /// When.
        pub verified_at: Option<Timestamp>,
    }
}

/// A reference to be added.
#[derive(Debug, Clone, Default)]
pub struct NewCitation {
    /// The work's title.
    pub title: String,
    /// Where it can be read.
    pub url: Option<String>,
    /// Where it was found; elsewhere when nothing is said.
    pub source: Option<Source>,
    /// Who wrote it.
    pub authors: Option<String>,
    /// When it came out.
    pub year: Option<i64>,
    /// Where it came out.
    pub journal: Option<String>,
}
