use askama::Template;
use axum::{
    extract::State,
    http::Method,
    response::{Html, IntoResponse, Redirect, Response},
};
use kernel::{Ctx, Page, Problem, Role, User, UserId, Zone};
use serde::Deserialize;
use webkit::{
    Caller, Fault, FieldTexts, Form, PageLinks, Paging, PathId, Policy, Query, Routes, Shell,
    render,
};

use super::{again, profile::AccountForm};
use crate::{
    App,
    identity::api::{self, Invitation, Member, MemberChange, MemberFilter},
};

pub(super) fn routes() -> Routes<App> {
    let admin = Policy::ADMIN;
    Routes::new()
        .page(Method::GET, "/users", list, admin)
        .page(Method::GET, "/users/{id}", show, admin)
        .page(Method::POST, "/users/{id}", change, admin)
        .page(Method::POST, "/users/{id}/rights", set_rights, admin)
        .page(Method::POST, "/users/{id}/reset-link", make_link, admin)
}

/// The roles an admin gives.
pub(super) const GIVEN: [Role; 5] = [
    Role::Patient,
    Role::Practitioner,
    Role::Agent,
    Role::Manager,
    Role::Admin,
];

#[derive(Template)]
#[template(path = "identity/users.html")]
struct UsersPage {
    shell: Shell,
    filter: MemberFilter,
    page: Page<Member>,
    links: PageLinks,
    invitations: Vec<Invitation>,
    now: kernel::Timestamp,
    zone: Zone,
}

impl UsersPage {
    fn roles(&self) -> &'static [Role] {
        &GIVEN
    }

    fn is_role(&self, role: &Role) -> bool {
        self.filter.role == Some(*role)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    role: Option<Role>,
    is_active: Option<bool>,
    search: Option<String>,
    #[serde(rename = "page")]
    _page: Option<i64>,
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(filter): Query<Filter>,
    paging: Paging,
) -> Result<Html<String>, Fault> {
    let filter = MemberFilter {
        role: filter.role,
        is_active: filter.is_active,
        search: filter.search.unwrap_or_default(),
    };
    let request = paging.request;
    let (count, rows) = api::members(&app, &caller.ctx, &filter, request).await?;
    let newest = kernel::PageRequest { page: 1, size: 50 };
    let (_, invitations) = api::invitations(&app, &caller.ctx, newest).await?;
    let page = paging.page(count, rows)?;
    render(&UsersPage {
        shell,
        filter,
        links: PageLinks::of(&page, request),
        page,
        invitations,
        now: app.clock.now(),
        zone: caller.zone.clone(),
    })
}

#[derive(Template)]
#[template(path = "identity/user.html")]
struct UserPage {
    shell: Shell,
    member: Member,
    is_me: bool,
    form: AccountForm,
    saved: bool,
    errors: FieldTexts,
    zone: Zone,
}

impl UserPage {
    async fn of(app: &App, ctx: &Ctx, shell: Shell, id: UserId) -> Result<Self, Problem> {
        let member = api::member(app, ctx, id).await?;
        Ok(Self {
            is_me: ctx.actor.user() == Some(id),
            form: AccountForm::of(&member),
            member,
            saved: false,
            errors: FieldTexts::default(),
            zone: shell.caller()?.zone.clone(),
            shell,
        })
    }

    fn is_patient(&self) -> bool {
        self.member.role == Role::Patient
    }

    fn is_doctor(&self) -> bool {
        self.member.role == Role::Practitioner
    }

    fn roles(&self) -> &'static [Role] {
        &GIVEN
    }

    fn is_role(&self, role: &Role) -> bool {
        self.member.role == *role
    }

    fn when(&self) -> String {
        match self.member.last_login_at {
            Some(at) => {
                let day = at.day_month_year(&self.zone);
                self.shell.t1("users-last-login", "when", day)
            }
            None => self.shell.t("users-never"),
        }
    }

    fn refused(mut self, problem: Problem) -> Result<Response, Fault> {
        self.errors = self.shell.texts.fields(&problem);
        again(&self, problem)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Show {
    saved: Option<String>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<User>,
    Query(show): Query<Show>,
) -> Result<Html<String>, Fault> {
    let page = UserPage::of(&app, &caller.ctx, shell, id).await?;
    render(&UserPage {
        saved: show.saved.is_some(),
        ..page
    })
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<User>,
    Form(form): Form<AccountForm>,
) -> Result<Response, Fault> {
    let mut page = UserPage::of(&app, &caller.ctx, shell, id).await?;
    let expected = form.expected();
    let account = form.patch(page.member.role);
    let change = MemberChange {
        account: account.clone(),
        ..MemberChange::default()
    };
    match api::change_member(&app, &caller.ctx, id, expected, change).await {
        Ok(()) => Ok(Redirect::to(&format!("/users/{id}?saved=1")).into_response()),
        Err(problem) => {
            page.form.keep(account);
            page.refused(problem)
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RightsForm {
    role: Option<Role>,
    is_active: Option<bool>,
}

async fn set_rights(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<User>,
    Form(form): Form<RightsForm>,
) -> Result<Response, Fault> {
    let change = MemberChange {
        role: form.role,
        is_active: form.is_active,
        ..MemberChange::default()
    };
    match api::change_member(&app, &caller.ctx, id, kernel::Expected::Any, change).await {
        Ok(()) => Ok(Redirect::to(&format!("/users/{id}?saved=1")).into_response()),
        Err(problem) => {
            let page = UserPage::of(&app, &caller.ctx, shell, id).await?;
            page.refused(problem)
        }
    }
}

/// A link that is shown once, and where to go on.
#[derive(Template)]
#[template(path = "identity/link.html")]
pub(super) struct LinkPage {
    pub(super) shell: Shell,
    pub(super) title: String,
    pub(super) link: String,
    pub(super) is_sent: bool,
}

async fn make_link(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<User>,
    Form(()): Form<()>,
) -> Result<Response, Fault> {
    match api::make_reset_link(&app, &caller.ctx, id).await {
        Ok(link) => {
            let page = LinkPage {
                title: shell.t("reset-title"),
                link: link.0,
                is_sent: false,
                shell,
            };
            Ok(render(&page)?.into_response())
        }
        Err(problem) => {
            let page = UserPage::of(&app, &caller.ctx, shell, id).await?;
            page.refused(problem)
        }
    }
}
