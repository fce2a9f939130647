//! Results of laboratories.

use std::collections::BTreeMap;

use kernel::{Ctx, Expected, PageRequest, Patch, Problem, TenantId};
use store::{ReadTx, StoreError, WriteTx};

use super::TOPIC;
use crate::{
    App, audit,
    audit::api::Event,
    care::{
        model::{
            Encounter, EncounterId, LabLine, NewObservation, Observation, ObservationId,
            ObservationPatch, Results, Series,
        },
        policy,
        rules::labs,
        storage::{self, Sees},
    },
    identity,
    patients::{self, api::PatientId},
};

/// The most results of a trend, the newest.
const MOST_POINTS: i64 = 500;

fn about(o: &Observation, action: &'static str) -> Event {
    Event {
        action,
        object_type: "observation",
        object_id: o.id.uuid(),
        patient: Some(o.patient_id.uuid()),
        detail: None,
    }
}

/// What the caller sees of what he asked for, newest first, with the count. Of
/// restricted patients only when he names the record or the patient and may
/// open it. The look is on the trail.
///
/// # Errors
/// 404 for a record or a patient who is not there; 403 `record-restricted`.
pub async fn observations(
    app: &App,
    ctx: &Ctx,
    wanted: &Results,
    page: PageRequest,
) -> Result<(i64, Vec<Observation>), Problem> {
    let closed = may_look(app, ctx, wanted).await?;
    let mut tx = app.store.read(ctx).await?;
    let mut wanted = wanted.clone();
    if let Some(patient) = wanted.patient {
        wanted.patient = Some(patients::api::kept(&mut tx, ctx.tenant, patient).await?);
    }
    let sees = policy::sees(ctx);
    Ok(storage::observations(&mut tx, ctx.tenant, sees, (&wanted, closed), page).await?)
}

/// Puts the look on the trail; answers whether restricted patients are shown.
async fn may_look(app: &App, ctx: &Ctx, wanted: &Results) -> Result<bool, Problem> {
    if let Some(encounter) = wanted.encounter {
        super::record(app, ctx, encounter).await?;
        return Ok(true);
    }
    if policy::patient(ctx).is_some() {
        return Ok(true);
    }
    if let Some(patient) = wanted.patient {
        look_at(app, ctx, patient).await?;
        return Ok(true);
    }
    audit::api::listed(app, ctx, "observation.list", "observation_list").await?;
    Ok(false)
}

async fn look_at(app: &App, ctx: &Ctx, patient: PatientId) -> Result<(), Problem> {
    {
        let mut tx = app.store.read(ctx).await?;
        patients::api::may_open(&mut tx, app, ctx, patient).await?;
    }
    let event = Event {
        action: "observation.history",
        object_type: "patient",
        object_id: patient.uuid(),
        patient: Some(patient.uuid()),
        detail: None,
    };
    audit::api::seen(app, ctx, event).await
}

/// One result; that staff looked is on record before it is answered.
///
/// # Errors
/// 404; 403 `record-restricted`.
pub async fn observation(app: &App, ctx: &Ctx, id: ObservationId) -> Result<Observation, Problem> {
    let found = {
        let mut tx = app.store.read(ctx).await?;
        let found = find(&mut tx, ctx, id).await?;
        policy::open(&mut tx, app, ctx, found.encounter_id).await?;
        found
    };
    audit::api::seen(app, ctx, about(&found, "observation.read")).await?;
    Ok(found)
}

async fn find(tx: &mut ReadTx, ctx: &Ctx, id: ObservationId) -> Result<Observation, Problem> {
    let found = storage::find_observation(tx, ctx.tenant, id).await?;
    found.ok_or_else(Problem::not_found)
}

/// Adds a result to a record.
///
/// # Errors
/// 404; 403 `record-restricted`; 400 naming every wrong field; 409
/// `already-signed` for who is neither doctor nor administrator.
pub async fn add_observation(
    app: &App,
    ctx: &Ctx,
    encounter: EncounterId,
    new: NewObservation,
) -> Result<Observation, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let record = policy::hold(tx, &a, &ctx, encounter).await?;
                labs::may_add(&ctx, &record)?;
                let mut o = made(&a, &ctx, &record, new);
                check(tx, &a, &ctx, &mut o, &record).await?;
                storage::insert_observation(tx, ctx.tenant, &o).await?;
                noted(tx, &a, &ctx, &o, "observation.create");
                find(tx, &ctx, o.id).await
            })
        })
        .await
}

fn made(app: &App, ctx: &Ctx, record: &Encounter, new: NewObservation) -> Observation {
    let now = app.clock.now();
    Observation {
        id: ObservationId::new(&app.clock, &app.rng),
        encounter_id: record.id,
        patient_id: record.patient_id,
        analysis: new.analysis,
        value: new.value,
        unit: new.unit,
        normal: new.normal,
        laboratory: new.laboratory,
        attachment_id: new.attachment,
        comment: new.comment,
        taken_on: new.taken_on,
        late: record.signed_version.is_some(),
        created_by: ctx.actor.user(),
        created_name: None,
        created_at: now,
        updated_at: now,
        version: 1,
        sex: None,
    }
}

async fn check(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    o: &mut Observation,
    record: &Encounter,
) -> Result<(), Problem> {
    let clinic = identity::api::tenant(tx, ctx.tenant).await?;
    let today = app.clock.now().day(&clinic.zone);
    labs::check_result(o, &record.content, &today)?;
    if let Some(paper) = o.attachment_id {
        let file = storage::find_attachment(tx, ctx.tenant, paper).await?;
        if file.is_none_or(|file| file.encounter_id != record.id) {
            return Err(Problem::invalid("fichier", "no-such-file"));
        }
    }
    Ok(())
}

