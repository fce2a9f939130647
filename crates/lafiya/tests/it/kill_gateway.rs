//! The server dies while text messages go out by an operator that nobody can ask: what it
//! may have goes once more where two harm nobody, and waits for a person otherwise.

use std::{collections::BTreeMap, fs, time::Instant};

use kernel::Rng;
use reqwest::Method;
use serde_json::{Value, json};
use store::EngineKind;
use testkit::{
    db::eventually,
    operator::{FakeOperator, Fault, KEY, SECRET},
};

use crate::{
    due::{self, Due, text},
    kill::chance,
    kill_offers::at_noon,
    server::{LIMIT, Site},
    servers_on_both_engines,
};

/// Due before each start.
const EACH: usize = 10;
/// The demo knows none of these numbers.
const NUMBERS: &str = "+2437055";
const CATEGORIES: [&str; 7] = [
    "security",
    "answer",
    "notification",
    "reminder",
    "result",
    "advice",
    "broadcast",
];
/// Two of them harm nobody (`spec/messaging.md`, unknown outcome).
const MAY_REPEAT: [&str; 2] = ["security", "reminder"];

fn message(n: usize) -> Due {
    Due {
        channel: "sms",
        category: CATEGORIES[n % CATEGORIES.len()],
        recipient: format!("{NUMBERS}{n:05}"),
        key: format!("kill:{n}"),
        body: format!("Message {n}"),
        said: None,
    }
}

/// What the operator does between two kills: at least one of the first messages hangs.
fn faults(rng: &Rng) -> Vec<Fault> {
    let hangs = rng.below(6);
    let fault = |n: u64| match rng.below(100) {
        _ if n == hangs => Fault::HangAfterAccepting,
        0..7 => Fault::AcceptThenClose,
        7..13 => Fault::ErrorAfterAccepting,
        13..17 => Fault::GarbageAfterAccepting,
        17..22 => Fault::CloseWithoutAccepting,
        22..28 => Fault::Refuse(200, "BUSY"),
        28..33 => Fault::TooManyRequests(1),
        33..38 => Fault::Refuse(200, "BAD_NUMBER"),
        38..44 => Fault::HangAfterAccepting,
        _ => Fault::None,
    };
    (0..40).map(fault).collect()
}

/// What the operator has of each message, by our id.
fn copies(operator: &FakeOperator) -> BTreeMap<String, Vec<Value>> {
    let mut copies = BTreeMap::<_, Vec<_>>::new();
    for message in operator.messages() {
        let ours = text(&message, "ref").to_owned();
        copies.entry(ours).or_default().push(message);
    }
    copies
}

fn ours(row: &Value) -> String {
    text(row, "id").replace('-', "")
}

/// Each message once, with what the operator has of it; those that wait for a person.
fn judge(rows: &[Value], copies: &BTreeMap<String, Vec<Value>>, messages: usize) -> Vec<Value> {
    let (mut open, mut twice) = (Vec::new(), 0);
    for n in 0..messages {
        let Due {
            recipient, body, ..
        } = message(n);
        let to_him = rows
            .iter()
            .filter(|row| row["recipient"] == recipient.as_str());
        let [row] = to_him.collect::<Vec<_>>()[..] else {
            panic!("lost, or two of them: {n}: {rows:#?}");
        };
        let theirs = copies.get(&ours(row)).map_or(&[][..], Vec::as_slice);
        for copy in theirs {
            assert_eq!(
                (text(copy, "to"), text(copy, "text")),
                (recipient.as_str(), body.as_str()),
                "{copy}"
            );
        }
        let may_repeat = MAY_REPEAT.contains(&text(row, "category"));
        let most = if may_repeat { 2 } else { 1 };
        assert!(theirs.len() <= most, "sent too often: {row} {theirs:?}");
        twice += usize::from(theirs.len() == 2);
        match (text(row, "state"), text(row, "reason"), &row["retryable"]) {
            ("accepted", "sms", Value::Null) => {
                let known = theirs.iter().any(|copy| copy["id"] == row["provider_id"]);
                assert!(known, "called sent: {row} {theirs:?}");
            }
            ("failed", "outcome_unknown", Value::Bool(true)) => {
                assert!(
                    row["provider_id"].is_null() && !text(row, "reason_text").is_empty(),
                    "{row}"
                );
                // Not before the second time where there may be one.
                assert!(!may_repeat || row["attempts"].as_i64() >= Some(2), "{row}");
                open.push(row.clone());
            }
            ("failed", "bad_number", Value::Bool(false)) => {
                assert!(theirs.len() < most, "{row} {theirs:?}");
            }
            _ => panic!("not final, or without its reason: {row}"),
        }
    }
    assert_eq!(rows.len(), messages, "nothing else was written");
    eprintln!("{} of {messages} for a person, {twice} twice", open.len());
    open
}

