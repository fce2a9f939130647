//! Tokens and their paths, refreshing, and guessing.

use std::{net::SocketAddr, time::Duration};

use ::store::{Sql, params};
use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request},
};
use clinic::identity::api::{self, Login, NewUser, Origin};
use kernel::{Clock, Locale, Redacted, Role, Timestamp};
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, PASSWORD, TestClinic},
    on_both_engines,
};

fn clock() -> Clock {
    Clock::fixed(Timestamp::from_micros(1_800_000_000_000_000))
}

async fn post(clinic: &TestClinic, path: &str, body: Value) -> Answer {
    clinic.call_as(None, Method::POST, path, Some(body)).await
}

async fn rotate(clinic: &TestClinic, token: &str) -> Answer {
    post(clinic, "/api/v1/auth/refresh/", json!({"refresh": token})).await
}

/// A sign-in from an address, as a proxy without trust would not change it.
async fn from(clinic: &TestClinic, addr: &str, name: &str, password: &str) -> Answer {
    let mut request = Request::post("/api/v1/auth/token/")
        .header("content-type", "application/json")
        // Believed of nobody: it must not be a way to a fresh count.
        .header("x-forwarded-for", clinic.app.rng.secret(4))
        .body(Body::from(
            json!({"username": name, "password": password}).to_string(),
        ))
        .unwrap();
    let addr: SocketAddr = format!("{addr}:4000").parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(addr));
    clinic.send(request).await
}

async fn form(clinic: &TestClinic, path: &str, body: &str) -> Answer {
    let request = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(body.to_owned()))
        .unwrap();
    clinic.send(request).await
}

async fn user(clinic: &TestClinic, name: &str, email: &str) {
    let new = NewUser {
        username: name.into(),
        password: PASSWORD.into(),
        first_name: "Awa".into(),
        last_name: "Diop".into(),
        role: Role::Agent,
        locale: Locale::Fr,
        email: Some(email.into()),
        phone: None,
    };
    api::create_user(&clinic.app, clinic.tenant, new)
        .await
        .unwrap();
}

/// What a token says, unverified.
fn claims(token: &str) -> Value {
    let body = token.split('.').nth(1).unwrap();
    let bits: Vec<u8> = body
        .bytes()
        .map(|c| match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'-' => 62,
            _ => 63,
        })
        .collect();
    let bytes: Vec<u8> = bits
        .chunks(4)
        .flat_map(|four| {
            let joined = four
                .iter()
                .fold(0_u32, |all, six| (all << 6) | u32::from(*six));
            let joined = joined << (6 * (4 - four.len()));
            joined.to_be_bytes()[1..four.len()].to_vec()
        })
        .collect();
    serde_json::from_slice(&bytes).unwrap()
}

