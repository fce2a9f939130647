//! E-mail: whose an address is, links to a new password, and the outbox on the way to a mail server.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::http::Method;
use clinic::{
    identity::api::{self, NewInvitation},
    messaging::api::{self as messaging, Category, NewMail},
};
use kernel::{Actor, Clock, Ctx, Locale, Phone, Role, TenantId, Timestamp, UserId};
use ports::{Accepted, ErrorClass, MailSender, OutgoingMail, SendError, messaging::BoxFuture};
use serde_json::{Value, json};
use store::{Scope, Sql, StoreError, params};
use testkit::{
    clinic::{Answer, PASSWORD, Setup, TestClinic, code, conflict, ok},
    db::{TestDb, eventually},
    on_both_engines,
    session::Session,
};

const LIMIT: Duration = Duration::from_secs(30);
const NEW: &str = "un tout autre mot";
const MAIL: &str = "awa@example.org";
const PHONE: &str = "+221771112233";
const ME: &str = "/api/v1/auth/users/me/";
const FORGOTTEN: &str = "/api/v1/auth/password/forgotten/";
const BODIES: Sql = Sql::new(
    "SELECT body AS value FROM message WHERE tenant_id = $1 AND recipient = $2 ORDER BY created_at, id",
);
const SUBJECTS: Sql = Sql::new(
    "SELECT subject AS value FROM message WHERE tenant_id = $1 AND recipient = $2 ORDER BY created_at, id",
);
const TRAIL: Sql =
    Sql::new("SELECT detail AS value FROM audit_event WHERE tenant_id = $1 AND detail IS NOT NULL");
const ID: Sql = Sql::new("SELECT id AS value FROM user_account WHERE username = $1");

async fn call(clinic: &TestClinic, who: &str, method: Method, path: &str, body: Value) -> Answer {
    let token = clinic.token_of(who).await;
    let body = (!body.is_null()).then_some(body);
    clinic.call_as(Some(&token), method, path, body).await
}

async fn post(clinic: &TestClinic, path: &str, body: Value) -> Answer {
    clinic.call_as(None, Method::POST, path, Some(body)).await
}

/// What went to a number or an address, oldest first.
async fn to(clinic: &TestClinic, recipient: &str) -> Vec<String> {
    let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
    tx.all(BODIES, params![clinic.tenant, recipient])
        .await
        .unwrap()
}

async fn subjects(clinic: &TestClinic) -> Vec<String> {
    let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
    tx.all(SUBJECTS, params![clinic.tenant, MAIL])
        .await
        .unwrap()
}

fn digits(body: &str) -> String {
    let (_, rest) = body
        .split_once(": ")
        .or(body.split_once(":\u{a0}"))
        .unwrap_or(("", body));
    let code: String = rest.chars().filter(char::is_ascii_digit).take(6).collect();
    assert_eq!(code.len(), 6, "{body}");
    code
}

