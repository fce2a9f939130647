//! Text messages by a local operator that a file describes: what it takes, refuses, leaves
//! open and reports, and what goes by Twilio beside it.

use std::{num::NonZeroU32, time::Duration};

use axum::{
    body::Body,
    http::{Method, Request},
};
use clinic::messaging::api::{self as messaging, Category, Channel, MessageId, NewMessage};
use kernel::{Clock, Phone, TenantId, Timestamp};
use ports::{Description, GatewaySender};
use serde_json::{Value, json};
use store::{Sql, params};
use testkit::{
    clinic::{Answer, OURS, Setup, TestClinic},
    db::{TestDb, eventually},
    on_both_engines,
    operator::{FakeOperator, Fault, SECRET},
    session::Session,
    twilio::FakeTwilio,
};

const LIMIT: Duration = Duration::from_secs(30);
const AWA: &str = "+243812345678";
const BINTA: &str = "+221771234567";

struct Scene {
    clinic: TestClinic,
    operator: FakeOperator,
    twilio: FakeTwilio,
}

/// A clinic whose clock stands still, that writes to the DRC by a local operator and to all
/// others by Twilio.
async fn scene_with(db: &TestDb, lines: &str) -> Scene {
    ports::install_tls();
    let operator = FakeOperator::start().await.unwrap();
    let twilio = FakeTwilio::start().await.unwrap();
    let clock = Clock::fixed(Timestamp::parse("2026-03-02T10:00:00Z").unwrap());
    let text = operator.description(&format!("takes = [\"+243\"]\n{lines}"));
    let description = Description::read(&text, &FakeOperator::env).unwrap();
    let gateway = GatewaySender::with_timeout(description, Duration::from_secs(2)).unwrap();
    let setup = Setup {
        gateway: Some(gateway),
        clock,
        ..Setup::twilio(&twilio)
    };
    let mut clinic = TestClinic::with(db, setup).await;
    clinic.start_work();
    Scene {
        clinic,
        operator,
        twilio,
    }
}

async fn scene(db: &TestDb) -> Scene {
    scene_with(db, "").await
}

impl Scene {
    async fn write_from(
        &self,
        tenant: TenantId,
        category: Category,
        (key, to): (&str, &str),
    ) -> MessageId {
        let (app, mut ctx) = (&self.clinic.app, self.clinic.ctx());
        ctx.tenant = tenant;
        let new = NewMessage {
            channel: Channel::Sms,
            category,
            recipient: to.parse().unwrap(),
            patient: None,
            body: format!("Bonjour \"{key}\""),
            idempotency_key: key.to_owned(),
            expires_at: None,
            created_by: None,
        };
        let a = app.clone();
        let write = app.store.write(&ctx, move |tx| {
            Box::pin(async move { messaging::enqueue(tx, &a, &ctx, &new).await })
        });
        write.await.unwrap().id
    }

    async fn write(&self, category: Category, key: &str) -> MessageId {
        self.write_from(self.clinic.tenant, category, (key, AWA))
            .await
    }

    async fn call_back(&self, secret: &str, body: &str) -> Answer {
        let path = format!("/api/v1/webhooks/sms-gateway/{secret}/");
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.to_owned()));
        self.clinic.send(request.unwrap()).await
    }

    async fn report(&self, id: &str, word: &str) {
        let answer = self
            .call_back(SECRET, &format!("id={id}&status={word}"))
            .await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "OK"));
    }

    async fn events(&self) -> i64 {
        let path = "/api/v1/webhooks/?event_type=gateway_status";
        let answer = self.clinic.call(Method::GET, path, None).await;
        answer.json()["count"].as_i64().unwrap()
    }

    async fn dead_letters(&self) -> i64 {
        let (app, ctx) = (&self.clinic.app, self.clinic.ctx());
        messaging::dead_letters(app, &ctx).await.unwrap()
    }

    async fn health(&self, part: &str) -> Value {
        let health = self.clinic.call(Method::GET, "/api/health/", None).await;
        health.json()["checks"][part].clone()
    }
}

/// Our id as the operator gets it.
fn ours(id: MessageId) -> String {
    id.uuid().as_simple().to_string()
}

