//! Which record belongs to the account that a patient made. People decide: whoever
//! signs in to the account reads the record.

use std::collections::BTreeSet;

use kernel::{Ctx, PageRequest, Phone, Problem, UserId};
use store::{ReadTx, StoreError};

use super::{
    access::{about, find, hidden, may_open},
    duplicates::alike,
};
use crate::{
    App, audit,
    patients::{
        model::{Account, PatientId, Unlinked, WaitingAccount},
        rules::resemblance::Traits,
        storage::{access, accounts as storage},
    },
};

/// Whether a record of the clinic is the caller's own.
///
/// # Errors
/// The database's.
pub async fn is_linked(app: &App, ctx: &Ctx) -> Result<bool, Problem> {
    let Some(user) = ctx.actor.user() else {
        return Ok(false);
    };
    let mut tx = app.store.read(ctx).await?;
    Ok(access::of_account(&mut tx, ctx.tenant, user)
        .await?
        .is_some())
}

/// How many accounts wait for their record.
///
/// # Errors
/// The database's.
pub async fn count_unlinked(app: &App, ctx: &Ctx) -> Result<i64, Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::count_waiting(&mut tx, ctx.tenant).await?)
}

/// Accounts that wait for their record, the oldest first, with the records that may
/// be their owners'. The look is on the audit trail.
///
/// # Errors
/// The database's.
pub async fn unlinked(
    app: &App,
    ctx: &Ctx,
    page: PageRequest,
) -> Result<(i64, Vec<Unlinked>), Problem> {
    audit::api::listed(app, ctx, "patient.accounts", "patient_list").await?;
    let mut tx = app.store.read(ctx).await?;
    let count = storage::count_waiting(&mut tx, ctx.tenant).await?;
    let hidden = hidden(&mut tx, app, ctx).await?;
    let mut found = Vec::new();
    for account in storage::waiting(&mut tx, ctx.tenant, page).await? {
        found.push(suggest(&mut tx, ctx, &hidden, account).await?);
    }
    Ok((count, found))
}

/// One of them.
///
/// # Errors
/// 404 when it does not wait (any more).
pub async fn unlinked_one(app: &App, ctx: &Ctx, user: UserId) -> Result<Unlinked, Problem> {
    audit::api::listed(app, ctx, "patient.accounts", "patient_list").await?;
    let mut tx = app.store.read(ctx).await?;
    let account = storage::waiting_one(&mut tx, ctx.tenant, user).await?;
    let account = account.ok_or_else(Problem::not_found)?;
    let hidden = hidden(&mut tx, app, ctx).await?;
    Ok(suggest(&mut tx, ctx, &hidden, account).await?)
}

/// Records alike in name, birth date and number. A number counts only when it is
/// known to be his: anybody can type another's.
async fn suggest(
    tx: &mut ReadTx,
    ctx: &Ctx,
    hidden: &BTreeSet<PatientId>,
    account: WaitingAccount,
) -> Result<Unlinked, StoreError> {
    let name = (account.first_name.as_str(), account.last_name.as_str());
    let traits = Traits::new(name, account.birth_date.as_deref(), None);
    let known = account.phone.as_ref().filter(|_| account.phone_known);
    let phones: Vec<Phone> = known.cloned().into_iter().collect();
    let mut suggested = alike(tx, ctx.tenant, (&traits, None), &phones).await?;
    suggested.retain(|it| !hidden.contains(&it.record.patient.id));
    let mut free = Vec::new();
    for duplicate in suggested {
        let row = access::access(tx, ctx.tenant, duplicate.record.patient.id).await?;
        if row.is_some_and(|row| row.user_id.is_none()) {
            free.push(duplicate);
        }
    }
    Ok(Unlinked {
        account,
        suggested: free,
    })
}

/// The account that a record belongs to, for who may open the record.
///
/// # Errors
/// 404; 403 `record-restricted`.
pub async fn linked_account(
    app: &App,
    ctx: &Ctx,
    id: PatientId,
) -> Result<Option<Account>, Problem> {
    let mut tx = app.store.read(ctx).await?;
    may_open(&mut tx, app, ctx, id).await?;
    match find(&mut tx, ctx, id).await?.user_id {
        Some(user) => Ok(access::account(&mut tx, ctx.tenant, user).await?),
        None => Ok(None),
    }
}

/// Makes a record the own one of a patient's account. The same again changes nothing.
///
/// # Errors
/// 404; 403 `record-restricted`; 400 for an account that is no patient's here;
/// 409 `record-has-account`, or `account-linked` to another record.
pub async fn link_account(
    app: &App,
    ctx: &Ctx,
    id: PatientId,
    user: UserId,
) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                may_open(tx, &a, &ctx, id).await?;
                let row = find(tx, &ctx, id).await?;
                if row.user_id == Some(user) {
                    return Ok(());
                }
                if storage::waiting_one(tx, ctx.tenant, user).await?.is_none() {
                    return Err(no_such(tx, &ctx, user).await?);
                }
                match storage::link(tx, ctx.tenant, (row.id, user)).await {
                    Ok(true) => {}
                    Ok(false) => return Err(Problem::conflict("record-has-account")),
                    // Somebody linked it to another record at this moment.
                    Err(error) if error.is_unique_violation() => {
                        return Err(Problem::conflict("account-linked"));
                    }
                    Err(error) => return Err(error.into()),
                }
                let detail = serde_json::json!({"account": user.to_string()});
                let event = about(row.id, "patient.link_account", Some(detail.to_string()));
                audit::api::record_event(tx, &a, &ctx, event);
                Ok(())
            })
        })
        .await
}

/// Why an account does not wait.
async fn no_such(tx: &mut ReadTx, ctx: &Ctx, user: UserId) -> Result<Problem, StoreError> {
    let elsewhere = access::of_account(tx, ctx.tenant, user).await?;
    Ok(match elsewhere {
        Some(_) => Problem::conflict("account-linked"),
        None => Problem::invalid("user_id", "no-patient-account"),
    })
}

/// Takes a record's account from it; the account waits again. Without one nothing changes.
///
/// # Errors
/// 404; 403 `record-restricted`.
pub async fn unlink_account(app: &App, ctx: &Ctx, id: PatientId) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                may_open(tx, &a, &ctx, id).await?;
                let row = find(tx, &ctx, id).await?;
                if !storage::unlink(tx, ctx.tenant, row.id).await? {
                    return Ok(());
                }
                let account = row.user_id.map(|user| user.to_string());
                let detail = serde_json::json!({"account": account});
                let event = about(row.id, "patient.unlink_account", Some(detail.to_string()));
                audit::api::record_event(tx, &a, &ctx, event);
                Ok(())
            })
        })
        .await
}
