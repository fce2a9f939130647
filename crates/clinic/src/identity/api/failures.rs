//! Slows down guessing: ten wrong attempts in five minutes for one name from
//! one client, then nobody there is listened to for that name until the five
//! minutes are over. Kept in memory: a restart forgives.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    net::IpAddr,
    sync::{MutexGuard, PoisonError},
    time::Duration,
};

use kernel::{Problem, ProblemKind, Timestamp, text};

use crate::App;

const ALLOWED: u32 = 10;
const WINDOW: Duration = Duration::from_secs(5 * 60);
/// Names and clients remembered at once; attackers must not fill our memory.
const REMEMBERED: usize = 10_000;

fn counts(app: &App) -> MutexGuard<'_, HashMap<u64, (Timestamp, u32)>> {
    app.attempts()
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
}

/// Tries to sign somebody in who calls from `client`.
///
/// # Errors
/// 429 after too many wrong attempts, with the seconds to wait; else what
/// `attempt` says.
pub async fn limited<T>(
    app: &App,
    client: IpAddr,
    username: &str,
    attempt: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    let key = key(app, client, username);
    // Counted before it is known to be wrong, or many at once would all pass.
    count(app, key)?;
    let result = attempt.await;
    match &result {
        Ok(_) => drop(counts(app).remove(&key)),
        Err(problem) if problem.kind == ProblemKind::BadCredentials => {}
        Err(_) => give_back(app, key),
    }
    result
}

/// One name from one client. The installation's secret is part of it, so that
/// nobody can compute names that share a count.
fn key(app: &App, client: IpAddr, username: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    app.settings.jwt_secret.as_slice().hash(&mut hasher);
    text::fold(username).hash(&mut hasher);
    client.hash(&mut hasher);
    hasher.finish()
}

/// Counts an attempt; 429 when there were too many.
fn count(app: &App, key: u64) -> Result<(), Problem> {
    let now = app.clock.now();
    let mut counts = counts(app);
    let left = |since: Timestamp| since.plus(WINDOW).since(now);
    if counts.len() >= REMEMBERED {
        counts.retain(|_, (since, _)| !left(*since).is_zero());
    }
    if counts.len() >= REMEMBERED && !counts.contains_key(&key) {
        return Ok(());
    }
    let entry = counts.entry(key).or_insert((now, 0));
    if left(entry.0).is_zero() {
        *entry = (now, 0);
    }
    if entry.1 >= ALLOWED {
        let seconds = u32::try_from(left(entry.0).as_secs()).unwrap_or(u32::MAX);
        return Err(Problem {
            retry_after: Some(seconds.saturating_add(1)),
            ..Problem::new(ProblemKind::RateLimited)
        });
    }
    entry.1 += 1;
    Ok(())
}

/// What failed for another reason was no guess.
fn give_back(app: &App, key: u64) {
    if let Some((_, count)) = counts(app).get_mut(&key) {
        *count = count.saturating_sub(1);
    }
}
