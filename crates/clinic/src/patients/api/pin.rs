//! The PIN with which a patient opens what messages to a phone that others read do not
//! tell: four digits, told once.
//!
//! Four digits can be guessed: behind each link few may be tried, and over all links ten
//! wrong ones close it until the clinic or the patient himself gives a new one. Of records
//! that went into one, only the kept one's PIN counts.

use kernel::{Ctx, Problem, Redacted, Role, TenantId, Timestamp};
use store::{ReadTx, StoreError, WriteTx};

use super::{
    access::{about, may_open, of_account},
    merge::kept,
};
use crate::{
    App, audit, identity,
    patients::{
        model::{NewPin, PatientId, Pin, TriedPin},
        storage::{merge as merges, pin as storage},
    },
};

/// Wrong ones that close a PIN: one guess in a thousand is right by then.
const TRIES: i64 = 10;
/// Digits of a PIN.
const DIGITS: usize = 4;

/// What a PIN serves for.
fn what(tenant: TenantId, patient: PatientId) -> String {
    format!("pin|{tenant}|{patient}")
}

/// Gives a patient a PIN in the former one's place, which opens nothing any more. It is on
/// the trail that one was given, never which.
///
/// # Errors
/// 404, also for a patient who asks for another; 403 `record-restricted`, and for a
/// caller who is no person.
pub async fn give_pin(app: &App, ctx: &Ctx, patient: PatientId) -> Result<NewPin, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                // Nobody merges the record meanwhile.
                merges::hold(tx, ctx.tenant, &[patient]).await?;
                may_give(tx, &a, &ctx, patient).await?;
                let patient = kept(tx, ctx.tenant, patient).await?;
                let pin = Redacted(format!("{:04}", a.rng.below(10_000)));
                let hash = identity::api::lasting_code(&a, &what(ctx.tenant, patient), &pin);
                let set_at = a.clock.now();
                let given = (hash.as_str(), set_at, ctx.actor.user());
                storage::set_pin(tx, ctx.tenant, patient, given).await?;
                let event = about(patient, "patient.pin", None);
                audit::api::record_event(tx, &a, &ctx, event);
                Ok(NewPin { pin, set_at })
            })
        })
        .await
}

/// Staff to whoever's record they may open, a patient to himself.
async fn may_give(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    patient: PatientId,
) -> Result<(), Problem> {
    let kernel::Actor::User(user, role) = ctx.actor else {
        return Err(Problem::forbidden());
    };
    if role != Role::Patient {
        return may_open(tx, app, ctx, patient).await;
    }
    let own = of_account(tx, ctx.tenant, user).await?;
    match own == Some(kept(tx, ctx.tenant, patient).await?) {
        true => Ok(()),
        false => Err(Problem::not_found()),
    }
}

/// How a patient's PIN stands, if he has one.
///
/// # Errors
/// The database's.
pub async fn has_pin(
    tx: &mut ReadTx,
    tenant: TenantId,
    patient: PatientId,
) -> Result<Option<Pin>, StoreError> {
    let patient = kept(tx, tenant, patient).await?;
    let row = storage::pin(tx, tenant, patient).await?;
    Ok(row.map(|row| Pin {
        set_at: row.set_at,
        closed: row.wrong >= TRIES,
    }))
}

/// What somebody typed as a PIN, without blanks.
///
/// # Errors
/// 400 naming `pin` when it is not four digits.
pub fn typed_pin(typed: &str) -> Result<Redacted<String>, Problem> {
    let pin: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let right = pin.len() == DIGITS && pin.bytes().all(|byte| byte.is_ascii_digit());
    right
        .then_some(Redacted(pin))
        .ok_or_else(|| Problem::invalid("pin", "not-a-pin"))
}

/// Tries a PIN. It is counted before it is compared, so the transaction must commit.
///
/// # Errors
/// The database's.
pub async fn try_pin(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    patient: PatientId,
    pin: &Redacted<String>,
) -> Result<TriedPin, StoreError> {
    let patient = kept(tx, tenant, patient).await?;
    let counted = storage::try_pin(tx, tenant, patient, TRIES).await?;
    let Some(row) = storage::pin(tx, tenant, patient).await? else {
        return Ok(TriedPin::None);
    };
    if !counted {
        return Ok(TriedPin::Closed);
    }
    if !identity::api::is_lasting_code(app, &what(tenant, patient), pin, &row.pin) {
        return Ok(TriedPin::Wrong);
    }
    storage::right_pin(tx, tenant, patient).await?;
    Ok(TriedPin::Right)
}

/// Takes a record's PIN away that was given then or later: who has it may be another.
pub(super) async fn drop_pin(
    tx: &mut WriteTx,
    tenant: TenantId,
    patient: PatientId,
    since: Timestamp,
) -> Result<(), StoreError> {
    storage::drop_pin(tx, tenant, patient, since).await
}