/// What was open is settled by the operator's report where it has the message, else by a
/// person who sends it again.
async fn settle(site: &Site, open: &[Value], copies: &BTreeMap<String, Vec<Value>>) {
    let admin = site.sign_in_as("admin").await;
    for row in open {
        if copies.contains_key(&ours(row)) {
            let to = site.url(&format!("/api/v1/webhooks/sms-gateway/{SECRET}/"));
            let report = json!({"id": ours(row), "status": "DELIVERED"});
            let taken = site.client.post(to).json(&report).send().await.unwrap();
            assert_eq!(taken.status().as_u16(), 200, "{row}");
        } else {
            let path = format!("/api/v1/outbox/{}/retry/", text(row, "id"));
            let again = site.call(&admin, Method::POST, &path, None).await;
            assert_eq!(again.unwrap().0, 202, "{row}");
        }
    }
    let expected = |row: &Value| match copies.contains_key(&ours(row)) {
        true => "delivered",
        false => "accepted",
    };
    eventually("what was open to be settled", LIMIT, || async {
        let rows = due::rows(site, &admin, NUMBERS).await;
        let stands = |one: &Value| {
            rows.iter()
                .find(|row| row["id"] == one["id"])
                .map(|row| text(row, "state"))
        };
        open.iter()
            .all(|row| stands(row) == Some(expected(row)))
            .then_some(())
    })
    .await;
}

async fn text_messages(kind: EngineKind) {
    let (mut site, rng, begun) = (Site::new(kind).await, chance(), Instant::now());
    let operator = FakeOperator::start().await.unwrap();
    let file = site.folder.path().join("sms.toml");
    let description = operator.description(&format!("takes = [\"{NUMBERS}\"]"));
    fs::write(&file, description).unwrap();
    site.settings = vec![
        ("LAFIYA_SMS_GATEWAY", file.to_str().unwrap().to_owned()),
        ("OPERATOR_KEY", KEY.to_owned()),
        ("OPERATOR_SECRET", SECRET.to_owned()),
    ];
    site.start().await.kill().await.unwrap();
    at_noon(&site).await;

    let before = async |round: usize, _: usize| {
        operator.script_instead(faults(&rng));
        let fresh = (round * EACH..(round + 1) * EACH).map(message);
        due::write(&site, fresh.collect()).await;
    };
    let messages = EACH * due::kills((&site, NUMBERS), &rng, operator.progress(), before).await;
    operator.script_instead([]);
    let _server = site.start().await;
    due::done(&site, NUMBERS).await;

    let desk = site.sign_in().await;
    let (rows, copies) = (due::rows(&site, &desk, NUMBERS).await, copies(&operator));
    let open = judge(&rows, &copies, messages);
    assert!(!open.is_empty(), "the operator did not misbehave");
    assert_eq!(due::for_a_person(&site, NUMBERS).await, open.len());
    settle(&site, &open, &copies).await;
    assert_eq!(due::for_a_person(&site, NUMBERS).await, 0);
    eprintln!("{} attempts in {:?}", operator.attempts(), begun.elapsed());
}

servers_on_both_engines! {
    what_the_operator_may_have_is_not_sent_twice: text_messages;
}
