//! The chain of the audit trail: whole under load, and no change of it unnoticed.

use std::process::{Command, Output};

use ::store::{Database, EngineKind, Sql, Store, StoreError, params};
use clinic::{
    MIGRATIONS,
    audit::api::{self, Broken, Whole},
};
use kernel::{Id, TenantId};
use testkit::{
    clinic::TestClinic,
    db::{TestDb, empty},
    on_both_engines,
};
use uuid::Uuid;

async fn verify(clinic: &TestClinic, noted: Option<&str>) -> Result<Whole, Broken> {
    verify_in(&clinic.app.store, clinic.tenant, noted).await
}

async fn verify_in(store: &Store, tenant: TenantId, noted: Option<&str>) -> Result<Whole, Broken> {
    api::verify(store, tenant, noted).await.unwrap()
}

/// Runs SQL as somebody who has the whole database in his hands.
fn as_owner(db: &TestDb, sql: &str) {
    let output = match &db.database {
        Database::Sqlite { path, .. } => Command::new("sqlite3")
            .arg("-bail")
            .arg(path)
            .arg(sql)
            .output(),
        Database::Postgres { url, .. } => Command::new("psql")
            .args([url, "-v", "ON_ERROR_STOP=1", "-qc", sql])
            .output(),
    };
    let output = output.unwrap();
    assert!(
        output.status.success(),
        "{sql}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Takes the triggers away and keeps a copy of everything.
fn unlock(db: &TestDb) {
    match db.store.kind() {
        EngineKind::Sqlite => as_owner(
            db,
            "DROP TRIGGER audit_event_no_UPDATE; DROP TRIGGER audit_event_no_DELETE;",
        ),
        EngineKind::Postgres => as_owner(db, "ALTER TABLE audit_event DISABLE TRIGGER ALL;"),
    }
    as_owner(
        db,
        "CREATE TABLE kept_event AS SELECT * FROM audit_event; CREATE TABLE kept_head AS SELECT * FROM audit_head;",
    );
}

fn restore(db: &TestDb) {
    as_owner(
        db,
        "DELETE FROM audit_event; INSERT INTO audit_event SELECT * FROM kept_event;
         DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM kept_head;",
    );
}

/// A clinic with a few lines, the number of one in the middle that is about a
/// patient, and the number of the last.
async fn busy(db: &TestDb) -> (TestClinic, i64, i64) {
    let clinic = TestClinic::new(db).await;
    let first = verify(&clinic, None).await.unwrap().count;
    for n in 1..=5 {
        clinic
            .patient(
                "Awa",
                &format!("Diop{}", "x".repeat(n)),
                &format!("77 200 00 0{n}"),
            )
            .await;
    }
    let last = verify(&clinic, None).await.unwrap().count;
    assert_eq!(last, first + 5);
    (clinic, first + 2, last)
}

pub(crate) fn lafiya(db: &TestDb, data: &std::path::Path, args: &[&str]) -> Output {
    let url = match &db.database {
        Database::Sqlite { path, .. } => format!("sqlite:{}", path.display()),
        Database::Postgres { url, .. } => url.clone(),
    };
    Command::new(env!("CARGO_BIN_EXE_lafiya"))
        .args(args)
        .args(["--database-url", &url, "--data"])
        .arg(data)
        .output()
        .unwrap()
}

on_both_engines! {
    async fn every_edited_column_is_found_and_named(db) {
        let (clinic, middle, _) = busy(&db).await;
        clinic.another("autre", "+221338210001").await;
        unlock(&db);
        for change in [
            "id = object_id",
            "at = at + 1",
            "actor_kind = 'program'",
            "actor_id = NULL",
            "actor_id = object_id",
            "actor_name = 'admin'",
            "action = 'patient.updat'",
            "object_type = 'message'",
            "object_id = id",
            "patient_id = NULL",
            "patient_id = id",
            "detail = ''",
            "previous_hash = (SELECT o.hash FROM audit_event o WHERE o.tenant_id = audit_event.tenant_id AND o.seq = 1)",
            "hash = previous_hash",
        ] {
            let own = "tenant_id = (SELECT id FROM tenant WHERE slug = 'demo')";
            as_owner(&db, &format!("UPDATE audit_event SET {change} WHERE seq = {middle} AND {own}"));
            match verify(&clinic, None).await.unwrap_err() {
                Broken::Edited(place) => assert_eq!(place.seq, middle, "{change}"),
                other => panic!("{change}: {other}"),
            }
            restore(&db);
        }
        verify(&clinic, None).await.unwrap();
        let own = "tenant_id = (SELECT id FROM tenant WHERE slug = 'demo')";
        for change in ["seq = 1000", "tenant_id = (SELECT id FROM tenant WHERE slug = 'autre'), seq = 1000"] {
            as_owner(&db, &format!("UPDATE audit_event SET {change} WHERE seq = {middle} AND {own}"));
            match verify(&clinic, None).await.unwrap_err() {
                Broken::Deleted { from, to, .. } => assert_eq!((from, to), (middle, middle), "{change}"),
                other => panic!("{change}: {other}"),
            }
            restore(&db);
        }
    }

    async fn every_missing_strange_or_moved_line_is_found(db) {
        let (clinic, middle, last) = busy(&db).await;
        let head = verify(&clinic, None).await.unwrap().head;
        unlock(&db);
        let next = middle + 1;
        let copy = |seq: i64| format!(
            "INSERT INTO audit_event SELECT tenant_id, {seq}, id, at, actor_kind, actor_id, actor_name, action, object_type,
                object_id, patient_id, detail, previous_hash, hash FROM audit_event WHERE seq = {middle}"
        );
        let cases = [
            ("DELETE FROM audit_event WHERE seq = 1".to_owned(), "entry 1 was deleted".to_owned()),
            (format!("DELETE FROM audit_event WHERE seq = {middle}"), format!("entry {middle} was deleted; the next one is entry {next} (")),
            (format!("DELETE FROM audit_event WHERE seq IN ({middle}, {next})"), format!("entries {middle} to {next} were deleted")),
            (format!("DELETE FROM audit_event WHERE seq = {last}"), format!("entry {last} was deleted at the end of the trail")),
            ("DELETE FROM audit_event".to_owned(), format!("entries 1 to {last} were deleted at the end")),
            (copy(last + 1), format!("entry {} (", last + 1)),
            (format!("UPDATE audit_event SET seq = seq + 100000 WHERE seq > {middle}; UPDATE audit_event SET seq = seq - 99999 WHERE seq > 100000; {}", copy(next)),
                format!("entry {next} (")),
            (format!("UPDATE audit_event SET seq = 1000 WHERE seq = {middle}; UPDATE audit_event SET seq = {middle} WHERE seq = {next};
                UPDATE audit_event SET seq = {next} WHERE seq = 1000"), format!("entry {middle} (")),
            ("DELETE FROM audit_head".to_owned(), format!("does not match entry {last}")),
            ("UPDATE audit_head SET hash = ''".to_owned(), format!("does not match entry {last}")),
            ("UPDATE audit_head SET seq = seq - 1".to_owned(), format!("entry {last} (")),
        ];
        for (sql, says) in cases {
            as_owner(&db, &sql);
            let broken = verify(&clinic, None).await.expect_err(&sql).to_string();
            assert!(broken.contains(&says), "{sql}: {broken}");
            restore(&db);
        }
        // Somebody who also moves the head leaves a chain that is whole, but shorter than what was written down.
        as_owner(&db, &format!(
            "DELETE FROM audit_event WHERE seq >= {last};
             UPDATE audit_head SET seq = {last} - 1, hash = (SELECT hash FROM audit_event WHERE audit_event.tenant_id = audit_head.tenant_id AND audit_event.seq = {last} - 1)"
        ));
        assert_eq!(verify(&clinic, None).await.unwrap().count, last - 1);
        assert_eq!(verify(&clinic, Some(&head)).await.unwrap_err(), Broken::NotedMissing(last - 1));
        restore(&db);
        let noted = verify(&clinic, Some(&head.to_uppercase())).await.unwrap();
        assert_eq!(noted.noted_at, Some(last));
    }

    async fn the_database_refuses_change_and_deletion(db) {
        let (clinic, ..) = busy(&db).await;
        for sql in [
            Sql::new("UPDATE audit_event SET detail = 'x' WHERE tenant_id = $1"),
            Sql::new("DELETE FROM audit_event WHERE tenant_id = $1"),
        ] {
            let tenant = clinic.tenant;
            let result: Result<u64, StoreError> = db.store
                .write(tenant, move |tx| Box::pin(async move { tx.execute(sql, params![tenant]).await }))
                .await;
            assert!(result.is_err(), "{}", sql.text(EngineKind::Postgres));
        }
        if let Database::Postgres { url, .. } = &db.database {
            // The owner of the database too.
            for sql in ["TRUNCATE audit_event", "DELETE FROM audit_event", "UPDATE audit_event SET detail = 'x'"] {
                let output = Command::new("psql").args([url, "-v", "ON_ERROR_STOP=1", "-qc", sql]).output().unwrap();
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                assert!(said.contains("audit_event is append-only"), "{sql}: {said}");
            }
        }
        verify(&clinic, None).await.unwrap();
    }

    async fn many_writers_on_two_nodes_leave_one_chain_without_a_gap(db) {
        let clinic = TestClinic::new(&db).await;
        let before = verify(&clinic, None).await.unwrap().count;
        let other = match db.store.kind() {
            EngineKind::Postgres => clinic.node(db.another_node().await),
            EngineKind::Sqlite => clinic.app.clone(),
        };
        let ctx = clinic.ctx();
        let writes = (0..120).map(|n| {
            let app = if n % 2 == 0 { clinic.app.clone() } else { other.clone() };
            async move {
                let new = clinic::patients::api::NewPatient {
                    first_name: "Awa".into(),
                    last_name: format!("Diop{}", char::from(b'a' + n % 26).to_string().repeat(usize::from(n / 26) + 1)),
                    // The same number again and again: its row is held before the chain's.
                    phone: format!("77 200 00 0{}", n % 3),
                    ..Default::default()
                };
                clinic::patients::api::create(&app, &ctx, new).await.unwrap();
                // A change that fails takes its line along.
                let tenant = ctx.tenant;
                let a = app.clone();
                let failed: Result<(), StoreError> = app.store.write(&ctx, move |tx| Box::pin(async move {
                    api::record(tx, &a, &ctx, "lost", "message", tenant.uuid(), None).await?;
                    Err(StoreError::Internal("on purpose".into()))
                })).await;
                failed.unwrap_err();
            }
        });
        futures_util::future::join_all(writes).await;
        let whole = verify(&clinic, None).await.unwrap();
        assert_eq!(whole.count, before + 120);
    }

    async fn lines_of_older_programs_become_part_of_the_chain(db) {
        const OLD: Sql = Sql::new(
            "INSERT INTO audit_event (tenant_id, id, at, actor_user, actor_name, action, object_type, object_id, detail)
             VALUES ($1, $2, $3, $4, $5, 'patient.create', 'patient', $2, NULL)",
        );
        const TENANT: Sql = Sql::new(
            "INSERT INTO tenant (id, slug, name, locale, zone, country, created_at)
             VALUES ($1, $2, 'Clinique', 'fr', 'Africa/Dakar', 'SN', 0)",
        );
        let clinic = TestClinic::new(&db).await;
        let (database, _folder) = empty(db.store.kind()).await;
        let old = Store::open(&database, &MIGRATIONS[..12]).await.unwrap();
        let tenants = [1_u128, 2].map(|n| TenantId::from_uuid(Uuid::from_u128(n)));
        for tenant in tenants {
            let made: Result<(), StoreError> = old.write(::store::Scope::System, move |tx| Box::pin(async move {
                tx.execute_one(TENANT, params![tenant, tenant.to_string()]).await
            })).await;
            made.unwrap();
            let (clock, rng) = (clinic.app.clock.clone(), clinic.app.rng.clone());
            let written: Result<(), StoreError> = old.write(tenant, move |tx| Box::pin(async move {
                for n in 0..450_i64 {
                    let id = Id::<()>::new(&clock, &rng).uuid();
                    let user = (n % 3 == 0).then_some(id);
                    tx.execute_one(OLD, params![tenant, id, n / 7, user, "medecin"]).await?;
                }
                Ok(())
            })).await;
            written.unwrap();
        }
        old.close().await;
        let now = Store::open(&database, MIGRATIONS).await.unwrap();
        let nodes = match now.kind() {
            EngineKind::Postgres => vec![now.clone(), Store::open(&database, MIGRATIONS).await.unwrap()],
            EngineKind::Sqlite => vec![now.clone(), now.clone()],
        };
        let both = nodes.into_iter().map(|store| {
            let app = clinic.node(store);
            async move { clinic::carry_over(&app).await }
        });
        for done in futures_util::future::join_all(both).await {
            done.unwrap();
        }
        for tenant in tenants {
            assert_eq!(verify_in(&now, tenant, None).await.unwrap().count, 450);
            let mut tx = now.read(tenant).await.unwrap();
            let waiting: i64 = tx.one(Sql::new("SELECT COUNT(*) AS value FROM audit_event_unsealed"), params![]).await.unwrap();
            assert_eq!(waiting, 0);
        }
    }

    async fn the_command_says_whether_the_trail_is_whole(db) {
        let (clinic, middle, last) = busy(&db).await;
        let data = tempfile::tempdir().unwrap();
        let whole = lafiya(&db, data.path(), &["audit", "verify", "--tenant", "demo"]);
        let said = String::from_utf8(whole.stdout).unwrap();
        let head = verify(&clinic, None).await.unwrap().head;
        assert!(said.contains(&format!("{last} entries, head {head}")), "{said}");
        assert_eq!(whole.status.code(), Some(0));
        let noted = lafiya(&db, data.path(), &["audit", "verify", "--tenant", "demo", "--head", &head]);
        assert!(String::from_utf8_lossy(&noted.stdout).contains(&format!("is entry {last}")));
        let wrong = lafiya(&db, data.path(), &["audit", "verify", "--tenant", "demo", "--head", &"0".repeat(64)]);
        assert_eq!(wrong.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&wrong.stderr).contains("hash that you wrote down"));
        unlock(&db);
        as_owner(&db, &format!("DELETE FROM audit_event WHERE seq = {middle}"));
        let broken = lafiya(&db, data.path(), &["audit", "verify"]);
        let said = String::from_utf8_lossy(&broken.stderr).into_owned();
        assert_eq!(broken.status.code(), Some(1), "{said}");
        assert!(said.contains(&format!("the audit trail of demo is broken: entry {middle} was deleted")), "{said}");
    }
}
