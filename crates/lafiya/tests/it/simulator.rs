//! Faults that the simulator plays: each goes the way of a real provider's, and ends.

use std::time::Duration;

use axum::http::Method;
use clinic::messaging::api::{self as messaging, Category, Channel, NewMessage};
use kernel::{Actor, Clock, Ctx, Locale, Role, TenantId, Timestamp, UserId};
use ports::PlayedFault;
use serde_json::{Value, json};
use testkit::{
    clinic::{Setup, TestClinic},
    db::{TestDb, eventually},
    on_both_engines,
    session::Session,
    twilio::FakeTwilio,
};

const LIMIT: Duration = Duration::from_secs(60);
const FAULTS: &str = "/simulator/faults";
const EVENTS: store::Sql =
    store::Sql::new("SELECT COUNT(*) AS value FROM webhook_event WHERE tenant_id = $1");

struct Scene {
    clinic: TestClinic,
    clock: Clock,
}

/// A clinic at noon whose messages stay in the simulator.
async fn scene(db: &TestDb) -> Scene {
    let clock = Clock::fixed(Timestamp::parse("2026-03-10T12:00:00Z").unwrap());
    let mut clinic = TestClinic::with_clock(db, &clock).await;
    clinic.start_work();
    Scene { clinic, clock }
}

const fn admin(tenant: TenantId, user: UserId) -> Ctx {
    Ctx {
        tenant,
        actor: Actor::User(user, Role::Admin),
        locale: Locale::Fr,
    }
}

impl Scene {
    async fn play(&self, channel: Channel, fault: PlayedFault, times: u32) {
        let ctx = admin(self.clinic.tenant, self.clinic.agent);
        let played = messaging::play_fault(&self.clinic.app, &ctx, channel, (Some(fault), times));
        played.await.unwrap();
    }

    async fn send(&self, ctx: Ctx, channel: Channel, name: &str) {
        let number: u32 = name.bytes().map(u32::from).sum();
        let message = NewMessage {
            channel,
            category: Category::Reminder,
            recipient: format!("+22177{number:07}").parse().unwrap(),
            patient: None,
            body: name.to_owned(),
            idempotency_key: format!("{channel}:{name}"),
            expires_at: None,
            created_by: None,
        };
        let app = self.clinic.app.clone();
        let store = app.store.clone();
        let written = store.write(&ctx, move |tx| {
            Box::pin(async move { messaging::enqueue(tx, &app, &ctx, &message).await })
        });
        written.await.unwrap();
    }

    async fn row(&self, name: &str) -> Option<Value> {
        let token = self.clinic.token_of("admin").await;
        let (by, path) = (Some(token.as_str()), "/api/v1/outbox/?page_size=100");
        let answer = self.clinic.call_as(by, Method::GET, path, None).await;
        let rows = answer.json()["results"].as_array().cloned().unwrap();
        let mut rows = rows.into_iter().filter(|row| row["body"] == name);
        let row = rows.next();
        assert!(rows.next().is_none(), "{name} went twice");
        row
    }

    /// Waits until a message is so; a second passes at each look.
    async fn until(&self, name: &str, expected: Value) -> Value {
        let mut last = Value::Null;
        let seen = testkit::db::within(LIMIT, || async {
            self.clock.advance(Duration::from_secs(1));
            let row = self.row(name).await?;
            let is_so = expected
                .as_object()
                .unwrap()
                .iter()
                .all(|(key, value)| row[key] == *value);
            is_so.then_some(row)
        })
        .await;
        if seen.is_none() {
            last = self.row(name).await.unwrap_or_default();
        }
        seen.unwrap_or_else(|| panic!("{name} is not {expected}: {last}"))
    }
}

