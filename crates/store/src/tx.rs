use std::ops::{Deref, DerefMut};

use sqlx::{SqliteConnection, Transaction, postgres::PgArguments, query::Query};
use uuid::Uuid;

use crate::{
    Change, FromRow, Params, Row, Scope, Sql, StoreError, TxFuture, sql::Inner, values::arguments,
};

/// What is to be done as the last thing before the commit, see [`WriteTx::before_commit`].
type LastStep = Box<dyn for<'t> FnOnce(&'t mut WriteTx) -> TxFuture<'t, (), StoreError> + Send>;

/// A connection inside a transaction.
pub(crate) enum Conn {
    /// SQLite's only writer; its transaction is driven by the group commit.
    Writer(SqliteConnection),
    Sqlite(Transaction<'static, sqlx::Sqlite>),
    Postgres(Transaction<'static, sqlx::Postgres>),
}

/// A read-only snapshot.
pub struct ReadTx {
    pub(crate) conn: Conn,
    pub(crate) scope: Scope,
}

/// A transaction that may write. Reads work through it too.
pub struct WriteTx {
    pub(crate) read: ReadTx,
    pub(crate) changes: Vec<Change>,
    last: Vec<LastStep>,
}

impl Deref for WriteTx {
    type Target = ReadTx;
    fn deref(&self) -> &ReadTx {
        &self.read
    }
}

impl DerefMut for WriteTx {
    fn deref_mut(&mut self) -> &mut ReadTx {
        &mut self.read
    }
}

impl ReadTx {
    /// All rows.
    ///
    /// # Errors
    /// The database's.
    pub async fn all<T: FromRow>(
        &mut self,
        sql: Sql,
        params: Params,
    ) -> Result<Vec<T>, StoreError> {
        self.rows(sql, params)
            .await?
            .iter()
            .map(T::from_row)
            .collect()
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// The database's.
    pub async fn optional<T: FromRow>(
        &mut self,
        sql: Sql,
        params: Params,
    ) -> Result<Option<T>, StoreError> {
        self.rows(sql, params)
            .await?
            .first()
            .map(T::from_row)
            .transpose()
    }

    /// The row that must be there (a count, an aggregate).
    ///
    /// # Errors
    /// The database's; [`StoreError::RowCount`] without a row.
    pub async fn one<T: FromRow>(&mut self, sql: Sql, params: Params) -> Result<T, StoreError> {
        self.optional(sql, params)
            .await?
            .ok_or(StoreError::RowCount {
                expected: 1,
                actual: 0,
            })
    }

    async fn rows(&mut self, sql: Sql, params: Params) -> Result<Vec<Row>, StoreError> {
        Ok(match &mut self.conn {
            Conn::Writer(conn) => sqlite_rows(conn, sql, params).await?,
            Conn::Sqlite(tx) => sqlite_rows(tx, sql, params).await?,
            Conn::Postgres(tx) => {
                let query = postgres_query(sql, params)?;
                let rows = query.fetch_all(&mut **tx).await?;
                rows.into_iter()
                    .map(|row| Row(Inner::Postgres(row)))
                    .collect()
            }
        })
    }
}

fn postgres_query(
    sql: Sql,
    params: Params,
) -> Result<Query<'static, sqlx::Postgres, PgArguments>, StoreError> {
    let values = arguments::<sqlx::Postgres>(params)?;
    Ok(sqlx::query_with(sql.postgres, values).persistent(!sql.has_filters))
}

async fn sqlite_rows(
    conn: &mut SqliteConnection,
    sql: Sql,
    params: Params,
) -> Result<Vec<Row>, StoreError> {
    let query = sqlx::query_with(sql.sqlite, arguments::<sqlx::Sqlite>(params)?);
    let rows = query.fetch_all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| Row(Inner::Sqlite(row)))
        .collect())
}

impl WriteTx {
    pub(crate) const fn new(read: ReadTx) -> Self {
        Self {
            read,
            changes: Vec::new(),
            last: Vec::new(),
        }
    }

    /// Does `step` when the change has succeeded, in its own transaction, after
    /// everything else of it. For rows that many changes fight over: on PostgreSQL
    /// their lock is then the last one taken, so that it is held for a moment only
    /// and no two changes can wait for each other.
    pub fn before_commit<F>(&mut self, step: F)
    where
        F: for<'t> FnOnce(&'t mut Self) -> TxFuture<'t, (), StoreError> + Send + 'static,
    {
        self.last.push(Box::new(step));
    }

    /// Does what was left for the end, in the order in which it was asked for.
    pub(crate) async fn finish(&mut self) -> Result<(), StoreError> {
        for step in std::mem::take(&mut self.last) {
            step(self).await?;
        }
        Ok(())
    }

    /// Forgets what was left for the end by a change that failed.
    pub(crate) fn give_up(&mut self) {
        self.last.clear();
    }

    /// Runs a statement; answers how many rows it changed.
    ///
    /// # Errors
    /// The database's.
    pub async fn execute(&mut self, sql: Sql, params: Params) -> Result<u64, StoreError> {
        Ok(match &mut self.read.conn {
            Conn::Writer(conn) => {
                let query = sqlx::query_with(sql.sqlite, arguments::<sqlx::Sqlite>(params)?);
                query.execute(conn).await?.rows_affected()
            }
            Conn::Sqlite(_) => {
                return Err(StoreError::Internal("write in a snapshot".to_owned()));
            }
            Conn::Postgres(tx) => {
                let query = postgres_query(sql, params)?;
                query.execute(&mut **tx).await?.rows_affected()
            }
        })
    }

    /// Runs a statement that must change exactly one row.
    ///
    /// # Errors
    /// [`StoreError::RowCount`] when it changed none or several.
    pub async fn execute_one(&mut self, sql: Sql, params: Params) -> Result<(), StoreError> {
        match self.execute(sql, params).await? {
            1 => Ok(()),
            actual => Err(StoreError::RowCount {
                expected: 1,
                actual,
            }),
        }
    }

    /// Announces a change; it is published after the commit, never without it.
    pub fn emit(&mut self, topic: &'static str, id: Uuid) {
        let tenant = match self.read.scope {
            Scope::Tenant(tenant) => Some(tenant),
            Scope::System => None,
        };
        let change = Change {
            tenant,
            topic: topic.into(),
            id,
        };
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }
}
