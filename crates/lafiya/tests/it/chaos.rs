//! Many messages are due, the provider misbehaves in every way it can, and the servers are
//! killed again and again: at the end each message is final with a reason, none is lost
//! and none was sent twice.
//!
//! `LAFIYA_CHAOS_MESSAGES` and `LAFIYA_CHAOS_KILLS` make it longer; `make chaos` does.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use kernel::Rng;
use serde_json::{Value, json};
use store::EngineKind;
use testkit::{
    db::eventually,
    twilio::{Fault, deliver},
};
use tokio::process::Child;
use tokio_util::sync::CancellationToken;

use crate::{
    due::{self, Due, text},
    kill::chance,
    server::{LIMIT, Site},
    servers_on_both_engines,
};

/// An answer goes at any hour.
const CATEGORY: &str = "answer";
/// What is not final yet.
const OPEN: &[&str] = &["queued", "sending", "accepted", "sent"];
/// Longer than a lookup and what hangs for 15 s, several times over: nothing ends in this
/// time only if nothing will.
const STILL: Duration = Duration::from_secs(150);

fn number(name: &str, usual: usize) -> usize {
    let given = std::env::var(name).ok();
    given.map_or(usual, |given| given.parse().expect("a number"))
}

/// What a message says that can be told from all others; every fourth is for WhatsApp,
/// where nobody wrote, and goes by SMS.
fn body(n: usize) -> String {
    format!("Message {n}")
}

fn by_whatsapp(n: usize) -> bool {
    n.is_multiple_of(4)
}

/// What the SMS says that takes the place of a message by WhatsApp.
fn other_body(n: usize) -> String {
    format!("Clinique {n}. Merci, nous vous attendons le 1/2 à 10:30. Pour annuler, répondez 2.")
}

/// A message that is due.
fn due(n: usize) -> Due {
    let whatsapp = by_whatsapp(n);
    let variables = json!({"clinic": format!("Clinique {n}"), "day": "1/2", "time": "10:30"});
    Due {
        channel: if whatsapp { "whatsapp" } else { "sms" },
        category: CATEGORY,
        recipient: format!("+22177{n:07}"),
        key: format!("chaos:{n}"),
        body: body(n),
        said: whatsapp.then_some(("answer-coming", variables, "sms")),
    }
}

/// What the provider does, in a hundred attempts: most go well, the others go wrong in
/// every way it has.
fn fault(rng: &Rng) -> Fault {
    match rng.below(100) {
        0..40 => Fault::Slow {
            millis: rng.below(30),
        },
        40..46 => Fault::AcceptThenClose,
        46..51 => Fault::ErrorAfterAccepting,
        51..54 => Fault::AcceptThenGarbage,
        54..60 => Fault::ErrorBeforeAccepting,
        60..64 => Fault::CloseWithoutAccepting,
        64..70 => Fault::TooManyRequests { retry_after: 1 },
        70..73 => Fault::Refuse {
            status: 400,
            code: 21211,
        },
        73 => Fault::AcceptThenHang,
        _ => Fault::None,
    }
}

/// Tells the first server what became of each message: twice, out of order, until it
/// takes it.
async fn call_backs(site: &Site, rng: &Rng, stop: &CancellationToken) {
    let to = site.url("/api/v1/webhooks/twilio/status/");
    let mut told = 0;
    while !stop.is_cancelled() {
        let taken = site.twilio.accepted();
        for message in &taken[told..] {
            site.twilio.set_status(&message.sid, "delivered", None);
            let mut words = ["sent", "delivered", "delivered", "sent"];
            words.rotate_left(usize::try_from(rng.below(4)).unwrap());
            for word in words {
                let said = site.twilio.status_callback(&message.sid, word, None);
                let said = said.unwrap();
                eventually("a call-back to be taken", LIMIT, || async {
                    let token = site.twilio.auth_token();
                    let answer = deliver(&site.client, &to, &to, token, &said).await;
                    (answer.ok()?.status().as_u16() == 200).then_some(())
                })
                .await;
            }
        }
        told = taken.len();
        tokio::select! {
            () = stop.cancelled() => {}
            () = site.twilio.wait_for_accepted(told + 1) => {}
        }
    }
}

