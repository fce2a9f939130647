//! Nobody is woken: it is night where the patient lives, and not where the clinic stands.

use std::time::Duration;

use axum::http::Method;
use clinic::{
    identity::api::{NewTenant, create_tenant},
    messaging::api::{self as messaging, Category, Channel, MessageId, NewMessage},
};
use kernel::{Clock, Country, Ctx, Locale, Phone, Role, TenantId, Timestamp, Zone};
use serde_json::{Value, json};
use testkit::{
    clinic::{TestClinic, ok},
    db::{TestDb, eventually},
    on_both_engines,
};

use crate::broadcasts::{ALL, id};

const LIMIT: Duration = Duration::from_secs(30);
const SENEGAL: &str = "+221772000001";
const CAMEROON: &str = "+237671234501";
/// Of a country with two zones, and of one that is not known.
const CONGO: &str = "+243812345601";
const CANADA: &str = "+14165550123";

struct Scene {
    clinic: TestClinic,
    clock: Clock,
    /// Each with its agent, and an administrator for broadcasts.
    dakar: TenantId,
    douala: TenantId,
}

async fn scene(db: &TestDb, now: &str) -> Scene {
    let clock = Clock::fixed(Timestamp::parse(now).unwrap());
    let mut clinic = TestClinic::with_clock(db, &clock).await;
    let new = NewTenant {
        slug: "douala".into(),
        name: "Clinique du Wouri".into(),
        locale: Locale::Fr,
        zone: Zone::named("Africa/Douala").unwrap(),
        country: Country::parse("CM").unwrap(),
    };
    let douala = create_tenant(&clinic.app, new).await.unwrap();
    let ours: Phone = "+237671234599".parse().unwrap();
    messaging::set_sender(&clinic.app, douala, Channel::Sms, &ours)
        .await
        .unwrap();
    clinic.member(douala, "wouri", Role::Admin).await;
    clinic.member(clinic.tenant, "chef", Role::Admin).await;
    clinic.start_work();
    Scene {
        dakar: clinic.tenant,
        clinic,
        clock,
        douala,
    }
}

impl Scene {
    async fn get(&self, who: &str, path: &str) -> Value {
        let token = self.clinic.token_of(who).await;
        ok(self
            .clinic
            .call_as(Some(&token), Method::GET, path, None)
            .await)
    }

    /// A reminder by SMS to this number.
    async fn remind(&self, tenant: TenantId, to: &str) -> MessageId {
        let new = NewMessage {
            channel: Channel::Sms,
            category: Category::Reminder,
            recipient: to.parse().unwrap(),
            patient: None,
            body: format!("Rappel {to}"),
            idempotency_key: format!("{to} {}", self.clock.now()),
            expires_at: None,
            created_by: None,
        };
        let (a, ctx) = (self.clinic.app.clone(), Ctx::system(tenant, "test"));
        let store = &self.clinic.app.store;
        let queued = store
            .write(&ctx, move |tx| {
                Box::pin(async move { messaging::enqueue(tx, &a, &ctx, &new).await })
            })
            .await;
        queued.unwrap().id
    }

    /// What became of it: its state, its reason and when it is tried next, once it was looked at.
    async fn fate(&self, tenant: TenantId, message: MessageId) -> (String, Value, Value) {
        let who = if tenant == self.dakar {
            "chef"
        } else {
            "wouri"
        };
        eventually("it to be decided", LIMIT, || async {
            let page = self.get(who, "/api/v1/outbox/?page_size=100").await;
            let rows = page["results"].as_array().unwrap().clone();
            let row = rows
                .into_iter()
                .find(|row| row["id"] == message.to_string())?;
            let (state, reason) = (row["state"].as_str()?, row["reason"].clone());
            let decided = state == "simulated" || reason == "quiet_hours";
            decided.then(|| (state.to_owned(), reason, row["next_try_at"].clone()))
        })
        .await
    }

    async fn until(&self, at: &str) {
        let at = Timestamp::parse(at).unwrap();
        self.clock.advance(at.since(self.clock.now()));
    }
}

fn waits(until: &str) -> (String, Value, Value) {
    ("queued".into(), json!("quiet_hours"), json!(until))
}

