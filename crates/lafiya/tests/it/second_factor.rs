//! The second factor: setting it up, asking for it, losing it.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request},
};
use clinic::identity::api::{self, Origin};
use kernel::{Clock, Timestamp};
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, PASSWORD, TestClinic},
    on_both_engines,
};

use crate::logged::Logged;

const TOKEN: &str = "/api/v1/auth/token/";
const STEP: &str = "/api/v1/auth/token/second-factor/";
const FACTOR: &str = "/api/v1/auth/second-factor/";

fn clock() -> Clock {
    Clock::fixed(Timestamp::from_micros(1_800_000_000_000_000))
}

/// The code an application shows now for this secret, in base 32.
fn code(secret: &str, clock: &Clock) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let seconds = u64::try_from(clock.now().seconds()).unwrap();
    totp.generate(seconds).to_string()
}

/// Who has a second factor: his secret and recovery codes.
pub(crate) struct Enrolled {
    token: String,
    secret: String,
    codes: Vec<String>,
}

pub(crate) async fn enrol(clinic: &TestClinic, name: &str, clock: &Clock) -> Enrolled {
    let token = clinic.token_of(name).await;
    let offered = clinic
        .call_as(Some(&token), Method::PUT, FACTOR, None)
        .await
        .json();
    let secret = offered["secret"].as_str().unwrap().to_owned();
    let path = "/api/v1/auth/second-factor/confirmation/";
    let body = json!({"code": code(&secret, clock)});
    let confirmed = clinic
        .call_as(Some(&token), Method::PUT, path, Some(body))
        .await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text);
    let codes = confirmed.json()["recovery_codes"].clone();
    let codes: Vec<String> = serde_json::from_value(codes).unwrap();
    assert_eq!(codes.len(), 10);
    clock.advance(Duration::from_secs(60));
    Enrolled {
        token,
        secret,
        codes,
    }
}

async fn post(clinic: &TestClinic, path: &str, body: Value) -> Answer {
    clinic.call_as(None, Method::POST, path, Some(body)).await
}

async fn challenge(clinic: &TestClinic, name: &str) -> String {
    let asked = post(
        clinic,
        TOKEN,
        json!({"username": name, "password": PASSWORD}),
    )
    .await;
    assert_eq!(
        (asked.status.as_u16(), &asked.json()["code"]),
        (401, &json!("second-factor-needed"))
    );
    asked.json()["challenge"].as_str().unwrap().to_owned()
}

async fn step(clinic: &TestClinic, challenge: &str, code: &str) -> Answer {
    post(clinic, STEP, json!({"challenge": challenge, "code": code})).await
}

async fn page(clinic: &TestClinic, path: &str, cookies: &str) -> Answer {
    let request = Request::get(path)
        .header("cookie", cookies)
        .header("accept", "text/html");
    clinic.send(request.body(Body::empty()).unwrap()).await
}

async fn form(clinic: &TestClinic, path: &str, cookies: &str, fields: &[(&str, &str)]) -> Answer {
    let request = Request::post(path)
        .header("cookie", cookies)
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded");
    let body = serde_urlencoded::to_string(fields).unwrap();
    clinic.send(request.body(Body::from(body)).unwrap()).await
}

fn cookie(answer: &Answer, name: &str) -> String {
    let set = answer.headers.get_all("set-cookie").into_iter();
    let mut set = set.map(|value| value.to_str().unwrap());
    let found = set.find(|text| text.starts_with(&format!("{name}=")));
    found
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap()
        .to_owned()
}

/// The password of `name` in a browser: the answer, and the cookies it has now.
async fn password(clinic: &TestClinic, name: &str) -> (Answer, String, String) {
    let csrf = cookie(&page(clinic, "/sign-in", "").await, "csrf");
    let token = csrf.trim_start_matches("csrf=").to_owned();
    let fields = [
        ("csrf", token.as_str()),
        ("username", name),
        ("password", PASSWORD),
        ("next", "/patients"),
    ];
    let answer = form(clinic, "/sign-in", &csrf, &fields).await;
    let cookies = format!("{csrf}; {}", cookie(&answer, "step"));
    (answer, cookies, token)
}

