//! What a broadcast has cost, and what it will have cost when all of it has left.

use kernel::{Ctx, Problem};
use store::ReadTx;

use super::broadcast_preview::{audience, estimate};
use crate::{
    App, messaging,
    messaging::api::{Amount, Budget},
    outreach::{
        model::{BroadcastCost, BroadcastId, BroadcastRow},
        storage,
    },
};

/// What a broadcast costs: what the outbox wrote down of its messages, and at today's
/// prices those that have not left. Nothing in a clinic that has no prices.
///
/// # Errors
/// 404.
pub async fn broadcast_cost(
    app: &App,
    ctx: &Ctx,
    id: BroadcastId,
) -> Result<Option<BroadcastCost>, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let row = storage::broadcast(&mut tx, ctx.tenant, id).await?;
    let row = row.ok_or_else(Problem::not_found)?;
    let Some(Budget { currency, .. }) = messaging::api::budget_of(&mut tx, ctx.tenant).await?
    else {
        return Ok(None);
    };
    let lines = storage::broadcast_spent(&mut tx, ctx.tenant, id).await?;
    let mut cost = BroadcastCost::new(currency, &lines);
    let prices = messaging::api::prices_of(&mut tx, ctx.tenant).await?;
    if prices.all().is_empty() && !cost.has_prices() {
        return Ok(None);
    }
    cost.rest = match app.settings.simulated {
        true => Some(Amount::default()),
        false => rest(&mut tx, app, ctx, row).await?,
    };
    Ok(Some(cost))
}

/// What those cost at most whose message has not left; nothing where a price is not known.
async fn rest(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    row: BroadcastRow,
) -> Result<Option<Amount>, Problem> {
    let alike = match row.is_open() {
        true => audience(tx, app, ctx, &row).await?,
        false => storage::still_waiting(tx, ctx.tenant, row.id).await?,
    };
    let estimated = estimate(tx, app, ctx, row, alike).await?.estimated_cost;
    Ok(estimated.map(|(cost, _)| cost))
}
