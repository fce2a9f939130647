//! The page on which people without an account ask for appointments: what a
//! stranger sees, what he can not do, and how much.

use std::time::Duration;

use axum::http::Method;
use futures_util::future::join_all;
use kernel::{Clock, Role, Timestamp, UserId};
use serde_json::{Value, json};
use store::{Sql, params};
use testkit::{
    clinic::{Answer, TestClinic},
    db::TestDb,
    on_both_engines,
    session::Session,
};

use crate::appointments::{ALL, HOURS};

/// A Wednesday; the clinic stands in Dakar, where clocks never change.
const NOW: &str = "2027-03-03T07:00:00Z";
/// The next Monday, on which the doctor receives.
const MONDAY: &str = "2027-03-08";
const PAGE: &str = "/book/demo";
const SETTING: &str = "/api/v1/appointments/online-booking/";
/// The secret of a visitor's forms.
const CSRF: &str = "0123456789abcdef0123456789abcdef";
const AIMEE: &str = "+221771112201";
const OTHER: &str = "+221771112209";

const BODY: Sql =
    Sql::new("SELECT body AS value FROM message WHERE tenant_id = $1 AND idempotency_key = $2");
const MESSAGES: Sql = Sql::new("SELECT COUNT(*) AS value FROM message WHERE tenant_id = $1");
const PATIENTS: Sql = Sql::new("SELECT COUNT(*) AS value FROM patient WHERE tenant_id = $1");
const VISITS: Sql = Sql::new("SELECT COUNT(*) AS value FROM appointment WHERE tenant_id = $1");
const TRAIL: Sql =
    Sql::new("SELECT COUNT(*) AS value FROM audit_event WHERE tenant_id = $1 AND action = $2");

struct Scene {
    clinic: TestClinic,
    clock: Clock,
    doctor: UserId,
    aimee: String,
}

/// A clinic with a doctor who receives eight patients on Mondays, and one patient.
async fn closed_scene(db: &TestDb) -> Scene {
    let clock = Clock::fixed(Timestamp::parse(NOW).unwrap());
    let clinic = TestClinic::with_clock(db, &clock).await;
    let tenant = clinic.tenant;
    let doctor = clinic.member(tenant, "dr-awa", Role::Practitioner).await;
    clinic.member(tenant, "chef", Role::Admin).await;
    let aimee = clinic.patient("Aimee", "Sow", AIMEE).await.to_string();
    let scene = Scene {
        clinic,
        clock,
        doctor,
        aimee,
    };
    let monday = json!({"medecin": doctor, "day_of_week": 0, "start_time": "08:00", "end_time": "12:00", "location": "Cabinet 2"});
    let made = scene.as_chef(Method::POST, HOURS, monday).await;
    assert_eq!(made.status, 201, "{}", made.text);
    scene
}

async fn scene(db: &TestDb) -> Scene {
    let scene = closed_scene(db).await;
    scene.open(true).await;
    scene
}

impl Scene {
    async fn as_chef(&self, method: Method, path: &str, body: Value) -> Answer {
        let token = self.clinic.token_of("chef").await;
        let body = (method != Method::GET).then_some(body);
        self.clinic.call_as(Some(&token), method, path, body).await
    }

    async fn open(&self, open: bool) {
        let set = self
            .as_chef(Method::PATCH, SETTING, json!({"open": open}))
            .await;
        assert_eq!(
            (set.status.as_u16(), &set.json()["open"]),
            (200, &json!(open)),
            "{}",
            set.text
        );
    }

