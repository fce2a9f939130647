use axum::http::{HeaderName, HeaderValue, Method};
use kernel::Patch;
use serde::Deserialize;

use crate::{testing::*, *};

kernel::words! {
    /// How loud.
    enum Volume { /// Little.
        Low = "low", /// Much.
        High = "high" }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inner {
    city: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    name: String,
    age: u8,
    #[serde(default)]
    volume: Option<Volume>,
    #[serde(default)]
    address: Option<Inner>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    email: Patch<String>,
}

async fn json(JsonBody(body): JsonBody<Body>) -> String {
    let known = (body.name, body.age, body.volume, body.tags, body.email);
    format!("{known:?} {:?}", body.address.map(|address| address.city))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    search: Option<String>,
    days: Option<u8>,
    open: Option<bool>,
    volume: Option<Volume>,
    page: Option<i64>,
    page_size: Option<i64>,
}

async fn list(Query(filter): Query<Filter>, paging: Paging) -> Result<String, Fault> {
    let page = paging.page(45, vec![1])?;
    let known = (filter.search, filter.days, filter.open, filter.volume);
    Ok(format!(
        "{known:?} {:?} {:?} {:?}",
        filter.page.or(filter.page_size),
        page.previous,
        page.next
    ))
}

struct Thing;

async fn one(PathId(id): PathId<Thing>) -> String {
    id.to_string()
}

async fn two(PathIds(a, b): PathIds<Thing, Thing>) -> String {
    format!("{a} {b}")
}

async fn hook(form: RawForm) -> String {
    format!(
        "{:?} {} {} {:?}",
        form.pairs,
        form.bytes.len(),
        form.path_and_query,
        form.signed_pairs()
    )
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    nick: Option<String>,
    age: Option<u8>,
}

async fn form(Form(entry): Form<Entry>) -> String {
    format!("{} {:?} {:?}", entry.name, entry.nick, entry.age)
}

async fn current() -> ([(HeaderName, HeaderValue); 1], &'static str) {
    ([version_tag(3)], "current")
}

async fn change(IfMatch(expected): IfMatch) -> Result<&'static str, Fault> {
    expected.check(3)?;
    Ok("changed")
}

fn trial() -> axum::Router {
    app(Routes::new()
        .plain(Method::POST, "/api/json/", json, Policy::Public)
        .plain(Method::GET, "/api/list/", list, Policy::Public)
        .plain(Method::GET, "/api/one/{id}/", one, Policy::Public)
        .plain(Method::GET, "/api/two/{a}/{b}/", two, Policy::Public)
        .plain(Method::POST, "/api/hook/", hook, Policy::SignedProvider)
        .plain(Method::POST, "/api/form/", form, Policy::Public)
        .plain(Method::GET, "/api/version/", current, Policy::Public)
        .plain(Method::PUT, "/api/version/", change, Policy::Public)
        .page(Method::GET, "/list/", list, Policy::Public))
}

const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[tokio::test]
async fn reads_json() {
    let body = r#"{"name":"A","age":3,"volume":"low","address":{"city":"Thiès"},"email":null}"#;
    let answer = send(&trial(), "POST /api/json", &[JSON], body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.text().contains("Thiès") && answer.text().contains("Clear"));
}

