//! Two records side by side, put together and taken apart.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Expected, Id, PageRequest, Problem, ProblemKind, Zone};
use serde::Deserialize;
use uuid::Uuid;
use webkit::{Caller, Fault, FieldTexts, Form, PathId, Query, Shell, render};

use crate::{
    App,
    patients::{
        api::{self, Comparison},
        model::{Choice, Duplicate, Gender, Merge, Patient, PatientId, Record},
    },
};

/// So many are offered at once.
const OFFERED: i64 = 20;

#[derive(Template)]
#[template(path = "patients/merge_choose.html")]
struct ChoosePage {
    shell: Shell,
    id: PatientId,
    name: String,
    search: String,
    found: Vec<Record>,
    alike: Vec<Duplicate>,
}

#[derive(Template)]
#[template(path = "patients/merge.html")]
struct MergePage {
    shell: Shell,
    comparison: Comparison,
    chosen: BTreeMap<String, Choice>,
    reason: String,
    errors: FieldTexts,
    /// The record in which one of the two is already.
    elsewhere: Option<String>,
    zone: Zone,
}

impl MergePage {
    fn is_chosen(&self, field: &&str, proposed: &Choice, choice: &str) -> bool {
        let chosen = self.chosen.get(*field).unwrap_or(proposed);
        chosen.as_str() == choice
    }

    /// Which record joins which.
    fn joins(&self) -> String {
        let (kept, other) = (&self.comparison.kept, &self.comparison.other);
        let (kept, other) = (kept.patient.full_name(), other.patient.full_name());
        let key = "duplicates-happens-record";
        self.shell.t2(key, ("other", other), ("kept", kept))
    }

    /// What a field is called on the patient's page.
    fn label(&self, field: &&str) -> String {
        let key = match *field {
            "date_of_birth" => "patients-birth-date".to_owned(),
            field => format!("patients-{}", field.replace('_', "-")),
        };
        self.shell.t(&key)
    }

    fn shown(&self, field: &&str, value: &Option<String>) -> String {
        let Some(value) = value else {
            return self.shell.t("duplicates-nothing");
        };
        match *field {
            "date_of_birth" => kernel::day_month_year(value),
            "gender" if Gender::parse(value) == Some(Gender::Male) => {
                self.shell.t("patients-gender-m")
            }
            "gender" => self.shell.t("patients-gender-f"),
            "language" => self.shell.t(&format!("duplicates-language-{value}")),
            _ => value.clone(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct With {
    with: Option<Uuid>,
    #[serde(default)]
    search: String,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

pub(super) async fn choose(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<Patient>,
    Query(with): Query<With>,
) -> Result<Response, Fault> {
    let Some(other) = with.with else {
        return offer(&app, &caller, shell, id, with.search).await;
    };
    let compared = api::comparison(&app, &caller.ctx, Id::from_uuid(other), id).await;
    match compared {
        Ok(comparison) => Ok(render(&page(shell, &caller, comparison))?.into_response()),
        Err(problem) => closed(problem),
    }
}

fn page(shell: Shell, caller: &Caller, comparison: Comparison) -> MergePage {
    MergePage {
        shell,
        comparison,
        chosen: BTreeMap::new(),
        reason: String::new(),
        errors: FieldTexts::default(),
        elsewhere: None,
        zone: caller.zone.clone(),
    }
}

/// A restricted record is opened on its own page first.
fn closed(problem: Problem) -> Result<Response, Fault> {
    let restricted = problem.code == Some("record-restricted");
    match named(&problem).filter(|_| restricted) {
        Some(id) => Ok(Redirect::to(&format!("/patients/{id}")).into_response()),
        None => Err(problem.into()),
    }
}

fn named(problem: &Problem) -> Option<String> {
    let (_, id) = problem.errors.first()?.args.first()?;
    Some(id.clone())
}

async fn offer(
    app: &App,
    caller: &Caller,
    shell: Shell,
    id: PatientId,
    search: String,
) -> Result<Response, Fault> {
    let name = api::name(app, &caller.ctx, id).await?;
    let page = PageRequest {
        page: 1,
        size: OFFERED,
    };
    let found = match search.trim() {
        "" => Vec::new(),
        search => api::list(app, &caller.ctx, search, None, page).await?.1,
    };
    let alike = match api::resembling(app, &caller.ctx, id).await {
        Ok(alike) => alike,
        Err(problem) => return closed(problem),
    };
    let others = |found: Vec<Record>| found.into_iter().filter(|it| it.patient.id != id).collect();
    let page = ChoosePage {
        shell,
        id,
        name,
        search,
        found: others(found),
        alike,
    };
    Ok(render(&page)?.into_response())
}

/// Choices come as `field-<name>=kept`.
#[derive(Deserialize)]
pub(super) struct MergeForm {
    into: Uuid,
    version: Option<i64>,
    into_version: Option<i64>,
    #[serde(default)]
    reason: String,
    #[serde(flatten)]
    fields: BTreeMap<String, String>,
}

impl MergeForm {
    fn chosen(&self) -> Result<BTreeMap<String, Choice>, Problem> {
        let choice = |(name, word): (&String, &String)| {
            let unknown = || Problem::invalid(name, "not-a-choice");
            let field = name.strip_prefix("field-").ok_or_else(unknown)?;
            let choice = Choice::parse(word).ok_or_else(unknown)?;
            Ok((field.to_owned(), choice))
        };
        self.fields.iter().map(choice).collect()
    }
}

pub(super) async fn merge(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<Patient>,
    Form(form): Form<MergeForm>,
) -> Result<Response, Fault> {
    let chosen = form.chosen()?;
    let into = Id::from_uuid(form.into);
    let wish = Merge {
        into,
        into_expected: Expected::seen(form.into_version),
        reason: Some(form.reason.clone()),
        fields: chosen.clone(),
    };
    let problem = match api::merge(&app, &caller.ctx, id, Expected::seen(form.version), wish).await
    {
        Ok(kept) => return Ok(Redirect::to(&format!("/patients/{kept}?saved=1")).into_response()),
        Err(problem) => problem,
    };
    if !matches!(
        problem.kind,
        ProblemKind::Invalid | ProblemKind::Conflict | ProblemKind::Stale
    ) {
        return closed(problem);
    }
    let comparison = match api::comparison(&app, &caller.ctx, id, into).await {
        Ok(comparison) => comparison,
        Err(_) => return Err(problem.into()),
    };
    let status = webkit::status(&problem);
    let page = MergePage {
        chosen,
        reason: form.reason,
        errors: shell.texts.fields(&problem),
        elsewhere: named(&problem).filter(|_| problem.kind == ProblemKind::Conflict),
        ..page(shell, &caller, comparison)
    };
    Ok((status, render(&page)?).into_response())
}

pub(super) async fn unmerge(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Patient>,
) -> Result<Response, Fault> {
    match api::unmerge(&app, &caller.ctx, id, Expected::Any).await {
        Ok(()) => Ok(Redirect::to(&format!("/patients/{id}?saved=1")).into_response()),
        Err(problem) => closed(problem),
    }
}
