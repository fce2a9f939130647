//! Who may see a record: the second question of every request, after the route's.

use kernel::{Actor, Ctx, Problem, Role, UserId};
use store::{ReadTx, WriteTx};

use super::{
    model::{Encounter, EncounterId, Status},
    storage::{self, Sees},
};
use crate::{App, patients};

/// Whose records the caller sees (`spec/agent-medical.md`, Roles). Reception and
/// site managers see what they entered themselves.
pub(super) const fn sees(ctx: &Ctx) -> Sees {
    match ctx.actor {
        Actor::User(user, Role::Patient) => Sees::Own(user),
        Actor::User(user, Role::Practitioner) => Sees::Doctor(user),
        Actor::User(user, Role::Agent | Role::Manager) => Sees::Entered(user),
        Actor::User(_, Role::Admin | Role::SuperAdmin) | Actor::Service(_) | Actor::System(_) => {
            Sees::All
        }
    }
}

/// The caller, when he is a patient.
pub(super) const fn patient(ctx: &Ctx) -> Option<UserId> {
    match ctx.actor {
        Actor::User(user, Role::Patient) => Some(user),
        _ => None,
    }
}

/// The role of a caller who is a person.
pub(super) const fn role(ctx: &Ctx) -> Option<Role> {
    match ctx.actor {
        Actor::User(_, role) => Some(role),
        _ => None,
    }
}

fn shows(sees: Sees, record: &Encounter) -> bool {
    let waiting = matches!(
        record.status,
        Status::InAnalysis | Status::Analysed | Status::AnalysisFailed
    );
    match sees {
        Sees::All => true,
        Sees::Own(user) => record.patient_user == Some(user),
        Sees::Entered(user) => record.created_by == Some(user),
        Sees::Doctor(user) => {
            record.assigned_to == Some(user)
                || record.validated_by == Some(user)
                || (record.assigned_to.is_none() && waiting)
        }
    }
}

/// The record, as it is, for a caller who may see it.
///
/// # Errors
/// 404, also for what the caller may not know of; 403 `record-restricted`.
pub(super) async fn open(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    id: EncounterId,
) -> Result<Encounter, Problem> {
    let record = storage::find(tx, ctx.tenant, id).await?;
    let record = record
        .filter(|record| shows(sees(ctx), record))
        .ok_or_else(Problem::not_found)?;
    if patient(ctx).is_none() {
        patients::api::may_open(tx, app, ctx, record.patient_id).await?;
    }
    Ok(record)
}

/// The same for a change: whoever else changes the record waits his turn, so
/// that only a caller who named a version is told that he was too late.
///
/// # Errors
/// As [`open`].
pub(super) async fn hold(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    id: EncounterId,
) -> Result<Encounter, Problem> {
    storage::hold(tx, ctx.tenant, id).await?;
    open(tx, app, ctx, id).await
}
