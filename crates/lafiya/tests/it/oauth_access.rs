//! Programs as administrators see them, and scopes on every route.

use ::store::{Sql, params};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use clinic::identity::api::{self, ClientKind, NewServiceToken, SCOPES};
use kernel::{Clock, Locale, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;
use testkit::{
    clinic::{Answer, PASSWORD, TestClinic},
    on_both_engines,
};
use webkit::{Kind, Scope, Texts};

use crate::oauth::{Program, admin, opens};

/// API routes that need a caller and that no limited token may call, with the reason.
const CLOSED: &[(&str, &str)] = &[
    ("/api/v1/audit/", "who did what is for people to judge"),
    (
        "/api/v1/auth/",
        "people's own accounts, and who belongs to the team",
    ),
    (
        "/api/v1/fiche-consultation/{id}/validate/",
        "no program signs for a doctor",
    ),
    (
        "/api/v1/fiche-consultation/{id}/reject/",
        "no program decides for a doctor",
    ),
    (
        "/api/v1/fiche-consultation/{id}/amend/",
        "no program signs for a doctor",
    ),
    (
        "/api/v1/patients/{id}/pin/",
        "a PIN is told by a person to the patient alone",
    ),
    (
        "/api/v1/calendar-feed/",
        "no program makes a link that needs no signing in",
    ),
    (
        "/api/v1/me/",
        "what a patient may know about his own record",
    ),
    (
        "/api/v1/devices/",
        "a device is of the person who signed in on it",
    ),
    ("/api/v1/oauth/clients/", "no program hands out access"),
    (
        "/api/v1/fiche-consultation/{id}/shares/",
        "no program shows a record to strangers",
    ),
    ("/api/v1/shares/", "no program shows a record to strangers"),
    (
        "/api/v1/patients/accounts/",
        "whose record an account reads is for people to judge",
    ),
    (
        "/api/v1/patients/{id}/account/",
        "whose record an account reads is for people to judge",
    ),
    (
        "/api/v1/patients/{id}/access/",
        "no program decides who opens a record",
    ),
    (
        "/api/v1/patients/{id}/break-glass/",
        "an emergency is a person's to declare",
    ),
    (
        "/api/v1/patients/{id}/merge/",
        "whether two records are one person is a person's judgement",
    ),
    (
        "/api/v1/patients/{id}/unmerge/",
        "whether two records are one person is a person's judgement",
    ),
    (
        "/api/v1/references/{id}/verify/",
        "whether a work says so is for a person to judge",
    ),
    ("/api/v1/service-tokens/", "no program hands out access"),
];

const KEPT: Sql =
    Sql::new("SELECT COUNT(*) AS value FROM keyed_call WHERE tenant_id = $1 AND body IS NOT NULL");
const LAST_USE: Sql =
    Sql::new("SELECT last_used_at AS value FROM service_token WHERE tenant_id = $1");

async fn service(clinic: &TestClinic, scopes: &[&str]) -> String {
    let new = NewServiceToken {
        name: "N8N".into(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        expires_at: None,
    };
    let issued = api::create_service_token(&clinic.app, &admin(clinic), new)
        .await
        .unwrap();
    issued.secret.unwrap().0
}

async fn page(clinic: &TestClinic, cookie: &str, path: &str, body: Option<&str>) -> Answer {
    let request = match body {
        None => Request::get(path),
        Some(_) => {
            Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        }
    };
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_owned()));
    clinic
        .send(request.header(header::COOKIE, cookie).body(body).unwrap())
        .await
}

#[test]
fn every_scope_is_told_in_both_languages() {
    for scope in SCOPES {
        for locale in [Locale::Fr, Locale::En] {
            let text = Texts::new(locale).get(&Scope::text_key(scope));
            assert!(!text.contains('⟦'), "{locale} {scope}");
        }
    }
}

