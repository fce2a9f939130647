use kernel::{PageRequest, TenantId, UserId};
use store::{Params, ReadTx, StoreError, params};
use uuid::Uuid;

use crate::audit::model::{EntryView, PersonRow, Wanted};

/// Lines with the names of now, for these rows.
macro_rules! lines {
    ($rows:literal) => {
        concat!(
            "SELECT e.seq AS seq, e.id AS id, e.at AS at, e.actor_kind AS actor_kind, e.actor_id AS actor_id,
            e.actor_name AS actor_name, u.first_name AS actor_first, u.last_name AS actor_last, e.action AS action,
            e.object_type AS object_type, e.object_id AS object_id, o.first_name AS object_first,
            o.last_name AS object_last, e.patient_id AS patient_id, p.first_name AS patient_first,
            p.last_name AS patient_last, e.detail AS detail, e.hash AS hash
        FROM audit_event e
        LEFT JOIN user_account u ON e.actor_kind = 'user' AND u.id = e.actor_id
        LEFT JOIN user_account o ON e.object_type = 'user' AND o.id = e.object_id
        LEFT JOIN patient p ON p.tenant_id = e.tenant_id AND p.id = e.patient_id",
            $rows
        )
    };
}

store::statements! {
    PAGE = lines!("
        WHERE e.tenant_id = $1 AND e.seq < $2 AND (CAST($3 AS UUID) IS NULL OR e.actor_id = $3)
            AND (CAST($4 AS TEXT) IS NULL OR e.action = $4) AND (CAST($5 AS TEXT) IS NULL OR e.object_type = $5)
            AND (CAST($6 AS UUID) IS NULL OR e.patient_id = $6
                OR e.patient_id IN (SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.merged_into = $6)) AND (CAST($7 AS BIGINT) IS NULL OR e.at >= $7)
            AND (CAST($8 AS BIGINT) IS NULL OR e.at < $8)
        ORDER BY e.seq DESC LIMIT $9 OFFSET $10");
    COUNT = "SELECT COUNT(*) AS value FROM audit_event e
        WHERE e.tenant_id = $1 AND e.seq < $2 AND (CAST($3 AS UUID) IS NULL OR e.actor_id = $3)
            AND (CAST($4 AS TEXT) IS NULL OR e.action = $4) AND (CAST($5 AS TEXT) IS NULL OR e.object_type = $5)
            AND (CAST($6 AS UUID) IS NULL OR e.patient_id = $6
                OR e.patient_id IN (SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.merged_into = $6)) AND (CAST($7 AS BIGINT) IS NULL OR e.at >= $7)
            AND (CAST($8 AS BIGINT) IS NULL OR e.at < $8)";
    /// Of every record that went into his own as well. Ordered by an expression:
    /// by the column alone, SQLite walks the clinic's whole trail.
    ABOUT = lines!("
        WHERE e.tenant_id = $1 AND e.patient_id IN (SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.id = $2
            UNION ALL SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.merged_into = $2) AND ((e.actor_kind = 'user' AND e.actor_name <> 'patient')
            OR e.action IN ('encounter.open_link', 'message.open_link', 'message.close_link'))
        ORDER BY e.seq + 0 DESC LIMIT $3 OFFSET $4");
    COUNT_ABOUT = "SELECT COUNT(*) AS value FROM audit_event
        WHERE tenant_id = $1 AND patient_id IN (SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.id = $2
            UNION ALL SELECT g.id FROM patient g WHERE g.tenant_id = $1 AND g.merged_into = $2) AND ((actor_kind = 'user' AND actor_name <> 'patient')
            OR action IN ('encounter.open_link', 'message.open_link', 'message.close_link'))";
    OWN_RECORD = "SELECT id AS value FROM patient WHERE tenant_id = $1 AND user_id = $2";
    PEOPLE = "SELECT u.id AS id, u.first_name AS first_name, u.last_name AS last_name
        FROM membership m JOIN user_account u ON u.id = m.user_id
        WHERE m.tenant_id = $1 AND m.role <> 'patient' ORDER BY u.last_name, u.first_name, u.id";
}

fn filter(tenant: TenantId, wanted: &Wanted, before: i64) -> Params {
    params![
        tenant,
        before,
        wanted.person,
        wanted.action,
        wanted.object_type,
        wanted.patient,
        wanted.from,
        wanted.until,
    ]
}

/// What is wanted of the lines before this number, newest first.
pub(in crate::audit) async fn page(
    tx: &mut ReadTx,
    tenant: TenantId,
    wanted: &Wanted,
    before: i64,
    (limit, skip): (i64, i64),
) -> Result<Vec<EntryView>, StoreError> {
    let mut values = filter(tenant, wanted, before);
    values.extend(params![limit, skip]);
    tx.all(PAGE, values).await
}

pub(in crate::audit) async fn count(
    tx: &mut ReadTx,
    tenant: TenantId,
    wanted: &Wanted,
) -> Result<i64, StoreError> {
    tx.one(COUNT, filter(tenant, wanted, i64::MAX)).await
}

/// What staff did with a patient's record, newest first.
pub(in crate::audit) async fn about(
    tx: &mut ReadTx,
    tenant: TenantId,
    patient: Uuid,
    page: PageRequest,
) -> Result<(i64, Vec<EntryView>), StoreError> {
    let count = tx.one(COUNT_ABOUT, params![tenant, patient]).await?;
    let values = params![tenant, patient, page.size, page.offset()];
    Ok((count, tx.all(ABOUT, values).await?))
}

/// The record that is this account's own.
pub(in crate::audit) async fn own_record(
    tx: &mut ReadTx,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<Uuid>, StoreError> {
    tx.optional(OWN_RECORD, params![tenant, user]).await
}

/// Everybody who works here, also who cannot sign in any more.
pub(in crate::audit) async fn people(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<Vec<PersonRow>, StoreError> {
    tx.all(PEOPLE, params![tenant]).await
}
