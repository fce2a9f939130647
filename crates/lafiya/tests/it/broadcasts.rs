//! Broadcasts: everybody whom one is for gets it once, nobody else does, and it is in
//! nobody's way.

use std::{collections::BTreeMap, time::Duration};

use axum::http::Method;
use clinic::{
    messaging::api::{Channel, Choice, ConsentSource, note_consent},
    outreach::api::{self as outreach, BroadcastId, BroadcastStep},
};
use futures_util::future::join_all;
use jobs::Engine;
use kernel::{
    Actor, Clock, Country, Ctx, Expected, Id, Locale, Phone, Role, Timestamp, UserId, Zone,
};
use serde_json::{Value, json};
use store::{EngineKind, Sql, StoreError, params};
use testkit::{
    clinic::{Answer, Setup, TestClinic, code, conflict, fault, faults, ok},
    db::{TestDb, eventually},
    on_both_engines,
    twilio::FakeTwilio,
};

pub const LIMIT: Duration = Duration::from_secs(60);
/// A Wednesday; the clinic stands in Dakar, where clocks never change.
const NOW: &str = "2027-03-03T09:00:00Z";
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
pub const ALL: &str = "/api/messaging/broadcast/";
const SET: Sql = Sql::new(
    "UPDATE patient SET status = $3, gender = $4, birth_date = $5, locale = $6 WHERE tenant_id = $1 AND id = $2",
);
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

pub struct Scene {
    pub clinic: TestClinic,
    pub clock: Clock,
    pub admin: UserId,
}

pub async fn scene(db: &TestDb) -> Scene {
    scene_with(db, Setup::default()).await
}

pub async fn scene_with(db: &TestDb, setup: Setup) -> Scene {
    scene_by(db, now(), setup).await
}

/// A clock that stands at nine on a working day.
pub fn now() -> Clock {
    Clock::fixed(Timestamp::parse(NOW).unwrap())
}

/// A scene by a clock that others go by too.
pub async fn scene_by(db: &TestDb, clock: Clock, setup: Setup) -> Scene {
    let setup = Setup {
        clock: clock.clone(),
        ..setup
    };
    let clinic = TestClinic::with(db, setup).await;
    let admin = clinic.member(clinic.tenant, "chef", Role::Admin).await;
    Scene {
        clinic,
        clock,
        admin,
    }
}

/// What a record says that audiences ask for.
pub type Known<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

pub const ACTIVE: Known<'static> = ("active", None, None);

impl Scene {
    /// Signed in anew: tests move the time.
    pub async fn call(&self, who: &str, method: Method, path: &str, body: Value) -> Answer {
        let token = self.clinic.token_of(who).await;
        let body = (!body.is_null()).then_some(body);
        self.clinic.call_as(Some(&token), method, path, body).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call("agent", Method::GET, path, Value::Null).await
    }

    pub async fn patient(&self, name: &str, phone: &str, known: Known<'_>) -> String {
        let id = self.clinic.patient(name, "Diop", phone).await;
        self.set(&id.to_string(), known, Locale::Fr).await;
        id.to_string()
    }

    async fn set(&self, id: &str, (status, gender, birth): Known<'_>, locale: Locale) {
        let (tenant, id) = (self.clinic.tenant, id.parse::<uuid::Uuid>().unwrap());
        let own = |word: Option<&str>| word.map(str::to_owned);
        let values = params![tenant, id, status, own(gender), own(birth), locale];
        let set: Result<(), StoreError> = self
            .clinic
            .app
            .store
            .write(tenant, move |tx| {
                Box::pin(async move { tx.execute_one(SET, values).await })
            })
            .await;
        set.unwrap();
    }

    /// So many active patients, each with a number but for every tenth, who has that of
    /// the first.
    async fn crowd(&self, people: u32) {
        let (tenant, app) = (self.clinic.tenant, self.clinic.app.clone());
        let entered: Result<(), StoreError> = self
            .clinic
            .app
            .store
            .write(tenant, move |tx| {
                Box::pin(async move {
                    let now = app.clock.now();
                    let id = || Id::<()>::new(&app.clock, &app.rng).uuid();
                    let mut first = None;
                    for number in 0..people {
                        let patient = id();
                        tx.execute_one(PATIENT, params![tenant, patient, now])
                            .await?;
                        let shared = first.filter(|_| number % 10 == 9);
                        let contact = shared.unwrap_or_else(id);
                        if shared.is_none() {
                            let phone = format!("+2217{:08}", 70_000_000 + number);
                            let nine = phone[4..].to_owned();
                            let values = params![tenant, contact, phone, nine, now];
                            tx.execute_one(NUMBER, values).await?;
                        }
                        first.get_or_insert(contact);
                        tx.execute_one(LINK, params![tenant, patient, contact, now])
                            .await?;
                    }
                    Ok(())
                })
            })
            .await;
        entered.unwrap();
    }

