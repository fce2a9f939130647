//! Work that follows a provider's call.

mod consent;
mod keys;
mod mail;
mod media;
mod process;
mod question;
mod reply;

pub(super) use process::{attach, happening};

use std::{sync::Arc, time::Duration};

use jobs::{Failure, Job, Outcome, Queue, RetryClass};

use super::{api::TOPIC, model::ProcessingStatus, storage};
use crate::App;

pub(super) fn queues(app: &App) -> Vec<Queue> {
    vec![events(app), media(app)]
}

fn events(app: &App) -> Queue {
    let (runner, burier) = (app.clone(), app.clone());
    Queue {
        sql: &storage::EVENT_WORK,
        concurrency: 32,
        timeout: Duration::from_secs(30),
        run: Arc::new(move |job| Box::pin(run(runner.clone(), job))),
        buried: Some(Arc::new(move |tx, job, error| {
            let now = burier.clock.now();
            Box::pin(async move {
                let end = storage::EventEnd {
                    error: Some(&error),
                    ..Default::default()
                };
                storage::end_event(tx, job.tenant, job.id, ProcessingStatus::Failed, end, now).await
            })
        })),
    }
}

async fn run(app: App, job: Job) -> Result<Outcome, Failure> {
    let (a, j) = (app.clone(), job.clone());
    let done = app.store.write(job.tenant, move |tx| {
        Box::pin(async move { process::process(tx, &a, &j).await })
    });
    match done.await? {
        process::Done::Ended => Ok(Outcome::Committed),
        process::Done::NotYet => Err(Failure::Retry {
            class: RetryClass::NotYet,
            error: "no message has this id".to_owned(),
            after: None,
        }),
    }
}

fn media(app: &App) -> Queue {
    let runner = app.clone();
    Queue {
        sql: &storage::MEDIA_WORK,
        concurrency: 4,
        // Longer than the fetcher's own patience, whose errors say more.
        timeout: Duration::from_secs(200),
        run: Arc::new(move |job| Box::pin(media::fetch(runner.clone(), job))),
        buried: Some(Arc::new(|tx, job, _| {
            Box::pin(async move {
                storage::end_media(tx, job.tenant, job.id, None).await?;
                tx.emit(TOPIC, job.id);
                Ok(())
            })
        })),
    }
}