on_both_engines! {
    async fn each_fault_ends_once_with_its_reason(db) {
        let mut s = scene(&db).await;
        let ctx = s.clinic.ctx();
        for (fault, end) in [
            (PlayedFault::TimeOut, json!({"state": "simulated", "attempts": 1})),
            (PlayedFault::TooFast, json!({"state": "simulated", "attempts": 2})),
            (PlayedFault::Down, json!({"state": "simulated", "attempts": 2})),
            (PlayedFault::Refused, json!({"state": "failed", "reason": "bad_number", "error_code": 21211, "attempts": 1})),
            (PlayedFault::Late, json!({"state": "simulated", "simulated_report": "delivered", "attempts": 1})),
            (PlayedFault::Doubled, json!({"state": "simulated", "simulated_report": "delivered", "attempts": 1})),
            (PlayedFault::Unordered, json!({"state": "simulated", "simulated_report": "delivered", "attempts": 1})),
            (PlayedFault::FailedLater, json!({"state": "simulated", "simulated_report": "failed", "attempts": 1})),
        ] {
            s.play(Channel::Sms, fault, 1).await;
            s.send(ctx, Channel::Sms, fault.as_str()).await;
            s.until(fault.as_str(), end).await;
        }
        // Two of the doubled ones and of the failed one, three unordered ones, two late ones.
        eventually("all reports", LIMIT, || async {
            let mut tx = s.clinic.app.store.read(s.clinic.tenant).await.unwrap();
            let events: i64 = tx.one(EVENTS, store::params![s.clinic.tenant]).await.unwrap();
            (events == 9).then_some(())
        }).await;
        for name in ["doubled", "unordered"] {
            assert_eq!(s.row(name).await.unwrap()["simulated_report"], "delivered", "states move forwards");
        }
        let late = s.row("late").await.unwrap();
        assert!(late["provider_id"].as_str().unwrap().starts_with("SIM"));
        s.clinic.stop_work().await;
    }

    async fn calls_have_faults_of_their_own(db) {
        let mut s = scene(&db).await;
        let ctx = s.clinic.ctx();
        s.play(Channel::Voice, PlayedFault::FailedLater, 1).await;
        s.send(ctx, Channel::Sms, "a text").await;
        s.until("a text", json!({"state": "simulated", "simulated_report": null})).await;
        s.send(ctx, Channel::Voice, "a call").await;
        s.until("a call", json!({"state": "simulated", "reason": "call_failed"})).await;
        s.play(Channel::Voice, PlayedFault::TimeOut, 1).await;
        s.send(ctx, Channel::Voice, "lost").await;
        s.until("lost", json!({"state": "simulated", "attempts": 1})).await;
        s.clinic.stop_work().await;
    }

    async fn an_outage_closes_the_way_and_all_goes_in_the_end(db) {
        let mut s = scene(&db).await;
        let ctx = s.clinic.ctx();
        s.play(Channel::Sms, PlayedFault::Down, 5).await;
        let names = ["a", "b", "c", "d", "e"];
        for name in names {
            s.send(ctx, Channel::Sms, name).await;
        }
        eventually("the way to be closed", LIMIT, || async {
            let providers = messaging::providers(&s.clinic.app);
            let silent = providers.iter().any(|it| it.standing.health == messaging::Health::Unhealthy);
            silent.then_some(())
        }).await;
        s.send(ctx, Channel::Sms, "later").await;
        eventually("it to wait", LIMIT, || async {
            let row = s.row("later").await?;
            (row["reason"] == "provider_silent" && row["attempts"] == 0).then_some(())
        }).await;
        for name in names {
            s.until(name, json!({"state": "simulated", "attempts": 2})).await;
        }
        s.until("later", json!({"state": "simulated", "attempts": 1})).await;
        s.clinic.stop_work().await;
    }

    async fn only_administrators_play_and_only_with_their_clinic(db) {
        let mut s = scene(&db).await;
        let tenant = s.clinic.another("autre", "+221338210099").await;
        let user = s.clinic.member(tenant, "chef", Role::Admin).await;
        let browser = Session::of(&s.clinic, "admin").await;
        let asked = [("phone", "+221772000001"), ("channel", "sms"), ("fault", "refused"), ("times", "20")];
        let with = |at: usize, value| {
            let mut fields = asked;
            fields[at].1 = value;
            fields
        };
        for (at, value) in [(1, "email"), (2, "pigeon"), (3, "0"), (3, "21")] {
            assert_eq!(browser.submit(FAULTS, &with(at, value)).await.status, 400, "{value}");
        }
        let set = browser.submit(FAULTS, &asked).await;
        assert_eq!((set.status.as_u16(), set.headers["location"].to_str().unwrap()), (303, "/simulator?phone=%2B221772000001&channel=sms"));
        s.clinic.patient("Awa", "Diop", "+221772000001").await;
        let page = browser.get("/simulator?phone=%2B221772000001&channel=sms").await.text;
        assert!(page.contains("Numéro refusé\u{a0}: encore 20 essais."), "{page}");
        let left = browser.get("/simulator/faults?channel=whatsapp").await.text;
        assert!(left.contains("Aucune panne"), "{left}");
        let agent = Session::of(&s.clinic, "agent").await;
        assert_eq!(agent.submit(FAULTS, &asked).await.status, 403);
        assert!(!agent.get("/simulator?phone=%2B221772000001&channel=sms").await.text.contains("Numéro refusé"));
        s.send(admin(tenant, user), Channel::Sms, "theirs").await;
        s.send(s.clinic.ctx(), Channel::Sms, "ours").await;
        s.until("ours", json!({"state": "failed", "reason": "bad_number"})).await;
        let token = s.clinic.token_of("chef").await;
        eventually("theirs to pass", LIMIT, || async {
            let answer = s.clinic.call_as(Some(&token), Method::GET, "/api/v1/outbox/", None).await.json();
            (answer["results"][0]["state"] == "simulated").then_some(())
        }).await;
        assert!(browser.get("/simulator/faults?channel=sms").await.text.contains("encore 19 essais"));
        assert_eq!(browser.submit(FAULTS, &with(2, "")).await.status, 303);
        assert!(browser.get("/simulator/faults?channel=sms").await.text.contains("Aucune panne"));
        s.clinic.stop_work().await;
    }

    async fn where_messages_leave_nothing_is_played(db) {
        ports::install_tls();
        let twilio = FakeTwilio::start().await.unwrap();
        let clinic = TestClinic::with(&db, Setup::twilio(&twilio)).await;
        let browser = Session::of(&clinic, "admin").await;
        let asked = [("phone", "+221772000001"), ("channel", "sms"), ("fault", "refused"), ("times", "1")];
        assert_eq!(browser.submit(FAULTS, &asked).await.status, 404);
        assert_eq!(browser.get("/simulator/faults?channel=sms").await.status, 404);
    }
}
