//! The promises of the store, on both engines.

use ::store::{EngineKind, ReadTx, Scope, Sql, Store, StoreError, Together, WriteTx, params};
use kernel::{Clock, Id, Rng, TenantId, Timestamp};
use testkit::{db::eventually, on_both_engines};
use uuid::Uuid;

const INSERT_TENANT: Sql = Sql::new(
    "INSERT INTO tenant (id, slug, name, locale, zone, country, created_at)
     VALUES ($1, $2, 'Clinique', 'fr', 'Africa/Dakar', 'SN', 0)",
);
const INSERT: Sql = Sql::new(
    "INSERT INTO contact_point (tenant_id, id, phone, last_nine, created_at) VALUES ($1, $2, $3, '', $4)",
);
const COUNT: Sql = Sql::new("SELECT COUNT(*) AS value FROM contact_point WHERE tenant_id = $1");
const COUNT_ALL: Sql = Sql::new("SELECT COUNT(*) AS value FROM contact_point");

fn id() -> Uuid {
    Id::<()>::new(&Clock::system(), &Rng::system()).uuid()
}

async fn tenant(store: &Store) -> TenantId {
    let tenant = TenantId::from_uuid(id());
    store
        .write(Scope::System, move |tx| {
            Box::pin(async move {
                tx.execute_one(INSERT_TENANT, params![tenant, tenant.to_string()])
                    .await
            })
        })
        .await
        .unwrap();
    tenant
}

async fn insert(store: &Store, tenant: TenantId, phone: &str) -> Result<(), StoreError> {
    let phone = phone.to_owned();
    store
        .write(tenant, move |tx| {
            Box::pin(async move { insert_in(tx, tenant, &phone).await })
        })
        .await
}

async fn insert_in(tx: &mut WriteTx, tenant: TenantId, phone: &str) -> Result<(), StoreError> {
    let at = Timestamp::from_micros(0);
    tx.execute_one(INSERT, params![tenant, id(), phone, at])
        .await
}

async fn count(tx: &mut ReadTx, tenant: TenantId) -> i64 {
    tx.one(COUNT, params![tenant]).await.unwrap()
}

async fn count_in(store: &Store, tenant: TenantId) -> i64 {
    count(&mut store.read(tenant).await.unwrap(), tenant).await
}

/// What became of a number, and how many were made with it.
#[derive(Debug)]
struct Made {
    phone: String,
    beside: usize,
}

/// Enters numbers together; one of them panics.
fn inserting(store: &Store) -> Together<String, Made> {
    Together::start(store, |tx, tenant, phones: Vec<String>| {
        Box::pin(async move {
            for phone in &phones {
                assert_ne!(phone, "panic", "on purpose");
                insert_in(tx, tenant, phone).await?;
            }
            let beside = phones.len();
            let made = phones.into_iter().map(|phone| Made { phone, beside });
            Ok(made.collect())
        })
    })
}

