//! A whole series called off in one act.

use agenda::AppointmentState;
use kernel::{Ctx, Expected, Problem};
use store::WriteTx;

use super::{
    decide::text,
    notify,
    save::{held, recorded, shown, written},
};
use crate::{
    App,
    scheduling::{
        model::{Appointment, AppointmentId, Step},
        policy, storage,
    },
};

/// Calls off what is still to come of the series that this appointment belongs to, as
/// far as the caller sees it; what began stays as it is. The patient gets one
/// message. Answers what was called off, in order of time; again nothing.
///
/// # Errors
/// 404; 403 for patients; 400 naming `message`; 409 `no-series`.
pub async fn cancel_series(
    app: &App,
    ctx: &Ctx,
    id: AppointmentId,
    message: Option<String>,
) -> Result<Vec<Appointment>, Problem> {
    policy::staff_only(ctx)?;
    let message = text(message, "message")?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let mut off = Vec::new();
                for of in to_come(tx, &a, &ctx, id).await? {
                    off.extend(called_off(tx, &a, &ctx, of, message.as_deref()).await?);
                }
                tell(tx, &a, &ctx, &off).await?;
                let mut bodies = Vec::with_capacity(off.len());
                for one in &off {
                    bodies.push(shown(tx, &a, &ctx, one.id).await?);
                }
                Ok(bodies)
            })
        })
        .await
}

/// The series' appointments that the caller sees and that have not begun.
async fn to_come(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    id: AppointmentId,
) -> Result<Vec<AppointmentId>, Problem> {
    let one = storage::find_appointment(tx, ctx.tenant, id).await?;
    let one = one.filter(|one| policy::sees(ctx).shows(one));
    if one.ok_or_else(Problem::not_found)?.series_id.is_none() {
        return Err(Problem::conflict("no-series"));
    }
    let now = app.clock.now();
    let mut all = storage::series(tx, ctx.tenant, id).await?;
    all.retain(|one| policy::sees(ctx).shows(one) && one.starts_at > now);
    Ok(all.into_iter().map(|one| one.id).collect())
}

/// Nothing when it is over by now: somebody else may have called it off.
async fn called_off(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    id: AppointmentId,
    message: Option<&str>,
) -> Result<Option<Appointment>, Problem> {
    let mut one = held(tx, ctx, id, Expected::Any).await?;
    if one.status.is_final() || one.starts_at <= app.clock.now() {
        return Ok(None);
    }
    one.status = AppointmentState::Cancelled;
    let one = written(tx, app, ctx, one).await?;
    recorded(tx, app, ctx, &one, (Step::Cancelled, message)).await?;
    Ok(Some(one))
}

async fn tell(tx: &mut WriteTx, app: &App, ctx: &Ctx, off: &[Appointment]) -> Result<(), Problem> {
    match off {
        [] => Ok(()),
        [one] => notify::tell(tx, app, ctx, one, Step::Cancelled).await,
        [first, .., last] => {
            // Of use until the last of them would have ended.
            let told = Appointment {
                ends_at: last.ends_at,
                ..first.clone()
            };
            notify::write(tx, app, ctx, &told, ("series-cancelled", off.len())).await
        }
    }
}
