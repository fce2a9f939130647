use kernel::{Ctx, Problem, Role, TenantId, UserId};
use store::{ReadTx, Scope, StoreError, TxFuture, WriteTx};
use tokio::sync::Semaphore;

use super::{
    input::Check,
    mails::{self, Changed},
};
use crate::{
    App, audit,
    identity::{
        model::{NewTenant, NewUser, StaffMember, TenantInfo},
        rules, storage,
    },
};

/// Hashes made at a time: each takes 19 MiB and tens of milliseconds, and anybody may ask for one.
static HASHES: Semaphore = Semaphore::const_new(4);

/// Hashes off the async threads.
pub(super) async fn hash(app: &App, password: String) -> Result<String, Problem> {
    let _turn = HASHES.acquire().await.map_err(Problem::internal)?;
    let mut salt = [0; 16];
    app.rng.fill(&mut salt);
    let hashing = tokio::task::spawn_blocking(move || rules::hash_password(&password, &salt));
    hashing.await.map_err(Problem::internal)?
}

/// Checks off the async threads.
pub(super) async fn verify(password: String, hash: String) -> Result<bool, Problem> {
    let _turn = HASHES.acquire().await.map_err(Problem::internal)?;
    let checking =
        tokio::task::spawn_blocking(move || rules::verify_password(&password, Some(&hash)));
    checking.await.map_err(Problem::internal)
}

/// Makes a clinic.
///
/// # Errors
/// 400 for a slug of other characters; 409 `tenant-exists`.
pub async fn create_tenant(app: &App, new: NewTenant) -> Result<TenantId, Problem> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if new.slug.is_empty() || new.slug.len() > 50 || !new.slug.chars().all(plain) {
        return Err(Problem::invalid("slug", "malformed"));
    }
    let id = TenantId::new(&app.clock, &app.rng);
    let now = app.clock.now();
    let made = app.store.write(Scope::System, move |tx| {
        Box::pin(async move { storage::insert_tenant(tx, id, &new, now).await })
    });
    match made.await {
        Ok(()) => Ok(id),
        Err(error) if error.is_unique_violation() => Err(Problem::conflict("tenant-exists")),
        Err(error) => Err(error.into()),
    }
}

/// Makes somebody who can sign in to this clinic.
///
/// # Errors
/// 400 for an empty name or a short password; 409 `username-taken`.
pub async fn create_user(app: &App, tenant: TenantId, new: NewUser) -> Result<UserId, Problem> {
    rules::check_password(&new.password)?;
    let mut check = Check::default();
    let new = NewUser {
        username: check.username(&new.username),
        ..new
    };
    check.done()?;
    let hash = hash(app, new.password.clone()).await?;
    let a = app.clone();
    let made = app.store.write(tenant, move |tx| {
        Box::pin(async move {
            let ctx = Ctx::system(tenant, "identity");
            insert(tx, &a, &ctx, (&new, &hash, true), "user.create").await
        })
    });
    made.await.map_err(username_taken)
}

/// Writes account, membership and trail. The last of the three says whether
/// the clinic vouches for the phone.
pub(super) async fn insert(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    new: (&NewUser, &str, bool),
    action: &'static str,
) -> Result<UserId, StoreError> {
    let id = UserId::new(&app.clock, &app.rng);
    storage::insert_user(tx, ctx.tenant, id, new, app.clock.now()).await?;
    audit::api::record(tx, app, ctx, action, "user", id.uuid(), None).await?;
    Ok(id)
}

pub(super) fn username_taken(error: StoreError) -> Problem {
    if error.is_unique_violation() {
        Problem::conflict("username-taken")
    } else {
        error.into()
    }
}

