use kernel::{Role, TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};

use super::sessions;
use crate::identity::model::{
    MembershipRow, NewTenant, NewUser, StaffRow, TenantInfo, TenantRow, UserRow,
};

store::statements! {
    INSERT_TENANT = "INSERT INTO tenant (id, slug, name, locale, zone, country, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    TENANT = "SELECT id, slug, name, locale, zone, country FROM tenant WHERE id = $1";
    TENANT_BY_SLUG = "SELECT id, slug, name, locale, zone, country FROM tenant WHERE slug = $1";
    TENANTS = "SELECT id, slug, name, locale, zone, country FROM tenant ORDER BY created_at, id";
    INSERT_USER = "INSERT INTO user_account (id, username, username_folded, password_hash, first_name, last_name, email,
            phone, locale, is_active, token_version, created_at, email_key, search, phone_vouched)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $12, $13, $14)";
    INSERT_MEMBERSHIP = "INSERT INTO membership (tenant_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)";
    USER_BY_NAME = "SELECT id, username, password_hash, first_name, last_name, email, phone, locale, is_active,
            token_version, created_at, last_login_at
        FROM user_account WHERE username_folded = $1";
    /// Two people with one address: nobody signs in by it.
    USERS_BY_EMAIL = "SELECT id, username, password_hash, first_name, last_name, email, phone, locale, is_active,
            token_version, created_at, last_login_at
        FROM user_account WHERE email_key = $1 AND is_active = $2 LIMIT 2";
    USER = "SELECT id, username, password_hash, first_name, last_name, email, phone, locale, is_active,
            token_version, created_at, last_login_at
        FROM user_account WHERE id = $1";
    MEMBERSHIPS = "SELECT tenant_id, role FROM membership WHERE user_id = $1 AND is_active = $2 ORDER BY tenant_id";
    STAFF = "SELECT u.id AS id, u.first_name AS first_name, u.last_name AS last_name, m.role AS role
        FROM membership m JOIN user_account u ON u.id = m.user_id
        WHERE m.tenant_id = $1 AND m.role <> 'patient' AND u.is_active = $2 AND m.is_active = $2
        ORDER BY u.last_name, u.first_name, u.id";
    STAFF_NAME = "SELECT u.id AS id, u.first_name AS first_name, u.last_name AS last_name, m.role AS role
        FROM membership m JOIN user_account u ON u.id = m.user_id
        WHERE m.tenant_id = $1 AND m.user_id = $2 AND m.role <> 'patient'";
    IS_DOCTOR = "SELECT COUNT(*) AS value FROM membership m JOIN user_account u ON u.id = m.user_id
        WHERE m.tenant_id = $1 AND m.user_id = $2 AND m.role = 'medecin' AND u.is_active = $3 AND m.is_active = $3";
    SET_PASSWORD = "UPDATE user_account SET password_hash = $2, token_version = token_version + 1 WHERE id = $1";
}

pub(in crate::identity) async fn insert_tenant(
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

pub(in crate::identity) async fn tenant(
    tx: &mut ReadTx,
    id: TenantId,
) -> Result<TenantInfo, StoreError> {
    tx.one::<TenantRow>(TENANT, params![id]).await?.try_into()
}

pub(in crate::identity) async fn tenant_by_slug(
    tx: &mut ReadTx,
    slug: &str,
) -> Result<Option<TenantInfo>, StoreError> {
    let row: Option<TenantRow> = tx.optional(TENANT_BY_SLUG, params![slug]).await?;
    row.map(TryInto::try_into).transpose()
}

pub(in crate::identity) async fn tenants(tx: &mut ReadTx) -> Result<Vec<TenantInfo>, StoreError> {
    let rows: Vec<TenantRow> = tx.all(TENANTS, params![]).await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

pub(in crate::identity) async fn insert_user(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: UserId,
    (new, hash, phone_vouched): (&NewUser, &str, bool),
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
        new.email.as_deref().map(email_key),
        search_name(&new.first_name, &new.last_name),
        phone_vouched,
    ];
    tx.execute_one(INSERT_USER, values).await?;
    tx.execute_one(INSERT_MEMBERSHIP, params![tenant, id, new.role, now])
        .await
}

/// What an account is found by: the address whatever the case of its letters, which
/// the engines' own functions see only of some alphabets.
pub(in crate::identity) fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// What a list of users is searched by, besides the name to sign in with.
pub(in crate::identity) fn search_name(first_name: &str, last_name: &str) -> String {
    kernel::text::fold(&format!("{first_name} {last_name}"))
}

pub(in crate::identity) async fn user_by_name(
    tx: &mut ReadTx,
    name: &str,
) -> Result<Option<UserRow>, StoreError> {
    tx.optional(USER_BY_NAME, params![kernel::text::fold(name)])
        .await
}

/// The only active account with this address, whatever the case of its letters.
pub(in crate::identity) async fn user_by_email(
    tx: &mut ReadTx,
    email: &str,
) -> Result<Option<UserRow>, StoreError> {
    let values = params![email_key(email), true];
    let mut users: Vec<UserRow> = tx.all(USERS_BY_EMAIL, values).await?;
    Ok(users.pop().filter(|_| users.is_empty()))
}

pub(in crate::identity) async fn user(
    tx: &mut ReadTx,
    id: UserId,
) -> Result<Option<UserRow>, StoreError> {
    tx.optional(USER, params![id]).await
}

pub(in crate::identity) async fn memberships(
    tx: &mut ReadTx,
    user: UserId,
) -> Result<Vec<(TenantId, Role)>, StoreError> {
    let rows: Vec<MembershipRow> = tx.all(MEMBERSHIPS, params![user, true]).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.tenant_id, row.role))
        .collect())
}

pub(in crate::identity) async fn staff(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<Vec<StaffRow>, StoreError> {
    tx.all(STAFF, params![tenant, true]).await
}

pub(in crate::identity) async fn staff_member(
    tx: &mut ReadTx,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<StaffRow>, StoreError> {
    tx.optional(STAFF_NAME, params![tenant, user]).await
}

/// Whether this is a doctor who works here now.
pub(in crate::identity) async fn is_doctor(
    tx: &mut ReadTx,
    tenant: TenantId,
    user: UserId,
) -> Result<bool, StoreError> {
    let found: i64 = tx.one(IS_DOCTOR, params![tenant, user, true]).await?;
    Ok(found > 0)
}

pub(in crate::identity) async fn set_password(
    tx: &mut WriteTx,
    user: UserId,
    hash: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(SET_PASSWORD, params![user, hash]).await?;
    sessions::end_all(tx, user, now).await
}
