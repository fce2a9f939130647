use axum::http::Method;

use super::*;
use crate::{Policy, Routes, testing::*};

#[derive(Template)]
#[template(
    source = r#"{% extends "layout/base.html" %}{% block title %}Work{% endblock %}{% block main %}<p>{{ shell.t1("layout-request-id", "unused", 1) }}</p>{% endblock %}"#,
    ext = "html"
)]
struct Work {
    shell: Shell,
}

async fn work(shell: Shell) -> Result<Html<String>, Fault> {
    render(&Work { shell })
}

#[tokio::test]
async fn a_page_shows_who_is_there_and_where_he_can_go() {
    let routes = Routes::new().page(Method::GET, "/work/", work, Policy::SignedIn);
    let app = app(routes);
    let line = "GET /work/?page=2";
    let agent = send(&app, line, &[("cookie", "session=agent; lang=en")], "")
        .await
        .text();
    for part in [
        "<html lang=\"en\">",
        "<title>Work · Clinique de Dakar</title>",
        r#"<a href="/work/" aria-current="page">Search</a>"#,
        "Front desk",
        r#"action="/sign-out""#,
        r#"<input type="hidden" name="csrf" value="session-token">"#,
        r#"<body hx-headers='{"X-CSRF-Token": "session-token"}'>"#,
        r#"href="/work/?page=2&#38;lang=fr" lang="fr""#,
        "\"allowEval\":false",
        "Fatou Ndiaye",
    ] {
        assert!(agent.contains(part), "{part} in {agent}");
    }
    assert!(!agent.contains("/admin/"), "not for this role");
    assert!(
        !agent.contains("style=\"") && !agent.contains("<script>"),
        "the policy forbids it"
    );
    let admin = send(&app, line, &[("cookie", "session=admin")], "")
        .await
        .text();
    assert!(
        admin.contains(r#"<a href="/admin/">Modifier</a>"#),
        "{admin}"
    );
}

#[test]
fn names_are_escaped_and_every_language_renders() {
    for locale in Locale::ALL {
        let mut evil = principal(Role::Agent, crate::Via::Session, None);
        evil.display_name = "<script>alert(1)</script>".into();
        let shell = Shell::sample(*locale, Some(evil), &[]);
        let html = Work { shell }.render().unwrap();
        assert!(
            !html.contains("<script>alert") && !html.contains('⟦'),
            "{html}"
        );
    }
}

#[test]
fn the_current_entry_is_the_longest_that_matches() {
    assert!(lies_under("/inbox/42/", "/inbox/"));
    assert!(lies_under("/inbox", "/inbox/"));
    assert!(!lies_under("/inboxes/", "/inbox/"));
    assert!(lies_under("/", "/"));
    assert!(
        !lies_under("/inbox/", "/"),
        "the start page is not everybody's parent"
    );
}

#[test]
fn a_page_elsewhere_belongs_to_its_entry() {
    let entry = |href, also| NavEntry {
        href,
        label: "common-search",
        policy: Policy::STAFF,
        also,
    };
    let entries = [
        entry("/my/appointments", &["/my/waiting"][..]),
        entry("/my/records", &[]),
    ];
    let marked = |path: &str| -> Vec<&str> {
        let caller = principal(Role::Agent, crate::Via::Session, None);
        let items = nav(&entries, Some(&caller), path, Texts::new(Locale::Fr));
        let current = items.into_iter().filter(|item| item.current);
        current.map(|item| item.href).collect()
    };
    assert_eq!(marked("/my/waiting"), ["/my/appointments"]);
    assert_eq!(marked("/my/records/1"), ["/my/records"]);
    assert_eq!(marked("/my/waiters"), [""; 0]);
}

#[test]
fn the_language_switch_keeps_the_query() {
    let href = in_language(Locale::En, "/patients/", "search=a%20b&lang=fr&page=2");
    assert_eq!(href, "/patients/?search=a+b&page=2&lang=en");
}
