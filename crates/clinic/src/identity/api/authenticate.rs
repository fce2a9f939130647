use kernel::{Actor, Ctx, Problem, Role, TenantId, UserId};
use store::{ReadTx, Scope};
use webkit::{Authenticator, BoxFuture, Credentials, Principal, Via};

use super::{programs, sessions};
use crate::{
    App,
    identity::{model::UserRow, rules, storage},
};

/// Recognises callers by session cookie or access token.
#[derive(Debug, Clone)]
pub struct SessionsAndTokens(pub App);

impl Authenticator for SessionsAndTokens {
    fn authenticate<'a>(
        &'a self,
        credentials: Credentials,
        tenant_hint: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Option<Principal>, Problem>> {
        Box::pin(async move {
            match credentials {
                Credentials::Bearer(token) if programs::is_programs(&token) => {
                    programs::by_program(&self.0, &token, tenant_hint).await
                }
                Credentials::Bearer(token) => by_token(&self.0, &token, tenant_hint).await,
                Credentials::Session(cookie) => by_cookie(&self.0, &cookie, tenant_hint).await,
            }
        })
    }
}

/// Whether an access token opens anything now.
///
/// # Errors
/// The database's.
pub async fn verify_access(app: &App, token: &str) -> Result<bool, Problem> {
    Ok(by_token(app, token, None).await?.is_some())
}

async fn by_token(
    app: &App,
    token: &str,
    hint: Option<&str>,
) -> Result<Option<Principal>, Problem> {
    let Some(claims) = rules::verify(token, &app.settings, app.clock.now()) else {
        return Ok(None);
    };
    let mut tx = app.store.read(Scope::System).await?;
    let user = storage::user(&mut tx, UserId::from_uuid(claims.sub)).await?;
    let Some(user) = user else {
        return Ok(None);
    };
    // Ending the family ends its access tokens too, not only the next refresh; a new
    // password ends every family but the one that set it.
    let now = app.clock.now();
    let Some(last_used) = storage::sign_in_open(&mut tx, claims.fam, now).await? else {
        return Ok(None);
    };
    let tenant = TenantId::from_uuid(claims.current_tenant);
    let found = principal(&mut tx, user, tenant, hint, Via::Bearer, String::new()).await?;
    drop(tx);
    sessions::used(app, claims.fam, last_used).await;
    Ok(found)
}

async fn by_cookie(
    app: &App,
    cookie: &str,
    hint: Option<&str>,
) -> Result<Option<Principal>, Problem> {
    let mut tx = app.store.read(Scope::System).await?;
    let session = storage::session(&mut tx, &rules::fingerprint(cookie)).await?;
    let Some(session) = session.filter(|session| session.expires_at > app.clock.now()) else {
        return Ok(None);
    };
    let Some(user) = storage::user(&mut tx, session.user_id).await? else {
        return Ok(None);
    };
    let (tenant, csrf) = (session.current_tenant, session.csrf);
    let found = principal(&mut tx, user, tenant, hint, Via::Session, csrf).await?;
    drop(tx);
    sessions::used(app, session.sign_in, session.last_used_at).await;
    Ok(found)
}

/// The caller in the tenant he asks for, as his membership stands now.
pub(super) async fn principal(
    tx: &mut ReadTx,
    user: UserRow,
    current: TenantId,
    hint: Option<&str>,
    via: Via,
    csrf: String,
) -> Result<Option<Principal>, Problem> {
    if !user.is_active {
        return Ok(None);
    }
    let wanted = match hint {
        None => current,
        Some(slug) => {
            storage::tenant_by_slug(tx, slug)
                .await?
                .ok_or_else(Problem::not_found)?
                .id
        }
    };
    let memberships = storage::memberships(tx, user.id).await?;
    let Some(role) = role_in(&memberships, wanted) else {
        // Another clinic's existence is nobody's business.
        return if hint.is_some() {
            Err(Problem::not_found())
        } else {
            Ok(None)
        };
    };
    let tenant = storage::tenant(tx, wanted).await?;
    Ok(Some(Principal {
        ctx: Ctx {
            tenant: wanted,
            actor: Actor::User(user.id, role),
            locale: user.locale,
        },
        display_name: format!("{} {}", user.first_name, user.last_name),
        username: user.username,
        tenant_slug: tenant.slug,
        tenant_name: tenant.name,
        zone: tenant.zone,
        has_others: memberships.len() > 1,
        via,
        csrf,
        scopes: None,
    }))
}

fn role_in(memberships: &[(TenantId, Role)], tenant: TenantId) -> Option<Role> {
    let found = memberships
        .iter()
        .find(|(member_of, _)| *member_of == tenant);
    found.map(|(_, role)| *role)
}
