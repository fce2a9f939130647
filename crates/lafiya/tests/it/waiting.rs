//! The waiting list: who is offered a place that became free, for how long, and
//! that a place goes to one person only.

use std::time::Duration;

use axum::http::Method;
use futures_util::future::join_all;
use kernel::{Clock, Role, Timestamp, UserId};
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, TestClinic, code, conflict, fault, ok},
    db::{TestDb, eventually},
    on_both_engines,
    session::Session,
};

use crate::appointments::{ALL, HOURS};

const LIST: &str = "/api/v1/waiting-list/";
/// A Wednesday; the clinic stands in Dakar, where clocks never change.
const NOW: &str = "2027-03-03T09:00:00Z";
/// The day after, on which the doctor receives.
const DAY: &str = "2027-03-04";
const LIMIT: Duration = Duration::from_secs(30);
const QUARTER: Duration = Duration::from_secs(15 * 60);

struct Scene {
    clinic: TestClinic,
    clock: Clock,
    doctor: UserId,
    other: UserId,
    /// The records of aimee, moussa and fatou.
    patients: Vec<String>,
}

const PATIENTS: [(&str, &str, &str); 3] = [
    ("aimee", "Aimée", "+221771112201"),
    ("moussa", "Moussa", "+221771112202"),
    ("fatou", "Fatou", "+221771112203"),
];

/// A clinic at work, with a doctor who receives on Thursdays from eight to ten, and
/// three patients with records.
async fn scene(db: &TestDb) -> Scene {
    scene_with(db, PATIENTS).await
}

async fn scene_with(db: &TestDb, people: [(&str, &str, &str); 3]) -> Scene {
    let clock = Clock::fixed(Timestamp::parse(NOW).unwrap());
    let mut clinic = TestClinic::with_clock(db, &clock).await;
    let tenant = clinic.tenant;
    let doctor = clinic.member(tenant, "dr-awa", Role::Practitioner).await;
    let other = clinic.member(tenant, "dr-binta", Role::Practitioner).await;
    clinic.member(tenant, "accueil", Role::Agent).await;
    clinic.member(tenant, "chef", Role::Admin).await;
    let mut patients = Vec::new();
    for (name, first, phone) in people {
        clinic.member(tenant, name, Role::Patient).await;
        let mut input = crate::records::input();
        (input["prenom"], input["telephone"]) = (json!(first), json!(phone));
        let token = clinic.token_of(name).await;
        let path = "/api/v1/fiche-consultation/";
        let made = clinic
            .call_as(Some(&token), Method::POST, path, Some(input))
            .await;
        patients.push(ok(made)["patient_id"].as_str().unwrap().to_owned());
    }
    clinic.start_work();
    let scene = Scene {
        clinic,
        clock,
        doctor,
        other,
        patients,
    };
    scene.hours("dr-awa", json!({})).await;
    scene
}

impl Scene {
    /// Signed in anew: a token lives as long as an offer.
    async fn call(&self, who: &str, method: Method, path: &str, body: Value) -> Answer {
        let token = self.clinic.token_of(who).await;
        let body = (method != Method::GET).then_some(body);
        self.clinic.call_as(Some(&token), method, path, body).await
    }

    async fn get(&self, who: &str, path: &str) -> Value {
        ok(self.call(who, Method::GET, path, json!(null)).await)
    }

    async fn post(&self, who: &str, path: &str, body: Value) -> Answer {
        self.call(who, Method::POST, path, body).await
    }

    async fn hours(&self, who: &str, changes: Value) {
        let mut input = json!({"day_of_week": 3, "start_time": "08:00", "end_time": "10:00", "consultation_type": "presentiel"});
        for (key, value) in changes.as_object().unwrap() {
            input[key] = value.clone();
        }
        ok(self.post(who, HOURS, input).await);
    }

    /// An appointment at this time of the Thursday that the doctor agreed to.
    async fn agreed(&self, who: &str, at: &str) -> String {
        self.agreed_with(("dr-awa", self.doctor), who, at).await
    }

