//! Twilio's JSON, as far as we read it
//! (<https://www.twilio.com/docs/messaging/api/message-resource>,
//! <https://www.twilio.com/docs/voice/api/call-resource>).

use kernel::Timestamp;
use reqwest::{StatusCode, header::HeaderMap};
use serde::Deserialize;

use super::codes::{class_of, title_of};
use crate::{
    http::retry_after,
    messaging::{ErrorClass, SendError},
};

/// A message as the API shows it, or a call, which has no body.
#[derive(Deserialize)]
pub(super) struct Message {
    pub(super) sid: String,
    #[serde(default)]
    pub(super) body: Option<String>,
    #[serde(default)]
    pub(super) direction: String,
    #[serde(default)]
    pub(super) status: String,
    #[serde(default)]
    pub(super) error_code: Option<i64>,
    #[serde(default)]
    date_created: Option<String>,
}

impl Message {
    /// When Twilio took it; `date_sent` and a call's `start_time` stay null while it is
    /// queued.
    pub(super) fn created(&self) -> Option<Timestamp> {
        rfc2822(self.date_created.as_deref()?)
    }
}

/// One page of messages or of calls.
#[derive(Deserialize)]
pub(super) struct MessagePage {
    #[serde(alias = "calls")]
    pub(super) messages: Vec<Message>,
    /// A path on the API's host; null on the last page.
    #[serde(default)]
    pub(super) next_page_uri: Option<String>,
}

#[derive(Deserialize, Default)]
struct Fault {
    #[serde(default)]
    code: Option<i64>,
}

fn rfc2822(text: &str) -> Option<Timestamp> {
    let parsed = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp::from_micros(parsed.timestamp().as_microsecond()))
}

/// What an answer other than 2xx means for a message. Twilio's sentence is
/// dropped, it may repeat the number.
pub(crate) fn refusal(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> SendError {
    let code = serde_json::from_slice::<Fault>(body)
        .unwrap_or_default()
        .code;
    let title = code.and_then(title_of).unwrap_or("not described");
    let detail = match code {
        Some(code) => format!("HTTP {}, Twilio error {code}: {title}", status.as_u16()),
        None => format!("HTTP {}", status.as_u16()),
    };
    let class = class(status, code);
    SendError {
        class,
        code,
        detail,
        retry_after: retry_after(headers),
        // No answer of the API itself leaves a message's fate open.
        silent: class == ErrorClass::Unknown,
    }
}

fn class(status: StatusCode, code: Option<i64>) -> ErrorClass {
    // A server that failed may have failed after it took the message.
    if status.is_server_error() {
        return ErrorClass::Unknown;
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        return ErrorClass::RateLimited;
    }
    if let Some(class) = code.and_then(class_of) {
        return class;
    }
    match status {
        StatusCode::UNAUTHORIZED
        | StatusCode::PAYMENT_REQUIRED
        | StatusCode::FORBIDDEN
        | StatusCode::NOT_FOUND => ErrorClass::Account,
        StatusCode::REQUEST_TIMEOUT => ErrorClass::Unknown,
        // The request as we made it is refused; the same again would be too.
        status if status.is_client_error() => ErrorClass::ContentRefused,
        // 1xx and 3xx say nothing about the message.
        _ => ErrorClass::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, body: &str) -> SendError {
        refusal(
            StatusCode::from_u16(status).unwrap(),
            &HeaderMap::new(),
            body.as_bytes(),
        )
    }

    #[test]
    fn answers_have_their_class() {
        for (status, body, class) in [
            (400, r#"{"code":21211}"#, ErrorClass::BadNumber),
            (400, r#"{"code":21610}"#, ErrorClass::OptedOut),
            (400, r#"{"code":63016}"#, ErrorClass::OutOfWindow),
            (400, r#"{"code":99999}"#, ErrorClass::ContentRefused),
            (400, "not json", ErrorClass::ContentRefused),
            (401, r#"{"code":20003}"#, ErrorClass::Account),
            (403, "{}", ErrorClass::Account),
            (404, "", ErrorClass::Account),
            (408, "", ErrorClass::Unknown),
            (429, r#"{"code":20429}"#, ErrorClass::RateLimited),
            (302, "", ErrorClass::Unknown),
            (500, r#"{"code":20500}"#, ErrorClass::Unknown),
            (503, "", ErrorClass::Unknown),
            (429, r#"{"code":20429}"#, ErrorClass::RateLimited),
            // Even a code we know does not make a 5xx certain.
            (500, r#"{"code":21211}"#, ErrorClass::Unknown),
        ] {
            let refused = refused(status, body);
            assert_eq!(refused.class, class, "{status} {body}");
            assert_eq!(
                refused.silent,
                class == ErrorClass::Unknown,
                "{status} {body}"
            );
        }
    }

    #[test]
    fn the_providers_sentence_is_not_repeated() {
        let error = refused(
            400,
            r#"{"code":21211,"message":"The 'To' number +221771234567 is not valid."}"#,
        );
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("771234567"), "{shown}");
        assert_eq!(
            error.to_string(),
            "bad_number: HTTP 400, Twilio error 21211: invalid To number"
        );
    }

    #[test]
    fn reads_how_long_to_wait() {
        for (value, expected) in [
            ("3", Some(3)),
            (" 7 ", Some(7)),
            ("999999", Some(3600)),
            ("-1", None),
            ("Fri, 31 Dec 1999 23:59:59 GMT", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", value.parse().unwrap());
            let seconds = retry_after(&headers).map(|d| d.as_secs());
            assert_eq!(seconds, expected, "{value}");
        }
    }

    #[test]
    fn reads_twilios_dates() {
        assert_eq!(
            rfc2822("Thu, 24 Aug 2023 05:01:45 +0000"),
            Timestamp::parse("2023-08-24T05:01:45Z").ok()
        );
        assert_eq!(rfc2822("2023-08-24"), None);
    }
}
