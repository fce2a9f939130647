//! A reminder as it will be stored: what was there, with what is written about it.

use kernel::{Ctx, FieldError, Patch, Phone, Problem, ProblemKind, Timestamp};
use store::WriteTx;

use crate::{
    App,
    outreach::{
        model::{Draft, Reminder, ReminderPatch},
        rules::Times,
    },
    patients::{self, api::PatientId},
};

/// What is to be stored.
///
/// # Errors
/// 400 with every wrong field; 403 `record-restricted`.
pub(super) async fn drafted(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    current: Option<&Reminder>,
    patch: ReminderPatch,
) -> Result<Draft, Problem> {
    let required = |field| Problem::invalid(field, "required");
    let now = app.clock.now();
    let times = times(current, &patch, now).ok_or_else(|| required("scheduled_time"))?;
    let patient = patch.patient.apply(current.map(|one| one.patient_id));
    let patient = known(tx, app, ctx, patient.ok_or_else(|| required("patient_id"))?).await?;
    let mut faults = Vec::new();
    let expires_at = expiry(current, &times, now).unwrap_or_else(|wrong| {
        faults.extend(wrong);
        times.expiry()
    });
    let phone = patch.phone.apply(current.map(|one| one.phone.clone()));
    let agreed = patch.phone_override || current.is_some_and(|one| is_agreed(one, patient, &phone));
    let phone = number(tx, ctx, patient, (phone, agreed)).await?;
    let phone = phone.map_err(|fault| faults.push(fault));
    let (Ok(phone), true) = (phone, faults.is_empty()) else {
        return Err(Problem::fields(faults));
    };
    let text = |of: fn(&Reminder) -> &String| current.map(|one| of(one).clone());
    let list = |of: fn(&Reminder) -> &Option<String>| current.and_then(|one| of(one).clone());
    let name = patch.patient_name.apply(text(|one| &one.patient_name));
    let reason = patch.appointment_reason;
    let reason = reason.apply(text(|one| &one.appointment_reason));
    let language = patch.language.apply(current.map(|one| one.language));
    let method = patch.method.apply(current.map(|one| one.method));
    let (drugs, visits) = (patch.medication_list, patch.consultation_list);
    Ok(Draft {
        patient,
        phone,
        patient_name: match name {
            Some(name) => name,
            None => own_name(tx, ctx, patient).await?,
        },
        appointment_reason: reason.ok_or_else(|| required("appointment_reason"))?,
        medication_list: drugs.apply(list(|one| &one.medication_list)),
        consultation_list: visits.apply(list(|one| &one.consultation_list)),
        language: language.ok_or_else(|| required("language"))?,
        method: method.ok_or_else(|| required("method"))?,
        scheduled_at: times.scheduled_at,
        appointment_at: times.appointment_at,
        expires_at,
    })
}

/// The number it goes to: the patient's first one when none is named. Another one than
/// his has to be agreed to.
async fn number(
    tx: &mut WriteTx,
    ctx: &Ctx,
    patient: PatientId,
    (phone, agreed): (Option<Phone>, bool),
) -> Result<Result<Phone, FieldError>, Problem> {
    let wrong = |code| FieldError::new("phone_number", code);
    let own = patients::api::phones(tx, ctx.tenant, patient).await?;
    Ok(match phone {
        None => own.into_iter().next().ok_or_else(|| wrong("required")),
        Some(phone) if agreed || own.contains(&phone) => Ok(phone),
        Some(_) => Err(wrong("not-the-patients")),
    })
}

/// Whether this number was agreed to for this patient before.
fn is_agreed(one: &Reminder, patient: PatientId, phone: &Option<Phone>) -> bool {
    one.patient_id == patient && Some(&one.phone) == phone.as_ref()
}

async fn own_name(tx: &mut WriteTx, ctx: &Ctx, patient: PatientId) -> Result<String, Problem> {
    let summary = patients::api::summary(tx, ctx.tenant, patient).await?;
    Ok(summary.ok_or_else(Problem::not_found)?.full_name())
}

/// When it has lost its use; the times of one that waits already are not judged again
/// when nobody touches them.
fn expiry(
    current: Option<&Reminder>,
    times: &Times,
    now: Timestamp,
) -> Result<Timestamp, Vec<FieldError>> {
    match current.filter(|one| one.armed && is_same(one, times)) {
        Some(one) => Ok(one.expires_at),
        None => times.check(now),
    }
}

/// The record that stands for a patient, if the caller may open it.
async fn known(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    patient: PatientId,
) -> Result<PatientId, Problem> {
    match patients::api::may_open(tx, app, ctx, patient).await {
        Err(problem) if problem.kind == ProblemKind::NotFound => {
            Err(Problem::invalid("patient_id", "no-such-patient"))
        }
        Err(problem) => Err(problem),
        Ok(()) => Ok(patients::api::kept(tx, ctx.tenant, patient).await?),
    }
}

/// The times that result; nothing without the one at which it goes. A reminder that is
/// armed anew without another time than one that is over goes at once, and its use ends
/// as if it had been written now.
fn times(current: Option<&Reminder>, patch: &ReminderPatch, now: Timestamp) -> Option<Times> {
    let scheduled_at = patch
        .scheduled_at
        .apply(current.map(|one| one.scheduled_at));
    let appointment_at = patch
        .appointment_at
        .apply(current.and_then(|one| one.appointment_at));
    let mut times = Times {
        scheduled_at: scheduled_at?,
        appointment_at,
        expires_at: match patch.expires_at {
            Patch::Set(at) => Some(at),
            Patch::Clear => None,
            Patch::Keep => current.and_then(said_expiry),
        },
    };
    let again = current.filter(|one| !one.armed && one.scheduled_at == times.scheduled_at);
    if again.is_some() && times.scheduled_at <= now {
        times.scheduled_at = now;
        let stays = |at: &Timestamp| *at > now || matches!(patch.expires_at, Patch::Set(_));
        times.expires_at = times.expires_at.filter(stays);
    }
    Some(times)
}

/// When it loses its use, where somebody said so.
fn said_expiry(one: &Reminder) -> Option<Timestamp> {
    let unsaid = Times {
        scheduled_at: one.scheduled_at,
        appointment_at: one.appointment_at,
        expires_at: None,
    };
    Some(one.expires_at).filter(|at| *at != unsaid.expiry())
}

fn is_same(one: &Reminder, times: &Times) -> bool {
    one.scheduled_at == times.scheduled_at
        && one.appointment_at == times.appointment_at
        && one.expires_at == times.expiry()
}
