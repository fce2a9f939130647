//! Where somebody is signed in, and ending it.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request},
};
use clinic::identity::api::{self, Agent, Login, Origin};
use kernel::{Clock, Redacted, Timestamp};
use testkit::{
    clinic::{Answer, PASSWORD, TestClinic},
    on_both_engines,
};

async fn page(clinic: &TestClinic, path: &str, cookie: &str) -> Answer {
    let request = Request::get(path)
        .header("cookie", cookie)
        .header("accept", "text/html");
    clinic.send(request.body(Body::empty()).unwrap()).await
}

fn login() -> Login {
    Login {
        name: "agent".into(),
        password: Redacted(PASSWORD.into()),
        origin: Origin {
            client: Some([196, 207, 0, 1].into()),
            agent: Agent {
                program: Some("Firefox"),
                system: Some("Android"),
            },
            device: None,
        },
    }
}

on_both_engines! {
    async fn one_can_be_ended_and_all_others(db) {
        let clinic = TestClinic::new(&db).await;
        let browser = api::sign_in_browser(&clinic.app, &login()).await.unwrap();
        let phone = api::issue_tokens(&clinic.app, "agent", PASSWORD).await.unwrap();
        let own = api::issue_tokens(&clinic.app, "agent", PASSWORD).await.unwrap();
        let list = async || {
            let path = "/api/v1/auth/sessions/";
            clinic.call_as(Some(&own.access), Method::GET, path, None).await.json()
        };
        let listed = list().await;
        assert_eq!(listed["count"], 4, "{listed}");
        let rows = listed["results"].as_array().unwrap();
        assert_eq!(rows.iter().filter(|row| row["current"] == true).count(), 1);
        let firefox = rows.iter().find(|row| row["program"] == "Firefox").unwrap();
        assert_eq!((firefox["system"].as_str(), firefox["client"].as_str()), (Some("Android"), Some("196.207.0.1")));
        let cookie = format!("session={}", browser.cookie);
        assert_eq!(page(&clinic, "/patients", &cookie).await.status, 200);
        let path = format!("/api/v1/auth/sessions/{}/", firefox["id"].as_str().unwrap());
        let admin = clinic.token_of("admin").await;
        let foreign = clinic.call_as(Some(&admin), Method::DELETE, &path, None).await;
        assert_eq!(foreign.status, 404, "somebody else's");
        assert_eq!(clinic.call_as(Some(&own.access), Method::DELETE, &path, None).await.status, 204);
        assert_eq!(page(&clinic, "/patients", &cookie).await.status, 303, "at the next request");
        assert_eq!(clinic.call_as(Some(&own.access), Method::DELETE, &path, None).await.status, 404);
        let others = clinic.call_as(Some(&own.access), Method::DELETE, "/api/v1/auth/sessions/", None).await;
        assert_eq!(others.status, 204);
        assert_eq!(list().await["count"], 1);
        let me = clinic.call_as(Some(&phone.access), Method::GET, "/api/v1/auth/me/", None).await;
        assert_eq!(me.status, 401, "access tokens too");
        assert!(api::rotate(&clinic.app, &phone.refresh).await.is_err());
        api::rotate(&clinic.app, &own.refresh).await.unwrap();
        assert_eq!(list().await["count"], 1, "a family stays one");
    }

    async fn a_use_is_noted_every_five_minutes(db) {
        let clock = Clock::fixed(Timestamp::from_micros(1_800_000_000_000_000));
        let clinic = TestClinic::with_clock(&db, &clock).await;
        let tokens = api::issue_tokens(&clinic.app, "agent", PASSWORD).await.unwrap();
        let used = async || {
            let path = "/api/v1/auth/sessions/";
            let listed = clinic.call_as(Some(&tokens.access), Method::GET, path, None).await.json();
            let rows = listed["results"].as_array().unwrap().clone();
            let own = rows.into_iter().find(|row| row["current"] == true).unwrap();
            Timestamp::parse(own["last_used_at"].as_str().unwrap()).unwrap()
        };
        let begin = clock.now();
        clock.advance(Duration::from_secs(299));
        assert_eq!(used().await, begin);
        clock.advance(Duration::from_secs(1));
        assert_eq!(used().await, clock.now());
    }

    async fn the_page_marks_this_one_and_ends_others(db) {
        let clinic = TestClinic::new(&db).await;
        let browser = api::sign_in_browser(&clinic.app, &login()).await.unwrap();
        let other = api::open_session(&clinic.app, "agent", PASSWORD).await.unwrap();
        let cookie = format!("session={}", browser.cookie);
        let shown = page(&clinic, "/sessions", &cookie).await;
        assert_eq!(shown.status, 200);
        assert!(shown.text.contains("Firefox sur Android") && shown.text.contains("196.207.0.1"), "{}", shown.text);
        assert_eq!(shown.text.matches("celle-ci").count(), 1);
        let english = page(&clinic, "/sessions?lang=en", &cookie).await;
        assert!(english.text.contains("Firefox on Android"));
        let (_, rest) = shown.text.split_once("name=\"csrf\" value=\"").unwrap();
        let csrf = rest.split('"').next().unwrap().to_owned();
        let request = Request::post("/sessions/others/end")
            .header("cookie", &cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        let body = Body::from(format!("csrf={csrf}"));
        assert_eq!(clinic.send(request.body(body).unwrap()).await.status, 303);
        assert_eq!(page(&clinic, "/sessions", &cookie).await.status, 200);
        let gone = page(&clinic, "/sessions", &format!("session={}", other.cookie)).await;
        assert_eq!(gone.status, 303);
    }
}
