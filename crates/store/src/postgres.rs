//! PostgreSQL: a pool whose connections act as a role that owns nothing and
//! bypasses nothing; the tenant is set inside each transaction.

use std::{str::FromStr, sync::Arc, time::Duration};

use sqlx::{
    ConnectOptions, Executor, PgPool, SqlSafeStr,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    Migration, ReadTx, Scope, StoreError, TxFuture, WriteTx,
    change::{self, Changes},
    migrate,
    tx::Conn,
};

/// NOTIFY channel between nodes.
const CHANNEL: &str = "lafiya_change";

#[derive(Clone)]
pub(crate) struct Postgres {
    pool: PgPool,
    changes: Arc<Changes>,
    node: Uuid,
    stop: CancellationToken,
}

impl Postgres {
    pub(crate) async fn open(
        url: &str,
        max_connections: u32,
        migrations: &[Migration],
        changes: &Arc<Changes>,
    ) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)?
            .application_name("lafiya")
            .options([
                ("statement_timeout", "30s"),
                ("lock_timeout", "10s"),
                // Compiling a search took longer than the search.
                ("jit", "off"),
                // A plan made while a table was empty would walk it ever after.
                ("enable_seqscan", "off"),
            ])
            .statement_cache_capacity(512)
            .disable_statement_logging();
        migrate::postgres(&options, migrations).await?;
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(|conn, _| {
                Box::pin(async move {
                    conn.execute("SET ROLE lafiya_app").await?;
                    Ok(())
                })
            })
            .connect_with(options.clone())
            .await?;
        let mut random = [0; 16];
        kernel::Rng::system().fill(&mut random);
        let this = Self {
            pool,
            changes: Arc::clone(changes),
            node: Uuid::from_bytes(random),
            stop: CancellationToken::new(),
        };
        this.listen(options).await?;
        Ok(this)
    }

    pub(crate) async fn lacking(url: &str, migrations: &[Migration]) -> Result<usize, StoreError> {
        let options = PgConnectOptions::from_str(url)?.application_name("lafiya");
        migrate::lacking_postgres(&options, migrations).await
    }

    pub(crate) async fn write<T, E, F>(&self, scope: Scope, change: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut WriteTx) -> TxFuture<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let this = self.clone();
        // A task of its own: a caller that goes away must not leave a change half
        // made or its fate unknown.
        let task = tokio::spawn(async move { this.run(scope, change).await });
        task.await
            .unwrap_or_else(|_| Err(StoreError::Internal("a write panicked".to_owned()).into()))
    }

    async fn run<T, E, F>(&self, scope: Scope, change: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut WriteTx) -> TxFuture<'t, T, E> + Send + 'static,
        E: From<StoreError>,
    {
        let mut tx = WriteTx::new(self.begin(scope, "BEGIN").await?);
        let value = change(&mut tx).await?;
        tx.finish().await?;
        self.commit(tx).await?;
        Ok(value)
    }

    pub(crate) async fn commit(&self, tx: WriteTx) -> Result<(), StoreError> {
        let Conn::Postgres(mut inner) = tx.read.conn else {
            return Err(StoreError::Internal(
                "not a PostgreSQL transaction".to_owned(),
            ));
        };
        for payload in change::payloads(self.node, &tx.changes) {
            sqlx::query("SELECT pg_notify($1, $2)")
                .bind(CHANNEL)
                .bind(payload)
                .execute(&mut *inner)
                .await?;
        }
        inner.commit().await?;
        self.changes.publish(tx.changes);
        Ok(())
    }

    pub(crate) async fn read(&self, scope: Scope) -> Result<ReadTx, StoreError> {
        self.begin(scope, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await
    }

    pub(crate) async fn begin(
        &self,
        scope: Scope,
        statement: &'static str,
    ) -> Result<ReadTx, StoreError> {
        let mut tx = self.pool.begin_with(statement).await?;
        match scope {
            Scope::Tenant(tenant) => {
                sqlx::query("SELECT set_config('app.tenant_id', $1, true)")
                    .bind(tenant.to_string())
                    .execute(&mut *tx)
                    .await?;
            }
            Scope::System => {
                tx.execute("SET LOCAL ROLE lafiya_system").await?;
            }
        }
        Ok(ReadTx {
            conn: Conn::Postgres(tx),
            scope,
        })
    }

    pub(crate) async fn check(&self, sql: &'static str) -> Result<(), StoreError> {
        let mut conn = self.pool.acquire().await?;
        (&mut *conn).prepare(sql.into_sql_str()).await?;
        Ok(())
    }

    pub(crate) async fn close(&self) {
        self.stop.cancel();
        self.pool.close().await;
    }

    /// Hears what other nodes committed, on a connection of its own.
    async fn listen(&self, options: PgConnectOptions) -> Result<(), StoreError> {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .connect_lazy_with(options);
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        let this = self.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = this.stop.cancelled() => break,
                    heard = listener.recv() => match heard {
                        Ok(note) => this
                            .changes
                            .publish(change::from_payload(this.node, note.payload())),
                        Err(error) => {
                            tracing::warn!(%error, "lost the connection that hears other nodes");
                            tokio::time::sleep(Duration::from_secs(1)).await;
                        }
                    },
                }
            }
        });
        Ok(())
    }
}
