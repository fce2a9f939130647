//! The file of a record: `"format": "lafiya.record", "version": 1`.
//!
//! What is not in the format is refused, so that an import never loses
//! something silently. `docs/wire/record-export.schema.json` is made from here.

use clinical_form::Content;
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};
use uuid::Uuid;

use crate::care::model::{AttachmentKind, Change, Source, Status};

/// The word that says what a file is.
pub(in crate::care) const FORMAT: &str = "lafiya.record";
/// The version of the format.
pub(in crate::care) const VERSION: i64 = 1;

/// A record as a file: whole, with every version and signature. Times are RFC
/// 3339 in UTC to the microsecond, ids UUIDs, days `YYYY-MM-DD`, numbers to call E.164.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"format": "lafiya.record", "version": 1}))]
pub struct RecordFile {
    /// Always `lafiya.record`.
    pub format: String,
    /// The version of the format: 1.
    pub version: i64,
    /// Where the record was written and its signatures hold.
    pub clinic: FileClinic,
    /// Whose it is.
    pub patient: FilePatient,
    /// The record as it stands.
    pub record: FileRecord,
    /// Every version, oldest first, numbered from 1 without a gap.
    pub versions: Vec<FileVersion>,
    /// What patient and staff wrote about it, oldest first.
    pub messages: Vec<FileMessage>,
    /// Results of laboratories, in the order in which they were entered.
    pub results: Vec<FileResult>,
    /// What the record leans on, in the order in which it was added.
    pub references: Vec<FileReference>,
    /// Its files, in the order in which they came; their bytes lie beside this file.
    pub attachments: Vec<FileAttachment>,
    /// Everybody who is named by an id above, by id.
    pub people: Vec<FilePerson>,
}

/// A clinic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileClinic {
    /// Its id, which every signature covers.
    pub id: Uuid,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its time zone (IANA).
    pub zone: String,
}

/// A patient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilePatient {
    /// His id.
    pub id: Uuid,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// His numbers in E.164, the primary one first, then by number.
    pub phones: Vec<String>,
    /// The day he was born.
    pub birth_date: Option<String>,
    /// `M` or `F`.
    pub gender: Option<String>,
    /// The language of messages to him: `fr` or `en`.
    pub locale: String,
    /// `pending`, `active` or `inactive`.
    pub status: String,
    /// E-mail.
    pub email: Option<String>,
    /// Where he lives.
    pub address: Option<String>,
    /// Whom to call.
    pub emergency_contact: Option<String>,
    /// On which number.
    pub emergency_phone: Option<String>,
    /// In words.
    pub medical_history: Option<String>,
    /// In words.
    pub allergies: Option<String>,
    /// In words.
    pub current_medications: Option<String>,
    /// Whether only named staff may open his records.
    pub restricted: bool,
}

/// A record as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRecord {
    /// Its id, which every signature covers.
    pub id: Uuid,
    /// `CONS-YYYYMMDD-NNN`.
    pub number: String,
    /// `in_analysis`, `analysed`, `analysis_failed`, `validated` or `rejected`.
    #[schema(value_type = String)]
    pub status: Status,
    /// Whether the patient was not there in person.
    pub remote: bool,
    /// Who entered it.
    pub created_by: Option<Uuid>,
    /// The doctor it was given to.
    pub assigned_to: Option<Uuid>,
    /// Who signed last.
    pub validated_by: Option<Uuid>,
    /// When.
    pub validated_at: Option<String>,
    /// The newest version that is signed.
    pub signed_version: Option<i64>,
    /// What the doctor typed as his signature.
    pub signature: Option<String>,
    /// Why it was refused.
    pub rejection: Option<String>,
    /// What an analysis proposed: no doctor's word.
    pub analysis: Option<String>,
    /// Why an analysis failed.
    pub analysis_error: Option<String>,
    /// When it was entered.
    pub created_at: String,
    /// When it was last changed.
    pub updated_at: String,
}

/// One version of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileVersion {
    /// Its number.
    pub version: i64,
    /// `created`, `edited`, `assigned`, `analysed`, `analysis_failed`, `validated`,
    /// `rejected`, `relaunched` or `amended`.
    #[schema(value_type = String)]
    pub change: Change,
    /// The record's state since then, a word of `record.status`.
    #[schema(value_type = String)]
    pub status: Status,
    /// The form's fields by their keys (`forms/fiche.toml`); an empty one is left out.
    #[schema(value_type = Object)]
    pub content: Content,
    /// The version of the form.
    pub form_version: i64,
    /// Why, where a reason is asked for.
    pub reason: Option<String>,
    /// Who; null when the program did.
    pub author: Option<Uuid>,
    /// When.
    pub at: String,
    /// The signature of this version, if a doctor signed it.
    pub signed: Option<FileSignature>,
    /// A signature of another clinic, where alone it holds.
    pub signed_elsewhere: Option<FileElsewhere>,
}

