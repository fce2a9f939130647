//! Keeps rows and bytes in step: a crash between the two leaves bytes that no
//! row names.

use std::{collections::HashSet, time::Duration};

use kernel::{Problem, TenantId, Timestamp};
use store::{Scope, StoreError};
use uuid::Uuid;

use super::{api::BlobId, rules::Place, storage};
use crate::{App, identity};

/// How long bytes may wait for their row: far longer than any work lasts.
const GRACE: Duration = Duration::from_secs(24 * 3600);
/// Rows read at once.
const BATCH: i64 = 10_000;

/// What [`sweep`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Files that no row named; they are removed.
    pub orphans: u64,
    /// Rows whose bytes are lost; they are kept and reported.
    pub lost: u64,
    /// Files whose writing was cut off; they are removed.
    pub unfinished: u64,
}

/// Removes what no row has named for a day, and reports rows without bytes.
///
/// # Errors
/// 503 when the database or the object store is out of reach.
pub async fn sweep(app: &App) -> Result<Swept, Problem> {
    let until = app.clock.now().minus(GRACE);
    let tenants = {
        let mut tx = app.store.read(Scope::System).await?;
        identity::api::tenants(&mut tx).await?
    };
    let unfinished = app.blobs.remove_unfinished(until).await;
    let mut swept = Swept {
        unfinished: unfinished.map_err(Problem::unavailable)?,
        ..Swept::default()
    };
    for tenant in tenants {
        let (orphans, lost) = sweep_tenant(app, tenant.id, until).await?;
        swept.orphans += orphans;
        swept.lost += lost;
    }
    metrics::counter!("lafiya_blobs_orphans_removed_total").increment(swept.orphans);
    metrics::counter!("lafiya_blobs_lost_total").increment(swept.lost);
    Ok(swept)
}

/// The rows are read first: bytes are written before their row, so whatever a
/// row names must be in a list made later.
async fn sweep_tenant(
    app: &App,
    tenant: TenantId,
    until: Timestamp,
) -> Result<(u64, u64), Problem> {
    let rows = rows(app, tenant).await?;
    let kept = app.blobs.list(&tenant.to_string()).await;
    let kept = kept.map_err(Problem::unavailable)?;
    let mut there = HashSet::with_capacity(kept.len());
    let mut orphans = 0;
    for file in &kept {
        // Other files are not ours to judge.
        let Some(place) = Place::of_key(&file.key, tenant) else {
            continue;
        };
        let named = (place.id.uuid(), place.month);
        there.insert(named);
        if !rows.contains(&named) && file.written < until && remove(app, tenant, &place).await? {
            orphans += 1;
        }
    }
    let mut lost = 0;
    for (id, _) in rows.difference(&there) {
        tracing::warn!(%tenant, id = %BlobId::from_uuid(*id), "the bytes of a stored file are lost");
        lost += 1;
    }
    Ok((orphans, lost))
}

/// An id and a month: where a row says that its bytes are.
type Named = (Uuid, i64);

async fn rows(app: &App, tenant: TenantId) -> Result<HashSet<Named>, StoreError> {
    let mut tx = app.store.read(tenant).await?;
    let mut rows = HashSet::new();
    let mut last = BlobId::from_uuid(Uuid::nil());
    loop {
        let some = storage::places(&mut tx, tenant, last, BATCH).await?;
        rows.extend(some.iter().map(|place| (place.id.uuid(), place.month)));
        match some.last() {
            Some(place) => last = place.id,
            None => return Ok(rows),
        }
    }
}

/// Looks once more before it removes: nothing brings bytes back.
async fn remove(app: &App, tenant: TenantId, place: &Place) -> Result<bool, Problem> {
    let mut tx = app.store.read(tenant).await?;
    let row = storage::find(&mut tx, tenant, place.id).await?;
    if row.is_some_and(|row| row.month == place.month) {
        return Ok(false);
    }
    drop(tx);
    let removed = app.blobs.delete(&place.key(tenant)).await;
    removed.map_err(Problem::unavailable)?;
    Ok(true)
}
