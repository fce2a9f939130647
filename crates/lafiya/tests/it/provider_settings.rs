//! The ways that messages leave by, as administrators see and test them.

use std::time::Duration;

use axum::http::Method;
use clinic::messaging::api::{self as messaging, Category, Channel, NewMessage};
use futures_util::future::join_all;
use kernel::{Clock, Role, Timestamp};
use serde_json::{Value, json};
use store::{Scope, Sql, StoreError, params};
use testkit::{
    clinic::{Answer, Setup, TOKEN, TestClinic, code, conflict, ok},
    db::{TestDb, eventually},
    on_both_engines,
    session::Session,
    twilio::{FakeTwilio, Fault},
};

const LIMIT: Duration = Duration::from_secs(30);
const ALL: &str = "/api/v1/providers/";
const PAGE: &str = "/settings/providers";
const MINE: &str = "+221772000099";
const PROVEN: Sql = Sql::new(
    "UPDATE user_account SET phone = $2, phone_verified_at = 1, email = $3, email_verified_at = 1 WHERE username = $1",
);
const TESTS: Sql = Sql::new(
    "SELECT COUNT(*) AS value FROM audit_event WHERE tenant_id = $1 AND action = 'provider.test'",
);
const MESSAGES: Sql = Sql::new("SELECT COUNT(*) AS value FROM message WHERE tenant_id = $1");

struct Scene {
    clinic: TestClinic,
    twilio: FakeTwilio,
    clock: Clock,
}

/// A clinic in Dakar in the middle of the night that sends through a loopback Twilio.
async fn scene(db: &TestDb) -> Scene {
    ports::install_tls();
    let twilio = FakeTwilio::start().await.unwrap();
    let clock = Clock::fixed(Timestamp::parse("2026-03-10T23:30:00Z").unwrap());
    let setup = Setup {
        clock: clock.clone(),
        ..Setup::twilio(&twilio)
    };
    let clinic = TestClinic::with(db, setup).await;
    Scene {
        clinic,
        twilio,
        clock,
    }
}

impl Scene {
    async fn call(&self, who: &str, method: Method, path: &str) -> Answer {
        let token = self.clinic.token_of(who).await;
        self.clinic.call_as(Some(&token), method, path, None).await
    }

    async fn test(&self, way: &str) -> Answer {
        let path = format!("{ALL}{way}/test/");
        self.call("admin", Method::POST, &path).await
    }

    async fn way(&self, way: &str) -> Value {
        let ways = ok(self.call("admin", Method::GET, ALL).await);
        let mut ways = ways.as_array().unwrap().iter();
        ways.find(|one| one["channel"] == way).unwrap().clone()
    }

    /// Waits until the newest test of a way stands so; a second passes at each look.
    async fn until(&self, way: &str, state: &str) -> Value {
        eventually(&format!("{way}: {state}"), LIMIT, || async {
            self.clock.advance(Duration::from_secs(1));
            let found = self.way(way).await;
            (found["test"]["state"] == state).then_some(found)
        })
        .await
    }

    /// As if he had typed the codes that went to his number and address.
    async fn prove(&self) {
        let store = &self.clinic.app.store;
        let proven: Result<(), StoreError> = store
            .write(Scope::System, |tx| {
                Box::pin(async move {
                    let values = params!["admin", MINE, "chef@example.org"];
                    tx.execute_one(PROVEN, values).await
                })
            })
            .await;
        proven.unwrap();
    }

    async fn count(&self, what: Sql) -> i64 {
        let tenant = self.clinic.tenant;
        let mut tx = self.clinic.app.store.read(tenant).await.unwrap();
        tx.one(what, params![tenant]).await.unwrap()
    }
}

