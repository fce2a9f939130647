//! What becomes of an appointment.

use agenda::{AppointmentState, Mode};
use kernel::{Actor, Ctx, Expected, Patch, Problem, Role, Timestamp, UserId};
use store::WriteTx;

use super::{
    hours::doctor,
    online::held_until,
    save::{held, placed, saved},
};
use crate::{
    App,
    scheduling::{
        model::{Appointment, AppointmentId, Step},
        policy,
        rules::{LONGEST_TEXT, Wish, visit, words},
        storage,
    },
};

/// How an appointment is agreed to; what was asked for when nothing is said.
#[derive(Debug, Clone, Default)]
pub struct Agreed {
    /// From here.
    pub start: Option<Timestamp>,
    /// Up to here.
    pub end: Option<Timestamp>,
    /// How the patient comes.
    pub mode: Option<Mode>,
    /// Where to come, or how to call.
    pub location_note: Patch<String>,
    /// What the doctor writes.
    pub practitioner_message: Patch<String>,
    /// Why it may stand above what the slot takes, or while the doctor is away.
    pub overbook: Option<String>,
}

/// Where an appointment is moved to.
#[derive(Debug, Clone)]
pub struct Moved {
    /// From here.
    pub start: Timestamp,
    /// Up to here.
    pub end: Timestamp,
    /// To this doctor; the same one when nothing is said. Staff only.
    pub practitioner: Option<UserId>,
    /// How the patient comes; as before when nothing is said.
    pub mode: Option<Mode>,
    /// What is told with it.
    pub message: Option<String>,
    /// Why it may stand above what the slot takes, or while the doctor is away; staff only.
    pub overbook: Option<String>,
}

/// Refuses a step that the appointment's state does not allow.
///
/// # Errors
/// 409 `appointment-over`, `not-confirmed`.
fn may_become(one: &Appointment, next: AppointmentState) -> Result<(), Problem> {
    match (one.status.can_become(next), one.status.is_final()) {
        (true, _) => Ok(()),
        (false, true) => Err(Problem::conflict("appointment-over")),
        (false, false) if one.status == next => Err(Problem::conflict("nothing-changed")),
        (false, false) => Err(Problem::conflict("not-confirmed")),
    }
}

pub(super) fn text(given: Option<String>, field: &'static str) -> Result<Option<String>, Problem> {
    words(given, field, LONGEST_TEXT).map_err(|fault| Problem::fields(vec![fault]))
}

/// Puts the appointment on its place; above the slot's room only with a reason.
async fn put(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    one: &mut Appointment,
    overbook: Option<String>,
) -> Result<(), Problem> {
    let Some(practitioner) = one.practitioner_id else {
        return Ok(());
    };
    one.overbooked = text(overbook, "overbook_reason")?;
    if one.overbooked.is_some() {
        storage::hold_calendar(tx, ctx.tenant, practitioner).await?;
        return Ok(());
    }
    let ends = (one.starts_at, one.ends_at);
    let wish = Wish {
        practitioner,
        span: visit(ends, ("confirmed_start", "confirmed_end"), app.clock.now())?,
        mode: one.mode,
        except: Some(one.id),
        offered_only: policy::is_patient(ctx),
    };
    one.capacity = placed(tx, app, ctx, &wish).await?;
    Ok(())
}

/// Gives an appointment that waits to a doctor; a doctor takes it himself when
/// nobody is named. Its place is kept for fifteen minutes from now.
///
/// # Errors
/// 404; 403 for patients; 400 naming `medecin_id`; 409 `appointment-over`,
/// `slot-full`, `doctor-away`; 412.
pub async fn assign(
    app: &App,
    ctx: &Ctx,
    id: AppointmentId,
    expected: Expected,
    named: Option<UserId>,
) -> Result<Appointment, Problem> {
    policy::staff_only(ctx)?;
    let myself = match ctx.actor {
        Actor::User(user, Role::Practitioner) => Some(user),
        _ => None,
    };
    let practitioner = named.or(myself);
    let practitioner = practitioner.ok_or_else(|| Problem::invalid("medecin_id", "required"))?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let mut one = held(tx, &ctx, id, expected).await?;
                if one.status.is_final() {
                    return Err(Problem::conflict("appointment-over"));
                }
                doctor(tx, &ctx, practitioner).await?;
                if one.practitioner_id == Some(practitioner) {
                    return Ok(one);
                }
                one.practitioner_id = Some(practitioner);
                one.held_until = held_until(tx, &a, &ctx).await?;
                put(tx, &a, &ctx, &mut one, None).await?;
                saved(tx, &a, &ctx, one, (Step::Assigned, None)).await
            })
        })
        .await
}

