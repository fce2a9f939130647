//! Programs that people let in: codes, tokens, and how they end.

use ::store::{Sql, StoreError, params};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use clinic::identity::api::{self, ClientId, ClientKind, NewClient};
use kernel::{Actor, Clock, Ctx, Locale, Role, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;
use testkit::{
    clinic::{Answer, PASSWORD, PUBLIC_URL, TestClinic},
    on_both_engines,
};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const BACK: &str = "https://agenda.example/cb";
const SCOPES: &str = "read:customer send:notification";

const SHUT_OUT: Sql = Sql::new("UPDATE user_account SET is_active = $2 WHERE username = $1");
const ROLE: Sql = Sql::new(
    "UPDATE membership SET role = $3 WHERE tenant_id = $1
     AND user_id = (SELECT id FROM user_account WHERE username = $2)",
);
const LEAVE: Sql = Sql::new(
    "DELETE FROM membership WHERE tenant_id = $1
     AND user_id = (SELECT id FROM user_account WHERE username = $2)",
);
const JOIN: Sql = Sql::new(
    "INSERT INTO membership (tenant_id, user_id, role, created_at)
     SELECT $1, id, 'agent', 0 FROM user_account WHERE username = $2",
);
const LEFT: Sql = Sql::new(
    "SELECT (SELECT COUNT(*) FROM oauth_token WHERE tenant_id = $1)
          + (SELECT COUNT(*) FROM oauth_code WHERE tenant_id = $1)
          + (SELECT COUNT(*) FROM oauth_grant WHERE tenant_id = $1) AS value",
);

/// A registered program, called through the router.
pub(crate) struct Program<'c> {
    clinic: &'c TestClinic,
    pub(crate) id: ClientId,
    pub(crate) secret: Option<String>,
    back: &'static str,
}

pub(crate) fn admin(clinic: &TestClinic) -> Ctx {
    Ctx {
        tenant: clinic.tenant,
        actor: Actor::User(clinic.agent, Role::Admin),
        locale: Locale::Fr,
    }
}

impl<'c> Program<'c> {
    pub(crate) async fn new(clinic: &'c TestClinic, kind: ClientKind, back: &'static str) -> Self {
        Self::of(clinic, &admin(clinic), kind, back).await
    }

    async fn of(clinic: &'c TestClinic, ctx: &Ctx, kind: ClientKind, back: &'static str) -> Self {
        let new = NewClient {
            name: "Agenda".into(),
            kind,
            redirect_uris: if back.is_empty() {
                vec![]
            } else {
                vec![back.into()]
            },
            scopes: SCOPES.split(' ').map(str::to_owned).collect(),
        };
        let issued = api::register_client(&clinic.app, ctx, new).await.unwrap();
        Self {
            clinic,
            id: issued.id,
            secret: issued.secret.map(|secret| secret.0),
            back,
        }
    }

    /// One that was registered elsewhere.
    pub(crate) fn known(clinic: &'c TestClinic, id: &str, secret: &str) -> Self {
        Self {
            clinic,
            id: id.parse().unwrap(),
            secret: Some(secret.to_owned()),
            back: "",
        }
    }

    async fn web(clinic: &'c TestClinic) -> Self {
        Self::new(clinic, ClientKind::Confidential, BACK).await
    }

    fn question(&self) -> Vec<(&'static str, String)> {
        vec![
            ("response_type", "code".into()),
            ("client_id", self.id.to_string()),
            ("redirect_uri", self.back.into()),
            ("scope", SCOPES.into()),
            ("state", "a&b".into()),
            ("code_challenge", CHALLENGE.into()),
            ("code_challenge_method", "S256".into()),
        ]
    }

