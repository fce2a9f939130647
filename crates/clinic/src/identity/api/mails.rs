//! E-mail and accounts: whose an address is, links to a new password, and word
//! of what changed.
//!
//! Only an address that its owner has shown to be his gets links and news. What
//! goes there names nothing of his health.

use std::time::Duration;

use kernel::{Ctx, EmailAddress, Problem, Redacted, TenantId, UserId, text};
use store::{ReadTx, StoreError, WriteTx};
use webkit::Texts;

use super::{
    one_time::{self, Fresh},
    profile,
};
use crate::{
    App, SecurityMail, audit,
    identity::{
        model::TenantInfo,
        rules,
        storage::{self, CodeRow, Invitation, Member, Purpose},
    },
};

/// How long a link to a new password opens something.
const LINK_LASTS: Duration = Duration::from_secs(3600);
/// How long it is of use to know what changed.
const NEWS_LASTS: Duration = Duration::from_secs(3 * 24 * 3600);
/// Longest name in a text.
const NAME: usize = 60;

/// What changed, as the key of its sentence.
#[derive(Debug, Clone, Copy)]
pub(super) enum Changed {
    Password,
    FactorOn,
    FactorOff,
    RecoveryCodes,
}

impl Changed {
    const fn key(self) -> &'static str {
        match self {
            Self::Password => "mail-changed-password",
            Self::FactorOn => "mail-changed-factor-on",
            Self::FactorOff => "mail-changed-factor-off",
            Self::RecoveryCodes => "mail-changed-recovery-codes",
        }
    }
}

/// Whether e-mails leave here.
#[must_use]
pub fn can_mail(app: &App) -> bool {
    app.mail.is_some()
}

/// A name as part of a line: somebody else may have written it.
fn one_line(name: &str) -> String {
    let words: Vec<&str> = name
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    text::shorten(&words.join(" "), NAME)
}

/// The address that links and news may go to.
fn verified(app: &App, member: &Member) -> Option<EmailAddress> {
    let email = member.email.as_deref().filter(|_| can_mail(app))?;
    let address = EmailAddress::parse(email).ok()?;
    member.email_verified_at.map(|_| address)
}

/// Sends the caller a code to show that the address of his account is his.
///
/// # Errors
/// 409 `no-email` and `no-mail`; 400 for an address that cannot be written to.
pub async fn send_email_code(app: &App, ctx: &Ctx) -> Result<(), Problem> {
    let member = profile::myself(app, ctx).await?;
    let email = member.email.as_deref();
    let email = email.ok_or_else(|| Problem::conflict("no-email"))?;
    if !can_mail(app) {
        return Err(Problem::conflict("no-mail"));
    }
    let to = EmailAddress::parse(email).map_err(|_| Problem::invalid("email", "malformed"))?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move { send_code(tx, &a, &ctx, &member, to).await })
        })
        .await
}

async fn send_code(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    member: &Member,
    to: EmailAddress,
) -> Result<(), Problem> {
    let code = one_time::fresh_code(app);
    let of = (member.id, Purpose::Email);
    let fresh = Fresh {
        hash: one_time::keyed_code(app, &one_time::what(of), &code)?,
        target: member.email.clone(),
        lasts: one_time::CODE_LASTS,
    };
    let Some(row) = one_time::replace(tx, app, of, fresh).await? else {
        return Ok(());
    };
    let mail = secret_mail((member, to), &row, "mail-verify", ("code", &code));
    app.security_post.enqueue_mail(tx, app, ctx, mail).await?;
    let action = "user.send_email_code";
    Ok(audit::api::record(tx, app, ctx, action, "user", member.id.uuid(), None).await?)
}

/// The mail `{text}` with a code or a link, of use as long as that opens something.
fn secret_mail(
    (member, to): (&Member, EmailAddress),
    row: &CodeRow,
    text: &str,
    (word, secret): (&str, &str),
) -> SecurityMail {
    let texts = Texts::new(member.locale);
    let name = one_line(&member.first_name);
    let arguments = [("name", &name as _), (word, &secret as _)];
    let (user, purpose) = (row.user_id, row.purpose);
    SecurityMail {
        to,
        subject: texts.get(&format!("{text}-subject")),
        body: Redacted(texts.with(&format!("{text}-text"), &arguments)),
        key: format!("mail|{user}|{purpose}|{}", row.created_at.micros()),
        expires_at: row.expires_at,
    }
}

