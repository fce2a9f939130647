//! The only crate that names sqlx: one SQL text for SQLite and PostgreSQL.
//!
//! * [`Store::write`] is the only way to change anything. On SQLite one writer
//!   runs the queued closures as savepoints of one transaction and commits them
//!   together (group commit); on PostgreSQL each is a transaction of its own,
//!   with the tenant set for row-level security. Either way the caller is
//!   answered after the commit that holds its change is on disk.
//! * [`Store::read`] opens a read-only snapshot.
//! * Both take a [`Scope`]: one tenant, or the system's narrow view over all.
//!
//! A closure given to [`Store::write`] must await nothing but its `tx`: on
//! SQLite everybody else waits for it.

mod change;
mod dialect;
mod error;
mod fence;
mod migrate;
mod pending;
mod postgres;
mod sql;
mod sqlite;
mod together;
mod tx;
mod values;

use std::{path::PathBuf, pin::Pin, sync::Arc};

pub use change::Change;
pub use error::{StoreError, Violation};
pub use fence::{Fence, fenced};
pub use migrate::Migration;
pub use sql::{FromRow, Params, Row, Sql, Statement, list, looked_up};
pub use together::Together;
pub use tx::{ReadTx, WriteTx};

use change::Changes;
use kernel::{Ctx, TenantId};
use tokio::sync::broadcast;

/// A boxed future that may borrow the transaction it runs in.
pub type TxFuture<'t, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 't>>;

/// Where the data lives.
#[derive(Debug, Clone)]
pub enum Database {
    /// One file in WAL mode; `synchronous=FULL`.
    Sqlite {
        /// The database file; created when missing.
        path: PathBuf,
        /// What SQLite promises after a power cut.
        durability: Durability,
    },
    /// A PostgreSQL 15+ server.
    Postgres {
        /// `postgres://user:password@host:port/database`.
        url: String,
        /// Connections this node may hold.
        max_connections: u32,
    },
}

/// What a commit on SQLite survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A power cut. What every server runs with.
    PowerCut,
    /// Only the end of the process. The losing control of `make chaos`, never configurable.
    ProcessDeath,
}

/// Whose rows a transaction may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One tenant's rows.
    Tenant(TenantId),
    /// The program between tenants: platform tables (tenants, users, sessions)
    /// and of tenant tables only the columns granted to it, such as those of the
    /// work engine. On PostgreSQL a role of its own enforces this.
    System,
}

impl From<TenantId> for Scope {
    fn from(tenant: TenantId) -> Self {
        Self::Tenant(tenant)
    }
}

impl From<&Ctx> for Scope {
    fn from(ctx: &Ctx) -> Self {
        Self::Tenant(ctx.tenant)
    }
}

/// Which engine a store runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EngineKind {
    /// Embedded.
    Sqlite,
    /// Server.
    Postgres,
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    changes: Arc<Changes>,
}

#[derive(Clone)]
enum Engine {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

impl Store {
    /// Opens the database and brings its schema up to date, under a lock, so
    /// that several nodes may start at once.
    ///
    /// # Errors
    /// When the database cannot be reached or a migration fails; nothing of a
    /// failed migration remains.
    pub async fn open(database: &Database, migrations: &[Migration]) -> Result<Self, StoreError> {
        let changes = Arc::new(Changes::new());
        let engine = match database {
            Database::Sqlite { path, durability } => {
                Engine::Sqlite(sqlite::Sqlite::open(path, *durability, migrations, &changes).await?)
            }
            Database::Postgres {
                url,
                max_connections,
            } => Engine::Postgres(
                postgres::Postgres::open(url, *max_connections, migrations, &changes).await?,
            ),
        };
        Ok(Self { engine, changes })
    }

    /// How many migrations the database lacks. Only a look: changes nothing.
    ///
    /// # Errors
    /// When the database cannot be reached, or is a newer program's.
    pub async fn lacking(
        database: &Database,
        migrations: &[Migration],
    ) -> Result<usize, StoreError> {
        match database {
            Database::Sqlite { path, durability } => {
                sqlite::Sqlite::lacking(path, *durability, migrations).await
            }
            Database::Postgres { url, .. } => postgres::Postgres::lacking(url, migrations).await,
        }
    }

    /// Which engine this is.
    #[must_use]
    pub const fn kind(&self) -> EngineKind {
        match self.engine {
            Engine::Sqlite(_) => EngineKind::Sqlite,
            Engine::Postgres(_) => EngineKind::Postgres,
        }
    }

    /// Runs `change` in a transaction and answers after its commit is on disk.
    /// An error from `change` rolls back this change alone. The change carries
    /// the [`Fence`] of the task it is made in, if there is one.
    ///
    /// # Errors
    /// Whatever `change` returns, or the store's own error.
    pub async fn write<T, E, F>(&self, scope: impl Into<Scope>, change: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut WriteTx) -> TxFuture<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let scope = scope.into();
        let change = fence::carried(scope, change);
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.write(scope, change).await,
            Engine::Postgres(postgres) => postgres.write(scope, change).await,
        }
    }

    /// Opens a read-only snapshot; drop it to end it.
    ///
    /// # Errors
    /// When no connection can be had.
    pub async fn read(&self, scope: impl Into<Scope>) -> Result<ReadTx, StoreError> {
        let scope = scope.into();
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.read(scope).await,
            Engine::Postgres(postgres) => postgres.read(scope).await,
        }
    }

    /// Committed changes from now on, of this node and of the others. A
    /// receiver that lags must look at everything again.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Asks the engine to prepare a statement without running it. The tests
    /// do this for every statement of the product.
    ///
    /// # Errors
    /// The engine's complaint.
    pub async fn check_statement(&self, statement: &Statement) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.check(statement.sql.sqlite).await,
            Engine::Postgres(postgres) => postgres.check(statement.sql.postgres).await,
        }
    }

    /// Finishes queued writes and closes all connections.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }
}

/// A number as metrics want it.
fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}
