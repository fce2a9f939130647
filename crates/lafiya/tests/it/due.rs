//! Messages that are due while no server runs, a server that is killed over them, and the
//! end of the work.

use std::time::{Duration, Instant};

use kernel::{Clock, Id, Rng};
use ports::messaging::body_sha256;
use serde_json::Value;
use store::{Sql, Store, StoreError, params};
use testkit::{db::within, provider::Progress};

use crate::server::{LIMIT, Site, tenant};

const DUE: Sql = Sql::new(
    "INSERT INTO message (tenant_id, id, channel, category, recipient, idempotency_key, body, body_sha256, state,
        created_at, updated_at, work_due_at, event, language, variables, other_channel)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'queued', $9, $9, $9, $10, $11, $12, $13)",
);
/// Who waits for another try longer than he needs to need not wait in truth.
const HURRY: Sql = Sql::new(
    "UPDATE message SET work_due_at = $2
    WHERE tenant_id = $1 AND work_held_by IS NULL AND work_dead_at IS NULL AND work_due_at > $3",
);
const LEASES_OVER: Sql = Sql::new(
    "UPDATE message SET work_due_at = $2 WHERE tenant_id = $1 AND work_held_by IS NOT NULL",
);
const ATTEMPTS_OLD: Sql = Sql::new(
    "UPDATE message_attempt SET started_at = started_at - $2 WHERE tenant_id = $1 AND outcome IS NULL",
);
const UNDER_WAY: Sql = Sql::new(
    "SELECT COUNT(*) AS value FROM message
    WHERE tenant_id = $1 AND recipient LIKE $2 AND work_due_at IS NOT NULL",
);
const FOR_A_PERSON: Sql = Sql::new(
    "SELECT COUNT(*) AS value FROM message
    WHERE tenant_id = $1 AND recipient LIKE $2 AND work_dead_at IS NOT NULL",
);
/// "Not there" is believed of an attempt only this long after it began.
pub const LOOKUP: Duration = Duration::from_secs(31);
/// Nothing hangs, or waits for a lease, so long.
const STILL: Duration = Duration::from_secs(30);
/// How long a kill waits for what may not come.
const PATIENCE: Duration = Duration::from_secs(1);
const KILLS: usize = 6;
/// The most attempts between a start and a kill that are waited for.
const STEP: u64 = 8;

/// A message that is due at once.
pub struct Due {
    pub channel: &'static str,
    pub category: &'static str,
    pub recipient: String,
    pub key: String,
    pub body: String,
    /// The event it speaks of with its variables, and its other way.
    pub said: Option<(&'static str, Value, &'static str)>,
}

