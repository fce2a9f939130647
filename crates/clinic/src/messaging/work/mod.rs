use std::{sync::Arc, time::Duration};

use jobs::{Failure, Job, Outcome, Queue, RetryClass};
use ports::{ErrorClass, GatewaySender, Lookup, SendError};
use send_rules::Channel;
use store::Together;

use super::{
    model::{Attempt, Recipient, Target, ToSend},
    storage,
};
use crate::App;
use accept::Taken;
use begin::Next;
use lines::Permit;

mod accept;
mod begin;
pub(super) mod content;
pub(super) mod cost;
pub(super) mod discreet;
pub(super) mod facts;
pub(super) mod fallback;
pub(super) mod lines;
mod lookup;
pub(super) mod mail;
pub(super) mod push;
pub(super) mod send;
mod unasked;
pub(super) mod undelivered;
pub(super) mod voice;
pub(super) mod ways;

/// Longer than the provider's own time-outs, connection and answer together.
const TIMEOUT: Duration = Duration::from_secs(30);

pub(super) fn queue(app: &App) -> Queue {
    let (steps, burier) = (Arc::new(Steps::new(app)), app.clone());
    Queue {
        sql: &storage::WORK,
        concurrency: 64,
        timeout: TIMEOUT,
        run: Arc::new(move |job| Box::pin(run(Arc::clone(&steps), job))),
        buried: Some(Arc::new(move |tx, job, _error| {
            let app = burier.clone();
            Box::pin(async move { send::exhausted(tx, &app, &job).await })
        })),
    }
}

/// The steps that messages take together.
struct Steps {
    app: App,
    begin: Together<Job, Next>,
    accept: Together<Taken, ()>,
}

impl Steps {
    fn new(app: &App) -> Self {
        let (beginner, acceptor) = (app.clone(), app.clone());
        Self {
            app: app.clone(),
            begin: Together::start(&app.store, move |tx, tenant, jobs| {
                let app = beginner.clone();
                Box::pin(async move { begin::begin(tx, &app, tenant, &jobs).await })
            }),
            accept: Together::start(&app.store, move |tx, tenant, taken| {
                let app = acceptor.clone();
                Box::pin(async move {
                    accept::accepted(tx, &app, tenant, &taken).await?;
                    Ok(vec![(); taken.len()])
                })
            }),
        }
    }
}

async fn run(steps: Arc<Steps>, job: Job) -> Result<Outcome, Failure> {
    let next = steps.begin.make(job.tenant, job.clone()).await?;
    let app = steps.app.clone();
    match next {
        Next::Over => Ok(Outcome::Committed),
        Next::Send {
            message,
            from,
            number,
            permit,
            target,
        } => deliver(&steps, job, (message, from, number, target), permit).await,
        Next::LookUp {
            message,
            from,
            attempt,
            known_ids,
            permit,
        } => {
            let asked = lookup::lookup(&message, &from, &attempt, known_ids);
            look_up(app, job, (message, asked, attempt), permit).await
        }
    }
}

async fn deliver(
    steps: &Steps,
    job: Job,
    (message, from, number, target): (ToSend, String, i32, Option<Target>),
    permit: Permit,
) -> Result<Outcome, Failure> {
    let app = steps.app.clone();
    let (by, started) = (permit.provider(), app.clock.now());
    let result = match &message.recipient {
        Recipient::Phone(_) if by == GatewaySender::PROVIDER => {
            ways::send_by_gateway(&app, &job, (&message, &from)).await
        }
        Recipient::Phone(phone) if message.channel == Channel::Push => {
            push::send(&app, &job, (&message, phone), target.as_ref()).await
        }
        Recipient::Phone(phone) => {
            let call = voice::call(&app, &job, &message).await?;
            let outgoing = send::outgoing(&app, &message, (phone, &from), call);
            app.sender.send(&outgoing).await
        }
        Recipient::Email(address) => mail::send(&app, &job, (&message, address), by).await,
    };
    let waited = app.clock.now().since(started);
    metrics::histogram!("lafiya_provider_seconds").record(waited.as_secs_f64());
    let way = (message.channel, by);
    let result = match result {
        Err(error) if mail::is_turned_away(&app, way, &error) => {
            permit.turned_away(&error);
            Err(SendError {
                class: ErrorClass::Transient,
                ..error
            })
        }
        result => {
            permit.tell(result.as_ref().err());
            result
        }
    };
    match result {
        Ok(accepted) => {
            let taken = Taken {
                job,
                number,
                provider: by.to_owned(),
                message: Arc::new(message),
                provider_id: accepted.provider_id,
                simulated: accepted.simulated,
            };
            steps.accept.make(taken.job.tenant, taken).await?;
            Ok(Outcome::Committed)
        }
        Err(error) => {
            let failure = retry(&error);
            lines::slow_down(&app, (way, &from), &error);
            let (a, j) = (app.clone(), job.clone());
            let gone = target.filter(|_| error.class == ErrorClass::DeviceGone);
            let write = app.store.write(job.tenant, move |tx| {
                Box::pin(async move {
                    if let Some(gone) = gone {
                        storage::forget(tx, j.tenant, gone.device).await?;
                    }
                    send::failed(tx, &a, &j, number, (way, &error)).await
                })
            });
            if write.await? {
                Ok(Outcome::Committed)
            } else {
                Err(failure)
            }
        }
    }
}

async fn look_up(
    app: App,
    job: Job,
    (message, asked, attempt): (ToSend, Lookup, Attempt),
    permit: Permit,
) -> Result<Outcome, Failure> {
    let found = app.sender.find(&asked).await;
    permit.tell(found.as_ref().err());
    let found = found.map_err(|error| retry(&error))?;
    let (a, j) = (app.clone(), job.clone());
    let write = app.store.write(job.tenant, move |tx| {
        Box::pin(async move {
            match found.first() {
                Some(found) => lookup::found(tx, &a, (j, message), &attempt, found).await,
                None => lookup::not_found(tx, &a, &j, &attempt).await,
            }
        })
    });
    write.await?;
    Ok(Outcome::Committed)
}

fn retry(error: &SendError) -> Failure {
    Failure::Retry {
        class: match error.class {
            ErrorClass::RateLimited => RetryClass::RateLimited,
            _ => RetryClass::Transient,
        },
        error: error.to_string(),
        after: error.retry_after,
    }
}
