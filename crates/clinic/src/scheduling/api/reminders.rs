//! The ladder of reminders: planned when an appointment is agreed to or moved,
//! looked at again when the hour has come.

use agenda::{AppointmentState, Ladder};
use kernel::{Ctx, Expected, Problem, Timestamp};
use store::{ReadTx, StoreError, WriteTx};
use uuid::Uuid;

use super::{
    TOPIC,
    answers::{Asking, asked, asking, reply_link},
    notify::{link, values, way_to_patient},
    save::noted,
};
use crate::{
    App, identity,
    identity::api::TenantInfo,
    messaging::api::{Notice, event_of, notify},
    patients,
    scheduling::{
        model::{Appointment, AppointmentId, ReminderRules},
        storage,
    },
};

/// Which reminders the clinic sends.
///
/// # Errors
/// The database's.
pub async fn reminder_rules(app: &App, ctx: &Ctx) -> Result<ReminderRules, Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(rules(&mut tx, ctx).await?)
}

async fn rules(tx: &mut ReadTx, ctx: &Ctx) -> Result<ReminderRules, StoreError> {
    let kept = storage::ladder(tx, ctx.tenant).await?;
    Ok(kept.unwrap_or_default())
}

/// Sets which reminders the clinic sends, for appointments agreed to from now on.
///
/// # Errors
/// 400 naming `evening_time`; 412 when `expected` is not the version any more.
pub async fn set_reminder_rules(
    app: &App,
    ctx: &Ctx,
    expected: Expected,
    wanted: ReminderRules,
) -> Result<ReminderRules, Problem> {
    if !(EARLIEST..LATEST).contains(&wanted.evening_minute) {
        return Err(Problem::invalid("evening_time", "quiet-hours"));
    }
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let current = rules(tx, &ctx).await?;
                expected.check(current.version)?;
                let next = ReminderRules {
                    version: current.version,
                    ..wanted
                };
                let set = storage::set_ladder(tx, ctx.tenant, &next, a.clock.now()).await;
                set.map_err(StoreError::stale)?;
                let line = ("reminder.rules", "tenant", ctx.tenant.uuid());
                noted(tx, &a, &ctx, line, None);
                tx.emit(TOPIC, ctx.tenant.uuid());
                Ok(rules(tx, &ctx).await?)
            })
        })
        .await
}

/// Reminders go between these, minutes after local midnight: the rest are quiet
/// hours (`spec/messaging.md`).
const EARLIEST: i64 = 7 * 60;
const LATEST: i64 = 21 * 60;

/// Plans the reminders of an appointment that was agreed to or moved.
///
/// # Errors
/// The database's.
pub(super) async fn plan(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    one: &Appointment,
) -> Result<(), Problem> {
    if one.status != AppointmentState::Confirmed {
        return Ok(());
    }
    let ladder = ladder(&rules(tx, ctx).await?);
    let zone = identity::api::tenant(tx, ctx.tenant).await?.zone;
    let now = app.clock.now();
    for (stage, due) in ladder.reminders(one.starts_at, now, &zone) {
        let id = AppointmentId::new(&app.clock, &app.rng).uuid();
        let what = (one.id, stage, one.starts_at);
        storage::plan_reminder(tx, ctx.tenant, id, what, (now, due)).await?;
    }
    jobs::wake(tx, &storage::REMINDER_WORK);
    Ok(())
}

/// The same for the rules of the agenda.
pub(in crate::scheduling) fn ladder(rules: &ReminderRules) -> Ladder {
    let usual = Ladder::default();
    Ladder {
        two_days: rules.two_days,
        evening: rules.evening,
        two_hours: rules.two_hours,
        evening_minute: u16::try_from(rules.evening_minute).unwrap_or(usual.evening_minute),
    }
}

/// The hour of a reminder has come: writes the message, unless the appointment
/// was moved or called off, or the first of that day speaks for it. At most
/// one reminder goes to a patient on a local day.
///
/// # Errors
/// The database's.
pub(in crate::scheduling) async fn remind(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    id: Uuid,
) -> Result<(), Problem> {
    let Some(planned) = storage::planned(tx, ctx.tenant, id).await? else {
        return Ok(());
    };
    let one = storage::find_appointment(tx, ctx.tenant, planned.appointment_id).await?;
    let stands = |one: &Appointment| {
        one.status == AppointmentState::Confirmed && one.starts_at == planned.starts_at
    };
    let now = app.clock.now();
    let Some(one) = one.filter(|one| stands(one) && one.starts_at > now) else {
        return Ok(());
    };
    let clinic = identity::api::tenant(tx, ctx.tenant).await?;
    let day = Timestamp::of_day(one.starts_at.date(&clinic.zone), &clinic.zone);
    let day = day.map_err(Problem::internal)?;
    let visits = storage::visits_of_day(tx, ctx.tenant, one.patient_id, day).await?;
    let reach = patients::api::reach(tx, ctx.tenant, one.patient_id).await?;
    let [first, others @ ..] = visits.as_slice() else {
        return Ok(());
    };
    let (true, Some(reach)) = (first.id == one.id, reach) else {
        return Ok(());
    };
    let today = now.day(&clinic.zone);
    let about = (event_of("reminder-digit")?, &reach);
    let route = way_to_patient(tx, app, ctx, about).await?;
    let asks = asking(tx, app, ctx, (&reach, others), route.channel).await?;
    let ((key, count), link) = asking_text(app, &clinic, &one, &asks);
    let notice = Notice {
        event: event_of(key)?,
        locale: reach.locale,
        values: values(app, &clinic, (&one, count), link),
        channel: route.channel,
        // A digit may not come back from there.
        other_channel: (!matches!(asks, Asking::Digit)).then_some(route.other),
        other_values: None,
        asks: false,
        recipient: reach.phone.clone(),
        patient: Some(one.patient_id),
        idempotency_key: format!("reminder:{}:{today}", one.patient_id),
        expires_at: Some(one.starts_at),
        created_by: None,
    };
    let noticed = notify(tx, app, ctx, notice).await?;
    asked(tx, app, ctx, (&one, &reach.phone, noticed.queued), asks).await?;
    Ok(())
}

/// What is written of a visit, of how many, and where its link leads.
fn asking_text(
    app: &App,
    clinic: &TenantInfo,
    one: &Appointment,
    asks: &Asking,
) -> ((&'static str, usize), String) {
    match asks {
        Asking::Link(token) => (("reminder-link", 1), reply_link(app, token)),
        Asking::Each(token, others) => {
            (("reminder-each", others.len() + 1), reply_link(app, token))
        }
        Asking::Digit => (("reminder-digit", 1), link(app, clinic, one)),
    }
}
