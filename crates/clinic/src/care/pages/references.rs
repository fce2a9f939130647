//! What a record leans on, with a form that needs no scripts.

use askama::Template;
use axum::{
    extract::State,
    http::{Method, StatusCode},
    response::Response,
};
use kernel::{PageRequest, Problem, ProblemKind, Role};
use serde::Deserialize;
use webkit::{Caller, Fault, FieldTexts, Form, PathId, PathIds, Policy, Routes, Shell};

use super::part::{Nothing, alone, back};
use crate::{
    App,
    care::{
        api::{self, NewCitation, Source},
        model::{Citation, CitationMark, Encounter, EncounterId, EncounterMark},
        policy,
        rules::labs,
    },
};

/// Doctors and who runs the clinic.
const WRITERS: Policy = Policy::Roles(&[Role::Practitioner, Role::Admin, Role::SuperAdmin]);

pub(super) fn routes() -> Routes<App> {
    let post = Method::POST;
    let one = |action: &str| format!("/consultations/{{id}}/references/{{reference}}/{action}");
    Routes::new()
        .page(
            Method::GET,
            "/consultations/{id}/references",
            show,
            Policy::SignedIn,
        )
        .page(post.clone(), "/consultations/{id}/references", add, WRITERS)
        .page(post.clone(), &one("verify"), verify, WRITERS)
        .page(post, &one("delete"), drop_one, WRITERS)
}

/// What the form holds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::care) struct ReferenceForm {
    title: String,
    url: String,
    source: String,
    authors: String,
    year: String,
    journal: String,
}

struct Row {
    work: Citation,
    source: String,
    verified: Option<String>,
    may_delete: bool,
}

/// The references of a record with the form to add one, to stand on a page.
#[derive(Template)]
#[template(path = "care/references.html")]
pub(in crate::care) struct ReferencesPart {
    shell: Shell,
    id: EncounterId,
    /// Shown whether or not there is anything.
    open: bool,
    rows: Vec<Row>,
    may_write: bool,
    sources: Vec<(&'static str, String)>,
    form: ReferenceForm,
    errors: FieldTexts,
}

impl ReferencesPart {
    /// Loads it for a record that the caller may open.
    ///
    /// # Errors
    /// 404; 403 `record-restricted`.
    pub(in crate::care) async fn load(
        app: &App,
        caller: &Caller,
        shell: &Shell,
        record: &Encounter,
    ) -> Result<Self, Problem> {
        let page = PageRequest { page: 1, size: 100 };
        let (_, works) = api::citations(app, &caller.ctx, Some(record.id), page).await?;
        let source = |source: Source| shell.t(&format!("references-source-{source}"));
        let row = |work: Citation| {
            let day = work.verified_at.map(|at| at.day_month_year(&caller.zone));
            let name = work.verified_name.clone().unwrap_or_default();
            let text = |day| shell.t2("references-verified", ("name", name), ("day", day));
            Row {
                verified: day.map(text),
                source: source(work.source),
                may_delete: labs::may_change(&caller.ctx, record, work.added_by).is_ok(),
                work,
            }
        };
        let role = policy::role(&caller.ctx);
        Ok(Self {
            id: record.id,
            open: false,
            rows: works.into_iter().map(row).collect(),
            may_write: WRITERS.allows(role),
            sources: Source::ALL
                .iter()
                .map(|one| (one.as_str(), source(*one)))
                .collect(),
            form: ReferenceForm::default(),
            errors: FieldTexts::default(),
            shell: shell.clone(),
        })
    }
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
) -> Result<Response, Fault> {
    let record = api::record(&app, &caller.ctx, id).await?;
    let mut part = ReferencesPart::load(&app, &caller, &shell, &record).await?;
    part.open = true;
    let said = (shell, "references-title", String::new());
    alone(&caller, &record, part, said, StatusCode::OK)
}

fn some(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The reference that a form describes.
fn described(form: &ReferenceForm) -> Result<NewCitation, Problem> {
    let year = some(&form.year).map(|year| year.parse::<i64>()).transpose();
    Ok(NewCitation {
        title: form.title.clone(),
        url: some(&form.url),
        source: Source::parse(&form.source),
        authors: some(&form.authors),
        year: year.map_err(|_| Problem::invalid("year", "out-of-range"))?,
        journal: some(&form.journal),
    })
}

async fn add(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Form(form): Form<ReferenceForm>,
) -> Result<Response, Fault> {
    let record = api::record(&app, &caller.ctx, id).await?;
    let added = match described(&form) {
        Ok(new) => api::add_citation(&app, &caller.ctx, id, new).await,
        Err(problem) => Err(problem),
    };
    match added {
        Ok(_) => Ok(back(&caller, id, "references")),
        Err(problem) if problem.kind == ProblemKind::Invalid => {
            let mut part = ReferencesPart::load(&app, &caller, &shell, &record).await?;
            part.form = form;
            part.open = true;
            part.errors = shell.texts.fields(&problem);
            let said = (shell, "references-title", String::new());
            alone(&caller, &record, part, said, StatusCode::BAD_REQUEST)
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn verify(
    State(app): State<App>,
    caller: Caller,
    PathIds(id, work): PathIds<EncounterMark, CitationMark>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Fault> {
    api::verify_citation(&app, &caller.ctx, work).await?;
    Ok(back(&caller, id, "references"))
}

async fn drop_one(
    State(app): State<App>,
    caller: Caller,
    PathIds(id, work): PathIds<EncounterMark, CitationMark>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Fault> {
    api::drop_citation(&app, &caller.ctx, work).await?;
    Ok(back(&caller, id, "references"))
}
