use std::{cell::RefCell, io::Write, net::SocketAddr, sync::Once, time::Duration};

use axum::http::Method;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{testing::*, *};

async fn hello() -> &'static str {
    "hello"
}

async fn json(JsonBody(_): JsonBody<serde_json::Value>) -> &'static str {
    "read"
}

async fn long() -> String {
    "hello ".repeat(1000)
}

async fn panics() -> &'static str {
    let patient = "Aminata".to_owned();
    panic!("no room for {patient}")
}

async fn hangs() -> &'static str {
    std::future::pending().await
}

async fn cacheable() -> ([(&'static str, &'static str); 1], &'static str) {
    ([("cache-control", "private, max-age=60")], "hello")
}

fn routes() -> Routes<()> {
    Routes::new()
        .plain(Method::GET, "/plain/{id}", hello, Policy::Public)
        .plain(Method::GET, "/api/panics/", panics, Policy::Public)
        .plain(Method::GET, "/api/hangs/", hangs, Policy::Public)
        .plain(Method::POST, "/api/secret/", hello, Policy::STAFF)
        .plain(Method::POST, "/api/json/", json, Policy::Public)
        .page(Method::GET, "/panics/", panics, Policy::Public)
        .page(Method::GET, "/page/", long, Policy::Public)
        .page(Method::GET, "/cacheable/", cacheable, Policy::Public)
}

#[tokio::test]
async fn sets_the_security_headers_on_every_answer() {
    let app = app(routes());
    for line in [
        "GET /page/",
        "GET /nowhere",
        "GET /plain/5",
        "GET /api/panics/",
    ] {
        let answer = send(&app, line, &[], "").await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{line}");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        let csp = answer.header("content-security-policy");
        for rule in [
            "default-src 'self'",
            "style-src 'self';",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(csp.contains(rule), "{csp}");
        }
        assert!(!csp.contains("unsafe"));
        assert_eq!(
            answer.header("strict-transport-security"),
            "",
            "not without TLS"
        );
    }
    let https = app_with(routes(), Settings::new("Trial", "https://clinic.example"));
    let answer = send(&https, "GET /page/", &[], "").await;
    assert!(
        answer
            .header("strict-transport-security")
            .starts_with("max-age=")
    );
}

#[tokio::test]
async fn pages_and_api_answers_are_not_stored() {
    let app = app(routes());
    for (line, expected) in [
        ("GET /page/", "no-store"),
        ("GET /api/nowhere/", "no-store"),
        ("GET /plain/5", ""),
        ("GET /cacheable", "private, max-age=60"),
    ] {
        assert_eq!(
            send(&app, line, &[], "").await.header("cache-control"),
            expected,
            "{line}"
        );
    }
}

#[tokio::test]
async fn accepts_only_sane_request_ids() {
    let app = app(routes());
    let given = send(&app, "GET /plain/5", &[("x-request-id", "abc-12345")], "").await;
    assert_eq!(given.header("x-request-id"), "abc-12345");
    for id in ["short", "has space in it", "a\"b\"c\"d\"e", &"x".repeat(65)] {
        let answer = send(&app, "GET /plain/5", &[("x-request-id", id)], "").await;
        let fresh = answer.header("x-request-id");
        assert!(uuid::Uuid::parse_str(fresh).is_ok(), "{id} gave {fresh}");
    }
}

