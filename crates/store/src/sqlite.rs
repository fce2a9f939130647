//! SQLite: one writer with group commit, a pool of read-only connections.

use std::{path::Path, sync::Arc, time::Duration};

use sqlx::{
    ConnectOptions, Connection, Executor, SqlSafeStr, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{mpsc, oneshot};

use crate::{
    Durability, Migration, ReadTx, Scope, StoreError, TxFuture, WriteTx,
    change::Changes,
    migrate,
    pending::{Job, pending},
    tx::Conn,
};

/// Changes that one commit holds at the most: enough to fill the time of an
/// fsync, few enough that the first caller does not wait for long.
const BATCH: usize = 512;
/// Changes that may wait before callers are held up.
const QUEUE: usize = 8192;
/// How long another process (the command line) may hold the write lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(crate) struct Sqlite {
    readers: SqlitePool,
    queue: mpsc::Sender<Message>,
}

enum Message {
    Write(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

impl Sqlite {
    pub(crate) async fn open(
        path: &Path,
        durability: Durability,
        migrations: &[Migration],
        changes: &Arc<Changes>,
    ) -> Result<Self, StoreError> {
        let options = options(path, durability);
        let mut writer = options.connect().await?;
        migrate::sqlite(&mut writer, migrations).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(8)
            .min_connections(1)
            .connect_with(options.clone().read_only(true).create_if_missing(false))
            .await?;
        let (queue, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(run_writer(writer, jobs, Arc::clone(changes)));
        Ok(Self { readers, queue })
    }

    pub(crate) async fn lacking(
        path: &Path,
        durability: Durability,
        migrations: &[Migration],
    ) -> Result<usize, StoreError> {
        let options = options(path, durability)
            .read_only(true)
            .create_if_missing(false);
        migrate::lacking_sqlite(&options, migrations).await
    }

    pub(crate) async fn write<T, E, F>(&self, scope: Scope, change: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut WriteTx) -> TxFuture<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (job, answer) = pending(scope, change);
        let closed = || StoreError::Unavailable("the writer has stopped".to_owned());
        self.queue
            .send(Message::Write(job))
            .await
            .map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    pub(crate) async fn read(&self, scope: Scope) -> Result<ReadTx, StoreError> {
        Ok(ReadTx {
            conn: Conn::Sqlite(self.readers.begin().await?),
            scope,
        })
    }

    pub(crate) async fn check(&self, sql: &'static str) -> Result<(), StoreError> {
        let mut conn = self.readers.acquire().await?;
        (&mut *conn).prepare(sql.into_sql_str()).await?;
        Ok(())
    }

    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.queue.send(Message::Close(done)).await.is_ok() {
            let _ = closed.await;
        }
        self.readers.close().await;
    }
}

fn options(path: &Path, durability: Durability) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(match durability {
            Durability::PowerCut => SqliteSynchronous::Full,
            Durability::ProcessDeath => SqliteSynchronous::Normal,
        })
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(512)
        .pragma("cache_size", "-16000")
        .pragma("temp_store", "memory")
        .disable_statement_logging()
}

async fn run_writer(
    writer: SqliteConnection,
    mut queue: mpsc::Receiver<Message>,
    changes: Arc<Changes>,
) {
    let mut tx = WriteTx::new(ReadTx {
        conn: Conn::Writer(writer),
        scope: Scope::System,
    });
    let mut closing = None;
    while closing.is_none() {
        let Some(message) = queue.recv().await else {
            break;
        };
        match message {
            Message::Close(done) => closing = Some(done),
            Message::Write(first) => {
                closing = commit_together(&mut tx, first, &mut queue, &changes).await;
            }
        }
    }
    if let Conn::Writer(writer) = tx.read.conn {
        let _ = writer.close().await;
    }
    if let Some(done) = closing {
        let _ = done.send(());
    }
}

/// Runs the first change and all that wait behind it, commits once, answers all.
async fn commit_together(
    tx: &mut WriteTx,
    first: Box<dyn Job>,
    queue: &mut mpsc::Receiver<Message>,
    changes: &Changes,
) -> Option<oneshot::Sender<()>> {
    let mut batch = Vec::new();
    let mut closing = None;
    let mut outcome = control(tx, "BEGIN IMMEDIATE").await;
    let mut next = Some(first);
    while let Some(mut job) = next.take() {
        if outcome.is_ok() {
            outcome = run_in_savepoint(tx, job.as_mut()).await;
        }
        batch.push(job);
        if outcome.is_ok() && batch.len() < BATCH {
            match queue.try_recv() {
                Ok(Message::Write(job)) => next = Some(job),
                Ok(Message::Close(done)) => closing = Some(done),
                Err(_) => {}
            }
        }
    }
    if outcome.is_ok() {
        outcome = control(tx, "COMMIT").await;
    }
    if outcome.is_err() {
        // May say that nothing is open any more, which is just what is wanted.
        let _ = control(tx, "ROLLBACK").await;
        tx.changes.clear();
    }
    metrics::histogram!("lafiya_store_commit_changes").record(crate::count(batch.len()));
    changes.publish(tx.changes.drain(..));
    for job in batch {
        job.finish(outcome.as_ref().copied());
    }
    closing
}

/// An error means that the whole transaction is lost: SQLite itself rolls
/// everything back on a full disk or an I/O error, savepoints included.
async fn run_in_savepoint(tx: &mut WriteTx, job: &mut dyn Job) -> Result<(), StoreError> {
    control(tx, "SAVEPOINT change").await?;
    tx.read.scope = job.scope();
    let announced = tx.changes.len();
    if job.run(tx).await {
        return control(tx, "RELEASE change").await;
    }
    tx.changes.truncate(announced);
    tx.give_up();
    control(tx, "ROLLBACK TO change").await?;
    control(tx, "RELEASE change").await
}

async fn control(tx: &mut WriteTx, statement: &'static str) -> Result<(), StoreError> {
    if let Conn::Writer(conn) = &mut tx.read.conn {
        sqlx::query(statement).execute(conn).await?;
    }
    Ok(())
}
