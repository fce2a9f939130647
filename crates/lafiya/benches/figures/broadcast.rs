//! Broadcasts to ten and to a hundred thousand: how long it takes to say whom one would
//! reach, to write everybody down, and to write the messages; and how much memory.

use std::{
    fs,
    time::{Duration, Instant},
};

use clinic::outreach::api::{
    self as outreach, Broadcast, BroadcastPatch, BroadcastStep, DeliveryState, Topic,
};
use kernel::{Actor, Clock, Ctx, Expected, Id, Locale, Patch, Role, Timestamp};
use store::{EngineKind, Sql, StoreError, WriteTx, params};
use testkit::{
    clinic::TestClinic,
    db::{TestDb, eventually},
};

use crate::{Failure, asks::analyze, say};

/// By day: nobody is let sleep.
const NOW: &str = "2027-03-03T09:00:00Z";
const SECOND: Duration = Duration::from_secs(1);
const LIMIT: Duration = Duration::from_secs(600);
/// Rows entered in one transaction.
const CHUNK: u32 = 1_000;
const PATIENT: Sql = Sql::new(
    "INSERT INTO patient (tenant_id, id, first_name, last_name, search_name, locale, status, created_at, updated_at, version)
    VALUES ($1, $2, 'Awa', 'Diop', 'awa diop', 'fr', 'active', $3, $3, 1)",
);
const NUMBER: Sql = Sql::new(
    "INSERT INTO contact_point (tenant_id, id, phone, last_nine, created_at) VALUES ($1, $2, $3, $4, $5)",
);
const LINK: Sql = Sql::new(
    "INSERT INTO patient_contact (tenant_id, patient_id, contact_point_id, is_primary, created_at) VALUES ($1, $2, $3, TRUE, $4)",
);

/// Every figure of broadcasts on this engine.
pub async fn figures(kind: EngineKind) -> Result<(), Failure> {
    say(&format!("broadcasts on {kind:?}"));
    to(kind, 10_000, true).await?;
    to(kind, 100_000, false).await
}

/// Reaches them once as a whole, or twice as far as writing them down: what the second
/// time takes of memory is not SQLite's caches any more, which the first time filled.
async fn to(kind: EngineKind, people: u32, whole: bool) -> Result<(), Failure> {
    let db = TestDb::new(kind).await;
    let clock = Clock::fixed(Timestamp::parse(NOW)?);
    let mut clinic = TestClinic::with_clock(&db, &clock).await;
    enter(&clinic, people).await?;
    analyze(&db)?;
    let admin = clinic
        .member(clinic.tenant, "patron", Role::SuperAdmin)
        .await;
    let ctx = Ctx {
        tenant: clinic.tenant,
        actor: Actor::User(admin, Role::SuperAdmin),
        locale: Locale::Fr,
    };
    clinic.start_work();
    let one = write_down(&clinic, &ctx, &clock, people).await?;
    if whole {
        let begun = Instant::now();
        reach(&clinic, &ctx, &one, &clock, |it| {
            it.tally.of(DeliveryState::Simulated) == i64::from(people)
        })
        .await;
        say(&format!(
            "  {people} messages written and played, the pace left out: {} ms",
            begun.elapsed().as_millis()
        ));
    } else {
        say("  the same again:");
        write_down(&clinic, &ctx, &clock, people).await?;
    }
    clinic.stop_work().await;
    Ok(())
}

async fn write_down(
    clinic: &TestClinic,
    ctx: &Ctx,
    clock: &Clock,
    people: u32,
) -> Result<Broadcast, Failure> {
    let one = written(clinic, ctx).await?;
    let begun = Instant::now();
    let preview = outreach::preview_broadcast(&clinic.app, ctx, one.id).await;
    let count = preview.map_err(told)?.count;
    say(&format!(
        "  {people} patients: preview of {count} in {} ms",
        begun.elapsed().as_millis()
    ));
    let step = BroadcastStep::Send;
    let sent = outreach::step_broadcast(&clinic.app, ctx, one.id, Expected::Any, step).await;
    sent.map_err(told)?;
    fs::write("/proc/self/clear_refs", "5")?;
    let before = kilobytes("VmRSS:")?;
    let begun = Instant::now();
    reach(clinic, ctx, &one, clock, |it| {
        it.tally.addressed() == i64::from(people)
    })
    .await;
    say(&format!(
        "  {people} recipients written down in {} ms (target 1000 for 10000), peak +{} MiB (flat)",
        begun.elapsed().as_millis(),
        kilobytes("VmHWM:")?.saturating_sub(before) / 1024,
    ));
    Ok(one)
}

/// Waits until the broadcast is so far; the clock runs as fast as it can.
async fn reach(
    clinic: &TestClinic,
    ctx: &Ctx,
    one: &Broadcast,
    clock: &Clock,
    is_there: impl Fn(&Broadcast) -> bool,
) {
    eventually("the broadcast to be so far", LIMIT, || async {
        clock.advance(SECOND);
        let found = outreach::broadcast(&clinic.app, ctx, one.id).await.ok()?;
        is_there(&found).then_some(())
    })
    .await;
}

fn told(problem: kernel::Problem) -> Failure {
    format!("{}: {:?}", problem.stable_code(), problem.cause).into()
}

async fn written(clinic: &TestClinic, ctx: &Ctx) -> Result<Broadcast, Failure> {
    let new = BroadcastPatch {
        title: Patch::Set("Conseil nutrition".to_owned()),
        content: Patch::Set("Mangez 5 fruits et légumes par jour".to_owned()),
        topic: Patch::Set(Topic::HealthTip),
        target_all: Patch::Set(true),
        pace: Patch::Set(6_000),
        ..BroadcastPatch::default()
    };
    let made = outreach::create_broadcast(&clinic.app, ctx, new).await;
    made.map_err(told)
}

async fn enter(clinic: &TestClinic, people: u32) -> Result<(), Failure> {
    for first in (0..people).step_by(usize::try_from(CHUNK)?) {
        let (app, tenant) = (clinic.app.clone(), clinic.tenant);
        let numbers = first..(first + CHUNK).min(people);
        let entered: Result<(), StoreError> = clinic
            .app
            .store
            .write(tenant, move |tx| {
                Box::pin(async move {
                    for number in numbers {
                        enter_one(tx, &app, tenant, number).await?;
                    }
                    Ok(())
                })
            })
            .await;
        entered?;
    }
    Ok(())
}

async fn enter_one(
    tx: &mut WriteTx,
    app: &clinic::App,
    tenant: kernel::TenantId,
    number: u32,
) -> Result<(), StoreError> {
    let now = app.clock.now();
    let id = || Id::<()>::new(&app.clock, &app.rng).uuid();
    let (patient, contact) = (id(), id());
    let phone = format!("+2217{:08}", 70_000_000 + number);
    let nine = phone.get(4..).unwrap_or_default().to_owned();
    tx.execute_one(PATIENT, params![tenant, patient, now])
        .await?;
    tx.execute_one(NUMBER, params![tenant, contact, phone, nine, now])
        .await?;
    tx.execute_one(LINK, params![tenant, patient, contact, now])
        .await
}

/// A figure of this process (proc(5)).
fn kilobytes(of: &str) -> Result<u64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with(of));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(number.unwrap_or("0").parse()?)
}
