//! What admins do with the people of their clinic.

use kernel::{Actor, Ctx, Expected, PageRequest, Problem, Role, UserId};
use store::{Scope, StoreError, WriteTx};

use super::profile::{AccountPatch, patched};
use crate::{
    App, audit,
    identity::storage::{self, Doctor, Member, MemberFilter},
};

/// What an admin changes of somebody.
#[derive(Debug, Clone, Default)]
pub struct MemberChange {
    /// Account and profile.
    pub account: AccountPatch,
    /// What he is in the clinic.
    pub role: Option<Role>,
    /// Whether he is a member.
    pub is_active: Option<bool>,
}

/// How much a role may do: nobody gives more than he has, or touches who has more.
const fn rank(role: Role) -> u8 {
    match role {
        Role::Patient => 0,
        Role::Practitioner | Role::Agent => 1,
        Role::Manager => 2,
        Role::Admin => 3,
        Role::SuperAdmin => 4,
    }
}

/// Whether somebody who acts as `actor` may make others `role`. A superadmin
/// is made on the command line only.
pub(super) fn check_grant(actor: &Actor, role: Role) -> Result<(), Problem> {
    let may = match actor {
        Actor::User(_, own) => role != Role::SuperAdmin && rank(role) <= rank(*own),
        Actor::Service(_) | Actor::System(_) => false,
    };
    if may {
        Ok(())
    } else {
        Err(Problem::forbidden().code("role-too-high"))
    }
}

fn check_rank(actor: &Actor, member: &Member) -> Result<(), Problem> {
    match actor {
        Actor::User(_, own) if rank(member.role) <= rank(*own) => Ok(()),
        _ => Err(Problem::forbidden().code("role-too-high")),
    }
}

/// The clinic's people, by name.
///
/// # Errors
/// The database's.
pub async fn members(
    app: &App,
    ctx: &Ctx,
    filter: &MemberFilter,
    page: PageRequest,
) -> Result<(i64, Vec<Member>), Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::members(&mut tx, ctx.tenant, filter, page).await?)
}

/// One of the clinic's people; an admin sees all, everybody himself.
///
/// # Errors
/// 404, also for those whom the caller may not see.
pub async fn member(app: &App, ctx: &Ctx, id: UserId) -> Result<Member, Problem> {
    let sees = match ctx.actor {
        Actor::User(user, role) => user == id || role.is_admin(),
        Actor::Service(_) | Actor::System(_) => false,
    };
    if !sees {
        return Err(Problem::not_found());
    }
    let mut tx = app.store.read(ctx).await?;
    let found = storage::member(&mut tx, ctx.tenant, id).await?;
    found.ok_or_else(Problem::not_found)
}

/// The clinic's active doctors, by name.
///
/// # Errors
/// The database's.
pub async fn doctors(
    app: &App,
    ctx: &Ctx,
    available: Option<bool>,
    specialty: &str,
) -> Result<Vec<Doctor>, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let mut doctors = storage::doctors(&mut tx, ctx.tenant).await?;
    let wanted = kernel::text::fold(specialty);
    doctors.retain(|doctor| {
        let theirs = kernel::text::fold(doctor.specialty.as_deref().unwrap_or_default());
        available.is_none_or(|available| available == doctor.is_available.unwrap_or(true))
            && theirs.contains(&wanted)
    });
    Ok(doctors)
}

/// One of them.
///
/// # Errors
/// 404.
pub async fn doctor(app: &App, ctx: &Ctx, id: UserId) -> Result<Doctor, Problem> {
    let doctors = doctors(app, ctx, None, "").await?;
    let found = doctors.into_iter().find(|doctor| doctor.id == id);
    found.ok_or_else(Problem::not_found)
}

