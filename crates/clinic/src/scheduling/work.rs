//! Reminders whose hour has come, and places that became free.

use std::{sync::Arc, time::Duration};

use jobs::{Failure, Job, Outcome, Queue};
use kernel::{Ctx, Problem};

use super::{
    api,
    storage::{self, FREED_WORK, REMINDER_WORK},
};
use crate::App;

pub(super) fn queues(app: &App) -> Vec<Queue> {
    let (reminders, places) = (app.clone(), app.clone());
    vec![
        Queue {
            sql: &REMINDER_WORK,
            concurrency: 4,
            timeout: Duration::from_secs(30),
            run: Arc::new(move |job| Box::pin(run(reminders.clone(), job))),
            buried: None,
        },
        Queue {
            sql: &FREED_WORK,
            concurrency: 4,
            timeout: Duration::from_secs(30),
            run: Arc::new(move |job| Box::pin(offer(places.clone(), job))),
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
                let ctx = Ctx::system(j.tenant, "reminders");
                api::remind(tx, &a, &ctx, j.id).await?;
                Ok(jobs::finish(tx, &REMINDER_WORK, &j).await?)
            })
        })
        .await;
    done?;
    Ok(Outcome::Committed)
}

/// Offers a place, and says in the same transaction when to look at it again.
async fn offer(app: App, job: Job) -> Result<Outcome, Failure> {
    let (a, j) = (app.clone(), job.clone());
    let done: Result<(), Problem> = app
        .store
        .write(job.tenant, move |tx| {
            Box::pin(async move {
                let ctx = Ctx::system(j.tenant, "waiting");
                match api::offer_freed(tx, &a, &ctx, j.id).await? {
                    Some(at) => Ok(storage::look_again(tx, &j, at).await?),
                    None => Ok(jobs::finish(tx, &FREED_WORK, &j).await?),
                }
            })
        })
        .await;
    done?;
    Ok(Outcome::Committed)
}
