//! A fresh database per test, on either engine.

use std::time::Duration;

use clinic::MIGRATIONS;
use store::{Database, Durability, EngineKind, Store};
use tempfile::TempDir;
use uuid::Uuid;

/// A database of one test, with the product's schema.
pub struct TestDb {
    /// The opened store.
    pub store: Store,
    /// How to open it again, e.g. as a second node.
    pub database: Database,
    _folder: Option<TempDir>,
}

impl TestDb {
    /// A new, empty, migrated database.
    ///
    /// # Panics
    /// When it cannot be made; for PostgreSQL `LAFIYA_TEST_POSTGRES` must name a server
    /// (`scripts/with-postgres.sh` starts one).
    pub async fn new(kind: EngineKind) -> Self {
        let (database, folder) = empty(kind).await;
        let store = Store::open(&database, MIGRATIONS)
            .await
            .expect("open the test database");
        Self {
            store,
            database,
            _folder: folder,
        }
    }

    /// Opens the same database again, as another node would.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn another_node(&self) -> Store {
        Store::open(&self.database, MIGRATIONS)
            .await
            .expect("open the test database again")
    }
}

/// A database without a schema, and the folder that must outlive it.
///
/// # Panics
/// When it cannot be made.
pub async fn empty(kind: EngineKind) -> (Database, Option<TempDir>) {
    match kind {
        EngineKind::Sqlite => {
            let folder = tempfile::tempdir().expect("a folder for the database");
            let database = Database::Sqlite {
                path: folder.path().join("lafiya.db"),
                durability: Durability::PowerCut,
            };
            (database, Some(folder))
        }
        EngineKind::Postgres => {
            let url = format!("{}/{}", postgres_server(), create_postgres_database().await);
            let database = Database::Postgres {
                url,
                max_connections: 8,
            };
            (database, None)
        }
    }
}

/// `postgres://user:password@host:port` of the test server.
///
/// # Panics
/// When the environment does not name one.
#[must_use]
pub fn postgres_server() -> String {
    let url = std::env::var("LAFIYA_TEST_POSTGRES")
        .expect("set LAFIYA_TEST_POSTGRES, or run the tests through scripts/with-postgres.sh");
    url.rsplit_once('/')
        .map_or(url.clone(), |(server, _)| server.to_owned())
}

async fn create_postgres_database() -> String {
    let mut random = [0; 16];
    kernel::Rng::system().fill(&mut random);
    let name = format!("test_{}", Uuid::from_bytes(random).simple());
    let output = tokio::process::Command::new("psql")
        .args([
            &format!("{}/postgres", postgres_server()),
            "-qc",
            &format!("CREATE DATABASE {name}"),
        ])
        .output()
        .await
        .expect("run psql");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    name
}

/// Waits until `condition` gives a value, for at most `limit`.
///
/// # Panics
/// When the time is over; `what` says what was waited for.
pub async fn eventually<T, F, Fut>(what: &str, limit: Duration, condition: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let waited = within(limit, condition).await;
    waited.unwrap_or_else(|| panic!("waited {limit:?} for {what}"))
}

/// The same for who has more to say when the time is over: nothing then.
pub async fn within<T, F, Fut>(limit: Duration, mut condition: F) -> Option<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let waiting = async {
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        loop {
            tick.tick().await;
            if let Some(value) = condition().await {
                return value;
            }
        }
    };
    tokio::time::timeout(limit, waiting).await.ok()
}

/// Declares a test that runs once on each engine: `on_both_engines!(async fn name(db) { … })`.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "not every test uses all of its module")]
            use super::*;

            async fn body($db: $crate::db::TestDb) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                body($crate::db::TestDb::new(store::EngineKind::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                body($crate::db::TestDb::new(store::EngineKind::Postgres).await).await;
            }
        }
    )+};
}
