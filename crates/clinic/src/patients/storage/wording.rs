//! How much a message on a patient's number may say.

use kernel::{Phone, TenantId, Timestamp};
use store::{ReadTx, StoreError, WriteTx, params};

use crate::patients::model::{PatientId, Wording, WordingEvent};

store::row! {
    /// What a patient chose for a number, and when.
    pub(in crate::patients) struct Chosen {
        pub wording: Wording,
        pub at: Timestamp,
    }
}

store::statements! {
    NOTE_WORDING = "INSERT INTO patient_wording (tenant_id, id, patient_id, phone, wording, source, words, noted_by, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// What he chose on any of his records that are one by now; at the same moment the one entered later.
    WORDING = "SELECT w.wording AS wording, w.at AS at FROM patient_wording w
        WHERE w.tenant_id = $1 AND w.phone = $3 AND w.patient_id IN (SELECT g.id FROM patient g WHERE g.tenant_id = $1
            AND g.id = $2 UNION ALL SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.merged_into = $2)
        ORDER BY w.at DESC, w.id DESC LIMIT 1";
}

pub(in crate::patients) async fn note_wording(
    tx: &mut WriteTx,
    tenant: TenantId,
    event: &WordingEvent,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        event.id,
        event.patient,
        event.phone,
        event.wording,
        event.source,
        event.source.words(),
        event.noted_by,
        event.at,
    ];
    tx.execute_one(NOTE_WORDING, values).await
}

/// What a patient chose for one of his numbers, last.
pub(in crate::patients) async fn wording(
    tx: &mut ReadTx,
    tenant: TenantId,
    patient: PatientId,
    phone: &Phone,
) -> Result<Option<Chosen>, StoreError> {
    tx.optional(WORDING, params![tenant, patient, phone]).await
}
