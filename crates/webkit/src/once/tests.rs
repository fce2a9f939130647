use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, http::StatusCode};
use tokio::sync::Notify;

use super::*;
use crate::{testing::*, *};

/// Keeps the last answer, whatever the call; tells what it was asked.
#[derive(Default)]
struct Last {
    kept: Mutex<Option<KeptAnswer>>,
    asked: Mutex<Vec<KeyedCall>>,
}

struct Shared(Arc<Last>);

impl FirstAnswers for Shared {
    fn answer<'a>(
        &'a self,
        call: KeyedCall,
        handle: BoxFuture<'static, KeptAnswer>,
    ) -> BoxFuture<'a, Result<KeptAnswer, Problem>> {
        Box::pin(async move {
            self.0.asked.lock().unwrap().push(call);
            if let Some(kept) = self.0.kept.lock().unwrap().clone() {
                return Ok(kept);
            }
            let answer = handle.await;
            *self.0.kept.lock().unwrap() = Some(answer.clone());
            Ok(answer)
        })
    }
}

static MADE: AtomicUsize = AtomicUsize::new(0);

/// Makes a thing.
#[utoipa::path(post, path = "/api/v1/things/", responses((status = 201)))]
async fn make(body: String) -> (StatusCode, [(&'static str, String); 3], String) {
    let number = MADE.fetch_add(1, Ordering::SeqCst);
    let headers = [
        ("location", format!("/api/v1/things/{number}/")),
        ("etag", "\"1\"".to_owned()),
        ("set-cookie", "secret=1".to_owned()),
    ];
    (StatusCode::CREATED, headers, body)
}

#[utoipa::path(post, path = "/api/v1/closed/", responses((status = 204)))]
async fn nothing() -> StatusCode {
    StatusCode::NO_CONTENT
}

#[utoipa::path(post, path = "/api/v1/fails/", responses((status = 204)))]
async fn fails() -> Result<(), Fault> {
    Err(Problem::conflict("no-gauze").into())
}

#[utoipa::path(post, path = "/api/v1/breaks/", responses((status = 204)))]
async fn breaks() {
    panic!("broken");
}

fn app(last: &Arc<Last>, routes: Routes<()>) -> Router {
    let parts = KitParts {
        settings: settings(),
        authenticator: Box::new(Roster),
        first_answers: Some(Box::new(Shared(Arc::clone(last)))),
        nav: Vec::new(),
        clock: kernel::Clock::system(),
        rng: kernel::Rng::seeded(1),
    };
    app_of(routes, parts)
}

const KEY: (&str, &str) = ("idempotency-key", " k 1 ");

#[tokio::test]
async fn hands_over_the_call_and_gives_the_answer_again() {
    let last = Arc::default();
    let app = app(
        &last,
        Routes::new().api_up_to(8, routes!(make), Policy::STAFF),
    );
    let headers = [bearer("Bearer agent"), KEY];
    let large = send(&app, "POST /api/v1/things/?a=1", &headers, "123456789").await;
    assert_eq!(large.problem(), (413, "too-large".into()));
    let first = send(&app, "POST /api/v1/things/?a=1", &headers, "12345678").await;
    assert_eq!(
        (first.status.as_u16(), first.text().as_str()),
        (201, "12345678")
    );
    let again = send(&app, "POST /api/v1/things?a=1", &headers, "12345678").await;
    for name in ["location", "etag", "content-type"] {
        assert_eq!(again.header(name), first.header(name), "{name}");
    }
    assert_eq!(
        first.header("set-cookie"),
        "",
        "cookies are nobody's but the first caller's"
    );
    let asked = last.asked.lock().unwrap();
    assert_eq!(asked[0].key, "k 1");
    assert_eq!(asked[0].route, "POST /api/v1/things");
    assert_eq!(asked[1].route, asked[0].route);
    assert_eq!(asked[1].content, asked[0].content);
    assert_eq!(asked[0].content, fingerprint(Some("a=1"), b"12345678"));
    assert_ne!(asked[0].content, fingerprint(None, b"a=112345678"));
}

#[tokio::test]
async fn without_key_or_caller_nothing_is_kept() {
    let last = Arc::default();
    let routes = Routes::new()
        .api(routes!(make), Policy::Public)
        .api(routes!(nothing), Policy::STAFF);
    let app = app(&last, routes);
    let answer = send(
        &app,
        "POST /api/v1/things/",
        &[bearer("Bearer agent"), KEY],
        "x",
    )
    .await;
    assert_eq!(answer.header("set-cookie"), "secret=1", "a public route");
    send(&app, "POST /api/v1/closed/", &[bearer("Bearer agent")], "").await;
    assert_eq!(
        send(&app, "POST /api/v1/closed/", &[KEY], "").await.status,
        401
    );
    assert!(last.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn refusals_and_empty_answers_are_kept_as_they_were_given() {
    for (line, status, kind) in [
        ("POST /api/v1/closed/", 204, ""),
        ("POST /api/v1/fails/", 409, "application/problem+json"),
    ] {
        let last = Arc::default();
        let routes = Routes::new()
            .api(routes!(nothing), Policy::STAFF)
            .api(routes!(fails), Policy::STAFF);
        let app = app(&last, routes);
        let headers = [bearer("Bearer agent"), KEY];
        let first = send(&app, line, &headers, "").await;
        let again = send(&app, line, &headers, "").await;
        assert_eq!(
            (first.status.as_u16(), first.header("content-type")),
            (status, kind)
        );
        assert_eq!((again.status, again.text()), (first.status, first.text()));
        assert_eq!(again.header("content-type"), kind);
    }
}

#[tokio::test]
async fn a_panic_is_a_500_and_is_not_kept() {
    let last = Arc::default();
    let app = app(&last, Routes::new().api(routes!(breaks), Policy::STAFF));
    let answer = send(
        &app,
        "POST /api/v1/breaks/",
        &[bearer("Bearer agent"), KEY],
        "",
    )
    .await;
    assert_eq!(answer.problem(), (500, "internal".into()));
    assert!(last.kept.lock().unwrap().is_none());
}

static ENTERED: Notify = Notify::const_new();
static GO: Notify = Notify::const_new();

#[utoipa::path(post, path = "/api/v1/slow/", responses((status = 204)))]
async fn slow() -> &'static str {
    ENTERED.notify_one();
    GO.notified().await;
    "done"
}

#[tokio::test]
async fn a_caller_who_goes_away_finds_the_answer_later() {
    let last = Arc::default();
    let app = app(&last, Routes::new().api(routes!(slow), Policy::STAFF));
    let gone = tokio::spawn({
        let app = app.clone();
        async move {
            send(
                &app,
                "POST /api/v1/slow/",
                &[bearer("Bearer agent"), KEY],
                "",
            )
            .await;
        }
    });
    ENTERED.notified().await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    GO.notify_one();
    let kept = async {
        while last.kept.lock().unwrap().is_none() {
            tokio::task::yield_now().await;
        }
    };
    let deadline = std::time::Duration::from_secs(10);
    tokio::time::timeout(deadline, kept).await.unwrap();
    let again = send(
        &app,
        "POST /api/v1/slow/",
        &[bearer("Bearer agent"), KEY],
        "",
    )
    .await;
    assert_eq!(again.text(), "done");
}

#[test]
fn the_document_tells_of_the_key_where_it_is_honoured() {
    let built = Routes::<()>::new()
        .api(routes!(nothing), Policy::STAFF)
        .api(routes!(fails), Policy::Public)
        .api(routes!(breaks), Policy::SignedProvider)
        .build(INFO);
    let doc = serde_json::to_value(built.openapi).unwrap();
    let told = &doc["paths"]["/api/v1/closed/"]["post"];
    assert_eq!(told["parameters"][0]["name"], HEADER);
    assert_eq!(told["parameters"][0]["required"], false);
    for status in ["400", "409"] {
        assert!(told["responses"].get(status).is_some(), "{status}");
    }
    for path in ["/api/v1/fails/", "/api/v1/breaks/"] {
        assert!(doc["paths"][path]["post"]["parameters"].is_null(), "{path}");
    }
}
