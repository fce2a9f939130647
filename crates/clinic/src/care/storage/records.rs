use kernel::{TenantId, Timestamp};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use super::encounters;
use crate::{
    care::model::{AnalysisId, Encounter, EncounterId, EncounterRow},
    patients::api::PatientId,
};

store::statements! {
    /// Writes nothing new: whoever changes the record next waits for this transaction.
    HOLD = "UPDATE encounter SET version = version WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL";
    FIND = encounters!(" WHERE e.tenant_id = $1 AND e.id = $2 AND e.deleted_at IS NULL");
    /// Ordered by an expression, as in the list of a patient's.
    LATEST = encounters!(" WHERE e.tenant_id = $1 AND e.deleted_at IS NULL AND e.patient_id IN (SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.id = $2
            UNION ALL SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.merged_into = $2)
        ORDER BY e.created_at + 0 DESC, e.id DESC LIMIT 1");
    PREVIOUS = encounters!(" WHERE e.tenant_id = $1 AND e.patient_id = $2 AND e.deleted_at IS NULL
        AND e.created_at < $3 ORDER BY e.created_at DESC, e.id DESC LIMIT 1");
    /// Held until the commit: numbers of one day follow each other without gaps.
    NEXT_OF_DAY = "INSERT INTO encounter_day (tenant_id, day, last) VALUES ($1, $2, 1)
        ON CONFLICT (tenant_id, day) DO UPDATE SET last = encounter_day.last + 1 RETURNING last AS value";
    INSERT = "INSERT INTO encounter (tenant_id, id, number, patient_id, status, remote, created_by, assigned_to,
            validated_by, validated_at, signed_version, signature, rejection, analysis, analysis_error, content,
            form_version, created_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
    UPDATE = "UPDATE encounter SET status = $3, remote = $4, assigned_to = $5, validated_by = $6, validated_at = $7,
            signed_version = $8, signature = $9, rejection = $10, analysis = $11, analysis_error = $12, content = $13,
            form_version = $14, updated_at = $15, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND version = $16 AND deleted_at IS NULL";
    DELETE = "UPDATE encounter SET deleted_at = $3, updated_at = $3, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND version = $4 AND deleted_at IS NULL";
    INSERT_WORDS each "$2" = "INSERT INTO encounter_word (tenant_id, word, encounter_id)
        SELECT $1, each.value, $3 FROM each";
    DELETE_WORDS = "DELETE FROM encounter_word WHERE tenant_id = $1 AND encounter_id = $2";
    INSERT_ANALYSIS = "INSERT INTO encounter_analysis (tenant_id, id, encounter_id, state, created_at, work_due_at)
        VALUES ($1, $2, $3, 'pending', $4, $4)";
    ANALYSIS = "SELECT encounter_id AS value FROM encounter_analysis
        WHERE tenant_id = $1 AND id = $2 AND state = 'pending'";
    END_ANALYSIS = "UPDATE encounter_analysis SET state = $3 WHERE tenant_id = $1 AND id = $2";
    NEWEST_ANALYSIS = "SELECT id AS value FROM encounter_analysis WHERE tenant_id = $1 AND encounter_id = $2
        ORDER BY created_at DESC, id DESC LIMIT 1";
}

/// The engine's statements for analyses.
pub(crate) const ANALYSIS_WORK: jobs::WorkSql = jobs::work_table!("encounter_analysis");

/// Keeps everybody else from changing the record until the commit.
pub(in crate::care) async fn hold(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: EncounterId,
) -> Result<(), StoreError> {
    tx.execute(HOLD, params![tenant, id]).await.map(drop)
}

pub(in crate::care) async fn find(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: EncounterId,
) -> Result<Option<Encounter>, StoreError> {
    let row: Option<EncounterRow> = tx.optional(FIND, params![tenant, id]).await?;
    row.map(Encounter::try_from).transpose()
}

/// A patient's newest record.
pub(in crate::care) async fn latest(
    tx: &mut ReadTx,
    tenant: TenantId,
    patient: PatientId,
) -> Result<Option<Encounter>, StoreError> {
    let row: Option<EncounterRow> = tx.optional(LATEST, params![tenant, patient]).await?;
    row.map(Encounter::try_from).transpose()
}

/// A patient's newest record before this moment.
pub(in crate::care) async fn previous(
    tx: &mut ReadTx,
    tenant: TenantId,
    patient: PatientId,
    before: Timestamp,
) -> Result<Option<Encounter>, StoreError> {
    let row: Option<EncounterRow> = tx
        .optional(PREVIOUS, params![tenant, patient, before])
        .await?;
    row.map(Encounter::try_from).transpose()
}

/// The next number of this day of the clinic's calendar, from 1.
pub(in crate::care) async fn next_of_day(
    tx: &mut WriteTx,
    tenant: TenantId,
    day: &str,
) -> Result<i64, StoreError> {
    tx.one(NEXT_OF_DAY, params![tenant, day]).await
}

/// Writes a record that is not there, with its times and its version: a new one,
/// or one that comes from elsewhere.
pub(in crate::care) async fn insert(
    tx: &mut WriteTx,
    tenant: TenantId,
    e: &Encounter,
    content: &str,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        e.id,
        e.number,
        e.patient_id,
        e.status,
        e.remote,
        e.created_by,
        e.assigned_to,
        e.validated_by,
        e.validated_at,
        e.signed_version,
        e.signature,
        e.rejection,
        e.analysis,
        e.analysis_error,
        content,
        e.form_version,
        e.created_at,
        e.updated_at,
        e.version,
    ];
    tx.execute_one(INSERT, values).await
}

