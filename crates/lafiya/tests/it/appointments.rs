//! Hours, absences, slots and appointments: what is offered, who may what, and
//! that nobody is booked twice.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use futures_util::{StreamExt, stream};
use kernel::{Clock, Role, Timestamp, UserId};
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, TestClinic, code, conflict, faults, ok},
    db::TestDb,
    on_both_engines,
};

pub(crate) const HOURS: &str = "/api/v1/availabilities/";
pub(crate) const AWAY: &str = "/api/v1/exceptions/";
pub(crate) const ALL: &str = "/api/v1/appointments/";
/// A Wednesday; the clinic stands in Dakar, where clocks never change.
const NOW: &str = "2027-03-03T07:00:00Z";

pub(crate) struct Scene {
    pub(crate) clinic: TestClinic,
    clock: Clock,
    doctor_id: UserId,
    other_id: UserId,
    doctor: String,
    other: String,
    agent: String,
    admin: String,
    patient: String,
    stranger: String,
    foreign: String,
    patient_id: String,
    stranger_id: String,
}

async fn patient(clinic: &TestClinic, token: &str, changes: Value) -> String {
    let mut input = crate::records::input();
    for (key, value) in changes.as_object().unwrap() {
        input[key] = value.clone();
    }
    let path = "/api/v1/fiche-consultation/";
    let made = clinic
        .call_as(Some(token), Method::POST, path, Some(input))
        .await;
    ok(made)["patient_id"].as_str().unwrap().to_owned()
}

/// A clinic with two doctors and two patients who have records.
async fn scene(db: &TestDb) -> Scene {
    let clock = Clock::fixed(Timestamp::parse(NOW).unwrap());
    let clinic = TestClinic::with_clock(db, &clock).await;
    let tenant = clinic.tenant;
    let doctor_id = clinic.member(tenant, "dr-awa", Role::Practitioner).await;
    let other_id = clinic.member(tenant, "dr-binta", Role::Practitioner).await;
    clinic.member(tenant, "accueil", Role::Agent).await;
    clinic.member(tenant, "chef", Role::Admin).await;
    clinic.member(tenant, "aimee", Role::Patient).await;
    clinic.member(tenant, "moussa", Role::Patient).await;
    let elsewhere = clinic.another("autre", "+221338210001").await;
    clinic.member(elsewhere, "chef-ailleurs", Role::Admin).await;
    let aimee = clinic.token_of("aimee").await;
    let moussa = clinic.token_of("moussa").await;
    let second = json!({"nom": "Ka", "postnom": "Ka", "prenom": "Moussa", "telephone": "+221771112233", "date_naissance": "1970-02-02"});
    Scene {
        patient_id: patient(&clinic, &aimee, json!({})).await,
        stranger_id: patient(&clinic, &moussa, second).await,
        doctor: clinic.token_of("dr-awa").await,
        other: clinic.token_of("dr-binta").await,
        agent: clinic.token_of("accueil").await,
        admin: clinic.token_of("chef").await,
        foreign: clinic.token_of("chef-ailleurs").await,
        patient: aimee,
        stranger: moussa,
        doctor_id,
        other_id,
        clock,
        clinic,
    }
}

impl Scene {
    /// With new access tokens: they live for fifteen minutes.
    async fn signed_in_again(self) -> Self {
        Self {
            doctor: self.clinic.token_of("dr-awa").await,
            patient: self.clinic.token_of("aimee").await,
            stranger: self.clinic.token_of("moussa").await,
            ..self
        }
    }

    async fn call(&self, token: &str, method: Method, path: &str, body: Value) -> Answer {
        let body = (method != Method::GET).then_some(body);
        self.clinic.call_as(Some(token), method, path, body).await
    }

    async fn get(&self, token: &str, path: &str) -> Answer {
        self.call(token, Method::GET, path, json!(null)).await
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.call(token, Method::POST, path, body).await
    }

    /// Thursdays from eight to ten by half hours, with these changes.
    async fn hours(&self, changes: Value) -> Value {
        let mut input = json!({"day_of_week": 3, "start_time": "08:00", "end_time": "10:00", "consultation_type": "presentiel"});
        for (key, value) in changes.as_object().unwrap() {
            input[key] = value.clone();
        }
        ok(self.post(&self.doctor, HOURS, input).await)
    }

    /// The slots of the Thursday: when and how many places are left.
    async fn slots(&self) -> Vec<(String, i64)> {
        let path = format!("{HOURS}available-slots/?date_start=2027-03-04&date_end=2027-03-04");
        let slots = ok(self.get(&self.patient, &path).await);
        let slot = |slot: &Value| {
            let at = slot["datetime"].as_str().unwrap()[11..16].to_owned();
            assert_eq!(slot["available"], json!(slot["remaining"] != json!(0)));
            (at, slot["remaining"].as_i64().unwrap())
        };
        slots.as_array().unwrap().iter().map(slot).collect()
    }

