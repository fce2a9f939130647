//! Analyses that were asked for. Without a model there are the rules
//! (`spec/clinical-safety.md`, 5): what they say is written down, marked so.

use std::{sync::Arc, time::Duration};

use clinical_form::Form;
use jobs::{Failure, Job, Outcome, Queue};
use kernel::{Ctx, Locale, Problem};
use safety_rules::{Assessment, Finding, Pack};
use store::{StoreError, WriteTx};
use webkit::Texts;

use super::{
    api, rules,
    storage::{self, ANALYSIS_WORK},
    wire::level_word,
};
use crate::{App, identity};

const WHO: &str = "analysis";

pub(super) fn queues(app: &App) -> Vec<Queue> {
    let (runner, burier) = (app.clone(), app.clone());
    vec![Queue {
        sql: &ANALYSIS_WORK,
        concurrency: 8,
        timeout: Duration::from_secs(150),
        run: Arc::new(move |job| Box::pin(run(runner.clone(), job))),
        buried: Some(Arc::new(move |tx, job, error| {
            let app = burier.clone();
            Box::pin(async move {
                let ctx = Ctx::system(job.tenant, WHO);
                let failed = api::fail_analysis(tx, &app, &ctx, job.id, &error).await;
                failed.map_err(|problem| StoreError::Internal(problem.into_cause()))
            })
        })),
    }]
}

async fn run(app: App, job: Job) -> Result<Outcome, Failure> {
    let (a, j) = (app.clone(), job.clone());
    let pack = api::pack(&app).await?;
    let done: Result<(), Problem> = app
        .store
        .write(job.tenant, move |tx| {
            Box::pin(async move {
                let ctx = Ctx::system(j.tenant, WHO);
                let proposal = by_the_rules(tx, (&a, &pack), &j).await?;
                api::end_analysis(tx, &a, &ctx, j.id, proposal).await?;
                Ok(jobs::finish(tx, &ANALYSIS_WORK, &j).await?)
            })
        })
        .await;
    done?;
    Ok(Outcome::Committed)
}

async fn by_the_rules(
    tx: &mut WriteTx,
    (app, pack): (&App, &Pack),
    job: &Job,
) -> Result<Option<String>, StoreError> {
    let Some(id) = storage::analysis(tx, job.tenant, job.id).await? else {
        return Ok(None);
    };
    let Some(record) = storage::find(tx, job.tenant, id).await? else {
        return Ok(None);
    };
    let clinic = identity::api::tenant(tx, job.tenant).await?;
    let today = app.clock.now().day(&clinic.zone);
    let assessment = rules::assess(pack, &record.content, &today);
    Ok(Some(written(&assessment, clinic.locale)))
}

/// What the rules say, in lines that a doctor reads in seconds.
fn written(assessment: &Assessment, locale: Locale) -> String {
    let texts = Texts::new(locale);
    let level = texts.get(&format!("care-level-{}", level_word(assessment.level)));
    let mut lines = vec![
        texts.get("care-analysis-by-rules"),
        texts.with("care-analysis-level", &[("level", &level)]),
    ];
    if let Some(score) = assessment.news2.score {
        let key = match assessment.news2.complete {
            true => "care-analysis-news2",
            false => "care-analysis-news2-incomplete",
        };
        lines.push(texts.with(key, &[("score", &i64::from(score))]));
    }
    lines.extend(assessment.findings.iter().map(|found| line(found, locale)));
    if !assessment.missing.is_empty() {
        let names = assessment.missing.iter().map(|key| label(key, locale));
        let names = names.collect::<Vec<_>>().join(", ");
        lines.push(texts.with("care-analysis-missing", &[("fields", &names)]));
    }
    lines.join("\n")
}

fn line(finding: &Finding, locale: Locale) -> String {
    let reasons = finding.reasons.iter();
    let reasons: Vec<_> = reasons.map(|text| text.in_locale(locale)).collect();
    let (text, source) = (finding.text.in_locale(locale), &finding.source);
    let reasons = reasons.join(" · ");
    format!(
        "• {text} [{reasons}] ({}, {})",
        source.organisation, source.year
    )
}

fn label(key: &str, locale: Locale) -> String {
    let field = Form::fiche().field(key);
    field
        .map_or(key, |field| field.label.text(locale))
        .to_owned()
}
