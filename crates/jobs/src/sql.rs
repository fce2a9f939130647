use kernel::{TenantId, Timestamp};
use store::{ReadTx, Sql, Statement, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::Job;

/// A row held this often by a process that died is suspected of killing it. Most
/// suspects only ran beside the guilty one, so they are tried alone from here on.
pub(crate) const SUSPECT: i32 = 3;

/// The engine's statements for one table; built by `work_table!`.
#[derive(Debug, Clone, Copy)]
pub struct WorkSql {
    /// The table, also the queue's name.
    pub table: &'static str,
    /// The topic that wakes the queue.
    pub topic: &'static str,
    /// Takes due rows, also those whose holder let the lease run out.
    pub claim: Sql,
    /// Prolongs all leases of a node.
    pub renew: Sql,
    /// Counts the run of a suspect before it starts.
    pub try_alone: Sql,
    /// Ends the work.
    pub finish: Sql,
    /// Puts it off.
    pub retry: Sql,
    /// Puts it off without counting the run.
    pub wait: Sql,
    /// Gives it up.
    pub bury: Sql,
    /// Starts a dead letter over.
    pub revive: Sql,
    /// Hands a node's rows back at shutdown.
    pub release: Sql,
    /// When the next row is due.
    pub next_due: Sql,
    /// Counts.
    pub stats: Sql,
    /// Counts what was given up.
    pub dead: Sql,
}

impl WorkSql {
    /// All statements, for the tests that prepare each on both engines.
    #[must_use]
    pub const fn statements(&self) -> [Statement; 12] {
        [
            Statement {
                name: "claim",
                sql: self.claim,
            },
            Statement {
                name: "renew",
                sql: self.renew,
            },
            Statement {
                name: "try_alone",
                sql: self.try_alone,
            },
            Statement {
                name: "finish",
                sql: self.finish,
            },
            Statement {
                name: "retry",
                sql: self.retry,
            },
            Statement {
                name: "wait",
                sql: self.wait,
            },
            Statement {
                name: "bury",
                sql: self.bury,
            },
            Statement {
                name: "revive",
                sql: self.revive,
            },
            Statement {
                name: "release",
                sql: self.release,
            },
            Statement {
                name: "next_due",
                sql: self.next_due,
            },
            Statement {
                name: "stats",
                sql: self.stats,
            },
            Statement {
                name: "dead",
                sql: self.dead,
            },
        ]
    }
}

/// What a statement sets that ends the work of a row, for one that changes the row as well:
/// each change of a row of PostgreSQL is an entry in most of its indexes.
#[macro_export]
macro_rules! finishing {
    () => {
        "work_due_at = NULL, work_held_by = NULL, work_deaths = 0, work_error = NULL"
    };
}

/// Builds the engine's statements for a table with the work columns:
/// `pub(crate) const WORK: WorkSql = jobs::work_table!("message");`
#[macro_export]
macro_rules! work_table {
    ($table:literal) => {
        $crate::WorkSql {
            table: $table,
            topic: concat!("work.", $table),
            claim: $crate::store::Sql::per_engine(
                $crate::work_table!(@claim $table, ""),
                $crate::work_table!(@claim $table, " FOR UPDATE SKIP LOCKED"),
            ),
            renew: $crate::store::Sql::per_engine(
                $crate::work_table!(@renew $table, ""),
                $crate::work_table!(@renew $table, " FOR UPDATE SKIP LOCKED"),
            ),
            try_alone: $crate::store::Sql::new(concat!(
                "UPDATE ", $table, " SET work_deaths = work_deaths + 1
                 WHERE tenant_id = $1 AND id = $2 AND work_token = $3 AND work_held_by IS NOT NULL"
            )),
            finish: $crate::store::Sql::new(concat!(
                "UPDATE ", $table, " SET ", $crate::finishing!(), "
                 WHERE tenant_id = $1 AND id = $2 AND work_token = $3 AND work_held_by IS NOT NULL"
            )),
            retry: $crate::store::Sql::new(concat!(
                "UPDATE ", $table, " SET work_due_at = $4, work_held_by = NULL, work_deaths = 0, work_error = $5
                 WHERE tenant_id = $1 AND id = $2 AND work_token = $3 AND work_held_by IS NOT NULL"
            )),
            wait: $crate::store::Sql::new(concat!(
                "UPDATE ", $table, " SET work_due_at = $4, work_held_by = NULL, work_deaths = 0, work_error = $5,
                     work_attempts = work_attempts - 1
                 WHERE tenant_id = $1 AND id = $2 AND work_token = $3 AND work_held_by IS NOT NULL"
            )),
            bury: $crate::store::Sql::new(concat!(
                "UPDATE ", $table, " SET work_due_at = NULL, work_held_by = NULL, work_dead_at = $4, work_error = $5
                 WHERE tenant_id = $1 AND id = $2 AND work_token = $3 AND work_held_by IS NOT NULL"
            )),
            revive: $crate::store::Sql::new(concat!(
                "UPDATE ", $table, " SET work_due_at = $3, work_dead_at = NULL, work_attempts = 0, work_deaths = 0
                 WHERE tenant_id = $1 AND id = $2 AND work_due_at IS NULL"
            )),
            release: $crate::store::Sql::new(concat!(
                "UPDATE ", $table, " SET work_due_at = $2, work_held_by = NULL, work_attempts = work_attempts - 1
                 WHERE work_held_by = $1 AND work_due_at IS NOT NULL"
            )),
            next_due: $crate::store::Sql::new(concat!(
                "SELECT MIN(work_due_at) AS value FROM ", $table, " WHERE work_due_at IS NOT NULL"
            )),
            stats: $crate::store::Sql::new(concat!(
                "SELECT COUNT(*) AS open,
                        COUNT(CASE WHEN work_held_by IS NOT NULL THEN 1 END) AS held,
                        COUNT(CASE WHEN work_held_by IS NULL AND work_due_at <= $1 THEN 1 END) AS overdue,
                        MIN(CASE WHEN work_held_by IS NULL THEN work_due_at END) AS oldest_due_at
                 FROM ", $table, " WHERE work_due_at IS NOT NULL"
            )),
            dead: $crate::store::Sql::new(concat!(
                "SELECT COUNT(*) AS value FROM ", $table, " WHERE work_dead_at IS NOT NULL"
            )),
        }
    };
    // Who locks a held row is about to end it or has just begun: nobody waits for him here.
    (@renew $table:literal, $lock:literal) => {
        concat!(
            "WITH held AS (SELECT tenant_id, id FROM ", $table, " WHERE work_held_by = $1
                 AND work_due_at IS NOT NULL", $lock, ")
             UPDATE ", $table, " SET work_due_at = $2
             FROM held WHERE ", $table, ".tenant_id = held.tenant_id AND ", $table, ".id = held.id"
        )
    };
    (@claim $table:literal, $lock:literal) => {
        concat!(
            "WITH due AS (SELECT tenant_id, id FROM ", $table, " WHERE work_due_at <= $1
                 ORDER BY work_due_at LIMIT $4", $lock, ")
             UPDATE ", $table, " SET work_token = work_token + 1, work_held_by = $2, work_due_at = $3,
                 work_attempts = work_attempts + CASE WHEN work_held_by IS NULL THEN 1 ELSE 0 END,
                 work_deaths = work_deaths + CASE WHEN work_held_by IS NULL OR work_deaths >= $5 THEN 0 ELSE 1 END
             FROM due WHERE ", $table, ".tenant_id = due.tenant_id AND ", $table, ".id = due.id
             RETURNING ", $table, ".tenant_id AS tenant_id, ", $table, ".id AS id, work_token AS token,
                 work_attempts AS attempts, work_deaths AS deaths"
        )
    };
}

