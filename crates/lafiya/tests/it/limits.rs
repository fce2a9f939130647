//! How much one caller may ask for.

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request},
};
use kernel::{Clock, Timestamp};
use serde_json::json;
use std::{net::SocketAddr, time::Duration};
use testkit::{
    clinic::{Answer, TestClinic},
    on_both_engines,
};
use webkit::{Budgets, Rate};

const LIST: &str = "/api/patients/list/";

fn clock() -> Clock {
    Clock::fixed(Timestamp::parse("2026-03-01T09:00:00Z").unwrap())
}

async fn read(clinic: &TestClinic, token: &str) -> u16 {
    let answer = clinic.call_as(Some(token), Method::GET, LIST, None).await;
    answer.status.as_u16()
}

/// A call from this address that says it comes from that one.
async fn from(clinic: &TestClinic, peer: &str, forwarded: &str) -> Answer {
    let peer: SocketAddr = peer.parse().unwrap();
    let mut request = Request::get(LIST)
        .header("x-forwarded-for", forwarded)
        .body(Body::empty())
        .unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    clinic.send(request).await
}

on_both_engines! {
    async fn one_persons_haste_hurts_nobody_else(db) {
        let clock = clock();
        let mut clinic = TestClinic::with_clock(&db, &clock).await;
        clinic.allow(Budgets { reads: Rate::new(1, 2), ..Budgets::default() });
        let (agent, admin) = (clinic.token_of("agent").await, clinic.token_of("admin").await);
        assert_eq!((read(&clinic, &agent).await, read(&clinic, &agent).await), (200, 200));
        let refused = clinic.call_as(Some(&agent), Method::GET, LIST, None).await;
        assert_eq!((refused.status.as_u16(), refused.json()["code"].clone()), (429, json!("rate-limited")));
        assert_eq!(refused.headers["content-type"], "application/problem+json");
        let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert_eq!(read(&clinic, &admin).await, 200, "the same address, another person");
        assert_eq!(clinic.call(Method::POST, "/api/patients/", Some(json!({}))).await.status, 400, "changes are counted apart");
        clock.advance(Duration::from_secs(wait));
        assert_eq!(read(&clinic, &agent).await, 200);
    }

    async fn a_stranger_is_counted_by_his_true_address(db) {
        let mut clinic = TestClinic::with_clock(&db, &clock()).await;
        clinic.allow(Budgets { visits: Rate::new(1, 2), ..Budgets::default() });
        for (peer, forwarded, expected) in [
            ("203.0.113.7:1", "198.51.100.1", 401),
            ("203.0.113.7:2", "198.51.100.2", 401),
            ("203.0.113.7:3", "198.51.100.3", 429),
            ("203.0.113.8:1", "198.51.100.3", 401),
        ] {
            assert_eq!(from(&clinic, peer, forwarded).await.status, expected, "{peer} {forwarded}");
        }
    }

    async fn a_provider_may_call_as_often_as_it_signs(db) {
        let mut clinic = TestClinic::new(&db).await;
        let none = Rate::new(1, 1);
        clinic.allow(Budgets { reads: none, writes: none, sign_ins: none, visits: none, forgeries: none });
        for number in 0..30 {
            let sms = clinic.sms(&format!("+2217712345{number:02}"), "Bonjour");
            assert_eq!(clinic.webhook("sms", &sms).await.status, 200);
        }
        let path = "/api/v1/webhooks/twilio/sms/";
        let sms = clinic.sms("+221771234567", "Bonjour");
        assert_eq!(clinic.webhook_signed(path, &sms, Some("forged")).await.status, 403);
        let again = clinic.webhook_signed(path, &sms, None).await;
        assert_eq!(again.status, 429);
        assert!(again.headers.contains_key("retry-after"));
        assert_eq!(clinic.webhook("sms", &sms).await.status, 200, "good ones pass all the same");
    }
}
