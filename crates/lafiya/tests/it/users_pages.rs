//! The pages of accounts, as a browser without scripts sees them.

use std::time::Duration;

use ::store::{Sql, params};
use axum::{
    body::Body,
    http::{Request, header},
};
use clinic::identity::api::{self, NewInvitation};
use kernel::{Actor, Ctx, Locale, Role, UserId};
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

/// A browser that keeps what it is given.
struct Browser<'c> {
    clinic: &'c TestClinic,
    cookies: Vec<(String, String)>,
}

impl<'c> Browser<'c> {
    fn new(clinic: &'c TestClinic) -> Self {
        let cookies = Vec::new();
        Self { clinic, cookies }
    }

    async fn signed_in(clinic: &'c TestClinic, name: &str) -> Self {
        let session = api::open_session(&clinic.app, name, PASSWORD)
            .await
            .unwrap();
        let cookies = vec![("session".to_owned(), session.cookie)];
        Self { clinic, cookies }
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: String) -> Answer {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request
            .header(header::COOKIE, cookies.join("; "))
            .header(header::ACCEPT, "text/html");
        let answer = self
            .clinic
            .send(request.body(Body::from(body)).unwrap())
            .await;
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let (name, rest) = set.to_str().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies
                .push((name.to_owned(), rest.split(';').next().unwrap().to_owned()));
        }
        answer
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), String::new()).await
    }

    /// Fills a form in: opens `page` for its secret, then posts to `action`.
    async fn fill(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let shown = self.get(page).await.text;
        let (_, rest) = shown
            .split_once("name=\"csrf\" value=\"")
            .unwrap_or_else(|| panic!("{page}: {shown}"));
        let csrf = rest.split('"').next().unwrap().to_owned();
        let mut pairs = vec![("csrf", csrf.as_str())];
        pairs.extend(fields);
        let body = serde_urlencoded::to_string(pairs).unwrap();
        let request =
            Request::post(action).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, body).await
    }
}

async fn invited(clinic: &TestClinic, ctx: &Ctx, phone: Option<&str>) -> String {
    let new = NewInvitation {
        role: Role::Practitioner,
        first_name: "Moussa".into(),
        last_name: "Faye".into(),
        email: Some("moussa@example.org".into()),
        phone: phone.map(str::to_owned),
        locale: Locale::Fr,
    };
    let link = api::invite(&clinic.app, ctx, new).await.unwrap().link.0;
    link.rsplit('/').next().unwrap().to_owned()
}

async fn id_of(clinic: &TestClinic, name: &str) -> UserId {
    let sql = Sql::new("SELECT id AS value FROM user_account WHERE username = $1");
    let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
    tx.one(sql, params![name]).await.unwrap()
}

async fn admin_ctx(clinic: &TestClinic) -> Ctx {
    let admin = id_of(clinic, "admin").await;
    Ctx {
        actor: Actor::User(admin, Role::Admin),
        ..clinic.ctx()
    }
}

async fn message(clinic: &TestClinic) -> Option<String> {
    let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
    tx.optional(LAST_BODY, params![clinic.tenant, PHONE])
        .await
        .unwrap()
}

fn link_in(page: &str, what: &str) -> String {
    let (_, rest) = page
        .split_once(&format!("/{what}/"))
        .unwrap_or_else(|| panic!("{page}"));
    format!("/{what}/{}", &rest[..32])
}

