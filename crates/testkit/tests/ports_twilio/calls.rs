use std::time::Duration;

use kernel::{Clock, Locale, Redacted, Rng, Timestamp};
use ports::{
    Ask, Call, DeliveryReport, ErrorClass, Lookup, MessageSender, Outgoing, messaging::body_sha256,
};
use testkit::twilio::{FakeCall, FakeTwilio, FakeTwilioConfig, Fault};

use crate::support::{assert_tells_nothing, fake, now, sender, within};

const OURS: &str = "+221338210000";
const HIS: &str = "+221771234567";

fn call(body: &str, to: &str) -> Outgoing {
    Outgoing {
        from: OURS.into(),
        to: to.into(),
        body: Redacted(body.into()),
        content: None,
        status_callback: Some("https://clinic.example/voice/status/".into()),
        call: Some(Call {
            language: Locale::Fr,
            goodbye: "Au revoir.".into(),
            ask: Some(Ask {
                prompt: "Tapez 1.".into(),
                address: "https://clinic.example/voice/keys/?said=1".into(),
            }),
        }),
    }
}

fn lookup(to: &str, since: Timestamp) -> Lookup {
    Lookup {
        from: OURS.into(),
        to: to.into(),
        since,
        body_sha256: body_sha256("Bonjour"),
        call: true,
        known_ids: Vec::new(),
    }
}

#[tokio::test]
async fn a_call_says_its_text_and_asks_for_its_steps() {
    let fake = fake().await;
    let accepted = within(sender(&fake).send(&call("Bonjour & merci", HIS))).await;
    let calls = fake.calls();
    assert_eq!(accepted.unwrap().provider_id, calls[0].sid);
    assert_eq!((calls[0].to.as_str(), calls[0].from.as_str()), (HIS, OURS));
    assert_eq!(calls[0].twiml.matches("Bonjour &amp; merci").count(), 2);
    assert!(calls[0].twiml.contains("keys/?said=1\""));
    let events = ["initiated", "ringing", "answered", "completed"];
    assert_eq!(calls[0].events, events);
    assert!(calls[0].sid.starts_with("CA") && fake.accepted().is_empty());
}

#[tokio::test]
async fn what_is_refused_says_why_without_the_number() {
    let fake = fake().await;
    for (code, class) in [
        (21211, ErrorClass::BadNumber),
        (21210, ErrorClass::Account),
        (21215, ErrorClass::Account),
        (13225, ErrorClass::Blocked),
        (10004, ErrorClass::RateLimited),
    ] {
        fake.script([Fault::Refuse { status: 400, code }]);
        let error = within(sender(&fake).send(&call("Bonjour", HIS))).await;
        let error = error.unwrap_err();
        assert_eq!((error.class, error.code), (class, Some(code)));
        assert_tells_nothing(&error);
    }
    let long = "a".repeat(2000);
    let error = within(sender(&fake).send(&call(&long, HIS))).await;
    assert_eq!(error.unwrap_err().class, ErrorClass::ContentRefused);
    assert!(fake.calls().is_empty() && fake.attempts() == 5);
}

#[tokio::test]
async fn a_lost_call_is_found_by_numbers_and_time() {
    let start = Timestamp::parse("2026-03-01T23:58:00Z").unwrap();
    let clock = Clock::fixed(start);
    let config = FakeTwilioConfig {
        clock: clock.clone(),
        rng: Rng::seeded(3),
        max_page_size: 1,
        ..FakeTwilioConfig::default()
    };
    let fake = FakeTwilio::start_with(config).await.unwrap();
    let sender = sender(&fake);
    within(sender.send(&call("Bonjour", HIS))).await.unwrap();
    let long_ago = FakeCall {
        sid: "CAold".into(),
        date_created: start.minus(Duration::from_secs(3600)),
        ..fake.calls()[0].clone()
    };
    fake.insert_call(long_ago);
    within(sender.send(&call("Bonjour", "+221770000001")))
        .await
        .unwrap();
    // Over midnight.
    clock.advance(Duration::from_secs(180));
    for fault in [Fault::AcceptThenClose, Fault::ErrorAfterAccepting] {
        fake.script([fault]);
        let lost = within(sender.send(&call("Bonjour", HIS))).await;
        assert_eq!(lost.unwrap_err().class, ErrorClass::Unknown);
    }
    // Not dialled yet: a filter of starting times would have hidden it.
    assert!(fake.calls()[3].start_time.is_none());
    let found = within(sender.find(&lookup(HIS, clock.now())))
        .await
        .unwrap();
    let sids: Vec<String> = fake.calls().into_iter().map(|call| call.sid).collect();
    let ids: Vec<&String> = found.iter().map(|found| &found.provider_id).collect();
    assert_eq!(ids, [&sids[4], &sids[3]], "the newest first");
    assert!(found.iter().all(|it| it.report == DeliveryReport::Accepted));

    fake.call_status(&sids[4], "no-answer").unwrap();
    let known = Lookup {
        known_ids: vec![sids[3].clone()],
        ..lookup(HIS, clock.now())
    };
    let found = within(sender.find(&known)).await.unwrap();
    assert_eq!(
        (found.len(), found[0].report),
        (1, DeliveryReport::CallNoAnswer)
    );
}

#[tokio::test]
async fn a_lookup_that_fails_tells_nothing_about_the_call() {
    let fake = fake().await;
    fake.script_lookups([Fault::ErrorBeforeAccepting]);
    let error = within(sender(&fake).find(&lookup(HIS, now()))).await;
    assert_eq!(error.unwrap_err().class, ErrorClass::Unknown);
}