/// Refuses what would reach into another clinic: an account that is known
/// there too is its owner's business.
pub(super) async fn only_ours(app: &App, ctx: &Ctx, id: UserId) -> Result<(), Problem> {
    let mut tx = app.store.read(Scope::System).await?;
    let clinics = storage::ever_member(&mut tx, id).await?;
    if clinics.iter().all(|tenant| *tenant == ctx.tenant) {
        Ok(())
    } else {
        Err(Problem::conflict("member-elsewhere"))
    }
}

/// Changes somebody. It takes effect at his next request.
///
/// # Errors
/// 404; 400 naming every wrong field; 403 `own-rights` and `role-too-high`; 409
/// `last-admin` and `member-elsewhere`; 412 when `expected` is not the version any more.
pub async fn change_member(
    app: &App,
    ctx: &Ctx,
    id: UserId,
    expected: Expected,
    change: MemberChange,
) -> Result<(), Problem> {
    let own = ctx.actor.user() == Some(id);
    if change.account.touches_account() && !own {
        // Whether the account is known here at all comes first.
        member(app, ctx, id).await?;
        only_ours(app, ctx, id).await?;
    }
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move { change_in(tx, &a, &ctx, id, expected, change).await })
        })
        .await
}

async fn change_in(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    id: UserId,
    expected: Expected,
    change: MemberChange,
) -> Result<(), Problem> {
    // Of two admins who shut each other out, the second finds that he is the last.
    storage::hold_tenant(tx, ctx.tenant).await?;
    let member = storage::member(tx, ctx.tenant, id).await?;
    let member = member.ok_or_else(Problem::not_found)?;
    check_rank(&ctx.actor, &member)?;
    expected.check(member.version)?;
    let rights = (
        change.role.unwrap_or(member.role),
        change.is_active.unwrap_or(member.member_active),
    );
    let new_rights = rights != (member.role, member.member_active);
    let own = ctx.actor.user() == Some(id);
    if new_rights && own {
        return Err(Problem::forbidden().code("own-rights"));
    }
    if rights.0 != member.role {
        check_grant(&ctx.actor, rights.0)?;
    }
    let clinic = storage::tenant(tx, ctx.tenant).await?;
    let now = app.clock.now();
    // The profile is checked against the role he gets.
    let member = Member {
        role: rights.0,
        ..member
    };
    let member = patched(
        member,
        change.account,
        &clinic,
        &now.day(&clinic.zone),
        !own,
    )?;
    let written = storage::update_member(tx, ctx.tenant, &member).await;
    written.map_err(StoreError::stale)?;
    let action = match (new_rights, rights.1) {
        (false, _) => "user.update",
        (true, true) => "user.set_rights",
        (true, false) => "user.deactivate",
    };
    if new_rights {
        set_rights(tx, app, ctx, id, rights).await?;
    }
    Ok(audit::api::record(tx, app, ctx, action, "user", id.uuid(), None).await?)
}

async fn set_rights(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    id: UserId,
    rights: (Role, bool),
) -> Result<(), Problem> {
    storage::set_membership(tx, ctx.tenant, id, rights).await?;
    if storage::admins(tx, ctx.tenant).await? == 0 {
        return Err(Problem::conflict("last-admin"));
    }
    // Tokens of limited powers were given for the role he had.
    storage::end_there(tx, id, ctx.tenant, app.clock.now()).await?;
    Ok(())
}

/// Ends somebody's membership; his account and all he did stay.
///
/// # Errors
/// As [`change_member`].
pub async fn deactivate(
    app: &App,
    ctx: &Ctx,
    id: UserId,
    expected: Expected,
) -> Result<(), Problem> {
    let change = MemberChange {
        is_active: Some(false),
        ..MemberChange::default()
    };
    change_member(app, ctx, id, expected, change).await
}

/// Whether an admin may hand somebody a link to a new password.
pub(super) async fn check_reset(app: &App, ctx: &Ctx, id: UserId) -> Result<(), Problem> {
    let member = member(app, ctx, id).await?;
    check_rank(&ctx.actor, &member)?;
    if !member.is_active() {
        return Err(Problem::conflict("not-active"));
    }
    only_ours(app, ctx, id).await
}