/// Writes everything that can change; fails with a row count when the version
/// is another by now.
pub(in crate::care) async fn update(
    tx: &mut WriteTx,
    tenant: TenantId,
    e: &Encounter,
    content: &str,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        e.id,
        e.status,
        e.remote,
        e.assigned_to,
        e.validated_by,
        e.validated_at,
        e.signed_version,
        e.signature,
        e.rejection,
        e.analysis,
        e.analysis_error,
        content,
        e.form_version,
        e.updated_at,
        e.version,
    ];
    tx.execute_one(UPDATE, values).await
}

pub(in crate::care) async fn delete(
    tx: &mut WriteTx,
    tenant: TenantId,
    e: &Encounter,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(DELETE, params![tenant, e.id, now, e.version])
        .await
}

/// Replaces the words by which a record is found.
pub(in crate::care) async fn set_words(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: EncounterId,
    words: &[String],
) -> Result<(), StoreError> {
    tx.execute(DELETE_WORDS, params![tenant, id]).await?;
    tx.execute(INSERT_WORDS, params![tenant, store::list(words)?, id])
        .await?;
    Ok(())
}

pub(in crate::care) async fn insert_analysis(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: AnalysisId,
    encounter: EncounterId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(INSERT_ANALYSIS, params![tenant, id, encounter, now])
        .await
}

/// The record of an analysis that has not ended.
pub(in crate::care) async fn analysis(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: Uuid,
) -> Result<Option<EncounterId>, StoreError> {
    tx.optional(ANALYSIS, params![tenant, id]).await
}

/// Whether this is the analysis last asked for: an older one says nothing any more.
pub(in crate::care) async fn is_newest_analysis(
    tx: &mut ReadTx,
    tenant: TenantId,
    encounter: EncounterId,
    id: Uuid,
) -> Result<bool, StoreError> {
    let newest: Option<Uuid> = tx
        .optional(NEWEST_ANALYSIS, params![tenant, encounter])
        .await?;
    Ok(newest == Some(id))
}

pub(in crate::care) async fn end_analysis(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: Uuid,
    state: &str,
) -> Result<(), StoreError> {
    tx.execute_one(END_ANALYSIS, params![tenant, id, state])
        .await
}
