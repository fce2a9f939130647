use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use kernel::Problem;
use serde::Serialize;

use super::texts::{FieldText, ProblemTexts};
use crate::facts::Facts;

/// RFC 9457.
#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldText],
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge: Option<&'a str>,
    request_id: &'a str,
}

pub(super) fn answer(problem: &Problem, texts: &ProblemTexts, facts: &Facts) -> Response {
    let code = problem.stable_code();
    let body = Body {
        r#type: format!("urn:lafiya:problem:{code}"),
        title: &texts.title,
        status: problem.status(),
        detail: &texts.detail,
        code,
        errors: &texts.errors,
        challenge: problem.challenge.as_ref().map(|secret| secret.as_str()),
        request_id: facts.request_id(),
    };
    // Strings and numbers always serialise.
    let body = serde_json::to_vec(&body).unwrap_or_default();
    let kind = HeaderValue::from_static("application/problem+json");
    let language = HeaderValue::from_static(facts.locale().as_str());
    (
        [
            (header::CONTENT_TYPE, kind),
            (header::CONTENT_LANGUAGE, language),
        ],
        body,
    )
        .into_response()
}
