//! Reception says which record belongs to the account that a patient made.

use askama::Template;
use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
};
use kernel::{Id, PageRequest, Problem, ProblemKind, UserId, Zone};
use serde::Deserialize;
use uuid::Uuid;
use webkit::{Caller, Fault, Form, PageLinks, Paging, PathId, Query, Shell, render};

use crate::{
    App,
    patients::{
        api,
        model::{Patient, PatientId, Reason, Record, Unlinked, WaitingAccount},
        wire::merge::reason_text,
    },
};

/// Records offered at once for what is sought.
const OFFERED: i64 = 20;

#[derive(Template)]
#[template(path = "patients/accounts.html")]
struct AccountsPage {
    shell: Shell,
    accounts: Vec<Unlinked>,
    links: PageLinks,
    /// The one account that a record is sought for.
    only: Option<UserId>,
    search: String,
    found: Vec<Record>,
    /// The record that was just linked, with its name.
    linked: Option<(PatientId, String)>,
    failed: String,
    zone: Zone,
}

impl AccountsPage {
    fn made(&self, account: &WaitingAccount) -> String {
        let day = account.created_at.day_month_year(&self.zone);
        let name = account.username.as_str();
        self.shell
            .t2("accounts-made", ("username", name), ("date", day))
    }

    fn reason(&self, reason: &Reason) -> String {
        reason_text(&self.shell.texts, *reason)
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    account: Option<Uuid>,
    #[serde(default)]
    search: String,
    linked: Option<Uuid>,
    #[serde(rename = "page")]
    _page: Option<i64>,
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(wanted): Query<Wanted>,
    paging: Paging,
) -> Result<Html<String>, Fault> {
    let page = page((&app, &caller), shell, wanted, paging).await?;
    render(&page)
}

async fn page(
    (app, caller): (&App, &Caller),
    shell: Shell,
    wanted: Wanted,
    paging: Paging,
) -> Result<AccountsPage, Problem> {
    let only: Option<UserId> = wanted.account.map(Id::from_uuid);
    let request = paging.request;
    let (count, accounts) = match only {
        Some(user) => (1, vec![api::unlinked_one(app, &caller.ctx, user).await?]),
        None => api::unlinked(app, &caller.ctx, request).await?,
    };
    let linked: Option<PatientId> = wanted.linked.map(Id::from_uuid);
    let linked = match linked {
        Some(id) => Some((id, api::name(app, &caller.ctx, id).await?)),
        None => None,
    };
    let page = paging.at("/patients/accounts").page(count, accounts)?;
    let mut page = AccountsPage {
        shell,
        links: PageLinks::of(&page, request),
        accounts: page.results,
        only,
        search: wanted.search,
        found: Vec::new(),
        linked,
        failed: String::new(),
        zone: caller.zone.clone(),
    };
    if only.is_some() && !page.search.trim().is_empty() {
        let offered = PageRequest::new(Some(1), Some(OFFERED))?;
        (_, page.found) = api::list(app, &caller.ctx, &page.search, None, offered).await?;
    }
    Ok(page)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkForm {
    user: Uuid,
}

/// Links with one press; what is refused is told above the list.
pub(super) async fn link(
    State(app): State<App>,
    caller: Caller,
    (shell, paging): (Shell, Paging),
    PathId(id): PathId<Patient>,
    Form(form): Form<LinkForm>,
) -> Result<Response, Fault> {
    let linked = api::link_account(&app, &caller.ctx, id, Id::from_uuid(form.user)).await;
    let problem = match linked {
        Ok(()) => {
            let to = format!("/patients/accounts?linked={id}");
            return Ok(Redirect::to(&to).into_response());
        }
        Err(problem) if problem.code == Some("record-restricted") => {
            return Ok(Redirect::to(&format!("/patients/{id}")).into_response());
        }
        Err(problem) => problem,
    };
    if !matches!(problem.kind, ProblemKind::Invalid | ProblemKind::Conflict) {
        return Err(problem.into());
    }
    let status = webkit::status(&problem);
    let errors = shell.texts.fields(&problem);
    let page = page((&app, &caller), shell, Wanted::default(), paging).await?;
    let page = AccountsPage {
        failed: errors.summary().to_owned(),
        ..page
    };
    Ok((status, render(&page)?).into_response())
}

pub(super) async fn unlink(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Patient>,
    Form(()): Form<()>,
) -> Result<Redirect, Fault> {
    api::unlink_account(&app, &caller.ctx, id).await?;
    Ok(Redirect::to(&format!("/patients/{id}")))
}
