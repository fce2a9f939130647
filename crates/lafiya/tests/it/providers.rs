//! Providers that do not answer, and numbers that may only send so fast.

use std::{num::NonZeroU32, time::Duration};

use axum::http::Method;
use clinic::messaging::api::{self as messaging, Category, Channel, NewMessage, Speeds};
use kernel::{Clock, Timestamp};
use serde_json::{Value, json};
use store::{Sql, params};
use testkit::{
    clinic::{Setup, TestClinic},
    db::{TestDb, eventually},
    on_both_engines,
    session::Session,
    twilio::{FakeTwilio, Fault},
};

const LIMIT: Duration = Duration::from_secs(30);
const ATTEMPTS: Sql = Sql::new(
    "SELECT CAST(SUM(work_attempts) AS BIGINT) AS value FROM message WHERE tenant_id = $1 AND reason IS NOT NULL",
);

struct Scene {
    clinic: TestClinic,
    twilio: FakeTwilio,
    clock: Clock,
}

/// A clinic whose clock stands still, that sends through a loopback Twilio.
async fn scene(db: &TestDb, speeds: Option<Speeds>) -> Scene {
    ports::install_tls();
    let clock = Clock::fixed(Timestamp::parse("2026-03-02T10:00:00Z").unwrap());
    let twilio = FakeTwilio::start().await.unwrap();
    let setup = Setup {
        clock: clock.clone(),
        speeds,
        ..Setup::twilio(&twilio)
    };
    let mut clinic = TestClinic::with(db, setup).await;
    clinic.start_work();
    Scene {
        clinic,
        twilio,
        clock,
    }
}

fn one_a_second() -> Speeds {
    Speeds {
        sms: Some(NonZeroU32::MIN),
        whatsapp: NonZeroU32::MIN,
        calls: NonZeroU32::MIN,
    }
}

impl Scene {
    /// Writes messages by SMS, each to a number of its own.
    async fn write(&self, category: Category, names: &[&str]) {
        self.write_by(Channel::Sms, category, names).await;
    }

    async fn write_by(&self, channel: Channel, category: Category, names: &[&str]) {
        let (app, ctx) = (&self.clinic.app, self.clinic.ctx());
        for name in names {
            let number: u32 = name.bytes().map(u32::from).sum();
            let new = NewMessage {
                channel,
                category,
                recipient: format!("+22177{number:07}").parse().unwrap(),
                patient: None,
                body: (*name).to_owned(),
                idempotency_key: (*name).to_owned(),
                expires_at: None,
                created_by: None,
            };
            let a = app.clone();
            let write = app.store.write(&ctx, move |tx| {
                Box::pin(async move { messaging::enqueue(tx, &a, &ctx, &new).await })
            });
            write.await.unwrap();
        }
    }

    /// Waits until so many messages wait for this reason.
    async fn held(&self, reason: &str, count: usize) -> Vec<Value> {
        eventually(&format!("{count} to wait"), LIMIT, || async {
            let mut rows = self.clinic.outbox("").await;
            rows.retain(|row| row["reason"] == reason);
            (rows.len() == count).then_some(rows)
        })
        .await
    }

    /// Waits until the provider has so many.
    async fn taken(&self, count: usize) -> Vec<String> {
        let taken = || {
            self.twilio
                .accepted()
                .into_iter()
                .map(|message| message.body)
        };
        eventually(&format!("{count} at the provider"), LIMIT, || async {
            let taken: Vec<String> = taken().collect();
            (taken.len() == count).then_some(taken)
        })
        .await
    }

    /// Lets time pass, second by second, until the provider has so many.
    async fn taken_in_time(&self, count: usize) -> Vec<String> {
        eventually(&format!("{count} in the end"), LIMIT, || async {
            self.clock.advance(Duration::from_secs(1));
            let open = self.clinic.outbox("state=queued").await.len()
                + self.clinic.outbox("state=sending").await.len();
            (open == 0).then_some(())
        })
        .await;
        self.taken(count).await
    }

    async fn health(&self) -> Value {
        self.clinic
            .call(Method::GET, "/api/health/", None)
            .await
            .json()
    }
}

