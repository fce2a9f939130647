use std::{pin::Pin, str::FromStr, sync::Arc, time::Duration};

use croner::Cron;
use kernel::{Clock, TenantId, Timestamp};
use store::{Scope, Store, StoreError, WriteTx, params};
use uuid::Uuid;

use crate::{Failure, Job, Outcome, Queue, WorkSql, work_table};

/// The engine's statements for schedules.
pub const SCHEDULE_WORK: WorkSql = work_table!("schedule");

store::statements! {
    /// Enters a schedule the first time a program knows it.
    ENTER = "INSERT INTO schedule (tenant_id, id, name, work_due_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (name) DO NOTHING";
}

/// The body of a schedule.
pub type Task =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>> + Send + Sync>;

/// Work that comes round by the clock, once among all nodes.
#[derive(Clone)]
pub struct Schedule {
    /// Its name, for ever.
    pub name: &'static str,
    /// Cron expression of five fields, in UTC.
    pub cron: &'static str,
    /// What to do.
    pub task: Task,
}

/// Enters the schedules and makes the queue that runs them.
///
/// # Errors
/// A wrong cron expression, or the database's.
pub async fn queue(
    store: &Store,
    clock: &Clock,
    schedules: Vec<Schedule>,
) -> Result<Queue, StoreError> {
    let now = clock.now();
    for schedule in &schedules {
        let (id, name, due) = (
            id_of(schedule.name),
            schedule.name,
            next(schedule.cron, now)?,
        );
        store
            .write(Scope::System, move |tx: &mut WriteTx| {
                Box::pin(async move {
                    tx.execute(
                        ENTER,
                        params![TenantId::from_uuid(Uuid::nil()), id, name, due],
                    )
                    .await
                })
            })
            .await?;
    }
    let (schedules, clock) = (Arc::new(schedules), clock.clone());
    Ok(Queue {
        sql: &SCHEDULE_WORK,
        concurrency: 4,
        timeout: Duration::from_secs(600),
        run: Arc::new(move |job| Box::pin(run(Arc::clone(&schedules), clock.clone(), job))),
        buried: None,
    })
}

async fn run(schedules: Arc<Vec<Schedule>>, clock: Clock, job: Job) -> Result<Outcome, Failure> {
    let Some(schedule) = schedules.iter().find(|s| id_of(s.name) == job.id) else {
        return Err(Failure::dead("this program no longer knows the schedule"));
    };
    if let Err(failure) = (schedule.task)().await {
        tracing::warn!(
            schedule = schedule.name,
            ?failure,
            "a scheduled run failed; the next will try again"
        );
    }
    next(schedule.cron, clock.now())
        .map(Outcome::Again)
        .map_err(Failure::dead)
}

/// The first time after `now` that the expression names.
fn next(cron: &str, now: Timestamp) -> Result<Timestamp, StoreError> {
    named(cron, now, false)
}

/// The first time that a cron expression of five fields, in UTC, names from this
/// second on, the second that has begun left out.
///
/// # Errors
/// A wrong cron expression.
pub fn next_tick(cron: &str, from: Timestamp) -> Result<Timestamp, StoreError> {
    const SECOND: i64 = 1_000_000;
    let whole = from.micros().saturating_add(SECOND - 1).div_euclid(SECOND);
    let whole = Timestamp::from_micros(whole.saturating_mul(SECOND));
    named(cron, whole, true)
}

fn named(cron: &str, now: Timestamp, inclusive: bool) -> Result<Timestamp, StoreError> {
    let wrong =
        |error: &dyn std::fmt::Display| StoreError::Internal(format!("schedule {cron:?}: {error}"));
    let expression = Cron::from_str(cron).map_err(|e| wrong(&e))?;
    let now = croner_time(now).ok_or_else(|| wrong(&"time out of range"))?;
    let then = expression
        .find_next_occurrence(&now, inclusive)
        .map_err(|e| wrong(&e))?;
    Ok(Timestamp::from_micros(then.timestamp_micros()))
}

fn croner_time(at: Timestamp) -> Option<chrono::DateTime<chrono::Utc>> {
    chrono::DateTime::from_timestamp_micros(at.micros())
}

/// The row's id follows from the name, so that all nodes agree on it.
fn id_of(name: &str) -> Uuid {
    let mut bytes = [0_u8; 16];
    for (index, byte) in name.bytes().enumerate() {
        bytes[index % 16] = bytes[index % 16].rotate_left(3) ^ byte;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_next_time_and_names_a_wrong_expression() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let now = at("2026-03-01T10:59:30Z");
        assert_eq!(next("0 * * * *", now).unwrap(), at("2026-03-01T11:00:00Z"));
        assert_eq!(
            next("*/5 * * * *", now).unwrap(),
            at("2026-03-01T11:00:00Z")
        );
        assert!(
            next("every day", now)
                .unwrap_err()
                .to_string()
                .contains("every day")
        );
        assert_ne!(id_of("housekeeping"), id_of("reminders"));
    }

    #[test]
    fn a_tick_may_be_now_and_is_never_before() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let hour = at("2026-03-01T11:00:00Z");
        for (from, tick) in [
            (hour, hour),
            (at("2026-03-01T10:00:00.000001Z"), hour),
            (at("2026-03-01T10:59:59.999999Z"), hour),
            (at("2026-03-01T11:00:01Z"), at("2026-03-01T12:00:00Z")),
        ] {
            assert_eq!(next_tick("0 * * * *", from).unwrap(), tick, "{from:?}");
        }
        assert!(next_tick("hourly", hour).is_err());
    }
}