on_both_engines! {
    async fn a_failed_change_rolls_back_alone(db) {
        let tenant = tenant(&db.store).await;
        insert(&db.store, tenant, "+1").await.unwrap();
        let twice = {
            let store = db.store.clone();
            tokio::spawn(async move {
                store.write(tenant, move |tx| Box::pin(async move {
                    insert_in(tx, tenant, "+2").await?;
                    insert_in(tx, tenant, "+1").await
                })).await
            })
        };
        let neighbours: Vec<_> = (10..60).map(|n| {
            let store = db.store.clone();
            tokio::spawn(async move { insert(&store, tenant, &format!("+{n}")).await })
        }).collect();
        let error = twice.await.unwrap().unwrap_err();
        assert!(error.is_unique_violation(), "{error}");
        for neighbour in neighbours {
            neighbour.await.unwrap().unwrap();
        }
        assert_eq!(count_in(&db.store, tenant).await, 51, "the failed change left nothing behind");
    }

    async fn a_panic_is_an_error_for_its_caller_only(db) {
        let tenant = tenant(&db.store).await;
        let result: Result<(), StoreError> = db.store.write(tenant, move |tx| Box::pin(async move {
            insert_in(tx, tenant, "+1").await?;
            panic!("on purpose");
        })).await;
        assert!(result.unwrap_err().to_string().contains("panicked"));
        insert(&db.store, tenant, "+2").await.unwrap();
        assert_eq!(count_in(&db.store, tenant).await, 1);
    }

    async fn a_caller_that_goes_away_does_not_stop_its_change(db) {
        let tenant = tenant(&db.store).await;
        for n in 0..20 {
            let store = db.store.clone();
            let caller = tokio::spawn(async move { insert(&store, tenant, &format!("+{n}")).await });
            tokio::task::yield_now().await;
            caller.abort();
        }
        insert(&db.store, tenant, "+100").await.unwrap();
        let mut reader = db.store.read(tenant).await.unwrap();
        assert!(count(&mut reader, tenant).await >= 1, "the store still works");
    }

    async fn changes_that_wait_together_are_made_together(db) {
        let (one, other) = (tenant(&db.store).await, tenant(&db.store).await);
        let together = inserting(&db.store);
        // The first waits for nobody; those that come meanwhile wait for each other.
        let numbers: Vec<u64> = (0..120).collect();
        let made = futures_util::future::join_all(numbers.iter().map(|n| {
            let tenant = if n % 3 == 0 { other } else { one };
            together.make(tenant, format!("+{n}"))
        })).await;
        let mut beside = Vec::new();
        for (n, made) in numbers.iter().zip(made) {
            let made = made.unwrap();
            assert_eq!(made.phone, format!("+{n}"), "each is answered for its own");
            beside.push(made.beside);
        }
        assert!(beside.iter().any(|count| *count > 1), "some were made together: {beside:?}");
        assert!(beside.iter().all(|count| *count <= 64), "{beside:?}");
        assert_eq!((count_in(&db.store, one).await, count_in(&db.store, other).await), (80, 40));
    }

    async fn one_of_many_fails_alone(db) {
        let tenant = tenant(&db.store).await;
        insert(&db.store, tenant, "+7").await.unwrap();
        let together = inserting(&db.store);
        let made = futures_util::future::join_all((0..40).map(|n| {
            let phone = if n == 20 { "panic".to_owned() } else { format!("+{n}") };
            together.make(tenant, phone)
        })).await;
        for (n, made) in made.into_iter().enumerate() {
            match n {
                7 => assert!(made.unwrap_err().is_unique_violation()),
                20 => assert!(made.unwrap_err().to_string().contains("panicked")),
                _ => assert_eq!(made.unwrap().phone, format!("+{n}")),
            }
        }
        assert_eq!(count_in(&db.store, tenant).await, 39, "each of the others once");
    }

    async fn a_snapshot_does_not_move(db) {
        let tenant = tenant(&db.store).await;
        let mut snapshot = db.store.read(tenant).await.unwrap();
        assert_eq!(count(&mut snapshot, tenant).await, 0);
        insert(&db.store, tenant, "+1").await.unwrap();
        assert_eq!(count(&mut snapshot, tenant).await, 0);
        assert_eq!(count_in(&db.store, tenant).await, 1);
    }

    async fn typed_nulls_and_every_column_type_come_back(db) {
        const ECHO: Sql = Sql::new(
            "SELECT $1 AS b, CAST($2 AS BIGINT) AS i, CAST($3 AS DOUBLE PRECISION) AS r, CAST($4 AS TEXT) AS t, $5 AS u, $6 AS y",
        );
        ::store::row! { struct Echo {
            b: Option<bool>, i: Option<i64>, r: Option<f64>, t: Option<String>, u: Option<Uuid>, y: Option<Vec<u8>>,
        } }
        let mut tx = db.store.read(Scope::System).await.unwrap();
        let none: Echo = tx.one(ECHO, params![
            None::<bool>, None::<i64>, None::<f64>, None::<String>, None::<Uuid>, None::<Vec<u8>>,
        ]).await.unwrap();
        assert!(none.b.is_none() && none.i.is_none() && none.r.is_none() && none.t.is_none() && none.u.is_none() && none.y.is_none());
        let some: Echo = tx.one(ECHO, params![true, i64::MIN, 1.5, "é", Uuid::max(), vec![0_u8, 255]]).await.unwrap();
        assert_eq!((some.b, some.i, some.r, some.t.as_deref(), some.u, some.y),
            (Some(true), Some(i64::MIN), Some(1.5), Some("é"), Some(Uuid::max()), Some(vec![0, 255])));
    }

    async fn changes_are_published_after_the_commit_and_to_other_nodes(db) {
        let tenant = tenant(&db.store).await;
        let other = match db.store.kind() {
            EngineKind::Postgres => Some(db.another_node().await),
            EngineKind::Sqlite => None,
        };
        let mut here = db.store.changes();
        let mut there = other.as_ref().map(Store::changes);
        let failed: Result<(), StoreError> = db.store.write(tenant, move |tx| Box::pin(async move {
            tx.emit("lost", Uuid::nil());
            insert_in(tx, tenant, "+1").await?;
            insert_in(tx, tenant, "+1").await
        })).await;
        failed.unwrap_err();
        let kept = id();
        db.store.write(tenant, move |tx| Box::pin(async move {
            tx.emit("kept", kept);
            tx.emit("kept", kept);
            insert_in(tx, tenant, "+3").await
        })).await.unwrap();
        let first = here.recv().await.unwrap();
        assert_eq!((first.topic.as_ref(), first.id, first.tenant), ("kept", kept, Some(tenant)));
        assert!(here.try_recv().is_err(), "said once");
        if let Some(there) = &mut there {
            assert_eq!(there.recv().await.unwrap(), first);
        }
    }

    async fn migrations_run_once_from_any_number_of_nodes(db) {
        let nodes: Vec<_> = match db.store.kind() {
            EngineKind::Postgres => (0..4).map(|_| {
                let database = db.database.clone();
                tokio::spawn(async move { Store::open(&database, clinic::MIGRATIONS).await.unwrap() })
            }).collect(),
            EngineKind::Sqlite => Vec::new(),
        };
        for node in nodes {
            node.await.unwrap();
        }
        const LEDGER: Sql = Sql::new("SELECT COUNT(*) AS value FROM schema_migration");
        let path = db.database.clone();
        db.store.close().await;
        let again = Store::open(&path, clinic::MIGRATIONS).await.unwrap();
        if again.kind() == EngineKind::Sqlite {
            let mut tx = again.read(Scope::System).await.unwrap();
            let rows: i64 = tx.one(LEDGER, params![]).await.unwrap();
            assert_eq!(usize::try_from(rows).unwrap(), clinic::MIGRATIONS.len());
        }
    }

    async fn a_changed_or_unknown_migration_stops_the_start(db) {
        let mut changed = clinic::MIGRATIONS.to_vec();
        changed[0].text = "CREATE TABLE other (id TEXT);";
        let error = Store::open(&db.database, &changed).await.err().unwrap();
        assert!(error.to_string().contains("was changed after it ran"), "{error}");
        let error = Store::open(&db.database, &clinic::MIGRATIONS[..2]).await.err().unwrap();
        assert!(error.to_string().contains("newer program"), "{error}");
    }

    async fn append_only_tables_refuse_change_and_deletion(db) {
        let tenant = tenant(&db.store).await;
        const ADD: Sql = Sql::new(
            "INSERT INTO consent_event (tenant_id, id, phone, decision, source, at) VALUES ($1, $2, '+1', 'out', 'test', 0)",
        );
        db.store.write(tenant, move |tx| Box::pin(async move {
            tx.execute_one(ADD, params![tenant, id()]).await
        })).await.unwrap();
        for sql in [
            Sql::new("UPDATE consent_event SET source = 'x' WHERE tenant_id = $1"),
            Sql::new("DELETE FROM consent_event WHERE tenant_id = $1"),
        ] {
            let result: Result<u64, StoreError> = db.store
                .write(tenant, move |tx| Box::pin(async move { tx.execute(sql, params![tenant]).await }))
                .await;
            assert!(result.is_err(), "{}", sql.text(EngineKind::Postgres));
        }
    }
}

