//! Consultation records: numbers, states, versions, signatures, who sees what.

use std::{collections::BTreeSet, time::Duration};

use ::store::{Sql, params};
use axum::http::{Method, StatusCode};
use kernel::Role;
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, TestClinic, code, ok},
    db::{TestDb, eventually},
    on_both_engines,
};

const ALL: &str = "/api/v1/fiche-consultation/";
const LIMIT: Duration = Duration::from_secs(30);

/// A whole input, of somebody new with each call of another name.
pub(crate) fn input() -> Value {
    json!({
        "nom": "Mbuyi", "postnom": "wa Kalonji", "prenom": "Aimée", "date_naissance": "1990-05-17",
        "sexe": "F", "telephone": "77 200 00 41", "occupation": "Commerçante", "avenue": "Kasa-Vubu 12",
        "quartier": "Matonge", "commune": "Kalamu", "contact_nom": "Paul Mbuyi",
        "contact_telephone": "77 200 00 42", "contact_adresse": "Kasa-Vubu 12", "etat": "Conservé",
        "capacite_physique": "Top", "capacite_psychologique": "Top", "febrile": "Non", "tegument": "Normal",
        "motif_consultation": "Toux depuis trois jours",
    })
}

fn with(changes: Value) -> Value {
    let mut input = input();
    for (key, value) in changes.as_object().unwrap() {
        input[key] = value.clone();
    }
    input
}

/// A clinic with a doctor, another doctor, an administrator and a patient.
struct Scene {
    clinic: TestClinic,
    doctor: String,
    other_doctor: String,
    admin: String,
    patient: String,
    doctor_id: String,
}

async fn scene(db: &TestDb) -> Scene {
    let clinic = TestClinic::new(db).await;
    let tenant = clinic.tenant;
    let doctor_id = clinic.member(tenant, "dr-awa", Role::Practitioner).await;
    clinic.member(tenant, "dr-binta", Role::Practitioner).await;
    clinic.member(tenant, "chef", Role::Admin).await;
    clinic.member(tenant, "aimee", Role::Patient).await;
    Scene {
        doctor: clinic.token_of("dr-awa").await,
        other_doctor: clinic.token_of("dr-binta").await,
        admin: clinic.token_of("chef").await,
        patient: clinic.token_of("aimee").await,
        doctor_id: doctor_id.to_string(),
        clinic,
    }
}

impl Scene {
    async fn call(&self, token: &str, method: Method, path: &str, body: Value) -> Answer {
        let body = (method != Method::GET).then_some(body);
        self.clinic.call_as(Some(token), method, path, body).await
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.call(token, Method::POST, path, body).await
    }

    async fn patch(&self, token: &str, path: &str, body: Value) -> Answer {
        self.call(token, Method::PATCH, path, body).await
    }

    async fn get(&self, token: &str, path: &str) -> Answer {
        self.call(token, Method::GET, path, json!(null)).await
    }

