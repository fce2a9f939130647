//! The pages of appointments, as a browser without scripts sees them.

use axum::http::Method;
use kernel::{Clock, Role, Timestamp, UserId};
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, TestClinic},
    db::TestDb,
    on_both_engines,
    session::Session,
};

use crate::appointments::{ALL, AWAY, HOURS};

/// A Wednesday; the clinic stands in Dakar, where clocks never change.
const NOW: &str = "2027-03-03T07:00:00Z";
/// The next Monday, on which the doctor receives.
pub(crate) const MONDAY: &str = "2027-03-08";

pub(crate) struct Scene {
    pub(crate) clinic: TestClinic,
    pub(crate) clock: Clock,
    pub(crate) doctor: UserId,
    /// Aimee's record.
    pub(crate) patient: String,
}

/// A clinic with a doctor who receives on Mondays, another who does not, and two
/// patients with records.
pub(crate) async fn scene(db: &TestDb) -> Scene {
    let clock = Clock::fixed(Timestamp::parse(NOW).unwrap());
    let clinic = TestClinic::with_clock(db, &clock).await;
    let doctor = clinic
        .member(clinic.tenant, "dr-awa", Role::Practitioner)
        .await;
    clinic
        .member(clinic.tenant, "dr-binta", Role::Practitioner)
        .await;
    clinic.member(clinic.tenant, "chef", Role::Admin).await;
    let mut patients = Vec::new();
    for (name, first, phone) in [
        ("aimee", "Aimee", "+221771112201"),
        ("moussa", "Moussa", "+221771112202"),
    ] {
        clinic.member(clinic.tenant, name, Role::Patient).await;
        let mut input = crate::records::input();
        (input["prenom"], input["telephone"]) = (json!(first), json!(phone));
        let token = clinic.token_of(name).await;
        let made = api(&clinic, &token, "/api/v1/fiche-consultation/", input).await;
        patients.push(made["patient_id"].as_str().unwrap().to_owned());
    }
    let token = clinic.token_of("dr-awa").await;
    let monday = json!({"day_of_week": 0, "start_time": "08:00", "end_time": "10:00", "location": "Cabinet 2"});
    api(&clinic, &token, HOURS, monday).await;
    Scene {
        patient: patients.remove(0),
        clinic,
        clock,
        doctor,
    }
}

pub(crate) async fn api(clinic: &TestClinic, token: &str, path: &str, body: Value) -> Value {
    let answer = clinic
        .call_as(Some(token), Method::POST, path, Some(body))
        .await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text);
    answer.json()
}

