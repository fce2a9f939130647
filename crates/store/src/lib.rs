//! The only crate that names sqlx: one SQL text for SQLite and PostgreSQL.
