//! What people change about themselves: never their role, tenant or state.

use std::net::IpAddr;

use kernel::{Ctx, Expected, Locale, Patch, Problem, ProblemKind, Role, TenantId, UserId};
use store::{Scope, StoreError};
use uuid::Uuid;

use super::{
    accounts, failures,
    input::{Check, LONG, SHORT},
    mails::{self, Changed},
};
use crate::{
    App, audit,
    identity::{
        model::{SignInId, TenantInfo},
        rules,
        storage::{self, Member},
    },
};

/// What may be changed of an account and its profile.
#[derive(Debug, Clone, Default)]
pub struct AccountPatch {
    /// First name.
    pub first_name: Patch<String>,
    /// Last name.
    pub last_name: Patch<String>,
    /// E-mail.
    pub email: Patch<String>,
    /// Phone as it is written.
    pub phone: Patch<String>,
    /// Language.
    pub locale: Patch<Locale>,
    /// What belongs to the role.
    pub profile: ProfilePatch,
}

/// What may be changed of a profile; which of it depends on the role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfilePatch {
    /// A patient's day of birth.
    pub date_of_birth: Patch<String>,
    /// Another number.
    pub phone_number: Patch<String>,
    /// Address.
    pub address: Patch<String>,
    /// What a doctor does.
    pub specialty: Patch<String>,
    /// What a doctor speaks.
    pub languages: Patch<String>,
    /// Whether a doctor takes patients now.
    pub is_available: Patch<bool>,
}

impl AccountPatch {
    /// Whether it touches what every clinic of the person sees.
    pub(super) fn touches_account(&self) -> bool {
        self.first_name != Patch::Keep
            || self.last_name != Patch::Keep
            || self.email != Patch::Keep
            || self.phone != Patch::Keep
            || self.locale != Patch::Keep
    }
}

/// A member as he is after the patch. `vouched` says whether the clinic, not he, wrote it.
pub(super) fn patched(
    member: Member,
    patch: AccountPatch,
    clinic: &TenantInfo,
    today: &str,
    vouched: bool,
) -> Result<Member, Problem> {
    let mut check = Check::default();
    let old = member.clone();
    let name = |patch: Patch<String>, old| patch.apply(Some(old)).unwrap_or_default();
    let first_name = check.name("first_name", &name(patch.first_name, old.first_name));
    let last_name = check.name("last_name", &name(patch.last_name, old.last_name));
    let email = check.email(patch.email.apply(old.email));
    let phone = check.phone(patch.phone.apply(old.phone), clinic.country);
    refuse_foreign(&mut check, member.role, &patch.profile);
    let profile = patch.profile;
    let birth = profile.date_of_birth.apply(old.date_of_birth);
    let birth = check.birth_date("profile.date_of_birth", birth, today);
    let mut text = |field: &str, patch: Patch<String>, old, max| {
        check.text(&format!("profile.{field}"), patch.apply(old), max)
    };
    let phone_number = text(
        "phone_number",
        profile.phone_number,
        old.phone_number,
        SHORT,
    );
    let address = text("address", profile.address, old.address, LONG);
    let specialty = text("specialty", profile.specialty, old.specialty, SHORT);
    let languages = text("languages", profile.languages, old.languages, SHORT);
    check.done()?;
    let same_email = email == member.email;
    let same_phone = phone == member.phone;
    Ok(Member {
        first_name,
        last_name,
        email_verified_at: member.email_verified_at.filter(|_| same_email),
        email,
        phone_verified_at: member.phone_verified_at.filter(|_| same_phone),
        phone_vouched: if same_phone {
            member.phone_vouched
        } else {
            vouched && phone.is_some()
        },
        phone,
        locale: patch
            .locale
            .apply(Some(member.locale))
            .unwrap_or(clinic.locale),
        date_of_birth: birth,
        phone_number,
        address,
        specialty,
        languages,
        is_available: profile.is_available.apply(member.is_available),
        ..member
    })
}

/// A field of another role's profile is as unknown as any other.
fn refuse_foreign(check: &mut Check, role: Role, profile: &ProfilePatch) {
    let (patient, doctor) = (role == Role::Patient, role == Role::Practitioner);
    for (field, sent, is_his) in [
        (
            "date_of_birth",
            profile.date_of_birth != Patch::Keep,
            patient,
        ),
        (
            "phone_number",
            profile.phone_number != Patch::Keep,
            patient || doctor,
        ),
        ("address", profile.address != Patch::Keep, patient || doctor),
        ("specialty", profile.specialty != Patch::Keep, doctor),
        ("languages", profile.languages != Patch::Keep, doctor),
        ("is_available", profile.is_available != Patch::Keep, doctor),
    ] {
        if sent && !is_his {
            check.wrong(format!("profile.{field}"), "unknown-field");
        }
    }
}

