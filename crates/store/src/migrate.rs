//! Brings a schema up to date: append-only files, each once, under a lock.
//!
//! A file is SQL for both engines with the tokens of [`crate::dialect`],
//! `{work}` for the work engine's columns, and directives of their own line:
//!
//! * `--! tenant_table T`: forces row-level security on `T` by `tenant_id` and
//!   lets the application read and write it.
//! * `--! append_only T`: the same, without the right to change or delete; on
//!   both engines a trigger refuses it as well.
//! * `--! thaw T`: takes that back, so that a later program can empty `T`.
//! * `--! platform_table T`: a table without tenant, for both roles.
//! * `--! work_table T`: the claim's index, and the system's right to the work
//!   columns of every tenant.
//! * `--! system_read T a, b`: the system may read these columns of every tenant.
//! * `--! system_reads_also T c`: and these, of a table that has the directive above.
//! * `--! only sqlite`, `--! only postgres` and `--! both`: the lines from here on
//!   are for one engine or for both; for rules that only a trigger can keep.

use sha2::{Digest, Sha256};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, SqliteConnection,
    postgres::PgConnectOptions, sqlite::SqliteConnectOptions,
};

use crate::{
    EngineKind, StoreError,
    dialect::{TOKENS, WORK_COLUMN_NAMES, WORK_COLUMNS},
};

/// One migration file.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// `NNNN_<domain>_<what>`.
    pub name: &'static str,
    /// The file's text.
    pub text: &'static str,
}

/// Serialises migrating nodes; any number that is ours.
const ADVISORY_LOCK: i64 = 0x1af1_1a00;

const LEDGER: &str = "SELECT name, sha256 FROM schema_migration";
const CREATE_LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    name TEXT PRIMARY KEY, sha256 TEXT NOT NULL)";

