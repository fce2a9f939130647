//! Calls: made once, made again when the line is engaged, answered by keys.

use std::time::Duration;

use axum::http::Method;
use clinic::messaging::api::{self as messaging, Category, Channel, NewCall, NewMessage};
use kernel::{Clock, Locale, Role, Timestamp};
use serde_json::{Value, json};
use store::{Sql, StoreError, Violation, params};
use testkit::{
    clinic::{Answer, OURS, PUBLIC_URL, Setup, TOKEN, TestClinic, fault, ok},
    db::{TestDb, eventually},
    on_both_engines,
    session::Session,
    twilio::{FakeTwilio, FakeTwilioConfig, Fault, independent_signature},
};

use crate::appointments::{ALL, HOURS};

const LIMIT: Duration = Duration::from_secs(30);
/// A Wednesday in Dakar, where clocks never change.
const NOON: &str = "2027-03-03T12:00:00Z";
const AWA: &str = "+221772000001";
const THEIRS: &str = "+221338210001";
const KEYS: &str = "/api/v1/webhooks/twilio/voice/keys/";
const QUARTER: Duration = Duration::from_secs(15 * 60);
const DUE: &[Sql] = &[
    Sql::new(
        "SELECT COUNT(*) AS value FROM webhook_event WHERE tenant_id = $1 AND (work_due_at <= $2 OR work_held_by IS NOT NULL)",
    ),
    Sql::new(
        "SELECT COUNT(*) AS value FROM message WHERE tenant_id = $1 AND (work_due_at <= $2 OR work_held_by IS NOT NULL)",
    ),
];
/// What two nodes would write that decide at the same instant.
const BEGIN_ALL: Sql =
    Sql::new("UPDATE message SET state = 'sending' WHERE tenant_id = $1 AND state = 'queued'");

pub struct Scene {
    pub clinic: TestClinic,
    pub twilio: FakeTwilio,
    pub clock: Clock,
}

