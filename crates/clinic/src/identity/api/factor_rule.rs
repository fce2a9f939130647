use kernel::{Ctx, Problem, Role, UserId};

use super::{
    mails::{self, Changed},
    members,
};
use crate::{
    App, audit,
    identity::{
        model::{MemberFactor, Required},
        storage,
    },
};

/// Who of the clinic's staff has one.
///
/// # Errors
/// The database's.
pub async fn member_factors(app: &App, ctx: &Ctx) -> Result<Vec<MemberFactor>, Problem> {
    let mut tx = app.store.read(ctx.tenant).await?;
    Ok(storage::member_factors(&mut tx, ctx.tenant).await?)
}

/// Takes a member's lost second factor away and ends all he is signed in to.
///
/// # Errors
/// 403 for one's own, or a platform administrator's; 404 for no member, or one
/// without a second factor; 409 `member-elsewhere` for an account that guards
/// another clinic too.
pub async fn reset_factor(app: &App, ctx: &Ctx, member: UserId) -> Result<(), Problem> {
    if ctx.actor.user() == Some(member) {
        return Err(Problem::forbidden());
    }
    members::member(app, ctx, member).await?;
    members::only_ours(app, ctx, member).await?;
    let (a, ctx, now) = (app.clone(), *ctx, app.clock.now());
    app.store
        .write(ctx.tenant, move |tx| {
            Box::pin(async move {
                let role = storage::role_of(tx, ctx.tenant, member).await?;
                let role = role.ok_or_else(Problem::not_found)?;
                if role == Role::SuperAdmin {
                    return Err(Problem::forbidden());
                }
                if !storage::delete_factor(tx, member).await? {
                    return Err(Problem::not_found());
                }
                storage::end_all(tx, member, now).await?;
                mails::tell(tx, &a, &ctx, member, Changed::FactorOff).await?;
                let what = "user.second_factor_reset";
                Ok(audit::api::record(tx, &a, &ctx, what, "user", member.uuid(), None).await?)
            })
        })
        .await
}

/// Who must have one in the caller's clinic.
///
/// # Errors
/// The database's.
pub async fn required(app: &App, ctx: &Ctx) -> Result<Required, Problem> {
    let mut tx = app.store.read(ctx.tenant).await?;
    Ok(storage::required(&mut tx, ctx.tenant).await?)
}

/// Says who must have one. Who must and has none is signed out, and led to set
/// it up when he comes back.
///
/// # Errors
/// 409 `second-factor-first` for a caller who would lock himself out.
pub async fn require(app: &App, ctx: &Ctx, rule: Required) -> Result<(), Problem> {
    let caller = ctx.actor.user().ok_or_else(Problem::forbidden)?;
    let (a, ctx, now) = (app.clone(), *ctx, app.clock.now());
    app.store
        .write(ctx.tenant, move |tx| {
            Box::pin(async move {
                let members = storage::member_factors(tx, ctx.tenant).await?;
                let lacking = members
                    .into_iter()
                    .filter(|member| rule.of(member.role) && member.confirmed_at.is_none());
                for member in lacking {
                    if member.id == caller {
                        return Err(Problem::conflict("second-factor-first"));
                    }
                    storage::end_all(tx, member.id, now).await?;
                }
                storage::require(tx, ctx.tenant, rule).await?;
                let detail = Some(format!("{{\"required\":\"{rule}\"}}"));
                let (what, id) = ("tenant.second_factor", ctx.tenant.uuid());
                Ok(audit::api::record(tx, &a, &ctx, what, "tenant", id, detail).await?)
            })
        })
        .await
}
