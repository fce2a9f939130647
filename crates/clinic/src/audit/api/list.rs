use std::time::Duration;

use futures_util::{Stream, stream};
use kernel::{Ctx, PageRequest, Problem};
use store::StoreError;
use uuid::Uuid;

use super::listed;
use crate::{
    App,
    audit::{
        model::{EntryView, Event, Wanted},
        storage,
    },
};

/// Lines of an export in memory at once.
const BATCH: i64 = 2000;
/// How long a broken glass stays on top of the administrators' page.
const ALERTED: Duration = Duration::from_secs(7 * 24 * 3600);
/// Alerts shown at once.
const ALERTS: i64 = 20;

/// What is wanted of the trail, newest first, with the number of lines.
///
/// # Errors
/// The database's.
pub async fn list(
    app: &App,
    ctx: &Ctx,
    wanted: &Wanted,
    page: PageRequest,
) -> Result<(i64, Vec<EntryView>), Problem> {
    listed(app, ctx, "audit.list", "audit").await?;
    let mut tx = app.store.read(ctx).await?;
    let count = storage::count(&mut tx, ctx.tenant, wanted).await?;
    let part = (page.size, page.offset());
    Ok((
        count,
        storage::page(&mut tx, ctx.tenant, wanted, i64::MAX, part).await?,
    ))
}

/// All that is wanted of the trail, newest first, in batches: however long it
/// is, only one batch is in memory. The export itself is on record before this
/// answers; lines added later are not part of it.
///
/// # Errors
/// The database's.
pub async fn export(
    app: &App,
    ctx: &Ctx,
    wanted: Wanted,
) -> Result<impl Stream<Item = Result<Vec<EntryView>, StoreError>> + Send + 'static, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    let event = Event {
        action: "audit.export",
        object_type: "audit",
        object_id: ctx.tenant.uuid(),
        patient: None,
        detail: Some(filters(&wanted)),
    };
    let noted: Result<(), StoreError> = app
        .store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                super::record_event(tx, &a, &ctx, event);
                Ok(())
            })
        })
        .await;
    noted?;
    let start = (app.clone(), wanted, Some(i64::MAX));
    Ok(stream::try_unfold(
        start,
        move |(app, wanted, before)| async move {
            let Some(before) = before else {
                return Ok(None);
            };
            // A snapshot of its own for each batch: a slow reader holds no connection,
            // and what is written already never changes.
            let mut tx = app.store.read(&ctx).await?;
            let rows = storage::page(&mut tx, ctx.tenant, &wanted, before, (BATCH, 0)).await?;
            drop(tx);
            let next = rows.last().map(|row| row.seq);
            Ok(next.map(|_| (rows, (app, wanted, next))))
        },
    ))
}

/// Which lines an export held: ids, words and times, no names.
fn filters(wanted: &Wanted) -> String {
    serde_json::json!({
        "person": wanted.person,
        "action": wanted.action,
        "object_type": wanted.object_type,
        "patient": wanted.patient,
        "from": wanted.from.map(|at| at.to_string()),
        "until": wanted.until.map(|at| at.to_string()),
    })
    .to_string()
}

/// Whose glass was broken in the last seven days, newest first.
///
/// # Errors
/// The database's.
pub async fn alerts(app: &App, ctx: &Ctx) -> Result<Vec<EntryView>, Problem> {
    let wanted = Wanted {
        action: Some("patient.break_glass".to_owned()),
        from: Some(app.clock.now().minus(ALERTED)),
        ..Wanted::default()
    };
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::page(&mut tx, ctx.tenant, &wanted, i64::MAX, (ALERTS, 0)).await?)
}

/// What staff did with the record that is the caller's own, newest first.
///
/// # Errors
/// 404 `no-linked-record` when none is his.
pub async fn about_me(
    app: &App,
    ctx: &Ctx,
    page: PageRequest,
) -> Result<(i64, Vec<EntryView>), Problem> {
    let nobody = || Problem::not_found().code("no-linked-record");
    let user = ctx.actor.user().ok_or_else(nobody)?;
    let mut tx = app.store.read(ctx).await?;
    let record = storage::own_record(&mut tx, ctx.tenant, user)
        .await?
        .ok_or_else(nobody)?;
    Ok(storage::about(&mut tx, ctx.tenant, record, page).await?)
}

/// Everybody who works here: ids and names.
///
/// # Errors
/// The database's.
pub async fn people(app: &App, ctx: &Ctx) -> Result<Vec<(Uuid, String)>, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let rows = storage::people(&mut tx, ctx.tenant).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, format!("{} {}", row.first_name, row.last_name)))
        .collect())
}
