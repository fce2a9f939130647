//! Who looked at what: recorded before it is shown, readable, and to be had by
//! the patient himself; restricted records and the broken glass.

use std::time::Duration;

use ::store::{Sql, params};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use kernel::{Clock, Timestamp};
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, PASSWORD, TestClinic},
    db::eventually,
    on_both_engines,
};

const COUNT: Sql =
    Sql::new("SELECT COUNT(*) AS value FROM audit_event WHERE tenant_id = $1 AND action = $2");

async fn count(clinic: &TestClinic, action: &str) -> i64 {
    let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
    tx.one(COUNT, params![clinic.tenant, action]).await.unwrap()
}

async fn as_admin(clinic: &TestClinic, method: Method, path: &str, body: Option<Value>) -> Answer {
    let token = clinic.token_of("admin").await;
    clinic.call_as(Some(&token), method, path, body).await
}

async fn page(clinic: &TestClinic, name: &str, path: &str) -> Answer {
    let session = clinic::identity::api::open_session(&clinic.app, name, PASSWORD)
        .await
        .unwrap();
    let request = Request::get(path)
        .header(header::COOKIE, format!("session={}", session.cookie))
        .header(header::ACCEPT, "text/html");
    clinic.send(request.body(Body::empty()).unwrap()).await
}

/// A patient with a conversation, which `start_work` must make.
async fn conversation(clinic: &TestClinic, phone: &str) -> String {
    let message = clinic.text(phone, "Bonjour docteur");
    let message = message.with_media("https://api.twilio.com/media/1", "image/png");
    clinic.webhook("whatsapp", &message.whatsapp()).await;
    eventually("the conversation", Duration::from_secs(20), || async {
        let list = clinic
            .call(Method::GET, "/api/v1/inbox/conversations/", None)
            .await
            .json();
        list["results"][0]["id"].as_str().map(str::to_owned)
    })
    .await
}