    const fn visitor(&self) -> Session<'_> {
        Session::with(&self.clinic, String::new())
    }

    async fn get(&self, path: &str) -> Answer {
        self.visitor().get(path).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let visitor = Session::with(&self.clinic, format!("csrf={CSRF}"));
        visitor
            .post(path, &[&[("csrf", CSRF)], fields].concat())
            .await
    }

    fn slot_of(&self, doctor: UserId, day: &str, time: &str) -> String {
        let start = Timestamp::parse(&format!("{day}T{time}:00Z"))
            .unwrap()
            .seconds();
        format!("{start}-{}.{doctor}", start + 1800)
    }

    fn slot(&self, time: &str) -> String {
        self.slot_of(self.doctor, MONDAY, time)
    }

    /// Asks for this slot; a redirect when a code is on its way.
    async fn asks(&self, slot: &str, (first, last, phone): (&str, &str, &str)) -> Answer {
        let fields = [
            ("slot", slot),
            ("medecin", "all"),
            ("first_name", first),
            ("last_name", last),
            ("phone", phone),
        ];
        self.post(PAGE, &fields).await
    }

    /// The id under which somebody asked for the slot at this time.
    async fn asked(&self, time: &str, who: (&str, &str, &str)) -> String {
        id_in(&self.asks(&self.slot(time), who).await, "code")
    }

    async fn enter(&self, request: &str, code: &str) -> Answer {
        let fields = [("request", request), ("code", code)];
        self.post(&format!("{PAGE}/code"), &fields).await
    }

    /// The whole way to a request.
    async fn books(&self, time: &str, who: (&str, &str, &str)) -> String {
        let request = self.asked(time, who).await;
        let code = self.code(&request).await;
        assert_eq!(id_in(&self.enter(&request, &code).await, "done"), request);
        request
    }

    async fn sent(&self, request: &str) -> Option<String> {
        let mut tx = self
            .clinic
            .app
            .store
            .read(self.clinic.tenant)
            .await
            .unwrap();
        let values = params![self.clinic.tenant, format!("booking-code|{request}")];
        tx.optional(BODY, values).await.unwrap()
    }

    async fn code(&self, request: &str) -> String {
        let body = self.sent(request).await.unwrap();
        let code: String = body.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(code.len(), 6, "{body}");
        code
    }

    /// A code that is not the right one.
    async fn wrong(&self, request: &str) -> &'static str {
        match self.code(request).await.as_str() {
            "123456" => "654321",
            _ => "123456",
        }
    }

    async fn count(&self, sql: Sql) -> i64 {
        let mut tx = self
            .clinic
            .app
            .store
            .read(self.clinic.tenant)
            .await
            .unwrap();
        tx.one(sql, params![self.clinic.tenant]).await.unwrap()
    }

    async fn trail(&self, action: &str) -> i64 {
        let mut tx = self
            .clinic
            .app
            .store
            .read(self.clinic.tenant)
            .await
            .unwrap();
        tx.one(TRAIL, params![self.clinic.tenant, action])
            .await
            .unwrap()
    }

    async fn visits(&self) -> Vec<Value> {
        let list = self.as_chef(Method::GET, ALL, json!(null)).await.json();
        list["results"].as_array().unwrap().clone()
    }

    /// The hours of the Monday that a visitor is offered.
    async fn offered(&self) -> usize {
        let page = self.get(&format!("{PAGE}?medecin=all&day={MONDAY}")).await;
        page.text.matches("&amp;slot=").count()
    }
}

/// The id in the address that an answer leads to.
fn id_in(answer: &Answer, page: &str) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text);
    let to = answer.headers["location"].to_str().unwrap();
    let (start, id) = to.split_once("?request=").unwrap();
    assert_eq!(start, format!("{PAGE}/{page}"));
    id.to_owned()
}

fn refused(answer: &Answer, status: u16, words: &str) {
    assert!(
        answer.status == status && answer.text.contains(words),
        "{}, {words}: {}",
        answer.status,
        answer.text
    );
}

