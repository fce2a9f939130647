use std::time::Duration;

use kernel::{Ctx, Problem, ProblemKind, Redacted, TenantId, Timestamp, UserId};
use store::{ReadTx, Scope, StoreError, WriteTx};

use super::{
    failures,
    mails::{self, Changed},
    sign_in::{self, Proven},
};
use crate::{
    App, audit,
    identity::{
        model::{FactorState, Login, NewSession, Origin, STEP_LASTS, Tokens, UserRow},
        rules::{self, Enrolment, Step},
        storage,
    },
};

/// Wrong codes in a [`WINDOW`]. Only who knows the password can enter any, so
/// that no stranger makes anybody wait.
const TRIES: i64 = 5;
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// Recovery codes at a time.
const CODES: usize = 10;

/// What became of a code.
enum Outcome {
    Right,
    Wrong,
    Wait(Timestamp),
}

/// What a right password still lacks, if anything: a problem with the challenge
/// that the second step must repeat.
pub(super) async fn demand(app: &App, user: &UserRow) -> Result<Option<Problem>, Problem> {
    let standing = state(app, user.id).await?;
    let problem = Problem::new(ProblemKind::Unauthenticated);
    let problem = match (standing.enabled, standing.required) {
        (true, _) => problem.code("second-factor-needed"),
        (false, true) => problem.code("second-factor-setup-needed"),
        (false, false) => return Ok(None),
    };
    let step = Step {
        user: user.id.uuid(),
        version: user.token_version,
        until: app.clock.now().plus(STEP_LASTS).seconds(),
    };
    Ok(Some(Problem {
        challenge: Some(Box::new(Redacted(step.write(&app.settings.root_key)))),
        ..problem
    }))
}

/// How somebody's second factor stands.
///
/// # Errors
/// The database's.
pub async fn state(app: &App, user: UserId) -> Result<FactorState, Problem> {
    let mut tx = app.store.read(Scope::System).await?;
    Ok(FactorState {
        enabled: is_enabled(&mut tx, user).await?,
        required: is_required(&mut tx, user).await?,
        codes_left: storage::recovery_codes_left(&mut tx, user).await?,
    })
}

async fn is_enabled(tx: &mut ReadTx, user: UserId) -> Result<bool, StoreError> {
    let factor = storage::factor(tx, user).await?;
    Ok(factor.is_some_and(|factor| factor.confirmed_at.is_some()))
}