on_both_engines! {
    async fn every_page_of_accounts_is_whole_in_both_languages(db) {
        let clinic = TestClinic::new(&db).await;
        let ctx = admin_ctx(&clinic).await;
        let invitation = invited(&clinic, &ctx, Some(PHONE)).await;
        let reset = api::make_reset_link(&clinic.app, &ctx, clinic.agent).await.unwrap().0;
        let reset = link_in(&reset, "reset");
        let user = format!("/users/{}", clinic.agent);
        let doctor = invited(&clinic, &ctx, None).await;
        api::accept_as_new(&clinic.app, &doctor, "docteur", PASSWORD).await.unwrap();
        for (who, paths) in [
            ("", vec!["/register", "/join", "/forgotten", "/reset", reset.as_str(), "/sign-in"]),
            ("admin", vec!["/users", "/users?search=sow&role=agent&is_active=true", "/users?role=manager", user.as_str(),
                "/users/invite", "/profile", "/profile?told=password"]),
            ("docteur", vec!["/profile"]),
            ("patient", vec!["/profile"]),
        ] {
            let mut browser = match who {
                "" => Browser::new(&clinic),
                _ => Browser::signed_in(&clinic, who).await,
            };
            let offer = format!("/invitation/{invitation}");
            for path in paths.into_iter().chain([offer.as_str()]) {
                for lang in ["fr", "en"] {
                    let and = if path.contains('?') { '&' } else { '?' };
                    let page = browser.get(&format!("{path}{and}lang={lang}")).await;
                    assert_eq!(page.status, 200, "{who} {path}: {}", page.text);
                    assert!(!page.text.contains('⟦'), "{path} lacks a text: {}", page.text);
                    assert!(page.text.contains(&format!("<html lang=\"{lang}\"")), "{path}");
                    assert!(!page.text.contains("<script>") && !page.text.contains(" style="), "{path} breaks the CSP");
                }
            }
        }
        let mut agent = Browser::signed_in(&clinic, "agent").await;
        for path in ["/users", user.as_str(), "/users/invite"] {
            assert_eq!(agent.get(path).await.status, 403, "{path}");
        }
        assert!(!agent.get("/inbox").await.text.contains("href=\"/users\""));
        clinic.another("autre", "+221338210001").await;
        let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
        let theirs = api::tenant_by_slug(&mut tx, "autre").await.unwrap().unwrap();
        drop(tx);
        let chief = api::NewUser { username: "autre-admin".into(), password: PASSWORD.into(), first_name: "A".into(),
            last_name: "B".into(), role: Role::Admin, locale: Locale::Fr, email: None, phone: None };
        api::create_user(&clinic.app, theirs.id, chief).await.unwrap();
        let mut other = Browser::signed_in(&clinic, "autre-admin").await;
        assert_eq!(other.get(&user).await.status, 404);
        assert!(!other.get("/users").await.text.contains("Fatou Sow") || other.get("/users").await.text.contains("autre-agent"));
        for action in ["rights", "reset-link"] {
            let refused = other.fill("/users/invite", &format!("{user}/{action}"), &[]).await;
            assert_eq!(refused.status, 404, "{action}");
        }
    }

    async fn a_patient_registers_and_signs_in(db) {
        let clinic = TestClinic::new(&db).await;
        let mut browser = Browser::new(&clinic);
        let short = [("username", "zoe"), ("password", "court"), ("first_name", "Zoé"), ("last_name", "Sy")];
        let wrong = browser.fill("/register", "/register", &short).await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.text.contains("value=\"Zoé\"") && wrong.text.contains("e-password") && !wrong.text.contains("value=\"court\""));
        let promoted = [("username", "zoe"), ("password", PASSWORD), ("first_name", "Zoé"), ("last_name", "Sy"), ("role", "admin")];
        assert_eq!(browser.fill("/register", "/register", &promoted).await.status, 400);
        assert_eq!(browser.fill("/register", "/register", &promoted[..4]).await.status, 200);
        let taken = browser.fill("/register", "/register", &promoted[..4]).await;
        assert!(taken.status == 409 && taken.text.contains("déjà pris"), "{}", taken.text);
        let signed_in = browser.fill("/sign-in", "/sign-in", &[("username", "zoe"), ("password", PASSWORD)]).await;
        assert_eq!(signed_in.headers["location"], "/");
        assert_eq!(browser.get("/").await.headers["location"], "/profile", "a patient has no inbox");
        let saved = browser.fill("/profile", "/profile", &[("first_name", "Zoé"), ("last_name", "Sarr"), ("language", "fr"), ("date_of_birth", "1990-02-30")]).await;
        assert!(saved.status == 400 && saved.text.contains("value=\"Sarr\""), "{}", saved.text);
        let saved = browser.fill("/profile", "/profile", &[("first_name", "Zoé"), ("last_name", "Sarr"), ("language", "fr"), ("date_of_birth", "1990-02-28")]).await;
        assert_eq!(saved.headers["location"], "/profile?told=saved");
        assert!(browser.get("/profile").await.text.contains("value=\"1990-02-28\""));
        let forged = [("first_name", "Zoé"), ("last_name", "Sarr"), ("role", "admin")];
        assert_eq!(browser.fill("/profile", "/profile", &forged).await.status, 400);
    }

    async fn an_admin_runs_the_team(db) {
        let clinic = TestClinic::new(&db).await;
        let mut admin = Browser::signed_in(&clinic, "admin").await;
        let fields = [("role", "medecin"), ("first_name", "Moussa"), ("last_name", "Faye"), ("phone", "77 111 22 33"), ("language", "fr")];
        let link = admin.fill("/users/invite", "/users/invite", &fields).await;
        assert_eq!(link.status, 200, "{}", link.text);
        let link = link_in(&link.text, "invitation");
        assert!(message(&clinic).await.unwrap().contains(&link), "the same link goes by message");
        assert!(!admin.get("/users").await.text.contains(&link), "shown once");
        let mut guest = Browser::new(&clinic);
        for _ in 0..2 {
            assert_eq!(guest.get(&link).await.status, 200, "previews of messages open it too");
        }
        let done = guest.fill(&link, &link, &[("username", "moussa"), ("password", PASSWORD)]).await;
        assert_eq!(done.status, 200, "{}", done.text);
        assert_eq!(guest.get(&link).await.status, 404, "used");
        let user = format!("/users/{}", id_of(&clinic, "moussa").await);
        let rights = format!("{user}/rights");
        assert_eq!(admin.fill(&user, &rights, &[("role", "manager")]).await.status, 303);
        assert_eq!(admin.fill(&user, &rights, &[("is_active", "false")]).await.status, 303);
        assert!(api::open_session(&clinic.app, "moussa", PASSWORD).await.is_err());
        assert_eq!(admin.fill(&user, &rights, &[("is_active", "true")]).await.status, 303);
        let refused = admin.fill(&user, &rights, &[("role", "superadmin")]).await;
        assert_eq!(refused.status, 403);
        let own = format!("/users/{}", id_of(&clinic, "admin").await);
        assert_eq!(admin.fill(&own, &format!("{own}/rights"), &[("is_active", "false")]).await.status, 403);
        let reset = admin.fill(&user, &format!("{user}/reset-link"), &[]).await;
        let reset = link_in(&reset.text, "reset");
        let set = guest.fill(&reset, &reset, &[("new_password", NEW)]).await;
        assert_eq!(set.status, 200, "{}", set.text);
        api::open_session(&clinic.app, "moussa", NEW).await.unwrap();
        assert_eq!(guest.get(&reset).await.status, 404);
        let asked = [("first_name", "Binta"), ("last_name", "Ba"), ("email", "binta@example.org")];
        assert_eq!(guest.fill("/join", "/join", &asked).await.status, 200);
        let team = admin.get("/users").await.text;
        let (_, rest) = team.split_once("/users/invitations/").unwrap();
        let end = format!("/users/invitations/{}/end", &rest[..36]);
        assert_eq!(admin.fill("/users", &end, &[]).await.status, 303);
        assert!(admin.get("/users").await.text.contains("refusée"));
    }

    async fn who_forgot_his_password_gets_a_code(db) {
        let clinic = TestClinic::new(&db).await;
        let ctx = admin_ctx(&clinic).await;
        let token = invited(&clinic, &ctx, Some(PHONE)).await;
        api::accept_as_new(&clinic.app, &token, "moussa", PASSWORD).await.unwrap();
        let mut browser = Browser::new(&clinic);
        let told = browser.fill("/forgotten", "/forgotten", &[("identifier", "moussa")]).await;
        let unknown = browser.fill("/forgotten", "/forgotten", &[("identifier", "personne")]).await;
        let plain = |page: &Answer, who: &str| page.text.replace(who, "");
        let csrf_free = |text: String| text.split("name=\"csrf\"").map(|part| part.split_once('>').map_or("", |(_, rest)| rest).to_owned()).collect::<Vec<_>>()[1..].join("");
        assert_eq!(csrf_free(plain(&told, "moussa")), csrf_free(plain(&unknown, "personne")), "the same page for everybody");
        let code = eventually("a code", Duration::from_secs(20), || async {
            let body = message(&clinic).await?;
            body.contains("code").then(|| body.chars().filter(char::is_ascii_digit).take(6).collect::<String>())
        }).await;
        let wrong = browser.fill("/reset", "/reset", &[("identifier", "moussa"), ("code", "x"), ("new_password", NEW)]).await;
        assert!(wrong.status == 400 && wrong.text.contains("e-code") && !wrong.text.contains(NEW), "{}", wrong.text);
        let right = browser.fill("/reset", "/reset", &[("identifier", "moussa"), ("code", &code), ("new_password", NEW)]).await;
        assert_eq!(right.status, 200, "{}", right.text);
        api::open_session(&clinic.app, "moussa", NEW).await.unwrap();
    }

    async fn a_member_of_two_clinics_switches(db) {
        let clinic = TestClinic::new(&db).await;
        clinic.another("autre", "+221338210001").await;
        let token = invited(&clinic, &admin_ctx(&clinic).await, None).await;
        let mut browser = Browser::signed_in(&clinic, "autre-agent").await;
        assert!(!browser.get("/profile").await.text.contains("action=\"/tenant\""), "only one clinic");
        let offer = format!("/invitation/{token}");
        let joined = browser.fill(&offer, &format!("{offer}/join"), &[]).await;
        assert_eq!(joined.status, 303, "{}", joined.text);
        assert!(browser.get("/profile").await.text.contains("Médecin"), "he is where he was invited");
        assert!(browser.get("/inbox").await.text.contains("/profile#clinics"), "the account menu leads there");
        let back = browser.fill("/profile", "/tenant", &[("tenant", "autre")]).await;
        assert_eq!(back.status, 303);
        assert!(browser.get("/patients").await.text.contains("Clinique autre"));
        assert_eq!(browser.fill("/profile", "/tenant", &[("tenant", "nulle-part")]).await.status, 404);
        let mut agent = Browser::signed_in(&clinic, "agent").await;
        assert_eq!(agent.fill("/profile", "/tenant", &[("tenant", "autre")]).await.status, 404, "not his");
        let again = browser.fill("/profile", &format!("{offer}/join"), &[]).await;
        assert_eq!(again.status, 404, "used");
    }

    async fn a_password_change_keeps_this_browser(db) {
        let clinic = TestClinic::new(&db).await;
        let mut here = Browser::signed_in(&clinic, "agent").await;
        let mut there = Browser::signed_in(&clinic, "agent").await;
        let wrong = here.fill("/profile", "/profile/password", &[("old_password", "faux"), ("new_password", NEW)]).await;
        assert!(wrong.status == 400 && wrong.text.contains("e-old_password") && !wrong.text.contains(NEW));
        let right = here.fill("/profile", "/profile/password", &[("old_password", PASSWORD), ("new_password", NEW)]).await;
        assert_eq!(right.headers["location"], "/profile?told=password");
        assert_eq!(here.get("/profile").await.status, 200);
        assert_eq!(there.get("/profile").await.status, 303);
    }
}