fn noted(tx: &mut WriteTx, app: &App, ctx: &Ctx, o: &Observation, action: &'static str) {
    audit::api::record_event(tx, app, ctx, about(o, action));
    tx.emit(TOPIC, o.encounter_id.uuid());
}

/// Changes a result of a record that nobody has signed.
///
/// # Errors
/// 404; 403 also for another's result; 409 `already-signed`; 412 when
/// `expected` is not the version any more; 400 naming every wrong field.
pub async fn change_observation(
    app: &App,
    ctx: &Ctx,
    id: ObservationId,
    expected: Expected,
    patch: ObservationPatch,
) -> Result<Observation, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let (current, record) = held(tx, &a, &ctx, id, expected).await?;
                let mut next = patched(current, patch);
                next.updated_at = a.clock.now();
                check(tx, &a, &ctx, &mut next, &record).await?;
                let updated = storage::update_observation(tx, ctx.tenant, &next).await;
                updated.map_err(StoreError::stale)?;
                noted(tx, &a, &ctx, &next, "observation.update");
                find(tx, &ctx, id).await
            })
        })
        .await
}

/// The result under its record's lock, when the caller may change it.
async fn held(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    id: ObservationId,
    expected: Expected,
) -> Result<(Observation, Encounter), Problem> {
    let of = find(tx, ctx, id).await?.encounter_id;
    let record = policy::hold(tx, app, ctx, of).await?;
    let current = find(tx, ctx, id).await?;
    labs::may_change(ctx, &record, current.created_by)?;
    expected.check(current.version)?;
    Ok((current, record))
}

fn patched(o: Observation, patch: ObservationPatch) -> Observation {
    let text = |patch: Patch<String>, old: String| patch.apply(Some(old)).unwrap_or_default();
    Observation {
        analysis: text(patch.analysis, o.analysis),
        value: text(patch.value, o.value),
        taken_on: text(patch.taken_on, o.taken_on),
        unit: patch.unit.apply(o.unit),
        normal: patch.normal.apply(o.normal),
        laboratory: patch.laboratory.apply(o.laboratory),
        attachment_id: patch.attachment.apply(o.attachment_id),
        comment: patch.comment.apply(o.comment),
        ..o
    }
}

/// Takes a result away from a record that nobody has signed.
///
/// # Errors
/// 404; 403 also for another's result; 409 `already-signed`; 412 when
/// `expected` is not the version any more.
pub async fn drop_observation(
    app: &App,
    ctx: &Ctx,
    id: ObservationId,
    expected: Expected,
) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let (current, _) = held(tx, &a, &ctx, id, expected).await?;
                let deleted = storage::delete_observation(tx, ctx.tenant, &current).await;
                deleted.map_err(StoreError::stale)?;
                noted(tx, &a, &ctx, &current, "observation.delete");
                Ok(())
            })
        })
        .await
}

/// A patient's results of one analysis, however it was written, oldest first:
/// a series for each unit, the one with the newest result first. A patient sees
/// his own.
///
/// # Errors
/// 400 when staff name no patient; 404; 403 `record-restricted`.
pub async fn trend(
    app: &App,
    ctx: &Ctx,
    patient: Option<PatientId>,
    analysis: &str,
) -> Result<Vec<Series>, Problem> {
    if patient.is_none() && policy::patient(ctx).is_none() {
        return Err(Problem::invalid("patient", "required"));
    }
    if kernel::text::fold(analysis).is_empty() {
        return Err(Problem::invalid("type_analyse", "required"));
    }
    let wanted = Results {
        patient,
        analysis: Some(analysis.to_owned()),
        ..Results::default()
    };
    let page = PageRequest {
        page: 1,
        size: MOST_POINTS,
    };
    let (_, newest) = observations(app, ctx, &wanted, page).await?;
    Ok(series(newest))
}

/// By unit; `results` has the newest first.
fn series(results: Vec<Observation>) -> Vec<Series> {
    let mut places = BTreeMap::new();
    let mut all: Vec<Series> = Vec::new();
    for result in results {
        let place = *places.entry(result.unit_key()).or_insert(all.len());
        if place == all.len() {
            all.push(Series {
                analysis: result.analysis.clone(),
                unit: result.unit.clone(),
                points: Vec::new(),
            });
        }
        all[place].points.push(result);
    }
    for series in &mut all {
        series.points.reverse();
    }
    all
}

/// What a document of this record prints: once it is signed, what lay before the
/// doctor; newest first.
///
/// # Errors
/// The database's.
pub(super) async fn printed(
    tx: &mut ReadTx,
    tenant: TenantId,
    record: &Encounter,
) -> Result<Vec<LabLine>, Problem> {
    let wanted = Results {
        encounter: Some(record.id),
        ..Results::default()
    };
    let page = PageRequest {
        page: 1,
        size: MOST_POINTS,
    };
    let asked = (&wanted, true);
    let (_, mut found) = storage::observations(tx, tenant, Sees::All, asked, page).await?;
    found.retain(|o| record.signed_version.is_none() || !o.late);
    let line = |o: Observation| LabLine {
        flag: o.flag().map(|flag| flag.to_string()),
        test: o.analysis,
        value: o.value,
        unit: o.unit,
        range: o.normal,
        taken_on: o.taken_on,
    };
    Ok(found.into_iter().map(line).collect())
}
