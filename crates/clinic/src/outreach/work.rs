//! Reminders and broadcasts whose time has come.

use std::{sync::Arc, time::Duration};

use jobs::{Failure, Job, Outcome, Queue};
use kernel::{Ctx, Id, Problem};
use store::StoreError;

use super::{
    api,
    storage::{BROADCAST_WORK, WORK},
};
use crate::App;

/// Writing a great audience down takes seconds.
const BROADCAST_TIMEOUT: Duration = Duration::from_secs(300);

pub(super) fn queues(app: &App) -> Vec<Queue> {
    let (reminders, broadcasts) = (app.clone(), app.clone());
    vec![
        Queue {
            sql: &WORK,
            concurrency: 4,
            timeout: Duration::from_secs(30),
            run: Arc::new(move |job| Box::pin(run(reminders.clone(), job))),
            buried: None,
        },
        Queue {
            sql: &BROADCAST_WORK,
            concurrency: 2,
            timeout: BROADCAST_TIMEOUT,
            run: Arc::new(move |job| Box::pin(turn(broadcasts.clone(), job))),
            buried: None,
        },
    ]
}

async fn run(app: App, job: Job) -> Result<Outcome, Failure> {
    let (a, j) = (app.clone(), job.clone());
    let done: Result<(), Problem> = app
        .store
        .write(job.tenant, move |tx| {
            Box::pin(async move {
                let ctx = Ctx::system(j.tenant, "reminder-notes");
                match jobs::finish(tx, &WORK, &j).await {
                    // Somebody sent, changed or deleted it meanwhile.
                    Err(StoreError::RowCount { .. }) => return Ok(()),
                    other => other?,
                }
                api::tell(tx, &a, &ctx, Id::from_uuid(j.id)).await.map(drop)
            })
        })
        .await;
    done?;
    Ok(Outcome::Committed)
}

/// One turn of a broadcast.
async fn turn(app: App, job: Job) -> Result<Outcome, Failure> {
    while api::gather(&app, &job).await? {}
    api::release_slice(&app, &job).await?;
    Ok(Outcome::Committed)
}
