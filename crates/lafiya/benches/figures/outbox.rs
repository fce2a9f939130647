//! The outbox: how many messages a second a provider on loopback takes from it, and how
//! long the decision about one takes.

use std::time::{Duration, Instant};

use kernel::{Id, Timestamp};
use ports::messaging::body_sha256;
use send_rules::{Category, Channel, Facts, decide};
use store::{EngineKind, Sql, StoreError, params};
use testkit::{
    clinic::{Setup, TestClinic},
    db::{TestDb, eventually},
    twilio::FakeTwilio,
};

use crate::{Failure, asks::analyze, meter::Meter, say};

const MESSAGES: i32 = 10_000;
/// Rows entered in one transaction.
const CHUNK: usize = 1_000;
const LIMIT: Duration = Duration::from_secs(300);
const DECISIONS: i64 = 1_000_000;

const DUE: Sql = Sql::new(
    "INSERT INTO message (tenant_id, id, channel, category, recipient, idempotency_key, body, body_sha256, state,
        created_at, updated_at, work_due_at)
    VALUES ($1, $2, 'sms', 'answer', $3, $4, $5, $6, 'queued', $7, $7, $7)",
);
const LEFT: Sql = Sql::new(
    "SELECT EXISTS (SELECT 1 FROM message WHERE tenant_id = $1 AND work_due_at IS NOT NULL) AS value",
);

/// Every figure of the outbox on this engine.
pub async fn figures(kind: EngineKind) -> Result<(), Failure> {
    say(&format!("outbox on {kind:?}, {MESSAGES} messages due"));
    if kind == EngineKind::Sqlite {
        decisions();
    }
    let db = TestDb::new(kind).await;
    let fake = FakeTwilio::start().await?;
    let mut clinic = TestClinic::with(&db, Setup::twilio(&fake)).await;
    enter(&clinic).await?;
    analyze(&db)?;
    let meter = Meter::of(std::process::id())?;
    clinic.start_work();
    eventually("every message at the provider", LIMIT, || async {
        let mut tx = clinic.app.store.read(clinic.tenant).await.ok()?;
        let left: bool = tx.one(LEFT, params![clinic.tenant]).await.ok()?;
        (!left).then_some(())
    })
    .await;
    let target = match kind {
        EngineKind::Sqlite => 1_000,
        EngineKind::Postgres => 2_000,
    };
    let messages = u64::try_from(MESSAGES)?;
    say(&format!(
        "  {:.0} a second taken by a provider on loopback (target {target}); {}, the provider's included",
        meter.per_second(messages),
        meter.cpu_each(messages)?,
    ));
    clinic.stop_work().await;
    let taken = fake.accepted().len();
    match taken == usize::try_from(MESSAGES)? {
        true => Ok(()),
        false => Err(format!("{taken} messages arrived").into()),
    }
}

async fn enter(clinic: &TestClinic) -> Result<(), Failure> {
    let numbers: Vec<i32> = (0..MESSAGES).collect();
    for chunk in numbers.chunks(CHUNK) {
        let (app, tenant, chunk) = (clinic.app.clone(), clinic.tenant, chunk.to_vec());
        let entered = clinic.app.store.write(tenant, move |tx| {
            Box::pin(async move {
                for n in chunk {
                    let (id, now) = (Id::<()>::new(&app.clock, &app.rng).uuid(), app.clock.now());
                    let (body, key) = (format!("Message {n}"), format!("bench:{n}"));
                    let (to, hash) = (format!("+22177{n:07}"), body_sha256(&body));
                    let values = params![tenant, id, to, key, body, hash, now];
                    tx.execute_one(DUE, values).await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        entered.await?;
    }
    Ok(())
}

/// Every kind of message by every way at every minute of the day, within and after the
/// hours in which free text may go.
fn decisions() {
    let kinds: Vec<(Channel, Category)> = Channel::ALL
        .iter()
        .flat_map(|channel| Category::ALL.iter().map(|category| (*channel, *category)))
        .collect();
    let begun = Instant::now();
    let mut kept = 0_usize;
    for (n, (channel, category)) in (0..DECISIONS).zip(kinds.iter().cycle()) {
        let now = Timestamp::from_micros(n * 60_000_000);
        let facts = Facts {
            now,
            channel: *channel,
            category: *category,
            last_inbound: (n % 2 == 0)
                .then(|| now.minus(Duration::from_secs(n.unsigned_abs() % 100_000))),
            opted_out: n % 17 == 0,
            minute_of_day: u16::try_from(n % 1440).unwrap_or_default(),
            expires_at: None,
            template: None,
            bad_address: n % 19 == 0,
            no_device: n % 23 == 0,
            has_other_way: n % 3 == 0,
            money_from: None,
        };
        kept += usize::from(matches!(
            std::hint::black_box(decide(&facts)),
            send_rules::Decision::Send(_)
        ));
    }
    let each = begun.elapsed().as_secs_f64() * 1e6 / 1e6;
    say(&format!(
        "  a decision takes {each:.3} us (target 20); {kept} of {DECISIONS} were to send"
    ));
}
