//! How staff come in: an admin invites, by a link that opens once within 72
//! hours; or somebody asks, and an admin answers with such a link.

use std::time::Duration;

use kernel::{Actor, Ctx, Locale, PageRequest, Phone, Problem, Redacted, Role, TenantId, UserId};
use store::{Scope, StoreError, WriteTx};
use webkit::Texts;

use super::{accounts, input::Check, mails, members::check_grant, profile::user_of};
use crate::{
    App, SecurityMessage, audit,
    identity::{
        model::{NewUser, TenantInfo},
        rules,
        storage::{self, Invitation, InvitationId, InvitationOrigin, InvitationState},
    },
};

/// How long a link opens.
const LASTS: Duration = Duration::from_secs(72 * 3600);
/// How long a request waits for an admin.
const REQUEST_LASTS: Duration = Duration::from_secs(30 * 24 * 3600);
/// Requests that wait at once: strangers must not fill a clinic's list.
const MOST_REQUESTS: i64 = 200;

/// Who shall come in.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// What he shall be.
    pub role: Role,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// E-mail; the link goes there.
    pub email: Option<String>,
    /// Phone as it is written; the link goes there.
    pub phone: Option<String>,
    /// His language.
    pub locale: Locale,
}

/// An invitation with the link that opens it, which is known only now.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The invitation.
    pub id: InvitationId,
    /// The whole address to hand over.
    pub link: Redacted<String>,
    /// Whether it also goes out as a message.
    pub is_sent: bool,
}

/// What the owner of a link is offered.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The invitation.
    pub invitation: Invitation,
    /// Who invites.
    pub clinic: TenantInfo,
}

fn checked(
    app: &App,
    clinic: &TenantInfo,
    new: NewInvitation,
    by: Option<UserId>,
) -> Result<Invitation, Problem> {
    let mut check = Check::default();
    let now = app.clock.now();
    let invitation = Invitation {
        id: InvitationId::new(&app.clock, &app.rng),
        kind: InvitationOrigin::Invitation,
        state: InvitationState::Open,
        role: new.role,
        first_name: check.name("first_name", &new.first_name),
        last_name: check.name("last_name", &new.last_name),
        email: check.email(new.email),
        phone: check.phone(new.phone, clinic.country),
        locale: new.locale,
        expires_at: now.plus(LASTS),
        invited_by: by,
        accepted_by: None,
        created_at: now,
    };
    check.done()?;
    if invitation.email.is_none() && invitation.phone.is_none() {
        return Err(Problem::invalid("phone", "phone-or-email"));
    }
    Ok(invitation)
}

async fn clinic(app: &App, ctx: &Ctx) -> Result<TenantInfo, Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::tenant(&mut tx, ctx.tenant).await?)
}

/// Invites somebody.
///
/// # Errors
/// 400 naming every wrong field; 403 `role-too-high`.
pub async fn invite(app: &App, ctx: &Ctx, new: NewInvitation) -> Result<Invited, Problem> {
    check_grant(&ctx.actor, new.role)?;
    let clinic = clinic(app, ctx).await?;
    let invitation = checked(app, &clinic, new, ctx.actor.user())?;
    let token = app.rng.secret(16);
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let hash = rules::fingerprint(&token);
                storage::insert_invitation(tx, ctx.tenant, &invitation, Some(hash)).await?;
                note(tx, &a, &ctx, "invitation.create", invitation.id).await?;
                Ok(hand_over(tx, &a, &ctx, (&clinic, &invitation), &token).await?)
            })
        })
        .await
}

async fn note(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    action: &'static str,
    id: InvitationId,
) -> Result<(), StoreError> {
    audit::api::record(tx, app, ctx, action, "invitation", id.uuid(), None).await
}

