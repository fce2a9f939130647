//! Turns no-op jobs over with the queues of others:
//! `queues graphile URL ROWS` on PostgreSQL, `queues apalis FILE ROWS` on SQLite.
//! Says `begin` when the jobs are stored and `end` when all are done; whoever
//! started it measures time and processor between the two lines.

use std::{
    error::Error,
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use apalis::{
    layers::WorkerBuilderExt,
    prelude::{BoxDynError, TaskSink, WorkerBuilder, WorkerContext as ApalisContext},
};
use apalis_sqlite::{SqliteConnectOptions, SqlitePool, SqliteStorage};
use graphile_worker::{
    IntoTaskHandlerResult, JobSpec, LocalQueueConfig, RawJobSpec, TaskHandler, WorkerContext,
    WorkerOptions,
};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

/// As many at once as our engine runs in the same comparison.
const CONCURRENCY: usize = 512;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [queue, place, rows] = arguments.as_slice() else {
        return Err("usage: queues graphile URL ROWS | queues apalis FILE ROWS".into());
    };
    let rows = rows.parse()?;
    match queue.as_str() {
        "graphile" => graphile(place, rows).await,
        "apalis" => apalis(place, rows).await,
        other => Err(format!("no queue is called {other}").into()),
    }
}

fn say(word: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{word}")?;
    out.flush()
}

#[derive(Serialize, Deserialize)]
struct Nothing {}

impl TaskHandler for Nothing {
    const IDENTIFIER: &'static str = "nothing";

    async fn run(self, _: WorkerContext) -> impl IntoTaskHandlerResult {
        Ok::<(), String>(())
    }
}

/// With what its documentation gives for throughput: a local queue that fetches in
/// batches, and completions written in batches.
async fn graphile(url: &str, rows: u64) -> Result<(), Box<dyn Error>> {
    let worker = WorkerOptions::default()
        .database_url(url)
        .max_pg_conn(8)
        .concurrency(CONCURRENCY)
        .poll_interval(Duration::from_millis(5))
        .complete_job_batch_delay(Duration::from_millis(5))
        .local_queue(LocalQueueConfig::default().with_size(5000))
        .define_job::<Nothing>()
        .init()
        .await?;
    let jobs: Vec<RawJobSpec> = (0..rows)
        .map(|_| RawJobSpec {
            identifier: Nothing::IDENTIFIER.to_owned(),
            payload: serde_json::json!({}),
            spec: JobSpec::default(),
        })
        .collect();
    worker.create_utils().add_raw_jobs(&jobs).await?;
    say("begin")?;
    worker.run_once().await?;
    say("end")?;
    Ok(())
}

/// Batches as large as ours and the same durability: WAL, every commit synced.
async fn apalis(file: &str, rows: u64) -> Result<(), Box<dyn Error>> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(30));
    let pool = SqlitePool::connect_with(options).await?;
    SqliteStorage::setup(&pool).await?;
    let config = apalis_sqlite::Config::default()
        .queue("nothing")
        .batch_size(CONCURRENCY);
    let mut storage = SqliteStorage::<u64>::new(&pool).with_config(config);
    for row in 0..rows {
        storage.push(row).await?;
    }
    say("begin")?;
    let done = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&done);
    let worker = WorkerBuilder::new("nothing")
        .backend(storage)
        .concurrency(CONCURRENCY)
        .build(move |_: u64, context: ApalisContext| {
            let done = Arc::clone(&counted);
            async move {
                if done.fetch_add(1, Ordering::Relaxed) + 1 == rows {
                    context.stop()?;
                }
                Ok::<(), BoxDynError>(())
            }
        });
    worker.run().await?;
    say("end")?;
    Ok(())
}
