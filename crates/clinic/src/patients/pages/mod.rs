mod access;
mod accounts;
mod form;
mod merge;

use askama::Template;
use axum::{
    extract::State,
    http::{Method, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use kernel::{Expected, Problem, ProblemKind, Zone};
use serde::Deserialize;
use webkit::{
    Caller, Fault, FieldTexts, Form, PageLinks, Paging, PathId, Policy, Query, Routes, Shell,
    render,
};

use self::form::PatientForm;
use super::{
    api,
    http::MERGERS,
    model::{Account, Duplicate, MergeRow, Patient, PatientId, PhoneOf, Reason, Record},
    wire::merge::reason_text,
};
use crate::App;

pub(super) fn routes() -> Routes<App> {
    let staff = Policy::STAFF;
    Routes::new()
        .page(Method::GET, "/patients", list, staff)
        .page(Method::GET, "/patients/rows", rows, staff)
        .page(Method::GET, "/patients/new", new, staff)
        .page(Method::POST, "/patients/new", create, staff)
        .page(Method::GET, "/patients/accounts", accounts::list, staff)
        .page(
            Method::POST,
            "/patients/{id}/account",
            accounts::link,
            staff,
        )
        .page(
            Method::POST,
            "/patients/{id}/account/end",
            accounts::unlink,
            staff,
        )
        .page(Method::GET, "/patients/{id}", show, staff)
        .page(Method::POST, "/patients/{id}", change, staff)
        .page(
            Method::POST,
            "/patients/{id}/break-glass",
            access::break_glass,
            staff,
        )
        .page(
            Method::GET,
            "/patients/{id}/access",
            access::access,
            Policy::ADMIN,
        )
        .page(Method::GET, "/patients/{id}/merge", merge::choose, MERGERS)
        .page(Method::POST, "/patients/{id}/merge", merge::merge, MERGERS)
        .page(
            Method::POST,
            "/patients/{id}/unmerge",
            merge::unmerge,
            MERGERS,
        )
        .page(
            Method::POST,
            "/patients/{id}/access",
            access::change_access,
            Policy::ADMIN,
        )
}

struct Found {
    rows: Vec<Record>,
    count: i64,
    query: String,
    links: PageLinks,
}

#[derive(Template)]
#[template(path = "patients/list.html")]
struct ListPage {
    shell: Shell,
    found: Found,
    /// Accounts that wait for their record.
    waiting: i64,
}

#[derive(Template)]
#[template(path = "patients/rows.html")]
struct RowsPart {
    shell: Shell,
    found: Found,
}

#[derive(Template)]
#[template(path = "patients/edit.html")]
struct EditPage {
    shell: Shell,
    id: Option<PatientId>,
    form: PatientForm,
    phones: Vec<PhoneOf>,
    errors: FieldTexts,
    twin: Option<String>,
    saved: bool,
    alike: Vec<Duplicate>,
    merges: Vec<MergeRow>,
    account: Option<Account>,
    zone: Zone,
}

impl EditPage {
    fn new(shell: Shell, caller: &Caller, id: Option<PatientId>, form: PatientForm) -> Self {
        Self {
            shell,
            id,
            form,
            phones: Vec::new(),
            errors: FieldTexts::default(),
            twin: None,
            saved: false,
            alike: Vec::new(),
            merges: Vec::new(),
            account: None,
            zone: caller.zone.clone(),
        }
    }

    /// Whether he who looks may put two records together.
    fn may_merge(&self) -> bool {
        let principal = self.shell.principal.as_deref();
        let role = principal.and_then(webkit::Principal::role);
        self.id.is_some() && MERGERS.allows(role)
    }

    fn reason(&self, reason: &Reason) -> String {
        reason_text(&self.shell.texts, *reason)
    }

    /// Whether he who looks may say who else may.
    fn may_set_access(&self) -> bool {
        let principal = self.shell.principal.as_deref();
        let role = principal.and_then(webkit::Principal::role);
        self.id.is_some() && role.is_some_and(kernel::Role::is_admin)
    }

    /// Who is there already, when this person was entered before.
    fn twin(&self) -> &str {
        self.twin.as_deref().unwrap_or_default()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
    search: Option<String>,
    #[serde(rename = "page")]
    _page: Option<i64>,
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

async fn find(
    app: &App,
    caller: &Caller,
    search: Search,
    paging: Paging,
) -> Result<Found, Problem> {
    let query = search.search.unwrap_or_default();
    let (count, rows) = api::list(app, &caller.ctx, &query, None, paging.request).await?;
    let request = paging.request;
    let page = paging.at("/patients").page(count, rows)?;
    Ok(Found {
        links: PageLinks::of(&page, request),
        rows: page.results,
        count,
        query,
    })
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(search): Query<Search>,
    paging: Paging,
) -> Result<Html<String>, Fault> {
    let found = find(&app, &caller, search, paging).await?;
    let waiting = api::count_unlinked(&app, &caller.ctx).await?;
    render(&ListPage {
        shell,
        found,
        waiting,
    })
}

async fn rows(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(search): Query<Search>,
    paging: Paging,
) -> Result<Html<String>, Fault> {
    let found = find(&app, &caller, search, paging).await?;
    render(&RowsPart { shell, found })
}

async fn new(caller: Caller, shell: Shell) -> Result<Html<String>, Fault> {
    let form = PatientForm {
        locale: caller.ctx.locale.to_string(),
        ..PatientForm::default()
    };
    render(&EditPage::new(shell, &caller, None, form))
}

async fn create(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<PatientForm>,
) -> Result<Response, Fault> {
    let page = EditPage::new(shell, &caller, None, form.clone());
    if form.confirm_new.is_empty() {
        match api::duplicates(&app, &caller.ctx, form.clone().into()).await {
            Ok(alike) if alike.is_empty() => {}
            Ok(alike) => {
                let page = EditPage { alike, ..page };
                return Ok((StatusCode::CONFLICT, render(&page)?).into_response());
            }
            Err(problem) => return again(page, problem),
        }
    }
    match api::create(&app, &caller.ctx, form.into()).await {
        Ok(created) => Ok(Redirect::to(&format!("/patients/{}", created.id)).into_response()),
        Err(problem) => again(page, problem),
    }
}

/// Shows the form again with what is wrong, everything typed still in it.
fn again(page: EditPage, problem: Problem) -> Result<Response, Fault> {
    if !matches!(
        problem.kind,
        ProblemKind::Invalid | ProblemKind::Conflict | ProblemKind::Stale
    ) {
        return Err(problem.into());
    }
    let status = webkit::status(&problem);
    let errors = page.shell.texts.fields(&problem);
    let ids = problem.errors.iter().filter(|error| error.code == "exists");
    let twin = ids
        .flat_map(|error| &error.args)
        .map(|(_, id)| id.clone())
        .next();
    let page = EditPage {
        errors,
        twin,
        ..page
    };
    Ok((status, render(&page)?).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    saved: Option<String>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<Patient>,
    Query(saved): Query<Saved>,
) -> Result<Response, Fault> {
    let record = match api::record(&app, &caller.ctx, id).await {
        Err(problem) if problem.code == Some("record-restricted") => {
            return access::closed((&app, &caller), shell, id, None).await;
        }
        other => other?,
    };
    let kept = record.patient.id;
    if kept != id {
        return Ok(Redirect::to(&format!("/patients/{kept}")).into_response());
    }
    let form = PatientForm::of(&record);
    let merges = api::merges_into(&app, &caller.ctx, id).await?;
    let page = EditPage {
        phones: record.phones,
        saved: saved.saved.is_some(),
        merges,
        account: api::linked_account(&app, &caller.ctx, id).await?,
        ..EditPage::new(shell, &caller, Some(id), form)
    };
    Ok(render(&page)?.into_response())
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<Patient>,
    Form(form): Form<PatientForm>,
) -> Result<Response, Fault> {
    let seen = Expected::seen(form.version);
    match api::update(&app, &caller.ctx, id, seen, form.clone().into()).await {
        Ok(()) => Ok(Redirect::to(&format!("/patients/{id}?saved=1")).into_response()),
        Err(problem) => {
            let phones = api::record(&app, &caller.ctx, id).await?.phones;
            let page = EditPage::new(shell, &caller, Some(id), form);
            again(EditPage { phones, ..page }, problem)
        }
    }
}
