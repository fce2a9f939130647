use kernel::{Role, TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use super::model::{
    MembershipRow, NewTenant, NewUser, RefreshRow, SessionRow, StaffRow, TenantInfo, TenantRow,
    UserRow,
};

store::statements! {
    INSERT_TENANT = "INSERT INTO tenant (id, slug, name, locale, zone, country, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    TENANT = "SELECT id, slug, name, locale, zone, country FROM tenant WHERE id = $1";
    TENANT_BY_SLUG = "SELECT id, slug, name, locale, zone, country FROM tenant WHERE slug = $1";
    TENANTS = "SELECT id, slug, name, locale, zone, country FROM tenant ORDER BY created_at, id";
    INSERT_USER = "INSERT INTO user_account (id, username, username_folded, password_hash, first_name, last_name, email,
            phone, locale, is_active, token_version, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11)";
    INSERT_MEMBERSHIP = "INSERT INTO membership (tenant_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)";
    USER_BY_NAME = "SELECT id, username, password_hash, first_name, last_name, email, phone, locale, is_active,
            token_version, created_at, last_login_at
        FROM user_account WHERE username_folded = $1";
    USER = "SELECT id, username, password_hash, first_name, last_name, email, phone, locale, is_active,
            token_version, created_at, last_login_at
        FROM user_account WHERE id = $1";
    MEMBERSHIPS = "SELECT tenant_id, role FROM membership WHERE user_id = $1 ORDER BY tenant_id";
    STAFF = "SELECT u.id AS id, u.first_name AS first_name, u.last_name AS last_name, m.role AS role
        FROM membership m JOIN user_account u ON u.id = m.user_id
        WHERE m.tenant_id = $1 AND m.role <> 'patient' AND u.is_active = $2 ORDER BY u.last_name, u.first_name, u.id";
    /// A password that was reset since it was checked changes no row.
    SIGNED_IN = "UPDATE user_account SET last_login_at = $2 WHERE id = $1 AND token_version = $3 AND is_active = $4";
    /// Holds the user's row, so that a reset of the password comes before or after, never between.
    HOLD_USER = "UPDATE user_account SET token_version = token_version WHERE id = $1 AND is_active = $2";
    STAFF_NAME = "SELECT u.id AS id, u.first_name AS first_name, u.last_name AS last_name, m.role AS role
        FROM membership m JOIN user_account u ON u.id = m.user_id
        WHERE m.tenant_id = $1 AND m.user_id = $2 AND m.role <> 'patient'";
    SET_PASSWORD = "UPDATE user_account SET password_hash = $2, token_version = token_version + 1 WHERE id = $1";
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

pub(super) async fn insert_tenant(
    tx: &mut WriteTx,
    id: TenantId,
    new: &NewTenant,
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![
        id,
        new.slug,
        new.name,
        new.locale,
        new.zone.name(),
        new.country.code(),
        now
    ];
    tx.execute_one(INSERT_TENANT, values).await
}

pub(super) async fn tenant(tx: &mut ReadTx, id: TenantId) -> Result<TenantInfo, StoreError> {
    tx.one::<TenantRow>(TENANT, params![id]).await?.try_into()
}

pub(super) async fn tenant_by_slug(
    tx: &mut ReadTx,
    slug: &str,
) -> Result<Option<TenantInfo>, StoreError> {
    let row: Option<TenantRow> = tx.optional(TENANT_BY_SLUG, params![slug]).await?;
    row.map(TryInto::try_into).transpose()
}

pub(super) async fn tenants(tx: &mut ReadTx) -> Result<Vec<TenantInfo>, StoreError> {
    let rows: Vec<TenantRow> = tx.all(TENANTS, params![]).await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

pub(super) async fn insert_user(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: UserId,
    (new, hash): (&NewUser, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = params![
        id,
        new.username,
        kernel::text::fold(&new.username),
        hash,
        new.first_name,
        new.last_name,
        new.email,
        new.phone,
        new.locale,
        true,
        now,
    ];
    tx.execute_one(INSERT_USER, values).await?;
    tx.execute_one(INSERT_MEMBERSHIP, params![tenant, id, new.role, now])
        .await
}

pub(super) async fn user_by_name(
    tx: &mut ReadTx,
    name: &str,
) -> Result<Option<UserRow>, StoreError> {
    tx.optional(USER_BY_NAME, params![kernel::text::fold(name)])
        .await
}

pub(super) async fn user(tx: &mut ReadTx, id: UserId) -> Result<Option<UserRow>, StoreError> {
    tx.optional(USER, params![id]).await
}

pub(super) async fn memberships(
    tx: &mut ReadTx,
    user: UserId,
) -> Result<Vec<(TenantId, Role)>, StoreError> {
    let rows: Vec<MembershipRow> = tx.all(MEMBERSHIPS, params![user]).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.tenant_id, row.role))
        .collect())
}

pub(super) async fn staff(tx: &mut ReadTx, tenant: TenantId) -> Result<Vec<StaffRow>, StoreError> {
    tx.all(STAFF, params![tenant, true]).await
}

pub(super) async fn staff_member(
    tx: &mut ReadTx,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<StaffRow>, StoreError> {
    tx.optional(STAFF_NAME, params![tenant, user]).await
}

/// False when the password was reset or the user shut out since it was checked.
pub(super) async fn signed_in(
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
pub(super) async fn hold_user(tx: &mut WriteTx, user: UserId) -> Result<bool, StoreError> {
    Ok(tx.execute(HOLD_USER, params![user, true]).await? == 1)
}

pub(super) async fn set_password(
    tx: &mut WriteTx,
    user: UserId,
    hash: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(SET_PASSWORD, params![user, hash]).await?;
    tx.execute(DELETE_SESSIONS, params![user]).await?;
    tx.execute(REVOKE_USER, params![user, now]).await?;
    Ok(())
}

pub(super) async fn insert_session(
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

pub(super) async fn session(tx: &mut ReadTx, hash: &str) -> Result<Option<SessionRow>, StoreError> {
    tx.optional(SESSION, params![hash]).await
}

pub(super) async fn delete_session(tx: &mut WriteTx, hash: &str) -> Result<(), StoreError> {
    tx.execute(DELETE_SESSION, params![hash]).await.map(drop)
}

pub(super) async fn insert_refresh(
    tx: &mut WriteTx,
    hash: &str,
    family: Uuid,
    (user, tenant): (UserId, TenantId),
    until: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(INSERT_REFRESH, params![hash, family, user, tenant, until])
        .await
}

pub(super) async fn refresh(tx: &mut ReadTx, hash: &str) -> Result<Option<RefreshRow>, StoreError> {
    tx.optional(REFRESH, params![hash]).await
}

/// False when somebody else used it at this moment.
pub(super) async fn use_refresh(
    tx: &mut WriteTx,
    hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(USE_REFRESH, params![hash, now]).await? == 1)
}

pub(super) async fn revoke_family(
    tx: &mut WriteTx,
    family: Uuid,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(REVOKE_FAMILY, params![family, now])
        .await
        .map(drop)
}

pub(super) async fn sweep(tx: &mut WriteTx, now: Timestamp) -> Result<u64, StoreError> {
    let sessions = tx.execute(SWEEP_SESSIONS, params![now]).await?;
    Ok(sessions + tx.execute(SWEEP_REFRESH, params![now]).await?)
}