    fn wish(&self, at: &str, changes: Value) -> Value {
        let start = Timestamp::parse(&format!("2027-03-04T{at}:00Z")).unwrap();
        let end = start.plus(Duration::from_secs(1800));
        let zone = kernel::Zone::utc();
        let mut input = json!({"medecin": self.doctor_id, "requested_start": start.rfc3339(&zone), "requested_end": end.rfc3339(&zone)});
        for (key, value) in changes.as_object().unwrap() {
            input[key] = value.clone();
        }
        input
    }

    async fn ask(&self, token: &str, at: &str, changes: Value) -> Answer {
        self.post(token, ALL, self.wish(at, changes)).await
    }

    async fn act(&self, token: &str, one: &Value, action: &str, body: Value) -> Answer {
        let path = format!("{ALL}{}/{action}/", one["id"].as_str().unwrap());
        self.post(token, &path, body).await
    }
}

fn free(slots: &[(String, i64)]) -> Vec<&str> {
    let free = slots.iter().filter(|(_, left)| *left > 0);
    free.map(|(at, _)| at.as_str()).collect()
}

on_both_engines! {
    async fn hours_are_kept_apart_and_each_doctor_writes_his_own(db) {
        let s = scene(&db).await;
        let made = s.hours(json!({"location": "Cabinet 2", "notes": "clé au bureau"})).await;
        assert_eq!((made["start_time"].as_str(), made["duration_minutes"].as_i64(), made["max_consultations"].as_i64()), (Some("08:00"), Some(30), Some(1)));
        let clash = json!({"day_of_week": 3, "start_time": "09:30", "end_time": "11:00", "consultation_type": "distanciel"});
        assert_eq!(code(&s.post(&s.doctor, HOURS, clash.clone()).await), conflict("hours-overlap"));
        // Next to them, of another doctor, and idle ones.
        for (token, change) in [(&s.doctor, json!({"start_time": "10:00"})), (&s.other, json!({})), (&s.doctor, json!({"is_active": false}))] {
            let mut input = clash.clone();
            for (key, value) in change.as_object().unwrap() {
                input[key] = value.clone();
            }
            ok(s.post(token, HOURS, input).await);
        }
        for (token, status) in [(&s.patient, 403), (&s.agent, 403), (&s.foreign, 400)] {
            let mut input = clash.clone();
            input["medecin"] = json!(s.doctor_id);
            assert_eq!(s.post(token, HOURS, input).await.status, status);
        }
        let mut others = clash.clone();
        others["medecin"] = json!(s.other_id);
        assert_eq!(s.post(&s.doctor, HOURS, others).await.status, 403, "a doctor writes his own");
        let bad = json!({"day_of_week": 7, "start_time": "10:00", "end_time": "10:00", "duration_minutes": 4, "max_consultations": 0});
        let found = faults(&s.post(&s.doctor, HOURS, bad).await);
        let fields: Vec<_> = found.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["day_of_week", "end_time", "duration_minutes", "max_consultations"]);
        let wrong = json!({"day_of_week": 1, "start_time": "25:00", "end_time": "26:00"});
        assert_eq!(faults(&s.post(&s.doctor, HOURS, wrong).await), [("start_time".to_owned(), "not-a-time".to_owned())]);
        // Patients see what holds, without notes.
        let list = ok(s.get(&s.patient, HOURS).await);
        assert_eq!(list["count"], json!(3));
        assert!(list["results"].as_array().unwrap().iter().all(|h| h["notes"].is_null() && h["is_active"] == json!(true)));
        let one = format!("{HOURS}{}/", made["id"].as_str().unwrap());
        assert_eq!(ok(s.get(&s.doctor, &one).await)["notes"], json!("clé au bureau"));
        assert_eq!(s.get(&s.foreign, &one).await.status, 404);
        // Changed only by its doctor, at its version, and not into others.
        let moved = json!({"end_time": "11:00"});
        assert_eq!(code(&s.call(&s.doctor, Method::PATCH, &one, moved.clone()).await), conflict("hours-overlap"));
        assert_eq!(s.call(&s.other, Method::PATCH, &one, moved).await.status, 403);
        let shorter = s.call(&s.doctor, Method::PATCH, &one, json!({"end_time": "09:00", "notes": null})).await;
        let shorter = ok(shorter);
        assert_eq!((shorter["end_time"].as_str(), &shorter["notes"], shorter["version"].as_i64()), (Some("09:00"), &json!(null), Some(2)));
        assert_eq!(s.call(&s.doctor, Method::DELETE, &one, json!({})).await.status, 204);
        assert_eq!(s.get(&s.doctor, &one).await.status, 404);
    }

    async fn slots_are_cut_by_duration_and_lose_what_is_taken(db) {
        let s = scene(&db).await;
        s.hours(json!({"max_consultations": 2})).await;
        assert_eq!(s.slots().await, [("08:00", 2), ("08:30", 2), ("09:00", 2), ("09:30", 2)].map(|(at, n)| (at.to_owned(), n)));
        ok(s.ask(&s.patient, "08:30", json!({})).await);
        assert_eq!(s.slots().await[0..3], [("08:00", 2), ("08:30", 1), ("09:00", 2)].map(|(at, n)| (at.to_owned(), n)), "a request counts on its slot only");
        // An absence of an hour takes the slots it touches, not the day.
        let away = json!({"start_datetime": "2027-03-04T09:10:00Z", "end_datetime": "2027-03-04T09:40:00Z", "exception_type": "formation", "reason": "Staff"});
        let away = ok(s.post(&s.doctor, AWAY, away).await);
        assert_eq!(free(&s.slots().await), ["08:00", "08:30"]);
        assert_eq!(code(&s.ask(&s.patient, "09:00", json!({})).await), conflict("doctor-away"));
        // Every week, from its first time on.
        let path = format!("{AWAY}{}/", away["id"].as_str().unwrap());
        ok(s.call(&s.doctor, Method::PATCH, &path, json!({"is_recurring": true})).await);
        let next = format!("{HOURS}available-slots/?date_start=2027-03-11&date_end=2027-03-11");
        assert_eq!(ok(s.get(&s.patient, &next).await).as_array().unwrap().len(), 2);
        // What patients may not see, and what is no range.
        assert_eq!(s.get(&s.patient, AWAY).await.status, 403);
        assert_eq!(s.get(&s.patient, &path).await.status, 403);
        let list = ok(s.get(&s.agent, &format!("{AWAY}?date_from=2028-01-01")).await);
        assert_eq!(list["count"], json!(1), "a weekly one goes on");
        for (query, field) in [("date_start=2027-03-04", "date_end"), ("date_start=2027-03-04&date_end=2027-03-01", "date_end"), ("date_start=2027-03-04&date_end=2027-09-01", "date_end"), ("date_start=demain&date_end=2027-03-01", "date_start")] {
            let answer = s.get(&s.patient, &format!("{HOURS}available-slots/?{query}")).await;
            assert_eq!((answer.status, faults(&answer)[0].0.as_str()), (StatusCode::BAD_REQUEST, field), "{query}");
        }
        let backwards = json!({"start_datetime": "2027-03-04T10:00:00Z", "end_datetime": "2027-03-04T09:00:00Z"});
        assert_eq!(faults(&s.post(&s.doctor, AWAY, backwards).await), [("end_datetime".to_owned(), "end-before-start".to_owned())]);
        // Only that way to come; and of the other doctor nothing.
        for (filter, count) in [("consultation_type=distanciel", 0), ("consultation_type=presentiel", 2), (&format!("medecin={}", s.other_id), 0)] {
            let answer = s.get(&s.patient, &format!("{next}&{filter}")).await;
            assert_eq!(ok(answer).as_array().unwrap().len(), count, "{filter}");
        }
    }

    async fn a_request_holds_its_place_for_fifteen_minutes(db) {
        let s = scene(&db).await;
        s.hours(json!({})).await;
        let first = ok(s.ask(&s.patient, "08:00", json!({"message_patient": "Tension"})).await);
        assert_eq!((first["status"].as_str(), first["message_patient"].as_str()), (Some("pending"), Some("Tension")));
        assert_eq!(code(&s.ask(&s.stranger, "08:00", json!({})).await), conflict("slot-full"));
        s.clock.advance(Duration::from_secs(15 * 60));
        let s = s.signed_in_again().await;
        let second = ok(s.ask(&s.stranger, "08:00", json!({})).await);
        // The first waits on, but its place is gone.
        assert_eq!(code(&s.act(&s.doctor, &first, "confirm", json!({})).await), conflict("slot-full"));
        ok(s.act(&s.doctor, &second, "confirm", json!({})).await);
        let another = json!({"confirmed_start": "2027-03-04T08:30:00Z"});
        let agreed = ok(s.act(&s.doctor, &first, "confirm", another).await);
        assert_eq!((agreed["confirmed_start"].as_str(), agreed["confirmed_end"].as_str()), (Some("2027-03-04T08:30:00+00:00"), Some("2027-03-04T09:00:00+00:00")));
        assert_eq!(agreed["requested_start"], json!("2027-03-04T08:00:00+00:00"));
        let doctor = ok(s.get(&s.patient, &format!("/api/v1/auth/medecins/{}/", s.doctor_id)).await);
        assert_eq!(doctor["next_free_slot"], json!("2027-03-04T09:00:00+00:00"));
        let doctors = ok(s.get(&s.patient, "/api/v1/auth/medecins/").await);
        let mut next: Vec<_> = doctors["results"].as_array().unwrap().iter().map(|d| d["next_free_slot"].is_string()).collect();
        next.sort_unstable();
        assert_eq!(next, [false, true]);
        assert_eq!(free(&s.slots().await), ["09:00", "09:30"]);
    }

    async fn a_clinic_says_how_long_a_request_holds_its_place(db) {
        let s = scene(&db).await;
        s.hours(json!({})).await;
        let before = ok(s.ask(&s.patient, "08:00", json!({})).await);
        const SETTING: &str = "/api/v1/appointments/online-booking/";
        let set = async |minutes: Value| {
            let chef = s.clinic.token_of("chef").await;
            s.clinic.call_as(Some(&chef), Method::PATCH, SETTING, Some(json!({"hold_minutes": minutes}))).await
        };
        for wrong in [4, 1441, -15] {
            assert_eq!(faults(&set(json!(wrong)).await), [("hold_minutes".to_owned(), "hold-out-of-range".to_owned())]);
        }
        let shown = ok(set(json!(90)).await);
        assert_eq!((&shown["hold_minutes"], &shown["open"], &shown["version"]), (&json!(90), &json!(false), &json!(1)));
        let after = ok(s.ask(&s.patient, "09:00", json!({})).await);
        let kept = |one: &Value| -> i64 {
            let at = |field: &str| {
                let (hour, minute) = one[field].as_str().unwrap()[11..16].split_once(':').unwrap();
                hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap()
            };
            at("held_until") - at("created_at")
        };
        // What was asked for before keeps what it was promised.
        let before = ok(s.get(&s.doctor, &format!("/api/v1/appointments/{}/", before["id"].as_str().unwrap())).await);
        assert_eq!((kept(&before), kept(&after)), (15, 90));
        s.clock.advance(Duration::from_secs(89 * 60));
        let s = s.signed_in_again().await;
        assert_eq!(code(&s.ask(&s.stranger, "09:00", json!({})).await), conflict("slot-full"));
        assert_eq!(free(&s.slots().await), ["08:00", "08:30", "09:30"]);
        s.clock.advance(Duration::from_secs(60));
        let s = s.signed_in_again().await;
        assert_eq!(free(&s.slots().await), ["08:00", "08:30", "09:00", "09:30"]);
        // A wish for another time begins anew.
        let moved = s.act(&s.patient, &after, "reschedule", json!({"requested_start": "2027-03-04T09:30:00Z", "requested_end": "2027-03-04T10:00:00Z"})).await;
        let moved = ok(moved);
        assert_eq!(moved["status"], "pending");
        assert_eq!(free(&s.slots().await), ["08:00", "08:30", "09:00"]);
    }

    async fn patients_choose_among_what_is_offered(db) {
        let s = scene(&db).await;
        s.hours(json!({})).await;
        for (at, change) in [("08:10", json!({})), ("14:00", json!({})), ("08:00", json!({"consultation_mode": "distanciel"}))] {
            assert_eq!(code(&s.ask(&s.patient, at, change).await), conflict("slot-not-offered"), "{at}");
        }
        let past = json!({"requested_start": "2027-03-03T06:00:00Z", "requested_end": "2027-03-03T06:30:00Z"});
        let wrong = [
            (past, "requested_start", "in-the-past"),
            (json!({"requested_end": "2027-03-04T08:00:00Z"}), "requested_end", "end-before-start"),
            (json!({"requested_end": "2027-03-04T18:00:00Z"}), "requested_end", "visit-too-long"),
            (json!({"requested_start": "demain"}), "requested_start", "not-a-time"),
            (json!({"medecin": s.patient_id}), "medecin", "no-such-doctor"),
            (json!({"consultation_mode": "both"}), "consultation_mode", "not-a-choice"),
            (json!({"patient": s.stranger_id}), "patient", "staff-only"),
            (json!({"overbook_reason": "ami"}), "overbook_reason", "staff-only"),
            (json!({"message_medecin": "x"}), "message_medecin", "staff-only"),
        ];
        for (change, field, fault) in wrong {
            let answer = s.ask(&s.patient, "08:00", change).await;
            assert_eq!(faults(&answer), [(field.to_owned(), fault.to_owned())], "{}", answer.text);
        }
        // Times without an offset are the clinic's.
        let local = json!({"requested_start": "2027-03-04T08:00", "requested_end": "2027-03-04T08:30"});
        ok(s.ask(&s.patient, "08:00", local).await);
        // Staff may put one beside the hours, and above the room only with a reason.
        let for_her = json!({"patient": s.patient_id});
        ok(s.ask(&s.agent, "14:00", for_her.clone()).await);
        assert_eq!(code(&s.ask(&s.agent, "14:00", for_her.clone()).await), conflict("slot-full"));
        let above = json!({"patient": s.patient_id, "overbook_reason": "Urgence, le docteur est d’accord"});
        let above = ok(s.ask(&s.agent, "08:00", above).await);
        let agreed = ok(s.act(&s.doctor, &above, "confirm", json!({})).await);
        assert_eq!(agreed["overbook_reason"], json!("Urgence, le docteur est d’accord"));
        assert_eq!(faults(&s.ask(&s.agent, "09:00", json!({})).await), [("patient".to_owned(), "required".to_owned())]);
    }

    async fn the_states_go_one_way(db) {
        let s = scene(&db).await;
        s.hours(json!({})).await;
        let one = ok(s.ask(&s.patient, "08:00", json!({})).await);
        assert_eq!(code(&s.act(&s.doctor, &one, "complete", json!({})).await), conflict("not-confirmed"));
        let empty = s.act(&s.doctor, &one, "decline", json!({"message_medecin": " "})).await;
        assert_eq!(faults(&empty), [("message_medecin".to_owned(), "required".to_owned())]);
        ok(s.act(&s.doctor, &one, "confirm", json!({"location_note": "Cabinet 2"})).await);
        assert_eq!(code(&s.act(&s.doctor, &one, "confirm", json!({})).await), conflict("nothing-changed"));
        let late = json!({"message_medecin": "non"});
        assert_eq!(code(&s.act(&s.doctor, &one, "decline", late.clone()).await), conflict("not-pending"));
        assert_eq!(code(&s.act(&s.doctor, &one, "no-show", json!({})).await), conflict("not-begun"));
        ok(s.act(&s.patient, &one, "cancel", json!({"message": "Je voyage"})).await);
        for action in ["confirm", "cancel", "assign", "complete", "no-show"] {
            assert_eq!(code(&s.act(&s.doctor, &one, action, json!({})).await), conflict("appointment-over"), "{action}");
        }
        assert_eq!(code(&s.act(&s.doctor, &one, "decline", late.clone()).await), conflict("appointment-over"));
        assert_eq!(free(&s.slots().await).len(), 4, "the place is free at once");
        let path = format!("{ALL}{}/history/", one["id"].as_str().unwrap());
        let steps = ok(s.get(&s.patient, &path).await);
        let words: Vec<_> = steps.as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect();
        assert_eq!(words, ["requested", "confirmed", "cancelled"]);
        assert_eq!(steps[2]["note"], json!("Je voyage"));
        let declined = ok(s.ask(&s.patient, "08:30", json!({})).await);
        let declined = ok(s.act(&s.doctor, &declined, "decline", late).await);
        assert_eq!((declined["status"].as_str(), declined["message_medecin"].as_str()), (Some("declined"), Some("non")));
        let kept = ok(s.ask(&s.patient, "08:30", json!({})).await);
        ok(s.act(&s.doctor, &kept, "confirm", json!({})).await);
        s.clock.advance(Duration::from_secs(26 * 3600));
        let s = s.signed_in_again().await;
        assert_eq!(ok(s.act(&s.doctor, &kept, "no-show", json!({})).await)["status"], json!("no_show"));
    }

    async fn each_sees_his_own_and_no_other(db) {
        let s = scene(&db).await;
        s.hours(json!({})).await;
        let one = ok(s.ask(&s.patient, "08:00", json!({"message_patient": "Toux"})).await);
        let path = format!("{ALL}{}/", one["id"].as_str().unwrap());
        for (token, status) in [(&s.patient, 200), (&s.doctor, 200), (&s.agent, 200), (&s.admin, 200), (&s.stranger, 404), (&s.other, 404), (&s.foreign, 404)] {
            assert_eq!(s.get(token, &path).await.status, status);
            let seen = ok(s.get(token, ALL).await)["count"] == json!(1);
            assert_eq!(seen, status == 200);
        }
        assert_eq!(s.act(&s.stranger, &one, "cancel", json!({})).await.status, 404);
        assert_eq!(s.act(&s.other, &one, "confirm", json!({})).await.status, 404);
        for action in ["confirm", "assign", "decline", "complete", "no-show"] {
            assert_eq!(s.act(&s.patient, &one, action, json!({"message_medecin": "x"})).await.status, 403, "{action}");
        }
        // Without a doctor any doctor sees it, and the first who takes it has it.
        let open = ok(s.ask(&s.patient, "10:00", json!({"medecin": null})).await);
        assert_eq!(ok(s.get(&s.other, ALL).await)["count"], json!(1));
        assert_eq!(code(&s.act(&s.agent, &open, "confirm", json!({})).await), conflict("no-doctor"));
        let taken = ok(s.act(&s.other, &open, "assign", json!({})).await);
        assert_eq!(taken["medecin"], json!(s.other_id));
        assert_eq!(s.act(&s.doctor, &open, "assign", json!({})).await.status, 404);
        let given = ok(s.act(&s.agent, &open, "assign", json!({"medecin_id": s.doctor_id})).await);
        assert_eq!(given["medecin"], json!(s.doctor_id));
        let agenda = ok(s.get(&s.doctor, &format!("{ALL}mon-agenda/?date_debut=2027-03-04&date_fin=2027-03-04")).await);
        assert_eq!(agenda["count"], json!(2));
        let agenda = ok(s.get(&s.doctor, &format!("{ALL}mon-agenda/?date_debut=2027-03-05")).await);
        assert_eq!(agenda["count"], json!(0));
        // A restricted patient's words stay with who may open his record.
        ok(s.call(&s.admin, Method::PATCH, &format!("/api/v1/patients/{}/access/", s.patient_id), json!({"restricted": true, "staff": [s.doctor_id]})).await);
        assert_eq!(ok(s.get(&s.doctor, &path).await)["message_patient"], json!("Toux"));
        let closed = ok(s.get(&s.agent, &path).await);
        assert_eq!((&closed["message_patient"], closed["patient_name"].is_string()), (&json!(null), true));
        let list = ok(s.get(&s.agent, ALL).await);
        assert!(list["results"].as_array().unwrap().iter().all(|one| one["message_patient"].is_null()));
        let moved = json!({"requested_start": "2027-03-04T09:00:00Z", "requested_end": "2027-03-04T09:30:00Z", "message": "Fièvre"});
        assert_eq!(ok(s.act(&s.agent, &one, "reschedule", moved).await)["message_patient"], json!(null));
        let steps = format!("{path}history/");
        assert!(!s.get(&s.agent, &steps).await.text.contains("Fièvre"));
        assert!(s.get(&s.doctor, &steps).await.text.contains("Fièvre"));
        assert_eq!(ok(s.get(&s.patient, &path).await)["message_patient"], json!("Toux"), "kept for those who may");
    }

    async fn a_moved_appointment_leaves_its_place_and_keeps_its_state(db) {
        let s = scene(&db).await;
        s.hours(json!({})).await;
        let one = ok(s.ask(&s.patient, "08:00", json!({})).await);
        ok(s.act(&s.doctor, &one, "confirm", json!({})).await);
        ok(s.ask(&s.stranger, "09:00", json!({})).await);
        let to = |at: &str| {
            let wish = s.wish(at, json!({}));
            json!({"requested_start": wish["requested_start"], "requested_end": wish["requested_end"]})
        };
        assert_eq!(code(&s.act(&s.patient, &one, "reschedule", to("09:00")).await), conflict("slot-full"));
        assert_eq!(code(&s.act(&s.patient, &one, "reschedule", to("13:00")).await), conflict("slot-not-offered"));
        let moved = ok(s.act(&s.patient, &one, "reschedule", to("09:30")).await);
        assert_eq!((moved["status"].as_str(), moved["confirmed_start"].as_str()), (Some("confirmed"), Some("2027-03-04T09:30:00+00:00")));
        assert_eq!(free(&s.slots().await), ["08:00", "08:30"]);
        // Twice at once: who read the older version hears of it.
        let path = format!("{ALL}{}/", one["id"].as_str().unwrap());
        let request = |tag: &'static str| {
            let request = axum::http::Request::builder().method(Method::PATCH).uri(&path)
                .header("authorization", format!("Bearer {}", s.patient)).header("content-type", "application/json").header("if-match", tag)
                .body(axum::body::Body::from(r#"{"message_patient": "Je viens avec ma mère"}"#)).unwrap();
            s.clinic.send(request)
        };
        assert_eq!(request("\"2\"").await.status, 412);
        assert_eq!(request("\"3\"").await.status, 200);
    }

    async fn a_series_is_whole_or_not_at_all(db) {
        let s = scene(&db).await;
        s.hours(json!({})).await;
        let series = json!({"patient": s.patient_id, "series": {"every_weeks": 1, "count": 4}});
        let first = ok(s.ask(&s.agent, "08:00", series.clone()).await);
        let all = ok(s.get(&s.agent, &format!("{ALL}?patient={}", s.patient_id)).await);
        let starts: Vec<_> = all["results"].as_array().unwrap().iter().map(|one| &one["requested_start"].as_str().unwrap()[..16]).collect();
        assert_eq!(starts, ["2027-03-04T08:00", "2027-03-11T08:00", "2027-03-18T08:00", "2027-03-25T08:00"]);
        assert!(all["results"].as_array().unwrap().iter().all(|one| one["series"] == first["series"] && one["series"].is_string()));
        let again = json!({"patient": s.stranger_id, "requested_start": "2027-02-25T08:00:00Z", "series": {"every_weeks": 1, "count": 2}});
        assert_eq!(s.ask(&s.agent, "08:00", again).await.status, 400, "the first lies in the past");
        let mut clash = series;
        clash["patient"] = json!(s.stranger_id);
        assert_eq!(code(&s.ask(&s.agent, "08:00", clash).await), conflict("slot-full"));
        assert_eq!(ok(s.get(&s.agent, &format!("{ALL}?patient={}", s.stranger_id)).await)["count"], json!(0));
        let long = json!({"patient": s.patient_id, "series": {"every_weeks": 1, "count": 53}});
        assert_eq!(faults(&s.ask(&s.agent, "09:00", long).await), [("series".to_owned(), "series-too-long".to_owned())]);
    }

    async fn the_patient_hears_of_every_step_in_his_language(db) {
        let s = scene(&db).await;
        s.hours(json!({})).await;
        let one = ok(s.ask(&s.patient, "08:00", json!({"message_patient": "Palu ?"})).await);
        ok(s.act(&s.doctor, &one, "confirm", json!({"message_medecin": "À jeun"})).await);
        ok(s.act(&s.doctor, &one, "cancel", json!({"message": "Le docteur est malade"})).await);
        let outbox = ok(s.get(&s.admin, "/api/v1/outbox/").await);
        let bodies: Vec<_> = outbox["results"].as_array().unwrap().iter().map(|m| m["body"].as_str().unwrap_or_default().to_owned()).collect();
        let told: Vec<_> = bodies.iter().filter(|body| body.contains("04/03/2027")).collect();
        assert_eq!(told.len(), 3, "{bodies:?}");
        assert!(told.iter().all(|body| body.contains("04/03/2027 à 08:00") && body.contains("/my/appointments")), "{told:?}");
        assert!(told.iter().all(|body| !body.contains("Palu") && !body.contains("jeun") && !body.contains("malade")), "nothing of health: {told:?}");
    }

    async fn a_series_is_called_off_in_one_act(db) {
        let s = scene(&db).await;
        s.hours(json!({"end_time": "12:00"})).await;
        let series = json!({"patient": s.patient_id, "series": {"every_weeks": 1, "count": 4}});
        let first = ok(s.ask(&s.agent, "08:00", series).await);
        let all = async |s: &Scene| {
            let list = ok(s.get(&s.clinic.token_of("chef").await, &format!("{ALL}?page_size=100")).await);
            list["results"].as_array().unwrap().iter().filter(|one| one["series"] == first["series"]).cloned().collect::<Vec<_>>()
        };
        for one in all(&s).await {
            ok(s.act(&s.doctor, &one, "confirm", json!({})).await);
        }
        let single = ok(s.ask(&s.stranger, "09:00", json!({})).await);
        let (id, none) = (first["id"].as_str().unwrap(), single["id"].as_str().unwrap());
        let off = |id: &str| format!("{ALL}{id}/cancel-series/");
        assert_eq!(s.post(&s.patient, &off(id), json!({})).await.status, 403);
        assert_eq!(s.post(&s.foreign, &off(id), json!({})).await.status, 404);
        assert_eq!(s.post(&s.other, &off(id), json!({})).await.status, 404, "another doctor's");
        assert_eq!(code(&s.post(&s.agent, &off(none), json!({})).await), conflict("no-series"));
        // The first has begun.
        s.clock.advance(Duration::from_secs(25 * 3600 + 300));
        let agent = s.clinic.token_of("accueil").await;
        let told = async || {
            let outbox = ok(s.get(&s.clinic.token_of("chef").await, "/api/v1/outbox/?page_size=100").await);
            let bodies = outbox["results"].as_array().unwrap().iter().map(|m| m["body"].as_str().unwrap_or_default().to_owned());
            bodies.filter(|body| body.contains("annulé")).collect::<Vec<_>>()
        };
        let both = futures_util::future::join(s.post(&agent, &off(id), json!({"message": "Le médecin part"})), s.post(&agent, &off(id), json!({}))).await;
        let counts = [ok(both.0), ok(both.1)].map(|body| body.as_array().unwrap().len());
        assert_eq!(counts.iter().sum::<usize>(), 3, "twice is once: {counts:?}");
        assert!(counts.contains(&0));
        let states: Vec<_> = all(&s).await.iter().map(|one| one["status"].as_str().unwrap().to_owned()).collect();
        assert_eq!(states, ["confirmed", "cancelled", "cancelled", "cancelled"]);
        let told = told().await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("Vos 3 rendez-vous à partir du 11/03/2027 sont annulés"), "{told:?}");
        let trail = ok(s.get(&s.clinic.token_of("chef").await, "/api/v1/audit/?action=appointment.cancel").await);
        assert_eq!(trail["count"], 3);
        let page = testkit::session::Session::of(&s.clinic, "accueil").await.get(&format!("/agenda/appointments/{id}")).await.text;
        assert!(!page.contains("cancel-series"), "nothing is left to call off: {page}");
    }

    async fn the_page_of_a_series_calls_it_off(db) {
        let s = scene(&db).await;
        s.hours(json!({})).await;
        let series = json!({"patient": s.patient_id, "series": {"every_weeks": 2, "count": 2}});
        let first = ok(s.ask(&s.agent, "08:00", series).await);
        let path = format!("/agenda/appointments/{}", first["id"].as_str().unwrap());
        let agent = testkit::session::Session::of(&s.clinic, "accueil").await;
        let page = agent.get(&path).await.text;
        assert!(page.contains("2 rendez-vous à venir seront annulés"), "{page}");
        let long = "x".repeat(3000);
        let wrong = agent.submit(&format!("{path}/cancel-series"), &[("message", &long)]).await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.text.contains(&long), "what was written is kept");
        let done = agent.submit(&format!("{path}/cancel-series"), &[("message", "Guéri")]).await;
        assert_eq!(done.headers["location"], format!("{path}?done=cancel-series"));
        let page = agent.get(&format!("{path}?done=cancel-series")).await.text;
        assert!(page.contains("Les rendez-vous à venir de cette série sont annulés") && page.contains("Guéri"), "{page}");
    }

    async fn reminders_go_by_the_clinics_ladder_and_once_a_day(db) {
        let mut s = scene(&db).await;
        let rules = format!("{ALL}reminders/");
        let usual = ok(s.get(&s.admin, &rules).await);
        assert_eq!(usual, json!({"two_days_before": true, "evening_before": true, "two_hours_before": true, "evening_time": "18:00", "version": 0}));
        for (token, status) in [(&s.patient, 403), (&s.doctor, 403), (&s.agent, 403)] {
            assert_eq!(s.get(token, &rules).await.status, status);
        }
        let set = json!({"two_days_before": true, "evening_before": true, "two_hours_before": false, "evening_time": "21:30"});
        assert_eq!(faults(&s.call(&s.admin, Method::PUT, &rules, set.clone()).await), [("evening_time".to_owned(), "quiet-hours".to_owned())]);
        let mut right = set;
        right["evening_time"] = json!("17:00");
        assert_eq!(ok(s.call(&s.admin, Method::PUT, &rules, right).await)["version"], json!(1));
        s.hours(json!({})).await;
        // Two visits of one morning, agreed to two weeks ahead; one of them is moved to another day.
        let far = |at: &str| s.wish(at, json!({"requested_start": format!("2027-03-18T{at}:00Z"), "requested_end": format!("2027-03-18T{}:30Z", &at[..2])}));
        let mut made = Vec::new();
        for at in ["08:00", "09:00"] {
            let one = ok(s.post(&s.patient, ALL, far(at)).await);
            made.push(ok(s.act(&s.doctor, &one, "confirm", json!({})).await));
        }
        let gone = ok(s.ask(&s.stranger, "08:00", json!({})).await);
        ok(s.act(&s.doctor, &gone, "confirm", json!({})).await);
        ok(s.act(&s.doctor, &gone, "cancel", json!({})).await);
        s.clock.advance(Duration::from_secs((13 * 24 + 12) * 3600));
        s.clinic.start_work();
        let s = s;
        let admin = s.clinic.token_of("chef").await;
        let limit = Duration::from_secs(30);
        let told = testkit::db::eventually("the reminders", limit, || async {
            let due = outstanding(&s).await;
            let outbox = ok(s.get(&admin, "/api/v1/outbox/?page_size=100").await);
            let bodies = outbox["results"].as_array().unwrap().iter();
            let told: Vec<_> = bodies.map(|m| m["body"].as_str().unwrap_or_default().to_owned()).filter(|body| body.contains("Rappel")).collect();
            (due == 0 && !told.is_empty()).then_some(told)
        }).await;
        assert_eq!(told.len(), 1, "one speaks for both visits, none for what was called off: {told:?}");
        assert!(told[0].contains("2 rendez-vous") && told[0].contains("18/03/2027") && told[0].contains("08:00"), "{told:?}");
        assert!(!told[0].contains("Palu"));
    }

    async fn two_hundred_at_once_on_fifty_places_are_fifty(db) {
        let s = scene(&db).await;
        s.hours(json!({"max_consultations": 10, "end_time": "10:30"})).await;
        let tries = stream::iter((0..200).map(|n| {
            let at = ["08:00", "08:30", "09:00", "09:30", "10:00"][n % 5];
            let patient = json!({"patient": s.patient_id});
            let s = &s;
            async move { s.ask(&s.agent, at, patient).await }
        }));
        let answers: Vec<Answer> = tries.buffer_unordered(200).collect().await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        let full = answers.iter().filter(|answer| code(answer) == conflict("slot-full")).count();
        assert_eq!((made, full), (50, 150));
        assert!(s.slots().await.iter().all(|(_, left)| *left == 0));
    }

    async fn the_database_itself_refuses_what_is_above_the_room(db) {
        let s = scene(&db).await;
        s.hours(json!({})).await;
        let one = ok(s.ask(&s.patient, "08:00", json!({})).await);
        ok(s.act(&s.doctor, &one, "confirm", json!({})).await);
        let free = ok(s.ask(&s.stranger, "08:30", json!({})).await);
        // Past the program's own look: the same time, touching it, and within it.
        for (from, length, refused) in [(0, 30, true), (10, 10, true), (-10, 15, true), (-30, 30, false), (30, 30, false)] {
            let moved = moved(&s, &free, from, length).await;
            assert_eq!(moved.is_err(), refused, "{from} {length}");
            if let Err(error) = moved {
                assert!(error.is_check("appointment_room"), "{error}");
            }
        }
    }
}

