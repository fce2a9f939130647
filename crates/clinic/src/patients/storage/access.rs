use kernel::{TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::patients::model::{AccessRow, Account, ClosedRow, PatientId};

store::statements! {
    /// Of a record that went into another, the other.
    ACCESS = "SELECT p.id AS id, p.first_name AS first_name, p.last_name AS last_name, p.restricted AS restricted,
            p.user_id AS user_id
        FROM patient h JOIN patient p ON p.tenant_id = h.tenant_id AND p.id = CASE WHEN h.merged_into IS NULL THEN h.id ELSE h.merged_into END
        WHERE h.tenant_id = $1 AND h.id = $2";
    OF_ACCOUNT = "SELECT id AS value FROM patient WHERE tenant_id = $1 AND user_id = $2";
    OWN = "SELECT id, first_name, last_name, restricted, user_id FROM patient WHERE tenant_id = $1 AND id = $2";
    CLOSED = "SELECT p.id AS id, c.phone AS phone FROM patient p
        LEFT JOIN patient_contact l ON l.tenant_id = p.tenant_id AND l.patient_id = p.id
        LEFT JOIN contact_point c ON c.tenant_id = l.tenant_id AND c.id = l.contact_point_id
        WHERE p.tenant_id = $1 AND p.restricted = TRUE";
    ENTITLED = "SELECT COUNT(*) AS value FROM patient_access
        WHERE tenant_id = $1 AND patient_id = $2 AND user_id = $3 AND (expires_at IS NULL OR expires_at > $4)";
    /// Restricted records that this person may not open.
    HIDDEN = "SELECT p.id AS value FROM patient p WHERE p.tenant_id = $1 AND p.restricted = TRUE
        AND NOT EXISTS (SELECT 1 FROM patient_access a WHERE a.tenant_id = p.tenant_id AND a.patient_id = p.id
            AND a.user_id = $2 AND (a.expires_at IS NULL OR a.expires_at > $3))";
    NAMED = "SELECT user_id AS value FROM patient_access
        WHERE tenant_id = $1 AND patient_id = $2 AND expires_at IS NULL ORDER BY user_id";
    GRANT = "INSERT INTO patient_access (tenant_id, id, patient_id, user_id, reason, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    /// Once named is named, whoever else names him at the same time.
    NAME = "INSERT INTO patient_access (tenant_id, id, patient_id, user_id, created_at)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    NAME_NOBODY = "DELETE FROM patient_access WHERE tenant_id = $1 AND patient_id = $2 AND expires_at IS NULL";
    SET_ACCESS = "UPDATE patient SET restricted = $3, user_id = $4, version = version + 1 WHERE tenant_id = $1 AND id = $2";
    PATIENT_ACCOUNT = "SELECT u.id AS id, u.username AS username FROM membership m JOIN user_account u ON u.id = m.user_id
        WHERE m.tenant_id = $1 AND m.role = 'patient' AND u.username_folded = $2";
    ACCOUNT = "SELECT u.id AS id, u.username AS username FROM membership m JOIN user_account u ON u.id = m.user_id
        WHERE m.tenant_id = $1 AND m.user_id = $2";
}

/// A reason with the moment until which it counts.
pub(in crate::patients) struct Broken<'a> {
    pub reason: &'a str,
    pub until: Timestamp,
}

pub(in crate::patients) async fn of_account(
    tx: &mut ReadTx,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<PatientId>, StoreError> {
    tx.optional(OF_ACCOUNT, params![tenant, user]).await
}

pub(in crate::patients) async fn access(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<Option<AccessRow>, StoreError> {
    tx.optional(ACCESS, params![tenant, id]).await
}

/// Every restricted patient with each of his numbers.
pub(in crate::patients) async fn closed(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<Vec<ClosedRow>, StoreError> {
    tx.all(CLOSED, params![tenant]).await
}

/// How this record is kept, wherever it went.
pub(in crate::patients) async fn own(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<Option<AccessRow>, StoreError> {
    tx.optional(OWN, params![tenant, id]).await
}

/// Names one person more for the record.
pub(in crate::patients) async fn name(
    tx: &mut WriteTx,
    tenant: TenantId,
    (fresh, id, user): (Uuid, PatientId, UserId),
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(NAME, params![tenant, fresh, id, user, now])
        .await?;
    Ok(())
}

/// Whether this person is named for the record or broke its glass and may still open it.
pub(in crate::patients) async fn entitled(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
    user: UserId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let count: i64 = tx.one(ENTITLED, params![tenant, id, user, now]).await?;
    Ok(count > 0)
}

/// Restricted records that this person may not open; without a person, all of them.
pub(in crate::patients) async fn hidden(
    tx: &mut ReadTx,
    tenant: TenantId,
    user: Option<UserId>,
    now: Timestamp,
) -> Result<Vec<PatientId>, StoreError> {
    let user = user.map_or(Uuid::nil(), |user| user.uuid());
    tx.all(HIDDEN, params![tenant, user, now]).await
}

pub(in crate::patients) async fn named(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<Vec<UserId>, StoreError> {
    tx.all(NAMED, params![tenant, id]).await
}

pub(in crate::patients) async fn grant(
    tx: &mut WriteTx,
    tenant: TenantId,
    fresh: Uuid,
    (id, user): (PatientId, UserId),
    broken: &Broken<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![tenant, fresh, id, user, broken.reason, now, broken.until];
    tx.execute_one(GRANT, values).await
}

/// Makes these the only people who are named for the record.
pub(in crate::patients) async fn set_named(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: PatientId,
    people: impl IntoIterator<Item = (Uuid, UserId)>,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(NAME_NOBODY, params![tenant, id]).await?;
    for (fresh, user) in people {
        tx.execute(NAME, params![tenant, fresh, id, user, now])
            .await?;
    }
    Ok(())
}

pub(in crate::patients) async fn set_access(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: PatientId,
    restricted: bool,
    user: Option<UserId>,
) -> Result<(), StoreError> {
    tx.execute_one(SET_ACCESS, params![tenant, id, restricted, user])
        .await
}

/// The account of this name, if it is a patient's of this clinic.
pub(in crate::patients) async fn patient_account(
    tx: &mut ReadTx,
    tenant: TenantId,
    username: &str,
) -> Result<Option<Account>, StoreError> {
    let folded = kernel::text::fold(username);
    tx.optional(PATIENT_ACCOUNT, params![tenant, folded]).await
}

pub(in crate::patients) async fn account(
    tx: &mut ReadTx,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<Account>, StoreError> {
    tx.optional(ACCOUNT, params![tenant, user]).await
}
