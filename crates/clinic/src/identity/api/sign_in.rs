use kernel::{Ctx, Id, Problem, ProblemKind, Role, TenantId, UserId};
use store::{Scope, StoreError, WriteTx};
use tokio::sync::Semaphore;

use crate::{
    App, audit,
    identity::{
        model::{NewSession, REFRESH_LASTS, RefreshRow, SESSION_LASTS, Tokens, UserRow},
        rules::{self, Claims},
        storage,
    },
};

/// Password checks at a time: each takes 19 MiB and tens of milliseconds.
static CHECKS: Semaphore = Semaphore::const_new(4);

/// The user with this name and password, and the tenant he starts in. Unknown
/// names, wrong passwords and inactive users look and last the same.
async fn check(
    app: &App,
    username: &str,
    password: &str,
) -> Result<(UserRow, TenantId, Role), Problem> {
    let found = {
        let mut tx = app.store.read(Scope::System).await?;
        storage::user_by_name(&mut tx, username).await?
    };
    let hash = found.as_ref().map(|user| user.password_hash.clone());
    let password = password.to_owned();
    let right = {
        let _turn = CHECKS.acquire().await.map_err(Problem::internal)?;
        let checking =
            tokio::task::spawn_blocking(move || rules::verify_password(&password, hash.as_deref()));
        checking.await.map_err(Problem::internal)?
    };
    let user = found
        .filter(|user| right && user.is_active)
        .ok_or_else(wrong)?;
    let mut tx = app.store.read(Scope::System).await?;
    let memberships = storage::memberships(&mut tx, user.id).await?;
    let (tenant, role) = memberships.first().copied().ok_or_else(wrong)?;
    Ok((user, tenant, role))
}

fn wrong() -> Problem {
    Problem::new(ProblemKind::BadCredentials)
}

/// Signs in a client of the API.
///
/// # Errors
/// 401 `bad-credentials`.
pub async fn issue_tokens(app: &App, username: &str, password: &str) -> Result<Tokens, Problem> {
    let (user, tenant, role) = check(app, username, password).await?;
    let access = access(app, &user, tenant, role)?;
    let refresh = app.rng.secret(32);
    let (hash, now) = (rules::fingerprint(&refresh), app.clock.now());
    let family = Id::<()>::new(&app.clock, &app.rng).uuid();
    let a = app.clone();
    app.store
        .write(tenant, move |tx| {
            Box::pin(async move {
                enter(tx, &a, tenant, &user).await?;
                let until = now.plus(REFRESH_LASTS);
                Ok::<_, Problem>(
                    storage::insert_refresh(tx, &hash, family, (user.id, tenant), until).await?,
                )
            })
        })
        .await?;
    Ok(Tokens { access, refresh })
}

/// Notes in the same transaction who came in, unless his password was reset
/// since it was checked.
async fn enter(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    user: &UserRow,
) -> Result<(), Problem> {
    if !storage::signed_in(tx, user, app.clock.now()).await? {
        return Err(wrong());
    }
    let ctx = Ctx::system(tenant, "identity");
    Ok(audit::api::record(tx, app, &ctx, "user.sign_in", "user", user.id.uuid(), None).await?)
}

fn access(app: &App, user: &UserRow, tenant: TenantId, role: Role) -> Result<String, Problem> {
    let jti = app.rng.secret(12);
    let claims = Claims::new(
        user.id,
        tenant,
        role,
        user.token_version,
        jti,
        app.clock.now(),
    );
    rules::sign(&claims, &app.settings.jwt_secret)
}

/// Exchanges a refresh token for a new pair. A second use of the same token is
/// taken as theft: its whole family ends.
///
/// # Errors
/// 401.
pub async fn rotate(app: &App, refresh: &str) -> Result<Tokens, Problem> {
    let denied = || Problem::new(ProblemKind::Unauthenticated);
    let next = app.rng.secret(32);
    let (old, new) = (rules::fingerprint(refresh), rules::fingerprint(&next));
    let now = app.clock.now();
    let rotated = app.store.write(Scope::System, move |tx| {
        Box::pin(async move {
            let Some(row) = storage::refresh(tx, &old).await? else {
                return Ok(None);
            };
            let alive = row.revoked_at.is_none() && row.used_at.is_none() && row.expires_at > now;
            let held = storage::hold_user(tx, row.user_id).await?;
            if !alive || !held || !storage::use_refresh(tx, &old, now).await? {
                storage::revoke_family(tx, row.family, now).await?;
                return Ok(None);
            }
            let owner = (row.user_id, row.current_tenant);
            storage::insert_refresh(tx, &new, row.family, owner, now.plus(REFRESH_LASTS)).await?;
            Ok::<_, StoreError>(Some(row))
        })
    });
    let row: RefreshRow = rotated.await?.ok_or_else(denied)?;
    let mut tx = app.store.read(Scope::System).await?;
    let user = storage::user(&mut tx, row.user_id)
        .await?
        .filter(|user| user.is_active)
        .ok_or_else(denied)?;
    let memberships = storage::memberships(&mut tx, user.id).await?;
    let member = memberships
        .iter()
        .find(|(tenant, _)| *tenant == row.current_tenant);
    let (tenant, role) = member.copied().ok_or_else(denied)?;
    Ok(Tokens {
        access: access(app, &user, tenant, role)?,
        refresh: next,
    })
}

/// Ends the family of a refresh token; an unknown one is ended already.
///
/// # Errors
/// The database's.
pub async fn log_out(app: &App, refresh: &str) -> Result<(), Problem> {
    let hash = rules::fingerprint(refresh);
    let now = app.clock.now();
    let write = app.store.write(Scope::System, move |tx| {
        Box::pin(async move {
            match storage::refresh(tx, &hash).await? {
                Some(row) => storage::revoke_family(tx, row.family, now).await,
                None => Ok(()),
            }
        })
    });
    Ok(write.await?)
}

/// Signs in a browser.
///
/// # Errors
/// 401 `bad-credentials`.
pub async fn open_session(
    app: &App,
    username: &str,
    password: &str,
) -> Result<NewSession, Problem> {
    let (user, tenant, _) = check(app, username, password).await?;
    let (cookie, csrf) = (app.rng.secret(32), app.rng.secret(32));
    let hash = rules::fingerprint(&cookie);
    let now = app.clock.now();
    let a = app.clone();
    app.store
        .write(tenant, move |tx| {
            Box::pin(async move {
                enter(tx, &a, tenant, &user).await?;
                let times = (now, now.plus(SESSION_LASTS));
                Ok::<_, Problem>(
                    storage::insert_session(tx, &hash, (&user, tenant), &csrf, times).await?,
                )
            })
        })
        .await?;
    Ok(NewSession {
        cookie,
        lasts: SESSION_LASTS,
    })
}

/// What ends.
#[derive(Debug)]
pub struct End(pub String);

/// Signs a browser out.
///
/// # Errors
/// The database's.
pub async fn close_session(app: &App, End(cookie): End) -> Result<(), Problem> {
    let hash = rules::fingerprint(&cookie);
    let write = app.store.write(Scope::System, move |tx| {
        Box::pin(async move { storage::delete_session(tx, &hash).await })
    });
    Ok(write.await?)
}

/// The signed-in user himself.
///
/// # Errors
/// 404 when he has gone meanwhile.
pub async fn me(app: &App, user: UserId) -> Result<UserRow, Problem> {
    let mut tx = app.store.read(Scope::System).await?;
    storage::user(&mut tx, user)
        .await?
        .ok_or_else(Problem::not_found)
}
