//! Accounts: who comes in, who changes what, and how a password is set anew.

use std::time::Duration;

use ::store::{Scope, Sql, StoreError, params};
use axum::{
    body::Body,
    http::{Method, Request},
};
use clinic::{
    identity::api::{self, NewUser},
    messaging::api::{Channel, note_inbound},
};
use kernel::{Actor, Clock, Ctx, Locale, Role, TenantId, Timestamp, UserId};
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, PASSWORD, TestClinic},
    db::eventually,
    on_both_engines,
};

const NEW: &str = "un tout autre mot";
const PHONE: &str = "+221771112233";
const LAST_BODY: Sql = Sql::new(
    "SELECT body AS value FROM message WHERE tenant_id = $1 AND recipient = $2 AND category = 'security'
     ORDER BY created_at DESC, id DESC LIMIT 1",
);
const SENT: Sql = Sql::new(
    "SELECT COUNT(*) AS value FROM message WHERE tenant_id = $1 AND category = 'security'",
);
const ID: Sql = Sql::new("SELECT id AS value FROM user_account WHERE username = $1");
const MEMBERS: Sql = Sql::new("SELECT COUNT(*) AS value FROM membership WHERE tenant_id = $1");
const TRAIL: Sql =
    Sql::new("SELECT detail AS value FROM audit_event WHERE tenant_id = $1 AND detail IS NOT NULL");

async fn call(clinic: &TestClinic, who: &str, method: Method, path: &str, body: Value) -> Answer {
    let token = clinic.token_of(who).await;
    let body = (!body.is_null()).then_some(body);
    clinic.call_as(Some(&token), method, path, body).await
}

async fn post(clinic: &TestClinic, path: &str, body: Value) -> Answer {
    clinic.call_as(None, Method::POST, path, Some(body)).await
}

async fn id_of(clinic: &TestClinic, name: &str) -> UserId {
    let mut tx = clinic.app.store.read(Scope::System).await.unwrap();
    tx.one(ID, params![name]).await.unwrap()
}

async fn user(clinic: &TestClinic, tenant: TenantId, name: &str, role: Role) -> UserId {
    let new = NewUser {
        username: name.into(),
        password: PASSWORD.into(),
        first_name: "Awa".into(),
        last_name: "Diop".into(),
        role,
        locale: Locale::Fr,
        email: Some(format!("{name}@example.org")),
        phone: None,
    };
    api::create_user(&clinic.app, tenant, new).await.unwrap()
}

/// Somebody with a phone that the clinic vouches for.
async fn with_phone(clinic: &TestClinic, name: &str) -> UserId {
    let new = NewUser {
        username: name.into(),
        password: PASSWORD.into(),
        first_name: "Awa".into(),
        last_name: "Diop".into(),
        role: Role::Agent,
        locale: Locale::Fr,
        email: None,
        phone: Some(PHONE.into()),
    };
    api::create_user(&clinic.app, clinic.tenant, new)
        .await
        .unwrap()
}

async fn last_body(clinic: &TestClinic) -> Option<String> {
    let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
    let values = params![clinic.tenant, PHONE];
    tx.optional(LAST_BODY, values).await.unwrap()
}

async fn sent(clinic: &TestClinic) -> i64 {
    let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
    tx.one(SENT, params![clinic.tenant]).await.unwrap()
}

fn digits(body: &str) -> String {
    let code: String = body.chars().filter(char::is_ascii_digit).take(6).collect();
    assert_eq!(code.len(), 6, "{body}");
    code
}

/// Asks for a code and waits for the message with it.
async fn code(clinic: &TestClinic, who: &str) -> String {
    let before = sent(clinic).await;
    let told = post(
        clinic,
        "/api/v1/auth/password/forgotten/",
        json!({"identifier": who}),
    )
    .await;
    assert_eq!(told.status, 202);
    eventually("a code", Duration::from_secs(20), || async {
        (sent(clinic).await > before).then_some(())
    })
    .await;
    digits(&last_body(clinic).await.unwrap())
}

fn reset_body(who: &str, code: &str) -> Value {
    json!({"identifier": who, "code": code, "new_password": NEW})
}

async fn reset(clinic: &TestClinic, who: &str, code: &str) -> Answer {
    post(
        clinic,
        "/api/v1/auth/password/reset/",
        reset_body(who, code),
    )
    .await
}

