//! What an operator's answers mean.

use std::collections::BTreeMap;

use reqwest::{StatusCode, header::HeaderMap};
use serde_json::Value;

use crate::{
    http,
    messaging::{ErrorClass, SendError},
};

/// How an answer is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct AnswerRules {
    /// Where the operator's id stands (JSON pointer, RFC 6901).
    pub(super) id: Option<String>,
    /// Where the word stands that says whether it was taken.
    pub(super) status: Option<String>,
    /// The words that say so; any other leaves it open. Empty: words say only no.
    pub(super) accepted: Vec<String>,
    /// The words that say no, and what they mean.
    pub(super) refusals: BTreeMap<String, ErrorClass>,
}

impl AnswerRules {
    /// The operator's id of a message that it took, if it names one.
    ///
    /// # Errors
    /// The class of the refusal; [`ErrorClass::Unknown`] for what says neither yes nor no.
    pub(super) fn read(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Option<String>, SendError> {
        let answer: Option<Value> = serde_json::from_slice(body).ok();
        let find = |pointer: &Option<String>| find(answer.as_ref()?, pointer.as_ref()?);
        let word = find(&self.status);
        // A server that failed may have failed after it took the message, whatever it says.
        if !status.is_server_error()
            && let Some((word, class)) = word.as_ref().and_then(|w| self.refusals.get_key_value(w))
        {
            return Err(SendError {
                retry_after: http::retry_after(headers),
                ..SendError::new(*class, format!("the operator refuses: {word}"))
            });
        }
        if !status.is_success() {
            return Err(refusal(status, headers));
        }
        if answer.is_none() && (self.id.is_some() || self.status.is_some()) {
            let why = "the answer is unreadable";
            return Err(SendError::silence(ErrorClass::Unknown, why));
        }
        let says_yes = |word: String| self.accepted.contains(&word);
        if !self.accepted.is_empty() && !word.is_some_and(says_yes) {
            let why = "the answer says neither yes nor no";
            return Err(SendError::new(ErrorClass::Unknown, why));
        }
        let id = find(&self.id);
        if self.id.is_some() && id.is_none() {
            let why = "the answer names no id";
            return Err(SendError::new(ErrorClass::Unknown, why));
        }
        Ok(id)
    }
}

/// The text or number at a place, if there is one.
pub(super) fn find(value: &Value, pointer: &str) -> Option<String> {
    match value.pointer(pointer)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

/// What a status other than 2xx means by itself.
fn refusal(status: StatusCode, headers: &HeaderMap) -> SendError {
    let class = match status {
        StatusCode::TOO_MANY_REQUESTS => ErrorClass::RateLimited,
        StatusCode::UNAUTHORIZED
        | StatusCode::PAYMENT_REQUIRED
        | StatusCode::FORBIDDEN
        | StatusCode::NOT_FOUND
        | StatusCode::METHOD_NOT_ALLOWED => ErrorClass::Account,
        status if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT => {
            ErrorClass::ContentRefused
        }
        // 1xx and 3xx say nothing about the message, and 5xx may have come after it was taken.
        _ => ErrorClass::Unknown,
    };
    SendError {
        code: i64::from(status.as_u16()).into(),
        retry_after: http::retry_after(headers),
        silent: class == ErrorClass::Unknown,
        ..SendError::new(
            class,
            format!("the operator answers HTTP {}", status.as_u16()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> AnswerRules {
        AnswerRules {
            id: Some("/sms/0/id".into()),
            status: Some("/sms/0/code".into()),
            accepted: vec!["0".into()],
            refusals: BTreeMap::from([
                ("11".to_owned(), ErrorClass::BadNumber),
                ("42".to_owned(), ErrorClass::RateLimited),
            ]),
        }
    }

    fn read(rules: &AnswerRules, status: u16, body: &str) -> Result<Option<String>, SendError> {
        let status = StatusCode::from_u16(status).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", "7".parse().unwrap());
        rules.read(status, &headers, body.as_bytes())
    }

    #[test]
    fn answers_have_their_class() {
        for (status, body, class, silent) in [
            (
                200,
                r#"{"sms":[{"code":11}]}"#,
                ErrorClass::BadNumber,
                false,
            ),
            (
                400,
                r#"{"sms":[{"code":"11"}]}"#,
                ErrorClass::BadNumber,
                false,
            ),
            (
                200,
                r#"{"sms":[{"code":42}]}"#,
                ErrorClass::RateLimited,
                false,
            ),
            (200, "OK", ErrorClass::Unknown, true),
            (200, "", ErrorClass::Unknown, true),
            (
                200,
                r#"{"sms":[{"code":7,"id":1}]}"#,
                ErrorClass::Unknown,
                false,
            ),
            (200, r#"{"sms":[{"code":0}]}"#, ErrorClass::Unknown, false),
            (200, r#"{"sms":[{"id":1}]}"#, ErrorClass::Unknown, false),
            (302, "", ErrorClass::Unknown, true),
            (400, "", ErrorClass::ContentRefused, false),
            (401, "", ErrorClass::Account, false),
            (402, "", ErrorClass::Account, false),
            (404, "", ErrorClass::Account, false),
            (408, "", ErrorClass::Unknown, true),
            (429, "", ErrorClass::RateLimited, false),
            (500, "", ErrorClass::Unknown, true),
            // Even a word we know does not make a 5xx certain.
            (503, r#"{"sms":[{"code":11}]}"#, ErrorClass::Unknown, true),
        ] {
            let error = read(&rules(), status, body).unwrap_err();
            assert_eq!(
                (error.class, error.silent),
                (class, silent),
                "{status} {body}"
            );
        }
        let slower = read(&rules(), 429, "").unwrap_err();
        assert_eq!(slower.retry_after.map(|wait| wait.as_secs()), Some(7));
    }

    #[test]
    fn what_was_taken_has_the_operators_id() {
        let taken = r#"{"sms":[{"code":0,"id":"A-1"}]}"#;
        assert_eq!(read(&rules(), 200, taken).unwrap().as_deref(), Some("A-1"));
        let taken = r#"{"sms":[{"code":"0","id":17}]}"#;
        assert_eq!(read(&rules(), 202, taken).unwrap().as_deref(), Some("17"));
        // Where nothing is to be read, the status alone decides.
        let silent = AnswerRules::default();
        assert_eq!(read(&silent, 200, "<html>").unwrap(), None);
        assert!(read(&silent, 400, "").is_err());
    }
}