pub(crate) async fn sqlite(
    conn: &mut SqliteConnection,
    migrations: &[Migration],
) -> Result<(), StoreError> {
    let mut tx = conn.begin_with("BEGIN IMMEDIATE").await?;
    tx.execute(CREATE_LEDGER).await?;
    let done: Vec<(String, String)> = sqlx::query_as(LEDGER).fetch_all(&mut *tx).await?;
    for migration in pending(migrations, &done)? {
        let sql = translate(migration.text, EngineKind::Sqlite)?;
        tx.execute(sqlx::raw_sql(AssertSqlSafe(sql)))
            .await
            .map_err(|error| failed(migration, &error))?;
        sqlx::query("INSERT INTO schema_migration (name, sha256) VALUES ($1, $2)")
            .bind(migration.name)
            .bind(checksum(migration))
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn postgres(
    options: &PgConnectOptions,
    migrations: &[Migration],
) -> Result<(), StoreError> {
    let mut conn = options.connect().await?;
    require_version(&mut conn).await?;
    let mut tx = conn.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(ADVISORY_LOCK)
        .execute(&mut *tx)
        .await?;
    tx.execute(CREATE_LEDGER).await?;
    let done: Vec<(String, String)> = sqlx::query_as(LEDGER).fetch_all(&mut *tx).await?;
    let todo = pending(migrations, &done)?;
    if !todo.is_empty() {
        create_roles(&mut tx).await?;
    }
    for migration in todo {
        let sql = translate(migration.text, EngineKind::Postgres)?;
        tx.execute(sqlx::raw_sql(AssertSqlSafe(sql)))
            .await
            .map_err(|error| failed(migration, &error))?;
        sqlx::query("INSERT INTO schema_migration (name, sha256) VALUES ($1, $2)")
            .bind(migration.name)
            .bind(checksum(migration))
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    conn.close().await?;
    Ok(())
}

/// How many of the files have not run; changes nothing.
pub(crate) async fn lacking_sqlite(
    options: &SqliteConnectOptions,
    migrations: &[Migration],
) -> Result<usize, StoreError> {
    let mut conn = options.connect().await?;
    let ledgers: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'schema_migration'")
            .fetch_one(&mut conn)
            .await?;
    let done = match ledgers {
        0 => Vec::new(),
        _ => sqlx::query_as(LEDGER).fetch_all(&mut conn).await?,
    };
    conn.close().await?;
    Ok(pending(migrations, &done)?.len())
}

/// How many of the files have not run; changes nothing.
pub(crate) async fn lacking_postgres(
    options: &PgConnectOptions,
    migrations: &[Migration],
) -> Result<usize, StoreError> {
    let mut conn = options.connect().await?;
    require_version(&mut conn).await?;
    let ledger: bool = sqlx::query_scalar("SELECT to_regclass('schema_migration') IS NOT NULL")
        .fetch_one(&mut conn)
        .await?;
    let done = match ledger {
        false => Vec::new(),
        true => sqlx::query_as(LEDGER).fetch_all(&mut conn).await?,
    };
    conn.close().await?;
    Ok(pending(migrations, &done)?.len())
}

async fn require_version(conn: &mut PgConnection) -> Result<(), StoreError> {
    let version: i32 = sqlx::query_scalar("SELECT current_setting('server_version_num')::int")
        .fetch_one(conn)
        .await?;
    if version < 150_000 {
        return Err(StoreError::Internal(format!(
            "PostgreSQL {} is too old; install 15 or newer",
            version / 10_000
        )));
    }
    Ok(())
}

/// Roles belong to the whole server, so another database's start may create
/// them at the same moment: a duplicate is as good as ours.
async fn create_roles(conn: &mut PgConnection) -> Result<(), StoreError> {
    for role in ["lafiya_app", "lafiya_system"] {
        let sql = format!(
            "DO $$ BEGIN
                PERFORM pg_advisory_xact_lock({ADVISORY_LOCK} + 1);
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                    CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
                END IF;
                IF NOT pg_has_role(current_user, '{role}', 'MEMBER') THEN
                    EXECUTE format('GRANT {role} TO %I', current_user);
                END IF;
                GRANT USAGE ON SCHEMA public TO {role};
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
            END $$"
        );
        conn.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await?;
    }
    Ok(())
}

fn failed(migration: &Migration, error: &sqlx::Error) -> StoreError {
    StoreError::Internal(format!("migration {}: {error}", migration.name))
}

fn checksum(migration: &Migration) -> String {
    kernel::text::hex(&Sha256::digest(migration.text))
}

/// What is left to do. A file that changed after it ran, or an unknown one in
/// the ledger (a newer program's), stops the start.
fn pending<'m>(
    migrations: &'m [Migration],
    done: &[(String, String)],
) -> Result<Vec<&'m Migration>, StoreError> {
    for (name, sha256) in done {
        let known = migrations.iter().find(|m| m.name == name).ok_or_else(|| {
            StoreError::Internal(format!(
                "the database has migration {name}, which this program does not know; run the newer program"
            ))
        })?;
        if checksum(known) != *sha256 {
            return Err(StoreError::Internal(format!(
                "migration {name} was changed after it ran; restore it and add a new file"
            )));
        }
    }
    Ok(migrations
        .iter()
        .filter(|m| !done.iter().any(|(name, _)| name == m.name))
        .collect())
}

fn translate(text: &str, engine: EngineKind) -> Result<String, StoreError> {
    let mut sql = String::with_capacity(text.len());
    let mut only = None;
    for line in text.lines() {
        match line.trim().strip_prefix("--!").map(str::trim) {
            Some("only sqlite") => only = Some(EngineKind::Sqlite),
            Some("only postgres") => only = Some(EngineKind::Postgres),
            Some("both") => only = None,
            _ if only.is_some_and(|only| only != engine) => continue,
            Some(directive) => sql.push_str(&expand(directive, engine)?),
            None => sql.push_str(line),
        }
        sql.push('\n');
    }
    sql = sql.replace("{work}", WORK_COLUMNS);
    for (token, sqlite, postgres) in TOKENS {
        sql = sql.replace(
            token,
            if engine == EngineKind::Sqlite {
                sqlite
            } else {
                postgres
            },
        );
    }
    Ok(sql)
}

fn expand(directive: &str, engine: EngineKind) -> Result<String, StoreError> {
    let (word, rest) = directive.split_once(' ').unwrap_or((directive, ""));
    let (table, columns) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
    Ok(match (word, engine) {
        ("append_only", EngineKind::Sqlite) => sqlite_append_only(table),
        ("work_table", EngineKind::Sqlite) => work_index(table),
        (
            "tenant_table" | "platform_table" | "system_read" | "system_reads_also",
            EngineKind::Sqlite,
        ) => String::new(),
        ("tenant_table", EngineKind::Postgres) => {
            tenant_table(table, "SELECT, INSERT, UPDATE, DELETE")
        }
        ("thaw", EngineKind::Sqlite) => {
            format!("DROP TRIGGER {table}_no_UPDATE; DROP TRIGGER {table}_no_DELETE;")
        }
        ("thaw", EngineKind::Postgres) => format!(
            "DROP TRIGGER {table}_append_only ON {table}; GRANT DELETE ON {table} TO lafiya_app;"
        ),
        ("append_only", EngineKind::Postgres) => {
            tenant_table(table, "SELECT, INSERT") + &postgres_append_only(table)
        }
        ("platform_table", EngineKind::Postgres) => {
            format!("GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO lafiya_app, lafiya_system;")
        }
        ("work_table", EngineKind::Postgres) => format!(
            "{}
            CREATE POLICY work ON {table} TO lafiya_system USING (true) WITH CHECK (true);
            GRANT SELECT (tenant_id, id, {WORK_COLUMN_NAMES}), UPDATE ({WORK_COLUMN_NAMES})
                ON {table} TO lafiya_system;",
            work_index(table)
        ),
        ("system_read", EngineKind::Postgres) => format!(
            "CREATE POLICY system_read ON {table} FOR SELECT TO lafiya_system USING (true);
            GRANT SELECT ({columns}) ON {table} TO lafiya_system;"
        ),
        ("system_reads_also", EngineKind::Postgres) => {
            format!("GRANT SELECT ({columns}) ON {table} TO lafiya_system;")
        }
        _ => {
            return Err(StoreError::Internal(format!(
                "unknown directive --! {directive}"
            )));
        }
    })
}

fn work_index(table: &str) -> String {
    format!("CREATE INDEX {table}_work ON {table} (work_due_at) WHERE work_due_at IS NOT NULL;")
}

fn tenant_table(table: &str, rights: &str) -> String {
    const MINE: &str = "tenant_id = NULLIF(current_setting('app.tenant_id', true), '')::uuid";
    format!(
        "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON {table} USING ({MINE}) WITH CHECK ({MINE});
        GRANT {rights} ON {table} TO lafiya_app;"
    )
}

fn sqlite_append_only(table: &str) -> String {
    ["UPDATE", "DELETE"]
        .map(|verb| {
            format!(
                "CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
                BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;"
            )
        })
        .join("\n")
}

fn postgres_append_only(table: &str) -> String {
    format!(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();"
    )
}
