use clinical_form::{Content, Context, Form};
use kernel::{Ctx, Expected, Problem, UserId};
use serde_json::{Map, Value as Json};
use store::{ReadTx, StoreError, WriteTx};

use super::save::{Step, keep, save, written};
use crate::{
    App,
    care::{
        model::{Administrative, Change, Encounter, EncounterId},
        policy, rules, storage,
    },
    identity,
    identity::api::TenantInfo,
};

/// What an input of this caller is read with.
pub(super) fn context<'a>(ctx: &Ctx, clinic: &TenantInfo, today: &'a str) -> Context<'a> {
    Context {
        writer: rules::writer(policy::role(ctx)),
        country: clinic.country,
        today,
    }
}

/// The content after an input, complete and checked.
pub(super) async fn applied(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    current: &Content,
    input: &Map<String, Json>,
) -> Result<Content, Problem> {
    let clinic = identity::api::tenant(tx, ctx.tenant).await?;
    let form = Form::fiche();
    let today = app.clock.now().day(&clinic.zone);
    let with = context(ctx, &clinic, &today);
    let content = form.apply(current, input, with).map_err(Problem::fields)?;
    // What an older form did not ask for is not asked for now.
    let before = form.missing(current);
    let missing = form.missing(&content).into_iter();
    let missing: Vec<_> = missing.filter(|error| !before.contains(error)).collect();
    match missing.is_empty() {
        true => Ok(content),
        false => Err(Problem::fields(missing)),
    }
}

/// Whether this person is a doctor of the clinic.
///
/// # Errors
/// 400 naming `medecin_id`.
pub(super) async fn practitioner(tx: &mut ReadTx, ctx: &Ctx, user: UserId) -> Result<(), Problem> {
    match identity::api::is_doctor(tx, ctx.tenant, user).await? {
        true => Ok(()),
        false => Err(Problem::invalid("medecin_id", "no-such-doctor")),
    }
}

/// Writes into a record that nobody has signed or refused. Nothing changes,
/// not even the version, when nothing is different.
///
/// # Errors
/// 404; 403 `record-restricted`; 409 `already-signed`, `already-rejected`; 412
/// when `expected` is not the version any more; 400 naming every wrong field.
pub async fn update(
    app: &App,
    ctx: &Ctx,
    id: EncounterId,
    expected: Expected,
    (admin, input): (Administrative, Map<String, Json>),
) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let current = policy::hold(tx, &a, &ctx, id).await?;
                expected.check(current.version)?;
                rules::may_edit(&current)?;
                let mut next = current.clone();
                next.content = applied(tx, &a, &ctx, &current.content, &input).await?;
                administer(tx, &ctx, &mut next, admin).await?;
                write_if_new(tx, &a, &ctx, &current, next).await
            })
        })
        .await
}

async fn write_if_new(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    current: &Encounter,
    next: Encounter,
) -> Result<(), Problem> {
    let same = next.content == current.content
        && next.remote == current.remote
        && next.assigned_to == current.assigned_to
        && next.signature == current.signature
        && next.rejection == current.rejection;
    if same {
        return Ok(());
    }
    let step = Step::new(Change::Edited, "encounter.update");
    save(tx, app, ctx, current, next, step).await.map(drop)
}

async fn administer(
    tx: &mut WriteTx,
    ctx: &Ctx,
    next: &mut Encounter,
    admin: Administrative,
) -> Result<(), Problem> {
    if admin.patient.is_some() || admin.user.is_some() {
        // Whose a record is was decided when it was entered.
        return Err(Problem::invalid("user", "read-only"));
    }
    let theirs =
        admin.assigned_to.is_some() || admin.signature.is_some() || admin.rejection.is_some();
    if theirs && policy::patient(ctx).is_some() {
        return Err(Problem::forbidden());
    }
    if let Some(Some(doctor)) = admin.assigned_to {
        practitioner(tx, ctx, doctor).await?;
    }
    next.assigned_to = admin.assigned_to.unwrap_or(next.assigned_to);
    next.remote = admin.remote.unwrap_or(next.remote);
    next.signature = admin.signature.unwrap_or(next.signature.take());
    next.rejection = admin.rejection.unwrap_or(next.rejection.take());
    Ok(())
}

/// Writes the doctor's conclusion, at least one of its fields.
///
/// # Errors
/// As [`update`]; 400 when nothing is said.
pub async fn conclude(
    app: &App,
    ctx: &Ctx,
    id: EncounterId,
    expected: Expected,
    input: Map<String, Json>,
) -> Result<(), Problem> {
    if input.is_empty() {
        return Err(Problem::invalid("diagnostic", "required"));
    }
    update(app, ctx, id, expected, (Administrative::default(), input)).await
}

/// Gives a record to a doctor.
///
/// # Errors
/// 404; 403 `record-restricted`; 400 for somebody who is no doctor here; 409
/// `already-signed`, `already-rejected`.
pub async fn assign(app: &App, ctx: &Ctx, id: EncounterId, doctor: UserId) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let current = policy::hold(tx, &a, &ctx, id).await?;
                rules::may_edit(&current)?;
                practitioner(tx, &ctx, doctor).await?;
                if current.assigned_to == Some(doctor) {
                    return Ok(());
                }
                let mut next = current.clone();
                next.assigned_to = Some(doctor);
                let step = Step::new(Change::Assigned, "encounter.assign");
                save(tx, &a, &ctx, &current, next, step).await.map(drop)
            })
        })
        .await
}

/// Takes back a record that nobody has signed. Its number stays taken and its
/// versions stay readable on the trail.
///
/// # Errors
/// 404; 403 `record-restricted`; 409 `already-signed`; 412 when `expected` is
/// not the version any more.
pub async fn delete(
    app: &App,
    ctx: &Ctx,
    id: EncounterId,
    expected: Expected,
) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let current = policy::hold(tx, &a, &ctx, id).await?;
                expected.check(current.version)?;
                rules::may_delete(&current)?;
                let mut gone = current.clone();
                gone.updated_at = a.clock.now();
                storage::delete(tx, ctx.tenant, &current, gone.updated_at)
                    .await
                    .map_err(StoreError::stale)?;
                storage::set_words(tx, ctx.tenant, id, &[]).await?;
                let step = Step::new(Change::Deleted, "encounter.delete");
                let content = written(&gone)?;
                let version = current.version + 1;
                keep(tx, &a, &ctx, &gone, version, &content, (step, Vec::new())).await
            })
        })
        .await
}
