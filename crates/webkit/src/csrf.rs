//! Forms that only our own pages can send: the request comes from our origin
//! and repeats a secret that other sites cannot read.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use kernel::{Problem, ProblemKind};
use subtle::ConstantTimeEq;

use crate::{Kind, Via, cookies, facts::Facts};

/// The name of the form field.
pub(crate) const FIELD: &str = "csrf";
/// The name of the header that htmx sends.
const HEADER: &str = "x-csrf-token";
const COOKIE: &str = "csrf";
/// How far into a form with files its token is looked for, in bytes.
const FIRST_PART: usize = 4096;

/// Stands in the extensions of a request that may open a form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Checked;

/// The secret that forms of this caller repeat: the session's, or for
/// visitors one that a cookie carries too.
pub(crate) fn expected(facts: &Facts, headers: &HeaderMap) -> Option<String> {
    match facts.principal() {
        Some(principal) => Some(principal.csrf.clone()),
        None => cookies::read(headers, &cookie_name(facts)),
    }
    .filter(|token| !token.is_empty())
}

fn cookie_name(facts: &Facts) -> String {
    cookies::hosted(COOKIE, facts.kit().settings().is_https())
}

/// A new secret for a visitor, as the cookie that carries it.
pub(crate) fn new_cookie(facts: &Facts) -> Option<HeaderValue> {
    let token = facts.kit().rng().secret(16);
    let cookie = cookies::write(
        &cookie_name(facts),
        &token,
        None,
        facts.kit().settings().is_https(),
    );
    facts.set_csrf(token);
    cookie
}

/// Whether this request changes something with nothing but a cookie to prove
/// who sends it.
pub(crate) fn is_needed(facts: &Facts) -> bool {
    let via = facts.principal().map(|principal| principal.via);
    match facts.kind() {
        Kind::Page => via != Some(Via::Bearer),
        Kind::Api | Kind::Plain => via == Some(Via::Session),
    }
}

/// Checks origin and token. A urlencoded body is read for it and put back.
pub(crate) async fn check(facts: &Facts, request: Request) -> Result<Request, Problem> {
    let bad = || Problem::new(ProblemKind::BadCsrf);
    if !same_origin(facts, request.headers()) {
        return Err(bad());
    }
    let expected = expected(facts, request.headers()).ok_or_else(bad)?;
    let given = request
        .headers()
        .get(HEADER)
        .map(|value| value.as_bytes().to_vec());
    let (given, mut request) = match given {
        Some(given) => (Some(given), request),
        None => from_body(facts, request).await?,
    };
    let same = given.is_some_and(|given| given.ct_eq(expected.as_bytes()).into());
    if !same {
        return Err(bad());
    }
    request.extensions_mut().insert(Checked);
    Ok(request)
}

async fn from_body(facts: &Facts, request: Request) -> Result<(Option<Vec<u8>>, Request), Problem> {
    if is_multipart(request.headers()) {
        return from_first_part(request).await;
    }
    if !is_urlencoded(request.headers()) {
        return Ok((None, request));
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, facts.kit().settings().body_limit)
        .await
        .map_err(|_| Problem::new(ProblemKind::TooLarge))?;
    let given = field(&bytes);
    Ok((given, Request::from_parts(parts, Body::from(bytes))))
}

/// The token of a form with files stands in its first part: the files behind it
/// are not read before somebody is known to want them.
async fn from_first_part(request: Request) -> Result<(Option<Vec<u8>>, Request), Problem> {
    let (parts, body) = request.into_parts();
    let mut rest = body.into_data_stream();
    let mut head = Vec::new();
    while head.len() < FIRST_PART && first_part(&head).is_none() {
        match rest.try_next().await {
            Ok(Some(chunk)) => head.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(_) => return Err(Problem::new(ProblemKind::Malformed)),
        }
    }
    let given = first_part(&head);
    let whole = stream::iter([Ok(Bytes::from(head))]).chain(rest);
    let request = Request::from_parts(parts, Body::from_stream(whole));
    Ok((given, request))
}

/// The value of the first part, if it is the token. Whoever knows the token may
/// send it in any shape.
fn first_part(head: &[u8]) -> Option<Vec<u8>> {
    let find = |what: &[u8], from: usize| {
        let found = head
            .get(from..)?
            .windows(what.len())
            .position(|at| at == what);
        found.map(|at| at + from)
    };
    let begin = find(b"\r\n\r\n", 0)? + 4;
    let end = find(b"\r\n", begin)?;
    let name = find(format!("name=\"{FIELD}\"").as_bytes(), 0)?;
    (name < begin).then(|| head[begin..end].to_vec())
}

fn field(body: &Bytes) -> Option<Vec<u8>> {
    let mut pairs = form_urlencoded::parse(body);
    let found = pairs.find(|(key, _)| key == FIELD);
    found.map(|(_, value)| value.into_owned().into_bytes())
}

pub(crate) fn is_urlencoded(headers: &HeaderMap) -> bool {
    is_of(headers, "application/x-www-form-urlencoded")
}

/// Whether a body is a form with files.
pub(crate) fn is_multipart(headers: &HeaderMap) -> bool {
    is_of(headers, "multipart/form-data")
}

fn is_of(headers: &HeaderMap, wanted: &str) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let bare = kind
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    bare.trim().eq_ignore_ascii_case(wanted)
}

/// Browsers say where a request comes from; what says nothing is no browser,
/// or an old one, and has to know the token all the same.
fn same_origin(facts: &Facts, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text("origin") else {
        return true;
    };
    let Some((_, authority)) = origin.split_once("://") else {
        return false;
    };
    authority == facts.kit().settings().authority() || Some(authority) == text("host")
}
