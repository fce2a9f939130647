//! What a covert text does not say stands behind its link, for whoever knows the PIN.

use std::time::Duration;

use axum::http::{Method, header};
use clinic::{
    messaging::api::{self as messaging, Channel, Notice},
    patients::{
        self,
        api::{AccessPatch, PatientId},
    },
};
use kernel::{Clock, Locale, Patch, Problem, Role, Timestamp};
use serde_json::{Value, json};
use store::{Sql, params};
use testkit::{
    clinic::{Answer, PUBLIC_URL, TestClinic, code, ok},
    db::TestDb,
    on_both_engines,
    session::Session,
};

const PHONE: &str = "+221772000001";
const NOW: &str = "2027-03-01T09:00:00Z";
const MINUTE: Duration = Duration::from_secs(60);
const TRIED: Sql = Sql::new("SELECT wrong AS value FROM patient_pin WHERE tenant_id = $1");
const KEPT: Sql = Sql::new("SELECT pin AS value FROM patient_pin WHERE tenant_id = $1");
const TOLD: Sql =
    Sql::new("SELECT COUNT(*) AS value FROM audit_event WHERE tenant_id = $1 AND action = $2");
const DETAILS: Sql = Sql::new(
    "SELECT COALESCE(detail, '') AS value FROM audit_event WHERE tenant_id = $1 ORDER BY seq",
);

struct Scene {
    clinic: TestClinic,
    clock: Clock,
    awa: PatientId,
    moussa: PatientId,
}

/// Awa and Moussa have one phone; Awa has an account.
async fn scene(db: &TestDb) -> Scene {
    let clock = Clock::fixed(Timestamp::parse(NOW).unwrap());
    let clinic = TestClinic::with_clock(db, &clock).await;
    let awa = clinic.patient("Awa", "Diop", PHONE).await;
    let moussa = clinic.patient("Moussa", "Diop", PHONE).await;
    let scene = Scene {
        clinic,
        clock,
        awa,
        moussa,
    };
    let account = Patch::Set("patient".into());
    scene.set(awa, None, account).await;
    scene
}

impl Scene {
    async fn set(&self, patient: PatientId, restricted: Option<bool>, username: Patch<String>) {
        let patch = AccessPatch {
            restricted,
            username,
            ..AccessPatch::default()
        };
        let ctx = self.clinic.ctx();
        patients::api::set_access(&self.clinic.app, &ctx, patient, patch)
            .await
            .unwrap();
    }

    /// A message to a patient on the shared phone: the path of its link.
    async fn letter(&self, patient: PatientId, key: &str) -> String {
        let (app, ctx) = (self.clinic.app.clone(), self.clinic.ctx());
        let values = [
            ("clinic", "Clinique demo".to_owned()),
            ("name", "<b>Awa</b>".to_owned()),
            ("link", format!("{PUBLIC_URL}/my/records")),
        ];
        let notice = Notice {
            event: messaging::event_of("waits-for").unwrap(),
            locale: Locale::Fr,
            values: messaging::values(values),
            channel: Channel::Sms,
            other_channel: None,
            other_values: None,
            asks: false,
            recipient: PHONE.parse().unwrap(),
            patient: Some(patient),
            idempotency_key: key.to_owned(),
            expires_at: None,
            created_by: None,
        };
        let noticed: Result<_, Problem> = self
            .clinic
            .app
            .store
            .write(&ctx, move |tx| {
                Box::pin(async move { Ok(messaging::notify(tx, &app, &ctx, notice).await?) })
            })
            .await;
        let body = noticed.unwrap().body;
        let (_, link) = body.split_once(PUBLIC_URL).unwrap();
        link.split_whitespace()
            .next()
            .unwrap()
            .trim_end_matches(['.', ','])
            .to_owned()
    }

    async fn by(&self, who: &str, patient: PatientId) -> Answer {
        let token = self.clinic.token_of(who).await;
        let path = format!("/api/v1/patients/{patient}/pin/");
        self.clinic
            .call_as(Some(&token), Method::POST, &path, None)
            .await
    }

