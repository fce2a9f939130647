use kernel::{Actor, Ctx, Id, Problem, ProblemKind, Redacted, Role, TenantId, Timestamp, UserId};
use store::{ReadTx, Scope, StoreError, WriteTx};
use tokio::sync::Semaphore;

use super::{failures, second_factor};
use crate::{
    App, audit,
    identity::{
        model::{
            ACCESS_LASTS, Login, NewSession, NewSignIn, Origin, REFRESH_GRACE, REFRESH_LASTS,
            RefreshRow, SESSION_LASTS, SignInKind, Tokens, UserRow,
        },
        rules::{self, Claims, TenantClaim},
        storage,
    },
};

/// Password checks at a time: each takes 19 MiB and tens of milliseconds.
static CHECKS: Semaphore = Semaphore::const_new(4);

/// Somebody who proved who he is, and the tenant he starts in.
pub(super) struct Proven {
    pub(super) user: UserRow,
    pub(super) tenant: TenantId,
}

/// The account of this user name, or the only active one of this e-mail.
pub(super) async fn find(tx: &mut ReadTx, name: &str) -> Result<Option<UserRow>, StoreError> {
    match storage::user_by_name(tx, name).await? {
        None if name.contains('@') => storage::user_by_email(tx, name).await,
        found => Ok(found),
    }
}

/// Whether this is the password. An account that is not there takes as long.
pub(super) async fn is_password(
    password: &Redacted<String>,
    hash: Option<String>,
) -> Result<bool, Problem> {
    let password = password.clone();
    let _turn = CHECKS.acquire().await.map_err(Problem::internal)?;
    let checking =
        tokio::task::spawn_blocking(move || rules::verify_password(&password, hash.as_deref()));
    checking.await.map_err(Problem::internal)
}

/// Who this is, after name and password and before any second factor. Unknown
/// names, wrong passwords and inactive users look and last the same.
async fn check(app: &App, login: &Login) -> Result<Proven, Problem> {
    let found = {
        let mut tx = app.store.read(Scope::System).await?;
        find(&mut tx, &login.name).await?
    };
    let hash = found.as_ref().map(|user| user.password_hash.clone());
    let right = is_password(&login.password, hash).await?;
    let user = found.filter(|_| right).ok_or_else(wrong)?;
    let proven = proven(app, user).await?;
    match second_factor::demand(app, &proven.user).await? {
        None => Ok(proven),
        Some(problem) => Err(problem),
    }
}

/// An active member of some clinic.
pub(super) async fn proven(app: &App, user: UserRow) -> Result<Proven, Problem> {
    if !user.is_active {
        return Err(wrong());
    }
    let mut tx = app.store.read(Scope::System).await?;
    let memberships = storage::memberships(&mut tx, user.id).await?;
    let (tenant, _) = memberships.first().copied().ok_or_else(wrong)?;
    Ok(Proven { user, tenant })
}

fn wrong() -> Problem {
    Problem::new(ProblemKind::BadCredentials)
}

impl Login {
    /// From nowhere in particular.
    fn plain(name: &str, password: &str) -> Self {
        Self {
            name: name.to_owned(),
            password: Redacted(password.to_owned()),
            origin: Origin::default(),
        }
    }
}

/// Signs in a program on this machine, by name and password.
///
/// # Errors
/// As [`sign_in_program`].
pub async fn issue_tokens(app: &App, username: &str, password: &str) -> Result<Tokens, Problem> {
    sign_in_program(app, &Login::plain(username, password)).await
}

/// Signs in a client of the API.
///
/// # Errors
/// 401 `bad-credentials`; 401 `second-factor-needed` or
/// `second-factor-setup-needed` with a challenge.
pub async fn sign_in_program(app: &App, login: &Login) -> Result<Tokens, Problem> {
    let proven = check(app, login).await?;
    open_tokens(app, proven, &login.origin).await
}

/// Signs in a browser on this machine, by name and password.
///
/// # Errors
/// As [`sign_in_browser`].
pub async fn open_session(
    app: &App,
    username: &str,
    password: &str,
) -> Result<NewSession, Problem> {
    sign_in_browser(app, &Login::plain(username, password)).await
}

