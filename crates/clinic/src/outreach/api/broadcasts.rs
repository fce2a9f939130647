//! Broadcasts are written, changed, read and taken away.

use kernel::{Ctx, Expected, Patch, Problem, Timestamp};
use store::{ReadTx, StoreError, WriteTx};

use super::broadcast_list::counted;
use crate::{
    App, audit,
    audit::api::Event,
    outreach::{
        model::{Broadcast, BroadcastId, BroadcastPatch, BroadcastRow},
        policy::may_send_to_many,
        rules::broadcasts::drafted,
        storage,
    },
};

/// The topic announced when a broadcast moves on.
pub const TOPIC: &str = "broadcast";

/// Writes a broadcast: a draft, or one that goes at its time.
///
/// # Errors
/// 400 with every wrong field; 403 with a time for who may not send to many.
pub async fn create_broadcast(
    app: &App,
    ctx: &Ctx,
    new: BroadcastPatch,
) -> Result<Broadcast, Problem> {
    allowed(ctx, &new)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let now = a.clock.now();
                let draft = drafted(None, new, now)?;
                let id = BroadcastId::new(&a.clock, &a.rng);
                let by = ctx.actor.user();
                storage::insert_broadcast(tx, ctx.tenant, (id, &draft), by, now).await?;
                jobs::wake(tx, &storage::BROADCAST_WORK);
                noted(tx, &a, &ctx, "broadcast.create", id);
                shown(tx, &ctx, id).await
            })
        })
        .await
}

fn allowed(ctx: &Ctx, patch: &BroadcastPatch) -> Result<(), Problem> {
    match patch.scheduled_at {
        Patch::Set(_) if !may_send_to_many(ctx) => Err(Problem::forbidden()),
        _ => Ok(()),
    }
}

/// Changes a broadcast that has not begun. One with a time is changed only by who may
/// send to many: what was approved is what goes.
///
/// # Errors
/// As [`create_broadcast`]; 404; 412; 409 `broadcast-begun`, `broadcast-scheduled`.
pub async fn change_broadcast(
    app: &App,
    ctx: &Ctx,
    id: BroadcastId,
    expected: Expected,
    patch: BroadcastPatch,
) -> Result<Broadcast, Problem> {
    allowed(ctx, &patch)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let now = a.clock.now();
                let current = open(tx, &ctx, id, expected).await?;
                let draft = drafted(Some(&current), patch, now)?;
                let of = (id, &draft);
                let updated =
                    storage::update_broadcast(tx, ctx.tenant, of, current.version, now).await;
                updated.map_err(StoreError::stale)?;
                jobs::wake(tx, &storage::BROADCAST_WORK);
                noted(tx, &a, &ctx, "broadcast.update", id);
                shown(tx, &ctx, id).await
            })
        })
        .await
}

/// Deletes a broadcast that has not begun.
///
/// # Errors
/// 404; 412; 409 `broadcast-begun`, `broadcast-scheduled`.
pub async fn delete_broadcast(
    app: &App,
    ctx: &Ctx,
    id: BroadcastId,
    expected: Expected,
) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                open(tx, &ctx, id, expected).await?;
                storage::delete_broadcast(tx, ctx.tenant, id).await?;
                noted(tx, &a, &ctx, "broadcast.delete", id);
                Ok(())
            })
        })
        .await
}

/// One broadcast, with how it stands.
///
/// # Errors
/// 404.
pub async fn broadcast(app: &App, ctx: &Ctx, id: BroadcastId) -> Result<Broadcast, Problem> {
    let mut tx = app.store.read(ctx).await?;
    shown(&mut tx, ctx, id).await
}

/// The broadcast as everybody may see it.
pub(super) async fn shown(
    tx: &mut ReadTx,
    ctx: &Ctx,
    id: BroadcastId,
) -> Result<Broadcast, Problem> {
    let found = storage::broadcast(tx, ctx.tenant, id).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    let mut one = counted(tx, ctx, vec![found]).await?;
    one.pop().ok_or_else(Problem::not_found)
}

/// The broadcast for a caller who changes it; whoever else does so, or works on it, waits.
pub(super) async fn held(
    tx: &mut WriteTx,
    ctx: &Ctx,
    id: BroadcastId,
    expected: &Expected,
) -> Result<BroadcastRow, Problem> {
    storage::hold_broadcast(tx, ctx.tenant, id).await?;
    let found = storage::broadcast(tx, ctx.tenant, id).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    expected.check(found.version)?;
    Ok(found)
}

/// The same for one that has not begun, if this caller may change it.
async fn open(
    tx: &mut WriteTx,
    ctx: &Ctx,
    id: BroadcastId,
    expected: Expected,
) -> Result<BroadcastRow, Problem> {
    let found = held(tx, ctx, id, &expected).await?;
    if !found.is_open() {
        return Err(Problem::conflict("broadcast-begun"));
    }
    // Also one whose work was given up: a change arms it anew.
    if (found.armed || found.dead) && !may_send_to_many(ctx) {
        return Err(Problem::conflict("broadcast-scheduled"));
    }
    Ok(found)
}

pub(super) fn noted(tx: &mut WriteTx, app: &App, ctx: &Ctx, action: &'static str, id: BroadcastId) {
    let event = Event {
        action,
        object_type: "broadcast",
        object_id: id.uuid(),
        patient: None,
        detail: None,
    };
    audit::api::record_event(tx, app, ctx, event);
    tx.emit(TOPIC, id.uuid());
}

/// When what has not left has lost its use.
pub(super) fn ends(from: Timestamp) -> Timestamp {
    from.plus(crate::outreach::rules::broadcasts::USEFUL)
}
