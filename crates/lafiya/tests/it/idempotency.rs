//! The same call again, under an `Idempotency-Key`.

use std::{sync::Arc, time::Duration};

use ::store::{Sql, params};
use axum::{
    body::Body,
    http::{Method, Request},
};
use clinic::{calls::api::FirstAnswers, patients::api as patients};
use futures_util::future::{BoxFuture, join_all, pending};
use kernel::{Clock, Ctx, Problem, Timestamp};
use serde_json::{Value, json};
use testkit::{
    clinic::{Answer, PASSWORD, TestClinic, code},
    db::eventually,
    on_both_engines,
};
use tokio::sync::Notify;
use webkit::{FirstAnswers as _, KeptAnswer, KeyedCall};

const LIMIT: Duration = Duration::from_secs(20);
const KEPT: Sql = Sql::new("SELECT COUNT(*) AS value FROM keyed_call WHERE tenant_id = $1");
const STATE: Sql = Sql::new("SELECT state AS value FROM keyed_call WHERE tenant_id = $1");

fn awa() -> Value {
    json!({"first_name": "Awa", "last_name": "Diop", "phone": "+221771234567"})
}

fn someone(first_name: &str, phone: &str) -> Value {
    let mut input = awa();
    input["first_name"] = json!(first_name);
    input["phone"] = json!(phone);
    input
}

async fn post(clinic: &TestClinic, token: &str, key: &str, body: &Value) -> Answer {
    post_to(clinic, "/api/patients/", token, key, body).await
}

async fn post_to(clinic: &TestClinic, path: &str, token: &str, key: &str, body: &Value) -> Answer {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(Body::from(body.to_string()))
        .unwrap();
    clinic.send(request).await
}

async fn patients(clinic: &TestClinic) -> i64 {
    patients::stats(&clinic.app, &clinic.ctx())
        .await
        .unwrap()
        .total
}

async fn number(clinic: &TestClinic, sql: Sql) -> i64 {
    let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
    tx.one(sql, params![clinic.tenant]).await.unwrap()
}

async fn state(clinic: &TestClinic) -> Option<String> {
    let mut tx = clinic.app.store.read(clinic.tenant).await.unwrap();
    tx.optional(STATE, params![clinic.tenant]).await.unwrap()
}

/// A call as the web layer hands it on.
fn call(clinic: &TestClinic) -> KeyedCall {
    KeyedCall {
        ctx: clinic.ctx(),
        key: "k".to_owned(),
        route: "POST /api/patients".to_owned(),
        content: "same".to_owned(),
    }
}

fn answered(status: u16) -> KeptAnswer {
    KeptAnswer {
        secret: false,
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: "{}".into(),
    }
}

/// Enters a patient, as a handler would.
async fn enter(clinic: &TestClinic) -> Result<(), Problem> {
    let (app, ctx) = (clinic.app.clone(), clinic.ctx());
    let new = patients::NewPatient {
        first_name: "Awa".to_owned(),
        last_name: "Diop".to_owned(),
        phone: "77 123 45 67".to_owned(),
        ..patients::NewPatient::default()
    };
    patients::create(&app, &ctx, new).await.map(drop)
}

async fn answer(clinic: &TestClinic, handle: BoxFuture<'static, KeptAnswer>) -> (u16, String) {
    let answers = FirstAnswers(clinic.app.clone());
    match answers.answer(call(clinic), handle).await {
        Ok(answer) => (answer.status, String::new()),
        Err(problem) => (problem.status(), problem.stable_code().to_owned()),
    }
}

/// A handler that ends at once.
fn at_once(status: u16) -> BoxFuture<'static, KeptAnswer> {
    Box::pin(async move { answered(status) })
}

/// A handler that must not run.
fn never() -> BoxFuture<'static, KeptAnswer> {
    Box::pin(async { panic!("the call was made again") })
}

fn clock() -> Clock {
    Clock::fixed(Timestamp::parse("2026-03-01T09:00:00Z").unwrap())
}

