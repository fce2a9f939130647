//! Calls through the router with all its middleware, in this process.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use axum::http::Method;
use serde_json::Value;
use store::Database;
use testkit::{clinic::TestClinic, db::TestDb};

use crate::{Failure, meter::percentile, say};

/// Calls of each kind.
pub const CALLS: u64 = 300;
/// Calls before those that are timed: a new connection of PostgreSQL plans each statement
/// the first five times.
pub const WARMING: u64 = 20;

/// Somebody signed in.
pub struct Asks<'a> {
    pub clinic: &'a TestClinic,
    pub token: &'a str,
}

impl Asks<'_> {
    /// How long a call takes; other answers than 2xx are failures.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Duration, Failure> {
        let started = Instant::now();
        let answer = self
            .clinic
            .call_as(Some(self.token), method, path, body)
            .await;
        match answer.status.is_success() {
            true => Ok(started.elapsed()),
            false => Err(format!("{path}: {}", answer.text).into()),
        }
    }

    /// Prints how long reads take, one after the other.
    pub async fn look(
        &self,
        what: &str,
        target: u32,
        path: impl Fn(u64) -> String,
    ) -> Result<(), Failure> {
        for n in CALLS..CALLS + WARMING {
            self.call(Method::GET, &path(n), None).await?;
        }
        let mut waits = Vec::new();
        for n in 0..CALLS {
            waits.push(self.call(Method::GET, &path(n), None).await?);
        }
        told(what, &mut waits, target);
        Ok(())
    }
}

/// Prints waits beside what is aimed at, in milliseconds.
pub fn told(what: &str, waits: &mut [Duration], target: u32) {
    let (half, most) = (percentile(waits, 50), percentile(waits, 99));
    say(&format!(
        "  {what}: p50 {half:.1} ms, p99 {most:.1} ms (target {target})"
    ));
}

/// What autovacuum does within a minute in a clinic.
pub fn analyze(db: &TestDb) -> Result<(), Failure> {
    let Database::Postgres { url, .. } = &db.database else {
        return Ok(());
    };
    let done = Command::new("psql")
        .args([url, "-qc", "VACUUM ANALYZE"])
        .status()?;
    match done.success() {
        true => Ok(()),
        false => Err("VACUUM ANALYZE failed".into()),
    }
}
