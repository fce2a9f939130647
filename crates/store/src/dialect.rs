//! The few places where the engines differ in words. Migrations are written
//! once with these tokens; statements need none of them, but for claims and lists
//! (see [`crate::Sql::per_engine`]).

/// Type and clause tokens of migrations: token, SQLite, PostgreSQL.
pub(crate) const TOKENS: &[(&str, &str, &str)] = &[
    ("{uuid}", "BLOB", "UUID"),
    ("{int}", "INTEGER", "BIGINT"),
    ("{time}", "INTEGER", "BIGINT"),
    ("{real}", "REAL", "DOUBLE PRECISION"),
    ("{bool}", "INTEGER", "BOOLEAN"),
    ("{bytes}", "BLOB", "BYTEA"),
    // Folded text that prefixes are looked up in: ordered by its bytes.
    ("{folded}", "TEXT", "TEXT COLLATE \"C\""),
    ("{false}", "0", "FALSE"),
    ("{true}", "1", "TRUE"),
    ("{strict}", " STRICT", ""),
];

/// The columns of the work engine, see the `jobs` crate.
pub(crate) const WORK_COLUMNS: &str = "\
    work_due_at {time},
    work_held_by {uuid},
    work_token {int} NOT NULL DEFAULT 0,
    work_attempts {int} NOT NULL DEFAULT 0,
    work_deaths {int} NOT NULL DEFAULT 0,
    work_dead_at {time},
    work_error TEXT";

/// Names of [`WORK_COLUMNS`], for grants.
pub(crate) const WORK_COLUMN_NAMES: &str = "work_due_at, work_held_by, work_token, \
    work_attempts, work_deaths, work_dead_at, work_error";
