mod attachments;
mod export;
mod interactions;
mod labs;
mod references;
mod share;

use clinical_form::Content;
use kernel::{Id, Timestamp, UserId};

use crate::patients::api::PatientId;

pub use attachments::*;
pub use export::{Document, LabLine, Letterhead, Logo, NewLetterhead, Reader, Reference};
pub use interactions::*;
pub use labs::*;
pub use references::*;
pub use share::{Lasting, Opened, ShareId, ShareMark, ShareRow, Shared};

/// Marker of [`EncounterId`].
#[derive(Debug)]
pub struct EncounterMark;
/// One consultation record of one clinic.
pub type EncounterId = Id<EncounterMark>;
/// Marker of [`AnalysisId`].
#[derive(Debug)]
pub(super) struct AnalysisMark;
/// One analysis that was asked for.
pub(super) type AnalysisId = Id<AnalysisMark>;
/// Marker of [`NoteId`].
#[derive(Debug)]
pub(super) struct NoteMark;
/// One message on a record.
pub(super) type NoteId = Id<NoteMark>;

kernel::words! {
    /// How far a record has come.
    pub enum Status {
        /// An analysis was asked for and has not ended.
        InAnalysis = "in_analysis",
        /// It ended; a doctor's turn.
        Analysed = "analysed",
        /// It failed; it can be asked for again, and a doctor can decide without it.
        AnalysisFailed = "analysis_failed",
        /// A doctor signed it.
        Validated = "validated",
        /// A doctor refused it, with a reason.
        Rejected = "rejected",
    }
}

impl Status {
    /// Whether a doctor has decided.
    #[must_use]
    pub const fn is_decided(self) -> bool {
        matches!(self, Self::Validated | Self::Rejected)
    }
}

kernel::words! {
    /// What made a version.
    pub enum Change {
        /// The record was entered.
        Created = "created",
        /// Somebody wrote into it.
        Edited = "edited",
        /// It was given to a doctor.
        Assigned = "assigned",
        /// An analysis ended.
        Analysed = "analysed",
        /// An analysis failed.
        AnalysisFailed = "analysis_failed",
        /// A doctor signed it.
        Validated = "validated",
        /// A doctor refused it.
        Rejected = "rejected",
        /// Another analysis was asked for.
        Relaunched = "relaunched",
        /// A doctor signed another version of a signed record.
        Amended = "amended",
        /// It was taken back before anybody signed it.
        Deleted = "deleted",
    }
}

store::row! {
    /// A record as its row has it, with the names of those it names.
    pub(super) struct EncounterRow {
        pub id: EncounterId,
        pub number: String,
        pub patient_id: PatientId,
        pub patient_user: Option<UserId>,
        pub restricted: bool,
        pub status: Status,
        pub remote: bool,
        pub created_by: Option<UserId>,
        pub assigned_to: Option<UserId>,
        pub assigned_name: Option<String>,
        pub validated_by: Option<UserId>,
        pub validated_name: Option<String>,
        pub validated_at: Option<Timestamp>,
        pub signed_version: Option<i64>,
        pub signature: Option<String>,
        pub rejection: Option<String>,
        pub analysis: Option<String>,
        pub analysis_error: Option<String>,
        pub content: String,
        pub form_version: i64,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
        pub version: i64,
    }
}

/// A consultation record.
#[derive(Debug, Clone)]
pub struct Encounter {
    /// Its id.
    pub id: EncounterId,
    /// `CONS-YYYYMMDD-NNN`.
    pub number: String,
    /// Whose it is.
    pub patient_id: PatientId,
    /// The account with which that patient signs in.
    pub patient_user: Option<UserId>,
    /// Whether only named staff may open it.
    pub restricted: bool,
    /// How far it has come.
    pub status: Status,
    /// Whether the patient was not there in person.
    pub remote: bool,
    /// Who entered it; nobody when a program did.
    pub created_by: Option<UserId>,
    /// The doctor it was given to.
    pub assigned_to: Option<UserId>,
    /// His name.
    pub assigned_name: Option<String>,
    /// Who signed last.
    pub validated_by: Option<UserId>,
    /// His name today.
    pub validated_name: Option<String>,
    /// When.
    pub validated_at: Option<Timestamp>,
    /// The newest version that is signed; it holds whatever is asked afterwards.
    pub signed_version: Option<i64>,
    /// What the doctor typed as his signature.
    pub signature: Option<String>,
    /// Why it was refused.
    pub rejection: Option<String>,
    /// What the analysis said: a proposal, never for the patient.
    pub analysis: Option<String>,
    /// Why the analysis failed.
    pub analysis_error: Option<String>,
    /// The form.
    pub content: Content,
    /// The version of the form it was written with.
    pub form_version: i64,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
}

