//! Doctors' time: what is free, and how long a booking takes when fifty ask at once.

use std::time::{Duration, Instant};

use axum::http::Method;
use clinic::{
    patients::api::PatientId,
    scheduling::api::{NewHours, SoughtSlots, add_hours, free_slots},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use kernel::{Actor, Clock, Ctx, Id, Locale, Problem, Role, Timestamp, UserId, Zone};
use serde_json::json;
use store::{EngineKind, Sql, WriteTx, params};
use testkit::{clinic::TestClinic, db::TestDb};

use crate::{
    Failure,
    asks::{Asks, CALLS, analyze, told},
    meter::count,
    say,
};

/// A Sunday: every slot is still to come. The clinic stands in Dakar, on UTC.
const NOW: &str = "2027-02-28T12:00:00Z";
const MONDAY: &str = "2027-03-01T00:00:00Z";
const DAY: u64 = 24 * 3_600;
const HALF_HOUR: u64 = 1_800;
/// Mornings and afternoons from Monday to Friday, minutes after midnight.
const SHIFTS: [(i64, i64); 2] = [(8 * 60, 12 * 60), (13 * 60, 17 * 60)];
/// Slots of a doctor's week.
const SLOTS: u64 = 5 * 16;
/// Of these, booked.
const BOOKED: u64 = 25;
/// Clients who book at once, and what each of them books.
const CLIENTS: u64 = 50;
const EACH: u64 = 10;
const NO_PAUSE: Duration = Duration::from_nanos(1);

const BOOK: Sql = Sql::new(
    "INSERT INTO appointment (tenant_id, id, patient_id, practitioner_id, status, mode, requested_start, requested_end,
        starts_at, ends_at, confirmed_at, held_until, capacity, created_at, updated_at, version)
    VALUES ($1, $2, $3, $4, 'confirmed', 'in_person', $5, $6, $5, $6, $7, $7, 1, $7, $7, 2)",
);

/// Every figure of doctors' time on this engine.
pub async fn figures(kind: EngineKind) -> Result<(), Failure> {
    say(&format!("doctors' time on {kind:?}"));
    let db = TestDb::new(kind).await;
    let clock = Clock::fixed(Timestamp::parse(NOW)?);
    let mut house = House::new(TestClinic::with_clock(&db, &clock).await).await;
    house.hire(20, 4).await?;
    analyze(&db)?;
    let mut waits = Vec::new();
    for _ in 0..CALLS {
        waits.push(house.whole(4).await?.0);
    }
    told(
        "free slots of 20 doctors, 4 weeks, 2,000 bookings",
        &mut waits,
        10,
    );
    let agents = house.agents().await;
    let asks = Asks {
        clinic: &house.clinic,
        token: &agents[0],
    };
    let days = format!("date_start=2027-03-01&date_end={}", last(4));
    let path = format!("/api/v1/availabilities/available-slots/?{days}");
    asks.look("the same as JSON", 10, |_| path.clone()).await?;
    house.bookings(&agents).await?;
    house.growing(&db).await
}

/// The last day of so many weeks.
const fn last(weeks: u64) -> &'static str {
    match weeks {
        ..=4 => "2027-03-28",
        5..=8 => "2027-04-25",
        _ => "2027-05-23",
    }
}

/// When the nth slot of a doctor's weeks begins: strewn over the week, as a step
/// without a factor in common with their number strews.
fn slot(week: u64, nth: u64) -> Result<(Timestamp, Timestamp), Failure> {
    let place = nth * 3 % SLOTS;
    let (day, of_day) = (place / 16, place % 16);
    let lunch = if of_day < 8 { 0 } else { 2 };
    let half_hours = 16 + of_day + lunch;
    let seconds = (week * 7 + day) * DAY + half_hours * HALF_HOUR;
    let start = Timestamp::parse(MONDAY)?.plus(Duration::from_secs(seconds));
    Ok((start, start.plus(Duration::from_secs(HALF_HOUR))))
}

/// A clinic that grows.
struct House {
    clinic: TestClinic,
    ctx: Ctx,
    patient: PatientId,
    doctors: Vec<UserId>,
}

impl House {
    async fn new(clinic: TestClinic) -> Self {
        let admin = clinic.member(clinic.tenant, "figures", Role::Admin).await;
        Self {
            ctx: Ctx {
                tenant: clinic.tenant,
                actor: Actor::User(admin, Role::Admin),
                locale: Locale::Fr,
            },
            patient: clinic.patient("Awa", "Diop", "+221770000001").await,
            doctors: Vec::new(),
            clinic,
        }
    }

    /// Up to so many doctors with their hours, booked for so many weeks.
    async fn hire(&mut self, doctors: usize, weeks: u64) -> Result<(), Failure> {
        for n in self.doctors.len()..doctors {
            let name = format!("dr-{n}");
            let doctor = self
                .clinic
                .member(self.ctx.tenant, &name, Role::Practitioner);
            let doctor = doctor.await;
            for day in 0..5 {
                for (start, end) in SHIFTS {
                    let hours = NewHours {
                        practitioner: Some(doctor),
                        weekday: Some(day),
                        start_minute: Some(start),
                        end_minute: Some(end),
                        ..NewHours::default()
                    };
                    let added = add_hours(&self.clinic.app, &self.ctx, hours).await;
                    added.map_err(told_why)?;
                }
            }
            self.book(doctor, weeks).await?;
            self.doctors.push(doctor);
        }
        Ok(())
    }