on_both_engines! {
    async fn each_number_has_its_operator(db) {
        let mut scene = scene(&db).await;
        let near = scene.write(Category::Answer, "a").await;
        let far = scene.write_from(scene.clinic.tenant, Category::Answer, ("b", BINTA)).await;
        let row = scene.clinic.stands(near, "accepted").await;
        assert_eq!((&row["provider_id"], &row["attempts"]), (&json!("OP-1"), &json!(1)));
        scene.clinic.stands(far, "accepted").await;
        let expected = json!({"to": AWA, "from": "CLINIQUE", "text": "Bonjour \"a\"", "ref": ours(near), "id": "OP-1"});
        assert_eq!(scene.operator.messages(), [expected]);
        assert_eq!(scene.twilio.accepted().len(), 1);
        // Nobody's answer comes back by this operator, whatever the clinic's own number.
        let app = &scene.clinic.app;
        let arrives = |to: &str| {
            let phone: Phone = to.parse().unwrap();
            messaging::answers_arrive(app, OURS, (&phone, Channel::Sms))
        };
        assert!(!arrives("+243812345678") && arrives(BINTA));
        scene.clinic.stop_work().await;
    }

    async fn reports_move_a_message_on_late_doubled_and_unordered(db) {
        let mut scene = scene(&db).await;
        let id = scene.write(Category::Answer, "a").await;
        scene.clinic.stands(id, "accepted").await;
        for forged in ["wrong", "kJ3v9qYc2mXw7RtZ0"] {
            assert_eq!(scene.call_back(forged, "id=OP-1&status=DELIVERED").await.status, 403);
        }
        for senseless in ["", "id=OP-1", "status=DELIVERED", "{\"id\": ", "{\"id\": [], \"status\": {}}"] {
            assert_eq!(scene.call_back(SECRET, senseless).await.status, 400, "{senseless}");
        }
        assert_eq!(scene.events().await, 0, "nothing of it is kept");
        scene.report("OP-1", "QUEUED").await;
        scene.report("OP-1", "SENT").await;
        scene.clinic.stands(id, "sent").await;
        // By our own id, as JSON, and once more in the address.
        let delivered = json!({"id": ours(id), "status": "DELIVERED"}).to_string();
        assert_eq!(scene.call_back(SECRET, &delivered).await.status, 200);
        scene.clinic.stands(id, "delivered").await;
        let path = format!("/api/v1/webhooks/sms-gateway/{SECRET}/?id={}&status=DELIVERED", ours(id));
        let asked = Request::get(path).body(Body::empty()).unwrap();
        assert_eq!(scene.clinic.send(asked).await.status, 200);
        for (id, word) in [("OP-1", "SENT"), ("OP-1", "FAILED"), ("OP-99", "DELIVERED")] {
            scene.report(id, word).await;
        }
        assert_eq!(scene.events().await, 5, "each word about each message once");
        let other = scene.write(Category::Answer, "b").await;
        scene.clinic.stands(other, "accepted").await;
        scene.report("OP-2", "EXPIRED").await;
        let row = scene.clinic.stands(other, "failed").await;
        assert_eq!(row["reason"], "undelivered");
        scene.report("OP-2", "DELIVERED").await;
        scene.clinic.stands(other, "delivered").await;
        assert_eq!(scene.clinic.message(id).await["state"], "delivered", "a later failure changes nothing");
        scene.clinic.stop_work().await;
    }

    async fn a_report_finds_its_clinic(db) {
        let mut scene = scene(&db).await;
        let other = scene.clinic.another("autre", "+221338210099").await;
        let id = scene.write_from(other, Category::Answer, ("a", AWA)).await;
        eventually("the operator", LIMIT, || async { (scene.operator.messages().len() == 1).then_some(()) }).await;
        scene.report(&ours(id), "DELIVERED").await;
        let state = || async {
            let mut tx = scene.clinic.app.store.read(other).await.unwrap();
            messaging::view(&mut tx, other, id).await.unwrap().unwrap().state.to_string()
        };
        eventually("its end", LIMIT, || async { (state().await == "delivered").then_some(()) }).await;
        assert_eq!(scene.events().await, 0, "it is the other clinic's");
        // With several clinics and none by default, what nobody knows is refused for now.
        let unknown = scene.call_back(SECRET, "id=OP-77&status=SENT").await;
        assert_eq!(unknown.status, 503);
        scene.clinic.stop_work().await;
    }

    async fn a_report_may_overtake_the_answer(db) {
        let mut scene = scene(&db).await;
        scene.operator.script([Fault::AnswerLater]);
        let id = scene.write(Category::Answer, "a").await;
        eventually("the operator", LIMIT, || async { (scene.operator.messages().len() == 1).then_some(()) }).await;
        scene.report(&ours(id), "DELIVERED").await;
        scene.clinic.stands(id, "delivered").await;
        scene.operator.answer();
        eventually("its id", LIMIT, || async {
            (scene.clinic.message(id).await["provider_id"] == "OP-1").then_some(())
        }).await;
        assert_eq!(scene.clinic.message(id).await["state"], "delivered");
        scene.clinic.stop_work().await;
    }

    async fn what_the_operator_may_have_waits_for_a_person(db) {
        let mut scene = scene(&db).await;
        scene.operator.script([Fault::HangAfterAccepting]);
        let id = scene.write(Category::Notification, "a").await;
        let row = scene.clinic.stands(id, "failed").await;
        assert_eq!((&row["reason"], &row["retryable"]), (&json!("outcome_unknown"), &json!(true)));
        assert_eq!((&row["provider_id"], scene.operator.attempts()), (&Value::Null, 1), "never called sent");
        assert_eq!(scene.dead_letters().await, 1);
        let admin = Session::of(&scene.clinic, "admin").await;
        let page = admin.get("/outbox").await;
        assert!(page.text.contains("Le message est peut-être arrivé"), "{}", page.text);
        // A report settles what nobody knew.
        scene.report(&ours(id), "DELIVERED").await;
        scene.clinic.stands(id, "delivered").await;
        assert_eq!(scene.dead_letters().await, 0);
        for (key, fault) in [
            ("b", Fault::ErrorAfterAccepting), ("c", Fault::GarbageAfterAccepting), ("d", Fault::Refuse(200, "???")),
            ("e", Fault::CloseWithoutAccepting),
        ] {
            scene.operator.script([fault]);
            let id = scene.write(Category::Result, key).await;
            assert_eq!(scene.clinic.stands(id, "failed").await["reason"], "outcome_unknown", "{key}");
        }
        // A person may send it again.
        scene.operator.script([Fault::AcceptThenClose]);
        let left = scene.write(Category::Result, "f").await;
        scene.clinic.stands(left, "failed").await;
        let path = format!("/api/v1/outbox/{left}/retry/");
        let admin = scene.clinic.token_of("admin").await;
        assert_eq!(scene.clinic.call_as(Some(&admin), Method::POST, &path, None).await.status, 202);
        scene.clinic.stands(left, "accepted").await;
        scene.clinic.stop_work().await;
    }

    async fn reminders_and_codes_go_once_more(db) {
        let mut scene = scene(&db).await;
        scene.operator.script([Fault::AcceptThenClose]);
        let id = scene.write(Category::Reminder, "a").await;
        let row = scene.clinic.stands(id, "accepted").await;
        assert_eq!((&row["attempts"], &row["provider_id"]), (&json!(2), &json!("OP-2")));
        let sent = scene.operator.messages();
        assert_eq!((sent.len(), &sent[0]["ref"]), (2, &sent[1]["ref"]), "the operator can tell");
        scene.operator.script([Fault::AcceptThenClose, Fault::ErrorAfterAccepting]);
        let id = scene.write(Category::Security, "b").await;
        assert_eq!(scene.clinic.stands(id, "failed").await["reason"], "outcome_unknown");
        assert_eq!(scene.operator.messages().len(), 4, "once more and no oftener");
        scene.clinic.stop_work().await;
    }

    async fn what_a_kill_cut_off_is_not_asked_of_twilio(db) {
        let mut scene = scene(&db).await;
        scene.clinic.stop_work().await;
        let (result, code) = (scene.write(Category::Result, "a").await, scene.write(Category::Security, "b").await);
        for cut in [
            "UPDATE message SET state = 'sending', provider = 'gateway' WHERE tenant_id = $1",
            "INSERT INTO message_attempt (tenant_id, message_id, number, provider, started_at)
                SELECT tenant_id, id, 1, 'gateway', created_at FROM message WHERE tenant_id = $1",
        ] {
            let tenant = scene.clinic.tenant;
            let write = scene.clinic.app.store.write(tenant, move |tx| {
                Box::pin(async move { tx.execute(Sql::new(cut), params![tenant]).await })
            });
            write.await.unwrap();
        }
        scene.clinic.start_work();
        assert_eq!(scene.clinic.stands(result, "failed").await["reason"], "outcome_unknown");
        scene.clinic.stands(code, "accepted").await;
        assert_eq!(scene.operator.messages().len(), 1);
        scene.clinic.stop_work().await;
    }

    async fn refusals_have_their_meaning(db) {
        let mut scene = scene(&db).await;
        for (key, status, word, reason) in [
            ("a", 200, "BAD_NUMBER", "bad_number"), ("b", 400, "WHATEVER", "content_refused"),
            ("c", 200, "NO_CREDIT", "account"), ("d", 403, "", "account"),
        ] {
            scene.operator.script([Fault::Refuse(status, word)]);
            let id = scene.write(Category::Answer, key).await;
            let row = scene.clinic.stands(id, "failed").await;
            assert_eq!(row["reason"], reason, "{key}");
            assert!(!row.to_string().contains("was asked for"), "the operator's sentence is not repeated");
        }
        scene.operator.script([Fault::Refuse(200, "BUSY"), Fault::TooManyRequests(600)]);
        let id = scene.write(Category::Answer, "e").await;
        scene.clinic.stands(id, "accepted").await;
        assert_eq!(scene.health("sms_gateway").await["status"], "healthy", "refusals are answers");
        scene.operator.script([Fault::Refuse(200, "BLACKLISTED")]);
        let id = scene.write(Category::Notification, "f").await;
        assert_eq!(scene.clinic.stands(id, "failed").await["reason"], "opted_out");
        let id = scene.write(Category::Notification, "g").await;
        assert_eq!(scene.clinic.stands(id, "refused").await["reason"], "opted_out");
        scene.clinic.stop_work().await;
    }

    async fn a_silent_operator_is_left_alone_and_twilio_goes_on(db) {
        let mut scene = scene(&db).await;
        scene.operator.script(std::iter::repeat_n(Fault::CloseWithoutAccepting, 5));
        for key in ["a", "b", "c", "d", "e"] {
            scene.write(Category::Answer, key).await;
        }
        eventually("five attempts", LIMIT, || async {
            (scene.health("sms_gateway").await["status"] == "unhealthy").then_some(())
        }).await;
        let waits = scene.write(Category::Answer, "f").await;
        eventually("it to wait", LIMIT, || async {
            (scene.clinic.message(waits).await["reason"] == "provider_silent").then_some(())
        }).await;
        let far = scene.write_from(scene.clinic.tenant, Category::Answer, ("g", BINTA)).await;
        scene.clinic.stands(far, "accepted").await;
        assert_eq!(scene.health("twilio").await["status"], "healthy");
        let admin = Session::of(&scene.clinic, "admin").await;
        let page = admin.get("/outbox?lang=fr").await;
        assert!(page.text.contains("L’opérateur des SMS ne répond pas depuis"), "{}", page.text);
        scene.clinic.stands(waits, "accepted").await;
        assert_eq!(scene.health("sms_gateway").await["status"], "healthy");
        scene.clinic.stop_work().await;
    }

    async fn an_operator_has_its_own_pace(db) {
        let mut scene = scene_with(&db, "per_second = 1").await;
        let first = scene.write(Category::Answer, "a").await;
        eventually("the first", LIMIT, || async {
            (scene.clinic.message(first).await["state"] == "accepted").then_some(())
        }).await;
        let second = scene.write(Category::Answer, "b").await;
        eventually("the second to wait", LIMIT, || async {
            (scene.clinic.message(second).await["reason"] == "paced").then_some(())
        }).await;
        let far = scene.write_from(scene.clinic.tenant, Category::Answer, ("c", BINTA)).await;
        eventually("Twilio", LIMIT, || async {
            (scene.clinic.message(far).await["state"] == "accepted").then_some(())
        }).await;
        assert_eq!(scene.clinic.message(second).await["attempts"], 0);
        scene.clinic.stands(second, "accepted").await;
        let gateway = scene.clinic.app.gateway.as_ref().unwrap();
        assert_eq!(gateway.description().per_second(), NonZeroU32::new(1));
        scene.clinic.stop_work().await;
    }
}
