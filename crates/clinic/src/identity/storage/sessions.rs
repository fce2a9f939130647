use kernel::{TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::identity::model::{NewSignIn, RefreshRow, SessionRow, SignInRow, UserRow};

store::statements! {
    /// A password that was reset since it was checked changes no row.
    SIGNED_IN = "UPDATE user_account SET last_login_at = $2 WHERE id = $1 AND token_version = $3 AND is_active = $4";
    /// Holds the user's row, so that a reset of the password comes before or after, never between.
    HOLD_USER = "UPDATE user_account SET token_version = token_version WHERE id = $1 AND is_active = $2";
    INSERT_SIGN_IN = "INSERT INTO sign_in (id, user_id, kind, program, system, client, created_at, last_used_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)";
    /// When it was last used, unless it has ended.
    SIGN_IN_OPEN = "SELECT last_used_at AS value FROM sign_in WHERE id = $1 AND ended_at IS NULL AND expires_at > $2";
    SIGN_IN_USED = "UPDATE sign_in SET last_used_at = $2 WHERE id = $1 AND last_used_at <= $3";
    SIGN_IN_RENEWED = "UPDATE sign_in SET last_used_at = $2, expires_at = $3 WHERE id = $1 AND ended_at IS NULL";
    SIGN_INS = "SELECT id, kind, program, system, client, created_at, last_used_at FROM sign_in
        WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY last_used_at DESC, id LIMIT 200";
    END_SIGN_IN = "UPDATE sign_in SET ended_at = $3 WHERE id = $1 AND user_id = $2 AND ended_at IS NULL";
    END_OTHERS = "UPDATE sign_in SET ended_at = $3
        WHERE user_id = $1 AND ended_at IS NULL AND id <> $2";
    DELETE_SESSION_OF = "DELETE FROM session WHERE sign_in_id = $1";
    DELETE_OTHER_SESSIONS = "DELETE FROM session WHERE user_id = $1 AND sign_in_id <> $2";
    REVOKE_OTHERS = "UPDATE refresh_token SET revoked_at = $3
        WHERE user_id = $1 AND revoked_at IS NULL AND family <> $2";
    INSERT_SESSION = "INSERT INTO session (token_hash, sign_in_id, user_id, current_tenant, csrf, locale, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    SESSION = "SELECT s.sign_in_id AS sign_in, s.user_id AS user_id, s.current_tenant AS current_tenant, s.csrf AS csrf,
            s.expires_at AS expires_at, i.last_used_at AS last_used_at
        FROM session s JOIN sign_in i ON i.id = s.sign_in_id
        WHERE s.token_hash = $1 AND i.ended_at IS NULL";
    INSERT_REFRESH = "INSERT INTO refresh_token (token_hash, family, user_id, current_tenant, expires_at)
        VALUES ($1, $2, $3, $4, $5)";
    REFRESH = "SELECT family, user_id, current_tenant, expires_at, used_at, revoked_at
        FROM refresh_token WHERE token_hash = $1";
    /// Two uses at the same moment: one of them changes no row.
    USE_REFRESH = "UPDATE refresh_token SET used_at = $2
        WHERE token_hash = $1 AND used_at IS NULL AND revoked_at IS NULL";
    REVOKE_FAMILY = "UPDATE refresh_token SET revoked_at = $2 WHERE family = $1 AND revoked_at IS NULL";
    END_FAMILY = "UPDATE sign_in SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    SWEEP_SESSIONS = "DELETE FROM session WHERE expires_at < $1";
    SWEEP_REFRESH = "DELETE FROM refresh_token WHERE expires_at < $1";
    SWEEP_SIGN_INS = "DELETE FROM sign_in WHERE expires_at < $1
        AND NOT EXISTS (SELECT 1 FROM session s WHERE s.sign_in_id = sign_in.id)";
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

pub(in crate::identity) async fn insert_sign_in(
    tx: &mut WriteTx,
    new: &NewSignIn,
) -> Result<(), StoreError> {
    let values = params![
        new.id,
        new.user,
        new.kind,
        new.program,
        new.system,
        new.client,
        new.at,
        new.until
    ];
    tx.execute_one(INSERT_SIGN_IN, values).await
}

/// When it was last used; none for one that has ended.
pub(in crate::identity) async fn sign_in_open(
    tx: &mut ReadTx,
    id: Uuid,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let used: Option<i64> = tx.optional(SIGN_IN_OPEN, params![id, now]).await?;
    Ok(used.map(Timestamp::from_micros))
}

/// Notes a use, unless one since `before` is noted already.
pub(in crate::identity) async fn sign_in_used(
    tx: &mut WriteTx,
    id: Uuid,
    (now, before): (Timestamp, Timestamp),
) -> Result<(), StoreError> {
    tx.execute(SIGN_IN_USED, params![id, now, before])
        .await
        .map(drop)
}

/// False when it has ended.
pub(in crate::identity) async fn sign_in_renewed(
    tx: &mut WriteTx,
    id: Uuid,
    (now, until): (Timestamp, Timestamp),
) -> Result<bool, StoreError> {
    let changed = tx.execute(SIGN_IN_RENEWED, params![id, now, until]).await?;
    Ok(changed == 1)
}

pub(in crate::identity) async fn sign_ins(
    tx: &mut ReadTx,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<SignInRow>, StoreError> {
    tx.all(SIGN_INS, params![user, now]).await
}

/// False when there is none of this person, or it has ended.
pub(in crate::identity) async fn end_sign_in(
    tx: &mut WriteTx,
    (id, user): (Uuid, UserId),
    now: Timestamp,
) -> Result<bool, StoreError> {
    // First the user, as everywhere: who holds rows in another order waits for ever.
    hold_user(tx, user).await?;
    if tx.execute(END_SIGN_IN, params![id, user, now]).await? == 0 {
        return Ok(false);
    }
    tx.execute(DELETE_SESSION_OF, params![id]).await?;
    tx.execute(REVOKE_FAMILY, params![id, now]).await?;
    Ok(true)
}

/// Ends all of somebody's but `kept`; the nil id keeps none.
pub(in crate::identity) async fn end_others(
    tx: &mut WriteTx,
    user: UserId,
    kept: Uuid,
    now: Timestamp,
) -> Result<u64, StoreError> {
    hold_user(tx, user).await?;
    let ended = tx.execute(END_OTHERS, params![user, kept, now]).await?;
    tx.execute(DELETE_OTHER_SESSIONS, params![user, kept])
        .await?;
    tx.execute(REVOKE_OTHERS, params![user, kept, now]).await?;
    Ok(ended)
}

pub(in crate::identity) async fn insert_session(
    tx: &mut WriteTx,
    (hash, sign_in): (&str, &NewSignIn),
    (user, tenant): (&UserRow, TenantId),
    csrf: &str,
) -> Result<(), StoreError> {
    let values = params![
        hash,
        sign_in.id,
        user.id,
        tenant,
        csrf,
        user.locale,
        sign_in.at,
        sign_in.until
    ];
    tx.execute_one(INSERT_SESSION, values).await
}

pub(in crate::identity) async fn session(
    tx: &mut ReadTx,
    hash: &str,
) -> Result<Option<SessionRow>, StoreError> {
    tx.optional(SESSION, params![hash]).await
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
    tx.execute(END_FAMILY, params![family, now]).await?;
    tx.execute(REVOKE_FAMILY, params![family, now])
        .await
        .map(drop)
}

pub(in crate::identity) async fn sweep(
    tx: &mut WriteTx,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut swept = 0;
    for statement in [SWEEP_SESSIONS, SWEEP_REFRESH, SWEEP_SIGN_INS] {
        swept += tx.execute(statement, params![now]).await?;
    }
    Ok(swept + super::failures::sweep_failures(tx, now).await?)
}

/// Ends everything somebody is signed in to.
pub(in crate::identity) async fn end_all(
    tx: &mut WriteTx,
    user: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    end_others(tx, user, Uuid::nil(), now).await.map(drop)
}
