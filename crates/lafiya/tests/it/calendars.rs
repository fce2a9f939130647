//! Calendars as files and by links, and figures of appointments.

use std::{collections::BTreeMap, time::Duration};

use ::store::{Sql, params};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use kernel::{Clock, Role, Timestamp, UserId, Zone};
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, PUBLIC_URL, TestClinic, ok},
    db::TestDb,
    on_both_engines,
};

const HOURS: &str = "/api/v1/availabilities/";
const AWAY: &str = "/api/v1/exceptions/";
const ALL: &str = "/api/v1/appointments/";
const ICS: &str = "/api/v1/availabilities/calendar-ics/";
const FEED: &str = "/api/v1/calendar-feed/";
/// A Wednesday; the clinic stands in Dakar, where clocks never change.
const NOW: &str = "2027-03-03T07:00:00Z";

struct Scene {
    clinic: TestClinic,
    clock: Clock,
    doctor_id: UserId,
    doctor: String,
    other: String,
    agent: String,
    admin: String,
    patient: String,
    stranger: String,
    foreign: String,
    patient_id: String,
}

async fn scene(db: &TestDb) -> Scene {
    let clock = Clock::fixed(Timestamp::parse(NOW).unwrap());
    let clinic = TestClinic::with_clock(db, &clock).await;
    let tenant = clinic.tenant;
    let doctor_id = clinic.member(tenant, "dr-awa", Role::Practitioner).await;
    for (name, role) in [
        ("dr-binta", Role::Practitioner),
        ("accueil", Role::Agent),
        ("chef", Role::Admin),
        ("aimee", Role::Patient),
        ("moussa", Role::Patient),
    ] {
        clinic.member(tenant, name, role).await;
    }
    let elsewhere = clinic.another("autre", "+221338210001").await;
    clinic
        .member(elsewhere, "dr-autre", Role::Practitioner)
        .await;
    let patient = clinic.token_of("aimee").await;
    let entered = clinic
        .call_as(
            Some(&patient),
            Method::POST,
            "/api/v1/fiche-consultation/",
            Some(crate::records::input()),
        )
        .await;
    Scene {
        patient_id: ok(entered)["patient_id"].as_str().unwrap().to_owned(),
        doctor: clinic.token_of("dr-awa").await,
        other: clinic.token_of("dr-binta").await,
        agent: clinic.token_of("accueil").await,
        admin: clinic.token_of("chef").await,
        stranger: clinic.token_of("moussa").await,
        foreign: clinic.token_of("dr-autre").await,
        patient,
        doctor_id,
        clock,
        clinic,
    }
}

/// The instant on the Thursday after `NOW`, and half an hour later.
fn half_hour(at: &str) -> (String, String) {
    let start = Timestamp::parse(&format!("2027-03-04T{at}:00Z")).unwrap();
    let zone = Zone::utc();
    let end = start.plus(Duration::from_secs(1800));
    (start.rfc3339(&zone), end.rfc3339(&zone))
}

impl Scene {
    async fn call(&self, token: &str, method: Method, path: &str, body: Value) -> Answer {
        let token = (!token.is_empty()).then_some(token);
        let body = matches!(method, Method::POST | Method::PATCH).then_some(body);
        self.clinic.call_as(token, method, path, body).await
    }

    async fn get(&self, token: &str, path: &str) -> Answer {
        self.call(token, Method::GET, path, json!(null)).await
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.call(token, Method::POST, path, body).await
    }

    /// Thursdays from eight to ten by half hours.
    async fn hours(&self) -> Value {
        let hours = json!({"day_of_week": 3, "start_time": "08:00", "end_time": "10:00", "consultation_type": "both", "location": "Cabinet 2", "notes": "clé au bureau"});
        ok(self.post(&self.doctor, HOURS, hours).await)
    }

    /// Asked for by the patient.
    async fn asked(&self, at: &str, changes: Value) -> Value {
        let (start, end) = half_hour(at);
        let mut wish = json!({"medecin": self.doctor_id, "requested_start": start, "requested_end": end, "message_patient": "Toux"});
        for (key, value) in changes.as_object().unwrap() {
            wish[key] = value.clone();
        }
        ok(self.post(&self.patient, ALL, wish).await)
    }

