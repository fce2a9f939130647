use kernel::{Ctx, PageRequest, Problem};
use store::ReadTx;

use super::save::shown;
use crate::{
    App, audit,
    audit::api::Event,
    patients,
    scheduling::{
        model::{Appointment, AppointmentId, SoughtAppointments, StepRow},
        policy, storage,
    },
};

/// What the caller sees of what he asked for, the earliest first, with the count;
/// of restricted patients the name and the time only. The look is on the trail.
///
/// # Errors
/// The database's.
pub async fn appointments(
    app: &App,
    ctx: &Ctx,
    sought: &SoughtAppointments,
    page: PageRequest,
) -> Result<(i64, Vec<Appointment>), Problem> {
    if !policy::is_patient(ctx) {
        audit::api::listed(app, ctx, "appointment.list", "appointment_list").await?;
    }
    let mut tx = app.store.read(ctx).await?;
    let mut sought = sought.clone();
    if let Some(patient) = sought.patient {
        sought.patient = Some(patients::api::kept(&mut tx, ctx.tenant, patient).await?);
    }
    let sees = policy::sees(ctx);
    let (count, mut rows) =
        storage::list_appointments(&mut tx, ctx.tenant, sees, &sought, page).await?;
    if !policy::is_patient(ctx) {
        let closed = rows.iter_mut().filter(|row| row.restricted);
        closed.for_each(Appointment::close);
    }
    Ok((count, rows))
}

/// One appointment; that staff looked is on record before it is answered.
///
/// # Errors
/// 404.
pub async fn appointment(app: &App, ctx: &Ctx, id: AppointmentId) -> Result<Appointment, Problem> {
    let found = {
        let mut tx = app.store.read(ctx).await?;
        find(&mut tx, ctx, id).await?;
        shown(&mut tx, app, ctx, id).await?
    };
    let event = Event {
        action: "appointment.read",
        object_type: "appointment",
        object_id: found.id.uuid(),
        patient: Some(found.patient_id.uuid()),
        detail: None,
    };
    audit::api::seen(app, ctx, event).await?;
    Ok(found)
}

async fn find(tx: &mut ReadTx, ctx: &Ctx, id: AppointmentId) -> Result<Appointment, Problem> {
    let found = storage::find_appointment(tx, ctx.tenant, id).await?;
    let found = found.filter(|found| policy::sees(ctx).shows(found));
    found.ok_or_else(Problem::not_found)
}

/// The appointments of the series that this one belongs to, as the caller may see
/// them, in order of time; none when it belongs to none.
///
/// # Errors
/// 404.
pub async fn series(app: &App, ctx: &Ctx, id: AppointmentId) -> Result<Vec<Appointment>, Problem> {
    let mut tx = app.store.read(ctx).await?;
    find(&mut tx, ctx, id).await?;
    let mut rows = storage::series(&mut tx, ctx.tenant, id).await?;
    rows.retain(|row| policy::sees(ctx).shows(row));
    rows.iter_mut().for_each(Appointment::close);
    Ok(rows)
}

/// What happened to an appointment, in order.
///
/// # Errors
/// 404.
pub async fn history(app: &App, ctx: &Ctx, id: AppointmentId) -> Result<Vec<StepRow>, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let found = find(&mut tx, ctx, id).await?;
    let may_open = policy::is_patient(ctx)
        || patients::api::may_open(&mut tx, app, ctx, found.patient_id)
            .await
            .is_ok();
    let mut steps = storage::steps(&mut tx, ctx.tenant, id).await?;
    if !may_open {
        steps.iter_mut().for_each(|step| step.note = None);
    }
    Ok(steps)
}