/// Writes them, while no server runs.
pub async fn write(site: &Site, messages: Vec<Due>) {
    let store = site.store().await;
    let tenant = tenant(&store).await;
    let (clock, rng) = (Clock::system(), Rng::system());
    let mut messages = messages.into_iter().peekable();
    while messages.peek().is_some() {
        let some = messages.by_ref().take(500);
        let rows: Vec<_> = some
            .map(|due| (Id::<()>::new(&clock, &rng).uuid(), due))
            .collect();
        let now = clock.now();
        let written = store.write(tenant, move |tx| {
            Box::pin(async move {
                for (id, due) in rows {
                    let said = due.said.as_ref();
                    let values = params![
                        tenant,
                        id,
                        due.channel,
                        due.category,
                        due.recipient,
                        due.key,
                        due.body,
                        body_sha256(&due.body),
                        now,
                        said.map(|(event, ..)| *event),
                        said.map(|_| "fr"),
                        said.map(|(_, variables, _)| variables.to_string()),
                        said.map(|(.., other)| *other)
                    ];
                    tx.execute_one(DUE, values).await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        written.await.unwrap();
    }
    store.close().await;
}

/// Starts the server and kills it, again and again: each time after the provider took a
/// message that it leaves without an answer, and at a random moment. `before` prepares each
/// round, while no server runs: it is told which, and of how many. Gives how many there were.
pub async fn kills(
    (site, numbers): (&Site, &str),
    rng: &Rng,
    provider: &Progress,
    before: impl AsyncFn(usize, usize),
) -> usize {
    for round in 0..KILLS {
        before(round, KILLS).await;
        let store = site.store().await;
        let left = async || count(&store, UNDER_WAY, numbers).await;
        let few = rng.below(u64::try_from(left().await).unwrap());
        let (attempts, unanswered) = (provider.attempts(), provider.unanswered());
        let some = attempts + usize::try_from(1 + rng.below(STEP)).unwrap();
        let mut server = site.start().await;
        let hangs = tokio::time::timeout(LIMIT, provider.wait_for_unanswered(unanswered + 1));
        hangs
            .await
            .expect("a message that is left without an answer");
        // One that hangs may keep all others from moving.
        if round.is_multiple_of(2) {
            // While most are on their way.
            let moves = provider.wait_for_attempts(some);
            let _ = tokio::time::timeout(PATIENCE, moves).await;
        } else {
            // When the ends of some are written down.
            let ended = async || (left().await <= i64::try_from(few).unwrap()).then_some(());
            let _ = within(PATIENCE, ended).await;
        }
        server.kill().await.unwrap();
        store.close().await;
        later(site).await;
    }
    KILLS
}

/// As if the dead server had been so for longer than a lease lasts and than nobody knows
/// what Twilio has.
async fn later(site: &Site) {
    let (store, now) = (site.store().await, Clock::system().now());
    let tenant = tenant(&store).await;
    let written = store.write(tenant, move |tx| {
        Box::pin(async move {
            tx.execute(LEASES_OVER, params![tenant, now]).await?;
            let long = i64::try_from(LOOKUP.as_micros()).unwrap();
            tx.execute(ATTEMPTS_OLD, params![tenant, long]).await
        })
    });
    written.await.unwrap();
    store.close().await;
}

/// Waits until `left` counts nothing any more, and hurries those on who wait longer than
/// `spare`.
///
/// # Panics
/// When it did not become less for `still`.
pub async fn rest(
    site: &Site,
    (spare, still): (Duration, Duration),
    left: impl AsyncFn(&Store) -> i64,
) {
    let (store, clock) = (site.store().await, Clock::system());
    let tenant = tenant(&store).await;
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    let (mut fewest, mut moved) = (i64::MAX, Instant::now());
    while fewest > 0 {
        tick.tick().await;
        let left = left(&store).await;
        if left < fewest {
            (fewest, moved) = (left, Instant::now());
        }
        if moved.elapsed() > still {
            panic!(
                "{fewest} messages come to no end: {:#?}",
                site.unfinished().await
            );
        }
        let now = clock.now();
        let hurry = store.write(tenant, move |tx| {
            Box::pin(async move {
                tx.execute(HURRY, params![tenant, now, now.plus(spare)])
                    .await
            })
        });
        hurry.await.unwrap();
    }
    store.close().await;
}

/// Waits until there is no more work on the messages to these numbers.
pub async fn done(site: &Site, numbers: &str) {
    rest(site, (Duration::ZERO, STILL), async |store| {
        count(store, UNDER_WAY, numbers).await
    })
    .await;
}

/// How many of the messages to these numbers wait for a person.
pub async fn for_a_person(site: &Site, numbers: &str) -> usize {
    let store = site.store().await;
    let waiting = count(&store, FOR_A_PERSON, numbers).await;
    store.close().await;
    usize::try_from(waiting).unwrap()
}

async fn count(store: &Store, what: Sql, numbers: &str) -> i64 {
    let tenant = tenant(store).await;
    let mut tx = store.read(tenant).await.unwrap();
    let values = params![tenant, format!("{numbers}%")];
    tx.one(what, values).await.unwrap()
}

/// All messages to these numbers, as staff see them.
pub async fn rows(site: &Site, token: &str, numbers: &str) -> Vec<Value> {
    let mut rows = site.list(token, "/api/v1/outbox/?").await;
    rows.retain(|row| text(row, "recipient").starts_with(numbers));
    rows
}

/// A text of a row; empty for null.
pub fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}
