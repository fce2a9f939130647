//! Which reminders there are, for whom.

use kernel::{Ctx, Problem};

use crate::{
    App, audit,
    audit::api::Event,
    outreach::{
        model::{Reminder, ReminderId, Sought},
        policy, storage,
    },
    patients::{self, api::PatientId},
};

/// So many reminders of what the caller sees and seeks, after so many left out, in the
/// order of their time. A patient sees his own; of restricted patients staff see the
/// name and the time only. That staff looked is on record before it is answered.
///
/// # Errors
/// 404 for a patient who asks for another one's; 403 `record-restricted` for staff who
/// ask for a restricted patient's and may not open the record.
pub async fn reminders(
    app: &App,
    ctx: &Ctx,
    sought: &Sought,
    part: (i64, i64),
) -> Result<Vec<Reminder>, Problem> {
    looked(app, ctx, sought.patient).await?;
    let mut tx = app.store.read(ctx).await?;
    let Some(patient) = policy::whose(&mut tx, ctx, sought.patient).await? else {
        return Ok(Vec::new());
    };
    let sought = Sought {
        patient,
        ..sought.clone()
    };
    let mut rows = storage::list(&mut tx, ctx.tenant, &sought, part).await?;
    if patient.is_none() {
        let closed = rows.iter_mut().filter(|row| row.restricted);
        closed.for_each(Reminder::close);
    }
    Ok(rows)
}

/// How many reminders there are of what is sought, for staff.
///
/// # Errors
/// The database's.
pub async fn count(app: &App, ctx: &Ctx, sought: &Sought) -> Result<i64, Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::count(&mut tx, ctx.tenant, sought).await?)
}

async fn looked(app: &App, ctx: &Ctx, patient: Option<PatientId>) -> Result<(), Problem> {
    if policy::is_patient(ctx) {
        return Ok(());
    }
    let Some(patient) = patient else {
        return audit::api::listed(app, ctx, "reminder.list", "reminder_list").await;
    };
    {
        let mut tx = app.store.read(ctx).await?;
        patients::api::may_open(&mut tx, app, ctx, patient).await?;
    }
    let event = Event {
        action: "reminder.list",
        object_type: "reminder_list",
        object_id: patient.uuid(),
        patient: Some(patient.uuid()),
        detail: None,
    };
    audit::api::seen(app, ctx, event).await
}

/// One reminder, for staff; the look is on record before it is answered.
///
/// # Errors
/// 404; 403 `record-restricted`.
pub async fn reminder(app: &App, ctx: &Ctx, id: ReminderId) -> Result<Reminder, Problem> {
    let found = {
        let mut tx = app.store.read(ctx).await?;
        let found = storage::find(&mut tx, ctx.tenant, id).await?;
        let found = found.ok_or_else(Problem::not_found)?;
        patients::api::may_open(&mut tx, app, ctx, found.patient_id).await?;
        found
    };
    let event = Event {
        action: "reminder.read",
        object_type: "reminder",
        object_id: found.id.uuid(),
        patient: Some(found.patient_id.uuid()),
        detail: None,
    };
    audit::api::seen(app, ctx, event).await?;
    Ok(found)
}