on_both_engines! {
    async fn signing_in_takes_password_and_code(db) {
        let clock = clock();
        let clinic = TestClinic::with_clock(&db, &clock).await;
        let admin = enrol(&clinic, "admin", &clock).await;
        let wrong = post(&clinic, TOKEN, json!({"username": "admin", "password": "au hasard"})).await;
        assert_eq!(wrong.json()["code"], "bad-credentials", "what follows is told to who knows the password");
        let asked = challenge(&clinic, "admin").await;
        let now = code(&admin.secret, &clock);
        assert_eq!(step(&clinic, &asked, "000000").await.json()["code"], "wrong-code");
        assert_eq!(step(&clinic, "forged.1.2.3", &now).await.json()["code"], "challenge-expired");
        let done = step(&clinic, &asked, &now).await;
        assert_eq!(done.status, 200, "{}", done.text);
        let access = done.json()["access"].as_str().unwrap().to_owned();
        let me = clinic.call_as(Some(&access), Method::GET, "/api/v1/auth/me/", None).await;
        assert_eq!(me.json()["username"], "admin");
        assert_eq!(step(&clinic, &asked, &now).await.status, 401, "a code is taken once");
        clock.advance(Duration::from_secs(30));
        let next = code(&admin.secret, &clock);
        assert_eq!(step(&clinic, &asked, &next).await.status, 200);
        clock.advance(Duration::from_secs(600));
        let late = code(&admin.secret, &clock);
        assert_eq!(step(&clinic, &asked, &late).await.json()["code"], "challenge-expired");
        let asked = challenge(&clinic, "admin").await;
        api::reset_password(&clinic.app, "admin", "un autre mot de passe").await.unwrap();
        assert_eq!(step(&clinic, &asked, &late).await.json()["code"], "challenge-expired", "a new password ends it");
    }

    async fn of_one_code_used_many_times_at_once_one_is_taken(db) {
        let clock = clock();
        let clinic = TestClinic::with_clock(&db, &clock).await;
        let admin = enrol(&clinic, "admin", &clock).await;
        let asked = challenge(&clinic, "admin").await;
        let now = code(&admin.secret, &clock);
        let uses = (0..5).map(|_| step(&clinic, &asked, &now));
        let answers = futures_util::future::join_all(uses).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        let uses = (0..4).map(|_| step(&clinic, &asked, &admin.codes[0]));
        let answers = futures_util::future::join_all(uses).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "a recovery code too");
    }

    async fn five_wrong_codes_have_to_wait(db) {
        let clock = clock();
        let clinic = TestClinic::with_clock(&db, &clock).await;
        let admin = enrol(&clinic, "admin", &clock).await;
        let asked = challenge(&clinic, "admin").await;
        for _ in 0..5 {
            assert_eq!(step(&clinic, &asked, "000000").await.status, 401);
        }
        let refused = step(&clinic, &asked, &code(&admin.secret, &clock)).await;
        assert_eq!((refused.status.as_u16(), &refused.headers["retry-after"]), (429, &"901".parse().unwrap()));
        assert_eq!(step(&clinic, &asked, &admin.codes[0]).await.status, 429);
        clock.advance(Duration::from_secs(900));
        let asked = challenge(&clinic, "admin").await;
        assert_eq!(step(&clinic, &asked, &code(&admin.secret, &clock)).await.status, 200);
    }

    async fn recovery_codes_open_once_and_can_be_replaced(db) {
        let clock = clock();
        let clinic = TestClinic::with_clock(&db, &clock).await;
        let admin = enrol(&clinic, "admin", &clock).await;
        let asked = challenge(&clinic, "admin").await;
        let typed = admin.codes[3].to_uppercase().replace('-', " ");
        assert_eq!(step(&clinic, &asked, &typed).await.status, 200);
        assert_eq!(step(&clinic, &asked, &admin.codes[3]).await.status, 401);
        let state = clinic.call_as(Some(&admin.token), Method::GET, FACTOR, None).await.json();
        assert_eq!(state, json!({"enabled": true, "required": false, "recovery_codes_left": 9}));
        let path = "/api/v1/auth/second-factor/recovery-codes/";
        let body = json!({"code": code(&admin.secret, &clock)});
        let renewed = clinic.call_as(Some(&admin.token), Method::PUT, path, Some(body)).await.json();
        assert_eq!(step(&clinic, &asked, &admin.codes[0]).await.status, 401, "the old ones are gone");
        let new = renewed["recovery_codes"][0].as_str().unwrap();
        assert_eq!(step(&clinic, &asked, new).await.status, 200);
    }

    async fn an_open_screen_cannot_turn_it_off(db) {
        let clock = clock();
        let clinic = TestClinic::with_clock(&db, &clock).await;
        let admin = enrol(&clinic, "admin", &clock).await;
        let remove = async |password: &str, code: &str| {
            let body = json!({"password": password, "code": code});
            let path = "/api/v1/auth/second-factor/removal/";
            clinic.call_as(Some(&admin.token), Method::POST, path, Some(body)).await
        };
        let again = clinic.call_as(Some(&admin.token), Method::PUT, FACTOR, None).await;
        assert_eq!(again.json()["code"], "second-factor-on", "nor replace it");
        let now = code(&admin.secret, &clock);
        assert_eq!(remove("au hasard", &now).await.json()["errors"][0]["code"], "wrong-password");
        assert_eq!(remove(PASSWORD, "000000").await.json()["errors"][0]["code"], "wrong-code");
        let rule = "/api/v1/auth/second-factor/rule/";
        let body = json!({"required": "admins"});
        assert_eq!(clinic.call_as(Some(&admin.token), Method::PUT, rule, Some(body)).await.status, 200);
        assert_eq!(remove(PASSWORD, &now).await.json()["code"], "second-factor-required");
        let body = json!({"required": "none"});
        assert_eq!(clinic.call_as(Some(&admin.token), Method::PUT, rule, Some(body)).await.status, 200);
        assert_eq!(remove(PASSWORD, &now).await.status, 204);
        assert_eq!(post(&clinic, TOKEN, json!({"username": "admin", "password": PASSWORD})).await.status, 200);
    }

    async fn who_must_have_one_is_led_to_it_and_to_nothing_else(db) {
        let clock = clock();
        let clinic = TestClinic::with_clock(&db, &clock).await;
        let rule = "/api/v1/auth/second-factor/rule/";
        let body = json!({"required": "staff"});
        let admin = clinic.token_of("admin").await;
        let first = clinic.call_as(Some(&admin), Method::PUT, rule, Some(body.clone())).await;
        assert_eq!(first.json()["code"], "second-factor-first", "nobody shuts himself out");
        let admin = enrol(&clinic, "admin", &clock).await;
        let agent = clinic.token_of("agent").await;
        assert_eq!(clinic.call_as(Some(&agent), Method::PUT, rule, Some(body.clone())).await.status, 403);
        assert_eq!(clinic.call_as(Some(&admin.token), Method::PUT, rule, Some(body)).await.status, 200);
        let me = clinic.call_as(Some(&agent), Method::GET, "/api/v1/auth/me/", None).await;
        assert_eq!(me.status, 401, "who has none is signed out");
        let asked = post(&clinic, TOKEN, json!({"username": "agent", "password": PASSWORD})).await;
        assert_eq!(asked.json()["code"], "second-factor-setup-needed");
        assert_eq!(post(&clinic, TOKEN, json!({"username": "patient", "password": PASSWORD})).await.status, 200);

        let (led, cookies, csrf) = password(&clinic, "agent").await;
        assert_eq!(led.headers["location"], "/sign-in/set-up?next=%2Fpatients");
        assert_eq!(cookie(&led, "session"), "", "no session yet");
        for path in ["/patients", "/inbox", "/sessions", "/second-factor"] {
            assert_eq!(page(&clinic, path, &cookies).await.status, 303, "{path} stays shut");
        }
        let (_, step) = cookies.split_once("step=").unwrap();
        let stolen = page(&clinic, "/patients", &format!("session={step}")).await;
        assert_eq!(stolen.status, 303, "a half session is no session");
        let token = clinic.call_as(Some(step), Method::GET, "/api/v1/auth/me/", None).await;
        assert_eq!(token.status, 401, "and no token");
        assert_eq!(page(&clinic, "/sign-in/set-up", &cookies).await.status, 200);
        assert_eq!(page(&clinic, "/sign-in/set-up", "").await.status, 303);

        let next = ("next", "/patients");
        let shown = form(&clinic, "/sign-in/set-up", &cookies, &[("csrf", &csrf), next]).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        assert!(shown.text.contains("<svg") && !shown.text.contains(" style="), "{}", shown.text);
        let (_, rest) = shown.text.split_once("<code>").unwrap();
        let secret = rest.split('<').next().unwrap();
        let wrong = form(&clinic, "/sign-in/set-up/code", &cookies, &[("csrf", &csrf), next, ("code", "000000")]).await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.text.contains(secret), "the same secret: it has been scanned");
        let now = code(secret, &clock);
        let done = form(&clinic, "/sign-in/set-up/code", &cookies, &[("csrf", &csrf), next, ("code", &now)]).await;
        assert_eq!(done.text.matches("<li><code>").count(), 10, "{}", done.text);
        let session = cookie(&done, "session");
        assert_eq!(page(&clinic, "/patients", &session).await.status, 200);
    }

    async fn a_browser_is_asked_for_the_code(db) {
        let clock = clock();
        let clinic = TestClinic::with_clock(&db, &clock).await;
        let admin = enrol(&clinic, "admin", &clock).await;
        let (led, cookies, csrf) = password(&clinic, "admin").await;
        assert_eq!(led.headers["location"], "/sign-in/code?next=%2Fpatients");
        assert_eq!(page(&clinic, "/patients", &cookies).await.status, 303);
        for lang in ["fr", "en"] {
            let shown = page(&clinic, &format!("/sign-in/code?next=%2Fpatients&lang={lang}"), &cookies).await;
            assert_eq!(shown.status, 200);
            assert!(!shown.text.contains('⟦'), "{}", shown.text);
        }
        let begun = form(&clinic, "/sign-in/set-up", &cookies, &[("csrf", &csrf)]).await;
        assert_eq!(begun.status, 409, "a half session replaces no second factor");
        let send = async |code: &str| {
            let fields = [("csrf", csrf.as_str()), ("code", code), ("next", "//evil.example")];
            form(&clinic, "/sign-in/code", &cookies, &fields).await
        };
        let wrong = send("000000").await;
        assert_eq!(wrong.status, 401);
        assert!(wrong.text.contains("role=\"alert\"") && wrong.text.contains("Attendez le suivant"));
        let right = send(&code(&admin.secret, &clock)).await;
        assert_eq!((right.status.as_u16(), &right.headers["location"]), (303, &"/".parse().unwrap()));
        let session = cookie(&right, "session");
        for lang in ["fr", "en"] {
            let shown = page(&clinic, &format!("/second-factor?lang={lang}"), &session).await;
            assert_eq!(shown.status, 200);
            assert!(!shown.text.contains('⟦') && !shown.text.contains(" style="), "{}", shown.text);
        }
    }

    async fn an_administrator_resets_a_members(db) {
        let clock = clock();
        let clinic = TestClinic::with_clock(&db, &clock).await;
        let other = clinic.another("autre", "+221338210001").await;
        let agent = enrol(&clinic, "agent", &clock).await;
        let admin = clinic.token_of("admin").await;
        let path = format!("/api/v1/auth/users/{}/second-factor/", clinic.agent);
        assert_eq!(clinic.call_as(Some(&agent.token), Method::DELETE, &path, None).await.status, 403);
        let stranger = enrol(&clinic, "autre-agent", &clock).await;
        let me = clinic.call_as(Some(&stranger.token), Method::GET, "/api/v1/auth/me/", None).await.json();
        let foreign = format!("/api/v1/auth/users/{}/second-factor/", me["id"].as_str().unwrap());
        assert_eq!(clinic.call_as(Some(&admin), Method::DELETE, &foreign, None).await.status, 404);
        // Whoever works in two clinics guards both with one factor.
        const JOIN: ::store::Sql =
            ::store::Sql::new("INSERT INTO membership (tenant_id, user_id, role, created_at) VALUES ($1, $2, 'admin', 0)");
        const LEAVE: ::store::Sql =
            ::store::Sql::new("DELETE FROM membership WHERE tenant_id = $1 AND user_id = $2");
        let both = ::store::params![other, clinic.agent];
        clinic.app.store.write(other, { let both = both.clone(); move |tx| Box::pin(async move { tx.execute(JOIN, both).await }) }).await.unwrap();
        let refused = clinic.call_as(Some(&admin), Method::DELETE, &path, None).await;
        assert_eq!(refused.json()["code"], "member-elsewhere");
        clinic.app.store.write(other, move |tx| Box::pin(async move { tx.execute(LEAVE, both).await })).await.unwrap();
        assert_eq!(clinic.call_as(Some(&admin), Method::DELETE, &path, None).await.status, 204);
        assert_eq!(clinic.call_as(Some(&admin), Method::DELETE, &path, None).await.status, 404);
        let me = clinic.call_as(Some(&agent.token), Method::GET, "/api/v1/auth/me/", None).await;
        assert_eq!(me.status, 401, "who took the telephone may have more");
        assert_eq!(post(&clinic, TOKEN, json!({"username": "agent", "password": PASSWORD})).await.status, 200);
        const TRAIL: ::store::Sql =
            ::store::Sql::new("SELECT COUNT(*) AS value FROM audit_event WHERE tenant_id = $1 AND action = $2");
        let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
        let values = ::store::params![clinic.tenant, "user.second_factor_reset"];
        let trail: i64 = tx.one(TRAIL, values).await.unwrap();
        assert_eq!(trail, 1);
    }

    async fn what_is_stored_opens_nothing(db) {
        let clock = clock();
        let clinic = TestClinic::with_clock(&db, &clock).await;
        let admin = enrol(&clinic, "admin", &clock).await;
        const SEALED: ::store::Sql = ::store::Sql::new("SELECT sealed FROM second_factor");
        const PLAIN: ::store::Sql =
            ::store::Sql::new("SELECT COUNT(*) AS value FROM recovery_code WHERE code_hash = $1");
        let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
        let row: Sealed = tx.one(SEALED, ::store::params![]).await.unwrap();
        let secret = totp_rs::Secret::try_from_base32(&admin.secret).unwrap();
        let secret: &[u8] = secret.as_ref();
        assert!(!row.sealed.windows(20).any(|part| part == secret));
        for code in &admin.codes {
            let count: i64 = tx.one(PLAIN, ::store::params![code]).await.unwrap();
            assert_eq!(count, 0);
        }
    }
}

::store::row! {
    struct Sealed {
        sealed: Vec<u8>,
    }
}

#[tokio::test]
async fn neither_codes_nor_tokens_are_logged() {
    let logged = Logged::begin();
    let db = testkit::db::TestDb::new(store::EngineKind::Sqlite).await;
    let clock = clock();
    let clinic = TestClinic::with_clock(&db, &clock).await;
    let admin = enrol(&clinic, "admin", &clock).await;
    let asked = challenge(&clinic, "admin").await;
    step(&clinic, &asked, "000000").await;
    let now = code(&admin.secret, &clock);
    let tokens = step(&clinic, &asked, &now).await.json();
    let (shown, nowhere) = ((asked.as_str(), admin.codes[0].as_str()), Origin::default());
    let session = api::finish_browser(&clinic.app, shown, &nowhere);
    let session = session.await.unwrap();
    tracing::info!(?session, "shown on purpose");
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    let secrets = [
        &asked,
        &now,
        &text("access"),
        &text("refresh"),
        &session.cookie,
        &session.device,
        &admin.secret,
        &admin.codes[0],
        PASSWORD,
    ];
    logged.holds_none_of(&secrets);
}