    /// Somebody presses "Allow"; gives the code.
    async fn code(&self, person: &str) -> String {
        let to = self.decide(person, &self.question(), "allow").await;
        assert!(to.starts_with(&format!("{}?", self.back)), "{to}");
        assert_eq!(field(&to, "state").as_deref(), Some("a&b"));
        assert_eq!(field(&to, "iss").as_deref(), Some(PUBLIC_URL), "RFC 9207");
        field(&to, "code").unwrap()
    }

    /// Opens the page as somebody and presses a button; gives where it leads.
    async fn decide(&self, person: &str, question: &[(&str, String)], button: &str) -> String {
        let cookie = cookie(self.clinic, person).await;
        let page = look(self.clinic, &cookie, question).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let mut fields = hidden(&page.text);
        fields.push(("decision".into(), button.into()));
        let body = serde_urlencoded::to_string(fields).unwrap();
        let answer = post(
            self.clinic,
            "/oauth/authorize",
            &body,
            &[("cookie", &cookie)],
        )
        .await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        answer.headers["location"].to_str().unwrap().to_owned()
    }

    pub(crate) async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        let id = self.id.to_string();
        let mut all = vec![("client_id", id.as_str())];
        all.extend(
            self.secret
                .as_deref()
                .map(|secret| ("client_secret", secret)),
        );
        all.extend_from_slice(fields);
        form(self.clinic, "/oauth/token", &all).await
    }

    async fn redeem(&self, code: &str) -> Answer {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.back),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    async fn refresh(&self, token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }

    /// Access and refresh token of somebody who allowed it.
    async fn tokens(&self, person: &str) -> (String, String) {
        let code = self.code(person).await;
        pair(&self.redeem(&code).await)
    }
}

fn pair(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let text = |name: &str| answer.json()[name].as_str().unwrap().to_owned();
    (text("access_token"), text("refresh_token"))
}

async fn cookie(clinic: &TestClinic, person: &str) -> String {
    let session = api::open_session(&clinic.app, person, PASSWORD)
        .await
        .unwrap();
    format!("session={}", session.cookie)
}

async fn look(clinic: &TestClinic, cookie: &str, question: &[(&str, String)]) -> Answer {
    let query = serde_urlencoded::to_string(question).unwrap();
    look_at(clinic, cookie, &format!("/oauth/authorize?{query}")).await
}

async fn look_at(clinic: &TestClinic, cookie: &str, path: &str) -> Answer {
    let request = Request::get(path)
        .header("cookie", cookie)
        .header("accept", "text/html");
    clinic.send(request.body(Body::empty()).unwrap()).await
}

async fn post(clinic: &TestClinic, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request =
        Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    clinic
        .send(request.body(Body::from(body.to_owned())).unwrap())
        .await
}

async fn form(clinic: &TestClinic, path: &str, fields: &[(&str, &str)]) -> Answer {
    post(
        clinic,
        path,
        &serde_urlencoded::to_string(fields).unwrap(),
        &[],
    )
    .await
}

/// The hidden fields of a page, as a browser would send them.
fn hidden(page: &str) -> Vec<(String, String)> {
    let inputs = page.split("<input type=\"hidden\" name=\"").skip(1);
    let main = inputs.map(|rest| {
        let (name, rest) = rest.split_once("\" value=\"").unwrap();
        let value = rest.split('"').next().unwrap();
        (
            name.to_owned(),
            value.replace("&#38;", "&").replace("&amp;", "&"),
        )
    });
    // The sign-out form of every page comes first, with the same secret.
    let mut fields: Vec<_> = main.collect();
    fields.dedup();
    fields
}

/// A parameter of an address.
fn field(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap();
    pairs
        .into_iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
}

fn error(answer: &Answer) -> (u16, Value) {
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["content-type"], "application/json");
    assert!(
        answer.json()["error_description"].is_string(),
        "{}",
        answer.text
    );
    (answer.status.as_u16(), answer.json()["error"].clone())
}

/// The status of a read that the scopes allow.
pub(crate) async fn opens(clinic: &TestClinic, token: &str) -> StatusCode {
    clinic
        .call_as(Some(token), Method::GET, "/api/patients/list/", None)
        .await
        .status
}