/// Gives somebody a new password and ends everything he was signed in to.
///
/// # Errors
/// 404 for an unknown name; 400 for a short password.
pub async fn reset_password(app: &App, username: &str, password: &str) -> Result<(), Problem> {
    rules::check_password(password)?;
    let user = {
        let mut tx = app.store.read(Scope::System).await?;
        storage::user_by_name(&mut tx, username)
            .await?
            .ok_or_else(Problem::not_found)?
    };
    let memberships = {
        let mut tx = app.store.read(Scope::System).await?;
        storage::memberships(&mut tx, user.id).await?
    };
    let hash = hash(app, password.to_owned()).await?;
    let (a, now) = (app.clone(), app.clock.now());
    // The trail belongs to a clinic; somebody without one leaves none.
    let tenant = memberships.first().map(|(tenant, _)| *tenant);
    let set = app
        .store
        .write(tenant.map_or(Scope::System, Scope::Tenant), move |tx| {
            Box::pin(async move {
                storage::set_password(tx, user.id, &hash, now).await?;
                let Some(tenant) = tenant else { return Ok(()) };
                let ctx = Ctx::system(tenant, "identity");
                mails::tell(tx, &a, &ctx, user.id, Changed::Password).await?;
                audit::api::record(
                    tx,
                    &a,
                    &ctx,
                    "user.reset_password",
                    "user",
                    user.id.uuid(),
                    None,
                )
                .await
            })
        });
    let set: Result<(), StoreError> = set.await;
    Ok(set?)
}

/// A clinic by its id.
///
/// # Errors
/// The database's.
pub async fn tenant(tx: &mut ReadTx, id: TenantId) -> Result<TenantInfo, StoreError> {
    storage::tenant(tx, id).await
}

/// A clinic by its name in addresses.
///
/// # Errors
/// The database's.
pub async fn tenant_by_slug(tx: &mut ReadTx, slug: &str) -> Result<Option<TenantInfo>, StoreError> {
    storage::tenant_by_slug(tx, slug).await
}

/// Every clinic, oldest first.
///
/// # Errors
/// The database's.
pub async fn tenants(tx: &mut ReadTx) -> Result<Vec<TenantInfo>, StoreError> {
    storage::tenants(tx).await
}

/// Changes something in each clinic, one transaction after the other; answers how many
/// rows of all of them.
///
/// # Errors
/// The database's; clinics before the one that failed are done.
pub async fn in_each_clinic<F>(app: &App, change: F) -> Result<u64, Problem>
where
    F: for<'t> Fn(&'t mut WriteTx, TenantId) -> TxFuture<'t, u64, StoreError>
        + Copy
        + Send
        + 'static,
{
    let tenants = {
        let mut tx = app.store.read(Scope::System).await?;
        tenants(&mut tx).await?
    };
    let mut changed = 0;
    for tenant in tenants {
        changed += app
            .store
            .write(tenant.id, move |tx| change(tx, tenant.id))
            .await?;
    }
    Ok(changed)
}

/// Everybody who works for a clinic.
///
/// # Errors
/// The database's.
pub async fn staff(tx: &mut ReadTx, tenant: TenantId) -> Result<Vec<StaffMember>, StoreError> {
    let rows = storage::staff(tx, tenant).await?;
    let member = |row: crate::identity::model::StaffRow| StaffMember {
        id: row.id,
        name: format!("{} {}", row.first_name, row.last_name),
        role: row.role,
    };
    Ok(rows.into_iter().map(member).collect())
}

/// Whether this is an active doctor of the clinic.
///
/// # Errors
/// The database's.
pub async fn is_doctor(
    tx: &mut ReadTx,
    tenant: TenantId,
    user: UserId,
) -> Result<bool, StoreError> {
    storage::is_doctor(tx, tenant, user).await
}

/// The name of somebody who works for a clinic.
///
/// # Errors
/// The database's.
pub async fn staff_name(
    tx: &mut ReadTx,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<String>, StoreError> {
    let row = storage::staff_member(tx, tenant, user).await?;
    Ok(row.map(|row| format!("{} {}", row.first_name, row.last_name)))
}

/// Whether this account is a patient's of the clinic.
///
/// # Errors
/// The database's.
pub async fn is_patient(
    tx: &mut ReadTx,
    tenant: TenantId,
    user: UserId,
) -> Result<bool, StoreError> {
    let role = storage::role_of(tx, tenant, user).await?;
    Ok(role == Some(Role::Patient))
}

/// Removes sessions and tokens that expired; answers how many.
///
/// # Errors
/// The database's.
pub async fn sweep(app: &App) -> Result<u64, Problem> {
    let now = app.clock.now();
    let swept = app.store.write(Scope::System, move |tx| {
        Box::pin(async move { storage::sweep(tx, now).await })
    });
    Ok(swept.await?)
}
