//! The clinic answers: from the browser to the provider, once.

use std::{collections::HashSet, sync::Arc, time::Duration};

use axum::http::Method;
use clinic::messaging::api::{self as messaging, Category, Channel, NewMessage};
use ports::twilio::{Account, TwilioSender};
use serde_json::{Value, json};
use store::{Sql, StoreError, Violation, params};
use testkit::{
    clinic::{Answer, TestClinic, fault},
    db::{TestDb, eventually},
    on_both_engines,
    session::Session,
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
    async fn reply(&self, body: &str, once: &str) -> Answer {
        let path = format!("/api/v1/inbox/conversations/{}/reply/", self.conversation);
        self.clinic
            .call(
                Method::POST,
                &path,
                Some(json!({"body": body, "reply_id": once})),
            )
            .await
    }

    /// Waits until the only message is in this state.
    async fn state(&self, state: &str) -> Value {
        eventually(&format!("the message to be {state}"), LIMIT, || async {
            self.clinic
                .outbox("")
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
            let sent = scene.clinic.outbox("").await;
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
        assert!(scene.clinic.outbox("").await.is_empty());
        scene.clinic.stop_work().await;
    }

    async fn an_answer_by_sms_names_no_illness_test_or_treatment(db) {
        let mut scene = scene(&db).await;
        let path = format!("/api/v1/inbox/conversations/{}/reply/", scene.conversation);
        let reply = async |channel: &str, body: &str| {
            let body = json!({"body": body, "channel": channel, "reply_id": body});
            scene.clinic.call(Method::POST, &path, Some(body)).await
        };
        for (body, word) in [
            ("Votre test VIH est négatif.", "VIH"),
            ("Continuez la Metformine 500 mg", "Metformine"),
            ("Your HbA1c is back", "HbA1c"),
            ("Le DIABÈTE se soigne", "DIABÈTE"),
        ] {
            let answer = reply("sms", body).await;
            assert_eq!(fault(&answer), (400, "body".to_owned(), "tells-health".to_owned()), "{}", answer.text);
            assert!(answer.text.contains(&format!("«\u{202f}{word}\u{202f}»")) && answer.text.contains("message vous attend"), "{}", answer.text);
        }
        assert!(scene.clinic.outbox("").await.is_empty());
        assert_eq!(reply("sms", "Un message vous attend à la Clinique demo. Venez demain à 9 h.").await.status, 202);
        assert_eq!(reply("whatsapp", "Votre test VIH est négatif.").await.status, 202, "WhatsApp is his alone");
        let agent = Session::of(&scene.clinic, "agent").await;
        let form = [("body", "Votre test HIV est négatif."), ("channel", "sms"), ("reply_id", "x")];
        for (lang, words) in [("fr", "«\u{202f}HIV\u{202f}»"), ("en", "“HIV”")] {
            let page = agent.submit(&format!("/inbox/{}/reply?lang={lang}", scene.conversation), &form).await;
            assert!(page.status == 400 && page.text.contains(words) && !page.text.contains('⟦'), "{}", page.text);
        }
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

    async fn filters_stand_in_the_address(db) {
        let clinic = TestClinic::new(&db).await;
        let (app, ctx) = (&clinic.app, clinic.ctx());
        let numbers = ["+221771234567", "+221771234568", "+243812345601"];
        for (at, number) in (0..60_usize).map(|at| (at, numbers[at % 3])) {
            let new = NewMessage {
                channel: if at % 2 == 0 { Channel::Whatsapp } else { Channel::Sms },
                category: Category::Answer,
                recipient: number.parse().unwrap(),
                patient: None,
                body: format!("Message {at}"),
                idempotency_key: at.to_string(),
                expires_at: None,
                created_by: None,
            };
            let a = app.clone();
            app.store.write(&ctx, move |tx| Box::pin(async move { messaging::enqueue(tx, &a, &ctx, &new).await })).await.unwrap();
        }
        let fail = Sql::new("UPDATE message SET state = 'failed', reason = 'given_up' WHERE tenant_id = $1 AND idempotency_key IN ('0', '3', '6')");
        let tenant = clinic.tenant;
        app.store.write(tenant, move |tx| Box::pin(async move { tx.execute(fail, params![tenant]).await })).await.unwrap();
        for (query, count) in [
            ("", 60),
            ("state=&channel=&search=", 60),
            ("channel=sms", 30),
            ("state=failed", 3),
            ("state=failed&channel=whatsapp", 2),
            ("search=77%20123%2045%2067", 20),
            ("search=%2B22177", 40),
            ("search=0812-345", 20),
            ("search=Awa", 0),
            ("search=%25", 0),
            ("state=queued&channel=sms&search=771234567", 9),
        ] {
            let answer = clinic.call(Method::GET, &format!("/api/v1/outbox/?{query}"), None).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["count"]), (200, &json!(count)), "{query}: {}", answer.text);
        }
        for query in ["state=lost", "channel=pigeon", "chanel=sms"] {
            let answer = clinic.call(Method::GET, &format!("/api/v1/outbox/?{query}"), None).await;
            assert_eq!(answer.status, 400, "{query}");
        }
        let next = clinic.call(Method::GET, "/api/v1/outbox/?channel=sms&search=771", None).await.json();
        assert!(next["next"].is_null() && next["count"] == 20, "{next}");

        let admin = Session::of(&clinic, "admin").await;
        let page = admin.get("/outbox?state=queued&channel=&search=%2B221+77").await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains("37 messages") && page.text.contains("value=\"+221 77\""), "what was asked is shown");
        assert!(page.text.contains("<option value=\"queued\" selected>"));
        let next = "/outbox?state=queued&channel=&search=%2B221+77&page=2";
        assert!(page.text.contains(&format!("href=\"{}\"", next.replace('&', "&#38;"))), "{}", page.text);
        let second = admin.get(next).await;
        assert!(second.text.contains("Page 2 sur 2") && second.text.matches("+221 77").count() >= 17, "{}", second.text);
        assert!(admin.get("/outbox?search=Awa").await.text.contains("Aucun message ne correspond."));
        assert_eq!(admin.get("/outbox?state=lost").await.status, 400);
        assert_eq!(admin.get("/outbox?page=9").await.status, 404);
        assert_eq!(Session::of(&clinic, "agent").await.get("/outbox").await.status, 403);

        let failed = admin.get("/outbox?state=failed&channel=sms").await.text;
        let (_, rest) = failed.split_once("<form method=\"post\" action=\"/outbox/").unwrap();
        let action = format!("/outbox/{}", rest.split('"').next().unwrap().replace("&#38;", "&"));
        let finish = Sql::new("UPDATE message SET work_due_at = NULL WHERE tenant_id = $1 AND state = 'failed'");
        app.store.write(tenant, move |tx| Box::pin(async move { tx.execute(finish, params![tenant]).await })).await.unwrap();
        assert_eq!(admin.post(&action, &[]).await.status, 403, "no secret");
        let again = admin.submit(&action, &[]).await;
        assert_eq!((again.status.as_u16(), again.headers["location"].to_str().unwrap()), (303, "/outbox?state=failed&channel=sms"));
        assert!(admin.get("/outbox?state=failed&channel=sms").await.text.contains("Aucun message ne correspond."));
        let again = admin.submit(&action, &[]).await;
        assert_eq!(again.status, 409, "it waits already");
    }

    async fn another_clinics_messages_are_in_no_list(db) {
        let mut scene = scene(&db).await;
        scene.reply("Bonjour", "a").await;
        scene.state("accepted").await;
        scene.clinic.another("autre", "+221338210001").await;
        let theirs = scene.clinic.token_of("autre-agent").await;
        for query in ["", "?search=77", "?state=accepted&channel=whatsapp"] {
            let list = scene.clinic.call_as(Some(&theirs), Method::GET, &format!("/api/v1/outbox/{query}"), None).await;
            assert_eq!((list.status.as_u16(), &list.json()["count"]), (200, &json!(0)), "{query}");
        }
        scene.clinic.stop_work().await;
    }
}
