//! Broadcasts themselves: written, changed, begun, stopped.

use kernel::{TenantId, Timestamp, UserId};
use store::{Params, ReadTx, StoreError, WriteTx, params};

use crate::outreach::model::{BroadcastDraft, BroadcastId, BroadcastOutline, BroadcastRow};

macro_rules! broadcasts {
    ($rows:literal) => {
        concat!(
            "SELECT id, title, content, topic, target_gender, target_age_min, target_age_max, pace, scheduled_at, started_at,
            gathered_at, expires_at, paused_at, cancelled_at, created_by, created_at, updated_at, version,
            work_due_at IS NOT NULL AS armed, work_dead_at IS NOT NULL AS dead
        FROM outreach_broadcast WHERE tenant_id = $1",
            $rows
        )
    };
}

store::statements! {
    INSERT = "INSERT INTO outreach_broadcast (tenant_id, id, title, content, topic, target_gender, target_age_min,
            target_age_max, pace, scheduled_at, updated_at, work_due_at, created_by, created_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $10, $12, $11, 1)";
    /// Whoever held the row holds it no more.
    UPDATE = "UPDATE outreach_broadcast SET title = $3, content = $4, topic = $5, target_gender = $6, target_age_min = $7,
            target_age_max = $8, pace = $9, scheduled_at = $10, updated_at = $11, work_due_at = $10, work_held_by = NULL,
            work_token = work_token + 1, work_attempts = 0, work_deaths = 0, work_dead_at = NULL, work_error = NULL,
            version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND version = $12 AND started_at IS NULL AND cancelled_at IS NULL";
    HOLD = "UPDATE outreach_broadcast SET version = version WHERE tenant_id = $1 AND id = $2";
    FIND = broadcasts!(" AND id = $2");
    /// So many at once; no broadcast has no id.
    SOME = broadcasts!(" AND id IN ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
        ORDER BY created_at DESC, id DESC");
    OUTLINES = "SELECT id, title, started_at IS NOT NULL AS begun, paused_at IS NOT NULL AS paused,
            cancelled_at IS NOT NULL AS cancelled, work_due_at IS NOT NULL AS armed, work_dead_at IS NOT NULL AS dead
        FROM outreach_broadcast WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC";
    DELETE = "DELETE FROM outreach_broadcast WHERE tenant_id = $1 AND id = $2 AND started_at IS NULL AND cancelled_at IS NULL";
    /// Of several at once one finds it open.
    START = "UPDATE outreach_broadcast SET scheduled_at = $3, started_at = $3, expires_at = $4, updated_at = $3,
            work_due_at = $3, work_held_by = NULL, work_token = work_token + 1, work_attempts = 0, work_deaths = 0,
            work_dead_at = NULL, work_error = NULL, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND started_at IS NULL AND cancelled_at IS NULL";
    /// Fenced: the holder of the row goes on no more.
    PAUSE = "UPDATE outreach_broadcast SET paused_at = $3, updated_at = $3, work_due_at = NULL, work_held_by = NULL,
            work_token = work_token + 1, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND started_at IS NOT NULL AND work_due_at IS NOT NULL";
    /// One that had not begun has no end yet: it begins with its work.
    RESUME = "UPDATE outreach_broadcast SET paused_at = NULL, updated_at = $3, work_due_at = $3,
            expires_at = CASE WHEN started_at IS NULL THEN expires_at ELSE $4 END, work_attempts = 0, work_deaths = 0,
            work_dead_at = NULL, work_error = NULL, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND cancelled_at IS NULL AND (paused_at IS NOT NULL OR work_dead_at IS NOT NULL)";
    CANCEL = "UPDATE outreach_broadcast SET cancelled_at = $3, paused_at = NULL, updated_at = $3, work_due_at = NULL,
            work_held_by = NULL, work_dead_at = NULL, work_token = work_token + 1, version = version + 1
        WHERE tenant_id = $1 AND id = $2 AND cancelled_at IS NULL";
    /// Locks the row for who holds it, and nobody else.
    FENCE = "UPDATE outreach_broadcast SET version = version
        WHERE tenant_id = $1 AND id = $2 AND work_token = $3 AND work_held_by IS NOT NULL";
    /// The hour has come.
    BEGIN = "UPDATE outreach_broadcast SET started_at = $3, expires_at = $4
        WHERE tenant_id = $1 AND id = $2 AND started_at IS NULL";
    GATHERED = "UPDATE outreach_broadcast SET gathered_at = $3 WHERE tenant_id = $1 AND id = $2 AND gathered_at IS NULL";
    /// The next turn is a new start and not another try of this one.
    TURN = "UPDATE outreach_broadcast SET work_due_at = $4, work_held_by = NULL, work_attempts = 0, work_deaths = 0,
            work_error = NULL
        WHERE tenant_id = $1 AND id = $2 AND work_token = $3 AND work_held_by IS NOT NULL";
}

/// The engine's statements for broadcasts.
pub(crate) const WORK: jobs::WorkSql = jobs::work_table!("outreach_broadcast");

