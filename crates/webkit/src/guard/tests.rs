use axum::{
    Json,
    http::{HeaderName, Method, header},
};
use serde_json::{Value, json};

use crate::{testing::*, *};

async fn hello(caller: MaybeCaller, texts: Texts) -> String {
    let name = caller
        .0
        .map_or("nobody".to_owned(), |caller| caller.username.clone());
    format!("{name} {}", texts.locale)
}

/// A note as it stands, with its version.
async fn change_note() -> ([(HeaderName, &'static str); 1], Json<Value>) {
    let note = json!({"id": "n1", "text": "HIV", "author": {"id": "u1", "name": "Awa"}});
    ([(header::ETAG, "\"2\"")], Json(note))
}

async fn place(caller: Caller) -> String {
    format!("{} {}", caller.tenant_slug, caller.ctx.locale)
}

async fn token(shell: Shell) -> String {
    shell.csrf
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    text: String,
}

async fn note(Form(note): Form<Note>) -> String {
    note.text
}

async fn address(addr: ClientAddr) -> String {
    addr.0.to_string()
}

fn trial() -> axum::Router {
    app(routes())
}

fn routes() -> Routes<()> {
    Routes::new()
        .plain(Method::GET, "/api/hello/", hello, Policy::Public)
        .plain(Method::POST, "/api/hello/", hello, Policy::Public)
        .plain(Method::POST, "/hook/", hello, Policy::SignedProvider)
        .plain(Method::GET, "/api/place/", place, Policy::SignedIn)
        .plain(Method::POST, "/api/place/", place, Policy::SignedIn)
        .plain(Method::GET, "/metrics", address, Policy::LoopbackOrAdmin)
        .page(Method::GET, "/page/", hello, Policy::STAFF)
        .merge(
            Routes::new()
                .scope(Scope::Area("note"))
                .plain(Method::GET, "/api/notes/", hello, Policy::STAFF)
                .plain(Method::POST, "/api/notes/", hello, Policy::ADMIN)
                .plain(Method::GET, "/api/notes/n1/", change_note, Policy::STAFF)
                .plain(Method::PATCH, "/api/notes/n1/", change_note, Policy::STAFF)
                .scope(Scope::Exact("write:note"))
                .plain(
                    Method::POST,
                    "/api/notes/draft/",
                    change_note,
                    Policy::STAFF,
                ),
        )
        .page(Method::GET, "/sign-in/", token, Policy::Public)
        .page(Method::POST, "/sign-in/", note, Policy::Public)
        .page(Method::GET, "/form/", token, Policy::STAFF)
        .page(Method::POST, "/form/", note, Policy::STAFF)
}

#[tokio::test]
async fn a_limited_token_does_what_it_holds() {
    let app = trial();
    for (request, token, status) in [
        ("GET /api/notes/", "Bearer read:note", 200),
        ("GET /api/notes/", "Bearer write:note", 403),
        ("POST /api/notes/", "Bearer read:note", 403),
        // The scope is there, but the agent who delegated it is no administrator.
        ("POST /api/notes/", "Bearer write:note", 403),
        // A service has no role: its scopes are all it has.
        ("POST /api/notes/", "Bearer service write:note", 200),
        ("POST /api/notes/", "Bearer service read:note", 403),
        ("GET /api/notes/", "Bearer service", 403),
        ("GET /api/place/", "Bearer read:note", 403),
        ("GET /api/place/", "Bearer service read:note", 403),
        ("GET /metrics", "Bearer service manage:note", 403),
        ("GET /api/hello/", "Bearer read:note", 200),
        ("POST /api/notes/", "Bearer admin", 200),
    ] {
        let answer = send(&app, request, &[bearer(token)], "").await;
        assert_eq!(answer.status, status, "{request} {token}");
    }
    let answer = send(&app, "POST /api/notes/", &[bearer("Bearer read:note")], "").await;
    assert_eq!(answer.problem(), (403, "insufficient-scope".into()));
    assert_eq!(
        answer.header("www-authenticate"),
        "Bearer error=\"insufficient_scope\", scope=\"write:note\""
    );
}

#[tokio::test]
async fn who_may_only_write_is_shown_nothing_but_the_id() {
    let app = trial();
    let whole = json!({"id": "n1", "text": "HIV", "author": {"id": "u1", "name": "Awa"}});
    for (request, token, expected) in [
        (
            "PATCH /api/notes/n1/",
            "Bearer write:note",
            json!({"id": "n1"}),
        ),
        (
            "PATCH /api/notes/n1/",
            "Bearer service write:note",
            json!({"id": "n1"}),
        ),
        (
            "PATCH /api/notes/n1/",
            "Bearer write:note read:other",
            json!({"id": "n1"}),
        ),
        (
            "PATCH /api/notes/n1/",
            "Bearer write:note read:note",
            whole.clone(),
        ),
        ("PATCH /api/notes/n1/", "Bearer manage:note", whole.clone()),
        ("PATCH /api/notes/n1/", "Bearer agent", whole.clone()),
        ("GET /api/notes/n1/", "Bearer read:note", whole.clone()),
        // This route says itself what it shows.
        ("POST /api/notes/draft/", "Bearer write:note", whole.clone()),
    ] {
        let answer = send(&app, request, &[bearer(token)], "").await;
        let body: Value = serde_json::from_slice(&answer.bytes).unwrap();
        assert_eq!(body, expected, "{request} {token}");
        assert_eq!(answer.header("etag"), "\"2\"", "{request} {token}");
    }
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const SESSION: (&str, &str) = ("cookie", "session=agent");

#[tokio::test]
async fn refuses_with_401_and_403_as_json_for_the_api() {
    let app = trial();
    for headers in [
        &[][..],
        &[bearer("Bearer nonsense")],
        &[bearer("Bearer expired")],
        &[bearer("Basic YTpi")],
    ] {
        let refused = send(&app, "GET /api/place/", headers, "").await;
        assert_eq!(refused.problem(), (401, "unauthenticated".into()));
        assert_eq!(refused.header("www-authenticate"), "Bearer");
    }
    let down = send(&app, "GET /api/place/", &[bearer("Bearer broken")], "").await;
    assert_eq!(down.problem(), (503, "unavailable".into()));
    assert_eq!(down.header("retry-after"), "5");
    assert!(
        !down.text().contains("database"),
        "the cause is for the log"
    );
    let refused = send(&app, "GET /metrics", &[bearer("Bearer agent")], "").await;
    assert_eq!(refused.problem(), (403, "forbidden".into()));
}

#[tokio::test]
async fn sends_people_to_sign_in_and_shows_them_a_403_page() {
    let app = trial();
    let away = send(&app, "GET /page/?a=1&b=2", &[], "").await;
    assert_eq!(away.status, 303);
    assert_eq!(
        away.header("location"),
        "/sign-in?next=%2Fpage%2F%3Fa%3D1%26b%3D2"
    );
    let away = send(&app, "POST /form/", &[FORM], "text=a").await;
    assert_eq!(
        (away.status.as_u16(), away.header("location")),
        (303, "/sign-in")
    );

    let htmx = [
        ("hx-request", "true"),
        ("hx-current-url", "http://clinic.example/inbox/?x=1"),
    ];
    let away = send(&app, "GET /page/", &htmx, "").await;
    assert_eq!(away.status, 401);
    assert_eq!(
        away.header("hx-redirect"),
        "/sign-in?next=%2Finbox%2F%3Fx%3D1"
    );

    let events = send(&app, "GET /page/", &[("accept", "text/event-stream")], "").await;
    assert_eq!(events.problem(), (401, "unauthenticated".into()));

    let refused = send(&app, "GET /page/", &[("cookie", "session=patient")], "").await;
    assert_eq!(refused.status, 403);
    assert!(refused.header("content-type").starts_with("text/html"));
    assert!(refused.text().contains("Accès refusé"));
}

#[tokio::test]
async fn public_routes_know_the_caller_if_they_can() {
    let app = trial();
    for (headers, expected) in [
        (&[][..], "nobody fr"),
        (&[bearer("Bearer agent")], "fatou fr"),
        (&[bearer("Bearer expired")], "nobody fr"),
        (&[SESSION], "fatou fr"),
        (&[("accept-language", "en")], "nobody en"),
    ] {
        assert_eq!(
            send(&app, "GET /api/hello", headers, "").await.text(),
            expected
        );
    }
    // A cookie that tags along with a public change counts for nothing.
    assert_eq!(
        send(&app, "POST /api/hello", &[SESSION], "").await.text(),
        "nobody fr"
    );
    let hook = send(&app, "POST /hook", &[bearer("Bearer broken")], "").await;
    assert_eq!(hook.text(), "nobody fr", "a provider's call asks nobody");
}

#[tokio::test]
async fn the_language_is_asked_for_remembered_own_or_accepted() {
    let app = trial();
    let english = ("accept-language", "en-GB");
    let agent = bearer("Bearer agent");
    let text = async |line, headers: &[(&str, &str)]| send(&app, line, headers, "").await.text();
    assert_eq!(text("GET /api/place", &[agent, english]).await, "dakar en");
    assert_eq!(
        text("GET /api/place", &[agent, ("x-tenant", "thies")]).await,
        "thies fr"
    );
    assert_eq!(
        text("GET /page", &[SESSION, english]).await,
        "fatou fr",
        "his own choice"
    );
    assert_eq!(
        text("GET /page", &[("cookie", "session=agent; lang=en")]).await,
        "fatou en"
    );

    let asked = send(&app, "GET /page/?lang=en", &[SESSION], "").await;
    assert_eq!(asked.text(), "fatou en");
    assert!(
        asked
            .header("set-cookie")
            .starts_with("lang=en; Path=/; Max-Age=31536000;")
    );
    let nonsense = send(&app, "GET /page/?lang=xx", &[SESSION], "").await;
    assert_eq!(
        (nonsense.text().as_str(), nonsense.header("set-cookie")),
        ("fatou fr", "")
    );
}

#[tokio::test]
async fn forms_of_a_session_need_its_token_and_our_origin() {
    let app = trial();
    let right = ("x-csrf-token", "session-token");
    assert_eq!(
        send(&app, "GET /form/", &[SESSION], "").await.text(),
        "session-token"
    );
    for (headers, body, status) in [
        (&[FORM, SESSION][..], "text=a", 403),
        (&[FORM, SESSION], "text=a&csrf=wrong", 403),
        (&[FORM, SESSION], "text=a&csrf=session-token", 200),
        (&[FORM, SESSION, right], "text=a", 200),
        (
            &[FORM, SESSION, ("x-csrf-token", "wrong")],
            "text=a&csrf=session-token",
            403,
        ),
        (
            &[FORM, SESSION, right, ("sec-fetch-site", "same-origin")],
            "text=a",
            200,
        ),
        (
            &[FORM, SESSION, right, ("sec-fetch-site", "cross-site")],
            "text=a",
            403,
        ),
        (
            &[FORM, SESSION, right, ("sec-fetch-site", "same-site")],
            "text=a",
            403,
        ),
        (
            &[FORM, SESSION, right, ("origin", "http://clinic.example")],
            "text=a",
            200,
        ),
        (
            &[FORM, SESSION, right, ("origin", "http://evil.example")],
            "text=a",
            403,
        ),
        (&[FORM, SESSION, right, ("origin", "null")], "text=a", 403),
        (
            &[
                FORM,
                SESSION,
                right,
                ("origin", "http://h:1"),
                ("host", "h:1"),
            ],
            "text=a",
            200,
        ),
        (&[FORM, bearer("Bearer agent")], "text=a", 200),
        (
            &[SESSION, ("content-type", "text/plain")],
            "csrf=session-token",
            403,
        ),
        (
            &[SESSION, right, ("content-type", "text/plain")],
            "text=a",
            415,
        ),
    ] {
        let answer = send(&app, "POST /form/", headers, body).await;
        assert_eq!(answer.status, status, "{headers:?} {body}");
        if status == 200 {
            assert_eq!(answer.text(), "a");
        }
    }
}

#[tokio::test]
async fn api_changes_by_cookie_need_the_token_too() {
    let app = trial();
    let refused = send(&app, "POST /api/place", &[SESSION], "").await;
    assert_eq!(refused.problem(), (403, "bad-csrf".into()));
    let right = [SESSION, ("x-csrf-token", "session-token")];
    assert_eq!(send(&app, "POST /api/place", &right, "").await.status, 200);
    assert_eq!(
        send(&app, "POST /api/place", &[bearer("Bearer agent")], "")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn visitors_repeat_the_token_of_a_cookie() {
    let app = trial();
    let first = send(&app, "GET /sign-in/", &[], "").await;
    let token = first.text();
    let cookie = format!("csrf={token}");
    assert_eq!(token.len(), 32);
    assert_eq!(
        first.header("set-cookie"),
        format!("{cookie}; Path=/; HttpOnly; SameSite=Lax")
    );
    let again = send(&app, "GET /sign-in/", &[("cookie", &cookie)], "").await;
    assert_eq!(
        (again.text(), again.header("set-cookie")),
        (token.clone(), "")
    );

    let body = format!("text=a&csrf={token}");
    let with = send(
        &app,
        "POST /sign-in/",
        &[FORM, ("cookie", &cookie)],
        body.clone(),
    )
    .await;
    assert_eq!((with.status.as_u16(), with.text().as_str()), (200, "a"));
    assert_eq!(
        send(&app, "POST /sign-in/", &[FORM], body).await.status,
        403
    );
    let empty = send(
        &app,
        "POST /sign-in/",
        &[FORM, ("cookie", "csrf=")],
        "text=a&csrf=",
    )
    .await;
    assert_eq!(empty.status, 403);
}

#[tokio::test]
async fn measurements_are_for_this_machine_and_administrators() {
    let app = trial();
    let local = send_from(&app, "127.0.0.1:5000", "GET /metrics", &[], "").await;
    assert_eq!(local.text(), "127.0.0.1");
    let forwarded = [("x-forwarded-for", "203.0.113.9")];
    let through = send_from(&app, "127.0.0.1:5000", "GET /metrics", &forwarded, "").await;
    assert_eq!(through.problem(), (401, "unauthenticated".into()));
    let admin = send(&app, "GET /metrics", &[bearer("Bearer admin")], "").await;
    assert_eq!(admin.text(), "198.51.100.7");

    let trusting = Settings {
        trusted_proxies: "198.51.100.0/24".parse().unwrap(),
        ..settings()
    };
    let app = app_with(routes(), trusting);
    let headers = [bearer("Bearer admin"), ("x-forwarded-for", "203.0.113.9")];
    assert_eq!(
        send(&app, "GET /metrics", &headers, "").await.text(),
        "203.0.113.9"
    );
}

#[tokio::test]
async fn over_tls_cookies_are_bound_to_the_host() {
    let https = Settings::new("Trial", "https://clinic.example/");
    let app = app_with(routes(), https);
    let page = send(
        &app,
        "GET /page/",
        &[("cookie", "__Host-session=agent")],
        "",
    )
    .await;
    assert_eq!(page.text(), "fatou fr");
    assert_eq!(send(&app, "GET /page/", &[SESSION], "").await.status, 303);
    let visitor = send(&app, "GET /sign-in/", &[], "").await;
    assert!(visitor.header("set-cookie").starts_with("__Host-csrf="));
    assert!(visitor.header("set-cookie").ends_with("; Secure"));
}

#[tokio::test]
async fn a_router_that_is_not_hardened_refuses_everything() {
    use tower::ServiceExt as _;
    let bare = routes().build(INFO).router.with_state(());
    let request = axum::http::Request::get("/api/hello/")
        .body(axum::body::Body::empty())
        .unwrap();
    assert_eq!(bare.oneshot(request).await.unwrap().status(), 500);
}