/// A clinic that calls through a loopback Twilio, at this time.
pub async fn scene(db: &TestDb, at: &str) -> Scene {
    ports::install_tls();
    let clock = Clock::fixed(Timestamp::parse(at).unwrap());
    let config = FakeTwilioConfig {
        clock: clock.clone(),
        ..FakeTwilioConfig::default()
    };
    let twilio = FakeTwilio::start_with(config).await.unwrap();
    let setup = Setup {
        clock: clock.clone(),
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

fn new_call(to: &str, text: &str, category: Category) -> NewCall {
    NewCall {
        message: NewMessage {
            channel: Channel::Voice,
            category,
            recipient: to.parse().unwrap(),
            patient: None,
            body: text.to_owned(),
            idempotency_key: format!("{to}:{text}"),
            expires_at: None,
            created_by: None,
        },
        language: Locale::Fr,
        asks: true,
    }
}

async fn enqueue(clinic: &TestClinic, call: NewCall) -> String {
    let (app, ctx) = (clinic.app.clone(), clinic.ctx());
    let queued = clinic
        .app
        .store
        .write(&ctx, move |tx| {
            Box::pin(async move { messaging::enqueue_call(tx, &app, &ctx, &call).await })
        })
        .await;
    queued.unwrap().id.to_string()
}

/// Waits until no work is due.
async fn work_done(clinic: &TestClinic) {
    eventually("the work", LIMIT, || async {
        let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
        for due in DUE {
            let values = params![clinic.tenant, clinic.app.clock.now()];
            let left: i64 = tx.one(*due, values).await.unwrap();
            if left > 0 {
                return None;
            }
        }
        Some(())
    })
    .await;
}

/// What Twilio gets when a key is pressed once the message was said `said` times.
pub async fn press(clinic: &TestClinic, said: &str, form: &[(String, String)]) -> Answer {
    let path = format!("{KEYS}?said={said}");
    let signature = independent_signature(TOKEN, &format!("{PUBLIC_URL}{path}"), form);
    clinic.webhook_signed(&path, form, Some(&signature)).await
}

/// The same form with other values for some names.
fn with(mut form: Vec<(String, String)>, changed: &[(&str, &str)]) -> Vec<(String, String)> {
    for (name, value) in &mut form {
        if let Some((_, other)) = changed.iter().find(|(changed, _)| changed == name) {
            (*other).clone_into(value);
        }
    }
    form
}

impl Scene {
    async fn call(&self, to: &str, text: &str, category: Category) -> String {
        enqueue(&self.clinic, new_call(to, text, category)).await
    }

    /// How a message stands once nothing is due.
    async fn message(&self, id: &str) -> Value {
        work_done(&self.clinic).await;
        let found = self.clinic.outbox("").await.into_iter();
        let mut found = found.filter(|message| message["id"] == id);
        found.next().expect("the message")
    }

    async fn state(&self, id: &str) -> (String, Value) {
        let message = self.message(id).await;
        let state = message["state"].as_str().unwrap().to_owned();
        (state, message["reason"].clone())
    }

    /// Twilio reports this of its newest call but so many.
    async fn report(&self, but: usize, status: &str) {
        let calls = self.twilio.calls();
        let sid = &calls[calls.len() - 1 - but].sid;
        let form = self.twilio.call_status(sid, status).unwrap();
        let answer = self.clinic.webhook("voice/status", &form).await;
        assert_eq!(answer.status, 200);
        work_done(&self.clinic).await;
    }

    async fn later(&mut self, by: Duration) {
        self.clinic.stop_work().await;
        self.clock.advance(by);
        self.clinic.start_work();
        work_done(&self.clinic).await;
    }

    fn key(&self, digits: &str) -> Vec<(String, String)> {
        let calls = self.twilio.calls();
        self.twilio.key_press(&calls[0].sid, digits).unwrap()
    }
}

fn queued(reason: &str) -> (String, Value) {
    ("queued".to_owned(), json!(reason))
}

on_both_engines! {
    async fn a_call_is_made_and_its_fate_is_shown(db) {
        let mut s = scene(&db, NOON).await;
        let id = s.call(AWA, "Votre visite est demain à 9 h & non à 10 h.", Category::Reminder).await;
        assert_eq!(s.state(&id).await, ("accepted".to_owned(), json!("voice")));
        let calls = s.twilio.calls();
        assert_eq!((calls.len(), calls[0].to.as_str(), calls[0].from.as_str()), (1, AWA, OURS));
        assert_eq!(calls[0].twiml.matches("demain à 9 h &amp; non").count(), 2, "{}", calls[0].twiml);
        assert!(calls[0].twiml.contains("language=\"fr-FR\"") && calls[0].twiml.contains("appuyez sur 9"));
        assert!(calls[0].twiml.contains(&format!("{PUBLIC_URL}{KEYS}?said=1")));
        assert_eq!(calls[0].status_callback.as_deref(), Some("http://clinic.test/api/v1/webhooks/twilio/voice/status/"));
        // Late, doubled, in any order.
        for status in ["in-progress", "ringing", "completed", "initiated", "completed"] {
            s.report(0, status).await;
        }
        let message = s.message(&id).await;
        assert_eq!((&message["state"], &message["channel"], &message["attempts"]), (&json!("delivered"), &json!("voice"), &json!(1)));
        s.clinic.stop_work().await;
    }

    async fn a_call_whose_answer_was_lost_is_not_made_twice(db) {
        ports::install_tls();
        let twilio = FakeTwilio::start().await.unwrap();
        let mut clinic = TestClinic::with(&db, Setup::twilio(&twilio)).await;
        clinic.start_work();
        twilio.script([Fault::AcceptThenClose, Fault::AcceptThenHang]);
        // What guards an account calls at any time of the day.
        for (text, calls) in [("Un", 1), ("Deux", 2)] {
            let id = enqueue(&clinic, new_call(AWA, text, Category::Security)).await;
            let found = eventually("the call", LIMIT, || async {
                let messages = clinic.outbox("").await;
                messages.into_iter().find(|it| it["id"] == id && it["state"] == "accepted")
            }).await;
            let sids: Vec<String> = twilio.calls().into_iter().map(|call| call.sid).collect();
            assert_eq!((sids.len(), &found["provider_id"]), (calls, &json!(sids[calls - 1])));
            let form = twilio.call_status(&sids[calls - 1], "completed").unwrap();
            clinic.webhook("voice/status", &form).await;
            eventually("the end", LIMIT, || async {
                clinic.outbox("").await.into_iter().find(|it| it["id"] == id && it["state"] == "delivered")
            }).await;
        }
        assert_eq!(twilio.attempts(), 2);
        clinic.stop_work().await;
    }

    async fn an_engaged_line_is_called_twice_more_a_quarter_of_an_hour_apart(db) {
        let mut s = scene(&db, NOON).await;
        let id = s.call(AWA, "Bonjour", Category::Reminder).await;
        s.state(&id).await;
        s.report(0, "busy").await;
        s.report(0, "busy").await;
        assert_eq!(s.state(&id).await, queued("call_busy"));
        s.later(QUARTER - Duration::from_secs(1)).await;
        assert_eq!(s.twilio.calls().len(), 1, "not yet");
        s.later(Duration::from_secs(1)).await;
        assert_eq!((s.twilio.calls().len(), s.state(&id).await), (2, ("accepted".to_owned(), json!("voice"))));
        // News of the first call change nothing any more.
        s.report(1, "completed").await;
        s.report(1, "busy").await;
        assert_eq!(s.state(&id).await.0, "accepted");
        s.report(0, "no-answer").await;
        assert_eq!(s.state(&id).await, queued("call_no_answer"));
        s.later(QUARTER).await;
        s.report(0, "busy").await;
        let message = s.message(&id).await;
        assert_eq!((&message["state"], &message["reason"], &message["attempts"]), (&json!("failed"), &json!("call_busy"), &json!(3)));
        assert_eq!(message["reason_text"], "La ligne était occupée.");
        s.later(Duration::from_secs(3600)).await;
        assert_eq!(s.twilio.calls().len(), 3, "for good");
        let admin = s.clinic.token_of("admin").await;
        let again = s.clinic.call_as(Some(&admin), Method::POST, &format!("/api/v1/outbox/{id}/retry/"), None).await;
        assert_eq!(again.status, 409, "the provider made these calls");
        s.clinic.stop_work().await;
    }

    async fn what_cannot_be_put_through_is_not_tried_again(db) {
        let mut s = scene(&db, NOON).await;
        for (to, status, reason) in [(AWA, "failed", "call_failed"), ("+221772000002", "canceled", "call_canceled")] {
            let id = s.call(to, "Bonjour", Category::Reminder).await;
            s.state(&id).await;
            s.report(0, status).await;
            assert_eq!(s.state(&id).await, ("failed".to_owned(), json!(reason)));
        }
        s.twilio.script([Fault::Refuse { status: 400, code: 13224 }]);
        let id = s.call("+221772000003", "Bonjour", Category::Reminder).await;
        let message = s.message(&id).await;
        assert_eq!((&message["state"], &message["reason"], &message["error_code"]), (&json!("failed"), &json!("bad_number"), &json!(13224)));
        s.later(QUARTER * 4).await;
        assert_eq!(s.twilio.calls().len(), 2);
        s.clinic.stop_work().await;
    }

    async fn nobody_is_called_at_night_nor_too_late(db) {
        let mut s = scene(&db, "2027-03-03T20:50:00Z").await;
        let evening = s.call(AWA, "Bonjour", Category::Reminder).await;
        let mut short = new_call("+221772000002", "Votre tour", Category::Notification);
        short.message.expires_at = Some(s.clock.now().plus(Duration::from_secs(300)));
        let short = enqueue(&s.clinic, short).await;
        s.state(&evening).await;
        for sid in s.twilio.calls().into_iter().map(|call| call.sid) {
            let form = s.twilio.call_status(&sid, "busy").unwrap();
            s.clinic.webhook("voice/status", &form).await;
        }
        work_done(&s.clinic).await;
        // It is five past nine by then.
        s.later(QUARTER).await;
        assert_eq!((s.twilio.calls().len(), s.state(&evening).await.0.as_str()), (2, "queued"));
        assert_eq!(s.state(&short).await, ("expired".to_owned(), json!("expired")));
        let answer = s.call("+221772000003", "Une réponse", Category::Answer).await;
        assert_eq!((s.state(&answer).await.0.as_str(), s.twilio.calls().len()), ("queued", 2), "an answer waits too");
        let code = s.call("+221772000004", "Un code", Category::Security).await;
        assert_eq!((s.state(&code).await.0.as_str(), s.twilio.calls().len()), ("accepted", 3));
        s.later(Duration::from_secs(10 * 3600)).await;
        assert_eq!((s.state(&evening).await.0.as_str(), s.state(&answer).await.0.as_str()), ("accepted", "accepted"));
        s.clinic.stop_work().await;
    }

    async fn one_phone_rings_for_one_call_at_a_time(db) {
        let mut s = scene(&db, NOON).await;
        let first = s.call(AWA, "Un", Category::Reminder).await;
        s.state(&first).await;
        let second = s.call(AWA, "Deux", Category::Reminder).await;
        assert_eq!((s.state(&second).await.0.as_str(), s.twilio.calls().len()), ("queued", 1));
        let elsewhere = s.call("+221772000002", "Trois", Category::Reminder).await;
        assert_eq!(s.state(&elsewhere).await.0, "accepted");
        s.later(Duration::from_secs(10)).await;
        assert_eq!(s.twilio.calls().len(), 2, "it still rings");
        s.report(1, "completed").await;
        s.later(Duration::from_secs(10)).await;
        assert_eq!((s.state(&second).await.0.as_str(), s.twilio.calls().len()), ("accepted", 3));
        // Its end is never reported: nobody waits for it for long.
        let third = s.call(AWA, "Quatre", Category::Reminder).await;
        s.state(&third).await;
        s.later(Duration::from_secs(301)).await;
        assert_eq!(s.state(&third).await.0, "accepted");
        s.clinic.stop_work().await;
        for text in ["Cinq", "Six"] {
            s.call("+221772000009", text, Category::Reminder).await;
        }
        let tenant = s.clinic.tenant;
        let both = db.store.write(tenant, move |tx| Box::pin(async move {
            tx.execute(BEGIN_ALL, params![tenant]).await
        })).await;
        assert!(matches!(both, Err(StoreError::Violation { violation: Violation::Unique, .. })), "{both:?}");
    }

    async fn keys_answer_what_was_asked(db) {
        let mut s = scene(&db, NOON).await;
        let id = s.call(AWA, "Venez-vous ?", Category::Reminder).await;
        s.state(&id).await;
        let again = press(&s.clinic, "1", &s.key("9")).await;
        assert_eq!(again.headers["content-type"], "text/xml; charset=utf-8");
        assert!(again.text.matches("Venez-vous ?").count() == 2 && again.text.contains("?said=2"), "{}", again.text);
        let third = press(&s.clinic, "2", &s.key("5")).await;
        assert!(third.text.contains("Venez-vous ?") && third.text.contains("?said=3"), "{}", third.text);
        let end = press(&s.clinic, "3", &s.key("9")).await;
        assert!(!end.text.contains("Gather") && end.text.contains("Au revoir"), "{}", end.text);
        assert_eq!(s.message(&id).await["key_pressed"], json!(null));
        // Posted twice by Twilio, it is one event.
        for _ in 0..2 {
            let thanks = press(&s.clinic, "1", &s.key("1")).await;
            assert!(thanks.text.contains("c’est confirmé") && thanks.text.contains("<Hangup/>"), "{}", thanks.text);
        }
        assert_eq!(s.message(&id).await["key_pressed"], json!("1"));
        let events = s.clinic.call(Method::GET, "/api/v1/webhooks/?event_type=voice_keys", None).await.json();
        let one = |status: &str| events["results"].as_array().unwrap().iter().filter(|event| event["content"] == "1" && event["processing_status"] == status).count();
        assert_eq!((&events["count"], one("processed")), (&json!(4), 1));
        press(&s.clinic, "2", &s.key("2")).await;
        assert_eq!(s.message(&id).await["key_pressed"], json!("2"), "the newest counts");
        let admin = Session::of(&s.clinic, "admin").await;
        assert!(admin.get("/outbox?channel=voice").await.text.contains("Touche 2"));
        s.clinic.stop_work().await;
    }

    async fn a_forged_call_back_is_refused(db) {
        let mut s = scene(&db, NOON).await;
        let id = s.call(AWA, "Bonjour", Category::Reminder).await;
        s.state(&id).await;
        let sid = s.twilio.calls()[0].sid.clone();
        let status = s.twilio.call_status(&sid, "completed").unwrap();
        let path = "/api/v1/webhooks/twilio/voice/status/";
        let elsewhere = independent_signature(TOKEN, &format!("{PUBLIC_URL}{KEYS}?said=1"), &status);
        for signature in [None, Some("AAAA"), Some(elsewhere.as_str())] {
            assert_eq!(s.clinic.webhook_signed(path, &status, signature).await.status, 403);
        }
        // How often it was said is signed too.
        let key = s.key("1");
        let signature = independent_signature(TOKEN, &format!("{PUBLIC_URL}{KEYS}?said=1"), &key);
        for path in [format!("{KEYS}?said=2"), KEYS.to_owned()] {
            assert_eq!(s.clinic.webhook_signed(&path, &key, Some(&signature)).await.status, 403, "{path}");
        }
        let message = s.message(&id).await;
        assert_eq!((&message["state"], &message["key_pressed"]), (&json!("accepted"), &json!(null)));
        assert_eq!(s.clinic.call(Method::GET, "/api/v1/webhooks/", None).await.json()["count"], 0);
        s.clinic.stop_work().await;
    }

    async fn another_clinics_call_is_nobodys(db) {
        let mut s = scene(&db, NOON).await;
        let other = s.clinic.another("autre", THEIRS).await;
        let id = s.call(AWA, "Venez-vous ?", Category::Reminder).await;
        s.state(&id).await;
        let sid = s.twilio.calls()[0].sid.clone();
        let theirs = [("From", THEIRS), ("Caller", THEIRS)];
        let end = press(&s.clinic, "1", &with(s.key("1"), &theirs)).await;
        assert!(end.status == 200 && end.text.contains("Au revoir") && !end.text.contains("Venez-vous"), "{}", end.text);
        let status = with(s.twilio.call_status(&sid, "completed").unwrap(), &theirs);
        assert_eq!(s.clinic.webhook("voice/status", &status).await.status, 200);
        let unknown = press(&s.clinic, "1", &with(s.key("1"), &[("CallSid", "CA00000000000000000000000000000000")])).await;
        assert!(unknown.status == 200 && unknown.text.contains("Au revoir") && unknown.text.contains("<Hangup/>"), "{}", unknown.text);
        // A number that no clinic has: with two clinics it is nobody's.
        let nobody = press(&s.clinic, "1", &with(s.key("1"), &[("From", "+221338219999")])).await;
        assert!(nobody.status == 200 && nobody.text.contains("<Hangup/>"), "{}", nobody.text);
        let message = s.message(&id).await;
        assert_eq!((&message["state"], &message["key_pressed"]), (&json!("accepted"), &json!(null)));
        let mut tx = s.clinic.app.store.read(other).await.unwrap();
        let count = Sql::new("SELECT COUNT(*) AS value FROM webhook_event WHERE tenant_id = $1");
        assert_eq!(tx.one::<i64>(count, params![other]).await.unwrap(), 2, "kept where the number says");
        drop(tx);
        s.clinic.stop_work().await;
    }

    async fn calls_come_from_the_number_for_text_messages_where_there_is_no_other(db) {
        let mut s = scene(&db, NOON).await;
        s.clinic.another("autre", THEIRS).await;
        let tenant = s.clinic.tenant;
        let without = Sql::new("DELETE FROM channel_sender WHERE tenant_id = $1 AND channel = 'voice'");
        db.store.write(tenant, move |tx| Box::pin(async move { tx.execute(without, params![tenant]).await })).await.unwrap();
        let id = s.call(AWA, "Bonjour", Category::Reminder).await;
        s.state(&id).await;
        assert_eq!(s.twilio.calls()[0].from, OURS);
        s.report(0, "completed").await;
        assert_eq!(s.state(&id).await.0, "delivered");
        let own = "+221338210077".parse().unwrap();
        messaging::set_sender(&s.clinic.app, tenant, Channel::Voice, &own).await.unwrap();
        let id = s.call("+221772000002", "Bonjour", Category::Reminder).await;
        s.state(&id).await;
        assert_eq!(s.twilio.calls()[1].from, "+221338210077");
        s.report(0, "completed").await;
        assert_eq!(s.state(&id).await.0, "delivered");
        s.clinic.stop_work().await;
    }

    async fn who_wants_no_calls_still_gets_text_messages(db) {
        let mut s = scene(&db, NOON).await;
        let awa = s.clinic.patient("Awa", "Diop", AWA).await;
        let path = format!("/api/v1/patients/{awa}/consents/");
        let all = ok(s.clinic.call(Method::GET, &path, None).await);
        let wanted = all["numbers"][0]["wanted"].as_array().unwrap();
        assert_eq!(wanted.len(), 20);
        let texts: Vec<&Value> = wanted.iter().filter(|cell| cell["channel"] != "voice").collect();
        ok(s.clinic.call(Method::PUT, &path, Some(json!({"phone": AWA, "wanted": texts}))).await);
        let call = s.call(AWA, "Bonjour", Category::Reminder).await;
        assert_eq!(s.state(&call).await, ("refused".to_owned(), json!("opted_out")));
        let (app, ctx) = (s.clinic.app.clone(), s.clinic.ctx());
        let sms = NewMessage { channel: Channel::Sms, ..new_call(AWA, "Par SMS", Category::Reminder).message };
        let sms = s.clinic.app.store.write(&ctx, move |tx| Box::pin(async move {
            messaging::enqueue(tx, &app, &ctx, &sms).await
        })).await.unwrap();
        assert_eq!(s.state(&sms.id.to_string()).await.0, "accepted");
        assert!(s.twilio.calls().is_empty() && s.twilio.accepted().len() == 1);
        let page = Session::of(&s.clinic, "agent").await.get(&format!("/patients/{awa}/messages")).await.text;
        assert!(page.contains("name=\"want-voice-reminder\"> ") && page.contains("name=\"want-sms-reminder\" checked>"), "{page}");
        // Nobody answers a conversation by a call.
        s.clinic.webhook("sms", &s.clinic.sms(AWA, "Bonjour")).await;
        work_done(&s.clinic).await;
        let list = s.clinic.call(Method::GET, "/api/v1/inbox/conversations/", None).await.json();
        let reply = format!("/api/v1/inbox/conversations/{}/reply/", list["results"][0]["id"].as_str().unwrap());
        let refused = s.clinic.call(Method::POST, &reply, Some(json!({"body": "Oui", "channel": "voice"}))).await;
        assert_eq!(fault(&refused), (400, "channel".to_owned(), "not-a-choice".to_owned()));
        s.clinic.stop_work().await;
    }

    async fn a_key_answers_the_reminder_of_a_visit(db) {
        let mut s = scene(&db, NOON).await;
        let awa = s.clinic.patient("Awa", "Diop", AWA).await;
        let doctor = s.clinic.member(s.clinic.tenant, "dr-awa", Role::Practitioner).await;
        let token = s.clinic.token_of("dr-awa").await;
        let by = async |path: &str, body: Value| ok(s.clinic.call_as(Some(&token), Method::POST, path, Some(body)).await);
        by(HOURS, json!({"day_of_week": 4, "start_time": "08:00", "end_time": "12:00", "consultation_type": "presentiel"})).await;
        let wish = json!({"patient": awa, "medecin": doctor.to_string(), "requested_start": "2027-03-05T10:00:00Z", "requested_end": "2027-03-05T10:30:00Z"});
        let visit = by(ALL, wish).await["id"].as_str().unwrap().to_owned();
        by(&format!("{ALL}{visit}/confirm/"), json!({})).await;
        let id = s.call(AWA, "Venez-vous vendredi à 10 h ?", Category::Reminder).await;
        s.state(&id).await;
        // The calendar asks by calls later; what it keeps of a question is the same.
        let asked = Sql::new("INSERT INTO reminder_question (tenant_id, id, appointment_id, message_id, phone, starts_at, asked_at)
            SELECT a.tenant_id, m.id, a.id, m.id, m.recipient, a.starts_at, m.created_at
            FROM appointment a JOIN message m ON m.tenant_id = a.tenant_id AND m.channel = 'voice' WHERE a.tenant_id = $1");
        let tenant = s.clinic.tenant;
        db.store.write(tenant, move |tx| Box::pin(async move { tx.execute(asked, params![tenant]).await })).await.unwrap();
        let one = async || {
            work_done(&s.clinic).await;
            ok(s.clinic.call_as(Some(&token), Method::GET, &format!("{ALL}{visit}/"), None).await)
        };
        let before = one().await["version"].as_i64().unwrap();
        for said in ["1", "1", "2"] {
            press(&s.clinic, said, &s.key("1")).await;
            work_done(&s.clinic).await;
        }
        let coming = one().await;
        assert_eq!((&coming["status"], coming["version"].as_i64()), (&json!("confirmed"), Some(before + 1)), "said three times, done once");
        assert!(!coming["patient_coming_at"].is_null());
        press(&s.clinic, "3", &s.key("2")).await;
        assert_eq!(one().await["status"], "cancelled");
        let steps = ok(s.clinic.call_as(Some(&token), Method::GET, &format!("{ALL}{visit}/history/"), None).await);
        assert_eq!(steps.as_array().unwrap().last().unwrap()["note"], "Le patient a répondu à l’appel par une touche.");
        s.clinic.stop_work().await;
    }

    async fn the_phone_in_the_browser_plays_a_call(db) {
        let clock = Clock::fixed(Timestamp::parse(NOON).unwrap());
        let mut clinic = TestClinic::with_clock(&db, &clock).await;
        clinic.start_work();
        let mut call = new_call(AWA, "Do you come?", Category::Reminder);
        call.language = Locale::En;
        let answered = enqueue(&clinic, call).await;
        let engaged = enqueue(&clinic, new_call("+221772000002", "Venez-vous ?", Category::Reminder)).await;
        work_done(&clinic).await;
        let state = async |clinic: &TestClinic, id: &str| {
            work_done(clinic).await;
            clinic.outbox("").await.into_iter().find(|it| it["id"] == id).unwrap()
        };
        let agent = Session::of(&clinic, "agent").await;
        let screen = "/simulator?phone=%2B221772000001&channel=voice";
        let page = agent.get(screen).await.text;
        for seen in ["<p>Do you come?</p>", "value=\"1\">1<", "value=\"9\">9<", "value=\"busy\"", "value=\"no-answer\"", &answered] {
            assert!(page.contains(seen), "{seen}: {page}");
        }
        assert!(!page.contains("phone-text"), "nobody writes into a call");
        let play = async |id: &str, press: &str| agent.submit("/simulator/call", &[("message", id), ("press", press)]).await;
        for key in ["9", "1"] {
            let played = play(&answered, key).await;
            assert_eq!((played.status.as_u16(), played.headers["location"].to_str().unwrap()), (303, screen), "{}", played.text);
        }
        let message = state(&clinic, &answered).await;
        assert_eq!((&message["state"], &message["key_pressed"]), (&json!("simulated"), &json!("1")));
        let page = agent.get(screen).await.text;
        assert!(page.contains("Touche 1") && !page.contains("value=\"busy\""), "{page}");
        assert_eq!(play(&answered, "3").await.status, 400);
        assert_eq!(play(&clinic.tenant.to_string(), "1").await.status, 404);

        assert_eq!(play(&engaged, "busy").await.status, 303);
        let message = state(&clinic, &engaged).await;
        assert_eq!((&message["state"], &message["reason"]), (&json!("queued"), &json!("call_busy")));
        for (press, expected, reason) in [("no-answer", "queued", "call_no_answer"), ("busy", "simulated", "call_busy")] {
            clinic.stop_work().await;
            clock.advance(QUARTER);
            clinic.start_work();
            let message = state(&clinic, &engaged).await;
            assert_eq!((&message["state"], &message["reason"]), (&json!("simulated"), &json!(null)));
            let agent = Session::of(&clinic, "agent").await;
            agent.submit("/simulator/call", &[("message", &engaged), ("press", press)]).await;
            let message = state(&clinic, &engaged).await;
            assert_eq!((&message["state"], &message["reason"]), (&json!(expected), &json!(reason)), "never shown as sent or failed");
        }
        clinic.stop_work().await;
    }
}
