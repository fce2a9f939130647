//! Duplicates: shown before they are made, merged without loss, taken apart again.

use ::store::{Sql, params};
use axum::{
    body::Body,
    http::{Method, Request},
};
use clinic::patients::api::{self as patients, PatientId};
use kernel::Role;
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, TestClinic},
    db::eventually,
    on_both_engines,
    session::Session,
};

const LIMIT: std::time::Duration = std::time::Duration::from_secs(30);

async fn ask(clinic: &TestClinic, body: Value) -> Vec<Value> {
    let path = "/api/v1/patients/duplicates/";
    let answer = clinic.call(Method::POST, path, Some(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["results"].as_array().cloned().unwrap()
}

async fn enter(clinic: &TestClinic, body: Value) -> String {
    let answer = clinic
        .call(Method::POST, "/api/patients/", Some(body))
        .await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["patient_id"].as_str().unwrap().to_owned()
}

async fn merge(clinic: &TestClinic, id: &str, body: Value) -> Answer {
    let token = clinic.token_of("admin").await;
    let path = format!("/api/v1/patients/{id}/merge/");
    clinic
        .call_as(Some(&token), Method::POST, &path, Some(body))
        .await
}

async fn unmerge(clinic: &TestClinic, id: &str) -> Answer {
    let token = clinic.token_of("admin").await;
    let path = format!("/api/v1/patients/{id}/unmerge/");
    clinic
        .call_as(Some(&token), Method::POST, &path, None)
        .await
}

async fn record(clinic: &TestClinic, id: &str) -> Value {
    let path = format!("/api/patients/{id}/");
    clinic.call(Method::GET, &path, None).await.json()
}

async fn listed(clinic: &TestClinic, search: &str) -> Vec<String> {
    let query = serde_urlencoded::to_string([("search", search)]).unwrap();
    let path = format!("/api/patients/list/?{query}");
    let answer = clinic.call(Method::GET, &path, None).await.json();
    let rows = answer["results"].as_array().cloned().unwrap();
    rows.iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

fn id(text: &str) -> PatientId {
    PatientId::from_uuid(text.parse().unwrap())
}

async fn group(clinic: &TestClinic, of: &str) -> Vec<String> {
    let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
    let group = patients::group(&mut tx, clinic.tenant, id(of))
        .await
        .unwrap();
    group.iter().map(ToString::to_string).collect()
}

const POINTS_FURTHER: Sql = Sql::new(
    "SELECT COUNT(*) AS value FROM patient p JOIN patient k ON k.tenant_id = p.tenant_id AND k.id = p.merged_into
        WHERE p.tenant_id = $1 AND (k.merged_into IS NOT NULL OR k.id = p.id)",
);

async fn chains(clinic: &TestClinic) -> i64 {
    let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
    tx.one(POINTS_FURTHER, params![clinic.tenant])
        .await
        .unwrap()
}

/// Awa, entered twice, with a number each.
async fn awa_twice(clinic: &TestClinic) -> (String, String) {
    let one = json!({"first_name": "Awa", "last_name": "Ndiaye", "phone": "772000001", "date_of_birth": "1990-05-17", "allergies": "Arachide"});
    let other = json!({"first_name": "Awa", "last_name": "Njaay", "phone": "772000002", "date_of_birth": "1990-05-17", "allergies": "Pénicilline", "email": "awa@example.sn"});
    (enter(clinic, one).await, enter(clinic, other).await)
}

on_both_engines! {
    async fn a_probable_duplicate_is_shown_with_its_reasons(db) {
        let clinic = TestClinic::new(&db).await;
        let known = enter(&clinic, json!({"first_name": "Étienne", "last_name": "Tshisekedi", "phone": "772000001", "date_of_birth": "1960-12-14", "gender": "M"})).await;
        enter(&clinic, json!({"first_name": "Assane", "last_name": "Fall", "phone": "772000009", "date_of_birth": "2015-03-03"})).await;
        let found = ask(&clinic, json!({"first_name": "CISEKEDI", "last_name": "Etienne", "phone": "773000001", "date_of_birth": "1960-12-14"})).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((&found[0]["patient_id"], &found[0]["certainty"]), (&json!(known), &json!("probable")));
        let reasons = found[0]["reasons"].as_array().unwrap();
        assert_eq!(reasons[0], json!({"code": "same-sound", "text": "Le nom se prononce de la même façon"}));
        let near = ask(&clinic, json!({"first_name": "Etienne", "last_name": "Tshisekedi", "phone": "772000001"})).await;
        assert_eq!(near[0]["certainty"], "probable", "the whole name and the number");
        let twin = json!({"first_name": "Ousseynou", "last_name": "Fall", "phone": "772000009", "date_of_birth": "2015-03-03"});
        assert!(ask(&clinic, twin).await.is_empty(), "twins are two");
        assert_eq!(listed(&clinic, "").await.len(), 2, "asking enters nobody");
        let created = json!({"first_name": "Etienne", "last_name": "Cisekedi", "phone": "773000001", "date_of_birth": "1960-12-14"});
        let created = clinic.call(Method::POST, "/api/patients/", Some(created)).await;
        assert_eq!(created.status, 201, "contracts keep working");
        let named = &created.json()["duplicates"][0];
        assert_eq!((&named["patient_id"], &named["date_of_birth"], &named["reasons"]), (&json!(known), &Value::Null, &json!([])));
    }

    async fn of_a_restricted_record_only_the_name_is_shown(db) {
        let clinic = TestClinic::new(&db).await;
        let known = enter(&clinic, json!({"first_name": "Awa", "last_name": "Ndiaye", "phone": "772000001", "date_of_birth": "1990-05-17", "gender": "F"})).await;
        let admin = clinic.token_of("admin").await;
        let path = format!("/api/v1/patients/{known}/access/");
        clinic.call_as(Some(&admin), Method::PATCH, &path, Some(json!({"restricted": true}))).await;
        let found = ask(&clinic, json!({"first_name": "Awa", "last_name": "Njaay", "phone": "772000001", "date_of_birth": "1990-05-17"})).await;
        let shown = &found[0];
        assert_eq!((&shown["full_name"], &shown["restricted"]), (&json!("Awa Ndiaye"), &json!(true)));
        assert_eq!((&shown["date_of_birth"], &shown["gender"], &shown["phone"], &shown["reasons"]), (&Value::Null, &Value::Null, &json!(""), &json!([])));
    }

    async fn patients_of_older_programs_are_filed_once(db) {
        let clinic = TestClinic::new(&db).await;
        let (awa, _) = awa_twice(&clinic).await;
        let tenant = clinic.tenant;
        let forget = clinic.app.store.write(tenant, move |tx| Box::pin(async move {
            tx.execute(Sql::new("DELETE FROM patient_sound WHERE tenant_id = $1"), params![tenant]).await?;
            tx.execute(Sql::new("UPDATE patient SET filed = 0 WHERE tenant_id = $1"), params![tenant]).await
        }));
        let forgotten: Result<u64, ::store::StoreError> = forget.await;
        forgotten.unwrap();
        let sought = json!({"first_name": "Awa", "last_name": "Ndiay", "phone": "779999999", "date_of_birth": "1990-05-17"});
        assert!(ask(&clinic, sought.clone()).await.is_empty());
        let both = async { clinic::carry_over(&clinic.app).await.unwrap() };
        let again = async { clinic::carry_over(&clinic.app).await.unwrap() };
        futures_util::future::join(both, again).await;
        let found = ask(&clinic, sought.clone()).await;
        assert!(found.iter().any(|found| found["patient_id"] == awa.as_str()));
        clinic::carry_over(&clinic.app).await.unwrap();
        assert_eq!(ask(&clinic, sought).await, found, "again changes nothing");
    }

    async fn a_merge_loses_nothing_and_comes_apart_again(db) {
        let clinic = TestClinic::new(&db).await;
        let (kept, other) = awa_twice(&clinic).await;
        let before = (record(&clinic, &kept).await, record(&clinic, &other).await);
        assert_eq!(merge(&clinic, &other, json!({"into": kept, "reason": "Même carte"})).await.json()["merged_into"], kept.as_str());
        let one = record(&clinic, &kept).await;
        assert_eq!(one["phones"], json!(["+221772000001", "+221772000002"]));
        assert_eq!((&one["allergies"], &one["email"]), (&json!("Arachide\nPénicilline"), &json!("awa@example.sn")));
        assert_eq!(record(&clinic, &other).await, one, "the earlier record finds the kept one");
        for search in ["", "njaay", "ndiaye", "772000002", "a"] {
            assert_eq!(listed(&clinic, search).await, [kept.as_str()], "{search}");
        }
        assert_eq!(group(&clinic, &other).await, [kept.as_str(), &other]);
        let path = format!("/api/patients/{other}/");
        let change = clinic.call(Method::PATCH, &path, Some(json!({"email": null}))).await;
        assert_eq!((change.status.as_u16(), &change.json()["code"]), (409, &json!("patient-merged")));
        let patch = json!({"email": "new@example.sn", "phone": "772000003"});
        clinic.call(Method::PATCH, &format!("/api/patients/{kept}/"), Some(patch)).await;
        for _ in 0..2 {
            assert_eq!(unmerge(&clinic, &other).await.json()["merged_into"], Value::Null);
        }
        let (one, two) = (record(&clinic, &kept).await, record(&clinic, &other).await);
        assert_eq!((&two["phones"], &two["allergies"], &two["email"]), (&before.1["phones"], &before.1["allergies"], &before.1["email"]));
        assert_eq!((&one["phones"], &one["allergies"]), (&json!(["+221772000003", "+221772000001"]), &before.0["allergies"]));
        assert_eq!(one["email"], "new@example.sn", "what somebody changed meanwhile stays");
        assert_eq!(listed(&clinic, "").await.len(), 2);
        assert_eq!(unmerge(&clinic, &kept).await.json()["code"], "not-merged");
    }

    async fn the_name_a_kept_record_gave_up_still_finds_it(db) {
        let clinic = TestClinic::new(&db).await;
        let one = clinic.patient("Binta", "Sarr", "772000001").await.to_string();
        let other = clinic.patient("Bineta", "Cissokho", "772000002").await.to_string();
        let fields = json!({"first_name": "other", "last_name": "other"});
        assert_eq!(merge(&clinic, &other, json!({"into": one, "fields": fields})).await.status, 200);
        let patch = json!({"address": "Médina"});
        clinic.call(Method::PATCH, &format!("/api/patients/{one}/"), Some(patch)).await;
        for search in ["sarr", "cissokho"] {
            assert_eq!(listed(&clinic, search).await, [one.as_str()], "{search}");
        }
        let both = merge(&clinic, &other, json!({"into": one, "fields": {"email": "both"}})).await;
        assert_eq!((both.status.as_u16(), &both.json()["errors"][0]["field"]), (400, &json!("fields.email")));
        unmerge(&clinic, &other).await;
        assert_eq!(record(&clinic, &one).await["last_name"], "Sarr");
        assert_eq!(listed(&clinic, "cissokho").await, [other.as_str()]);
    }

    async fn merges_at_once_end_right(db) {
        let clinic = TestClinic::new(&db).await;
        let mut people = Vec::new();
        for n in 0..3 {
            people.push(clinic.patient("Awa", "Diop", &format!("77200010{n}")).await.to_string());
        }
        let [a, b, c] = people.as_slice() else { panic!("three") };
        let (there, back) = futures_util::future::join(merge(&clinic, a, json!({"into": b})), merge(&clinic, b, json!({"into": a}))).await;
        let mut codes = [there.status.as_u16(), back.status.as_u16()];
        codes.sort_unstable();
        assert_eq!(codes, [200, 409], "{} {}", there.text, back.text);
        assert_eq!(chains(&clinic).await, 0);
        let (from, into) = if there.status == 200 { (a, b) } else { (b, a) };
        unmerge(&clinic, from).await;
        let twice = (0..8).map(|_| merge(&clinic, from, json!({"into": into})));
        let twice = futures_util::future::join_all(twice).await;
        assert!(twice.iter().all(|answer| answer.status == 200));
        assert_eq!(record(&clinic, into).await["phones"].as_array().unwrap().len(), 2);
        assert_eq!(merge(&clinic, into, json!({"into": c})).await.status, 200);
        assert_eq!(merge(&clinic, from, json!({"into": into})).await.json()["merged_into"], c.as_str(), "they are one already");
        assert_eq!((chains(&clinic).await, group(&clinic, from).await.len()), (0, 3));
        assert_eq!(record(&clinic, from).await["id"], c.as_str());
        assert_eq!(record(&clinic, c).await["phones"].as_array().unwrap().len(), 3);
        let early = unmerge(&clinic, from).await;
        assert_eq!((early.status.as_u16(), &early.json()["code"], ), (409, &json!("merged-further")));
        assert_eq!(unmerge(&clinic, into).await.status, 200);
        assert_eq!(record(&clinic, from).await["id"], into.as_str(), "the earlier merge holds again");
        assert_eq!(record(&clinic, into).await["phones"].as_array().unwrap().len(), 2);
        assert_eq!(unmerge(&clinic, from).await.status, 200);
        for (n, id) in people.iter().enumerate() {
            assert_eq!(record(&clinic, id).await["phones"], json!([format!("+22177200010{n}")]));
        }
        let strange = merge(&clinic, a, json!({"into": a})).await;
        assert_eq!((strange.status.as_u16(), &strange.json()["errors"][0]["code"]), (400, &json!("same-record")));
    }

    async fn who_may_not_open_both_does_not_merge_them(db) {
        let clinic = TestClinic::new(&db).await;
        let (kept, other) = awa_twice(&clinic).await;
        let agent = clinic.call(Method::POST, &format!("/api/v1/patients/{other}/merge/"), Some(json!({"into": kept}))).await;
        assert_eq!(agent.status, 403, "a receptionist asks a doctor");
        let admin = clinic.token_of("admin").await;
        let doctor = clinic.member(clinic.tenant, "docteur", Role::Practitioner).await;
        let access = |id: &str| format!("/api/v1/patients/{id}/access/");
        let patch = json!({"restricted": true, "staff": [doctor]});
        clinic.call_as(Some(&admin), Method::PATCH, &access(&other), Some(patch)).await;
        let refused = merge(&clinic, &other, json!({"into": kept})).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (403, &json!("record-restricted")));
        let token = clinic.token_of("docteur").await;
        let path = format!("/api/v1/patients/{other}/merge/");
        let merged = clinic.call_as(Some(&token), Method::POST, &path, Some(json!({"into": kept}))).await;
        assert_eq!(merged.status, 200, "{}", merged.text);
        assert_eq!(clinic.call(Method::GET, &format!("/api/patients/{kept}/"), None).await.status, 403, "what was restricted stays so");
        let shown = clinic.call_as(Some(&token), Method::GET, &format!("/api/patients/{other}/"), None).await;
        assert_eq!(shown.json()["id"], kept.as_str());
        let path = format!("/api/v1/patients/{other}/unmerge/");
        assert_eq!(clinic.call_as(Some(&token), Method::POST, &path, None).await.status, 200);
        assert_eq!(clinic.call(Method::GET, &format!("/api/patients/{kept}/"), None).await.status, 200);
        assert_eq!(clinic.call(Method::GET, &format!("/api/patients/{other}/"), None).await.status, 403);
    }

    async fn an_account_moves_and_two_are_one_too_many(db) {
        let clinic = TestClinic::new(&db).await;
        let (kept, other) = awa_twice(&clinic).await;
        clinic.member(clinic.tenant, "awa", Role::Patient).await;
        let admin = clinic.token_of("admin").await;
        let link = async |id: &str, name: Value| {
            let path = format!("/api/v1/patients/{id}/access/");
            clinic.call_as(Some(&admin), Method::PATCH, &path, Some(json!({"username": name}))).await.json()
        };
        link(&kept, json!("patient")).await;
        link(&other, json!("awa")).await;
        let refused = merge(&clinic, &other, json!({"into": kept})).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["code"]), (409, &json!("two-accounts")));
        link(&kept, Value::Null).await;
        assert_eq!(merge(&clinic, &other, json!({"into": kept})).await.status, 200);
        let of = async |id: &str| {
            let path = format!("/api/v1/patients/{id}/access/");
            clinic.call_as(Some(&admin), Method::GET, &path, None).await.json()["username"].clone()
        };
        assert_eq!(of(&kept).await, "awa");
        let own = clinic.token_of("awa").await;
        let mine = clinic.call_as(Some(&own), Method::GET, "/api/v1/me/access/", None).await;
        assert!(mine.text.contains("patient.merge"), "{}", mine.text);
        unmerge(&clinic, &other).await;
        assert_eq!((of(&kept).await, of(&other).await), (Value::Null, json!("awa")));
    }

    async fn a_stale_record_is_not_merged(db) {
        let clinic = TestClinic::new(&db).await;
        let (kept, other) = awa_twice(&clinic).await;
        let token = clinic.token_of("admin").await;
        let with = async |tag: &str, into: i64| {
            let request = Request::post(format!("/api/v1/patients/{other}/merge/"))
                .header("authorization", format!("Bearer {token}"))
                .header("content-type", "application/json")
                .header("if-match", tag)
                .body(Body::from(json!({"into": kept, "into_version": into}).to_string()));
            clinic.send(request.unwrap()).await.status.as_u16()
        };
        assert_eq!((with("\"7\"", 1).await, with("\"1\"", 7).await, with("\"1\"", 1).await), (412, 412, 200));
        clinic.another("autre", "+221338210001").await;
        let theirs = clinic.member(clinic.tenant, "chef", Role::Admin).await;
        assert!(!theirs.to_string().is_empty());
        let foreign = json!({"into": "01980000-0000-7000-8000-000000000000"});
        assert_eq!(merge(&clinic, &kept, foreign).await.json()["errors"][0]["code"], "not-a-choice");
    }

    async fn a_merged_pair_is_not_asked_who_is_writing(db) {
        let mut clinic = TestClinic::new(&db).await;
        clinic.start_work();
        let kept = clinic.patient("Awa", "Ndiaye", "+221772000001").await.to_string();
        let other = clinic.patient("Aua", "Ndiaye", "+221772000002").await.to_string();
        clinic.webhook("whatsapp", &clinic.whatsapp("+221772000002", "Bonjour de l’ancien dossier")).await;
        let conversations = async || clinic.call(Method::GET, "/api/v1/inbox/conversations/", None).await.json();
        eventually("the first message", LIMIT, || async { (conversations().await["count"] == 1).then_some(()) }).await;
        let add = json!({"phone": "+221772000001"});
        clinic.call(Method::PATCH, &format!("/api/patients/{other}/"), Some(add)).await;
        assert_eq!(merge(&clinic, &other, json!({"into": kept})).await.status, 200);
        clinic.webhook("whatsapp", &clinic.whatsapp("+221772000001", "Bonjour du partagé")).await;
        let list = eventually("the second message", LIMIT, || async {
            let list = conversations().await;
            list.to_string().contains("Bonjour du partagé").then_some(list)
        })
        .await;
        let rows = list["results"].as_array().unwrap();
        assert!(rows.iter().all(|row| row["patient_id"] == kept.as_str()), "{list}");
        assert_eq!(list["count"], 2, "the older one has something unread");
        let one = rows.iter().find(|row| row.to_string().contains("partagé")).unwrap();
        let path = format!("/api/v1/inbox/conversations/{}/", one["id"].as_str().unwrap());
        let thread = clinic.call(Method::GET, &path, None).await.text;
        assert!(thread.contains("Bonjour de l’ancien dossier") && thread.contains("Bonjour du partagé"), "{thread}");
        clinic.stop_work().await;
    }

    async fn the_pages_ask_before_they_enter_and_merge(db) {
        let clinic = TestClinic::new(&db).await;
        let (kept, other) = awa_twice(&clinic).await;
        let agent = Session::of(&clinic, "agent").await;
        let typed = [("first_name", "Awa"), ("last_name", "Ndjaye"), ("phone", "77 300 00 09"), ("date_of_birth", "1990-05-17"), ("address", "Médina, rue 6")];
        let asked = agent.submit("/patients/new", &typed).await;
        assert_eq!(asked.status, 409);
        for wanted in [format!("href=\"/patients/{kept}\""), "17/05/1990".into(), "Même date de naissance".into(), "finissant par 01".into(), "value=\"Médina, rue 6\"".into(), "name=\"confirm_new\"".into()] {
            assert!(asked.text.contains(&wanted), "{wanted}: {}", asked.text);
        }
        assert!(!asked.text.contains("77 200 00 01"), "not the whole number");
        assert_eq!(listed(&clinic, "").await.len(), 2, "nobody was entered");
        let sure = [&typed[..], &[("confirm_new", "1")]].concat();
        assert_eq!(agent.submit("/patients/new", &sure).await.status, 303);
        assert_eq!(listed(&clinic, "").await.len(), 3);
        assert_eq!(agent.get(&format!("/patients/{kept}/merge")).await.status, 403, "a receptionist asks a doctor");
        let admin = Session::of(&clinic, "admin").await;
        assert!(admin.get(&format!("/patients/{kept}")).await.text.contains(&format!("/patients/{kept}/merge")));
        for lang in ["fr", "en"] {
            for path in [format!("/patients/{kept}/merge?lang={lang}"), format!("/patients/{kept}/merge?search=njaay&lang={lang}"), format!("/patients/{kept}/merge?with={other}&lang={lang}")] {
                let page = admin.get(&path).await;
                assert_eq!(page.status, 200);
                assert!(page.text.contains(&other) && !page.text.contains('⟦') && !page.text.contains(" style="), "{}", page.text);
            }
        }
        let compared = admin.get(&format!("/patients/{kept}/merge?with={other}")).await.text;
        assert!(compared.contains("name=\"field-allergies\" value=\"both\" checked") && compared.contains("name=\"field-email\" value=\"other\" checked"), "{compared}");
        let path = format!("/patients/{other}/merge");
        let stale = [("into", kept.as_str()), ("version", "7"), ("into_version", "1"), ("reason", "Même carte"), ("field-allergies", "other")];
        let refused = admin.submit(&path, &stale).await;
        assert_eq!(refused.status, 412);
        assert!(refused.text.contains("value=\"Même carte\"") && refused.text.contains("name=\"field-allergies\" value=\"other\" checked"), "what was chosen is kept");
        let good = [("into", kept.as_str()), ("version", "1"), ("into_version", "1"), ("reason", "Même carte"), ("field-allergies", "other")];
        assert_eq!(admin.submit(&path, &good).await.headers["location"], format!("/patients/{kept}?saved=1"));
        assert_eq!(record(&clinic, &kept).await["allergies"], "Pénicilline");
        let moved = admin.get(&format!("/patients/{other}")).await;
        assert_eq!((moved.status.as_u16(), moved.headers["location"].to_str().unwrap()), (303, format!("/patients/{kept}").as_str()));
        let shown = admin.get(&format!("/patients/{kept}")).await.text;
        assert!(shown.contains("Awa Njaay") && shown.contains("Même carte") && shown.contains(&format!("/patients/{other}/unmerge")), "{shown}");
        assert_eq!(admin.submit(&format!("/patients/{other}/unmerge"), &[]).await.status, 303);
        assert_eq!(record(&clinic, &kept).await["allergies"], "Arachide");
    }
}
