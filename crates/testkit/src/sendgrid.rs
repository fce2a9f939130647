//! A SendGrid of our own on loopback: Mail Send on its documented wire format, with faults
//! on demand, and its signed events. Like the Twilio it shares no code with `ports`.

use std::{io, sync::Arc};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::Rng;
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    pkcs8::EncodePublicKey,
};
use serde_json::{Value, json};

use crate::{
    provider::{Record, Serving, listen},
    twilio::listener::Peer,
};

/// The key it accepts.
pub const KEY: &str = "SG.test-key-that-opens-nothing";

/// What goes wrong with one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is taken; the answer has this status and complains of this field.
    Refuse(u16, &'static str),
    /// Nothing is taken, the connection is closed without an answer.
    CloseWithoutAccepting,
    /// It is taken, then the connection is closed without an answer.
    AcceptThenClose,
    /// It is taken, the answer is 503.
    ErrorAfterAccepting,
}

/// A mail it took.
#[derive(Debug, Clone)]
pub struct FakeMail {
    /// `X-Message-Id`.
    pub id: String,
    /// The request's body.
    pub body: Value,
}

impl FakeMail {
    /// Whom it goes to.
    ///
    /// # Panics
    /// When it goes to nobody.
    #[must_use]
    pub fn to(&self) -> &str {
        let to = &self.body["personalizations"][0]["to"][0]["email"];
        to.as_str().expect("an address")
    }

    /// An event about it, as SendGrid posts it: its own words, and our arguments beside
    /// them.
    #[must_use]
    pub fn event(&self, name: &str, id: &str) -> Value {
        let mut event = json!({
            "email": self.to(),
            "timestamp": 1_772_445_600,
            "smtp-id": self.body["headers"]["Message-ID"],
            "event": name,
            "sg_event_id": id,
            "sg_message_id": format!("{}.recvd-5f54b5d587-hh2t9-1-6570A1B2-1E.0", self.id),
        });
        let arguments = self.body["personalizations"][0]["custom_args"].as_object();
        for (name, value) in arguments.into_iter().flatten() {
            event[name] = value.clone();
        }
        event
    }
}

type Kept = Record<FakeMail, Fault>;

/// A running fake. It stops when dropped.
#[derive(Debug)]
pub struct FakeSendGrid {
    base_url: String,
    kept: Arc<Kept>,
    key: SigningKey,
    _serving: Serving,
}

impl FakeSendGrid {
    /// Starts one on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When there is no port to listen on.
    ///
    /// # Panics
    /// When chance makes no key.
    pub async fn start() -> io::Result<Self> {
        let (listener, base_url) = listen().await?;
        let kept = Arc::new(Kept::default());
        let router = Router::new()
            .route("/v3/mail/send", post(send))
            .route("/v3/scopes", get(scopes))
            .with_state(Arc::clone(&kept));
        let mut secret = [0; 32];
        Rng::seeded(7).fill(&mut secret);
        Ok(Self {
            base_url,
            kept,
            key: SigningKey::from_slice(&secret).expect("a key"),
            _serving: Serving::at(listener, router),
        })
    }

    /// `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// What happens to the next mails; later ones go well.
    pub fn script(&self, faults: impl IntoIterator<Item = Fault>) {
        self.kept.script(faults);
    }

    /// Every mail it took, oldest first.
    #[must_use]
    pub fn mails(&self) -> Vec<FakeMail> {
        self.kept.taken()
    }

    /// How many mails were tried.
    #[must_use]
    pub fn attempts(&self) -> usize {
        self.kept.progress().attempts()
    }

    /// The verification key as its settings show it.
    ///
    /// # Panics
    /// When it cannot be written.
    #[must_use]
    pub fn public_key(&self) -> String {
        let der = self.key.verifying_key().to_public_key_der();
        STANDARD.encode(der.expect("a key").as_bytes())
    }

    /// The signature of a body posted at this time.
    #[must_use]
    pub fn sign(&self, timestamp: &str, body: &[u8]) -> String {
        let signed = [timestamp.as_bytes(), body].concat();
        let signature: Signature = self.key.sign(&signed);
        STANDARD.encode(signature.to_der().as_bytes())
    }
}

fn is_known(headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION);
    given.is_some_and(|given| given == format!("Bearer {KEY}").as_str())
}

/// Errors as documented, with the address in the sentence.
fn refusal(status: u16, field: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let error = json!({"message": "awa@example.org is not accepted", "field": field, "help": null});
    (status, Json(json!({ "errors": [error] }))).into_response()
}

async fn scopes(headers: HeaderMap) -> Response {
    match is_known(&headers) {
        true => {
            Json(json!({"scopes": ["mail.send", "sender_verification_eligible"]})).into_response()
        }
        false => refusal(401, ""),
    }
}

async fn send(
    State(kept): State<Arc<Kept>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    kept.attempt();
    if !is_known(&headers) {
        return refusal(401, "");
    }
    let fault = kept.next_fault();
    match &fault {
        Some(Fault::Refuse(status, field)) => return refusal(*status, field),
        Some(Fault::CloseWithoutAccepting) => {
            peer.cut();
            return StatusCode::OK.into_response();
        }
        _ => {}
    }
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return refusal(400, "");
    };
    for needed in ["personalizations", "from", "subject", "content"] {
        if body[needed].is_null() {
            return refusal(400, needed);
        }
    }
    let id = Rng::system().secret(11);
    let FakeMail { id, .. } = kept.take(|_| FakeMail { id, body });
    match fault {
        Some(Fault::AcceptThenClose) => {
            peer.cut();
            StatusCode::OK.into_response()
        }
        Some(Fault::ErrorAfterAccepting) => refusal(503, ""),
        _ => (StatusCode::ACCEPTED, [("x-message-id", id)]).into_response(),
    }
}
