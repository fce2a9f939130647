//! Consultation records on the wire: the French words of the contract.

mod attachments;
mod evaluation;
pub(super) mod file;
mod filter;
mod input;
mod labs;
mod letterhead;
mod notify;
mod record;
mod references;
mod schema;
mod share;
mod typed;

use kernel::Zone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use webkit::Texts;

use super::model::{Change, EncounterId, NoteRow, Status, Verified, VersionRow};

pub(super) use attachments::{
    AttachmentBody, AttachmentFilter, AttachmentInput, AttachmentPage, AttachmentParts,
};
pub(super) use evaluation::{CheckedBody, level_word};
pub(super) use filter::RecordFilter;
pub(super) use input::{AmendInput, ConcludeInput, RecordInput};
pub(super) use labs::{
    LabBody, LabFilter, LabInput, LabPage, LabPatchInput, TrendBody, TrendFilter, file_url,
};
pub(super) use letterhead::{LetterheadBody, LetterheadInput};
pub(super) use notify::{NotifiedBody, NotifyInput};
pub(super) use record::{ChoicesBody, RecordBody, RecordPage, choices};
pub(super) use share::{ShareBody, ShareInput, SharedBody};
pub(super) use typed::{AGE, BIRTH_DATE, REMOTE, SAME_ADDRESS, Typed, nothing_found};

pub(super) use references::{ReferenceBody, ReferenceFilter, ReferenceInput, ReferencePage};

/// The contract's word for a state.
pub(super) const fn status_word(status: Status) -> &'static str {
    match status {
        Status::InAnalysis => "en_analyse",
        Status::Analysed => "analyse_terminee",
        Status::AnalysisFailed => "analyse_echouee",
        Status::Validated => "valide_medecin",
        Status::Rejected => "rejete_medecin",
    }
}

/// The state of one of the contract's words.
pub(super) fn status(word: &str) -> Option<Status> {
    let mut all = Status::ALL.iter().copied();
    all.find(|status| status_word(*status) == word)
}

/// The state in words.
pub(super) fn status_text(texts: &Texts, status: Status) -> String {
    texts.get(&format!(
        "care-status-{}",
        status.as_str().replace('_', "-")
    ))
}

/// What made a version, in words.
pub(super) fn change_text(texts: &Texts, change: Change) -> String {
    texts.get(&format!(
        "care-change-{}",
        change.as_str().replace('_', "-")
    ))
}

/// Signing needs nothing more; what is typed as a signature is printed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({"signature_medecin": "Dr A. Mbuyi"}))]
pub(super) struct ValidateInput {
    /// At most 200 characters.
    pub(super) signature_medecin: Option<String>,
}

/// Why a record is refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"commentaire": "Les constantes manquent."}))]
pub(super) struct RejectInput {
    /// At most 2 000 characters.
    pub(super) commentaire: String,
}

/// To whom a record is given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"medecin_id": "01980000-0000-7000-8000-000000000000"}))]
pub(super) struct AssignInput {
    /// A doctor of the clinic.
    #[schema(value_type = String)]
    pub(super) medecin_id: kernel::UserId,
}

/// To whom a record was given; who gave it may not see it any more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "assigned_medecin": "01980000-0000-7000-8000-000000000001"}))]
pub(super) struct AssignedBody {
    /// The record.
    id: String,
    /// The doctor.
    assigned_medecin: String,
}

impl AssignedBody {
    pub(super) fn new(id: EncounterId, doctor: kernel::UserId) -> Self {
        Self {
            id: id.to_string(),
            assigned_medecin: doctor.to_string(),
        }
    }
}

/// A message on a record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"content": "Depuis quand la toux ?"}))]
pub(super) struct NoteInput {
    /// At most 4 000 characters.
    pub(super) content: String,
}

