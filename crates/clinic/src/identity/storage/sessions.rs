use kernel::{TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::identity::model::{RefreshRow, SessionRow, UserRow};

store::statements! {
    /// A password that was reset since it was checked changes no row.
    SIGNED_IN = "UPDATE user_account SET last_login_at = $2 WHERE id = $1 AND token_version = $3 AND is_active = $4";
    /// Holds the user's row, so that a reset of the password comes before or after, never between.
    HOLD_USER = "UPDATE user_account SET token_version = token_version WHERE id = $1 AND is_active = $2";
    INSERT_SESSION = "INSERT INTO session (token_hash, user_id, current_tenant, csrf, locale, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    SESSION = "SELECT user_id, current_tenant, csrf, expires_at FROM session WHERE token_hash = $1";
    DELETE_SESSION = "DELETE FROM session WHERE token_hash = $1";
    DELETE_SESSIONS = "DELETE FROM session WHERE user_id = $1";
    INSERT_REFRESH = "INSERT INTO refresh_token (token_hash, family, user_id, current_tenant, expires_at)
        VALUES ($1, $2, $3, $4, $5)";
    REFRESH = "SELECT family, user_id, current_tenant, expires_at, used_at, revoked_at
        FROM refresh_token WHERE token_hash = $1";
    /// Two uses at the same moment: one of them changes no row.
    USE_REFRESH = "UPDATE refresh_token SET used_at = $2
        WHERE token_hash = $1 AND used_at IS NULL AND revoked_at IS NULL";
    REVOKE_FAMILY = "UPDATE refresh_token SET revoked_at = $2 WHERE family = $1 AND revoked_at IS NULL";
    REVOKE_USER = "UPDATE refresh_token SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL";
    SWEEP_SESSIONS = "DELETE FROM session WHERE expires_at < $1";
    SWEEP_REFRESH = "DELETE FROM refresh_token WHERE expires_at < $1";
}

/// False when the password was reset or the user shut out since it was checked.
pub(in crate::identity) async fn signed_in(
    tx: &mut WriteTx,
    user: &UserRow,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = tx
        .execute(SIGNED_IN, params![user.id, now, user.token_version, true])
        .await?;
    Ok(changed == 1)
}

/// False when there is no such active user.
pub(in crate::identity) async fn hold_user(
    tx: &mut WriteTx,
    user: UserId,
) -> Result<bool, StoreError> {
    Ok(tx.execute(HOLD_USER, params![user, true]).await? == 1)
}

pub(in crate::identity) async fn insert_session(
    tx: &mut WriteTx,
    hash: &str,
    (user, tenant): (&UserRow, TenantId),
    csrf: &str,
    (now, until): (Timestamp, Timestamp),
) -> Result<(), StoreError> {
    tx.execute_one(
        INSERT_SESSION,
        params![hash, user.id, tenant, csrf, user.locale, now, until],
    )
    .await
}

pub(in crate::identity) async fn session(
    tx: &mut ReadTx,
    hash: &str,
) -> Result<Option<SessionRow>, StoreError> {
    tx.optional(SESSION, params![hash]).await
}

pub(in crate::identity) async fn delete_session(
    tx: &mut WriteTx,
    hash: &str,
) -> Result<(), StoreError> {
    tx.execute(DELETE_SESSION, params![hash]).await.map(drop)
}

pub(in crate::identity) async fn insert_refresh(
    tx: &mut WriteTx,
    hash: &str,
    family: Uuid,
    (user, tenant): (UserId, TenantId),
    until: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(INSERT_REFRESH, params![hash, family, user, tenant, until])
        .await
}

pub(in crate::identity) async fn refresh(
    tx: &mut ReadTx,
    hash: &str,
) -> Result<Option<RefreshRow>, StoreError> {
    tx.optional(REFRESH, params![hash]).await
}

/// False when somebody else used it at this moment.
pub(in crate::identity) async fn use_refresh(
    tx: &mut WriteTx,
    hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(USE_REFRESH, params![hash, now]).await? == 1)
}

pub(in crate::identity) async fn revoke_family(
    tx: &mut WriteTx,
    family: Uuid,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(REVOKE_FAMILY, params![family, now])
        .await
        .map(drop)
}

pub(in crate::identity) async fn sweep(
    tx: &mut WriteTx,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let sessions = tx.execute(SWEEP_SESSIONS, params![now]).await?;
    Ok(sessions + tx.execute(SWEEP_REFRESH, params![now]).await?)
}

/// Ends everything somebody is signed in to.
pub(in crate::identity) async fn end_all(
    tx: &mut WriteTx,
    user: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(DELETE_SESSIONS, params![user]).await?;
    tx.execute(REVOKE_USER, params![user, now]).await?;
    Ok(())
}