/// Sends the link where there is a phone, and where there is an e-mail address.
async fn hand_over(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    (clinic, invitation): (&TenantInfo, &Invitation),
    token: &str,
) -> Result<Invited, StoreError> {
    let link = format!("{}/invitation/{token}", app.settings.public_url);
    let phone = invitation.phone.clone().map(Phone::from_stored);
    if let Some(Ok(phone)) = phone.clone() {
        let name = kernel::text::shorten(&clinic.name, 40);
        let body = Texts::new(invitation.locale).with(
            "users-invitation-message",
            &[("clinic", &name), ("link", &link)],
        );
        let message = SecurityMessage {
            phone,
            body: Redacted(body),
            key: format!("invitation|{}", rules::fingerprint(token)),
            expires_at: invitation.expires_at,
        };
        app.security_post.enqueue(tx, app, ctx, message).await?;
    }
    let of = (clinic, invitation);
    let mailed = mails::send_invitation(tx, app, ctx, of, &link).await?;
    Ok(Invited {
        id: invitation.id,
        link: Redacted(link),
        is_sent: phone.is_some() || mailed,
    })
}

/// The clinic's invitations and requests, newest first.
///
/// # Errors
/// The database's.
pub async fn invitations(
    app: &App,
    ctx: &Ctx,
    page: PageRequest,
) -> Result<(i64, Vec<Invitation>), Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::invitations(&mut tx, ctx.tenant, page).await?)
}

/// Gives an invitation a new link, or a request its first one. The old link
/// opens nothing any more.
///
/// # Errors
/// 404; 403 `role-too-high`; 409 `invitation-over`.
pub async fn send_invitation(app: &App, ctx: &Ctx, id: InvitationId) -> Result<Invited, Problem> {
    let clinic = clinic(app, ctx).await?;
    let token = app.rng.secret(16);
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let found = storage::invitation(tx, ctx.tenant, id).await?;
                let invitation = found.ok_or_else(Problem::not_found)?;
                check_grant(&ctx.actor, invitation.role)?;
                let now = a.clock.now();
                let invitation = Invitation {
                    expires_at: now.plus(LASTS),
                    ..invitation
                };
                let hash = rules::fingerprint(&token);
                let link = (hash.as_str(), invitation.expires_at);
                let by = (ctx.actor.user(), now);
                let renewed = storage::renew_invitation(tx, ctx.tenant, id, link, by).await;
                renewed.map_err(over)?;
                note(tx, &a, &ctx, "invitation.send", id).await?;
                Ok(hand_over(tx, &a, &ctx, (&clinic, &invitation), &token).await?)
            })
        })
        .await
}

fn over(error: StoreError) -> Problem {
    match error {
        StoreError::RowCount { .. } => Problem::conflict("invitation-over"),
        other => other.into(),
    }
}

/// Takes an invitation back, or refuses a request.
///
/// # Errors
/// 404; 409 `invitation-over`.
pub async fn end_invitation(app: &App, ctx: &Ctx, id: InvitationId) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let found = storage::invitation(tx, ctx.tenant, id).await?;
                let invitation = found.ok_or_else(Problem::not_found)?;
                let (state, action) = match invitation.state {
                    InvitationState::Waiting => (InvitationState::Refused, "invitation.refuse"),
                    _ => (InvitationState::Revoked, "invitation.revoke"),
                };
                let now = a.clock.now();
                let ended = storage::end_invitation(tx, ctx.tenant, id, state, now).await;
                ended.map_err(over)?;
                Ok(note(tx, &a, &ctx, action, id).await?)
            })
        })
        .await
}

/// Notes that a doctor wants to work with a clinic. Whether he is known there
/// is not said.
///
/// # Errors
/// 400 naming every wrong field.
pub async fn ask_to_join(
    app: &App,
    clinic: &TenantInfo,
    new: NewInvitation,
) -> Result<(), Problem> {
    let asked = checked(app, clinic, new, None)?;
    let request = Invitation {
        kind: InvitationOrigin::Request,
        state: InvitationState::Waiting,
        role: Role::Practitioner,
        expires_at: asked.created_at.plus(REQUEST_LASTS),
        ..asked
    };
    let (a, tenant) = (app.clone(), clinic.id);
    let written = app.store.write(tenant, move |tx| {
        Box::pin(async move {
            if storage::requests_waiting(tx, tenant).await? >= MOST_REQUESTS {
                return Ok(());
            }
            storage::insert_invitation(tx, tenant, &request, None).await?;
            let ctx = Ctx::system(tenant, "registration");
            note(tx, &a, &ctx, "invitation.ask", request.id).await
        })
    });
    let written: Result<(), StoreError> = written.await;
    Ok(written?)
}