/// Agrees to an appointment, at another time if need be. A doctor takes what no
/// doctor has yet.
///
/// # Errors
/// 404; 403 for patients; 400 naming the wrong field; 409 `no-doctor`,
/// `appointment-over`, `slot-full`, `doctor-away`; 412.
pub async fn confirm(
    app: &App,
    ctx: &Ctx,
    id: AppointmentId,
    expected: Expected,
    agreed: Agreed,
) -> Result<Appointment, Problem> {
    policy::staff_only(ctx)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let mut one = held(tx, &ctx, id, expected).await?;
                may_become(&one, AppointmentState::Confirmed)?;
                if let (None, Actor::User(user, Role::Practitioner)) =
                    (one.practitioner_id, ctx.actor)
                {
                    one.practitioner_id = Some(user);
                }
                if one.practitioner_id.is_none() {
                    return Err(Problem::conflict("no-doctor"));
                }
                let length = one.ends_at.since(one.starts_at);
                one.starts_at = agreed.start.unwrap_or(one.starts_at);
                one.ends_at = match (agreed.end, agreed.start) {
                    (Some(end), _) => end,
                    // Moved as a whole: it takes as long as before.
                    (None, Some(start)) => start.plus(length),
                    (None, None) => one.ends_at,
                };
                one.mode = agreed.mode.unwrap_or(one.mode);
                let place = agreed.location_note.apply(one.location_note.take());
                one.location_note = text(place, "location_note")?;
                let message = agreed.practitioner_message;
                let message = message.apply(one.practitioner_message.take());
                one.practitioner_message = text(message, "message_medecin")?;
                let overbook = agreed.overbook.or(one.overbooked.take());
                put(tx, &a, &ctx, &mut one, overbook).await?;
                one.status = AppointmentState::Confirmed;
                one.confirmed_at = Some(a.clock.now());
                let reason = one.overbooked.clone();
                saved(tx, &a, &ctx, one, (Step::Confirmed, reason.as_deref())).await
            })
        })
        .await
}

/// Does not agree to an appointment; the patient is told why.
///
/// # Errors
/// 404; 403 for patients; 400 naming `message_medecin`; 409 `appointment-over`,
/// `not-pending`; 412.
pub async fn decline(
    app: &App,
    ctx: &Ctx,
    id: AppointmentId,
    expected: Expected,
    message: Option<String>,
) -> Result<Appointment, Problem> {
    policy::staff_only(ctx)?;
    let message = text(message, "message_medecin")?;
    let message = message.ok_or_else(|| Problem::invalid("message_medecin", "required"))?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let mut one = held(tx, &ctx, id, expected).await?;
                if one.status == AppointmentState::Confirmed {
                    return Err(Problem::conflict("not-pending"));
                }
                may_become(&one, AppointmentState::Declined)?;
                one.status = AppointmentState::Declined;
                one.practitioner_message = Some(message.clone());
                saved(tx, &a, &ctx, one, (Step::Declined, Some(&message))).await
            })
        })
        .await
}

/// Calls an appointment off; its place is free at once.
///
/// # Errors
/// 404; 409 `appointment-over`; 412.
pub async fn cancel(
    app: &App,
    ctx: &Ctx,
    id: AppointmentId,
    expected: Expected,
    message: Option<String>,
) -> Result<Appointment, Problem> {
    let message = text(message, "message")?;
    ended(
        app,
        ctx,
        id,
        expected,
        (AppointmentState::Cancelled, Step::Cancelled, message),
    )
    .await
}

/// The visit took place. Not before it began.
///
/// # Errors
/// 404; 403 for patients; 409 `not-confirmed`, `not-begun`, `appointment-over`; 412.
pub async fn complete(
    app: &App,
    ctx: &Ctx,
    id: AppointmentId,
    expected: Expected,
) -> Result<Appointment, Problem> {
    policy::staff_only(ctx)?;
    ended(
        app,
        ctx,
        id,
        expected,
        (AppointmentState::Completed, Step::Completed, None),
    )
    .await
}

