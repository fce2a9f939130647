//! What Firebase's refusals mean
//! (<https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode>).

use std::time::Duration;

use reqwest::{StatusCode, header::HeaderMap};
use serde::Deserialize;

use crate::{
    http,
    messaging::{ErrorClass, SendError},
};

/// The pause after too many messages where Firebase names none
/// (<https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode>, `QUOTA_EXCEEDED`: at
/// least a minute).
const SLOWER: Duration = Duration::from_secs(60);

const FCM_ERROR: &str = "type.googleapis.com/google.firebase.fcm.v1.FcmError";

#[derive(Deserialize, Default)]
struct Answer {
    #[serde(default)]
    error: Fault,
}

#[derive(Deserialize, Default)]
struct Fault {
    #[serde(default)]
    details: Vec<Detail>,
}

#[derive(Deserialize)]
struct Detail {
    #[serde(rename = "@type", default)]
    kind: String,
    #[serde(rename = "errorCode", default)]
    code: Option<String>,
    #[serde(rename = "fieldViolations", default)]
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    #[serde(default)]
    field: String,
}

impl Answer {
    fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    fn code(&self) -> Option<&str> {
        let named = self.error.details.iter().filter(|it| it.kind == FCM_ERROR);
        named.filter_map(|it| it.code.as_deref()).next()
    }

    /// Whether what is invalid is the device's token and not what we said.
    fn is_of_the_device(&self) -> bool {
        let mut fields = self
            .error
            .details
            .iter()
            .flat_map(|it| &it.fields)
            .peekable();
        fields.peek().is_none() || fields.any(|field| field.field == "message.token")
    }
}

/// Whether Firebase did not accept our token. It also says 401 when Apple or a browser's
/// service did not accept the project's own keys, which no new token mends.
pub(super) fn is_our_token(status: StatusCode, body: &[u8]) -> bool {
    status == StatusCode::UNAUTHORIZED
        && Answer::read(body).code() != Some("THIRD_PARTY_AUTH_ERROR")
}

