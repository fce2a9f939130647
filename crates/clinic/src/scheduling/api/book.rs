//! Staff give an appointment, agreed to as it is made.

use agenda::AppointmentState;
use kernel::{Ctx, Problem};
use store::WriteTx;

use super::{
    notify,
    request::{NewAppointment, checked, inserted},
    save::{no_room, recorded, shown},
};
use crate::{
    App,
    scheduling::{
        model::{Appointment, Step},
        policy, storage,
    },
};

/// Makes an appointment or a whole series and agrees to it at once: all or none.
/// The patient gets one message for all of it.
///
/// # Errors
/// 403 for patients; 400 naming every wrong field; 404 for a patient who is not
/// there; 409 `no-doctor`, `slot-full`, `doctor-away`, of a series with the day.
pub async fn book(app: &App, ctx: &Ctx, new: NewAppointment) -> Result<Vec<Appointment>, Problem> {
    policy::staff_only(ctx)?;
    if new.practitioner.is_none() {
        return Err(Problem::conflict("no-doctor"));
    }
    let new = checked(app, ctx, new)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let mut all = inserted(tx, &a, &ctx, &new).await?;
                for one in &mut all {
                    let step = (Step::Requested, new.overbook.as_deref());
                    recorded(tx, &a, &ctx, one, step).await?;
                    agreed(tx, &a, &ctx, one).await?;
                }
                notify::tell_booked(tx, &a, &ctx, &all).await?;
                let mut booked = Vec::with_capacity(all.len());
                for one in &all {
                    booked.push(shown(tx, &a, &ctx, one.id).await?);
                }
                Ok(booked)
            })
        })
        .await
}

async fn agreed(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    one: &mut Appointment,
) -> Result<(), Problem> {
    one.status = AppointmentState::Confirmed;
    one.confirmed_at = Some(app.clock.now());
    let updated = storage::update_appointment(tx, ctx.tenant, one).await;
    updated.map_err(no_room)?;
    one.version += 1;
    let step = (Step::Confirmed, one.overbooked.as_deref());
    recorded(tx, app, ctx, one, step).await
}