async fn force(clinic: &TestClinic, sql: Sql, values: ::store::Params) {
    let done: Result<(), StoreError> = clinic
        .app
        .store
        .write(clinic.tenant, move |tx| {
            Box::pin(async move { tx.execute_one(sql, values).await })
        })
        .await;
    done.unwrap();
}

on_both_engines! {
    async fn somebody_lets_a_program_in(db) {
        let clinic = TestClinic::new(&db).await;
        let program = Program::web(&clinic).await;
        let page = look(&clinic, &cookie(&clinic, "agent").await, &program.question()).await;
        for text in ["Agenda", "Clinique demo", "Voir les patients", "Envoyer des messages", "https://agenda.example"] {
            assert!(page.text.contains(text), "{text} is missing: {}", page.text);
        }
        let mut in_english = program.question();
        in_english.push(("lang", "en".into()));
        let english = look(&clinic, &cookie(&clinic, "agent").await, &in_english).await;
        assert!(english.text.contains("Agenda asks to act for you") && english.text.contains("See patients"), "{}", english.text);
        assert!(!page.text.contains('⟦') && !english.text.contains('⟦'));
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(policy.ends_with("form-action 'self' https://agenda.example"), "{policy}");
        let code = program.code("agent").await;
        let answer = program.redeem(&code).await;
        assert_eq!((&answer.headers["cache-control"], answer.json()["expires_in"].clone()), (&"no-store".parse().unwrap(), json!(900)));
        assert_eq!((answer.json()["token_type"].clone(), answer.json()["scope"].clone()), (json!("Bearer"), json!(SCOPES)));
        let (access, refresh) = pair(&answer);
        assert!(access.starts_with("lfo_") && refresh.starts_with("lfr_"));
        assert_eq!(opens(&clinic, &access).await, 200);
        let entered = clinic.call_as(Some(&access), Method::POST, "/api/patients/", Some(json!({}))).await;
        assert_eq!(entered.json()["code"], "insufficient-scope", "it may read, not write");
        let me = clinic.call_as(Some(&access), Method::GET, "/api/v1/auth/me/", None).await;
        assert_eq!(me.status, 403, "closed to programs");
        assert_eq!(opens(&clinic, &refresh).await, 401, "a refresh token opens nothing");
        let denied = program.decide("agent", &program.question(), "deny").await;
        assert_eq!(field(&denied, "error").as_deref(), Some("access_denied"));
        assert!(field(&denied, "code").is_none() && field(&denied, "iss").is_some());
    }

    async fn a_code_works_once_even_at_the_same_moment(db) {
        let clinic = TestClinic::new(&db).await;
        let program = Program::web(&clinic).await;
        let code = program.code("agent").await;
        let (access, refresh) = pair(&program.redeem(&code).await);
        assert_eq!(opens(&clinic, &access).await, 200);
        assert_eq!(error(&program.redeem(&code).await), (400, json!("invalid_grant")));
        assert_eq!(opens(&clinic, &access).await, 401, "the second use ended what came of the first");
        assert_eq!(error(&program.refresh(&refresh).await), (400, json!("invalid_grant")));
        let code = program.code("agent").await;
        let answers = futures_util::future::join_all((0..8).map(|_| program.redeem(&code))).await;
        let given: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(given.len(), 1);
        assert_eq!(opens(&clinic, &pair(given[0]).0).await, 401);
    }

    async fn a_code_is_bound_to_all_it_was_asked_with(db) {
        let clinic = TestClinic::new(&db).await;
        let program = Program::web(&clinic).await;
        let other = Program::web(&clinic).await;
        let code = program.code("agent").await;
        assert_eq!(error(&other.redeem(&code).await), (400, json!("invalid_grant")), "another program's");
        let with = async |code: &str, back: &str, verifier: &str| program.token(&[
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", back), ("code_verifier", verifier),
        ]).await;
        for (back, verifier, what) in [
            ("https://agenda.example/cb2", VERIFIER, "another address"),
            (BACK, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX", "another verifier"),
            (BACK, CHALLENGE, "the challenge as verifier"),
        ] {
            let code = program.code("agent").await;
            assert_eq!(error(&with(&code, back, verifier).await), (400, json!("invalid_grant")), "{what}");
            assert_eq!(error(&program.redeem(&code).await), (400, json!("invalid_grant")), "one try");
        }
        let code = program.code("agent").await;
        assert_eq!(error(&with(&code, BACK, "").await), (400, json!("invalid_request")), "no verifier");
        let without = program.token(&[("grant_type", "authorization_code"), ("code", &code), ("code_verifier", VERIFIER)]).await;
        assert_eq!(without.status, 200, "OAuth 2.1 leaves the address out: {}", without.text);
        assert_eq!(error(&program.redeem("lfk_00").await), (400, json!("invalid_grant")));
    }

    async fn what_is_over_is_over(db) {
        let clock = Clock::fixed(Timestamp::from_micros(1_790_000_000_000_000));
        let clinic = TestClinic::with_clock(&db, &clock).await;
        let program = Program::web(&clinic).await;
        let late = program.code("agent").await;
        clock.advance(Duration::from_secs(60));
        assert_eq!(error(&program.redeem(&late).await), (400, json!("invalid_grant")), "after a minute");
        let code = program.code("agent").await;
        let (access, refresh) = pair(&program.redeem(&code).await);
        clock.advance(Duration::from_secs(899));
        assert_eq!(opens(&clinic, &access).await, 200);
        clock.advance(Duration::from_secs(1));
        assert_eq!(opens(&clinic, &access).await, 401, "after 15 minutes");
        let (access, _) = pair(&program.refresh(&refresh).await);
        clock.advance(Duration::from_secs(2 * 24 * 3600));
        clinic::sweep(&clinic.app).await.unwrap();
        assert_eq!(error(&program.redeem(&code).await), (400, json!("invalid_grant")), "a replay long after");
        assert_eq!(opens(&clinic, &access).await, 401);
        clock.advance(Duration::from_secs(31 * 24 * 3600));
        clinic::sweep(&clinic.app).await.unwrap();
        let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
        let left: i64 = tx.one(LEFT, params![clinic.tenant]).await.unwrap();
        assert_eq!(left, 0, "nothing is left of it");
    }

    async fn a_refresh_token_works_once_and_its_family_ends_with_a_second_use(db) {
        let clinic = TestClinic::new(&db).await;
        let program = Program::web(&clinic).await;
        let other = Program::web(&clinic).await;
        let (first_access, first) = program.tokens("agent").await;
        assert_eq!(error(&other.refresh(&first).await), (400, json!("invalid_grant")), "another program's");
        let narrow = [("grant_type", "refresh_token"), ("refresh_token", first.as_str()), ("scope", "manage:tenant")];
        assert_eq!(error(&program.token(&narrow).await), (400, json!("invalid_scope")), "never more than granted");
        let narrow = [("grant_type", "refresh_token"), ("refresh_token", first.as_str()), ("scope", "send:notification")];
        let answer = program.token(&narrow).await;
        assert_eq!(answer.json()["scope"], "send:notification");
        let (narrowed, second) = pair(&answer);
        assert_eq!(opens(&clinic, &narrowed).await, 403);
        assert_eq!(opens(&clinic, &first_access).await, 200);
        assert_eq!(error(&program.refresh(&first).await), (400, json!("invalid_grant")), "used twice");
        for token in [&first_access, &narrowed] {
            assert_eq!(opens(&clinic, token).await, 401, "the family has ended");
        }
        assert_eq!(error(&program.refresh(&second).await), (400, json!("invalid_grant")));
        let (_, refresh) = program.tokens("agent").await;
        let uses = futures_util::future::join_all((0..8).map(|_| program.refresh(&refresh))).await;
        assert_eq!(uses.iter().filter(|answer| answer.status == 200).count(), 1, "at once");
    }

    async fn what_is_asked_wrongly_is_told_to_the_program(db) {
        let clinic = TestClinic::new(&db).await;
        let program = Program::web(&clinic).await;
        let cookie = cookie(&clinic, "agent").await;
        for (name, value, expected) in [
            ("code_challenge", "", "invalid_request"),
            ("code_challenge", "short", "invalid_request"),
            ("code_challenge_method", "", "invalid_request"),
            ("code_challenge_method", "plain", "invalid_request"),
            ("response_type", "token", "unsupported_response_type"),
            ("response_type", "", "invalid_request"),
            ("scope", "manage:tenant", "invalid_scope"),
            ("scope", "root", "invalid_scope"),
            ("prompt", "none", "consent_required"),
            ("prompt", "login", "invalid_request"),
        ] {
            let mut question = program.question();
            question.retain(|(known, _)| *known != name);
            question.push((name, value.into()));
            let answer = look(&clinic, &cookie, &question).await;
            assert_eq!(answer.status, 303, "{name}={value}");
            let to = answer.headers["location"].to_str().unwrap();
            assert_eq!(field(to, "error").as_deref(), Some(expected), "{name}={value}: {to}");
            assert_eq!(field(to, "state").as_deref(), Some("a&b"));
            assert!(to.starts_with(&format!("{BACK}?")) && field(to, "iss").is_some());
        }
        let mut question = program.question();
        question.push(("prompt", "none".into()));
        let answer = look(&clinic, "session=nobody", &question).await;
        let to = answer.headers["location"].to_str().unwrap();
        assert_eq!(field(to, "error").as_deref(), Some("login_required"));
        let answer = look(&clinic, "session=nobody", &program.question()).await;
        assert!(answer.headers["location"].to_str().unwrap().starts_with("/sign-in?next=%2Foauth%2Fauthorize"));
    }

    async fn nobody_is_sent_where_no_program_is_registered(db) {
        let clinic = TestClinic::new(&db).await;
        let program = Program::web(&clinic).await;
        let revoked = Program::web(&clinic).await;
        api::revoke_client(&clinic.app, &admin(&clinic), revoked.id).await.unwrap();
        let cookie = cookie(&clinic, "agent").await;
        for (name, value) in [
            ("redirect_uri", "https://evil.example/cb".to_owned()),
            ("redirect_uri", "https://agenda.example/cb/".to_owned()),
            ("redirect_uri", "https://agenda.example/cb?x=1".to_owned()),
            ("client_id", "rubbish".to_owned()),
            ("client_id", "01980000-0000-7000-8000-000000000000".to_owned()),
            ("client_id", revoked.id.to_string()),
        ] {
            let mut question = program.question();
            question.retain(|(known, _)| *known != name);
            question.push((name, value.clone()));
            let answer = look(&clinic, &cookie, &question).await;
            assert_eq!(answer.status, 400, "{name}={value}");
            assert!(!answer.headers.contains_key("location") && answer.text.contains("<html"));
        }
        for twice in ["client_id", "redirect_uri"] {
            let mut question = program.question();
            question.push((twice, "https://evil.example/cb".into()));
            assert_eq!(look(&clinic, &cookie, &question).await.status, 400, "{twice} twice");
        }
    }

    async fn a_native_program_takes_the_port_it_gets(db) {
        let clinic = TestClinic::new(&db).await;
        let native = Program { back: "http://127.0.0.1:49152/cb",
            ..Program::new(&clinic, ClientKind::Public, "http://127.0.0.1/cb").await };
        assert!(native.secret.is_none());
        let (access, refresh) = native.tokens("agent").await;
        assert_eq!(opens(&clinic, &access).await, 200);
        let id = native.id.to_string();
        let pretending = [("client_id", id.as_str()), ("client_secret", "lfc_x"), ("grant_type", "refresh_token"), ("refresh_token", &refresh)];
        assert_eq!(error(&form(&clinic, "/oauth/token", &pretending).await), (401, json!("invalid_client")));
        pair(&native.refresh(&refresh).await);
        let itself = native.token(&[("grant_type", "client_credentials")]).await;
        assert_eq!(error(&itself), (400, json!("unauthorized_client")));
    }

    async fn only_somebody_in_his_browser_can_consent(db) {
        let clinic = TestClinic::new(&db).await;
        let program = Program::web(&clinic).await;
        let (access, _) = program.tokens("agent").await;
        let mut fields = program.question();
        fields.push(("decision", "allow".into()));
        let body = serde_urlencoded::to_string(&fields).unwrap();
        let cookie = cookie(&clinic, "agent").await;
        let forged = post(&clinic, "/oauth/authorize", &body, &[("cookie", &cookie)]).await;
        assert_eq!(forged.status, 403, "without the page's secret");
        for token in [access, clinic.token_of("agent").await] {
            let answer = post(&clinic, "/oauth/authorize", &body, &[("authorization", &format!("Bearer {token}"))]).await;
            assert!(!answer.headers.get("location").is_some_and(|to| to.to_str().unwrap().contains("code=")), "{}", answer.status);
        }
    }

    async fn a_delegated_token_ends_with_what_it_came_from(db) {
        let clinic = TestClinic::new(&db).await;
        let program = Program::web(&clinic).await;
        let (by_agent, _) = program.tokens("agent").await;
        let (by_patient, _) = program.tokens("patient").await;
        assert_eq!(opens(&clinic, &by_agent).await, 200);
        assert_eq!(opens(&clinic, &by_patient).await, 403, "the scope is there, the role is not");
        let (access, refresh) = program.tokens("agent").await;
        force(&clinic, ROLE, params![clinic.tenant, "agent", "admin"]).await;
        assert_eq!(opens(&clinic, &access).await, 401, "another role");
        assert_eq!(error(&program.refresh(&refresh).await), (400, json!("invalid_grant")));
        force(&clinic, ROLE, params![clinic.tenant, "agent", "agent"]).await;
        let (access, refresh) = program.tokens("agent").await;
        force(&clinic, LEAVE, params![clinic.tenant, "agent"]).await;
        assert_eq!(opens(&clinic, &access).await, 401, "left the clinic");
        assert_eq!(error(&program.refresh(&refresh).await), (400, json!("invalid_grant")));
        force(&clinic, JOIN, params![clinic.tenant, "agent"]).await;
        let (access, refresh) = program.tokens("agent").await;
        force(&clinic, SHUT_OUT, params!["agent", false]).await;
        assert_eq!(opens(&clinic, &access).await, 401, "shut out");
        force(&clinic, SHUT_OUT, params!["agent", true]).await;
        assert_eq!(opens(&clinic, &access).await, 200);
        api::reset_password(&clinic.app, "agent", PASSWORD).await.unwrap();
        assert_eq!(opens(&clinic, &access).await, 401, "another password");
        assert_eq!(error(&program.refresh(&refresh).await), (400, json!("invalid_grant")));
    }

    async fn who_let_a_program_in_withdraws_it(db) {
        let clinic = TestClinic::new(&db).await;
        let program = Program::web(&clinic).await;
        let (access, refresh) = program.tokens("agent").await;
        let (others, _) = program.tokens("admin").await;
        let own = clinic.token_of("agent").await;
        let all = "/api/v1/auth/programs/";
        let listed = clinic.call_as(Some(&own), Method::GET, all, None).await.json();
        let row = &listed["results"][0];
        assert_eq!((&listed["count"], &row["name"], &row["id"]), (&json!(1), &json!("Agenda"), &json!(program.id)));
        assert!(row["scopes"].as_array().unwrap().contains(&json!("read:customer")), "{row}");
        let refused = clinic.call_as(Some(&access), Method::GET, all, None).await;
        assert_eq!(refused.status, 403, "a program does not see the others");
        let cookie = cookie(&clinic, "agent").await;
        let page = look_at(&clinic, &cookie, "/sessions").await;
        assert!(page.text.contains("Agenda") && page.text.contains(&format!("/sessions/programs/{}/withdraw", program.id)), "{}", page.text);

        let one = format!("{all}{}/", program.id);
        assert_eq!(clinic.call_as(Some(&own), Method::DELETE, &one, None).await.status, 204);
        assert_eq!(opens(&clinic, &access).await, 401);
        assert_eq!(program.refresh(&refresh).await.status, 400);
        assert_eq!(opens(&clinic, &others).await, 200, "what somebody else granted stays");
        assert_eq!(clinic.call_as(Some(&own), Method::GET, all, None).await.json()["count"], 0);
        assert_eq!(clinic.call_as(Some(&own), Method::DELETE, &one, None).await.status, 404, "there is nothing left");
        let (access, _) = program.tokens("agent").await;
        assert_eq!(opens(&clinic, &access).await, 200, "he may let it in again");
    }

    async fn a_token_stays_in_its_clinic(db) {
        let clinic = TestClinic::new(&db).await;
        let other = clinic.another("autre", "+221338210001").await;
        let theirs = Ctx { tenant: other, ..admin(&clinic) };
        let foreign = Program::of(&clinic, &theirs, ClientKind::Confidential, BACK).await;
        let page = look(&clinic, &cookie(&clinic, "agent").await, &foreign.question()).await;
        assert_eq!(page.status, 400, "a program of another clinic is unknown");
        let (access, _) = foreign.tokens("autre-agent").await;
        force(&clinic, JOIN, params![clinic.tenant, "autre-agent"]).await;
        let elsewhere = Request::get("/api/patients/list/")
            .header("authorization", format!("Bearer {access}"))
            .header("x-tenant", "demo");
        let answer = clinic.send(elsewhere.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 404, "a member there, but the consent was for here");
        for act in [Method::GET, Method::POST] {
            let path = format!("/api/v1/oauth/clients/{}/{}", foreign.id, if act == Method::GET { "" } else { "revoke/" });
            let admin = clinic.token_of("admin").await;
            assert_eq!(clinic.call_as(Some(&admin), act, &path, None).await.status, 404, "{path}");
        }
        assert_eq!(opens(&clinic, &access).await, 200);
    }

    async fn a_program_proves_who_it_is(db) {
        let clinic = TestClinic::new(&db).await;
        let program = Program::new(&clinic, ClientKind::Confidential, "").await;
        let (id, secret) = (program.id.to_string(), program.secret.clone().unwrap());
        let itself = program.token(&[("grant_type", "client_credentials"), ("scope", "read:customer")]).await;
        assert_eq!((itself.status.as_u16(), itself.json()["refresh_token"].clone()), (200, Value::Null));
        assert_eq!(opens(&clinic, itself.json()["access_token"].as_str().unwrap()).await, 200);
        for (basic, status) in [
            // Basic of `id:secret`, made by the test's own encoder below.
            (encode(&format!("{id}:{secret}")), 200),
            (encode(&format!("{id}:{secret}x")), 401),
            (encode(&format!("{id}:")), 401),
            (encode("rubbish"), 401),
            ("***".into(), 401),
        ] {
            let answer = post(&clinic, "/oauth/token", "grant_type=client_credentials", &[("authorization", &format!("Basic {basic}"))]).await;
            assert_eq!(answer.status, status, "{basic}");
            assert_eq!(answer.headers.get("www-authenticate").is_some(), status == 401);
        }
        let both = format!("grant_type=client_credentials&client_secret={secret}");
        let answer = post(&clinic, "/oauth/token", &both, &[("authorization", &format!("Basic {}", encode(&format!("{id}:{secret}"))))]).await;
        assert_eq!(error(&answer), (400, json!("invalid_request")), "in two ways");
        for (fields, expected) in [
            (vec![("grant_type", "client_credentials")], (401, "invalid_client")),
            (vec![("client_id", id.as_str()), ("grant_type", "client_credentials")], (401, "invalid_client")),
            (vec![("client_id", &id), ("client_secret", &secret)], (400, "invalid_request")),
            (vec![("client_id", &id), ("client_secret", &secret), ("grant_type", "password")], (400, "unsupported_grant_type")),
            (vec![("client_id", &id), ("client_secret", &secret), ("grant_type", "client_credentials"), ("scope", "manage:tenant")], (400, "invalid_scope")),
            (vec![("client_id", &id), ("client_secret", &secret), ("grant_type", "refresh_token")], (400, "invalid_request")),
            (vec![("client_id", &id), ("client_secret", &secret), ("grant_type", "a"), ("grant_type", "b")], (400, "invalid_request")),
        ] {
            let found = error(&form(&clinic, "/oauth/token", &fields).await);
            assert_eq!(found, (expected.0, json!(expected.1)), "{fields:?}");
        }
        let web = Program::web(&clinic).await;
        let itself = web.token(&[("grant_type", "client_credentials")]).await;
        assert_eq!(error(&itself), (400, json!("unauthorized_client")), "it acts for people");
    }

    async fn a_program_gives_tokens_back(db) {
        let clinic = TestClinic::new(&db).await;
        let program = Program::web(&clinic).await;
        let other = Program::web(&clinic).await;
        let revoke = async |by: &Program<'_>, token: &str| {
            let (id, secret) = (by.id.to_string(), by.secret.clone().unwrap());
            form(&clinic, "/oauth/revoke", &[("client_id", &id), ("client_secret", &secret), ("token", token)]).await
        };
        let (access, refresh) = program.tokens("agent").await;
        assert_eq!(error(&revoke(&other, &access).await), (400, json!("invalid_grant")));
        assert_eq!(opens(&clinic, &access).await, 200);
        assert_eq!(revoke(&program, &access).await.status, 200);
        assert_eq!(opens(&clinic, &access).await, 401);
        let (access, refresh) = pair(&program.refresh(&refresh).await);
        assert_eq!(revoke(&program, &refresh).await.status, 200);
        assert_eq!(opens(&clinic, &access).await, 401, "all of the same consent");
        assert_eq!(revoke(&program, &refresh).await.status, 200, "ended already");
        assert_eq!(revoke(&program, "rubbish").await.status, 200);
        let nobody = form(&clinic, "/oauth/revoke", &[("token", &refresh)]).await;
        assert_eq!(error(&nobody), (401, json!("invalid_client")));
    }

    async fn what_the_server_can_do_is_written_down(db) {
        let clinic = TestClinic::new(&db).await;
        let answer = clinic.call_as(None, Method::GET, "/.well-known/oauth-authorization-server", None).await;
        let known = answer.json();
        assert_eq!((known["issuer"].clone(), known["token_endpoint"].clone()), (json!(PUBLIC_URL), json!(format!("{PUBLIC_URL}/oauth/token"))));
        assert_eq!(known["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(known["authorization_response_iss_parameter_supported"], json!(true));
        assert_eq!(known["scopes_supported"].as_array().unwrap().len(), api::SCOPES.len());
    }
}

/// Base64 (RFC 4648), written for the test.
fn encode(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk
            .iter()
            .fold(0u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place)) as usize & 63] as char;
            out.push(if place <= chunk.len() { digit } else { '=' });
        }
    }
    out
}
