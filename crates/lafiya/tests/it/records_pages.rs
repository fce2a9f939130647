//! The staff's pages of consultation records, as a browser without scripts sees them.

use kernel::Role;
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, TestClinic},
    db::TestDb,
    on_both_engines,
    session::Session,
};

use crate::records::input;

const NEW: &str = "/consultations/new";

/// What a person types, from an input of the API: these changes, empty texts left out.
fn typed(changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let input = input();
    let mut pairs: Vec<(String, String)> = input
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()))
        .collect();
    for (key, value) in changes {
        pairs.retain(|(known, _)| known != key);
        pairs.push(((*key).to_owned(), (*value).to_owned()));
    }
    pairs
}

async fn send(browser: &Session<'_>, path: &str, pairs: &[(String, String)]) -> Answer {
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    browser.submit(path, &pairs).await
}

/// Where a form led, without what it tells the page.
fn led_to(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text);
    let to = answer.headers["location"].to_str().unwrap();
    to.split('?').next().unwrap().to_owned()
}

async fn clinic_with_doctors(db: &TestDb) -> TestClinic {
    let clinic = TestClinic::new(db).await;
    for (name, role) in [
        ("dr-awa", Role::Practitioner),
        ("dr-binta", Role::Practitioner),
        ("chef", Role::Admin),
    ] {
        clinic.member(clinic.tenant, name, role).await;
    }
    clinic
}

/// A record of the doctor's as the API shows it.
async fn shown(clinic: &TestClinic, page: &str) -> Value {
    let token = clinic.token_of("dr-awa").await;
    let id = page.rsplit('/').next().unwrap();
    let path = format!("/api/v1/fiche-consultation/{id}/");
    let answer = clinic
        .call_as(Some(&token), axum::http::Method::GET, &path, None)
        .await;
    assert!(answer.status.is_success(), "{}", answer.text);
    answer.json()
}

fn has(page: &str, all: &[&str]) {
    for text in all {
        assert!(page.contains(text), "{text} is not on the page:\n{page}");
    }
}

fn lacks(page: &str, all: &[&str]) {
    for text in all {
        assert!(!page.contains(text), "{text} is on the page:\n{page}");
    }
}

