//! The clinic answers: from the browser to the provider, once.

use std::{collections::HashSet, sync::Arc, time::Duration};

use axum::http::Method;
use ports::twilio::{Account, TwilioSender};
use serde_json::{Value, json};
use store::{Sql, StoreError, Violation, params};
use testkit::{
    clinic::TestClinic,
    db::{TestDb, eventually},
    on_both_engines,
    twilio::{FakeTwilio, Fault},
};

const LIMIT: Duration = Duration::from_secs(30);
/// What two nodes would write that decide at the same instant.
const BEGIN_ALL: Sql = Sql::new("UPDATE message SET state = 'sending' WHERE state = 'queued'");

struct Scene {
    clinic: TestClinic,
    twilio: FakeTwilio,
    conversation: String,
}

/// A clinic that sends through a loopback Twilio, and a patient who has just written.
async fn scene(db: &TestDb) -> Scene {
    ports::install_tls();
    let twilio = FakeTwilio::start().await.unwrap();
    let account =
        Account::new(twilio.account_sid(), twilio.auth_token(), twilio.base_url()).unwrap();
    let sender = TwilioSender::with_timeout(account, Duration::from_secs(2)).unwrap();
    let mut clinic = TestClinic::with_sender(db, Arc::new(sender)).await;
    clinic.start_work();
    clinic.patient("Awa", "Diop", "77 200 00 01").await;
    clinic
        .webhook("whatsapp", &clinic.whatsapp("+221772000001", "Bonjour"))
        .await;
    let conversation = eventually("the conversation", LIMIT, || async {
        let list = clinic
            .call(Method::GET, "/api/v1/inbox/conversations/", None)
            .await
            .json();
        list["results"][0]["id"].as_str().map(str::to_owned)
    })
    .await;
    Scene {
        clinic,
        twilio,
        conversation,
    }
}

impl Scene {
    async fn reply(&self, body: &str, once: &str) -> testkit::clinic::Answer {
        let path = format!("/api/v1/inbox/conversations/{}/reply/", self.conversation);
        self.clinic
            .call(
                Method::POST,
                &path,
                Some(json!({"body": body, "reply_id": once})),
            )
            .await
    }

    async fn outbox(&self) -> Vec<Value> {
        let answer = self
            .clinic
            .call(Method::GET, "/api/v1/outbox/?page_size=100", None)
            .await;
        answer.json()["results"].as_array().cloned().unwrap()
    }

    /// Waits until the only message is in this state.
    async fn state(&self, state: &str) -> Value {
        eventually(&format!("the message to be {state}"), LIMIT, || async {
            self.outbox()
                .await
                .into_iter()
                .find(|message| message["state"] == state)
        })
        .await
    }
}