fn other_than(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

/// The token of the link to this page in a mail.
fn token(body: &str, page: &str) -> String {
    let (_, rest) = body
        .split_once(&format!("/{page}/"))
        .unwrap_or_else(|| panic!("{body}"));
    rest[..32].to_owned()
}

async fn clinic_with_clock(db: &TestDb) -> (TestClinic, Clock) {
    let clock = Clock::fixed(Timestamp::from_micros(1_780_000_000_000_000));
    (TestClinic::with_clock(db, &clock).await, clock)
}

/// A patient who made his account himself.
async fn register(clinic: &TestClinic, name: &str, phone: Option<&str>) {
    let body = json!({"username": name, "password": PASSWORD, "first_name": "Awa", "last_name": "Diop", "email": MAIL, "phone": phone});
    ok(post(clinic, "/api/v1/auth/users/register/", body).await);
}

/// Shows that the address of an account is its owner's.
async fn verify(clinic: &TestClinic, name: &str) {
    let asked = call(
        clinic,
        name,
        Method::POST,
        &format!("{ME}email/code/"),
        Value::Null,
    )
    .await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let code = digits(to(clinic, MAIL).await.last().unwrap());
    let done = confirm(clinic, name, &code).await;
    assert_eq!(done.status, 204, "{}", done.text);
}

async fn confirm(clinic: &TestClinic, name: &str, code: &str) -> Answer {
    let path = format!("{ME}email/confirm/");
    call(clinic, name, Method::POST, &path, json!({"code": code})).await
}

/// Asks for a new password and waits for what comes of it.
async fn forget(clinic: &TestClinic, who: &str, recipient: &str) -> String {
    let before = to(clinic, recipient).await;
    let told = post(clinic, FORGOTTEN, json!({"identifier": who})).await;
    assert_eq!(told.status, 202, "{}", told.text);
    eventually("a message", LIMIT, || async {
        let now = to(clinic, recipient).await;
        now.into_iter().find(|body| !before.contains(body))
    })
    .await
}

async fn id_of(clinic: &TestClinic, name: &str) -> UserId {
    let mut tx = clinic.app.store.read(Scope::System).await.unwrap();
    tx.one(ID, params![name]).await.unwrap()
}

async fn admin_ctx(clinic: &TestClinic) -> Ctx {
    Ctx {
        actor: Actor::User(id_of(clinic, "admin").await, Role::Admin),
        ..clinic.ctx()
    }
}

on_both_engines! {
    async fn an_address_is_verified_by_a_code_from_it(db) {
        let (clinic, clock) = clinic_with_clock(&db).await;
        register(&clinic, "awa", None).await;
        let me = ok(call(&clinic, "awa", Method::GET, ME, Value::Null).await);
        assert_eq!((&me["email"], &me["email_verified"]), (&json!(MAIL), &json!(false)));
        assert_eq!(call(&clinic, "awa", Method::POST, &format!("{ME}email/code/"), Value::Null).await.status, 202);
        assert_eq!(call(&clinic, "awa", Method::POST, &format!("{ME}email/code/"), Value::Null).await.status, 202);
        let mails = to(&clinic, MAIL).await;
        assert_eq!(mails.len(), 1, "one a minute");
        assert!(mails[0].starts_with("Bonjour Awa,\n\n"), "{}", mails[0]);
        let right = digits(&mails[0]);
        for _ in 0..5 {
            assert_eq!(confirm(&clinic, "awa", other_than(&right)).await.json()["errors"][0]["code"], "wrong-code");
        }
        assert_eq!(confirm(&clinic, "awa", &right).await.status, 400, "dead after five tries");
        clock.advance(Duration::from_secs(61));
        assert_eq!(call(&clinic, "awa", Method::POST, &format!("{ME}email/code/"), Value::Null).await.status, 202);
        let late = digits(&to(&clinic, MAIL).await[1]);
        clock.advance(Duration::from_secs(15 * 60));
        assert_eq!(confirm(&clinic, "awa", &late).await.status, 400, "too late");
        verify(&clinic, "awa").await;
        assert_eq!(ok(call(&clinic, "awa", Method::GET, ME, Value::Null).await)["email_verified"], true);
        let used = digits(&to(&clinic, MAIL).await[2]);
        assert_eq!(confirm(&clinic, "awa", &used).await.status, 400, "used");
        let changed = ok(call(&clinic, "awa", Method::PATCH, ME, json!({"email": "awa@example.com"})).await);
        assert_eq!(changed["email_verified"], false, "another address, another proof");
        ok(call(&clinic, "awa", Method::PATCH, ME, json!({"email": null})).await);
        let none = call(&clinic, "awa", Method::POST, &format!("{ME}email/code/"), Value::Null).await;
        assert_eq!(code(&none), conflict("no-email"));

        let listed = ok(call(&clinic, "admin", Method::GET, "/api/v1/outbox/?channel=email&search=AWA@example", Value::Null).await);
        let row = &listed["results"][0];
        assert_eq!((&listed["count"], &row["recipient"], &row["body"]), (&json!(3), &json!(MAIL), &json!("")));
        assert_eq!(row["subject"], "Votre code Lafiya");
        let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
        let details: Vec<String> = tx.all(TRAIL, params![clinic.tenant]).await.unwrap();
        assert!(details.iter().all(|detail| !detail.contains(&used)), "{details:?}");
    }

    async fn a_code_for_an_address_left_behind_proves_nothing(db) {
        let (clinic, _) = clinic_with_clock(&db).await;
        register(&clinic, "awa", None).await;
        call(&clinic, "awa", Method::POST, &format!("{ME}email/code/"), Value::Null).await;
        let right = digits(&to(&clinic, MAIL).await[0]);
        ok(call(&clinic, "awa", Method::PATCH, ME, json!({"email": "autre@example.org"})).await);
        assert_eq!(confirm(&clinic, "awa", &right).await.status, 400);
        assert_eq!(ok(call(&clinic, "awa", Method::GET, ME, Value::Null).await)["email_verified"], false);
        register(&clinic, "moussa", None).await;
        assert_eq!(confirm(&clinic, "moussa", &right).await.status, 400, "another account's code");
    }

    async fn a_link_to_a_new_password_goes_to_a_verified_address(db) {
        let (clinic, clock) = clinic_with_clock(&db).await;
        register(&clinic, "awa", None).await;
        verify(&clinic, "awa").await;
        let tokens = api::issue_tokens(&clinic.app, "awa", PASSWORD).await.unwrap();
        for who in ["awa", MAIL] {
            clock.advance(Duration::from_secs(61));
            let body = forget(&clinic, who, MAIL).await;
            assert!(body.contains("http://clinic.test/reset/"), "{body}");
        }
        let mails = to(&clinic, MAIL).await;
        let (old, link) = (token(&mails[1], "reset"), token(&mails[2], "reset"));
        assert_ne!(old, link);
        assert!(api::look_at_reset_link(&clinic.app, &old).await.is_err(), "a newer link ends it");
        api::look_at_reset_link(&clinic.app, &link).await.unwrap();
        assert!(api::reset_by_link(&clinic.app, &link, "court").await.is_err());

        let browser = Session::of(&clinic, "agent").await;
        let page = browser.get(&format!("/reset/{link}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        api::reset_by_link(&clinic.app, &link, NEW).await.unwrap();
        assert!(api::reset_by_link(&clinic.app, &link, NEW).await.is_err(), "once");
        assert_eq!(browser.get(&format!("/reset/{link}")).await.status, 404);
        assert!(api::open_session(&clinic.app, "awa", PASSWORD).await.is_err());
        api::open_session(&clinic.app, "awa", NEW).await.unwrap();
        assert!(api::rotate(&clinic.app, &tokens.refresh).await.is_err(), "everything ended");
        let told = to(&clinic, MAIL).await;
        let news = told.iter().filter(|body| body.contains("Votre mot de passe a été changé.") && body.contains("/forgotten"));
        assert_eq!(news.count(), 1, "{told:?}");
        assert_eq!(told.len(), 4);
    }

    async fn a_mailed_link_lasts_an_hour_and_only_for_that_address(db) {
        let (clinic, clock) = clinic_with_clock(&db).await;
        register(&clinic, "awa", None).await;
        verify(&clinic, "awa").await;
        let link = token(&forget(&clinic, "awa", MAIL).await, "reset");
        clock.advance(Duration::from_secs(3599));
        api::look_at_reset_link(&clinic.app, &link).await.unwrap();
        clock.advance(Duration::from_secs(1));
        assert!(api::look_at_reset_link(&clinic.app, &link).await.is_err(), "too late");
        let link = token(&forget(&clinic, "awa", MAIL).await, "reset");
        ok(call(&clinic, "awa", Method::PATCH, ME, json!({"email": "autre@example.org"})).await);
        assert!(api::reset_by_link(&clinic.app, &link, NEW).await.is_err(), "the address is not his any more");
    }

    async fn an_unverified_address_gets_no_link(db) {
        let (clinic, clock) = clinic_with_clock(&db).await;
        register(&clinic, "awa", Some(PHONE)).await;
        call(&clinic, "awa", Method::POST, &format!("{ME}phone/code/"), Value::Null).await;
        let code = digits(to(&clinic, PHONE).await.last().unwrap());
        let path = format!("{ME}phone/confirm/");
        assert_eq!(call(&clinic, "awa", Method::POST, &path, json!({"code": code})).await.status, 204);
        forget(&clinic, MAIL, PHONE).await;
        assert!(to(&clinic, MAIL).await.is_empty(), "a code to the phone instead");

        verify(&clinic, "awa").await;
        let phone = to(&clinic, PHONE).await.len();
        forget(&clinic, "awa", MAIL).await;
        assert_eq!(to(&clinic, PHONE).await.len(), phone, "the link is enough");
        clock.advance(Duration::from_secs(61));
        forget(&clinic, PHONE, PHONE).await;
        assert_eq!(to(&clinic, MAIL).await.len(), 3, "who names his phone gets both");
    }

    async fn an_address_of_two_finds_nobody_and_mail_stays_in_its_clinic(db) {
        let (clinic, _) = clinic_with_clock(&db).await;
        let autre = clinic.another("autre", "+221338210001").await;
        register_in(&clinic, "autre", "moussa").await;
        // Another clinic's patient with the same address: its mail is that clinic's.
        let path = format!("{ME}email/code/");
        assert_eq!(call(&clinic, "moussa", Method::POST, &path, Value::Null).await.status, 202);
        assert!(to(&clinic, MAIL).await.is_empty());
        assert_eq!(count_in(&clinic, autre).await, 1);
        register_in(&clinic, "demo", "awa").await;
        verify(&clinic, "awa").await;
        let told = post(&clinic, FORGOTTEN, json!({"identifier": MAIL})).await;
        assert_eq!(told.status, 202);
        forget(&clinic, "awa", MAIL).await;
        assert_eq!((to(&clinic, MAIL).await.len(), count_in(&clinic, autre).await), (2, 1));
    }

    async fn nobody_learns_who_has_a_verified_address(db) {
        let (clinic, _) = clinic_with_clock(&db).await;
        register(&clinic, "awa", None).await;
        verify(&clinic, "awa").await;
        let mut told = Vec::new();
        for who in ["awa", MAIL, "agent", "rien@example.org"] {
            let answer = post(&clinic, FORGOTTEN, json!({"identifier": who})).await;
            told.push((answer.status, answer.json()));
        }
        assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:?}");
        assert!(told[0].1["detail"].as_str().unwrap().contains("adresse e-mail vérifiée"));
    }

    async fn without_a_mail_server_the_phone_remains(db) {
        let setup = Setup { mail: None, ..Setup::default() };
        let clinic = TestClinic::with(&db, setup).await;
        register(&clinic, "awa", None).await;
        let asked = call(&clinic, "awa", Method::POST, &format!("{ME}email/code/"), Value::Null).await;
        assert_eq!(code(&asked), conflict("no-mail"));
        let awa = Session::of(&clinic, "awa").await;
        assert!(!awa.get("/profile").await.text.contains("/profile/email/code"));
        assert!(!awa.get("/forgotten").await.text.contains("adresse vérifiée"));
        assert_eq!(Session::of(&clinic, "admin").await.get("/simulator/mail").await.status, 404);
    }

    async fn a_change_of_password_or_factor_is_told(db) {
        let (clinic, clock) = clinic_with_clock(&db).await;
        register(&clinic, "awa", None).await;
        let body = json!({"old_password": PASSWORD, "new_password": NEW});
        let before = call(&clinic, "awa", Method::POST, "/api/v1/auth/change-password/", body).await;
        assert_eq!((before.status.as_u16(), to(&clinic, MAIL).await.len()), (204, 0), "not to an address nobody proved");
        api::reset_password(&clinic.app, "awa", PASSWORD).await.unwrap();
        verify(&clinic, "awa").await;
        clock.advance(Duration::from_secs(1));
        let body = json!({"old_password": PASSWORD, "new_password": NEW});
        assert_eq!(call(&clinic, "awa", Method::POST, "/api/v1/auth/change-password/", body).await.status, 204);
        clock.advance(Duration::from_secs(1));
        api::reset_password(&clinic.app, "awa", PASSWORD).await.unwrap();
        let mails = to(&clinic, MAIL).await;
        assert_eq!(mails.len(), 3);
        assert!(mails[1..].iter().all(|mail| mail.contains("mot de passe a été changé")), "{mails:?}");
        assert_eq!(subjects(&clinic).await[1], "Un changement sur votre compte Lafiya");
        clock.advance(Duration::from_secs(1));
        crate::second_factor::enrol(&clinic, "awa", &clock).await;
        let awa = id_of(&clinic, "awa").await;
        api::reset_factor(&clinic.app, &admin_ctx(&clinic).await, awa).await.unwrap();
        let mails = to(&clinic, MAIL).await;
        assert!(mails[3].contains("double vérification a été activée"), "{mails:?}");
        assert!(mails[4].contains("double vérification a été désactivée"), "{mails:?}");
    }

    async fn an_invitation_goes_by_mail_and_a_name_adds_nothing_to_it(db) {
        let clinic = TestClinic::new(&db).await;
        let new = NewInvitation {
            role: Role::Agent,
            first_name: "Moussa\n\nhttps://evil.example/\nBcc: x@example.org".into(),
            last_name: "Faye".into(),
            email: Some(MAIL.into()),
            phone: None,
            locale: Locale::Fr,
        };
        let invited = api::invite(&clinic.app, &admin_ctx(&clinic).await, new).await.unwrap();
        assert!(invited.is_sent);
        let mails = to(&clinic, MAIL).await;
        let links = mails[0].lines().filter(|line| line.starts_with("http")).collect::<Vec<_>>();
        assert_eq!(links, [invited.link.0.as_str()], "{}", mails[0]);
        assert_eq!(subjects(&clinic).await, ["Clinique demo vous invite sur Lafiya"]);
        api::accept_as_new(&clinic.app, &token(&mails[0], "invitation"), "moussa", PASSWORD).await.unwrap();
        let me = ok(call(&clinic, "moussa", Method::GET, ME, Value::Null).await);
        assert_eq!((&me["email"], &me["email_verified"]), (&json!(MAIL), &json!(false)));
    }

    async fn the_pages_lead_through_it(db) {
        let clinic = TestClinic::new(&db).await;
        register(&clinic, "awa", None).await;
        let awa = Session::of(&clinic, "awa").await;
        for (path, text) in [("/profile?lang=fr", "Vérifier mon adresse e-mail"), ("/profile?lang=en", "Verify my e-mail address"), ("/forgotten?lang=fr", "adresse vérifiée")] {
            let page = awa.get(path).await;
            assert!(page.text.contains(text) && !page.text.contains('⟦'), "{path}: {}", page.text);
        }
        // Patients do not open the page that `csrf` reads.
        let profile = awa.get("/profile").await.text;
        let (_, rest) = profile.split_once("name=\"csrf\" value=\"").unwrap();
        let csrf = rest.split('"').next().unwrap().to_owned();
        let sent = awa.post("/profile/email/code", &[("csrf", &csrf)]).await;
        assert_eq!(sent.headers["location"], "/profile?told=mail-code", "{}", sent.text);
        let right = digits(&to(&clinic, MAIL).await[0]);
        let wrong = awa.post("/profile/email/confirm", &[("csrf", &csrf), ("email_code", other_than(&right))]).await;
        assert!(wrong.status == 400 && wrong.text.contains("id=\"e-email_code\""), "{}", wrong.text);
        let done = awa.post("/profile/email/confirm", &[("csrf", &csrf), ("email_code", &right)]).await;
        assert_eq!(done.headers["location"], "/profile?told=mail-verified", "{}", done.text);
        let page = awa.get("/profile?told=mail-verified&lang=fr").await.text;
        assert!(page.contains("Adresse e-mail vérifiée") && !page.contains("/profile/email/code"), "{page}");

        let forgotten = forget(&clinic, "awa", MAIL).await;
        let link = format!("/reset/{}", token(&forgotten, "reset"));
        let admin = Session::of(&clinic, "admin").await;
        for lang in ["fr", "en"] {
            let page = admin.get(&format!("/simulator/mail?lang={lang}")).await;
            assert!(page.status == 200 && !page.text.contains('⟦'), "{}", page.text);
            assert!(page.text.contains(&format!("<a href=\"http://clinic.test{link}\">")), "{}", page.text);
        }
        assert_eq!(Session::of(&clinic, "agent").await.get("/simulator/mail").await.status, 403);
        let outbox = admin.get("/outbox?channel=email").await.text;
        assert!(outbox.contains(MAIL) && !outbox.contains(&link), "{outbox}");
        let work = admin.get("/work").await.text;
        assert!(work.contains(MAIL) && !work.contains(&link), "{work}");
    }
}

async fn register_in(clinic: &TestClinic, slug: &str, name: &str) {
    let known = {
        let mut tx = clinic.app.store.read(Scope::System).await.unwrap();
        api::tenant_by_slug(&mut tx, slug).await.unwrap().unwrap()
    };
    let registration = api::Registration {
        username: name.into(),
        password: PASSWORD.into(),
        first_name: "Awa".into(),
        last_name: "Diop".into(),
        email: Some(MAIL.into()),
        phone: None,
        locale: Locale::Fr,
    };
    api::register(&clinic.app, &known, registration)
        .await
        .unwrap();
}

async fn count_in(clinic: &TestClinic, tenant: TenantId) -> usize {
    let mut tx = clinic.app.store.read(tenant).await.unwrap();
    let bodies: Vec<String> = tx.all(BODIES, params![tenant, MAIL]).await.unwrap();
    bodies.len()
}

/// A mail server that answers what a test tells it, then takes everything.
#[derive(Debug, Default)]
struct Scripted {
    answers: Mutex<VecDeque<ErrorClass>>,
    tried: Mutex<Vec<OutgoingMail>>,
}

impl Scripted {
    fn new(answers: &[ErrorClass]) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(answers.iter().copied().collect()),
            ..Self::default()
        })
    }

    /// The ids of the mails that it was asked to take.
    fn tried(&self) -> Vec<String> {
        let tried = self.tried.lock().unwrap();
        tried.iter().map(|mail| mail.message_id.clone()).collect()
    }
}

