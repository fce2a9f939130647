//! Results of a record, with a form that needs no scripts, and their lines.

use askama::Template;
use axum::{
    extract::State,
    http::{Method, StatusCode},
    response::{IntoResponse as _, Response},
};
use kernel::{Ctx, Expected, PageRequest, Problem, ProblemKind, day_month_year};
use serde::Deserialize;
use webkit::{
    Caller, Fault, FieldTexts, Form, PathId, PathIds, Policy, Query, Routes, Shell, render,
};

use super::{
    chart::{Chart, flag_text, with_unit},
    part::{Nothing, alone, back},
};
use crate::{
    App,
    care::{
        api::{self, NewObservation, Results},
        model::{Attachment, Encounter, EncounterId, EncounterMark, Observation, ObservationMark},
        rules::{labs, ranges::Flag},
        wire::file_url,
    },
};

pub(super) fn routes() -> Routes<App> {
    let (get, post, who) = (Method::GET, Method::POST, Policy::SignedIn);
    Routes::new()
        .page(get.clone(), "/consultations/{id}/labs", show, who)
        .page(post.clone(), "/consultations/{id}/labs", add, who)
        .page(get, "/consultations/{id}/labs/trend", trend, who)
        .page(
            post,
            "/consultations/{id}/labs/{result}/delete",
            drop_one,
            who,
        )
}

/// What the form holds.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::care) struct LabForm {
    analysis: String,
    value: String,
    unit: String,
    normal: String,
    laboratory: String,
    taken_on: String,
    paper: String,
    comment: String,
}

struct Row {
    result: Observation,
    flag: String,
    css: &'static str,
    mark: &'static str,
    paper: Option<String>,
    day: String,
    may_delete: bool,
}

impl Row {
    /// Whether more than the result is known.
    fn has_more(&self) -> bool {
        let result = &self.result;
        result.laboratory.is_some() || result.comment.is_some() || self.paper.is_some()
    }
}

/// The results of a record with the form to add one, to stand on a page.
#[derive(Template)]
#[template(path = "care/labs.html")]
pub(in crate::care) struct LabsPart {
    shell: Shell,
    id: EncounterId,
    /// Shown whether or not there is anything.
    open: bool,
    rows: Vec<Row>,
    /// Analyses with their lines' addresses.
    lines: Vec<(String, String)>,
    files: Vec<Attachment>,
    may_add: bool,
    is_signed: bool,
    form: LabForm,
    errors: FieldTexts,
}

impl LabsPart {
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
        let wanted = Results {
            encounter: Some(record.id),
            ..Results::default()
        };
        let page = PageRequest { page: 1, size: 100 };
        let (_, results) = api::observations(app, &caller.ctx, &wanted, page).await?;
        Ok(Self {
            id: record.id,
            open: false,
            lines: lines(record.id, &results),
            files: api::attachments(app, &caller.ctx, record.id).await?,
            may_add: labs::may_add(&caller.ctx, record).is_ok(),
            is_signed: record.signed_version.is_some(),
            rows: rows(shell, &caller.ctx, record, results),
            form: LabForm::default(),
            errors: FieldTexts::default(),
            shell: shell.clone(),
        })
    }
}

fn rows(shell: &Shell, ctx: &Ctx, record: &Encounter, results: Vec<Observation>) -> Vec<Row> {
    let row = |result: Observation| {
        let flag = result.flag();
        let (css, mark) = match flag {
            Some(Flag::Low) => ("warn", "▼"),
            Some(Flag::High) => ("warn", "▲"),
            Some(Flag::Normal) => ("ok", "●"),
            None => ("", "◆"),
        };
        Row {
            flag: flag_text(shell, flag),
            css,
            mark,
            paper: result.attachment_id.map(file_url),
            day: day_month_year(&result.taken_on),
            may_delete: labs::may_change(ctx, record, result.created_by).is_ok(),
            result,
        }
    };
    results.into_iter().map(row).collect()
}

/// Each analysis once, as it was last written.
fn lines(id: EncounterId, results: &[Observation]) -> Vec<(String, String)> {
    let mut seen = std::collections::BTreeSet::new();
    let named = results.iter().filter(|result| result.number().is_some());
    let named = named.filter(|result| seen.insert(kernel::text::fold(&result.analysis)));
    named
        .map(|result| {
            let name = &result.analysis;
            let mut query = form_urlencoded::Serializer::new(String::new());
            let query = query.append_pair("analysis", name).finish();
            (
                name.clone(),
                format!("/consultations/{id}/labs/trend?{query}"),
            )
        })
        .collect()
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
) -> Result<Response, Fault> {
    let record = api::record(&app, &caller.ctx, id).await?;
    let mut part = LabsPart::load(&app, &caller, &shell, &record).await?;
    part.open = true;
    let said = (shell, "labs-title", String::new());
    alone(&caller, &record, part, said, StatusCode::OK)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.trim().is_empty())
}

impl From<&LabForm> for NewObservation {
    fn from(form: &LabForm) -> Self {
        let paper = form.paper.parse().ok();
        Self {
            analysis: form.analysis.clone(),
            value: form.value.clone(),
            unit: some(&form.unit),
            normal: some(&form.normal),
            laboratory: some(&form.laboratory),
            attachment: paper.map(kernel::Id::from_uuid),
            comment: some(&form.comment),
            taken_on: form.taken_on.clone(),
        }
    }
}

async fn add(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Form(form): Form<LabForm>,
) -> Result<Response, Fault> {
    match api::add_observation(&app, &caller.ctx, id, (&form).into()).await {
        Ok(_) => Ok(back(&caller, id, "labs")),
        Err(problem) if problem.kind == ProblemKind::Invalid => {
            let record = api::record(&app, &caller.ctx, id).await?;
            let mut part = LabsPart::load(&app, &caller, &shell, &record).await?;
            part.form = form;
            part.open = true;
            part.errors = shell.texts.fields(&problem);
            let said = (shell, "labs-title", String::new());
            alone(&caller, &record, part, said, StatusCode::BAD_REQUEST)
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn drop_one(
    State(app): State<App>,
    caller: Caller,
    PathIds(id, result): PathIds<EncounterMark, ObservationMark>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Fault> {
    api::drop_observation(&app, &caller.ctx, result, Expected::Any).await?;
    Ok(back(&caller, id, "labs"))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Of {
    analysis: String,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

/// One line with its table.
struct Line {
    name: String,
    chart: Option<Chart>,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "care/trend.html")]
struct TrendPage {
    shell: Shell,
    id: EncounterId,
    title: String,
    lines: Vec<Line>,
}

async fn trend(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Query(of): Query<Of>,
) -> Result<Response, Fault> {
    let record = api::record(&app, &caller.ctx, id).await?;
    let patient = Some(record.patient_id);
    let all = match of.analysis.trim() {
        "" => Vec::new(),
        analysis => api::trend(&app, &caller.ctx, patient, analysis).await?,
    };
    let lines = all.into_iter().enumerate().map(|(number, series)| Line {
        name: with_unit(&series.analysis, series.unit.as_deref()),
        chart: Chart::of(&series, &shell, number),
        rows: rows(&shell, &caller.ctx, &record, series.points),
    });
    let page = TrendPage {
        title: shell.t1("labs-trend-of", "name", of.analysis.trim()),
        lines: lines.collect(),
        shell,
        id,
    };
    Ok(render(&page)?.into_response())
}
