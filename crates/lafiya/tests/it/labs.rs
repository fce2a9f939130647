//! Results of laboratories and references: who, until when, how they are judged.

use axum::http::{Method, StatusCode};
use kernel::Role;
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, TestClinic, code, faults, ok},
    db::TestDb,
    on_both_engines,
};

const ALL: &str = "/api/v1/lab-results/";
const REFERENCES: &str = "/api/v1/references/";

struct Scene {
    clinic: TestClinic,
    doctor: String,
    other: String,
    agent: String,
    admin: String,
    patient: String,
    stranger: String,
    foreign: String,
    record: String,
    patient_id: String,
}

/// A clinic whose patient has entered a record that was given to a doctor.
async fn scene(db: &TestDb) -> Scene {
    let clinic = TestClinic::new(db).await;
    let tenant = clinic.tenant;
    let doctor_id = clinic.member(tenant, "dr-awa", Role::Practitioner).await;
    clinic.member(tenant, "dr-binta", Role::Practitioner).await;
    clinic.member(tenant, "accueil", Role::Agent).await;
    clinic.member(tenant, "chef", Role::Admin).await;
    clinic.member(tenant, "aimee", Role::Patient).await;
    clinic.member(tenant, "moussa", Role::Patient).await;
    let elsewhere = clinic.another("autre", "+221338210001").await;
    clinic.member(elsewhere, "chef-ailleurs", Role::Admin).await;
    let patient = clinic.token_of("aimee").await;
    let admin = clinic.token_of("chef").await;
    let all = "/api/v1/fiche-consultation/";
    let entered = clinic
        .call_as(
            Some(&patient),
            Method::POST,
            all,
            Some(crate::records::input()),
        )
        .await
        .json();
    let record = entered["id"].as_str().unwrap().to_owned();
    let assign = json!({"medecin_id": doctor_id.to_string()});
    let path = format!("{all}{record}/assign-medecin/");
    let assigned = clinic
        .call_as(Some(&admin), Method::POST, &path, Some(assign))
        .await;
    assert!(assigned.status.is_success(), "{}", assigned.text);
    Scene {
        doctor: clinic.token_of("dr-awa").await,
        other: clinic.token_of("dr-binta").await,
        agent: clinic.token_of("accueil").await,
        stranger: clinic.token_of("moussa").await,
        foreign: clinic.token_of("chef-ailleurs").await,
        patient_id: entered["patient_id"].as_str().unwrap().to_owned(),
        clinic,
        admin,
        patient,
        record,
    }
}

impl Scene {
    async fn call(&self, token: &str, method: Method, path: &str, body: Value) -> Answer {
        let body = (method != Method::GET).then_some(body);
        self.clinic.call_as(Some(token), method, path, body).await
    }

    async fn get(&self, token: &str, path: &str) -> Answer {
        self.call(token, Method::GET, path, json!(null)).await
    }

    fn input(&self, changes: Value) -> Value {
        let mut input = json!({"fiche": self.record, "type_analyse": "Glycémie", "valeur": "1,32",
            "unite": "g/L", "valeurs_normales": "0.70 - 1.10", "date_prelevement": "2026-01-05"});
        for (key, value) in changes.as_object().unwrap() {
            input[key] = value.clone();
        }
        input
    }

    async fn add(&self, token: &str, changes: Value) -> Answer {
        self.call(token, Method::POST, ALL, self.input(changes))
            .await
    }

    async fn sign(&self) {
        let one = format!("/api/v1/fiche-consultation/{}/", self.record);
        let diagnosis = json!({"diagnostic": "Diabète"});
        let path = format!("{one}edit-diagnostic/");
        ok(self
            .call(&self.doctor, Method::PATCH, &path, diagnosis)
            .await);
        let path = format!("{one}validate/");
        ok(self
            .call(&self.doctor, Method::POST, &path, json!({}))
            .await);
    }
}

fn path(made: &Value) -> String {
    format!("{ALL}{}/", made["id"].as_str().unwrap())
}

