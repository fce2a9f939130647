//! Reminders whose time has come.

use std::{sync::Arc, time::Duration};

use jobs::{Failure, Job, Outcome, Queue};
use kernel::{Ctx, Id, Problem};
use store::StoreError;

use super::{api, storage::WORK};
use crate::App;

pub(super) fn queue(app: &App) -> Queue {
    let app = app.clone();
    Queue {
        sql: &WORK,
        concurrency: 4,
        timeout: Duration::from_secs(30),
        run: Arc::new(move |job| Box::pin(run(app.clone(), job))),
        buried: None,
    }
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
