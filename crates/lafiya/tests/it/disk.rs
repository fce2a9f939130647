//! The disk is full. A limit on the size of files stands for it, because
//! anybody may set one: every write of the running server fails from one
//! moment to the next, and goes through again later.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use store::EngineKind;
use testkit::db::eventually;
use tokio::process::{Child, Command};

use crate::server::{LIMIT, OURS, PATIENTS, Site, ended, signal};

/// How long what waits on the disk may take to come to rest once there is room.
const REST: Duration = Duration::from_secs(120);

/// Sets the largest size that the server's files may have: `0` or `unlimited`.
async fn limit_files(server: &Child, bytes: &str) {
    let id = server.id().expect("it runs").to_string();
    let mut command = Command::new("prlimit");
    command.args(["--pid", &id, &format!("--fsize={bytes}:")]);
    assert!(command.status().await.unwrap().success());
}

fn patient(number: usize) -> Value {
    json!({"first_name": "Awa", "last_name": format!("Numéro{number}"), "phone": format!("77 555 00 {number:02}")})
}

async fn create(site: &Site, token: &str, number: usize) -> reqwest::Response {
    let request = site.client.post(site.url("/api/patients/"));
    let request = request.bearer_auth(token).json(&patient(number));
    request.send().await.expect("an answer")
}

async fn is_there(site: &Site, token: &str, number: usize) -> bool {
    let path = format!("/api/patients/list/?search=Num%C3%A9ro{number}");
    let (status, found) = site.call(token, Method::GET, &path, None).await.unwrap();
    assert_eq!(status, 200, "reading goes on: {found}");
    let rows = found["results"].as_array().unwrap().clone();
    rows.iter()
        .any(|row| row["full_name"] == format!("Awa Numéro{number}"))
}

async fn assert_asks_to_come_back(answer: reqwest::Response) {
    assert_eq!(answer.status(), 503);
    let header = |name| answer.headers()[name].to_str().unwrap();
    assert_eq!(header("content-type"), "application/problem+json");
    assert!(header("retry-after").parse::<u32>().unwrap() > 0);
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["code"], "unavailable", "{problem}");
}

/// The events of these messages with how far they are.
async fn events(site: &Site, token: &str) -> Vec<(String, String)> {
    let events = site.list(token, "/api/v1/webhooks/?").await;
    let word = |event: &Value, key: &str| event[key].as_str().unwrap().to_owned();
    let rows = events.iter();
    rows.map(|event| (word(event, "external_id"), word(event, "processing_status")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing_and_needs_no_restart() {
    let site = Site::new(EngineKind::Sqlite).await;
    let mut server = site.start().await;
    let token = site.sign_in().await;
    assert_eq!(create(&site, &token, 1).await.status(), 201);
    let url = site.twilio.add_broken_media(503);
    let account = site.twilio.account_sid();
    let sid = |number: usize| format!("SM{number:032x}");
    let picture = testkit::twilio::Inbound::text(account, &sid(0), PATIENTS[0], OURS, "");
    let picture = picture.with_media(&url, "image/png");
    assert_eq!(site.deliver(&picture).await, Some(200));
    eventually("a first try to fetch the picture", LIMIT, || async {
        (!site.twilio.media_requests().is_empty()).then_some(())
    })
    .await;
    // Some are on their way while the disk runs full.
    let send = async |number: usize| {
        let message = site.message(&sid(number), PATIENTS[number % PATIENTS.len()]);
        (number, site.deliver(&message).await)
    };
    let (early, ()) = tokio::join!(join_all((1..40).map(send)), limit_files(&server, "0"));

    let late = join_all((40..60).map(send)).await;
    assert!(
        late.iter().all(|(_, status)| *status == Some(503)),
        "{late:?}"
    );
    assert!(
        early
            .iter()
            .all(|(_, status)| [Some(200), Some(503)].contains(status)),
        "{early:?}"
    );
    assert_asks_to_come_back(create(&site, &token, 2).await).await;
    let sign_in = site.client.post(site.url("/api/v1/auth/token/"));
    let sign_in = sign_in
        .json(&site.credentials()["users"]["admin"])
        .send()
        .await
        .unwrap();
    assert_asks_to_come_back(sign_in).await;
    assert!(is_there(&site, &token, 1).await && !is_there(&site, &token, 2).await);
    for path in ["/livez", "/readyz", "/api/health/", "/metrics"] {
        let answer = site.client.get(site.url(path)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
    // The picture can be had now, but there is no room for it.
    let requests = site.twilio.media_requests().len();
    site.twilio
        .mend_media(&url, "image/png", &b"\x89PNG\r\n\x1a\n and so on"[..]);

    let acknowledged = |answers: &[(usize, Option<u16>)]| -> BTreeSet<String> {
        let taken = answers.iter().filter(|(_, status)| *status == Some(200));
        taken.map(|(number, _)| sid(*number)).collect()
    };
    let mut expected = acknowledged(&early);
    expected.insert(sid(0));
    let stored: BTreeSet<String> = events(&site, &token)
        .await
        .into_iter()
        .map(|(sid, _)| sid)
        .collect();
    assert!(
        stored.is_superset(&expected),
        "what was acknowledged is there"
    );

    limit_files(&server, "unlimited").await;
    eventually("room to be noticed", LIMIT, || async {
        (create(&site, &token, 3).await.status() != 503).then_some(())
    })
    .await;
    assert!(is_there(&site, &token, 3).await);
    // Twilio tries again what was not acknowledged.
    let again = join_all((1..60).map(send)).await;
    assert!(
        again.iter().all(|(_, status)| *status == Some(200)),
        "{again:?}"
    );
    expected.extend(acknowledged(&again));
    eventually("all messages to be processed", REST, || async {
        let events = events(&site, &token).await;
        let done = events.iter().all(|(_, status)| status == "processed");
        (done && events.len() == expected.len()).then_some(())
    })
    .await;
    eventually("the picture", REST, || async {
        let open = site.list(&token, "/api/v1/inbox/conversations/?").await;
        for row in open {
            let path = format!("/api/v1/inbox/conversations/{}/", row["id"].as_str()?);
            let (_, thread) = site.call(&token, Method::GET, &path, None).await?;
            if thread.to_string().contains(r#""content_type":"image/png""#) {
                return Some(());
            }
        }
        None
    })
    .await;
    assert!(site.twilio.media_requests().len() > requests);

    // Nor does a sudden death take any of it back.
    signal(&server, "KILL").await;
    ended(&mut server).await;
    let _server = site.start().await;
    let stored: BTreeSet<String> = events(&site, &token)
        .await
        .into_iter()
        .map(|(sid, _)| sid)
        .collect();
    assert_eq!(stored, expected);
    assert!(is_there(&site, &token, 3).await && !is_there(&site, &token, 2).await);
}
