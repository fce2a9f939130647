//! Reminders that staff write: each once, at its time, in words that tell nobody too much.

use std::time::Duration;

use axum::http::{Method, Request, header};
use clinic::{
    messaging::api::{self as messaging, Category, Channel, Decision, Key, MessageId},
    outreach::api::{self as outreach, Triggered},
};
use futures_util::future::join_all;
use jobs::Engine;
use kernel::{Actor, Clock, Country, Ctx, Locale, Role, TenantId, Timestamp, UserId, Zone};
use serde_json::{Value, json};
use store::{EngineKind, Sql, params};
use testkit::{
    clinic::{Answer, Setup, TestClinic, code, conflict, fault, faults, ok},
    db::{TestDb, eventually},
    on_both_engines,
    session::Session,
    twilio::{FakeTwilio, Fault as TwilioFault},
};

const LIMIT: Duration = Duration::from_secs(30);
/// A Wednesday; the clinic stands in Dakar, where clocks never change.
const NOW: &str = "2027-03-03T09:00:00Z";
const AWA: &str = "+221772000001";
const HOUR: Duration = Duration::from_secs(3600);
/// A number that no phone has, as a program with a fault might have stored it.
const SPOIL: Sql =
    Sql::new("UPDATE reminder_note SET phone = 'nobody' WHERE tenant_id = $1 AND id = $2");

struct Scene {
    clinic: TestClinic,
    clock: Clock,
    admin: UserId,
    awa: String,
}

async fn scene(db: &TestDb) -> Scene {
    scene_with(db, Setup::default()).await
}

async fn scene_with(db: &TestDb, setup: Setup) -> Scene {
    let clock = Clock::fixed(Timestamp::parse(NOW).unwrap());
    let setup = Setup {
        clock: clock.clone(),
        ..setup
    };
    let clinic = TestClinic::with(db, setup).await;
    let admin = clinic.member(clinic.tenant, "chef", Role::Admin).await;
    let awa = clinic.patient("Awa", "Diop", AWA).await.to_string();
    Scene {
        clinic,
        clock,
        admin,
        awa,
    }
}

impl Scene {
    /// Signed in anew: tests move the time.
    async fn call(&self, who: &str, method: Method, path: &str, body: Value) -> Answer {
        let token = self.clinic.token_of(who).await;
        let body = (!body.is_null()).then_some(body);
        self.clinic.call_as(Some(&token), method, path, body).await
    }

    async fn get(&self, who: &str, path: &str) -> Answer {
        self.call(who, Method::GET, path, Value::Null).await
    }

    async fn write(&self, body: Value) -> Answer {
        let path = "/reminders/create";
        self.call("agent", Method::POST, path, body).await
    }

    /// A reminder of Awa by SMS in an hour, with these changes.
    fn sample(&self, changes: &Value) -> Value {
        let mut input = json!({
            "patient_id": self.awa, "patient_name": "Awa Diop", "phone_number": AWA,
            "appointment_reason": "Visite de suivi", "language": "french", "method": "sms",
            "scheduled_time": "2027-03-03T10:00:00",
        });
        for (key, value) in changes.as_object().unwrap() {
            input[key] = value.clone();
        }
        input
    }

    async fn written(&self, changes: Value) -> Value {
        ok(self.write(self.sample(&changes)).await)
    }

    async fn update(&self, one: &Value, body: Value) -> Answer {
        let path = format!("/reminders/update/{}", one["id"].as_str().unwrap());
        self.call("agent", Method::PATCH, &path, body).await
    }

    async fn delete(&self, one: &Value) -> Answer {
        let path = format!("/reminders/delete/{}/", one["id"].as_str().unwrap());
        self.call("agent", Method::DELETE, &path, Value::Null).await
    }

    async fn all(&self) -> Vec<Value> {
        let list = ok(self.get("agent", "/reminders/list?limit=500").await);
        list.as_array().unwrap().clone()
    }

    async fn one(&self, one: &Value) -> Value {
        let all = self.all().await;
        let found = all.iter().find(|row| row["id"] == one["id"]);
        found.expect("the reminder").clone()
    }

    /// Waits until the reminder stands so.
    async fn until(&self, one: &Value, status: &str) -> Value {
        eventually(&format!("it to be {status}"), LIMIT, || async {
            let found = self.one(one).await;
            (found["status"] == status).then_some(found)
        })
        .await
    }

    /// The reminders in the outbox, the newest first.
    async fn outbox(&self) -> Vec<Value> {
        let page = ok(self.get("agent", "/api/v1/outbox/?page_size=100").await);
        let rows = page["results"].as_array().unwrap().clone();
        rows.into_iter()
            .filter(|row| row["category"] == "reminder")
            .collect()
    }