on_both_engines! {
    async fn an_answer_goes_out_once_and_its_fate_is_shown(db) {
        let mut scene = scene(&db).await;
        let twice = futures_util::future::join_all((0..10).map(|_| scene.reply("À demain, 9 h.", "a"))).await;
        assert!(twice.iter().all(|answer| answer.status == 202), "a double click is no error");
        let message = scene.state("accepted").await;
        assert_eq!(scene.twilio.accepted_by_body()["À demain, 9 h."], 1);
        let sid = message["provider_id"].as_str().unwrap();
        for status in ["read", "sent", "delivered", "delivered"] {
            let params = scene.twilio.status_callback(sid, status, None).unwrap();
            assert_eq!(scene.clinic.webhook("status", &params).await.status, 200);
        }
        scene.state("read").await;
        let path = format!("/api/v1/inbox/conversations/{}/", scene.conversation);
        let thread = scene.clinic.call(Method::GET, &path, None).await.json();
        let answers = thread["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "outbound").count();
        assert_eq!(answers, 1);
        scene.clinic.stop_work().await;
    }

    async fn a_call_back_that_overtakes_its_message_waits_for_it(db) {
        let mut scene = scene(&db).await;
        scene.twilio.script([Fault::Slow { millis: 700 }]);
        scene.reply("Bonjour", "a").await;
        eventually("the message at the provider", LIMIT, || async {
            scene.twilio.accepted().first().map(|message| message.sid.clone())
        }).await;
        let sid = scene.twilio.accepted()[0].sid.clone();
        let params = scene.twilio.status_callback(&sid, "delivered", None).unwrap();
        scene.clinic.webhook("status", &params).await;
        scene.state("delivered").await;
        scene.clinic.stop_work().await;
    }

    async fn passing_faults_are_tried_again(db) {
        let mut scene = scene(&db).await;
        scene.twilio.script([Fault::TooManyRequests { retry_after: 1 }, Fault::CloseWithoutAccepting]);
        scene.reply("Patience", "a").await;
        eventually("the message at the provider", Duration::from_secs(60), || async {
            (scene.twilio.accepted_by_body().get("Patience") == Some(&1)).then_some(())
        }).await;
        scene.state("accepted").await;
        scene.clinic.stop_work().await;
    }

    async fn an_unknown_outcome_is_looked_up_not_repeated(db) {
        let mut scene = scene(&db).await;
        scene.twilio.script([Fault::AcceptThenClose]);
        scene.reply("Une seule fois", "a").await;
        let message = scene.state("accepted").await;
        assert_eq!(message["provider_id"], scene.twilio.accepted()[0].sid);
        assert_eq!(scene.twilio.accepted_by_body()["Une seule fois"], 1);
        scene.clinic.stop_work().await;
    }

    async fn equal_texts_to_one_number_are_told_apart(db) {
        let mut scene = scene(&db).await;
        scene.twilio.script([Fault::AcceptThenClose, Fault::AcceptThenClose, Fault::AcceptThenClose]);
        for once in ["a", "b", "c"] {
            scene.reply("Oui", once).await;
        }
        let sent = eventually("all three at the provider", LIMIT, || async {
            let sent = scene.outbox().await;
            sent.iter().all(|message| message["state"] == "accepted").then_some(sent)
        }).await;
        let ids: HashSet<_> = sent.iter().map(|message| message["provider_id"].to_string()).collect();
        assert_eq!((ids.len(), scene.twilio.accepted_by_body()["Oui"]), (3, 3));
        scene.clinic.stop_work().await;
    }

    async fn two_nodes_never_have_equal_texts_under_way(db) {
        let mut scene = scene(&db).await;
        scene.clinic.stop_work().await;
        for once in ["a", "b"] {
            scene.reply("Oui", once).await;
        }
        let both = db.store.write(scene.clinic.tenant, |tx| Box::pin(async move {
            tx.execute(BEGIN_ALL, params![]).await
        })).await;
        assert!(matches!(both, Err(StoreError::Violation { violation: Violation::Unique, .. })), "{both:?}");
    }

    async fn a_number_that_cannot_be_reached_is_said_and_not_tried_again(db) {
        let mut scene = scene(&db).await;
        scene.twilio.script([Fault::Refuse { status: 400, code: 21211 }]);
        scene.reply("Bonjour", "a").await;
        let message = scene.state("failed").await;
        assert_eq!((&message["reason"], &message["error_code"], &message["retryable"]), (&json!("bad_number"), &json!(21211), &json!(false)));
        assert!(message["reason_text"].as_str().unwrap().contains("numéro"));
        assert_eq!(scene.twilio.attempts(), 1);
        scene.clinic.stop_work().await;
    }

    async fn a_dead_letter_is_sent_again_by_a_person(db) {
        let mut scene = scene(&db).await;
        scene.twilio.script([Fault::Refuse { status: 401, code: 20003 }]);
        scene.reply("Bonjour", "a").await;
        let message = scene.state("failed").await;
        assert_eq!((&message["reason"], &message["retryable"]), (&json!("account"), &json!(true)));
        let path = format!("/api/v1/outbox/{}/retry/", message["id"].as_str().unwrap());
        assert_eq!(scene.clinic.call(Method::POST, &path, None).await.status, 403, "an administrator's decision");
        let admin = scene.clinic.token_of("admin").await;
        assert_eq!(scene.clinic.call_as(Some(&admin), Method::POST, &path, None).await.status, 202);
        scene.state("accepted").await;
        assert_eq!(scene.clinic.call_as(Some(&admin), Method::POST, &path, None).await.status, 409);
        scene.clinic.stop_work().await;
    }

    async fn whatsapp_is_refused_outside_its_window(db) {
        let mut scene = scene(&db).await;
        let patient = scene.clinic.patient("Jean", "Faye", "77 300 00 01").await;
        scene.clinic.webhook("sms", &scene.clinic.sms("+221773000001", "Par SMS")).await;
        let conversation = eventually("the other conversation", LIMIT, || async {
            let list = scene.clinic.call(Method::GET, "/api/v1/inbox/conversations/", None).await.json();
            let found = list["results"].as_array()?.iter().find(|c| c["patient_id"] == patient.to_string()).cloned();
            found.and_then(|c| c["id"].as_str().map(str::to_owned))
        }).await;
        let path = format!("/api/v1/inbox/conversations/{conversation}/reply/");
        let body = json!({"body": "Bonjour", "channel": "whatsapp"});
        let refused = scene.clinic.call(Method::POST, &path, Some(body)).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (409, &json!("window_closed")));
        let body = json!({"body": "Bonjour"});
        assert_eq!(scene.clinic.call(Method::POST, &path, Some(body)).await.status, 202, "by SMS it goes");
        scene.clinic.stop_work().await;
    }

    async fn bad_answers_name_what_to_change(db) {
        let mut scene = scene(&db).await;
        let path = format!("/api/v1/inbox/conversations/{}/reply/", scene.conversation);
        for (body, field, code) in [
            (json!({"body": "  "}), "body", "required"),
            (json!({"body": "a".repeat(1601)}), "body", "too-long"),
            (json!({"body": 7}), "body", "wrong-type"),
            (json!({}), "body", "required"),
            (json!({"body": "a", "chanel": "sms"}), "chanel", "unknown-field"),
            (json!({"body": "a", "channel": "pigeon"}), "channel", "not-a-choice"),
        ] {
            let answer = scene.clinic.call(Method::POST, &path, Some(body.clone())).await;
            let errors = answer.json()["errors"].clone();
            assert_eq!((answer.status.as_u16(), &errors[0]["field"], &errors[0]["code"]), (400, &json!(field), &json!(code)), "{body}");
        }
        assert!(scene.outbox().await.is_empty());
        scene.clinic.stop_work().await;
    }

    async fn another_clinics_conversation_does_not_exist(db) {
        let mut scene = scene(&db).await;
        scene.clinic.another("autre", "+221338210001").await;
        let theirs = scene.clinic.token_of("autre-agent").await;
        let base = format!("/api/v1/inbox/conversations/{}/", scene.conversation);
        let bodies = [("reply/", json!({"body": "x"})), ("note/", json!({"body": "x"})), ("assign/", json!({"user_id": null})), ("close/", Value::Null)];
        assert_eq!(scene.clinic.call_as(Some(&theirs), Method::GET, &base, None).await.status, 404);
        for (action, body) in bodies {
            let body = (!body.is_null()).then_some(body);
            let answer = scene.clinic.call_as(Some(&theirs), Method::POST, &format!("{base}{action}"), body).await;
            assert_eq!(answer.status, 404, "{action}");
        }
        scene.clinic.stop_work().await;
    }
}
