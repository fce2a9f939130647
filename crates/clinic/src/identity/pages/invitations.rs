use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, Method},
    response::{Html, IntoResponse, Redirect, Response},
};
use kernel::{Locale, Problem, Role};
use serde::Deserialize;
use webkit::{
    Caller, Fault, FieldTexts, Form, PathId, Policy, Query, Routes, SessionCookie, Shell, render,
};

use super::{
    NoQuery, again, some, told,
    users::{GIVEN, LinkPage},
};
use crate::{
    App,
    identity::api::{self, InvitationKind, Invited, NewInvitation, Offer},
};

pub(super) fn routes() -> Routes<App> {
    let admin = Policy::ADMIN;
    let (send, end) = (
        "/users/invitations/{id}/send",
        "/users/invitations/{id}/end",
    );
    Routes::new()
        .page(Method::GET, "/users/invite", show_form, admin)
        .page(Method::POST, "/users/invite", invite, admin)
        .page(Method::POST, send, send_again, admin)
        .page(Method::POST, end, end_invitation, admin)
        .page(Method::GET, "/invitation/{token}", offer, Policy::Public)
        .page(Method::POST, "/invitation/{token}", accept, Policy::Public)
        .page(
            Method::POST,
            "/invitation/{token}/join",
            join,
            Policy::SignedIn,
        )
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct InviteForm {
    role: String,
    first_name: String,
    last_name: String,
    email: String,
    phone: String,
    language: String,
}

#[derive(Template)]
#[template(path = "identity/invite.html")]
struct InvitePage {
    shell: Shell,
    form: InviteForm,
    errors: FieldTexts,
}

impl InvitePage {
    fn roles(&self) -> &'static [Role] {
        &GIVEN
    }

    fn is_role(&self, role: &Role) -> bool {
        self.form.role == role.as_str()
    }
}

async fn show_form(
    shell: Shell,
    Query(NoQuery { .. }): Query<NoQuery>,
) -> Result<Html<String>, Fault> {
    let form = InviteForm {
        role: Role::Agent.to_string(),
        language: shell.lang.to_owned(),
        ..InviteForm::default()
    };
    render(&InvitePage {
        shell,
        form,
        errors: FieldTexts::default(),
    })
}

async fn invite(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<InviteForm>,
) -> Result<Response, Fault> {
    let new = NewInvitation {
        role: Role::parse(&form.role).ok_or_else(|| Problem::invalid("role", "malformed"))?,
        first_name: form.first_name.clone(),
        last_name: form.last_name.clone(),
        email: some(form.email.clone()),
        phone: some(form.phone.clone()),
        locale: Locale::parse(&form.language).unwrap_or(caller.ctx.locale),
    };
    match api::invite(&app, &caller.ctx, new).await {
        Ok(invited) => handed_over(shell, invited),
        Err(problem) => {
            let errors = shell.texts.fields(&problem);
            let page = InvitePage {
                shell,
                form,
                errors,
            };
            again(&page, problem)
        }
    }
}

fn handed_over(shell: Shell, invited: Invited) -> Result<Response, Fault> {
    let page = LinkPage {
        title: shell.t("invitations-title"),
        link: invited.link.0,
        is_sent: invited.is_sent,
        shell,
    };
    Ok(render(&page)?.into_response())
}

async fn send_again(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<InvitationKind>,
    Form(()): Form<()>,
) -> Result<Response, Fault> {
    let invited = api::send_invitation(&app, &caller.ctx, id).await?;
    handed_over(shell, invited)
}

async fn end_invitation(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<InvitationKind>,
    Form(()): Form<()>,
) -> Result<Redirect, Fault> {
    api::end_invitation(&app, &caller.ctx, id).await?;
    Ok(Redirect::to("/users#invitations"))
}

#[derive(Template)]
#[template(path = "identity/invitation.html")]
struct OfferPage {
    shell: Shell,
    offer: Offer,
    token: String,
    username: String,
    errors: FieldTexts,
}

impl OfferPage {
    fn title(&self) -> String {
        let clinic = &self.offer.clinic.name;
        self.shell.t1("invitation-title", "clinic", clinic)
    }

    fn text(&self) -> String {
        let invitation = &self.offer.invitation;
        let role = self.shell.role(&invitation.role);
        self.shell.texts.with(
            "invitation-offer",
            &[
                ("name", &invitation.first_name),
                ("clinic", &self.offer.clinic.name),
                ("role", &role),
            ],
        )
    }
}

/// Opening the link uses nothing up: previews of messages open it as well.
async fn offer(
    State(app): State<App>,
    shell: Shell,
    Path(token): Path<String>,
    Query(NoQuery { .. }): Query<NoQuery>,
) -> Result<Html<String>, Fault> {
    let offer = api::look_at_invitation(&app, &token).await?;
    render(&OfferPage {
        shell,
        offer,
        token,
        username: String::new(),
        errors: FieldTexts::default(),
    })
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct AcceptForm {
    username: String,
    password: String,
}

async fn accept(
    State(app): State<App>,
    shell: Shell,
    Path(token): Path<String>,
    Form(form): Form<AcceptForm>,
) -> Result<Response, Fault> {
    match api::accept_as_new(&app, &token, &form.username, &form.password).await {
        Ok(_) => told(shell, "invitations-title", "register-done"),
        Err(problem) => {
            let page = OfferPage {
                offer: api::look_at_invitation(&app, &token).await?,
                errors: shell.texts.fields(&problem),
                shell,
                token,
                username: form.username,
            };
            again(&page, problem)
        }
    }
}

/// Accepts with the account he is signed in with, and goes there.
async fn join(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(token): Path<String>,
    Form(()): Form<()>,
) -> Result<Redirect, Fault> {
    let clinic = api::accept_as(&app, &caller.ctx, &token).await?;
    let https = app.settings.public_url.starts_with("https://");
    let cookie = SessionCookie::new(https).read(&headers);
    if let (Some(user), Some(cookie)) = (caller.ctx.actor.user(), cookie) {
        api::switch_tenant(&app, user, &cookie, &clinic.slug).await?;
    }
    Ok(Redirect::to("/"))
}
