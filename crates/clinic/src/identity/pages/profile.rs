use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, Method},
    response::{Html, IntoResponse, Redirect, Response},
};
use kernel::{Ctx, Expected, Locale, Patch, Problem, Role};
use serde::Deserialize;
use webkit::{
    Caller, ClientAddr, Fault, FieldTexts, Form, Policy, Query, Routes, SessionCookie, Shell,
    render,
};

use super::{again, some};
use crate::{
    App,
    identity::{
        api::{self, AccountPatch, Member, ProfilePatch, TenantInfo},
        http::OwnSignIn,
    },
};

pub(super) fn routes() -> Routes<App> {
    let signed_in = Policy::SignedIn;
    Routes::new()
        .page(Method::GET, "/profile", show, signed_in)
        .page(Method::POST, "/profile", change, signed_in)
        .page(
            Method::POST,
            "/profile/password",
            change_password,
            signed_in,
        )
        .page(Method::POST, "/profile/phone/code", send_code, signed_in)
        .page(Method::POST, "/profile/phone/confirm", confirm, signed_in)
        .page(Method::POST, "/tenant", switch, signed_in)
}

/// The form as it was typed.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AccountForm {
    pub(super) version: Option<i64>,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) language: String,
    pub(super) date_of_birth: String,
    pub(super) phone_number: String,
    pub(super) address: String,
    pub(super) specialty: String,
    pub(super) languages: String,
    pub(super) is_available: Option<String>,
}

/// An empty field of the form clears what was there.
fn set(text: String) -> Patch<String> {
    some(text).map_or(Patch::Clear, Patch::Set)
}

impl AccountForm {
    pub(super) fn of(member: &Member) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Self {
            version: Some(member.version),
            first_name: member.first_name.clone(),
            last_name: member.last_name.clone(),
            email: text(&member.email),
            phone: text(&member.phone),
            language: member.locale.to_string(),
            date_of_birth: text(&member.date_of_birth),
            phone_number: text(&member.phone_number),
            address: text(&member.address),
            specialty: text(&member.specialty),
            languages: text(&member.languages),
            is_available: member
                .is_available
                .unwrap_or(true)
                .then(|| "true".to_owned()),
        }
    }

    /// The version the form was made from.
    pub(super) fn expected(&self) -> Expected {
        Expected::seen(self.version)
    }

    /// What the form of somebody in this role says.
    pub(super) fn patch(self, role: Role) -> AccountPatch {
        let keep = ProfilePatch::default();
        let profile = match role {
            Role::Patient => ProfilePatch {
                date_of_birth: set(self.date_of_birth),
                phone_number: set(self.phone_number),
                address: set(self.address),
                ..keep
            },
            Role::Practitioner => ProfilePatch {
                phone_number: set(self.phone_number),
                address: set(self.address),
                specialty: set(self.specialty),
                languages: set(self.languages),
                is_available: Patch::Set(self.is_available.is_some()),
                ..keep
            },
            _ => keep,
        };
        AccountPatch {
            first_name: set(self.first_name),
            last_name: set(self.last_name),
            email: set(self.email),
            phone: set(self.phone),
            locale: Locale::parse(&self.language).map_or(Patch::Keep, Patch::Set),
            profile,
        }
    }
}

#[derive(Template)]
#[template(path = "identity/profile.html")]
pub(super) struct ProfilePage {
    shell: Shell,
    /// Whether e-mails leave here.
    mails: bool,
    member: Member,
    clinics: Vec<(TenantInfo, Role)>,
    here: String,
    form: AccountForm,
    told: String,
    errors: FieldTexts,
}

impl ProfilePage {
    pub(super) async fn of(app: &App, ctx: &Ctx, shell: Shell) -> Result<Self, Problem> {
        let member = api::myself(app, ctx).await?;
        let here = shell.caller()?.tenant_slug.clone();
        Ok(Self {
            clinics: api::clinics_of(app, member.id).await?,
            here,
            mails: api::can_mail(app),
            form: AccountForm::of(&member),
            told: String::new(),
            errors: FieldTexts::default(),
            member,
            shell,
        })
    }

    fn is_patient(&self) -> bool {
        self.member.role == Role::Patient
    }

    fn is_doctor(&self) -> bool {
        self.member.role == Role::Practitioner
    }

    fn to_verify(&self) -> bool {
        self.member.phone.is_some() && self.member.phone_verified_at.is_none()
    }

