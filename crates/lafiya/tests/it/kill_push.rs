//! The server dies while notifications go out, and Firebase takes some without a word: a
//! device shows each once, and nobody's is lost with his app.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    time::Instant,
};

use kernel::{Clock, Id, Rng};
use serde_json::{Value, json};
use store::{EngineKind, Sql, StoreError, params};
use testkit::firebase::{FakeFirebase, Fault};

use crate::{
    due::{self, Due, text},
    kill::chance,
    kill_offers::at_noon,
    server::{Site, tenant},
    servers_on_both_engines,
};

const DEVICES: usize = 20;
/// Due before each start.
const EACH: usize = 10;
/// The demo knows none of these numbers.
const NUMBERS: &str = "+2437055";
/// Whose app goes half-way; he gets a message before every other kill.
const GONE: usize = 7;
const ACCOUNT: Sql = Sql::new(
    "INSERT INTO user_account (id, username, username_folded, password_hash, first_name, last_name, locale, is_active,
        created_at, phone, phone_verified_at)
    VALUES ($1, $2, $2, '', 'Awa', 'Diop', 'fr', $4, $5, $3, $5)",
);
const MEMBER: Sql = Sql::new(
    "INSERT INTO membership (tenant_id, user_id, role, created_at) VALUES ($1, $2, 'patient', $3)",
);
const SIGN_IN: Sql = Sql::new(
    "INSERT INTO sign_in (id, user_id, kind, created_at, last_used_at, expires_at) VALUES ($1, $1, 'program', $2, $2, $3)",
);
const DEVICE: Sql = Sql::new(
    "INSERT INTO device (tenant_id, id, user_id, sign_in_id, token, token_sha256, platform, name, created_at, seen_at)
    VALUES ($1, $2, $2, $2, $3, $3, 'android', 'Galaxy A14', $4, $4)",
);
const LEFT: Sql =
    Sql::new("SELECT COUNT(*) AS value FROM device WHERE tenant_id = $1 AND token = $2");

fn phone(n: usize) -> String {
    format!("{NUMBERS}{:05}", n % DEVICES)
}

fn token(n: usize) -> String {
    format!("device-{}", n % DEVICES)
}

/// What stands in the text of one message and of no other, also when it goes by SMS.
fn mark(n: usize) -> String {
    format!("{:02}:{:02}", n / 60, n % 60)
}

fn notification(n: usize) -> Due {
    let variables = json!({"clinic": "Clinique", "day": "1/2", "time": mark(n), "link": "http://clinic.test/my"});
    Due {
        channel: "push",
        category: "notification",
        recipient: phone(n),
        key: format!("kill:{n}"),
        body: format!("Rendez-vous confirmé le 1/2 à {}", mark(n)),
        said: Some(("appointment-confirmed", variables, "sms")),
    }
}

/// An account with the app for each number.
async fn devices(site: &Site) {
    let store = site.store().await;
    let tenant = tenant(&store).await;
    let (clock, rng) = (Clock::system(), Rng::system());
    let ids: Vec<_> = (0..DEVICES)
        .map(|_| Id::<()>::new(&clock, &rng).uuid())
        .collect();
    let now = clock.now();
    let written = store.write(tenant, move |tx| {
        Box::pin(async move {
            for (n, id) in ids.into_iter().enumerate() {
                let account = params![id, format!("app-{n}"), phone(n), true, now];
                tx.execute_one(ACCOUNT, account).await?;
                tx.execute_one(MEMBER, params![tenant, id, now]).await?;
                tx.execute_one(SIGN_IN, params![id, now, i64::MAX]).await?;
                tx.execute_one(DEVICE, params![tenant, id, token(n), now])
                    .await?;
            }
            Ok::<_, StoreError>(())
        })
    });
    written.await.unwrap();
    store.close().await;
}

async fn has_device(site: &Site, n: usize) -> bool {
    let store = site.store().await;
    let tenant = tenant(&store).await;
    let count: i64 = {
        let mut tx = store.read(tenant).await.unwrap();
        tx.one(LEFT, params![tenant, token(n)]).await.unwrap()
    };
    store.close().await;
    count == 1
}

/// What Firebase does between two kills: at least one of the first messages hangs.
fn faults(rng: &Rng) -> Vec<Fault> {
    let hangs = rng.below(6);
    let fault = |n: u64| match rng.below(100) {
        _ if n == hangs => Fault::AcceptThenHang,
        0..12 => Fault::AcceptThenClose,
        12..20 => Fault::GatewayFails,
        20..26 => Fault::Garbage,
        26..32 => Fault::Refuse(503, "UNAVAILABLE"),
        32..38 => Fault::CloseWithoutAccepting,
        38..44 => Fault::AcceptThenHang,
        _ => Fault::None,
    };
    (0..2 * DEVICES as u64).map(fault).collect()
}