on_both_engines! {
    async fn a_provider_that_does_not_answer_is_left_alone_and_tried_by_one(db) {
        let mut scene = scene(&db, None).await;
        scene.twilio.script(std::iter::repeat_n(Fault::CloseWithoutAccepting, 5));
        scene.twilio.script_lookups([Fault::CloseWithoutAccepting]);
        assert_eq!(scene.health().await["checks"]["twilio"]["status"], "healthy");
        scene.write(Category::Answer, &["a", "b", "c", "d", "e"]).await;
        eventually("five attempts", LIMIT, || async {
            (scene.health().await["checks"]["twilio"]["status"] == "unhealthy").then_some(())
        }).await;

        scene.write(Category::Security, &["code"]).await;
        scene.write(Category::Reminder, &["f", "g"]).await;
        let held = scene.held("provider_silent", 3).await;
        assert!(held.iter().all(|row| row["attempts"] == 0 && row["state"] == "queued"), "{held:?}");
        assert!(held.iter().all(|row| row["next_try_at"].is_string()));
        assert!(held[0]["reason_text"].as_str().unwrap().contains("ne répond pas"));
        let mut tx = db.store.read(scene.clinic.tenant).await.unwrap();
        let used: i64 = tx.one(ATTEMPTS, params![scene.clinic.tenant]).await.unwrap();
        drop(tx);
        assert_eq!((used, scene.twilio.attempts()), (0, 5), "nothing was tried, and no try is used up");
        let health = scene.health().await;
        let twilio = &health["checks"]["twilio"];
        assert!(twilio["since"].is_string() && twilio["last_error"] == "unknown", "{health}");
        assert_eq!((&health["overall_status"], &health["checks"]["mail"]["status"]), (&json!("healthy"), &json!("disabled")));
        assert_eq!(scene.clinic.call(Method::GET, "/readyz", None).await.status, 200);
        let admin = Session::of(&scene.clinic, "admin").await;
        for (lang, words) in [("fr", "Twilio ne répond pas depuis"), ("en", "Twilio has not answered since")] {
            let page = admin.get(&format!("/outbox?lang={lang}")).await;
            assert!(page.text.contains(words) && !page.text.contains('⟦'), "{}", page.text);
        }

        // The line is back for new messages, and for questions a little later.
        let mut taken = scene.taken_in_time(8).await;
        taken.sort();
        assert_eq!(taken, ["a", "b", "c", "code", "d", "e", "f", "g"], "each once");
        assert_eq!(scene.health().await["checks"]["twilio"]["status"], "healthy");
        assert!(!admin.get("/outbox").await.text.contains("ne répond pas"), "the word goes with the outage");
        assert!(scene.clinic.outbox("").await.iter().all(|row| row["reason"] == "sms" && row["next_try_at"].is_null()));
        scene.clinic.stop_work().await;
    }

    async fn refusals_of_messages_are_answers(db) {
        let mut scene = scene(&db, None).await;
        let refused = Fault::Refuse { status: 400, code: 21211 };
        scene.twilio.script(std::iter::repeat_n(refused, 8));
        scene.write(Category::Answer, &["a", "b", "c", "d", "e", "f", "g", "h"]).await;
        eventually("eight refusals", LIMIT, || async {
            (scene.clinic.outbox("state=failed").await.len() == 8).then_some(())
        }).await;
        assert_eq!(scene.health().await["checks"]["twilio"]["status"], "healthy");
        scene.write(Category::Answer, &["next"]).await;
        scene.taken(1).await;
        scene.clinic.stop_work().await;
    }

    async fn a_number_sends_at_its_pace_and_codes_go_first(db) {
        let mut scene = scene(&db, Some(one_a_second())).await;
        scene.write(Category::Answer, &["a"]).await;
        scene.taken(1).await;
        scene.write(Category::Answer, &["b", "c"]).await;
        let held = scene.held("paced", 2).await;
        assert!(held.iter().all(|row| row["attempts"] == 0), "{held:?}");
        scene.write(Category::Security, &["code"]).await;
        scene.held("paced", 3).await;
        scene.write_by(Channel::Voice, Category::Security, &["call"]).await;
        eventually("a call", LIMIT, || async { (scene.twilio.calls().len() == 1).then_some(()) }).await;
        assert_eq!(scene.taken(1).await, ["a"], "a call is another way, the rest waits");
        scene.clock.advance(Duration::from_secs(1));
        assert_eq!(scene.taken(2).await, ["a", "code"]);
        let mut taken = scene.taken_in_time(4).await;
        taken.sort();
        assert_eq!(taken, ["a", "b", "c", "code"]);
        scene.clinic.stop_work().await;
    }

    async fn a_sender_that_was_too_fast_waits_alone(db) {
        let mut scene = scene(&db, Some(one_a_second())).await;
        scene.twilio.script([Fault::TooManyRequests { retry_after: 600 }]);
        scene.write(Category::Answer, &["a"]).await;
        eventually("the refusal", LIMIT, || async { (scene.twilio.attempts() == 1).then_some(()) }).await;
        eventually("its end", LIMIT, || async {
            let rows = scene.clinic.outbox("state=sending").await;
            rows.first().and_then(|row| row["next_try_at"].as_str().map(str::to_owned))
        }).await;
        scene.clock.advance(Duration::from_secs(60));
        scene.write(Category::Security, &["b"]).await;
        scene.held("paced", 1).await;
        scene.write_by(Channel::Voice, Category::Security, &["call"]).await;
        eventually("a call", LIMIT, || async { (scene.twilio.calls().len() == 1).then_some(()) }).await;
        assert_eq!(scene.health().await["checks"]["twilio"]["status"], "healthy", "429 is an answer");
        scene.clock.advance(Duration::from_secs(600));
        let mut taken = scene.taken_in_time(2).await;
        taken.sort();
        assert_eq!(taken, ["a", "b"]);
        scene.clinic.stop_work().await;
    }
}
