use kernel::TenantId;
use store::{ReadTx, StoreError, WriteTx, params};

use crate::care::model::{Attachment, AttachmentId, EncounterId};

macro_rules! attachments {
    ($rows:literal) => {
        concat!(
            "SELECT f.id AS id, f.encounter_id AS encounter_id, p.id AS patient_id, f.blob_id AS blob_id,
            f.sha256 AS sha256, f.kind AS kind, f.name AS name, f.note AS note, f.late AS late,
            f.uploaded_by AS uploaded_by, u.first_name || ' ' || u.last_name AS uploaded_name,
            f.created_at AS created_at, b.size AS size, b.content_type AS content_type, b.width AS width,
            b.height AS height, b.thumbnail_id AS thumbnail_id
        FROM attachment f
        JOIN encounter e ON e.tenant_id = f.tenant_id AND e.id = f.encounter_id AND e.deleted_at IS NULL
        JOIN patient w ON w.tenant_id = e.tenant_id AND w.id = e.patient_id
        JOIN patient p ON p.tenant_id = w.tenant_id AND p.id = CASE WHEN w.merged_into IS NULL THEN w.id ELSE w.merged_into END
        JOIN blob b ON b.tenant_id = f.tenant_id AND b.id = f.blob_id
        LEFT JOIN user_account u ON u.id = f.uploaded_by
        WHERE f.tenant_id = $1",
            $rows
        )
    };
}

store::statements! {
    FIND = attachments!(" AND f.id = $2");
    OF_RECORD = attachments!(" AND f.encounter_id = $2 ORDER BY f.created_at, f.id");
    SAME = attachments!(" AND f.encounter_id = $2 AND f.sha256 = $3");
    INSERT = "INSERT INTO attachment (tenant_id, id, encounter_id, blob_id, sha256, kind, name, note, late,
            uploaded_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    DELETE = "DELETE FROM attachment WHERE tenant_id = $1 AND id = $2";
    IN_USE = "SELECT COUNT(*) AS value FROM observation WHERE tenant_id = $1 AND attachment_id = $2";
}

pub(in crate::care) async fn find_attachment(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: AttachmentId,
) -> Result<Option<Attachment>, StoreError> {
    tx.optional(FIND, params![tenant, id]).await
}

/// All files of a record, in the order in which they came.
pub(in crate::care) async fn attachments(
    tx: &mut ReadTx,
    tenant: TenantId,
    encounter: EncounterId,
) -> Result<Vec<Attachment>, StoreError> {
    tx.all(OF_RECORD, params![tenant, encounter]).await
}

/// The file of this record that has these bytes.
pub(in crate::care) async fn same_attachment(
    tx: &mut ReadTx,
    tenant: TenantId,
    encounter: EncounterId,
    sha256: &str,
) -> Result<Option<Attachment>, StoreError> {
    tx.optional(SAME, params![tenant, encounter, sha256]).await
}

pub(in crate::care) async fn insert_attachment(
    tx: &mut WriteTx,
    tenant: TenantId,
    file: &Attachment,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        file.id,
        file.encounter_id,
        file.blob_id,
        file.sha256,
        file.kind,
        file.name,
        file.note,
        file.late,
        file.uploaded_by,
        file.created_at,
    ];
    tx.execute_one(INSERT, values).await
}

pub(in crate::care) async fn delete_attachment(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: AttachmentId,
) -> Result<(), StoreError> {
    tx.execute_one(DELETE, params![tenant, id]).await
}

/// Whether a result names this file as its paper.
pub(in crate::care) async fn is_paper(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: AttachmentId,
) -> Result<bool, StoreError> {
    let count: i64 = tx.one(IN_USE, params![tenant, id]).await?;
    Ok(count > 0)
}