on_both_engines! {
    async fn a_program_that_fills_in_every_field_books_nothing(db) {
        let s = scene(&db).await;
        let slot = s.slot("08:00");
        let fields = [("slot", slot.as_str()), ("medecin", "all"), ("first_name", "Binta"), ("last_name", "Diop"), ("phone", OTHER), ("remarque", "https://spam.example")];
        let answer = s.post(PAGE, &fields).await;
        let request = id_in(&answer, "code");
        assert_eq!((s.sent(&request).await, s.visits().await.len()), (None, 0));
        let page = Session::with(&s.clinic, String::new()).get(&format!("{PAGE}/code?request={request}")).await;
        assert_eq!(page.status, 200, "it is told what everybody is told");
        assert!(s.sent(&s.asked("08:00", ("Binta", "Diop", OTHER)).await).await.is_some());
        let form = Session::with(&s.clinic, String::new()).get(&format!("{PAGE}?medecin=all&slot={slot}")).await.text;
        assert!(form.contains("name=\"remarque\" type=\"text\" tabindex=\"-1\" autocomplete=\"off\""), "{form}");
    }

    async fn a_clinic_has_the_page_only_when_it_opens_it(db) {
        let s = closed_scene(&db).await;
        let fields = [("slot", "1-2.x")];
        let mut answers = Vec::new();
        for page in [PAGE, "/book/nulle-part"] {
            for path in ["", "/code", "/done", "/mine", "?medecin=all"] {
                answers.push(s.get(&format!("{page}{path}")).await);
            }
            for path in ["", "/code", "/mine", "/mine/cancel"] {
                answers.push(s.post(&format!("{page}{path}"), if path.is_empty() { &fields } else { &[] }).await);
            }
        }
        for answer in &answers {
            assert_eq!(answer.status, 404, "{}", answer.text);
            assert!(answer.text.contains("appelez la clinique"), "{}", answer.text);
            assert!(!answer.text.contains("Clinique demo"), "{}", answer.text);
        }
        let shown = s.as_chef(Method::GET, SETTING, json!(null)).await;
        assert_eq!(shown.json(), json!({"open": false, "page": "http://clinic.test/book/demo", "hold_minutes": 15, "version": 0}));
        s.open(true).await;
        assert_eq!(s.get(PAGE).await.status, 200);
        assert_eq!(s.get("/book/nulle-part").await.status, 404);
        // Another clinic's page is its own affair.
        s.clinic.another("autre", "+221338210001").await;
        assert_eq!(s.get("/book/autre").await.status, 404);
        let chef = Session::of(&s.clinic, "chef").await;
        let page = chef.get("/settings/booking").await.text;
        assert!(page.contains("http://clinic.test/book/demo") && page.contains("name=\"version\" value=\"1\""), "{page}");
        assert!(!chef.get("/settings/booking?lang=en").await.text.contains('⟦'));
        let csrf = page.split_once("name=\"csrf\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
        let stale = chef.post("/settings/booking", &[("csrf", &csrf), ("version", "7")]).await;
        assert_eq!(stale.status, 412, "{}", stale.text);
        let hold = async |minutes: &str| chef.post("/settings/booking", &[("csrf", &csrf), ("version", "1"), ("sets_hold", "true"), ("hold_minutes", minutes)]).await;
        for wrong in ["", "3", "une heure"] {
            let refused = hold(wrong).await;
            assert_eq!(refused.status, 400, "{wrong}");
            assert!(refused.text.contains("de 5 à 1440. La durée d’avant reste") && refused.text.contains(&format!("value=\"{wrong}\" aria-invalid")), "{}", refused.text);
        }
        assert_eq!(s.get(PAGE).await.status, 200, "the page stays open");
        let shut = chef.post("/settings/booking", &[("csrf", &csrf), ("version", "1")]).await;
        assert_eq!(shut.status, 303, "{}", shut.text);
        assert_eq!(s.get(PAGE).await.status, 404);
        assert_eq!((s.trail("online_booking.open").await, s.trail("online_booking.close").await), (1, 1));
        for who in ["dr-awa", "agent"] {
            let token = s.clinic.token_of(who).await;
            let set = s.clinic.call_as(Some(&token), Method::PATCH, SETTING, Some(json!({"open": true}))).await;
            assert_eq!(set.status, 403, "{who}");
        }
    }

    async fn who_proves_his_number_asks_in_four_screens(db) {
        let s = scene(&db).await;
        let days = s.get(PAGE).await.text;
        assert!(days.contains("lundi 8 mars") && days.contains("8 horaires libres"), "one doctor, no choice: {days}");
        assert_eq!(days.matches("&amp;day=").count(), 4, "28 days: {days}");
        let hours = s.get(&format!("{PAGE}?medecin={}&day={MONDAY}", s.doctor)).await.text;
        assert_eq!(hours.matches("&amp;slot=").count(), 8, "{hours}");
        let slot = s.slot("08:30");
        for lang in ["fr", "en"] {
            for path in ["".to_owned(), format!("?slot={slot}"), format!("?medecin=all&day={MONDAY}"), "/mine".to_owned(), "/code?request=x".to_owned()] {
                let and = if path.contains('?') { '&' } else { '?' };
                let page = s.get(&format!("{PAGE}{path}{and}lang={lang}")).await;
                assert_eq!(page.status, 200, "{path}: {}", page.text);
                assert!(!page.text.contains('⟦') && !page.text.contains("<script>") && !page.text.contains(" style="), "{path}: {}", page.text);
                assert!(page.text.contains("Clinique demo") && !page.text.contains("Aimee"), "{path}: {}", page.text);
            }
        }
        let letterhead = s.as_chef(Method::PUT, "/api/v1/letterhead/", json!({"phone": "33 821 00 00"})).await;
        assert_eq!(letterhead.status, 200, "{}", letterhead.text);
        let last = s.get(&format!("{PAGE}?medecin=all&slot={slot}")).await.text;
        assert!(last.contains("33 821 00 00"), "{last}");
        for words in ["lundi 8 mars à 08:30", "Cabinet 2", "name=\"first_name\"", "name=\"phone\"", &format!("name=\"slot\" value=\"{slot}\"")] {
            assert!(last.contains(words), "{words}: {last}");
        }
        let wrong = s.asks(&slot, ("", "Diop", "12")).await;
        assert_eq!(wrong.status, 400);
        for words in ["id=\"e-first_name\"", "id=\"e-phone\"", "value=\"Diop\"", "lundi 8 mars à 08:30"] {
            assert!(wrong.text.contains(words), "{words}: {}", wrong.text);
        }
        let request = s.asked("08:30", ("Binta", "Diop", "77 111 22 09")).await;
        let page = s.get(&format!("{PAGE}/code?request={request}")).await.text;
        assert!(page.contains("lundi 8 mars à 08:30") && !page.contains("Binta") && !page.contains("771112209") && !page.contains("77 111"), "{page}");
        let body = s.sent(&request).await.unwrap();
        assert!(body.starts_with("Clinique demo. Code ") && !body.contains("Binta") && !body.contains("08:30"), "{body}");
        assert_eq!((s.count(VISITS).await, s.count(PATIENTS).await, s.offered().await), (0, 1, 8), "nothing before the code");
        assert_eq!(s.get(&format!("{PAGE}/done?request={request}")).await.status, 404);
        let made = s.enter(&request, &s.code(&request).await).await;
        assert_eq!(id_in(&made, "done"), request);
        let done = s.get(&format!("{PAGE}/done?request={request}")).await.text;
        for words in ["lundi 8 mars à 08:30", "Dr Fatou Sow", "La clinique vous répond", "/book/demo/mine"] {
            assert!(done.contains(words), "{words}: {done}");
        }
        assert!(!done.contains("Binta"));
        let visits = s.visits().await;
        assert_eq!(visits.len(), 1);
        assert_eq!((&visits[0]["status"], &visits[0]["patient_name"], &visits[0]["online"]), (&json!("pending"), &json!("Binta Diop"), &json!(true)));
        assert_eq!(s.count(PATIENTS).await, 2);
        let patient = s.as_chef(Method::GET, &format!("/api/patients/{}/", visits[0]["patient"].as_str().unwrap()), json!(null)).await.json();
        assert_eq!((&patient["status"], &patient["phone"]), (&json!("pending"), &json!(OTHER)), "{patient}");
        assert_eq!(s.offered().await, 7, "it keeps its place");
        let agent = Session::of(&s.clinic, "agent").await;
        let board = agent.get(&format!("/agenda?date={MONDAY}")).await.text;
        assert_eq!(board.matches("Demande en ligne").count(), 2, "{board}");
        let one = agent.get(&format!("/agenda/appointments/{}", visits[0]["id"].as_str().unwrap())).await.text;
        assert!(one.contains("Demande en ligne") && one.contains("le nom ne l’est pas"), "{one}");
        assert_eq!(s.count(MESSAGES).await, 1, "no other message");
        s.clock.advance(Duration::from_secs(15 * 60 + 1));
        assert_eq!(s.offered().await, 8, "the usual hold");
    }

    async fn a_known_number_is_met_like_any_other(db) {
        let s = scene(&db).await;
        let mut told = Vec::new();
        for (time, who) in [("08:00", ("Aimee", "Sow", AIMEE)), ("08:30", ("Aimee", "Sow", OTHER)), ("09:00", ("Aime", "Sow", AIMEE))] {
            let request = s.asked(time, who).await;
            let page = s.get(&format!("{PAGE}/code?request={request}")).await.text;
            let wrong = s.enter(&request, s.wrong(&request).await).await;
            let right = s.enter(&request, &s.code(&request).await).await;
            let done = s.get(&format!("{PAGE}/done?request={request}")).await;
            let flow = [page, wrong.text, right.text, done.text].join("\n");
            let steps = (wrong.status, right.status, done.status);
            let csrf = |text: &str| text.split("name=\"csrf\" value=\"").map(|part| part.split_once('"').map_or(part, |(_, rest)| rest).to_owned()).collect::<String>();
            let headers = |text: String| text.lines().filter(|line| !line.contains("hx-headers")).collect::<String>();
            told.push((steps, headers(csrf(&flow)).replace(&request, "ID").replace(time, "TIME")));
        }
        assert_eq!(told[0], told[1], "known or not");
        assert_eq!(told[0], told[2], "known with this name or nearly this name");
        let visits = s.visits().await;
        let patients: Vec<&str> = visits.iter().map(|visit| visit["patient"].as_str().unwrap()).collect();
        assert_eq!(patients[0], s.aimee, "one patient with this number and name");
        // A name that is nearly the same may be a brother's.
        assert!(patients[1] != s.aimee && patients[2] != s.aimee && patients[1] != patients[2], "{patients:?}");
        assert_eq!(s.count(PATIENTS).await, 3);
        // Two with this number and name: nobody knows which.
        s.clock.advance(Duration::from_secs(3601));
        let twin = json!({"first_name": "Khady", "last_name": "Ba", "phone": OTHER, "date_of_birth": "1990-01-02"});
        assert_eq!(s.as_chef(Method::POST, "/api/patients/", twin).await.status, 201);
        let other = json!({"first_name": "Khady", "last_name": "Ba", "phone": OTHER, "date_of_birth": "1960-05-06"});
        assert_eq!(s.as_chef(Method::POST, "/api/patients/", other).await.status, 201);
        s.books("10:00", ("Khady", "Ba", OTHER)).await;
        assert_eq!(s.count(PATIENTS).await, 6);
    }

    async fn nothing_that_was_not_offered_can_be_asked_for(db) {
        let s = scene(&db).await;
        let elsewhere = s.clinic.another("autre", "+221338210001").await;
        let foreign = s.clinic.member(elsewhere, "dr-ailleurs", Role::Practitioner).await;
        let idle = s.clinic.member(s.clinic.tenant, "dr-sans-heures", Role::Practitioner).await;
        let who = ("Binta", "Diop", OTHER);
        for slot in [
            s.slot_of(s.doctor, MONDAY, "08:10"),
            s.slot_of(s.doctor, "2027-03-09", "08:00"),
            // A Monday, but in 33 days.
            s.slot_of(s.doctor, "2027-04-05", "08:00"),
            // A Monday that is over.
            s.slot_of(s.doctor, "2027-03-01", "08:00"),
            s.slot_of(foreign, MONDAY, "08:00"),
            s.slot_of(idle, MONDAY, "08:00"),
        ] {
            refused(&s.asks(&slot, who).await, 409, "Rien n’est demandé");
        }
        for slot in ["", "1-2", "x"] {
            assert_eq!(s.asks(slot, who).await.status, 400);
        }
        assert_eq!((s.count(MESSAGES).await, s.count(VISITS).await), (0, 0));
        let fields = [("slot", s.slot("08:00"))];
        let fields = [("slot", fields[0].1.as_str()), ("first_name", "Binta"), ("last_name", "Diop"), ("phone", OTHER)];
        assert_eq!(s.visitor().post(PAGE, &fields).await.status, 403, "only our own form");
        // Neither can a slot that takes its place when the first one is gone.
        let request = s.asked("08:00", who).await;
        let code = s.code(&request).await;
        for slot in [s.slot_of(foreign, MONDAY, "08:00"), s.slot("08:10"), s.slot_of(idle, MONDAY, "09:00")] {
            let fields = [("request", request.as_str()), ("code", &code), ("slot", &slot)];
            assert_eq!(s.post(&format!("{PAGE}/code"), &fields).await.status, 409, "{slot}");
        }
        assert_eq!(s.count(VISITS).await, 0);
        assert_eq!(id_in(&s.enter(&request, &code).await, "done"), request);
    }

    async fn a_code_serves_once_for_its_own_number_and_not_for_long(db) {
        let s = scene(&db).await;
        let mine = s.asked("08:00", ("Binta", "Diop", OTHER)).await;
        let theirs = s.asked("08:30", ("Aimee", "Sow", AIMEE)).await;
        let (my_code, their_code) = (s.code(&mine).await, s.code(&theirs).await);
        if my_code != their_code {
            refused(&s.enter(&theirs, &my_code).await, 400, "id=\"e-code\"");
        }
        for unknown in ["", "x", "01980000-0000-7000-8000-000000000000"] {
            refused(&s.enter(unknown, &my_code).await, 400, "id=\"e-code\"");
        }
        // Another clinic's page does not know it.
        s.clinic.another("autre", "+221338210001").await;
        s.clinic.member(s.clinic.tenant, "plateforme", Role::SuperAdmin).await;
        refused(&s.post("/book/autre/code", &[("request", &mine), ("code", &my_code)]).await, 404, "appelez la clinique");
        let wrong = s.wrong(&mine).await;
        for _ in 0..5 {
            refused(&s.enter(&mine, wrong).await, 400, "id=\"e-code\"");
        }
        refused(&s.enter(&mine, &my_code).await, 400, "id=\"e-code\"");
        assert_eq!(s.count(VISITS).await, 0, "the sixth try");
        let done = s.enter(&theirs, &format!(" {their_code} ")).await;
        assert_eq!(id_in(&done, "done"), theirs);
        for code in [their_code.as_str(), "000000"] {
            assert_eq!(id_in(&s.enter(&theirs, code).await, "done"), theirs, "again");
        }
        assert_eq!(s.count(VISITS).await, 1, "a code makes one request");
        let late = s.asked("09:00", ("Binta", "Diop", OTHER)).await;
        let code = s.code(&late).await;
        s.clock.advance(Duration::from_secs(600));
        refused(&s.enter(&late, &code).await, 400, "id=\"e-code\"");
        let shut = s.asked("09:00", ("Binta", "Diop", OTHER)).await;
        let code = s.code(&shut).await;
        s.open(false).await;
        refused(&s.enter(&shut, &code).await, 404, "appelez la clinique");
        assert_eq!(s.count(VISITS).await, 1);
    }

    async fn of_two_at_once_on_the_last_place_one_chooses_again(db) {
        let s = scene(&db).await;
        let one = s.asked("08:00", ("Binta", "Diop", OTHER)).await;
        let two = s.asked("08:00", ("Aimee", "Sow", AIMEE)).await;
        let (code_one, code_two) = (s.code(&one).await, s.code(&two).await);
        let both = join_all([s.enter(&one, &code_one), s.enter(&two, &code_two), s.enter(&one, &code_one), s.enter(&two, &code_two)]).await;
        let mut statuses: Vec<u16> = both.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 303, 409, 409]);
        assert_eq!(s.count(VISITS).await, 1);
        let lost = both.iter().find(|answer| answer.status == 409).unwrap();
        let (request, code) = if lost.text.contains(&one) { (one, code_one) } else { (two, code_two) };
        let next = s.slot("08:30");
        assert!(lost.text.contains(&format!("name=\"slot\" value=\"{next}\"")) && !lost.text.contains(&s.slot("08:00")), "{}", lost.text);
        let fields = [("request", request.as_str()), ("code", &code), ("slot", &next)];
        assert_eq!(id_in(&s.post(&format!("{PAGE}/code"), &fields).await, "done"), request);
        let starts: Vec<Value> = s.visits().await.iter().map(|visit| visit["requested_start"].clone()).collect();
        assert_eq!(starts, [json!("2027-03-08T08:00:00+00:00"), json!("2027-03-08T08:30:00+00:00")]);
    }

    async fn codes_are_counted_by_number_and_by_clinic(db) {
        let s = scene(&db).await;
        let (slot, who) = (s.slot("08:00"), ("Binta", "Diop", OTHER));
        let many = join_all((0..6).map(|_| s.asks(&slot, who))).await;
        let sent = many.iter().filter(|answer| answer.status == 303).count();
        assert_eq!(sent, 3, "an hour of one number, all at once");
        assert_eq!(s.count(MESSAGES).await, 3);
        refused(&s.asks(&slot, who).await, 429, "Ce numéro a reçu assez de codes");
        refused(&s.post(&format!("{PAGE}/mine"), &[("phone", OTHER)]).await, 429, "Ce numéro a reçu assez de codes");
        assert_eq!(s.asks(&slot, ("Aimee", "Sow", AIMEE)).await.status, 303, "another number");
        s.clock.advance(Duration::from_secs(3601));
        for _ in 0..3 {
            assert_eq!(s.asks(&slot, who).await.status, 303);
        }
        s.clock.advance(Duration::from_secs(3601));
        refused(&s.asks(&slot, who).await, 429, "Ce numéro a reçu assez de codes");
        s.clock.advance(Duration::from_secs(24 * 3600));
        assert_eq!(s.asks(&slot, who).await.status, 303, "another day");
        for index in 0..59 {
            let phone = format!("+2217755501{index:02}");
            assert_eq!(s.asks(&slot, ("Binta", "Diop", &phone)).await.status, 303, "{index}");
        }
        refused(&s.asks(&slot, ("Binta", "Diop", "+221775550199")).await, 429, "Trop de codes ont été demandés");
        assert_eq!(s.count(MESSAGES).await, 67);
        assert_eq!(s.count(VISITS).await, 0, "a flood holds no place");
        assert_eq!(s.offered().await, 8);
    }

    async fn a_number_has_two_requests_at_most_and_sees_and_drops_its_own(db) {
        let s = scene(&db).await;
        let who = ("Binta", "Diop", OTHER);
        s.books("08:00", who).await;
        s.books("08:30", who).await;
        let third = s.asked("09:00", ("Moussa", "Ka", OTHER)).await;
        let code = s.code(&third).await;
        refused(&s.enter(&third, &code).await, 409, "Deux demandes sont déjà en cours");
        assert_eq!((s.count(VISITS).await, s.count(PATIENTS).await), (2, 2));
        s.clock.advance(Duration::from_secs(3601));
        let stranger = s.post(&format!("{PAGE}/mine"), &[("phone", AIMEE)]).await;
        let nothing = id_in(&stranger, "code");
        assert_eq!(s.sent(&nothing).await, None, "nobody is told of nothing");
        let look = id_in(&s.post(&format!("{PAGE}/mine"), &[("phone", "77 111 22 09")]).await, "code");
        let page = |id: &str| format!("{PAGE}/code?request={id}");
        let (known, unknown) = (s.get(&page(&look)).await.text, s.get(&page(&nothing)).await.text);
        assert_eq!(known.contains("mars"), unknown.contains("mars"));
        refused(&s.post(&format!("{PAGE}/mine"), &[("phone", "12")]).await, 400, "id=\"e-phone\"");
        let list = format!("{PAGE}/mine?request={look}");
        assert_eq!(s.get(&list).await.status, 404, "before the code");
        let visits = s.visits().await;
        let first = visits[0]["id"].as_str().unwrap();
        let drop = async |request: &str, id: &str| s.post(&format!("{PAGE}/mine/cancel"), &[("request", request), ("appointment", id)]).await;
        assert_eq!(drop(&look, first).await.status, 404, "before the code");
        refused(&s.enter(&look, s.wrong(&look).await).await, 400, "id=\"e-code\"");
        assert_eq!(id_in(&s.enter(&look, &s.code(&look).await).await, "mine"), look);
        let text = s.get(&list).await.text;
        assert!(text.contains("lundi 8 mars à 08:00") && text.contains("lundi 8 mars à 08:30") && !text.contains("Binta"), "{text}");
        let others = s.as_chef(Method::POST, ALL, json!({"patient": s.aimee, "medecin": s.doctor, "requested_start": "2027-03-08T11:00:00Z", "requested_end": "2027-03-08T11:30:00Z"})).await;
        assert_eq!(others.status, 201, "{}", others.text);
        assert_eq!(drop(&look, others.json()["id"].as_str().unwrap()).await.status, 404, "another's");
        assert_eq!(drop(&third, first).await.status, 404, "a code for a visit opens no list");
        assert_eq!(id_of_done(&drop(&look, first).await), look);
        assert!(!s.get(&list).await.text.contains("lundi 8 mars à 08:00"));
        assert_eq!(s.visits().await[0]["status"], "cancelled");
        let fourth = s.asked("09:30", who).await;
        assert_eq!(id_in(&s.enter(&fourth, &s.code(&fourth).await).await, "done"), fourth, "there is room for one again");
        s.clock.advance(Duration::from_secs(600));
        assert_eq!(s.get(&list).await.status, 404, "ten minutes");
    }

    async fn who_has_no_account_is_told_where_he_asked(db) {
        const TOLD: Sql = Sql::new("SELECT body AS value FROM message WHERE tenant_id = $1 AND category = 'notification' ORDER BY created_at DESC, id DESC LIMIT 1");
        let s = scene(&db).await;
        s.books("08:00", ("Binta", "Diop", OTHER)).await;
        s.books("08:30", ("Awa", "Sow", AIMEE)).await;
        for (visit, shared) in s.visits().await.iter().zip([false, true]) {
            s.clock.advance(Duration::from_secs(1));
            let path = format!("{ALL}{}/confirm/", visit["id"].as_str().unwrap());
            assert_eq!(s.as_chef(Method::POST, &path, json!({})).await.status, 200);
            let mut tx = s.clinic.app.store.read(s.clinic.tenant).await.unwrap();
            let body: String = tx.one(TOLD, params![s.clinic.tenant]).await.unwrap();
            assert!(body.contains("http://clinic.test/b/demo"), "{body}");
            assert_eq!(body.contains("08/03/2027"), !shared, "on a shared phone nothing of the visit: {body}");
        }
        let to = s.get("/b/demo").await;
        assert_eq!((to.status.as_u16(), to.headers["location"].to_str().unwrap()), (303, PAGE));
        s.open(false).await;
        assert_eq!(s.get("/b/demo").await.status, 404);
    }

    async fn what_was_typed_is_forgotten(db) {
        const KEPT: Sql = Sql::new("SELECT COUNT(*) AS value FROM booking_code WHERE tenant_id = $1");
        let s = scene(&db).await;
        s.books("08:00", ("Binta", "Diop", OTHER)).await;
        s.asked("08:30", ("Moussa", "Ka", OTHER)).await;
        clinic::sweep(&s.clinic.app).await.unwrap();
        assert_eq!(s.count(KEPT).await, 2);
        s.clock.advance(Duration::from_secs(48 * 3600 + 1));
        clinic::sweep(&s.clinic.app).await.unwrap();
        assert_eq!((s.count(KEPT).await, s.count(VISITS).await), (0, 1));
    }

    async fn a_patient_has_three_to_come_that_he_asked_for(db) {
        let s = scene(&db).await;
        s.clinic.member(s.clinic.tenant, "moussa", Role::Patient).await;
        let token = s.clinic.token_of("moussa").await;
        let record = s.clinic.call_as(Some(&token), Method::POST, "/api/v1/fiche-consultation/", Some(crate::records::input())).await;
        let patient = record.json()["patient_id"].clone();
        let body = |time: &str| json!({"medecin": s.doctor, "requested_start": format!("{MONDAY}T{time}:00Z")});
        let ask = async |token: &str, time: &str, patient: Option<&Value>| {
            let mut body = body(time);
            let start = Timestamp::parse(body["requested_start"].as_str().unwrap()).unwrap();
            body["requested_end"] = json!(start.plus(Duration::from_secs(1800)).rfc3339(&kernel::Zone::utc()));
            if let Some(patient) = patient {
                body["patient"] = patient.clone();
            }
            s.clinic.call_as(Some(token), Method::POST, ALL, Some(body)).await
        };
        let times = ["08:00", "08:30", "09:00", "09:30", "10:00"];
        let all = join_all(times.map(|time| ask(&token, time, None))).await;
        let mut codes: Vec<String> = all.iter().map(|answer| format!("{} {}", answer.status.as_u16(), answer.json()["code"].as_str().unwrap_or_default())).collect();
        codes.sort_unstable();
        let (made, many) = ("201 ", "409 too-many-open-appointments");
        assert_eq!(codes, [made, made, made, many, many]);
        let agent = s.clinic.token_of("agent").await;
        for time in ["10:30", "11:00"] {
            assert_eq!(ask(&agent, time, Some(&patient)).await.status, 201, "staff are not counted");
        }
        let first = all.iter().find(|answer| answer.status == 201).unwrap().json();
        let path = format!("{ALL}{}/cancel/", first["id"].as_str().unwrap());
        assert_eq!(s.clinic.call_as(Some(&token), Method::POST, &path, Some(json!({}))).await.status, 200);
        assert_eq!(ask(&token, "11:30", None).await.status, 201);
        assert_eq!(ask(&token, "08:00", None).await.status, 409);
    }
}

fn id_of_done(answer: &Answer) -> String {
    let id = id_in(answer, "mine");
    id.strip_suffix("&done=cancelled").unwrap().to_owned()
}
