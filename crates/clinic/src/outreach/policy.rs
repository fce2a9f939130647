//! Who writes reminders and broadcasts, who sends to many, and whose reminders somebody sees.

use kernel::{Actor, Ctx, Problem, Role};
use store::ReadTx;
use webkit::Policy;

use crate::patients::{self, api::PatientId};

/// Who writes reminders (`spec/feedback-reminders.md`), and drafts of broadcasts.
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

/// Who sends one text to many: it costs the clinic's money and its good name.
pub(super) const SENDS: Policy = Policy::ADMIN;

/// Whether this caller may send one text to many. What a program may do stands in its
/// scopes.
pub(super) const fn may_send_to_many(ctx: &Ctx) -> bool {
    match ctx.actor {
        Actor::User(_, role) => role.is_admin(),
        Actor::Service(_) | Actor::System(_) => true,
    }
}
