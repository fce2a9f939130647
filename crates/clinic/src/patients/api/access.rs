//! Who may open a record. A restricted one opens for the people whom an
//! administrator named, administrators not included; others break the glass:
//! for an hour, with a reason, and every administrator is told.

use std::{collections::BTreeSet, time::Duration};

use kernel::{Actor, Ctx, FieldError, Id, Patch, Problem, TenantId, Timestamp, UserId};
use store::{ReadTx, StoreError, WriteTx};

use crate::{
    App, audit,
    audit::api::Event,
    identity,
    patients::{
        model::{Access, AccessPatch, AccessRow, Closed, PatientId, Summary},
        storage::access as storage,
    },
};

/// How long a broken glass lets somebody in.
const LASTS: Duration = Duration::from_secs(60 * 60);
/// Shortest reason: "urgence" alone says nothing to who reads it later.
const SHORTEST: usize = 10;
/// Longest reason.
const LONGEST: usize = 500;

/// The patient whose account this is.
///
/// # Errors
/// The database's.
pub async fn of_account(
    tx: &mut ReadTx,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<PatientId>, StoreError> {
    storage::of_account(tx, tenant, user).await
}

/// Whether the caller may see more of this patient than his name.
///
/// # Errors
/// 403 `record-restricted`, which names the patient in its field `patient_id`;
/// 404.
pub async fn may_open(tx: &mut ReadTx, app: &App, ctx: &Ctx, id: PatientId) -> Result<(), Problem> {
    let row = find(tx, ctx, id).await?;
    if !row.restricted || entitled(tx, app, ctx, row.id).await? {
        return Ok(());
    }
    let mut problem = Problem::forbidden().code("record-restricted");
    problem.errors = vec![FieldError::new("patient_id", "restricted").with("id", row.id)];
    Err(problem)
}

/// Whose messages no list of the clinic shows: those of restricted patients, and
/// of their numbers. Who may open the record reads them in the conversation.
///
/// # Errors
/// The database's.
pub async fn closed(tx: &mut ReadTx, tenant: TenantId) -> Result<Closed, StoreError> {
    let rows = storage::closed(tx, tenant).await?;
    Ok(Closed::of(rows))
}

/// Patients whose restricted record the caller may not open: nothing that he
/// does not know yet may lead him to their names.
pub(super) async fn hidden(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
) -> Result<BTreeSet<PatientId>, StoreError> {
    if matches!(ctx.actor, Actor::System(_)) {
        return Ok(BTreeSet::new());
    }
    let user = ctx.actor.user();
    let rows = storage::hidden(tx, ctx.tenant, user, app.clock.now()).await?;
    Ok(rows.into_iter().collect())
}

/// Those of these patients whose names the caller may be led to by their number.
///
/// # Errors
/// The database's.
pub async fn visible(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    mut found: Vec<Summary>,
) -> Result<Vec<Summary>, StoreError> {
    if found.is_empty() {
        return Ok(found);
    }
    let hidden = hidden(tx, app, ctx).await?;
    found.retain(|patient| !hidden.contains(&patient.id));
    Ok(found)
}

pub(super) async fn find(tx: &mut ReadTx, ctx: &Ctx, id: PatientId) -> Result<AccessRow, Problem> {
    storage::access(tx, ctx.tenant, id)
        .await?
        .ok_or_else(Problem::not_found)
}

async fn entitled(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    id: PatientId,
) -> Result<bool, StoreError> {
    match ctx.actor {
        Actor::User(user, _) => storage::entitled(tx, ctx.tenant, id, user, app.clock.now()).await,
        Actor::Service(_) => Ok(false),
        Actor::System(_) => Ok(true),
    }
}

/// The name of a patient whose record the caller may not open, and nothing more.
///
/// # Errors
/// 404.
pub async fn name(app: &App, ctx: &Ctx, id: PatientId) -> Result<String, Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(find(&mut tx, ctx, id).await?.full_name())
}