/// A signature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileSignature {
    /// Who signed.
    pub by: Uuid,
    /// His name then.
    pub name: String,
    /// SHA-256, in lower-case hexadecimal, of the JSON object of `tenant`, `record`,
    /// `number`, `version`, `form_version`, `content` (keys sorted), `practitioner`,
    /// `practitioner_name` and `signed_at`, in this order and without spaces.
    pub sha256: String,
}

/// A signature of another clinic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileElsewhere {
    /// The clinic's id, which the signature covers.
    pub clinic_id: Uuid,
    /// Its name.
    pub clinic_name: String,
    /// `validated` or `amended`.
    #[schema(value_type = String)]
    pub change: Change,
    /// The record's state there since then.
    #[schema(value_type = String)]
    pub status: Status,
    /// The signature.
    pub signature: FileSignature,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileMessage {
    /// Its id.
    pub id: Uuid,
    /// Who wrote it.
    pub author: Uuid,
    /// The text.
    pub body: String,
    /// When.
    pub created_at: String,
}

/// A result of a laboratory, as its paper has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileResult {
    /// Its id.
    pub id: Uuid,
    /// What was measured.
    pub analysis: String,
    /// What was found.
    pub value: String,
    /// In which unit.
    pub unit: Option<String>,
    /// What is normal, as the laboratory printed it.
    pub normal: Option<String>,
    /// Which laboratory.
    pub laboratory: Option<String>,
    /// The paper it stands on, one of `attachments`.
    pub attachment: Option<Uuid>,
    /// What was said about it.
    pub comment: Option<String>,
    /// The day of the sample.
    pub taken_on: String,
    /// Whether it came after a doctor had signed the record.
    pub late: bool,
    /// Who entered it; null when the program did.
    pub created_by: Option<Uuid>,
    /// When.
    pub created_at: String,
    /// When it was last changed.
    pub updated_at: String,
    /// 1, and one more with every change.
    pub version: i64,
}

/// What a record leans on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileReference {
    /// Its id.
    pub id: Uuid,
    /// The work's title.
    pub title: String,
    /// Where it can be read.
    pub url: Option<String>,
    /// `pubmed`, `cinahl`, `has`, `cochrane` or `other`.
    #[schema(value_type = String)]
    pub source: Source,
    /// Who wrote it.
    pub authors: Option<String>,
    /// When it came out.
    pub year: Option<i64>,
    /// Where it came out.
    pub journal: Option<String>,
    /// Who added it; null when the program did.
    pub added_by: Option<Uuid>,
    /// When.
    pub created_at: String,
    /// Who looked it up and found that it is there and says so.
    pub verified_by: Option<Uuid>,
    /// When.
    pub verified_at: Option<String>,
}

/// A file of a record. Its bytes lie in a file that is named by `sha256`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FileAttachment {
    /// Its id.
    pub id: Uuid,
    /// SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: i64,
    /// What the bytes are.
    pub content_type: String,
    /// What it is called, with its extension.
    pub name: String,
    /// `image`, `document`, `xray`, `scan`, `prescription` or `other`.
    #[schema(value_type = String)]
    pub kind: AttachmentKind,
    /// What was said about it.
    pub note: Option<String>,
    /// Whether it came after a doctor had signed the record.
    pub late: bool,
    /// Who sent it; null when the program did.
    pub uploaded_by: Option<Uuid>,
    /// When.
    pub created_at: String,
}

/// Somebody whom the file names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilePerson {
    /// His id.
    pub id: Uuid,
    /// His name.
    pub name: String,
    /// Whether he worked for the clinic.
    pub staff: bool,
}

/// The format as a JSON Schema (draft 2020-12).
#[must_use]
pub fn file_schema() -> serde_json::Value {
    let mut parts: Vec<(String, RefOr<Schema>)> = Vec::new();
    RecordFile::schemas(&mut parts);
    parts.sort_by(|a, b| a.0.cmp(&b.0));
    let parts: serde_json::Map<String, serde_json::Value> = parts
        .into_iter()
        .map(|(name, schema)| (name, serde_json::json!(schema)))
        .collect();
    let mut whole = serde_json::json!(RecordFile::schema());
    whole["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    whole["title"] = FORMAT.into();
    whole["properties"]["format"] = serde_json::json!({"const": FORMAT});
    whole["properties"]["version"] = serde_json::json!({"const": VERSION});
    whole["$defs"] = parts.into();
    moved(whole)
}

/// The same with references to its own parts.
fn moved(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) => text.replace("#/components/schemas/", "#/$defs/").into(),
        Value::Array(items) => items.into_iter().map(moved).collect(),
        Value::Object(entries) => Value::Object(
            entries
                .into_iter()
                .map(|(key, value)| (key, moved(value)))
                .collect(),
        ),
        other => other,
    }
}