/// Row-level security answers for us should a query ever forget its tenant.
mod row_level_security {
    use super::*;
    use testkit::db::TestDb;

    async fn with_two_tenants() -> (TestDb, TenantId, TenantId) {
        let db = TestDb::new(EngineKind::Postgres).await;
        let (mine, foreign) = (tenant(&db.store).await, tenant(&db.store).await);
        insert(&db.store, mine, "+1").await.unwrap();
        insert(&db.store, foreign, "+2").await.unwrap();
        (db, mine, foreign)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_query_without_a_tenant_sees_only_its_own() {
        let (db, mine, foreign) = with_two_tenants().await;
        // Many rounds, so that pooled connections come back with the other tenant.
        for round in 0..40 {
            let tenant = if round % 2 == 0 { mine } else { foreign };
            let mut tx = db.store.read(tenant).await.unwrap();
            let seen: i64 = tx.one(COUNT_ALL, params![]).await.unwrap();
            assert_eq!(seen, 1);
            let other = if round % 2 == 0 { foreign } else { mine };
            assert_eq!(
                count(&mut tx, other).await,
                0,
                "the foreign tenant's rows do not exist"
            );
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_row_cannot_be_written_for_another_tenant() {
        let (db, mine, foreign) = with_two_tenants().await;
        let result: Result<(), StoreError> = db
            .store
            .write(mine, move |tx| {
                Box::pin(async move { insert_in(tx, foreign, "+9").await })
            })
            .await;
        assert!(
            result
                .unwrap_err()
                .to_string()
                .contains("row-level security")
        );
        assert_eq!(count_in(&db.store, foreign).await, 1);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn without_or_with_an_empty_tenant_nothing_is_seen() {
        let (db, _, _) = with_two_tenants().await;
        for setting in ["", "RESET app.tenant_id; ", "SET app.tenant_id = ''; "] {
            let seen =
                as_application(&db, &format!("{setting}SELECT COUNT(*) FROM contact_point")).await;
            assert_eq!(seen.trim(), "0", "{setting:?}");
        }
        let error = as_application(
            &db,
            "SET ROLE lafiya_system; SELECT phone FROM contact_point",
        )
        .await;
        assert!(error.contains("permission denied"), "{error}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_application_role_owns_and_bypasses_nothing() {
        let db = TestDb::new(EngineKind::Postgres).await;
        let bypass = as_application(
            &db,
            "SELECT rolname FROM pg_roles WHERE rolname IN ('lafiya_app', 'lafiya_system') AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)",
        )
        .await;
        assert_eq!(bypass.trim(), "");
        let owned = as_application(
            &db,
            "SELECT relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname IN ('lafiya_app', 'lafiya_system')",
        )
        .await;
        assert_eq!(owned.trim(), "");
        // Every table with a tenant must force row-level security; `schedule` only
        // borrows the columns of the work engine and belongs to no tenant.
        let open = as_application(
            &db,
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
             WHERE a.attname = 'tenant_id' AND c.relkind IN ('r', 'p') AND c.relname <> 'schedule'
               AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
        )
        .await;
        assert_eq!(open.trim(), "", "tables without forced row-level security");
    }

    /// What psql prints, standard error included, for a statement run as the application's role.
    async fn as_application(db: &TestDb, sql: &str) -> String {
        let ::store::Database::Postgres { url, .. } = &db.database else {
            panic!("only PostgreSQL has roles");
        };
        let output = tokio::process::Command::new("psql")
            .args([url, "-qAtc", &format!("SET ROLE lafiya_app; {sql}")])
            .output()
            .await
            .unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_commits_together_what_waits_together() {
    let db = testkit::db::TestDb::new(EngineKind::Sqlite).await;
    let tenant = tenant(&db.store).await;
    let writers: Vec<_> = (0..500)
        .map(|n| {
            let store = db.store.clone();
            tokio::spawn(async move { insert(&store, tenant, &format!("+{n}")).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap().unwrap();
    }
    assert_eq!(count_in(&db.store, tenant).await, 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_waits_for_another_process_and_then_says_so() {
    let db = testkit::db::TestDb::new(EngineKind::Sqlite).await;
    let tenant = tenant(&db.store).await;
    let ::store::Database::Sqlite { path, .. } = &db.database else {
        panic!("this is SQLite");
    };
    let mut holder = tokio::process::Command::new("sqlite3")
        .arg(path)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = holder.stdin.take().unwrap();
    let mut stdout = holder.stdout.take().unwrap();
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    stdin
        .write_all(b"BEGIN IMMEDIATE; SELECT 'held';\n")
        .await
        .unwrap();
    let mut said = [0; 4];
    stdout.read_exact(&mut said).await.unwrap();
    let error = insert(&db.store, tenant, "+1").await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
    stdin.write_all(b"COMMIT;\n").await.unwrap();
    drop(stdin);
    holder.wait().await.unwrap();
    eventually(
        "the lock to be free",
        std::time::Duration::from_secs(10),
        || async { insert(&db.store, tenant, "+2").await.ok() },
    )
    .await;
}