    async fn entered(&self, token: &str, body: Value) -> String {
        let answer = self.post(token, ALL, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        format!("{ALL}{}/", answer.json()["id"].as_str().unwrap())
    }

    /// Entered by the administrator, concluded and signed by the doctor.
    async fn signed(&self) -> String {
        let one = self.entered(&self.admin, input()).await;
        let conclusion = json!({"diagnostic": "Bronchite", "traitement": "Amoxicilline 1 g × 3"});
        ok(self
            .patch(&self.doctor, &format!("{one}edit-diagnostic/"), conclusion)
            .await);
        ok(self
            .post(
                &self.doctor,
                &format!("{one}validate/"),
                json!({"signature_medecin": "Dr Awa"}),
            )
            .await);
        one
    }
}

fn fields(answer: &Answer) -> Vec<(String, String)> {
    let json = answer.json();
    let errors = json["errors"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    errors
        .iter()
        .map(|e| (text(&e["field"]), text(&e["code"])))
        .collect()
}

on_both_engines! {
    async fn a_record_has_every_field_of_the_contract(db) {
        let s = scene(&db).await;
        let answer = s.post(&s.admin, ALL, with(json!({"temperature": 38.5, "cephalees": false}))).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let record = answer.json();
        let today = s.clinic.app.clock.now().day(&kernel::Zone::named("Africa/Dakar").unwrap());
        assert_eq!(record["numero_dossier"], format!("CONS-{}-001", today.replace('-', "")));
        assert_eq!(record["status"], "en_analyse");
        assert_eq!(record["status_display"], "En analyse");
        assert_eq!(record["telephone"], "+221772000041");
        assert_eq!((&record["etat_civil"], &record["patient"], &record["hypertendu"]), (&json!("Célibataire"), &json!(true), &json!(false)));
        assert_eq!((&record["temperature"], &record["cephalees"], &record["vertiges"]), (&json!(38.5), &json!(false), &json!(null)));
        assert_eq!(record["date_consultation"], today);
        assert!(record["age"].as_i64().unwrap() >= 35);
        for key in ["heure_debut", "diagnostic_ia", "medecin_validateur", "date_validation", "is_patient_distance", "diagnostic"] {
            assert!(record.get(key).is_some(), "{key}");
        }
        let choices = ok(s.get(&s.patient, &format!("{ALL}field-choices/")).await);
        assert_eq!(choices["sexe"][1], json!({"value": "F", "label": "Féminin"}));
    }

    async fn bad_input_is_named_field_by_field(db) {
        let s = scene(&db).await;
        let missing = s.post(&s.admin, ALL, json!({"nom": "Mbuyi"})).await;
        assert_eq!(missing.status, 400);
        assert_eq!(fields(&missing).len(), 16);
        for (key, value, why) in [
            ("temperature", json!(46), "outside"),
            ("tension_arterielle", json!("80/120"), "pressure-upside-down"),
            ("nomm", json!("x"), "unknown-field"),
            ("status", json!("valide_medecin"), "read-only"),
            ("numero_dossier", json!("CONS-1"), "read-only"),
            ("assigned_medecin", json!("x"), "malformed"),
            ("sexe", json!("X"), "not-a-choice"),
            ("age", json!(30), "age-needs-approximate"),
        ] {
            let answer = s.post(&s.admin, ALL, with(json!({ key: value }))).await;
            assert_eq!(fields(&answer), [(key.to_owned(), why.to_owned())], "{}", answer.text);
        }
        let strange = s.post(&s.admin, ALL, with(json!({"assigned_medecin": uuid::Uuid::nil()}))).await;
        assert_eq!(fields(&strange)[0].1, "no-such-doctor");
        // Nothing took a number.
        let good = ok(s.post(&s.admin, ALL, input()).await);
        assert!(good["numero_dossier"].as_str().unwrap().ends_with("-001"));
    }

    async fn numbers_have_no_gaps_under_sixty_four_at_once(db) {
        let s = scene(&db).await;
        let many = (0..64).map(|n| {
            // Every eighth is refused, after or before its number.
            let body = match n % 8 {
                7 => with(json!({"assigned_medecin": uuid::Uuid::nil()})),
                _ => with(json!({"telephone": format!("77 200 01 {n:02}"), "prenom": format!("Enfant {n}")})),
            };
            s.post(&s.admin, ALL, body)
        });
        let answers = futures_util::future::join_all(many).await;
        let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(made.len(), 56, "{:?}", answers.iter().map(|a| a.status.as_u16()).collect::<Vec<_>>());
        let numbers: BTreeSet<String> = made.iter().map(|a| a.json()["numero_dossier"].as_str().unwrap()[14..].to_owned()).collect();
        let expected: BTreeSet<String> = (1..=56).map(|n| format!("{n:03}")).collect();
        assert_eq!(numbers, expected);
    }

    async fn the_number_grows_past_999_and_follows_the_clinics_day(db) {
        let s = scene(&db).await;
        let zone = kernel::Zone::named("Africa/Dakar").unwrap();
        let day = s.clinic.app.clock.now().day(&zone);
        let tenant = s.clinic.tenant;
        let set: Result<u64, ::store::StoreError> = s.clinic.app.store.write(tenant, move |tx| Box::pin(async move {
            const SET: Sql = Sql::new("INSERT INTO encounter_day (tenant_id, day, last) VALUES ($1, $2, 999)");
            tx.execute(SET, params![tenant, day]).await
        })).await;
        set.unwrap();
        let record = ok(s.post(&s.admin, ALL, input()).await);
        assert!(record["numero_dossier"].as_str().unwrap().ends_with("-1000"), "{record}");
    }

    async fn a_doctor_signs_and_amends(db) {
        let s = scene(&db).await;
        let one = s.entered(&s.admin, input()).await;
        let early = s.post(&s.doctor, &format!("{one}validate/"), json!({})).await;
        assert_eq!(fields(&early), [("diagnostic".to_owned(), "required".to_owned())]);
        let empty = s.patch(&s.doctor, &format!("{one}edit-diagnostic/"), json!({})).await;
        assert_eq!(empty.status, 400);
        let foreign = s.patch(&s.doctor, &format!("{one}edit-diagnostic/"), json!({"poumons": "râles"})).await;
        assert_eq!(fields(&foreign)[0].1, "unknown-field");
        ok(s.patch(&s.doctor, &format!("{one}edit-diagnostic/"), json!({"diagnostic": "Bronchite"})).await);
        let signed = ok(s.post(&s.doctor, &format!("{one}validate/"), json!({"signature_medecin": "Dr Awa"})).await);
        assert_eq!((&signed["status"], &signed["medecin_validateur"]), (&json!("valide_medecin"), &json!(s.doctor_id)));
        assert!(signed["date_validation"].is_string() && signed["heure_fin"].is_string());
        for (path, body) in [("validate/", json!({})), ("reject/", json!({"commentaire": "non"}))] {
            assert_eq!(code(&s.post(&s.doctor, &format!("{one}{path}"), body).await), (409, "already-signed".to_owned()));
        }
        assert_eq!(code(&s.patch(&s.admin, &one, json!({"poumons": "râles"})).await), (409, "already-signed".to_owned()));
        assert_eq!(code(&s.call(&s.admin, Method::DELETE, &one, json!({})).await), (409, "already-signed".to_owned()));
        let amend = format!("{one}amend/");
        assert_eq!(code(&s.post(&s.doctor, &amend, json!({"reason": "rien", "diagnostic": "Bronchite"})).await), (409, "nothing-changed".to_owned()));
        assert_eq!(fields(&s.post(&s.doctor, &amend, json!({"reason": " ", "diagnostic": "x"})).await)[0].0, "reason");
        let amended = ok(s.post(&s.doctor, &amend, json!({"reason": "Radio du thorax", "diagnostic": "Pneumonie"})).await);
        assert_eq!((&amended["diagnostic"], &amended["version_signee"]), (&json!("Pneumonie"), &amended["version"]));
        let versions = ok(s.get(&s.admin, &format!("{one}versions/")).await);
        let changes: Vec<_> = versions.as_array().unwrap().iter().map(|v| v["change"].as_str().unwrap()).collect();
        assert_eq!(changes, ["amended", "validated", "edited", "created"]);
        assert_eq!((&versions[0]["reason"], &versions[0]["changed"]), (&json!("Radio du thorax"), &json!(["diagnostic"])));
        assert_eq!(versions[1]["content"]["diagnostic"], "Bronchite");
        // Both signatures hold, and say which one is the newest.
        for (n, superseded) in [(0, false), (1, true)] {
            let hash = versions[n]["signed_hash"].as_str().unwrap();
            let says = ok(s.clinic.call_as(None, Method::GET, &format!("/api/v1/signatures/{hash}/"), None).await);
            assert_eq!((&says["intact"], &says["superseded"]), (&json!(true), &json!(superseded)));
            assert!(!says.to_string().contains("Mbuyi"));
        }
        let nobody = s.clinic.call_as(None, Method::GET, &format!("/api/v1/signatures/{}/", "0".repeat(64)), None).await;
        assert_eq!(nobody.status, 404);
    }

    async fn two_doctors_sign_once(db) {
        let s = scene(&db).await;
        let one = s.entered(&s.admin, with(json!({}))).await;
        ok(s.patch(&s.doctor, &format!("{one}edit-diagnostic/"), json!({"diagnostic": "Bronchite"})).await);
        let path = format!("{one}validate/");
        let both = futures_util::future::join(s.post(&s.doctor, &path, json!({})), s.post(&s.other_doctor, &path, json!({}))).await;
        let signed = [both.0, both.1].iter().filter(|answer| answer.status == 200).count();
        assert_eq!(signed, 1);
        let versions = ok(s.get(&s.admin, &format!("{one}versions/")).await);
        let signatures = versions.as_array().unwrap().iter().filter(|v| v["signed_hash"].is_string()).count();
        assert_eq!(signatures, 1);
    }

    async fn an_analysis_never_changes_what_a_doctor_decided(db) {
        let mut s = scene(&db).await;
        // No work runs yet: the analyses wait while a doctor decides.
        let signed = s.signed().await;
        let rejected = s.entered(&s.admin, with(json!({"prenom": "Rose"}))).await;
        ok(s.post(&s.doctor, &format!("{rejected}reject/"), json!({"commentaire": "Illisible"})).await);
        let waiting = s.entered(&s.admin, with(json!({"prenom": "Ange"}))).await;
        s.clinic.start_work();
        eventually("the analysis", LIMIT, || async {
            let record = s.get(&s.admin, &waiting).await.json();
            (record["status"] == "analyse_terminee").then_some(())
        })
        .await;
        let proposal = ok(s.get(&s.admin, &waiting).await)["diagnostic_ia"].clone();
        assert!(proposal.as_str().unwrap().starts_with("Analyse sans IA"), "{proposal}");
        eventually("no analysis waits", LIMIT, || async {
            const OPEN: Sql = Sql::new("SELECT COUNT(*) AS value FROM encounter_analysis WHERE tenant_id = $1 AND state = 'pending'");
            let mut tx = s.clinic.app.store.read(s.clinic.tenant).await.unwrap();
            let open: i64 = tx.one(OPEN, params![s.clinic.tenant]).await.unwrap();
            (open == 0).then_some(())
        })
        .await;
        s.clinic.stop_work().await;
        assert_eq!(ok(s.get(&s.admin, &signed).await)["status"], "valide_medecin");
        let refused = ok(s.get(&s.admin, &rejected).await);
        assert_eq!((&refused["status"], &refused["commentaire_rejet"]), (&json!("rejete_medecin"), &json!("Illisible")));
        // Asked for again, what was signed stays in the history and with the patient.
        let again = s.post(&s.doctor, &format!("{signed}relancer/"), json!({})).await;
        assert_eq!((again.status.as_u16(), &again.json()["status"], &again.json()["medecin_validateur"]), (202, &json!("en_analyse"), &json!(null)));
        assert!(again.json()["version_signee"].is_i64());
        assert_eq!(code(&s.call(&s.admin, Method::DELETE, &signed, json!({})).await), (409, "already-signed".to_owned()));
        let reopened = s.post(&s.doctor, &format!("{rejected}relancer/"), json!({})).await;
        assert_eq!(reopened.json()["status"], "en_analyse");
    }

    async fn a_patient_has_his_own_record_and_no_doctors_pen(db) {
        let s = scene(&db).await;
        for key in ["diagnostic", "traitement", "examen_complementaire", "recommandations"] {
            let answer = s.post(&s.patient, ALL, with(json!({ key: "moi-même" }))).await;
            assert_eq!(fields(&answer), [(key.to_owned(), "doctor-only".to_owned())]);
        }
        let mine = s.entered(&s.patient, input()).await;
        let patch = s.patch(&s.patient, &mine, json!({"diagnostic": "Grippe"})).await;
        assert_eq!(fields(&patch)[0].1, "doctor-only");
        assert_eq!(s.patch(&s.patient, &mine, json!({"assigned_medecin": s.doctor_id})).await.status, 403);
        assert_eq!(s.patch(&s.patient, &mine, json!({"commentaire_rejet": "x"})).await.status, 403);
        for path in ["validate/", "reject/", "amend/", "relancer/", "assign-medecin/", "edit-diagnostic/"] {
            let method = if path == "edit-diagnostic/" { Method::PATCH } else { Method::POST };
            assert_eq!(s.call(&s.patient, method, &format!("{mine}{path}"), json!({})).await.status, 403, "{path}");
        }
        ok(s.patch(&s.patient, &mine, json!({"histoire_maladie": "Toux grasse"})).await);
        // What the doctor writes is not the patient's to see before it is signed.
        ok(s.patch(&s.doctor, &format!("{mine}edit-diagnostic/"), json!({"diagnostic": "Bronchite"})).await);
        assert_eq!(ok(s.get(&s.patient, &mine).await)["diagnostic"], json!(null));
        assert_eq!(ok(s.get(&s.patient, ALL).await)["results"][0]["diagnostic"], json!(null));
        assert_eq!(ok(s.get(&s.patient, &format!("{mine}versions/")).await), json!([]));
        ok(s.post(&s.doctor, &format!("{mine}validate/"), json!({})).await);
        assert_eq!(ok(s.get(&s.patient, &mine).await)["diagnostic"], "Bronchite");
        assert_eq!(s.call(&s.patient, Method::DELETE, &mine, json!({})).await.status, 409);
        // Another analysis: the signed conclusion stays, the next draft is not shown.
        ok(s.post(&s.doctor, &format!("{mine}relancer/"), json!({})).await);
        ok(s.patch(&s.doctor, &format!("{mine}edit-diagnostic/"), json!({"diagnostic": "Pneumonie"})).await);
        assert_eq!(ok(s.get(&s.patient, &mine).await)["diagnostic"], "Bronchite");
        // Nobody else's record, also not by naming a patient.
        let theirs = s.entered(&s.admin, with(json!({"prenom": "Rose"}))).await;
        assert_eq!(s.get(&s.patient, &theirs).await.status, 404);
        let id = ok(s.get(&s.admin, &theirs).await)["patient_id"].clone();
        assert_eq!(s.post(&s.patient, ALL, with(json!({"patient_id": id}))).await.status, 403);
        assert_eq!(ok(s.get(&s.patient, ALL).await)["count"], 1);
        // A second record of his is on the same patient.
        let again = s.entered(&s.patient, input()).await;
        let patient = |record: Value| record["patient_id"].clone();
        assert_eq!(patient(ok(s.get(&s.patient, &again).await)), patient(ok(s.get(&s.patient, &mine).await)));
    }

    async fn a_strangers_account_never_takes_over_a_known_patient(db) {
        let s = scene(&db).await;
        let theirs = s.entered(&s.admin, input()).await;
        let mine = s.entered(&s.patient, input()).await;
        let patient = |record: Value| record["patient_id"].clone();
        assert_ne!(patient(ok(s.get(&s.admin, &theirs).await)), patient(ok(s.get(&s.admin, &mine).await)));
        assert_eq!(s.get(&s.patient, &theirs).await.status, 404);
        // Staff who describe the same person find him instead.
        let again = s.entered(&s.admin, with(json!({"motif_consultation": "Contrôle"}))).await;
        assert_eq!(patient(ok(s.get(&s.admin, &again).await)), patient(ok(s.get(&s.admin, &theirs).await)));
    }

    async fn what_two_entries_of_one_person_hold_is_one_persons(db) {
        let s = scene(&db).await;
        let mine = s.entered(&s.patient, input()).await;
        let desk = s.entered(&s.admin, with(json!({"nom": "Mbuyii"}))).await;
        let patient = async |one: &str| ok(s.get(&s.admin, one).await)["patient_id"].as_str().unwrap().to_owned();
        let (own, entered) = (patient(&mine).await, patient(&desk).await);
        assert_ne!(own, entered);
        let path = format!("/api/v1/patients/{own}/merge/");
        ok(s.post(&s.admin, &path, json!({"into": entered, "reason": "Même personne, vérifié avec elle"})).await);
        assert_eq!((patient(&mine).await, patient(&desk).await), (entered.clone(), entered.clone()));
        for of in [&own, &entered] {
            assert_eq!(ok(s.get(&s.admin, &format!("{ALL}?patient={of}")).await)["count"], 2);
        }
        assert_eq!(ok(s.get(&s.patient, ALL).await)["count"], 2);
        assert_eq!(s.get(&s.patient, &desk).await.status, 200);
        // A change leaves the record where it was entered: taking them apart restores both.
        ok(s.patch(&s.admin, &mine, json!({"poumons": "râles"})).await);
        ok(s.post(&s.admin, &format!("/api/v1/patients/{own}/unmerge/"), json!({})).await);
        assert_eq!((patient(&mine).await, patient(&desk).await), (own, entered));
        assert_eq!(s.get(&s.patient, &desk).await.status, 404);
    }

    async fn each_role_sees_its_records(db) {
        let s = scene(&db).await;
        let waiting = s.entered(&s.admin, input()).await;
        let given = s.entered(&s.admin, with(json!({"prenom": "Rose", "assigned_medecin": s.doctor_id}))).await;
        s.clinic.member(s.clinic.tenant, "accueil", Role::Agent).await;
        let reception = s.clinic.token_of("accueil").await;
        let entered = s.entered(&reception, with(json!({"prenom": "Ange"}))).await;
        for (who, token, sees) in [
            ("admin", &s.admin, [true, true, true]),
            ("doctor", &s.doctor, [true, true, true]),
            ("other doctor", &s.other_doctor, [true, false, true]),
            ("reception", &reception, [false, false, true]),
            ("patient", &s.patient, [false, false, false]),
        ] {
            for (one, sees) in [&waiting, &given, &entered].into_iter().zip(sees) {
                let status = s.get(token, one).await.status;
                assert_eq!(status == 200, sees, "{who} {one}: {status}");
                assert!(sees || status == 404);
            }
            let count = ok(s.get(token, ALL).await)["count"].as_u64().unwrap();
            assert_eq!(count as usize, sees.iter().filter(|sees| **sees).count(), "{who}");
        }
        // Who signed keeps it, also when it is given to another.
        let one = s.signed().await;
        assert_eq!(s.get(&s.doctor, &one).await.status, 200);
        assert_eq!(s.get(&s.other_doctor, &one).await.status, 404);
        // Giving it away is seen at once.
        let path = format!("{waiting}assign-medecin/");
        let to = ok(s.post(&s.other_doctor, &path, json!({"medecin_id": s.doctor_id})).await);
        assert_eq!(to["assigned_medecin"], s.doctor_id);
        assert_eq!(s.get(&s.other_doctor, &waiting).await.status, 404);
        let bad = s.post(&s.admin, &path, json!({"medecin_id": uuid::Uuid::nil()})).await;
        assert_eq!(fields(&bad), [("medecin_id".to_owned(), "no-such-doctor".to_owned())]);
    }

    async fn lists_are_filtered_and_searched(db) {
        let s = scene(&db).await;
        s.entered(&s.admin, input()).await;
        let remote = with(json!({"prenom": "Rose", "nom": "N’Diaye", "is_patient_distance": true, "telephone": "77 300 12 34"}));
        s.entered(&s.admin, remote).await;
        let rejected = s.entered(&s.admin, with(json!({"prenom": "Ange", "motif_consultation": "Fièvre", "assigned_medecin": s.doctor_id}))).await;
        ok(s.post(&s.doctor, &format!("{rejected}reject/"), json!({"commentaire": "non"})).await);
        let day = s.clinic.app.clock.now().day(&kernel::Zone::named("Africa/Dakar").unwrap());
        for (query, expected) in [
            (String::new(), 3),
            ("status=rejete_medecin".to_owned(), 1),
            ("status=en_analyse,rejete_medecin".to_owned(), 3),
            ("is_patient_distance=true".to_owned(), 1),
            (format!("date_from={day}&date_to={day}"), 3),
            ("date_to=2020-01-01".to_owned(), 0),
            ("search=ndiaye".to_owned(), 0),
            ("search=N%27Diaye".to_owned(), 1),
            ("search=rose+diaye".to_owned(), 1),
            ("search=rose+mbuyi".to_owned(), 0),
            ("search=mbu".to_owned(), 2),
            ("search=fievre".to_owned(), 1),
            ("search=77+300+12+34".to_owned(), 1),
            ("search=%2B221773001234".to_owned(), 1),
            (format!("search=CONS-{}-002", day.replace('-', "")), 1),
            ("search=%25".to_owned(), 0),
        ] {
            let list = ok(s.get(&s.admin, &format!("{ALL}?{query}")).await);
            assert_eq!((list["count"].clone(), list["results"].as_array().unwrap().len()), (json!(expected), expected), "{query}");
        }
        assert_eq!(ok(s.get(&s.doctor, &format!("{ALL}?assigned_only=true")).await)["count"], 1);
        assert_eq!(ok(s.get(&s.admin, "/api/v1/consultations-distance/").await)["count"], 1);
        let bad = s.get(&s.admin, &format!("{ALL}?status=bof")).await;
        assert_eq!(fields(&bad)[0].0, "status");
        let newest = ok(s.get(&s.admin, &format!("{ALL}?page_size=1")).await);
        assert_eq!(newest["results"][0]["prenom"], "Ange");
    }

    async fn a_change_meant_for_another_version_is_refused(db) {
        let s = scene(&db).await;
        let one = s.entered(&s.admin, input()).await;
        let request = |version: &str| {
            axum::http::Request::builder()
                .method(Method::PATCH)
                .uri(&one)
                .header("authorization", format!("Bearer {}", s.admin))
                .header("content-type", "application/json")
                .header("if-match", version)
                .body(axum::body::Body::from(json!({"poumons": "râles"}).to_string()))
                .unwrap()
        };
        assert_eq!(s.clinic.send(request("\"1\"")).await.status, 200);
        assert_eq!(s.clinic.send(request("\"1\"")).await.status, 412);
        // The same again changes nothing and makes no version.
        let same = ok(s.patch(&s.admin, &one, json!({"poumons": "râles"})).await);
        assert_eq!(same["version"], 2);
        let cleared = ok(s.patch(&s.admin, &one, json!({"poumons": null})).await);
        assert_eq!((&cleared["poumons"], &cleared["version"]), (&json!(null), &json!(3)));
        let required = s.patch(&s.admin, &one, json!({"nom": null})).await;
        assert_eq!(fields(&required), [("nom".to_owned(), "required".to_owned())]);
    }

    async fn what_is_taken_back_keeps_its_number(db) {
        let s = scene(&db).await;
        let one = s.entered(&s.admin, input()).await;
        assert_eq!(s.call(&s.admin, Method::DELETE, &one, json!({})).await.status, 204);
        assert_eq!(s.get(&s.admin, &one).await.status, 404);
        assert_eq!(ok(s.get(&s.admin, &format!("{ALL}?search=mbuyi")).await)["count"], 0);
        assert_eq!(ok(s.get(&s.admin, ALL).await)["count"], 0);
        let next = ok(s.post(&s.admin, ALL, input()).await);
        assert!(next["numero_dossier"].as_str().unwrap().ends_with("-002"));
    }

    async fn patient_and_doctor_write_on_a_record(db) {
        let s = scene(&db).await;
        let mine = s.entered(&s.patient, input()).await;
        let path = format!("{mine}messages/");
        ok(s.post(&s.patient, &path, json!({"content": "J’ai encore mal"})).await);
        ok(s.post(&s.doctor, &path, json!({"content": "Depuis quand ?"})).await);
        let list = ok(s.get(&s.patient, &path).await);
        let said: Vec<_> = list["results"].as_array().unwrap().iter().map(|m| (m["content"].clone(), m["by_staff"].clone())).collect();
        assert_eq!(said, [(json!("J’ai encore mal"), json!(false)), (json!("Depuis quand ?"), json!(true))]);
        assert_eq!(fields(&s.post(&s.patient, &path, json!({"content": "  "})).await)[0].1, "required");
        let theirs = s.entered(&s.admin, with(json!({"prenom": "Rose"}))).await;
        assert_eq!(s.post(&s.patient, &format!("{theirs}messages/"), json!({"content": "x"})).await.status, 404);
    }

    async fn versions_cannot_be_altered_and_a_changed_content_shows(db) {
        let s = scene(&db).await;
        let one = s.signed().await;
        let tenant = s.clinic.tenant;
        let change = async |sql: &'static str| {
            let done: Result<u64, ::store::StoreError> = s.clinic.app.store.write(tenant, move |tx| Box::pin(async move {
                tx.execute(Sql::new(sql), params![tenant]).await
            })).await;
            done
        };
        assert!(change("UPDATE encounter_version SET content = '{}' WHERE tenant_id = $1").await.is_err());
        assert!(change("DELETE FROM encounter_version WHERE tenant_id = $1").await.is_err());
        // A number moved to another record no longer fits what was signed.
        change("UPDATE encounter SET number = 'CONS-20200101-001' WHERE tenant_id = $1").await.unwrap();
        let versions = ok(s.get(&s.admin, &format!("{one}versions/")).await);
        let hash = versions[0]["signed_hash"].as_str().unwrap();
        let says = ok(s.clinic.call_as(None, Method::GET, &format!("/api/v1/signatures/{hash}/"), None).await);
        assert_eq!(says["intact"], false);
        // The database itself knows no signed record without its signature.
        assert!(change("UPDATE encounter SET signed_version = NULL WHERE tenant_id = $1").await.is_err());
    }

    async fn the_rules_speak_at_once_and_to_staff_only(db) {
        let s = scene(&db).await;
        let ill = json!({
            "temperature": 39.6, "spo2": 87, "frequence_respiratoire": 32, "pouls": 128, "tension_arterielle": "85/50",
            "conscience": "confusion", "oxygene": false, "allergie_medicamenteuse": true, "medicament_allergique": "pénicilline",
        });
        let path = format!("{ALL}evaluation/");
        let typed = ok(s.post(&s.doctor, &path, ill.clone()).await);
        assert_eq!(typed["evaluation"]["niveau"], "rouge", "{typed}");
        let one = s.entered(&s.admin, with(ill.clone())).await;
        let kept = ok(s.get(&s.doctor, &one).await)["evaluation"].clone();
        assert_eq!((&kept["niveau"], &kept["news2"]["score"], &kept["news2"]["complet"]), (&json!("rouge"), &json!(16), &json!(true)));
        let rules = |evaluation: &Value| -> BTreeSet<String> {
            evaluation["constats"].as_array().unwrap().iter().map(|found| found["regle"].as_str().unwrap().to_owned()).collect()
        };
        ok(s.patch(&s.doctor, &format!("{one}edit-diagnostic/"), json!({"traitement": "Amoxicilline 1 g × 3"})).await);
        let allergic = ok(s.get(&s.doctor, &one).await)["evaluation"].clone();
        assert!(rules(&allergic).len() > rules(&kept).len(), "{allergic}");
        assert!(allergic["constats"].as_array().unwrap().iter().any(|found| found["type"] == "allergie"));
        // The same while it is typed as when it is kept.
        let mut whole = with(ill);
        whole["traitement"] = json!("Amoxicilline 1 g × 3");
        assert_eq!(ok(s.post(&s.doctor, &path, whole).await)["evaluation"], allergic);
        let child = json!({"date_naissance_approx": true, "age": 3, "pouls": 60});
        assert_eq!(ok(s.post(&s.doctor, &path, child).await)["evaluation"]["news2"]["applicable"], "non_enfant");
        let bad = s.post(&s.doctor, &path, json!({"spo2": 10})).await;
        assert_eq!(fields(&bad), [("spo2".to_owned(), "outside".to_owned())]);
        let mine = s.entered(&s.patient, with(json!({"spo2": 87}))).await;
        assert!(ok(s.get(&s.patient, &mine).await).get("evaluation").is_none());
        assert_eq!(s.post(&s.patient, &path, json!({})).await.status, 403);
    }

    async fn a_restricted_patients_record_stays_closed(db) {
        let s = scene(&db).await;
        let one = s.entered(&s.admin, input()).await;
        let patient = ok(s.get(&s.admin, &one).await)["patient_id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/patients/{patient}/access/");
        ok(s.patch(&s.admin, &path, json!({"restricted": true, "staff": [s.doctor_id]})).await);
        assert_eq!(code(&s.get(&s.other_doctor, &one).await), (403, "record-restricted".to_owned()));
        assert_eq!(code(&s.patch(&s.admin, &one, json!({"poumons": "x"})).await).0, 403);
        assert_eq!(s.get(&s.doctor, &one).await.status, 200);
        let listed = ok(s.get(&s.other_doctor, ALL).await)["results"][0].clone();
        assert_eq!((&listed["nom"], &listed["motif_consultation"], &listed["telephone"]), (&json!("Mbuyi"), &json!(null), &json!(null)));
    }

    async fn looks_and_changes_are_on_the_trail(db) {
        let s = scene(&db).await;
        let one = s.signed().await;
        ok(s.get(&s.other_doctor, ALL).await);
        ok(s.get(&s.admin, &one).await);
        const ACTIONS: Sql = Sql::new("SELECT action AS value FROM audit_event WHERE tenant_id = $1 AND object_type LIKE 'encounter%' ORDER BY seq");
        let mut tx = s.clinic.app.store.read(s.clinic.tenant).await.unwrap();
        let actions: Vec<String> = tx.all(ACTIONS, params![s.clinic.tenant]).await.unwrap();
        for action in ["encounter.create", "encounter.read", "encounter.update", "encounter.validate", "encounter.list"] {
            assert!(actions.iter().any(|done| done == action), "{action}: {actions:?}");
        }
    }
}
