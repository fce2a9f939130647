use kernel::{Role, TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};

use crate::identity::model::{FactorRow, MemberFactor, MembershipRow, Required};

store::row! {
    struct RequiredRow {
        value: Required,
    }
}

store::statements! {
    REQUIRED = "SELECT second_factor_required AS value FROM tenant WHERE id = $1";
    REQUIRE = "UPDATE tenant SET second_factor_required = $2 WHERE id = $1";
    /// An offered one is replaced, a confirmed one is not.
    OFFER_FACTOR = "INSERT INTO second_factor (user_id, sealed, last_step, tries, tries_since) VALUES ($1, $2, 0, 0, $3)
        ON CONFLICT (user_id) DO UPDATE SET sealed = $2 WHERE second_factor.confirmed_at IS NULL";
    FACTOR = "SELECT sealed, confirmed_at, last_step FROM second_factor WHERE user_id = $1";
    CONFIRM_FACTOR = "UPDATE second_factor SET confirmed_at = $2, last_step = $3, tries = 0
        WHERE user_id = $1 AND confirmed_at IS NULL";
    /// A step is taken once: of two at the same moment one changes no row.
    TAKE_STEP = "UPDATE second_factor SET last_step = $2, tries = 0
        WHERE user_id = $1 AND confirmed_at IS NOT NULL AND last_step < $2";
    /// Changes no row when there were $4 tries since $3.
    COUNT_TRY = "UPDATE second_factor SET
            tries = CASE WHEN tries_since <= $3 THEN 1 ELSE tries + 1 END,
            tries_since = CASE WHEN tries_since <= $3 THEN $2 ELSE tries_since END
        WHERE user_id = $1 AND (tries_since <= $3 OR tries < $4)";
    TRIES_SINCE = "SELECT tries_since AS value FROM second_factor WHERE user_id = $1";
    FORGET_TRIES = "UPDATE second_factor SET tries = 0 WHERE user_id = $1";
    DELETE_FACTOR = "DELETE FROM second_factor WHERE user_id = $1";
    DELETE_RECOVERY_CODES = "DELETE FROM recovery_code WHERE user_id = $1";
    INSERT_RECOVERY_CODE = "INSERT INTO recovery_code (user_id, code_hash) VALUES ($1, $2)";
    USE_RECOVERY_CODE = "UPDATE recovery_code SET used_at = $3
        WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL";
    RECOVERY_CODES_LEFT = "SELECT COUNT(*) AS value FROM recovery_code WHERE user_id = $1 AND used_at IS NULL";
    MEMBER_FACTORS = "SELECT u.id AS id, u.first_name AS first_name, u.last_name AS last_name, m.role AS role,
            f.confirmed_at AS confirmed_at
        FROM membership m JOIN user_account u ON u.id = m.user_id LEFT JOIN second_factor f ON f.user_id = u.id
        WHERE m.tenant_id = $1 AND m.role <> 'patient' AND u.is_active = $2
        ORDER BY u.last_name, u.first_name, u.id";
    MEMBER = "SELECT tenant_id, role FROM membership WHERE tenant_id = $1 AND user_id = $2";
}

pub(in crate::identity) async fn required(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<Required, StoreError> {
    let row: RequiredRow = tx.one(REQUIRED, params![tenant]).await?;
    Ok(row.value)
}

pub(in crate::identity) async fn require(
    tx: &mut WriteTx,
    tenant: TenantId,
    required: Required,
) -> Result<(), StoreError> {
    tx.execute_one(REQUIRE, params![tenant, required]).await
}

/// False when there is a confirmed one.
pub(in crate::identity) async fn offer_factor(
    tx: &mut WriteTx,
    user: UserId,
    sealed: Vec<u8>,
) -> Result<bool, StoreError> {
    let never = Timestamp::from_micros(0);
    let offered = tx
        .execute(OFFER_FACTOR, params![user, sealed, never])
        .await?;
    Ok(offered == 1)
}

pub(in crate::identity) async fn factor(
    tx: &mut ReadTx,
    user: UserId,
) -> Result<Option<FactorRow>, StoreError> {
    tx.optional(FACTOR, params![user]).await
}

/// False when it was confirmed at this moment.
pub(in crate::identity) async fn confirm_factor(
    tx: &mut WriteTx,
    user: UserId,
    (now, step): (Timestamp, i64),
) -> Result<bool, StoreError> {
    let confirmed = tx.execute(CONFIRM_FACTOR, params![user, now, step]).await?;
    Ok(confirmed == 1)
}

/// False for a step that was taken, or one before it.
pub(in crate::identity) async fn take_step(
    tx: &mut WriteTx,
    user: UserId,
    step: i64,
) -> Result<bool, StoreError> {
    Ok(tx.execute(TAKE_STEP, params![user, step]).await? == 1)
}

/// Counts a try; since when they are counted if there were too many.
pub(in crate::identity) async fn count_try(
    tx: &mut WriteTx,
    user: UserId,
    (now, since): (Timestamp, Timestamp),
    most: i64,
) -> Result<Option<Timestamp>, StoreError> {
    let counted = tx
        .execute(COUNT_TRY, params![user, now, since, most])
        .await?;
    if counted == 1 {
        return Ok(None);
    }
    let since: Option<i64> = tx.optional(TRIES_SINCE, params![user]).await?;
    Ok(since.map(Timestamp::from_micros))
}

/// False for one that is unknown or used; of two uses at the same moment one is.
pub(in crate::identity) async fn use_recovery_code(
    tx: &mut WriteTx,
    user: UserId,
    hash: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let used = tx
        .execute(USE_RECOVERY_CODE, params![user, hash, now])
        .await?;
    if used == 1 {
        tx.execute(FORGET_TRIES, params![user]).await?;
    }
    Ok(used == 1)
}

pub(in crate::identity) async fn replace_recovery_codes(
    tx: &mut WriteTx,
    user: UserId,
    hashes: &[String],
) -> Result<(), StoreError> {
    tx.execute(DELETE_RECOVERY_CODES, params![user]).await?;
    for hash in hashes {
        tx.execute_one(INSERT_RECOVERY_CODE, params![user, hash])
            .await?;
    }
    Ok(())
}

pub(in crate::identity) async fn recovery_codes_left(
    tx: &mut ReadTx,
    user: UserId,
) -> Result<i64, StoreError> {
    tx.one(RECOVERY_CODES_LEFT, params![user]).await
}

/// False when there was none.
pub(in crate::identity) async fn delete_factor(
    tx: &mut WriteTx,
    user: UserId,
) -> Result<bool, StoreError> {
    tx.execute(DELETE_RECOVERY_CODES, params![user]).await?;
    Ok(tx.execute(DELETE_FACTOR, params![user]).await? == 1)
}

pub(in crate::identity) async fn member_factors(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<Vec<MemberFactor>, StoreError> {
    tx.all(MEMBER_FACTORS, params![tenant, true]).await
}

/// What a member is in the clinic; none for who is no member.
pub(in crate::identity) async fn role_of(
    tx: &mut ReadTx,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<Role>, StoreError> {
    let row: Option<MembershipRow> = tx.optional(MEMBER, params![tenant, user]).await?;
    Ok(row.map(|row| row.role))
}
