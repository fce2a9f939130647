use std::collections::BTreeMap;

use super::*;
use crate::testing::*;

fn file(path: &str) -> &'static [u8] {
    FILES.get(path).unwrap().bytes
}

fn text(path: &str) -> &'static str {
    std::str::from_utf8(file(path)).unwrap()
}

#[tokio::test]
async fn an_address_with_its_hash_is_kept_for_ever() {
    let app = app(Routes::new());
    let line = format!("GET {}", url("app.css"));
    let answer = send(&app, &line, &[], "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(
        answer.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let tag = answer.header("etag").to_owned();
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
        let again = send(&app, &line, &[("if-none-match", &known)], "").await;
        assert_eq!((again.status.as_u16(), again.bytes.len()), (304, 0));
        assert_eq!(again.header("etag"), tag);
    }
}

#[tokio::test]
async fn an_old_address_is_served_but_not_kept() {
    let app = app(Routes::new());
    let old = send(&app, "GET /assets/0123456789ab/app.js", &[], "").await;
    assert_eq!(
        (old.status.as_u16(), old.header("cache-control")),
        (200, "no-cache")
    );
    for line in [
        "GET /assets/0123456789ab/none.js",
        "GET /assets/0123456789ab/../Cargo.toml",
    ] {
        assert_eq!(
            send(&app, line, &[], "").await.problem(),
            (404, "not-found".into())
        );
    }
    assert_eq!(url("none.js"), "/assets/missing/none.js");
}

#[tokio::test]
async fn the_first_page_loads_little() {
    let app = app(Routes::new());
    let mut bytes = 0;
    for path in [
        "app.css",
        "app.js",
        "vendor/htmx.min.js",
        "vendor/htmx-ext-sse.min.js",
        "favicon.svg",
    ] {
        let line = format!("GET {}", url(path));
        let answer = send(&app, &line, &[("accept-encoding", "gzip")], "").await;
        bytes += answer.bytes.len();
    }
    assert!(bytes < 30_000, "{bytes} bytes compressed");
    assert!(file("app.css").len() < 14_000, "{}", file("app.css").len());
    assert!(file("app.js").len() < 3_100, "{}", file("app.js").len());
}

#[test]
fn nothing_needs_what_the_policy_forbids() {
    for path in FILES.keys().filter(|path| !path.starts_with("vendor/")) {
        assert!(
            !text(path).contains("url(http") && !text(path).contains("eval("),
            "{path}"
        );
    }
    assert!(text("vendor/README.md").contains("2.0.11"));
    assert!(
        text("vendor/htmx.min.js").contains("2.0.11"),
        "the table names the version that is there"
    );
}

/// The colours of a scheme by name; the dark ones stand in a block of their own.
fn colours(css: &str, dark: bool) -> BTreeMap<&str, [f64; 3]> {
    let (light, rest) = css
        .split_once("@media (prefers-color-scheme: dark)")
        .unwrap();
    let block = if dark {
        rest.split("* {").next().unwrap()
    } else {
        light
    };
    block.lines().filter_map(colour).collect()
}

fn colour(line: &str) -> Option<(&str, [f64; 3])> {
    let (name, value) = line
        .trim()
        .strip_prefix("--")?
        .strip_suffix(';')?
        .split_once(": #")?;
    let number = u32::from_str_radix(value, 16).ok()?;
    let channel = |shift: u32| f64::from(number >> shift & 0xff) / 255.0;
    Some((name, [channel(16), channel(8), channel(0)]))
}

/// Relative luminance and contrast as WCAG 2.2 defines them.
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let linear = |c: f64| {
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    };
    let light = |c: [f64; 3]| 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
    let (a, b) = (light(a), light(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_text_can_be_read_in_both_schemes() {
    let grounds = ["bg", "surface", "sunken", "soft"];
    let mut pairs = vec![
        ("on-accent", "accent", 4.5),
        ("danger", "danger-soft", 4.5),
        ("warn", "warn-soft", 4.5),
        ("info", "info-soft", 4.5),
        ("edge", "surface", 3.0),
    ];
    pairs.extend(
        grounds
            .iter()
            .flat_map(|ground| [("ink", *ground, 4.5), ("muted", *ground, 4.5)]),
    );
    pairs.extend(["bg", "surface", "soft"].map(|ground| ("accent", ground, 4.5)));
    pairs.extend(["bg", "surface", "soft"].map(|ground| ("danger", ground, 4.5)));
    let tinted = ["note-soft", "danger-soft", "warn-soft", "info-soft"];
    pairs.extend(
        tinted
            .iter()
            .flat_map(|ground| [("ink", *ground, 4.5), ("muted", *ground, 4.5)]),
    );
    for dark in [false, true] {
        let colours = colours(text("app.css"), dark);
        for (front, ground, least) in &pairs {
            let ratio = contrast(colours[front], colours[ground]);
            assert!(
                ratio >= *least,
                "{front} on {ground}, dark {dark}: {ratio:.2}"
            );
        }
    }
}