/// What a link offers; looking uses nothing up.
///
/// # Errors
/// 404 when it opens nothing (any more).
pub async fn look_at_invitation(app: &App, token: &str) -> Result<Offer, Problem> {
    let hash = rules::fingerprint(token);
    let tenant = {
        let mut tx = app.store.read(Scope::System).await?;
        let tenant = storage::invitation_tenant(&mut tx, &hash).await?;
        tenant.ok_or_else(Problem::not_found)?
    };
    let mut tx = app.store.read(tenant).await?;
    let invitation = storage::invitation_by_token(&mut tx, tenant, &hash).await?;
    let now = app.clock.now();
    let invitation = invitation.filter(|invitation| invitation.is_open(now));
    Ok(Offer {
        invitation: invitation.ok_or_else(Problem::not_found)?,
        clinic: storage::tenant(&mut tx, tenant).await?,
    })
}

/// Makes the invited person's account.
///
/// # Errors
/// 404 when the link opens nothing; 400 for a wrong name or password; 409 `username-taken`.
pub async fn accept_as_new(
    app: &App,
    token: &str,
    username: &str,
    password: &str,
) -> Result<UserId, Problem> {
    let Offer { invitation, clinic } = look_at_invitation(app, token).await?;
    rules::check_password(password)?;
    let mut check = Check::default();
    let new = NewUser {
        username: check.username(username),
        password: String::new(),
        first_name: invitation.first_name.clone(),
        last_name: invitation.last_name.clone(),
        role: invitation.role,
        locale: invitation.locale,
        email: invitation.email.clone(),
        phone: invitation.phone.clone(),
    };
    check.done()?;
    let hash = accounts::hash(app, password.to_owned()).await?;
    let link = rules::fingerprint(token);
    let (a, tenant) = (app.clone(), clinic.id);
    // Only what an admin wrote is the clinic's word.
    let vouched = invitation.kind == InvitationOrigin::Invitation && new.phone.is_some();
    app.store
        .write(tenant, move |tx| {
            Box::pin(async move {
                let ctx = Ctx::system(tenant, "invitation");
                let made = accounts::insert(tx, &a, &ctx, (&new, &hash, vouched), "user.join");
                let user = made.await.map_err(accounts::username_taken)?;
                accept(tx, &a, &ctx, (invitation.id, &link), user).await?;
                Ok(user)
            })
        })
        .await
}

/// Makes the caller a member with the account he has.
///
/// # Errors
/// 404 when the link opens nothing; 409 `already-member`.
pub async fn accept_as(app: &App, caller: &Ctx, token: &str) -> Result<TenantInfo, Problem> {
    let user = user_of(caller)?;
    let Offer { invitation, clinic } = look_at_invitation(app, token).await?;
    let link = rules::fingerprint(token);
    let (a, tenant) = (app.clone(), clinic.id);
    let written = app.store.write(tenant, move |tx| {
        Box::pin(async move {
            let ctx = Ctx {
                tenant,
                actor: Actor::User(user, invitation.role),
                locale: invitation.locale,
            };
            let now = a.clock.now();
            accept(tx, &a, &ctx, (invitation.id, &link), user).await?;
            if !storage::join(tx, tenant, user, invitation.role, now).await? {
                return Err(Problem::conflict("already-member"));
            }
            audit::api::record(tx, &a, &ctx, "user.join", "user", user.uuid(), None).await?;
            Ok(())
        })
    });
    written.await?;
    Ok(clinic)
}

async fn accept(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    link: (InvitationId, &str),
    user: UserId,
) -> Result<(), Problem> {
    let now = app.clock.now();
    let tenant: TenantId = ctx.tenant;
    if !storage::accept_invitation(tx, tenant, link, user, now).await? {
        return Err(Problem::not_found());
    }
    Ok(note(tx, app, ctx, "invitation.accept", link.0).await?)
}
