//! Who may do what.

use ::store::{Scope, Sql, StoreError, params};
use axum::{
    body::Body,
    http::{Method, Request},
};
use clinic::identity::api;
use kernel::TenantId;
use serde_json::json;
use testkit::{
    clinic::{Answer, PASSWORD, TestClinic},
    on_both_engines,
};

const SHUT_OUT: Sql = Sql::new("UPDATE user_account SET is_active = $2 WHERE username = $1");
const JOIN: Sql = Sql::new(
    "INSERT INTO membership (tenant_id, user_id, role, created_at)
     SELECT $1, id, 'medecin', 0 FROM user_account WHERE username = $2",
);
const LEAVE: Sql = Sql::new(
    "DELETE FROM membership WHERE tenant_id = $1
     AND user_id = (SELECT id FROM user_account WHERE username = $2)",
);
const TRAIL: Sql =
    Sql::new("SELECT COUNT(*) AS value FROM audit_event WHERE tenant_id = $1 AND action = $2");

/// Writes what no operation of the product does yet.
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

/// A form as a browser without scripts sends it.
async fn form(clinic: &TestClinic, path: &str, cookies: &str, body: &str) -> Answer {
    let request = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", cookies)
        .body(Body::from(body.to_owned()))
        .unwrap();
    clinic.send(request).await
}

async fn page(clinic: &TestClinic, path: &str, cookies: &str) -> Answer {
    let request = Request::get(path)
        .header("cookie", cookies)
        .header("accept", "text/html");
    clinic.send(request.body(Body::empty()).unwrap()).await
}

/// `name=value` of a cookie that an answer sets.
fn cookie(answer: &Answer, name: &str) -> String {
    let set = answer.headers.get_all("set-cookie").into_iter();
    let mut set = set.map(|value| value.to_str().unwrap());
    let found = set
        .find(|text| text.starts_with(&format!("{name}=")))
        .unwrap_or_default();
    found.split(';').next().unwrap().to_owned()
}

async fn me(clinic: &TestClinic, token: &str, tenant: Option<&str>) -> Answer {
    let mut request =
        Request::get("/api/v1/auth/me/").header("authorization", format!("Bearer {token}"));
    if let Some(tenant) = tenant {
        request = request.header("x-tenant", tenant);
    }
    clinic.send(request.body(Body::empty()).unwrap()).await
}