fn gone() -> (String, Value, Value) {
    ("simulated".into(), Value::Null, Value::Null)
}

on_both_engines! {
    async fn in_the_evening_the_numbers_country_decides(db) {
        let mut s = scene(&db, "2027-03-03T20:30:00Z").await;
        let (dakar, douala) = (s.dakar, s.douala);
        let there = s.remind(douala, SENEGAL).await;
        assert_eq!(s.fate(douala, there).await, gone(), "half past eight in Dakar");
        let own = s.remind(douala, CAMEROON).await;
        assert_eq!(s.fate(douala, own).await, waits("2027-03-04T07:00:00+01:00"), "half past nine in Douala");
        for number in [CONGO, CANADA] {
            let unknown = s.remind(douala, number).await;
            assert_eq!(s.fate(douala, unknown).await, waits("2027-03-04T07:00:00+01:00"), "{number}: the clinic's night");
            let unknown = s.remind(dakar, number).await;
            assert_eq!(s.fate(dakar, unknown).await, gone(), "{number}: the clinic's evening");
        }
        let late = s.remind(dakar, CAMEROON).await;
        assert_eq!(s.fate(dakar, late).await, waits("2027-03-04T06:00:00+00:00"), "seven there, in the clinic's time");
        s.until("2027-03-04T06:00:00Z").await;
        let sent = eventually("the morning there", LIMIT, || async {
            let fate = s.fate(dakar, late).await;
            (fate.0 == "simulated").then_some(fate)
        }).await;
        assert_eq!(sent, gone());
        s.clinic.stop_work().await;
    }

    async fn in_the_morning_the_numbers_country_decides(db) {
        let mut s = scene(&db, "2027-03-04T06:30:00Z").await;
        let (dakar, douala) = (s.dakar, s.douala);
        let there = s.remind(douala, SENEGAL).await;
        assert_eq!(s.fate(douala, there).await, waits("2027-03-04T08:00:00+01:00"), "seven in Dakar is eight in Douala");
        let own = s.remind(douala, CAMEROON).await;
        assert_eq!(s.fate(douala, own).await, gone());
        let abroad = s.remind(dakar, CAMEROON).await;
        assert_eq!(s.fate(dakar, abroad).await, gone(), "half past seven there");
        let own = s.remind(dakar, SENEGAL).await;
        assert_eq!(s.fate(dakar, own).await, waits("2027-03-04T07:00:00+00:00"));
        s.clinic.stop_work().await;
    }

    async fn whose_night_it_is_holds_up_nobody_elses_broadcast(db) {
        let mut s = scene(&db, "2027-03-03T20:30:00Z").await;
        let active = json!({"status": "active"});
        for (name, phone) in [("Awa", CAMEROON), ("Binta", SENEGAL)] {
            let patient = s.clinic.patient(name, "Diop", phone).await;
            let token = s.clinic.token_of("chef").await;
            let path = format!("/api/patients/{patient}/");
            ok(s.clinic.call_as(Some(&token), Method::PATCH, &path, Some(active.clone())).await);
            // Who was entered first comes first.
            s.clock.advance(Duration::from_secs(1));
        }
        let token = s.clinic.token_of("chef").await;
        let post = async |path: &str, body: Value| ok(s.clinic.call_as(Some(&token), Method::POST, path, Some(body)).await);
        let text = json!({"title": "Info", "content": "Ouvert dimanche", "category": "info", "target_all_patients": true});
        let one = post(ALL, text).await;
        post(&format!("{ALL}{}/send_now/", id(&one)), json!({})).await;
        let report = async |status: &str, number: usize| {
            let path = format!("{ALL}{}/deliveries/?status={status}", id(&one));
            let rows = eventually(status, LIMIT, || async {
                let rows = s.get("chef", &path).await["results"].as_array().unwrap().clone();
                (rows.len() == number).then_some(rows)
            }).await;
            rows.iter().map(|row| row["phone"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(report("simulated", 1).await, [SENEGAL], "the evening has not ended there");
        assert_eq!(report("pending", 1).await, [CAMEROON]);
        s.until("2027-03-04T06:00:00Z").await;
        assert_eq!(report("simulated", 2).await.len(), 2);
        s.clinic.stop_work().await;
    }
}
