use kernel::{Problem, ProblemKind};
use sqlx::error::ErrorKind;

/// Which rule of the schema a write broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// A unique index or key.
    Unique,
    /// A reference to a row that is not there.
    ForeignKey,
    /// A `CHECK`, or `NOT NULL`.
    Check,
}

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A constraint refused the write. `constraint` is the index or the table
    /// with its columns, as the engine names it.
    #[error("{violation:?} violation of {constraint}")]
    Violation {
        /// The kind of rule.
        violation: Violation,
        /// The engine's name of it.
        constraint: String,
    },
    /// The row that had to be there is not, or is in another state by now.
    #[error("expected {expected} row(s), changed {actual}")]
    RowCount {
        /// How many rows the caller expected to change.
        expected: u64,
        /// How many were.
        actual: u64,
    },
    /// Locked, full, or out of reach for now; trying again can help.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// A fault of ours: bad SQL, a wrong type, a failed migration.
    #[error("database: {0}")]
    Internal(String),
}

impl StoreError {
    /// Whether a unique rule refused the write.
    #[must_use]
    pub const fn is_unique_violation(&self) -> bool {
        matches!(
            self,
            Self::Violation {
                violation: Violation::Unique,
                ..
            }
        )
    }
}

impl StoreError {
    /// Whether the check or trigger of this name refused the write.
    #[must_use]
    pub fn is_check(&self, name: &str) -> bool {
        matches!(self, Self::Violation { violation: Violation::Check, constraint } if constraint == name)
    }

    /// 412 for a row that is at another version by now.
    #[must_use]
    pub fn stale(self) -> Problem {
        match self {
            Self::RowCount { .. } => Problem::new(ProblemKind::Stale),
            other => other.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::unavailable(error),
            StoreError::RowCount { .. } => {
                let mut problem = Self::conflict("changed-meanwhile");
                problem.cause = Some(error.to_string());
                problem
            }
            StoreError::Violation { .. } | StoreError::Internal(_) => Self::internal(error),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => from_database(error.as_ref()),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error.to_string()),
            other => Self::Internal(other.to_string()),
        }
    }
}

fn from_database(error: &dyn sqlx::error::DatabaseError) -> StoreError {
    let violation = match error.kind() {
        ErrorKind::UniqueViolation | ErrorKind::ExclusionViolation => Violation::Unique,
        ErrorKind::ForeignKeyViolation => Violation::ForeignKey,
        ErrorKind::NotNullViolation | ErrorKind::CheckViolation => Violation::Check,
        _ if error.code().as_deref() == Some(SQLITE_TRIGGER) => Violation::Check,
        _ => return by_code(error),
    };
    StoreError::Violation {
        violation,
        constraint: error
            .constraint()
            .map_or_else(|| sqlite_constraint(error.message()), str::to_owned),
    }
}

/// A trigger refused by `RAISE` (sqlite.org/rescode.html, SQLITE_CONSTRAINT_TRIGGER);
/// its message is the rule's name.
const SQLITE_TRIGGER: &str = "1811";

/// SQLite says `UNIQUE constraint failed: message.tenant_id, message.id`; the
/// message holds no values.
fn sqlite_constraint(message: &str) -> String {
    message
        .split_once("failed: ")
        .map_or(message, |(_, name)| name)
        .to_owned()
}

/// Tells passing trouble from a fault of ours by the engine's code: SQLite's
/// primary result codes (sqlite.org/rescode.html: 5 busy, 6 locked, 7 no
/// memory, 8 read-only, 10 I/O, 13 full, 14 cannot open) and PostgreSQL's
/// SQLSTATE classes (appendix A: 08 connection, 40 rollback, 53 resources,
/// 55 not in state, 57 operator).
fn by_code(error: &dyn sqlx::error::DatabaseError) -> StoreError {
    let code = error.code().unwrap_or_default();
    let passing = match code.parse::<i64>() {
        Ok(number) if code.len() < 5 => matches!(number & 0xff, 5 | 6 | 7 | 8 | 10 | 13 | 14),
        _ => ["08", "40", "53", "55", "57"].contains(&code.get(..2).unwrap_or_default()),
    };
    let text = format!("{} ({code})", error.message());
    if passing {
        StoreError::Unavailable(text)
    } else {
        StoreError::Internal(text)
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, Executor, SqliteConnection};

    use super::*;

    /// A full disk passes: the caller is asked to come back.
    #[tokio::test]
    async fn full_is_unavailable() {
        let mut conn = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let setup = "CREATE TABLE t (x BLOB); PRAGMA max_page_count = 2";
        conn.execute(setup).await.unwrap();
        let full = conn
            .execute("INSERT INTO t VALUES (zeroblob(100000))")
            .await;
        let error = StoreError::from(full.unwrap_err());
        assert!(
            matches!(&error, StoreError::Unavailable(text) if text.ends_with("(13)")),
            "{error}"
        );
        let problem = Problem::from(error);
        assert_eq!((problem.status(), problem.retry_after), (503, Some(5)));
    }

    #[tokio::test]
    async fn bad_sql_is_a_fault_of_ours() {
        let mut conn = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let error = conn.execute("SELEKT").await.unwrap_err();
        assert!(matches!(StoreError::from(error), StoreError::Internal(_)));
    }
}
