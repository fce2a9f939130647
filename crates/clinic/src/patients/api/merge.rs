//! Two records of one person become one, and two again. Nothing is lost: the record
//! that goes into the other stays as it was and points to it; what moves is written
//! down. Merges of a clinic happen one after the other.

use std::collections::BTreeMap;

use kernel::{Ctx, Expected, FieldError, Id, Problem, ProblemKind, TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx};
use uuid::Uuid;

use super::{access::may_open, duplicates::file, pin::drop_pin};
use crate::{
    App, audit,
    audit::api::Event,
    patients::{
        model::{AccessRow, Choice, Merge, MergeRow, PatientId, PatientRow},
        rules::{
            Check,
            merging::{self, Changed},
        },
        storage::{
            self, access,
            merge::{self as merges, NewMerge, Part, PartKind},
        },
    },
};

/// Longest reason.
const LONGEST: usize = 500;

/// The record that stands for a patient: his own, or the one that his went into.
///
/// # Errors
/// The database's.
pub async fn kept(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<PatientId, StoreError> {
    Ok(merges::kept(tx, tenant, id).await?.unwrap_or(id))
}

/// Every record of a patient, the one that is kept first. Whoever reads what belongs
/// to a person reads it for all of them.
///
/// # Errors
/// The database's.
pub async fn group(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<Vec<PatientId>, StoreError> {
    let kept = kept(tx, tenant, id).await?;
    merges::group(tx, tenant, kept).await
}

/// Puts a record into another and answers the kept one. Again changes nothing.
///
/// # Errors
/// 404; 403 `record-restricted` unless the caller may open both; 400 for a record
/// that is not there, is the same, or for a strange choice; 409 `patient-merged`
/// when it is in another record, or the other one in it; 409 `two-accounts` when a
/// person signs in to each; 412 when one was changed since it was seen.
pub async fn merge(
    app: &App,
    ctx: &Ctx,
    id: PatientId,
    expected: Expected,
    wish: Merge,
) -> Result<PatientId, Problem> {
    merging::check(&wish.fields)?;
    let mut check = Check::default();
    let reason = check.text("reason", wish.reason.clone(), LONGEST);
    if !check.0.is_empty() {
        return Err(Problem::fields(check.0));
    }
    let (a, ctx) = (app.clone(), *ctx);
    let merged = app.store.write(&ctx, move |tx| {
        Box::pin(async move {
            merges::hold(tx, ctx.tenant, &[id, wish.into]).await?;
            let from = storage::patient(tx, ctx.tenant, id)
                .await?
                .ok_or_else(Problem::not_found)?;
            let kept = storage::merge_target(tx, ctx.tenant, wish.into)
                .await?
                .ok_or_else(|| Problem::invalid("into", "not-a-choice"))?;
            if wish.into == id {
                return Err(Problem::invalid("into", "same-record"));
            }
            may_open(tx, &a, &ctx, id).await?;
            may_open(tx, &a, &ctx, kept.id).await?;
            if from.merged_into == Some(kept.id) {
                return Ok(kept.id);
            }
            if let Some(elsewhere) = from.merged_into {
                return Err(in_another(Problem::conflict("patient-merged"), elsewhere));
            }
            if kept.id == id {
                return Err(in_another(Problem::conflict("patient-merged"), id));
            }
            expected.check(from.version)?;
            wish.into_expected.check(kept.version)?;
            let pair = Pair { from, kept };
            join(tx, &a, &ctx, &pair, reason.as_deref(), &wish.fields).await?;
            Ok(pair.kept.id)
        })
    });
    merged.await
}

pub(super) fn in_another(mut problem: Problem, kept: PatientId) -> Problem {
    problem.errors = vec![FieldError::new("patient_id", "exists").with("id", kept)];
    problem
}

struct Pair {
    from: PatientRow,
    kept: PatientRow,
}

async fn join(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    pair: &Pair,
    reason: Option<&str>,
    chosen: &BTreeMap<String, Choice>,
) -> Result<(), Problem> {
    let (tenant, now) = (ctx.tenant, app.clock.now());
    let (from, into) = (pair.from.id, pair.kept.id);
    let (its, ours) = (door(tx, tenant, from).await?, door(tx, tenant, into).await?);
    if its.user_id.is_some() && ours.user_id.is_some() {
        return Err(Problem::conflict("two-accounts"));
    }
    let (mut patient, changes) = merging::joined(&pair.kept, &pair.from, chosen);
    patient.updated_at = now;
    let (old_name, new_name) = (
        storage::search_name(&pair.kept),
        storage::search_name(&patient),
    );
    let line = NewMerge {
        id: Id::<()>::new(&app.clock, &app.rng).uuid(),
        from,
        into,
        reason,
        by: ctx.actor.user(),
        at: now,
        fields: serde_json::to_string(&changes).map_err(Problem::internal)?,
        former_name: (old_name != new_name).then_some(old_name),
        account: its.user_id,
        made_restricted: its.restricted && !ours.restricted,
    };
    let (merge, made_restricted) = (line.id, line.made_restricted);
    merges::insert(tx, tenant, line).await?;
    write(tx, tenant, &patient, &new_name).await?;
    file(tx, tenant, &patient).await?;
    move_numbers(tx, app, tenant, merge, (from, into)).await?;
    move_records(tx, tenant, merge, (from, into)).await?;
    if made_restricted {
        move_named(tx, app, tenant, merge, (from, into)).await?;
    }
    let restricted = its.restricted || ours.restricted;
    access::set_access(tx, tenant, from, its.restricted, None).await?;
    access::set_access(tx, tenant, into, restricted, its.user_id.or(ours.user_id)).await?;
    merges::point(tx, tenant, from, Some(into), now).await?;
    drop_pin(tx, tenant, from, Timestamp::from_micros(0)).await?;
    told(tx, app, ctx, "patient.merge", (from, into));
    Ok(())
}

/// Somebody may be changing the kept record at this moment.
async fn write(
    tx: &mut WriteTx,
    tenant: TenantId,
    patient: &PatientRow,
    name: &str,
) -> Result<(), Problem> {
    match storage::update(tx, tenant, patient, name).await {
        Err(StoreError::RowCount { .. }) => Err(Problem::new(ProblemKind::Stale)),
        other => Ok(other?),
    }
}

/// The record's own door, not that of the one it went into.
async fn door(tx: &mut ReadTx, tenant: TenantId, id: PatientId) -> Result<AccessRow, Problem> {
    access::own(tx, tenant, id)
        .await?
        .ok_or_else(Problem::not_found)
}

/// In the trail of both, so that each record's history says it.
fn told(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    action: &'static str,
    (from, into): (PatientId, PatientId),
) {
    let detail = serde_json::json!({"patient": from.to_string(), "kept": into.to_string()});
    for patient in [from, into] {
        let event = Event {
            action,
            object_type: "patient",
            object_id: patient.uuid(),
            patient: Some(patient.uuid()),
            detail: Some(detail.to_string()),
        };
        audit::api::record_event(tx, app, ctx, event);
    }
}

async fn move_numbers(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    merge: Uuid,
    (from, into): (PatientId, PatientId),
) -> Result<(), StoreError> {
    for link in merges::links(tx, tenant, from, into).await? {
        merges::insert_part(tx, tenant, merge, PartKind::Contact, &link).await?;
        merges::move_link(tx, tenant, (from, into), &link, app.clock.now()).await?;
    }
    Ok(())
}

async fn move_records(
    tx: &mut WriteTx,
    tenant: TenantId,
    merge: Uuid,
    (from, into): (PatientId, PatientId),
) -> Result<(), StoreError> {
    let group = merges::group(tx, tenant, from).await?;
    for record in group.into_iter().filter(|record| *record != from) {
        merges::insert_part(tx, tenant, merge, PartKind::Record, &whole(record.uuid())).await?;
    }
    merges::follow(tx, tenant, from, into).await
}

const fn whole(part_id: Uuid) -> Part {
    Part {
        part_id,
        was_primary: false,
        was_there: false,
    }
}

/// Who was named for the restricted record is named for the kept one, which was open.
async fn move_named(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    merge: Uuid,
    (from, into): (PatientId, PatientId),
) -> Result<(), StoreError> {
    let there = access::named(tx, tenant, into).await?;
    for user in access::named(tx, tenant, from).await? {
        if there.contains(&user) {
            continue;
        }
        merges::insert_part(tx, tenant, merge, PartKind::Named, &whole(user.uuid())).await?;
        let fresh = Id::<()>::new(&app.clock, &app.rng).uuid();
        access::name(tx, tenant, (fresh, into, user), app.clock.now()).await?;
    }
    Ok(())
}

/// Takes a record out of the one that it went into; each has again what it had,
/// except what somebody changed since. Again changes nothing.
///
/// # Errors
/// 404; 403 `record-restricted`; 409 `not-merged`; 409 `merged-further` when the
/// kept record went into a third one since, which must be undone first; 412.
pub async fn unmerge(
    app: &App,
    ctx: &Ctx,
    id: PatientId,
    expected: Expected,
) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    let parted = app.store.write(&ctx, move |tx| {
        Box::pin(async move {
            merges::hold(tx, ctx.tenant, &[id]).await?;
            let from = storage::patient(tx, ctx.tenant, id)
                .await?
                .ok_or_else(Problem::not_found)?;
            may_open(tx, &a, &ctx, id).await?;
            let Some(line) = merges::merge_of(tx, ctx.tenant, id).await? else {
                return match merges::ever_merged(tx, ctx.tenant, id).await? {
                    true => Ok(()),
                    false => Err(Problem::conflict("not-merged")),
                };
            };
            expected.check(from.version)?;
            if from.merged_into != Some(line.into_id) {
                return Err(in_another(
                    Problem::conflict("merged-further"),
                    line.into_id,
                ));
            }
            part(tx, &a, &ctx, &from, &line).await
        })
    });
    parted.await
}

async fn part(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    from: &PatientRow,
    line: &MergeRow,
) -> Result<(), Problem> {
    let (tenant, now) = (ctx.tenant, app.clock.now());
    let (id, into) = (from.id, line.into_id);
    merges::set_undone(tx, tenant, line.id, ctx.actor.user(), now).await?;
    let kept = storage::patient(tx, tenant, into)
        .await?
        .ok_or_else(Problem::not_found)?;
    let changes: BTreeMap<String, Changed> =
        serde_json::from_str(&line.fields).map_err(Problem::internal)?;
    let mut patient = merging::parted(&kept, &changes);
    patient.updated_at = now;
    let name = storage::search_name(&patient);
    write(tx, tenant, &patient, &name).await?;
    file(tx, tenant, &patient).await?;
    for link in merges::parts(tx, tenant, line.id, PartKind::Contact).await? {
        merges::return_link(tx, tenant, (id, into), &link, now).await?;
    }
    for record in merges::parts(tx, tenant, line.id, PartKind::Record).await? {
        merges::go_back(tx, tenant, record.part_id, (into, id)).await?;
    }
    for user in merges::parts(tx, tenant, line.id, PartKind::Named).await? {
        merges::unname(tx, tenant, into, user.part_id).await?;
    }
    return_door(tx, tenant, id, line).await?;
    merges::point(tx, tenant, id, None, now).await?;
    // Nobody knows to which of the two it was told while they were one.
    drop_pin(tx, tenant, into, line.merged_at).await?;
    told(tx, app, ctx, "patient.unmerge", (id, into));
    Ok(())
}

/// The kept record stays restricted when somebody was named for it meanwhile, and
/// keeps an account that an administrator gave it.
async fn return_door(
    tx: &mut WriteTx,
    tenant: TenantId,
    id: PatientId,
    line: &MergeRow,
) -> Result<(), Problem> {
    let (its, ours) = (
        door(tx, tenant, id).await?,
        door(tx, tenant, line.into_id).await?,
    );
    let named = access::named(tx, tenant, line.into_id).await?;
    let restricted = ours.restricted && !(line.made_restricted && named.is_empty());
    let account: Option<UserId> = line
        .account
        .filter(|account| ours.user_id == Some(*account));
    let ours_after = if account.is_some() {
        None
    } else {
        ours.user_id
    };
    access::set_access(tx, tenant, line.into_id, restricted, ours_after).await?;
    access::set_access(tx, tenant, id, its.restricted, account.or(its.user_id)).await?;
    Ok(())
}
