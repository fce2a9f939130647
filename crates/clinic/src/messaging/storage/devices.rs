//! Devices with the clinic's app. One counts while the sign-in that registered it lives, its
//! owner is active here, and it was seen lately.

use kernel::{Ctx, Phone, TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx, params};

use crate::{
    identity::api::SignInId,
    messaging::model::{Device, DeviceId, MOST_DEVICES, NewDevice, SEEN_FOR, Target},
};

store::statements! {
    /// Registered again by him who has it.
    SEEN = "UPDATE device SET sign_in_id = $4, platform = $5, name = $6, seen_at = $7
        WHERE tenant_id = $1 AND token_sha256 = $2 AND user_id = $3";
    TAKE = "DELETE FROM device WHERE tenant_id = $1 AND token_sha256 = $2";
    /// Of two who register it at the same moment it is the second one's.
    INSERT_DEVICE = "INSERT INTO device (tenant_id, id, user_id, sign_in_id, token, token_sha256, platform, name, created_at, seen_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
        ON CONFLICT (tenant_id, token_sha256) DO UPDATE SET user_id = excluded.user_id, sign_in_id = excluded.sign_in_id,
            platform = excluded.platform, name = excluded.name, created_at = excluded.created_at, seen_at = excluded.seen_at";
    BY_TOKEN = "SELECT id, sign_in_id AS sign_in, platform, name, created_at, seen_at FROM device
        WHERE tenant_id = $1 AND token_sha256 = $2";
    DEVICES = "SELECT d.id AS id, d.sign_in_id AS sign_in, d.platform AS platform, d.name AS name,
            d.created_at AS created_at, d.seen_at AS seen_at
        FROM device d JOIN sign_in s ON s.id = d.sign_in_id
        WHERE d.tenant_id = $1 AND d.user_id = $2 AND d.seen_at > $3 AND s.user_id = d.user_id
            AND s.ended_at IS NULL AND s.expires_at > $4
        ORDER BY d.seen_at DESC, d.id DESC LIMIT $5";
    /// The device last seen of the one active member who has shown that the number is his.
    TARGET = "SELECT d.id AS id, d.token AS token, t.name AS clinic
        FROM user_account u JOIN membership m ON m.tenant_id = $1 AND m.user_id = u.id
            JOIN device d ON d.tenant_id = m.tenant_id AND d.user_id = u.id
            JOIN sign_in s ON s.id = d.sign_in_id
            JOIN tenant t ON t.id = d.tenant_id
        WHERE u.phone = $2 AND u.phone_verified_at IS NOT NULL AND u.is_active = $5 AND m.is_active = $5
            AND d.tenant_id = $1 AND d.seen_at > $3 AND s.user_id = u.id AND s.ended_at IS NULL AND s.expires_at > $4
            AND NOT EXISTS (SELECT 1 FROM user_account o JOIN membership n ON n.tenant_id = $1 AND n.user_id = o.id
                WHERE o.phone = $2 AND o.id <> u.id AND o.phone_verified_at IS NOT NULL AND o.is_active = $5
                    AND n.is_active = $5)
        ORDER BY d.seen_at DESC, d.id DESC LIMIT 1";
    FORGET_OWN = "DELETE FROM device WHERE tenant_id = $1 AND id = $2 AND user_id = $3";
    FORGET = "DELETE FROM device WHERE tenant_id = $1 AND id = $2";
    /// His that do not count any more, and those beyond the most there may be; never this one.
    FORGET_REST = "DELETE FROM device WHERE tenant_id = $1 AND user_id = $2 AND token_sha256 <> $6 AND id NOT IN (
        SELECT d.id FROM device d JOIN sign_in s ON s.id = d.sign_in_id
        WHERE d.tenant_id = $1 AND d.user_id = $2 AND d.seen_at > $3 AND s.user_id = d.user_id
            AND s.ended_at IS NULL AND s.expires_at > $4
        ORDER BY d.seen_at DESC, d.id DESC LIMIT $5)";
    FORGET_UNSEEN = "DELETE FROM device WHERE tenant_id = $1 AND seen_at <= $2";
}

/// Keeps a device as this person's, whoever had it before. True when it was not his.
pub(in crate::messaging) async fn register(
    tx: &mut WriteTx,
    ctx: &Ctx,
    (id, user, sign_in): (DeviceId, UserId, SignInId),
    new: &NewDevice,
    now: Timestamp,
) -> Result<(Device, bool), StoreError> {
    let hash = ports::blob::sha256_hex(new.token.as_bytes());
    let seen = params![ctx.tenant, hash, user, sign_in, new.platform, new.name, now];
    let fresh = tx.execute(SEEN, seen).await? == 0;
    if fresh {
        tx.execute(TAKE, params![ctx.tenant, hash]).await?;
        let values = params![
            ctx.tenant,
            id,
            user,
            sign_in,
            *new.token,
            hash,
            new.platform,
            new.name,
            now
        ];
        tx.execute_one(INSERT_DEVICE, values).await?;
    }
    let rest = params![
        ctx.tenant,
        user,
        now.minus(SEEN_FOR),
        now,
        MOST_DEVICES,
        hash
    ];
    tx.execute(FORGET_REST, rest).await?;
    let device = tx.one(BY_TOKEN, params![ctx.tenant, hash]).await?;
    Ok((device, fresh))
}

/// Somebody's that count, the last seen first.
pub(in crate::messaging) async fn devices(
    tx: &mut ReadTx,
    tenant: TenantId,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<Device>, StoreError> {
    let values = params![tenant, user, now.minus(SEEN_FOR), now, MOST_DEVICES];
    tx.all(DEVICES, values).await
}

/// Where a notification for a number goes; nothing where two accounts say it is theirs.
pub(in crate::messaging) async fn target(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
    now: Timestamp,
) -> Result<Option<Target>, StoreError> {
    let values = params![tenant, phone, now.minus(SEEN_FOR), now, true];
    tx.optional(TARGET, values).await
}

/// False when there is none of this person.
pub(in crate::messaging) async fn forget_own(
    tx: &mut WriteTx,
    tenant: TenantId,
    (id, user): (DeviceId, UserId),
) -> Result<bool, StoreError> {
    Ok(tx.execute(FORGET_OWN, params![tenant, id, user]).await? == 1)
}

/// Forgets one that can never be reached again.
pub(in crate::messaging) async fn forget(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: DeviceId,
) -> Result<(), StoreError> {
    tx.execute(FORGET, params![tenant, id]).await.map(drop)
}

/// Forgets all that were not seen since; answers how many.
pub(in crate::messaging) async fn forget_unseen(
    tx: &mut WriteTx,
    tenant: TenantId,
    since: Timestamp,
) -> Result<u64, StoreError> {
    tx.execute(FORGET_UNSEEN, params![tenant, since]).await
}
