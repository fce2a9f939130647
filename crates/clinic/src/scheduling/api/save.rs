//! What every step of an appointment does beside its own.

use kernel::{Actor, Ctx, Expected, Problem};
use store::{ReadTx, StoreError, WriteTx};
use uuid::Uuid;

use super::{TOPIC, notify, offers, reminders, slots::around};
use crate::{
    App, audit,
    audit::api::Event,
    identity,
    patients::{self, api::PatientId},
    scheduling::{
        model::{Appointment, AppointmentId, Step},
        policy,
        rules::Wish,
        storage,
    },
};

/// Puts a line on the trail.
pub(super) fn noted(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    (action, object_type, object_id): (&'static str, &'static str, Uuid),
    patient: Option<PatientId>,
) {
    let event = Event {
        action,
        object_type,
        object_id,
        patient: patient.map(|patient| patient.uuid()),
        detail: None,
    };
    audit::api::record_event(tx, app, ctx, event);
}

/// The appointment for a caller who may see it; whoever else changes it waits.
///
/// # Errors
/// 404; 412 when `expected` is not the version any more.
pub(super) async fn held(
    tx: &mut WriteTx,
    ctx: &Ctx,
    id: AppointmentId,
    expected: Expected,
) -> Result<Appointment, Problem> {
    storage::hold_appointment(tx, ctx.tenant, id).await?;
    let found = storage::find_appointment(tx, ctx.tenant, id).await?;
    let found = found.filter(|found| policy::sees(ctx).shows(found));
    let found = found.ok_or_else(Problem::not_found)?;
    expected.check(found.version)?;
    Ok(found)
}

/// How many patients the place of this wish takes; the doctor's calendar is held
/// until the end of the transaction.
///
/// # Errors
/// 409 `doctor-away`, `slot-full`, `slot-not-offered`.
pub(super) async fn placed(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    wish: &Wish,
) -> Result<i64, Problem> {
    storage::hold_calendar(tx, ctx.tenant, wish.practitioner).await?;
    let zone = identity::api::tenant(tx, ctx.tenant).await?.zone;
    let now = app.clock.now();
    let at = (&zone, now, wish.except);
    let (horizon, diary) = around(tx, ctx.tenant, wish.practitioner, wish.span, at).await?;
    diary.place(wish, &horizon, now)
}

/// The database's own word on a doctor's room is the callers' `slot-full`.
pub(super) fn no_room(error: StoreError) -> Problem {
    match error.is_check(storage::ROOM) {
        true => Problem::conflict("slot-full"),
        false => error.stale(),
    }
}

/// Writes the appointment as it stands after a step, the step, its line on the
/// trail, and the message to the patient; a place it gave back is offered to those who wait.
///
/// # Errors
/// 409 `slot-full`; 412.
pub(super) async fn saved(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    next: Appointment,
    (step, note): (Step, Option<&str>),
) -> Result<Appointment, Problem> {
    let next = written(tx, app, ctx, next).await?;
    entered(tx, app, ctx, &next, (step, note)).await?;
    shown(tx, app, ctx, next.id).await
}

/// The same without the step.
///
/// # Errors
/// 409 `slot-full`; 412.
pub(super) async fn written(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    mut next: Appointment,
) -> Result<Appointment, Problem> {
    let before = storage::find_appointment(tx, ctx.tenant, next.id).await?;
    let before = before.ok_or_else(Problem::not_found)?;
    next.updated_at = app.clock.now();
    let updated = storage::update_appointment(tx, ctx.tenant, &next).await;
    updated.map_err(no_room)?;
    next.version += 1;
    offers::settle(tx, app, ctx, &before, &next).await?;
    Ok(next)
}

/// The appointment as the caller may see it: what is written of a restricted
/// patient stays with those who may open his record.
///
/// # Errors
/// 404.
pub(super) async fn shown(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    id: AppointmentId,
) -> Result<Appointment, Problem> {
    let found = storage::find_appointment(tx, ctx.tenant, id).await?;
    let mut found = found.ok_or_else(Problem::not_found)?;
    let may_open = policy::is_patient(ctx)
        || patients::api::may_open(tx, app, ctx, found.patient_id)
            .await
            .is_ok();
    if !may_open {
        found.close();
    }
    Ok(found)
}

/// The same for an appointment that was just written.
pub(super) async fn entered(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    one: &Appointment,
    (step, note): (Step, Option<&str>),
) -> Result<(), Problem> {
    recorded(tx, app, ctx, one, (step, note)).await?;
    // What the program enters by itself, as in the demo, is told to nobody.
    if matches!(ctx.actor, Actor::System(_)) {
        return Ok(());
    }
    notify::tell(tx, app, ctx, one, step).await
}

/// The same without the message: another step tells of this one.
pub(super) async fn recorded(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    one: &Appointment,
    (step, note): (Step, Option<&str>),
) -> Result<(), Problem> {
    let author = ctx.actor.user();
    let of = (one, one.version);
    storage::insert_step(tx, ctx.tenant, of, step, note, author).await?;
    let line = (action(step), "appointment", one.id.uuid());
    noted(tx, app, ctx, line, Some(one.patient_id));
    tx.emit(
        TOPIC,
        one.practitioner_id
            .map_or(one.id.uuid(), |doctor| doctor.uuid()),
    );
    let planned = matches!(step, Step::Confirmed | Step::Rescheduled);
    // What the program enters by itself, as in the demo, is reminded of to nobody.
    if planned && !matches!(ctx.actor, Actor::System(_)) {
        reminders::plan(tx, app, ctx, one).await?;
    }
    Ok(())
}

const fn action(step: Step) -> &'static str {
    match step {
        Step::Requested => "appointment.create",
        Step::Assigned => "appointment.assign",
        Step::Confirmed => "appointment.confirm",
        Step::Declined => "appointment.decline",
        Step::Cancelled => "appointment.cancel",
        Step::Rescheduled => "appointment.reschedule",
        Step::Changed => "appointment.update",
        Step::Completed => "appointment.complete",
        Step::NoShow => "appointment.miss",
        Step::Coming => "appointment.answer",
    }
}