/// A message on a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "author": "01980000-0000-7000-8000-000000000001", "author_name": "Awa Diop", "by_staff": true, "content": "Depuis quand la toux ?", "created_at": "2026-03-01T09:30:00+00:00"}))]
pub(super) struct NoteBody {
    /// UUIDv7.
    id: String,
    /// Who wrote it.
    author: String,
    /// His name.
    author_name: String,
    /// Whether he works for the clinic.
    by_staff: bool,
    /// The text.
    content: String,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
}

impl NoteBody {
    pub(super) fn new(row: &NoteRow, zone: &Zone) -> Self {
        Self {
            id: row.id.to_string(),
            author: row.author.to_string(),
            author_name: row.author_name.clone(),
            by_staff: row.by_staff,
            content: row.body.clone(),
            created_at: row.created_at.rfc3339(zone),
        }
    }
}

webkit::page_body! {
    /// A page of messages on a record.
    #[schema(example = json!({"count": 0, "next": null, "previous": null, "results": []}))]
    pub(super) struct NotePage {
        /// Rows in the whole list.
        count,
        /// The messages, oldest first.
        results: Vec<NoteBody>,
    }
}

/// One version of a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"version": 2, "change": "validated", "change_display": "Signée", "status": "valide_medecin", "reason": null, "author": "01980000-0000-7000-8000-000000000001", "author_name": "Awa Diop", "at": "2026-03-01T09:30:00+00:00", "signed_by": "01980000-0000-7000-8000-000000000001", "signed_name": "Awa Diop", "signed_hash": "0000000000000000000000000000000000000000000000000000000000000000", "changed": ["diagnostic"], "content": {"nom": "Mbuyi"}}))]
pub(super) struct VersionBody {
    /// From 1.
    version: i64,
    /// What made it.
    change: String,
    /// The same in words.
    change_display: String,
    /// The record's state since then.
    status: String,
    /// Why, where a reason was asked for.
    reason: Option<String>,
    /// Who; null when the program did.
    author: Option<String>,
    /// His name.
    author_name: Option<String>,
    /// RFC 3339 in the clinic's zone.
    at: String,
    /// Who signed it.
    signed_by: Option<String>,
    /// His name when he signed.
    signed_name: Option<String>,
    /// SHA-256 of what was signed.
    signed_hash: Option<String>,
    /// The fields that differ from the version before.
    changed: Vec<String>,
    /// The whole form.
    #[schema(value_type = Object)]
    content: serde_json::Value,
}

impl VersionBody {
    pub(super) fn new(row: VersionRow, changed: Vec<String>, zone: &Zone, texts: &Texts) -> Self {
        Self {
            version: row.version,
            change: row.change.to_string(),
            change_display: change_text(texts, row.change),
            status: status_word(row.status).to_owned(),
            reason: row.reason,
            author: row.author.map(|id| id.to_string()),
            author_name: row.author_name,
            at: row.at.rfc3339(zone),
            signed_by: row.signed_by.map(|id| id.to_string()),
            signed_name: row.signed_name,
            signed_hash: row.signed_hash,
            changed,
            content: serde_json::from_str(&row.content).unwrap_or_default(),
        }
    }
}

/// A signature checked again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"numero_dossier": "CONS-20260301-001", "version": 2, "clinic": "Clinique Espoir", "signed_name": "Awa Diop", "signed_at": "2026-03-01T09:30:00+00:00", "intact": true, "superseded": false}))]
pub(super) struct VerifiedBody {
    /// The record's number.
    numero_dossier: String,
    /// The version that was signed.
    version: i64,
    /// Where.
    clinic: String,
    /// Who signed.
    signed_name: String,
    /// RFC 3339 in the clinic's zone.
    signed_at: String,
    /// Whether the content kept is what was signed.
    intact: bool,
    /// Whether a newer version was signed since.
    superseded: bool,
}

impl From<Verified> for VerifiedBody {
    fn from(verified: Verified) -> Self {
        Self {
            signed_at: verified.signed_at.rfc3339(&verified.zone),
            numero_dossier: verified.number,
            version: verified.version,
            clinic: verified.clinic,
            signed_name: verified.signed_name,
            intact: verified.intact,
            superseded: verified.superseded,
        }
    }
}
