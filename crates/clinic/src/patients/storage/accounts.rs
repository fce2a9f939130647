//! Accounts of patients and the records they belong to.

use kernel::{PageRequest, TenantId, UserId};
use store::{ReadTx, StoreError, WriteTx, params};

use crate::patients::model::{PatientId, WaitingAccount};

/// Active accounts of patients that no record of the clinic belongs to, for these rows.
macro_rules! waiting {
    ($columns:literal, $rows:literal) => {
        concat!(
            $columns,
            "
        FROM membership m JOIN user_account u ON u.id = m.user_id
            LEFT JOIN user_profile f ON f.tenant_id = m.tenant_id AND f.user_id = m.user_id
        WHERE m.tenant_id = $1 AND m.role = 'patient' AND m.is_active = TRUE AND u.is_active = TRUE
            AND NOT EXISTS (SELECT 1 FROM patient p WHERE p.tenant_id = m.tenant_id AND p.user_id = m.user_id)",
            $rows
        )
    };
}

/// What is shown of an account.
macro_rules! account {
    ($rows:literal) => {
        waiting!(
            "SELECT u.id AS id, u.username AS username, u.first_name AS first_name, u.last_name AS last_name,
            u.phone AS phone, u.phone IS NOT NULL AND (u.phone_vouched OR u.phone_verified_at IS NOT NULL) AS phone_known,
            f.date_of_birth AS birth_date, u.created_at AS created_at",
            $rows
        )
    };
}

store::statements! {
    COUNT_WAITING = waiting!("SELECT COUNT(*) AS value", "");
    WAITING = account!(" ORDER BY u.created_at, u.id LIMIT $2 OFFSET $3");
    WAITING_ONE = account!(" AND m.user_id = $2");
    /// A record that went into another has no account, and one account is enough.
    LINK_ACCOUNT = "UPDATE patient SET user_id = $3, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND user_id IS NULL AND merged_into IS NULL";
    UNLINK_ACCOUNT = "UPDATE patient SET user_id = NULL, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND user_id IS NOT NULL";
}

pub(in crate::patients) async fn count_waiting(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<i64, StoreError> {
    tx.one(COUNT_WAITING, params![tenant]).await
}

/// Who waits, the longest first.
pub(in crate::patients) async fn waiting(
    tx: &mut ReadTx,
    tenant: TenantId,
    page: PageRequest,
) -> Result<Vec<WaitingAccount>, StoreError> {
    tx.all(WAITING, params![tenant, page.size, page.offset()])
        .await
}

pub(in crate::patients) async fn waiting_one(
    tx: &mut ReadTx,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<WaitingAccount>, StoreError> {
    tx.optional(WAITING_ONE, params![tenant, user]).await
}

/// False when the record has an account already, or went into another.
pub(in crate::patients) async fn link(
    tx: &mut WriteTx,
    tenant: TenantId,
    (patient, user): (PatientId, UserId),
) -> Result<bool, StoreError> {
    let values = params![tenant, patient, user];
    Ok(tx.execute(LINK_ACCOUNT, values).await? == 1)
}

/// False when the record has none.
pub(in crate::patients) async fn unlink(
    tx: &mut WriteTx,
    tenant: TenantId,
    patient: PatientId,
) -> Result<bool, StoreError> {
    Ok(tx.execute(UNLINK_ACCOUNT, params![tenant, patient]).await? == 1)
}