impl MailSender for Scripted {
    fn send<'a>(&'a self, mail: &'a OutgoingMail) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move {
            self.tried.lock().unwrap().push(mail.clone());
            let next = self.answers.lock().unwrap().pop_front();
            match next {
                None => Ok(Accepted {
                    provider_id: mail.message_id.clone(),
                    simulated: false,
                }),
                Some(class) => Err(SendError {
                    class,
                    code: Some(550),
                    detail: "as the test says".into(),
                    retry_after: None,
                    silent: false,
                }),
            }
        })
    }

    fn domain(&self) -> &'static str {
        "clinic.example"
    }

    fn provider(&self) -> &'static str {
        "smtp"
    }
}

async fn clinic_with(db: &TestDb, server: &Arc<Scripted>) -> TestClinic {
    let setup = Setup {
        mail: Some(server.clone()),
        ..Setup::default()
    };
    TestClinic::with(db, setup).await
}

async fn enqueue(clinic: &TestClinic, key: &str) {
    let new = NewMail {
        category: Category::Security,
        recipient: MAIL.parse().unwrap(),
        subject: "Bonjour".into(),
        body: format!("Bonjour {key}."),
        idempotency_key: key.into(),
        expires_at: None,
        created_by: None,
    };
    let (app, ctx) = (clinic.app.clone(), clinic.ctx());
    let written = clinic.app.store.write(&ctx, move |tx| {
        Box::pin(async move { messaging::enqueue_mail(tx, &app, &ctx, new).await })
    });
    let written: Result<_, StoreError> = written.await;
    written.unwrap();
}