/// Signs in a browser.
///
/// # Errors
/// As [`sign_in_program`].
pub async fn sign_in_browser(app: &App, login: &Login) -> Result<NewSession, Problem> {
    let proven = check(app, login).await?;
    open_browser(app, proven, &login.origin).await
}

pub(super) async fn open_tokens(
    app: &App,
    proven: Proven,
    origin: &Origin,
) -> Result<Tokens, Problem> {
    let Proven { user, tenant } = proven;
    let new = new_sign_in(app, user.id, origin, SignInKind::Program);
    let refresh = app.rng.secret(32);
    let claims = claims(app, &user, tenant, (app.rng.secret(12), new.id, new.at)).await?;
    let access = rules::sign(&claims, &app.settings)?;
    let (a, hash, origin) = (app.clone(), rules::fingerprint(&refresh), origin.clone());
    app.store
        .write(tenant, move |tx| {
            Box::pin(async move {
                enter(tx, &a, (tenant, &user), (&new, &origin)).await?;
                let owner = (user.id, tenant);
                storage::insert_refresh(tx, &hash, new.id, owner, new.until).await?;
                Ok::<_, Problem>(())
            })
        })
        .await?;
    Ok(Tokens { access, refresh })
}

pub(super) async fn open_browser(
    app: &App,
    proven: Proven,
    origin: &Origin,
) -> Result<NewSession, Problem> {
    let Proven { user, tenant } = proven;
    let device = failures::device_of(app, origin).await?;
    let origin = Origin {
        device: Some(Redacted(device.clone())),
        ..origin.clone()
    };
    let new = new_sign_in(app, user.id, &origin, SignInKind::Browser);
    let (cookie, csrf) = (app.rng.secret(32), app.rng.secret(32));
    let (a, hash) = (app.clone(), rules::fingerprint(&cookie));
    app.store
        .write(tenant, move |tx| {
            Box::pin(async move {
                enter(tx, &a, (tenant, &user), (&new, &origin)).await?;
                storage::insert_session(tx, (&hash, &new), (&user, tenant), &csrf).await?;
                Ok::<_, Problem>(())
            })
        })
        .await?;
    Ok(NewSession {
        cookie,
        lasts: SESSION_LASTS,
        device,
    })
}

fn new_sign_in(app: &App, user: UserId, origin: &Origin, kind: SignInKind) -> NewSignIn {
    let at = app.clock.now();
    NewSignIn {
        id: Id::<()>::new(&app.clock, &app.rng).uuid(),
        user,
        kind,
        program: origin.agent.program,
        system: origin.agent.system,
        client: origin.client.map(|client| client.to_string()),
        at,
        until: at.plus(match kind {
            SignInKind::Browser => SESSION_LASTS,
            SignInKind::Program => REFRESH_LASTS,
        }),
    }
}

/// Notes in the same transaction who came in and from where, unless his
/// password was reset since it was checked.
async fn enter(
    tx: &mut WriteTx,
    app: &App,
    (tenant, user): (TenantId, &UserRow),
    (new, origin): (&NewSignIn, &Origin),
) -> Result<(), Problem> {
    if !storage::signed_in(tx, user, app.clock.now()).await? {
        return Err(wrong());
    }
    storage::insert_sign_in(tx, new).await?;
    failures::know(tx, app, user.id, origin).await?;
    let role = storage::role_of(tx, tenant, user.id).await?;
    let ctx = Ctx {
        tenant,
        actor: Actor::User(user.id, role.ok_or_else(wrong)?),
        locale: user.locale,
    };
    Ok(audit::api::record(tx, app, &ctx, "user.sign_in", "user", user.id.uuid(), None).await?)
}

