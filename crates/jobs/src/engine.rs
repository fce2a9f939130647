use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;
use kernel::{Clock, Rng, Timestamp};
use store::{Scope, Store, StoreError, WriteTx};
use tokio::sync::{Mutex, Notify, RwLock, Semaphore, broadcast, mpsc};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

use crate::{Failure, Job, Outcome, Queue, WorkSql, sql};

/// How long a claim lasts without renewal.
pub const LEASE: Duration = Duration::from_secs(4);
/// A killed node's rows run elsewhere within this time: a lease and a look.
pub const TAKE_OVER: Duration = Duration::from_secs(5);
/// How often leases are renewed: three chances before one runs out.
const RENEW: Duration = Duration::from_millis(1300);
/// The longest sleep between looks, should a wake-up get lost.
const LOOK: Duration = Duration::from_millis(500);
/// How long freed slots are gathered before the next look, while most are taken: a claim
/// for each of them would cost more than the work.
const GATHER: Duration = Duration::from_millis(10);
/// Process deaths before a row is set aside as poison: those that made it suspect,
/// and five while nothing else ran in the process. Five, because a machine that
/// loses its power now and then kills innocent rows as well.
const MAX_DEATHS: i32 = sql::SUSPECT + 5;
/// Ended rows written in one transaction.
const FINISH_BATCH: usize = 256;
/// Transactions that write ended rows at the same time: on PostgreSQL each waits
/// for its own round trips.
const WRITERS: usize = 4;
/// How long a shutdown waits for running rows before it hands them back.
const GRACE: Duration = Duration::from_secs(10);

/// Runs the queues of one node until it is stopped.
pub struct Engine {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Engine {
    /// Starts a loop per queue.
    #[must_use]
    pub fn start(store: &Store, clock: &Clock, rng: &Rng, queues: Vec<Queue>) -> Self {
        let engine = Self {
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        let alone = Arc::new(RwLock::new(()));
        for queue in queues {
            let (ended, endings) = mpsc::channel(FINISH_BATCH * 4);
            let node = Node {
                id: kernel::Id::<()>::new(clock, rng).uuid(),
                store: store.clone(),
                clock: clock.clone(),
                rng: rng.clone(),
                queue: Arc::new(queue),
                ended,
                freed: Arc::new(Notify::new()),
                alone: Arc::clone(&alone),
                cut: CancellationToken::new(),
            };
            let endings = Arc::new(Mutex::new(endings));
            for _ in 0..WRITERS {
                let (store, queue) = (node.store.clone(), Arc::clone(&node.queue));
                let endings = Arc::clone(&endings);
                engine.tasks.spawn(write_endings(store, queue, endings));
            }
            engine.tasks.spawn(node.run(engine.stop.clone()));
        }
        engine.tasks.close();
        engine
    }

    /// Stops claiming, lets running rows end for up to ten seconds, cuts the
    /// others off and hands them back.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

/// One queue on one node.
#[derive(Clone)]
struct Node {
    id: Uuid,
    store: Store,
    clock: Clock,
    rng: Rng,
    queue: Arc<Queue>,
    ended: mpsc::Sender<Ending>,
    freed: Arc<Notify>,
    /// Read by rows that run side by side, written by a suspect that runs alone.
    /// Shared by all queues of the process.
    alone: Arc<RwLock<()>>,
    /// Cuts off rows that do not end before the node does.
    cut: CancellationToken,
}

/// How a row ended whose end the engine writes.
struct Ending {
    job: Job,
    again: Option<Timestamp>,
}

impl Node {
    async fn run(self, stop: CancellationToken) {
        let slots = Arc::new(Semaphore::new(self.queue.concurrency));
        let running = TaskTracker::new();
        let mut changes = self.store.changes();
        let mut renew = tokio::time::interval(RENEW);
        let mut look_at = tokio::time::Instant::now();
        let mut there_is_more = true;
        while !stop.is_cancelled() {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                _ = renew.tick() => self.renew(&running).await,
                () = self.freed.notified() => if there_is_more {
                    look_at = look_at.min(self.next_look(slots.available_permits()));
                },
                change = changes.recv() => if self.wakes(&change) {
                    there_is_more = true;
                    look_at = look_at.min(self.next_look(slots.available_permits()));
                },
                () = tokio::time::sleep_until(look_at), if slots.available_permits() > 0 => {
                    let wait = self.claim(&slots, &running).await;
                    there_is_more = wait.is_none();
                    look_at = tokio::time::Instant::now() + wait.unwrap_or(LOOK);
                }
            }
        }
        running.close();
        self.shut_down(&running).await;
    }

    fn wakes(&self, change: &Result<store::Change, broadcast::error::RecvError>) -> bool {
        match change {
            Ok(change) => change.topic == self.queue.sql.topic,
            Err(broadcast::error::RecvError::Lagged(_)) => true,
            Err(broadcast::error::RecvError::Closed) => false,
        }
    }

    /// When to look for more rows, while this many slots are free.
    fn next_look(&self, free: usize) -> tokio::time::Instant {
        let now = tokio::time::Instant::now();
        match free * 2 >= self.queue.concurrency {
            true => now,
            false => now + GATHER,
        }
    }

    /// Claims as many due rows as there are free slots, starts them, and says
    /// how long to wait for the next look; nothing when more may be due already.
    async fn claim(&self, slots: &Arc<Semaphore>, running: &TaskTracker) -> Option<Duration> {
        match self.try_claim(slots, running).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::warn!(queue = self.queue.sql.table, %error, "could not look for work");
                Some(LOOK)
            }
        }
    }

