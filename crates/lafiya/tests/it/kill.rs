//! The server dies without a word, again and again: what it acknowledged is
//! there afterwards, and what it sent it sent once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use kernel::Rng;
use reqwest::Method;
use serde_json::{Value, json};
use store::EngineKind;
use testkit::{
    db::{eventually, within},
    twilio::Fault,
};
use tokio::sync::Semaphore;

use crate::{
    server::{LIMIT, PATIENTS, Site},
    servers_on_both_engines,
};

/// How long everything may take to come to rest: an attempt that a kill cut off
/// is looked up, and "not there" is believed only 30 s after it began.
pub const REST: Duration = Duration::from_secs(120);
/// Callers at the same time.
const CLIENTS: usize = 8;

/// Chance that can be played again.
pub fn chance() -> Rng {
    let seed = match std::env::var("LAFIYA_TEST_SEED") {
        Ok(seed) => seed.parse().expect("LAFIYA_TEST_SEED is a number"),
        Err(_) => Rng::system().below(1 << 32),
    };
    eprintln!("again with LAFIYA_TEST_SEED={seed}");
    Rng::seeded(seed)
}

async fn acknowledged_webhooks(kind: EngineKind) {
    let begun = Instant::now();
    let (clinic, rng) = (Site::new(kind).await, chance());
    let mut server = clinic.start().await;
    let (acknowledged, stop) = (Mutex::new(BTreeSet::new()), AtomicBool::new(false));
    let count = || acknowledged.lock().unwrap().len();

    let clients = join_all((0..CLIENTS).map(|client| {
        let (clinic, acknowledged, stop) = (&clinic, &acknowledged, &stop);
        async move {
            for number in 0.. {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                let sid = format!("SM{client:016x}{number:016x}");
                clinic
                    .patient_writes(&sid, PATIENTS[number % PATIENTS.len()])
                    .await;
                acknowledged.lock().unwrap().insert(sid);
            }
        }
    }));
    let killer = async {
        for _ in 0..4 {
            let until = count() + usize::try_from(rng.below(80)).unwrap();
            eventually("webhooks between two kills", LIMIT, || async {
                (count() > until).then_some(())
            })
            .await;
            server.kill().await.unwrap();
            server = clinic.start().await;
        }
        stop.store(true, Ordering::Relaxed);
    };
    tokio::join!(clients, killer);

    let token = clinic.sign_in().await;
    eventually("all webhooks to be processed", REST, || async {
        let pending = "/api/v1/webhooks/?status=pending";
        (clinic.count(&token, pending).await == Some(0)).then_some(())
    })
    .await;
    let events = clinic.list(&token, "/api/v1/webhooks/?").await;
    let mut stored = BTreeMap::<String, usize>::new();
    for event in &events {
        assert_eq!(event["processing_status"], "processed", "{event}");
        let sid = event["external_id"].as_str().unwrap().to_owned();
        *stored.entry(sid).or_default() += 1;
    }
    let expected: BTreeMap<_, _> = acknowledged
        .lock()
        .unwrap()
        .iter()
        .map(|sid| (sid.clone(), 1))
        .collect();
    assert_eq!(stored, expected);
    eprintln!("{} webhooks in {:?}", events.len(), begun.elapsed());
}

const REPLIES: usize = 500;
const KILLS: usize = 20;

async fn five_hundred_replies(kind: EngineKind) {
    let begun = Instant::now();
    let (clinic, rng) = (Site::new(kind).await, chance());
    // Answers that take a while leave more for a kill to cut off.
    let slow = || Fault::Slow {
        millis: rng.below(40),
    };
    clinic.twilio.script((0..2 * REPLIES).map(|_| slow()));
    let mut server = clinic.start().await;
    let token = clinic.sign_in().await;
    for (number, from) in PATIENTS.iter().enumerate() {
        clinic
            .patient_writes(&format!("SM{number:032x}"), from)
            .await;
    }
    let open = "/api/v1/inbox/conversations/";
    eventually("the conversations", LIMIT, || async {
        (clinic.count(&token, open).await == Some(5)).then_some(())
    })
    .await;
    let conversations: Vec<_> = clinic
        .list(&token, "/api/v1/inbox/conversations/?")
        .await
        .iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect();

    let (next, permits) = (AtomicUsize::new(1), Semaphore::new(0));
    let clients = join_all((0..CLIENTS).map(|_| async {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number > REPLIES {
                break;
            }
            // Some for every round, or the later kills would meet no request.
            permits.acquire().await.unwrap().forget();
            let conversation = &conversations[number % conversations.len()];
            let path = format!("/api/v1/inbox/conversations/{conversation}/reply/");
            let reply =
                json!({"body": format!("Réponse {number}"), "reply_id": number.to_string()});
            eventually("a reply's acknowledgement", LIMIT, || async {
                let answer = clinic
                    .call(&token, Method::POST, &path, Some(&reply))
                    .await?;
                // A request may meet the end of the server; it never is at fault itself.
                assert!(answer.0 == 202 || answer.0 >= 500, "{answer:?}");
                (answer.0 == 202).then_some(())
            })
            .await;
        }
    }));
    let killer = async {
        for round in 1..=KILLS {
            permits.add_permits(REPLIES / KILLS);
            if round % 5 == 0 {
                // Long enough for what the kills before cut off to be taken over.
                let lookups = clinic.twilio.lookups();
                eventually("an attempt to be looked up", LIMIT, || async {
                    (clinic.twilio.lookups() > lookups).then_some(())
                })
                .await;
            } else {
                let further = usize::try_from(rng.below(21)).unwrap();
                let until = clinic.twilio.accepted().len() + further;
                let waiting = clinic.twilio.wait_for_accepted(until);
                let waited = tokio::time::timeout(LIMIT, waiting).await;
                waited.expect("messages at the provider between two kills");
            }
            server.kill().await.unwrap();
            server = clinic.start().await;
        }
        let (at, taken) = (begun.elapsed(), clinic.twilio.accepted().len());
        eprintln!("killed {KILLS} times after {at:?}, {taken} messages at the provider");
    };
    tokio::join!(clients, killer);

    let store = clinic.store().await;
    let all = within(REST, || async {
        let accepted = clinic.answers(&store, &["accepted"]).await;
        (accepted == 500).then_some(())
    });
    assert!(
        all.await.is_some(),
        "not accepted: {:#?}",
        clinic.unfinished().await
    );
    store.close().await;
    let outbox = clinic.list(&token, "/api/v1/outbox/?").await;
    let is_ours = |message: &Value| message["category"] == "answer";
    let (outbox, others): (Vec<_>, Vec<_>) = outbox.into_iter().partition(is_ours);
    assert_eq!(outbox.len(), REPLIES, "no reply became two messages");
    assert!(outbox.iter().all(|message| message["state"] == "accepted"));
    let expected: BTreeMap<_, _> = (1..=REPLIES)
        .map(|number| (format!("Réponse {number}"), 1))
        .collect();
    let mut taken = clinic.twilio.accepted_by_body();
    taken.retain(|body, _| others.iter().all(|other| other["body"] != body.as_str()));
    assert_eq!(taken, expected);
    let (attempts, lookups) = (clinic.twilio.attempts(), clinic.twilio.lookups());
    eprintln!(
        "{attempts} attempts, {lookups} lookups in {:?}",
        begun.elapsed()
    );
}

servers_on_both_engines! {
    acknowledged_webhooks_survive: acknowledged_webhooks;
    five_hundred_replies_arrive_exactly_once: five_hundred_replies;
}