    async fn act(&self, one: &Value, action: &str, body: Value) -> Value {
        let path = format!("{ALL}{}/{action}/", one["id"].as_str().unwrap());
        ok(self.post(&self.doctor, &path, body).await)
    }

    async fn moved(&self, one: &Value, at: &str) -> Value {
        let (start, end) = half_hour(at);
        let to = json!({"requested_start": start, "requested_end": end});
        self.act(one, "reschedule", to).await
    }

    /// What stands in the doctor's file, by UID.
    async fn file(&self) -> Events {
        let answer = self.get(&self.doctor, ICS).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        events(&answer)
    }

    async fn feed(&self) -> String {
        let made = self.post(&self.doctor, FEED, json!({})).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let url = made.json()["url"].as_str().unwrap().to_owned();
        let rest = url.strip_prefix("http://").unwrap();
        assert_eq!(made.json()["webcal_url"], json!(format!("webcal://{rest}")));
        url.strip_prefix(PUBLIC_URL).unwrap().to_owned()
    }

    /// As a calendar asks that has what stands behind this tag.
    async fn again(&self, path: &str, tag: &str) -> Answer {
        let request = Request::get(path).header(header::IF_NONE_MATCH, tag);
        self.clinic.send(request.body(Body::empty()).unwrap()).await
    }
}

type Events = BTreeMap<String, BTreeMap<String, String>>;

/// Reads the events of a calendar: lines of at most 75 octets that end in CRLF,
/// unfolded and unescaped; each UID once.
fn events(answer: &Answer) -> Events {
    assert_eq!(
        answer.headers["content-type"],
        "text/calendar; charset=utf-8"
    );
    let body = answer.text.strip_suffix("\r\n").unwrap();
    assert!(body.starts_with("BEGIN:VCALENDAR\r\n") && body.ends_with("END:VCALENDAR"));
    assert!(body.contains("\r\nMETHOD:PUBLISH\r\n"));
    assert!(
        body.split("\r\n")
            .all(|line| line.len() <= 75 && !line.contains('\n'))
    );
    let unfolded = body.replace("\r\n ", "");
    let mut found = Events::new();
    for part in unfolded.split("BEGIN:VEVENT\r\n").skip(1) {
        let (event, _) = part.split_once("END:VEVENT").unwrap();
        let mut properties = BTreeMap::new();
        for line in event.split("\r\n").filter(|line| !line.is_empty()) {
            let (head, value) = line.split_once(':').unwrap();
            let name = head.split(';').next().unwrap().to_owned();
            let value = value.replace("\\,", ",").replace("\\;", ";");
            properties.insert(name, value);
        }
        assert!(
            found
                .insert(properties["UID"].clone(), properties)
                .is_none()
        );
    }
    found
}

fn uid(one: &Value) -> String {
    format!("{}@clinic.test", one["id"].as_str().unwrap())
}

fn of<'e>(events: &'e Events, one: &Value) -> &'e BTreeMap<String, String> {
    let uid = uid(one);
    events
        .get(&uid)
        .unwrap_or_else(|| panic!("no {uid} in {events:?}"))
}

fn sequence(event: &BTreeMap<String, String>) -> u32 {
    event["SEQUENCE"].parse().unwrap()
}

fn told(event: &BTreeMap<String, String>) -> [&str; 4] {
    ["DTSTART", "DTEND", "STATUS", "TRANSP"].map(|name| event[name].as_str())
}