/// The newest message of the outbox once it is in this state.
async fn ends(clinic: &TestClinic, state: &str) -> Value {
    eventually(state, LIMIT, || async {
        let list = call(clinic, "admin", Method::GET, "/api/v1/outbox/", Value::Null).await;
        let row = list.json()["results"][0].clone();
        (row["state"] == state).then_some(row)
    })
    .await
}

async fn write(clinic: &TestClinic, sql: Sql) -> Result<u64, StoreError> {
    let tenant = clinic.tenant;
    let written = clinic.app.store.write(tenant, move |tx| {
        Box::pin(async move { tx.execute(sql, params![tenant]).await })
    });
    written.await
}

on_both_engines! {
    async fn a_passing_refusal_is_tried_again_with_the_same_id(db) {
        let server = Scripted::new(&[ErrorClass::Transient]);
        let mut clinic = clinic_with(&db, &server).await;
        clinic.start_work();
        enqueue(&clinic, "un").await;
        enqueue(&clinic, "un").await;
        let row = ends(&clinic, "accepted").await;
        let tried = server.tried();
        assert_eq!(tried.len(), 2, "{tried:?}");
        assert_eq!(tried[0], tried[1]);
        assert_eq!(tried[0], format!("{}@clinic.example", row["id"].as_str().unwrap()));
        assert_eq!(row["provider_id"], tried[0].as_str());
        clinic.stop_work().await;
    }

    async fn a_refused_address_is_final_and_left_alone_for_a_week(db) {
        let server = Scripted::new(&[ErrorClass::BadAddress]);
        let mut clinic = clinic_with(&db, &server).await;
        clinic.start_work();
        enqueue(&clinic, "un").await;
        let row = ends(&clinic, "failed").await;
        assert_eq!((&row["reason"], &row["error_code"], &row["retryable"]), (&json!("bad_address"), &json!(550), &json!(false)));
        assert!(row["reason_text"].as_str().unwrap().contains("adresse e-mail"), "{row}");
        enqueue(&clinic, "deux").await;
        assert_eq!(ends(&clinic, "refused").await["reason"], "bad_address");
        assert_eq!(server.tried().len(), 1);
        let admin = Session::of(&clinic, "admin").await;
        assert!(admin.get("/outbox?lang=fr").await.text.contains("Cette adresse e-mail n’existe pas"));
        // A person who knows better sends the first one again: it arrives, and so does what follows.
        let again = Sql::new("SELECT id AS value FROM message WHERE tenant_id = $1 AND state = 'failed'");
        let id: uuid::Uuid = {
            let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
            tx.one(again, params![clinic.tenant]).await.unwrap()
        };
        let path = format!("/api/v1/outbox/{id}/retry/");
        assert_eq!(call(&clinic, "admin", Method::POST, &path, Value::Null).await.status, 202);
        eventually("the second try", LIMIT, || async { (server.tried().len() == 2).then_some(()) }).await;
        enqueue(&clinic, "trois").await;
        ends(&clinic, "accepted").await;
        clinic.stop_work().await;
    }

    async fn what_may_have_arrived_waits_for_a_person(db) {
        let server = Scripted::new(&[ErrorClass::Unknown]);
        let mut clinic = clinic_with(&db, &server).await;
        clinic.start_work();
        enqueue(&clinic, "un").await;
        let row = ends(&clinic, "failed").await;
        assert_eq!((&row["reason"], &row["provider_id"]), (&json!("outcome_unknown"), &Value::Null), "never called sent");
        let admin = admin_ctx(&clinic).await;
        assert_eq!(messaging::dead_letters(&clinic.app, &admin).await.unwrap(), 1);
        assert_eq!(server.tried().len(), 1, "never sent again by itself");
        let path = format!("/api/v1/outbox/{}/retry/", row["id"].as_str().unwrap());
        assert_eq!(call(&clinic, "admin", Method::POST, &path, Value::Null).await.status, 202);
        ends(&clinic, "accepted").await;
        let tried = server.tried();
        assert!(tried.len() == 2 && tried[0] == tried[1], "{tried:?}");
        clinic.stop_work().await;
    }

    async fn a_mail_cut_off_by_a_kill_is_not_sent_again(db) {
        let server = Scripted::new(&[]);
        let mut clinic = clinic_with(&db, &server).await;
        enqueue(&clinic, "un").await;
        write(&clinic, Sql::new("UPDATE message SET state = 'sending', provider = 'smtp' WHERE tenant_id = $1")).await.unwrap();
        let cut = Sql::new("INSERT INTO message_attempt (tenant_id, message_id, number, provider, started_at)
            SELECT tenant_id, id, 1, 'smtp', created_at FROM message WHERE tenant_id = $1");
        write(&clinic, cut).await.unwrap();
        clinic.start_work();
        assert_eq!(ends(&clinic, "failed").await["reason"], "outcome_unknown");
        assert!(server.tried().is_empty());
        clinic.stop_work().await;
    }

    async fn simulated_mails_are_never_called_sent(db) {
        let mut clinic = TestClinic::new(&db).await;
        clinic.start_work();
        enqueue(&clinic, "un").await;
        let row = ends(&clinic, "simulated").await;
        assert_eq!(row["provider_id"], format!("{}@lafiya.invalid", row["id"].as_str().unwrap()));
        clinic.stop_work().await;
    }

    async fn a_phone_and_an_address_do_not_take_each_others_place(db) {
        let clinic = TestClinic::new(&db).await;
        enqueue(&clinic, "un").await;
        for wrong in [
            "UPDATE message SET channel = 'sms' WHERE tenant_id = $1",
            "UPDATE message SET recipient = '+221771112233' WHERE tenant_id = $1",
            "UPDATE message SET channel = 'pigeon' WHERE tenant_id = $1",
        ] {
            assert!(write(&clinic, Sql::new(wrong)).await.is_err(), "{wrong}");
        }
        let phone: Phone = PHONE.parse().unwrap();
        let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
        assert!(messaging::to_number(&mut tx, clinic.tenant, &phone).await.unwrap().is_empty());
    }
}
