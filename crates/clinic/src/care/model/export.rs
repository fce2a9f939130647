use kernel::Timestamp;

use super::{Encounter, VersionRow};
use crate::identity::api::TenantInfo;

/// A picture at the top of documents.
#[derive(Debug, Clone)]
pub enum Logo {
    /// The one that is there.
    Keep,
    /// None any more.
    None,
    /// This PNG or JPEG.
    New(bytes::Bytes),
}

/// A letterhead to be set, as a whole.
#[derive(Debug, Clone)]
pub struct NewLetterhead {
    /// Where the clinic is, in lines.
    pub address: Option<String>,
    /// How it is called.
    pub phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Its picture.
    pub logo: Logo,
}

store::row! {
    /// What stands at the top of a clinic's documents, besides its name.
    #[derive(Default)]
    pub struct Letterhead {
        /// Where it is, in lines.
        pub address: Option<String>,
        /// How it is called.
        pub phone: Option<String>,
        /// E-mail.
        pub email: Option<String>,
        /// A PNG or JPEG picture.
        pub logo: Option<Vec<u8>>,
        /// What the picture is: `image/png` or `image/jpeg`.
        pub logo_type: Option<String>,
        /// Grows with every change.
        pub version: i64,
    }
}

/// For whom a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Who works here: with what the rules found.
    Staff,
    /// The patient, or whom he gave a link: what the doctor signed and nothing else.
    Patient,
}

/// A record with all that a document of it says. `record.content` is what is
/// shown: of the newest signed version, if there is one.
#[derive(Debug, Clone)]
pub struct Document {
    /// The clinic.
    pub clinic: TenantInfo,
    /// Its letterhead.
    pub letterhead: Letterhead,
    /// The record.
    pub record: Encounter,
    /// The newest signed version.
    pub signed: Option<VersionRow>,
    /// Every signed version, oldest first.
    pub history: Vec<VersionRow>,
    /// The results of the laboratory, newest first.
    pub labs: Vec<LabLine>,
    /// What a person verified that the doctor rests on.
    pub references: Vec<Reference>,
}

impl Document {
    /// When what is shown was written.
    #[must_use]
    pub fn as_of(&self) -> Timestamp {
        self.signed
            .as_ref()
            .map_or(self.record.updated_at, |version| version.at)
    }
}

/// One result of the laboratory, as a document prints it.
#[derive(Debug, Clone)]
pub struct LabLine {
    /// What was measured.
    pub test: String,
    /// The value as it was written.
    pub value: String,
    /// Its unit.
    pub unit: Option<String>,
    /// The usual range as the laboratory gave it.
    pub range: Option<String>,
    /// Where the value lies: `L`, `N` or `H`.
    pub flag: Option<String>,
    /// `YYYY-MM-DD`.
    pub taken_on: String,
}

/// A verified reference, as a document prints it.
#[derive(Debug, Clone)]
pub struct Reference {
    /// Its title.
    pub title: String,
    /// Who wrote it.
    pub authors: Option<String>,
    /// Where it appeared.
    pub journal: Option<String>,
    /// When.
    pub year: Option<i64>,
    /// The collection it is in.
    pub source: Option<String>,
    /// Its address.
    pub url: Option<String>,
}