    /// A new PIN, as the desk gives it.
    async fn pin(&self, patient: PatientId) -> String {
        let given = self.by("agent", patient).await;
        assert_eq!(given.status, 201, "{}", given.text);
        assert_eq!(given.headers[header::CACHE_CONTROL], "no-store");
        let pin = given.json()["pin"].as_str().unwrap().to_owned();
        assert!(pin.len() == 4 && pin.bytes().all(|byte| byte.is_ascii_digit()));
        pin
    }

    async fn told(&self, action: &str) -> i64 {
        let (tenant, action) = (self.clinic.tenant, action.to_owned());
        let mut tx = self.clinic.app.store.read(tenant).await.unwrap();
        tx.one(TOLD, params![tenant, action]).await.unwrap()
    }

    /// How often the PIN of the clinic's one patient with a PIN was tried.
    async fn tried(&self) -> i64 {
        let tenant = self.clinic.tenant;
        let mut tx = self.clinic.app.store.read(tenant).await.unwrap();
        tx.one(TRIED, params![tenant]).await.unwrap()
    }

    async fn visitor(&self, path: &str) -> Visitor<'_> {
        let (browser, csrf) = Session::visitor(&self.clinic, path).await;
        Visitor { browser, csrf }
    }

    async fn merge(&self, from: PatientId, into: PatientId) {
        self.join(from, "merge", Some(json!({"into": into}))).await;
    }

    async fn join(&self, from: PatientId, action: &str, body: Option<Value>) {
        let token = self.clinic.token_of("admin").await;
        let path = format!("/api/v1/patients/{from}/{action}/");
        let answer = self
            .clinic
            .call_as(Some(&token), Method::POST, &path, body)
            .await;
        assert!(answer.status.is_success(), "{}", answer.text);
    }
}

/// A browser in which nobody signed in.
struct Visitor<'c> {
    browser: Session<'c>,
    csrf: String,
}

impl Visitor<'_> {
    async fn tries(&self, path: &str, pin: &str) -> Answer {
        let fields = [("csrf", self.csrf.as_str()), ("pin", pin)];
        self.browser.post(path, &fields).await
    }

    async fn status(&self, path: &str, pin: &str) -> u16 {
        self.tries(path, pin).await.status.as_u16()
    }

    async fn sees(&self, path: &str) -> String {
        self.browser.get(path).await.text
    }
}

/// The cookie that an answer sets for the page, without its properties.
fn pass(answer: &Answer) -> String {
    let all = answer.headers.get_all(header::SET_COOKIE).iter();
    let mut set = all.map(|value| value.to_str().unwrap());
    let found = set.find(|value| value.starts_with("opened=")).unwrap();
    found.split(';').next().unwrap().to_owned()
}

/// A PIN that is another.
fn wrong(pin: &str) -> String {
    format!("{:04}", (pin.parse::<u32>().unwrap() + 1) % 10_000)
}

const SECRET: &str = "un document vous attend";
const ASKS: &str = "name=\"pin\"";