/// The patient did not come. Not before it began.
///
/// # Errors
/// 404; 403 for patients; 409 `not-confirmed`, `not-begun`, `appointment-over`; 412.
pub async fn miss(
    app: &App,
    ctx: &Ctx,
    id: AppointmentId,
    expected: Expected,
) -> Result<Appointment, Problem> {
    policy::staff_only(ctx)?;
    ended(
        app,
        ctx,
        id,
        expected,
        (AppointmentState::NoShow, Step::NoShow, None),
    )
    .await
}

async fn ended(
    app: &App,
    ctx: &Ctx,
    id: AppointmentId,
    expected: Expected,
    (state, step, message): (AppointmentState, Step, Option<String>),
) -> Result<Appointment, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let mut one = held(tx, &ctx, id, expected).await?;
                may_become(&one, state)?;
                if state != AppointmentState::Cancelled && a.clock.now() < one.starts_at {
                    return Err(Problem::conflict("not-begun"));
                }
                one.status = state;
                saved(tx, &a, &ctx, one, (step, message.as_deref())).await
            })
        })
        .await
}

/// Puts an appointment on another time. It stays as agreed to as it was; a patient
/// moves his own to slots that are offered.
///
/// # Errors
/// 404; 400 naming the wrong field; 409 `appointment-over`, `slot-full`,
/// `doctor-away`, `slot-not-offered`; 412.
pub async fn reschedule(
    app: &App,
    ctx: &Ctx,
    id: AppointmentId,
    expected: Expected,
    moved: Moved,
) -> Result<Appointment, Problem> {
    if policy::is_patient(ctx) && moved.practitioner.is_some() {
        return Err(Problem::invalid("medecin", "staff-only"));
    }
    if policy::is_patient(ctx) && moved.overbook.is_some() {
        return Err(Problem::invalid("overbook_reason", "staff-only"));
    }
    let message = text(moved.message.clone(), "message")?;
    let fields = ("requested_start", "requested_end");
    visit((moved.start, moved.end), fields, app.clock.now())?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let mut one = held(tx, &ctx, id, expected).await?;
                if one.status.is_final() {
                    return Err(Problem::conflict("appointment-over"));
                }
                if let Some(practitioner) = moved.practitioner {
                    doctor(tx, &ctx, practitioner).await?;
                    one.practitioner_id = Some(practitioner);
                }
                (one.starts_at, one.ends_at) = (moved.start, moved.end);
                one.mode = moved.mode.unwrap_or(one.mode);
                one.held_until = held_until(tx, &a, &ctx).await?;
                put(tx, &a, &ctx, &mut one, moved.overbook).await?;
                saved(tx, &a, &ctx, one, (Step::Rescheduled, message.as_deref())).await
            })
        })
        .await
}

/// Changes what is written beside an appointment.
///
/// # Errors
/// 404; 400 naming the wrong field; 409 `appointment-over`; 412.
pub async fn note(
    app: &App,
    ctx: &Ctx,
    id: AppointmentId,
    expected: Expected,
    (place, patient, practitioner): (Patch<String>, Patch<String>, Patch<String>),
) -> Result<Appointment, Problem> {
    let only_staff = [
        ("location_note", &place),
        ("message_medecin", &practitioner),
    ];
    let refused = only_staff.iter().find(|(_, patch)| **patch != Patch::Keep);
    if let (true, Some((field, _))) = (policy::is_patient(ctx), refused) {
        return Err(Problem::invalid(*field, "staff-only"));
    }
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let mut one = held(tx, &ctx, id, expected).await?;
                if one.status.is_final() {
                    return Err(Problem::conflict("appointment-over"));
                }
                one.location_note = text(place.apply(one.location_note.take()), "location_note")?;
                let message = patient.apply(one.patient_message.take());
                one.patient_message = text(message, "message_patient")?;
                let message = practitioner.apply(one.practitioner_message.take());
                one.practitioner_message = text(message, "message_medecin")?;
                saved(tx, &a, &ctx, one, (Step::Changed, None)).await
            })
        })
        .await
}
