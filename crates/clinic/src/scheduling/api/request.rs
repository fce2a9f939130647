//! Asking for an appointment.

use agenda::{Mode, Series, Span};
use kernel::{Ctx, FieldError, Problem, ProblemKind, Timestamp, UserId, Zone};
use store::{ReadTx, WriteTx};
use uuid::Uuid;

use super::{
    hours::doctor,
    online::held_until,
    save::{entered, no_room, placed, recorded, shown},
};
use crate::{
    App, care,
    care::api::EncounterId,
    identity,
    patients::{self, api::PatientId},
    scheduling::{
        model::{Appointment, AppointmentId, Step},
        policy,
        rules::{LONGEST_TEXT, PATIENT_OPEN, Wish, visit, words},
        storage,
    },
};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct NewAppointment {
    /// For whom; a patient asks for himself.
    pub patient: Option<PatientId>,
    /// With whom; any doctor may take it when nobody is named.
    pub practitioner: Option<UserId>,
    /// The record it belongs to.
    pub encounter: Option<EncounterId>,
    /// How the patient comes.
    pub mode: Mode,
    /// From here.
    pub start: Timestamp,
    /// Up to here.
    pub end: Timestamp,
    /// Where to come, or how to call; staff only.
    pub location_note: Option<String>,
    /// What the patient writes.
    pub patient_message: Option<String>,
    /// What the doctor writes; staff only.
    pub practitioner_message: Option<String>,
    /// Why it may stand above what the slot takes, or while the doctor is away; staff only.
    pub overbook: Option<String>,
    /// So many appointments, one every so many weeks: `(every, count)`.
    pub series: Option<(u8, u8)>,
}

/// Asks for an appointment, or for a series of them: all or none, and the first
/// is answered. With a doctor named each keeps its place for fifteen minutes.
///
/// # Errors
/// 400 naming every wrong field; 404 for a patient who is not there; 409
/// `slot-full`, `doctor-away`, and for patients `slot-not-offered`,
/// `no-patient-record` and `too-many-open-appointments`.
pub async fn request(app: &App, ctx: &Ctx, new: NewAppointment) -> Result<Appointment, Problem> {
    let new = checked(app, ctx, new)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let all = inserted(tx, &a, &ctx, &new).await?;
                let step = (Step::Requested, new.overbook.as_deref());
                let (first, others) = all.split_first().ok_or_else(Problem::not_found)?;
                entered(tx, &a, &ctx, first, step).await?;
                // One message is enough: it leads to the list of them.
                for one in others {
                    recorded(tx, &a, &ctx, one, step).await?;
                }
                shown(tx, &a, &ctx, first.id).await
            })
        })
        .await
}

/// Writes the appointment or the whole series, pending.
pub(super) async fn inserted(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    new: &NewAppointment,
) -> Result<Vec<Appointment>, Problem> {
    let patient = whose(tx, ctx, new.patient).await?;
    not_too_many(tx, app, ctx).await?;
    belongs(tx, ctx, new, patient).await?;
    if let Some(named) = new.practitioner {
        doctor(tx, ctx, named).await?;
    }
    let zone = identity::api::tenant(tx, ctx.tenant).await?.zone;
    let spans = spans(app, new, &zone)?;
    let id = || AppointmentId::new(&app.clock, &app.rng).uuid();
    let series = new.series.is_some().then(id);
    let mut all = Vec::with_capacity(spans.len());
    for span in spans {
        let one = one(tx, app, ctx, new, (patient, span, series)).await;
        let one = one.map_err(|problem| match series {
            Some(_) => on_day(problem, span, &zone),
            None => problem,
        });
        all.push(one?);
    }
    Ok(all)
}

/// Names the day of a series that cannot be.
fn on_day(mut problem: Problem, span: Span, zone: &Zone) -> Problem {
    if problem.kind == ProblemKind::Conflict {
        let day = span.start().day_month_year(zone);
        let fault = FieldError::new("series", "series-day").with("day", day);
        problem.errors.push(fault);
    }
    problem
}

