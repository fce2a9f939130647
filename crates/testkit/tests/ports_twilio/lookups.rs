use std::time::Duration;

use kernel::{Clock, Rng, Timestamp};
use ports::{DeliveryReport, ErrorClass, Lookup, MessageSender, Outgoing, twilio::TwilioSender};
use testkit::twilio::{FakeMessage, FakeTwilio, FakeTwilioConfig, Fault};

use crate::support::{
    CLINIC, PATIENT, account, assert_tells_nothing, fake, lookup, message, now, sender, within,
};

/// Taken, but the answer was lost in some way: unknown, never tried again by
/// itself, and found by a lookup.
#[tokio::test]
async fn a_lost_answer_is_unknown_and_can_be_looked_up() {
    let fake = fake().await;
    let sender = sender(&fake);
    let faults = [
        Fault::AcceptThenClose,
        Fault::ErrorAfterAccepting,
        Fault::AcceptThenGarbage,
    ];
    for (at, fault) in faults.into_iter().enumerate() {
        let body = format!("Bonjour {at}");
        fake.script([fault.clone()]);
        let start = now();
        let error = within(sender.send(&message(&body))).await.unwrap_err();
        assert_eq!(error.class, ErrorClass::Unknown, "{fault:?}");
        assert_tells_nothing(&error);

        let found = within(sender.find(&lookup(&body, start))).await.unwrap();
        assert_eq!(found.len(), 1, "{fault:?}");
        assert_eq!(found[0].provider_id, fake.accepted()[at].sid);
        assert_eq!(found[0].report, DeliveryReport::Accepted);
        assert_eq!(fake.accepted_by_body()[&body], 1);
        assert_eq!(fake.attempts(), at + 1);
    }
}

/// A caller that gives up while the provider is silent (here by dropping the
/// future, as a shutdown does) finds the message afterwards, still queued.
#[tokio::test]
async fn a_silent_provider_may_have_taken_it() {
    let fake = fake().await;
    let sender = sender(&fake);
    fake.script([Fault::AcceptThenHang, Fault::HangWithoutAccepting]);
    let start = now();
    for (body, taken) in [("Un", 1), ("Deux", 1)] {
        let outgoing = message(body);
        let attempts = fake.attempts() + 1;
        tokio::select! {
            answer = sender.send(&outgoing) => panic!("{answer:?}"),
            () = within(async {
                fake.wait_for_attempts(attempts).await;
                fake.wait_for_accepted(taken).await;
            }) => {}
        }
    }
    assert!(fake.accepted()[0].date_sent.is_none());
    let taken = within(sender.find(&lookup("Un", start))).await.unwrap();
    assert_eq!(taken.len(), 1);
    let never = within(sender.find(&lookup("Deux", start))).await.unwrap();
    assert!(never.is_empty());
}

#[tokio::test]
async fn an_attempt_ends_in_time_with_an_unknown_outcome() {
    let fake = fake().await;
    let brisk = TwilioSender::with_timeout(account(&fake), Duration::from_millis(200)).unwrap();
    fake.script([Fault::AcceptThenHang]);
    let error = within(brisk.send(&message("Bonjour"))).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Unknown);
    assert_eq!(error.detail, "no answer in time");
    assert_eq!((fake.attempts(), fake.accepted().len()), (1, 1));
    fake.script_lookups([Fault::HangWithoutAccepting]);
    let error = within(brisk.find(&lookup("Bonjour", now()))).await;
    assert_eq!(error.unwrap_err().class, ErrorClass::Unknown);
}

