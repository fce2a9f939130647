//! Patients make their own accounts; everybody else is invited.

use kernel::{Ctx, Locale, Problem, Role, UserId};
use store::Scope;

use super::{accounts, input::Check};
use crate::{
    App,
    identity::{
        model::{NewUser, TenantInfo},
        rules,
        storage::{self, Member},
    },
};

/// What a patient says of himself.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The name he will sign in with.
    pub username: String,
    /// At least ten characters.
    pub password: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// E-mail.
    pub email: Option<String>,
    /// Phone as he writes it.
    pub phone: Option<String>,
    /// His language.
    pub locale: Locale,
}

/// The clinic whose guest somebody is who has not signed in: the one he names,
/// else the installation's default, else the only one.
///
/// # Errors
/// 404 for a clinic that is not there; 400 when he must name one.
pub async fn tenant_for_guests(app: &App, slug: Option<&str>) -> Result<TenantInfo, Problem> {
    let mut tx = app.store.read(Scope::System).await?;
    if let Some(slug) = slug.or(app.settings.default_tenant.as_deref()) {
        let found = storage::tenant_by_slug(&mut tx, slug).await?;
        return found.ok_or_else(Problem::not_found);
    }
    let mut all = storage::tenants(&mut tx).await?;
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => Ok(only),
        _ => Err(Problem::invalid("tenant", "required")),
    }
}

/// Who just made his account.
///
/// # Errors
/// 404 when he is not there.
pub async fn registered(app: &App, clinic: &TenantInfo, id: UserId) -> Result<Member, Problem> {
    let mut tx = app.store.read(clinic.id).await?;
    let member = storage::member(&mut tx, clinic.id, id).await?;
    member.ok_or_else(Problem::not_found)
}

/// Makes a patient's account. Whether an e-mail or a number is known already is not said.
///
/// # Errors
/// 400 naming every wrong field; 409 `username-taken`.
pub async fn register(
    app: &App,
    clinic: &TenantInfo,
    new: Registration,
) -> Result<UserId, Problem> {
    rules::check_password(&new.password)?;
    let mut check = Check::default();
    let user = NewUser {
        username: check.username(&new.username),
        password: new.password,
        first_name: check.name("first_name", &new.first_name),
        last_name: check.name("last_name", &new.last_name),
        role: Role::Patient,
        locale: new.locale,
        email: check.email(new.email),
        phone: check.phone(new.phone, clinic.country),
    };
    check.done()?;
    let hash = accounts::hash(app, user.password.clone()).await?;
    let (a, tenant) = (app.clone(), clinic.id);
    let made = app.store.write(tenant, move |tx| {
        Box::pin(async move {
            let ctx = Ctx::system(tenant, "registration");
            accounts::insert(tx, &a, &ctx, (&user, &hash, false), "user.register").await
        })
    });
    made.await.map_err(accounts::username_taken)
}
