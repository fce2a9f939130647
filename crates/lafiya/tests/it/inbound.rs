//! A patient writes: from Twilio's call to the inbox.

use std::time::Duration;

use axum::http::Method;
use kernel::{Clock, Timestamp};
use serde_json::{Value, json};
use testkit::{
    clinic::{PUBLIC_URL, TOKEN, TestClinic},
    db::{TestDb, eventually},
    on_both_engines, twilio,
};

const LIMIT: Duration = Duration::from_secs(20);

async fn events(clinic: &TestClinic) -> Vec<Value> {
    let answer = clinic
        .call(Method::GET, "/api/v1/webhooks/?page_size=100", None)
        .await;
    answer.json()["results"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

async fn conversations(clinic: &TestClinic) -> Vec<Value> {
    let answer = clinic
        .call(Method::GET, "/api/v1/inbox/conversations/", None)
        .await;
    answer.json()["results"]
        .as_array()
        .cloned()
        .unwrap_or_default()
}

async fn thread(clinic: &TestClinic, id: &str) -> Value {
    clinic
        .call(
            Method::GET,
            &format!("/api/v1/inbox/conversations/{id}/"),
            None,
        )
        .await
        .json()
}

/// Waits until no event is pending.
async fn settled(clinic: &TestClinic, count: usize) -> Vec<Value> {
    eventually("all events to be processed", LIMIT, || async {
        let events = events(clinic).await;
        let done = events
            .iter()
            .all(|event| event["processing_status"] != "pending");
        (done && events.len() == count).then_some(events)
    })
    .await
}

async fn started(db: &TestDb) -> TestClinic {
    let mut clinic = TestClinic::new(db).await;
    clinic.start_work();
    clinic
}

/// The texts of the events that the log shows for these filters, newest first.
async fn found(clinic: &TestClinic, filters: &str) -> Vec<String> {
    let path = format!("/api/v1/webhooks/?{filters}");
    let answer = clinic.call(Method::GET, &path, None).await;
    assert_eq!(answer.status, 200, "{filters} {}", answer.text);
    let json = answer.json();
    let results = json["results"].as_array().unwrap();
    assert_eq!(json["count"], results.len(), "{filters}");
    let text = |event: &Value| event["content"].as_str().unwrap().to_owned();
    results.iter().map(text).collect()
}

on_both_engines! {
    async fn the_log_is_filtered_by_time_and_words(db) {
        // 23:30 in Dakar (UTC), then the next two days.
        let clock = Clock::fixed(Timestamp::parse("2026-03-01T23:30:00Z").unwrap());
        let clinic = TestClinic::with_clock(&db, &clock).await;
        for (phone, text) in [("+221771234567", "Fièvre depuis hier"), ("+221781112233", "RDV demain"), ("+221771234567", "Merci")] {
            assert_eq!(clinic.webhook("whatsapp", &clinic.whatsapp(phone, text)).await.status, 200);
            clock.advance(Duration::from_secs(24 * 3600));
        }
        // The token of an hour ago has expired.
        let token = clinic.token_of("agent").await;
        let clinic = clinic.with_token(token);
        for (filters, expected) in [
            ("", &["Merci", "RDV demain", "Fièvre depuis hier"][..]),
            ("from=2026-03-02", &["Merci", "RDV demain"]),
            ("to=2026-03-02", &["RDV demain", "Fièvre depuis hier"]),
            ("from=2026-03-02&to=2026-03-02", &["RDV demain"]),
            ("from=2026-03-02T23:30:00Z", &["Merci", "RDV demain"]),
            ("from=2026-03-02T23:30:01", &["Merci"]),
            ("to=2026-03-01T23:30:00Z", &["Fièvre depuis hier"]),
            ("to=2026-03-01T23:29:59Z", &[]),
            ("search=FIEVRE", &["Fièvre depuis hier"]),
            ("search=77%20123%2045%2067", &["Merci", "Fièvre depuis hier"]),
            ("search=%2B221781112233", &["RDV demain"]),
            ("search=77%20123&from=2026-03-02&event_type=whatsapp_incoming&status=pending", &["Merci"]),
            ("search=%25", &["Merci", "RDV demain", "Fièvre depuis hier"]),
            ("search=_", &["Merci", "RDV demain", "Fièvre depuis hier"]),
            ("search=m_rci", &[]),
            ("from=&to=&search=", &["Merci", "RDV demain", "Fièvre depuis hier"]),
        ] {
            assert_eq!(found(&clinic, filters).await, expected, "{filters}");
        }
        let sid = events(&clinic).await[1]["external_id"].as_str().unwrap().to_owned();
        assert_eq!(found(&clinic, &format!("search={sid}")).await, ["RDV demain"]);
        for (filters, field) in [("from=hier", "from"), ("to=2026-02-30", "to"), ("until=2026-03-01", "until")] {
            let answer = clinic.call(Method::GET, &format!("/api/v1/webhooks/?{filters}"), None).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["errors"][0]["field"]), (400, &json!(field)));
        }
    }

    async fn a_patients_message_stands_in_his_conversation(db) {
        let mut clinic = started(&db).await;
        let patient = clinic.patient("Aïssatou", "Ndiaye", "77 123 45 67").await;
        let answer = clinic.webhook("whatsapp", &clinic.whatsapp("+221771234567", "Bonjour docteur 🙂\nça va ?")).await;
        assert_eq!(answer.status, 200);
        assert!(answer.text.ends_with("<Response></Response>"), "{}", answer.text);
        assert_eq!(answer.headers["content-type"], "text/xml; charset=utf-8");
        let events = settled(&clinic, 1).await;
        assert_eq!(events[0]["processing_status"], "processed");
        assert_eq!(events[0]["related_user"], patient.to_string());
        let list = conversations(&clinic).await;
        assert_eq!(list.len(), 1);
        assert_eq!((&list[0]["patient_name"], &list[0]["unread"]), (&json!("Aïssatou Ndiaye"), &json!(1)));
        let thread = thread(&clinic, list[0]["id"].as_str().unwrap()).await;
        assert_eq!(thread["entries"][0]["body"], "Bonjour docteur 🙂\nça va ?");
        assert_eq!(thread["whatsapp"]["open"], true);
        clinic.stop_work().await;
    }

    async fn thirty_copies_at_once_are_one_message(db) {
        let mut clinic = started(&db).await;
        clinic.patient("Moussa", "Ba", "77 123 45 67").await;
        let form = clinic.whatsapp("+221771234567", "Une fois");
        let copies = (0..30).map(|_| clinic.webhook("whatsapp", &form));
        let answers = futures_util::future::join_all(copies).await;
        assert!(answers.iter().all(|answer| answer.status == 200));
        settled(&clinic, 1).await;
        let again = clinic.webhook("whatsapp", &form).await;
        assert_eq!(again.status, 200, "a replay is acknowledged and does nothing");
        let list = conversations(&clinic).await;
        let thread = thread(&clinic, list[0]["id"].as_str().unwrap()).await;
        assert_eq!(thread["entries"].as_array().unwrap().len(), 1);
        clinic.stop_work().await;
    }

    async fn only_twilios_signature_opens_the_door(db) {
        let clinic = TestClinic::new(&db).await;
        let path = "/api/v1/webhooks/twilio/sms/";
        let form = clinic.sms("+221771234567", "Bonjour");
        let right = twilio::independent_signature(TOKEN, &format!("{PUBLIC_URL}{path}"), &form);
        let mut changed = form.clone();
        changed.iter_mut().find(|(name, _)| name == "Body").unwrap().1 = "Autre".into();
        let elsewhere = twilio::independent_signature(TOKEN, &format!("{PUBLIC_URL}/api/v1/webhooks/twilio/whatsapp/"), &form);
        let stranger = twilio::independent_signature("other", &format!("{PUBLIC_URL}{path}"), &form);
        for (what, params, signature) in [
            ("missing", &form, None),
            ("empty", &form, Some("")),
            ("another path's", &form, Some(elsewhere.as_str())),
            ("another secret's", &form, Some(stranger.as_str())),
            ("of a changed body", &changed, Some(right.as_str())),
        ] {
            let answer = clinic.webhook_signed(path, params, signature).await;
            assert_eq!(answer.status, 403, "{what}");
            assert_eq!(answer.json()["code"], "bad-signature", "{what}");
        }
        assert!(events(&clinic).await.is_empty(), "nothing was stored");
        assert_eq!(clinic.webhook_signed(path, &form, Some(&right)).await.status, 200);
        assert_eq!(clinic.webhook_signed("/api/v1/webhooks/twilio/sms", &form, Some(&right)).await.status, 403,
            "the address is part of what is signed");
    }

    async fn a_proxy_in_front_changes_nothing(db) {
        let clinic = TestClinic::new(&db).await;
        let path = "/api/v1/webhooks/twilio/sms/";
        let mut form = clinic.sms("+221771234567", "Bonjour");
        form.push(("SomethingNew".into(), "2027".into()));
        let signature = twilio::independent_signature(TOKEN, &format!("{PUBLIC_URL}{path}"), &form);
        let request = axum::http::Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-forwarded-proto", "https")
            .header("x-forwarded-host", "evil.example")
            .header("host", "10.0.0.7:3000")
            .header("x-twilio-signature", signature)
            .body(axum::body::Body::from(serde_urlencoded::to_string(&form).unwrap()))
            .unwrap();
        assert_eq!(clinic.send(request).await.status, 200);
        let event = events(&clinic).await.remove(0);
        assert_eq!(event["raw_payload"]["SomethingNew"], "2027", "unknown parameters are kept");
    }

    async fn a_shared_phone_asks_who_is_writing(db) {
        let mut clinic = started(&db).await;
        clinic.patient("Awa", "Diop", "77 200 00 01").await;
        let moussa = clinic.patient("Moussa", "Diop", "77 200 00 01").await;
        clinic.webhook("whatsapp", &clinic.whatsapp("+221772000001", "J’ai mal à la tête")).await;
        let events = settled(&clinic, 1).await;
        assert_eq!(events[0]["processing_status"], "needs_review");
        let list = conversations(&clinic).await;
        assert_eq!((list.len(), &list[0]["patient_id"]), (1, &Value::Null), "in nobody's record");
        let id = list[0]["id"].as_str().unwrap().to_owned();
        let waiting = thread(&clinic, &id).await;
        assert_eq!(waiting["candidates"].as_array().unwrap().len(), 2);
        let question = waiting["entries"].as_array().unwrap().iter().find(|entry| entry["kind"] == "outbound").unwrap().clone();
        assert!(question["body"].as_str().unwrap().ends_with("1 Awa, 2 Moussa"), "{question}");
        clinic.webhook("whatsapp", &clinic.whatsapp("+221772000001", "2")).await;
        settled(&clinic, 2).await;
        let list = conversations(&clinic).await;
        assert_eq!((list.len(), &list[0]["patient_id"]), (1, &json!(moussa.to_string())));
        let answered = thread(&clinic, list[0]["id"].as_str().unwrap()).await;
        let bodies: Vec<&str> = answered["entries"].as_array().unwrap().iter().filter_map(|entry| entry["body"].as_str()).collect();
        assert!(bodies.contains(&"J’ai mal à la tête"), "{bodies:?}");
        clinic.webhook("whatsapp", &clinic.whatsapp("+221772000001", "Depuis hier")).await;
        let events = settled(&clinic, 3).await;
        assert_eq!(events[0]["related_user"], moussa.to_string(), "he goes on speaking");
        clinic.stop_work().await;
    }

    async fn staff_say_who_wrote_from_a_shared_phone(db) {
        let mut clinic = started(&db).await;
        let awa = clinic.patient("Awa", "Diop", "77 200 00 01").await;
        clinic.patient("Moussa", "Diop", "77 200 00 01").await;
        let stranger = clinic.patient("Jean", "Faye", "77 200 00 02").await;
        clinic.webhook("sms", &clinic.sms("+221772000001", "Bonjour")).await;
        settled(&clinic, 1).await;
        let id = conversations(&clinic).await[0]["id"].as_str().unwrap().to_owned();
        let resolve = async |patient: String| {
            let path = format!("/api/v1/inbox/conversations/{id}/resolve/");
            clinic.call(Method::POST, &path, Some(json!({"patient_id": patient}))).await
        };
        assert_eq!(resolve(stranger.to_string()).await.status, 400, "not one of those who share it");
        assert_eq!(resolve(awa.to_string()).await.status, 204);
        assert_eq!(resolve(awa.to_string()).await.status, 409, "a colleague was faster");
        let list = conversations(&clinic).await;
        assert_eq!((list.len(), &list[0]["patient_id"]), (1, &json!(awa.to_string())));
        assert_eq!(events(&clinic).await[0]["related_user"], awa.to_string());
        clinic.stop_work().await;
    }

    async fn a_look_alike_number_is_proposed_and_never_believed(db) {
        let mut clinic = started(&db).await;
        let patient = clinic.patient("Ibrahima", "Sarr", "+221771234567").await;
        // The valid French twin of a Senegalese mobile.
        clinic.webhook("whatsapp", &clinic.whatsapp("+33771234567", "C’est moi")).await;
        let events = settled(&clinic, 1).await;
        assert_eq!((&events[0]["processing_status"], &events[0]["related_user"]), (&json!("needs_review"), &Value::Null));
        let list = conversations(&clinic).await;
        assert_eq!((&list[0]["patient_id"], &list[0]["proposed_patient"]), (&Value::Null, &json!(patient.to_string())));
        let id = list[0]["id"].as_str().unwrap();
        let body = Some(json!({"patient_id": patient.to_string()}));
        let refused = clinic.call(Method::POST, &format!("/api/v1/inbox/conversations/{id}/refuse/"), body.clone()).await;
        assert_eq!(refused.status, 204);
        let late = clinic.call(Method::POST, &format!("/api/v1/inbox/conversations/{id}/confirm/"), body.clone()).await;
        assert_eq!((late.status.as_u16(), &late.json()["code"]), (409, &json!("not-proposed")));
        clinic.webhook("whatsapp", &clinic.whatsapp("+33771234567", "Encore")).await;
        settled(&clinic, 2).await;
        assert_eq!(conversations(&clinic).await[0]["proposed_patient"], Value::Null, "said once is enough");
        clinic.stop_work().await;
    }

    async fn a_confirmed_look_alike_is_attached_and_known_from_then_on(db) {
        let mut clinic = started(&db).await;
        let patient = clinic.patient("Ibrahima", "Sarr", "+221771234567").await;
        clinic.webhook("whatsapp", &clinic.whatsapp("+33771234567", "Je suis en France")).await;
        settled(&clinic, 1).await;
        let id = conversations(&clinic).await[0]["id"].as_str().unwrap().to_owned();
        let body = Some(json!({"patient_id": patient.to_string()}));
        let confirmed = clinic.call(Method::POST, &format!("/api/v1/inbox/conversations/{id}/confirm/"), body).await;
        assert_eq!(confirmed.status, 204);
        clinic.webhook("whatsapp", &clinic.whatsapp("+33771234567", "Merci")).await;
        let events = settled(&clinic, 2).await;
        assert!(events.iter().all(|event| event["related_user"] == patient.to_string()));
        assert_eq!(conversations(&clinic).await.len(), 1);
        clinic.stop_work().await;
    }

    async fn an_unknown_number_has_a_conversation_too(db) {
        let mut clinic = started(&db).await;
        clinic.webhook("sms", &clinic.sms("+221779999999", "")).await;
        let events = settled(&clinic, 1).await;
        assert_eq!(events[0]["processing_status"], "ignored");
        let list = conversations(&clinic).await;
        assert_eq!((&list[0]["phone"], &list[0]["patient_id"]), (&json!("+221779999999"), &Value::Null));
        clinic.stop_work().await;
    }

    async fn stop_is_heard_whoever_writes_it(db) {
        let mut clinic = started(&db).await;
        clinic.patient("Awa", "Diop", "77 200 00 01").await;
        clinic.webhook("sms", &clinic.sms("+221772000001", " arrêt ")).await;
        settled(&clinic, 1).await;
        let id = conversations(&clinic).await[0]["id"].as_str().unwrap().to_owned();
        assert_eq!(thread(&clinic, &id).await["opted_out"], true);
        clinic.webhook("sms", &clinic.sms("+221772000001", "Reprendre")).await;
        settled(&clinic, 2).await;
        assert_eq!(thread(&clinic, &id).await["opted_out"], false);
        clinic.stop_work().await;
    }

    async fn a_decision_is_confirmed_once_on_whatsapp_and_asks_nothing(db) {
        let mut clinic = started(&db).await;
        for first in ["Awa", "Moussa"] {
            clinic.patient(first, "Diop", "77 200 00 01").await;
        }
        let said = async |kind: &str, word: &str, count: usize| -> Vec<String> {
            let form = match kind {
                "sms" => clinic.sms("+221772000001", word),
                _ => clinic.whatsapp("+221772000001", word),
            };
            clinic.webhook(kind, &form).await;
            settled(&clinic, count).await;
            let id = conversations(&clinic).await[0]["id"].as_str().unwrap().to_owned();
            let thread = thread(&clinic, &id).await;
            let lines = thread["entries"].as_array().unwrap().iter().filter(|entry| entry["kind"] == "outbound");
            lines.map(|entry| entry["body"].as_str().unwrap().to_owned()).collect()
        };
        // The phone is shared: who leaves is not asked who he is.
        let stopped = said("whatsapp", "STOP", 1).await;
        assert!(stopped.len() == 1 && stopped[0].ends_with("écrivez REPRENDRE."), "{stopped:?}");
        assert_eq!(said("whatsapp", "Arrêt", 2).await, stopped, "to say it again has no answer");
        let started = said("whatsapp", "reprendre", 3).await;
        assert!(started.len() == 2 && started.iter().any(|line| line.contains("de nouveau nos messages")), "{started:?}");
        // There the operator's service answers, and takes nothing more from us.
        assert_eq!(said("sms", "STOP", 4).await.len(), 2);
        let asked = said("whatsapp", "J’ai mal à la tête", 5).await;
        assert!(asked.iter().any(|line| line.ends_with("1 Awa, 2 Moussa")), "{asked:?}");
        clinic.stop_work().await;
    }

    async fn a_message_finds_the_clinic_it_was_written_to(db) {
        let mut clinic = started(&db).await;
        clinic.another("autre", "+221338210001").await;
        let theirs = clinic.token_of("autre-agent").await;
        let mut form = clinic.sms("+221779999999", "Bonjour");
        form.iter_mut().find(|(name, _)| name == "To").unwrap().1 = "+221338210001".into();
        assert_eq!(clinic.webhook("sms", &form).await.status, 200);
        assert!(events(&clinic).await.is_empty(), "not ours");
        let answer = clinic.call_as(Some(&theirs), Method::GET, "/api/v1/webhooks/", None).await;
        let id = answer.json()["results"][0]["id"].as_str().unwrap().to_owned();
        let foreign = clinic.call(Method::GET, &format!("/api/v1/webhooks/{id}/"), None).await;
        assert_eq!(foreign.status, 404, "another clinic's event does not exist");
        clinic.stop_work().await;
    }

    async fn strange_bodies_are_never_a_server_error(db) {
        let clinic = TestClinic::new(&db).await;
        let path = "/api/v1/webhooks/twilio/sms/";
        for (kind, body) in [
            ("application/x-www-form-urlencoded", b"From=%ff%fe&Body=%00".to_vec()),
            ("application/json", b"{".to_vec()),
            ("text/plain", vec![0xff; 32]),
            ("application/x-www-form-urlencoded", vec![b'a'; 10 << 20]),
        ] {
            let request = axum::http::Request::post(path)
                .header("content-type", kind)
                .header("x-twilio-signature", "x")
                .body(axum::body::Body::from(body))
                .unwrap();
            let status = clinic.send(request).await.status.as_u16();
            assert!((400..500).contains(&status), "{kind}: {status}");
        }
        let odd = vec![("From".to_owned(), "Lafiya".to_owned()), ("Body".to_owned(), "\u{0}".repeat(3))];
        assert_eq!(clinic.webhook("sms", &odd).await.status, 200, "a signed message is never refused");
    }
}