on_both_engines! {
    async fn every_path_of_the_contracts_gives_tokens(db) {
        let clinic = TestClinic::new(&db).await;
        let body = format!("username=agent&password={}", PASSWORD.replace(' ', "+"));
        for path in ["/api/v1/auth/token/", "/api/v1/auth/token", "/api/v1/auth/jwt/token/", "/api/auth/jwt/token/"] {
            let answer = form(&clinic, path, &body).await;
            assert_eq!(answer.status, 200, "{path} {}", answer.text);
            let (access, refresh) = (answer.json()["access"].clone(), answer.json()["refresh"].clone());
            for path in ["/api/v1/auth/verify/", "/api/v1/auth/jwt/verify/"] {
                let verified = post(&clinic, path, json!({"token": access})).await;
                assert_eq!((verified.status.as_u16(), verified.text.as_str()), (200, "{}"));
            }
            let me = clinic.call_as(access.as_str(), Method::GET, "/api/v1/auth/jwt/me/", None).await;
            assert_eq!(me.json()["username"], "agent");
            let next = post(&clinic, "/api/v1/auth/jwt/refresh/", json!({"refresh": refresh})).await;
            assert_eq!(next.status, 200);
            let out = json!({"refresh": next.json()["refresh"]});
            assert_eq!(post(&clinic, "/api/v1/auth/jwt/blacklist/", out.clone()).await.status, 205);
            assert_eq!(post(&clinic, "/api/v1/auth/refresh/", out).await.status, 401);
            let me = clinic.call_as(next.json()["access"].as_str(), Method::GET, "/api/v1/auth/me/", None).await;
            assert_eq!(me.status, 401, "signing out ends the access tokens too, at once");
        }
        for answer in [
            form(&clinic, "/auth/token", &body).await,
            post(&clinic, "/auth/token/", json!({"username": "agent", "password": PASSWORD})).await,
        ] {
            let body = answer.json();
            assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("bearer"), &json!(900)), "{}", answer.text);
            let me = clinic.call_as(body["access_token"].as_str(), Method::GET, "/api/v1/auth/me/", None).await;
            assert_eq!(me.status, 200);
            assert_eq!(rotate(&clinic, body["refresh_token"].as_str().unwrap()).await.status, 200);
        }
        let wrong = form(&clinic, "/auth/token", "username=agent&password=rien").await;
        assert_eq!((wrong.status.as_u16(), &wrong.headers["www-authenticate"]), (401, &"Bearer".parse().unwrap()));
        assert_eq!(post(&clinic, "/api/v1/auth/verify/", json!({"token": "eyJ.e30."})).await.status, 401);
        for bad in ["username=agent", "username=agent&password=x&role=admin", "username=%ff", "password=x",
            "username=a&email=b&password=x"] {
            assert_eq!(form(&clinic, "/api/v1/auth/token/", bad).await.status, 400, "{bad}");
        }
    }

    async fn tokens_say_what_the_contract_wants(db) {
        let clinic = TestClinic::new(&db).await;
        user(&clinic, "awa", "Awa@Example.org").await;
        let answer = post(&clinic, "/api/v1/auth/token/", json!({"email": "awa@example.ORG", "password": PASSWORD})).await;
        let said = claims(answer.json()["access"].as_str().unwrap());
        assert_eq!(said["email"], "Awa@Example.org");
        assert_eq!((&said["current_role"], &said["current_tenant"]), (&json!("agent"), &json!(clinic.tenant.to_string())));
        let tenant = &said["tenants"][0];
        assert_eq!((&tenant["tenant_slug"], &tenant["tenant_name"], &tenant["role"]),
            (&json!("demo"), &json!("Clinique demo"), &json!("agent")));
        assert_eq!(tenant["tenant_id"], said["current_tenant"]);
        assert!(said["scopes"].as_array().unwrap().contains(&json!("write:ticket")));
        assert!(!said["scopes"].as_array().unwrap().contains(&json!("manage:tenant")));
        assert_eq!(tenant["scopes"], said["scopes"]);
        // An address that two have is nobody's.
        user(&clinic, "binta", "awa@example.org").await;
        let answer = post(&clinic, "/api/v1/auth/token/", json!({"email": "awa@example.org", "password": PASSWORD})).await;
        assert_eq!(answer.json()["code"], "bad-credentials");
    }

    async fn a_refresh_token_again_within_the_grace_gives_the_same_pair(db) {
        let clock = clock();
        let clinic = TestClinic::with_clock(&db, &clock).await;
        let first = api::issue_tokens(&clinic.app, "agent", PASSWORD).await.unwrap();
        clock.advance(Duration::from_secs(60));
        let second = rotate(&clinic, &first.refresh).await;
        assert_eq!(second.status, 200);
        clock.advance(Duration::from_secs(30));
        let again = rotate(&clinic, &first.refresh).await;
        assert_eq!(again.json(), second.json(), "to a client that lost the answer");
        let second = second.json()["refresh"].as_str().unwrap().to_owned();
        let third = rotate(&clinic, &second).await.json();
        clock.advance(Duration::from_secs(31));
        assert_eq!(rotate(&clinic, &first.refresh).await.status, 401, "theft");
        let third = (third["refresh"].as_str().unwrap(), third["access"].as_str());
        assert_eq!(rotate(&clinic, third.0).await.status, 401, "its whole family has ended");
        let me = clinic.call_as(third.1, Method::GET, "/api/v1/auth/me/", None).await;
        assert_eq!(me.status, 401, "access tokens too");
        assert_eq!(rotate(&clinic, "rubbish").await.status, 401);
    }

    async fn of_many_uses_at_once_all_get_the_same_pair(db) {
        let clinic = TestClinic::new(&db).await;
        let first = api::issue_tokens(&clinic.app, "agent", PASSWORD).await.unwrap();
        let uses = (0..16).map(|_| api::rotate(&clinic.app, &first.refresh));
        let pairs: Vec<_> = futures_util::future::join_all(uses).await.into_iter().map(Result::unwrap).collect();
        assert!(pairs.iter().all(|pair| pair.refresh == pairs[0].refresh && pair.access == pairs[0].access));
        api::rotate(&clinic.app, &pairs[0].refresh).await.unwrap();
    }

    async fn nothing_that_opens_is_stored(db) {
        let clinic = TestClinic::new(&db).await;
        let first = api::issue_tokens(&clinic.app, "agent", PASSWORD).await.unwrap();
        let second = api::rotate(&clinic.app, &first.refresh).await.unwrap();
        const STORED: Sql = Sql::new("SELECT COUNT(*) AS value FROM refresh_token WHERE token_hash = $1");
        let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
        for secret in [first.refresh, second.refresh] {
            let count: i64 = tx.one(STORED, params![secret]).await.unwrap();
            assert_eq!(count, 0);
        }
    }

    async fn one_name_from_one_client_is_slowed_twice_as_much_each_time(db) {
        let clock = clock();
        let clinic = TestClinic::with_clock(&db, &clock).await;
        for _ in 0..5 {
            assert_eq!(from(&clinic, "196.207.0.1", "agent", "au hasard").await.status, 401);
        }
        for wait in [1, 2, 4, 8] {
            let refused = from(&clinic, "196.207.0.1", "AGENT", PASSWORD).await;
            assert_eq!((refused.status.as_u16(), refused.headers["retry-after"].to_str().unwrap()),
                (429, (wait + 1).to_string().as_str()), "even the right one has to wait");
            clock.advance(Duration::from_secs(wait));
            assert_eq!(from(&clinic, "196.207.0.1", "agent", "au hasard").await.status, 401, "after {wait} s");
        }
        // A restart forgives nobody, and another node counts along.
        let other = clinic.node(db.another_node().await);
        let login = Login { name: "agent".into(), password: Redacted(PASSWORD.into()),
            origin: Origin::from(std::net::IpAddr::from([196, 207, 0, 1])) };
        let refused = api::limited(&other, login.origin.clone(), "agent", Box::pin(api::sign_in_program(&other, &login))).await;
        assert_eq!(refused.unwrap_err().status(), 429);
        // Colleagues behind the same address have names of their own.
        assert_eq!(from(&clinic, "196.207.0.1", "admin", PASSWORD).await.status, 200);
        clock.advance(Duration::from_secs(16));
        assert_eq!(from(&clinic, "196.207.0.1", "agent", PASSWORD).await.status, 200);
        for _ in 0..4 {
            assert_eq!(from(&clinic, "196.207.0.1", "agent", "au hasard").await.status, 401, "forgiven");
        }
        assert_eq!(from(&clinic, "196.207.0.1", "agent", PASSWORD).await.status, 200);
    }

    async fn a_whole_clinic_signs_in_from_one_address(db) {
        let clinic = TestClinic::with_clock(&db, &clock()).await;
        for number in 0..40 {
            user(&clinic, &format!("agent-{number}"), "x@example.org").await;
        }
        let sign_ins = (0..40).map(|number| {
            let clinic = &clinic;
            async move { from(clinic, "196.207.0.1", &format!("agent-{number}"), PASSWORD).await.status }
        });
        let statuses = futures_util::future::join_all(sign_ins).await;
        assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    }

    async fn strangers_never_lock_the_owner_out(db) {
        let clock = clock();
        let clinic = TestClinic::with_clock(&db, &clock).await;
        assert_eq!(from(&clinic, "196.207.0.1", "agent", PASSWORD).await.status, 200);
        let login = |client: &str, device: Option<String>| Login {
            name: "agent".into(),
            password: Redacted(PASSWORD.into()),
            origin: Origin { client: Some(client.parse().unwrap()), device: device.map(Redacted), ..Origin::default() },
        };
        let browser = api::sign_in_browser(&clinic.app, &login("196.207.0.1", None)).await.unwrap();
        let mut refused = 0;
        for number in 0..60 {
            let answer = from(&clinic, &format!("41.82.0.{number}"), "agent", "au hasard").await;
            refused += usize::from(answer.status == 429);
        }
        assert!(refused >= 29, "a thousand addresses are no faster: {refused}");
        assert_eq!(from(&clinic, "41.82.1.1", "agent", PASSWORD).await.status, 429, "from nowhere known");
        assert_eq!(from(&clinic, "196.207.0.1", "agent", PASSWORD).await.status, 200, "at his address");
        let at = |login: Login| {
            let app = clinic.app.clone();
            async move { api::limited(&app, login.origin.clone(), &login.name, api::sign_in_browser(&app, &login)).await }
        };
        at(login("41.82.1.1", Some(browser.device.clone()))).await.expect("his browser, wherever he is");
        let forged = at(login("41.82.1.2", Some("planted".into()))).await;
        assert_eq!(forged.unwrap_err().status(), 429);
        // Whatever value a stranger plants in a browser does not become known.
        let planted = api::sign_in_browser(&clinic.app, &login("196.207.0.1", Some("planted".into()))).await.unwrap();
        assert_ne!(planted.device, "planted");
        let kept = api::sign_in_browser(&clinic.app, &login("196.207.0.1", Some(browser.device.clone()))).await.unwrap();
        assert_eq!(kept.device, browser.device);
    }

    async fn many_guesses_at_once_do_not_pass_together(db) {
        let clinic = TestClinic::with_clock(&db, &clock()).await;
        let guesses = (0..12).map(|_| from(&clinic, "196.207.0.1", "agent", "au hasard"));
        let answers = futures_util::future::join_all(guesses).await;
        let heard = answers.iter().filter(|answer| answer.status == 401).count();
        assert_eq!(heard, 5);
    }
}
