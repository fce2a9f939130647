//! When doctors are away.

use kernel::{Ctx, Expected, PageRequest, Patch, Problem, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx};

use super::{TOPIC, hours::doctor, save::noted};
use crate::{
    App,
    scheduling::{
        model::{Away, ExceptionId, ExceptionKind},
        policy,
        rules::{LONGEST_TEXT, words},
        storage,
    },
};

/// A time to be entered in which a doctor does not receive, or what is to be
/// changed in it.
#[derive(Debug, Clone, Default)]
pub struct NewAway {
    /// Whose; a doctor's own when nothing is said. It cannot be changed.
    pub practitioner: Option<UserId>,
    /// From here.
    pub starts_at: Option<Timestamp>,
    /// Up to here.
    pub ends_at: Option<Timestamp>,
    /// Why; unavailable when nothing is said.
    pub kind: Option<ExceptionKind>,
    /// Why, in words; for the staff only.
    pub reason: Patch<String>,
    /// Whether it comes back every week.
    pub weekly: Option<bool>,
}

/// One page of them, the latest first; for the staff.
///
/// # Errors
/// 403 for patients.
pub async fn exceptions(
    app: &App,
    ctx: &Ctx,
    practitioner: Option<UserId>,
    time: (Option<Timestamp>, Option<Timestamp>),
    page: PageRequest,
) -> Result<(i64, Vec<Away>), Problem> {
    policy::staff_only(ctx)?;
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::list_exceptions(&mut tx, ctx.tenant, practitioner, time, page).await?)
}

/// One of them.
///
/// # Errors
/// 404; 403 for patients.
pub async fn exception(app: &App, ctx: &Ctx, id: ExceptionId) -> Result<Away, Problem> {
    policy::staff_only(ctx)?;
    let mut tx = app.store.read(ctx).await?;
    find(&mut tx, ctx, id).await
}

async fn find(tx: &mut ReadTx, ctx: &Ctx, id: ExceptionId) -> Result<Away, Problem> {
    let found = storage::find_exception(tx, ctx.tenant, id).await?;
    found.ok_or_else(Problem::not_found)
}

/// Enters one. Appointments that lie in it stay: they are moved or called off one
/// by one, so that each patient hears of it.
///
/// # Errors
/// 403 for another's calendar; 400 naming every wrong field.
pub async fn add_exception(app: &App, ctx: &Ctx, new: NewAway) -> Result<Away, Problem> {
    let practitioner = policy::calendar_of(ctx, new.practitioner)?;
    let starts_at = new.starts_at.ok_or_else(|| missing("start_datetime"))?;
    let ends_at = new.ends_at.ok_or_else(|| missing("end_datetime"))?;
    let now = app.clock.now();
    let blank = Away {
        id: ExceptionId::new(&app.clock, &app.rng),
        practitioner_id: practitioner,
        practitioner_name: String::new(),
        starts_at,
        ends_at,
        kind: ExceptionKind::Unavailable,
        reason: None,
        weekly: false,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let away = patched(blank, new)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                doctor(tx, &ctx, practitioner).await?;
                storage::hold_calendar(tx, ctx.tenant, practitioner).await?;
                storage::insert_exception(tx, ctx.tenant, &away).await?;
                told(tx, &a, &ctx, &away, "exception.create");
                find(tx, &ctx, away.id).await
            })
        })
        .await
}

fn missing(field: &'static str) -> Problem {
    Problem::invalid(field, "required")
}

fn patched(current: Away, new: NewAway) -> Result<Away, Problem> {
    let reason = words(new.reason.apply(current.reason), "reason", LONGEST_TEXT);
    let next = Away {
        reason: reason.map_err(|fault| Problem::fields(vec![fault]))?,
        starts_at: new.starts_at.unwrap_or(current.starts_at),
        ends_at: new.ends_at.unwrap_or(current.ends_at),
        kind: new.kind.unwrap_or(current.kind),
        weekly: new.weekly.unwrap_or(current.weekly),
        ..current
    };
    match next.starts_at < next.ends_at {
        true => Ok(next),
        false => Err(Problem::invalid("end_datetime", "end-before-start")),
    }
}

fn told(tx: &mut WriteTx, app: &App, ctx: &Ctx, away: &Away, action: &'static str) {
    noted(tx, app, ctx, (action, "exception", away.id.uuid()), None);
    tx.emit(TOPIC, away.practitioner_id.uuid());
}

/// Changes one.
///
/// # Errors
/// 404; 403 for another's calendar; 400 naming every wrong field; 412 when
/// `expected` is not the version any more.
pub async fn change_exception(
    app: &App,
    ctx: &Ctx,
    id: ExceptionId,
    expected: Expected,
    new: NewAway,
) -> Result<Away, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let current = held(tx, &ctx, id, expected).await?;
                let mut next = patched(current, new)?;
                next.updated_at = a.clock.now();
                let updated = storage::update_exception(tx, ctx.tenant, &next).await;
                updated.map_err(StoreError::stale)?;
                told(tx, &a, &ctx, &next, "exception.update");
                find(tx, &ctx, id).await
            })
        })
        .await
}

/// The exception with its doctor's calendar held, for a caller who writes it.
async fn held(
    tx: &mut WriteTx,
    ctx: &Ctx,
    id: ExceptionId,
    expected: Expected,
) -> Result<Away, Problem> {
    let whose = find(tx, ctx, id).await?.practitioner_id;
    policy::calendar_of(ctx, Some(whose))?;
    storage::hold_calendar(tx, ctx.tenant, whose).await?;
    let current = find(tx, ctx, id).await?;
    expected.check(current.version)?;
    Ok(current)
}

/// Takes one away.
///
/// # Errors
/// 404; 403 for another's calendar; 412 when `expected` is not the version any more.
pub async fn drop_exception(
    app: &App,
    ctx: &Ctx,
    id: ExceptionId,
    expected: Expected,
) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let current = held(tx, &ctx, id, expected).await?;
                let deleted = storage::delete_exception(tx, ctx.tenant, &current).await;
                deleted.map_err(StoreError::stale)?;
                told(tx, &a, &ctx, &current, "exception.delete");
                Ok(())
            })
        })
        .await
}
