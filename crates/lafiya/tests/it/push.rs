//! Notifications of the clinic's app: whose devices get them, what goes another way, and
//! what is forgotten.

use std::{sync::Arc, time::Duration};

use axum::http::Method;
use clinic::{
    SecurityMessage,
    messaging::api::{self as messaging, Channel, Choice, ConsentSource, MessageId, Notice},
    patients::api::PatientId,
};
use jobs::Engine;
use kernel::{Clock, Ctx, Locale, Phone, Redacted, Role, Timestamp};
use ports::{FirebaseSender, ServiceAccount};
use serde_json::{Value, json};
use store::{EngineKind, Scope, Sql, Store, StoreError, params};

use testkit::{
    clinic::{Answer, PUBLIC_URL, Setup, TestClinic, code, conflict, faults, ok},
    db::{TestDb, eventually},
    firebase::{FakeFirebase, Fault},
    on_both_engines,
    session::Session,
    twilio::FakeTwilio,
};

use crate::logged::Logged;

const LIMIT: Duration = Duration::from_secs(30);
const ALL: &str = "/api/v1/devices/";
/// A Monday; the clinic stands in Dakar, where clocks never change.
const NOW: &str = "2026-03-02T10:00:00Z";
const AWA: &str = "+221772000001";
/// As the loopback Firebase's own sentences name it.
const TOKEN: &str = "device-of-awa";
const DAY: Duration = Duration::from_secs(24 * 3600);
const PROVEN: Sql =
    Sql::new("UPDATE user_account SET phone = $2, phone_verified_at = 1 WHERE username = $1");
const INACTIVE: Sql =
    Sql::new("UPDATE membership SET is_active = $2 WHERE tenant_id = $1 AND role = 'patient'");
const RENEWED: Sql = Sql::new("UPDATE sign_in SET expires_at = $1");
const DEVICES: Sql = Sql::new("SELECT COUNT(*) AS value FROM device WHERE tenant_id = $1");
const REGISTERED: Sql = Sql::new(
    "SELECT COUNT(*) AS value FROM audit_event WHERE tenant_id = $1 AND action = 'device.register'",
);
/// What keeps a token by mistake.
const LEAKS: [Sql; 3] = [
    Sql::new(
        "SELECT COUNT(*) AS value FROM audit_event WHERE tenant_id = $1 AND detail LIKE '%device-of-%'",
    ),
    Sql::new(
        "SELECT COUNT(*) AS value FROM message_attempt WHERE tenant_id = $1 AND detail LIKE '%device-of-%'",
    ),
    Sql::new(
        "SELECT COUNT(*) AS value FROM message WHERE tenant_id = $1 AND (work_error LIKE '%device-of-%' OR detail LIKE '%device-of-%')",
    ),
];
/// What a kill between the call and its note leaves behind.
const CUT_OFF: [Sql; 2] = [
    Sql::new(
        "UPDATE message SET state = 'sending', provider = 'firebase' WHERE tenant_id = $1 AND id = $2",
    ),
    Sql::new(
        "INSERT INTO message_attempt (tenant_id, message_id, number, provider, started_at) VALUES ($1, $2, 1, 'firebase', 1)",
    ),
];

struct Scene {
    clinic: TestClinic,
    firebase: FakeFirebase,
    twilio: FakeTwilio,
    clock: Clock,
    awa: PatientId,
}

/// A clinic with Firebase and Twilio on loopback. Awa is the account `patient`.
async fn scene(db: &TestDb) -> Scene {
    ports::install_tls();
    let firebase = FakeFirebase::start().await.unwrap();
    let twilio = FakeTwilio::start().await.unwrap();
    let clock = Clock::fixed(Timestamp::parse(NOW).unwrap());
    let account = ServiceAccount::read(&firebase.key_file().to_string()).unwrap();
    let limits = (clock.clone(), Duration::from_secs(2));
    let push = FirebaseSender::with_timeout(account, firebase.base_url(), limits).unwrap();
    let setup = Setup {
        push: Some(Arc::new(push)),
        clock: clock.clone(),
        ..Setup::twilio(&twilio)
    };
    let clinic = TestClinic::with(db, setup).await;
    let scene = Scene {
        awa: clinic.patient("Awa", "Diop", AWA).await,
        clinic,
        firebase,
        twilio,
        clock,
    };
    scene.prove("patient", AWA).await;
    scene
}