/// Of how many broadcasts a statement speaks at once.
pub(super) const AT_ONCE: usize = 20;

/// The values of a statement that speaks of [`AT_ONCE`] broadcasts, or fewer.
pub(super) fn of_some(tenant: TenantId, ids: &[BroadcastId]) -> Params {
    let mut values = params![tenant];
    for place in 0..AT_ONCE {
        values.extend(params![ids.get(place).copied()]);
    }
    values
}

fn values(tenant: TenantId, id: BroadcastId, draft: &BroadcastDraft, now: Timestamp) -> Params {
    params![
        tenant,
        id,
        draft.title,
        draft.content,
        draft.topic,
        draft.audience.gender,
        draft.audience.age_min,
        draft.audience.age_max,
        draft.pace,
        draft.scheduled_at,
        now,
    ]
}

pub(in crate::outreach) async fn insert_broadcast(
    tx: &mut WriteTx,
    tenant: TenantId,
    (id, draft): (BroadcastId, &BroadcastDraft),
    by: Option<UserId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut values = values(tenant, id, draft, now);
    values.extend(params![by]);
    tx.execute_one(INSERT, values).await
}

/// Fails with a row count when the version is another by now, or it has begun.
pub(in crate::outreach) async fn update_broadcast(
    tx: &mut WriteTx,
    tenant: TenantId,
    (id, draft): (BroadcastId, &BroadcastDraft),
    version: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut values = values(tenant, id, draft, now);
    values.extend(params![version]);
    tx.execute_one(UPDATE, values).await
}

/// Whoever else changes this broadcast, or works on it, waits until this transaction ends.
pub(in crate::outreach) async fn hold_broadcast(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: BroadcastId,
) -> Result<(), StoreError> {
    tx.execute(HOLD, params![tenant, id]).await.map(drop)
}

pub(in crate::outreach) async fn broadcast(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: BroadcastId,
) -> Result<Option<BroadcastRow>, StoreError> {
    tx.optional(FIND, params![tenant, id]).await
}

/// These broadcasts, in the order in which their ids come: the newest first.
pub(in crate::outreach) async fn broadcasts(
    tx: &mut ReadTx,
    tenant: TenantId,
    ids: &[BroadcastId],
) -> Result<Vec<BroadcastRow>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(AT_ONCE) {
        found.extend(tx.all::<BroadcastRow>(SOME, of_some(tenant, some)).await?);
    }
    Ok(found)
}

/// All of the clinic's, the newest first: as few as people can have written.
pub(in crate::outreach) async fn outlines(
    tx: &mut ReadTx,
    tenant: TenantId,
) -> Result<Vec<BroadcastOutline>, StoreError> {
    tx.all(OUTLINES, params![tenant]).await
}

/// Fails with a row count when it has begun.
pub(in crate::outreach) async fn delete_broadcast(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: BroadcastId,
) -> Result<(), StoreError> {
    tx.execute_one(DELETE, params![tenant, id]).await
}

/// Begins a broadcast now; false when it has begun or was cancelled.
pub(in crate::outreach) async fn start(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: BroadcastId,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<bool, StoreError> {
    let values = params![tenant, id, now, expires_at];
    Ok(tx.execute(START, values).await? == 1)
}

/// Stops a broadcast for a while; false when it is not under way.
pub(in crate::outreach) async fn pause(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: BroadcastId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(PAUSE, params![tenant, id, now]).await? == 1)
}

/// Lets a broadcast go on; false when it was not stopped.
pub(in crate::outreach) async fn resume(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: BroadcastId,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<bool, StoreError> {
    let values = params![tenant, id, now, expires_at];
    Ok(tx.execute(RESUME, values).await? == 1)
}

/// Ends a broadcast; false when it was cancelled before.
pub(in crate::outreach) async fn cancel(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: BroadcastId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(CANCEL, params![tenant, id, now]).await? == 1)
}

/// Whether the row is still this holder's; then nobody changes it until this transaction
/// ends.
pub(in crate::outreach) async fn is_held(
    tx: &mut WriteTx,
    job: &jobs::Job,
) -> Result<bool, StoreError> {
    let values = params![job.tenant, job.id, job.token];
    Ok(tx.execute(FENCE, values).await? == 1)
}

/// Notes that the hour has come.
pub(in crate::outreach) async fn begin(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: BroadcastId,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<(), StoreError> {
    let values = params![tenant, id, now, expires_at];
    tx.execute_one(BEGIN, values).await
}

/// Notes that all whom it is for are written down.
pub(in crate::outreach) async fn gathered(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: BroadcastId,
    at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(GATHERED, params![tenant, id, at]).await
}

/// Ends this turn; the next one is at this time. Fails with a row count when the row is
/// another's.
pub(in crate::outreach) async fn turn(
    tx: &mut WriteTx,
    job: &jobs::Job,
    at: Timestamp,
) -> Result<(), StoreError> {
    let values = params![job.tenant, job.id, job.token, at];
    tx.execute_one(TURN, values).await?;
    jobs::wake(tx, &WORK);
    Ok(())
}
