//! Which broadcasts there are, and how all of them stand.

use std::collections::BTreeMap;

use kernel::{Ctx, PageRequest, Problem};
use store::{ReadTx, StoreError};

use crate::{
    App,
    outreach::{
        model::{
            Broadcast, BroadcastId, BroadcastOutline, BroadcastRow, BroadcastStats,
            BroadcastStatus, BroadcastsSought, Tally,
        },
        storage,
    },
};

/// The clinic's broadcasts that are sought, the newest first, with the number of all that
/// are.
///
/// # Errors
/// The database's.
pub async fn broadcasts(
    app: &App,
    ctx: &Ctx,
    sought: &BroadcastsSought,
    page: PageRequest,
) -> Result<(i64, Vec<Broadcast>), Problem> {
    let mut tx = app.store.read(ctx).await?;
    let mut all = storage::outlines(&mut tx, ctx.tenant).await?;
    all.retain(|one| sought.names(&one.title));
    if let Some(status) = sought.status {
        all = standing_so(&mut tx, ctx, all, status).await?;
    }
    let (count, skip, size) = (all.len(), page.offset(), page.size);
    let part = all.iter().skip(usize::try_from(skip).unwrap_or(count));
    let part = part.take(usize::try_from(size).unwrap_or(0));
    let ids: Vec<BroadcastId> = part.map(|one| one.id).collect();
    let rows = storage::broadcasts(&mut tx, ctx.tenant, &ids).await?;
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    Ok((count, counted(&mut tx, ctx, rows).await?))
}

/// Those that stand so. Messages are counted only where they say it.
async fn standing_so(
    tx: &mut ReadTx,
    ctx: &Ctx,
    mut all: Vec<BroadcastOutline>,
    status: BroadcastStatus,
) -> Result<Vec<BroadcastOutline>, StoreError> {
    all.retain(|one| one.course().status().is_none_or(|it| it == status));
    let told = all.iter().filter(|one| one.course().status().is_none());
    let ids: Vec<BroadcastId> = told.map(|one| one.id).collect();
    let mut tallies = tallies(tx, ctx, &ids).await?;
    all.retain(|one| {
        let tally = tallies.remove(&one.id).unwrap_or_default();
        one.course().status_with(&tally) == status
    });
    Ok(all)
}

/// How all of the clinic's broadcasts stand.
///
/// # Errors
/// The database's.
pub async fn broadcast_stats(app: &App, ctx: &Ctx) -> Result<BroadcastStats, Problem> {
    use BroadcastStatus::{Draft, Partial, Paused, Scheduled, Sending, Sent};
    let mut tx = app.store.read(ctx).await?;
    let all = storage::outlines(&mut tx, ctx.tenant).await?;
    // What has not begun has nobody to count.
    let begun = all.iter().filter(|one| one.begun);
    let ids: Vec<BroadcastId> = begun.map(|one| one.id).collect();
    let mut tallies = tallies(&mut tx, ctx, &ids).await?;
    let mut stats = BroadcastStats::default();
    for one in &all {
        let tally = tallies.remove(&one.id).unwrap_or_default();
        let status = one.course().status_with(&tally);
        stats.total += 1;
        stats.sent += i64::from(matches!(status, Sent | Partial));
        let is_pending = matches!(status, Draft | Scheduled | Sending | Paused);
        stats.pending += i64::from(is_pending);
        stats.tally.add(&tally);
    }
    Ok(stats)
}

/// These broadcasts with how they stand.
pub(super) async fn counted(
    tx: &mut ReadTx,
    ctx: &Ctx,
    rows: Vec<BroadcastRow>,
) -> Result<Vec<Broadcast>, StoreError> {
    // What has not begun has nobody to count.
    let begun = rows.iter().filter(|row| row.started_at.is_some());
    let ids: Vec<BroadcastId> = begun.map(|row| row.id).collect();
    let mut tallies = tallies(tx, ctx, &ids).await?;
    let with = |row: BroadcastRow| {
        let tally = tallies.remove(&row.id).unwrap_or_default();
        Broadcast::new(row, tally)
    };
    Ok(rows.into_iter().map(with).collect())
}

/// How many recipients of these broadcasts stand how.
async fn tallies(
    tx: &mut ReadTx,
    ctx: &Ctx,
    ids: &[BroadcastId],
) -> Result<BTreeMap<BroadcastId, Tally>, StoreError> {
    let mut tallies = BTreeMap::<BroadcastId, Tally>::new();
    for count in storage::tally(tx, ctx.tenant, ids).await? {
        let tally = tallies.entry(count.broadcast_id).or_default();
        match count.excluded {
            Some(reason) => tally.excluded.push((reason, count.people)),
            None => tally.states.push((count.state, count.people)),
        }
    }
    Ok(tallies)
}