    /// The contract's sample, with these changes.
    pub async fn written(&self, changes: Value) -> Value {
        let mut input = json!({
            "title": "Conseil nutrition", "content": "Mangez 5 fruits et légumes par jour",
            "category": "health_tip", "target_all_patients": true,
        });
        for (key, value) in changes.as_object().unwrap() {
            input[key] = value.clone();
        }
        let answer = self.call("chef", Method::POST, ALL, input).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }

    pub async fn step(&self, one: &Value, step: &str) -> Answer {
        let path = format!("{ALL}{}/{step}/", id(one));
        self.call("chef", Method::POST, &path, json!({})).await
    }

    pub async fn one(&self, one: &Value) -> Value {
        ok(self.get(&format!("{ALL}{}/", id(one))).await)
    }

    async fn preview(&self, one: &Value) -> Value {
        ok(self.get(&format!("{ALL}{}/preview/", id(one))).await)
    }

    /// The report, by patient.
    async fn report(&self, one: &Value) -> BTreeMap<String, Value> {
        let mut rows = BTreeMap::new();
        for page in 1.. {
            let path = format!("{ALL}{}/deliveries/?page_size=100&page={page}", id(one));
            let answer = ok(self.get(&path).await);
            for row in answer["results"].as_array().unwrap() {
                rows.insert(row["patient_id"].as_str().unwrap().to_owned(), row.clone());
            }
            if answer["next"].is_null() {
                break;
            }
        }
        rows
    }

    /// Waits until the broadcast stands so, a second for each look.
    pub async fn until(&self, one: &Value, status: &str) -> Value {
        eventually(&format!("it to be {status}"), LIMIT, || async {
            let found = self.one(one).await;
            self.clock.advance(SECOND);
            (found["status"] == status).then_some(found)
        })
        .await
    }

    async fn outbox(&self) -> Vec<Value> {
        let page = ok(self.get("/api/v1/outbox/?page_size=100").await);
        let rows = page["results"].as_array().unwrap().iter();
        rows.filter(|row| row["category"] == "broadcast")
            .cloned()
            .collect()
    }

    async fn decides(&self, phone: &str, choice: Choice) {
        let (app, tenant) = (self.clinic.app.clone(), self.clinic.tenant);
        let phone: Phone = phone.parse().unwrap();
        let noted: Result<(), StoreError> = self
            .clinic
            .app
            .store
            .write(tenant, move |tx| {
                Box::pin(async move {
                    let decided = (choice, ConsentSource::Desk);
                    note_consent(tx, &app, tenant, &phone, decided).await
                })
            })
            .await;
        noted.unwrap();
    }

    /// All the work, for as long as somebody is signed in to pages.
    pub fn work(&self) -> Engine {
        let app = &self.clinic.app;
        Engine::start(&app.store, &app.clock, &app.rng, clinic::work(app))
    }

    pub fn admin(&self) -> Ctx {
        Ctx {
            tenant: self.clinic.tenant,
            actor: Actor::User(self.admin, Role::Admin),
            locale: Locale::Fr,
        }
    }
}

pub fn id(one: &Value) -> &str {
    one["id"].as_str().unwrap()
}

fn counts(one: &Value) -> [i64; 5] {
    ["deliveries", "pending", "sent", "failed", "excluded"]
        .map(|name| one[&format!("{name}_count")].as_i64().unwrap())
}