    async fn agreed_with(&self, (name, id): (&str, UserId), who: &str, at: &str) -> String {
        let start = Timestamp::parse(&format!("{DAY}T{at}:00Z")).unwrap();
        let end = start
            .plus(Duration::from_secs(1800))
            .rfc3339(&kernel::Zone::utc());
        let body = json!({"medecin": id, "requested_start": format!("{DAY}T{at}:00Z"), "requested_end": end});
        let made = ok(self.post(who, ALL, body).await);
        let id = made["id"].as_str().unwrap().to_owned();
        ok(self.act(name, &id, "confirm", json!({})).await);
        id
    }

    async fn act(&self, who: &str, id: &str, action: &str, body: Value) -> Answer {
        self.post(who, &format!("{ALL}{id}/{action}/"), body).await
    }

    /// Waits for any doctor on the Thursday, with these changes.
    async fn wish(&self, who: &str, changes: Value) -> Answer {
        let mut input = json!({"date_start": DAY, "date_end": DAY});
        for (key, value) in changes.as_object().unwrap() {
            input[key] = value.clone();
        }
        self.post(who, LIST, input).await
    }

    /// The same, one after the other.
    async fn waits(&self, who: &str) -> String {
        let made = ok(self.wish(who, json!({})).await);
        self.clock.advance(Duration::from_secs(1));
        made["id"].as_str().unwrap().to_owned()
    }

    async fn answer(&self, who: &str, wish: &str, action: &str) -> Answer {
        let path = format!("{LIST}{wish}/{action}/");
        self.post(who, &path, json!({})).await
    }

    /// What is offered to somebody now.
    async fn offer(&self, who: &str) -> Option<Value> {
        let list = self.get(who, LIST).await;
        let rows = list["results"].as_array().unwrap().clone();
        let offers = rows.into_iter().map(|mut row| row["offer"].take());
        offers.into_iter().find(|offer| !offer.is_null())
    }

    /// Waits until no freed place asks for a look.
    async fn settled(&self) {
        eventually("the freed places", LIMIT, || async {
            let tenant = self.clinic.tenant;
            let mut tx = self.clinic.app.store.read(tenant).await.unwrap();
            let values = store::params![tenant, self.clock.now()];
            let due: i64 = tx.one(DUE, values).await.unwrap();
            (due == 0).then_some(())
        })
        .await;
    }

    /// The names of those to whom something is offered, once nothing more happens.
    async fn offered(&self) -> Vec<&'static str> {
        self.settled().await;
        let mut offered = Vec::new();
        for (name, _, _) in PATIENTS {
            if self.offer(name).await.is_some() {
                offered.push(name);
            }
        }
        offered
    }

    /// Texts that went to anybody and hold this one.
    async fn told(&self, part: &str) -> Vec<String> {
        let outbox = self.get("chef", "/api/v1/outbox/?page_size=100").await;
        let rows = outbox["results"].as_array().unwrap().iter();
        let bodies = rows.map(|row| row["body"].as_str().unwrap_or_default().to_owned());
        bodies.filter(|body| body.contains(part)).collect()
    }

    /// The address in the only message about a place that was not among these yet.
    async fn link(&self, seen: &[&str]) -> String {
        let told = self.told("Place libre").await;
        let links = told.iter().map(|text| {
            let from = text.find("/r/").unwrap();
            text[from..].split_whitespace().next().unwrap().to_owned()
        });
        let mut new = links.filter(|link| !seen.contains(&link.as_str()));
        let link = new.next().unwrap();
        assert_eq!(new.next(), None);
        link
    }

    /// The times of the Thursday that have a place left.
    async fn free(&self) -> Vec<String> {
        let path = format!("{HOURS}available-slots/?date_start={DAY}&date_end={DAY}");
        let slots = self.get("chef", &path).await;
        let free = slots.as_array().unwrap().iter();
        let free = free.filter(|slot| slot["available"] == json!(true));
        free.map(|slot| slot["datetime"].as_str().unwrap()[11..16].to_owned())
            .collect()
    }

    async fn steps(&self, who: &str, id: &str) -> Vec<String> {
        let steps = self.get(who, &format!("{ALL}{id}/history/")).await;
        let steps = steps.as_array().unwrap().iter();
        steps
            .map(|step| step["step"].as_str().unwrap().to_owned())
            .collect()
    }
}