/// Who has a message in the end.
fn judge(rows: &[Value], taken: &[Value], by_sms: &BTreeMap<String, usize>, messages: usize) {
    let mut shown = BTreeMap::<_, BTreeSet<_>>::new();
    for message in taken {
        let tag = text(&message["data"], "message");
        let android = &message["android"]["notification"]["tag"];
        let browser = &message["webpush"]["notification"]["tag"];
        let apple = &message["apns"]["headers"]["apns-collapse-id"];
        assert!(
            [android, browser, apple].iter().all(|it| *it == tag),
            "{message}"
        );
        let where_and_what = (
            text(message, "token"),
            text(&message["notification"], "body"),
        );
        shown.entry(where_and_what).or_default().insert(tag);
    }
    let twice: Vec<_> = shown.iter().filter(|(_, tags)| tags.len() > 1).collect();
    assert!(twice.is_empty(), "shown twice: {twice:?}");

    let mut gone = 0;
    for n in 0..messages {
        let mark = mark(n);
        let about: Vec<_> = rows
            .iter()
            .filter(|row| text(row, "body").contains(&mark))
            .collect();
        let (pushed, others): (Vec<_>, Vec<_>) =
            about.into_iter().partition(|row| row["channel"] == "push");
        let [row] = pushed[..] else {
            panic!("lost, or two of them: {n}: {pushed:?}");
        };
        let tag = text(row, "id").replace('-', "");
        match (
            text(row, "state"),
            text(row, "reason"),
            text(row, "followed_by"),
        ) {
            ("accepted", "push", "") => {
                let name = text(row, "provider_id").rsplit(':').next();
                let number: Option<usize> = name.and_then(|number| number.parse().ok());
                let theirs = number.and_then(|number| taken.get(number.checked_sub(1)?));
                let said = theirs.map(|it| (text(&it["data"], "message"), text(it, "token")));
                let device = token(n);
                assert_eq!(
                    said,
                    Some((tag.as_str(), device.as_str())),
                    "called sent: {row}"
                );
                assert!(others.is_empty(), "it went two ways: {others:?}");
            }
            ("failed", "device_gone", "sms") | ("refused", "no_device", "sms") => {
                gone += 1;
                assert_eq!(n % DEVICES, GONE, "{row}");
                let [sms] = others[..] else {
                    panic!("not once by SMS: {n}: {others:?}");
                };
                let (state, body) = (text(sms, "state"), text(sms, "body"));
                assert_eq!(
                    (text(sms, "channel"), state, by_sms.get(body)),
                    ("sms", "accepted", Some(&1)),
                    "{sms}"
                );
            }
            _ => panic!("not final, or without its reason: {row}"),
        }
    }
    assert!(taken.len() > shown.len(), "no kill met what Firebase took");
    assert!(gone > 0, "nobody's app was gone");
    eprintln!(
        "{} taken for {messages} messages, {gone} by SMS",
        taken.len()
    );
}

async fn notifications(kind: EngineKind) {
    let (mut site, rng, begun) = (Site::new(kind).await, chance(), Instant::now());
    let firebase = FakeFirebase::start().await.unwrap();
    let key = site.folder.path().join("firebase.json");
    fs::write(&key, firebase.key_file().to_string()).unwrap();
    fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
    site.settings = vec![
        ("LAFIYA_FIREBASE_KEY_FILE", key.to_str().unwrap().to_owned()),
        ("LAFIYA_FIREBASE_BASE_URL", firebase.base_url().to_owned()),
    ];
    site.start().await.kill().await.unwrap();
    at_noon(&site).await;
    devices(&site).await;

    let before = async |round: usize, rounds: usize| {
        if round == rounds / 2 {
            firebase.unregister(&token(GONE));
        }
        firebase.script_instead(faults(&rng));
        let fresh = (round * EACH..(round + 1) * EACH).map(notification);
        due::write(&site, fresh.collect()).await;
    };
    let messages = EACH * due::kills((&site, NUMBERS), &rng, firebase.progress(), before).await;
    firebase.script_instead([]);
    let _server = site.start().await;
    due::done(&site, NUMBERS).await;

    let desk = site.sign_in().await;
    let rows = due::rows(&site, &desk, NUMBERS).await;
    let by_sms = site.twilio.accepted_by_body();
    judge(&rows, &firebase.messages(), &by_sms, messages);
    assert_eq!(due::for_a_person(&site, NUMBERS).await, 0);
    for n in 0..DEVICES {
        assert_eq!(has_device(&site, n).await, n != GONE, "{n}");
    }
    eprintln!("{} attempts in {:?}", firebase.attempts(), begun.elapsed());
}

servers_on_both_engines! {
    a_device_shows_each_notification_once: notifications;
}
