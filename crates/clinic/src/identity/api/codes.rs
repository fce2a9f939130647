//! Codes by message and links handed over: a forgotten password, and whose phone it is.

use std::time::Duration;

use kernel::{Ctx, Phone, Problem, Redacted, TenantId, UserId};
use store::{Scope, WriteTx};
use webkit::Texts;

use super::{
    accounts, mails,
    mails::Changed,
    members,
    one_time::{
        CODE_LASTS, Fresh, confirm, fresh_code, keyed_code, replace, try_code, what, wrong_code,
    },
    profile,
};
use crate::{
    App, SecurityMessage, audit,
    identity::{
        rules,
        storage::{self, CodeRow, Member, Purpose},
    },
};

/// How long a link to a new password opens something.
const LINK_LASTS: Duration = Duration::from_secs(24 * 3600);
/// Makes a code for the member's phone and sends it, unless he just got one.
/// False when nothing was sent.
async fn send_code(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    (member, purpose): (&Member, Purpose),
    (text, action): (&'static str, &'static str),
) -> Result<bool, Problem> {
    let Some(phone) = &member.phone else {
        return Ok(false);
    };
    let code = fresh_code(app);
    let of = (member.id, purpose);
    let fresh = Fresh {
        hash: keyed_code(app, &what(of), &code)?,
        target: Some(phone.clone()),
        lasts: CODE_LASTS,
    };
    let Some(row) = replace(tx, app, of, fresh).await? else {
        return Ok(false);
    };
    let message = SecurityMessage {
        phone: Phone::from_stored(phone.clone()).map_err(Problem::internal)?,
        body: Redacted(Texts::new(member.locale).with(text, &[("code", &code)])),
        key: format!("code|{}|{purpose}|{}", member.id, row.created_at.micros()),
        expires_at: row.expires_at,
    };
    app.security_post.enqueue(tx, app, ctx, message).await?;
    audit::api::record(tx, app, ctx, action, "user", member.id.uuid(), None).await?;
    Ok(true)
}

/// Sends a link or a code to whoever this name, e-mail or number belongs to, if
/// it is one account: the link to his verified address; the code to a phone that
/// is known to be his, when it is the phone that was named or there is no such
/// address. The caller learns nothing, not even by the clock: the work is done after he was answered.
pub fn forgotten(app: &App, who: &str) {
    let (app, who) = (app.clone(), who.to_owned());
    let work = async move {
        if let Err(problem) = send_reset(&app, &who).await {
            tracing::error!(cause = problem.cause, "a code was not sent");
        }
    };
    tokio::spawn(tracing::Instrument::in_current_span(work));
}

async fn send_reset(app: &App, who: &str) -> Result<(), Problem> {
    let Some((user, tenant, by_phone)) = account_of(app, who).await? else {
        return Ok(());
    };
    let a = app.clone();
    app.store
        .write(tenant, move |tx| {
            Box::pin(async move {
                let found = storage::member(tx, tenant, user).await?;
                let found = found.filter(Member::is_active);
                let Some(member) = found else { return Ok(()) };
                let ctx = Ctx::system(tenant, "recovery");
                let mailed = mails::send_reset_link(tx, &a, &ctx, &member).await?;
                if !member.phone_is_trusted() || (mailed && !by_phone) {
                    return Ok(());
                }
                let told = ("users-reset-message", "user.send_reset_code");
                send_code(tx, &a, &ctx, (&member, Purpose::Reset), told).await?;
                Ok(())
            })
        })
        .await
}

/// The active account that somebody means, one of its clinics, and whether he
/// named its phone.
async fn account_of(app: &App, who: &str) -> Result<Option<(UserId, TenantId, bool)>, Problem> {
    // Before the transaction: on PostgreSQL each holds a connection.
    let guests = super::tenant_for_guests(app, None).await.ok();
    let mut tx = app.store.read(Scope::System).await?;
    let who = who.trim();
    let named = storage::user_by_name(&mut tx, who).await?;
    let mut found = named.filter(|user| user.is_active).map(|user| user.id);
    if found.is_none() && who.contains('@') {
        let known = storage::user_by_email(&mut tx, who).await?;
        found = known.map(|user| user.id);
    }
    let country = guests.map(|clinic| clinic.country);
    let named = found.is_some();
    let country = country.or_else(|| kernel::Country::parse("SN"));
    if let (None, Some(country)) = (found, country)
        && let Ok(phone) = Phone::parse(who, country)
    {
        found = storage::only_with_phone(&mut tx, phone.as_e164()).await?;
    }
    let Some(user) = found else { return Ok(None) };
    let memberships = storage::memberships(&mut tx, user).await?;
    let clinic = memberships.first();
    Ok(clinic.map(|(tenant, _)| (user, *tenant, !named)))
}

/// Sets a new password for who has the code, and ends everything he was signed in to.
///
/// # Errors
/// 400 for a short password, or `wrong-code` for whatever else does not fit.
pub async fn reset_by_code(app: &App, who: &str, code: &str, new: &str) -> Result<(), Problem> {
    profile::check_new_password(new)?;
    // Made first, so that unknown names take as long.
    let hash = accounts::hash(app, new.to_owned()).await?;
    let found = account_of(app, who).await?;
    let (user, tenant, _) = found.ok_or_else(wrong_code)?;
    let (a, code) = (app.clone(), code.to_owned());
    let reset: Result<bool, Problem> = app
        .store
        .write(tenant, move |tx| {
            Box::pin(async move {
                let tried = try_code(tx, &a, (user, Purpose::Reset), &code).await?;
                if tried.is_some() {
                    set_password(tx, &a, (user, tenant), &hash).await?;
                }
                Ok(tried.is_some())
            })
        })
        .await;
    if reset? { Ok(()) } else { Err(wrong_code()) }
}

