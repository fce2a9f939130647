use kernel::{PageRequest, TenantId, Timestamp, UserId};
use store::{Params, ReadTx, StoreError, WriteTx, params};

use super::Sees;
use crate::care::model::{Citation, CitationId, EncounterId};

macro_rules! citations {
    ($rows:expr) => {
        concat!(
            "SELECT c.id AS id, c.encounter_id AS encounter_id, p.id AS patient_id, c.title AS title,
            c.url AS url, c.source AS source, c.authors AS authors, c.year AS year, c.journal AS journal,
            c.added_by AS added_by, c.created_at AS created_at, c.verified_by AS verified_by,
            v.first_name || ' ' || v.last_name AS verified_name, c.verified_at AS verified_at
        FROM citation c
        JOIN encounter e ON e.tenant_id = c.tenant_id AND e.id = c.encounter_id AND e.deleted_at IS NULL
        JOIN patient w ON w.tenant_id = e.tenant_id AND w.id = e.patient_id
        JOIN patient p ON p.tenant_id = w.tenant_id AND p.id = CASE WHEN w.merged_into IS NULL THEN w.id ELSE w.merged_into END
        LEFT JOIN user_account v ON v.id = c.verified_by
        WHERE c.tenant_id = $1",
            $rows
        )
    };
}

/// What the caller may see; a patient what a person verified for a signed record.
macro_rules! seen {
    () => {
        " AND ($2 = 'all'
                OR ($2 = 'doctor' AND (e.assigned_to = $3 OR e.validated_by = $3
                    OR (e.assigned_to IS NULL AND e.status IN ('in_analysis', 'analysed', 'analysis_failed'))))
                OR ($2 = 'entered' AND e.created_by = $3)
                OR ($2 = 'own' AND p.user_id = $3 AND c.verified_at IS NOT NULL AND e.signed_version IS NOT NULL))
            AND (p.restricted = $4 OR p.restricted = $5)
            AND (CAST($6 AS UUID) IS NULL OR c.encounter_id = $6)"
    };
}

store::statements! {
    FIND = citations!(" AND c.id = $2");
    OF_RECORD = citations!(" AND c.encounter_id = $2 ORDER BY c.created_at, c.id");
    LIST = citations!(concat!(seen!(), " ORDER BY c.created_at DESC, c.id DESC LIMIT $7 OFFSET $8"));
    COUNT = concat!("SELECT COUNT(*) AS value FROM citation c
        JOIN encounter e ON e.tenant_id = c.tenant_id AND e.id = c.encounter_id AND e.deleted_at IS NULL
        JOIN patient w ON w.tenant_id = e.tenant_id AND w.id = e.patient_id
        JOIN patient p ON p.tenant_id = w.tenant_id AND p.id = CASE WHEN w.merged_into IS NULL THEN w.id ELSE w.merged_into END
        WHERE c.tenant_id = $1", seen!());
    INSERT = "INSERT INTO citation (tenant_id, id, encounter_id, title, url, source, authors, year, journal,
            added_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    VERIFY = "UPDATE citation SET verified_by = $3, verified_at = $4
        WHERE tenant_id = $1 AND id = $2 AND verified_at IS NULL";
    DELETE = "DELETE FROM citation WHERE tenant_id = $1 AND id = $2";
}

pub(in crate::care) async fn find_citation(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: CitationId,
) -> Result<Option<Citation>, StoreError> {
    tx.optional(FIND, params![tenant, id]).await
}

/// One page of what the caller sees, newest first, with the count of all;
/// `closed`: of restricted patients too.
pub(in crate::care) async fn citations(
    tx: &mut ReadTx,
    tenant: TenantId,
    sees: Sees,
    (encounter, closed): (Option<EncounterId>, bool),
    page: PageRequest,
) -> Result<(i64, Vec<Citation>), StoreError> {
    let (kind, user) = sees.parts();
    let mut values: Params = params![tenant, kind, user, false, closed, encounter];
    let count = tx.one(COUNT, values.clone()).await?;
    values.extend(params![page.size, page.offset()]);
    Ok((count, tx.all(LIST, values).await?))
}

/// All references of a record, in the order in which they were added.
pub(in crate::care) async fn citations_of(
    tx: &mut ReadTx,
    tenant: TenantId,
    encounter: EncounterId,
) -> Result<Vec<Citation>, StoreError> {
    tx.all(OF_RECORD, params![tenant, encounter]).await
}

pub(in crate::care) async fn insert_citation(
    tx: &mut WriteTx,
    tenant: TenantId,
    c: &Citation,
) -> Result<(), StoreError> {
    let values = params![
        tenant,
        c.id,
        c.encounter_id,
        c.title,
        c.url,
        c.source,
        c.authors,
        c.year,
        c.journal,
        c.added_by,
        c.created_at,
    ];
    tx.execute_one(INSERT, values).await
}

/// Notes who found it right; answers whether nobody had before.
pub(in crate::care) async fn verify_citation(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: CitationId,
    (user, now): (UserId, Timestamp),
) -> Result<bool, StoreError> {
    Ok(tx.execute(VERIFY, params![tenant, id, user, now]).await? > 0)
}

pub(in crate::care) async fn delete_citation(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: CitationId,
) -> Result<(), StoreError> {
    tx.execute_one(DELETE, params![tenant, id]).await
}