on_both_engines! {
    async fn a_test_goes_to_oneself_alone_and_says_how_it_ended(db) {
        let mut s = scene(&db).await;
        assert_eq!(code(&s.test("sms").await), conflict("no-verified-phone"));
        assert_eq!(code(&s.test("email").await), conflict("no-verified-email"));
        s.prove().await;
        let made = s.test("sms").await;
        assert_eq!(made.status, 202, "{}", made.text);
        assert_eq!((&made.json()["state"], &made.json()["recipient"]), (&json!("queued"), &json!(MINE)));
        let again = s.test("sms").await;
        assert_eq!((again.status.as_u16(), &again.json()["code"]), (429, &json!("test-too-soon")));
        assert_eq!((s.count(MESSAGES).await, s.count(TESTS).await), (1, 1), "what was refused left nothing behind");
        s.clinic.start_work();
        let sms = s.until("sms", "accepted").await;
        assert_eq!((&sms["sent"], &sms["failed"], &sms["waiting"], &sms["simulated"]), (&json!(1), &json!(0), &json!(0), &json!(false)));
        let taken = s.twilio.accepted();
        assert!(taken.len() == 1 && taken[0].to == MINE && taken[0].body.contains("ceci est un essai"), "{taken:?}");

        s.clock.advance(Duration::from_secs(60));
        s.twilio.script([Fault::Refuse { status: 400, code: 21211 }]);
        assert_eq!(s.test("sms").await.status, 202);
        let failed = s.until("sms", "failed").await["test"].clone();
        assert_eq!((&failed["reason"], &failed["error_code"]), (&json!("bad_number"), &json!(21211)));
        assert_eq!(failed["help"], "https://www.twilio.com/docs/api/errors/21211");
        assert!(failed["advice"].as_str().unwrap().starts_with("Vérifiez le numéro"), "{failed}");

        assert_eq!(s.test("whatsapp").await.status, 202, "each way has its minute");
        let closed = s.until("whatsapp", "refused").await["test"].clone();
        assert_eq!(closed["reason"], "window_closed");
        assert!(closed["advice"].as_str().unwrap().contains("Écrivez d’abord"), "{closed}");
        assert_eq!(s.test("voice").await.status, 202);
        s.until("voice", "accepted").await;
        assert_eq!(s.test("email").await.status, 202);
        let mail = s.until("email", "simulated").await;
        assert_eq!((&mail["simulated"], &mail["credentials"], &mail["simulated_count"]), (&json!(true), &json!(false), &json!(1)));
        assert_eq!(s.test("pigeon").await.status, 404);
        assert_eq!(s.count(TESTS).await, 5);
        s.clinic.stop_work().await;

        let page = Session::of(&s.clinic, "admin").await.get(PAGE).await.text;
        for words in ["https://www.twilio.com/docs/api/errors/21211", "Écrivez d’abord au numéro WhatsApp", "chef@example.org", "répond"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!page.contains(TOKEN) && !page.contains(&s.clinic.app.settings.twilio_account_sid), "{page}");
    }

    async fn twelve_presses_send_one(db) {
        let s = scene(&db).await;
        s.prove().await;
        let token = s.clinic.token_of("admin").await;
        let path = format!("{ALL}sms/test/");
        let presses = (0..12).map(|_| s.clinic.call_as(Some(&token), Method::POST, &path, None));
        let mut answers: Vec<u16> = join_all(presses).await.iter().map(|it| it.status.as_u16()).collect();
        answers.sort_unstable();
        assert_eq!(answers[0], 202);
        assert!(answers[1..].iter().all(|status| *status == 429), "{answers:?}");
        assert_eq!(s.count(MESSAGES).await, 1);
        let browser = Session::of(&s.clinic, "admin").await;
        let again = browser.submit("/settings/providers/sms/test", &[]).await;
        assert!(again.status == 429 && again.text.contains("Un essai par minute"), "{}", again.text);
        let other = browser.submit("/settings/providers/voice/test", &[]).await;
        assert_eq!((other.status.as_u16(), other.headers["location"].to_str().unwrap()), (303, "/settings/providers?done=sent"));
    }

    async fn a_silent_provider_is_seen_and_other_clinics_are_not(db) {
        let mut s = scene(&db).await;
        let other = s.clinic.another("autre", "+221338210099").await;
        s.clinic.member(other, "chef", Role::Admin).await;
        s.twilio.script(std::iter::repeat_n(Fault::CloseWithoutAccepting, 5));
        s.twilio.script_lookups([Fault::CloseWithoutAccepting]);
        for name in ["a", "b", "c", "d", "e"] {
            let message = NewMessage {
                channel: Channel::Sms,
                category: Category::Answer,
                recipient: format!("+22177200000{}", name.len() + usize::from(name.as_bytes()[0] - b'a')).parse().unwrap(),
                patient: None,
                body: name.to_owned(),
                idempotency_key: name.to_owned(),
                expires_at: None,
                created_by: None,
            };
            let (app, ctx) = (s.clinic.app.clone(), s.clinic.ctx());
            let store = app.store.clone();
            let written = store.write(&ctx, move |tx| {
                Box::pin(async move { messaging::enqueue(tx, &app, &ctx, &message).await })
            });
            written.await.unwrap();
        }
        s.clinic.start_work();
        let sms = eventually("the way to be closed", LIMIT, || async {
            let sms = s.way("sms").await;
            (sms["providers"][0]["status"] == "unhealthy").then_some(sms)
        }).await;
        let twilio = &sms["providers"][0];
        assert!(twilio["since"].is_string() && twilio["retry_at"].is_string() && twilio["silent_at"].is_string(), "{sms}");
        assert_eq!((&sms["waiting"], &sms["sender"], &sms["credentials"]), (&json!(5), &json!("+221338210000"), &json!(true)));
        let page = Session::of(&s.clinic, "admin").await.get("/settings/providers/ways").await.text;
        assert!(page.contains("ne répond pas") && page.contains("Dernier silence"), "{page}");
        let theirs = ok(s.call("chef", Method::GET, ALL).await);
        let theirs = theirs.as_array().unwrap().iter().find(|one| one["channel"] == "sms").unwrap();
        assert_eq!((&theirs["waiting"], &theirs["sender"]), (&json!(0), &json!("+221338210099")));
        assert_eq!(s.call("agent", Method::GET, ALL).await.status, 403);
        assert_eq!(s.call("agent", Method::POST, &format!("{ALL}sms/test/")).await.status, 403);
        s.clinic.stop_work().await;
    }
}