store::row! {
    struct Claimed {
        tenant_id: TenantId,
        id: Uuid,
        token: i64,
        attempts: i32,
        deaths: i32,
    }
}

store::row! {
    /// How a queue stands, over all tenants.
    pub struct QueueStats {
        /// Rows with something to do.
        pub open: i64,
        /// Of these, being worked on.
        pub held: i64,
        /// Due and waiting for a worker.
        pub overdue: i64,
        /// When the longest waiting one was due.
        pub oldest_due_at: Option<Timestamp>,
    }
}

/// Takes up to `limit` rows that are due `now` for `node`, until `lease_until`.
///
/// # Errors
/// The database's.
pub async fn claim(
    tx: &mut WriteTx,
    sql: &WorkSql,
    node: Uuid,
    now: Timestamp,
    lease_until: Timestamp,
    limit: usize,
) -> Result<Vec<Job>, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows: Vec<Claimed> = tx
        .all(sql.claim, params![now, node, lease_until, limit, SUSPECT])
        .await?;
    let mut jobs: Vec<Job> = rows
        .into_iter()
        .map(|row| Job {
            tenant: row.tenant_id,
            id: row.id,
            token: row.token,
            attempts: row.attempts,
            deaths: row.deaths,
        })
        .collect();
    // RETURNING promises no order; ids grow with time.
    jobs.sort_by_key(|job| job.id);
    Ok(jobs)
}

