//! The server is asked to stop while it has work to do.

use std::time::Duration;

use futures_util::StreamExt;
use reqwest::Method;
use serde_json::json;
use store::EngineKind;
use testkit::{db::eventually, twilio::Fault};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::Child,
};

use crate::{
    server::{LIMIT, PATIENTS, Site, ended, signal},
    servers_on_both_engines,
};

/// A request whose second half has not been sent yet: it is answered when
/// [`Slow::finish`] says so.
struct Slow {
    connection: TcpStream,
    rest: String,
}

impl Slow {
    /// Signs somebody in, up to the middle of the body.
    async fn begin(site: &Site) -> Self {
        let body = site.credentials()["users"]["agent"].to_string();
        let (first, rest) = body.split_at(10);
        let head = format!(
            "POST /api/v1/auth/token/ HTTP/1.1\r\nHost: lafiya\r\nContent-Type: application/json\r\n\
             Expect: 100-continue\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut connection = TcpStream::connect(site.address).await.unwrap();
        connection.write_all(head.as_bytes()).await.unwrap();
        // The handler waits for the body: it asks for it.
        let mut asked = [0; 25];
        connection.read_exact(&mut asked).await.unwrap();
        assert_eq!(&asked[..], b"HTTP/1.1 100 Continue\r\n\r\n");
        connection.write_all(first.as_bytes()).await.unwrap();
        Self {
            connection,
            rest: rest.to_owned(),
        }
    }

    /// Sends the rest; the whole answer, until the server closes.
    async fn finish(mut self) -> String {
        self.connection
            .write_all(self.rest.as_bytes())
            .await
            .unwrap();
        let mut answer = String::new();
        let reading = self.connection.read_to_string(&mut answer);
        tokio::time::timeout(LIMIT, reading)
            .await
            .expect("an end")
            .unwrap();
        answer
    }
}

async fn refuses(site: &Site) {
    eventually("new connections to be refused", LIMIT, || async {
        TcpStream::connect(site.address).await.err().map(drop)
    })
    .await;
}

async fn requests_under_way(kind: EngineKind) {
    let site = Site::new(kind).await;
    let mut server = site.start().await;
    let token = site.sign_in().await;
    let live = site
        .client
        .get(site.url("/inbox/events"))
        .bearer_auth(&token);
    let mut live = live.send().await.unwrap().bytes_stream();
    let first = live.next().await.unwrap().unwrap();
    assert!(first.starts_with(b"id: 0\nevent: ready"), "{first:?}");
    let slow = Slow::begin(&site).await;

    signal(&server, "TERM").await;
    refuses(&site).await;
    let rest = async {
        while let Some(chunk) = live.next().await {
            chunk.expect("it ends in order");
        }
    };
    let rest = tokio::time::timeout(LIMIT, rest).await;
    rest.expect("the stream to end");
    assert!(
        server.try_wait().unwrap().is_none(),
        "a request is under way"
    );
    let answer = slow.finish().await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.to_lowercase().contains("connection: close\r\n"),
        "{answer}"
    );
    let access = answer
        .split("\"access\":\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(ended(&mut server).await, Some(0), "{}", site.log());

    let mut server = site.start().await;
    let known = site
        .call(&access, Method::GET, "/api/patients/list/", None)
        .await;
    assert_eq!(known.unwrap().0, 200, "what was answered holds");
    signal(&server, "INT").await;
    assert_eq!(ended(&mut server).await, Some(0));
}

async fn work_under_way(kind: EngineKind) {
    let site = Site::new(kind).await;
    let mut server = site.start().await;
    let token = site.sign_in().await;
    site.patient_writes(&format!("SM{:032x}", 1), PATIENTS[0])
        .await;
    let conversation = eventually("the conversation", LIMIT, || async {
        let list = site.list(&token, "/api/v1/inbox/conversations/?").await;
        list.first()
            .map(|row| row["id"].as_str().unwrap().to_owned())
    })
    .await;
    site.twilio.script([Fault::Slow { millis: 2000 }]);
    let path = format!("/api/v1/inbox/conversations/{conversation}/reply/");
    let reply = json!({"body": "À demain.", "reply_id": "1"});
    let answer = site.call(&token, Method::POST, &path, Some(&reply)).await;
    assert_eq!(answer.unwrap().0, 202);
    site.twilio.wait_for_accepted(1).await;

    signal(&server, "TERM").await;
    assert_eq!(ended(&mut server).await, Some(0), "{}", site.log());
    let mut server = site.start().await;
    let sent = site.list(&token, "/api/v1/outbox/?").await;
    assert_eq!(
        (sent.len(), &sent[0]["state"]),
        (1, &json!("accepted")),
        "it was finished, not cut off"
    );
    assert_eq!((site.twilio.attempts(), site.twilio.lookups()), (1, 0));
    signal(&server, "TERM").await;
    assert_eq!(ended(&mut server).await, Some(0));
}

async fn a_second_signal(kind: EngineKind) {
    let site = Site::new(kind).await;
    for (first, second) in [("TERM", "TERM"), ("INT", "INT"), ("TERM", "INT")] {
        let mut server: Child = site.start().await;
        let slow = Slow::begin(&site).await;
        signal(&server, first).await;
        refuses(&site).await;
        assert!(
            server.try_wait().unwrap().is_none(),
            "a request is under way"
        );
        signal(&server, second).await;
        // Far less than a request is waited for.
        let ended = tokio::time::timeout(Duration::from_secs(5), server.wait()).await;
        assert_eq!(ended.expect("an end at once").unwrap().code(), Some(1));
        assert!(site.log().contains("stopped at once"), "{}", site.log());
        drop(slow);
    }
}

async fn a_request_that_never_ends(kind: EngineKind) {
    let site = Site::new(kind).await;
    let mut server = site.start().await;
    let slow = Slow::begin(&site).await;
    signal(&server, "TERM").await;
    // Sooner than the request's own deadline of 30 s, which would end it as well.
    let ended = tokio::time::timeout(Duration::from_secs(25), server.wait()).await;
    assert_eq!(ended.expect("no waiting in vain").unwrap().code(), Some(0));
    drop(slow);
}

servers_on_both_engines! {
    requests_under_way_are_answered: requests_under_way;
    work_under_way_is_finished: work_under_way;
    a_second_signal_ends_at_once: a_second_signal;
    a_request_that_never_ends_does_not_hold_the_server: a_request_that_never_ends;
}