fn device(token: &str) -> Value {
    json!({"token": token, "platform": "android", "name": "Galaxy A14"})
}

impl Scene {
    fn store(&self) -> &Store {
        &self.clinic.app.store
    }

    /// As if he had typed the code that went to his number.
    async fn prove(&self, who: &'static str, phone: &'static str) {
        let proven: Result<(), StoreError> = self
            .store()
            .write(Scope::System, move |tx| {
                Box::pin(async move { tx.execute_one(PROVEN, params![who, phone]).await })
            })
            .await;
        proven.unwrap();
    }

    async fn count(&self, what: Sql) -> i64 {
        let tenant = self.clinic.tenant;
        let mut tx = self.store().read(tenant).await.unwrap();
        tx.one(what, params![tenant]).await.unwrap()
    }

    async fn by(&self, token: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
        let answer = self.clinic.call_as(Some(token), method, path, body).await;
        assert!(!answer.text.contains(TOKEN), "{path}: {}", answer.text);
        answer
    }

    async fn register(&self, by: &str, token: &str) -> Answer {
        self.by(by, Method::POST, ALL, Some(device(token))).await
    }

    async fn list(&self, by: &str) -> Value {
        ok(self.by(by, Method::GET, ALL, None).await)["results"].clone()
    }

    /// Awa signs in on her phone, and its app registers it.
    async fn with_app(&self) -> String {
        let token = self.clinic.token_of("patient").await;
        assert_eq!(self.register(&token, TOKEN).await.status, 201);
        token
    }

    /// Tells Awa that her appointment stands, by the way that the rules choose.
    async fn tell(&self, key: &str) -> MessageId {
        let (app, ctx) = (
            self.clinic.app.clone(),
            Ctx::system(self.clinic.tenant, "test"),
        );
        let (a, key) = (app.clone(), key.to_owned());
        let write = app.store.write(&ctx, move |tx| {
            Box::pin(async move {
                let phone: Phone = AWA.parse().unwrap();
                let event = messaging::event_of("appointment-confirmed")?;
                let about = (event, Locale::Fr);
                let route = messaging::way_to(tx, &a, &ctx, &phone, about).await?;
                // Equal texts wait for each other.
                let values = [
                    ("clinic", "Clinique demo"),
                    ("link", "http://clinic.test/my/appointments"),
                    ("day", "05/03/2026"),
                    ("time", key.as_str()),
                ];
                let notice = Notice {
                    event,
                    locale: Locale::Fr,
                    values: messaging::values(values.map(|(name, it)| (name, it.to_owned()))),
                    channel: route.channel,
                    other_channel: Some(route.other),
                    other_values: None,
                    asks: false,
                    recipient: phone,
                    patient: None,
                    idempotency_key: key,
                    expires_at: None,
                    created_by: None,
                };
                let noticed = messaging::notify(tx, &a, &ctx, notice).await?;
                Ok::<_, kernel::Problem>(noticed.queued.id)
            })
        });
        write.await.unwrap()
    }

    async fn channel(&self, key: &str) -> Value {
        let id = self.tell(key).await;
        self.clinic.message(id).await["channel"].clone()
    }

    /// The SMS that took a notification's place.
    async fn sms(&self) -> Value {
        eventually("the SMS", LIMIT, || async {
            self.clock.advance(Duration::from_secs(1));
            let mut rows = self.clinic.outbox("").await.into_iter();
            rows.find(|row| row["channel"] == "sms" && row["state"] == "accepted")
        })
        .await
    }

    async fn nothing_leaked(&self) {
        for leak in LEAKS {
            assert_eq!(self.count(leak).await, 0, "{leak:?}");
        }
        let shown = json!(self.clinic.outbox("").await).to_string();
        assert!(!shown.contains("device-of-"), "{shown}");
    }
}