/// Believes that the address is the caller's because he knows the code.
///
/// # Errors
/// 400 `wrong-code`, also when he has another address by now.
pub async fn confirm_email(app: &App, ctx: &Ctx, code: &str) -> Result<(), Problem> {
    one_time::confirm(app, ctx, (Purpose::Email, "user.verify_email"), code).await
}

/// Sends a link to a new password to the member's verified address, unless he
/// just got one. False when there is no such way.
pub(super) async fn send_reset_link(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    member: &Member,
) -> Result<bool, Problem> {
    let Some(to) = verified(app, member) else {
        return Ok(false);
    };
    let token = app.rng.secret(16);
    let fresh = Fresh {
        hash: rules::fingerprint(&token),
        target: member.email.clone(),
        lasts: LINK_LASTS,
    };
    let Some(row) = one_time::replace(tx, app, (member.id, Purpose::MailLink), fresh).await? else {
        return Ok(true);
    };
    let link = format!("{}/reset/{token}", app.settings.public_url);
    let mail = secret_mail((member, to), &row, "mail-reset", ("link", &link));
    app.security_post.enqueue_mail(tx, app, ctx, mail).await?;
    let action = "user.send_reset_mail";
    audit::api::record(tx, app, ctx, action, "user", member.id.uuid(), None).await?;
    Ok(true)
}

/// The clinic in whose name a mailed link opens, while the address it went to
/// is still its owner's.
pub(super) async fn tenant_of_link(
    tx: &mut ReadTx,
    row: &CodeRow,
) -> Result<Option<TenantId>, StoreError> {
    let address = row.target.as_deref().unwrap_or_default();
    if !storage::has_email(tx, row.user_id, address).await? {
        return Ok(None);
    }
    let memberships = storage::memberships(tx, row.user_id).await?;
    Ok(memberships.first().map(|(tenant, _)| *tenant))
}

/// Sends an invitation's link to the address in it. False when there is none,
/// or no way to it.
pub(super) async fn send_invitation(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    (clinic, invitation): (&TenantInfo, &Invitation),
    link: &str,
) -> Result<bool, StoreError> {
    let email = invitation.email.as_deref().filter(|_| can_mail(app));
    let Some(Ok(to)) = email.map(EmailAddress::parse) else {
        return Ok(false);
    };
    let texts = Texts::new(invitation.locale);
    let (name, clinic) = (one_line(&invitation.first_name), one_line(&clinic.name));
    let mail = SecurityMail {
        to,
        subject: texts.with("mail-invitation-subject", &[("clinic", &clinic)]),
        body: Redacted(texts.with(
            "mail-invitation-text",
            &[("name", &name), ("clinic", &clinic), ("link", &link)],
        )),
        key: format!("invitation-mail|{}", rules::fingerprint(link)),
        expires_at: invitation.expires_at,
    };
    app.security_post.enqueue_mail(tx, app, ctx, mail).await?;
    Ok(true)
}

/// Tells the owner of an account what changed about it, at his verified address.
pub(super) async fn tell(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    user: UserId,
    what: Changed,
) -> Result<(), StoreError> {
    let Some(member) = storage::member(tx, ctx.tenant, user).await? else {
        return Ok(());
    };
    let Some(to) = verified(app, &member) else {
        return Ok(());
    };
    let clinic = storage::tenant(tx, ctx.tenant).await?;
    let texts = Texts::new(member.locale);
    let now = app.clock.now();
    let (day, time) = (
        now.day_month_year(&clinic.zone),
        now.hour_minute(&clinic.zone),
    );
    let link = format!("{}/forgotten", app.settings.public_url);
    let (name, place) = (one_line(&member.first_name), one_line(&clinic.name));
    let body = texts.with(
        "mail-changed-text",
        &[
            ("name", &name),
            ("what", &texts.get(what.key())),
            ("clinic", &place),
            ("day", &day),
            ("time", &time),
            ("link", &link),
        ],
    );
    let mail = SecurityMail {
        to,
        subject: texts.get("mail-changed-subject"),
        body: Redacted(body),
        key: format!("changed|{user}|{}|{}", what.key(), now.micros()),
        expires_at: now.plus(NEWS_LASTS),
    };
    app.security_post.enqueue_mail(tx, app, ctx, mail).await
}
