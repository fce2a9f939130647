//! Documents of records, checked signatures, links that show a record.

use std::time::Duration;

use ::store::{Sql, params};
use axum::http::{Method, StatusCode};
use kernel::{Clock, Role, Timestamp};
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, TestClinic, code, ok},
    db::TestDb,
    on_both_engines,
    session::Session,
};

use crate::records::input;

pub(crate) const ALL: &str = "/api/v1/fiche-consultation/";

/// A clinic with whom a record meets.
pub(crate) struct Scene {
    pub(crate) clinic: TestClinic,
    pub(crate) doctor: String,
    pub(crate) other_doctor: String,
    pub(crate) admin: String,
    pub(crate) agent: String,
    pub(crate) patient: String,
}

pub(crate) async fn scene(db: &TestDb) -> Scene {
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
    pub(crate) async fn call(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Value,
    ) -> Answer {
        let token = (!token.is_empty()).then_some(token);
        let body = (method != Method::GET && method != Method::DELETE).then_some(body);
        self.clinic.call_as(token, method, path, body).await
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.call(token, Method::GET, path, json!(null)).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: Value) -> Answer {
        self.call(token, Method::POST, path, body).await
    }

    /// Entered by its patient.
    pub(crate) async fn entered(&self, changes: Value) -> String {
        let mut body = input();
        for (key, value) in changes.as_object().unwrap() {
            body[key] = value.clone();
        }
        let answer = self.post(&self.patient, ALL, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        format!("{ALL}{}/", answer.json()["id"].as_str().unwrap())
    }

    pub(crate) async fn conclude(&self, one: &str, conclusion: Value) {
        let path = format!("{one}edit-diagnostic/");
        ok(self
            .call(&self.doctor, Method::PATCH, &path, conclusion)
            .await);
    }

    /// The hash of the signature.
    pub(crate) async fn sign(&self, one: &str) -> String {
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

    /// Whether this text stands in a link's row.
    async fn has(&self, secret: &str) -> bool {
        const ANY: Sql = Sql::new(
            "SELECT COUNT(*) AS value FROM encounter_share WHERE tenant_id = $1 AND token_hash = $2",
        );
        let mut tx = self
            .clinic
            .app
            .store
            .read(self.clinic.tenant)
            .await
            .unwrap();
        let count: i64 = tx
            .one(ANY, params![self.clinic.tenant, secret])
            .await
            .unwrap();
        count > 0
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

/// What a PDF says, page by page.
pub(crate) fn said(pdf: &[u8]) -> String {
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
    async fn a_doctor_sees_and_closes_the_links_of_a_record(db) {
        let s = scene(&db).await;
        let one = s.entered(json!({})).await;
        s.conclude(&one, json!({"diagnostic": "Paludisme simple"})).await;
        let page = one.replace(ALL, "/consultations/");
        let page = page.trim_end_matches('/');
        let doctor = Session::of(&s.clinic, "dr-awa").await;
        let links = format!("{page}/links");
        assert!(!doctor.get(page).await.text.contains(&links), "nothing is signed yet");
        s.sign(&one).await;
        assert!(doctor.get(page).await.text.contains(&links));
        assert!(doctor.get(&links).await.text.contains("Aucun lien ne montre"));
        let made = ok(s.post(&s.patient, &format!("{one}shares/"), json!({"lasting": "7d"})).await);
        let address = made["link"].as_str().unwrap();
        let secret = &address[address.find("/s/").unwrap()..];
        let shown = doctor.get(&links).await.text;
        assert!(shown.contains("Fatou Sow") && shown.contains("jamais ouvert") && !shown.contains(secret), "{shown}");
        assert_eq!(s.get("", secret).await.status, 200);
        assert!(!doctor.get(&links).await.text.contains("jamais ouvert"));
        let end = format!("{links}/{}/end", made["id"].as_str().unwrap());
        let foreign = Session::of(&s.clinic, "dr-binta").await;
        assert_eq!(foreign.submit(&end, &[]).await.status, 404);
        assert_eq!(Session::of(&s.clinic, "accueil").await.get(&links).await.status, 403);
        let ended = doctor.submit(&end, &[]).await;
        assert_eq!(ended.headers["location"], format!("{links}?ended=1"));
        assert_eq!(s.get("", secret).await.status, 404);
        let shown = doctor.get(&format!("{links}?ended=1")).await.text;
        assert!(shown.contains("Ce lien ne montre plus rien") && shown.contains("Aucun lien ne montre"), "{shown}");
    }

    async fn a_draft_says_so_and_holds_no_conclusion(db) {
        let s = scene(&db).await;
        let one = s.entered(json!({"temperature": 39.6})).await;
        s.conclude(&one, json!({"diagnostic": "Bronchite aiguë"})).await;
        let path = format!("{one}export/pdf/");
        assert_eq!(code(&s.get(&s.patient, &path).await), (404, "not-signed-yet".to_owned()));
        let draft = s.get(&s.doctor, &path).await;
        assert_eq!((draft.status.as_u16(), draft.headers["content-type"].to_str().unwrap()), (200, "application/pdf"));
        let text = said(&draft.bytes);
        assert!(text.contains("Non signée") && text.contains("39,6") && text.contains("Toux depuis trois jours"), "{text}");
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
            assert!(!text.contains("Non signée"));
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

    async fn anybody_checks_a_signature_and_learns_nothing_of_the_patient(db) {
        let s = scene(&db).await;
        let (one, hash) = s.signed().await;
        let grouped = format!("{} {}", &hash[..8], &hash[8..16]);
        for path in [
            format!("/verify/{hash}"),
            format!("/verify?code={}", grouped.replace(' ', "+")),
            format!("/verify?code={}", hash[..16].to_uppercase()),
        ] {
            let page = s.get("", &path).await;
            assert_eq!(page.status, 200, "{path}");
            for part in ["Clinique demo", "Fatou Sow", "le contenu n’a pas changé", "CONS-"] {
                assert!(page.text.contains(part), "{path} lacks {part}");
            }
            assert!(!page.text.contains("Mbuyi") && !page.text.contains("Bronchite"), "{path}");
            assert_eq!(page.headers["referrer-policy"], "no-referrer");
        }
        let unknown = [hash[..15].to_owned(), "0".repeat(64), "x".repeat(20), format!("{}0", &hash[..16])];
        for code in unknown.iter().filter(|code| !hash.starts_with(code.as_str()) || code.len() < 16) {
            let page = s.get("", &format!("/verify/{code}")).await;
            assert_eq!(page.status, 404, "{code}");
            assert!(page.text.contains("Nous ne connaissons pas ce code"), "{}", page.text);
        }
        ok(s.post(&s.doctor, &format!("{one}amend/"), json!({"reason": "Radio", "diagnostic": "Pneumonie"})).await);
        let page = s.get("", &format!("/verify/{hash}")).await;
        assert!(page.text.contains("nouvelle version"), "{}", page.text);
    }

    async fn a_link_shows_what_was_signed_for_a_while(db) {
        let clock = Clock::fixed(Timestamp::parse("2026-03-01T09:00:00Z").unwrap());
        let s = of(TestClinic::with_clock(&db, &clock).await).await;
        let one = s.entered(json!({"temperature": 39.6})).await;
        let shares = format!("{one}shares/");
        assert_eq!(code(&s.post(&s.patient, &shares, json!({"lasting": "1h"})).await), (404, "not-signed-yet".to_owned()));
        s.conclude(&one, json!({"diagnostic": "Bronchite aiguë", "recommandations": "Boire"})).await;
        s.sign(&one).await;
        assert_eq!(s.post(&s.patient, &shares, json!({"lasting": "8d"})).await.status, 400);
        // Who may not: nobody, reception, a doctor to whom it was not given, a stranger.
        assert_eq!(s.post("", &shares, json!({"lasting": "1h"})).await.status, 401);
        assert_eq!(s.post(&s.agent, &shares, json!({"lasting": "1h"})).await.status, 403);
        assert_eq!(s.post(&s.other_doctor, &shares, json!({"lasting": "1h"})).await.status, 404);
        let other = s.clinic.token_of("patient").await;
        assert_eq!(s.post(&other, &shares, json!({"lasting": "1h"})).await.status, 404);
        let made = s.post(&s.patient, &shares, json!({"lasting": "1h"})).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let link = made.json()["link"].as_str().unwrap().to_owned();
        let path = link.strip_prefix(testkit::clinic::PUBLIC_URL).unwrap().to_owned();
        let secret = path.strip_prefix("/s/").unwrap();
        assert_eq!(secret.len(), 64);
        assert!(!s.has(secret).await, "only a hash is kept");
        let page = s.get("", &path).await;
        assert_eq!((page.status.as_u16(), page.headers["referrer-policy"].to_str().unwrap(), page.headers["cache-control"].to_str().unwrap()), (200, "no-referrer", "no-store"));
        assert!(page.headers["x-robots-tag"].to_str().unwrap().contains("noindex"));
        assert!(page.text.contains("Bronchite aiguë") && page.text.contains("Mbuyi") && !page.text.contains("nouvelle version"), "{}", page.text);
        let pdf = s.get("", &format!("{path}/pdf")).await;
        assert_eq!((pdf.status.as_u16(), pdf.headers["referrer-policy"].to_str().unwrap()), (200, "no-referrer"));
        assert!(said(&pdf.bytes).contains("Bronchite aiguë"));
        // A new signature: the link shows it, and says so.
        ok(s.post(&s.doctor, &format!("{one}amend/"), json!({"reason": "Radio", "diagnostic": "Pneumonie"})).await);
        let page = s.get("", &path).await;
        assert!(page.text.contains("Pneumonie") && page.text.contains("nouvelle version"), "{}", page.text);
        let listed = ok(s.get(&s.doctor, &shares).await);
        assert_eq!((listed.as_array().unwrap().len(), &listed[0]["opened"]), (1, &json!(3)));
        assert!(!listed.to_string().contains(secret));
        // The patient reads who opened it.
        let mine = ok(s.get(&s.patient, "/api/v1/me/access/").await);
        let openings = mine["results"].as_array().unwrap().iter().filter(|line| line["action"] == "encounter.open_link");
        assert_eq!(openings.count(), 3, "{mine}");
        clock.advance(Duration::from_secs(3600));
        let over = s.get("", &path).await;
        let wrong = s.get("", &format!("/s/{}", "0".repeat(64))).await;
        assert_eq!((over.status.as_u16(), wrong.status.as_u16()), (404, 404));
        assert!(!over.text.contains("Pneumonie"));
        assert_eq!(s.get("", &format!("{path}/pdf")).await.status, 404);
        // The patient's token ended meanwhile too.
        let patient = s.clinic.token_of("aimee").await;
        assert_eq!(ok(s.get(&patient, &shares).await), json!([]));
    }

    async fn a_link_is_ended_by_the_patient_or_his_doctor(db) {
        let s = scene(&db).await;
        let (one, _) = s.signed().await;
        let shares = format!("{one}shares/");
        let made = ok(s.post(&s.doctor, &shares, json!({"lasting": "7d"})).await);
        let path = made["link"].as_str().unwrap().strip_prefix(testkit::clinic::PUBLIC_URL).unwrap().to_owned();
        assert_eq!(s.get("", &path).await.status, 200);
        let share = format!("/api/v1/shares/{}/", made["id"].as_str().unwrap());
        let other = s.clinic.token_of("patient").await;
        assert_eq!(s.call(&other, Method::DELETE, &share, json!(null)).await.status, 404);
        assert_eq!(s.get("", &path).await.status, 200);
        for _ in 0..2 {
            assert_eq!(s.call(&s.patient, Method::DELETE, &share, json!(null)).await.status, 204);
        }
        let ended = s.get("", &path).await;
        assert_eq!(ended.status, 404);
        assert!(ended.text.contains("Ce lien ne montre rien"), "{}", ended.text);
    }

    async fn a_secret_is_not_kept_under_an_idempotency_key(db) {
        let s = scene(&db).await;
        let (one, _) = s.signed().await;
        let call = async || {
            let request = axum::http::Request::post(format!("{one}shares/"))
                .header("authorization", format!("Bearer {}", s.patient))
                .header("content-type", "application/json")
                .header("idempotency-key", "lien-1")
                .body(axum::body::Body::from(r#"{"lasting":"1d"}"#)).unwrap();
            s.clinic.send(request).await
        };
        assert_eq!(call().await.status, 201);
        assert_eq!(code(&call().await), (409, "idempotency-outcome-unknown".to_owned()));
        assert_eq!(ok(s.get(&s.patient, &format!("{one}shares/")).await).as_array().unwrap().len(), 1);
    }

    async fn a_patient_reads_his_own_in_simple_words(db) {
        let s = scene(&db).await;
        let one = s.entered(json!({"temperature": 39.6})).await;
        s.conclude(&one, json!({"diagnostic": "Bronchite aiguë", "traitement": "Amoxicilline"})).await;
        let page = one.replace(ALL, "/my/records/");
        let page = page.trim_end_matches('/');
        let list = s.get(&s.patient, "/my/records").await;
        assert!(list.text.contains("Le médecin n’a pas encore fini."), "{}", list.text);
        let waiting = s.get(&s.patient, page).await;
        assert!(waiting.status == 200 && !waiting.text.contains("Bronchite") && !waiting.text.contains("/pdf\""), "{}", waiting.text);
        s.sign(&one).await;
        let list = s.get(&s.patient, "/my/records").await;
        assert!(list.text.contains("Terminée") && list.text.contains("Fatou Sow"), "{}", list.text);
        let signed = s.get(&s.patient, page).await;
        for part in ["Ce que le médecin a conclu", "Bronchite aiguë", "Votre traitement", "Votre température\u{a0}: 39,6 degrés."] {
            assert!(signed.text.contains(part), "{part}: {}", signed.text);
        }
        assert_eq!(s.get(&s.patient, &format!("{page}/pdf")).await.status, 200);
        let other = s.clinic.token_of("patient").await;
        assert_eq!(s.get(&other, page).await.status, 404);
        assert_eq!(s.get(&s.doctor, page).await.status, 403);
    }
}
