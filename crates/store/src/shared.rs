//! Small changes that wait at the same time share a transaction of PostgreSQL.
//!
//! A commit waits for the disk, and one that notifies others waits for every commit
//! before it (`src/backend/commands/async.c`: a lock over the whole database): change by
//! change, a few hundred a second are all there can be.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};

use crate::{Scope, StoreError, WriteTx, pending::Job, postgres::Postgres};

/// Changes in one transaction at the most: the first of them waits for the last.
const TOGETHER: usize = 32;
/// Transactions at the same time: while one waits for the disk others make their changes.
const LANES: usize = 4;

pub(crate) type Queue = mpsc::Sender<Box<dyn Job>>;

/// Where changes wait.
pub(crate) fn queue() -> (Queue, mpsc::Receiver<Box<dyn Job>>) {
    mpsc::channel(TOGETHER * LANES)
}

/// Makes the changes that come, until the database is closed.
pub(crate) fn start(postgres: &Postgres, changes: mpsc::Receiver<Box<dyn Job>>) {
    let changes = Arc::new(Mutex::new(changes));
    for _ in 0..LANES {
        let (postgres, changes) = (postgres.clone(), Arc::clone(&changes));
        tokio::spawn(async move {
            let stopped = postgres.stopped();
            stopped.run_until_cancelled(lane(&postgres, &changes)).await;
        });
    }
}

async fn lane(postgres: &Postgres, changes: &Mutex<mpsc::Receiver<Box<dyn Job>>>) {
    loop {
        let mut waiting = Vec::new();
        if changes.lock().await.recv_many(&mut waiting, TOGETHER).await == 0 {
            return;
        }
        while let Some(first) = waiting.first().map(|job| job.scope()) {
            let same = |job: &mut Box<dyn Job>| job.scope() == first;
            let group = waiting.extract_if(.., same).collect();
            make(postgres, first, group).await;
        }
    }
}

/// Makes changes of one scope together; where one fails, each alone.
async fn make(postgres: &Postgres, scope: Scope, mut jobs: Vec<Box<dyn Job>>) {
    let made = together(postgres, scope, &mut jobs).await;
    if matches!(made, Ok(false)) && jobs.len() > 1 {
        for job in jobs {
            let mut alone = vec![job];
            let made = together(postgres, scope, &mut alone).await;
            answer(alone, &made);
        }
        return;
    }
    answer(jobs, &made);
}

fn answer(jobs: Vec<Box<dyn Job>>, made: &Result<bool, StoreError>) {
    for job in jobs {
        job.finish(made.as_ref().map(|_| ()));
    }
}

/// False when a change failed and nothing was kept. After an error nobody knows what the
/// commit did: nothing is made again.
async fn together(
    postgres: &Postgres,
    scope: Scope,
    jobs: &mut [Box<dyn Job>],
) -> Result<bool, StoreError> {
    let mut tx = WriteTx::new(postgres.begin(scope, "BEGIN").await?);
    for job in jobs.iter_mut() {
        if !job.run(&mut tx).await {
            return Ok(false);
        }
    }
    metrics::histogram!("lafiya_store_commit_changes").record(crate::count(jobs.len()));
    postgres.commit(tx).await?;
    Ok(true)
}