impl Scene {
    /// An appointment of Aimee's with the doctor, at this time of the Monday.
    pub(crate) async fn asked(&self, time: &str) -> String {
        let start = Timestamp::parse(&format!("{MONDAY}T{time}:00Z")).unwrap();
        let end = start.plus(std::time::Duration::from_secs(1800));
        let body = json!({"medecin": self.doctor, "requested_start": start.rfc3339(&kernel::Zone::utc()),
            "requested_end": end.rfc3339(&kernel::Zone::utc()), "message_patient": "Ma tension"});
        let token = self.clinic.token_of("aimee").await;
        let made = api(&self.clinic, &token, ALL, body).await;
        made["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn slot(&self, time: &str) -> String {
        let start = Timestamp::parse(&format!("{MONDAY}T{time}:00Z")).unwrap();
        let start = start.seconds();
        format!("{start}-{}.{}", start + 1800, self.doctor)
    }

    pub(crate) async fn status(&self, id: &str) -> Value {
        let token = self.clinic.token_of("chef").await;
        let path = format!("{ALL}{id}/");
        let answer = self
            .clinic
            .call_as(Some(&token), Method::GET, &path, None)
            .await;
        answer.json()
    }
}

/// The secret that a page's form repeats.
async fn csrf(browser: &Session<'_>, page: &str) -> String {
    let text = browser.get(page).await.text;
    let (_, rest) = text
        .split_once("name=\"csrf\" value=\"")
        .unwrap_or_else(|| panic!("{page}: {text}"));
    rest.split('"').next().unwrap().to_owned()
}

pub(crate) async fn fill(browser: &Session<'_>, action: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = csrf(browser, "/profile").await;
    let fields = [&[("csrf", csrf.as_str())], fields].concat();
    browser.post(action, &fields).await
}

/// The address of the link that begins so.
pub(crate) fn link(page: &Answer, start: &str) -> String {
    let (_, rest) = page
        .text
        .split_once(&format!("href=\"{start}"))
        .unwrap_or_else(|| panic!("no link to {start}: {}", page.text));
    let rest = rest.split('"').next().unwrap();
    format!("{start}{rest}")
        .replace("&amp;", "&")
        .replace("&#38;", "&")
}

pub(crate) fn goes_to(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.headers["location"].to_str().unwrap()
}

on_both_engines! {
    async fn every_page_of_appointments_is_whole_in_both_languages(db) {
        let scene = scene(&db).await;
        let id = scene.asked("08:00").await;
        let doctor = scene.clinic.token_of("dr-awa").await;
        let away = json!({"start_datetime": format!("{MONDAY}T08:00"), "end_datetime": format!("{MONDAY}T09:00"), "exception_type": "formation"});
        api(&scene.clinic, &doctor, AWAY, away).await;
        let slot = scene.slot("09:00");
        let one = format!("/agenda/appointments/{id}");
        let staff = vec!["/agenda".to_owned(), format!("/agenda?date={MONDAY}"), format!("/agenda?date={MONDAY}&view=week"),
            format!("/agenda?date={MONDAY}&medecin={}", scene.doctor), format!("/agenda/board?date={MONDAY}"),
            "/agenda/new".to_owned(), "/agenda/new?search=aimee".to_owned(),
            format!("/agenda/new?patient={}&slot={slot}", scene.patient), one.clone(), format!("{one}/move")];
        let own = vec!["/agenda/hours".to_owned(), "/agenda/absences".to_owned()];
        let patient = vec!["/my/appointments".to_owned(), "/my/appointments/new".to_owned(), "/my/appointments/new?medecin=all".to_owned(),
            format!("/my/appointments/new?medecin={}&day={MONDAY}", scene.doctor), format!("/my/appointments/new?slot={slot}"),
            format!("/my/appointments/new?slot={}", scene.slot("08:00")),
            format!("/my/appointments/{id}/cancel"), format!("/my/appointments/{id}/move"), format!("/my/appointments/{id}/move?slot={slot}")];
        for (who, paths) in [("chef", [staff.clone(), own.clone()].concat()), ("dr-awa", [staff.clone(), own.clone()].concat()),
            ("agent", staff.clone()), ("aimee", patient.clone())] {
            let browser = Session::of(&scene.clinic, who).await;
            for path in &paths {
                for lang in ["fr", "en"] {
                    let and = if path.contains('?') { '&' } else { '?' };
                    let page = browser.get(&format!("{path}{and}lang={lang}")).await;
                    assert_eq!(page.status, 200, "{who} {path}: {}", page.text);
                    assert!(!page.text.contains('⟦'), "{path} lacks a text: {}", page.text);
                    assert!(!page.text.contains("<script>") && !page.text.contains(" style="), "{path} breaks the CSP");
                }
            }
        }
        let aimee = Session::of(&scene.clinic, "aimee").await;
        for path in staff.iter().chain(&own) {
            assert_eq!(aimee.get(path).await.status, 403, "a patient at {path}");
        }
        let agent = Session::of(&scene.clinic, "agent").await;
        for path in &own {
            assert_eq!(agent.get(path).await.status, 403, "reception writes no hours: {path}");
        }
        assert_eq!(agent.get("/my/appointments").await.status, 403);
        let moussa = Session::of(&scene.clinic, "moussa").await;
        for (action, field) in [("cancel", ("version", "1")), ("move", ("slot", slot.as_str()))] {
            let path = format!("/my/appointments/{id}/{action}");
            assert_eq!(moussa.get(&path).await.status, 404, "another patient's");
            assert_eq!(fill(&moussa, &path, &[field]).await.status, 404);
        }
        assert!(!moussa.get("/my/appointments").await.text.contains("Ma tension"));
        let elsewhere = scene.clinic.another("autre", "+221338210001").await;
        scene.clinic.member(elsewhere, "chef-ailleurs", Role::Admin).await;
        let foreign = Session::of(&scene.clinic, "chef-ailleurs").await;
        assert_eq!(foreign.get(&one).await.status, 404);
        assert_eq!(fill(&foreign, &format!("{one}/confirm"), &[]).await.status, 404);
        assert_eq!(foreign.get(&format!("/agenda/new?patient={}", scene.patient)).await.status, 404);
        let board = foreign.get(&format!("/agenda?date={MONDAY}&medecin={}", scene.doctor)).await.text;
        assert!(!board.contains("Aimee") && !board.contains("08:00"), "{board}");
        let other = Session::of(&scene.clinic, "dr-binta").await;
        let theirs = other.get(&format!("/agenda?date={MONDAY}&medecin={}", scene.doctor)).await.text;
        assert!(!theirs.contains("Aimee"), "a doctor sees his own");
    }

    async fn a_patient_books_in_four_taps(db) {
        let scene = scene(&db).await;
        let tuesday = json!({"day_of_week": 1, "start_time": "08:00", "end_time": "09:00"});
        api(&scene.clinic, &scene.clinic.token_of("dr-binta").await, HOURS, tuesday).await;
        let aimee = Session::of(&scene.clinic, "aimee").await;
        let doctors = aimee.get("/my/appointments/new").await;
        let days = aimee.get(&link(&doctors, &format!("/my/appointments/new?medecin={}", scene.doctor))).await;
        assert!(days.text.contains("lundi 8 mars") && days.text.contains("4 horaires libres"), "{}", days.text);
        assert!(!days.text.contains("mardi 9 mars"), "only days with free slots: {}", days.text);
        let hours = aimee.get(&link(&days, &format!("/my/appointments/new?medecin={}&amp;day={MONDAY}", scene.doctor))).await;
        assert_eq!(hours.text.matches("class=\"button\" href=\"/my/appointments/new").count(), 4, "{}", hours.text);
        let last = aimee.get(&link(&hours, &format!("/my/appointments/new?medecin={}&amp;slot=", scene.doctor))).await;
        assert!(last.text.contains("lundi 8 mars à 08:00") && last.text.contains("Cabinet 2"), "{}", last.text);
        assert!(last.text.contains("Demander ce rendez-vous"));
        let slot = scene.slot("08:00");
        assert!(last.text.contains(&format!("name=\"slot\" value=\"{slot}\"")));
        let asked = fill(&aimee, "/my/appointments/new", &[("slot", &slot), ("message", "Ma tension"), ("mode", "distanciel")]).await;
        assert_eq!(goes_to(&asked), "/my/appointments?done=asked");
        let mine = aimee.get("/my/appointments?done=asked").await.text;
        assert!(mine.contains("lundi 8 mars à 08:00") && mine.contains("la clinique va vous répondre") && mine.contains("À distance"), "{mine}");
        let any = aimee.get("/my/appointments/new?medecin=all").await.text;
        assert!(any.contains("lundi 8 mars") && any.contains("mardi 9 mars") && any.contains("3 horaires libres"), "{any}");
        let nobody = Session::of(&scene.clinic, "patient").await;
        let page = nobody.get("/my/appointments/new").await.text;
        assert!(page.contains("L’accueil relie votre dossier") && !page.contains("?medecin="), "no record, no choice: {page}");
    }

    async fn a_taken_slot_costs_nothing_that_was_written(db) {
        let scene = scene(&db).await;
        scene.asked("08:00").await;
        let moussa = Session::of(&scene.clinic, "moussa").await;
        let (slot, next) = (scene.slot("08:00"), scene.slot("08:30"));
        let fields = [("slot", slot.as_str()), ("message", "Mon <genou>"), ("mode", "distanciel")];
        let taken = fill(&moussa, "/my/appointments/new", &fields).await;
        assert_eq!(taken.status, 409);
        assert!(taken.text.contains("vient d’être prise") && taken.text.contains("Mon &#60;genou&#62;"), "{}", taken.text);
        assert!(taken.text.contains(&format!("name=\"slot\" value=\"{next}\"")) && !taken.text.contains(&slot), "{}", taken.text);
        assert!(taken.text.contains("value=\"distanciel\" checked"), "{}", taken.text);
        let again = fill(&moussa, "/my/appointments/new", &[("slot", &next), ("message", "Mon genou")]).await;
        assert_eq!(goes_to(&again), "/my/appointments?done=asked");
        let forged = format!("{}-{}.{}", 1_800_000_000, 1_800_001_800, scene.doctor);
        assert_eq!(fill(&moussa, "/my/appointments/new", &[("slot", &forged)]).await.status, 409, "never offered");
        assert_eq!(fill(&moussa, "/my/appointments/new", &[]).await.status, 400);
        let long = "x".repeat(2001);
        let third = scene.slot("09:00");
        let wrong = fill(&moussa, "/my/appointments/new", &[("slot", &third), ("message", &long)]).await;
        assert!(wrong.status == 400 && wrong.text.contains(&long) && wrong.text.contains("id=\"e-message\""), "{}", wrong.text);
    }

    async fn a_patient_moves_and_calls_off_his_own(db) {
        let scene = scene(&db).await;
        let id = scene.asked("08:00").await;
        let aimee = Session::of(&scene.clinic, "aimee").await;
        let (moves, cancel) = (format!("/my/appointments/{id}/move"), format!("/my/appointments/{id}/cancel"));
        let slot = scene.slot("09:30");
        let page = aimee.get(&format!("{moves}?slot={slot}")).await.text;
        assert!(page.contains("Pour l’instant") && page.contains("lundi 8 mars à 09:30"), "{page}");
        let stale = fill(&aimee, &moves, &[("slot", &slot), ("version", "9")]).await;
        assert!(stale.status == 412 && stale.text.contains("name=\"version\" value=\"1\""), "{}", stale.text);
        assert_eq!(goes_to(&fill(&aimee, &moves, &[("slot", &slot), ("version", "1")]).await), "/my/appointments?done=moved");
        assert!(aimee.get("/my/appointments").await.text.contains("lundi 8 mars à 09:30"));
        let sure = aimee.get(&cancel).await.text;
        assert!(sure.contains("Oui, annuler") && sure.contains("lundi 8 mars à 09:30"), "{sure}");
        assert_eq!(scene.status(&id).await["status"], "pending", "asking is not cancelling");
        let stale = fill(&aimee, &cancel, &[("version", "1"), ("message", "Je voyage")]).await;
        assert!(stale.status == 412 && stale.text.contains("Je voyage") && stale.text.contains("value=\"2\""), "{}", stale.text);
        assert_eq!(goes_to(&fill(&aimee, &cancel, &[("version", "2")]).await), "/my/appointments?done=cancelled");
        assert_eq!(scene.status(&id).await["status"], "cancelled");
        let mine = aimee.get("/my/appointments").await.text;
        assert!(mine.contains("Vous n’avez pas de rendez-vous prévu") && mine.contains("Annulé"), "{mine}");
        assert_eq!(goes_to(&aimee.get(&cancel).await), "/my/appointments");
    }

    async fn the_staff_answers_and_notes_who_came(db) {
        let scene = scene(&db).await;
        let id = scene.asked("08:00").await;
        let one = format!("/agenda/appointments/{id}");
        let agent = Session::of(&scene.clinic, "agent").await;
        let board = agent.get(&format!("/agenda?date={MONDAY}&medecin={}", scene.doctor)).await.text;
        for shown in ["À confirmer", "Aimee", "Ma tension", "En attente", "08:30", "libre"] {
            assert!(board.contains(shown), "{shown}: {board}");
        }
        let here = format!("date={MONDAY}&medecin={}&view=day", scene.doctor);
        let silent = fill(&agent, &format!("{one}/decline"), &[("version", "1")]).await;
        assert!(silent.status == 400 && silent.text.contains("id=\"e-decline\""), "{}", silent.text);
        let stale = fill(&agent, &format!("{one}/decline"), &[("version", "7"), ("message", "Revenez lundi")]).await;
        assert!(stale.status == 412 && stale.text.contains("Revenez lundi"), "{}", stale.text);
        let done = fill(&agent, &format!("{one}/confirm"), &[("version", "1"), ("from", &here)]).await;
        assert_eq!(goes_to(&done), format!("/agenda?{here}&done=confirm#a-{id}"));
        let abroad = fill(&agent, &format!("{one}/complete"), &[("from", "//evil.example/")]).await;
        assert_eq!(abroad.status, 409, "not before it began: {}", abroad.text);
        scene.clock.advance(std::time::Duration::from_secs(5 * 24 * 3600 + 3600));
        let agent = Session::of(&scene.clinic, "agent").await;
        let board = agent.get(&format!("/agenda?date={MONDAY}")).await.text;
        assert!(board.contains("Venu") && board.contains(&format!("action=\"{one}/no-show\"")), "{board}");
        let abroad = fill(&agent, &format!("{one}/complete"), &[("from", "//evil.example/")]).await;
        assert_eq!(goes_to(&abroad), format!("{one}?done=complete"), "nowhere else");
        let again = fill(&agent, &format!("{one}/no-show"), &[]).await;
        assert!(again.status == 409 && again.text.contains("terminé"), "{}", again.text);
    }

    async fn the_staff_books_moves_and_overbooks_with_a_reason(db) {
        let scene = scene(&db).await;
        let agent = Session::of(&scene.clinic, "agent").await;
        let slot = scene.slot("08:00");
        let search = agent.get(&format!("/agenda/new?slot={slot}&search=aimee")).await;
        let chosen = agent.get(&link(&search, &format!("/agenda/new?patient={}", scene.patient))).await.text;
        assert!(chosen.contains(&format!("value=\"{slot}\" checked")), "{chosen}");
        let fields = [("patient", scene.patient.as_str()), ("slot", slot.as_str()), ("confirm", "1"), ("note", "Porte 3")];
        let made = fill(&agent, "/agenda/new", &fields).await;
        assert!(goes_to(&made).starts_with(&format!("/agenda?date={MONDAY}&medecin={}&view=day&done=new#a-", scene.doctor)));
        let id = goes_to(&made).rsplit("#a-").next().unwrap().to_owned();
        let kept = scene.status(&id).await;
        assert_eq!((&kept["status"], &kept["location_note"]), (&json!("confirmed"), &json!("Porte 3")));
        let full = fill(&agent, "/agenda/new", &fields).await;
        assert!(full.status == 409 && full.text.contains("Porte 3") && full.text.contains("name=\"overbook\""), "{}", full.text);
        let doctor = scene.doctor.to_string();
        let other = [("patient", scene.patient.as_str()), ("medecin", doctor.as_str()), ("date", MONDAY), ("time", "08:00"), ("minutes", "30"), ("overbook", "1")];
        let silent = fill(&agent, "/agenda/new", &other).await;
        assert!(silent.status == 400 && silent.text.contains("id=\"e-overbook_reason\"") && silent.text.contains("value=\"08:00\""), "{}", silent.text);
        let unticked = [&other[..5], &[("overbook_reason", "Urgence")]].concat();
        assert_eq!(fill(&agent, "/agenda/new", &unticked).await.status, 409, "a reason alone is no leave");
        let reasoned = [&other[..], &[("overbook_reason", "Urgence")]].concat();
        let over = fill(&agent, "/agenda/new", &reasoned).await;
        let over = goes_to(&over).rsplit("#a-").next().unwrap().to_owned();
        assert_eq!(scene.status(&over).await["overbook_reason"], "Urgence");
        let moves = format!("/agenda/appointments/{over}/move");
        let there = scene.slot("09:00");
        assert!(agent.get(&moves).await.text.contains(&there));
        let moved = fill(&agent, &moves, &[("slot", &there), ("version", "1")]).await;
        assert!(goes_to(&moved).contains("done=move"), "{}", goes_to(&moved));
        assert!(scene.status(&over).await["requested_start"].as_str().unwrap().contains("T09:00"));
        for (field, value) in [("time", "25:99"), ("minutes", "beaucoup")] {
            let mut wrong = vec![("patient", scene.patient.as_str()), ("medecin", doctor.as_str()), ("date", MONDAY), ("time", "09:30"), ("minutes", "30")];
            wrong.retain(|(name, _)| *name != field);
            wrong.push((field, value));
            let refused = fill(&agent, "/agenda/new", &wrong).await;
            assert!(refused.status == 400 && refused.text.contains("id=\"e-time\""), "{field}: {}", refused.text);
        }
    }

    async fn hours_are_shown_before_they_are_saved(db) {
        let scene = scene(&db).await;
        let doctor = Session::of(&scene.clinic, "dr-awa").await;
        let page = doctor.get("/agenda/hours").await.text;
        assert!(page.contains("lundi") && page.contains("08:00 – 10:00") && page.contains("09:30"), "{page}");
        let hours = [("day_of_week", "3"), ("start_time", "14:00"), ("end_time", "15:00"), ("consultation_type", "both"),
            ("duration_minutes", "20"), ("max_consultations", "1")];
        let preview = fill(&doctor, "/agenda/hours", &[&hours[..], &[("preview", "1")]].concat()).await;
        assert!(preview.status == 200 && preview.text.contains("14:20") && preview.text.contains("Rien n’est encore enregistré"), "{}", preview.text);
        assert!(preview.text.contains("value=\"14:00\""), "what was typed stays");
        assert!(!doctor.get("/agenda/hours").await.text.contains("14:20"), "nothing was saved");
        let saved = fill(&doctor, "/agenda/hours", &hours).await;
        assert_eq!(goes_to(&saved), format!("/agenda/hours?medecin={}&done=saved", scene.doctor));
        let page = doctor.get("/agenda/hours").await;
        assert!(page.text.contains("14:20"), "{}", page.text);
        let clash = fill(&doctor, "/agenda/hours", &[&hours[..], &[("preview", "1")]].concat()).await;
        assert!(clash.status == 409 && clash.text.contains("se croisent"), "{}", clash.text);
        let wrong = [&[("day_of_week", "0"), ("start_time", "tard")], &hours[2..]].concat();
        let wrong = fill(&doctor, "/agenda/hours", &wrong).await;
        assert!(wrong.status == 400 && wrong.text.contains("id=\"e-start_time\""), "{}", wrong.text);
        let edit = link(&page, &format!("/agenda/hours?medecin={}&amp;edit=", scene.doctor));
        let edit = doctor.get(&edit).await.text;
        assert!(edit.contains("Modifier ces horaires") && edit.contains("value=\"Cabinet 2\""), "{edit}");
        let (_, id) = edit.split_once("name=\"edit\" value=\"").unwrap();
        let id = id.split('"').next().unwrap();
        let until = [("edit", id), ("version", "1"), ("day_of_week", "0"), ("start_time", "22:00"), ("end_time", "00:00"),
            ("consultation_type", "both"), ("duration_minutes", "30"), ("max_consultations", "1")];
        assert_eq!(fill(&doctor, "/agenda/hours", &until).await.status, 303, "midnight ends the day");
        assert!(doctor.get("/agenda/hours").await.text.contains("22:00 – 24:00"));
        let stale = fill(&doctor, "/agenda/hours", &until).await;
        assert_eq!(stale.status, 412, "{}", stale.text);
        let other = Session::of(&scene.clinic, "dr-binta").await;
        let delete = format!("/agenda/hours/{id}/delete");
        assert_eq!(fill(&other, &delete, &[]).await.status, 403, "another doctor's");
        let chef = Session::of(&scene.clinic, "chef").await;
        let medecin = scene.doctor.to_string();
        let gone = fill(&chef, &delete, &[("medecin", &medecin), ("version", "2")]).await;
        assert_eq!(goes_to(&gone), format!("/agenda/hours?medecin={medecin}&done=removed"));
    }

    async fn an_absence_names_whom_it_displaces(db) {
        let scene = scene(&db).await;
        let id = scene.asked("08:00").await;
        let kept = scene.asked("09:30").await;
        let chef = Session::of(&scene.clinic, "chef").await;
        let medecin = scene.doctor.to_string();
        let (from, until) = (format!("{MONDAY}T07:00"), format!("{MONDAY}T09:00"));
        let fields = [("medecin", medecin.as_str()), ("start_datetime", &from), ("end_datetime", &until), ("exception_type", "formation"), ("reason", "Congrès")];
        let added = fill(&chef, "/agenda/absences", &fields).await;
        assert!(goes_to(&added).starts_with(&format!("/agenda/absences?medecin={medecin}&done=saved#e-")));
        let page = chef.get(&format!("/agenda/absences?medecin={medecin}")).await.text;
        assert!(page.contains("Congrès") && page.contains("Un rendez-vous tombe"), "{page}");
        assert!(page.contains(&format!("/agenda/appointments/{id}/move")) && !page.contains(&kept), "{page}");
        let board = chef.get(&format!("/agenda?date={MONDAY}")).await.text;
        assert!(board.contains("Absent de 07:00 à 09:00 · Formation"), "{board}");
        // Each doctor's column is a page of its own in print, with its head.
        let doctors = board.matches("<section class=\"card column").count();
        let heads = board.matches("<p class=\"printed first-up\" aria-hidden=\"true\">lundi 8 mars 2027</p>").count();
        assert!(doctors > 1 && heads == doctors, "{board}");
        let backwards = [fields[0], ("start_datetime", until.as_str()), ("end_datetime", from.as_str()), fields[3]];
        let wrong = fill(&chef, "/agenda/absences", &backwards).await;
        assert!(wrong.status == 400 && wrong.text.contains("id=\"e-end_datetime\""), "{}", wrong.text);
        let weekly = [fields[0], ("start_datetime", "2027-03-01T09:00"), ("end_datetime", "2027-03-01T10:00"), ("exception_type", "busy"), ("is_recurring", "1")];
        assert_eq!(fill(&chef, "/agenda/absences", &weekly).await.status, 303);
        let page = chef.get(&format!("/agenda/absences?medecin={medecin}")).await.text;
        assert!(page.contains("chaque lundi, de 09:00 à 10:00") && page.contains(&format!("/agenda/appointments/{kept}/move")), "{page}");
        let board = chef.get(&format!("/agenda?date={MONDAY}")).await.text;
        assert!(board.contains("Absent de 09:00 à 10:00"), "{board}");
        let (_, away) = page.split_once("action=\"/agenda/absences/").unwrap();
        let away = away.split('/').next().unwrap();
        let other = Session::of(&scene.clinic, "dr-binta").await;
        assert_eq!(fill(&other, &format!("/agenda/absences/{away}/delete"), &[]).await.status, 403);
        let gone = fill(&chef, &format!("/agenda/absences/{away}/delete"), &[("medecin", &medecin)]).await;
        assert!(goes_to(&gone).ends_with("done=removed"));
    }
}