/// What an answer other than 2xx means for a message. Firebase's sentence is dropped, it may
/// repeat the token.
pub(super) fn refused(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> SendError {
    let answer = Answer::read(body);
    let code = answer.code();
    let class = match (code, status) {
        (Some("UNREGISTERED"), _) => ErrorClass::DeviceGone,
        (Some("INVALID_ARGUMENT"), _) if answer.is_of_the_device() => ErrorClass::DeviceGone,
        // Of one device or of our own account's project: nobody is forgotten for that.
        (Some("SENDER_ID_MISMATCH" | "THIRD_PARTY_AUTH_ERROR"), _) => ErrorClass::Account,
        (Some("QUOTA_EXCEEDED"), _) | (_, StatusCode::TOO_MANY_REQUESTS) => ErrorClass::RateLimited,
        // It says itself that it took nothing and is to be asked again.
        (Some("UNAVAILABLE"), _) => ErrorClass::Transient,
        (_, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => {
            ErrorClass::Account
        }
        (_, status) if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT => {
            ErrorClass::ContentRefused
        }
        // A server that failed may have failed after it took the message.
        _ => ErrorClass::Unknown,
    };
    error(status, headers, (class, code))
}

/// What a refusal of a token means. Nothing was under way.
pub(super) fn grant_refused(status: StatusCode, headers: &HeaderMap) -> SendError {
    let class = match status {
        StatusCode::TOO_MANY_REQUESTS => ErrorClass::RateLimited,
        status if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT => {
            ErrorClass::Account
        }
        _ => ErrorClass::Transient,
    };
    error(status, headers, (class, Some("no token from Google")))
}

fn error(
    status: StatusCode,
    headers: &HeaderMap,
    (class, code): (ErrorClass, Option<&str>),
) -> SendError {
    let wait = http::retry_after(headers);
    let wait = match class {
        ErrorClass::RateLimited => Some(wait.unwrap_or(SLOWER)),
        _ => wait,
    };
    let known = code.unwrap_or("no code");
    SendError {
        code: i64::from(status.as_u16()).into(),
        retry_after: wait,
        silent: matches!(class, ErrorClass::Unknown | ErrorClass::Transient),
        ..SendError::new(
            class,
            format!("HTTP {}, {}", status.as_u16(), shortened(known)),
        )
    }
}

/// A code is a word in capitals; anything else is not repeated.
fn shortened(code: &str) -> &str {
    let is_word = code.len() <= 40
        && code
            .bytes()
            .all(|b| b.is_ascii_alphabetic() || b == b'_' || b == b' ');
    if is_word { code } else { "an unknown code" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fcm(code: &str, field: Option<&str>) -> String {
        let fields = field.map_or_else(Vec::new, |field| {
            vec![serde_json::json!({
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [{"field": field, "description": "Invalid value of secret-token"}],
            })]
        });
        let mut details = vec![serde_json::json!({"@type": FCM_ERROR, "errorCode": code})];
        details.extend(fields);
        let message = "secret-token was not found.";
        serde_json::json!({"error": {"code": 0, "message": message, "details": details}})
            .to_string()
    }

    #[test]
    fn answers_have_their_class() {
        let html = "<!DOCTYPE html><title>Error 502</title>".to_owned();
        for (status, body, class, silent) in [
            (
                404,
                fcm("UNREGISTERED", None),
                ErrorClass::DeviceGone,
                false,
            ),
            (
                400,
                fcm("INVALID_ARGUMENT", Some("message.token")),
                ErrorClass::DeviceGone,
                false,
            ),
            (
                400,
                fcm("INVALID_ARGUMENT", None),
                ErrorClass::DeviceGone,
                false,
            ),
            (
                400,
                fcm("INVALID_ARGUMENT", Some("message.android.ttl")),
                ErrorClass::ContentRefused,
                false,
            ),
            (400, "{}".into(), ErrorClass::ContentRefused, false),
            (
                403,
                fcm("SENDER_ID_MISMATCH", None),
                ErrorClass::Account,
                false,
            ),
            (403, "{}".into(), ErrorClass::Account, false),
            (404, "{}".into(), ErrorClass::Account, false),
            (
                401,
                fcm("THIRD_PARTY_AUTH_ERROR", None),
                ErrorClass::Account,
                false,
            ),
            (401, "{}".into(), ErrorClass::Account, false),
            (
                429,
                fcm("QUOTA_EXCEEDED", None),
                ErrorClass::RateLimited,
                false,
            ),
            (429, String::new(), ErrorClass::RateLimited, false),
            (503, fcm("UNAVAILABLE", None), ErrorClass::Transient, true),
            (500, fcm("INTERNAL", None), ErrorClass::Unknown, true),
            (502, html, ErrorClass::Unknown, true),
            (503, String::new(), ErrorClass::Unknown, true),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let error = refused(status, &HeaderMap::new(), body.as_bytes());
            assert_eq!(
                (error.class, error.silent),
                (class, silent),
                "{status} {body}"
            );
            assert!(
                !format!("{error} {error:?}").contains("secret-token"),
                "{error:?}"
            );
            let wait = (class == ErrorClass::RateLimited).then_some(SLOWER);
            assert_eq!(error.retry_after, wait, "{status} {body}");
        }
    }

    #[test]
    fn only_our_own_token_is_asked_for_again() {
        let unauthorized = StatusCode::UNAUTHORIZED;
        assert!(is_our_token(unauthorized, b"{}") && is_our_token(unauthorized, b""));
        let apple = fcm("THIRD_PARTY_AUTH_ERROR", None);
        assert!(!is_our_token(unauthorized, apple.as_bytes()));
        assert!(!is_our_token(StatusCode::FORBIDDEN, b"{}"));
    }

    #[test]
    fn a_grant_is_refused_for_good_or_for_now() {
        for (status, class) in [
            (400, ErrorClass::Account),
            (401, ErrorClass::Account),
            (429, ErrorClass::RateLimited),
            (500, ErrorClass::Transient),
            (302, ErrorClass::Transient),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let error = grant_refused(status, &HeaderMap::new());
            assert_eq!(error.class, class, "{status}");
        }
    }
}