pub(super) fn checked(
    app: &App,
    ctx: &Ctx,
    mut new: NewAppointment,
) -> Result<NewAppointment, Problem> {
    visit(
        (new.start, new.end),
        ("requested_start", "requested_end"),
        app.clock.now(),
    )?;
    if policy::is_patient(ctx) {
        let theirs = [
            ("patient", new.patient.is_some()),
            ("location_note", new.location_note.is_some()),
            ("message_medecin", new.practitioner_message.is_some()),
            ("overbook_reason", new.overbook.is_some()),
            ("series", new.series.is_some()),
        ];
        let theirs = theirs.into_iter().filter(|(_, given)| *given);
        let faults: Vec<_> = theirs
            .map(|(field, _)| FieldError::new(field, "staff-only"))
            .collect();
        if !faults.is_empty() {
            return Err(Problem::fields(faults));
        }
    }
    let texts = [
        (&mut new.location_note, "location_note"),
        (&mut new.patient_message, "message_patient"),
        (&mut new.practitioner_message, "message_medecin"),
        (&mut new.overbook, "overbook_reason"),
    ];
    for (text, field) in texts {
        let kept = words(text.take(), field, LONGEST_TEXT);
        *text = kept.map_err(|fault| Problem::fields(vec![fault]))?;
    }
    Ok(new)
}

/// For whom something is asked: a patient for himself, staff for whom they name.
///
/// # Errors
/// 400 naming `patient`; 409 `no-patient-record`.
pub(super) async fn whose(
    tx: &mut ReadTx,
    ctx: &Ctx,
    named: Option<PatientId>,
) -> Result<PatientId, Problem> {
    if let (true, Some(user)) = (policy::is_patient(ctx), ctx.actor.user()) {
        let own = patients::api::of_account(tx, ctx.tenant, user).await?;
        return own.ok_or_else(|| Problem::conflict("no-patient-record"));
    }
    let named = named.ok_or_else(|| Problem::invalid("patient", "required"))?;
    let kept = patients::api::kept(tx, ctx.tenant, named).await?;
    let known = patients::api::summary(tx, ctx.tenant, kept).await?;
    known
        .map(|known| known.id)
        .ok_or_else(|| Problem::invalid("patient", "no-such-patient"))
}

/// A patient who asks for himself leaves some of the calendar to others.
async fn not_too_many(tx: &mut WriteTx, app: &App, ctx: &Ctx) -> Result<(), Problem> {
    let user = ctx.actor.user().filter(|_| policy::is_patient(ctx));
    let Some(user) = user else {
        return Ok(());
    };
    storage::take_turn(tx, ctx.tenant, user).await?;
    let own = storage::own_to_come(tx, ctx.tenant, user, app.clock.now()).await?;
    match own >= PATIENT_OPEN {
        true => Err(Problem::conflict("too-many-open-appointments")),
        false => Ok(()),
    }
}

/// The record is this patient's.
async fn belongs(
    tx: &mut ReadTx,
    ctx: &Ctx,
    new: &NewAppointment,
    patient: PatientId,
) -> Result<(), Problem> {
    let Some(encounter) = new.encounter else {
        return Ok(());
    };
    match care::api::patient_of(tx, ctx.tenant, encounter).await? == Some(patient) {
        true => Ok(()),
        false => Err(Problem::invalid("fiche", "another-patient")),
    }
}

/// The time of each.
fn spans(app: &App, new: &NewAppointment, zone: &Zone) -> Result<Vec<Span>, Problem> {
    let ends = (new.start, new.end);
    let fields = ("requested_start", "requested_end");
    let first = visit(ends, fields, app.clock.now())?;
    let Some((every, count)) = new.series else {
        return Ok(vec![first]);
    };
    let series =
        Series::new(every, count).map_err(|_| Problem::invalid("series", "series-too-long"))?;
    Ok(series.spans(first, zone).collect())
}

pub(super) async fn one(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    new: &NewAppointment,
    (patient, span, series): (PatientId, Span, Option<Uuid>),
) -> Result<Appointment, Problem> {
    let capacity = match (new.practitioner, &new.overbook) {
        (Some(practitioner), None) => {
            let wish = Wish {
                practitioner,
                span,
                mode: new.mode,
                except: None,
                offered_only: policy::is_patient(ctx),
            };
            placed(tx, app, ctx, &wish).await?
        }
        (Some(practitioner), Some(_)) => {
            storage::hold_calendar(tx, ctx.tenant, practitioner).await?;
            1
        }
        (None, _) => 1,
    };
    let (id, now) = (AppointmentId::new(&app.clock, &app.rng), app.clock.now());
    let until = held_until(tx, app, ctx).await?;
    let made = Appointment {
        practitioner_id: new.practitioner,
        encounter_id: new.encounter,
        capacity,
        overbooked: new.overbook.clone(),
        location_note: new.location_note.clone(),
        patient_message: new.patient_message.clone(),
        practitioner_message: new.practitioner_message.clone(),
        series_id: series,
        created_by: ctx.actor.user(),
        ..Appointment::wished(id, patient, (span, new.mode), (now, until))
    };
    let inserted = storage::insert_appointment(tx, ctx.tenant, &made).await;
    inserted.map_err(no_room)?;
    Ok(made)
}