    async fn try_claim(
        &self,
        slots: &Arc<Semaphore>,
        running: &TaskTracker,
    ) -> Result<Option<Duration>, StoreError> {
        let sql = self.queue.sql;
        let now = self.clock.now();
        let due = {
            let mut tx = self.store.read(Scope::System).await?;
            sql::next_due(&mut tx, sql).await?
        };
        let Some(due) = due else {
            return Ok(Some(LOOK));
        };
        if due > now {
            return Ok(Some(due.since(now).min(LOOK)));
        }
        let free = slots.available_permits();
        let (node, lease_until) = (self.id, now.plus(LEASE));
        let jobs = self
            .store
            .write(Scope::System, move |tx| {
                Box::pin(async move { sql::claim(tx, sql, node, now, lease_until, free).await })
            })
            .await?;
        let full = jobs.len() == free;
        for job in jobs {
            let Ok(slot) = Arc::clone(slots).try_acquire_owned() else {
                continue;
            };
            let node = self.clone();
            running.spawn(async move {
                node.cut.run_until_cancelled(node.execute(job)).await;
                drop(slot);
                node.freed.notify_one();
            });
        }
        Ok((!full).then_some(LOOK))
    }

    async fn execute(&self, job: Job) {
        let queue = self.queue.sql.table;
        let result = match job.deaths {
            MAX_DEATHS.. => Err(Failure::dead(format!(
                "its process died {} times",
                job.deaths
            ))),
            sql::SUSPECT.. => self.run_alone(job.clone()).await,
            _ => {
                let _beside_others = self.alone.read().await;
                self.run_guarded(job.clone()).await
            }
        };
        let outcome = match &result {
            Ok(_) => "ok",
            Err(Failure::Retry { .. }) => "retry",
            Err(Failure::Dead { .. }) => "dead",
        };
        metrics::counter!("lafiya_work_runs_total", "queue" => queue, "outcome" => outcome)
            .increment(1);
        let written = match result {
            Ok(Outcome::Committed) => Ok(()),
            Ok(Outcome::Done) => self.end(job, None).await,
            Ok(Outcome::Again(at)) => self.end(job, Some(at)).await,
            Err(Failure::Dead { error }) => self.bury(job, error).await,
            Err(Failure::Retry {
                class,
                error,
                after,
            }) => {
                let rule = class.rule();
                if job.attempts >= rule.attempts {
                    self.bury(job, error).await
                } else {
                    let wait = rule
                        .delay(job.attempts, &self.rng)
                        .max(after.unwrap_or_default());
                    self.put_off(job, wait, error).await
                }
            }
        };
        if let Err(error) = written {
            // The lease runs out and the row is taken again: nothing is lost.
            tracing::warn!(queue, %error, "could not write how a row ended");
        }
    }

    async fn run_alone(&self, job: Job) -> Result<Outcome, Failure> {
        let _alone = self.alone.write().await;
        let (sql, counted) = (self.queue.sql, job.clone());
        self.store
            .write(job.tenant, move |tx| {
                Box::pin(async move { sql::try_alone(tx, sql, &counted).await })
            })
            .await?;
        self.run_guarded(job).await
    }