    fn email_to_verify(&self) -> bool {
        self.mails && self.member.email.is_some() && self.member.email_verified_at.is_none()
    }

    pub(super) fn refused(mut self, problem: Problem) -> Result<Response, Fault> {
        self.errors = self.shell.texts.fields(&problem);
        again(&self, problem)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Show {
    told: Option<String>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(show): Query<Show>,
) -> Result<Html<String>, Fault> {
    let mut page = ProfilePage::of(&app, &caller.ctx, shell).await?;
    let key = match show.told.as_deref() {
        Some("saved") => "common-saved",
        Some("password") => "profile-password-done",
        Some("code") => "profile-verify-sent",
        Some("verified") => "profile-verify-done",
        Some("mail-code") => "profile-mail-sent",
        Some("mail-verified") => "profile-mail-done",
        _ => return render(&page),
    };
    page.told = page.shell.t(key);
    render(&page)
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<AccountForm>,
) -> Result<Response, Fault> {
    let mut page = ProfilePage::of(&app, &caller.ctx, shell).await?;
    let (role, expected) = (page.member.role, form.expected());
    let typed = AccountForm::of(&page.member);
    page.form = form;
    let patch = std::mem::replace(&mut page.form, typed).patch(role);
    let kept = patch.clone();
    match api::change_myself(&app, &caller.ctx, expected, patch).await {
        Ok(()) => Ok(Redirect::to("/profile?told=saved").into_response()),
        Err(problem) => {
            page.form.keep(kept);
            page.refused(problem)
        }
    }
}

impl AccountForm {
    /// Shows again what was typed.
    pub(super) fn keep(&mut self, patch: AccountPatch) {
        let text = |patch: Patch<String>, old: &mut String| {
            *old = patch.apply(Some(std::mem::take(old))).unwrap_or_default();
        };
        text(patch.first_name, &mut self.first_name);
        text(patch.last_name, &mut self.last_name);
        text(patch.email, &mut self.email);
        text(patch.phone, &mut self.phone);
        text(patch.profile.date_of_birth, &mut self.date_of_birth);
        text(patch.profile.phone_number, &mut self.phone_number);
        text(patch.profile.address, &mut self.address);
        text(patch.profile.specialty, &mut self.specialty);
        text(patch.profile.languages, &mut self.languages);
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PasswordForm {
    old_password: String,
    new_password: String,
}

async fn change_password(
    State(app): State<App>,
    caller: Caller,
    (shell, ClientAddr(client), OwnSignIn(kept)): (Shell, ClientAddr, OwnSignIn),
    Form(form): Form<PasswordForm>,
) -> Result<Response, Fault> {
    let (old, new) = (&form.old_password, &form.new_password);
    match api::change_password(&app, &caller.ctx, (client, kept), old, new).await {
        Ok(()) => Ok(Redirect::to("/profile?told=password").into_response()),
        Err(problem) => {
            let page = ProfilePage::of(&app, &caller.ctx, shell).await?;
            page.refused(problem)
        }
    }
}

fn cookie(app: &App, headers: &HeaderMap) -> Option<String> {
    let https = app.settings.public_url.starts_with("https://");
    SessionCookie::new(https).read(headers)
}

async fn send_code(
    State(app): State<App>,
    caller: Caller,
    Form(()): Form<()>,
) -> Result<Redirect, Fault> {
    api::send_phone_code(&app, &caller.ctx).await?;
    Ok(Redirect::to("/profile?told=code"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeForm {
    #[serde(default)]
    code: String,
}

async fn confirm(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<CodeForm>,
) -> Result<Response, Fault> {
    match api::confirm_phone(&app, &caller.ctx, &form.code).await {
        Ok(()) => Ok(Redirect::to("/profile?told=verified").into_response()),
        Err(problem) => {
            let page = ProfilePage::of(&app, &caller.ctx, shell).await?;
            page.refused(problem)
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SwitchForm {
    #[serde(default)]
    tenant: String,
}

/// Goes on in another clinic.
async fn switch(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Form(form): Form<SwitchForm>,
) -> Result<Redirect, Fault> {
    let user = caller.ctx.actor.user().ok_or_else(Problem::not_found)?;
    let cookie = cookie(&app, &headers).ok_or_else(Problem::not_found)?;
    api::switch_tenant(&app, user, &cookie, &form.tenant).await?;
    Ok(Redirect::to("/"))
}