#[test]
fn every_route_names_a_scope_of_the_list_or_says_why_not() {
    let registry = clinic::routes().registry;
    let needing = registry
        .iter()
        .filter(|route| route.kind == Kind::Api && route.policy.needs_caller());
    let mut wrong = Vec::new();
    for route in needing.clone() {
        let listed = CLOSED
            .iter()
            .any(|(start, _)| route.path.starts_with(start));
        let good = match route.scope.needed(&route.method) {
            None => listed,
            Some(scope) => SCOPES.contains(&scope.as_str()) && !listed,
        };
        if !good {
            wrong.push(format!("{} {} {:?}", route.method, route.path, route.scope));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (path, _) in CLOSED {
        let there = needing.clone().any(|route| route.path.starts_with(path));
        assert!(there, "{path} is no such route any more");
    }
}

on_both_engines! {
    async fn a_scope_is_enforced_on_every_route(db) {
        let clinic = TestClinic::new(&db).await;
        let all = service(&clinic, SCOPES).await;
        let mut seen = 0;
        for route in clinic::routes().registry {
            if route.kind == Kind::Plain || !route.policy.needs_caller() {
                continue;
            }
            seen += 1;
            let path = route.path.replace("{id}", "01980000-0000-7000-8000-000000000000");
            let name = format!("{} {path}", route.method);
            let call = async |token: &str| clinic.call_as(Some(token), route.method.clone(), &path, Some(json!({}))).await;
            let Some(needed) = route.scope.needed(&route.method) else {
                assert_eq!(call(&all).await.status, 403, "{name} is closed");
                continue;
            };
            let area = needed.split_once(':').unwrap().1;
            let helps = |scope: &&&str| matches!(route.scope, Scope::Area(_)) && **scope == format!("manage:{area}");
            let others: Vec<&str> = SCOPES.iter().filter(|scope| **scope != needed && !helps(scope)).copied().collect();
            let refused = call(&service(&clinic, &others).await).await;
            assert_eq!((refused.status.as_u16(), refused.json()["code"].clone()), (403, json!("insufficient-scope")), "{name}");
            let challenge = refused.headers["www-authenticate"].to_str().unwrap();
            assert!(challenge.contains(&format!("scope=\"{needed}\"")), "{name}: {challenge}");
            let let_in = call(&service(&clinic, &[&needed]).await).await;
            assert!(![401, 403].contains(&let_in.status.as_u16()) && let_in.status.as_u16() < 500, "{name}: {}", let_in.text);
        }
        assert!(seen > 20, "{seen}");
    }

    async fn an_administrator_registers_rotates_and_revokes_a_program(db) {
        let clinic = TestClinic::new(&db).await;
        let token = clinic.token_of("admin").await;
        let call = async |method, path: &str, body| clinic.call_as(Some(&token), method, path, body).await;
        let input = json!({"name": " Agenda ", "kind": "confidential", "redirect_uris": [], "scopes": ["read:customer"]});
        let agent = clinic.call(Method::POST, "/api/v1/oauth/clients/", Some(input.clone())).await;
        assert_eq!(agent.status, 403, "administrators only");
        let made = call(Method::POST, "/api/v1/oauth/clients/", Some(input)).await;
        assert_eq!((made.status.as_u16(), made.json()["name"].clone()), (201, json!("Agenda")));
        let (id, secret) = (made.json()["client_id"].as_str().unwrap().to_owned(), made.json()["client_secret"].as_str().unwrap().to_owned());
        assert!(secret.starts_with("lfc_"));
        let listed = call(Method::GET, "/api/v1/oauth/clients/", None).await;
        assert_eq!(listed.json()["count"], 1);
        assert!(!listed.text.contains(&secret) && !listed.text.contains("secret"));
        let program = Program::known(&clinic, &id, &secret);
        let itself = async |program: &Program<'_>| program.token(&[("grant_type", "client_credentials")]).await;
        let first = itself(&program).await;
        let access = first.json()["access_token"].as_str().unwrap().to_owned();
        let rotated = call(Method::POST, &format!("/api/v1/oauth/clients/{id}/rotate/"), None).await;
        let new = rotated.json()["client_secret"].as_str().unwrap().to_owned();
        assert_eq!(itself(&program).await.status, 401, "the old secret opens nothing");
        assert_eq!(itself(&Program::known(&clinic, &id, &new)).await.status, 200);
        assert_eq!(opens(&clinic, &access).await, 200);
        assert_eq!(call(Method::POST, &format!("/api/v1/oauth/clients/{id}/revoke/"), None).await.status, 204);
        assert_eq!(opens(&clinic, &access).await, 401, "at once");
        assert_eq!(itself(&Program::known(&clinic, &id, &new)).await.status, 401);
        assert_eq!(call(Method::POST, &format!("/api/v1/oauth/clients/{id}/rotate/"), None).await.status, 409);
        assert_eq!(call(Method::GET, &format!("/api/v1/oauth/clients/{id}/"), None).await.json()["state"], "revoked");
        for (input, field, code) in [
            (json!({"name": "", "kind": "public", "redirect_uris": ["https://a.example"], "scopes": ["read:queue"]}), "name", "required"),
            (json!({"name": "a", "kind": "public", "redirect_uris": [], "scopes": ["read:queue"]}), "redirect_uris", "required"),
            (json!({"name": "a", "kind": "public", "redirect_uris": ["http://a.example/"], "scopes": ["read:queue"]}), "redirect_uris", "bad-redirect"),
            (json!({"name": "a", "kind": "public", "redirect_uris": ["https://a.example/#x"], "scopes": ["read:queue"]}), "redirect_uris", "bad-redirect"),
            (json!({"name": "a", "kind": "confidential", "scopes": ["root"]}), "scopes", "unknown-scope"),
            (json!({"name": "a", "kind": "confidential", "scopes": []}), "scopes", "required"),
        ] {
            let answer = call(Method::POST, "/api/v1/oauth/clients/", Some(input)).await;
            let fault = &answer.json()["errors"][0];
            assert_eq!((fault["field"].clone(), fault["code"].clone()), (json!(field), json!(code)), "{}", answer.text);
            assert!(!answer.text.contains('⟦'));
        }
        let public = Program::new(&clinic, ClientKind::Public, "https://a.example/cb").await;
        let answer = call(Method::POST, &format!("/api/v1/oauth/clients/{}/rotate/", public.id), None).await;
        assert_eq!(answer.json()["code"], "client-is-public");
    }

    async fn a_secret_is_not_kept_under_an_idempotency_key(db) {
        let clinic = TestClinic::new(&db).await;
        let token = clinic.token_of("admin").await;
        for (path, input) in [
            ("/api/v1/oauth/clients/", json!({"name": "a", "kind": "confidential", "scopes": ["read:queue"]})),
            ("/api/v1/service-tokens/", json!({"name": "a", "scopes": ["read:queue"]})),
        ] {
            let call = async || {
                let request = Request::post(path)
                    .header("authorization", format!("Bearer {token}"))
                    .header("content-type", "application/json")
                    .header("idempotency-key", format!("k{path}"));
                clinic.send(request.body(Body::from(input.to_string())).unwrap()).await
            };
            assert_eq!(call().await.status, 201);
            let again = call().await;
            assert_eq!(again.json()["code"], "idempotency-outcome-unknown", "{path}: made once, told once");
        }
        let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
        let kept: i64 = tx.one(KEPT, params![clinic.tenant]).await.unwrap();
        assert_eq!(kept, 0);
    }

    async fn a_service_token_acts_for_the_clinic_until_it_ends(db) {
        let clock = Clock::fixed(Timestamp::from_micros(1_790_000_000_000_000));
        let clinic = TestClinic::with_clock(&db, &clock).await;
        clinic.another("autre", "+221338210001").await;
        let token = clinic.token_of("admin").await;
        let past = json!({"name": "N8N", "scopes": ["read:customer"], "expires_at": "2020-01-01T00:00:00Z"});
        let past = clinic.call_as(Some(&token), Method::POST, "/api/v1/service-tokens/", Some(past)).await;
        assert_eq!(past.json()["errors"][0]["code"], "in-the-past");
        let until = clock.now().plus(Duration::from_secs(600)).rfc3339(&kernel::Zone::utc());
        let input = json!({"name": "N8N", "scopes": ["read:customer"], "expires_at": until});
        let made = clinic.call_as(Some(&token), Method::POST, "/api/v1/service-tokens/", Some(input)).await;
        let shown = made.json()["token"].as_str().unwrap().to_owned();
        assert!(shown.starts_with("lfs_") && made.json()["last_used_at"].is_null(), "{}", made.text);
        let last = async || {
            let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
            tx.one::<Option<i64>>(LAST_USE, params![clinic.tenant]).await.unwrap()
        };
        let begun = clock.now().micros();
        assert_eq!(opens(&clinic, &shown).await, 200);
        assert_eq!(last().await, Some(begun));
        clock.advance(Duration::from_secs(59));
        assert_eq!(opens(&clinic, &shown).await, 200);
        assert_eq!(last().await, Some(begun), "one write a minute");
        clock.advance(Duration::from_secs(1));
        assert_eq!(opens(&clinic, &shown).await, 200);
        assert_eq!(last().await, Some(clock.now().micros()));
        let elsewhere = Request::get("/api/patients/list/").header("authorization", format!("Bearer {shown}")).header("x-tenant", "autre");
        assert_eq!(clinic.send(elsewhere.body(Body::empty()).unwrap()).await.status, 404);
        let listed = clinic.call_as(Some(&token), Method::GET, "/api/v1/service-tokens/", None).await;
        assert!(!listed.text.contains(&shown));
        let id = listed.json()["results"][0]["id"].as_str().unwrap().to_owned();
        clock.advance(Duration::from_secs(540));
        assert_eq!(opens(&clinic, &shown).await, 401, "expired");
        let token = clinic.token_of("admin").await;
        let listed = clinic.call_as(Some(&token), Method::GET, "/api/v1/service-tokens/", None).await;
        assert_eq!(listed.json()["results"][0]["state"], "expired");
        let other = service(&clinic, &["read:customer"]).await;
        assert_eq!(opens(&clinic, &other).await, 200);
        let listed = clinic.call_as(Some(&token), Method::GET, "/api/v1/service-tokens/", None).await;
        let newest = listed.json()["results"][0]["id"].as_str().unwrap().to_owned();
        assert_ne!(newest, id);
        let path = format!("/api/v1/service-tokens/{newest}/revoke/");
        let by_itself = clinic.call_as(Some(&other), Method::POST, &path, None).await;
        assert_eq!(by_itself.status, 403, "no program hands out or takes away access");
        assert_eq!(clinic.call_as(Some(&token), Method::POST, &path, None).await.status, 204);
        assert_eq!(opens(&clinic, &other).await, 401, "at once");
    }

    async fn the_page_of_programs_works_without_scripts(db) {
        let clinic = TestClinic::new(&db).await;
        let session = api::open_session(&clinic.app, "admin", PASSWORD).await.unwrap();
        let cookie = format!("session={}", session.cookie);
        let shown = page(&clinic, &cookie, "/settings/access", None).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        let (_, rest) = shown.text.split_once("name=\"csrf\" value=\"").unwrap();
        let csrf = rest.split('"').next().unwrap();
        let add = async |what: &str, fields: &str| {
            page(&clinic, &cookie, &format!("/settings/access/{what}"), Some(&format!("csrf={csrf}&{fields}"))).await
        };
        let wrong = add("clients", "name=Agenda&kind=public&redirect_uris=http%3A%2F%2Fevil.example&scopes=read%3Acustomer").await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.text.contains("value=\"Agenda\"") && wrong.text.contains("http://evil.example") && wrong.text.contains("checked"), "what was typed is kept");
        assert!(wrong.text.contains("127.0.0.1, [::1]"), "what to do is said");
        let made = add("clients", "name=Agenda&kind=confidential&redirect_uris=https%3A%2F%2Fa.example%2Fcb%0D%0A&scopes=read%3Acustomer").await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert!(made.text.contains("value=\"lfc_"));
        let made = add("tokens", "name=N8N&expires_at=2090-12-31&scopes=rag%3Aquery&scopes=read%3Acustomer").await;
        assert!(made.text.contains("value=\"lfs_") && made.text.contains("<td>31/12/2090</td>"), "{}", made.text);
        for lang in ["fr", "en"] {
            let shown = page(&clinic, &cookie, &format!("/settings/access?revoked=1&lang={lang}"), None).await;
            assert_eq!(shown.status, 200);
            assert!(!shown.text.contains('⟦') && !shown.text.contains("lfc_") && !shown.text.contains("lfs_"), "{}", shown.text);
            assert!(!shown.text.contains("<script>") && !shown.text.contains(" style="));
        }
        let listed = api::clients(&clinic.app, &admin(&clinic), kernel::PageRequest::default()).await.unwrap().1;
        let id = listed[0].id;
        assert!(add(&format!("clients/{id}/rotate"), "").await.text.contains("value=\"lfc_"));
        assert_eq!(add(&format!("clients/{id}/revoke"), "").await.status, 303);
        let forged = page(&clinic, &cookie, "/settings/access/tokens", Some("name=a&scopes=rag%3Aquery")).await;
        assert_eq!(forged.status, 403, "without the page's secret");
        let agent = api::open_session(&clinic.app, "agent", PASSWORD).await.unwrap();
        let agent = page(&clinic, &format!("session={}", agent.cookie), "/settings/access", None).await;
        assert_eq!(agent.status, 403);
    }
}

#[test]
fn the_openapi_document_names_the_scopes() {
    let doc: Value = serde_json::from_str(&clinic::routes().openapi.to_json().unwrap()).unwrap();
    let flows = &doc["components"]["securitySchemes"]["oauth2"]["flows"];
    for flow in ["authorizationCode", "clientCredentials"] {
        assert_eq!(
            flows[flow]["scopes"].as_object().unwrap().len(),
            SCOPES.len()
        );
        assert_eq!(flows[flow]["tokenUrl"], "/oauth/token");
    }
    let security = &doc["paths"]["/api/patients/"]["post"]["security"];
    assert_eq!(security[2], json!({"oauth2": ["write:customer"]}));
    let closed = &doc["paths"]["/api/v1/service-tokens/"]["post"]["security"];
    assert_eq!(closed.as_array().unwrap().len(), 2);
}