on_both_engines! {
    async fn the_contracts_samples_work(db) {
        let mut s = scene(&db).await;
        let awa = s.patient("Awa", "+221772000001", ACTIVE).await;
        let sample = json!({"title": "Conseil nutrition", "content": "Mangez 5 fruits et légumes par jour", "category": "health_tip", "target_all_patients": true});
        let answer = s.call("agent", Method::POST, ALL, sample).await;
        assert_eq!((answer.status.as_u16(), answer.headers["etag"].to_str().unwrap()), (201, "\"1\""));
        let made = answer.json();
        let expected = json!({
            "title": "Conseil nutrition", "category": "health_tip", "target_all_patients": true, "target_gender": null,
            "target_site": null, "scheduled_at": null, "status": "draft", "sent_at": null, "deliveries_count": 0,
            "sent_count": 0, "delivered_count": 0, "failed_count": 0, "pace": 600,
        });
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(made[key], *value, "{key}");
        }
        let preview = s.preview(&made).await;
        let text = "Clinique demo : Mangez 5 fruits et légumes par jour Répondez STOP pour ne plus en recevoir.";
        assert_eq!((&preview["count"], &preview["segments"], &preview["texts"][0]["text"]), (&json!(1), &json!(1), &json!(text)));
        assert_eq!(preview["ways"], json!([{"channel": "sms", "language": "fr", "calling_code": "+221", "count": 1, "segments": 1}]));
        assert_eq!((&preview["texts"][0]["encoding"], &preview["estimated_cost"]), (&json!("gsm7"), &Value::Null));
        let path = format!("{ALL}{}/send_now/", id(&made));
        assert_eq!(s.call("agent", Method::POST, &path, Value::Null).await.status, 403, "agents write drafts only");
        let started = ok(s.call("chef", Method::POST, &path, Value::Null).await);
        assert_eq!((&started["status"], &started["sent_at"]), (&json!("sending"), &json!("2027-03-03T09:00:00+00:00")));
        s.clinic.start_work();
        let done = s.until(&made, "simulated").await;
        assert_eq!((counts(&done), &done["simulated_count"]), ([1, 0, 0, 0, 0], &json!(1)), "the simulator sends nothing");
        let rows = s.outbox().await;
        assert_eq!((rows.len(), &rows[0]["body"]), (1, &json!(text)));
        let report = s.report(&made).await;
        assert_eq!((&report[&awa]["status"], &report[&awa]["phone"]), (&json!("simulated"), &json!("+221772000001")));
        let stats = ok(s.get(&format!("{ALL}stats/")).await);
        assert_eq!(stats, json!({"total_messages": 1, "sent_messages": 0, "pending_messages": 0, "success_rate": null}));
        let list = ok(s.get(ALL).await);
        assert_eq!((&list["count"], &list["results"][0]["id"]), (&json!(1), &made["id"]));
        for (method, path) in [(Method::PATCH, String::new()), (Method::DELETE, String::new()), (Method::POST, "send_now/".into())] {
            let path = format!("{ALL}{}/{path}", id(&made));
            let answer = s.call("chef", method, &path, json!({"title": "A"})).await;
            assert_eq!(code(&answer), conflict("broadcast-begun"), "{}", answer.text);
        }
        s.clinic.stop_work().await;
    }

    async fn what_is_wrong_is_named_and_explained(db) {
        let s = scene(&db).await;
        let answer = s.call("chef", Method::POST, ALL, json!({})).await;
        let named = faults(&answer);
        let named: Vec<&str> = named.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(named, ["target_all_patients", "title", "content", "category"]);
        let draft = s.written(json!({})).await;
        for (changes, field, why) in [
            (json!({"title": "a".repeat(201)}), "title", "too-long"),
            (json!({"content": "a".repeat(901)}), "content", "too-long"),
            (json!({"content": "Bonjour {first_name}"}), "content", "same-text-for-all"),
            (json!({"category": "spam"}), "category", "not-a-choice"),
            (json!({"target_gender": "X"}), "target_gender", "not-a-choice"),
            (json!({"target_all_patients": true, "target_gender": "F"}), "target_gender", "not-with-all"),
            (json!({"target_all_patients": false}), "target_all_patients", "audience-needed"),
            (json!({"target_age_min": 151}), "target_age_min", "out-of-range"),
            (json!({"target_age_min": 40, "target_age_max": 39}), "target_age_max", "below-min"),
            (json!({"target_site": "nord"}), "target_site", "no-such-site"),
            (json!({"scheduled_at": "2027-03-03T09:00:00"}), "scheduled_at", "in-the-past"),
            (json!({"scheduled_at": "demain"}), "scheduled_at", "not-a-time"),
            (json!({"pace": 6001}), "pace", "out-of-range"),
            (json!({"status": "sent"}), "status", "unknown-field"),
        ] {
            let path = format!("{ALL}{}/", id(&draft));
            let answer = s.call("chef", Method::PATCH, &path, changes).await;
            assert_eq!(fault(&answer), (400, field.to_owned(), why.to_owned()), "{}", answer.text);
            assert!(!answer.text.contains('⟦'), "{}", answer.text);
        }
        let path = format!("{ALL}{}/", id(&draft));
        let women = json!({"target_gender": "F", "target_age_min": 40});
        let changed = ok(s.call("agent", Method::PATCH, &path, women).await);
        assert_eq!((&changed["target_all_patients"], &changed["target_gender"], &changed["version"]), (&json!(false), &json!("F"), &json!(2)));
        let all = ok(s.call("agent", Method::PATCH, &path, json!({"target_all_patients": true})).await);
        assert_eq!((&all["target_gender"], &all["target_age_min"]), (&Value::Null, &Value::Null));
        let planned = json!({"scheduled_at": "2027-03-04T09:00:00"});
        assert_eq!(s.call("agent", Method::PATCH, &path, planned.clone()).await.status, 403);
        let planned = ok(s.call("chef", Method::PATCH, &path, planned).await);
        assert_eq!((&planned["status"], &planned["scheduled_at"]), (&json!("scheduled"), &json!("2027-03-04T09:00:00+00:00")));
        let late = s.call("agent", Method::PATCH, &path, json!({"title": "B"})).await;
        assert_eq!(code(&late), conflict("broadcast-scheduled"), "what was approved is what goes");
        let draft = ok(s.call("chef", Method::PATCH, &path, json!({"scheduled_at": null})).await);
        assert_eq!(draft["status"], "draft");
        for (step, why) in [("pause", "broadcast-not-sending"), ("resume", "broadcast-not-paused")] {
            assert_eq!(code(&s.step(&draft, step).await), conflict(why));
        }
        assert_eq!(s.call("agent", Method::DELETE, &path, Value::Null).await.status, 204);
        assert_eq!(s.get(&path).await.status, 404);
    }

    async fn who_gets_it_is_decided_as_it_was_shown(db) {
        let mut s = scene(&db).await;
        let on = |gender, birth| ("active", gender, birth);
        let (f, m) = (Some("F"), Some("M"));
        let mut who = BTreeMap::new();
        for (name, phone, known, expected) in [
            // Forty on the day, and forty-nine till tomorrow.
            ("Youngest", "+221772000001", on(f, Some("1987-03-03")), Some("sms")),
            ("Oldest", "+221772000002", on(f, Some("1977-03-04")), Some("sms")),
            ("Tooyoung", "+221772000003", on(f, Some("1987-03-04")), None),
            ("Tooold", "+221772000004", on(f, Some("1977-03-03")), None),
            ("Man", "+221772000005", on(m, Some("1980-01-01")), None),
            ("Ageless", "+221772000006", on(f, None), Some("no_birth_date")),
            ("Unknown", "+221772000007", on(None, Some("1980-01-01")), Some("no_gender")),
            ("Left", "+221772000008", ("inactive", f, Some("1980-01-01")), Some("inactive")),
            ("Waiting", "+221772000009", ("pending", f, Some("1980-01-01")), Some("inactive")),
            ("Stopped", "+221772000010", on(f, Some("1980-01-01")), Some("opted_out")),
            ("Returned", "+221772000011", on(f, Some("1980-01-01")), Some("sms")),
            ("Nobroadcast", "+221772000012", on(f, Some("1980-01-01")), Some("opted_out")),
            ("Nosms", "+221772000013", on(f, Some("1980-01-01")), Some("whatsapp")),
            ("Writes", "+221772000014", on(f, Some("1980-01-01")), Some("whatsapp")),
            ("Wrote", "+221772000015", on(f, Some("1980-01-01")), Some("sms")),
            ("Nowhatsapp", "+221772000016", on(f, Some("1980-01-01")), Some("sms")),
            ("Sister", "+221772000001", on(f, Some("1980-01-01")), Some("same_number")),
            ("Numberless", "", on(f, Some("1980-01-01")), Some("no_number")),
            ("Abroad", "+243812345601", on(f, Some("1980-01-01")), Some("sms")),
        ] {
            let there = if phone.is_empty() { "+221772000099" } else { phone };
            let id = s.patient(name, there, known).await;
            // Who was entered first comes first.
            s.clock.advance(SECOND);
            who.insert(id, (name, expected));
        }
        let numberless = who.iter().find(|(_, (name, _))| *name == "Numberless").unwrap().0;
        forget_numbers(&s, numberless).await;
        let choice = |channel, category, wanted| Choice { channel, category, wanted };
        let broadcasts = Some(clinic::messaging::api::Category::Broadcast);
        s.decides("+221772000010", Choice::of_all(false)).await;
        s.decides("+221772000011", Choice::of_all(false)).await;
        s.decides("+221772000011", choice(None, broadcasts, true)).await;
        s.decides("+221772000012", choice(None, broadcasts, false)).await;
        s.decides("+221772000013", choice(Some(Channel::Sms), broadcasts, false)).await;
        s.decides("+221772000016", choice(Some(Channel::Whatsapp), None, false)).await;
        s.clinic.start_work();
        s.clinic.webhook("whatsapp", &s.clinic.whatsapp("+221772000015", "Bonjour")).await;
        wrote(&s, "+221772000015").await;
        s.clock.advance(HOUR * 24);
        for phone in ["+221772000013", "+221772000014", "+221772000016"] {
            s.clinic.webhook("whatsapp", &s.clinic.whatsapp(phone, "Bonjour")).await;
            wrote(&s, phone).await;
        }
        s.clinic.stop_work().await;
        // The day after, when the youngest is forty and the oldest forty-nine no more.
        let one = s.written(json!({"target_all_patients": false, "target_gender": "F", "target_age_min": 40, "target_age_max": 49})).await;
        let oldest = who.iter().find(|(_, (name, _))| *name == "Oldest").unwrap().0.clone();
        let preview = s.preview(&one).await;
        let reasons: BTreeMap<&str, i64> = preview["excluded"].as_array().unwrap().iter()
            .map(|it| (it["reason"].as_str().unwrap(), it["count"].as_i64().unwrap())).collect();
        let expected = [("inactive", 2), ("no_birth_date", 1), ("no_gender", 1), ("no_number", 1), ("opted_out", 2), ("same_number", 1)];
        assert_eq!(reasons, expected.into());
        // The one who was too young yesterday is forty today.
        assert_eq!(preview["count"], 8, "{preview}");
        let ways: BTreeMap<(String, String), i64> = preview["ways"].as_array().unwrap().iter()
            .map(|it| ((it["channel"].as_str().unwrap().into(), it["calling_code"].as_str().unwrap().into()), it["count"].as_i64().unwrap())).collect();
        let expected = [(("sms", "+221"), 5), (("sms", "+243"), 1), (("whatsapp", "+221"), 2)];
        assert_eq!(ways, expected.map(|((way, code), people)| ((way.to_owned(), code.to_owned()), people)).into());
        assert!(preview["excluded"].to_string().contains("Ne veut pas de ces messages"), "{preview}");
        ok(s.step(&one, "send_now").await);
        s.clinic.start_work();
        let done = s.until(&one, "simulated").await;
        assert_eq!(counts(&done), [8, 0, 0, 0, 8]);
        let report = s.report(&one).await;
        for (id, (name, expected)) in &who {
            let expected = match *name {
                "Tooyoung" => Some("sms"),
                _ if *id == oldest => None,
                _ => *expected,
            };
            let row = report.get(id);
            let found = row.map(|row| row["excluded"].as_str().or(row["channel"].as_str()).unwrap().to_owned());
            assert_eq!(found.as_deref(), expected, "{name}");
        }
        let abroad = s.outbox().await.into_iter().find(|row| row["to"] == "+243812345601" || row["recipient"] == "+243812345601").unwrap();
        assert!(!abroad["body"].as_str().unwrap().contains("STOP"), "no answer comes back from there: {abroad}");
        let path = format!("{ALL}{}/deliveries/?status=excluded", id(&one));
        assert_eq!(ok(s.get(&path).await)["count"], 8);
        s.clinic.stop_work().await;
    }

    async fn twelve_at_once_start_it_once(db) {
        let mut s = scene(&db).await;
        s.crowd(5).await;
        let one = s.written(json!({})).await;
        let other = match db.store.kind() {
            EngineKind::Postgres => s.clinic.node(db.another_node().await),
            EngineKind::Sqlite => s.clinic.node(db.store.clone()),
        };
        let broadcast: BroadcastId = Id::from_uuid(id(&one).parse().unwrap());
        let tasks = (0..12).map(|task| {
            let app = if task % 2 == 0 { s.clinic.app.clone() } else { other.clone() };
            let ctx = s.admin();
            tokio::spawn(async move {
                outreach::step_broadcast(&app, &ctx, broadcast, Expected::Any, BroadcastStep::Send).await.is_ok()
            })
        });
        let started = join_all(tasks).await.into_iter().filter(|it| *it.as_ref().unwrap()).count();
        assert_eq!(started, 1);
        s.clinic.start_work();
        s.until(&one, "simulated").await;
        assert_eq!(s.outbox().await.len(), 5);
        s.clinic.stop_work().await;
    }

    async fn it_stops_goes_on_and_ends_when_told(db) {
        let mut s = scene(&db).await;
        s.crowd(9).await;
        s.clinic.start_work();
        let one = s.written(json!({"pace": 60})).await;
        ok(s.step(&one, "send_now").await);
        let gone = |number: i64| {
            let (s, one) = (&s, &one);
            async move {
                eventually("some to be gone", LIMIT, || async {
                    let found = s.one(one).await;
                    let there = found["simulated_count"].as_i64().unwrap();
                    if there < number {
                        s.clock.advance(SECOND);
                    }
                    (there >= number).then_some(there)
                }).await
            }
        };
        gone(3).await;
        let paused = ok(s.step(&one, "pause").await);
        assert_eq!(paused["status"], "paused");
        assert_eq!(code(&s.step(&one, "pause").await), conflict("broadcast-not-sending"));
        // Whatever was in the outbox is gone, and nothing follows for hours.
        let rest = eventually("the outbox to be empty", LIMIT, || async {
            let found = s.one(&one).await;
            let rows = s.outbox().await;
            rows.iter().all(|row| row["state"] == "simulated").then_some(found)
        }).await;
        s.clock.advance(HOUR);
        let other = s.written(json!({"title": "Autre", "pace": 6000})).await;
        ok(s.step(&other, "send_now").await);
        s.until(&other, "simulated").await;
        assert_eq!(s.one(&one).await["simulated_count"], rest["simulated_count"], "another one overtook it");
        let on = ok(s.step(&one, "resume").await);
        assert_eq!(on["status"], "sending");
        let before = rest["simulated_count"].as_i64().unwrap();
        gone(before + 2).await;
        let cancelled = ok(s.step(&one, "cancel").await);
        assert_eq!(cancelled["status"], "cancelled");
        let end = eventually("what was on its way", LIMIT, || async {
            let found = s.one(&one).await;
            (found["pending_count"] == 0).then_some(found)
        }).await;
        let [all, pending, sent, failed, _] = counts(&end);
        let simulated = end["simulated_count"].as_i64().unwrap();
        assert_eq!((all, pending, sent, failed + simulated), (9, 0, 0, 9), "{end}");
        assert!(failed > 0, "{end}");
        s.clock.advance(HOUR);
        assert_eq!(s.one(&one).await["simulated_count"], end["simulated_count"]);
        for (step, why) in [("cancel", "broadcast-over"), ("resume", "broadcast-not-paused"), ("send_now", "broadcast-begun")] {
            assert_eq!(code(&s.step(&one, step).await), conflict(why), "{step}");
        }
        assert_eq!(code(&s.step(&other, "cancel").await), conflict("broadcast-over"), "all of it has left");
        s.clinic.stop_work().await;
    }

    async fn what_is_too_late_is_not_sent(db) {
        let mut s = scene(&db).await;
        s.crowd(3).await;
        let one = s.written(json!({"pace": 1})).await;
        ok(s.step(&one, "send_now").await);
        s.clock.advance(HOUR * 48);
        s.clinic.start_work();
        let done = s.until(&one, "failed").await;
        assert_eq!(counts(&done), [3, 0, 0, 3, 0]);
        assert!(s.outbox().await.is_empty());
        assert!(s.report(&one).await.values().all(|row| row["status"] == "expired" && row["error_message"].is_string()));
        s.clinic.stop_work().await;
    }

    async fn at_night_it_waits_for_the_morning(db) {
        let mut s = scene(&db).await;
        s.crowd(3).await;
        s.clock.advance(HOUR * 12);
        let one = s.written(json!({})).await;
        ok(s.step(&one, "send_now").await);
        s.clinic.start_work();
        eventually("the audience", LIMIT, || async {
            (s.one(&one).await["pending_count"] == 3).then_some(())
        }).await;
        assert!(s.outbox().await.is_empty(), "nothing waits in the outbox meanwhile");
        s.clock.advance(HOUR * 10);
        s.until(&one, "simulated").await;
        s.clinic.stop_work().await;
    }

    async fn who_leaves_between_the_preview_and_his_turn_gets_none(db) {
        let mut s = scene(&db).await;
        let awa = s.patient("Awa", "+221772000001", ACTIVE).await;
        let one = s.written(json!({"scheduled_at": "2027-03-03T10:00:00"})).await;
        assert_eq!((&one["status"], &s.preview(&one).await["count"]), (&json!("scheduled"), &json!(1)));
        s.decides("+221772000001", Choice::of_all(false)).await;
        s.clock.advance(HOUR);
        s.clinic.start_work();
        let done = s.until(&one, "failed").await;
        assert_eq!(counts(&done), [0, 0, 0, 0, 1]);
        assert_eq!(s.report(&one).await[&awa]["excluded"], "opted_out");
        s.clinic.stop_work().await;
    }

    async fn what_changes_before_somebodys_turn_counts(db) {
        let mut s = scene(&db).await;
        let (awa, binta) = ("+221772000001", "+221772000002");
        s.patient("Awa", awa, ACTIVE).await;
        s.clock.advance(SECOND);
        let last = s.patient("Binta", binta, ACTIVE).await;
        s.clinic.start_work();
        for phone in [awa, binta] {
            s.clinic.webhook("whatsapp", &s.clinic.whatsapp(phone, "Bonjour")).await;
            wrote(&s, phone).await;
        }
        s.clock.advance(HOUR * 24 - SECOND * 30);
        let one = s.written(json!({"pace": 1})).await;
        assert_eq!(s.preview(&one).await["ways"][0], json!({"channel": "whatsapp", "language": "fr", "calling_code": "+221", "count": 2, "segments": 0}));
        ok(s.step(&one, "send_now").await);
        let gone = async |one: &Value, number: i64| {
            eventually("some to be gone", LIMIT, || async {
                let found = s.one(one).await;
                (found["simulated_count"] == number).then_some(())
            }).await
        };
        gone(&one, 1).await;
        s.clock.advance(SECOND * 60);
        gone(&one, 2).await;
        let report = s.report(&one).await;
        let mut ways: Vec<_> = report.values().map(|row| row["channel"].as_str().unwrap()).collect();
        ways.sort_unstable();
        assert_eq!(ways, ["sms", "whatsapp"], "the window closed between the two");
        let other = s.written(json!({"title": "Autre", "content": "Buvez", "pace": 1})).await;
        ok(s.step(&other, "send_now").await);
        gone(&other, 1).await;
        s.decides(binta, Choice::of_all(false)).await;
        s.clock.advance(SECOND * 60);
        let refused = eventually("the refusal", LIMIT, || async {
            let row = s.report(&other).await[&last].clone();
            (row["status"] == "refused").then_some(row)
        }).await;
        assert_eq!(refused["error_message"], "Ce numéro ne veut pas de ces messages.");
        assert_eq!(counts(&s.one(&other).await), [2, 0, 0, 1, 0]);
        s.clinic.stop_work().await;
    }

    async fn another_clinics_broadcast_does_not_exist(db) {
        let s = scene(&db).await;
        let other = s.clinic.another("autre", "+221338210099").await;
        s.clinic.member(other, "autre-chef", Role::Admin).await;
        let one = s.written(json!({})).await;
        for (method, step) in [
            (Method::GET, ""), (Method::PATCH, ""), (Method::DELETE, ""), (Method::GET, "preview/"), (Method::GET, "deliveries/"),
            (Method::POST, "send_now/"), (Method::POST, "pause/"), (Method::POST, "resume/"), (Method::POST, "cancel/"),
            (Method::POST, "log-start/"), (Method::POST, "finalize/"), (Method::POST, "error/"),
        ] {
            let path = format!("{ALL}{}/{step}", id(&one));
            let answer = s.call("autre-chef", method, &path, json!({})).await;
            assert_eq!(answer.status, 404, "{step}: {}", answer.text);
        }
        assert_eq!(s.one(&one).await["status"], "draft");
    }

    async fn programs_report_and_change_nothing(db) {
        let mut s = scene(&db).await;
        let awa = s.patient("Awa", "+221772000001", ACTIVE).await;
        let token = json!({"name": "N8N", "scopes": ["deliveries:update"]});
        let token = ok(s.call("chef", Method::POST, "/api/v1/service-tokens/", token).await);
        let token = token["token"].as_str().unwrap();
        let one = s.written(json!({})).await;
        ok(s.step(&one, "send_now").await);
        let say = async |path: &str, body: Value| {
            s.clinic.call_as(Some(token), Method::POST, path, Some(body)).await
        };
        let here = |step: &str| format!("{ALL}{}/{step}/", id(&one));
        let update = json!({"message_id": one["id"], "patient_id": awa, "status": "delivered", "error_message": null, "twilio_sid": "SM1"});
        let early = say("/api/messaging/delivery/update/", update.clone()).await;
        assert_eq!(early.status, 404, "nobody was written down yet: {}", early.text);
        let started = ok(say(&here("log-start"), json!({"total": 1, "workflow": "N8N"})).await);
        assert_eq!(started, json!({"noted": true, "status": "sending", "delivery": null}));
        s.clinic.start_work();
        s.until(&one, "simulated").await;
        let update = || update.clone();
        let (s, say) = (&s, &async |path: &str, body: Value| {
            s.clinic.call_as(Some(token), Method::POST, path, Some(body)).await
        });
        for _ in 0..2 {
            let told = ok(say("/api/messaging/delivery/update/", update()).await);
            assert_eq!(told, json!({"noted": true, "status": "simulated", "delivery": "simulated"}), "a program cannot call it delivered");
        }
        let told = ok(say(&here("finalize"), json!({"status": "completed", "sent": 1, "failed": 0})).await);
        assert_eq!(told["status"], "simulated");
        ok(say(&here("error"), json!({"error_message": "x".repeat(5000)})).await);
        ok(say("/api/patients/log-failure/", json!({"phone": "+221772000001", "error": "no WhatsApp"})).await);
        let after = s.one(&one).await;
        assert_eq!((&after["status"], &after["sent_count"], &after["delivered_count"]), (&json!("simulated"), &json!(0), &json!(0)));
        let delivered = json!({"said": "delivered", "sid": "SM1"});
        let failure = json!({"said": "log-failure", "error": "no WhatsApp"});
        assert_eq!(noted(s, NOTED_OF_PATIENT, &awa).await, [delivered.clone(), delivered, failure]);
        let error = json!({"said": "error", "error": "x".repeat(100)});
        assert_eq!(noted(s, NOTED_OF_NOBODY, &awa).await, [json!({"said": "log-start"}), json!({"said": "completed"}), error]);
        let unreached = json!({"phone": "+221 77 200 00 01", "patient_id": awa, "error": "To +221 77 200 00 01 (63016) is not valid"});
        ok(say("/api/patients/log-failure/", unreached).await);
        let last = noted(s, NOTED_OF_PATIENT, &awa).await.pop().unwrap();
        assert_eq!(last["error"], "To +… (63016) is not valid", "the record of who did what holds no number");
        for (field, value) in [("message_id", Value::Null), ("patient_id", json!("x"))] {
            let mut wrong = update();
            wrong[field] = value;
            let answer = say("/api/messaging/delivery/update/", wrong).await;
            assert_eq!((answer.status.as_u16(), faults(&answer)[0].0.as_str()), (400, field));
        }
        for path in [ALL.to_owned(), here("deliveries")] {
            let closed = s.clinic.call_as(Some(token), Method::GET, &path, None).await;
            assert_eq!(closed.status, 403, "{path}");
        }
    }

    async fn a_planned_time_is_the_clinics(db) {
        let mut s = scene(&db).await;
        let new = clinic::identity::api::NewTenant {
            slug: "douala".into(),
            name: "Clinique du Wouri".into(),
            locale: Locale::Fr,
            zone: Zone::named("Africa/Douala").unwrap(),
            country: Country::parse("CM").unwrap(),
        };
        let tenant = clinic::identity::api::create_tenant(&s.clinic.app, new).await.unwrap();
        s.clinic.member(tenant, "wouri", Role::Admin).await;
        let draft = json!({"title": "Info", "content": "Ouvert dimanche", "category": "info", "target_all_patients": true});
        let one = s.call("wouri", Method::POST, ALL, draft).await.json();
        let plan = format!("{ALL}{}/schedule/", id(&one));
        let past = s.call("wouri", Method::POST, &plan, json!({"scheduled_at": "2027-03-03T09:30:00"})).await;
        assert_eq!(fault(&past), (400, "scheduled_at".into(), "in-the-past".into()), "half past nine there was half past eight here");
        let planned = ok(s.call("wouri", Method::POST, &plan, json!({"scheduled_at": "2027-03-03T11:00:00"})).await);
        assert_eq!((&planned["status"], &planned["scheduled_at"]), (&json!("scheduled"), &json!("2027-03-03T11:00:00+01:00")));
        s.clinic.start_work();
        s.clock.advance(HOUR);
        let path = format!("{ALL}{}/", id(&one));
        let done = eventually("its hour", LIMIT, || async {
            let found = ok(s.call("wouri", Method::GET, &path, Value::Null).await);
            (found["status"] == "failed").then_some(found)
        }).await;
        assert_eq!((&done["sent_at"], counts(&done)), (&json!("2027-03-03T11:00:00+01:00"), [0; 5]), "nobody is there to be told");
        s.clinic.stop_work().await;
    }

    async fn a_reminder_overtakes_thousands(db) {
        ports::install_tls();
        let twilio = FakeTwilio::start().await.unwrap();
        let mut s = scene_with(&db, Setup::twilio(&twilio)).await;
        s.crowd(2300).await;
        let awa = s.patient("Awa", "+221772000001", ACTIVE).await;
        let one = s.written(json!({"pace": 6000})).await;
        assert_eq!(s.preview(&one).await["count"], 2071, "of ten one has the first one's number");
        ok(s.step(&one, "send_now").await);
        s.clinic.start_work();
        tokio::time::timeout(LIMIT, twilio.wait_for_accepted(100)).await.expect("the first slice");
        let reminder = json!({"patient_id": awa, "appointment_reason": "Visite de suivi", "language": "french", "method": "sms", "scheduled_time": "2027-03-03T09:00:00"});
        ok(s.call("agent", Method::POST, "/reminders/create", reminder).await);
        eventually("the reminder", LIMIT, || async {
            twilio.accepted_by_body().keys().any(|body| body.starts_with("Rappel")).then_some(())
        }).await;
        assert_eq!(twilio.accepted().len(), 101, "no more than a slice was before it");
        let done = s.until(&one, "sent").await;
        assert_eq!(counts(&done), [2071, 0, 2071, 0, 230]);
        let mut by_number = BTreeMap::<String, usize>::new();
        for message in twilio.accepted().iter().filter(|it| !it.body.starts_with("Rappel")) {
            *by_number.entry(message.to.clone()).or_default() += 1;
        }
        assert!(by_number.len() == 2071 && by_number.values().all(|times| *times == 1), "one message to a number");
        let stats = ok(s.get(&format!("{ALL}stats/")).await);
        assert_eq!((&stats["sent_messages"], &stats["success_rate"]), (&json!(1), &json!(1.0)));
        s.clinic.stop_work().await;
    }
}

