mod access;

use askama::Template;
use axum::{
    extract::State,
    http::{Method, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use kernel::{Expected, Locale, Patch, Problem, ProblemKind};
use serde::Deserialize;
use webkit::{
    Caller, Fault, FieldTexts, Form, PageLinks, Paging, PathId, Policy, Query, Routes, Shell,
    render,
};

use super::{
    api::{self, NewPatient, PatientPatch},
    model::{Gender, Patient, PatientId, PhoneOf, Record},
};
use crate::App;

pub(super) fn routes() -> Routes<App> {
    let staff = Policy::STAFF;
    Routes::new()
        .page(Method::GET, "/patients", list, staff)
        .page(Method::GET, "/patients/rows", rows, staff)
        .page(Method::GET, "/patients/new", new, staff)
        .page(Method::POST, "/patients/new", create, staff)
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
    errors: Option<FieldTexts>,
    twin: Option<String>,
    saved: bool,
}

impl EditPage {
    fn error(&self, field: &str) -> String {
        self.errors
            .as_ref()
            .map(|errors| errors.of_field(field).to_string())
            .unwrap_or_default()
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

    fn summary(&self) -> String {
        self.errors
            .as_ref()
            .map(|errors| errors.summary().to_string())
            .unwrap_or_default()
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
    render(&ListPage { shell, found })
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

/// The form as it was typed, so that nothing is lost when something is wrong.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PatientForm {
    version: Option<i64>,
    first_name: String,
    last_name: String,
    phone: String,
    date_of_birth: String,
    gender: String,
    locale: String,
    email: String,
    address: String,
    emergency_contact: String,
    emergency_phone: String,
    medical_history: String,
    allergies: String,
    current_medications: String,
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.trim().is_empty())
}

impl From<PatientForm> for NewPatient {
    fn from(form: PatientForm) -> Self {
        Self {
            first_name: form.first_name,
            last_name: form.last_name,
            phone: form.phone,
            birth_date: some(form.date_of_birth),
            gender: some(form.gender),
            locale: Locale::parse(&form.locale),
            email: some(form.email),
            address: some(form.address),
            emergency_contact: some(form.emergency_contact),
            emergency_phone: some(form.emergency_phone),
            medical_history: some(form.medical_history),
            allergies: some(form.allergies),
            current_medications: some(form.current_medications),
        }
    }
}

/// An empty field of the form clears what was there.
fn set(text: String) -> Patch<String> {
    some(text).map_or(Patch::Clear, Patch::Set)
}

impl From<PatientForm> for PatientPatch {
    fn from(form: PatientForm) -> Self {
        Self {
            first_name: set(form.first_name),
            last_name: set(form.last_name),
            phone: set(form.phone),
            birth_date: set(form.date_of_birth),
            gender: set(form.gender),
            locale: Locale::parse(&form.locale).map_or(Patch::Keep, Patch::Set),
            status: Patch::Keep,
            email: set(form.email),
            address: set(form.address),
            emergency_contact: set(form.emergency_contact),
            emergency_phone: set(form.emergency_phone),
            medical_history: set(form.medical_history),
            allergies: set(form.allergies),
            current_medications: set(form.current_medications),
        }
    }
}

async fn new(caller: Caller, shell: Shell) -> Result<Html<String>, Fault> {
    let form = PatientForm {
        locale: caller.ctx.locale.to_string(),
        ..PatientForm::default()
    };
    render(&EditPage {
        shell,
        id: None,
        form,
        phones: Vec::new(),
        errors: None,
        twin: None,
        saved: false,
    })
}

async fn create(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<PatientForm>,
) -> Result<Response, Fault> {
    match api::create(&app, &caller.ctx, form.clone().into()).await {
        Ok(created) => Ok(Redirect::to(&format!("/patients/{}", created.id)).into_response()),
        Err(problem) => again(shell, None, form, Vec::new(), problem),
    }
}

/// Shows the form again with what is wrong, everything typed still in it.
fn again(
    shell: Shell,
    id: Option<PatientId>,
    form: PatientForm,
    phones: Vec<PhoneOf>,
    problem: Problem,
) -> Result<Response, Fault> {
    if !matches!(
        problem.kind,
        ProblemKind::Invalid | ProblemKind::Conflict | ProblemKind::Stale
    ) {
        return Err(problem.into());
    }
    let status = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let errors = Some(shell.texts.fields(&problem));
    let ids = problem.errors.iter().filter(|error| error.code == "exists");
    let twin = ids
        .flat_map(|error| &error.args)
        .map(|(_, id)| id.clone())
        .next();
    let page = EditPage {
        shell,
        id,
        form,
        phones,
        errors,
        twin,
        saved: false,
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
    let patient = record.patient;
    let form = PatientForm {
        version: Some(patient.version),
        first_name: patient.first_name,
        last_name: patient.last_name,
        phone: record
            .phones
            .first()
            .map(|row| row.phone.pretty())
            .unwrap_or_default(),
        date_of_birth: patient.birth_date.unwrap_or_default(),
        gender: patient.gender.map_or("", Gender::as_str).to_owned(),
        locale: patient.locale.to_string(),
        email: patient.email.unwrap_or_default(),
        address: patient.address.unwrap_or_default(),
        emergency_contact: patient.emergency_contact.unwrap_or_default(),
        emergency_phone: patient.emergency_phone.unwrap_or_default(),
        medical_history: patient.medical_history.unwrap_or_default(),
        allergies: patient.allergies.unwrap_or_default(),
        current_medications: patient.current_medications.unwrap_or_default(),
    };
    let page = EditPage {
        shell,
        id: Some(id),
        form,
        phones: record.phones,
        errors: None,
        twin: None,
        saved: saved.saved.is_some(),
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
    let seen = form
        .version
        .map_or(Expected::Any, |version| Expected::OneOf(vec![version]));
    match api::update(&app, &caller.ctx, id, seen, form.clone().into()).await {
        Ok(()) => Ok(Redirect::to(&format!("/patients/{id}?saved=1")).into_response()),
        Err(problem) => {
            let phones = api::record(&app, &caller.ctx, id).await?.phones;
            again(shell, Some(id), form, phones, problem)
        }
    }
}
