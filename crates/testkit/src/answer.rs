//! What the router answers, and what tests read in it.

use axum::http::{StatusCode, header};
use serde_json::Value;

/// An answer of the router.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: axum::http::HeaderMap,
    /// The body as text.
    pub text: String,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// A problem that reaches a client has a code of the list, with its status.
    pub(crate) fn assert_listed(&self) {
        let kind = self.headers.get(header::CONTENT_TYPE);
        if kind.is_none_or(|kind| kind != "application/problem+json") {
            return;
        }
        let code = self.json()["code"].as_str().unwrap_or_default().to_owned();
        let codes = clinic::codes();
        let listed = codes.iter().find(|(listed, _)| *listed == code);
        assert_eq!(
            listed.map(|(_, kind)| kind.status()),
            Some(self.status.as_u16()),
            "{code} is not in clinic::CODES"
        );
    }
}

/// The body of a success.
///
/// # Panics
/// For any other answer.
pub fn ok(answer: Answer) -> Value {
    assert!(answer.status.is_success(), "{}", answer.text);
    answer.json()
}

/// The status and the problem's code; empty when the answer is none.
#[must_use]
pub fn code(answer: &Answer) -> (u16, String) {
    let code = answer.json()["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (answer.status.as_u16(), code)
}

/// What [`code`] says of a conflict.
#[must_use]
pub fn conflict(code: &str) -> (u16, String) {
    (409, code.to_owned())
}

/// Each field that is wrong, and why.
#[must_use]
pub fn faults(answer: &Answer) -> Vec<(String, String)> {
    let json = answer.json();
    let errors = json["errors"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    errors
        .iter()
        .map(|error| (text(&error["field"]), text(&error["code"])))
        .collect()
}

/// The status and the one field that is wrong, and why.
#[must_use]
pub fn fault(answer: &Answer) -> (u16, String, String) {
    let (field, why) = faults(answer).into_iter().next().unwrap_or_default();
    (answer.status.as_u16(), field, why)
}
