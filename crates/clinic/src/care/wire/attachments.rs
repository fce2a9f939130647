use kernel::{FieldError, Problem, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::labs::file_url;
use crate::care::model::{Attachment, AttachmentKind, EncounterId};

/// Which files a list shows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::care) struct AttachmentFilter {
    /// The record; it must be named.
    fiche: Option<String>,
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}

impl AttachmentFilter {
    /// The record.
    ///
    /// # Errors
    /// 400 for what is no id, and for none.
    pub(in crate::care) fn encounter(&self) -> Result<EncounterId, Problem> {
        let id = EncounterId::asked(self.fiche.as_deref(), "fiche")?;
        id.ok_or_else(|| Problem::invalid("fiche", "required"))
    }
}

/// A file to be kept, as `multipart/form-data`. With `fiche` before `file`, a
/// file that may not be kept is refused before it is read.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"fiche": "01980000-0000-7000-8000-000000000000", "file": "…", "kind": "xray", "note": "Thorax de face"}))]
#[expect(dead_code, reason = "describes the parts, which are read one by one")]
pub(in crate::care) struct AttachmentInput {
    /// The record.
    fiche: String,
    /// PDF, JPEG, PNG or DOCX by its content, at most 10 MB.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
    /// image, document, xray, scan, prescription or other.
    kind: Option<String>,
    /// At most 2 000 characters.
    note: Option<String>,
}

/// The parts of an upload besides the file.
#[derive(Debug, Default)]
pub(in crate::care) struct AttachmentParts {
    /// The record.
    pub(in crate::care) encounter: Option<EncounterId>,
    /// What the file is to whoever sends it.
    pub(in crate::care) kind: Option<AttachmentKind>,
    /// What he says about it.
    pub(in crate::care) note: Option<String>,
}

impl AttachmentParts {
    /// Takes one part.
    ///
    /// # Errors
    /// 400 for one that is unknown or cannot be read.
    pub(in crate::care) fn take(&mut self, name: &str, text: String) -> Result<(), Problem> {
        match name {
            "fiche" => self.encounter = EncounterId::asked(Some(text.trim()), "fiche")?,
            "kind" if text.trim().is_empty() => self.kind = None,
            "kind" => {
                let choices: Vec<_> = AttachmentKind::ALL
                    .iter()
                    .map(|kind| kind.as_str())
                    .collect();
                let error =
                    FieldError::new("kind", "not-a-choice").with("choices", choices.join(", "));
                let kind = AttachmentKind::parse(text.trim());
                self.kind = Some(kind.ok_or_else(|| Problem::fields(vec![error]))?);
            }
            "note" => self.note = Some(text),
            name => {
                let name: String = name.chars().take(60).collect();
                return Err(Problem::invalid(name, "unknown-field"));
            }
        }
        Ok(())
    }
}

/// A file of a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "fiche": "01980000-0000-7000-8000-000000000001", "name": "thorax.jpg", "kind": "xray", "note": "Thorax de face", "file_size": 482113, "file_extension": "jpg", "content_type": "image/jpeg", "sha256": "0000000000000000000000000000000000000000000000000000000000000000", "width": 3024, "height": 4032, "uploaded_by": "01980000-0000-7000-8000-000000000002", "uploaded_by_name": "Awa Diop", "added_after_signature": false, "created_at": "2026-03-01T09:30:00+00:00", "download_url": "/api/v1/attachments/01980000-0000-7000-8000-000000000000/download/", "thumbnail_url": "/api/v1/attachments/01980000-0000-7000-8000-000000000000/thumbnail/"}))]
pub(in crate::care) struct AttachmentBody {
    /// UUIDv7.
    id: String,
    /// The record.
    fiche: String,
    /// What it is called.
    name: String,
    /// What it is to whoever sent it.
    kind: String,
    /// What was said about it.
    note: Option<String>,
    /// Bytes.
    file_size: i64,
    /// Without the dot.
    file_extension: String,
    /// What the bytes are.
    content_type: String,
    /// Of the kept bytes: of pictures, what cameras write about place and time is not kept.
    sha256: String,
    /// Pixels of a picture.
    width: Option<i64>,
    /// Pixels of a picture.
    height: Option<i64>,
    /// Who sent it; null when a program did.
    uploaded_by: Option<String>,
    /// His name.
    uploaded_by_name: Option<String>,
    /// Whether it came after a doctor had signed the record.
    added_after_signature: bool,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// Where it is given.
    download_url: String,
    /// Where a small picture of it is given.
    thumbnail_url: Option<String>,
}

impl AttachmentBody {
    pub(in crate::care) fn new(file: &Attachment, zone: &Zone) -> Self {
        let small = file.thumbnail_id;
        Self {
            id: file.id.to_string(),
            fiche: file.encounter_id.to_string(),
            file_extension: file.extension().to_owned(),
            name: file.name.clone(),
            kind: file.kind.to_string(),
            note: file.note.clone(),
            file_size: file.size,
            content_type: file.content_type.clone(),
            sha256: file.sha256.clone(),
            width: file.width,
            height: file.height,
            uploaded_by: file.uploaded_by.map(|id| id.to_string()),
            uploaded_by_name: file.uploaded_name.clone(),
            added_after_signature: file.late,
            created_at: file.created_at.rfc3339(zone),
            download_url: file_url(file.id),
            thumbnail_url: small.map(|_| format!("/api/v1/attachments/{}/thumbnail/", file.id)),
        }
    }
}

webkit::page_body! {
    /// A page of files.
    #[schema(example = json!({"count": 0, "next": null, "previous": null, "results": []}))]
    pub(in crate::care) struct AttachmentPage {
        /// Rows in the whole list.
        count,
        /// The files, in the order in which they came.
        results: Vec<AttachmentBody>,
    }
}