    /// What is booked of a doctor's weeks.
    async fn book(&self, doctor: UserId, weeks: u64) -> Result<(), Failure> {
        let mut slots = Vec::new();
        for week in 0..weeks {
            for nth in 0..BOOKED {
                slots.push(slot(week, nth)?);
            }
        }
        let (app, tenant, patient) = (self.clinic.app.clone(), self.ctx.tenant, self.patient);
        let done: Result<(), Problem> = self
            .clinic
            .app
            .store
            .write(tenant, move |tx: &mut WriteTx| {
                Box::pin(async move {
                    for (start, end) in slots {
                        let id = Id::<()>::new(&app.clock, &app.rng);
                        let now = app.clock.now();
                        let values = params![tenant, id, patient, doctor, start, end, now];
                        tx.execute_one(BOOK, values).await?;
                    }
                    Ok(())
                })
            })
            .await;
        done.map_err(told_why)
    }

    /// How long all slots of these weeks take, and how many they are.
    async fn whole(&self, weeks: u64) -> Result<(Duration, usize), Failure> {
        let sought = SoughtSlots {
            first: "2027-03-01".parse()?,
            last: last(weeks).parse()?,
            practitioner: None,
            mode: None,
        };
        let started = Instant::now();
        let slots = free_slots(&self.clinic.app, &self.ctx, &sought).await;
        let slots = slots.map_err(told_why)?;
        Ok((started.elapsed(), slots.len()))
    }

    async fn agents(&self) -> Vec<String> {
        let mut tokens = Vec::new();
        for n in 0..CLIENTS {
            let name = format!("accueil-{n}");
            self.clinic
                .member(self.ctx.tenant, &name, Role::Agent)
                .await;
            tokens.push(self.clinic.token_of(&name).await);
        }
        tokens
    }

    /// Each client books a slot a second; then all as fast as they can.
    async fn bookings(&self, agents: &[String]) -> Result<(), Failure> {
        // A new connection of PostgreSQL plans each statement the first five times: of 500
        // bookings those would be the slowest, on a server that runs for a day they are none.
        self.rush(agents, (1, BOOKED), NO_PAUSE).await?;
        let second = Duration::from_secs(1);
        let mut waits = self.rush(agents, (0, BOOKED), second).await?;
        told(
            "a booking, 50 clients with one a second each",
            &mut waits,
            30,
        );
        let started = Instant::now();
        let mut waits = self.rush(agents, (0, BOOKED + 25), NO_PAUSE).await?;
        let each = count(CLIENTS * EACH) / started.elapsed().as_secs_f64();
        told("a booking, 50 clients without a pause", &mut waits, 30);
        say(&format!("  {each:.0} bookings a second by these"));
        Ok(())
    }

    /// Every client books other slots of a week, from the nth on.
    async fn rush(
        &self,
        agents: &[String],
        (week, nth): (u64, u64),
        pause: Duration,
    ) -> Result<Vec<Duration>, Failure> {
        let clients = agents.iter().zip(0..).map(|(token, client)| async move {
            let asks = Asks {
                clinic: &self.clinic,
                token,
            };
            // Not all in the same instant of their second.
            let first = tokio::time::Instant::now() + pause * client / 50;
            let mut turns = tokio::time::interval_at(first, pause);
            let mut waits = Vec::new();
            for turn in 0..EACH {
                let place = u64::from(client) * EACH + turn;
                turns.tick().await;
                waits.push(self.client_books(&asks, (week, nth), place).await?);
            }
            Ok::<_, Failure>(waits)
        });
        let waits: Vec<_> = stream::iter(clients)
            .buffer_unordered(agents.len())
            .try_collect()
            .await?;
        Ok(waits.into_iter().flatten().collect())
    }

    async fn client_books(
        &self,
        asks: &Asks<'_>,
        (week, nth): (u64, u64),
        place: u64,
    ) -> Result<Duration, Failure> {
        let doctors = u64::try_from(self.doctors.len())?;
        let doctor = self.doctors[usize::try_from(place % doctors)?];
        let (start, end) = slot(week, nth + place / doctors)?;
        let utc = Zone::utc();
        let body = json!({
            "patient": self.patient, "medecin": doctor,
            "requested_start": start.rfc3339(&utc), "requested_end": end.rfc3339(&utc),
        });
        asks.call(Method::POST, "/api/v1/appointments/", Some(body))
            .await
    }

    /// The cost of more and more doctors over twelve weeks, drawn: as long as the
    /// slots are many.
    async fn growing(&mut self, db: &TestDb) -> Result<(), Failure> {
        for doctors in [62, 125, 250, 500] {
            self.hire(doctors, 12).await?;
            analyze(db)?;
            let mut best = Duration::MAX;
            let mut slots = 0;
            for _ in 0..10 {
                let (took, found) = self.whole(12).await?;
                (best, slots) = (best.min(took), found);
            }
            let millis = best.as_secs_f64() * 1_000.0;
            let each = best.as_nanos() / u128::try_from(slots)?.max(1);
            let bar = "#".repeat(usize::try_from(best.as_millis() / 5)?);
            say(&format!(
                "  {doctors:>3} doctors, 12 weeks, {slots:>6} slots: {millis:>6.1} ms, {each} ns each {bar}"
            ));
        }
        Ok(())
    }
}

fn told_why(problem: Problem) -> Failure {
    format!("{problem:?}").into()
}