#[tokio::test]
async fn a_lookup_finds_exactly_the_lost_ones() {
    let start = Timestamp::parse("2026-03-01T23:58:00Z").unwrap();
    let clock = Clock::fixed(start);
    let fake = FakeTwilio::start_with(FakeTwilioConfig {
        clock: clock.clone(),
        rng: Rng::seeded(3),
        // Forces several pages.
        max_page_size: 2,
        ..FakeTwilioConfig::default()
    })
    .await
    .unwrap();
    let sender = sender(&fake);
    // An hour ago the same text was sent already, and others since.
    fake.insert(FakeMessage {
        sid: "SMold".into(),
        to: PATIENT.into(),
        from: Some(CLINIC.into()),
        messaging_service_sid: None,
        body: "Oui".into(),
        status_callback: None,
        direction: "outbound-api".into(),
        status: "read".into(),
        error_code: None,
        date_created: start.minus(Duration::from_secs(3600)),
        date_sent: Some(start),
    });
    for body in ["Oui", "Non", " Oui\r\n", "Oui"] {
        within(sender.send(&message(body))).await.unwrap();
        // Over midnight, so that a filter of days would have to be right.
        clock.advance(Duration::from_secs(60));
    }
    let elsewhere = Outgoing {
        to: "whatsapp:+221771234568".into(),
        ..message("Oui")
    };
    within(sender.send(&elsewhere)).await.unwrap();

    let sids: Vec<String> = fake.accepted().into_iter().map(|m| m.sid).collect();
    let known = Lookup {
        known_ids: vec![sids[1].clone()],
        ..lookup("Oui", start)
    };
    fake.set_status(&sids[3], "undelivered", Some(30003));
    let found = within(sender.find(&known)).await.unwrap();
    let ids: Vec<&str> = found.iter().map(|f| f.provider_id.as_str()).collect();
    // Newest first; the third differs only in what Twilio tidies.
    assert_eq!(ids, [&sids[4], &sids[3]]);
    assert_eq!(found[1].report, DeliveryReport::Failed);
    assert_eq!(found[1].error_code, Some(30003));
    assert_eq!(fake.lookups(), 3);

    for body in ["oui", "Oui.", ""] {
        assert!(
            within(sender.find(&lookup(body, start)))
                .await
                .unwrap()
                .is_empty()
        );
    }
}

#[tokio::test]
async fn a_lookup_that_fails_leaves_the_outcome_unknown() {
    let fake = fake().await;
    let sender = sender(&fake);
    within(sender.send(&message("Bonjour"))).await.unwrap();
    for fault in [
        Fault::ErrorBeforeAccepting,
        Fault::TooManyRequests { retry_after: 1 },
        Fault::CloseWithoutAccepting,
        Fault::Refuse {
            status: 401,
            code: 20003,
        },
    ] {
        fake.script_lookups([fault.clone()]);
        let error = within(sender.find(&lookup("Bonjour", now())))
            .await
            .unwrap_err();
        assert_eq!(error.class, ErrorClass::Unknown, "{fault:?}");
        assert_tells_nothing(&error);
    }
}

/// A redacted text may be the one looked for: no answer is better than "not there".
#[tokio::test]
async fn a_text_that_is_hidden_is_no_answer() {
    let fake = fake().await;
    let sender = sender(&fake);
    let start = now();
    within(sender.send(&message("Bonjour"))).await.unwrap();
    let hidden = FakeMessage {
        body: String::new(),
        ..fake.accepted()[0].clone()
    };
    let id = hidden.sid.clone();
    fake.insert(hidden);
    let error = within(sender.find(&lookup("Bonjour", start))).await;
    assert_eq!(error.unwrap_err().class, ErrorClass::Unknown);
    // Unless it is known to be another.
    let known = Lookup {
        known_ids: vec![id],
        ..lookup("Bonjour", start)
    };
    assert!(within(sender.find(&known)).await.unwrap().is_empty());
}

/// More pages than one patient can have: rather no answer than half of one.
#[tokio::test]
async fn an_endless_list_is_no_answer() {
    let fake = FakeTwilio::start_with(FakeTwilioConfig {
        max_page_size: 1,
        ..FakeTwilioConfig::default()
    })
    .await
    .unwrap();
    let sender = sender(&fake);
    let start = now();
    for at in 0..12 {
        within(sender.send(&message(&format!("Bonjour {at}"))))
            .await
            .unwrap();
    }
    let error = within(sender.find(&lookup("Bonjour 0", start)))
        .await
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Unknown);
    assert_eq!(fake.lookups(), 10);
}