pub(super) fn user_of(ctx: &Ctx) -> Result<UserId, Problem> {
    ctx.actor.user().ok_or_else(Problem::not_found)
}

/// The caller as the clinic knows him.
///
/// # Errors
/// 404 for a caller who is no person.
pub async fn myself(app: &App, ctx: &Ctx) -> Result<Member, Problem> {
    let user = user_of(ctx)?;
    let mut tx = app.store.read(ctx).await?;
    let member = storage::member(&mut tx, ctx.tenant, user).await?;
    member.ok_or_else(Problem::not_found)
}

/// Changes the caller's own account. A new e-mail or phone is not verified.
///
/// # Errors
/// 400 naming every wrong field; 412 when `expected` is not the version any more.
pub async fn change_myself(
    app: &App,
    ctx: &Ctx,
    expected: Expected,
    patch: AccountPatch,
) -> Result<(), Problem> {
    let user = user_of(ctx)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let member = storage::member(tx, ctx.tenant, user).await?;
                let member = member.ok_or_else(Problem::not_found)?;
                expected.check(member.version)?;
                let clinic = storage::tenant(tx, ctx.tenant).await?;
                let today = a.clock.now().day(&clinic.zone);
                let member = patched(member, patch, &clinic, &today, false)?;
                let written = storage::update_member(tx, ctx.tenant, &member).await;
                written.map_err(StoreError::stale)?;
                audit::api::record(tx, &a, &ctx, "user.update", "user", user.uuid(), None).await?;
                Ok(())
            })
        })
        .await
}

/// The field of a form that asks for the old and the new password.
pub(super) fn check_new_password(password: &str) -> Result<(), Problem> {
    rules::check_password(password).map_err(|mut problem| {
        for error in &mut problem.errors {
            "new_password".clone_into(&mut error.field);
        }
        problem
    })
}

/// Sets the caller's password and ends whatever else he is signed in to: every
/// session and family of tokens but `kept`, and what he let programs do for him.
///
/// # Errors
/// 400 for a wrong old password or a short new one; 429 after too many wrong ones.
pub async fn change_password(
    app: &App,
    ctx: &Ctx,
    (client, kept): (IpAddr, Option<SignInId>),
    old: &str,
    new: &str,
) -> Result<(), Problem> {
    check_new_password(new)?;
    let id = user_of(ctx)?;
    let user = super::me(app, id).await?;
    let (known, old) = (user.password_hash.clone(), old.to_owned());
    let checking = async move {
        if accounts::verify(old, known).await? {
            Ok(())
        } else {
            Err(Problem::new(ProblemKind::BadCredentials))
        }
    };
    let checked = failures::limited(app, client, &user.username, checking).await;
    checked.map_err(|problem| match problem.kind {
        ProblemKind::BadCredentials => Problem::invalid("old_password", "wrong-password"),
        _ => problem,
    })?;
    let hash = accounts::hash(app, new.to_owned()).await?;
    let kept = kept.map_or(Uuid::nil(), |kept| kept.uuid());
    let (a, ctx, now) = (app.clone(), *ctx, app.clock.now());
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let who = (id, user.token_version);
                let set = storage::change_password(tx, who, &hash).await;
                set.map_err(StoreError::stale)?;
                storage::end_others(tx, id, kept, now).await?;
                storage::end_codes(tx, id, now).await?;
                mails::tell(tx, &a, &ctx, id, Changed::Password).await?;
                let action = "user.change_password";
                Ok(audit::api::record(tx, &a, &ctx, action, "user", id.uuid(), None).await?)
            })
        })
        .await
}

/// The clinics where somebody is a member, by name.
///
/// # Errors
/// The database's.
pub async fn clinics_of(app: &App, user: UserId) -> Result<Vec<(TenantInfo, Role)>, Problem> {
    let mut tx = app.store.read(Scope::System).await?;
    let mut clinics = Vec::new();
    for (tenant, role) in storage::memberships(&mut tx, user).await? {
        clinics.push((storage::tenant(&mut tx, tenant).await?, role));
    }
    clinics.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    Ok(clinics)
}

/// Takes a browser's session to another clinic of its owner.
///
/// # Errors
/// 404 where he is no member.
pub async fn switch_tenant(
    app: &App,
    user: UserId,
    cookie: &str,
    slug: &str,
) -> Result<TenantId, Problem> {
    let clinics = clinics_of(app, user).await?;
    let found = clinics.iter().find(|(clinic, _)| clinic.slug == slug);
    let tenant = found.ok_or_else(Problem::not_found)?.0.id;
    let session = rules::fingerprint(cookie);
    let switched = app.store.write(Scope::System, move |tx| {
        Box::pin(async move { storage::switch_tenant(tx, &session, user, tenant).await })
    });
    switched.await.map_err(|error| match error {
        StoreError::RowCount { .. } => Problem::not_found(),
        other => other.into(),
    })?;
    Ok(tenant)
}