on_both_engines! {
    async fn devices_are_their_owners_alone(db) {
        let s = scene(&db).await;
        let awa = s.clinic.token_of("patient").await;
        let made = s.register(&awa, TOKEN).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let made = made.json();
        assert_eq!((&made["name"], &made["platform"], &made["current"]), (&json!("Galaxy A14"), &json!("android"), &json!(true)));
        s.clock.advance(Duration::from_secs(60));
        let named = json!({"token": format!(" {TOKEN} "), "platform": "android", "name": "Téléphone d’Awa"});
        let again = s.by(&awa, Method::POST, ALL, Some(named)).await;
        assert_eq!((again.status.as_u16(), &again.json()["id"]), (200, &made["id"]), "it is known");
        let list = s.list(&awa).await;
        assert_eq!((list.as_array().unwrap().len(), &list[0]["name"], &list[0]["created_at"]), (1, &json!("Téléphone d’Awa"), &made["created_at"]));
        assert_ne!(list[0]["seen_at"], made["seen_at"]);
        let elsewhere = s.clinic.token_of("patient").await;
        assert_eq!(s.list(&elsewhere).await[0]["current"], false, "another sign-in of hers sees it");

        // Neither a colleague nor another clinic knows of it.
        let agent = s.clinic.token_of("agent").await;
        s.clinic.another("autre", "+221338210099").await;
        let other = s.clinic.token_of("autre-agent").await;
        let path = format!("{ALL}{}/", made["id"].as_str().unwrap());
        for token in [&agent, &other] {
            assert_eq!(s.list(token).await, json!([]));
            assert_eq!(s.by(token, Method::DELETE, &path, None).await.status, 404);
        }
        // The other clinic's devices are others, also the same one.
        assert_eq!(s.register(&other, TOKEN).await.status, 201);
        assert_eq!(s.list(&awa).await.as_array().unwrap().len(), 1);
        // Whoever signs in to a shared phone's app has it.
        let moved = s.register(&agent, TOKEN).await;
        assert_eq!(moved.status, 201);
        assert_ne!(moved.json()["id"], made["id"]);
        assert_eq!((s.list(&awa).await, s.count(DEVICES).await), (json!([]), 1));
        assert_eq!(s.by(&awa, Method::DELETE, &path, None).await.status, 404);
        let path = format!("{ALL}{}/", moved.json()["id"].as_str().unwrap());
        assert_eq!(s.by(&agent, Method::DELETE, &path, None).await.status, 204);
        assert_eq!(s.by(&agent, Method::DELETE, &path, None).await.status, 404);
        assert_eq!((s.count(DEVICES).await, s.count(REGISTERED).await), (0, 2));
        s.nothing_leaked().await;
    }

    async fn what_cannot_be_a_device_is_said(db) {
        let s = scene(&db).await;
        let awa = s.clinic.token_of("patient").await;
        let bad = json!({"token": "a b", "platform": "nokia", "name": " "});
        let answer = s.by(&awa, Method::POST, ALL, Some(bad)).await;
        let named = faults(&answer);
        let named: Vec<_> = named.iter().map(|(field, code)| (field.as_str(), code.as_str())).collect();
        assert_eq!(named, [("token", "malformed"), ("platform", "not-a-choice"), ("name", "required")]);
        for body in [json!({}), json!({"token": "a", "platform": "web"}), json!({"token": "a", "platform": "web", "name": "x", "user": "agent"})] {
            assert_eq!(s.by(&awa, Method::POST, ALL, Some(body)).await.status, 400);
        }
        let admin = s.clinic.token_of("admin").await;
        let service = json!({"name": "Relais", "scopes": ["read:customer", "write:customer"]});
        let service = ok(s.by(&admin, Method::POST, "/api/v1/service-tokens/", Some(service)).await);
        let service = service["token"].as_str().unwrap();
        assert_eq!(s.register(service, TOKEN).await.status, 403, "programs have no devices");
        assert_eq!(s.clinic.call_as(None, Method::POST, ALL, Some(device(TOKEN))).await.status, 401);
        assert_eq!(s.count(DEVICES).await, 0);
    }

    async fn of_eleven_devices_the_five_seen_last_count(db) {
        let s = scene(&db).await;
        let awa = s.clinic.token_of("patient").await;
        for n in 0..11 {
            s.clock.advance(Duration::from_secs(1));
            assert_eq!(s.register(&awa, &format!("device-{n}")).await.status, 201);
        }
        assert_eq!((s.count(DEVICES).await, s.list(&awa).await.as_array().unwrap().len()), (5, 5));
        s.clock.advance(Duration::from_secs(1));
        assert_eq!(s.register(&awa, "device-7").await.status, 200);
        assert_eq!(s.register(&awa, "device-1").await.status, 201, "it was forgotten");
        // Those of a sign-in that ended make room before.
        let fresh = s.clinic.token_of("patient").await;
        ok(s.by(&fresh, Method::DELETE, "/api/v1/auth/sessions/", None).await);
        assert_eq!(s.register(&fresh, "device-12").await.status, 201);
        assert_eq!(s.count(DEVICES).await, 1);
        clinic::sweep(&s.clinic.app).await.unwrap();
        assert_eq!(s.count(DEVICES).await, 1);
        s.clock.advance(DAY * 30);
        clinic::sweep(&s.clinic.app).await.unwrap();
        assert_eq!(s.count(DEVICES).await, 0);
    }

    async fn a_notice_goes_to_the_device_and_says_what_the_sms_would(db) {
        let mut s = scene(&db).await;
        s.with_app().await;
        let id = s.tell("a").await;
        s.clinic.start_work();
        let row = s.clinic.stands(id, "accepted").await;
        assert_eq!((&row["channel"], &row["recipient"], &row["attempts"]), (&json!("push"), &json!(AWA), &json!(1)));
        let taken = s.firebase.messages();
        assert_eq!(taken.len(), 1);
        let tag = id.uuid().as_simple().to_string();
        let expected = json!({"title": "Clinique demo", "body": row["body"]});
        assert_eq!((&taken[0]["token"], &taken[0]["notification"]), (&json!(TOKEN), &expected));
        assert_eq!((&taken[0]["android"]["notification"]["tag"], &taken[0]["apns"]["headers"]["apns-collapse-id"]), (&json!(tag), &json!(tag)));
        assert!(row["body"].as_str().unwrap().contains("05/03/2026"), "{row}");
        assert_eq!(s.twilio.attempts(), 0);
        // The last seen of several.
        s.clock.advance(Duration::from_secs(60));
        let tablet = s.clinic.token_of("patient").await;
        assert_eq!(s.register(&tablet, "device-of-awa-2").await.status, 201);
        let next = s.tell("b").await;
        s.clinic.stands(next, "accepted").await;
        assert_eq!(s.firebase.messages()[1]["token"], "device-of-awa-2");
        // It costs nothing, and staff find it.
        let admin = s.clinic.token_of("admin").await;
        let pushed = ok(s.by(&admin, Method::GET, "/api/v1/outbox/?channel=push", None).await);
        assert_eq!(pushed["count"], 2);
        s.nothing_leaked().await;
        s.clinic.stop_work().await;
    }

    async fn without_a_living_sign_in_it_goes_by_sms(db) {
        let s = scene(&db).await;
        assert_eq!(s.channel("none").await, "sms", "she has no device");
        let awa = s.with_app().await;
        assert_eq!(s.channel("there").await, "push");
        let sign_ins = ok(s.by(&awa, Method::GET, "/api/v1/auth/sessions/", None).await);
        let current = sign_ins["results"].as_array().unwrap().iter().find(|it| it["current"] == true).unwrap();
        let path = format!("/api/v1/auth/sessions/{}/", current["id"].as_str().unwrap());
        assert_eq!(s.by(&awa, Method::DELETE, &path, None).await.status, 204);
        assert_eq!(s.channel("signed-out").await, "sms");

        let awa = s.clinic.token_of("patient").await;
        assert_eq!(s.register(&awa, TOKEN).await.status, 200);
        assert_eq!(s.channel("back").await, "push");
        let active = async |is: bool| {
            let tenant = s.clinic.tenant;
            let changed: Result<u64, StoreError> = s.store().write(tenant, move |tx| {
                Box::pin(async move { tx.execute(INACTIVE, params![tenant, is]).await })
            }).await;
            changed.unwrap();
        };
        active(false).await;
        assert_eq!(s.channel("shut-out").await, "sms");
        active(true).await;
        assert_eq!(s.channel("let-in").await, "push");
    }

    async fn a_number_of_two_accounts_means_neither_of_them(db) {
        let s = scene(&db).await;
        s.with_app().await;
        assert_eq!(s.channel("hers").await, "push");
        s.prove("agent", AWA).await;
        assert_eq!(s.channel("theirs").await, "sms");
        s.prove("agent", "+221772000077").await;
        assert_eq!(s.channel("hers again").await, "push");
    }

    async fn a_number_that_patients_share_goes_the_other_way(db) {
        let mut s = scene(&db).await;
        s.with_app().await;
        let written = s.tell("before").await;
        s.clinic.patient("Moussa", "Diop", AWA).await;
        assert_eq!(s.channel("shared").await, "sms");
        // Also where it came to be shared after it was written.
        s.clinic.start_work();
        let row = s.clinic.stands(written, "refused").await;
        assert_eq!((&row["channel"], &row["reason"], &row["followed_by"]), (&json!("push"), &json!("no_device"), &json!("sms")));
        assert_eq!(s.firebase.attempts(), 0);
        s.clinic.stop_work().await;
    }

    async fn a_month_after_its_last_start_an_app_is_not_believed(db) {
        let s = scene(&db).await;
        s.with_app().await;
        let renewed: Result<u64, StoreError> = s.store().write(Scope::System, |tx| {
            Box::pin(async move { tx.execute(RENEWED, params![i64::MAX]).await })
        }).await;
        renewed.unwrap();
        s.clock.advance(DAY * 30 - Duration::from_secs(1));
        assert_eq!(s.channel("nearly").await, "push");
        s.clock.advance(Duration::from_secs(1));
        assert_eq!(s.channel("stale").await, "sms");
    }

    async fn who_wants_none_gets_none_and_codes_never_go_so(db) {
        let s = scene(&db).await;
        s.with_app().await;
        let (app, ctx) = (s.clinic.app.clone(), s.clinic.ctx());
        let phone: Phone = AWA.parse().unwrap();
        let code = SecurityMessage {
            phone: phone.clone(),
            body: Redacted("123456".to_owned()),
            key: "code".to_owned(),
            expires_at: s.clock.now().plus(Duration::from_secs(600)),
        };
        let a = app.clone();
        let written = app.store.write(&ctx, move |tx| {
            Box::pin(async move { a.security_post.clone().enqueue(tx, &a, &ctx, code).await })
        });
        written.await.unwrap();
        assert_eq!(s.clinic.outbox("").await[0]["channel"], "sms");
        let (a, tenant) = (app.clone(), s.clinic.tenant);
        let noted = app.store.write(&ctx, move |tx| {
            Box::pin(async move {
                let none = Choice { channel: Some(Channel::Push), category: None, wanted: false };
                messaging::note_consent(tx, &a, tenant, &phone, (none, ConsentSource::Page)).await
            })
        });
        noted.await.unwrap();
        assert_eq!(s.channel("opted-out").await, "sms");
    }

    async fn at_night_a_notification_waits_for_the_morning(db) {
        let mut s = scene(&db).await;
        s.with_app().await;
        s.clock.advance(Duration::from_secs(13 * 3600));
        let id = s.tell("night").await;
        s.clinic.start_work();
        let row = eventually("it to wait", LIMIT, || async {
            let row = s.clinic.message(id).await;
            (row["reason"] == "quiet_hours").then_some(row)
        }).await;
        assert_eq!((&row["channel"], s.firebase.attempts()), (&json!("push"), 0));
        s.clock.advance(Duration::from_secs(8 * 3600));
        s.clinic.stands(id, "accepted").await;
        s.clinic.stop_work().await;
    }

    async fn a_device_that_is_gone_is_forgotten_and_the_sms_goes_once(db) {
        let mut s = scene(&db).await;
        let awa = s.with_app().await;
        s.firebase.script([Fault::Refuse(404, "UNREGISTERED")]);
        let id = s.tell("a").await;
        s.clinic.start_work();
        let row = s.clinic.stands(id, "failed").await;
        assert_eq!((&row["reason"], &row["followed_by"], &row["retryable"]), (&json!("device_gone"), &json!("sms"), &json!(false)));
        assert_eq!((s.list(&awa).await, s.count(DEVICES).await), (json!([]), 0));
        let sms = s.sms().await;
        assert_eq!((&sms["body"], s.twilio.accepted().len(), s.firebase.attempts()), (&row["body"], 1, 1));
        assert_eq!(s.clinic.outbox("").await.len(), 2);
        s.nothing_leaked().await;
        s.clinic.stop_work().await;
    }

    async fn what_whatsapp_does_not_take_instead_goes_by_sms_after_all(db) {
        let mut s = scene(&db).await;
        s.with_app().await;
        let (tenant, at) = (s.clinic.tenant, s.clock.now());
        let wrote = s.store().write(tenant, move |tx| {
            Box::pin(async move {
                let phone: Phone = AWA.parse().unwrap();
                messaging::note_inbound(tx, tenant, &phone, Channel::Whatsapp, at).await
            })
        });
        wrote.await.unwrap();
        s.firebase.script([Fault::Refuse(404, "UNREGISTERED")]);
        let id = s.tell("a").await;
        // The conversation is closed by the time that it leaves.
        s.clock.advance(DAY);
        s.clinic.start_work();
        let row = s.clinic.stands(id, "failed").await;
        assert_eq!(row["followed_by"], "whatsapp");
        let sms = s.sms().await;
        let rows = s.clinic.outbox("").await;
        let whatsapp = rows.iter().find(|row| row["channel"] == "whatsapp").unwrap();
        assert_eq!((&whatsapp["state"], &whatsapp["reason"], &whatsapp["followed_by"]), (&json!("refused"), &json!("window_closed"), &json!("sms")));
        assert_eq!((&sms["body"], rows.len(), s.twilio.accepted().len()), (&row["body"], 3, 1));
        s.clinic.stop_work().await;
    }

    async fn who_signs_out_before_it_leaves_gets_the_sms(db) {
        let mut s = scene(&db).await;
        let awa = s.with_app().await;
        let id = s.tell("a").await;
        let fresh = s.clinic.token_of("patient").await;
        assert!(s.by(&fresh, Method::DELETE, "/api/v1/auth/sessions/", None).await.status.is_success());
        assert_eq!(s.clinic.call_as(Some(&awa), Method::GET, ALL, None).await.status, 401);
        s.clinic.start_work();
        let row = s.clinic.stands(id, "refused").await;
        assert_eq!((&row["reason"], &row["followed_by"]), (&json!("no_device"), &json!("sms")));
        assert!(row["reason_text"].as_str().unwrap().contains("aucun appareil"), "{row}");
        s.sms().await;
        assert_eq!((s.firebase.attempts(), s.twilio.accepted().len()), (0, 1));
        s.clinic.stop_work().await;
    }

    async fn a_wrong_key_is_no_reason_not_to_write(db) {
        let mut s = scene(&db).await;
        let awa = s.with_app().await;
        s.firebase.script([Fault::Refuse(403, "SENDER_ID_MISMATCH")]);
        let id = s.tell("a").await;
        s.clinic.start_work();
        let row = s.clinic.stands(id, "failed").await;
        assert_eq!((&row["reason"], &row["followed_by"]), (&json!("account"), &json!("sms")));
        s.sms().await;
        assert_eq!(s.list(&awa).await.as_array().unwrap().len(), 1, "nobody is forgotten for our key");
        let dead = messaging::dead_letters(&s.clinic.app, &s.clinic.ctx()).await.unwrap();
        assert_eq!((dead, s.twilio.accepted().len()), (0, 1));
        s.clinic.stop_work().await;
    }

    async fn what_may_have_arrived_goes_again_under_the_same_tag(db) {
        let mut s = scene(&db).await;
        s.with_app().await;
        s.firebase.script([Fault::AcceptThenClose, Fault::GatewayFails, Fault::Refuse(503, "UNAVAILABLE")]);
        let id = s.tell("a").await;
        s.clinic.start_work();
        let row = s.clinic.stands(id, "accepted").await;
        let taken = s.firebase.messages();
        let tags: Vec<_> = taken.iter().map(|it| &it["android"]["notification"]["tag"]).collect();
        let tag = json!(id.uuid().as_simple().to_string());
        assert_eq!((tags, &row["attempts"]), (vec![&tag, &tag, &tag], &json!(4)));
        assert_eq!(s.twilio.attempts(), 0, "nobody was asked, nothing went twice");
        // Killed between the call and its note.
        s.clinic.stop_work().await;
        let id = s.tell("b").await;
        let tenant = s.clinic.tenant;
        let cut: Result<(), StoreError> = s.store().write(tenant, move |tx| {
            Box::pin(async move {
                for sql in CUT_OFF {
                    tx.execute_one(sql, params![tenant, id]).await?;
                }
                Ok(())
            })
        }).await;
        cut.unwrap();
        s.clinic.start_work();
        let row = s.clinic.stands(id, "accepted").await;
        let last = s.firebase.messages().pop().unwrap();
        assert_eq!((&last["android"]["notification"]["tag"], &row["attempts"]), (&json!(id.uuid().as_simple().to_string()), &json!(2)));
        s.clinic.stop_work().await;
    }

    async fn two_nodes_send_each_once(db) {
        let s = scene(&db).await;
        s.with_app().await;
        let mut ids = Vec::new();
        for n in 0..20 {
            ids.push(s.tell(&format!("n{n}")).await);
        }
        let nodes = [s.clinic.node(db.another_node().await), s.clinic.node(db.another_node().await)];
        let engines = nodes.each_ref().map(|app| Engine::start(&app.store, &app.clock, &app.rng, clinic::work(app)));
        for id in ids {
            s.clinic.stands(id, "accepted").await;
        }
        assert_eq!((s.firebase.messages().len(), s.twilio.attempts()), (20, 0));
        for engine in engines {
            engine.stop().await;
        }
    }

    async fn a_test_goes_to_ones_own_device(db) {
        let mut s = scene(&db).await;
        let admin = s.clinic.token_of("admin").await;
        let path = "/api/v1/providers/push/test/";
        let test = async || s.by(&admin, Method::POST, path, None).await;
        assert_eq!(code(&test().await), conflict("no-verified-phone"));
        s.prove("admin", "+221772000099").await;
        let lacking = test().await;
        assert_eq!(code(&lacking), conflict("no-device"));
        assert!(lacking.text.contains("Ouvrez l’application"), "{}", lacking.text);
        assert_eq!(s.register(&admin, "device-of-chief").await.status, 201);
        assert_eq!(test().await.status, 202);
        s.clinic.start_work();
        let row = eventually("the test", LIMIT, || async {
            let rows = s.clinic.outbox("").await;
            rows.into_iter().find(|row| row["state"] == "accepted")
        }).await;
        assert_eq!((&row["channel"], s.firebase.messages()[0]["token"].as_str()), (&json!("push"), Some("device-of-chief")));
        let ways = ok(s.by(&admin, Method::GET, "/api/v1/providers/", None).await);
        let way = ways.as_array().unwrap().iter().find(|way| way["channel"] == "push").unwrap();
        assert_eq!((&way["providers"][0]["name"], &way["sent"], &way["simulated"], &way["credentials"]), (&json!("firebase"), &json!(1), &json!(false), &json!(true)));
        let health = s.clinic.call(Method::GET, "/api/health/", None).await.json();
        assert_eq!(health["checks"]["firebase"]["status"], "healthy");
        let page = Session::of(&s.clinic, "admin").await.get("/settings/providers").await.text;
        assert!(page.contains("Notification") && page.contains("Firebase"), "{page}");
        s.clinic.stop_work().await;
    }

    async fn ones_own_page_lists_and_forgets(db) {
        let s = scene(&db).await;
        let empty = Session::of(&s.clinic, "agent").await.get("/devices").await;
        assert!(empty.status == 200 && empty.text.contains("Aucun appareil"), "{}", empty.text);
        let agent = s.clinic.token_of("agent").await;
        let made = ok(s.register(&agent, TOKEN).await);
        let browser = Session::of(&s.clinic, "agent").await;
        let page = browser.get("/devices").await.text;
        assert!(page.contains("Galaxy A14") && page.contains("Android") && page.contains("02/03/2026 10:00"), "{page}");
        assert!(!page.contains(TOKEN));
        let path = format!("/devices/{}/forget", made["id"].as_str().unwrap());
        let other = Session::of(&s.clinic, "admin").await.submit(&path, &[]).await;
        assert_eq!(other.status, 404);
        let done = browser.submit(&path, &[]).await;
        assert_eq!((done.status.as_u16(), done.headers["location"].to_str().unwrap()), (303, "/devices"));
        assert_eq!(s.count(DEVICES).await, 0);
        for page in ["/sessions", "/profile"] {
            assert!(browser.get(page).await.text.contains("href=\"/devices\""), "{page}");
        }
    }

    async fn without_credentials_the_simulator_shows_it_like_an_sms(db) {
        let clock = Clock::fixed(Timestamp::parse(NOW).unwrap());
        let mut clinic = TestClinic::with_clock(&db, &clock).await;
        clinic.start_work();
        let s = Scene {
            awa: clinic.patient("Awa", "Diop", AWA).await,
            clinic,
            firebase: FakeFirebase::start().await.unwrap(),
            twilio: FakeTwilio::start().await.unwrap(),
            clock,
        };
        s.prove("patient", AWA).await;
        s.with_app().await;
        let id = s.tell("a").await;
        let row = s.clinic.stands(id, "simulated").await;
        assert_eq!(row["channel"], "push");
        let phone = Session::of(&s.clinic, "admin").await;
        let screen = phone.get("/simulator?phone=%2B221772000001&channel=sms").await.text;
        assert!(screen.contains("05/03/2026") && screen.contains("Notification"), "{screen}");
        let mut clinic = s.clinic;
        clinic.stop_work().await;
    }

    async fn a_reminder_asks_over_a_link(db) {
        let mut s = scene(&db).await;
        s.clinic.member(s.clinic.tenant, "dr-awa", Role::Practitioner).await;
        let doctor = s.clinic.token_of("dr-awa").await;
        let hours = json!({"day_of_week": 4, "start_time": "08:00", "end_time": "12:00", "consultation_type": "presentiel"});
        ok(s.by(&doctor, Method::POST, crate::appointments::HOURS, Some(hours)).await);
        s.with_app().await;
        let me = ok(s.by(&doctor, Method::GET, "/api/v1/auth/me/", None).await)["id"].clone();
        let wish = json!({"patient": s.awa, "medecin": me, "requested_start": "2026-03-06T09:00:00Z", "requested_end": "2026-03-06T09:30:00Z"});
        let made = ok(s.by(&doctor, Method::POST, crate::appointments::ALL, Some(wish)).await);
        let path = format!("{}{}/confirm/", crate::appointments::ALL, made["id"].as_str().unwrap());
        ok(s.by(&doctor, Method::POST, &path, Some(json!({}))).await);
        s.clock.advance(Timestamp::parse("2026-03-05T18:05:00Z").unwrap().since(s.clock.now()));
        s.clinic.start_work();
        let rows = eventually("the reminder", LIMIT, || async {
            let rows = s.clinic.outbox("").await;
            let sent = |row: &Value| row["category"] == "reminder" && row["state"] == "accepted";
            rows.iter().any(sent).then_some(rows)
        }).await;
        for row in rows {
            assert_eq!(row["channel"], "push", "{row}");
            let body = row["body"].as_str().unwrap();
            assert!(!body.contains("Répondez"), "{body}");
            if row["category"] == "reminder" {
                assert!(body.contains(&format!("{PUBLIC_URL}/r/")), "{body}");
            }
        }
        assert_eq!(s.twilio.attempts(), 0);
        s.clinic.stop_work().await;
    }
}

#[tokio::test]
async fn no_token_is_logged() {
    let logged = Logged::begin();
    let db = TestDb::new(EngineKind::Sqlite).await;
    let mut s = scene(&db).await;
    s.with_app().await;
    s.firebase.script([
        Fault::Refuse(503, "UNAVAILABLE"),
        Fault::Refuse(404, "UNREGISTERED"),
    ]);
    let id = s.tell("a").await;
    s.clinic.start_work();
    s.clinic.stands(id, "failed").await;
    s.clinic.stop_work().await;
    logged.holds_none_of(&[TOKEN, "ya29.test", "PRIVATE KEY"]);
}
