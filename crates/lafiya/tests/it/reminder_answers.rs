//! What patients answer to reminders, by a digit and over the short link.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, Request},
};
use clinic::patients::api::PatientId;
use kernel::{Clock, Ctx, Role, TenantId, Timestamp};
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, OURS, PUBLIC_URL, TestClinic, ok},
    db::{TestDb, eventually},
    on_both_engines,
    session::Session,
};
use webkit::{Budgets, Rate};

use crate::appointments::{ALL, HOURS};

/// A Wednesday; the clinics stand in Dakar, where clocks never change.
const NOW: &str = "2027-03-03T07:00:00Z";
/// Shortly after the reminder of the evening before.
const EVENING: &str = "2027-03-04T18:05:00Z";
/// When the doctors receive: the Friday.
const DAY: &str = "2027-03-05";
const LIMIT: Duration = Duration::from_secs(30);
const AWA: &str = "+221772000001";
/// In the DRC no SMS comes back.
const KINSHASA: &str = "+243812345678";
const THEIRS: &str = "+221338210001";

struct Scene {
    clinic: TestClinic,
    clock: Clock,
    other: TenantId,
}

/// Two clinics, each with a doctor who receives on Fridays.
async fn scene(db: &TestDb) -> Scene {
    let clock = Clock::fixed(Timestamp::parse(NOW).unwrap());
    let clinic = TestClinic::with_clock(db, &clock).await;
    let other = clinic.another("autre", THEIRS).await;
    for (tenant, name) in [(clinic.tenant, "dr-awa"), (other, "dr-la")] {
        clinic.member(tenant, name, Role::Practitioner).await;
        let token = clinic.token_of(name).await;
        let hours = json!({"day_of_week": 4, "start_time": "08:00", "end_time": "12:00", "consultation_type": "presentiel"});
        ok(call(&clinic, &token, Method::POST, HOURS, hours).await);
    }
    Scene {
        clinic,
        clock,
        other,
    }
}

async fn call(clinic: &TestClinic, token: &str, method: Method, path: &str, body: Value) -> Answer {
    let body = (method != Method::GET).then_some(body);
    clinic.call_as(Some(token), method, path, body).await
}

impl Scene {
    /// Calls as this person, signed in anew: the tests move the clock.
    async fn by(&self, who: &str, method: Method, path: &str, body: Value) -> Answer {
        let token = self.clinic.token_of(who).await;
        call(&self.clinic, &token, method, path, body).await
    }

    async fn get(&self, who: &str, path: &str) -> Value {
        ok(self.by(who, Method::GET, path, json!(null)).await)
    }

    /// An appointment on the Friday that this doctor agreed to.
    async fn visit(&self, doctor: &str, patient: PatientId, at: &str) -> String {
        let start = Timestamp::parse(&format!("{DAY}T{at}:00Z")).unwrap();
        let end = start.plus(Duration::from_secs(1800));
        let zone = kernel::Zone::utc();
        let doctor_id = self.get(doctor, "/api/v1/auth/me/").await["id"].clone();
        let wish = json!({"patient": patient, "medecin": doctor_id, "requested_start": start.rfc3339(&zone), "requested_end": end.rfc3339(&zone)});
        let made = ok(self.by(doctor, Method::POST, ALL, wish).await);
        let id = made["id"].as_str().unwrap().to_owned();
        self.act(doctor, &id, "confirm", json!({})).await;
        id
    }

    async fn act(&self, who: &str, id: &str, action: &str, body: Value) -> Value {
        let path = format!("{ALL}{id}/{action}/");
        ok(self.by(who, Method::POST, &path, body).await)
    }

    async fn one(&self, id: &str) -> Value {
        self.get("dr-awa", &format!("{ALL}{id}/")).await
    }

    /// How the appointment stands, and whether the patient said that he comes.
    async fn state(&self, id: &str) -> (String, bool) {
        let one = self.one(id).await;
        let status = one["status"].as_str().unwrap().to_owned();
        (status, !one["patient_coming_at"].is_null())
    }

    /// Lets the evening come; the reminders of this number.
    async fn reminded(&mut self, phone: &str) -> Vec<String> {
        let evening = Timestamp::parse(EVENING).unwrap();
        self.clock.advance(evening.since(self.clock.now()));
        self.clinic.start_work();
        self.work_done().await;
        let sent = self.sent(phone).await.into_iter();
        sent.map(|(_, text)| text)
            .filter(|text| text.contains("Rappel") || text.contains("information"))
            .collect()
    }

    /// Waits until no work is due in either clinic.
    async fn work_done(&self) {
        eventually("the work", LIMIT, || async {
            for tenant in [self.clinic.tenant, self.other] {
                let mut tx = self.clinic.app.store.read(tenant).await.unwrap();
                for due in DUE {
                    let values = ::store::params![tenant, self.clock.now()];
                    let left: i64 = tx.one(*due, values).await.unwrap();
                    if left > 0 {
                        return None;
                    }
                }
            }
            Some(())
        })
        .await;
    }

