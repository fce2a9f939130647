//! What the simulator plays with a clinic's messages (ADR 25).

use kernel::{Ctx, Problem, TenantId};
use ports::{PlayedFault, Simulated};
use send_rules::Channel;
use store::{ReadTx, StoreError};

use crate::{
    App,
    messaging::work::{send, voice},
};

fn simulator(app: &App) -> Result<&Simulated, Problem> {
    app.sender.simulated().ok_or_else(Problem::not_found)
}

/// Lets so many of the clinic's next attempts by a way end so; as ever without a fault.
///
/// # Errors
/// 404 where messages really leave; 409 `no-sender` for a way without a number.
pub async fn play_fault(
    app: &App,
    ctx: &Ctx,
    channel: Channel,
    (fault, times): (Option<PlayedFault>, u32),
) -> Result<(), Problem> {
    let simulator = simulator(app)?;
    let mut tx = app.store.read(ctx).await?;
    let from = address(&mut tx, ctx.tenant, channel).await?;
    let from = from.ok_or_else(|| Problem::conflict("no-sender"))?;
    simulator.play((&from, channel == Channel::Voice), fault, times);
    Ok(())
}

/// What is played with the clinic's next attempts by a way, and with how many.
///
/// # Errors
/// 404 where messages really leave.
pub async fn fault_left(
    app: &App,
    ctx: &Ctx,
    channel: Channel,
) -> Result<Option<(PlayedFault, u32)>, Problem> {
    let simulator = simulator(app)?;
    let mut tx = app.store.read(ctx).await?;
    let from = address(&mut tx, ctx.tenant, channel).await?;
    Ok(from.and_then(|from| simulator.left((&from, channel == Channel::Voice))))
}

/// Whom the clinic's messages leave from, as the provider writes it.
async fn address(
    tx: &mut ReadTx,
    tenant: TenantId,
    channel: Channel,
) -> Result<Option<String>, StoreError> {
    let from = voice::sender(tx, tenant, channel).await?;
    Ok(from.map(|from| send::address(channel, &from)))
}