#[tokio::test]
async fn a_panic_is_a_problem_without_its_message() {
    let app = app(routes());
    let json = send(&app, "GET /api/panics/", &[], "").await;
    assert_eq!(json.problem(), (500, "internal".into()));
    assert!(!json.text().contains("Aminata"));
    let page = send(&app, "GET /panics/", &[], "").await;
    assert_eq!(page.status, 500);
    assert!(page.text().contains("Un problème de notre côté"));
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_hangs_is_given_up() {
    let app = app_with(
        routes(),
        Settings {
            deadline: Duration::from_secs(3),
            ..settings()
        },
    );
    let answer = send(&app, "GET /api/hangs/", &[], "").await;
    assert_eq!(answer.problem(), (503, "unavailable".into()));
    assert_eq!(answer.header("retry-after"), "5");
}

#[tokio::test]
async fn compresses_what_is_long() {
    let app = app(routes());
    for coding in ["gzip", "br"] {
        let answer = send(&app, "GET /page/", &[("accept-encoding", coding)], "").await;
        assert_eq!(answer.header("content-encoding"), coding);
        assert!(answer.bytes.len() < 500);
    }
    assert_eq!(send(&app, "GET /page/", &[], "").await.bytes.len(), 6000);
}

thread_local! {
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Keeps each thread's log apart. One logger for all threads, because tracing
/// remembers for the whole process whether anybody listens to a line.
struct ThreadLog;

impl Write for ThreadLog {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.with_borrow_mut(|log| log.extend_from_slice(bytes));
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What is logged while `act` runs.
fn logged(act: impl Future<Output = ()>) -> String {
    static LOGGER: Once = Once::new();
    LOGGER.call_once(|| {
        let logger = tracing_subscriber::fmt()
            .json()
            .with_writer(|| ThreadLog)
            .finish();
        tracing::subscriber::set_global_default(logger).unwrap();
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    LOG.take();
    runtime.block_on(act);
    String::from_utf8(LOG.take()).unwrap()
}

#[test]
fn logs_who_asked_for_what_but_no_content() {
    let log = logged(async {
        let app = app(routes());
        let headers = [bearer("Bearer agent"), ("x-request-id", "request-one")];
        send(&app, "GET /plain/5?name=Aminata", &headers, "").await;
        send(&app, "GET /patients/Aminata?q=Aminata", &[], "").await;
        send(
            &app,
            "GET /api/panics/?name=Aminata",
            &[("x-request-id", "request-two")],
            "",
        )
        .await;
    });
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let access: Vec<_> = lines
        .iter()
        .filter(|line| line["target"] == "access")
        .collect();
    let fields = &access[0]["fields"];
    assert_eq!(fields["request_id"], "request-one");
    assert_eq!(
        (&fields["route"], &fields["status"]),
        (&"/plain/{id}".into(), &200.into())
    );
    assert_eq!(fields["user"], "00000000-0000-0000-0000-000000000007");
    assert_eq!(access[1]["fields"]["route"], "unmatched");
    assert_eq!(access[2]["fields"]["problem"], "internal");
    let error = lines.iter().find(|line| line["level"] == "ERROR").unwrap();
    assert_eq!(error["fields"]["request_id"], "request-two");
    assert!(
        error["fields"]["cause"]
            .as_str()
            .unwrap()
            .starts_with("panic: ")
    );
    assert!(!log.contains("Aminata") && !log.contains("fatou"), "{log}");
}

#[test]
fn measures_by_pattern_not_by_path() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    metrics::with_local_recorder(&recorder, || {
        runtime.block_on(async {
            let app = app(routes());
            send(&app, "GET /plain/5", &[], "").await;
            send(&app, "GET /plain/6/", &[], "").await;
            send(&app, "BREW /who/is/aminata", &[], "").await;
        });
    });
    let text = handle.render();
    assert!(
        text.contains(r#"http_requests_total{route="/plain/{id}",method="GET",status="200"} 2"#),
        "{text}"
    );
    assert!(
        text.contains(r#"{route="unmatched",method="OTHER",status="404"} 1"#),
        "{text}"
    );
    assert!(text.contains("http_request_duration_seconds"));
    assert!(!text.contains("aminata"));
}

/// Sends a whole body before it reads the answer, as many clients do.
async fn post_over_tcp(port: u16, path: &str, length: usize) -> String {
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port))
        .await
        .unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b' '; length]).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_refused_upload_reads_its_refusal() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let app = app(routes()).into_make_service_with_connect_info::<SocketAddr>();
    let server = tokio::spawn(async { axum::serve(listener, app).await });
    for (path, status) in [
        ("/api/json/", "413"),
        ("/api/secret/", "401"),
        ("/nowhere", "404"),
    ] {
        let answer = post_over_tcp(port, path, 10 * 1024 * 1024).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{path}: {answer}"
        );
    }
    server.abort();
}
