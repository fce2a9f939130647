//! Reminders are written, changed, and taken back.

use kernel::{Ctx, Expected, Problem, Timestamp};
use store::{StoreError, WriteTx};

use super::draft::drafted;
use crate::{
    App, audit,
    audit::api::Event,
    messaging,
    outreach::{
        model::{Reminder, ReminderId, ReminderPatch},
        storage,
    },
    patients::{self, api::PatientId},
};

/// Writes a reminder, armed for its time.
///
/// # Errors
/// 400 with every wrong field: a patient or a number that is not there, a number that
/// is not his without `phone_override`, times that make no sense (see
/// `rules::Times::check`); 403 `record-restricted`.
pub async fn create(app: &App, ctx: &Ctx, new: ReminderPatch) -> Result<Reminder, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let now = a.clock.now();
                let draft = drafted(tx, &a, &ctx, None, new).await?;
                let id = ReminderId::new(&a.clock, &a.rng);
                let times = (due(&a, (draft.scheduled_at, draft.expires_at), now)?, now);
                let by = ctx.actor.user();
                storage::insert(tx, ctx.tenant, (id, &draft), times, by).await?;
                jobs::wake(tx, &storage::WORK);
                noted(tx, &a, &ctx, "reminder.create", (id, draft.patient));
                shown(tx, &ctx, id).await
            })
        })
        .await
}

/// Changes a reminder and arms it anew: a message that waits in the outbox is taken
/// back first. One that may have left goes once more only when `rearm` says so; without
/// another time it then goes at once. One that may be leaving now never gets a second one
/// beside it.
///
/// # Errors
/// 404; 412; 409 `reminder-sent`, `reminder-leaving`; else as [`create`].
pub async fn change(
    app: &App,
    ctx: &Ctx,
    id: ReminderId,
    expected: Expected,
    patch: ReminderPatch,
) -> Result<Reminder, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let now = a.clock.now();
                let current = held(tx, &a, &ctx, id, expected).await?;
                withdrawn(tx, &a, &ctx, &current).await?;
                // It may have left since it was looked at, and from here on it stands still.
                let current = shown(tx, &ctx, id).await?;
                if current.may_have_left() && !patch.rearm {
                    return Err(Problem::conflict("reminder-sent"));
                }
                let draft = drafted(tx, &a, &ctx, Some(&current), patch).await?;
                // The key of the next message is another one than the last one's.
                let round = current.round + i64::from(!current.armed);
                let times = (due(&a, (draft.scheduled_at, draft.expires_at), now)?, now);
                let of = (round, current.version);
                let updated = storage::update(tx, ctx.tenant, (id, &draft), times, of).await;
                updated.map_err(StoreError::stale)?;
                jobs::wake(tx, &storage::WORK);
                noted(tx, &a, &ctx, "reminder.update", (id, draft.patient));
                shown(tx, &ctx, id).await
            })
        })
        .await
}

/// Takes a reminder from the lists, and its message from the outbox if it waits there;
/// nothing follows one that has left. One for which nothing was written is deleted; the
/// others are history and stay.
///
/// # Errors
/// 404, also the second time; 412; 403 `record-restricted`; 409 `reminder-leaving`.
pub async fn drop_reminder(
    app: &App,
    ctx: &Ctx,
    id: ReminderId,
    expected: Expected,
) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let current = held(tx, &a, &ctx, id, expected).await?;
                withdrawn(tx, &a, &ctx, &current).await?;
                storage::remove(tx, ctx.tenant, id, a.clock.now()).await?;
                noted(tx, &a, &ctx, "reminder.delete", (id, current.patient_id));
                Ok(())
            })
        })
        .await
}

/// The reminder for a caller who may change it; whoever else does so or sends it waits.
async fn held(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    id: ReminderId,
    expected: Expected,
) -> Result<Reminder, Problem> {
    storage::hold(tx, ctx.tenant, id).await?;
    let found = shown(tx, ctx, id).await?;
    patients::api::may_open(tx, app, ctx, found.patient_id).await?;
    expected.check(found.version)?;
    Ok(found)
}

async fn shown(tx: &mut WriteTx, ctx: &Ctx, id: ReminderId) -> Result<Reminder, Problem> {
    let found = storage::find(tx, ctx.tenant, id).await?;
    found.ok_or_else(Problem::not_found)
}

/// Sees to it that nothing more of the reminder leaves.
///
/// # Errors
/// 409 `reminder-leaving` where nobody can see to that.
async fn withdrawn(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    current: &Reminder,
) -> Result<(), Problem> {
    let Some(message) = current.message_id else {
        return Ok(());
    };
    let withdrawn = messaging::api::withdraw(tx, app, ctx, &[message]).await?;
    match withdrawn.leaving {
        0 => Ok(()),
        _ => Err(Problem::conflict("reminder-leaving")),
    }
}

/// When the row's job is due: at its time, or at the next tick where the installation
/// sends reminders at certain minutes only, unless it has lost its use by then.
fn due(
    app: &App,
    (scheduled_at, expires_at): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<Timestamp, Problem> {
    let Some(cron) = &app.settings.reminders_cron else {
        return Ok(scheduled_at);
    };
    let tick = jobs::next_tick(cron, scheduled_at.max(now))?;
    Ok(if tick < expires_at {
        tick
    } else {
        scheduled_at
    })
}

fn noted(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    action: &'static str,
    (id, patient): (ReminderId, PatientId),
) {
    let event = Event {
        action,
        object_type: "reminder",
        object_id: id.uuid(),
        patient: Some(patient.uuid()),
        detail: None,
    };
    audit::api::record_event(tx, app, ctx, event);
}
