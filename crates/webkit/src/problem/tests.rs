use axum::{extract::Path, http::Method};
use kernel::{FieldError, Problem, ProblemKind};

use crate::{testing::*, *};

enum OutOfStock {
    Gauze,
}

impl From<OutOfStock> for Problem {
    fn from(error: OutOfStock) -> Self {
        match error {
            OutOfStock::Gauze => Self::conflict("no-gauze"),
        }
    }
}

async fn fail(Path(kind): Path<String>) -> Result<(), Fault> {
    if kind == "out-of-stock" {
        Err(OutOfStock::Gauze)?;
    }
    if kind == "fields" {
        let long = FieldError::new("name", "too-long").with("max", 100);
        return Err(Problem::fields(vec![long, FieldError::new("phone", "not-a-phone")]).into());
    }
    let kind = ProblemKind::parse(&kind).unwrap();
    Err(Problem {
        cause: Some("disk /dev/sda1".into()),
        ..Problem::new(kind)
    }
    .into())
}

async fn bare(Path(_number): Path<u8>) -> axum::http::StatusCode {
    axum::http::StatusCode::TOO_MANY_REQUESTS
}

fn trial() -> axum::Router {
    app(Routes::new()
        .plain(Method::GET, "/api/fail/{kind}/", fail, Policy::Public)
        .plain(Method::GET, "/api/bare/{number}/", bare, Policy::Public)
        .page(Method::GET, "/fail/{kind}/", fail, Policy::Public))
}

#[tokio::test]
async fn every_kind_is_answered_as_json_in_the_callers_language() {
    let app = trial();
    for kind in ProblemKind::ALL {
        let line = format!("GET /api/fail/{kind}/");
        let answer = send(&app, &line, &[("accept-language", "en")], "").await;
        assert_eq!(answer.problem(), (kind.status(), kind.as_str().to_owned()));
        let json = answer.json();
        let english = Texts::new(kernel::Locale::En);
        assert_eq!(json["title"], english.get(&format!("error-{kind}-title")));
        assert_eq!(answer.header("content-language"), "en");
        assert!(!answer.text().contains("sda1"), "causes stay inside");
        let waits = matches!(kind.status(), 429 | 503);
        assert_eq!(answer.headers.contains_key("retry-after"), waits, "{kind}");
    }
    let french = send(&app, "GET /api/fail/forbidden/", &[], "").await;
    assert_eq!(french.json()["title"], "Accès refusé");
}

#[tokio::test]
async fn names_the_fields() {
    let answer = send(
        &trial(),
        "GET /api/fail/fields",
        &[("accept-language", "en")],
        "",
    )
    .await;
    let errors = &answer.json()["errors"];
    assert_eq!(
        errors[0],
        serde_json::json!({"field": "name", "code": "too-long", "message": "100 characters at most."})
    );
    assert_eq!(errors[1]["field"], "phone");
}

#[tokio::test]
async fn domain_errors_become_problems_and_unwritten_texts_fall_back() {
    let answer = send(&trial(), "GET /api/fail/out-of-stock", &[], "").await;
    assert_eq!(answer.problem(), (409, "no-gauze".into()));
    let french = Texts::new(kernel::Locale::Fr);
    assert_eq!(answer.json()["detail"], french.get("error-conflict-detail"));
}

#[tokio::test]
async fn bare_answers_become_problems() {
    let app = trial();
    let limited = send(&app, "GET /api/bare/5/", &[], "").await;
    assert_eq!(limited.problem(), (429, "rate-limited".into()));
    let axums_own = send(&app, "GET /api/bare/five/", &[], "").await;
    assert_eq!(axums_own.problem(), (400, "malformed".into()));
}

#[tokio::test]
async fn pages_show_a_page_or_a_notice() {
    let app = trial();
    let page = send(&app, "GET /fail/fields/?lang=en", &[], "").await;
    assert_eq!(page.status, 400);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text().contains("Some details need correcting"));
    assert!(page.text().contains("100 characters at most."));
    assert!(page.text().contains(page.header("x-request-id")));
    assert!(page.text().contains("<html lang=\"en\""));

    let notice = send(&app, "GET /fail/conflict/", &[("hx-request", "true")], "").await;
    assert_eq!(
        (notice.status.as_u16(), notice.header("hx-retarget")),
        (409, "#toasts")
    );
    assert!(notice.text().contains("Action impossible"));
    assert!(!notice.text().contains("<html"));

    let json = send(
        &app,
        "GET /fail/conflict/",
        &[("accept", "application/json")],
        "",
    )
    .await;
    assert_eq!(json.problem(), (409, "conflict".into()));
    let credentials = send(&app, "GET /fail/bad-credentials/", &[], "").await;
    assert_eq!(credentials.status, 401, "signing in again would not help");
}