on_both_engines! {
    async fn only_the_right_password_signs_in(db) {
        let clinic = TestClinic::new(&db).await;
        let sign_in = async |name: &str, password: &str| {
            let body = json!({"username": name, "password": password});
            clinic.call_as(None, Method::POST, "/api/v1/auth/token/", Some(body)).await
        };
        let right = sign_in("AGENT", PASSWORD).await;
        assert_eq!(right.status, 200);
        let wrong = sign_in("agent", "un autre mot").await;
        let unknown = sign_in("personne", PASSWORD).await;
        assert_eq!((wrong.status.as_u16(), wrong.json()["code"].clone()), (401, json!("bad-credentials")));
        assert_eq!(wrong.json()["detail"], unknown.json()["detail"], "which of them is wrong is not said");
        let access = right.json()["access"].as_str().unwrap().to_owned();
        let me = clinic.call_as(Some(&access), Method::GET, "/api/v1/auth/me/", None).await;
        assert_eq!((me.json()["username"].clone(), me.json()["role"].clone()), (json!("agent"), json!("agent")));
        api::reset_password(&clinic.app, "agent", "un nouveau mot de passe").await.unwrap();
        let me = clinic.call_as(Some(&access), Method::GET, "/api/v1/auth/me/", None).await;
        assert_eq!(me.status, 401, "a new password ends old tokens at once");
        assert!(me.headers.contains_key("www-authenticate"));
    }

    async fn roles_and_clinics_are_kept_apart(db) {
        let clinic = TestClinic::new(&db).await;
        clinic.another("autre", "+221338210001").await;
        let patient = clinic.token_of("patient").await;
        for path in ["/api/patients/list/", "/api/v1/inbox/conversations/", "/api/v1/outbox/", "/api/v1/webhooks/"] {
            assert_eq!(clinic.call_as(None, Method::GET, path, None).await.status, 401, "{path}");
            assert_eq!(clinic.call_as(Some("forged.token.x"), Method::GET, path, None).await.status, 401, "{path}");
            assert_eq!(clinic.call_as(Some(&patient), Method::GET, path, None).await.status, 403, "{path}");
            assert_eq!(clinic.call(Method::GET, path, None).await.status, 200, "{path}");
        }
        let token = clinic.token_of("agent").await;
        let request = Request::get("/api/patients/list/")
            .header("authorization", format!("Bearer {token}"))
            .header("x-tenant", "autre")
            .body(Body::empty())
            .unwrap();
        assert_eq!(clinic.send(request).await.status, 404, "no member there");
    }

    async fn logging_out_ends_the_refresh_tokens(db) {
        let clinic = TestClinic::new(&db).await;
        let tokens = api::issue_tokens(&clinic.app, "agent", PASSWORD).await.unwrap();
        let body = json!({"refresh": tokens.refresh});
        let answer = clinic.call_as(None, Method::POST, "/api/v1/auth/logout/", Some(body.clone())).await;
        assert_eq!(answer.status, 205);
        let answer = clinic.call_as(None, Method::POST, "/api/v1/auth/refresh/", Some(body)).await;
        assert_eq!(answer.status, 401);
    }

    async fn a_new_password_ends_everything(db) {
        let clinic = TestClinic::new(&db).await;
        let tokens = api::issue_tokens(&clinic.app, "agent", PASSWORD).await.unwrap();
        let session = api::open_session(&clinic.app, "agent", PASSWORD).await.unwrap();
        let cookies = format!("session={}", session.cookie);
        assert_eq!(page(&clinic, "/patients", &cookies).await.status, 200);
        api::reset_password(&clinic.app, "AGENT", "un nouveau mot de passe").await.unwrap();
        assert_eq!(page(&clinic, "/patients", &cookies).await.status, 303, "to sign in");
        assert!(api::rotate(&clinic.app, &tokens.refresh).await.is_err());
        assert!(api::open_session(&clinic.app, "agent", PASSWORD).await.is_err());
        api::open_session(&clinic.app, "agent", "un nouveau mot de passe").await.unwrap();
        let short = api::reset_password(&clinic.app, "agent", "court").await.unwrap_err();
        assert_eq!(short.errors[0].code, "too-short");
        assert_eq!(api::reset_password(&clinic.app, "personne", PASSWORD).await.unwrap_err().status(), 404);
        let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
        let trail: i64 = tx.one(TRAIL, params![clinic.tenant, "user.reset_password"]).await.unwrap();
        assert_eq!(trail, 1);
    }

    async fn who_is_shut_out_is_out_at_once(db) {
        let clinic = TestClinic::new(&db).await;
        let tokens = api::issue_tokens(&clinic.app, "agent", PASSWORD).await.unwrap();
        assert_eq!(me(&clinic, &tokens.access, None).await.status, 200);
        force(&clinic, SHUT_OUT, params!["agent", false]).await;
        assert_eq!(me(&clinic, &tokens.access, None).await.status, 401);
        assert!(api::rotate(&clinic.app, &tokens.refresh).await.is_err());
        let refused = api::issue_tokens(&clinic.app, "agent", PASSWORD).await.unwrap_err();
        assert_eq!(refused.stable_code(), "bad-credentials");
    }

    async fn a_member_of_two_clinics_chooses(db) {
        let clinic = TestClinic::new(&db).await;
        let other: TenantId = clinic.another("autre", "+221338210001").await;
        let token = clinic.token_of("autre-agent").await;
        assert_eq!(me(&clinic, &token, Some("demo")).await.status, 404, "not a member");
        assert_eq!(me(&clinic, &token, Some("nulle-part")).await.status, 404, "looks the same");
        force(&clinic, JOIN, params![clinic.tenant, "autre-agent"]).await;
        assert_eq!(me(&clinic, &token, Some("demo")).await.json()["role"], "medecin");
        assert_eq!(me(&clinic, &token, None).await.json()["role"], "agent");
        let mut tx = clinic.app.store.read(other).await.unwrap();
        assert_eq!(api::staff(&mut tx, other).await.unwrap().len(), 1);
        drop(tx);
        force(&clinic, LEAVE, params![clinic.tenant, "autre-agent"]).await;
        assert_eq!(me(&clinic, &token, Some("demo")).await.status, 404, "at once");
    }

    async fn a_browser_signs_in_and_out(db) {
        let clinic = TestClinic::new(&db).await;
        let shown = page(&clinic, "/sign-in?next=/patients", "").await;
        let csrf = cookie(&shown, "csrf");
        let token = csrf.trim_start_matches("csrf=");
        let fields = |password: &str, next: &str| {
            format!("csrf={token}&username=agent&password={}&next={next}", password.replace(' ', "+"))
        };
        let wrong = form(&clinic, "/sign-in", &csrf, &fields("au hasard", "/patients")).await;
        assert_eq!(wrong.status, 401);
        assert!(wrong.text.contains("ne vont pas ensemble") && wrong.text.contains("value=\"agent\""));
        let evil = form(&clinic, "/sign-in", &csrf, &fields(PASSWORD, "//evil.example")).await;
        assert_eq!(evil.headers["location"], "/");
        let forged = form(&clinic, "/sign-in", "", &fields(PASSWORD, "/patients")).await;
        assert_eq!(forged.status, 403, "no form of ours");
        let right = form(&clinic, "/sign-in", &csrf, &fields(PASSWORD, "/patients")).await;
        assert_eq!((right.status.as_u16(), &right.headers["location"]), (303, &"/patients".parse().unwrap()));
        let session = cookie(&right, "session");
        let patients = page(&clinic, "/patients", &session).await;
        assert_eq!(patients.status, 200);
        let (_, rest) = patients.text.split_once("name=\"csrf\" value=\"").unwrap();
        let token = rest.split('"').next().unwrap();
        let out = form(&clinic, "/sign-out", &session, &format!("csrf={token}")).await;
        assert_eq!((out.status.as_u16(), &out.headers["location"]), (303, &"/sign-in".parse().unwrap()));
        assert_eq!(page(&clinic, "/patients", &session).await.status, 303, "the cookie opens nothing any more");
    }

    async fn names_are_taken_once(db) {
        let clinic = TestClinic::new(&db).await;
        let new = |username: &str, password: &str| api::NewUser {
            username: username.into(),
            password: password.into(),
            first_name: "Awa".into(),
            last_name: "Diop".into(),
            role: kernel::Role::Agent,
            locale: kernel::Locale::Fr,
            email: None,
            phone: None,
        };
        let create = async |username: &str, password: &str| {
            api::create_user(&clinic.app, clinic.tenant, new(username, password)).await
        };
        assert_eq!(create("Agent", PASSWORD).await.unwrap_err().stable_code(), "username-taken");
        assert_eq!(create("awa", "court").await.unwrap_err().errors[0].code, "too-short");
        assert_eq!(create(" ", PASSWORD).await.unwrap_err().errors[0].code, "required");
        let awa = create("awa", PASSWORD).await.unwrap();
        let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
        let name = api::staff_name(&mut tx, clinic.tenant, awa).await.unwrap();
        assert_eq!(name.as_deref(), Some("Awa Diop"));
    }

    async fn what_expired_is_swept(db) {
        let clinic = TestClinic::new(&db).await;
        api::open_session(&clinic.app, "agent", PASSWORD).await.unwrap();
        assert_eq!(api::sweep(&clinic.app).await.unwrap(), 0);
        let done: Result<(), StoreError> = clinic.app.store.write(Scope::System, |tx| Box::pin(async move {
            tx.execute(Sql::new("UPDATE session SET expires_at = $1"), params![0_i64]).await.map(drop)
        })).await;
        done.unwrap();
        assert_eq!(api::sweep(&clinic.app).await.unwrap(), 1);
    }
}