#[tokio::test]
async fn names_the_field_that_is_wrong() {
    let app = trial();
    for (body, field, code) in [
        (r#"{"name":"A","age":3,"nmae":1}"#, "nmae", "unknown-field"),
        (
            r#"{"name":"A","age":3,"address":{"city":"B","zip":1}}"#,
            "address.zip",
            "unknown-field",
        ),
        (r#"{"name":"A"}"#, "age", "required"),
        (
            r#"{"name":"A","age":3,"address":{}}"#,
            "address.city",
            "required",
        ),
        (r#"{"name":null,"age":3}"#, "name", "required"),
        (r#"{"name":5,"age":3}"#, "name", "wrong-type"),
        (r#"{"name":"A","age":"old"}"#, "age", "wrong-type"),
        (
            r#"{"name":"A","age":3,"tags":["a",5]}"#,
            "tags[1]",
            "wrong-type",
        ),
        (r#"{"name":"A","age":300}"#, "age", "out-of-range"),
        (r#"{"name":"A","age":-1}"#, "age", "out-of-range"),
        (
            r#"{"name":"A","age":3,"volume":"loud"}"#,
            "volume",
            "not-a-choice",
        ),
        (
            r#"{"name":"A","name":"B","age":3}"#,
            "name",
            "duplicate-field",
        ),
        (r#"["a"]"#, "", "wrong-type"),
        (r#""text""#, "", "wrong-type"),
    ] {
        let answer = send(&app, "POST /api/json", &[JSON], body).await;
        assert_eq!(answer.problem(), (400, "invalid".into()), "{body}");
        assert_eq!(answer.fault(), (field.into(), code.into()), "{body}");
    }
    let choice = send(
        &app,
        "POST /api/json",
        &[JSON],
        r#"{"name":"A","age":3,"volume":"loud"}"#,
    )
    .await;
    assert!(choice.text().contains("low, high"));
    assert!(
        !choice.text().contains("loud"),
        "what was sent is not repeated"
    );
}

#[tokio::test]
async fn refuses_what_is_no_json() {
    let app = trial();
    for (headers, body, status, code) in [
        (&[JSON][..], &b"{\"name\": "[..], 400, "bad-json"),
        (&[JSON], b"{\"name\":\"A\",\"age\":3} x", 400, "bad-json"),
        (
            &[JSON],
            b"{\"name\":\"\\ud800\",\"age\":3}",
            400,
            "bad-json",
        ),
        (&[JSON], b"", 400, "empty-body"),
        (&[], b"", 400, "empty-body"),
        (&[JSON], b"  \n", 400, "empty-body"),
        (&[JSON], b"{\"name\":\"\xff\"}", 400, "not-utf8"),
        (
            &[JSON],
            b"{\"name\":\"a\\u0000\",\"age\":3}",
            400,
            "nul-character",
        ),
        (&[], b"{}", 415, "unsupported-media"),
        (
            &[("content-type", "text/plain")],
            b"{}",
            415,
            "unsupported-media",
        ),
        (&[FORM], b"name=a", 415, "unsupported-media"),
    ] {
        let answer = send(&app, "POST /api/json", headers, body).await;
        assert_eq!(answer.problem(), (status, code.into()), "{body:?}");
    }
    let place = send(
        &app,
        "POST /api/json",
        &[JSON, ("accept-language", "en")],
        "{\n  oops",
    )
    .await;
    assert_eq!(place.json()["errors"][0]["message"], "At line 2, column 3.");
    // A backslash before a `u0000` that is text is no NUL.
    let text = send(
        &app,
        "POST /api/json",
        &[JSON],
        r#"{"name":"\\u0000","age":3}"#,
    )
    .await;
    assert_eq!(text.status, 200);
    let deep = "[".repeat(100_000);
    assert_eq!(
        send(&app, "POST /api/json", &[JSON], deep).await.problem(),
        (400, "bad-json".into())
    );
}

#[tokio::test]
async fn ten_megabytes_are_too_much() {
    let app = trial();
    let ten_megabytes = vec![b' '; 10 * 1024 * 1024];
    for line in ["POST /api/json", "POST /api/hook", "POST /api/form"] {
        let answer = send(&app, line, &[JSON], ten_megabytes.clone()).await;
        assert_eq!(answer.problem(), (413, "too-large".into()), "{line}");
    }
}

#[tokio::test]
async fn queries_name_their_faults() {
    let app = trial();
    let fine = send(
        &app,
        "GET /api/list?search=caf%C3%A9+x&days=3&open=true&volume=low",
        &[],
        "",
    )
    .await;
    assert!(
        fine.text()
            .starts_with(r#"(Some("café x"), Some(3), Some(true), Some(Low))"#),
        "{}",
        fine.text()
    );
    let empty = send(&app, "GET /api/list?search=&days=&page=", &[], "").await;
    assert!(
        empty.text().starts_with("(None, None, None, None)"),
        "{}",
        empty.text()
    );
    for (query, field, code) in [
        ("days=x", "days", "wrong-type"),
        ("days=300", "days", "out-of-range"),
        ("open=perhaps", "open", "wrong-type"),
        ("volume=loud", "volume", "not-a-choice"),
        ("serach=a", "serach", "unknown-field"),
        ("page=x", "page", "wrong-type"),
        ("page=0", "page", "out-of-range"),
        ("page_size=101", "page_size", "out-of-range"),
    ] {
        let answer = send(&app, &format!("GET /api/list/?{query}"), &[], "").await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.fault(), (field.into(), code.into()), "{query}");
    }
    let bytes = send(&app, "GET /api/list?search=%ff", &[], "").await;
    assert_eq!(bytes.problem(), (400, "not-utf8".into()));
    let nul = send(&app, "GET /api/list?search=%00", &[], "").await;
    assert_eq!(nul.problem(), (400, "nul-character".into()));
    let language = send(&app, "GET /list/?lang=en", &[], "").await;
    assert_eq!(
        language.status, 200,
        "on a page the language switch is ours"
    );
}

#[tokio::test]
async fn lists_link_to_their_neighbours() {
    let app = trial();
    let middle = send(&app, "GET /api/list/?search=a%20b&page=2", &[], "").await;
    let links = r#"Some("/api/list/?search=a+b&page=1") Some("/api/list/?search=a+b&page=3")"#;
    assert!(middle.text().ends_with(links), "{}", middle.text());
    let past = send(&app, "GET /api/list/?page=4", &[], "").await;
    assert_eq!(past.problem(), (404, "not-found".into()));
}

#[tokio::test]
async fn ids_that_are_none_name_nothing() {
    let app = trial();
    let id = "0192f0c1-0000-7000-8000-000000000001";
    assert_eq!(
        send(&app, &format!("GET /api/one/{id}"), &[], "")
            .await
            .text(),
        id
    );
    assert_eq!(
        send(&app, &format!("GET /api/two/{id}/{id}/"), &[], "")
            .await
            .status,
        200
    );
    for line in ["GET /api/one/5", "GET /api/one/%ff", "GET /api/two/5/6"] {
        assert_eq!(
            send(&app, line, &[], "").await.problem(),
            (404, "not-found".into()),
            "{line}"
        );
    }
}

#[tokio::test]
async fn forms_leave_out_what_nobody_filled_in() {
    let app = trial();
    let answer = send(
        &app,
        "POST /api/form",
        &[FORM],
        "name=A+B&nick=&age=&csrf=x",
    )
    .await;
    assert_eq!(answer.text(), "A B None None");
    for (body, field, code) in [
        ("name=", "name", "required"),
        ("name=a&age=x", "age", "wrong-type"),
        ("name=a&role=admin", "role", "unknown-field"),
        ("name=a&name=b", "name", "duplicate-field"),
    ] {
        let answer = send(&app, "POST /api/form", &[FORM], body).await;
        assert_eq!(answer.fault(), (field.into(), code.into()), "{body}");
    }
    let bytes = send(&app, "POST /api/form", &[FORM], "name=%e9").await;
    assert_eq!(bytes.problem(), (400, "not-utf8".into()));
}

#[tokio::test]
async fn providers_may_send_what_they_like() {
    let app = trial();
    let answer = send(
        &app,
        "POST /api/hook?x=1",
        &[FORM],
        "Body=a%ff%00&B=2&B=3&%=%zz&&C",
    )
    .await;
    let expected =
        r#"[("Body", "a��"), ("B", "2"), ("B", "3"), ("%", "%zz"), ("C", "")] 29 /api/hook?x=1"#;
    assert!(answer.text().starts_with(expected), "{}", answer.text());
    assert!(
        answer.text().contains("[97, 255, 0]"),
        "the signed bytes are kept"
    );
    let json = send(&app, "POST /api/hook", &[JSON], &b"{\"a\":\"\xff\"}"[..]).await;
    assert!(json.text().starts_with("[] 9 "), "{}", json.text());
}

#[tokio::test]
async fn a_stale_version_is_412() {
    let app = trial();
    let tag = send(&app, "GET /api/version", &[], "")
        .await
        .header("etag")
        .to_owned();
    assert_eq!(tag, "\"3\"");
    for (headers, status) in [
        (&[][..], 200),
        (&[("if-match", tag.as_str())], 200),
        (&[("if-match", "W/\"3\"")], 200),
        (&[("if-match", "*")], 200),
        (&[("if-match", "\"2\", \"3\"")], 200),
        (&[("if-match", "\"2\"")], 412),
        (&[("if-match", "nonsense")], 412),
    ] {
        let answer = send(&app, "PUT /api/version", headers, "").await;
        assert_eq!(answer.status, status, "{headers:?}");
    }
}
