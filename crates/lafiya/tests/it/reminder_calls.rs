//! A reminder by telephone: it rings at its hour, is said twice, and a key answers it.

use std::time::Duration;

use axum::http::Method;
use kernel::Clock;
use serde_json::{Value, json};
use testkit::{
    clinic::{OURS, TestClinic, ok},
    db::{TestDb, eventually},
    on_both_engines,
    twilio::{FakeCall, FakeTwilio},
};

use crate::voice::{self, press};

const LIMIT: Duration = Duration::from_secs(30);
/// A Wednesday in Dakar, where clocks never change.
const NOW: &str = "2027-03-03T09:00:00Z";
const AWA: &str = "+221772000001";

struct Scene {
    clinic: TestClinic,
    twilio: FakeTwilio,
    clock: Clock,
    awa: String,
}

async fn scene(db: &TestDb) -> Scene {
    let voice::Scene {
        clinic,
        twilio,
        clock,
    } = voice::scene(db, NOW).await;
    let awa = clinic.patient("Awa", "Diop", AWA).await.to_string();
    Scene {
        clinic,
        twilio,
        clock,
        awa,
    }
}

impl Scene {
    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        // The clock outlives a token.
        let token = self.clinic.token_of("agent").await;
        ok(self.clinic.call_as(Some(&token), method, path, body).await)
    }

    /// A reminder of Awa by a call in an hour.
    async fn written(&self, language: &str, reason: &str) -> Value {
        let at = self.clock.now().plus(Duration::from_secs(3600));
        let input = json!({
            "patient_id": self.awa, "patient_name": "Awa Diop", "phone_number": AWA, "appointment_reason": reason,
            "language": language, "method": "call", "scheduled_time": at.rfc3339(&kernel::Zone::utc()),
        });
        self.call(Method::POST, "/reminders/create", Some(input))
            .await
    }

    /// The reminder once it stands so.
    async fn until(&self, one: &Value, is_so: impl Fn(&Value) -> bool) -> Value {
        eventually("the reminder", LIMIT, || async {
            let all = self.call(Method::GET, "/reminders/list", None).await;
            let mut all = all.as_array().unwrap().iter();
            let found = all.find(|row| row["id"] == one["id"]).unwrap();
            is_so(found).then(|| found.clone())
        })
        .await
    }

    /// Its hour comes: the call that Twilio was asked for.
    async fn rings(&self, one: &Value) -> FakeCall {
        let before = self.twilio.calls().len();
        assert_eq!(
            self.until(one, |it| it["status"] == "pending").await["sent"],
            false
        );
        self.clock.advance(Duration::from_secs(3600));
        self.until(one, |it| it["status"] == "sent").await;
        let calls = self.twilio.calls();
        assert_eq!(calls.len(), before + 1);
        calls
            .into_iter()
            .find(|call| one_text(call, one))
            .expect("its call")
    }

    /// What the message in the outbox says of the key.
    async fn key_of(&self, sid: &str) -> Value {
        let mut rows = self.clinic.outbox("channel=voice").await.into_iter();
        rows.find(|row| row["provider_id"] == sid).unwrap()["key_pressed"].clone()
    }
}

/// Whether a call says this reminder's reason.
fn one_text(call: &FakeCall, one: &Value) -> bool {
    call.twiml
        .contains(one["appointment_reason"].as_str().unwrap())
}

on_both_engines! {
    async fn a_reminder_rings_is_said_twice_and_answered_by_a_key(db) {
        let mut s = scene(&db).await;
        for (language, tag, reason, text, prompt, key, thanks, answer) in [
            ("english", "en-GB", "Follow-up", "Reminder for Awa Diop: Follow-up", "press 1", "1", "confirmed", "confirmed"),
            ("french", "fr-FR", "Visite de suivi", "Rappel pour Awa Diop : Visite de suivi", "appuyez sur 1", "2", "annulation", "cancelled"),
        ] {
            let one = s.written(language, reason).await;
            let call = s.rings(&one).await;
            assert_eq!((call.to.as_str(), call.from.as_str()), (AWA, OURS));
            let twiml = &call.twiml;
            assert_eq!((twiml.matches(text).count(), twiml.matches(prompt).count()), (2, 2), "{twiml}");
            let voices = twiml.matches("<Say ").count();
            assert_eq!(twiml.matches(&format!("<Say language=\"{tag}\">")).count(), voices, "{twiml}");
            let said = press(&s.clinic, "1", &s.twilio.key_press(&call.sid, key).unwrap()).await;
            assert!(said.status == 200 && said.text.contains(thanks) && said.text.contains(tag), "{}", said.text);
            let pressed = s.clock.now();
            let answered = s.until(&one, |it| it["answer"].is_string()).await;
            assert_eq!((&answered["answer"], &answered["answered_at"]), (&json!(answer), &json!(pressed.rfc3339(&kernel::Zone::utc()))));
            assert_eq!(s.key_of(&call.sid).await, json!(key));
            let report = s.twilio.call_status(&call.sid, "completed").unwrap();
            assert_eq!(s.clinic.webhook("voice/status", &report).await.status, 200);
            let done = s.until(&one, |it| it["status"] == "delivered").await;
            assert_eq!((&done["sent"], &done["attempts"], &done["provider_sid"]), (&json!(true), &json!(1), &json!(call.sid)));
        }
        assert_eq!((s.twilio.calls().len(), s.twilio.accepted().len()), (2, 0), "each rang once, and no text went beside it");
        s.clinic.stop_work().await;
    }

    async fn a_shared_telephone_is_asked_nothing(db) {
        let mut s = scene(&db).await;
        s.clinic.patient("Binta", "Diop", AWA).await;
        let one = s.written("french", "Visite de suivi").await;
        s.clock.advance(Duration::from_secs(3600));
        s.until(&one, |it| it["status"] == "sent").await;
        let calls = s.twilio.calls();
        let twiml = &calls[0].twiml;
        assert!(!twiml.contains("Awa") && !twiml.contains("Visite") && !twiml.contains("<Gather"), "{twiml}");
        assert_eq!((calls.len(), twiml.matches("Une information vous attend").count()), (1, 2), "{twiml}");
        let report = s.twilio.call_status(&calls[0].sid, "completed").unwrap();
        s.clinic.webhook("voice/status", &report).await;
        let done = s.until(&one, |it| it["status"] == "delivered").await;
        assert_eq!(done["answer"], Value::Null);
        s.clinic.stop_work().await;
    }
}
