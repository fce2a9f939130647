use std::time::Duration;

use ports::{
    ErrorClass, Lookup, MessageSender, Outgoing,
    twilio::{Account, TwilioSender},
};
use testkit::twilio::Fault;

use crate::support::{
    CLINIC, PATIENT, assert_tells_nothing, closed_port, fake, lookup, message, now, sender, within,
};

#[tokio::test]
async fn a_message_is_taken_once_and_whole() {
    let fake = fake().await;
    let body = "Bonjour Awa,\nça va ? 5 & 6 = 11 + 😀 «œ» 100 %";
    let accepted = within(sender(&fake).send(&message(body))).await.unwrap();

    assert!(!accepted.simulated);
    let taken = fake.accepted();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].sid, accepted.provider_id);
    assert_eq!(taken[0].body, body);
    assert_eq!(taken[0].to, PATIENT);
    assert_eq!(taken[0].from.as_deref(), Some(CLINIC));
    assert_eq!(taken[0].status_callback, message(body).status_callback);
    assert_eq!(fake.accepted_by_body()[body], 1);
}

#[tokio::test]
async fn a_messaging_service_chooses_the_sender() {
    let fake = fake().await;
    let service = "MG0123456789abcdef0123456789abcdef";
    let outgoing = Outgoing {
        from: service.into(),
        ..message("Bonjour")
    };
    let sender = sender(&fake);
    let start = now();
    let accepted = within(sender.send(&outgoing)).await.unwrap();
    assert_eq!(
        fake.accepted()[0].messaging_service_sid.as_deref(),
        Some(service)
    );
    let lookup = Lookup {
        from: service.into(),
        ..lookup("Bonjour", start)
    };
    let found = within(sender.find(&lookup)).await.unwrap();
    assert_eq!(found[0].provider_id, accepted.provider_id);
}

#[tokio::test]
async fn refusals_have_their_class_and_take_nothing() {
    let fake = fake().await;
    let sender = sender(&fake);
    for (fault, class, code) in [
        (
            Fault::Refuse {
                status: 400,
                code: 21211,
            },
            ErrorClass::BadNumber,
            Some(21211),
        ),
        (
            Fault::Refuse {
                status: 400,
                code: 21610,
            },
            ErrorClass::OptedOut,
            Some(21610),
        ),
        (
            Fault::Refuse {
                status: 400,
                code: 63016,
            },
            ErrorClass::OutOfWindow,
            Some(63016),
        ),
        (
            Fault::Refuse {
                status: 403,
                code: 20005,
            },
            ErrorClass::Account,
            Some(20005),
        ),
        (
            Fault::TooManyRequests { retry_after: 7 },
            ErrorClass::RateLimited,
            Some(20429),
        ),
        (
            Fault::ErrorBeforeAccepting,
            ErrorClass::Unknown,
            Some(20500),
        ),
        (Fault::CloseWithoutAccepting, ErrorClass::Unknown, None),
    ] {
        fake.script([fault.clone()]);
        let error = within(sender.send(&message("Bonjour"))).await.unwrap_err();
        assert_eq!((error.class, error.code), (class, code), "{fault:?}");
        let expected = (class == ErrorClass::RateLimited).then_some(Duration::from_secs(7));
        assert_eq!(error.retry_after, expected);
        assert_tells_nothing(&error);
    }
    assert!(fake.accepted().is_empty());
    // Exactly one request each: nothing below us tries again.
    assert_eq!(fake.attempts(), 7);
}

#[tokio::test]
async fn no_connection_means_certainly_not_sent() {
    let (base, _closed) = closed_port();
    let sid = "AC0123456789abcdef0123456789abcdef";
    let nobody = TwilioSender::new(Account::new(sid, "t", &base).unwrap()).unwrap();
    let error = within(nobody.send(&message("Bonjour"))).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Transient);
    assert!(error.class.can_retry());
    // As for a lookup: the outcome is as unknown as before.
    let error = within(nobody.find(&lookup("Bonjour", now())))
        .await
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Unknown);
}

#[tokio::test]
async fn wrong_credentials_are_the_accounts_fault() {
    let fake = fake().await;
    let wrong = Account::new(fake.account_sid(), "wrong", fake.base_url()).unwrap();
    let error = within(TwilioSender::new(wrong).unwrap().send(&message("Bonjour")))
        .await
        .unwrap_err();
    assert_eq!(
        (error.class, error.code),
        (ErrorClass::Account, Some(20003))
    );
    assert!(fake.accepted().is_empty());
}

#[tokio::test]
async fn a_slow_answer_is_waited_for() {
    let fake = fake().await;
    fake.script([Fault::Slow { millis: 300 }]);
    within(sender(&fake).send(&message("Bonjour")))
        .await
        .unwrap();
    assert_eq!(fake.attempts(), 1);
}

/// A process of its own is driven by HTTP.
#[tokio::test]
async fn it_can_be_driven_from_outside() {
    let fake = fake().await;
    let client = testkit::twilio::webhook_client().unwrap();
    let script = r#"[{"refuse":{"status":400,"code":21211}},"accept_then_close","none"]"#;
    let answer = client
        .post(format!("{}/_fake/faults", fake.base_url()))
        .header("content-type", "application/json")
        .body(script)
        .send();
    assert!(within(answer).await.unwrap().status().is_success());
    let sender = sender(&fake);
    let mut classes = Vec::new();
    for body in ["a", "b", "c"] {
        classes.push(
            within(sender.send(&message(body)))
                .await
                .err()
                .map(|e| e.class),
        );
    }
    assert_eq!(
        classes,
        [Some(ErrorClass::BadNumber), Some(ErrorClass::Unknown), None]
    );
    let taken = client
        .get(format!("{}/_fake/accepted", fake.base_url()))
        .send();
    let taken: Vec<serde_json::Value> = within(taken).await.unwrap().json().await.unwrap();
    let bodies: Vec<_> = taken.iter().map(|m| m["body"].as_str().unwrap()).collect();
    assert_eq!(bodies, ["b", "c"]);
}