on_both_engines! {
    async fn the_right_pin_shows_for_a_while_what_the_text_did_not_say(db) {
        let s = scene(&db).await;
        let path = s.letter(s.awa, "one").await;
        assert!(path.starts_with("/p/") && path.len() == 14, "{path}");
        let visitor = s.visitor(&path).await;
        assert!(visitor.tries(&path, "1234").await.text.contains("Aucun code secret"), "none was given yet");
        let pin = s.pin(s.awa).await;
        for lang in ["fr", "en"] {
            let page = visitor.browser.get(&format!("{path}?lang={lang}")).await;
            let header = |name: &str| page.headers[name].to_str().unwrap();
            assert_eq!((page.status.as_u16(), header("referrer-policy"), header("cache-control")), (200, "no-referrer", "no-store"));
            assert!(header("x-robots-tag").contains("noindex"));
            assert!(page.text.contains("Clinique demo") && page.text.contains(ASKS) && page.text.contains("/sign-in") && !page.text.contains('⟦'), "{}", page.text);
            for secret in ["Awa", "Diop", "+221", "document"] {
                assert!(!page.text.contains(secret), "{secret}: {}", page.text);
            }
        }
        assert_eq!(visitor.browser.post(&path, &[("pin", &pin)]).await.status, 403, "not from our page");
        // What is no PIN counts for nothing.
        for typed in ["", "123", "12345", "abcd", "١٢٣٤"] {
            let page = visitor.tries(&path, typed).await;
            assert!(page.status == 400 && page.text.contains("quatre chiffres") && page.text.contains("3 essais"), "{typed}: {}", page.text);
        }
        let page = visitor.tries(&path, &wrong(&pin)).await;
        assert!(page.status == 400 && page.text.contains("pas le bon code") && page.text.contains("2 essais") && !page.text.contains(&format!("\"{}\"", wrong(&pin))), "{}", page.text);
        assert_eq!((s.told("message.open_link").await, s.tried().await), (0, 1));

        let opened = visitor.tries(&path, &format!(" {} {}", &pin[..2], &pin[2..])).await;
        assert_eq!((opened.status.as_u16(), opened.headers["location"].to_str().unwrap()), (303, path.as_str()));
        let set = opened.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(set.contains(&format!("; Path={path}; Max-Age=900; HttpOnly; SameSite=Lax")), "{set}");
        assert_eq!((s.told("message.open_link").await, s.tried().await), (1, 0), "the wrong one is forgotten");
        let reader = Session::with(&s.clinic, format!("{}; {}", visitor.browser.cookie, pass(&opened)));
        let page = reader.get(&path).await.text;
        assert!(page.contains(SECRET) && !page.contains(ASKS) && page.contains("09:15"), "{page}");
        assert!(!page.contains("<b>Awa") && page.contains(&format!("<a href=\"{PUBLIC_URL}/my/records\">")), "{page}");
        assert!(visitor.sees(&path).await.contains(ASKS), "that browser alone");

        let token = s.clinic.token_of("patient").await;
        let mine = ok(s.clinic.call_as(Some(&token), Method::GET, "/api/v1/me/access/", None).await);
        let seen = mine["results"].as_array().unwrap().iter().filter(|line| line["action"] == "message.open_link");
        assert_eq!(seen.count(), 1, "she sees it herself: {mine}");

        let other = s.letter(s.awa, "two").await;
        assert!(reader.get(&other).await.text.contains(ASKS), "that link alone");
        let (until, proof) = pass(&opened)[7..].split_once('.').map(|(a, b)| (a.parse::<i64>().unwrap(), b.to_owned())).unwrap();
        for forged in [format!("{}.{proof}", until + 1), format!("{until}.{}", "0".repeat(64)), until.to_string(), ".".to_owned()] {
            let browser = Session::with(&s.clinic, format!("opened={forged}"));
            assert!(browser.get(&path).await.text.contains(ASKS), "{forged}");
        }
        s.clock.advance(15 * MINUTE);
        assert!(reader.get(&path).await.text.contains(ASKS), "asked again");
        assert_eq!(s.told("message.open_link").await, 1, "to look is not on record");
        s.clock.advance(MINUTE * 60 * 24 * 7);
        for nowhere in [path.as_str(), "/p/11111111111"] {
            let page = visitor.browser.get(nowhere).await;
            assert!(page.status == 404 && page.text.contains("Rien n’a été changé"), "{}", page.text);
            assert_eq!(visitor.status(nowhere, &pin).await, 404);
        }
    }

    async fn three_wrong_ones_close_the_link_for_good(db) {
        let s = scene(&db).await;
        let (path, other) = (s.letter(s.awa, "one").await, s.letter(s.awa, "two").await);
        let pin = s.pin(s.awa).await;
        let visitor = s.visitor(&path).await;
        let no = wrong(&pin);
        assert_eq!(visitor.status(&path, &no).await, 400);
        let opened = visitor.tries(&path, &pin).await;
        for expected in [400, 400, 403] {
            assert_eq!(visitor.status(&path, &no).await, expected, "the right one began the count anew");
        }
        assert_eq!(s.told("message.close_link").await, 1);
        for _ in 0..2 {
            let page = visitor.tries(&path, &pin).await;
            assert!(page.status == 403 && page.text.contains("reste fermé") && page.text.contains("Rien n’est perdu") && !page.text.contains(ASKS), "{}", page.text);
        }
        let reader = Session::with(&s.clinic, pass(&opened));
        assert!(!reader.get(&path).await.text.contains(SECRET), "closed to who had opened it, too");
        assert_eq!((s.told("message.close_link").await, visitor.status(&other, &pin).await), (1, 303), "the other one is not");
        assert_eq!(s.tried().await, 0);
    }

    async fn of_many_at_once_three_are_compared(db) {
        let s = scene(&db).await;
        let path = s.letter(s.awa, "one").await;
        let pin = s.pin(s.awa).await;
        let visitor = s.visitor(&path).await;
        let no = wrong(&pin);
        let all = (0..12).map(|_| visitor.status(&path, &no));
        let answered = futures_util::future::join_all(all).await;
        // The page says how the link stands by then: of the first two, too, it may be closed.
        let asked_again = answered.iter().filter(|status| **status == 400).count();
        let closed = answered.iter().filter(|status| **status == 403).count();
        assert!(asked_again <= 2 && asked_again + closed == 12, "{answered:?}");
        assert_eq!((s.tried().await, s.told("message.close_link").await), (3, 1));
        assert_eq!(visitor.status(&path, &pin).await, 403);
    }

    async fn ten_wrong_ones_over_all_links_close_the_pin(db) {
        let s = scene(&db).await;
        let pin = s.pin(s.awa).await;
        let no = wrong(&pin);
        let mut links = Vec::new();
        for number in 0..6 {
            links.push(s.letter(s.awa, &number.to_string()).await);
        }
        let visitor = s.visitor(&links[0]).await;
        for link in &links[..5] {
            let last = if link == &links[4] { 403 } else { 400 };
            assert_eq!((visitor.status(link, &no).await, visitor.status(link, &no).await), (400, last));
        }
        for link in [&links[0], &links[5]] {
            assert_eq!((visitor.status(link, &pin).await, visitor.browser.get(link).await.status.as_u16()), (403, 403));
        }
        assert_eq!(s.tried().await, 10);
        let desk = Session::of(&s.clinic, "agent").await;
        assert!(desk.get(&format!("/patients/{}/messages", s.awa)).await.text.contains("Fermé après trop d’essais"));
        let new = s.pin(s.awa).await;
        assert!(visitor.sees(&links[0]).await.contains("un essai"), "what was not compared did not count");
        for link in [&links[0], &links[5]] {
            assert_eq!(visitor.status(link, &new).await, 303);
        }
    }

    async fn a_new_pin_takes_the_formers_place(db) {
        let s = scene(&db).await;
        let path = s.letter(s.awa, "one").await;
        let visitor = s.visitor(&path).await;
        let desk = Session::of(&s.clinic, "agent").await;
        let page = format!("/patients/{}/messages", s.awa);
        assert!(desk.get(&page).await.text.contains("Pas encore donné"));
        let first = s.pin(s.awa).await;
        let shown = |page: &str| page.split_once("class=\"stat-value\" role=\"status\">").map(|(_, rest)| rest[..4].to_owned());
        let mut second = first.clone();
        while second == first {
            let given = desk.submit(&format!("{page}/pin"), &[]).await;
            assert_eq!((given.status.as_u16(), given.headers["cache-control"].to_str().unwrap()), (200, "no-store"));
            second = shown(&given.text).unwrap();
        }
        for lang in ["fr", "en"] {
            let again = desk.get(&format!("{page}?lang={lang}")).await.text;
            assert!(shown(&again).is_none() && again.contains("01/03/2027") && !again.contains('⟦'), "{again}");
        }
        assert_eq!((visitor.status(&path, &first).await, visitor.status(&path, &second).await), (400, 303));
        // She gives herself one.
        let own = Session::of(&s.clinic, "patient").await;
        let mine = own.get("/my/messages").await.text;
        let csrf = mine.split_once("name=\"csrf\" value=\"").unwrap().1.split('"').next().unwrap();
        let given = own.post("/my/messages/pin", &[("csrf", csrf)]).await;
        let third = shown(&given.text).unwrap();
        assert_eq!(visitor.status(&path, &third).await, 303);
        assert!(s.told("patient.pin").await >= 3);
        let mut tx = s.clinic.app.store.read(s.clinic.tenant).await.unwrap();
        let kept: String = tx.one(KEPT, params![s.clinic.tenant]).await.unwrap();
        let details: Vec<String> = tx.all(DETAILS, params![s.clinic.tenant]).await.unwrap();
        assert!(kept.len() == 64 && details.iter().all(|detail| !detail.contains(&format!("\"{third}\""))), "{details:?}");
    }

    async fn a_pin_is_given_by_who_may(db) {
        let s = scene(&db).await;
        let theirs = s.clinic.another("autre", "+221338210099").await;
        s.clinic.member(theirs, "elsewhere", Role::Admin).await;
        assert_eq!(s.by("elsewhere", s.awa).await.status, 404);
        for patient in [s.awa, s.moussa] {
            assert_eq!(s.by("patient", patient).await.status, 403, "for himself on his own page alone");
        }
        let own = s.clinic.ctx();
        let user = {
            let ctx = own;
            let mut tx = s.clinic.app.store.read(&ctx).await.unwrap();
            let found: uuid::Uuid = tx.one(ACCOUNT, params![s.clinic.tenant, s.awa]).await.unwrap();
            kernel::Id::from_uuid(found)
        };
        let ctx = kernel::Ctx { actor: kernel::Actor::User(user, Role::Patient), ..own };
        let refused = patients::api::give_pin(&s.clinic.app, &ctx, s.moussa).await.unwrap_err();
        assert_eq!(refused.kind, kernel::ProblemKind::NotFound);
        patients::api::give_pin(&s.clinic.app, &ctx, s.awa).await.unwrap();
        let program = kernel::Ctx::system(s.clinic.tenant, "test");
        assert!(patients::api::give_pin(&s.clinic.app, &program, s.awa).await.is_err());
        // The same phone, another's message.
        let (hers, his) = (s.letter(s.awa, "hers").await, s.letter(s.moussa, "his").await);
        let (pin, mut other) = (s.pin(s.awa).await, s.pin(s.moussa).await);
        while pin == other {
            other = s.pin(s.moussa).await;
        }
        let visitor = s.visitor(&hers).await;
        assert_eq!((visitor.status(&hers, &other).await, visitor.status(&his, &pin).await), (400, 400));
        assert_eq!((visitor.status(&hers, &pin).await, visitor.status(&his, &other).await), (303, 303));
        s.set(s.awa, Some(true), Patch::Keep).await;
        let refused = s.by("agent", s.awa).await;
        assert_eq!(code(&refused), (403, "record-restricted".to_owned()));
        assert!(patients::api::give_pin(&s.clinic.app, &ctx, s.awa).await.is_ok(), "she still may");
    }

    async fn of_records_that_are_one_the_kept_ones_pin_counts(db) {
        let s = scene(&db).await;
        let double = s.clinic.patient("Mousa", "Diop", PHONE).await;
        let path = s.letter(double, "one").await;
        let gone = s.pin(double).await;
        let mut kept = s.pin(s.moussa).await;
        while kept == gone {
            kept = s.pin(s.moussa).await;
        }
        s.merge(double, s.moussa).await;
        let visitor = s.visitor(&path).await;
        assert_eq!((visitor.status(&path, &gone).await, visitor.status(&path, &kept).await), (400, 303));
        s.clock.advance(MINUTE);
        let while_one = s.pin(double).await;
        assert_eq!(visitor.status(&path, &while_one).await, 303, "given by the record that is gone, it is the kept one's");
        s.join(double, "unmerge", None).await;
        assert!(visitor.tries(&path, &gone).await.text.contains("Aucun code secret"));
        let own = s.letter(s.moussa, "two").await;
        assert!(visitor.tries(&own, &while_one).await.text.contains("Aucun code secret"), "nobody knows to whom it was told");
        ok(s.by("agent", double).await);
    }
}

const ACCOUNT: Sql =
    Sql::new("SELECT user_id AS value FROM patient WHERE tenant_id = $1 AND id = $2");