on_both_engines! {
    async fn a_result_is_kept_as_it_was_written_and_judged(db) {
        let s = scene(&db).await;
        let made = s.add(&s.patient, json!({"laboratoire": " Labo Espoir ", "commentaire": ""})).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!(made.headers["etag"], "\"1\"");
        let made = made.json();
        assert_eq!((&made["valeur"], &made["unite"], &made["valeurs_normales"]), (&json!("1,32"), &json!("g/L"), &json!("0.70 - 1.10")));
        assert_eq!((&made["flag"], &made["laboratoire"], &made["commentaire"]), (&json!("H"), &json!("Labo Espoir"), &json!(null)));
        assert_eq!((&made["added_after_signature"], &made["file_url"], &made["version"]), (&json!(false), &json!(null), &json!(1)));
        assert_eq!(ok(s.get(&s.doctor, &path(&made)).await), made);
    }

    async fn every_notation_goes_through_the_api(db) {
        let s = scene(&db).await;
        for (value, normal, flag) in [
            ("0,69", "0,70–1,10", json!("L")), ("1.1", "[0.7 ; 1.1]", json!("N")), ("1.5", "0.7 à 1.1", json!("H")),
            ("4", "< 5", json!("N")), ("5", "<=5", json!("N")), ("6", "≤ 5", json!("H")), ("39", "> 40", json!("L")),
            ("40", ">= 40", json!("N")), ("41", "≥ 40", json!("N")), ("5", "inférieur à 5", json!("H")), ("14", "N: 12-16", json!("N")),
            ("6", "jusqu'à 5", json!("H")), ("négatif", "négatif", json!("N")), ("positif", "Absent", json!("H")), ("++", "non réactif", json!("H")),
            ("traces", "neg", json!("H")), ("< 0.01", "0.27 - 4.20", json!("L")), (">1000", "0 - 500", json!("H")), ("12\u{a0}000", "4 000 - 10 000", json!("H")),
            ("12,5", "H: 13-17 F: 12-16", json!("N")), ("voir papier", "0.70 - 1.10", json!(null)), ("1.0", "", json!(null)), ("8500", "4.000 - 10.000", json!(null)),
        ] {
            let made = s.add(&s.patient, json!({"valeur": value, "valeurs_normales": normal, "unite": null})).await;
            assert_eq!(made.status, 201, "{}", made.text);
            assert_eq!(made.json()["flag"], flag, "{value} in {normal}");
        }
        // The range is a woman's: that the record says so decides.
        let one = format!("/api/v1/fiche-consultation/{}/", s.record);
        ok(s.call(&s.admin, Method::PATCH, &one, json!({"sexe": "M"})).await);
        let list = ok(s.get(&s.patient, &format!("{ALL}?fiche={}&page_size=100", s.record)).await);
        let of_men = list["results"].as_array().unwrap().iter().find(|row| row["valeurs_normales"] == "H: 13-17 F: 12-16");
        assert_eq!(of_men.unwrap()["flag"], "L");
    }

    async fn what_is_wrong_is_named(db) {
        let s = scene(&db).await;
        for (changes, field, why) in [
            (json!({"type_analyse": " "}), "type_analyse", "required"),
            (json!({"valeur": ""}), "valeur", "required"),
            (json!({"valeur": "x".repeat(201)}), "valeur", "too-long"),
            (json!({"unite": "x".repeat(51)}), "unite", "too-long"),
            (json!({"date_prelevement": "2999-01-01"}), "date_prelevement", "in-the-future"),
            (json!({"date_prelevement": "1990-05-16"}), "date_prelevement", "before-birth"),
            (json!({"date_prelevement": "5/1/2026"}), "date_prelevement", "not-a-date"),
            (json!({"fichier": uuid::Uuid::nil()}), "fichier", "no-such-file"),
            (json!({"flag": "N"}), "flag", "unknown-field"),
            (json!({"fiche": "x"}), "fiche", "malformed"),
        ] {
            let answer = s.add(&s.patient, changes).await;
            assert_eq!((answer.status.as_u16(), faults(&answer)), (400, vec![(field.to_owned(), why.to_owned())]), "{}", answer.text);
            assert!(!answer.text.contains('⟦'));
        }
        let nowhere = s.add(&s.admin, json!({"fiche": uuid::Uuid::nil()})).await;
        assert_eq!(nowhere.status, 404);
    }

    async fn each_role_does_what_it_may(db) {
        let s = scene(&db).await;
        let by_patient = ok(s.add(&s.patient, json!({})).await);
        let by_doctor = ok(s.add(&s.doctor, json!({})).await);
        let by_admin = ok(s.add(&s.admin, json!({})).await);
        for (who, token) in [("another doctor", &s.other), ("reception", &s.agent), ("another patient", &s.stranger), ("another clinic", &s.foreign)] {
            assert_eq!(s.add(token, json!({})).await.status, 404, "{who}");
            for made in [&by_patient, &by_doctor] {
                assert_eq!(s.get(token, &path(made)).await.status, 404, "{who}");
                assert_eq!(s.call(token, Method::PATCH, &path(made), json!({"valeur": "1"})).await.status, 404, "{who}");
                assert_eq!(s.call(token, Method::DELETE, &path(made), json!({})).await.status, 404, "{who}");
            }
            let list = s.get(token, ALL).await;
            assert_eq!((list.status.as_u16(), &list.json()["count"]), (200, &json!(0)), "{who}");
            assert_eq!(s.get(token, &format!("{ALL}?fiche={}", s.record)).await.status, 404, "{who}");
        }
        // Own ones, another's, all.
        let change = async |token: &str, made: &Value| s.call(token, Method::PATCH, &path(made), json!({"commentaire": "vu"})).await.status.as_u16();
        assert_eq!([change(&s.patient, &by_patient).await, change(&s.patient, &by_doctor).await], [200, 403]);
        assert_eq!([change(&s.doctor, &by_doctor).await, change(&s.doctor, &by_patient).await], [200, 403]);
        assert_eq!([change(&s.admin, &by_doctor).await, change(&s.admin, &by_patient).await], [200, 200]);
        let delete = async |token: &str, made: &Value| s.call(token, Method::DELETE, &path(made), json!({})).await.status.as_u16();
        assert_eq!([delete(&s.patient, &by_admin).await, delete(&s.doctor, &by_patient).await, delete(&s.patient, &by_patient).await], [403, 403, 204]);
        assert_eq!(ok(s.get(&s.patient, ALL).await)["count"], 2);
    }

    async fn a_record_that_reception_entered_is_its_to_complete(db) {
        let s = scene(&db).await;
        let mut input = crate::records::input();
        input["telephone"] = json!("77 200 00 55");
        let entered = ok(s.call(&s.agent, Method::POST, "/api/v1/fiche-consultation/", input).await);
        let made = ok(s.add(&s.agent, json!({"fiche": entered["id"]})).await);
        ok(s.call(&s.agent, Method::PATCH, &path(&made), json!({"valeur": "1,0"})).await);
        let by_doctor = ok(s.add(&s.doctor, json!({"fiche": entered["id"]})).await);
        assert_eq!(s.call(&s.agent, Method::DELETE, &path(&by_doctor), json!({})).await.status, 204);
    }

    async fn a_signature_closes_what_was_there(db) {
        let s = scene(&db).await;
        let by_patient = ok(s.add(&s.patient, json!({})).await);
        let by_doctor = ok(s.add(&s.doctor, json!({})).await);
        s.sign().await;
        let signed = (409, "already-signed".to_owned());
        assert_eq!(code(&s.add(&s.patient, json!({})).await), signed);
        for (token, made) in [(&s.patient, &by_patient), (&s.doctor, &by_doctor), (&s.admin, &by_doctor)] {
            assert_eq!(code(&s.call(token, Method::PATCH, &path(made), json!({"valeur": "9"})).await), signed);
            assert_eq!(code(&s.call(token, Method::DELETE, &path(made), json!({})).await), signed);
        }
        // Late, and as fixed as what was there.
        for token in [&s.doctor, &s.admin] {
            let late = ok(s.add(token, json!({"valeur": "0,9"})).await);
            assert_eq!(late["added_after_signature"], true);
            assert_eq!(code(&s.call(token, Method::DELETE, &path(&late), json!({})).await), signed);
        }
        // Another analysis opens the form, not what was signed.
        let one = format!("/api/v1/fiche-consultation/{}/", s.record);
        ok(s.call(&s.doctor, Method::POST, &format!("{one}relancer/"), json!({})).await);
        assert_eq!(code(&s.add(&s.patient, json!({})).await), signed);
        assert_eq!(ok(s.get(&s.patient, ALL).await)["count"], 4);
    }

    async fn nobody_writes_over_another(db) {
        let s = scene(&db).await;
        let made = ok(s.add(&s.patient, json!({})).await);
        let send = async |tag: &str, method: Method, body: Option<Value>| {
            let request = axum::http::Request::builder().method(method).uri(path(&made))
                .header("authorization", format!("Bearer {}", s.patient)).header("if-match", tag);
            let request = request.header("content-type", "application/json");
            let body = body.map_or_else(axum::body::Body::empty, |body| axum::body::Body::from(body.to_string()));
            s.clinic.send(request.body(body).unwrap()).await.status.as_u16()
        };
        assert_eq!(send("\"1\"", Method::PATCH, Some(json!({"valeur": "1,1"}))).await, 200);
        assert_eq!(send("\"1\"", Method::PATCH, Some(json!({"valeur": "1,2"}))).await, 412);
        assert_eq!(send("\"1\"", Method::DELETE, None).await, 412);
        let both = futures_util::future::join(send("\"2\"", Method::PATCH, Some(json!({"valeur": "3"}))), send("\"2\"", Method::PATCH, Some(json!({"valeur": "4"})))).await;
        assert!(both == (200, 412) || both == (412, 200), "{both:?}");
    }

    async fn a_list_finds_by_analysis_day_and_patient(db) {
        let s = scene(&db).await;
        for (analysis, day) in [("Glycémie", "2026-01-05"), ("GLYCEMIE", "2026-01-09"), ("Créatinine", "2026-01-09")] {
            ok(s.add(&s.patient, json!({"type_analyse": analysis, "date_prelevement": day})).await);
        }
        let count = async |token: &str, query: &str| ok(s.get(token, &format!("{ALL}?{query}")).await)["count"].clone();
        for (query, expected) in [
            ("", 3), ("type_analyse=glycemie", 2), ("type_analyse=glyc", 0), ("date=2026-01-09", 2), ("date_from=2026-01-06", 2),
            ("date_to=2026-01-05", 1), ("date=2026-01-09&type_analyse=Glyc%C3%A9mie", 1),
        ] {
            assert_eq!(count(&s.patient, query).await, expected, "{query}");
        }
        assert_eq!(count(&s.doctor, &format!("patient={}", s.patient_id)).await, 3);
        assert_eq!(s.get(&s.doctor, &format!("{ALL}?patient={}", uuid::Uuid::nil())).await.status, 404);
        for wrong in ["date=x", "fiche=x", "patient=x", "what=1"] {
            assert_eq!(s.get(&s.doctor, &format!("{ALL}?{wrong}")).await.status, 400, "{wrong}");
        }
        let first = &ok(s.get(&s.doctor, ALL).await)["results"][0];
        assert_eq!(first["date_prelevement"], "2026-01-09");
    }

    async fn of_a_restricted_patient_nothing_is_shown(db) {
        let s = scene(&db).await;
        let made = ok(s.add(&s.patient, json!({})).await);
        let access = format!("/api/v1/patients/{}/access/", s.patient_id);
        ok(s.call(&s.admin, Method::PATCH, &access, json!({"restricted": true})).await);
        let closed = (403, "record-restricted".to_owned());
        for token in [&s.doctor, &s.admin] {
            assert_eq!(code(&s.get(token, &path(&made)).await), closed);
            assert_eq!(code(&s.get(token, &format!("{ALL}?patient={}", s.patient_id)).await), closed);
            assert_eq!(code(&s.get(token, &format!("{ALL}trend/?type_analyse=x&patient={}", s.patient_id)).await), closed);
            assert_eq!(code(&s.add(token, json!({})).await), closed);
            assert_eq!(ok(s.get(token, ALL).await)["count"], 0);
        }
        assert_eq!(ok(s.get(&s.patient, ALL).await)["count"], 1);
    }

    async fn a_trend_joins_names_and_parts_units(db) {
        let s = scene(&db).await;
        for (analysis, value, unit, day) in [
            ("Glycémie", "1,32", "g/L", "2026-01-05"), ("glycemie", "0.95", "g/l", "2026-01-01"), ("GLYCÉMIE ", "< 0.5", "g / L", "2026-01-07"),
            ("Glycémie", "6,1", "mmol/L", "2026-01-03"), ("Glycémie", "hémolysé", "g/L", "2026-01-06"), ("Urée", "0.3", "g/L", "2026-01-02"),
        ] {
            ok(s.add(&s.patient, json!({"type_analyse": analysis, "valeur": value, "unite": unit, "date_prelevement": day})).await);
        }
        let trend = ok(s.get(&s.doctor, &format!("{ALL}trend/?patient={}&type_analyse=Glyc%C3%A9mie", s.patient_id)).await);
        let series = trend.as_array().unwrap();
        assert_eq!(series.len(), 2, "{trend}");
        assert_eq!((&series[0]["normal_min"], &series[0]["normal_max"]), (&json!(0.7), &json!(1.1)));
        let points: Vec<(&Value, &Value, &Value)> = series[0]["points"].as_array().unwrap().iter().map(|p| (&p["date"], &p["nombre"], &p["flag"])).collect();
        assert_eq!(points, [
            (&json!("2026-01-01"), &json!(0.95), &json!("N")), (&json!("2026-01-05"), &json!(1.32), &json!("H")),
            (&json!("2026-01-06"), &json!(null), &json!(null)), (&json!("2026-01-07"), &json!(0.5), &json!("L")),
        ]);
        assert_eq!(series[1]["points"].as_array().unwrap().len(), 1);
        let own = ok(s.get(&s.patient, &format!("{ALL}trend/?type_analyse=glycemie")).await);
        assert_eq!(own.as_array().unwrap().len(), 2);
        assert_eq!(ok(s.get(&s.stranger, &format!("{ALL}trend/?type_analyse=glycemie&patient={}", s.patient_id)).await), json!([]));
        assert_eq!(s.get(&s.doctor, &format!("{ALL}trend/?type_analyse=glycemie")).await.status, 400);
        assert_eq!(s.get(&s.doctor, &format!("{ALL}trend/?patient={}", s.patient_id)).await.status, 400);
        assert_eq!(s.get(&s.foreign, &format!("{ALL}trend/?type_analyse=glycemie&patient={}", s.patient_id)).await.status, 404);
    }

    async fn looks_and_changes_are_on_the_trail(db) {
        const ACTIONS: ::store::Sql = ::store::Sql::new("SELECT action AS value FROM audit_event WHERE tenant_id = $1 AND (object_type LIKE 'observation%' OR object_type LIKE 'citation%' OR action LIKE 'observation%') ORDER BY seq");
        let s = scene(&db).await;
        let made = ok(s.add(&s.doctor, json!({})).await);
        ok(s.get(&s.doctor, &path(&made)).await);
        ok(s.get(&s.doctor, &format!("{ALL}?patient={}", s.patient_id)).await);
        ok(s.get(&s.patient, &path(&made)).await);
        ok(s.call(&s.doctor, Method::PATCH, &path(&made), json!({"valeur": "1"})).await);
        s.call(&s.doctor, Method::DELETE, &path(&made), json!({})).await;
        let reference = ok(s.call(&s.doctor, Method::POST, REFERENCES, json!({"fiche": s.record, "title": "Diabetes"})).await);
        ok(s.call(&s.doctor, Method::POST, &format!("{REFERENCES}{}/verify/", reference["id"].as_str().unwrap()), json!({})).await);
        let mut tx = s.clinic.app.store.read(s.clinic.tenant).await.unwrap();
        let actions: Vec<String> = tx.all(ACTIONS, ::store::params![s.clinic.tenant]).await.unwrap();
        assert_eq!(actions, ["observation.create", "observation.read", "observation.history", "observation.update", "observation.delete", "citation.create", "citation.verify"]);
    }

    async fn references_are_verified_by_people(db) {
        let s = scene(&db).await;
        let of = |id: &Value| format!("{REFERENCES}{}/", id.as_str().unwrap());
        let whole = json!({"fiche": s.record, "title": " Severe malaria ", "url": "https://pubmed.ncbi.nlm.nih.gov/24417540/",
            "source": "pubmed", "authors": "White NJ", "year": 2014, "journal": "Lancet"});
        let made = ok(s.call(&s.doctor, Method::POST, REFERENCES, whole.clone()).await);
        assert_eq!((&made["title"], &made["verified"], &made["verified_by"]), (&json!("Severe malaria"), &json!(false), &json!(null)));
        let nested = format!("/api/v1/fiche-consultation/{}/references/", s.record);
        let second = ok(s.call(&s.admin, Method::POST, &nested, json!({"title": "Second"})).await);
        assert_eq!(second["source"], "other");
        // Who may write, and what is refused.
        for token in [&s.patient, &s.agent] {
            assert_eq!(s.call(token, Method::POST, REFERENCES, whole.clone()).await.status, 403);
            assert_eq!(s.call(token, Method::POST, &format!("{}verify/", of(&made["id"])), json!({})).await.status, 403);
            assert_eq!(s.call(token, Method::DELETE, &of(&made["id"]), json!({})).await.status, 403);
        }
        for token in [&s.other, &s.foreign] {
            assert_eq!(s.call(token, Method::POST, REFERENCES, whole.clone()).await.status, 404);
            assert_eq!(s.call(token, Method::POST, &format!("{}verify/", of(&made["id"])), json!({})).await.status, 404);
            assert_eq!(s.get(token, &of(&made["id"])).await.status, 404);
        }
        for (changes, field, why) in [
            (json!({"title": ""}), "title", "required"), (json!({"url": "javascript:alert(1)"}), "url", "not-a-web-address"),
            (json!({"url": "ftp://a.example/x"}), "url", "not-a-web-address"), (json!({"source": "wikipedia"}), "source", "not-a-choice"),
            (json!({"year": 1799}), "year", "out-of-range"), (json!({"year": 2999}), "year", "out-of-range"), (json!({"verified": true}), "verified", "unknown-field"),
            (json!({"fiche": null}), "fiche", "required"),
        ] {
            let mut body = whole.clone();
            for (key, value) in changes.as_object().unwrap() {
                body[key] = value.clone();
            }
            let answer = s.call(&s.doctor, Method::POST, REFERENCES, body).await;
            assert_eq!(faults(&answer), [(field.to_owned(), why.to_owned())], "{}", answer.text);
        }
        let other = json!({"title": "x", "fiche": uuid::Uuid::nil()});
        assert_eq!(faults(&s.call(&s.doctor, Method::POST, &nested, other).await), [("fiche".to_owned(), "another-record".to_owned())]);
        // A person says so; who said it first stays.
        let verified = ok(s.call(&s.doctor, Method::POST, &format!("{}verify/", of(&made["id"])), json!({})).await);
        assert_eq!((&verified["verified"], &verified["verified_by_name"]), (&json!(true), &json!("Fatou Sow")));
        let again = ok(s.call(&s.admin, Method::POST, &format!("{}verify/", of(&made["id"])), json!({})).await);
        assert_eq!((&again["verified_by"], &again["verified_at"]), (&verified["verified_by"], &verified["verified_at"]));
        // A patient sees verified ones of signed records.
        assert_eq!(ok(s.get(&s.patient, REFERENCES).await)["count"], 0);
        assert_eq!(s.get(&s.patient, &of(&made["id"])).await.status, 404);
        s.sign().await;
        assert_eq!(ok(s.get(&s.patient, REFERENCES).await)["count"], 1);
        assert_eq!(ok(s.get(&s.patient, &nested).await)["results"][0]["id"], made["id"]);
        assert_eq!(s.get(&s.patient, &of(&made["id"])).await.status, 200);
        assert_eq!(s.get(&s.patient, &of(&second["id"])).await.status, 404);
        assert_eq!(s.get(&s.stranger, &of(&made["id"])).await.status, 404);
        assert_eq!(ok(s.get(&s.doctor, &nested).await)["count"], 2);
        assert_eq!(code(&s.call(&s.admin, Method::DELETE, &of(&second["id"]), json!({})).await), (409, "already-signed".to_owned()));
        assert_eq!(s.get(&s.doctor, &format!("{REFERENCES}?fiche={}", s.record)).await.status, StatusCode::OK);
    }
}
