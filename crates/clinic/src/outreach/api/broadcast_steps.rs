//! A broadcast is sent, planned, stopped, let go on, taken back.

use kernel::{Ctx, Expected, Problem, Timestamp};
use store::WriteTx;

use super::broadcasts::{ends, held, noted, shown};
use crate::{
    App,
    messaging::{self, api::Withdrawn},
    outreach::{
        model::{Broadcast, BroadcastId, BroadcastRow},
        rules::broadcasts::drafted,
        storage,
    },
};

/// What somebody does with a broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BroadcastStep {
    /// It begins now.
    Send,
    /// It begins at this time.
    Schedule(Timestamp),
    /// It stops for a while.
    Pause,
    /// It goes on; what has not left is of use for as long again.
    Resume,
    /// It ends; what waits in the outbox is taken back, what has left stays sent, and nothing
    /// follows it.
    Cancel,
}

impl BroadcastStep {
    const fn action(self) -> &'static str {
        match self {
            Self::Send => "broadcast.send",
            Self::Schedule(_) => "broadcast.schedule",
            Self::Pause => "broadcast.pause",
            Self::Resume => "broadcast.resume",
            Self::Cancel => "broadcast.cancel",
        }
    }
}

/// Does this with a broadcast; of several at once, one does.
///
/// # Errors
/// 404; 412; 409 `broadcast-begun` for one that has, `broadcast-not-sending` for one that
/// is not under way, `broadcast-not-paused`, `broadcast-over`; 400 for a time that is over.
pub async fn step_broadcast(
    app: &App,
    ctx: &Ctx,
    id: BroadcastId,
    expected: Expected,
    step: BroadcastStep,
) -> Result<Broadcast, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let current = held(tx, &ctx, id, &expected).await?;
                stepped(tx, &a, &ctx, &current, step).await?;
                jobs::wake(tx, &storage::BROADCAST_WORK);
                noted(tx, &a, &ctx, step.action(), id);
                shown(tx, &ctx, id).await
            })
        })
        .await
}

async fn stepped(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    current: &BroadcastRow,
    step: BroadcastStep,
) -> Result<(), Problem> {
    let (tenant, id, now) = (ctx.tenant, current.id, app.clock.now());
    let or = |done: bool, code: Problem| if done { Ok(()) } else { Err(code) };
    match step {
        BroadcastStep::Send => {
            let started = storage::start(tx, tenant, id, (now, ends(now))).await?;
            or(started, Problem::conflict("broadcast-begun"))
        }
        BroadcastStep::Schedule(at) => schedule(tx, ctx, current, (at, now)).await,
        BroadcastStep::Pause => {
            let paused = storage::pause(tx, tenant, id, now).await?;
            or(paused, Problem::conflict("broadcast-not-sending"))
        }
        BroadcastStep::Resume => {
            let resumed = storage::resume(tx, tenant, id, (now, ends(now))).await?;
            or(resumed, Problem::conflict("broadcast-not-paused"))
        }
        BroadcastStep::Cancel => cancel(tx, app, ctx, current).await,
    }
}

async fn schedule(
    tx: &mut WriteTx,
    ctx: &Ctx,
    current: &BroadcastRow,
    (at, now): (Timestamp, Timestamp),
) -> Result<(), Problem> {
    if !current.is_open() {
        return Err(Problem::conflict("broadcast-begun"));
    }
    let patch = crate::outreach::model::BroadcastPatch {
        scheduled_at: kernel::Patch::Set(at),
        ..Default::default()
    };
    let draft = drafted(Some(current), patch, now)?;
    let of = (current.id, &draft);
    storage::update_broadcast(tx, ctx.tenant, of, current.version, now).await?;
    Ok(())
}

async fn cancel(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    current: &BroadcastRow,
) -> Result<(), Problem> {
    let over = || Problem::conflict("broadcast-over");
    // All of its messages may be written, and some of them not gone yet.
    let mut goes_on = current.armed || current.dead || current.started_at.is_none();
    goes_on |= current.paused_at.is_some();
    let live = storage::live(tx, ctx.tenant, current.id).await?;
    goes_on |= messaging::api::withdraw(tx, app, ctx, &live).await? != Withdrawn::default();
    let now = app.clock.now();
    match goes_on && storage::cancel(tx, ctx.tenant, current.id, now).await? {
        true => Ok(()),
        false => Err(over()),
    }
}
