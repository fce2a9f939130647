//! Reminders whose hour has come.

use std::{sync::Arc, time::Duration};

use jobs::{Failure, Job, Outcome, Queue};
use kernel::{Ctx, Problem};

use super::{api, storage::REMINDER_WORK};
use crate::App;

pub(super) fn queues(app: &App) -> Vec<Queue> {
    let runner = app.clone();
    vec![Queue {
        sql: &REMINDER_WORK,
        concurrency: 4,
        timeout: Duration::from_secs(30),
        run: Arc::new(move |job| Box::pin(run(runner.clone(), job))),
        buried: None,
    }]
}

async fn run(app: App, job: Job) -> Result<Outcome, Failure> {
    let (a, j) = (app.clone(), job.clone());
    let done: Result<(), Problem> = app
        .store
        .write(job.tenant, move |tx| {
            Box::pin(async move {
                let ctx = Ctx::system(j.tenant, "reminders");
                api::remind(tx, &a, &ctx, j.id).await?;
                Ok(jobs::finish(tx, &REMINDER_WORK, &j).await?)
            })
        })
        .await;
    match done {
        Ok(()) => Ok(Outcome::Committed),
        Err(problem) => {
            let code = problem.stable_code().to_owned();
            Err(Failure::transient(problem.cause.unwrap_or(code)))
        }
    }
}
