//! Documents of records, checked signatures, links that show a record, export
//! and import.

use ::store::params;
use axum::http::{Method, StatusCode};
use kernel::Role;
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, TestClinic},
    db::TestDb,
    on_both_engines,
};

use crate::records::input;

const ALL: &str = "/api/v1/fiche-consultation/";

struct Scene {
    clinic: TestClinic,
    doctor: String,
    other_doctor: String,
    admin: String,
    agent: String,
    patient: String,
}

async fn scene(db: &TestDb) -> Scene {
    of(TestClinic::new(db).await).await
}

async fn of(clinic: TestClinic) -> Scene {
    let tenant = clinic.tenant;
    for (name, role) in [
        ("dr-awa", Role::Practitioner),
        ("dr-binta", Role::Practitioner),
        ("chef", Role::Admin),
        ("accueil", Role::Agent),
        ("aimee", Role::Patient),
    ] {
        clinic.member(tenant, name, role).await;
    }
    Scene {
        doctor: clinic.token_of("dr-awa").await,
        other_doctor: clinic.token_of("dr-binta").await,
        admin: clinic.token_of("chef").await,
        agent: clinic.token_of("accueil").await,
        patient: clinic.token_of("aimee").await,
        clinic,
    }
}

impl Scene {
    async fn call(&self, token: &str, method: Method, path: &str, body: Value) -> Answer {
        let token = (!token.is_empty()).then_some(token);
        let body = (method != Method::GET && method != Method::DELETE).then_some(body);
        self.clinic.call_as(token, method, path, body).await
    }

    async fn get(&self, token: &str, path: &str) -> Answer {
        self.call(token, Method::GET, path, json!(null)).await
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.call(token, Method::POST, path, body).await
    }

    /// Entered by its patient.
    async fn entered(&self, changes: Value) -> String {
        let mut body = input();
        for (key, value) in changes.as_object().unwrap() {
            body[key] = value.clone();
        }
        let answer = self.post(&self.patient, ALL, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        format!("{ALL}{}/", answer.json()["id"].as_str().unwrap())
    }

    async fn conclude(&self, one: &str, conclusion: Value) {
        let path = format!("{one}edit-diagnostic/");
        ok(self
            .call(&self.doctor, Method::PATCH, &path, conclusion)
            .await);
    }

    /// The hash of the signature.
    async fn sign(&self, one: &str) -> String {
        ok(self
            .post(
                &self.doctor,
                &format!("{one}validate/"),
                json!({"signature_medecin": "Dr Awa"}),
            )
            .await);
        let versions = ok(self.get(&self.doctor, &format!("{one}versions/")).await);
        versions[0]["signed_hash"].as_str().unwrap().to_owned()
    }

    /// A signed record with its hash.
    async fn signed(&self) -> (String, String) {
        let one = self
            .entered(json!({"temperature": 39.6, "pouls": 124}))
            .await;
        self.conclude(
            &one,
            json!({"diagnostic": "Bronchite aiguë", "traitement": "Amoxicilline 1 g"}),
        )
        .await;
        let hash = self.sign(&one).await;
        (one, hash)
    }
}

fn ok(answer: Answer) -> Value {
    assert!(answer.status.is_success(), "{}", answer.text);
    answer.json()
}

fn code(answer: &Answer) -> (u16, String) {
    let code = answer.json()["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (answer.status.as_u16(), code)
}

/// What a PDF says, page by page.
fn said(pdf: &[u8]) -> String {
    use std::{
        io::Write,
        process::{Command, Stdio},
    };
    let mut reader = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    reader.stdin.take().unwrap().write_all(pdf).unwrap();
    let output = reader.wait_with_output().unwrap();
    assert!(output.status.success());
    // Words are broken anywhere and parted by any space.
    let text = String::from_utf8_lossy(&output.stdout).replace('\u{200b}', "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

on_both_engines! {
    async fn a_draft_says_so_and_holds_no_conclusion(db) {
        let s = scene(&db).await;
        let one = s.entered(json!({"temperature": 39.6})).await;
        s.conclude(&one, json!({"diagnostic": "Bronchite aiguë"})).await;
        let path = format!("{one}export/pdf/");
        assert_eq!(code(&s.get(&s.patient, &path).await), (404, "not-signed-yet".to_owned()));
        let draft = s.get(&s.doctor, &path).await;
        assert_eq!((draft.status.as_u16(), draft.headers["content-type"].to_str().unwrap()), (200, "application/pdf"));
        let text = said(&draft.bytes);
        assert!(text.contains("Brouillon") && text.contains("39,6") && text.contains("Toux depuis trois jours"), "{text}");
        assert!(!text.contains("Bronchite") && !text.contains("Signature"), "{text}");
    }

    async fn a_signed_document_says_what_was_signed_and_by_whom(db) {
        let s = scene(&db).await;
        let (one, hash) = s.signed().await;
        let path = format!("{one}export/pdf/");
        for token in [&s.doctor, &s.patient] {
            let pdf = s.get(token, &path).await;
            assert_eq!(pdf.status, 200, "{}", pdf.text);
            let name = pdf.headers["content-disposition"].to_str().unwrap();
            assert!(name.starts_with("inline; filename=\"fiche-CONS-") && name.contains(".pdf\""), "{name}");
            let text = said(&pdf.bytes);
            for part in ["Bronchite aiguë", "Amoxicilline 1 g", "Dr Awa", "Fatou Sow", "Page 1 sur", &hash[..8], "Mbuyi wa Kalonji Aimée"] {
                assert!(text.contains(part), "{part}: {text}");
            }
            assert!(!text.contains("Brouillon"));
            // The score is the rules', not the doctor's.
            assert_eq!(text.contains("NEWS2"), token == &s.doctor, "{text}");
        }
        let english = said(&s.get(&s.doctor, &format!("{path}?lang=en")).await.bytes);
        assert!(english.contains("Consultation record") && english.contains("Page 1 of"), "{english}");
        assert_eq!(s.get("", &path).await.status, 401);
        // Nobody else's: a doctor to whom it was not given, and another clinic.
        assert_eq!(s.get(&s.other_doctor, &path).await.status, 404);
        let elsewhere = s.clinic.another("autre", "+221338210099").await;
        s.clinic.member(elsewhere, "dr-autre", Role::Admin).await;
        let foreign = s.clinic.token_of("dr-autre").await;
        assert_eq!(s.get(&foreign, &path).await.status, 404);
    }

    async fn what_people_wrote_is_never_obeyed_by_the_typesetter(db) {
        let s = scene(&db).await;
        let hostile = "#panic(\"x\") $ \\ ] *gras* @ref <label> #read(\"/etc/passwd\") \u{202e}miroir \u{7}";
        let one = s.entered(json!({"motif_consultation": hostile, "nom": "#let x = 1; [", "histoire_maladie": "W".repeat(9000)})).await;
        s.conclude(&one, json!({"diagnostic": "Rien\n\n#pagebreak()\n= Titre"})).await;
        s.sign(&one).await;
        let pdf = s.get(&s.doctor, &format!("{one}export/pdf/")).await;
        assert_eq!(pdf.status, 200, "{}", pdf.text);
        let text = said(&pdf.bytes);
        for part in ["#panic(", "*gras*", "#pagebreak()", "= Titre", "#let x = 1; ["] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