    async fn run_guarded(&self, job: Job) -> Result<Outcome, Failure> {
        let run = AssertUnwindSafe(async { (self.queue.run)(job).await }).catch_unwind();
        match tokio::time::timeout(self.queue.timeout, run).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(Failure::transient("the handler panicked")),
            Err(_) => Err(Failure::transient("the handler took too long")),
        }
    }

    async fn end(&self, job: Job, again: Option<Timestamp>) -> Result<(), StoreError> {
        self.ended
            .send(Ending { job, again })
            .await
            .map_err(|_| StoreError::Unavailable("the engine has stopped".to_owned()))
    }

    async fn put_off(&self, job: Job, wait: Duration, error: String) -> Result<(), StoreError> {
        let sql = self.queue.sql;
        let at = self.clock.now().plus(wait);
        self.store
            .write(job.tenant, move |tx| {
                Box::pin(async move { sql::retry_at(tx, sql, &job, at, Some(&error)).await })
            })
            .await
    }

    async fn bury(&self, job: Job, error: String) -> Result<(), StoreError> {
        let (sql, now) = (self.queue.sql, self.clock.now());
        let buried = self.queue.buried.clone();
        tracing::warn!(queue = sql.table, id = %job.id, error, "a row was given up");
        self.store
            .write(job.tenant, move |tx| {
                Box::pin(async move {
                    sql::bury(tx, sql, &job, now, &error).await?;
                    match buried {
                        Some(buried) => buried(tx, job, error).await,
                        None => Ok(()),
                    }
                })
            })
            .await
    }

    async fn renew(&self, running: &TaskTracker) {
        if running.is_empty() {
            return;
        }
        let (sql, node) = (self.queue.sql, self.id);
        let lease_until = self.clock.now().plus(LEASE);
        let renewed = self
            .store
            .write(Scope::System, move |tx| {
                Box::pin(async move { sql::renew_all(tx, sql, node, lease_until).await })
            })
            .await;
        if let Err(error) = renewed {
            tracing::warn!(queue = sql.table, %error, "could not renew leases");
        }
    }

    async fn shut_down(&self, running: &TaskTracker) {
        let mut renew = tokio::time::interval(RENEW);
        let deadline = tokio::time::sleep(GRACE);
        tokio::pin!(deadline);
        loop {
            tokio::select! {
                () = running.wait() => break,
                () = &mut deadline => break,
                _ = renew.tick() => self.renew(running).await,
            }
        }
        if running.is_empty() {
            return;
        }
        // Only what runs no more may be handed to others.
        self.cut.cancel();
        running.wait().await;
        let (sql, node, now) = (self.queue.sql, self.id, self.clock.now());
        let released = self
            .store
            .write(Scope::System, move |tx| {
                Box::pin(async move { sql::release_all(tx, sql, node, now).await })
            })
            .await;
        if let Err(error) = released {
            tracing::warn!(queue = sql.table, %error, "could not hand rows back");
        }
    }
}

/// Writes the ends of rows together: one commit for many.
async fn write_endings(
    store: Store,
    queue: Arc<Queue>,
    endings: Arc<Mutex<mpsc::Receiver<Ending>>>,
) {
    loop {
        let mut batch = Vec::new();
        if endings
            .lock()
            .await
            .recv_many(&mut batch, FINISH_BATCH)
            .await
            == 0
        {
            return;
        }
        let sql = queue.sql;
        let written = store
            .write(Scope::System, move |tx| {
                Box::pin(async move { write_batch(tx, sql, batch).await })
            })
            .await;
        if let Err(error) = written {
            tracing::warn!(queue = sql.table, %error, "could not write ended rows; they will run again");
        }
    }
}

async fn write_batch(
    tx: &mut WriteTx,
    sql: &'static WorkSql,
    batch: Vec<Ending>,
) -> Result<(), StoreError> {
    for ending in batch {
        let written = match ending.again {
            None => sql::finish(tx, sql, &ending.job).await,
            Some(at) => sql::retry_at(tx, sql, &ending.job, at, None).await,
        };
        match written {
            Err(StoreError::RowCount { .. }) => tracing::warn!(
                queue = sql.table,
                id = %ending.job.id,
                "another node has taken this row over"
            ),
            other => other?,
        }
    }
    Ok(())
}