/// Counts the run of a suspect before it starts: should its process die, the count
/// stays and tells; [`finish`] and [`retry_at`] clear it.
///
/// # Errors
/// [`StoreError::RowCount`] when another node has taken the row over.
pub async fn try_alone(tx: &mut WriteTx, sql: &WorkSql, job: &Job) -> Result<(), StoreError> {
    tx.execute_one(sql.try_alone, params![job.tenant, job.id, job.token])
        .await
}

/// Ends the work in the handler's own transaction. The change around it is
/// kept only if the row is still this holder's.
///
/// # Errors
/// [`StoreError::RowCount`] when another node has taken the row over.
pub async fn finish(tx: &mut WriteTx, sql: &WorkSql, job: &Job) -> Result<(), StoreError> {
    tx.execute_one(sql.finish, params![job.tenant, job.id, job.token])
        .await
}

/// Puts the work off until `at`, fenced like [`finish`].
///
/// # Errors
/// [`StoreError::RowCount`] when another node has taken the row over.
pub async fn retry_at(
    tx: &mut WriteTx,
    sql: &WorkSql,
    job: &Job,
    at: Timestamp,
    error: Option<&str>,
) -> Result<(), StoreError> {
    tx.execute_one(sql.retry, params![job.tenant, job.id, job.token, at, error])
        .await?;
    wake(tx, sql);
    Ok(())
}

/// Puts the work off until `at` because its time has not come: the run does not count as
/// a try. Fenced like [`finish`].
///
/// # Errors
/// [`StoreError::RowCount`] when another node has taken the row over.
pub async fn wait_until(
    tx: &mut WriteTx,
    sql: &WorkSql,
    job: &Job,
    at: Timestamp,
    why: &str,
) -> Result<(), StoreError> {
    tx.execute_one(sql.wait, params![job.tenant, job.id, job.token, at, why])
        .await?;
    wake(tx, sql);
    Ok(())
}

/// Gives the work up, fenced like [`finish`].
///
/// # Errors
/// [`StoreError::RowCount`] when another node has taken the row over.
pub async fn bury(
    tx: &mut WriteTx,
    sql: &WorkSql,
    job: &Job,
    at: Timestamp,
    error: &str,
) -> Result<(), StoreError> {
    tx.execute_one(sql.bury, params![job.tenant, job.id, job.token, at, error])
        .await
}

/// Starts a row over that has nothing to do, usually a dead letter.
///
/// # Errors
/// [`StoreError::RowCount`] when it is not there or already has work.
pub async fn revive(
    tx: &mut WriteTx,
    sql: &WorkSql,
    tenant: TenantId,
    id: Uuid,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute_one(sql.revive, params![tenant, id, now]).await?;
    wake(tx, sql);
    Ok(())
}

/// Wakes the queue on every node once this transaction is committed.
pub fn wake(tx: &mut WriteTx, sql: &WorkSql) {
    tx.emit(sql.topic, Uuid::nil());
}

/// Prolongs every lease of `node`. Rows taken over meanwhile are another's by then.
///
/// # Errors
/// The database's.
pub async fn renew_all(
    tx: &mut WriteTx,
    sql: &WorkSql,
    node: Uuid,
    lease_until: Timestamp,
) -> Result<u64, StoreError> {
    tx.execute(sql.renew, params![node, lease_until]).await
}

/// Hands back every row of `node` as if it had not been claimed.
///
/// # Errors
/// The database's.
pub async fn release_all(
    tx: &mut WriteTx,
    sql: &WorkSql,
    node: Uuid,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let released = tx.execute(sql.release, params![node, now]).await?;
    if released > 0 {
        wake(tx, sql);
    }
    Ok(released)
}

/// When the next row is due or its lease runs out; none when the queue is empty.
///
/// # Errors
/// The database's.
pub async fn next_due(tx: &mut ReadTx, sql: &WorkSql) -> Result<Option<Timestamp>, StoreError> {
    let due: Option<i64> = tx.one(sql.next_due, params![]).await?;
    Ok(due.map(Timestamp::from_micros))
}

/// How the queue stands.
///
/// # Errors
/// The database's.
pub async fn stats(
    tx: &mut ReadTx,
    sql: &WorkSql,
    now: Timestamp,
) -> Result<QueueStats, StoreError> {
    tx.one(sql.stats, params![now]).await
}

/// How many rows were given up and wait for a person.
///
/// # Errors
/// The database's.
pub async fn dead_letters(tx: &mut ReadTx, sql: &WorkSql) -> Result<i64, StoreError> {
    tx.one(sql.dead, params![]).await
}
