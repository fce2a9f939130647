//! What patients are found by in spite of spelling.

use std::collections::BTreeSet;

use kernel::{TenantId, column::ToColumn};
use store::{ReadTx, StoreError, WriteTx, params};

use crate::patients::{
    model::{Gender, PatientId},
    rules::filing::ASKED,
};

store::statements! {
    INSERT_SOUNDS each "$2" = "INSERT INTO patient_sound (tenant_id, piece, patient_id)
        SELECT $1, each.value, $3 FROM each WHERE TRUE ON CONFLICT DO NOTHING";
    DELETE_SOUNDS = "DELETE FROM patient_sound WHERE tenant_id = $1 AND patient_id = $2";
    /// Grouped by an expression: by the column alone, SQLite walks the clinic's whole
    /// index of patients instead of the few pieces (113 against 1 ms for 100,000). The
    /// order of the join is given for the same reason.
    BY_SOUNDS = "SELECT COALESCE(h.merged_into, h.id) AS kept, h.first_name AS first_name, h.last_name AS last_name,
            h.birth_date AS birth_date, h.gender AS gender
        FROM (SELECT COALESCE(patient_id, patient_id) AS found_id, COUNT(*) AS hits FROM patient_sound
            WHERE tenant_id = $1 AND piece IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37,
                $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49)
            GROUP BY COALESCE(patient_id, patient_id) ORDER BY hits DESC, found_id LIMIT 200) AS found
        CROSS JOIN patient h WHERE h.tenant_id = $1 AND h.id = found.found_id";
    BY_NUMBER = "SELECT COALESCE(h.merged_into, h.id) AS kept, h.first_name AS first_name, h.last_name AS last_name,
            h.birth_date AS birth_date, h.gender AS gender
        FROM contact_point c CROSS JOIN patient_contact pc CROSS JOIN patient h
        WHERE pc.tenant_id = c.tenant_id AND pc.contact_point_id = c.id AND h.tenant_id = pc.tenant_id
            AND h.id = pc.patient_id AND c.tenant_id = $1 AND c.phone = $2 ORDER BY h.id LIMIT 200";
    UNFILED = "SELECT id AS value FROM patient WHERE tenant_id = $1 AND filed < 2 ORDER BY filed, id LIMIT $2";
    /// Holds the row, so that nobody gives it another name meanwhile.
    FILE = "UPDATE patient SET filed = 2 WHERE tenant_id = $1 AND id = $2 AND filed < 2";
}

store::row! {
    /// What of a patient is compared, and which record stands for him.
    pub(in crate::patients) struct Alike {
        pub kept: PatientId,
        pub first_name: String,
        pub last_name: String,
        pub birth_date: Option<String>,
        pub gender: Option<Gender>,
    }
}

pub(in crate::patients) async fn set_sounds(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: PatientId,
    pieces: &BTreeSet<String>,
) -> Result<(), StoreError> {
    tx.execute(DELETE_SOUNDS, params![tenant, id]).await?;
    let pieces = store::list(pieces)?;
    tx.execute(INSERT_SOUNDS, params![tenant, pieces, id])
        .await?;
    Ok(())
}

pub(in crate::patients) async fn by_sounds(
    tx: &mut ReadTx,
    tenant: TenantId,
    pieces: Vec<String>,
) -> Result<Vec<Alike>, StoreError> {
    let mut values = params![tenant];
    let mut pieces = pieces.into_iter();
    for _ in 0..ASKED {
        // Nobody is filed under nothing.
        values.push(pieces.next().unwrap_or_default().to_column());
    }
    tx.all(BY_SOUNDS, values).await
}

pub(in crate::patients) async fn by_number(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &kernel::Phone,
) -> Result<Vec<Alike>, StoreError> {
    tx.all(BY_NUMBER, params![tenant, phone]).await
}

/// Some of those who are not filed yet.
pub(in crate::patients) async fn unfiled(
    tx: &mut ReadTx,
    tenant: TenantId,
    limit: i64,
) -> Result<Vec<PatientId>, StoreError> {
    tx.all(UNFILED, params![tenant, limit]).await
}

/// False when somebody else has filed him.
pub(in crate::patients) async fn file(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<bool, StoreError> {
    Ok(tx.execute(FILE, params![tenant, id]).await? == 1)
}