const NOTED_OF_PATIENT: Sql = Sql::new(
    "SELECT detail AS value FROM audit_event
    WHERE tenant_id = $1 AND action = 'broadcast.call_back' AND patient_id = $2 ORDER BY seq",
);
const NOTED_OF_NOBODY: Sql = Sql::new(
    "SELECT detail AS value FROM audit_event
    WHERE tenant_id = $1 AND action = 'broadcast.call_back' AND patient_id IS NULL AND id <> $2 ORDER BY seq",
);

/// What programs reported, as it is on record.
async fn noted(s: &Scene, sql: Sql, patient: &str) -> Vec<Value> {
    let (tenant, patient) = (s.clinic.tenant, patient.parse::<uuid::Uuid>().unwrap());
    let mut tx = s.clinic.app.store.read(tenant).await.unwrap();
    let rows: Vec<String> = tx.all(sql, params![tenant, patient]).await.unwrap();
    let read = |row: &String| serde_json::from_str(row).unwrap();
    rows.iter().map(read).collect()
}

/// Waits until a WhatsApp message was noted.
pub async fn wrote(s: &Scene, phone: &str) {
    const WROTE: Sql = Sql::new(
        "SELECT COUNT(*) AS value FROM last_inbound WHERE tenant_id = $1 AND phone = $2 AND at >= $3",
    );
    let (tenant, now) = (s.clinic.tenant, s.clock.now());
    eventually("what he wrote", LIMIT, || async {
        let mut tx = s.clinic.app.store.read(tenant).await.unwrap();
        let since = now.minus(SECOND);
        let there: i64 = tx.one(WROTE, params![tenant, phone, since]).await.unwrap();
        (there > 0).then_some(())
    })
    .await;
}

pub async fn forget_numbers(s: &Scene, patient: &str) {
    const FORGET: Sql =
        Sql::new("DELETE FROM patient_contact WHERE tenant_id = $1 AND patient_id = $2");
    let (tenant, id) = (s.clinic.tenant, patient.parse::<uuid::Uuid>().unwrap());
    let gone: Result<(), StoreError> = s
        .clinic
        .app
        .store
        .write(tenant, move |tx| {
            Box::pin(async move { tx.execute(FORGET, params![tenant, id]).await.map(drop) })
        })
        .await;
    gone.unwrap();
}
