use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::{Kind, facts::Facts};

const ALWAYS: [(HeaderName, HeaderValue); 6] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
];

/// `form-action` stands last, so that a page can add to it.
const CSP_TEXT: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
const CSP: HeaderValue = HeaderValue::from_static(CSP_TEXT);

/// The policy of a page whose form leads, by a redirect, to `origin`: browsers
/// hold redirects of forms against `form-action` as well (CSP 3, 6.4.2). `None`
/// when no header can carry it.
#[must_use]
pub fn policy_with_form_to(origin: &str) -> Option<(HeaderName, HeaderValue)> {
    let value = HeaderValue::from_str(&format!("{CSP_TEXT} {origin}")).ok()?;
    Some((header::CONTENT_SECURITY_POLICY, value))
}

/// Swagger UI sets styles in its markup.
const CSP_OF_DOCS: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
);

const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// For a page whose address is a secret: who follows a link out of it does not tell where
/// he was, and it goes into no index.
pub const UNSEEN: [(HeaderName, HeaderValue); 2] = [
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex, nofollow, noarchive"),
    ),
];

/// Adds the security headers. What a handler set itself stays.
pub(super) fn add(headers: &mut HeaderMap, facts: &Facts) {
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    let docs = facts.uri().path().starts_with("/api/docs");
    let csp = if docs { CSP_OF_DOCS } else { CSP };
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(csp);
    if facts.kit().settings().is_https() {
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(HSTS);
    }
    // Pages and API answers hold what only this caller may see.
    if facts.kind() != Kind::Plain {
        headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
    }
}