    /// What was sent to this number: ids and texts, in no order, since time stands still.
    async fn sent(&self, phone: &str) -> Vec<(String, String)> {
        let outbox = self.get("agent", "/api/v1/outbox/?page_size=100").await;
        let rows = outbox["results"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        rows.filter(|row| row["recipient"] == phone)
            .map(|row| (text(&row["id"]), text(&row["body"])))
            .collect()
    }

    /// What was sent to this number beside what is known already.
    async fn sent_since(&self, phone: &str, known: &[(String, String)]) -> Vec<String> {
        let sent = self.sent(phone).await.into_iter();
        sent.filter(|one| !known.contains(one))
            .map(|(_, text)| text)
            .collect()
    }

    /// A patient writes; what came back to him.
    async fn writes(&self, kind: &str, from: &str, text: &str) -> Vec<String> {
        let before = self.sent(from).await;
        let form = match kind {
            "sms" => self.clinic.sms(from, text),
            _ => self.clinic.whatsapp(from, text),
        };
        assert_eq!(self.clinic.webhook(kind, &form).await.status, 200);
        self.work_done().await;
        self.sent_since(from, &before).await
    }

    /// What stands in the first conversation: kind and text.
    async fn thread(&self) -> Vec<(String, String)> {
        let list = self.get("agent", "/api/v1/inbox/conversations/").await;
        let id = list["results"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/inbox/conversations/{id}/");
        let thread = self.get("agent", &path).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let entries = thread["entries"].as_array().unwrap().iter();
        entries
            .map(|entry| (text(&entry["kind"]), text(&entry["body"])))
            .collect()
    }

    /// The conversation of this patient, or of the number that nobody's is.
    async fn conversation(&self, patient: Option<PatientId>) -> Value {
        let list = self.get("agent", "/api/v1/inbox/conversations/").await;
        let all = list["results"].as_array().unwrap().iter();
        let mut his = all.filter(|one| one["patient_id"] == json!(patient));
        his.next().unwrap().clone()
    }

    /// The agent takes it over, or gives it back.
    async fn hold(&self, conversation: &Value, held: bool) {
        let me = self.get("agent", "/api/v1/auth/me/").await["id"].clone();
        let to = json!({"user_id": if held { me } else { json!(null) }});
        let id = conversation["id"].as_str().unwrap();
        let path = format!("/api/v1/inbox/conversations/{id}/assign/");
        let answer = self.by("agent", Method::POST, &path, to).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
    }

    async fn answers(&self) -> Value {
        let path = "/api/v1/audit/?action=appointment.answer";
        self.get("admin", path).await["count"].clone()
    }
}

const DUE: &[::store::Sql] = &[
    ::store::Sql::new(
        "SELECT COUNT(*) AS value FROM appointment_reminder WHERE tenant_id = $1 AND (work_due_at <= $2 OR work_held_by IS NOT NULL)",
    ),
    ::store::Sql::new(
        "SELECT COUNT(*) AS value FROM webhook_event WHERE tenant_id = $1 AND (work_due_at <= $2 OR work_held_by IS NOT NULL)",
    ),
    ::store::Sql::new(
        "SELECT COUNT(*) AS value FROM message WHERE tenant_id = $1 AND (work_due_at <= $2 OR work_held_by IS NOT NULL)",
    ),
];

const NO_ONE: (&str, bool) = ("confirmed", false);

fn same(state: &(String, bool), expected: (&str, bool)) -> bool {
    (state.0.as_str(), state.1) == expected
}

/// The path of the short link in a reminder.
fn link(text: &str) -> String {
    let (_, rest) = text
        .split_once(PUBLIC_URL)
        .unwrap_or_else(|| panic!("no link: {text}"));
    rest.split_whitespace().next().unwrap().to_owned()
}

on_both_engines! {
    async fn one_says_that_he_comes_and_two_calls_it_off(db) {
        let mut s = scene(&db).await;
        let awa = s.clinic.patient("Awa", "Diop", AWA).await;
        let id = s.visit("dr-awa", awa, "10:00").await;
        let reminders = s.reminded(AWA).await;
        assert_eq!(reminders.len(), 1, "{reminders:?}");
        assert!(reminders[0].contains("05/03/2027 à 10:00. Répondez 1 pour confirmer votre venue, 2 pour annuler."), "{reminders:?}");
        let before = s.one(&id).await["version"].as_i64().unwrap();
        let thanks = s.writes("sms", AWA, " 1.").await;
        assert!(thanks.len() == 1 && thanks[0].contains("nous vous attendons le 05/03/2027 à 10:00"), "{thanks:?}");
        let one = s.one(&id).await;
        assert_eq!((&one["status"], one["version"].as_i64()), (&json!("confirmed"), Some(before + 1)));
        assert_eq!(one["patient_coming_at"], "2027-03-04T18:05:00+00:00");
        let mut thread = s.thread().await;
        thread.sort();
        assert_eq!(thread, [("inbound".to_owned(), " 1.".to_owned()), ("outbound".to_owned(), thanks[0].clone())]);
        // Again, in other words and over the other way: nothing changes, nothing is sent.
        for (kind, text) in [("sms", "1"), ("whatsapp", "Oui !"), ("sms", "confirmer")] {
            assert!(s.writes(kind, AWA, text).await.is_empty(), "{text}");
        }
        assert_eq!(s.one(&id).await["version"].as_i64(), Some(before + 1));
        assert_eq!(s.thread().await.len(), 5, "every message is kept");
        let agent = Session::of(&s.clinic, "agent").await;
        let board = agent.get(&format!("/agenda?date={DAY}")).await.text;
        assert!(board.contains("A confirmé"), "{board}");
        let page = agent.get(&format!("/agenda/appointments/{id}")).await.text;
        assert!(page.contains("Le patient a confirmé sa venue"), "{page}");
        // He changes his mind: the place is free at once.
        let slots = format!("{HOURS}available-slots/?date_start={DAY}&date_end={DAY}");
        let free = async || s.get("agent", &slots).await.as_array().unwrap().iter().filter(|slot| slot["available"] == json!(true)).count();
        assert_eq!(free().await, 7);
        let off = s.writes("sms", AWA, "2").await;
        assert!(off.len() == 1 && off[0].contains("10:00 annulé") && off[0].ends_with("/my/appointments"), "{off:?}");
        assert_eq!((s.state(&id).await.0.as_str(), free().await), ("cancelled", 8));
        let again = s.writes("sms", AWA, "1").await;
        assert!(again.len() == 1 && again[0].contains("était annulé") && again[0].contains("/my/appointments"), "{again:?}");
        for text in ["1", "2", "non"] {
            assert!(s.writes("sms", AWA, text).await.is_empty(), "{text}");
        }
        assert_eq!(s.state(&id).await.0, "cancelled");
        assert_eq!(s.answers().await, json!(2));
        let steps = s.get("dr-awa", &format!("{ALL}{id}/history/")).await;
        let steps = steps.as_array().unwrap();
        let words: Vec<_> = steps.iter().map(|step| step["step"].as_str().unwrap().to_owned()).collect();
        assert_eq!(words, ["requested", "confirmed", "coming", "cancelled"]);
        assert_eq!(steps[3]["note"], "Le patient a répondu au rappel par SMS.");
        s.clinic.stop_work().await;
    }

    async fn whatsapp_asks_for_a_digit_everywhere(db) {
        let mut s = scene(&db).await;
        let jean = s.clinic.patient("Jean", "Ilunga", KINSHASA).await;
        let id = s.visit("dr-awa", jean, "09:00").await;
        let writes = Timestamp::parse("2027-03-04T17:00:00Z").unwrap();
        s.clock.advance(writes.since(s.clock.now()));
        assert_eq!(s.clinic.webhook("whatsapp", &s.clinic.whatsapp(KINSHASA, "Bonjour")).await.status, 200);
        s.clinic.start_work();
        s.work_done().await;
        s.clinic.stop_work().await;
        let reminders = s.reminded(KINSHASA).await;
        assert!(reminders.len() == 1 && reminders[0].contains("Répondez 1"), "{reminders:?}");
        // STOP stays what it is, and is no answer.
        let stopped = s.writes("whatsapp", KINSHASA, "CANCEL").await;
        assert!(stopped.len() == 1 && stopped[0].contains("vous ne recevrez plus nos messages"), "{stopped:?}");
        assert!(same(&s.state(&id).await, NO_ONE));
        let off = s.writes("whatsapp", KINSHASA, "« Annulér »").await;
        assert!(off.len() == 1 && off[0].contains("annulé"), "what he asks for comes in spite of STOP: {off:?}");
        assert_eq!(s.state(&id).await.0, "cancelled");
        s.clinic.stop_work().await;
    }

    async fn on_a_shared_phone_nothing_is_said_and_nothing_is_guessed(db) {
        let mut s = scene(&db).await;
        let awa = s.clinic.patient("Awa", "Diop", AWA).await;
        let moussa = s.clinic.patient("Moussa", "Diop", AWA).await;
        let visits = [s.visit("dr-awa", awa, "08:00").await, s.visit("dr-awa", moussa, "09:00").await];
        let binta = s.clinic.patient("Binta", "Ka", "+221772000009").await;
        let alone = s.visit("dr-awa", binta, "10:00").await;
        let reminders = s.reminded(AWA).await;
        assert!(!reminders.is_empty());
        for text in &reminders {
            assert!(text.contains("Une information vous attend") && text.contains(&format!("{PUBLIC_URL}/p/")), "{text}");
            assert!(!text.contains("08:00") && !text.contains("09:00") && !text.contains("Répondez") && !text.contains("/r/"), "{text}");
        }
        let mut tx = s.clinic.app.store.read(s.clinic.tenant).await.unwrap();
        let questions: i64 = tx.one(ASKED, ::store::params![s.clinic.tenant, AWA]).await.unwrap();
        drop(tx);
        assert_eq!(questions, 2, "behind the links of both, and for no digit");
        let asked = s.writes("whatsapp", AWA, "1").await;
        assert!(asked.len() == 1 && asked[0].contains("1 ") && asked[0].contains("Awa") && asked[0].contains("Moussa"), "who is writing: {asked:?}");
        // "2" answers that question, and whoever speaks now still means nobody's visit.
        for text in ["2", "2", "1", "non"] {
            s.writes("whatsapp", AWA, text).await;
        }
        for id in &visits {
            assert!(same(&s.state(id).await, NO_ONE));
        }
        // A number that came to be shared after it was asked.
        s.clinic.patient("Fatou", "Ka", "+221772000009").await;
        let asked = s.writes("sms", "+221772000009", "Bonjour").await;
        let binta = if asked[0].contains("1 Binta") { "1" } else { "2" };
        // She says who she is, and the phone is still not hers alone.
        for text in [binta, "2", "1"] {
            s.writes("sms", "+221772000009", text).await;
        }
        assert!(same(&s.state(&alone).await, NO_ONE));
        assert_eq!(s.answers().await, json!(0));
        s.clinic.stop_work().await;
    }

    async fn who_was_not_asked_writes_an_ordinary_message(db) {
        let mut s = scene(&db).await;
        let ibou = s.clinic.patient("Ibou", "Sarr", "+221772000003").await;
        let far = s.visit("dr-awa", ibou, "11:00").await;
        s.act("dr-awa", &far, "reschedule", json!({"requested_start": "2027-03-12T11:00:00Z", "requested_end": "2027-03-12T11:30:00Z"})).await;
        let awa = s.clinic.patient("Awa", "Diop", AWA).await;
        let id = s.visit("dr-awa", awa, "10:00").await;
        // Two visits of a day: one digit could be meant for either.
        let two = s.clinic.patient("Lamine", "Fall", "+221772000004").await;
        let both = [s.visit("dr-awa", two, "08:00").await, s.visit("dr-awa", two, "09:00").await];
        assert_eq!(s.reminded(AWA).await.len(), 1);
        for (phone, visits) in [("+221772000003", &[far][..]), ("+221772000004", &both)] {
            assert!(s.writes("sms", phone, "2").await.is_empty(), "{phone}");
            for id in visits {
                assert!(same(&s.state(id).await, NO_ONE), "{phone}");
            }
        }
        // A sentence is no answer; one that staff wrote since has asked something else.
        assert!(s.writes("sms", AWA, "2 comprimés par jour ?").await.is_empty());
        let list = s.get("agent", "/api/v1/inbox/conversations/").await;
        let of_awa = list["results"].as_array().unwrap().iter().find(|one| one["patient_id"] == json!(awa)).unwrap();
        let path = format!("/api/v1/inbox/conversations/{}/reply/", of_awa["id"].as_str().unwrap());
        s.clock.advance(Duration::from_secs(60));
        ok(s.by("agent", Method::POST, &path, json!({"body": "1 matin et 1 soir ?", "channel": "sms"})).await);
        s.work_done().await;
        assert!(s.writes("sms", AWA, "1").await.is_empty());
        assert!(s.writes("sms", AWA, "2").await.is_empty());
        assert!(same(&s.state(&id).await, NO_ONE));
        // A stranger's number.
        assert!(s.writes("sms", "+221775556677", "2").await.is_empty());
        s.clinic.stop_work().await;
    }

    async fn what_he_decides_is_done_and_not_answered_while_staff_have_the_conversation(db) {
        let mut s = scene(&db).await;
        let awa = s.clinic.patient("Awa", "Diop", AWA).await;
        let id = s.visit("dr-awa", awa, "10:00").await;
        assert_eq!(s.reminded(AWA).await.len(), 1);
        assert!(s.writes("sms", AWA, "Bonjour").await.is_empty());
        s.hold(&s.conversation(Some(awa)).await, true).await;
        let happenings = async || {
            let thread = s.thread().await.into_iter();
            thread.filter(|(kind, _)| kind == "event").map(|(_, text)| text).collect::<Vec<_>>()
        };
        for (text, state, told) in [("1", ("confirmed", true), "inbox-event-coming"), ("2", ("cancelled", true), "inbox-event-called-off")] {
            let back = s.writes("sms", AWA, text).await;
            assert!(back.is_empty(), "nothing answers by itself: {back:?}");
            assert!(same(&s.state(&id).await, state), "{text}: {:?}", s.state(&id).await);
            assert!(happenings().await.iter().any(|line| line == told), "{told}: {:?}", happenings().await);
        }
        let agent = Session::of(&s.clinic, "agent").await;
        let page = agent.get(&format!("/inbox/{}", s.conversation(Some(awa)).await["id"].as_str().unwrap())).await.text;
        assert!(page.contains("A confirmé sa venue") && page.contains("A annulé son rendez-vous") && !page.contains('⟦'), "{page}");
        assert!(s.writes("sms", AWA, "1").await.is_empty(), "nor that it is off already");
        // The law wants the confirmation of STOP, whoever has the conversation.
        let stopped = s.writes("whatsapp", AWA, "STOP").await;
        assert!(stopped.len() == 1 && stopped[0].contains("vous ne recevrez plus nos messages"), "{stopped:?}");
        assert_eq!(s.writes("whatsapp", AWA, "REPRENDRE").await.len(), 1);
        // Given back, the program answers again.
        s.hold(&s.conversation(Some(awa)).await, false).await;
        let again = s.writes("sms", AWA, "1").await;
        assert!(again.len() == 1 && again[0].contains("était annulé"), "{again:?}");
        s.clinic.stop_work().await;
    }

    async fn a_shared_phone_is_asked_nothing_while_staff_speak_with_it(db) {
        let mut s = scene(&db).await;
        let awa = s.clinic.patient("Awa", "Diop", AWA).await;
        s.clinic.patient("Moussa", "Diop", AWA).await;
        s.clinic.start_work();
        // A word that asks nothing, so that there is a conversation.
        s.writes("whatsapp", AWA, "START").await;
        s.hold(&s.conversation(None).await, true).await;
        let asked = s.writes("whatsapp", AWA, "J’ai mal à la tête").await;
        assert!(asked.is_empty(), "{asked:?}");
        // Who has it says who wrote, and goes on having it.
        let number = s.conversation(None).await;
        let path = format!("/api/v1/inbox/conversations/{}/resolve/", number["id"].as_str().unwrap());
        assert_eq!(s.by("agent", Method::POST, &path, json!({"patient_id": awa})).await.status, 204);
        let hers = s.conversation(Some(awa)).await;
        assert_eq!(hers["assigned_to"], number["assigned_to"]);
        let asked = s.writes("whatsapp", AWA, "Depuis hier").await;
        assert!(asked.is_empty(), "{asked:?}");
        assert_eq!(s.conversation(None).await["assigned_to"], json!(null));
        s.hold(&hers, false).await;
        let asked = s.writes("whatsapp", AWA, "Allô ?").await;
        assert!(asked.len() == 1 && asked[0].contains("Awa") && asked[0].contains("Moussa"), "{asked:?}");
        s.clinic.stop_work().await;
    }

    async fn several_visits_of_a_day_are_answered_one_by_one(db) {
        let mut s = scene(&db).await;
        let awa = s.clinic.patient("Awa", "Diop", AWA).await;
        // Asked about by a digit the evening before, when it was the only one of that day.
        let first = s.visit("dr-awa", awa, "10:00").await;
        let reminders = s.reminded(AWA).await;
        assert!(reminders.len() == 1 && reminders[0].contains("Répondez 1"), "{reminders:?}");
        s.clinic.stop_work().await;
        let others = [s.visit("dr-awa", awa, "11:00").await, s.visit("dr-awa", awa, "11:30").await];
        let before = s.sent(AWA).await;
        let morning = Timestamp::parse(&format!("{DAY}T08:05:00Z")).unwrap();
        s.clock.advance(morning.since(s.clock.now()));
        s.clinic.start_work();
        s.work_done().await;
        let reminders = s.sent_since(AWA, &before).await;
        let reminders: Vec<_> = reminders.iter().filter(|text| text.contains("Rappel")).collect();
        assert_eq!(reminders.len(), 1, "{reminders:?}");
        assert!(reminders[0].contains("3 rendez-vous le 05/03/2027") && !reminders[0].contains("Répondez"), "{reminders:?}");
        for text in ["1", "2", "oui", "annuler"] {
            assert!(s.writes("sms", AWA, text).await.is_empty(), "{text} may be meant for any of them");
        }
        for id in [&first, &others[0], &others[1]] {
            assert!(same(&s.state(id).await, NO_ONE));
        }
        let path = link(reminders[0]);
        let (visitor, csrf) = Session::visitor(&s.clinic, &path).await;
        let page = visitor.get(&path).await.text;
        for part in ["10:00", "11:00", "11:30", "Vos 3 rendez-vous", "Répondez pour chacun"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(!page.contains("Diop") && !page.contains("Fatou"), "tells of nobody: {page}");
        let press = async |visit: &str, answer: &str| {
            let fields = [("csrf", csrf.as_str()), ("visit", visit), ("answer", answer)];
            visitor.post(&path, &fields).await.status.as_u16()
        };
        assert_eq!(visitor.post(&path, &[("csrf", &csrf), ("answer", "not_coming")]).await.status, 400, "of which");
        let binta = s.clinic.patient("Binta", "Ka", "+221772000009").await;
        let foreign = s.visit("dr-awa", binta, "09:00").await;
        assert_eq!(press(&foreign, "not_coming").await, 404);
        for _ in 0..2 {
            assert_eq!((press(&first, "coming").await, press(&others[0], "not_coming").await), (303, 303));
        }
        assert!(same(&s.state(&first).await, ("confirmed", true)));
        assert_eq!(s.state(&others[0]).await.0, "cancelled");
        assert!(same(&s.state(&others[1]).await, NO_ONE) && same(&s.state(&foreign).await, NO_ONE));
        assert_eq!(s.answers().await, json!(2));
        // The link serves until the last of them begins.
        let cookie = visitor.cookie.clone();
        s.clinic.stop_work().await;
        let visitor = Session::with(&s.clinic, cookie);
        let half = Timestamp::parse(&format!("{DAY}T10:30:00Z")).unwrap();
        s.clock.advance(half.since(s.clock.now()));
        let page = visitor.get(&path).await.text;
        assert!(!page.contains("10:00") && page.contains("est annulé") && page.contains("11:30"), "{page}");
        for (visit, answer, status) in [(&first, "not_coming", 404), (&others[1], "coming", 303)] {
            let fields = [("csrf", csrf.as_str()), ("visit", visit), ("answer", answer)];
            assert_eq!(visitor.post(&path, &fields).await.status, status);
        }
        let last = Timestamp::parse(&format!("{DAY}T11:30:00Z")).unwrap();
        s.clock.advance(last.since(s.clock.now()));
        assert_eq!(visitor.get(&path).await.status, 404);
    }

    async fn a_moved_or_begun_visit_is_not_answered_any_more(db) {
        let mut s = scene(&db).await;
        let awa = s.clinic.patient("Awa", "Diop", AWA).await;
        let binta = s.clinic.patient("Binta", "Ka", "+221772000009").await;
        let (moved, begun) = (s.visit("dr-awa", awa, "10:00").await, s.visit("dr-awa", binta, "09:00").await);
        assert_eq!(s.reminded(AWA).await.len(), 1);
        assert_eq!(s.writes("sms", AWA, "1").await.len(), 1);
        let later = json!({"requested_start": format!("{DAY}T11:00:00Z"), "requested_end": format!("{DAY}T11:30:00Z")});
        s.act("dr-awa", &moved, "reschedule", later).await;
        assert!(same(&s.state(&moved).await, NO_ONE), "he said it of another hour");
        assert!(s.writes("sms", AWA, "2").await.is_empty());
        assert!(same(&s.state(&moved).await, NO_ONE));
        s.clinic.stop_work().await;
        let nine = Timestamp::parse(&format!("{DAY}T09:00:00Z")).unwrap();
        s.clock.advance(nine.since(s.clock.now()));
        s.clinic.start_work();
        s.work_done().await;
        assert!(s.writes("sms", "+221772000009", "2").await.is_empty());
        assert!(same(&s.state(&begun).await, NO_ONE));
        s.clinic.stop_work().await;
    }

    async fn the_same_number_in_another_clinic_is_another_patient(db) {
        let mut s = scene(&db).await;
        let here = s.clinic.patient("Awa", "Diop", AWA).await;
        let there = Ctx { tenant: s.other, ..Ctx::system(s.other, "test") };
        let new = clinic::patients::api::NewPatient { first_name: "Awa".into(), last_name: "Diop".into(), phone: AWA.into(), ..Default::default() };
        let elsewhere = clinic::patients::api::create(&s.clinic.app, &there, new).await.unwrap().id;
        let ours = s.visit("dr-awa", here, "10:00").await;
        let theirs = s.visit("dr-la", elsewhere, "10:00").await;
        assert_eq!(s.reminded(AWA).await.len(), 1);
        assert_eq!(s.writes("sms", AWA, "2").await.len(), 1);
        assert_eq!(s.state(&ours).await.0, "cancelled");
        let path = format!("{ALL}{theirs}/");
        assert_eq!(s.get("dr-la", &path).await["status"], "confirmed");
        let mut to_them = s.clinic.text(AWA, "1");
        assert_eq!(to_them.to, OURS);
        to_them.to = THEIRS.to_owned();
        assert_eq!(s.clinic.webhook("sms", &to_them.sms()).await.status, 200);
        s.work_done().await;
        assert!(!s.get("dr-la", &path).await["patient_coming_at"].is_null());
        assert_eq!(s.state(&ours).await.0, "cancelled");
        s.clinic.stop_work().await;
    }

    async fn thirty_at_once_on_two_nodes_and_twice_delivered_are_one_answer(db) {
        let mut s = scene(&db).await;
        let awa = s.clinic.patient("Awa", "Diop", AWA).await;
        let id = s.visit("dr-awa", awa, "10:00").await;
        assert_eq!(s.reminded(AWA).await.len(), 1);
        s.clinic.stop_work().await;
        let before = s.sent(AWA).await;
        let copies = s.clinic.sms(AWA, "2");
        let others: Vec<_> = (0..10).map(|_| s.clinic.whatsapp(AWA, "non")).collect();
        let copied = (0..20).map(|_| s.clinic.webhook("sms", &copies));
        let said = others.iter().map(|form| s.clinic.webhook("whatsapp", form));
        let (copied, said) = tokio::join!(futures_util::future::join_all(copied), futures_util::future::join_all(said));
        assert!(copied.iter().chain(&said).all(|answer| answer.status == 200));
        // What was acknowledged before a stop is worked on after it, by whichever node.
        let node = s.clinic.node(s.clinic.app.store.clone());
        let second = jobs::Engine::start(&node.store, &node.clock, &node.rng, clinic::work(&node));
        s.clinic.start_work();
        s.work_done().await;
        second.stop().await;
        let back = s.sent_since(AWA, &before).await;
        assert_eq!(back.len(), 1, "{back:?}");
        assert_eq!((s.state(&id).await.0.as_str(), s.answers().await), ("cancelled", json!(1)));
        assert_eq!(s.thread().await.iter().filter(|(kind, _)| kind == "inbound").count(), 11);
        s.clinic.stop_work().await;
    }

    async fn where_no_sms_comes_back_a_short_link_asks(db) {
        let mut s = scene(&db).await;
        let jean = s.clinic.patient("Jean", "Ilunga", KINSHASA).await;
        let id = s.visit("dr-awa", jean, "09:00").await;
        let reminders = s.reminded(KINSHASA).await;
        assert!(reminders.len() == 1 && !reminders[0].contains("Répondez"), "{reminders:?}");
        let path = link(&reminders[0]);
        let token = path.strip_prefix("/r/").unwrap();
        assert_eq!(token.len(), 11);
        let (visitor, csrf) = Session::visitor(&s.clinic, &path).await;
        // To look, as the previews of messages do, changes nothing and tells of nobody.
        let version = s.one(&id).await["version"].clone();
        for _ in 0..3 {
            let page = visitor.get(&path).await;
            assert_eq!((page.status.as_u16(), page.headers["referrer-policy"].to_str().unwrap()), (200, "no-referrer"));
            assert!(page.text.contains("Clinique demo") && page.text.contains("09:00") && page.text.contains("Je viens"), "{}", page.text);
            for secret in ["Jean", "Ilunga", "Fatou", "Sow", "81234"] {
                assert!(!page.text.contains(secret), "{secret}: {}", page.text);
            }
        }
        assert_eq!(s.one(&id).await["version"], version);
        let press = async |answer: &str| {
            let done = visitor.post(&path, &[("csrf", &csrf), ("answer", answer)]).await;
            assert_eq!((done.status.as_u16(), done.headers["location"].to_str().unwrap()), (303, path.as_str()));
            visitor.get(&path).await.text
        };
        assert_eq!(visitor.post(&path, &[("answer", "not_coming")]).await.status, 403, "not from our page");
        assert_eq!(visitor.post(&path, &[("csrf", &csrf), ("answer", "peut-être")]).await.status, 400);
        assert!(same(&s.state(&id).await, NO_ONE));
        for _ in 0..2 {
            let page = press("coming").await;
            assert!(page.contains("nous vous attendons") && !page.contains("Je viens") && page.contains("not_coming"), "{page}");
        }
        assert!(same(&s.state(&id).await, ("confirmed", true)));
        for answer in ["not_coming", "not_coming", "coming"] {
            let page = press(answer).await;
            assert!(page.contains("est annulé") && !page.contains("<button class=\"button danger\""), "{page}");
        }
        assert_eq!((s.state(&id).await.0.as_str(), s.answers().await), ("cancelled", json!(2)));
        // Only its hash is kept.
        let mut tx = s.clinic.app.store.read(s.clinic.tenant).await.unwrap();
        let kept: String = tx.one(KEPT, ::store::params![s.clinic.tenant]).await.unwrap();
        assert!(kept.len() == 64 && !kept.contains(token), "{kept}");
        s.clinic.stop_work().await;
    }

    async fn who_wants_no_reminders_gets_none_on_a_shared_phone_either(db) {
        let mut s = scene(&db).await;
        let awa = s.clinic.patient("Awa", "Diop", AWA).await;
        s.clinic.patient("Moussa", "Diop", AWA).await;
        s.visit("dr-awa", awa, "08:00").await;
        let ways = ["sms", "whatsapp"];
        let wanted: Vec<_> = ways.iter().map(|way| json!({"channel": way, "category": "notification"})).collect();
        let consents = format!("/api/v1/patients/{awa}/consents/");
        ok(s.by("agent", Method::PUT, &consents, json!({"phone": AWA, "wanted": wanted})).await);
        s.reminded(AWA).await;
        s.clinic.stop_work().await;
        let outbox = s.get("agent", "/api/v1/outbox/").await;
        let rows = outbox["results"].as_array().unwrap();
        let reminders: Vec<_> = rows.iter().filter(|row| row["category"] == "reminder").collect();
        assert!(!reminders.is_empty(), "{outbox}");
        assert!(reminders.iter().all(|row| row["reason"] == "opted_out"), "{reminders:?}");
    }

    async fn each_chooses_what_his_messages_say(db) {
        let mut s = scene(&db).await;
        let awa = s.clinic.patient("Awa", "Diop", AWA).await;
        let moussa = s.clinic.patient("Moussa", "Diop", AWA).await;
        let binta = s.clinic.patient("Binta", "Ka", "+221772000009").await;
        for (patient, phone, wording) in [(awa, AWA, "overt"), (binta, "+221772000009", "covert")] {
            let kinds: Vec<_> = ["sms", "whatsapp"].iter().map(|way| json!({"channel": way, "category": "reminder"})).collect();
            let body = json!({"phone": phone, "wanted": kinds, "wording": wording});
            ok(s.by("agent", Method::PUT, &format!("/api/v1/patients/{patient}/consents/"), body).await);
        }
        s.visit("dr-awa", awa, "08:00").await;
        s.visit("dr-awa", moussa, "09:00").await;
        let hers = s.visit("dr-awa", binta, "10:00").await;
        let reminders = s.reminded(AWA).await;
        let tells = |text: &&String| text.contains("08:00") && text.contains("Confirmez ou annulez sur http");
        assert_eq!(reminders.iter().filter(tells).count(), 1, "Awa's says when, Moussa's does not: {reminders:?}");
        assert!(reminders.iter().all(|text| !text.contains("09:00") && !text.contains("Répondez")), "a digit could be anybody's: {reminders:?}");
        // Binta shares her number with nobody, and chose that it tells nothing.
        let reminders = s.reminded("+221772000009").await;
        assert!(!reminders.is_empty() && reminders.iter().all(|text| text.contains("Une information vous attend")), "{reminders:?}");
        s.writes("sms", "+221772000009", "2").await;
        assert!(same(&s.state(&hers).await, NO_ONE), "she was asked nothing");
        s.clinic.stop_work().await;
    }

    async fn over_the_link_the_holder_chooses_his_messages(db) {
        let mut s = scene(&db).await;
        let jean = s.clinic.patient("Jean", "Ilunga", KINSHASA).await;
        s.visit("dr-awa", jean, "09:00").await;
        let path = format!("{}/messages", link(&s.reminded(KINSHASA).await[0]));
        let (visitor, csrf) = Session::visitor(&s.clinic, &path).await;
        let page = visitor.get(&path).await;
        assert_eq!((page.status.as_u16(), page.headers["referrer-policy"].to_str().unwrap()), (200, "no-referrer"));
        assert!(page.text.contains("finit par 78") && page.text.matches(" checked").count() == 20, "{}", page.text);
        for secret in ["Jean", "Ilunga", "Fatou", "Sow", "81234"] {
            assert!(!page.text.contains(secret), "{secret}: {}", page.text);
        }
        assert!(!visitor.get(&format!("{path}?lang=en")).await.text.contains('⟦'));
        let press = async |fields: &[(&str, &str)]| {
            let fields: Vec<_> = [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
            let done = visitor.post(&path, &fields).await;
            assert_eq!(done.status, 303, "{}", done.text);
        };
        press(&[("want-sms-notification", "on"), ("want-sms-result", "on")]).await;
        let shown = s.get("agent", &format!("/api/v1/patients/{jean}/consents/")).await;
        let number = &shown["numbers"][0];
        assert_eq!(number["wanted"], json!([{"channel": "sms", "category": "notification"}, {"channel": "sms", "category": "result"}]));
        assert_eq!((number["history"].as_array().unwrap().len(), &number["history"][0]["source"]), (18, &json!("link")));
        assert_eq!(visitor.post(&path, &[("csrf", &csrf), ("want-fax-reminder", "on")]).await.status, 400);
        press(&[("all", "out")]).await;
        let shown = s.get("agent", &format!("/api/v1/patients/{jean}/consents/")).await;
        assert_eq!((&shown["numbers"][0]["wanted"], &shown["numbers"][0]["history"][0]["category"]), (&json!([]), &json!(null)));
        let wrong = visitor.get("/r/11111111111/messages").await;
        assert_eq!(wrong.status, 404);
        assert!(wrong.text.contains("Rien n’a été changé"), "{}", wrong.text);
        assert_eq!(visitor.post("/r/11111111111/messages", &[("csrf", &csrf), ("all", "out")]).await.status, 404);
    }

    async fn a_link_ends_when_the_visit_begins_and_guesses_are_counted(db) {
        let mut s = scene(&db).await;
        let jean = s.clinic.patient("Jean", "Ilunga", KINSHASA).await;
        let id = s.visit("dr-awa", jean, "09:00").await;
        let reminders = s.reminded(KINSHASA).await;
        s.clinic.stop_work().await;
        let path = link(&reminders[0]);
        let (visitor, csrf) = Session::visitor(&s.clinic, &path).await;
        let wrong = visitor.get("/r/11111111111").await;
        assert_eq!(wrong.status, 404);
        assert!(wrong.text.contains("Rien n’a été changé"), "{}", wrong.text);
        assert_eq!(visitor.post("/r/11111111111", &[("csrf", &csrf), ("answer", "coming")]).await.status, 404);
        let nine = Timestamp::parse(&format!("{DAY}T09:00:00Z")).unwrap();
        s.clock.advance(nine.since(s.clock.now()));
        assert_eq!(visitor.get(&path).await.status, 404);
        assert_eq!(visitor.post(&path, &[("csrf", &csrf), ("answer", "not_coming")]).await.status, 404);
        assert!(same(&s.state(&id).await, NO_ONE));
        s.clinic.allow(Budgets { visits: Rate::new(1, 3), sign_ins: Rate::new(1, 3), ..Budgets::default() });
        let mut statuses = Vec::new();
        for number in 0..5 {
            let request = Request::get(format!("/r/2222222222{number}")).body(Body::empty()).unwrap();
            statuses.push(s.clinic.send(request).await.status.as_u16());
        }
        assert_eq!(statuses, [404, 404, 404, 429, 429]);
    }
}

const ASKED: ::store::Sql = ::store::Sql::new(
    "SELECT COUNT(*) AS value FROM reminder_question WHERE tenant_id = $1 AND phone = $2",
);
const KEPT: ::store::Sql =
    ::store::Sql::new("SELECT token_hash AS value FROM reminder_question WHERE tenant_id = $1");
