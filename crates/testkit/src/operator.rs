//! A local operator's HTTP interface of our own on loopback, with faults on demand. Like the
//! Twilio it shares no code with `ports`.

use std::{io, sync::Arc};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};

use crate::{
    provider::{Progress, Record, Serving, listen},
    twilio::listener::Peer,
};

/// The key it accepts.
pub const KEY: &str = "operator-key-that-opens-nothing";
/// What stands in the address that it calls.
pub const SECRET: &str = "kJ3v9qYc2mXw7RtZ";

/// What goes wrong with one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Nothing does.
    None,
    /// Nothing is taken; the answer has this status and this word.
    Refuse(u16, &'static str),
    /// Nothing is taken; 429 with this `Retry-After`.
    TooManyRequests(u64),
    /// Nothing is taken, the connection is closed without an answer.
    CloseWithoutAccepting,
    /// It is taken, and no answer ever comes.
    HangAfterAccepting,
    /// It is taken, then the connection is closed without an answer.
    AcceptThenClose,
    /// It is taken, the answer is 503.
    ErrorAfterAccepting,
    /// It is taken, the answer is a page.
    GarbageAfterAccepting,
    /// Another call overtakes the answer: it is taken, and the test says when to answer.
    AnswerLater,
}

#[derive(Debug, Default)]
struct Kept {
    record: Record<Value, Fault>,
    answer: tokio::sync::Notify,
}

/// A running fake. It stops when dropped.
#[derive(Debug)]
pub struct FakeOperator {
    base_url: String,
    kept: Arc<Kept>,
    _serving: Serving,
}

impl FakeOperator {
    /// Starts one on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When there is no port to listen on.
    pub async fn start() -> io::Result<Self> {
        let (listener, base_url) = listen().await?;
        let kept = Arc::new(Kept::default());
        let router = Router::new()
            .route("/sms", post(send))
            .with_state(Arc::clone(&kept));
        Ok(Self {
            base_url,
            kept,
            _serving: Serving::at(listener, router),
        })
    }

    /// The file that describes it, with these lines before its tables.
    #[must_use]
    pub fn description(&self, lines: &str) -> String {
        let base = &self.base_url;
        format!(
            r#"
            url = "{base}/sms"
            format = "json"
            from = "CLINIQUE"
            {lines}
            [headers]
            Authorization = "Bearer {{env:OPERATOR_KEY}}"
            [parameters]
            to = "{{to}}"
            from = "{{from}}"
            text = "{{text}}"
            ref = "{{id}}"
            [answer]
            id = "/messages/0/id"
            status = "/messages/0/status"
            accepted = ["OK"]
            [answer.refusals]
            NO_CREDIT = "account"
            BAD_NUMBER = "bad_number"
            BLACKLISTED = "opted_out"
            BUSY = "transient"
            [call_back]
            secret = "OPERATOR_SECRET"
            id = "id"
            status = "status"
            sent = ["SENT"]
            delivered = ["DELIVERED"]
            failed = ["FAILED", "EXPIRED"]
            "#
        )
    }

    /// The environment that the file speaks of.
    #[must_use]
    pub fn env(name: &str) -> Option<String> {
        match name {
            "OPERATOR_KEY" => Some(KEY.to_owned()),
            "OPERATOR_SECRET" => Some(SECRET.to_owned()),
            _ => None,
        }
    }

    /// What happens to the next messages; later ones go well.
    pub fn script(&self, faults: impl IntoIterator<Item = Fault>) {
        self.kept.record.script(faults);
    }

    /// The same in place of what was to happen.
    pub fn script_instead(&self, faults: impl IntoIterator<Item = Fault>) {
        self.kept.record.script_instead(faults);
    }

    /// Lets a message that was taken with [`Fault::AnswerLater`] be answered.
    pub fn answer(&self) {
        self.kept.answer.notify_one();
    }

    /// Every message it took, oldest first: `to`, `from`, `text`, `ref`, and its own `id`.
    #[must_use]
    pub fn messages(&self) -> Vec<Value> {
        self.kept.record.taken()
    }

    /// How many messages were tried.
    #[must_use]
    pub fn attempts(&self) -> usize {
        self.progress().attempts()
    }

    /// How far it has come.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        self.kept.record.progress()
    }
}

fn answer(status: u16, word: &str, id: Option<&str>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let message = json!({"status": word, "id": id, "detail": "+243812345678 was asked for"});
    (status, Json(json!({"messages": [message]}))).into_response()
}

async fn send(
    State(kept): State<Arc<Kept>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    kept.record.attempt();
    let given = headers.get(header::AUTHORIZATION);
    if given.is_none_or(|given| given != format!("Bearer {KEY}").as_str()) {
        return answer(401, "WHO", None);
    }
    let fault = kept.record.next_fault();
    match &fault {
        Some(Fault::Refuse(status, word)) => return answer(*status, word, None),
        Some(Fault::TooManyRequests(seconds)) => {
            let wait = [(header::RETRY_AFTER, seconds.to_string())];
            return (StatusCode::TOO_MANY_REQUESTS, wait).into_response();
        }
        Some(Fault::CloseWithoutAccepting) => {
            peer.cut();
            return StatusCode::OK.into_response();
        }
        _ => {}
    }
    let Ok(mut message) = serde_json::from_slice::<Value>(&body) else {
        return answer(400, "WHAT", None);
    };
    let message = kept.record.take(|number| {
        message["id"] = json!(format!("OP-{number}"));
        message
    });
    let id = message["id"].as_str();
    match fault {
        Some(Fault::HangAfterAccepting) => kept.record.hang().await,
        Some(Fault::AcceptThenClose) => {
            peer.cut();
            StatusCode::OK.into_response()
        }
        Some(Fault::ErrorAfterAccepting) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Some(Fault::GarbageAfterAccepting) => Html("<p>Welcome</p>").into_response(),
        Some(Fault::AnswerLater) => {
            kept.answer.notified().await;
            answer(200, "OK", id)
        }
        _ => answer(200, "OK", id),
    }
}