const DUE: store::Sql = store::Sql::new(
    "SELECT COUNT(*) AS value FROM appointment_reminder WHERE tenant_id = $1 AND work_due_at IS NOT NULL AND work_due_at <= $2",
);

/// Reminders whose hour has come and that nobody has looked at.
async fn outstanding(s: &Scene) -> i64 {
    let mut tx = s.clinic.app.store.read(s.clinic.tenant).await.unwrap();
    let values = store::params![s.clinic.tenant, s.clock.now()];
    tx.one(DUE, values).await.unwrap()
}

const MOVE: store::Sql = store::Sql::new(
    "UPDATE appointment SET starts_at = $3, ends_at = $4, status = 'confirmed', confirmed_at = $3
    WHERE tenant_id = $1 AND id = $2",
);

/// Puts an appointment beside 08:00, minutes from there, without asking anybody.
async fn moved(s: &Scene, one: &Value, from: i64, length: i64) -> Result<(), store::StoreError> {
    let eight = Timestamp::parse("2027-03-04T08:00:00Z").unwrap().micros();
    let at = |minutes: i64| Timestamp::from_micros(eight + minutes * 60_000_000);
    let id: uuid::Uuid = one["id"].as_str().unwrap().parse().unwrap();
    let tenant = s.clinic.tenant;
    let values = store::params![tenant, id, at(from), at(from + length)];
    s.clinic
        .app
        .store
        .write(tenant, move |tx| {
            Box::pin(async move { tx.execute_one(MOVE, values).await })
        })
        .await
}
