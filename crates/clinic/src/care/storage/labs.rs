use kernel::{PageRequest, TenantId, text::fold};
use store::{Params, ReadTx, StoreError, WriteTx, params};

use super::Sees;
use crate::care::model::{EncounterId, Observation, ObservationId, ObservationRow, Results};

macro_rules! observations {
    ($rows:expr) => {
        concat!(
            "SELECT o.id AS id, o.encounter_id AS encounter_id, p.id AS patient_id, o.analysis AS analysis,
            o.value AS value, o.unit AS unit, o.normal AS normal, o.laboratory AS laboratory,
            o.attachment_id AS attachment_id, o.comment AS comment, o.taken_on AS taken_on, o.late AS late,
            o.created_by AS created_by, u.first_name || ' ' || u.last_name AS created_name,
            o.created_at AS created_at, o.updated_at AS updated_at, o.version AS version,
            e.content AS content, p.gender AS gender
        FROM observation o
        JOIN encounter e ON e.tenant_id = o.tenant_id AND e.id = o.encounter_id AND e.deleted_at IS NULL
        JOIN patient w ON w.tenant_id = e.tenant_id AND w.id = e.patient_id
        JOIN patient p ON p.tenant_id = w.tenant_id AND p.id = CASE WHEN w.merged_into IS NULL THEN w.id ELSE w.merged_into END
        LEFT JOIN user_account u ON u.id = o.created_by
        WHERE o.tenant_id = $1",
            $rows
        )
    };
}

/// What the caller may see and what he asked for.
macro_rules! wanted {
    () => {
        " AND ($2 = 'all'
                OR ($2 = 'doctor' AND (e.assigned_to = $3 OR e.validated_by = $3
                    OR (e.assigned_to IS NULL AND e.status IN ('in_analysis', 'analysed', 'analysis_failed'))))
                OR ($2 = 'entered' AND e.created_by = $3)
                OR ($2 = 'own' AND p.user_id = $3))
            AND (p.restricted = $4 OR p.restricted = $5)
            AND (CAST($6 AS UUID) IS NULL OR o.encounter_id = $6)
            AND (CAST($7 AS UUID) IS NULL OR p.id = $7)
            AND (CAST($8 AS TEXT) IS NULL OR o.analysis_key = $8)
            AND (CAST($9 AS TEXT) IS NULL OR o.taken_on >= $9)
            AND (CAST($10 AS TEXT) IS NULL OR o.taken_on <= $10)"
    };
}

store::statements! {
    FIND = observations!(" AND o.id = $2");
    OF_RECORD = observations!(" AND o.encounter_id = $2 ORDER BY o.created_at, o.id");
    LIST = observations!(concat!(wanted!(),
        " ORDER BY o.taken_on DESC, o.id DESC LIMIT $11 OFFSET $12"));
    COUNT = concat!("SELECT COUNT(*) AS value FROM observation o
        JOIN encounter e ON e.tenant_id = o.tenant_id AND e.id = o.encounter_id AND e.deleted_at IS NULL
        JOIN patient w ON w.tenant_id = e.tenant_id AND w.id = e.patient_id
        JOIN patient p ON p.tenant_id = w.tenant_id AND p.id = CASE WHEN w.merged_into IS NULL THEN w.id ELSE w.merged_into END
        WHERE o.tenant_id = $1", wanted!());
    INSERT = "INSERT INTO observation (tenant_id, id, encounter_id, analysis, analysis_key, value, unit, normal,
            laboratory, attachment_id, comment, taken_on, late, created_by, created_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    UPDATE = "UPDATE observation SET analysis = $3, analysis_key = $4, value = $5, unit = $6, normal = $7,
            laboratory = $8, attachment_id = $9, comment = $10, taken_on = $11, updated_at = $12, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND version = $13";
    DELETE = "DELETE FROM observation WHERE tenant_id = $1 AND id = $2 AND version = $3";
}

pub(in crate::care) async fn find_observation(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: ObservationId,
) -> Result<Option<Observation>, StoreError> {
    let row: Option<ObservationRow> = tx.optional(FIND, params![tenant, id]).await?;
    row.map(Observation::try_from).transpose()
}

/// One page of what the caller sees and asked for, newest first, with the count
/// of all; `closed`: of restricted patients too.
pub(in crate::care) async fn observations(
    tx: &mut ReadTx,
    tenant: TenantId,
    sees: Sees,
    (wanted, closed): (&Results, bool),
    page: PageRequest,
) -> Result<(i64, Vec<Observation>), StoreError> {
    let (kind, user) = sees.parts();
    let analysis = wanted.analysis.as_deref().map(fold);
    let mut values: Params = params![
        tenant,
        kind,
        user,
        false,
        closed,
        wanted.encounter,
        wanted.patient,
        analysis,
        wanted.from,
        wanted.until,
    ];
    let count = tx.one(COUNT, values.clone()).await?;
    values.extend(params![page.size, page.offset()]);
    let rows: Vec<ObservationRow> = tx.all(LIST, values).await?;
    let rows: Result<_, _> = rows.into_iter().map(Observation::try_from).collect();
    Ok((count, rows?))
}

/// All results of a record, in the order in which they were entered.
pub(in crate::care) async fn observations_of(
    tx: &mut ReadTx,
    tenant: TenantId,
    encounter: EncounterId,
) -> Result<Vec<Observation>, StoreError> {
    let rows: Vec<ObservationRow> = tx.all(OF_RECORD, params![tenant, encounter]).await?;
    rows.into_iter().map(Observation::try_from).collect()
}

/// Writes a result that is not there, with its times and its version: a new one,
/// or one that comes from elsewhere.
pub(in crate::care) async fn insert_observation(
    tx: &mut WriteTx,
    tenant: TenantId,
    o: &Observation,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        o.id,
        o.encounter_id,
        o.analysis,
        fold(&o.analysis),
        o.value,
        o.unit,
        o.normal,
        o.laboratory,
        o.attachment_id,
        o.comment,
        o.taken_on,
        o.late,
        o.created_by,
        o.created_at,
        o.updated_at,
        o.version,
    ];
    tx.execute_one(INSERT, values).await
}

/// Fails with a row count when the version is another by now.
pub(in crate::care) async fn update_observation(
    tx: &mut WriteTx,
    tenant: TenantId,
    o: &Observation,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        o.id,
        o.analysis,
        fold(&o.analysis),
        o.value,
        o.unit,
        o.normal,
        o.laboratory,
        o.attachment_id,
        o.comment,
        o.taken_on,
        o.updated_at,
        o.version,
    ];
    tx.execute_one(UPDATE, values).await
}

pub(in crate::care) async fn delete_observation(
    tx: &mut WriteTx,
    tenant: TenantId,
    o: &Observation,
) -> Result<(), StoreError> {
    tx.execute_one(DELETE, params![tenant, o.id, o.version])
        .await
}