on_both_engines! {
    async fn the_same_call_again_gets_the_first_answer(db) {
        let clinic = TestClinic::new(&db).await;
        let token = clinic.token_of("agent").await;
        let first = post(&clinic, &token, "k-1", &awa()).await;
        assert_eq!(first.status, 201, "{}", first.text);
        let path = "/api/patients";
        let again = post_to(&clinic, path, &token, "k-1", &awa()).await;
        assert_eq!((again.status, &again.text), (first.status, &first.text));
        assert_eq!(again.headers["content-type"], first.headers["content-type"]);
        assert_eq!(patients(&clinic).await, 1);
        let refused = post(&clinic, &token, "k-2", &json!({"first_name": "Awa"})).await;
        assert_eq!(refused.status, 400);
        assert_eq!(refused.headers["content-type"], "application/problem+json");
        let again = post(&clinic, &token, "k-2", &json!({"first_name": "Awa"})).await;
        assert_eq!((again.status, &again.text), (refused.status, &refused.text), "refusals too");
        assert_eq!(again.headers["content-type"], "application/problem+json");
        let conflict = post(&clinic, &token, "k-3", &awa()).await;
        assert_eq!(code(&conflict), (409, "patient-exists".into()), "another key is another call");
        let elsewhere = "/api/v1/inbox/conversations/01980000-0000-7000-8000-000000000000/close/";
        assert_eq!(post_to(&clinic, elsewhere, &token, "k-1", &json!({})).await.status, 404, "another route");
    }

    async fn twenty_copies_at_once_enter_one_patient(db) {
        let clinic = TestClinic::new(&db).await;
        let token = clinic.token_of("agent").await;
        let awa = awa();
        let answers = join_all((0..20).map(|_| post(&clinic, &token, "k", &awa))).await;
        assert_eq!(patients(&clinic).await, 1);
        let made: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert!(!made.is_empty());
        assert!(made.iter().all(|answer| answer.text == made[0].text));
        for other in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(code(other), (409, "idempotency-in-progress".into()));
            assert_eq!(other.headers["retry-after"], "1");
        }
        let late = post(&clinic, &token, "k", &awa).await;
        assert_eq!((late.status, &late.text), (made[0].status, &made[0].text));
    }

    async fn a_key_belongs_to_one_body_one_person_and_one_clinic(db) {
        let clinic = TestClinic::new(&db).await;
        clinic.another("autre", "+221338210001").await;
        let token = clinic.token_of("agent").await;
        assert_eq!(post(&clinic, &token, "k", &awa()).await.status, 201);
        let other = someone("Binta", "+221771234568");
        assert_eq!(code(&post(&clinic, &token, "k", &other).await), (409, "idempotency-key-reused".into()));
        let query = post_to(&clinic, "/api/patients/?x=1", &token, "k", &awa()).await;
        assert_eq!(code(&query), (409, "idempotency-key-reused".into()));
        assert_eq!(patients(&clinic).await, 1);
        let admin = clinic.token_of("admin").await;
        assert_eq!(post(&clinic, &admin, "k", &other).await.status, 201, "another person's key");
        let elsewhere = clinic.token_of("autre-agent").await;
        assert_eq!(post(&clinic, &elsewhere, "k", &awa()).await.status, 201, "another clinic's key");
        assert_eq!(patients(&clinic).await, 2);
    }

    async fn a_key_is_forgotten_after_a_day(db) {
        let clock = clock();
        let clinic = TestClinic::with_clock(&db, &clock).await;
        let token = clinic.token_of("agent").await;
        assert_eq!(post(&clinic, &token, "k", &awa()).await.status, 201);
        clock.advance(Duration::from_secs(24 * 3600 - 1));
        let token = clinic.token_of("agent").await;
        assert_eq!(post(&clinic, &token, "k", &awa()).await.status, 201, "kept");
        assert_eq!(clinic::calls::api::sweep(&clinic.app).await.unwrap(), 0);
        clock.advance(Duration::from_secs(1));
        assert_eq!(code(&post(&clinic, &token, "k", &awa()).await), (409, "patient-exists".into()), "a new call");
        clock.advance(Duration::from_secs(24 * 3600));
        assert_eq!(clinic::sweep(&clinic.app).await.unwrap(), 1);
        assert_eq!(number(&clinic, KEPT).await, 0);
    }

    async fn a_strange_key_is_refused(db) {
        let clinic = TestClinic::new(&db).await;
        let token = clinic.token_of("agent").await;
        for (key, expected) in [("", "required"), ("  ", "required"), ("clé", "malformed"), ("a\tb", "malformed")] {
            let answer = post(&clinic, &token, key, &awa()).await;
            assert_eq!(answer.status, 400, "{key:?}");
            assert_eq!(answer.json()["errors"][0]["field"], "Idempotency-Key");
            assert_eq!(answer.json()["errors"][0]["code"], expected, "{key:?}");
        }
        let long = post(&clinic, &token, &"k".repeat(256), &awa()).await;
        assert_eq!(long.json()["errors"][0]["code"], "too-long");
        assert_eq!(patients(&clinic).await, 0);
        assert_eq!(post(&clinic, &token, &"~ ".repeat(127), &awa()).await.status, 201);
    }

    async fn nobodys_calls_are_not_kept(db) {
        let clinic = TestClinic::new(&db).await;
        let sign_in = json!({"username": "agent", "password": PASSWORD});
        let first = post_to(&clinic, "/api/v1/auth/token/", "", "k", &sign_in).await;
        let again = post_to(&clinic, "/api/v1/auth/token/", "", "k", &sign_in).await;
        assert_eq!((first.status.as_u16(), again.status.as_u16()), (200, 200));
        assert_ne!(first.text, again.text, "tokens are new each time");
        assert_eq!(post(&clinic, "no.such.token", "k", &awa()).await.status, 401);
        assert_eq!(clinic.call(Method::POST, "/api/patients/", Some(awa())).await.status, 201);
        assert_eq!(number(&clinic, KEPT).await, 0);
    }

    async fn cut_off_before_its_change_a_call_is_made_again(db) {
        let clock = clock();
        let clinic = Arc::new(TestClinic::with_clock(&db, &clock).await);
        let (go, ended) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let first = tokio::spawn({
            let (clinic, go, ended) = (Arc::clone(&clinic), Arc::clone(&go), Arc::clone(&ended));
            async move {
                let late = Arc::clone(&clinic);
                let handle = Box::pin(async move {
                    go.notified().await;
                    let entered = enter(&late).await;
                    ended.notify_one();
                    answered(entered.map_or_else(|problem| problem.status(), |()| 201))
                });
                answer(&clinic, handle).await
            }
        });
        eventually("the first call", LIMIT, || async { state(&clinic).await }).await;
        assert_eq!(answer(&clinic, never()).await, (409, "idempotency-in-progress".into()));
        clock.advance(Duration::from_secs(60));
        assert_eq!(answer(&clinic, at_once(201)).await, (201, String::new()));
        go.notify_one();
        ended.notified().await;
        assert_eq!(first.await.unwrap(), (409, String::new()), "the first was only slow, and is held back");
        assert_eq!(patients(&clinic).await, 0);
        assert_eq!(answer(&clinic, never()).await, (201, String::new()));
    }

    async fn cut_off_after_its_change_a_call_is_never_made_again(db) {
        let clock = clock();
        let clinic = Arc::new(TestClinic::with_clock(&db, &clock).await);
        let killed = tokio::spawn({
            let clinic = Arc::clone(&clinic);
            async move {
                let entering = Arc::clone(&clinic);
                let handle = Box::pin(async move {
                    enter(&entering).await.unwrap();
                    pending().await
                });
                answer(&clinic, handle).await
            }
        });
        eventually("the change", LIMIT, || async {
            state(&clinic).await.filter(|state| state == "changed")
        })
        .await;
        killed.abort();
        assert_eq!(answer(&clinic, never()).await, (409, "idempotency-in-progress".into()));
        clock.advance(Duration::from_secs(60));
        assert_eq!(answer(&clinic, never()).await, (409, "idempotency-outcome-unknown".into()));
        assert_eq!(patients(&clinic).await, 1);
    }

    async fn a_fault_of_ours_gives_the_key_back_unless_something_changed(db) {
        let clinic = Arc::new(TestClinic::new(&db).await);
        assert_eq!(answer(&clinic, at_once(503)).await.0, 503);
        assert_eq!(state(&clinic).await, None);
        let entering = Arc::clone(&clinic);
        let handle = Box::pin(async move {
            enter(&entering).await.unwrap();
            answered(500)
        });
        assert_eq!(answer(&clinic, handle).await.0, 500);
        assert_eq!(answer(&clinic, never()).await, (409, "idempotency-outcome-unknown".into()));
    }

    async fn only_changes_of_the_callers_clinic_carry_the_fence(db) {
        let clinic = TestClinic::new(&db).await;
        let other = clinic.another("autre", "+221338210001").await;
        let app = clinic.app.clone();
        let handle = Box::pin(async move {
            let ctx = Ctx::system(other, "test");
            let new = patients::NewPatient {
                first_name: "Awa".to_owned(),
                last_name: "Diop".to_owned(),
                phone: "77 123 45 67".to_owned(),
                ..patients::NewPatient::default()
            };
            patients::create(&app, &ctx, new).await.unwrap();
            answered(500)
        });
        assert_eq!(answer(&clinic, handle).await.0, 500);
        assert_eq!(state(&clinic).await, None, "nothing of this clinic was changed");
    }
}