impl TryFrom<EncounterRow> for Encounter {
    type Error = store::StoreError;

    fn try_from(row: EncounterRow) -> Result<Self, Self::Error> {
        Ok(Self {
            content: read_content(&row.content)?,
            id: row.id,
            number: row.number,
            patient_id: row.patient_id,
            patient_user: row.patient_user,
            restricted: row.restricted,
            status: row.status,
            remote: row.remote,
            created_by: row.created_by,
            assigned_to: row.assigned_to,
            assigned_name: row.assigned_name,
            validated_by: row.validated_by,
            validated_name: row.validated_name,
            validated_at: row.validated_at,
            signed_version: row.signed_version,
            signature: row.signature,
            rejection: row.rejection,
            analysis: row.analysis,
            analysis_error: row.analysis_error,
            form_version: row.form_version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}

/// What a column holds of a form.
pub(super) fn read_content(text: &str) -> Result<Content, store::StoreError> {
    serde_json::from_str(text).map_err(|error| store::StoreError::Internal(error.to_string()))
}

impl Encounter {
    /// Prénom, nom and postnom as the record has them.
    #[must_use]
    pub fn patient_name(&self) -> String {
        let part = |key| self.content.text(key).unwrap_or_default();
        let parts = [part("prenom"), part("nom"), part("postnom")];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    }
}

store::row! {
    /// One version as its row has it.
    pub struct VersionRow {
        /// Its number, from 1.
        pub version: i64,
        /// What made it.
        pub change: Change,
        /// The record's state since then.
        pub status: Status,
        /// The whole form as JSON.
        pub content: String,
        /// The version of the form.
        pub form_version: i64,
        /// Why, where a reason is asked for.
        pub reason: Option<String>,
        /// Who; nobody when the program did.
        pub author: Option<UserId>,
        /// His name today.
        pub author_name: Option<String>,
        /// When.
        pub at: Timestamp,
        /// Who signed it.
        pub signed_by: Option<UserId>,
        /// His name when he signed.
        pub signed_name: Option<String>,
        /// SHA-256 of what he signed, in lower-case hexadecimal.
        pub signed_hash: Option<String>,
    }
}

store::row! {
    /// A message on a record.
    pub struct NoteRow {
        /// Its id.
        pub id: Id<()>,
        /// Who wrote it.
        pub author: UserId,
        /// His name.
        pub author_name: String,
        /// Whether he works for the clinic.
        pub by_staff: bool,
        /// The text.
        pub body: String,
        /// When.
        pub created_at: Timestamp,
    }
}

store::row! {
    /// What somebody has typed and not sent yet.
    pub struct Draft {
        /// The fields as JSON text, by name.
        pub typed: String,
        /// When it was last kept.
        pub updated_at: Timestamp,
    }
}

/// Which records a list shows.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// In one of these states; all when empty.
    pub status: Vec<Status>,
    /// Only remote ones, or only the others.
    pub remote: Option<bool>,
    /// Only those given to the caller.
    pub assigned_only: bool,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Words of a name, a number, a phone or the motive.
    pub search: String,
    /// Only this patient's.
    pub patient: Option<PatientId>,
}

/// What an input says besides the form.
#[derive(Debug, Clone, Default)]
pub struct Administrative {
    /// The patient, when he is known already.
    pub patient: Option<PatientId>,
    /// The account of the patient.
    pub user: Option<UserId>,
    /// The doctor it is given to; `Some(None)` takes it from everybody.
    pub assigned_to: Option<Option<UserId>>,
    /// Whether the patient is not there in person.
    pub remote: Option<bool>,
    /// What the doctor types as his signature.
    pub signature: Option<Option<String>>,
    /// Why it is refused.
    pub rejection: Option<Option<String>>,
}

/// A signature checked again.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The record's number.
    pub number: String,
    /// The version that was signed.
    pub version: i64,
    /// By whom.
    pub signed_name: String,
    /// When.
    pub signed_at: Timestamp,
    /// Whether a newer version was signed since.
    pub superseded: bool,
    /// Whether the content still is what was signed.
    pub intact: bool,
    /// The clinic.
    pub clinic: String,
    /// Its time zone.
    pub zone: kernel::Zone,
}