    /// What goes out for this reminder when its hour has come.
    async fn text_of(&self, changes: Value) -> String {
        let before = self.outbox().await.len();
        self.written(changes).await;
        self.clock.advance(HOUR * 2);
        let rows = eventually("the message", LIMIT, || async {
            let rows = self.outbox().await;
            (rows.len() > before).then_some(rows)
        })
        .await;
        rows[0]["body"].as_str().unwrap().to_owned()
    }

    fn admin(&self) -> Ctx {
        Ctx {
            tenant: self.clinic.tenant,
            actor: Actor::User(self.admin, Role::Admin),
            locale: Locale::Fr,
        }
    }

    /// The work of the outbox alone: nothing but a trigger takes up reminders.
    fn outbox_only(&self) -> Engine {
        let app = &self.clinic.app;
        let mut queues = clinic::work(app);
        queues.retain(|queue| queue.sql.table == "message");
        Engine::start(&app.store, &app.clock, &app.rng, queues)
    }
}

fn words(value: &Value) -> Vec<&str> {
    let rows = value.as_array().unwrap().iter();
    rows.map(|row| row["appointment_reason"].as_str().unwrap())
        .collect()
}

on_both_engines! {
    async fn the_contracts_samples_work(db) {
        let s = scene(&db).await;
        let sample = json!({
            "patient_id": s.awa, "patient_name": "Jane Doe", "phone_number": "+221 77 200 00 01",
            "appointment_reason": "Visite de suivi", "medication_list": "Aspirine", "consultation_list": "Cardiologie",
            "language": "french", "method": "whatsapp", "scheduled_time": "2027-07-26T10:00:00",
        });
        let answer = s.write(sample.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.headers["etag"].to_str().unwrap()), (200, "\"1\""));
        let made = answer.json();
        let expected = json!({
            "patient_id": s.awa, "patient_name": "Jane Doe", "phone_number": AWA, "appointment_reason": "Visite de suivi",
            "medication_list": "Aspirine", "consultation_list": "Cardiologie", "language": "french", "method": "whatsapp",
            "scheduled_time": "2027-07-26T10:00:00+00:00", "expires_at": "2027-07-27T10:00:00+00:00", "status": "pending",
            "sent": false, "sent_at": null, "attempts": 0, "last_error": null, "provider_sid": null,
        });
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(made[key], *value, "{key}");
        }
        let path = format!("/reminders/list?patient_id={}&skip=0&limit=10", s.awa);
        assert_eq!(ok(s.get("agent", &path).await), json!([made]));
        let path = format!("/reminders/search?patient_id={}&method=whatsapp&scheduled_after=2025-07-26T00:00:00Z&appointment_reason=SUIVI", s.awa);
        assert_eq!(ok(s.get("agent", &path).await), json!([made]));
        assert_eq!(ok(s.get("agent", "/reminders/search/?sent=true").await), json!([]));
        let mut whole = sample;
        whole["medication_list"] = Value::Null;
        whole["language"] = json!("en");
        let path = format!("/reminders/update/{}", made["id"].as_str().unwrap());
        let changed = ok(s.call("agent", Method::PUT, &path, whole).await);
        assert_eq!((&changed["language"], &changed["medication_list"], &changed["version"]), (&json!("english"), &Value::Null, &json!(2)));
        let none = ok(s.call("chef", Method::POST, "/reminders/trigger", Value::Null).await);
        assert_eq!(none, json!({"message": "0 reminders triggered", "triggered": 0, "sent": 0, "failed": 0, "skipped": 0}));
        assert_eq!(s.delete(&made).await.status, 204);
        assert_eq!(s.delete(&made).await.status, 404);
        assert!(s.all().await.is_empty());
    }

    async fn what_is_wrong_is_named_at_once_and_explained(db) {
        let s = scene(&db).await;
        let wrong = json!({"patient_id": "x", "phone_number": "+237987654321", "language": "wolof", "method": "pigeon", "scheduled_time": "demain"});
        let answer = s.write(wrong).await;
        let named = [
            ("patient_id", "malformed"), ("phone_number", "no-such-number"), ("appointment_reason", "required"),
            ("language", "not-a-choice"), ("method", "not-a-choice"), ("scheduled_time", "not-a-time"),
        ];
        let named = named.map(|(field, why)| (field.to_owned(), why.to_owned()));
        assert_eq!((answer.status.as_u16(), faults(&answer)), (400, named.to_vec()));
        for (field, value, why) in [
            ("phone_number", json!("77 200 00 01"), "not-e164"),
            ("phone_number", json!("+221772000099"), "not-the-patients"),
            ("patient_id", json!("01980000-0000-7000-8000-000000000000"), "no-such-patient"),
            ("scheduled_time", json!("2027-03-03T08:50:00"), "reminder-over"),
            ("expires_at", json!("2027-03-03T09:30:00"), "before-reminder"),
            ("appointment_time", json!("2027-03-03T10:00:00"), "before-reminder"),
            ("appointment_reason", json!("a".repeat(501)), "too-long"),
            ("rappel", json!(1), "unknown-field"),
        ] {
            let answer = s.write(s.sample(&json!({field: value}))).await;
            assert_eq!(fault(&answer), (400, field.to_owned(), why.to_owned()), "{}", answer.text);
            assert!(!answer.text.contains('⟦'), "{}", answer.text);
        }
        for (path, field) in [("list?limit=501", "limit"), ("list?skip=-1", "skip"), ("search?sent=maybe", "sent"), ("search?method=x", "method"), ("search?scheduled_after=x", "scheduled_after")] {
            let answer = s.get("agent", &format!("/reminders/{path}")).await;
            assert_eq!((answer.status.as_u16(), faults(&answer)[0].0.as_str()), (400, field), "{}", answer.text);
        }
        let confirmed = s.written(json!({"phone_number": "+221772000099", "phone_override": true})).await;
        assert_eq!(ok(s.update(&confirmed, json!({"patient_name": "Awa"})).await)["phone_number"], "+221772000099");
        let his = s.written(json!({"phone_number": null, "patient_name": null})).await;
        assert_eq!((&his["phone_number"], &his["patient_name"]), (&json!(AWA), &json!("Awa Diop")));
        let late = s.written(json!({"scheduled_time": "2027-03-01T10:00:00", "expires_at": "2027-03-03T18:00:00"})).await;
        assert_eq!(late["status"], "pending", "it is still of use");
    }

    async fn a_time_without_a_zone_is_the_clinics(db) {
        let s = scene(&db).await;
        let new = clinic::identity::api::NewTenant {
            slug: "douala".into(),
            name: "Clinique du Wouri".into(),
            locale: Locale::Fr,
            zone: Zone::named("Africa/Douala").unwrap(),
            country: Country::parse("CM").unwrap(),
        };
        let tenant = clinic::identity::api::create_tenant(&s.clinic.app, new).await.unwrap();
        s.clinic.member(tenant, "wouri-agent", Role::Agent).await;
        let patient = json!({"first_name": "Jane", "last_name": "Doe", "phone": "+237671234567"});
        let patient = ok(s.call("wouri-agent", Method::POST, "/api/patients/", patient).await);
        let mut input = s.sample(&json!({"patient_id": patient["patient_id"], "phone_number": "+237671234567", "appointment_time": "2027-03-04T08:00:00"}));
        let made = ok(s.call("wouri-agent", Method::POST, "/reminders/create", input.clone()).await);
        assert_eq!(made["scheduled_time"], "2027-03-03T10:00:00+01:00");
        assert_eq!((&made["appointment_time"], &made["expires_at"]), (&json!("2027-03-04T08:00:00+01:00"), &made["appointment_time"]));
        assert_eq!(due(&s, tenant).await, 1, "ten in Douala is nine in Greenwich: now");
        input["scheduled_time"] = json!("2027-03-03T10:00:00Z");
        let made = ok(s.call("wouri-agent", Method::POST, "/reminders/create", input).await);
        assert_eq!(made["scheduled_time"], "2027-03-03T11:00:00+01:00");
        let theirs = json!({"patient_name": "Moi"});
        assert_eq!(s.update(&made, theirs).await.status, 404, "another clinic's");
        assert_eq!(s.delete(&made).await.status, 404);
        let path = format!("/reminders/list?patient_id={}", patient["patient_id"].as_str().unwrap());
        assert_eq!(s.get("agent", &path).await.status, 404);
    }

    async fn texts_are_in_their_language_and_tell_nobody_too_much(db) {
        let mut s = scene(&db).await;
        s.clinic.patient("Moussa", "Faye", "77 300 00 01").await;
        let binta = s.clinic.patient("Binta", "Faye", "77 300 00 01").await;
        s.clinic.start_work();
        let lists = json!({"medication_list": "Aspirine", "consultation_list": "Cardiologie"});
        let with = |changes: Value| {
            let mut all = lists.clone();
            for (key, value) in changes.as_object().unwrap() {
                all[key] = value.clone();
            }
            all
        };
        let sms = s.text_of(with(json!({"appointment_time": "2027-03-04T08:00:00"}))).await;
        assert_eq!(sms, "Rappel pour Awa Diop : Visite de suivi. Rendez-vous le 04/03/2027 à 08:00");
        let sms = s.text_of(with(json!({"appointment_reason": "Suivi du diabète", "scheduled_time": "2027-03-03T12:00:00"}))).await;
        assert_eq!(sms, "Rappel pour Awa Diop : rendez-vous", "no diagnosis in any SMS");
        let shared = json!({"patient_id": binta, "phone_number": null, "patient_name": "Binta", "scheduled_time": "2027-03-03T14:00:00"});
        let covert = s.text_of(with(shared)).await;
        assert!(covert.starts_with("Clinique demo. Une information vous attend"), "{covert}");
        s.clinic.webhook("whatsapp", &s.clinic.whatsapp(AWA, "Bonjour")).await;
        let english = json!({"method": "whatsapp", "language": "english", "appointment_reason": "Follow-up", "scheduled_time": "2027-03-03T16:00:00"});
        let text = s.text_of(with(english)).await;
        assert_eq!(text, "Reminder for Awa Diop: Follow-up. Medications: Aspirine. Consultations: Cardiologie");
        let french = json!({"method": "whatsapp", "scheduled_time": "2027-03-03T18:00:00"});
        let text = s.text_of(with(french)).await;
        assert_eq!(text, "Rappel pour Awa Diop : Visite de suivi. Médicaments : Aspirine. Consultations : Cardiologie");
        s.clinic.stop_work().await;
    }

    async fn of_many_triggers_each_reminder_goes_once(db) {
        let s = scene(&db).await;
        for number in 0..20 {
            s.written(json!({"appointment_reason": format!("Visite {number}")})).await;
        }
        s.clock.advance(HOUR);
        let other = match db.store.kind() {
            EngineKind::Postgres => s.clinic.node(db.another_node().await),
            EngineKind::Sqlite => s.clinic.node(db.store.clone()),
        };
        let outbox = s.outbox_only();
        let tasks = (0..12).map(|task| {
            let app = if task % 2 == 0 { s.clinic.app.clone() } else { other.clone() };
            let ctx = s.admin();
            tokio::spawn(async move { outreach::trigger(&app, &ctx).await.unwrap() })
        });
        let outcomes: Vec<Triggered> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
        let sum = |of: fn(&Triggered) -> usize| outcomes.iter().map(of).sum::<usize>();
        assert_eq!((sum(|it| it.triggered), sum(|it| it.skipped)), (20, 20), "the simulator sends nothing");
        outbox.stop().await;
        assert_eq!(s.outbox().await.len(), 20);
        let all = s.all().await;
        assert!(all.iter().all(|row| row["status"] == "simulated" && row["sent"] == false), "{all:#?}");
        assert_eq!(ok(s.get("agent", "/reminders/search?sent=true").await), json!([]));
    }

    async fn the_engine_and_triggers_send_each_once_and_say_what_left(db) {
        ports::install_tls();
        let twilio = FakeTwilio::start().await.unwrap();
        let mut s = scene_with(&db, Setup::twilio(&twilio)).await;
        let mut made = Vec::new();
        for number in 0..4 {
            made.push(s.written(json!({"appointment_reason": format!("Visite {number}")})).await);
        }
        s.clock.advance(HOUR);
        let outbox = s.outbox_only();
        let answer = ok(s.call("chef", Method::POST, "/reminders/trigger", Value::Null).await);
        assert_eq!(answer, json!({"message": "4 reminders triggered", "triggered": 4, "sent": 4, "failed": 0, "skipped": 0}));
        outbox.stop().await;
        let one = s.one(&made[0]).await;
        assert_eq!((&one["status"], &one["sent"], &one["attempts"]), (&json!("sent"), &json!(true), &json!(1)));
        assert!(one["sent_at"].is_string() && one["provider_sid"].is_string(), "{one}");
        let sid = one["provider_sid"].as_str().unwrap();
        let report = twilio.status_callback(sid, "delivered", None).unwrap();
        s.clinic.start_work();
        s.clinic.webhook("status", &report).await;
        s.until(&one, "delivered").await;
        s.clinic.webhook("sms", &s.clinic.sms(AWA, "STOP")).await;
        eventually("the STOP", LIMIT, || async {
            let (app, way) = (&s.clinic.app, (Channel::Sms, Category::Reminder));
            let mut tx = app.store.read(s.clinic.tenant).await.unwrap();
            let phone = AWA.parse().unwrap();
            let decision = messaging::decision(&mut tx, app, s.clinic.tenant, &phone, way).await.unwrap();
            matches!(decision, Decision::Refuse(_)).then_some(())
        }).await;
        let unwanted = s.written(json!({"scheduled_time": "2027-03-03T10:00:00"})).await;
        let refused = s.until(&unwanted, "refused").await;
        assert!(refused["last_error"].is_string() && refused["sent"] == false, "{refused}");
        let bodies = twilio.accepted_by_body();
        let reminders: Vec<_> = bodies.iter().filter(|(body, _)| body.starts_with("Rappel")).collect();
        assert!(reminders.len() == 4 && reminders.iter().all(|(_, times)| **times == 1), "{reminders:?}");
        s.clinic.stop_work().await;
    }

    async fn one_bad_row_holds_up_nobody(db) {
        let mut s = scene(&db).await;
        let bad = s.written(json!({"scheduled_time": "2027-03-03T09:30:00"})).await;
        let good = s.written(json!({})).await;
        let (tenant, id) = (s.clinic.tenant, bad["id"].as_str().unwrap().parse::<uuid::Uuid>().unwrap());
        let spoilt: Result<(), store::StoreError> = db.store.write(tenant, move |tx| Box::pin(async move {
            tx.execute_one(SPOIL, params![tenant, id]).await
        })).await;
        spoilt.unwrap();
        s.clock.advance(HOUR);
        let outbox = s.outbox_only();
        let outcome = outreach::trigger(&s.clinic.app, &s.admin()).await.unwrap();
        outbox.stop().await;
        assert_eq!((outcome.triggered, outcome.skipped), (1, 1));
        s.clinic.start_work();
        let path = "/reminders/search?scheduled_after=2027-03-03T09:45:00&method=sms";
        eventually("the good one", LIMIT, || async {
            let found = ok(s.get("agent", path).await);
            (found[0]["id"] == good["id"] && found[0]["status"] == "simulated").then_some(())
        }).await;
        s.clinic.stop_work().await;
    }

    async fn a_reminder_that_lost_its_use_is_not_sent(db) {
        let mut s = scene(&db).await;
        let one = s.written(json!({"appointment_time": "2027-03-03T11:00:00"})).await;
        s.clock.advance(HOUR * 3);
        s.clinic.start_work();
        let expired = s.until(&one, "expired").await;
        assert!(expired["last_error"].is_string());
        assert!(s.outbox().await.is_empty());
        let again = s.update(&one, json!({"rearm": true})).await;
        assert_eq!(fault(&again), (400, "appointment_time".into(), "reminder-over".into()));
        ok(s.update(&one, json!({"appointment_time": null})).await);
        s.until(&one, "simulated").await;
        s.clinic.stop_work().await;
    }

    async fn a_sent_one_goes_again_only_when_asked(db) {
        let mut s = scene(&db).await;
        s.clinic.start_work();
        let one = s.written(json!({})).await;
        s.clock.advance(HOUR);
        s.until(&one, "simulated").await;
        let refused = s.update(&one, json!({"appointment_reason": "Contrôle"})).await;
        assert_eq!(code(&refused), conflict("reminder-sent"));
        ok(s.update(&one, json!({"rearm": true})).await);
        eventually("the second message", LIMIT, || async { (s.outbox().await.len() == 2).then_some(()) }).await;
        let after = s.until(&one, "simulated").await;
        assert_eq!(after["version"], 2);
        assert_eq!(s.delete(&one).await.status, 204, "it stays as history");
        assert_eq!((s.delete(&one).await.status.as_u16(), s.outbox().await.len()), (404, 2));
        s.clinic.stop_work().await;
    }

    async fn what_waits_in_the_outbox_is_taken_back(db) {
        let mut s = scene(&db).await;
        s.clinic.start_work();
        let night = json!({"scheduled_time": "2027-03-03T22:00:00"});
        let (changed, gone) = (s.written(night.clone()).await, s.written(night).await);
        s.clock.advance(HOUR * 13 + HOUR / 2);
        eventually("both to wait for the morning", LIMIT, || async { (s.outbox().await.len() == 2).then_some(()) }).await;
        let waiting = eventually("the reason", LIMIT, || async {
            Some(s.one(&changed).await).filter(|one| one["last_error"].is_string())
        }).await;
        assert_eq!((&waiting["status"], &waiting["sent"]), (&json!("pending"), &json!(false)));
        let corrected = ok(s.update(&changed, json!({"appointment_reason": "Visite de suivi à 9h"})).await);
        assert_eq!(corrected["status"], "pending");
        assert_eq!(s.delete(&gone).await.status, 204);
        let states = |rows: Vec<Value>| rows.iter().filter(|row| row["state"] == "cancelled").count();
        assert_eq!(states(s.outbox().await), 2);
        s.clock.advance(HOUR * 10);
        s.until(&changed, "simulated").await;
        let rows = s.outbox().await;
        let sent: Vec<_> = rows.iter().filter(|row| row["state"] == "simulated").collect();
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0]["body"], "Rappel pour Awa Diop : Visite de suivi à 9h");
        s.clinic.stop_work().await;
    }

    async fn a_corrected_text_is_not_swallowed(db) {
        let mut s = scene(&db).await;
        s.clinic.start_work();
        s.clinic.webhook("whatsapp", &s.clinic.whatsapp(AWA, "Bonjour")).await;
        let long = "Visite ".repeat(20);
        for end in ["lundi", "mardi"] {
            s.written(json!({"method": "whatsapp", "appointment_reason": format!("{long}{end}")})).await;
        }
        s.clock.advance(HOUR);
        eventually("both", LIMIT, || async {
            let rows = s.outbox().await;
            (rows.iter().filter(|row| row["state"] == "simulated").count() == 2).then_some(())
        }).await;
        s.clinic.stop_work().await;
    }

    async fn a_patient_sees_his_own_and_nobody_elses(db) {
        let s = scene(&db).await;
        let mut input = crate::records::input();
        (input["prenom"], input["telephone"]) = (json!("Fatou"), json!("+221771112203"));
        let record = ok(s.call("patient", Method::POST, "/api/v1/fiche-consultation/", input).await);
        let his = s.written(json!({"patient_id": record["patient_id"], "phone_number": null})).await;
        let other = s.written(json!({})).await;
        assert_eq!(ok(s.get("patient", "/reminders/list").await), json!([his]));
        let path = format!("/reminders/list?patient_id={}", record["patient_id"].as_str().unwrap());
        assert_eq!(ok(s.get("patient", &path).await), json!([his]));
        assert_eq!(s.get("patient", &format!("/reminders/list?patient_id={}", s.awa)).await.status, 404);
        for (method, path) in [(Method::GET, "search".to_owned()), (Method::POST, "trigger".to_owned()), (Method::POST, "create".to_owned()), (Method::DELETE, format!("delete/{}", his["id"].as_str().unwrap()))] {
            let answer = s.call("patient", method, &format!("/reminders/{path}"), Value::Null).await;
            assert_eq!(answer.status, 403, "{path}");
        }
        assert_eq!(s.call("agent", Method::POST, "/reminders/trigger", Value::Null).await.status, 403);
        let trail = ok(s.get("chef", "/api/v1/audit/?object_type=reminder").await);
        let creates = trail["results"].as_array().unwrap().iter().filter(|line| line["action"] == "reminder.create").count();
        assert_eq!(creates, 2, "{trail}");
        let stale = Request::delete(format!("/reminders/delete/{}", other["id"].as_str().unwrap()))
            .header(header::AUTHORIZATION, format!("Bearer {}", s.clinic.token_of("agent").await))
            .header(header::IF_MATCH, "\"7\"").body(axum::body::Body::empty()).unwrap();
        assert_eq!(s.clinic.send(stale).await.status, 412);
    }

    async fn searches_take_signs_as_they_are(db) {
        let s = scene(&db).await;
        for (reason, hour) in [("Remise de 100 %", 11), ("Contrôle_A", 12), ("controle", 13), ("100!", 14)] {
            s.written(json!({"appointment_reason": reason, "scheduled_time": format!("2027-03-03T{hour}:00:00"), "language": if hour == 13 { "english" } else { "french" }})).await;
        }
        for (query, expected) in [
            ("appointment_reason=%25", vec!["Remise de 100 %"]),
            ("appointment_reason=_", vec!["Contrôle_A"]),
            ("appointment_reason=!", vec!["100!"]),
            ("appointment_reason=CONTR%C3%94LE", vec!["Contrôle_A", "controle"]),
            ("language=english", vec!["controle"]),
            ("method=call", vec![]),
            ("sent=false&skip=1&limit=2", vec!["Contrôle_A", "controle"]),
            ("scheduled_after=2027-03-03T13:00:00", vec!["controle", "100!"]),
            ("scheduled_before=2027-03-03T12:00:00Z&scheduled_after=2027-03-03", vec!["Remise de 100 %", "Contrôle_A"]),
        ] {
            let found = ok(s.get("agent", &format!("/reminders/search?{query}")).await);
            assert_eq!(words(&found), expected, "{query}");
        }
    }

    async fn what_has_left_is_told_from_what_has_not_in_the_order_of_time(db) {
        ports::install_tls();
        let twilio = FakeTwilio::start().await.unwrap();
        let mut s = scene_with(&db, Setup::twilio(&twilio)).await;
        let mut made = Vec::new();
        // Words that an SMS says: two equal ones would not fly together.
        for (reason, time, more) in [
            ("Visite 6", "12:00", json!({})),
            ("Visite 3", "10:00", json!({})),
            ("Visite 4", "10:00", json!({})),
            ("Visite 2", "09:45", json!({"expires_at": "2027-03-03T09:50:00"})),
            ("Visite 1", "09:30", json!({})),
            ("Visite 5", "10:30", json!({"phone_number": "+221772000099", "phone_override": true})),
        ] {
            let mut changes = more;
            changes["appointment_reason"] = json!(reason);
            changes["scheduled_time"] = json!(format!("2027-03-03T{time}:00"));
            made.push(s.written(changes).await);
            // Of those at one time the older one comes first.
            s.clock.advance(Duration::from_secs(1));
        }
        s.clock.advance(HOUR / 2);
        s.clinic.start_work();
        let first = s.until(&made[4], "sent").await;
        let report = twilio.status_callback(first["provider_sid"].as_str().unwrap(), "delivered", None).unwrap();
        s.clinic.webhook("status", &report).await;
        s.until(&made[4], "delivered").await;
        s.clock.advance(HOUR / 2);
        for (at, status) in [(3, "expired"), (1, "sent"), (2, "sent")] {
            s.until(&made[at], status).await;
        }
        twilio.script([TwilioFault::Refuse { status: 400, code: 21211 }]);
        s.clock.advance(HOUR / 2);
        s.until(&made[5], "failed").await;
        let all = ["Visite 1", "Visite 2", "Visite 3", "Visite 4", "Visite 5", "Visite 6"];
        for (query, expected) in [
            ("search?", &all[..]),
            ("search?sent=true", &["Visite 1", "Visite 3", "Visite 4"]),
            ("search?sent=false", &["Visite 2", "Visite 5", "Visite 6"]),
            ("search?sent=true&skip=1&limit=1", &["Visite 3"]),
            ("search?sent=true&scheduled_after=2027-03-03T09:31:00", &["Visite 3", "Visite 4"]),
            ("list?", &all[..]),
            ("list?skip=2&limit=3", &["Visite 3", "Visite 4", "Visite 5"]),
        ] {
            for of in [String::new(), format!("&patient_id={}", s.awa)] {
                let found = ok(s.get("agent", &format!("/reminders/{query}{of}")).await);
                assert_eq!(words(&found), expected, "{query}{of}");
                assert!(!query.contains("sent=true") || found.as_array().unwrap().iter().all(|row| row["sent"] == true), "{found}");
            }
        }
        s.clinic.stop_work().await;
    }

    async fn two_engines_make_one_message_of_each(db) {
        let s = scene(&db).await;
        for number in 0..60 {
            s.written(json!({"appointment_reason": format!("Visite {number}")})).await;
        }
        s.clock.advance(HOUR);
        let other = match db.store.kind() {
            EngineKind::Postgres => s.clinic.node(db.another_node().await),
            EngineKind::Sqlite => s.clinic.node(db.store.clone()),
        };
        let engines = [&s.clinic.app, &other].map(|app| Engine::start(&app.store, &app.clock, &app.rng, clinic::work(app)));
        let all = eventually("all to have gone", LIMIT, || async {
            let all = s.all().await;
            all.iter().all(|row| row["status"] == "simulated").then_some(all)
        }).await;
        for engine in engines {
            engine.stop().await;
        }
        let mut texts: Vec<String> = s.outbox().await.iter().map(|row| row["body"].as_str().unwrap().to_owned()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!((all.len(), s.outbox().await.len(), texts.len()), (60, 60, 60));
        assert!(all.iter().all(|row| row["attempts"] == 1), "{all:#?}");
    }

    async fn the_first_answer_of_a_patient_stands(db) {
        let mut s = scene(&db).await;
        s.clinic.start_work();
        let one = s.written(json!({})).await;
        s.clock.advance(HOUR);
        s.until(&one, "simulated").await;
        let message = MessageId::from_uuid(s.outbox().await[0]["id"].as_str().unwrap().parse().unwrap());
        for key in [Key::Cancel, Key::Confirm] {
            let (app, ctx) = (s.clinic.app.clone(), s.clinic.ctx());
            let answered: Result<(), kernel::Problem> = s.clinic.app.store.write(&ctx, move |tx| Box::pin(async move {
                outreach::keyed(tx, &app, &ctx, message, key).await
            })).await;
            answered.unwrap();
        }
        let after = s.one(&one).await;
        assert_eq!((&after["answer"], &after["answered_at"]), (&json!("cancelled"), &json!("2027-03-03T10:00:00+00:00")));
        s.clinic.stop_work().await;
    }

    async fn a_restricted_patients_reasons_stay_closed(db) {
        let s = scene(&db).await;
        let one = s.written(json!({"appointment_reason": "Traitement"})).await;
        let path = format!("/api/v1/patients/{}/access/", s.awa);
        ok(s.call("chef", Method::PATCH, &path, json!({"restricted": true, "staff": []})).await);
        assert_eq!(s.one(&one).await["appointment_reason"], "");
        assert_eq!(ok(s.get("agent", "/reminders/search?appointment_reason=traitement").await), json!([]));
        assert_eq!(code(&s.update(&one, json!({"patient_name": "A"})).await), (403, "record-restricted".into()));
        assert_eq!(code(&s.write(s.sample(&json!({}))).await), (403, "record-restricted".into()));
    }

    async fn staff_work_with_reminders_on_pages(db) {
        let s = scene(&db).await;
        let (agent, chef) = (Session::of(&s.clinic, "agent").await, Session::of(&s.clinic, "chef").await);
        assert!(agent.get("/reminders").await.text.contains("Aucun rappel pour le moment"));
        let form = format!("/reminders/new?patient={}", s.awa);
        let page = agent.get(&form).await.text;
        assert!(page.contains("+221 77 200 00 01") && page.contains("value=\"Awa Diop\""), "{page}");
        assert!(agent.get("/reminders/new?search=diop").await.text.contains(&format!("?patient={}", s.awa)));
        let fields = [
            ("patient_id", s.awa.as_str()), ("patient_name", "Awa"), ("phone_number", "+221 77 200 00 99"),
            ("appointment_reason", "<b>Visite"), ("language", "french"), ("method", "sms"), ("scheduled_time", "2027-03-03T10:00"),
        ];
        let wrong = agent.submit("/reminders/new", &fields).await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.text.contains("e-phone_number") && wrong.text.contains("phone_override") && wrong.text.contains("&#60;b&#62;Visite"), "{}", wrong.text);
        let fields = [&fields[..], &[("phone_override", "1")]].concat();
        let made = agent.submit("/reminders/new", &fields).await;
        assert_eq!((made.status.as_u16(), made.headers["location"].to_str().unwrap()), (303, "/reminders?done=saved"));
        let id = s.all().await[0]["id"].as_str().unwrap().to_owned();
        for path in ["/reminders".to_owned(), format!("/reminders?patient={}&state=pending&method=sms&day=2027-03-03", s.awa), format!("/reminders/{id}"), form] {
            for lang in ["fr", "en"] {
                let url = format!("{path}{}lang={lang}", if path.contains('?') { '&' } else { '?' });
                let page = chef.get(&url).await;
                assert_eq!(page.status, 200, "{url}: {}", page.text);
                assert!(!page.text.contains('⟦') && !page.text.contains("<b>Visite"), "{url}: {}", page.text);
            }
        }
        assert!(agent.get("/reminders?state=sent").await.text.contains("Aucun rappel ne correspond"));
        s.clock.advance(HOUR);
        let outbox = s.outbox_only();
        let sent = chef.submit("/reminders/due", &[]).await;
        outbox.stop().await;
        let there = sent.headers["location"].to_str().unwrap().to_owned();
        assert_eq!(there, "/reminders?done=due&counts=1,0,0,1");
        assert!(chef.get(&there).await.text.contains("1 rappel lancé"));
        let again = agent.submit(&format!("/reminders/{id}/again"), &[("version", "1")]).await;
        assert_eq!(again.status, 303, "{}", again.text);
        let stale = agent.submit(&format!("/reminders/{id}/again"), &[("version", "1")]).await;
        assert_eq!(stale.status, 412);
        let gone = agent.submit(&format!("/reminders/{id}/remove"), &[("version", "2")]).await;
        assert_eq!(gone.status, 303);
        assert!(s.all().await.is_empty());
    }
}

/// How many reminders a trigger would take up now.
async fn due(s: &Scene, tenant: TenantId) -> usize {
    let ctx = Ctx {
        tenant,
        ..s.admin()
    };
    let outbox = s.outbox_only();
    let outcome = outreach::trigger(&s.clinic.app, &ctx).await;
    outbox.stop().await;
    outcome.unwrap().triggered
}
