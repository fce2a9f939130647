//! What all codes and links of accounts share.
//!
//! A code has six digits from the system's generator, lives 15 minutes and
//! dies after five tries. Strangers may ask for codes in somebody's name; so
//! that guessing stays hopeless, an account gets ten a day (50 tries in a
//! million). His password and an admin's link work all the same.

use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::{Ctx, Problem, UserId, text};
use sha2::Sha256;
use store::WriteTx;
use subtle::ConstantTimeEq as _;

use super::profile;
use crate::{
    App, audit,
    identity::{
        rules,
        storage::{self, CodeRow, Purpose},
    },
};

/// How long a code opens something.
pub(super) const CODE_LASTS: Duration = Duration::from_secs(15 * 60);
/// Who asks again within this time gets nothing new.
const PAUSE: Duration = Duration::from_secs(60);
/// How often a code may be tried.
const TRIES: i64 = 5;
/// Codes for one account and purpose in a day.
const A_DAY: i64 = 10;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A new code of six digits.
#[must_use]
pub fn fresh_code(app: &App) -> String {
    format!("{:06}", app.rng.below(1_000_000))
}

/// What is kept of a code that serves for `what`: without the server's key, a
/// million tries would find it.
///
/// # Errors
/// 500 without a key.
pub fn keyed_code(app: &App, what: &str, code: &str) -> Result<String, Problem> {
    let secret = app.settings.jwt_secret.as_slice();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(Problem::internal)?;
    mac.update(format!("code|{what}|{code}").as_bytes());
    Ok(text::hex(&mac.finalize().into_bytes()))
}

/// Whether this is the code of which that was kept, in the same time for every code.
///
/// # Errors
/// 500 without a key.
pub fn is_code(app: &App, what: &str, code: &str, kept: &str) -> Result<bool, Problem> {
    let given = keyed_code(app, what, code.trim())?;
    Ok(given.as_bytes().ct_eq(kept.as_bytes()).into())
}

/// The same for a code that serves for longer than the key that signs tokens.
#[must_use]
pub fn lasting_code(app: &App, what: &str, code: &str) -> String {
    let parts = [what.as_bytes(), code.as_bytes()];
    text::hex(&rules::mac(&app.settings.root_key, "lasting code", &parts))
}

/// Whether this is the lasting code of which that was kept, in the same time for every code.
#[must_use]
pub fn is_lasting_code(app: &App, what: &str, code: &str, kept: &str) -> bool {
    let given = lasting_code(app, what, code);
    given.as_bytes().ct_eq(kept.as_bytes()).into()
}

/// What a code of an account serves for.
pub(super) fn what((user, purpose): (UserId, Purpose)) -> String {
    format!("{user}|{purpose}")
}

/// A new secret of an account.
pub(super) struct Fresh {
    /// What is kept of it.
    pub hash: String,
    /// Where it goes.
    pub target: Option<String>,
    /// How long it opens something.
    pub lasts: Duration,
}

/// Puts a new secret in the place of the one before; nothing when that is too
/// young, or when there were enough today.
pub(super) async fn replace(
    tx: &mut WriteTx,
    app: &App,
    (user, purpose): (UserId, Purpose),
    fresh: Fresh,
) -> Result<Option<CodeRow>, Problem> {
    let now = app.clock.now();
    let before = storage::account_code(tx, user, purpose).await?;
    let day = before.map(|row| (row.day_began, row.made_that_day));
    let (began, made) = day
        .filter(|(began, _)| began.plus(DAY) > now)
        .unwrap_or((now, 0));
    let row = CodeRow {
        user_id: user,
        purpose,
        code_hash: fresh.hash,
        target: fresh.target,
        created_at: now,
        expires_at: now.plus(fresh.lasts),
        used_at: None,
        day_began: began,
        made_that_day: made + 1,
    };
    let made = made < A_DAY && storage::set_code(tx, &row, now.minus(PAUSE)).await?;
    Ok(made.then_some(row))
}

/// Tries a code; false when it is not the right one, or dead. The try counts
/// either way, so the transaction must commit.
pub(super) async fn try_code(
    tx: &mut WriteTx,
    app: &App,
    (user, purpose): (UserId, Purpose),
    code: &str,
) -> Result<Option<CodeRow>, Problem> {
    let now = app.clock.now();
    if !storage::try_code(tx, user, purpose, TRIES, now).await? {
        return Ok(None);
    }
    let Some(row) = storage::account_code(tx, user, purpose).await? else {
        return Ok(None);
    };
    let right = is_code(app, &what((user, purpose)), code, &row.code_hash)?;
    let used = right && storage::use_account_code(tx, &row, now).await?;
    Ok(used.then_some(row))
}

/// Believes that what a code went to is the caller's because he knows the code.
///
/// # Errors
/// 400 `wrong-code`, also when he has another phone or address by now.
pub(super) async fn confirm(
    app: &App,
    ctx: &Ctx,
    (purpose, action): (Purpose, &'static str),
    code: &str,
) -> Result<(), Problem> {
    let user = profile::user_of(ctx)?;
    let (a, ctx, code) = (app.clone(), *ctx, code.to_owned());
    let confirmed: Result<bool, Problem> = app
        .store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let tried = try_code(tx, &a, (user, purpose), &code).await?;
                let Some(target) = tried.and_then(|row| row.target) else {
                    return Ok(false);
                };
                let now = a.clock.now();
                let still_his = match purpose {
                    Purpose::Email => storage::email_verified(tx, user, &target, now).await?,
                    Purpose::Phone => storage::phone_verified(tx, user, &target, now).await?,
                    Purpose::Reset | Purpose::Link | Purpose::MailLink => false,
                };
                if still_his {
                    audit::api::record(tx, &a, &ctx, action, "user", user.uuid(), None).await?;
                }
                Ok(still_his)
            })
        })
        .await;
    if confirmed? {
        Ok(())
    } else {
        Err(wrong_code())
    }
}

pub(super) fn wrong_code() -> Problem {
    Problem::invalid("code", "wrong-code")
}