on_both_engines! {
    async fn a_doctors_file_tells_hours_less_absences_and_what_he_agreed_to(db) {
        let s = scene(&db).await;
        let hours = s.hours().await;
        let away = json!({"start_datetime": "2027-03-11T00:00:00Z", "end_datetime": "2027-03-12T00:00:00Z", "exception_type": "vacation", "reason": "Mariage"});
        let one = s.asked("08:30", json!({})).await;
        let waits = s.asked("09:30", json!({})).await;
        let before = s.file().await;
        assert_eq!(before.len(), 1, "a request is no appointment yet: {before:?}");
        let away = ok(s.post(&s.doctor, AWAY, away).await);
        s.act(&one, "confirm", json!({"location_note": "Premier étage, porte 3"})).await;
        let answer = s.get(&s.doctor, ICS).await;
        assert!(answer.headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"disponibilites_dr_dr-awa.ics\""));
        assert!(!answer.text.contains("Mariage") && !answer.text.contains("bureau") && !answer.text.contains("Toux"), "{}", answer.text);
        assert!(answer.text.contains("TZID:Africa/Dakar"));
        let first = events(&answer);
        assert!(!first.contains_key(&uid(&waits)));
        let open = of(&first, &hours);
        // Twelve weeks from Wednesday the third of March.
        assert_eq!((open["DTSTART"].as_str(), open["EXDATE"].as_str()), ("20270304T080000", "20270311T080000"));
        assert_eq!(open["RRULE"], "FREQ=WEEKLY;UNTIL=20270520T080000Z;BYDAY=TH");
        assert_eq!((open["TRANSP"].as_str(), open["LOCATION"].as_str()), ("TRANSPARENT", "Cabinet 2"));
        assert!(sequence(open) > sequence(of(&before, &hours)), "an absence came");
        let visit = of(&first, &one);
        assert_eq!(told(visit), ["20270304T083000Z", "20270304T090000Z", "CONFIRMED", "OPAQUE"]);
        assert!(visit["SUMMARY"].contains("Aimée") && visit["DESCRIPTION"] == "Au cabinet", "{visit:?}");
        assert_eq!(visit["LOCATION"], "Premier étage, porte 3");
        // The absence goes and leaves no version; the appointment moves.
        let path = format!("{AWAY}{}/", away["id"].as_str().unwrap());
        assert_eq!(s.call(&s.doctor, Method::DELETE, &path, json!({})).await.status, 204);
        s.moved(&one, "09:00").await;
        let second = s.file().await;
        assert!(!of(&second, &hours).contains_key("EXDATE"));
        assert!(sequence(of(&second, &hours)) > sequence(open), "an absence went");
        assert_eq!(told(of(&second, &one)), ["20270304T090000Z", "20270304T093000Z", "CONFIRMED", "OPAQUE"]);
        assert!(sequence(of(&second, &one)) > sequence(visit));
        s.act(&one, "cancel", json!({"message": "Grève"})).await;
        let third = s.file().await;
        assert_eq!(told(of(&third, &one))[2..], ["CANCELLED", "TRANSPARENT"]);
        assert!(sequence(of(&third, &one)) > sequence(of(&second, &one)));
        // Nobody changed anything, but the rule begins a week later.
        let day = of(&third, &hours).clone();
        s.clock.advance(Duration::from_secs(48 * 3600));
        let doctor = s.clinic.token_of("dr-awa").await;
        let later = events(&s.get(&doctor, ICS).await);
        assert_eq!(of(&later, &hours)["DTSTART"], "20270311T080000");
        assert!(sequence(of(&later, &hours)) > sequence(&day));
        assert!(!later.contains_key(&uid(&one)), "what is over stands in no calendar");
    }

    async fn a_calendar_is_its_doctors_and_who_runs_the_clinics(db) {
        let s = scene(&db).await;
        let one = s.asked("08:30", json!({})).await;
        s.act(&one, "confirm", json!({})).await;
        let named = format!("{ICS}?medecin={}", s.doctor_id);
        for (token, path, status) in [
            ("", ICS, 401), (&s.patient, ICS, 403), (&s.agent, ICS, 403), (&s.other, &named, 403),
            (&s.foreign, &named, 403), (&s.admin, ICS, 400), (&s.doctor, &named, 200), (&s.admin, &named, 200),
        ] {
            assert_eq!(s.get(token, path).await.status, status, "{path}");
        }
        assert!(s.get(&s.admin, &named).await.text.contains("Aimée"));
        assert!(!s.get(&s.other, ICS).await.text.contains(one["id"].as_str().unwrap()));
        let trail = ok(s.get(&s.admin, "/api/v1/audit/?action=calendar.download").await);
        assert_eq!(trail["count"], json!(3), "who looked is on the trail");
        // A restricted record's patient is not named, also to who may open it.
        let access = format!("/api/v1/patients/{}/access/", s.patient_id);
        ok(s.call(&s.admin, Method::PATCH, &access, json!({"restricted": true})).await);
        let text = s.get(&s.admin, &named).await.text;
        assert!(!text.contains("Aimée") && text.contains("SUMMARY:Rendez-vous"), "{text}");
    }

    async fn a_link_tells_when_the_doctor_is_taken_and_by_whom_never(db) {
        let s = scene(&db).await;
        let hours = s.hours().await;
        let one = s.asked("08:30", json!({})).await;
        s.act(&one, "confirm", json!({"location_note": "Chez Aimée"})).await;
        assert_eq!(ok(s.get(&s.doctor, FEED).await), json!({"active": false, "created_at": null, "last_read_at": null}));
        let path = s.feed().await;
        let secret = path.strip_prefix("/calendars/").unwrap().strip_suffix(".ics").unwrap();
        assert_eq!(secret.len(), 64);
        assert_eq!(kept(&s, secret).await, 0, "only a hash is kept");
        let first = s.get("", &path).await;
        assert_eq!(first.status, 200, "{}", first.text);
        assert_eq!(first.headers["referrer-policy"], "no-referrer");
        assert!(first.headers["x-robots-tag"].to_str().unwrap().contains("noindex"));
        let found = events(&first);
        assert_eq!(found.len(), 2);
        assert!(found.contains_key(&uid(&hours)));
        let visit = of(&found, &one);
        assert_eq!(told(visit), ["20270304T083000Z", "20270304T090000Z", "CONFIRMED", "OPAQUE"]);
        assert_eq!((visit["SUMMARY"].as_str(), visit["DESCRIPTION"].as_str()), ("Rendez-vous", "Au cabinet"));
        assert!(!visit.contains_key("LOCATION"));
        for name in ["Aimée", "Mbuyi", "Toux", &s.patient_id] {
            assert!(!first.text.contains(name), "{name}");
        }
        // Who has it gets nothing; who has what was before gets all.
        let tag = first.headers["etag"].to_str().unwrap().to_owned();
        s.clock.advance(Duration::from_secs(120));
        assert_eq!(s.again(&path, &tag).await.status, 304);
        s.moved(&one, "09:00").await;
        let second = s.again(&path, &tag).await;
        assert_eq!(second.status, 200);
        let moved = events(&second);
        assert_eq!(told(of(&moved, &one))[0], "20270304T090000Z");
        assert!(sequence(of(&moved, &one)) > sequence(visit));
        s.act(&one, "cancel", json!({})).await;
        let third = s.again(&path, second.headers["etag"].to_str().unwrap()).await;
        assert_eq!((third.status.as_u16(), events(&third)[&uid(&one)]["STATUS"].as_str()), (200, "CANCELLED"));
        let shown = ok(s.get(&s.doctor, FEED).await);
        assert_eq!((&shown["active"], &shown["created_at"], &shown["last_read_at"]), (&json!(true), &json!("2027-03-03T07:00:00+00:00"), &json!("2027-03-03T07:02:00+00:00")));
        assert!(!shown.to_string().contains(secret));
    }

    async fn a_link_is_one_doctors_and_ends(db) {
        let mut s = scene(&db).await;
        s.hours().await;
        for (token, status) in [("", 401), (&s.patient, 403), (&s.agent, 403), (&s.admin, 403)] {
            assert_eq!(s.post(token, FEED, json!({})).await.status, status);
        }
        let first = s.feed().await;
        let second = s.feed().await;
        assert_eq!((s.get("", &first).await.status.as_u16(), s.get("", &second).await.status.as_u16()), (404, 200), "a new link ends the one before");
        let secret = second.strip_suffix(".ics").unwrap();
        let forged = format!("/calendars/{}.ics", "0".repeat(64));
        for wrong in [secret, &forged, "/calendars/.ics", "/calendars/x'.ics"] {
            assert_eq!(s.get("", wrong).await.status, 404, "{wrong}");
        }
        // Another doctor ends his own, which is not there; another clinic's link shows its own.
        assert_eq!(s.call(&s.other, Method::DELETE, FEED, json!({})).await.status, 204);
        let foreign = ok(s.post(&s.foreign, FEED, json!({})).await);
        let foreign = foreign["url"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap().to_owned();
        assert_eq!(events(&s.get("", &foreign).await).len(), 0);
        assert_eq!(events(&s.get("", &second).await).len(), 1);
        assert_eq!(s.call(&s.foreign, Method::DELETE, FEED, json!({})).await.status, 204);
        assert_eq!((s.get("", &foreign).await.status.as_u16(), s.get("", &second).await.status.as_u16()), (404, 200));
        // Who left tells nothing any more; who ended it neither.
        let third = s.clinic.token_of("dr-binta").await;
        let left = ok(s.post(&third, FEED, json!({})).await)["url"].as_str().unwrap().strip_prefix(PUBLIC_URL).unwrap().to_owned();
        assert_eq!(s.get("", &left).await.status, 200);
        let me = ok(s.get(&third, "/api/v1/auth/users/me/").await);
        let gone = s.call(&s.admin, Method::DELETE, &format!("/api/v1/auth/users/{}/", me["id"].as_str().unwrap()), json!({})).await;
        assert!(gone.status.is_success(), "{}", gone.text);
        assert_eq!(s.get("", &left).await.status, 404);
        for _ in 0..2 {
            assert_eq!(s.call(&s.doctor, Method::DELETE, FEED, json!({})).await.status, 204);
        }
        assert_eq!(s.get("", &second).await.status, 404);
        assert_eq!(ok(s.get(&s.doctor, FEED).await)["active"], json!(false));
        let trail = ok(s.get(&s.admin, "/api/v1/audit/?object_type=calendar_feed").await);
        assert_eq!(trail["count"], json!(4), "made three times and ended once: {trail}");
        s.clinic.allow(webkit::Budgets { visits: webkit::Rate::new(1, 1), ..webkit::Budgets::default() });
        assert_eq!((s.get("", &forged).await.status.as_u16(), s.get("", &forged).await.status.as_u16()), (404, 429));
    }

    async fn a_patient_takes_his_appointment_along(db) {
        let s = scene(&db).await;
        let one = s.asked("08:30", json!({"consultation_mode": "distanciel"})).await;
        let path = format!("{ALL}{}/ics/", one["id"].as_str().unwrap());
        for (token, status) in [("", 401), (&s.stranger, 404), (&s.foreign, 404), (&s.other, 404)] {
            assert_eq!(s.get(token, &path).await.status, status);
        }
        let asked = events(&s.get(&s.patient, &path).await);
        assert_eq!(told(of(&asked, &one)), ["20270304T083000Z", "20270304T090000Z", "TENTATIVE", "OPAQUE"]);
        s.act(&one, "confirm", json!({"location_note": "On vous appelle"})).await;
        let agreed = events(&s.get(&s.patient, &path).await);
        let event = of(&agreed, &one);
        assert_eq!((event["STATUS"].as_str(), event["SUMMARY"].as_str()), ("CONFIRMED", "Rendez-vous avec Fatou Sow"));
        assert_eq!((event["DESCRIPTION"].as_str(), event["LOCATION"].as_str()), ("À distance", "On vous appelle"));
        s.act(&one, "cancel", json!({})).await;
        let over = events(&s.get(&s.patient, &path).await);
        assert_eq!(told(of(&over, &one))[2], "CANCELLED");
        assert!(sequence(of(&asked, &one)) < sequence(event) && sequence(event) < sequence(of(&over, &one)));
        assert!(events(&s.get(&s.doctor, &path).await)[&uid(&one)]["SUMMARY"].contains("Aimée"));
    }

    async fn figures_say_how_busy_doctors_are_and_what_is_wanted(db) {
        let s = scene(&db).await;
        s.hours().await;
        let all = |query: &str| format!("{ALL}indicators/?date_start=2027-03-01&date_end=2027-03-07{query}");
        let nothing = ok(s.get(&s.admin, &all("")).await);
        assert_eq!((&nothing["occupancy"][0]["offered_minutes"], &nothing["occupancy"][0]["occupancy"]), (&json!(120), &json!(0.0)));
        assert_eq!((&nothing["no_show_rate"], &nothing["median_lead_days"], &nothing["consultation_modes"]["remote_share"]), (&json!(null), &json!(null), &json!(null)));
        // Asked for a day ahead: two come, one does not, one is called off, one waits.
        let first = s.asked("08:00", json!({})).await;
        let second = s.asked("08:30", json!({"consultation_mode": "distanciel"})).await;
        let off = s.asked("09:30", json!({})).await;
        s.act(&off, "cancel", json!({})).await;
        let third = s.asked("09:00", json!({})).await;
        // By reception: a patient has three to come that he asked for.
        let (start, end) = half_hour("09:30");
        let wish = json!({"patient": s.patient_id, "medecin": s.doctor_id, "requested_start": start, "requested_end": end});
        ok(s.post(&s.agent, ALL, wish).await);
        for one in [&first, &second, &third] {
            s.act(one, "confirm", json!({})).await;
        }
        s.clock.advance(Duration::from_secs(27 * 3600));
        let (doctor, admin, agent) = (s.clinic.token_of("dr-awa").await, s.clinic.token_of("chef").await, s.clinic.token_of("accueil").await);
        for (one, action) in [(&first, "complete"), (&second, "complete"), (&third, "no-show")] {
            let path = format!("{ALL}{}/{action}/", one["id"].as_str().unwrap());
            ok(s.post(&doctor, &path, json!({})).await);
        }
        let found = ok(s.get(&admin, &all("")).await);
        assert_eq!(found["status"], json!({"pending": 1, "confirmed": 0, "declined": 0, "cancelled": 1, "completed": 2, "no_show": 1}));
        let load = &found["occupancy"];
        assert_eq!((load.as_array().unwrap().len(), &load[0]["medecin"]), (1, &json!(s.doctor_id)));
        assert_eq!((&load[0]["booked_minutes"], &load[0]["offered_minutes"], &load[0]["occupancy"]), (&json!(90), &json!(120), &json!(0.75)));
        assert_eq!(found["consultation_modes"], json!({"presentiel": 2, "distanciel": 1, "remote_share": 0.333}));
        assert_eq!(found["no_show_rate"], json!(0.333));
        // 25, 25.5 and 26 hours.
        assert_eq!(found["median_lead_days"], json!(1.062));
        assert_eq!(found["most_wanted"], json!([{"day_of_week": 3, "hour": 9, "requests": 3}, {"day_of_week": 3, "hour": 8, "requests": 2}]));
        assert_eq!(ok(s.get(&doctor, &all("")).await), found, "his own are all there are");
        let away = json!({"start_datetime": "2027-03-04T09:00:00Z", "end_datetime": "2027-03-04T09:30:00Z"});
        ok(s.post(&doctor, AWAY, away).await);
        assert_eq!(ok(s.get(&admin, &all(&format!("&medecin={}", s.doctor_id))).await)["occupancy"][0]["occupancy"], json!(1.0));
        let other = s.clinic.token_of("dr-binta").await;
        let none = ok(s.get(&other, &all("")).await);
        assert_eq!((&none["occupancy"], &none["most_wanted"]), (&json!([]), &json!([])));
        let (patient, foreign) = (s.clinic.token_of("aimee").await, s.clinic.token_of("dr-autre").await);
        assert_eq!(ok(s.get(&foreign, &all("")).await)["occupancy"], json!([]));
        let named = all(&format!("&medecin={}", s.doctor_id));
        for (token, path, status) in [(&patient, all(""), 403), (&agent, all(""), 403), (&other, named.clone(), 403), (&foreign, named, 403)] {
            assert_eq!(s.get(token, &path).await.status, status, "{path}");
        }
        for (query, status) in [("date_start=2027-01-01&date_end=2028-01-01", 200), ("date_start=2027-01-01&date_end=2028-01-02", 400), ("date_start=2027-02-01&date_end=2027-01-31", 400), ("date_start=2027-02-01", 400)] {
            assert_eq!(s.get(&admin, &format!("{ALL}indicators/?{query}")).await.status, status, "{query}");
        }
    }
}

/// How many links have this as their hash.
async fn kept(s: &Scene, secret: &str) -> i64 {
    const ANY: Sql = Sql::new(
        "SELECT COUNT(*) AS value FROM calendar_feed WHERE tenant_id = $1 AND token_hash = $2",
    );
    let mut tx = s.clinic.app.store.read(s.clinic.tenant).await.unwrap();
    tx.one(ANY, params![s.clinic.tenant, secret]).await.unwrap()
}
