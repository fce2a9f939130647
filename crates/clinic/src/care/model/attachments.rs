use kernel::{Id, Timestamp, UserId};

use super::EncounterId;
use crate::{blobs::api::BlobId, patients::api::PatientId};

/// Marker of [`AttachmentId`].
#[derive(Debug)]
pub struct AttachmentMark;
/// One file of a record.
pub type AttachmentId = Id<AttachmentMark>;

kernel::words! {
    /// What a file is to whoever sent it.
    pub enum AttachmentKind {
        /// A photo.
        Image = "image",
        /// A text.
        Document = "document",
        /// An X-ray.
        Xray = "xray",
        /// Another picture of the inside.
        Scan = "scan",
        /// A prescription.
        Prescription = "prescription",
        /// Anything else.
        Other = "other",
    }
}

store::row! {
    /// A file of a record.
    pub struct Attachment {
        /// Its id.
        pub id: AttachmentId,
        /// Its record.
        pub encounter_id: EncounterId,
        /// Whose record that is.
        pub patient_id: PatientId,
        /// The file's bytes.
        pub blob_id: BlobId,
        /// SHA-256 of the kept bytes, in lower-case hexadecimal.
        pub sha256: String,
        /// What it is to whoever sent it.
        pub kind: AttachmentKind,
        /// What it is called, with its extension.
        pub name: String,
        /// What was said about it.
        pub note: Option<String>,
        /// Whether it came after a doctor had signed the record.
        pub late: bool,
        /// Who sent it; nobody when a program did.
        pub uploaded_by: Option<UserId>,
        /// His name.
        pub uploaded_name: Option<String>,
        /// When.
        pub created_at: Timestamp,
        /// Bytes.
        pub size: i64,
        /// What the bytes are.
        pub content_type: String,
        /// Pixels of a picture.
        pub width: Option<i64>,
        /// Pixels of a picture.
        pub height: Option<i64>,
        /// A small picture of it.
        pub thumbnail_id: Option<BlobId>,
    }
}

impl Attachment {
    /// Whether a browser shows it as a picture.
    #[must_use]
    pub fn is_picture(&self) -> bool {
        self.width.is_some()
    }

    /// What its name ends with.
    #[must_use]
    pub fn extension(&self) -> &str {
        self.name.rsplit_once('.').map_or("", |(_, ending)| ending)
    }
}
