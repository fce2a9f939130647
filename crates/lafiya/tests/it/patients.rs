//! Patients and their numbers.

use ::store::{Sql, params};
use axum::http::{Method, Request};
use serde_json::{Value, json};
use testkit::{clinic::TestClinic, on_both_engines, session::Session};

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

const TRAIL: Sql = Sql::new(
    "SELECT COUNT(*) AS value FROM audit_event WHERE tenant_id = $1 AND object_type = 'patient' AND action = $2",
);

async fn trail(clinic: &TestClinic, action: &str) -> i64 {
    let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
    tx.one(TRAIL, params![clinic.tenant, action]).await.unwrap()
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

    async fn short_names_and_first_letters_are_found(db) {
        let clinic = TestClinic::new(&db).await;
        clinic.patient("Awa", "Sow", "77 200 00 01").await;
        clinic.patient("Moussa", "Diop", "77 200 00 02").await;
        for search in ["sew", "Sw awa", "aua", "a", "S"] {
            assert_eq!(found(&clinic, search).await, ["Awa Sow"], "{search}");
        }
        for search in ["diup", "mousa", "DIOP moussa", "0002", "00221772000002", "077 20 00 002"] {
            assert_eq!(found(&clinic, search).await, ["Moussa Diop"], "{search}");
        }
        for search in ["000", "%", "_", "'; DROP TABLE patient", "\u{0301}", &"x".repeat(500)] {
            let rows = found(&clinic, search).await;
            assert!(rows.is_empty() || rows.len() == 2, "{search}: {rows:?}");
        }
    }

    async fn one_person_entered_64_times_at_once_stands_once(db) {
        let clinic = TestClinic::new(&db).await;
        let many = (0..64).map(|_| async {
            let body = json!({"first_name": "Awa", "last_name": "Diop", "phone": "77 200 00 01"});
            clinic.call(Method::POST, "/api/patients/", Some(body)).await
        });
        let answers = futures_util::future::join_all(many).await;
        let entered: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(entered.len(), 1);
        let id = entered[0].json()["patient_id"].as_str().unwrap().to_owned();
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(answer.status, 409);
            let error = answer.json()["errors"][0].clone();
            assert!(error["field"] == "patient_id" && error["message"].as_str().unwrap().contains(&id), "{error}");
        }
        assert_eq!(trail(&clinic, "patient.create").await, 1);
    }

    async fn lists_have_the_fields_and_filters_of_the_contract(db) {
        let clinic = TestClinic::new(&db).await;
        let mut ids = Vec::new();
        for n in 1..=5 {
            let body = json!({"first_name": "Awa", "last_name": format!("Diop{n}"), "phone": format!("77 200 00 0{n}"),
                "date_of_birth": "1990-05-17", "email": ""});
            let made = clinic.call(Method::POST, "/api/patients/", Some(body)).await.json();
            assert_eq!(made["documents"], json!([]));
            ids.push(made["patient_id"].as_str().unwrap().to_owned());
        }
        let path = format!("/api/patients/{}/", ids[0]);
        let active = clinic.call(Method::PATCH, &path, Some(json!({"status": "active"}))).await;
        assert_eq!(active.json()["is_active"], true);
        let list = async |query: &str| {
            clinic.call(Method::GET, &format!("/api/patients/list/?{query}"), None).await
        };
        let first = list("page_size=2").await.json();
        assert_eq!((first["total_count"].as_i64(), first["has_next"].as_bool()), (Some(5), Some(true)));
        let row = &first["results"][0];
        assert_eq!((&row["full_name"], &row["email"], &row["documents_count"]), (&json!("Awa Diop5"), &json!(""), &json!(0)));
        assert!(row["age"].as_i64().is_some_and(|age| age >= 35), "{row}");
        assert_eq!(list("page_size=2&page=3").await.json()["has_next"], false);
        assert_eq!(list("page_size=2&page=4").await.status, 404);
        assert_eq!(list("page_size=0").await.status, 400);
        assert_eq!(list("is_active=peut-être").await.status, 400);
        for (query, count) in [("is_active=true", 1), ("is_active=false", 4), ("is_active=true&search=diop", 1)] {
            assert_eq!(list(query).await.json()["total_count"], count, "{query}");
        }
        let stats = clinic.call(Method::GET, "/api/patients/stats/", None).await.json();
        assert_eq!((&stats["total_patients"], &stats["active_patients"], &stats["inactive_patients"]), (&json!(5), &json!(1), &json!(4)));
    }

    async fn pages_show_what_is_wrong_beside_the_field(db) {
        let clinic = TestClinic::new(&db).await;
        let agent = Session::of(&clinic, "agent").await;
        let page = async |path: &str| agent.get(path).await;
        let send = async |path: &str, fields: &[(&str, &str)]| agent.submit(path, fields).await;
        let awa = |phone: &'static str| [("first_name", "Awa"), ("last_name", "Diop"), ("phone", phone), ("gender", "F")];
        let wrong = send("/patients/new", &awa("+237987654321")).await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.text.contains("id=\"e-phone\"") && wrong.text.contains("+237987654321"), "{}", wrong.text);
        let made = send("/patients/new", &awa("77 200 00 01")).await;
        assert_eq!(made.status, 303);
        let path = made.headers["location"].to_str().unwrap().to_owned();
        let twin = send("/patients/new", &awa("77 200 00 01")).await;
        assert_eq!(twin.status, 409);
        assert!(twin.text.contains(&format!("href=\"{path}\"")), "leads to whom it found");
        clinic.patient("Moussa", "Diop", "77 200 00 01").await;
        let shown = page(&path).await;
        assert!(shown.text.contains("+221 77 200 00 01") && shown.text.contains("Numéro partagé"));
        let changed = [&awa("77 200 00 01")[..], &[("version", "1"), ("allergies", "Pénicilline")]].concat();
        assert_eq!(send(&path, &changed).await.status, 303);
        let stale = send(&path, &changed).await;
        assert_eq!(stale.status, 412);
        assert!(stale.text.contains("Pénicilline"), "what was typed is still there");
        assert!(page("/patients?search=diup").await.text.contains("Awa Diop"));
        assert!(page("/patients/rows?search=moussa").await.text.contains("Moussa Diop"));
        assert_eq!(trail(&clinic, "patient.update").await, 1);
        assert_eq!(Session::of(&clinic, "patient").await.get("/patients").await.status, 403);
    }
}