/// A code that is not this one.
fn other_than(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

fn admin_ctx(clinic: &TestClinic, tenant: TenantId, admin: UserId) -> Ctx {
    let _ = clinic;
    Ctx {
        tenant,
        actor: Actor::User(admin, Role::Admin),
        locale: Locale::Fr,
    }
}

async fn invited(clinic: &TestClinic, role: Role) -> String {
    let ctx = admin_ctx(clinic, clinic.tenant, id_of(clinic, "admin").await);
    let new = api::NewInvitation {
        role,
        first_name: "Moussa".into(),
        last_name: "Faye".into(),
        email: Some("moussa@example.org".into()),
        phone: None,
        locale: Locale::Fr,
    };
    let invited = api::invite(&clinic.app, &ctx, new).await.unwrap();
    invited.link.rsplit('/').next().unwrap().to_owned()
}

on_both_engines! {
    async fn the_public_makes_patients_only(db) {
        let clinic = TestClinic::new(&db).await;
        let path = "/api/v1/auth/users/register/";
        let good = json!({"username": "awa", "password": PASSWORD, "first_name": "Awa", "last_name": "Diop",
            "email": "awa@example.org", "phone": "77 111 22 33"});
        for (field, value) in [("role", json!("medecin")), ("is_staff", json!(true)), ("is_active", json!(true)),
            ("tenant", json!("demo")), ("current_tenant", json!("demo"))] {
            let mut body = good.clone();
            body[field] = value;
            let refused = post(&clinic, path, body).await;
            assert_eq!((refused.status.as_u16(), refused.json()["errors"][0]["code"].clone()),
                (400, json!("unknown-field")), "{field}");
        }
        let made = post(&clinic, path, good.clone()).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!((made.json()["role"].clone(), made.json()["is_staff"].clone(), made.json()["phone"].clone()),
            (json!("patient"), json!(false), json!("+221771112233")));
        let again = post(&clinic, path, good.clone()).await;
        assert_eq!(again.json()["code"], "username-taken");
        let mut twin = good.clone();
        twin["username"] = json!("awa2");
        assert_eq!(post(&clinic, path, twin).await.status, 201, "a known e-mail or phone is not told");
        let mut odd = good.clone();
        odd["username"] = json!("...");
        assert_eq!(post(&clinic, path, odd).await.json()["errors"][0]["field"], "username");
        assert_eq!(call(&clinic, "awa", Method::GET, "/api/patients/list/", Value::Null).await.status, 403);
        clinic.another("autre", "+221338210001").await;
        let mut body = good.clone();
        body["username"] = json!("awa3");
        assert_eq!(post(&clinic, path, body.clone()).await.json()["errors"][0]["field"], "tenant", "which of two");
        let request = |slug: &str| Request::post(path).header("content-type", "application/json").header("x-tenant", slug)
            .body(Body::from(body.to_string())).unwrap();
        assert_eq!(clinic.send(request("nulle-part")).await.status, 404);
        assert_eq!(clinic.send(request("autre")).await.status, 201);
        let me = call(&clinic, "awa3", Method::GET, "/api/v1/auth/me/", Value::Null).await.json();
        assert_eq!(me["role"], "patient");
        assert_eq!(call(&clinic, "admin", Method::GET, &format!("/api/v1/auth/users/{}/", me["id"].as_str().unwrap()),
            Value::Null).await.status, 404, "he is a patient of the other clinic");
    }

    async fn a_name_is_given_once_however_many_ask(db) {
        let clinic = TestClinic::new(&db).await;
        let body = json!({"username": "Élodie", "password": PASSWORD, "first_name": "É", "last_name": "D"});
        let calls = (0..8).map(|_| post(&clinic, "/api/v1/auth/users/register/", body.clone()));
        let answers = futures_util::future::join_all(calls).await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        let taken = answers.iter().filter(|answer| answer.status == 409).count();
        assert_eq!((made, taken), (1, 7));
    }

    async fn nobody_promotes_himself(db) {
        let clinic = TestClinic::new(&db).await;
        for who in ["agent", "patient", "admin"] {
            let before = call(&clinic, who, Method::GET, "/api/v1/auth/users/me/", Value::Null).await.json();
            for (field, value) in [("role", json!("admin")), ("is_staff", json!(true)), ("is_active", json!(false)),
                ("tenant", json!("autre")), ("is_superuser", json!(true)), ("current_tenant", json!("autre"))] {
                let refused = call(&clinic, who, Method::PATCH, "/api/v1/auth/users/me/", json!({(field): value})).await;
                assert_eq!((refused.status.as_u16(), refused.json()["errors"][0]["code"].clone()),
                    (400, json!("unknown-field")), "{who} {field}");
            }
            let after = call(&clinic, who, Method::GET, "/api/v1/auth/users/me/", Value::Null).await.json();
            assert_eq!((before["role"].clone(), before["version"].clone()), (after["role"].clone(), after["version"].clone()));
        }
        let own = |id: &str| format!("/api/v1/auth/users/{id}/");
        let agent = own(&id_of(&clinic, "agent").await.to_string());
        let admin = own(&id_of(&clinic, "admin").await.to_string());
        assert_eq!(call(&clinic, "agent", Method::PATCH, &agent, json!({"role": "admin"})).await.status, 403);
        for body in [json!({"role": "superadmin"}), json!({"role": "agent"}), json!({"is_active": false})] {
            let refused = call(&clinic, "admin", Method::PATCH, &admin, body).await;
            assert_eq!(refused.json()["code"], "own-rights");
        }
        assert_eq!(call(&clinic, "admin", Method::DELETE, &admin, Value::Null).await.json()["code"], "own-rights");
        let refused = call(&clinic, "admin", Method::PATCH, &agent, json!({"role": "superadmin"})).await;
        assert_eq!(refused.json()["code"], "role-too-high");
        for field in ["is_staff", "tenant"] {
            assert_eq!(call(&clinic, "admin", Method::PATCH, &agent, json!({(field): "x"})).await.status, 400);
        }
        assert_eq!(call(&clinic, "admin", Method::PATCH, &agent, json!({"role": null})).await.status, 400);
        let me = call(&clinic, "agent", Method::GET, "/api/v1/auth/me/", Value::Null).await.json();
        assert_eq!((me["role"].clone(), me["is_active"].clone()), (json!("agent"), json!(true)));
    }

    async fn superiors_and_other_clinics_are_out_of_reach(db) {
        let clinic = TestClinic::new(&db).await;
        let other = clinic.another("autre", "+221338210001").await;
        user(&clinic, other, "autre-admin", Role::Admin).await;
        let chief = user(&clinic, clinic.tenant, "chief", Role::SuperAdmin).await;
        let chief = format!("/api/v1/auth/users/{chief}/");
        for (method, path, body) in [
            (Method::PATCH, chief.clone(), json!({"role": "patient"})),
            (Method::PATCH, chief.clone(), json!({"email": "mine@example.org"})),
            (Method::DELETE, chief.clone(), Value::Null),
            (Method::PUT, format!("{chief}reset-link/"), Value::Null),
        ] {
            assert_eq!(call(&clinic, "admin", method.clone(), &path, body).await.json()["code"], "role-too-high", "{method} {path}");
        }
        let agent = id_of(&clinic, "agent").await;
        let theirs = format!("/api/v1/auth/users/{agent}/");
        for (method, path, body) in [
            (Method::GET, theirs.clone(), Value::Null),
            (Method::PATCH, theirs.clone(), json!({"role": "manager"})),
            (Method::PATCH, theirs.clone(), json!({"email": "mine@example.org"})),
            (Method::DELETE, theirs.clone(), Value::Null),
            (Method::PUT, format!("{theirs}reset-link/"), Value::Null),
            (Method::GET, format!("/api/v1/auth/medecins/{agent}/"), Value::Null),
            (Method::DELETE, format!("/api/v1/auth/invitations/{agent}/"), Value::Null),
            (Method::PUT, format!("/api/v1/auth/invitations/{agent}/link/"), Value::Null),
        ] {
            assert_eq!(call(&clinic, "autre-admin", method.clone(), &path, body).await.status, 404, "{method} {path}");
        }
        // A member of both belongs to himself: no admin reaches into the other clinic through him.
        let token = invited(&clinic, Role::Practitioner).await;
        let ctx = Ctx { tenant: other, actor: Actor::User(id_of(&clinic, "autre-agent").await, Role::Agent), locale: Locale::Fr };
        api::accept_as(&clinic.app, &ctx, &token).await.unwrap();
        let both = format!("/api/v1/auth/users/{}/", id_of(&clinic, "autre-agent").await);
        for (method, path, body) in [
            (Method::PATCH, both.clone(), json!({"phone": "77 111 22 33"})),
            (Method::PUT, format!("{both}reset-link/"), Value::Null),
        ] {
            assert_eq!(call(&clinic, "admin", method, &path, body).await.json()["code"], "member-elsewhere");
        }
        let done = call(&clinic, "admin", Method::PATCH, &both, json!({"role": "agent", "is_active": false})).await;
        assert_eq!(done.status, 200, "his rights here are the clinic's: {}", done.text);
        let me = call(&clinic, "autre-agent", Method::GET, "/api/v1/auth/me/", Value::Null).await;
        assert_eq!(me.json()["role"], "agent", "and those there are not");
    }

    async fn who_is_put_out_is_out_at_once_and_can_come_back(db) {
        let clinic = TestClinic::new(&db).await;
        let agent = format!("/api/v1/auth/users/{}/", clinic.agent);
        let tokens = api::issue_tokens(&clinic.app, "agent", PASSWORD).await.unwrap();
        let inbox = "/api/v1/outbox/";
        assert_eq!(call(&clinic, "admin", Method::PATCH, &agent, json!({"role": "patient"})).await.status, 200);
        let old = clinic.call_as(Some(&tokens.access), Method::GET, inbox, None).await;
        assert_eq!(old.status, 403, "the role counts at the next request");
        assert_eq!(call(&clinic, "admin", Method::PATCH, &agent, json!({"role": "agent"})).await.status, 200);
        assert_eq!(call(&clinic, "admin", Method::DELETE, &agent, Value::Null).await.status, 204);
        let old = clinic.call_as(Some(&tokens.access), Method::GET, inbox, None).await;
        assert_eq!(old.status, 401);
        assert!(api::rotate(&clinic.app, &tokens.refresh).await.is_err());
        assert!(api::open_session(&clinic.app, "agent", PASSWORD).await.is_err());
        let row = call(&clinic, "admin", Method::GET, "/api/v1/auth/users/?is_active=false", Value::Null).await.json();
        assert_eq!((row["count"].clone(), row["results"][0]["username"].clone()), (json!(1), json!("agent")));
        let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
        let name = api::staff_name(&mut tx, clinic.tenant, clinic.agent).await.unwrap();
        assert_eq!(name.as_deref(), Some("Fatou Sow"), "what he did keeps his name");
        assert!(api::staff(&mut tx, clinic.tenant).await.unwrap().iter().all(|member| member.id != clinic.agent));
        drop(tx);
        assert_eq!(call(&clinic, "admin", Method::PATCH, &agent, json!({"is_active": true})).await.status, 200);
        assert_eq!(call(&clinic, "agent", Method::GET, inbox, Value::Null).await.status, 200);
    }

    async fn two_admins_cannot_put_each_other_out(db) {
        let clinic = TestClinic::new(&db).await;
        let one = id_of(&clinic, "admin").await;
        let two = user(&clinic, clinic.tenant, "admin2", Role::Admin).await;
        let (a, b) = (admin_ctx(&clinic, clinic.tenant, one), admin_ctx(&clinic, clinic.tenant, two));
        let out = |ctx, id| {
            let app = clinic.app.clone();
            async move { api::deactivate(&app, &ctx, id, kernel::Expected::Any).await }
        };
        let (first, second) = futures_util::future::join(out(a, two), out(b, one)).await;
        let refused: Vec<_> = [first, second].into_iter().filter_map(Result::err).collect();
        assert_eq!(refused.len(), 1, "exactly one is refused: {refused:?}");
        assert_eq!(refused[0].stable_code(), "last-admin");
    }

    async fn lists_show_no_more_than_is_needed(db) {
        let clinic = TestClinic::new(&db).await;
        let doctor = user(&clinic, clinic.tenant, "docteur", Role::Practitioner).await;
        let change = json!({"profile": {"specialty": "Pédiatrie", "languages": "wolof", "address": "chez lui", "is_available": false}});
        let changed = call(&clinic, "docteur", Method::PATCH, "/api/v1/auth/users/me/", change).await;
        assert_eq!(changed.json()["medecin_profile"]["specialty"], "Pédiatrie", "{}", changed.text);
        let foreign = call(&clinic, "docteur", Method::PATCH, "/api/v1/auth/users/me/", json!({"profile": {"date_of_birth": "1990-01-01"}})).await;
        assert_eq!(foreign.json()["errors"][0]["field"], "profile.date_of_birth");
        for path in ["/api/v1/auth/medecins/".to_owned(), format!("/api/v1/auth/medecins/{doctor}/")] {
            let shown = call(&clinic, "patient", Method::GET, &path, Value::Null).await;
            assert!(shown.text.contains("Pédiatrie") && shown.text.contains("Clinique demo"), "{}", shown.text);
            for secret in ["example.org", "email", "phone", "chez lui", "username"] {
                assert!(!shown.text.contains(secret), "{secret}: {}", shown.text);
            }
        }
        let count = async |query: &str| {
            call(&clinic, "patient", Method::GET, &format!("/api/v1/auth/medecins/?{query}"), Value::Null).await.json()["count"].clone()
        };
        assert_eq!((count("available=true").await, count("available=false").await, count("specialty=pediatrie").await, count("specialty=chirurgie").await),
            (json!(0), json!(1), json!(1), json!(0)));
        for who in ["agent", "patient", "docteur"] {
            assert_eq!(call(&clinic, who, Method::GET, "/api/v1/auth/users/", Value::Null).await.status, 403);
            assert_eq!(call(&clinic, who, Method::GET, "/api/v1/auth/invitations/", Value::Null).await.status, 403);
            let admin = id_of(&clinic, "admin").await;
            assert_eq!(call(&clinic, who, Method::GET, &format!("/api/v1/auth/users/{admin}/"), Value::Null).await.status, 404);
        }
        let found = call(&clinic, "admin", Method::GET, "/api/v1/auth/users/?search=DIOP&role=medecin&is_active=true", Value::Null).await;
        assert_eq!(found.json()["results"][0]["email"], "docteur@example.org");
        assert_eq!(call(&clinic, "admin", Method::GET, "/api/v1/auth/users/?role=roi", Value::Null).await.status, 400);
        let stale = call(&clinic, "docteur", Method::GET, "/api/v1/auth/users/me/", Value::Null).await;
        assert_eq!(stale.headers["etag"], format!("\"{}\"", stale.json()["version"]));
    }

    async fn a_code_dies_after_five_tries(db) {
        let clinic = TestClinic::new(&db).await;
        with_phone(&clinic, "awa").await;
        let right = code(&clinic, "awa").await;
        for _ in 0..5 {
            let wrong = reset(&clinic, "awa", other_than(&right)).await;
            assert_eq!(wrong.json()["errors"][0]["code"], "wrong-code");
        }
        assert_eq!(reset(&clinic, "awa", &right).await.status, 400, "dead");
        assert!(api::open_session(&clinic.app, "awa", PASSWORD).await.is_ok(), "nobody is locked out");
    }

    async fn fifty_tries_at_once_are_still_five(db) {
        let clinic = TestClinic::new(&db).await;
        with_phone(&clinic, "awa").await;
        let right = code(&clinic, "awa").await;
        let wrong = other_than(&right);
        let tries = (0..50).map(|_| api::reset_by_code(&clinic.app, "awa", wrong, NEW));
        assert!(futures_util::future::join_all(tries).await.iter().all(Result::is_err));
        let mut tx = clinic.app.store.read(Scope::System).await.unwrap();
        let tries: i64 = tx.one(Sql::new("SELECT tries AS value FROM security_code"), params![]).await.unwrap();
        assert_eq!(tries, 5);
        drop(tx);
        assert_eq!(reset(&clinic, "awa", &right).await.status, 400, "dead");
    }

    async fn a_right_code_ends_everything_and_works_once(db) {
        let clinic = TestClinic::new(&db).await;
        with_phone(&clinic, "awa").await;
        let tokens = api::issue_tokens(&clinic.app, "awa", PASSWORD).await.unwrap();
        let session = api::open_session(&clinic.app, "awa", PASSWORD).await.unwrap();
        let right = code(&clinic, PHONE).await;
        let short = post(&clinic, "/api/v1/auth/password/reset/", json!({"identifier": "awa", "code": right, "new_password": "court"})).await;
        assert_eq!(short.json()["errors"][0]["field"], "new_password");
        assert_eq!(reset(&clinic, "AWA", &right).await.status, 204);
        assert_eq!(reset(&clinic, "awa", &right).await.status, 400, "used");
        let old = clinic.call_as(Some(&tokens.access), Method::GET, "/api/v1/auth/me/", None).await;
        assert_eq!(old.status, 401);
        assert!(api::rotate(&clinic.app, &tokens.refresh).await.is_err());
        let request = Request::get("/inbox").header("cookie", format!("session={}", session.cookie));
        assert_eq!(clinic.send(request.body(Body::empty()).unwrap()).await.status, 303);
        assert!(api::open_session(&clinic.app, "awa", PASSWORD).await.is_err());
        api::open_session(&clinic.app, "awa", NEW).await.unwrap();
        let admin = call(&clinic, "admin", Method::GET, "/api/v1/outbox/", Value::Null).await;
        assert_eq!((admin.json()["results"][0]["category"].clone(), admin.json()["results"][0]["body"].clone()), (json!("security"), json!("")));
        let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
        let details: Vec<String> = tx.all(TRAIL, params![clinic.tenant]).await.unwrap();
        assert!(details.iter().all(|detail| !detail.contains(&right)), "{details:?}");
    }

    async fn codes_expire_and_do_not_come_in_heaps(db) {
        let clock = Clock::fixed(Timestamp::from_micros(1_780_000_000_000_000));
        let clinic = TestClinic::with_clock(&db, &clock).await;
        with_phone(&clinic, "awa").await;
        let first = code(&clinic, "awa").await;
        let ctx = Ctx { tenant: clinic.tenant, actor: Actor::User(id_of(&clinic, "awa").await, Role::Agent), locale: Locale::Fr };
        // The same mechanism for another purpose does its work before it answers, so that its silence can be seen.
        api::send_phone_code(&clinic.app, &ctx).await.unwrap();
        let two = sent(&clinic).await;
        api::send_phone_code(&clinic.app, &ctx).await.unwrap();
        assert_eq!(sent(&clinic).await, two, "nothing new within a minute");
        clock.advance(Duration::from_secs(15 * 60));
        assert_eq!(reset(&clinic, "awa", &first).await.status, 400, "too late");
        for _ in 0..20 {
            clock.advance(Duration::from_secs(61));
            api::send_phone_code(&clinic.app, &ctx).await.unwrap();
        }
        assert_eq!(sent(&clinic).await, two + 9, "ten a day");
        clock.advance(Duration::from_secs(24 * 3600));
        api::send_phone_code(&clinic.app, &ctx).await.unwrap();
        assert_eq!(sent(&clinic).await, two + 10);
    }

    async fn who_asks_again_gets_his_code_by_sms(db) {
        let clock = Clock::fixed(Timestamp::from_micros(1_780_000_000_000_000));
        let clinic = TestClinic::with_clock(&db, &clock).await;
        with_phone(&clinic, "awa").await;
        let (tenant, at) = (clinic.tenant, clock.now());
        let wrote: Result<(), StoreError> = clinic.app.store.write(&clinic.ctx(), move |tx| Box::pin(async move {
            note_inbound(tx, tenant, &PHONE.parse().unwrap(), Channel::Whatsapp, at).await
        })).await;
        wrote.unwrap();
        let ctx = Ctx { tenant, actor: Actor::User(id_of(&clinic, "awa").await, Role::Agent), locale: Locale::Fr };
        for (minutes, way) in [(1, "whatsapp"), (2, "sms"), (2, "sms"), (16, "whatsapp")] {
            clock.advance(Duration::from_secs(minutes * 60));
            api::send_phone_code(&clinic.app, &ctx).await.unwrap();
            assert_eq!(clinic.outbox("").await[0]["channel"], way, "after {minutes} minutes");
        }
    }

    async fn nobody_learns_who_has_an_account(db) {
        let clinic = TestClinic::new(&db).await;
        with_phone(&clinic, "awa").await;
        let shape = |answer: &Answer| {
            let mut json = answer.json();
            json["request_id"] = Value::Null;
            (answer.status, json)
        };
        let mut told = Vec::new();
        for who in ["awa", "agent", "personne", "rien@example.org", "+221770000000", ""] {
            told.push(shape(&post(&clinic, "/api/v1/auth/password/forgotten/", json!({"identifier": who})).await));
        }
        assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:?}");
        let mut refused = Vec::new();
        for who in ["awa", "agent", "personne", "rien@example.org"] {
            refused.push(shape(&reset(&clinic, who, "abc").await));
        }
        assert!(refused.windows(2).all(|pair| pair[0] == pair[1]), "{refused:?}");
    }

    async fn codes_go_only_to_phones_that_are_known(db) {
        let clinic = TestClinic::new(&db).await;
        let body = json!({"username": "awa", "password": PASSWORD, "first_name": "Awa", "last_name": "Diop", "phone": PHONE});
        assert_eq!(post(&clinic, "/api/v1/auth/users/register/", body).await.status, 201);
        let me = "/api/v1/auth/users/me/";
        assert_eq!(call(&clinic, "awa", Method::POST, &format!("{me}phone/code/"), Value::Null).await.status, 202);
        let verify = digits(&last_body(&clinic).await.unwrap());
        // What he typed himself may be anybody's: the request below must send nothing.
        let told = post(&clinic, "/api/v1/auth/password/forgotten/", json!({"identifier": "awa"})).await;
        assert_eq!(told.status, 202);
        let wrong = call(&clinic, "awa", Method::POST, &format!("{me}phone/confirm/"), json!({"code": other_than(&verify)})).await;
        assert_eq!(wrong.status, 400);
        assert_eq!(sent(&clinic).await, 1);
        let done = call(&clinic, "awa", Method::POST, &format!("{me}phone/confirm/"), json!({"code": verify})).await;
        assert_eq!(done.status, 204, "{}", done.text);
        assert_eq!(call(&clinic, "awa", Method::GET, me, Value::Null).await.json()["phone_verified"], true);
        code(&clinic, "awa").await;
        let changed = call(&clinic, "awa", Method::PATCH, me, json!({"phone": "77 111 22 44"})).await;
        assert_eq!(changed.json()["phone_verified"], false, "another number, another proof");
        assert_eq!(call(&clinic, "awa", Method::PATCH, me, json!({"phone": null})).await.json()["phone"], Value::Null);
        let none = call(&clinic, "awa", Method::POST, &format!("{me}phone/code/"), Value::Null).await;
        assert_eq!(none.json()["code"], "no-phone");
    }

    async fn an_address_is_found_whatever_the_case_of_its_letters(db) {
        let clinic = TestClinic::new(&db).await;
        let new = NewUser {
            username: "elodie".into(),
            password: PASSWORD.into(),
            first_name: "Élodie".into(),
            last_name: "Ba".into(),
            role: Role::Agent,
            locale: Locale::Fr,
            email: Some("ÉLODIE@Exemple.sn".into()),
            phone: None,
        };
        api::create_user(&clinic.app, clinic.tenant, new).await.unwrap();
        for email in ["élodie@exemple.sn", " ÉLODIE@EXEMPLE.SN ", "Élodie@exemple.sn"] {
            assert!(api::issue_tokens(&clinic.app, email, PASSWORD).await.is_ok(), "{email}");
        }
        let other = json!({"email": "ÇA.VA@Exemple.sn"});
        assert_eq!(call(&clinic, "elodie", Method::PATCH, "/api/v1/auth/users/me/", other).await.status, 200);
        assert!(api::issue_tokens(&clinic.app, "ça.va@exemple.sn", PASSWORD).await.is_ok());
        assert!(api::issue_tokens(&clinic.app, "élodie@exemple.sn", PASSWORD).await.is_err());
    }

    async fn a_password_is_changed_with_the_old_one(db) {
        let clinic = TestClinic::new(&db).await;
        let other = api::open_session(&clinic.app, "agent", PASSWORD).await.unwrap();
        let tokens = api::issue_tokens(&clinic.app, "agent", PASSWORD).await.unwrap();
        let path = "/api/v1/auth/change-password/";
        let wrong = call(&clinic, "agent", Method::POST, path, json!({"old_password": "au hasard", "new_password": NEW})).await;
        assert_eq!(wrong.json()["errors"][0], json!({"field": "old_password", "code": "wrong-password", "message": wrong.json()["errors"][0]["message"]}));
        let here = testkit::session::Session::of(&clinic, "agent").await;
        let fields = [("old_password", PASSWORD), ("new_password", NEW)];
        assert_eq!(here.submit("/profile/password", &fields).await.status, 303);
        let see = async |cookie: &str| {
            let request = Request::get("/inbox").header("cookie", format!("session={cookie}"));
            clinic.send(request.body(Body::empty()).unwrap()).await.status.as_u16()
        };
        assert_eq!((here.get("/inbox").await.status.as_u16(), see(&other.cookie).await), (200, 303));
        let signed_in = api::sign_ins(&clinic.app, clinic.ctx().actor.user().unwrap()).await.unwrap();
        assert_eq!(signed_in.len(), 1, "nor are the others listed: {signed_in:?}");
        let me = async |access: &str| clinic.call_as(Some(access), Method::GET, "/api/v1/auth/me/", None).await.status.as_u16();
        assert_eq!(me(&tokens.access).await, 401);
        assert!(api::rotate(&clinic.app, &tokens.refresh).await.is_err());
        assert!(api::issue_tokens(&clinic.app, "agent", PASSWORD).await.is_err());
        let mine = api::issue_tokens(&clinic.app, "agent", NEW).await.unwrap();
        let others = api::issue_tokens(&clinic.app, "agent", NEW).await.unwrap();
        let body = json!({"old_password": NEW, "new_password": PASSWORD});
        assert_eq!(clinic.call_as(Some(&mine.access), Method::POST, path, Some(body)).await.status, 204);
        assert_eq!((me(&mine.access).await, me(&others.access).await), (200, 401), "only who changed it goes on");
        assert_eq!(here.get("/inbox").await.status, 303);
        assert!(api::rotate(&clinic.app, &others.refresh).await.is_err());
        let access = api::rotate(&clinic.app, &mine.refresh).await.unwrap().access;
        let body = json!({"old_password": "au hasard", "new_password": NEW});
        let mut last = 0;
        for _ in 0..12 {
            last = clinic.call_as(Some(&access), Method::POST, path, Some(body.clone())).await.status.as_u16();
        }
        assert_eq!(last, 429, "guessing is slowed down");
    }

    async fn an_invitation_opens_once(db) {
        let clinic = TestClinic::new(&db).await;
        let token = invited(&clinic, Role::Practitioner).await;
        assert_eq!(token.len(), 32, "128 bits");
        let accepts = (0..6).map(|number| {
            let (app, token) = (clinic.app.clone(), token.clone());
            async move { api::accept_as_new(&app, &token, &format!("moussa{number}"), PASSWORD).await }
        });
        let accepted = futures_util::future::join_all(accepts).await;
        let made: Vec<_> = accepted.iter().flatten().collect();
        assert_eq!(made.len(), 1, "{accepted:?}");
        let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
        let members: i64 = tx.one(MEMBERS, params![clinic.tenant]).await.unwrap();
        assert_eq!(members, 4, "agent, admin, patient and one doctor");
        drop(tx);
        assert_eq!(api::look_at_invitation(&clinic.app, &token).await.unwrap_err().status(), 404);
        let list = call(&clinic, "admin", Method::GET, "/api/v1/auth/invitations/", Value::Null).await;
        assert_eq!(list.json()["results"][0]["status"], "accepted");
        assert!(!list.text.contains(&token));
    }

    async fn invitations_expire_and_are_taken_back(db) {
        let clock = Clock::fixed(Timestamp::from_micros(1_780_000_000_000_000));
        let clinic = TestClinic::with_clock(&db, &clock).await;
        let path = "/api/v1/auth/invitations/";
        let body = |role: &str| json!({"role": role, "first_name": "Moussa", "last_name": "Faye", "phone": PHONE});
        assert_eq!(call(&clinic, "admin", Method::POST, path, body("superadmin")).await.json()["code"], "role-too-high");
        assert_eq!(call(&clinic, "agent", Method::POST, path, body("agent")).await.status, 403);
        let none = call(&clinic, "admin", Method::POST, path, json!({"role": "agent", "first_name": "M", "last_name": "F"})).await;
        assert_eq!(none.json()["errors"][0]["code"], "phone-or-email");
        let made = call(&clinic, "admin", Method::POST, path, body("medecin")).await;
        assert_eq!((made.status.as_u16(), made.json()["is_sent"].clone()), (201, json!(true)));
        let one = format!("{path}{}/", made.json()["id"].as_str().unwrap());
        let token_in = |text: &str| text.split("/invitation/").nth(1).unwrap()[..32].to_owned();
        let first = token_in(&last_body(&clinic).await.unwrap());
        let again = call(&clinic, "admin", Method::PUT, &format!("{one}link/"), Value::Null).await;
        let second = token_in(&again.text);
        assert!(api::look_at_invitation(&clinic.app, &first).await.is_err(), "an older link is worthless");
        api::look_at_invitation(&clinic.app, &second).await.unwrap();
        api::look_at_invitation(&clinic.app, &second).await.unwrap();
        clock.advance(Duration::from_secs(72 * 3600));
        assert!(api::look_at_invitation(&clinic.app, &second).await.is_err(), "expired");
        assert!(api::accept_as_new(&clinic.app, &second, "moussa", PASSWORD).await.is_err());
        let list = call(&clinic, "admin", Method::GET, path, Value::Null).await;
        assert_eq!(list.json()["results"][0]["status"], "expired");
        let third = token_in(&call(&clinic, "admin", Method::PUT, &format!("{one}link/"), Value::Null).await.text);
        assert_eq!(call(&clinic, "admin", Method::DELETE, &one, Value::Null).await.status, 204);
        assert_eq!(api::accept_as_new(&clinic.app, &third, "moussa", PASSWORD).await.unwrap_err().status(), 404, "revoked");
        assert_eq!(call(&clinic, "admin", Method::DELETE, &one, Value::Null).await.json()["code"], "invitation-over");
        assert_eq!(call(&clinic, "admin", Method::PUT, &format!("{one}link/"), Value::Null).await.json()["code"], "invitation-over");
    }

    async fn a_doctor_asks_and_an_admin_answers(db) {
        let clinic = TestClinic::new(&db).await;
        let path = "/api/v1/auth/invitations/";
        let body = json!({"first_name": "Moussa", "last_name": "Faye", "phone": PHONE});
        let forged = post(&clinic, &format!("{path}request/"), json!({"role": "admin", "first_name": "M", "last_name": "F", "phone": PHONE})).await;
        assert_eq!(forged.json()["errors"][0]["code"], "unknown-field");
        assert_eq!(post(&clinic, &format!("{path}request/"), body).await.status, 202);
        let asked = call(&clinic, "admin", Method::GET, path, Value::Null).await.json()["results"][0].clone();
        assert_eq!((asked["kind"].clone(), asked["status"].clone(), asked["role"].clone()), (json!("request"), json!("waiting"), json!("medecin")));
        assert_eq!(sent(&clinic).await, 0, "a stranger sends no message through us");
        let link = call(&clinic, "admin", Method::PUT, &format!("{path}{}/link/", asked["id"].as_str().unwrap()), Value::Null).await;
        let token = link.json()["link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        api::accept_as_new(&clinic.app, &token, "moussa", PASSWORD).await.unwrap();
        let me = call(&clinic, "moussa", Method::GET, "/api/v1/auth/me/", Value::Null).await.json();
        assert_eq!((me["role"].clone(), me["medecin_profile"]["is_available"].clone()), (json!("medecin"), json!(true)));
    }

    async fn a_reset_link_opens_once(db) {
        let clinic = TestClinic::new(&db).await;
        let path = format!("/api/v1/auth/users/{}/reset-link/", clinic.agent);
        let token_of = |answer: &Answer| answer.json()["link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let first = token_of(&call(&clinic, "admin", Method::PUT, &path, Value::Null).await);
        let token = token_of(&call(&clinic, "admin", Method::PUT, &path, Value::Null).await);
        assert!(api::reset_by_link(&clinic.app, &first, NEW).await.is_err(), "an older link is worthless");
        api::look_at_reset_link(&clinic.app, &token).await.unwrap();
        let uses = (0..6).map(|_| api::reset_by_link(&clinic.app, &token, NEW));
        let used = futures_util::future::join_all(uses).await;
        assert_eq!(used.iter().filter(|used| used.is_ok()).count(), 1, "{used:?}");
        assert_eq!(api::look_at_reset_link(&clinic.app, &token).await.unwrap_err().status(), 404);
        api::open_session(&clinic.app, "agent", NEW).await.unwrap();
        assert_eq!(call(&clinic, "admin", Method::DELETE, &format!("/api/v1/auth/users/{}/", clinic.agent), Value::Null).await.status, 204);
        assert_eq!(call(&clinic, "admin", Method::PUT, &path, Value::Null).await.json()["code"], "not-active");
    }
}