on_both_engines! {
    async fn the_pages_of_records_are_whole_in_both_languages(db) {
        let clinic = clinic_with_doctors(&db).await;
        let doctor = Session::of(&clinic, "dr-awa").await;
        let red = [("spo2", "84"), ("temperature", "38,9"), ("allergie_medicamenteuse", "on"), ("nom", "<b>Mbuyi")];
        let record = led_to(&send(&doctor, NEW, &typed(&red)).await);
        let patient = shown(&clinic, &record).await["patient_id"].as_str().unwrap().to_owned();
        let first = send(&doctor, NEW, &typed(&[("patient_id", &patient)])).await;
        let signed = led_to(&first);
        send(&doctor, &format!("{signed}/conclusion"), &[("diagnostic".into(), "Rhume".into()), ("sign".into(), "1".into())]).await;
        doctor.submit("/consultations/drafts/new", &[("nom", "Kept")]).await;
        for path in [
            "/consultations".to_owned(), "/consultations?status=valide_medecin&assigned_only=true&search=mbuyi".to_owned(),
            NEW.to_owned(), format!("{NEW}?resume=1"), format!("{NEW}?patient={patient}"),
            record.clone(), format!("{record}/edit"), signed.clone(), format!("{signed}/amend"),
        ] {
            for lang in ["fr", "en"] {
                let and = if path.contains('?') { '&' } else { '?' };
                let page = doctor.get(&format!("{path}{and}lang={lang}")).await;
                assert_eq!(page.status, 200, "{path}: {}", page.text);
                assert!(!page.text.contains('⟦'), "{path} lacks a text: {}", page.text);
                assert!(page.text.contains(&format!("<html lang=\"{lang}\"")), "{path}");
                lacks(&page.text, &["<script>", " style=", "<b>Mbuyi"]);
            }
        }
    }

    async fn a_new_patient_is_registered_with_his_record(db) {
        let clinic = clinic_with_doctors(&db).await;
        let doctor = Session::of(&clinic, "dr-awa").await;
        let wrong = send(&doctor, NEW, &[("nom".into(), "Zoé \"Z\"".into()), ("temperature".into(), "99".into()), ("tension_arterielle".into(), "8/12".into())]).await;
        assert_eq!(wrong.status, 400);
        has(&wrong.text, &["value=\"Zoé &#34;Z&#34;\"", "value=\"99\"", "value=\"8/12\"", "href=\"#f-prenom\"", "href=\"#f-temperature\"", "href=\"#f-tegument\"", "id=\"e-tension_arterielle\">"]);
        let rest = [("date_naissance", ""), ("age", "36"), ("contact_adresse", ""), ("meme_adresse", "on"), ("temperature", "37,5"), ("tension_arterielle", "12/8"), ("poids", "61.5"), ("cephalees", "non")];
        let page = led_to(&send(&doctor, NEW, &typed(&rest)).await);
        let record = shown(&clinic, &page).await;
        assert_eq!(record["contact_adresse"], "Kasa-Vubu 12, Matonge, Kalamu");
        assert_eq!((&record["date_naissance_approx"], &record["age"]), (&json!(true), &json!(36)));
        assert_eq!((&record["temperature"], &record["tension_arterielle"], &record["poids"]), (&json!(37.5), &json!("120/80"), &json!(61.5)));
        assert_eq!((&record["cephalees"], &record["vertiges"], &record["hypertendu"]), (&json!(false), &Value::Null, &json!(false)));
        assert!(record["assigned_medecin"].is_string(), "given to the doctor who entered it");
        has(&doctor.get("/consultations?search=mbuyi").await.text, &["Aimée Mbuyi", &page]);
        has(&doctor.get(&page).await.text, &["36 ans", "37,5", "120/80", "Toux depuis trois jours"]);
    }

    async fn an_examination_without_finding_is_answered_by_one_button(db) {
        let clinic = clinic_with_doctors(&db).await;
        let doctor = Session::of(&clinic, "dr-awa").await;
        let mut fields = typed(&[("examen_normal", "1")]);
        fields.retain(|(key, _)| !["etat", "febrile", "tegument", "capacite_physique", "capacite_psychologique"].contains(&key.as_str()));
        let page = send(&doctor, NEW, &fields).await;
        assert_eq!(page.status, 200);
        for (key, word) in [("etat", "Conservé"), ("capacite_physique", "Top"), ("capacite_psychologique", "Top"), ("febrile", "Non"), ("tegument", "Normal")] {
            has(&page.text, &[&format!("name=\"{key}\" value=\"{word}\" checked")]);
        }
        has(&page.text, &["value=\"Mbuyi\""]);
        has(&doctor.get("/consultations").await.text, &["Aucune fiche"]);
    }

    async fn the_next_consultation_takes_over_who_he_is_and_nothing_of_the_day(db) {
        let clinic = clinic_with_doctors(&db).await;
        let doctor = Session::of(&clinic, "dr-awa").await;
        let first = [("hypertendu", "on"), ("medicaments_en_cours", "Amlodipine 5 mg"), ("temperature", "38.4"), ("diagnostic", "Bronchite"), ("poumons", "Râles à droite")];
        let page = led_to(&send(&doctor, NEW, &typed(&first)).await);
        let patient = shown(&clinic, &page).await["patient_id"].as_str().unwrap().to_owned();
        let next = doctor.get(&format!("{NEW}?patient={patient}")).await.text;
        has(&next, &["value=\"Mbuyi\"", "value=\"Paul Mbuyi\"", "Amlodipine 5 mg</textarea>", &format!("name=\"patient_id\" value=\"{patient}\"")]);
        has(&next, &["<dd>Bronchite</dd>"]);
        lacks(&next, &["Toux depuis trois jours</textarea>", "value=\"38.4\"", "Bronchite</textarea>", "Râles à droite", "value=\"Conservé\" checked"]);
        let second = led_to(&send(&doctor, NEW, &typed(&[("patient_id", &patient), ("temperature", "37")])).await);
        assert_eq!(shown(&clinic, &second).await["patient_id"], json!(patient));
        has(&doctor.get(&second).await.text, &["↓", "38,4", "Bronchite"]);
    }

    async fn two_people_in_one_record_lose_nothing(db) {
        let clinic = clinic_with_doctors(&db).await;
        let doctor = Session::of(&clinic, "dr-awa").await;
        let chief = Session::of(&clinic, "chef").await;
        let page = led_to(&send(&doctor, NEW, &typed(&[])).await);
        let edit = format!("{page}/edit");
        let mine = [("version", "1"), ("motif_consultation", "Fièvre"), ("poids", "60")];
        let theirs = [("version", "1"), ("motif_consultation", "Douleur"), ("occupation", "Infirmière")];
        assert_eq!(send(&chief, &edit, &typed(&theirs)).await.status, 303);
        let clash = send(&doctor, &edit, &typed(&mine)).await;
        assert_eq!(clash.status, 412);
        has(&clash.text, &["Fièvre</textarea>", "<strong>Douleur</strong>", "<strong>Infirmière</strong>", "name=\"version\" value=\"2\"",
            "name=\"prendre-motif_consultation\" value=\"mienne\" checked", "name=\"prendre-occupation\" value=\"autre\" checked"]);
        let settled = [("version", "2"), ("motif_consultation", "Fièvre"), ("poids", "60"), ("prendre-motif_consultation", "mienne"), ("prendre-occupation", "autre"), ("prendre-poids", "mienne")];
        assert_eq!(send(&doctor, &edit, &typed(&settled)).await.status, 303);
        let record = shown(&clinic, &page).await;
        assert_eq!((&record["motif_consultation"], &record["occupation"], &record["poids"]), (&json!("Fièvre"), &json!("Infirmière"), &json!(60.0)));
    }

    async fn what_was_typed_is_offered_again_to_him_alone(db) {
        let clinic = clinic_with_doctors(&db).await;
        let doctor = Session::of(&clinic, "dr-awa").await;
        let kept = doctor.submit("/consultations/drafts/new", &[("nom", "Tounkara"), ("motif_consultation", "Vertiges")]).await;
        assert_eq!(kept.status, 204, "{}", kept.text);
        has(&doctor.get(NEW).await.text, &["Reprendre ce qui était tapé", "Repartir de zéro", "Tounkara"]);
        has(&doctor.get(&format!("{NEW}?resume=1")).await.text, &["value=\"Tounkara\"", "Vertiges</textarea>"]);
        lacks(&Session::of(&clinic, "dr-binta").await.get(NEW).await.text, &["Tounkara", "id=\"resume\""]);
        let dropped = doctor.submit("/consultations/drafts/new/drop", &[("next", "//evil.example")]).await;
        assert_eq!((led_to(&dropped).as_str(), dropped.headers["location"].to_str().unwrap()), ("/", "/"));
        has(&doctor.get(NEW).await.text, &["id=\"f-nom\""]);
        doctor.submit("/consultations/drafts/new", &[("nom", "Tounkara")]).await;
        let page = led_to(&send(&doctor, NEW, &typed(&[])).await);
        has(&doctor.get(NEW).await.text, &["id=\"f-nom\""]);
        // A conclusion is kept too, over the version it was written on.
        let subject = format!("{}-conclusion", page.rsplit('/').next().unwrap());
        doctor.submit(&format!("/consultations/drafts/{subject}"), &[("diagnostic", "Peut-être"), ("version", "1")]).await;
        has(&doctor.get(&page).await.text, &["Peut-être</textarea>", "Repris de ce que vous tapiez"]);
    }

    async fn a_doctor_signs_refuses_and_corrects(db) {
        let clinic = clinic_with_doctors(&db).await;
        let doctor = Session::of(&clinic, "dr-awa").await;
        let page = led_to(&send(&doctor, NEW, &typed(&[("spo2", "84")])).await);
        let conclude = format!("{page}/conclusion");
        let signed = async |fields: &[(&str, &str)]| doctor.submit(&conclude, &[&[("concluding", "1"), ("sign", "1"), ("signature", "Dr Awa")], fields].concat()).await;
        let none = signed(&[("version", "1"), ("traitement", "Oxygène")]).await;
        assert_eq!(none.status, 400);
        has(&none.text, &["href=\"#f-diagnostic\"", "Oxygène</textarea>", "value=\"Dr Awa\""]);
        let unseen = signed(&[("version", "1"), ("diagnostic", "Pneumonie")]).await;
        assert_eq!(unseen.status, 400, "an emergency is signed only by who says that he has seen it");
        has(&unseen.text, &["id=\"e-red_seen\"", "Pneumonie</textarea>"]);
        assert_eq!(shown(&clinic, &page).await["status"], "en_analyse");
        let late = signed(&[("version", "7"), ("diagnostic", "Autre"), ("red_seen", "on")]).await;
        assert_eq!(late.status, 412);
        has(&late.text, &["Autre</textarea>", "name=\"version\" value=\"1\""]);
        assert_eq!(signed(&[("version", "1"), ("diagnostic", "Pneumonie"), ("red_seen", "on")]).await.status, 303);
        let record = shown(&clinic, &page).await;
        assert_eq!((&record["status"], &record["signature_medecin"]), (&json!("valide_medecin"), &json!("Dr Awa")));
        let amend = format!("{page}/amend");
        let version = record["version"].to_string();
        let right = |reason| typed(&[("version", &version), ("reason", reason), ("spo2", "84"), ("diagnostic", "Embolie")]);
        let silent = send(&doctor, &amend, &right("")).await;
        assert_eq!(silent.status, 400);
        has(&silent.text, &["href=\"#f-reason\"", "Embolie</textarea>"]);
        assert_eq!(send(&doctor, &amend, &right("Résultat du scanner")).await.status, 303);
        has(&doctor.get(&page).await.text, &["<del>Pneumonie</del> → <ins>Embolie</ins>", "Résultat du scanner"]);

        let other = led_to(&send(&doctor, NEW, &typed(&[])).await);
        let refused = doctor.submit(&format!("{other}/reject"), &[("version", "1")]).await;
        assert_eq!(refused.status, 400);
        has(&refused.text, &["href=\"#f-commentaire\""]);
        assert_eq!(doctor.submit(&format!("{other}/reject"), &[("version", "1"), ("commentaire", "Illisible")]).await.status, 303);
        has(&doctor.get(&other).await.text, &["Illisible", "Refusée"]);
        assert_eq!(doctor.submit(&format!("{other}/messages"), &[("content", "Revenez demain")]).await.status, 303);
        has(&doctor.get(&other).await.text, &["<p>Revenez demain</p>"]);
    }

    async fn reception_enters_and_hands_over_but_concludes_nothing(db) {
        let clinic = clinic_with_doctors(&db).await;
        let agent = Session::of(&clinic, "agent").await;
        let form = agent.get(NEW).await.text;
        has(&form, &["id=\"f-nom\""]);
        lacks(&form, &["name=\"diagnostic\""]);
        let page = led_to(&send(&agent, NEW, &typed(&[])).await);
        lacks(&agent.get(&page).await.text, &["/conclusion\"", "/reject\""]);
        assert_eq!(agent.submit(&format!("{page}/conclusion"), &[("diagnostic", "Grippe")]).await.status, 403);
        let doctor = Session::of(&clinic, "dr-awa").await;
        let shown = doctor.get(&page).await.text;
        let (_, select) = shown.split_once("name=\"medecin_id\"").unwrap();
        let id = select.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(led_to(&agent.submit(&format!("{page}/assign"), &[("medecin_id", id)]).await), "/consultations");
    }

    async fn what_the_rules_find_is_said_while_typing(db) {
        let clinic = clinic_with_doctors(&db).await;
        let doctor = Session::of(&clinic, "dr-awa").await;
        let quiet = doctor.submit("/consultations/check", &[("nom", "Sow")]).await;
        has(&quiet.text, &["Pas encore de mesure"]);
        let red = doctor.submit("/consultations/check", &[("age", "40"), ("spo2", "84"), ("temperature", "99")]).await;
        assert_eq!(red.status, 200);
        has(&red.text, &["judged danger", "Urgence", "href=\"#f-temperature\"", "Sources"]);
    }

    async fn of_a_restricted_record_the_list_shows_the_name(db) {
        let clinic = clinic_with_doctors(&db).await;
        let doctor = Session::of(&clinic, "dr-awa").await;
        let page = led_to(&send(&doctor, NEW, &typed(&[])).await);
        let patient = shown(&clinic, &page).await["patient_id"].as_str().unwrap().to_owned();
        let chief = Session::of(&clinic, "chef").await;
        assert_eq!(chief.submit(&format!("/patients/{patient}/access"), &[("restricted", "on")]).await.status, 303);
        let list = doctor.get("/consultations").await.text;
        has(&list, &["Aimée Mbuyi"]);
        lacks(&list, &["Toux depuis", "36 ans"]);
        for path in [page.clone(), format!("{page}/edit"), format!("{NEW}?patient={patient}")] {
            assert_eq!(led_to(&doctor.get(&path).await), format!("/patients/{patient}"), "{path}");
        }
    }
}
