//! Devices with the clinic's app, each its owner's own affair.

use kernel::{Ctx, Problem, UserId};

use crate::{
    App, audit, identity,
    identity::api::SignInId,
    messaging::{
        model::{Device, DeviceId, NewDevice, SEEN_FOR},
        storage,
    },
};

fn owner(ctx: &Ctx) -> Result<UserId, Problem> {
    ctx.actor.user().ok_or_else(Problem::not_found)
}

/// Keeps a device as the caller's; one that was somebody else's here is his from now on.
/// True when it was not his before.
///
/// # Errors
/// The database's.
pub async fn register_device(
    app: &App,
    ctx: &Ctx,
    sign_in: SignInId,
    new: NewDevice,
) -> Result<(Device, bool), Problem> {
    let user = owner(ctx)?;
    let (a, ctx, now) = (app.clone(), *ctx, app.clock.now());
    let id = DeviceId::new(&app.clock, &app.rng);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let of = (id, user, sign_in);
                let (device, fresh) = storage::register(tx, &ctx, of, &new, now).await?;
                if fresh {
                    let what = "device.register";
                    audit::api::record(tx, &a, &ctx, what, "device", device.id.uuid(), None)
                        .await?;
                }
                Ok((device, fresh))
            })
        })
        .await
}

/// The caller's devices that notifications may go to, the last seen first.
///
/// # Errors
/// The database's.
pub async fn devices(app: &App, ctx: &Ctx) -> Result<Vec<Device>, Problem> {
    let user = owner(ctx)?;
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::devices(&mut tx, ctx.tenant, user, app.clock.now()).await?)
}

/// Forgets one of the caller's: nothing goes there until its app registers it again.
///
/// # Errors
/// 404 for somebody else's.
pub async fn forget_device(app: &App, ctx: &Ctx, id: DeviceId) -> Result<(), Problem> {
    let user = owner(ctx)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                if !storage::forget_own(tx, ctx.tenant, (id, user)).await? {
                    return Err(Problem::not_found());
                }
                let what = "device.forget";
                Ok(audit::api::record(tx, &a, &ctx, what, "device", id.uuid(), None).await?)
            })
        })
        .await
}

/// Forgets what its app has not registered for a month, in every clinic; answers how many.
///
/// # Errors
/// The database's.
pub async fn sweep_devices(app: &App) -> Result<u64, Problem> {
    let since = app.clock.now().minus(SEEN_FOR);
    identity::api::in_each_clinic(app, move |tx, tenant| {
        Box::pin(storage::forget_unseen(tx, tenant, since))
    })
    .await
}
