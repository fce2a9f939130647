//! Patients and their numbers.

use axum::http::{Method, Request};
use serde_json::{Value, json};
use testkit::{clinic::TestClinic, on_both_engines};

async fn found(clinic: &TestClinic, search: &str) -> Vec<String> {
    let query = serde_urlencoded::to_string([("search", search)]).unwrap();
    let answer = clinic
        .call(Method::GET, &format!("/api/patients/list/?{query}"), None)
        .await
        .json();
    let rows = answer["results"].as_array().cloned().unwrap();
    rows.iter()
        .map(|row| row["full_name"].as_str().unwrap().to_owned())
        .collect()
}

on_both_engines! {
    async fn search_forgives_spelling(db) {
        let clinic = TestClinic::new(&db).await;
        clinic.patient("Aïssatou", "N’Diaye", "77 123 45 67").await;
        clinic.patient("Kouamé", "Koffi", "+237 6 71 23 45 67").await;
        for search in ["aissatou", "NDIAYE aisatou", "n'diaye", "1234567", "077 123"] {
            assert!(found(&clinic, search).await.contains(&"Aïssatou N’Diaye".to_owned()), "{search}");
        }
        assert_eq!(found(&clinic, "kouame").await, ["Kouamé Koffi"]);
        assert!(found(&clinic, "mbappé").await.is_empty());
        assert_eq!(found(&clinic, "").await.len(), 2);
    }

    async fn a_number_may_be_shared_but_a_person_stands_once(db) {
        let clinic = TestClinic::new(&db).await;
        let create = async |first: &str, phone: &str| {
            let body = json!({"first_name": first, "last_name": "Diop", "phone": phone, "date_of_birth": "1990-05-17"});
            clinic.call(Method::POST, "/api/patients/", Some(body)).await
        };
        let awa = create("Awa", "77 200 00 01").await;
        assert_eq!((awa.status.as_u16(), awa.json()["phone"].clone()), (201, json!("+221772000001")));
        assert_eq!(create("Moussa", "00221772000001").await.status, 201, "a household's phone");
        let again = create("AWA", "+221 77 200 00 01").await;
        assert_eq!((again.status.as_u16(), again.json()["code"].clone()), (409, json!("patient-exists")));
        let many = (0..64).map(|n| {
            let name = format!("Enfant{}", char::from(b'A' + n % 26).to_string().repeat(usize::from(n / 26) + 1));
            let clinic = &clinic;
            async move {
                let body = json!({"first_name": name, "last_name": "Diop", "phone": "772000001"});
                clinic.call(Method::POST, "/api/patients/", Some(body)).await.status.as_u16()
            }
        });
        let answers = futures_util::future::join_all(many).await;
        assert!(answers.iter().all(|status| *status == 201), "{answers:?}");
    }

    async fn bad_input_is_named_field_by_field(db) {
        let clinic = TestClinic::new(&db).await;
        for (field, value, code) in [
            ("phone", json!("+237987654321"), "no-such-number"),
            ("phone", json!("abc"), "not-a-phone"),
            ("phone", json!(7), "wrong-type"),
            ("first_name", json!("  "), "required"),
            ("first_name", json!("x".repeat(101)), "too-long"),
            ("date_of_birth", json!("31/12/1990"), "not-a-date"),
            ("gender", json!("?"), "not-a-choice"),
            ("rôle", json!("admin"), "unknown-field"),
        ] {
            let mut body = json!({"first_name": "Awa", "last_name": "Diop", "phone": "77 200 00 01"});
            body[field] = value;
            let answer = clinic.call(Method::POST, "/api/patients/", Some(body)).await;
            let error = answer.json()["errors"][0].clone();
            assert_eq!((answer.status.as_u16(), error["code"].clone()), (400, json!(code)), "{field}: {}", answer.text);
            assert!(error["message"].as_str().is_some_and(|text| !text.contains('⟦')), "{error}");
        }
        assert!(found(&clinic, "").await.is_empty(), "nothing was created");
    }

    async fn changes_are_three_valued_and_versioned(db) {
        let clinic = TestClinic::new(&db).await;
        let id = clinic.patient("Awa", "Diop", "77 200 00 01").await;
        let path = format!("/api/patients/{id}/");
        let change = async |body: Value, version: &str| {
            let token = clinic.token_of("agent").await;
            let request = Request::patch(&path)
                .header("authorization", format!("Bearer {token}"))
                .header("content-type", "application/json")
                .header("if-match", version)
                .body(axum::body::Body::from(body.to_string()))
                .unwrap();
            clinic.send(request).await
        };
        let first = change(json!({"allergies": "Pénicilline", "email": "a@b.sn"}), "\"1\"").await;
        assert_eq!((first.status.as_u16(), first.json()["allergies"].clone()), (200, json!("Pénicilline")));
        assert_eq!(first.headers["etag"], "\"2\"");
        assert_eq!(change(json!({"email": "c@d.sn"}), "\"1\"").await.status, 412, "somebody else was faster");
        let cleared = change(json!({"email": null}), "\"2\"").await.json();
        assert_eq!((cleared["email"].clone(), cleared["allergies"].clone()), (Value::Null, json!("Pénicilline")));
        let moved = change(json!({"phone": "77 300 00 01"}), "*").await.json();
        assert_eq!(moved["phones"], json!(["+221773000001", "+221772000001"]), "the old number stays his");
        clinic.another("autre", "+221338210001").await;
        let theirs = clinic.token_of("autre-agent").await;
        assert_eq!(clinic.call_as(Some(&theirs), Method::GET, &path, None).await.status, 404);
        assert_eq!(clinic.call(Method::GET, "/api/patients/not-an-id/", None).await.status, 404);
    }
}
