//! Who writes reminders, and whose somebody sees.

use kernel::{Actor, Ctx, Problem, Role};
use store::ReadTx;
use webkit::Policy;

use crate::patients::{self, api::PatientId};

/// Who writes reminders (`spec/feedback-reminders.md`).
pub(super) const WRITES: Policy = Policy::Roles(&[
    Role::Practitioner,
    Role::Agent,
    Role::Admin,
    Role::SuperAdmin,
]);

/// Whether the caller is a patient, who sees his own only.
pub(super) const fn is_patient(ctx: &Ctx) -> bool {
    matches!(ctx.actor, Actor::User(_, Role::Patient))
}

/// The patient whose reminders the caller sees, in the record that stands for him;
/// nobody for all of the clinic's. A patient without a record has none: then the outer
/// answer is nothing.
///
/// # Errors
/// 404 for a patient who asks for another one's.
pub(super) async fn whose(
    tx: &mut ReadTx,
    ctx: &Ctx,
    asked: Option<PatientId>,
) -> Result<Option<Option<PatientId>>, Problem> {
    let asked = match asked {
        Some(id) => Some(patients::api::kept(tx, ctx.tenant, id).await?),
        None => None,
    };
    let Actor::User(user, Role::Patient) = ctx.actor else {
        return Ok(Some(asked));
    };
    let own = patients::api::of_account(tx, ctx.tenant, user).await?;
    match (own, asked) {
        (None, None) => Ok(None),
        (Some(own), None) => Ok(Some(Some(own))),
        (Some(own), Some(asked)) if own == asked => Ok(Some(Some(own))),
        _ => Err(Problem::not_found()),
    }
}