async fn restrict(clinic: &TestClinic, patient: &str, staff: &[String]) {
    let path = format!("/api/v1/patients/{patient}/access/");
    let answer = as_admin(
        clinic,
        Method::PATCH,
        &path,
        Some(json!({"restricted": true, "staff": staff})),
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

on_both_engines! {
    async fn a_look_is_recorded_once_in_fifteen_minutes(db) {
        let clock = Clock::fixed(Timestamp::from_micros(1_790_000_000_000_000));
        let clinic = TestClinic::with_clock(&db, &clock).await;
        let patient = clinic.patient("Awa", "Diop", "77 200 00 01").await;
        let path = format!("/api/patients/{patient}/");
        let many = (0..20).map(|_| clinic.call(Method::GET, &path, None));
        for answer in futures_util::future::join_all(many).await {
            assert_eq!(answer.status, 200);
        }
        assert_eq!(count(&clinic, "patient.read").await, 1, "twenty looks at once");
        assert_eq!(as_admin(&clinic, Method::GET, &path, None).await.status, 200);
        assert_eq!(count(&clinic, "patient.read").await, 2, "somebody else");
        clock.advance(Duration::from_secs(14 * 60));
        let token = clinic.token_of("agent").await;
        clinic.call_as(Some(&token), Method::GET, &path, None).await;
        assert_eq!(count(&clinic, "patient.read").await, 2);
        clock.advance(Duration::from_secs(2 * 60));
        let token = clinic.token_of("agent").await;
        clinic.call_as(Some(&token), Method::GET, &path, None).await;
        assert_eq!(count(&clinic, "patient.read").await, 3, "a quarter of an hour later");
        let token = clinic.token_of("agent").await;
        for search in ["", "?search=Awa", "?search=Moussa"] {
            clinic.call_as(Some(&token), Method::GET, &format!("/api/patients/list/{search}"), None).await;
        }
        assert_eq!((count(&clinic, "patient.list").await, count(&clinic, "patient.search").await), (1, 1));
        let trail = as_admin(&clinic, Method::GET, "/api/v1/audit/?action=patient.search", None).await;
        assert!(!trail.text.contains("Awa") && !trail.text.contains("Moussa"), "{}", trail.text);
        assert_eq!(page(&clinic, "agent", &format!("/patients/{patient}")).await.status, 200);
        assert_eq!(count(&clinic, "patient.read").await, 3, "the page is the same look");
        assert_eq!(clinic.call_as(Some(&token), Method::GET, &format!("/api/patients/{}/", uuid::Uuid::nil()), None).await.status, 404);
        clinic::audit::api::verify(&clinic.app.store, clinic.tenant, None).await.unwrap().unwrap();
    }

    async fn nothing_is_shown_that_could_not_be_recorded(db) {
        let clinic = TestClinic::new(&db).await;
        let patient = clinic.patient("Awa", "Diop", "77 200 00 01").await;
        let sql = match db.store.kind() {
            ::store::EngineKind::Sqlite => "ALTER TABLE audit_head RENAME TO gone;",
            ::store::EngineKind::Postgres => "REVOKE UPDATE ON audit_head FROM lafiya_app;",
        };
        owner(&db, sql);
        let answer = clinic.call(Method::GET, &format!("/api/patients/{patient}/"), None).await;
        assert_eq!(answer.status, 500);
        assert!(!answer.text.contains("Diop"));
    }

    async fn the_trail_is_read_in_sentences_filtered_and_exported(db) {
        let clinic = TestClinic::new(&db).await;
        let awa = clinic.patient("Awa", "Diop", "77 200 00 01").await;
        let formula = clinic.patient("=HYPERLINK", "Faye", "77 200 00 02").await;
        for id in [awa, formula] {
            clinic.call(Method::GET, &format!("/api/patients/{id}/"), None).await;
        }
        let list = async |query: &str| as_admin(&clinic, Method::GET, &format!("/api/v1/audit/?{query}"), None).await;
        let read = list("action=patient.read").await.json();
        assert_eq!(read["count"], 2);
        let newest = &read["results"][0];
        assert_eq!((&newest["patient_name"], &newest["actor_role"]), (&json!("=HYPERLINK Faye"), &json!("agent")));
        assert_eq!(read["results"][1]["sentence"], "Fatou Sow a ouvert le dossier d’Awa Diop.");
        assert!(newest["seq"].as_i64() > read["results"][1]["seq"].as_i64(), "newest first");
        for (query, expected) in [
            (format!("patient={awa}"), 2),
            (format!("person={}&object_type=patient", clinic.agent), 4),
            ("object_type=user&action=user.create".to_owned(), 3),
            ("from=2000-01-01&to=2000-01-02".to_owned(), 0),
            (format!("patient={awa}&from=2000-01-01&to=2100-01-01"), 2),
        ] {
            assert_eq!(list(&query).await.json()["count"], expected, "{query}");
        }
        assert_eq!(list("from=hier").await.status, 400);
        assert_eq!(list("qui=moi").await.status, 400);
        let page_two = list("page_size=3").await.json()["next"].as_str().unwrap().to_owned();
        assert_eq!(as_admin(&clinic, Method::GET, &page_two, None).await.status, 200);
        let english = {
            let token = clinic.token_of("admin").await;
            let request = Request::get("/api/v1/audit/?action=patient.read")
                .header("authorization", format!("Bearer {token}")).header("accept-language", "en");
            clinic.send(request.body(Body::empty()).unwrap()).await
        };
        assert!(english.text.contains("Fatou Sow opened the record of Awa Diop."));
        let csv = as_admin(&clinic, Method::GET, "/api/v1/audit/export.csv?action=patient.read", None).await;
        assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
        let lines: Vec<&str> = csv.text.lines().collect();
        assert!(lines.len() == 3 && lines[0].starts_with("seq,at,actor_kind"), "{}", csv.text);
        assert!(lines[1].contains(",'=HYPERLINK Faye,"), "no spreadsheet takes it for a formula: {}", lines[1]);
        assert_eq!(count(&clinic, "audit.export").await, 1);
        for path in ["/api/v1/audit/", "/api/v1/audit/export.csv", "/audit", "/audit/export.csv", "/audit/alerts", "/audit/events"] {
            assert_eq!(clinic.call(Method::GET, path, None).await.status, 403, "{path}");
        }
        clinic.another("autre", "+221338210001").await;
        for lang in ["fr", "en"] {
            let shown = page(&clinic, "admin", &format!("/audit?patient={awa}&lang={lang}")).await;
            assert_eq!(shown.status, 200, "{}", shown.text);
            assert!(!shown.text.contains('⟦') && shown.text.contains("Awa Diop"), "{}", shown.text);
        }
    }

    async fn an_export_of_many_lines_is_whole(db) {
        const LINES: i64 = 4_300;
        let clinic = TestClinic::new(&db).await;
        let (app, ctx) = (clinic.app.clone(), clinic.ctx());
        let written: Result<(), ::store::StoreError> = clinic.app.store.write(&ctx, move |tx| Box::pin(async move {
            for _ in 0..LINES {
                clinic::audit::api::record(tx, &app, &ctx, "message.send_again", "message", ctx.tenant.uuid(), None).await?;
            }
            Ok(())
        })).await;
        written.unwrap();
        let csv = as_admin(&clinic, Method::GET, "/api/v1/audit/export.csv?action=message.send_again", None).await;
        let numbers: Vec<i64> = csv.text.lines().skip(1).map(|line| line.split(',').next().unwrap().parse().unwrap()).collect();
        assert_eq!(i64::try_from(numbers.len()).unwrap(), LINES);
        assert!(numbers.windows(2).all(|pair| pair[0] == pair[1] + 1), "each once, newest first");
        clinic::audit::api::verify(&clinic.app.store, clinic.tenant, None).await.unwrap().unwrap();
    }

    async fn a_patient_sees_who_saw_his_record(db) {
        let clinic = TestClinic::new(&db).await;
        let awa = clinic.patient("Awa", "Diop", "77 200 00 01").await;
        let moussa = clinic.patient("Moussa", "Faye", "77 200 00 02").await;
        let token = clinic.token_of("patient").await;
        let mine = async |query: &str| clinic.call_as(Some(&token), Method::GET, &format!("/api/v1/me/access/{query}"), None).await;
        let none = mine("").await;
        assert_eq!((none.status.as_u16(), none.json()["code"].clone()), (404, json!("no-linked-record")));
        assert_eq!(page(&clinic, "patient", "/my/access").await.status, 200);
        let access = format!("/api/v1/patients/{awa}/access/");
        assert_eq!(clinic.call(Method::PATCH, &access, Some(json!({"username": "patient"}))).await.status, 403, "not an agent");
        let wrong = as_admin(&clinic, Method::PATCH, &access, Some(json!({"username": "agent"}))).await;
        assert_eq!((wrong.status.as_u16(), wrong.json()["errors"][0]["code"].clone()), (400, json!("no-patient-account")));
        let linked = as_admin(&clinic, Method::PATCH, &access, Some(json!({"username": "PATIENT"}))).await;
        assert_eq!(linked.json()["username"], "patient");
        let other = format!("/api/v1/patients/{moussa}/access/");
        let twice = as_admin(&clinic, Method::PATCH, &other, Some(json!({"username": "patient"}))).await;
        assert_eq!((twice.status.as_u16(), twice.json()["code"].clone()), (409, json!("account-linked")));
        for id in [awa, moussa] {
            clinic.call(Method::GET, &format!("/api/patients/{id}/"), None).await;
        }
        let seen = mine("?page_size=2").await.json();
        assert_eq!(seen["count"], 3, "entered, linked, opened; the other's record is not his: {seen}");
        let newest = &seen["results"][0];
        assert_eq!((&newest["name"], &newest["role_text"], &newest["action_text"]),
            (&json!("Fatou Sow"), &json!("Agent d’accueil"), &json!("A ouvert votre dossier")));
        assert_eq!(seen["results"][1]["action"], "patient.access", "nobody else's lines");
        let shown = page(&clinic, "patient", "/my/access?lang=en").await;
        assert!(shown.text.contains("Opened your record") && !shown.text.contains('⟦'), "{}", shown.text);
        as_admin(&clinic, Method::PATCH, &access, Some(json!({"username": null}))).await;
        assert_eq!(mine("").await.status, 404);
    }

    async fn no_search_leads_to_a_restricted_patient(db) {
        let mut clinic = TestClinic::new(&db).await;
        clinic.start_work();
        let awa = clinic.patient("Awa", "Diop", "77 200 00 01").await.to_string();
        let thread = conversation(&clinic, "+221772000001").await;
        clinic.patient("Fatou", "Diop", "77 200 00 01").await;
        restrict(&clinic, &awa, &[]).await;
        let found = async |words: &str| {
            let path = format!("/api/patients/list/?search={words}");
            let listed = clinic.call(Method::GET, &path, None).await.json();
            let rows = listed["results"].as_array().unwrap().iter();
            let mut names: Vec<String> = rows.map(|row| row["full_name"].as_str().unwrap().to_owned()).collect();
            names.sort();
            names
        };
        for words in ["772000001", "77+200+00+01", "%2B221772000001", "diop", "dio", "d", "diopp"] {
            assert_eq!(found(words).await, ["Fatou Diop"], "{words}");
        }
        assert_eq!(found("awa").await, [""; 0]);
        assert_eq!(found("DIOP+Awa").await, ["Awa Diop"], "who knows the name may break the glass");
        let calls = async |words: &str| {
            let path = format!("/api/v1/webhooks/?search={words}");
            as_admin(&clinic, Method::GET, &path, None).await.json()["count"].clone()
        };
        assert_eq!((calls("docteur").await, calls("772000001").await), (json!(0), json!(1)), "what was said is hidden, that he wrote is not");
        let glass = format!("/api/v1/patients/{awa}/break-glass/");
        let open = clinic.call(Method::POST, &glass, Some(json!({"reason": "Malaise au comptoir"}))).await;
        assert_eq!(open.status, 201);
        assert_eq!(found("772000001").await, ["Awa Diop", "Fatou Diop"]);
        assert_eq!(calls("docteur").await, 0, "the log shows it to nobody");
        // Another message from the number that both have: only one of them is offered.
        clinic.webhook("sms", &clinic.sms("+221772000001", "Bonsoir")).await;
        let chosen = eventually("the conversation of the number", Duration::from_secs(20), || async {
            let list = clinic.call(Method::GET, "/api/v1/inbox/conversations/", None).await.json();
            let ids = list["results"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned());
            ids.into_iter().find(|id| *id != thread)
        }).await;
        let path = format!("/api/v1/inbox/conversations/{chosen}/");
        let asked = clinic.call(Method::GET, &path, None).await.json();
        assert_eq!(asked["candidates"].as_array().unwrap().len(), 2, "{asked}");
        let asked = as_admin(&clinic, Method::GET, &path, None).await.json();
        assert_eq!(asked["candidates"].as_array().unwrap().len(), 1, "{asked}");
    }

    async fn a_restricted_record_opens_for_the_named_and_by_breaking_the_glass(db) {
        let clock = Clock::fixed(Timestamp::from_micros(1_790_000_000_000_000));
        let mut clinic = TestClinic::with_clock(&db, &clock).await;
        clinic.start_work();
        let awa = clinic.patient("Awa", "Diop", "77 200 00 01").await.to_string();
        let thread = conversation(&clinic, "+221772000001").await;
        let (record, thread) = (format!("/api/patients/{awa}/"), format!("/api/v1/inbox/conversations/{thread}/"));
        let lines = clinic.call(Method::GET, &thread, None).await.json();
        let file = lines["entries"][0]["media"][0]["id"].as_str().unwrap().to_owned();
        let file = format!("/api/v1/inbox/media/{file}/");
        assert_eq!(clinic.call(Method::GET, &file, None).await.status, 404, "it is not here yet");
        let glass = format!("/api/v1/patients/{awa}/break-glass/");
        let early = clinic.call(Method::POST, &glass, Some(json!({"reason": "Malaise au comptoir"}))).await;
        assert_eq!((early.status.as_u16(), early.json()["code"].clone()), (409, json!("not-restricted")));
        restrict(&clinic, &awa, &[]).await;
        for (method, path, body) in [
            (Method::GET, record.clone(), None),
            (Method::PATCH, record.clone(), Some(json!({"allergies": "x"}))),
            (Method::GET, thread.clone(), None),
            (Method::GET, file.clone(), None),
            (Method::POST, format!("{thread}reply/"), Some(json!({"body": "Bonjour"}))),
            (Method::POST, format!("{thread}note/"), Some(json!({"body": "Bonjour"}))),
        ] {
            let refused = clinic.call(method.clone(), &path, body).await;
            assert_eq!((refused.status.as_u16(), refused.json()["code"].clone()), (403, json!("record-restricted")), "{method} {path}");
            assert!(refused.text.contains(&awa), "says whose glass to break");
        }
        assert_eq!(as_admin(&clinic, Method::GET, &record, None).await.status, 403, "being administrator is no reason");
        let listed = clinic.call(Method::GET, "/api/patients/list/?search=diop+awa", None).await.json();
        let row = &listed["results"][0];
        assert_eq!((&row["full_name"], &row["phone"], &row["date_of_birth"]), (&json!("Awa Diop"), &json!(""), &Value::Null));
        let listed = clinic.call(Method::GET, "/api/v1/inbox/conversations/", None).await.json();
        let row = &listed["results"][0];
        assert_eq!((&row["patient_name"], &row["preview"], &row["phone"]), (&json!("Awa Diop"), &json!(""), &json!("")));
        let calls = as_admin(&clinic, Method::GET, "/api/v1/webhooks/", None).await;
        let call = &calls.json()["results"][0];
        assert_eq!((&call["content"], &call["media"], &call["raw_payload"]), (&json!(""), &json!([]), &json!({})));
        let call = as_admin(&clinic, Method::GET, &format!("/api/v1/webhooks/{}/", call["id"].as_str().unwrap()), None).await;
        assert!(call.json()["sender_phone"] == "+221772000001" && !call.text.contains("Bonjour docteur"), "{}", call.text);
        let door = page(&clinic, "agent", &format!("/patients/{awa}")).await;
        assert_eq!(door.status, 403);
        assert!(door.text.contains("Awa Diop") && door.text.contains("/break-glass") && !door.text.contains("77 200"), "{}", door.text);
        let from_inbox = page(&clinic, "agent", &thread.replace("/api/v1/inbox/conversations", "/inbox")).await;
        assert_eq!(from_inbox.headers["location"], format!("/patients/{awa}"));

        for (reason, code) in [("", "required"), ("urgence", "too-short"), (&"x".repeat(501), "too-long")] {
            let answer = clinic.call(Method::POST, &glass, Some(json!({"reason": reason}))).await;
            assert_eq!(answer.json()["errors"][0]["code"], code);
        }
        let mut heard = clinic.app.store.changes();
        let open = clinic.call(Method::POST, &glass, Some(json!({"reason": "Malaise au comptoir"}))).await;
        assert_eq!(open.status, 201, "{}", open.text);
        let alert = eventually("the alert", Duration::from_secs(10), || std::future::ready(heard.try_recv().ok().filter(|change| change.topic == "audit_alert"))).await;
        assert_eq!((alert.tenant, alert.id.to_string()), (Some(clinic.tenant), awa.clone()));
        assert_eq!(clinic.call(Method::GET, &record, None).await.status, 200);
        assert_eq!(clinic.call(Method::GET, &thread, None).await.status, 200);
        let reply = clinic.call(Method::POST, &format!("{thread}reply/"), Some(json!({"body": "Venez demain"}))).await;
        assert!(reply.status.is_success(), "{}", reply.text);
        let outbox = as_admin(&clinic, Method::GET, "/api/v1/outbox/", None).await;
        assert_eq!((&outbox.json()["count"], outbox.text.contains("Venez demain")), (&json!(1), false), "{}", outbox.text);
        assert_eq!(as_admin(&clinic, Method::GET, &record, None).await.status, 403, "it was the agent's reason");
        let trail = page(&clinic, "admin", "/audit").await;
        assert!(trail.text.contains("Malaise au comptoir") && trail.text.contains("a ouvert en urgence"), "{}", trail.text);
        clock.advance(Duration::from_secs(59 * 60));
        let token = clinic.token_of("agent").await;
        assert_eq!(clinic.call_as(Some(&token), Method::GET, &record, None).await.status, 200);
        clock.advance(Duration::from_secs(60));
        let token = clinic.token_of("agent").await;
        assert_eq!(clinic.call_as(Some(&token), Method::GET, &record, None).await.status, 403, "after an hour");
        restrict(&clinic, &awa, &[clinic.agent.to_string()]).await;
        assert_eq!(clinic.call_as(Some(&token), Method::GET, &record, None).await.status, 200, "named");
        clinic.another("autre", "+221338210001").await;
        let theirs = clinic.token_of("autre-agent").await;
        let foreign = clinic.call_as(Some(&theirs), Method::POST, &glass, Some(json!({"reason": "Malaise au comptoir"}))).await;
        assert_eq!(foreign.status, 404);
        clinic.stop_work().await;
    }

    async fn the_pages_of_access_work_without_scripts(db) {
        let clinic = TestClinic::new(&db).await;
        let awa = clinic.patient("Awa", "Diop", "77 200 00 01").await;
        let session = clinic::identity::api::open_session(&clinic.app, "admin", PASSWORD).await.unwrap();
        let cookie = format!("session={}", session.cookie);
        let get = async |path: &str| {
            let request = Request::get(path).header(header::COOKIE, &cookie).header(header::ACCEPT, "text/html");
            clinic.send(request.body(Body::empty()).unwrap()).await
        };
        let access = format!("/patients/{awa}/access");
        let shown = get(&access).await;
        let csrf = shown.text.split_once("name=\"csrf\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
        let post = async |path: &str, fields: &[(&str, &str)]| {
            let body = serde_urlencoded::to_string([&[("csrf", csrf.as_str())], fields].concat()).unwrap();
            let request = Request::post(path).header(header::COOKIE, &cookie)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").header(header::ACCEPT, "text/html");
            clinic.send(request.body(Body::from(body)).unwrap()).await
        };
        let tick = format!("staff-{}", clinic.agent);
        let wrong = post(&access, &[("restricted", "on"), (&tick, "on"), ("username", "personne")]).await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.text.contains("value=\"personne\"") && wrong.text.contains("e-username"), "{}", wrong.text);
        assert_eq!(post(&access, &[("restricted", "on"), (&tick, "on"), ("username", "patient")]).await.status, 303);
        let shown = get(&access).await.text;
        assert_eq!(shown.matches(" checked").count(), 2);
        assert!(shown.contains("value=\"patient\"") && !shown.contains('⟦'));
        assert_eq!(clinic.call(Method::GET, &format!("/api/patients/{awa}/"), None).await.status, 200, "the named one");
        let door = format!("/patients/{awa}");
        assert_eq!(get(&door).await.status, 403);
        let glass = format!("{door}/break-glass");
        let short = post(&glass, &[("reason", "vite")]).await;
        assert_eq!(short.status, 400);
        assert!(short.text.contains(">vite</textarea>") && short.text.contains("e-reason"), "{}", short.text);
        assert_eq!(post(&glass, &[("reason", "Malaise au comptoir")]).await.headers["location"], door);
        assert_eq!(get(&door).await.status, 200);
        assert!(get("/patients/rows").await.text.contains("Dossier réservé"));
        for lang in ["fr", "en"] {
            for path in [&access, &door] {
                assert!(!get(&format!("{path}?lang={lang}")).await.text.contains('⟦'), "{path}");
            }
        }
        assert_eq!(post(&access, &[("username", "")]).await.status, 303);
        assert_eq!(get(&access).await.text.matches(" checked").count(), 0);
    }
}

fn owner(db: &testkit::db::TestDb, sql: &str) {
    let output = match &db.database {
        ::store::Database::Sqlite { path, .. } => std::process::Command::new("sqlite3")
            .arg(path)
            .arg(sql)
            .output(),
        ::store::Database::Postgres { url, .. } => std::process::Command::new("psql")
            .args([url, "-qc", sql])
            .output(),
    };
    assert!(output.unwrap().status.success());
}