/// What an access token says that is given out at `now`.
async fn claims(
    app: &App,
    user: &UserRow,
    current: TenantId,
    (jti, fam, now): (String, uuid::Uuid, Timestamp),
) -> Result<Claims, Problem> {
    let mut tx = app.store.read(Scope::System).await?;
    let mut tenants = Vec::new();
    let mut current_role: Option<Role> = None;
    for (tenant, role) in storage::memberships(&mut tx, user.id).await? {
        if tenant == current {
            current_role = Some(role);
        }
        let info = storage::tenant(&mut tx, tenant).await?;
        tenants.push(TenantClaim {
            tenant_id: tenant.uuid(),
            tenant_slug: info.slug,
            tenant_name: info.name,
            role,
            scopes: rules::scopes_of(role),
        });
    }
    let current_role = current_role.ok_or_else(denied)?;
    Ok(Claims {
        sub: user.id.uuid(),
        email: user.email.clone(),
        tenants,
        current_tenant: current.uuid(),
        current_role,
        scopes: rules::scopes_of(current_role),
        fam,
        jti,
        iat: now.seconds(),
        exp: now.plus(ACCESS_LASTS).seconds(),
    })
}

fn denied() -> Problem {
    Problem::new(ProblemKind::Unauthenticated)
}

/// Exchanges a refresh token for a new pair. The same token again within 30
/// seconds gives the same pair, to a client that lost the answer or asked twice
/// at once; later it is taken as theft: its whole family ends.
///
/// # Errors
/// 401.
pub async fn rotate(app: &App, refresh: &str) -> Result<Tokens, Problem> {
    let (next, jti) = rules::successor(&app.settings.root_key, refresh);
    let (old, new) = (rules::fingerprint(refresh), rules::fingerprint(&next));
    let now = app.clock.now();
    let rotated = app.store.write(Scope::System, move |tx| {
        Box::pin(async move { use_once(tx, (&old, &new), now).await })
    });
    let (row, at) = rotated.await?.ok_or_else(denied)?;
    let user = {
        let mut tx = app.store.read(Scope::System).await?;
        storage::user(&mut tx, row.user_id).await?
    };
    let user = user.filter(|user| user.is_active).ok_or_else(denied)?;
    let claims = claims(app, &user, row.current_tenant, (jti, row.family, at)).await?;
    Ok(Tokens {
        access: rules::sign(&claims, &app.settings)?,
        refresh: next,
    })
}

/// The used token and when it was used; none when it opens nothing.
async fn use_once(
    tx: &mut WriteTx,
    (old, new): (&str, &str),
    now: Timestamp,
) -> Result<Option<(RefreshRow, Timestamp)>, StoreError> {
    let Some(row) = storage::refresh(tx, old).await? else {
        return Ok(None);
    };
    let held = storage::hold_user(tx, row.user_id).await?;
    let good = held && row.revoked_at.is_none() && row.expires_at > now;
    if good && storage::use_refresh(tx, old, now).await? {
        let (owner, until) = ((row.user_id, row.current_tenant), now.plus(REFRESH_LASTS));
        storage::insert_refresh(tx, new, row.family, owner, until).await?;
        let open = storage::sign_in_renewed(tx, row.family, (now, until)).await?;
        return Ok(open.then_some((row, now)));
    }
    // Read again under the hold: another use may have come first at this moment.
    let row = storage::refresh(tx, old).await?;
    let again = row.as_ref().and_then(|row| {
        let used = row.used_at.filter(|_| good && row.revoked_at.is_none())?;
        (now.since(used) <= REFRESH_GRACE).then(|| (row.clone(), used))
    });
    if again.is_none()
        && let Some(row) = row
    {
        storage::revoke_family(tx, row.family, now).await?;
    }
    Ok(again)
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
                Some(row) => {
                    storage::hold_user(tx, row.user_id).await?;
                    storage::revoke_family(tx, row.family, now).await
                }
                None => Ok(()),
            }
        })
    });
    Ok(write.await?)
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
    let now = app.clock.now();
    let write = app.store.write(Scope::System, move |tx| {
        Box::pin(async move {
            match storage::session(tx, &hash).await? {
                Some(row) => storage::end_sign_in(tx, (row.sign_in, row.user_id), now)
                    .await
                    .map(drop),
                None => Ok(()),
            }
        })
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