/// One clinic that asks for it is enough.
async fn is_required(tx: &mut ReadTx, user: UserId) -> Result<bool, StoreError> {
    for (tenant, role) in storage::memberships(tx, user).await? {
        if storage::required(tx, tenant).await?.of(role) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whose half session this is.
///
/// # Errors
/// 401 `challenge-expired`: over, forged, or the password was changed meanwhile.
pub async fn challenged(app: &App, challenge: &str) -> Result<UserRow, Problem> {
    let expired = || Problem::new(ProblemKind::Unauthenticated).code("challenge-expired");
    let step = Step::read(&app.settings.root_key, challenge, app.clock.now());
    let step = step.ok_or_else(expired)?;
    let mut tx = app.store.read(Scope::System).await?;
    let user = storage::user(&mut tx, UserId::from_uuid(step.user)).await?;
    user.filter(|user| user.is_active && user.token_version == step.version)
        .ok_or_else(expired)
}

async fn finish(app: &App, challenge: &str, code: &str) -> Result<Proven, Problem> {
    let user = challenged(app, challenge).await?;
    let wrong = Problem::new(ProblemKind::BadCredentials).code("wrong-code");
    check_code(app, user.id, code, wrong).await?;
    sign_in::proven(app, user).await
}

/// Signs in a program that has shown the password and now a code.
///
/// # Errors
/// 401 `challenge-expired` or `wrong-code`; 429 after five wrong codes.
pub async fn finish_program(
    app: &App,
    (challenge, code): (&str, &str),
    origin: &Origin,
) -> Result<Tokens, Problem> {
    let proven = finish(app, challenge, code).await?;
    sign_in::open_tokens(app, proven, origin).await
}

/// Signs in a browser in the same way.
///
/// # Errors
/// As [`finish_program`].
pub async fn finish_browser(
    app: &App,
    (challenge, code): (&str, &str),
    origin: &Origin,
) -> Result<NewSession, Problem> {
    let proven = finish(app, challenge, code).await?;
    sign_in::open_browser(app, proven, origin).await
}

/// Signs in a browser that had to set up its second factor first; the recovery
/// codes come along.
///
/// # Errors
/// 401 `challenge-expired`; as [`confirm`].
pub async fn finish_setup(
    app: &App,
    (challenge, code): (&str, &str),
    origin: &Origin,
) -> Result<(NewSession, Vec<String>), Problem> {
    let user = challenged(app, challenge).await?;
    let proven = sign_in::proven(app, user).await?;
    let codes = confirm_in(app, proven.tenant, proven.user.id, code).await?;
    let session = sign_in::open_browser(app, proven, origin).await?;
    Ok((session, codes))
}

/// Whether the code is right, once. `wrong` says that it is not.
async fn check_code(app: &App, user: UserId, code: &str, wrong: Problem) -> Result<(), Problem> {
    let (a, code, now) = (app.clone(), code.to_owned(), app.clock.now());
    let tried = app.store.write(Scope::System, move |tx| {
        Box::pin(async move { try_code(tx, &a, user, &code).await })
    });
    let tried: Result<Outcome, Problem> = tried.await;
    match tried? {
        Outcome::Right => Ok(()),
        Outcome::Wrong => Err(wrong),
        Outcome::Wait(until) => Err(failures::wait(until, now)),
    }
}

async fn try_code(
    tx: &mut WriteTx,
    app: &App,
    user: UserId,
    code: &str,
) -> Result<Outcome, Problem> {
    let now = app.clock.now();
    // Counted first: this also holds the row, so that of two uses of a code at
    // the same moment the second finds it taken.
    let times = (now, now.minus(WINDOW));
    if let Some(since) = storage::count_try(tx, user, times, TRIES).await? {
        return Ok(Outcome::Wait(since.plus(WINDOW)));
    }
    let Some(factor) = storage::factor(tx, user).await? else {
        return Ok(Outcome::Wrong);
    };
    let root = &app.settings.root_key;
    let secret = rules::open_sealed(root, user.uuid().as_bytes(), &factor.sealed)?;
    let right = match rules::matching_step(&secret, code, now)? {
        Some(step) => storage::take_step(tx, user, step).await?,
        None => {
            let hash = rules::recovery_hash(root, user, code);
            storage::use_recovery_code(tx, user, &hash, now).await?
        }
    };
    Ok(if right {
        Outcome::Right
    } else {
        Outcome::Wrong
    })
}

/// Offers a new secret, which counts for nothing until it is confirmed.
///
/// # Errors
/// 409 `second-factor-on` for who has one.
pub async fn begin(app: &App, user: UserId) -> Result<Enrolment, Problem> {
    let mut secret = vec![0; 20];
    app.rng.fill(&mut secret);
    let owner = user.uuid();
    let sealed = rules::seal(&app.settings.root_key, &app.rng, owner.as_bytes(), &secret)?;
    let offered = app.store.write(Scope::System, move |tx| {
        Box::pin(async move { storage::offer_factor(tx, user, sealed).await })
    });
    if !offered.await? {
        return Err(Problem::conflict("second-factor-on"));
    }
    enrolment(app, user, &secret).await
}

async fn enrolment(app: &App, user: UserId, secret: &[u8]) -> Result<Enrolment, Problem> {
    let mut tx = app.store.read(Scope::System).await?;
    let account = storage::user(&mut tx, user).await?;
    let account = account.ok_or_else(Problem::not_found)?;
    let memberships = storage::memberships(&mut tx, user).await?;
    let (tenant, _) = memberships.first().ok_or_else(Problem::not_found)?;
    let clinic = storage::tenant(&mut tx, *tenant).await?.name;
    Enrolment::new(secret, &account.username, &clinic)
}

/// What is offered to somebody and not confirmed yet.
///
/// # Errors
/// 404 when nothing is.
pub async fn offered(app: &App, user: UserId) -> Result<Enrolment, Problem> {
    let factor = {
        let mut tx = app.store.read(Scope::System).await?;
        storage::factor(&mut tx, user).await?
    };
    let factor = factor.filter(|factor| factor.confirmed_at.is_none());
    let factor = factor.ok_or_else(Problem::not_found)?;
    let owner = user.uuid();
    let root = &app.settings.root_key;
    let secret = rules::open_sealed(root, owner.as_bytes(), &factor.sealed)?;
    enrolment(app, user, &secret).await
}

/// Turns the offered secret on; answers the recovery codes, which are never
/// shown again.
///
/// # Errors
/// 400 for a wrong code; 409 `second-factor-on`.
pub async fn confirm(app: &App, ctx: &Ctx, code: &str) -> Result<Vec<String>, Problem> {
    let user = ctx.actor.user().ok_or_else(Problem::not_found)?;
    confirm_in(app, ctx.tenant, user, code).await
}

fn wrong_field() -> Problem {
    Problem::invalid("code", "wrong-code")
}

async fn confirm_in(
    app: &App,
    tenant: TenantId,
    user: UserId,
    code: &str,
) -> Result<Vec<String>, Problem> {
    let (codes, hashes) = new_codes(app, user);
    let (a, code, now) = (app.clone(), code.to_owned(), app.clock.now());
    let confirmed = app.store.write(tenant, move |tx| {
        Box::pin(async move {
            let factor = storage::factor(tx, user).await?.ok_or_else(wrong_field)?;
            let root = &a.settings.root_key;
            let secret = rules::open_sealed(root, user.uuid().as_bytes(), &factor.sealed)?;
            let step = rules::matching_step(&secret, &code, now)?.ok_or_else(wrong_field)?;
            if !storage::confirm_factor(tx, user, (now, step)).await? {
                return Err(Problem::conflict("second-factor-on"));
            }
            storage::replace_recovery_codes(tx, user, &hashes).await?;
            let done = (user, "user.second_factor_on", Changed::FactorOn);
            record(tx, &a, tenant, done).await
        })
    });
    confirmed.await?;
    Ok(codes)
}

/// New recovery codes, and what is kept of them.
fn new_codes(app: &App, user: UserId) -> (Vec<String>, Vec<String>) {
    let codes = (0..CODES).map(|_| rules::recovery_code(&app.rng));
    codes
        .map(|code| {
            let hash = rules::recovery_hash(&app.settings.root_key, user, &code);
            (code, hash)
        })
        .unzip()
}

async fn record(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    (user, what, changed): (UserId, &'static str, Changed),
) -> Result<(), Problem> {
    let ctx = Ctx::system(tenant, "identity");
    mails::tell(tx, app, &ctx, user, changed).await?;
    Ok(audit::api::record(tx, app, &ctx, what, "user", user.uuid(), None).await?)
}

/// Makes new recovery codes; the old ones open nothing any more.
///
/// # Errors
/// 400 for a wrong code; 429 after five of them.
pub async fn renew_codes(app: &App, ctx: &Ctx, code: &str) -> Result<Vec<String>, Problem> {
    let user = ctx.actor.user().ok_or_else(Problem::not_found)?;
    check_code(app, user, code, wrong_field()).await?;
    let (codes, hashes) = new_codes(app, user);
    let (a, tenant) = (app.clone(), ctx.tenant);
    app.store
        .write(tenant, move |tx| {
            Box::pin(async move {
                storage::replace_recovery_codes(tx, user, &hashes).await?;
                let done = (user, "user.recovery_codes", Changed::RecoveryCodes);
                record(tx, &a, tenant, done).await
            })
        })
        .await?;
    Ok(codes)
}

/// Turns one's own second factor off, with password and code: an open screen is
/// not enough.
///
/// # Errors
/// 409 `second-factor-required`; 400 for a wrong password or code; 429.
pub async fn remove(
    app: &App,
    ctx: &Ctx,
    (password, code): (&str, &str),
    origin: &Origin,
) -> Result<(), Problem> {
    let user = ctx.actor.user().ok_or_else(Problem::not_found)?;
    if state(app, user).await?.required {
        return Err(Problem::conflict("second-factor-required"));
    }
    let account = sign_in::me(app, user).await?;
    let login = Login {
        name: account.username.clone(),
        password: Redacted(password.to_owned()),
        origin: origin.clone(),
    };
    let checking = async {
        let right = sign_in::is_password(&login.password, Some(account.password_hash.clone()));
        if right.await? {
            Ok(())
        } else {
            Err(Problem::new(ProblemKind::BadCredentials))
        }
    };
    let checked = failures::limited(app, login.origin.clone(), &login.name, checking).await;
    checked.map_err(|problem| match problem.kind {
        ProblemKind::BadCredentials => Problem::invalid("password", "wrong-password"),
        _ => problem,
    })?;
    check_code(app, user, code, wrong_field()).await?;
    let (a, tenant) = (app.clone(), ctx.tenant);
    app.store
        .write(tenant, move |tx| {
            Box::pin(async move {
                storage::delete_factor(tx, user).await?;
                let done = (user, "user.second_factor_off", Changed::FactorOff);
                record(tx, &a, tenant, done).await
            })
        })
        .await
}