/// Lets the caller into a restricted record for an hour; answers until when.
///
/// # Errors
/// 404; 403 for a caller who is no person; 400 for a reason that is too short
/// or too long; 409 `not-restricted`.
pub async fn break_glass(
    app: &App,
    ctx: &Ctx,
    id: PatientId,
    reason: &str,
) -> Result<Timestamp, Problem> {
    let user = ctx.actor.user().ok_or_else(Problem::forbidden)?;
    let reason = checked(reason)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let row = find(tx, &ctx, id).await?;
                let id = row.id;
                if !row.restricted {
                    return Err(Problem::conflict("not-restricted"));
                }
                let now = a.clock.now();
                let until = now.plus(LASTS);
                let broken = storage::Broken {
                    reason: &reason,
                    until,
                };
                let fresh = Id::<()>::new(&a.clock, &a.rng).uuid();
                storage::grant(tx, ctx.tenant, fresh, (id, user), &broken, now).await?;
                let detail = serde_json::json!({"reason": reason, "until": until.to_string()});
                let event = about(id, "patient.break_glass", Some(detail.to_string()));
                audit::api::alert(tx, &a, &ctx, event);
                Ok(until)
            })
        })
        .await
}

pub(super) fn about(id: PatientId, action: &'static str, detail: Option<String>) -> Event {
    Event {
        action,
        object_type: "patient",
        object_id: id.uuid(),
        patient: Some(id.uuid()),
        detail,
    }
}

fn checked(reason: &str) -> Result<String, Problem> {
    let reason = reason.trim();
    let length = reason.chars().count();
    let (code, bound, limit) = match length {
        0 => return Err(Problem::invalid("reason", "required")),
        n if n < SHORTEST => ("too-short", "min", SHORTEST),
        n if n > LONGEST => ("too-long", "max", LONGEST),
        _ => return Ok(reason.to_owned()),
    };
    let error = FieldError::new("reason", code).with(bound, limit);
    Err(Problem::fields(vec![error]))
}

/// How a record is kept, for administrators.
///
/// # Errors
/// 404.
pub async fn access(app: &App, ctx: &Ctx, id: PatientId) -> Result<Access, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let row = find(&mut tx, ctx, id).await?;
    let id = row.id;
    let account = match row.user_id {
        Some(user) => storage::account(&mut tx, ctx.tenant, user).await?,
        None => None,
    };
    Ok(Access {
        name: row.full_name(),
        restricted: row.restricted,
        named: storage::named(&mut tx, ctx.tenant, id).await?,
        account,
        staff: identity::api::staff(&mut tx, ctx.tenant).await?,
    })
}

/// Changes how a record is kept.
///
/// # Errors
/// 404; 400 for somebody who does not work here or an account that is no
/// patient's; 409 `account-linked` for one that is another's.
pub async fn set_access(
    app: &App,
    ctx: &Ctx,
    id: PatientId,
    patch: AccessPatch,
) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    let set = app.store.write(&ctx, move |tx| {
        Box::pin(async move {
            let row = find(tx, &ctx, id).await?;
            let id = row.id;
            let restricted = patch.restricted.unwrap_or(row.restricted);
            let user = linked(tx, &ctx, row.user_id, &patch.username).await?;
            match storage::set_access(tx, ctx.tenant, id, restricted, user).await {
                Err(error) if error.is_unique_violation() => {
                    return Err(Problem::conflict("account-linked"));
                }
                other => other?,
            }
            if let Some(staff) = patch.staff {
                set_named(tx, &a, &ctx, id, staff).await?;
            }
            let detail = serde_json::json!({"restricted": restricted, "account": user.map(|id| id.to_string())});
            let event = about(id, "patient.access", Some(detail.to_string()));
            audit::api::record_event(tx, &a, &ctx, event);
            Ok(())
        })
    });
    set.await
}

async fn set_named(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    id: PatientId,
    named: Vec<UserId>,
) -> Result<(), Problem> {
    let staff = identity::api::staff(tx, ctx.tenant).await?;
    if named
        .iter()
        .any(|user| !staff.iter().any(|member| member.id == *user))
    {
        return Err(Problem::invalid("staff", "not-a-choice"));
    }
    let once: BTreeSet<UserId> = named.into_iter().collect();
    let fresh = || Id::<()>::new(&app.clock, &app.rng).uuid();
    let people = once.into_iter().map(|user| (fresh(), user));
    let people: Vec<_> = people.collect();
    Ok(storage::set_named(tx, ctx.tenant, id, people, app.clock.now()).await?)
}

async fn linked(
    tx: &mut WriteTx,
    ctx: &Ctx,
    current: Option<UserId>,
    username: &Patch<String>,
) -> Result<Option<UserId>, Problem> {
    let Patch::Set(name) = username else {
        return Ok(match username {
            Patch::Keep => current,
            _ => None,
        });
    };
    let account = storage::patient_account(tx, ctx.tenant, name).await?;
    match account {
        Some(account) => Ok(Some(account.id)),
        None => Err(Problem::invalid("username", "no-patient-account")),
    }
}
