//! How fast the work engine turns rows over that have nothing to do, and how fast
//! the queues of others do (`bench/queues`).

use std::{
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use jobs::{Engine, Outcome, Queue, WorkSql, work_table};
use kernel::{Clock, Id, Rng, TenantId};
use store::{Database, EngineKind, Scope, Sql, Store, StoreError, params};
use testkit::db::{TestDb, empty, eventually};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

use crate::{Failure, meter::Meter, say};

const WORK: WorkSql = work_table!("schedule");
const INSERT: Sql =
    Sql::new("INSERT INTO schedule (tenant_id, id, name, work_due_at) VALUES ($1, $2, $3, $4)");
const OPEN: Sql = Sql::new("SELECT COUNT(*) AS value FROM schedule WHERE work_due_at IS NOT NULL");
const ROWS: u64 = 30_000;
/// apalis stores and ends jobs one by one; fewer do.
const APALIS_ROWS: u64 = 3_000;

pub async fn figures() -> Result<(), Failure> {
    ours(EngineKind::Sqlite).await?;
    other("apalis", EngineKind::Sqlite, APALIS_ROWS).await?;
    ours(EngineKind::Postgres).await?;
    other("graphile", EngineKind::Postgres, ROWS).await
}

async fn ours(kind: EngineKind) -> Result<(), Failure> {
    let db = TestDb::new(kind).await;
    let now = Clock::system().now();
    db.store
        .write(Scope::System, move |tx| {
            Box::pin(async move {
                for _ in 0..ROWS {
                    let id = Id::<()>::new(&Clock::system(), &Rng::system()).uuid();
                    let nil = TenantId::from_uuid(uuid::Uuid::nil());
                    tx.execute_one(INSERT, params![nil, id, id.to_string(), now])
                        .await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    let queue = Queue {
        sql: &WORK,
        concurrency: 512,
        timeout: Duration::from_secs(30),
        run: Arc::new(|_| Box::pin(async { Ok(Outcome::Done) })),
        buried: None,
    };
    let meter = Meter::of(std::process::id())?;
    let engine = Engine::start(&db.store, &Clock::system(), &Rng::system(), vec![queue]);
    eventually("all rows to end", Duration::from_secs(120), || async {
        (open(&db.store).await.ok()? == 0).then_some(())
    })
    .await;
    let speed = meter.per_second(ROWS);
    engine.stop().await;
    say(&format!(
        "work engine on {kind:?}: {speed:.0} no-op rows/s (target 5000), {}",
        meter.cpu_each(ROWS)?
    ));
    Ok(())
}

async fn open(store: &Store) -> Result<i64, StoreError> {
    store.read(Scope::System).await?.one(OPEN, params![]).await
}

/// Runs another queue in a process of its own, built by `scripts/bench.sh`.
async fn other(name: &str, kind: EngineKind, rows: u64) -> Result<(), Failure> {
    let Some(program) = std::env::var_os("LAFIYA_BENCH_QUEUES") else {
        say(&format!("{name}: not measured; run scripts/bench.sh"));
        return Ok(());
    };
    let (database, _folder) = empty(kind).await;
    let place = match database {
        Database::Sqlite { path, .. } => path.to_string_lossy().into_owned(),
        Database::Postgres { url, .. } => url,
    };
    let mut child = Command::new(program)
        .args([name, &place, &rows.to_string()])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let process = child.id().ok_or("the other queue did not start")?;
    let output = child.stdout.take().ok_or("the other queue is mute")?;
    let mut lines = BufReader::new(output).lines();
    expect(&mut lines, "begin").await?;
    let (meter, begun) = (Meter::of(process)?, Instant::now());
    expect(&mut lines, "end").await?;
    let speed = meter.per_second(rows);
    let cpu = meter.cpu_each(rows);
    child.wait().await?;
    say(&format!(
        "  beside it {name} on {kind:?}: {speed:.0} no-op jobs/s ({rows} in {:.1} s), {}",
        begun.elapsed().as_secs_f64(),
        cpu.unwrap_or_else(|_| "CPU not measured".to_owned()),
    ));
    Ok(())
}

type Lines = tokio::io::Lines<BufReader<tokio::process::ChildStdout>>;

async fn expect(lines: &mut Lines, word: &str) -> Result<(), Failure> {
    match lines.next_line().await? {
        Some(line) if line == word => Ok(()),
        other => Err(format!("the other queue said {other:?} where {word} was due").into()),
    }
}
