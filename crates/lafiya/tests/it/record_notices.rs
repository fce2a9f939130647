//! Telling a patient that something waits for him, and never what.

use axum::http::Method;
use kernel::Role;
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, TestClinic, code},
    db::TestDb,
    on_both_engines,
};

use crate::records::input;

const ALL: &str = "/api/v1/fiche-consultation/";

struct Scene {
    clinic: TestClinic,
    doctor: String,
    agent: String,
    patient: String,
    one: String,
}

async fn scene(db: &TestDb) -> Scene {
    let clinic = TestClinic::new(db).await;
    for (name, role) in [
        ("dr-awa", Role::Practitioner),
        ("accueil", Role::Agent),
        ("aimee", Role::Patient),
    ] {
        clinic.member(clinic.tenant, name, role).await;
    }
    let agent = clinic.token_of("accueil").await;
    let made = clinic
        .call_as(Some(&agent), Method::POST, ALL, Some(input()))
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    Scene {
        doctor: clinic.token_of("dr-awa").await,
        patient: clinic.token_of("aimee").await,
        one: format!("{ALL}{}/", made.json()["id"].as_str().unwrap()),
        agent,
        clinic,
    }
}

impl Scene {
    async fn post(&self, token: &str, action: &str, body: Value) -> Answer {
        let path = format!("{}{action}", self.one);
        self.clinic
            .call_as(Some(token), Method::POST, &path, Some(body))
            .await
    }

    async fn tell(&self, token: &str, body: Value) -> Answer {
        self.post(token, "send-notification/", body).await
    }

    async fn sign(&self) {
        let path = format!("{}edit-diagnostic/", self.one);
        let diagnosis = json!({"diagnostic": "Bronchite aiguë", "traitement": "Amoxicilline"});
        let written = self
            .clinic
            .call_as(Some(&self.doctor), Method::PATCH, &path, Some(diagnosis))
            .await;
        assert_eq!(written.status, 200, "{}", written.text);
        let signed = self.post(&self.doctor, "validate/", json!({})).await;
        assert_eq!(signed.status, 200, "{}", signed.text);
    }

    /// The texts of the outbox, newest first.
    async fn texts(&self) -> Vec<String> {
        let outbox = self
            .clinic
            .call_as(Some(&self.agent), Method::GET, "/api/v1/outbox/", None)
            .await
            .json();
        let rows = outbox["results"].as_array().unwrap();
        let text = |row: &Value| row["body"].as_str().unwrap().to_owned();
        rows.iter().map(text).collect()
    }
}

fn by(method: &str, again: bool) -> Value {
    json!({"method": method, "force_resend": again})
}

on_both_engines! {
    async fn a_patient_is_told_once_for_each_version_and_nothing_of_it(db) {
        let s = scene(&db).await;
        assert_eq!(code(&s.tell(&s.doctor, by("sms", false)).await), (404, "not-signed-yet".to_owned()));
        s.sign().await;
        let first = s.tell(&s.doctor, json!({"method": "sms"})).await;
        assert_eq!((first.status.as_u16(), &first.json()["already_sent"]), (202, &json!(false)));
        let twice = s.tell(&s.agent, by("sms", false)).await.json();
        assert_eq!((&twice["already_sent"], &twice["message"]), (&json!(true), &first.json()["message"]));
        let texts = s.texts().await;
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert!(texts[0].contains("Bonjour Aimée, un document vous attend") && texts[0].contains("/my/records"), "{texts:?}");
        for secret in ["Bronchite", "Amoxicilline", "Toux", "CONS-", "Mbuyi"] {
            assert!(!texts[0].contains(secret), "{texts:?}");
        }
        assert!(texts[0].chars().all(|c| c.is_ascii() || "éèàùÉ".contains(c)), "one segment: {texts:?}");
        // Somebody wants another one: once a minute at most.
        for fresh in [true, false] {
            let again = s.tell(&s.doctor, by("sms", true)).await.json();
            assert!(fresh || again["already_sent"] == json!(true), "{again}");
        }
        assert!(s.texts().await.len() <= 3);
        // A new version is told anew.
        let before = s.texts().await.len();
        let amended = s.post(&s.doctor, "amend/", json!({"reason": "Radio", "diagnostic": "Pneumonie"})).await;
        assert_eq!(amended.status, 200, "{}", amended.text);
        assert_eq!(s.tell(&s.doctor, by("sms", false)).await.json()["already_sent"], json!(false));
        assert_eq!(s.texts().await.len(), before + 1);
    }

    async fn a_shared_phone_reads_no_name(db) {
        let s = scene(&db).await;
        s.sign().await;
        let mut other = input();
        other["prenom"] = json!("Joseph");
        other["date_naissance"] = json!("2015-02-03");
        let made = s.clinic.call_as(Some(&s.agent), Method::POST, ALL, Some(other)).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!(s.tell(&s.doctor, by("sms", false)).await.status, 202);
        let texts = s.texts().await;
        assert!(texts[0].contains("Un document vous attend") && !texts[0].contains("Aimée"), "{texts:?}");
    }

    async fn a_channels_rules_are_kept_and_said(db) {
        let mut s = scene(&db).await;
        s.sign().await;
        assert_eq!(code(&s.tell(&s.doctor, by("whatsapp", false)).await), (409, "window_closed".to_owned()));
        assert_eq!(s.tell(&s.doctor, by("pigeon", false)).await.status, 400);
        assert_eq!(s.tell(&s.patient, by("sms", false)).await.status, 403);
        let elsewhere = s.clinic.another("autre", "+221338210077").await;
        s.clinic.member(elsewhere, "dr-la", Role::Practitioner).await;
        let foreign = s.clinic.token_of("dr-la").await;
        assert_eq!(s.tell(&foreign, by("sms", false)).await.status, 404);
        assert!(s.texts().await.is_empty());
        // Whoever wrote STOP is left alone.
        s.clinic.start_work();
        s.clinic.webhook("sms", &s.clinic.sms("+221772000041", "STOP")).await;
        testkit::db::eventually("the STOP is read", std::time::Duration::from_secs(30), async || {
            (s.tell(&s.doctor, by("sms", true)).await.status == 409).then_some(())
        }).await;
        assert_eq!(code(&s.tell(&s.doctor, by("sms", true)).await), (409, "opted_out".to_owned()));
        s.clinic.stop_work().await;
    }
}