const DUE: store::Sql = store::Sql::new(
    "SELECT COUNT(*) AS value FROM freed_place WHERE tenant_id = $1 AND work_due_at IS NOT NULL
        AND (work_due_at <= $2 OR work_held_by IS NOT NULL)",
);
const AGAIN: store::Sql = store::Sql::new(
    "UPDATE freed_place SET work_due_at = $2 WHERE tenant_id = $1 AND work_held_by IS NULL",
);

on_both_engines! {
    async fn a_wish_is_checked_and_entered_once(db) {
        let s = scene(&db).await;
        let wrong = [
            (json!({"date_start": "demain"}), "date_start", "not-a-date"),
            (json!({"date_start": null}), "date_start", "required"),
            (json!({"date_start": "2027-03-02"}), "date_start", "in-the-past"),
            (json!({"date_end": "2027-03-03"}), "date_end", "end-before-start"),
            (json!({"date_end": "2027-06-04"}), "date_end", "too-many-days"),
            (json!({"medecin": s.patients[0]}), "medecin", "no-such-doctor"),
            (json!({"consultation_mode": "fax"}), "consultation_mode", "not-a-choice"),
            (json!({"patient": s.patients[0]}), "patient", "staff-only"),
        ];
        for (changes, field, why) in wrong {
            let answer = s.wish("aimee", changes).await;
            assert_eq!(fault(&answer), (400, field.to_owned(), why.to_owned()), "{}", answer.text);
        }
        assert_eq!(fault(&s.wish("accueil", json!({})).await), (400, "patient".to_owned(), "required".to_owned()));
        let first = s.wish("aimee", json!({"medecin": s.doctor})).await;
        let again = s.wish("aimee", json!({"medecin": s.doctor})).await;
        assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 200));
        assert_eq!(first.json()["id"], again.json()["id"]);
        // Two taps at once are one wish too.
        let taps = join_all((0..2).map(|_| s.wish("aimee", json!({})))).await;
        assert_eq!(taps[0].json()["id"], taps[1].json()["id"], "{} {}", taps[0].text, taps[1].text);
        let third = ok(s.wish("accueil", json!({"patient": s.patients[0], "consultation_mode": "distanciel"})).await);
        assert_eq!(code(&s.wish("aimee", json!({"consultation_mode": "presentiel"})).await), conflict("waiting-full"));
        // Each sees his own, a doctor what he may serve.
        for (who, count) in [("aimee", 3), ("moussa", 0), ("dr-awa", 3), ("dr-binta", 2), ("accueil", 3)] {
            assert_eq!(s.get(who, LIST).await["count"], json!(count), "{who}");
        }
        let path = format!("{LIST}{}/", third["id"].as_str().unwrap());
        assert_eq!(s.call("moussa", Method::DELETE, &path, json!({})).await.status, 404);
        for _ in 0..2 {
            assert_eq!(s.call("aimee", Method::DELETE, &path, json!({})).await.status, 204);
        }
        assert_eq!(s.get("aimee", LIST).await["count"], json!(2));
        let far = json!({"date_start": "2027-03-10", "date_end": "2027-03-11"});
        ok(s.wish("aimee", far.clone()).await);
        // Those whose last day is over leave by themselves, and give their seats back.
        s.clock.advance(Duration::from_secs(3 * 24 * 3600));
        assert_eq!(s.get("aimee", LIST).await["count"], json!(1));
        for day in ["2027-03-12", "2027-03-13"] {
            ok(s.wish("aimee", json!({"date_start": day, "date_end": day})).await);
        }
    }

    async fn who_waits_longest_is_offered_the_place_and_takes_it(db) {
        let s = scene(&db).await;
        let given_up = s.agreed("aimee", "08:00").await;
        let wish = s.waits("moussa").await;
        s.waits("fatou").await;
        ok(s.act("aimee", &given_up, "cancel", json!({})).await);
        assert_eq!(s.offered().await, ["moussa"]);
        let offer = s.offer("moussa").await.unwrap();
        assert_eq!((offer["start"].as_str(), offer["consultation_mode"].as_str()), (Some("2027-03-04T08:00:00+00:00"), Some("presentiel")));
        assert_eq!(offer["held_until"], json!("2027-03-03T09:15:02+00:00"), "a quarter of an hour from the offer");
        let told = s.told("Place libre").await;
        assert!(told.len() == 1 && told[0].contains("04/03/2027 à 08:00") && told[0].contains("avant 09:15") && told[0].contains("/r/"), "{told:?}");
        // The place is really held.
        assert_eq!(s.free().await, ["08:30", "09:00", "09:30"]);
        let body = json!({"medecin": s.doctor, "requested_start": format!("{DAY}T08:00:00Z"), "requested_end": format!("{DAY}T08:30:00Z")});
        assert_eq!(code(&s.post("aimee", ALL, body).await), conflict("slot-full"));
        assert_eq!(s.answer("fatou", &wish, "accept").await.status, 404, "it is another's");
        let taken = ok(s.answer("moussa", &wish, "accept").await);
        assert_eq!((taken["status"].as_str(), taken["offer"].as_str()), (Some("confirmed"), Some("accepted")));
        assert_eq!(s.steps("moussa", taken["id"].as_str().unwrap()).await, ["requested", "confirmed"]);
        assert_eq!(s.get("moussa", LIST).await["count"], json!(0));
        s.clock.advance(QUARTER);
        assert!(s.offered().await.is_empty(), "nothing is left for the next");
        assert_eq!(s.told("Place libre").await.len(), 1);
        assert_eq!(s.told("confirmé le 04/03/2027 à 08:00").await.len(), 2, "aimee's once, and his");
    }

    async fn who_has_no_account_answers_over_the_link(db) {
        let s = scene(&db).await;
        let given_up = s.agreed("aimee", "08:00").await;
        s.waits("moussa").await;
        s.waits("fatou").await;
        ok(s.act("aimee", &given_up, "cancel", json!({})).await);
        assert_eq!(s.offered().await, ["moussa"]);
        let first = s.link(&[]).await;
        let (visitor, csrf) = Session::visitor(&s.clinic, &first).await;
        let page = visitor.get(&first).await.text;
        assert!(page.contains("Je la prends") && page.contains("09:15") && page.contains("08:00"), "{page}");
        for secret in ["Moussa", "Mbuyi", "Fatou", "771112202"] {
            assert!(!page.contains(secret), "{secret}: {page}");
        }
        assert_eq!(visitor.post(&first, &[("answer", "not_coming")]).await.status, 403, "not from our page");
        for _ in 0..2 {
            let done = visitor.post(&first, &[("csrf", &csrf), ("answer", "not_coming")]).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        assert!(visitor.get(&first).await.text.contains("Vous restez sur la liste"));
        assert_eq!(s.offered().await, ["fatou"]);
        let held = s.offer("fatou").await.unwrap();
        let second = s.link(&[&first]).await;
        let (visitor, csrf) = Session::visitor(&s.clinic, &second).await;
        for _ in 0..2 {
            let done = visitor.post(&second, &[("csrf", &csrf), ("answer", "coming")]).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        let one = s.get("fatou", &format!("{ALL}{}/", held["appointment"].as_str().unwrap())).await;
        assert_eq!((one["status"].as_str(), one["offer"].as_str()), (Some("confirmed"), Some("accepted")));
        assert_eq!(s.get("fatou", LIST).await["count"], json!(0));
        assert_eq!(s.told("confirmé le 04/03/2027 à 08:00").await.len(), 2, "aimee's once, and hers");
        let page = visitor.get(&second).await.text;
        assert!(page.contains("nous vous attendons") && page.contains("Annuler") && !page.contains("Je la prends"), "{page}");

        // Too late is told, and changes nothing.
        let third = s.agreed("aimee", "09:00").await;
        ok(s.act("aimee", &third, "cancel", json!({})).await);
        assert_eq!(s.offered().await, ["moussa"]);
        let late = s.link(&[&first, &second]).await;
        let (visitor, csrf) = Session::visitor(&s.clinic, &late).await;
        s.clock.advance(QUARTER);
        s.settled().await;
        let done = visitor.post(&late, &[("csrf", &csrf), ("answer", "coming")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert!(visitor.get(&late).await.text.contains("n’est plus gardée"));
        assert_eq!(s.free().await, ["08:30", "09:00", "09:30"]);
    }

    async fn a_no_and_silence_pass_the_place_on_and_nobody_hears_of_a_cancellation(db) {
        let s = scene(&db).await;
        let given_up = s.agreed("aimee", "08:00").await;
        // She would like another place that day: not the one she gives back.
        s.waits("aimee").await;
        let (moussa, fatou) = (s.waits("moussa").await, s.waits("fatou").await);
        ok(s.act("aimee", &given_up, "cancel", json!({})).await);
        let cancelled = s.told("annulé").await.len();
        assert_eq!(s.offered().await, ["moussa"]);
        let declined = s.offer("moussa").await.unwrap();
        ok(s.answer("moussa", &moussa, "decline").await);
        ok(s.answer("moussa", &moussa, "decline").await);
        assert_eq!(s.offered().await, ["fatou"]);
        assert_eq!(code(&s.answer("moussa", &moussa, "accept").await), conflict("offer-over"));
        let held = s.offer("fatou").await.unwrap();
        let one = format!("{ALL}{}/", held["appointment"].as_str().unwrap());
        s.clock.advance(QUARTER);
        assert_eq!(code(&s.answer("fatou", &fatou, "accept").await), conflict("offer-over"));
        assert!(s.offered().await.is_empty(), "nobody is offered the same place twice");
        let ended = s.get("fatou", &one).await;
        assert_eq!((ended["status"].as_str(), ended["offer"].as_str()), (Some("cancelled"), Some("lapsed")));
        let path = format!("{ALL}{}/", declined["appointment"].as_str().unwrap());
        assert_eq!(s.get("moussa", &path).await["offer"], json!("declined"));
        assert_eq!(s.told("annulé").await.len(), cancelled, "an offer that ends is no cancelled visit");
        assert_eq!(s.told("Place libre").await.len(), 2);
        assert_eq!(s.free().await, ["08:00", "08:30", "09:00", "09:30"], "simply free");
        let figures = s.get("chef", &format!("{ALL}indicators/?date_start={DAY}&date_end={DAY}")).await;
        assert!(figures.to_string().contains("\"cancelled\":1"), "{figures}");
        for who in ["aimee", "moussa", "fatou"] {
            assert_eq!(s.get(who, LIST).await["count"], json!(1), "{who} waits on");
        }
        // The next place is theirs again, the longest waiting first.
        let second = s.agreed("fatou", "09:00").await;
        ok(s.act("dr-awa", &second, "cancel", json!({})).await);
        assert_eq!(s.offered().await, ["aimee"]);
    }

    async fn nights_and_the_last_hour_bring_no_offers(db) {
        let s = scene(&db).await;
        let (early, late) = (s.agreed("aimee", "08:00").await, s.agreed("aimee", "09:30").await);
        s.waits("moussa").await;
        s.waits("fatou").await;
        s.clock.advance(Duration::from_secs(12 * 3600));
        ok(s.act("aimee", &early, "cancel", json!({})).await);
        ok(s.act("aimee", &late, "cancel", json!({})).await);
        assert!(s.offered().await.is_empty(), "nobody is disturbed at nine in the evening");
        assert!(s.told("Place libre").await.is_empty());
        // Two seconds after seven: eight o'clock is too near, half past nine is not.
        s.clock.advance(Duration::from_secs(10 * 3600));
        assert_eq!(s.offered().await, ["moussa"]);
        assert_eq!(s.offer("moussa").await.unwrap()["start"], json!("2027-03-04T09:30:00+00:00"));
        let near = s.agreed("aimee", "08:00").await;
        ok(s.act("aimee", &near, "cancel", json!({})).await);
        assert_eq!(s.offered().await, ["moussa"]);
        assert_eq!(s.told("Place libre").await.len(), 1);
    }

    async fn only_who_can_come_is_asked(db) {
        let s = scene(&db).await;
        s.hours("dr-binta", json!({"day_of_week": 4, "consultation_type": "both"})).await;
        for (who, changes) in [
            ("moussa", json!({"medecin": s.other})),
            ("moussa", json!({"date_start": "2027-03-05", "date_end": "2027-03-06"})),
            ("fatou", json!({"consultation_mode": "distanciel"})),
            ("fatou", json!({"medecin": s.doctor, "consultation_mode": "presentiel"})),
        ] {
            ok(s.wish(who, changes).await);
            s.clock.advance(Duration::from_secs(1));
        }
        // Moved away by the doctor: the place is free as well.
        let one = s.agreed("aimee", "08:00").await;
        let moved = json!({"requested_start": format!("{DAY}T09:00:00Z"), "requested_end": format!("{DAY}T09:30:00Z")});
        ok(s.act("dr-awa", &one, "reschedule", moved).await);
        assert_eq!(s.offered().await, ["fatou"]);
        // Who left, or is somewhere else at that time, is not asked.
        let wishes = s.get("fatou", LIST).await;
        let wish = wishes["results"][1]["id"].as_str().unwrap();
        let path = format!("{LIST}{wish}/");
        assert_eq!(s.call("fatou", Method::DELETE, &path, json!({})).await.status, 204);
        assert!(s.offered().await.is_empty(), "the place went back with the wish");
        assert_eq!(s.free().await, ["08:00", "08:30", "09:30"]);
        ok(s.wish("moussa", json!({})).await);
        ok(s.act("dr-awa", &one, "cancel", json!({})).await);
        assert_eq!(s.offered().await, ["moussa"]);
    }

    async fn a_place_is_offered_once_however_often_it_is_looked_at(db) {
        let s = scene(&db).await;
        // The slot has room for both; one place was given back.
        s.hours("dr-binta", json!({"max_consultations": 2})).await;
        let one = s.agreed_with(("dr-binta", s.other), "aimee", "08:00").await;
        s.waits("moussa").await;
        s.waits("fatou").await;
        ok(s.act("aimee", &one, "cancel", json!({})).await);
        assert_eq!(s.offered().await, ["moussa"]);
        // As after a death between the work and the word that it is done.
        for _ in 0..3 {
            let (tenant, now) = (s.clinic.tenant, s.clock.now());
            s.clinic.app.store.write(tenant, move |tx| {
                Box::pin(async move { tx.execute(AGAIN, store::params![tenant, now]).await })
            }).await.unwrap();
            assert_eq!(s.offered().await, ["moussa"]);
        }
        assert_eq!(s.told("Place libre").await.len(), 1);
    }

    async fn places_and_answers_at_once_keep_to_one_each(db) {
        let s = scene(&db).await;
        s.hours("dr-binta", json!({})).await;
        let (first, second) = (s.agreed("aimee", "08:00").await, s.agreed("aimee", "08:30").await);
        let third = s.agreed_with(("dr-binta", s.other), "aimee", "09:30").await;
        let wish = s.waits("moussa").await;
        let all = join_all([&first, &second, &third].map(|id| s.act("aimee", id, "cancel", json!({})))).await;
        assert!(all.iter().all(|answer| answer.status == 200));
        assert_eq!(s.offered().await, ["moussa"]);
        assert_eq!(s.told("Place libre").await.len(), 1, "one live offer, whatever becomes free");
        let taps = join_all((0..2).map(|_| s.answer("moussa", &wish, "accept"))).await;
        let taps: Vec<_> = taps.into_iter().map(ok).collect();
        assert_eq!(taps[0]["id"], taps[1]["id"]);
        assert_eq!(s.steps("moussa", taps[0]["id"].as_str().unwrap()).await, ["requested", "confirmed"]);
        // A yes beside the end of its time: either it counts or the place is free.
        let fatou = s.waits("fatou").await;
        ok(s.act("moussa", taps[0]["id"].as_str().unwrap(), "cancel", json!({})).await);
        assert_eq!(s.offered().await, ["fatou"]);
        let minute = Duration::from_secs(60);
        s.clock.advance(QUARTER - minute);
        let token = s.clinic.token_of("fatou").await;
        let path = format!("{LIST}{fatou}/accept/");
        let answer = s.clinic.call_as(Some(&token), Method::POST, &path, Some(json!({})));
        let (yes, ()) = futures_util::join!(answer, async { s.clock.advance(minute) });
        s.settled().await;
        let taken = s.free().await.len() == 7;
        assert_eq!(yes.status == 200, taken, "{} {:?}", yes.text, s.free().await);
    }

    async fn staff_help_and_see_no_more_than_they_may(db) {
        let s = scene(&db).await;
        let one = s.agreed("aimee", "08:00").await;
        let wish = json!({"patient": s.patients[1]});
        let wish = ok(s.wish("accueil", wish).await);
        let restricted = json!({"restricted": true, "staff": [s.doctor]});
        ok(s.call("chef", Method::PATCH, &format!("/api/v1/patients/{}/access/", s.patients[1]), restricted).await);
        let row = |list: Value| list["results"][0].clone();
        let closed = row(s.get("accueil", LIST).await);
        assert_eq!((&closed["patient"], &closed["patient_name"]), (&json!(null), &json!(null)));
        assert!(row(s.get("dr-awa", LIST).await)["patient_name"].as_str().unwrap().contains("Moussa"));
        ok(s.act("aimee", &one, "cancel", json!({})).await);
        assert_eq!(s.offered().await, ["moussa"]);
        // He says yes on the telephone.
        let taken = s.answer("accueil", wish["id"].as_str().unwrap(), "accept").await;
        assert_eq!(ok(taken)["status"], json!("confirmed"));
        let trail = s.get("chef", "/api/v1/audit/?page_size=100").await.to_string();
        for action in ["waiting.join", "waiting.list", "waiting.offer", "waiting.accept"] {
            assert!(trail.contains(action), "{action}: {trail}");
        }
    }

    async fn a_shared_phone_reads_only_that_something_waits(db) {
        let mut people = PATIENTS;
        people[2].2 = people[1].2;
        let s = scene_with(&db, people).await;
        let one = s.agreed("aimee", "08:00").await;
        s.waits("moussa").await;
        ok(s.act("aimee", &one, "cancel", json!({})).await);
        assert_eq!(s.offered().await, ["moussa"]);
        assert!(s.told("Place libre").await.is_empty());
        assert_eq!(s.told("vous attend sur").await.len(), 1);
    }

    async fn the_pages_take_him_from_a_full_day_to_his_place(db) {
        let s = scene(&db).await;
        let one = s.agreed("aimee", "08:00").await;
        let moussa = Session::of(&s.clinic, "moussa").await;
        let full = moussa.get(&format!("/my/appointments/new?medecin={}&day=2027-03-05", s.doctor)).await.text;
        let there = format!("/my/waiting?medecin={}&amp;day=2027-03-05", s.doctor);
        assert!(full.contains(&there) && full.contains("Prévenez-moi"), "{full}");
        let form = moussa.get(&there.replace("&amp;", "&")).await.text;
        assert!(form.contains("value=\"2027-03-05\"") && form.contains(&format!("value=\"{}\" selected", s.doctor)), "{form}");
        let doctor = s.doctor.to_string();
        let fields = |first: &'static str| vec![("medecin", doctor.clone()), ("consultation_mode", "both".to_owned()), ("date_start", first.to_owned()), ("date_end", DAY.to_owned())];
        let wrong = send(&moussa, "/my/waiting", fields("2027-03-09")).await;
        assert!(wrong.status == 400 && wrong.text.contains("id=\"e-date_end\"") && wrong.text.contains("2027-03-09"), "{}", wrong.text);
        let joined = send(&moussa, "/my/waiting", fields(DAY)).await;
        assert_eq!((joined.status.as_u16(), joined.headers["location"].to_str().unwrap()), (303, "/my/appointments?done=waiting"));
        assert!(moussa.get("/my/appointments").await.text.contains("Vous attendez une place"));
        ok(s.act("aimee", &one, "cancel", json!({})).await);
        assert_eq!(s.offered().await, ["moussa"]);
        let mine = moussa.get("/my/appointments").await.text;
        assert!(mine.contains("Une place s’est libérée") && mine.contains("jeudi 4 mars à 08:00") && mine.contains("jusqu’à 09:15"), "{mine}");
        assert!(mine.contains("pas de rendez-vous prévu"), "an offer is no appointment yet: {mine}");
        // The staff see that it is offered, and are not asked to confirm it.
        let agent = Session::of(&s.clinic, "accueil").await;
        let board = agent.get(&format!("/agenda?date={DAY}")).await.text;
        assert!(board.contains("Proposé à la liste") && !board.contains("À confirmer"), "{board}");
        let id = s.offer("moussa").await.unwrap()["appointment"].as_str().unwrap().to_owned();
        assert!(agent.get(&format!("/agenda/appointments/{id}")).await.text.contains("s’il vous a dit oui"));
        let list = agent.get("/agenda/waiting").await.text;
        assert!(list.contains("Moussa") && list.contains("réponse avant 09:15"), "{list}");
        let (_, rest) = mine.split_once("action=\"/my/waiting/").unwrap();
        let wish = rest.split('/').next().unwrap();
        let taken = send(&moussa, &format!("/my/waiting/{wish}/accept"), vec![]).await;
        assert_eq!(taken.headers["location"].to_str().unwrap(), "/my/appointments?done=accepted");
        let mine = moussa.get("/my/appointments?done=accepted").await.text;
        assert!(mine.contains("La place est à vous") && mine.contains("Confirmé"), "{mine}");
        let late = send(&moussa, &format!("/my/waiting/{wish}/decline"), vec![]).await;
        assert!(late.status == 409 && late.text.contains("n’est plus gardée"), "{}", late.text);
        // For a patient at the desk, and off the list again.
        let desk = format!("/agenda/waiting?patient={}", s.patients[2]);
        assert!(agent.get(&desk).await.text.contains("Fatou"));
        let mut for_her = fields(DAY);
        for_her.push(("patient", s.patients[2].clone()));
        assert_eq!(send(&agent, "/agenda/waiting", for_her).await.status, 303);
        let list = agent.get("/agenda/waiting").await.text;
        let (_, rest) = list.split_once("action=\"/agenda/waiting/").unwrap();
        let path = format!("/agenda/waiting/{}/remove", rest.split('/').next().unwrap());
        assert_eq!(send(&agent, &path, vec![]).await.status, 303);
        assert_eq!(s.get("fatou", LIST).await["count"], json!(0));
        for (browser, path) in [(&moussa, "/my/appointments"), (&moussa, "/my/waiting"), (&agent, "/agenda/waiting"), (&agent, desk.as_str())] {
            for lang in ["fr", "en"] {
                let and = if path.contains('?') { '&' } else { '?' };
                let page = browser.get(&format!("{path}{and}lang={lang}")).await;
                assert!(page.status == 200 && !page.text.contains('⟦'), "{path}: {}", page.text);
            }
        }
        assert_eq!(moussa.get("/agenda/waiting").await.status, 403);
        assert_eq!(agent.get("/my/waiting").await.status, 403);
    }
}

/// Sends a form with the secret of its page.
async fn send(browser: &Session<'_>, path: &str, fields: Vec<(&str, String)>) -> Answer {
    let profile = browser.get("/profile").await.text;
    let (_, rest) = profile.split_once("name=\"csrf\" value=\"").unwrap();
    let csrf = rest.split('"').next().unwrap();
    let mut all = vec![("csrf", csrf)];
    all.extend(fields.iter().map(|(name, value)| (*name, value.as_str())));
    browser.post(path, &all).await
}