/// Each message once, final, with what the provider has of it.
fn judge(outbox: &[Value], taken: &BTreeMap<String, usize>, messages: usize) {
    let twice: Vec<_> = taken.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "sent twice: {twice:?}");
    let mut seen = BTreeSet::new();
    let (mut delivered, mut failed) = (0, 0);
    for row in outbox {
        let (said, state, why) = (text(row, "body"), text(row, "state"), text(row, "reason"));
        assert!(seen.insert(said.to_owned()), "two messages: {row}");
        match (state, why) {
            ("delivered", "sms") => {
                delivered += 1;
                assert_eq!(taken.get(said), Some(&1), "{row}");
            }
            ("failed", "bad_number") => {
                failed += 1;
                assert_eq!(taken.get(said), None, "{row}");
            }
            ("refused", "window_closed") => {
                assert_eq!(
                    (text(row, "followed_by"), taken.get(said)),
                    ("sms", None),
                    "{row}"
                );
            }
            _ => panic!("not final, or without a reason: {row}"),
        }
    }
    for n in 0..messages {
        assert!(seen.contains(&body(n)), "lost: {n}");
        assert!(
            !by_whatsapp(n) || seen.contains(&other_body(n)),
            "lost by SMS: {n}"
        );
    }
    assert_eq!(delivered, taken.len(), "nothing else was sent");
    eprintln!("{delivered} delivered, {failed} refused by the provider, 0 lost, 0 doubled");
    assert!(
        delivered > failed && failed > 0,
        "the provider did not misbehave"
    );
}

/// Kills one server after the other, each time up to `step` attempts further on.
async fn kill(site: &Site, servers: &mut [Child], rng: &Rng, (step, kills): (usize, usize)) {
    for round in 0..kills {
        let further = rng.below(u64::try_from(step).unwrap());
        let until = site.twilio.attempts() + usize::try_from(further).unwrap();
        // Towards the end nothing may move but what waits.
        let moves = site.twilio.wait_for_attempts(until);
        let _ = tokio::time::timeout(Duration::from_secs(3), moves).await;
        let one = round % servers.len();
        servers[one].kill().await.unwrap();
        servers[one] = match one {
            0 => site.start().await,
            _ => site.start_beside().await.0,
        };
    }
}

async fn chaos(kind: EngineKind, nodes: usize) {
    let (messages, kills) = (
        number("LAFIYA_CHAOS_MESSAGES", 240),
        number("LAFIYA_CHAOS_KILLS", 6),
    );
    let (site, rng, begun) = (Site::new(kind).await, chance(), Instant::now());
    site.start().await.kill().await.unwrap();
    due::write(&site, (0..messages).map(due).collect()).await;
    site.twilio.script((0..2 * messages).map(|_| fault(&rng)));

    let mut servers = vec![site.start().await];
    if nodes == 2 {
        servers.push(site.start_beside().await.0);
    }
    let stop = CancellationToken::new();
    let killer = async {
        kill(&site, &mut servers, &rng, (messages / kills + 1, kills)).await;
        let at = (begun.elapsed(), site.twilio.accepted().len());
        eprintln!(
            "killed {kills} times after {:?}, {} messages at the provider",
            at.0, at.1
        );
        let left = async |store: &_| site.answers(store, OPEN).await;
        due::rest(&site, (due::LOOKUP, STILL), left).await;
        stop.cancel();
    };
    tokio::join!(killer, call_backs(&site, &rng, &stop));

    // Not before: a long day outlives a token.
    let token = site.sign_in().await;
    let outbox = site.list(&token, "/api/v1/outbox/?").await;
    let is_ours = |row: &Value| text(row, "category") == CATEGORY;
    let (ours, others): (Vec<_>, Vec<_>) = outbox.into_iter().partition(is_ours);
    let mut taken = site.twilio.accepted_by_body();
    taken.retain(|body, _| others.iter().all(|other| text(other, "body") != body));
    judge(&ours, &taken, messages);
    let (attempts, lookups) = (site.twilio.attempts(), site.twilio.lookups());
    eprintln!(
        "{attempts} attempts, {lookups} lookups in {:?}",
        begun.elapsed()
    );
}

async fn one_server(kind: EngineKind) {
    chaos(kind, 1).await;
}

servers_on_both_engines! {
    a_bad_day: one_server;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_day_for_two_servers() {
    chaos(EngineKind::Postgres, 2).await;
}
