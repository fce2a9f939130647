use askama::Template;
use axum::{
    http::{HeaderValue, Method, Uri, header},
    response::{Html, IntoResponse, Response},
};
use kernel::Problem;

use super::texts::ProblemTexts;
use crate::{Shell, facts::Facts};

#[derive(Template)]
#[template(path = "layout/problem.html")]
struct Page<'a> {
    shell: Shell,
    texts: &'a ProblemTexts,
    status: u16,
    request_id: &'a str,
}

#[derive(Template)]
#[template(path = "layout/problem_toast.html")]
struct Toast<'a> {
    shell: Shell,
    texts: &'a ProblemTexts,
    request_id: &'a str,
}

/// A whole page.
pub(super) fn page(problem: &Problem, texts: &ProblemTexts, facts: &Facts) -> Response {
    let page = Page {
        shell: Shell::of(facts),
        texts,
        status: problem.status(),
        request_id: facts.request_id(),
    };
    written(page.render())
}

/// A notice on the page that asked through htmx; what it shows stays as it is.
pub(super) fn toast(texts: &ProblemTexts, facts: &Facts) -> Response {
    let toast = Toast {
        shell: Shell::of(facts),
        texts,
        request_id: facts.request_id(),
    };
    let mut response = written(toast.render());
    let headers = response.headers_mut();
    headers.insert("hx-retarget", HeaderValue::from_static("#toasts"));
    headers.insert("hx-reswap", HeaderValue::from_static("beforeend"));
    // The form that asked may select a part of the page it expected.
    headers.insert("hx-reselect", HeaderValue::from_static(".toast"));
    response
}

fn written(rendered: askama::Result<String>) -> Response {
    match rendered {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "the page of a problem cannot be rendered");
            Html(String::new()).into_response()
        }
    }
}

/// Sends who is not signed in to where he can, and back afterwards.
pub(super) fn sign_in(method: &Method, facts: &Facts, current: Option<&str>) -> Response {
    let back = match current {
        Some(url) => local_part(url),
        None if method.is_safe() => facts.uri().path_and_query().map(ToString::to_string),
        None => None,
    };
    let sign_in = facts.kit().settings().sign_in;
    let target = match back {
        Some(back) => {
            let encoded: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
            format!("{sign_in}?next={encoded}")
        }
        None => sign_in.to_owned(),
    };
    let target = HeaderValue::from_str(&target).unwrap_or(HeaderValue::from_static("/"));
    let name = if facts.is_htmx() {
        "hx-redirect"
    } else {
        header::LOCATION.as_str()
    };
    ([(name, target)], ()).into_response()
}

fn local_part(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    uri.path_and_query().map(ToString::to_string)
}
