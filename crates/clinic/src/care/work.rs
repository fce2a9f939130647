//! Analyses that were asked for.

use std::{sync::Arc, time::Duration};

use jobs::{Failure, Job, Outcome, Queue};
use kernel::{Ctx, Problem};

use super::{api, storage::ANALYSIS_WORK};
use crate::App;

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
                failed.map_err(|problem| {
                    store::StoreError::Internal(problem.cause.unwrap_or_default())
                })
            })
        })),
    }]
}

async fn run(app: App, job: Job) -> Result<Outcome, Failure> {
    let (a, j) = (app.clone(), job.clone());
    let done: Result<(), Problem> = app
        .store
        .write(job.tenant, move |tx| {
            Box::pin(async move {
                let ctx = Ctx::system(j.tenant, WHO);
                api::end_analysis(tx, &a, &ctx, j.id, None).await?;
                Ok(jobs::finish(tx, &ANALYSIS_WORK, &j).await?)
            })
        })
        .await;
    match done {
        Ok(()) => Ok(Outcome::Committed),
        Err(problem) => {
            let code = problem.stable_code();
            Err(Failure::transient(
                problem.cause.unwrap_or_else(|| code.to_owned()),
            ))
        }
    }
}