async fn set_password(
    tx: &mut WriteTx,
    app: &App,
    (user, tenant): (UserId, TenantId),
    hash: &str,
) -> Result<(), Problem> {
    let now = app.clock.now();
    storage::set_password(tx, user, hash, now).await?;
    storage::end_codes(tx, user, now).await?;
    let ctx = Ctx::system(tenant, "recovery");
    mails::tell(tx, app, &ctx, user, Changed::Password).await?;
    let action = "user.reset_password";
    Ok(audit::api::record(tx, app, &ctx, action, "user", user.uuid(), None).await?)
}

/// Makes a link by which somebody of the clinic sets a new password; its
/// secret is known only now. An earlier link opens nothing any more.
///
/// # Errors
/// 404; 403 `role-too-high`; 409 `not-active` and `member-elsewhere`.
pub async fn make_reset_link(
    app: &App,
    ctx: &Ctx,
    id: UserId,
) -> Result<Redacted<String>, Problem> {
    members::check_reset(app, ctx, id).await?;
    let (token, now) = (app.rng.secret(16), app.clock.now());
    let row = CodeRow {
        user_id: id,
        purpose: Purpose::Link,
        code_hash: rules::fingerprint(&token),
        target: Some(ctx.tenant.to_string()),
        created_at: now,
        expires_at: now.plus(LINK_LASTS),
        used_at: None,
        day_began: now,
        made_that_day: 1,
    };
    let (a, ctx) = (app.clone(), *ctx);
    let made = app.store.write(&ctx, move |tx| {
        Box::pin(async move {
            storage::set_code(tx, &row, now).await?;
            let action = "user.make_reset_link";
            audit::api::record(tx, &a, &ctx, action, "user", id.uuid(), None).await
        })
    });
    made.await?;
    let base = &app.settings.public_url;
    Ok(Redacted(format!("{base}/reset/{token}")))
}

/// The link as it is kept, while it opens.
async fn open_link(app: &App, token: &str) -> Result<(CodeRow, TenantId), Problem> {
    let mut tx = app.store.read(Scope::System).await?;
    let row = storage::link(&mut tx, &rules::fingerprint(token)).await?;
    let now = app.clock.now();
    let row = row.filter(|row| row.used_at.is_none() && row.expires_at > now);
    let row = row.ok_or_else(Problem::not_found)?;
    if row.purpose == Purpose::MailLink {
        let tenant = mails::tenant_of_link(&mut tx, &row).await?;
        return Ok((row, tenant.ok_or_else(Problem::not_found)?));
    }
    let tenant = row.target.as_deref().and_then(|tenant| tenant.parse().ok());
    let tenant = tenant.ok_or_else(Problem::not_found)?;
    let mut memberships = storage::memberships(&mut tx, row.user_id)
        .await?
        .into_iter();
    // Who was shut out, or joined another clinic since, is out of the issuer's hands.
    match (memberships.next(), memberships.next()) {
        (Some((only, _)), None) if only == tenant => Ok((row, tenant)),
        _ => Err(Problem::not_found()),
    }
}

/// Whether a link to a new password opens; looking uses nothing up.
///
/// # Errors
/// 404 when it does not.
pub async fn look_at_reset_link(app: &App, token: &str) -> Result<(), Problem> {
    open_link(app, token).await.map(drop)
}

/// Sets a new password by a link, once.
///
/// # Errors
/// 400 for a short password; 404 when the link opens nothing.
pub async fn reset_by_link(app: &App, token: &str, new: &str) -> Result<(), Problem> {
    profile::check_new_password(new)?;
    let (row, tenant) = open_link(app, token).await?;
    let hash = accounts::hash(app, new.to_owned()).await?;
    let a = app.clone();
    app.store
        .write(tenant, move |tx| {
            Box::pin(async move {
                if !storage::use_account_code(tx, &row, a.clock.now()).await? {
                    return Err(Problem::not_found());
                }
                set_password(tx, &a, (row.user_id, tenant), &hash).await
            })
        })
        .await
}

/// Sends the caller a code to show that the phone of his account is his.
///
/// # Errors
/// 409 `no-phone`.
pub async fn send_phone_code(app: &App, ctx: &Ctx) -> Result<(), Problem> {
    let member = profile::myself(app, ctx).await?;
    if member.phone.is_none() {
        return Err(Problem::conflict("no-phone"));
    }
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let told = ("users-verify-message", "user.send_phone_code");
                send_code(tx, &a, &ctx, (&member, Purpose::Phone), told).await?;
                Ok(())
            })
        })
        .await
}

/// Believes that the phone is the caller's because he knows the code.
///
/// # Errors
/// 400 `wrong-code`, also when he has another phone by now.
pub async fn confirm_phone(app: &App, ctx: &Ctx, code: &str) -> Result<(), Problem> {
    confirm(app, ctx, (Purpose::Phone, "user.verify_phone"), code).await
}
