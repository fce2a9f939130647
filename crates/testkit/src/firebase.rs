//! A Firebase of our own on loopback: Google's token endpoint, which checks the signature of
//! the grant, and messages on their documented wire format, with faults on demand. It shares
//! no code with `ports`.

use std::{
    collections::{BTreeSet, VecDeque},
    io,
    sync::{Arc, Mutex},
};

use axum::{
    Form, Json, Router,
    extract::{ConnectInfo, Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use crate::{
    provider::{Progress, Record, Serving, listen, lock},
    twilio::listener::Peer,
};

/// The project that it knows.
pub const PROJECT: &str = "clinic-of-tests";
const EMAIL: &str = "lafiya@clinic-of-tests.iam.gserviceaccount.example";
const KEY_ID: &str = "0123456789abcdef";
/// A key made for these tests, which opens nothing.
const KEY: &str = include_str!("firebase_key.pem");
/// The public half: its modulus in base64url; the exponent is 65537.
const MODULUS: &str = "p9zD9U_PtWcmkbyoxfGtq_8acmHucgcaK0z_ZIV2MZZLtoRycIrI4AYkIlqG5N1plDLZoUllR_igXLHockhUYrdrghPzRkyRjWC6H3y6_q6r6VkVMlICPoRUuiHYBYRuGU-fggtRTqPvWrQnAbMHMD7Y50VFMCAJCAQ6D5CnRAwVXEg9S24ArFJl80gCPgORdKzB04wVx_ZAYEa-acCbmIpatY7mHXH-Vaxa4qqCwoHIMuoALmTp9Oc-9l1TmKWxQi4mhB9zdk0RtzzDIK2jLBTx7VhzC0FUPeBoR5esLQrnU8_VD-TLBiQy8N7aMda_FBi3wi7YsgUUeFCy5NY2fQ";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";

/// What goes wrong with one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Nothing does.
    None,
    /// Nothing is taken; the answer has this status and this code of FCM's.
    Refuse(u16, &'static str),
    /// Nothing is taken; the status with this `Retry-After` and code.
    Later(u16, u64, &'static str),
    /// The token is not accepted any more, though it has not ended.
    Unauthorized,
    /// Nothing is taken, the connection is closed without an answer.
    CloseWithoutAccepting,
    /// It is taken, and no answer ever comes.
    AcceptThenHang,
    /// It is taken, then the connection is closed without an answer.
    AcceptThenClose,
    /// It is taken, the answer is a page with 502.
    GatewayFails,
    /// It is taken, the answer has no name.
    Garbage,
}

#[derive(Debug, Default)]
struct Kept {
    address: String,
    record: Record<Value, Fault>,
    gone: Mutex<BTreeSet<String>>,
    grants: Mutex<Vec<Value>>,
    grant_faults: Mutex<VecDeque<u16>>,
}

/// A running fake. It stops when dropped.
#[derive(Debug)]
pub struct FakeFirebase {
    kept: Arc<Kept>,
    _serving: Serving,
}

impl FakeFirebase {
    /// Starts one on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When there is no port to listen on.
    pub async fn start() -> io::Result<Self> {
        let (listener, address) = listen().await?;
        let kept = Arc::new(Kept {
            address,
            ..Kept::default()
        });
        let router = Router::new()
            .route("/token", post(grant))
            .route("/v1/projects/{project}/{method}", post(send))
            .with_state(Arc::clone(&kept));
        Ok(Self {
            kept,
            _serving: Serving::at(listener, router),
        })
    }

    /// `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.kept.address
    }

    /// The key file of its service account.
    #[must_use]
    pub fn key_file(&self) -> Value {
        json!({
            "type": "service_account",
            "project_id": PROJECT,
            "private_key_id": KEY_ID,
            "private_key": KEY,
            "client_email": EMAIL,
            "client_id": "100000000000000000000",
            "token_uri": format!("{}/token", self.kept.address),
        })
    }

    /// What happens to the next messages; later ones go well.
    pub fn script(&self, faults: impl IntoIterator<Item = Fault>) {
        self.kept.record.script(faults);
    }

    /// The same in place of what was to happen.
    pub fn script_instead(&self, faults: impl IntoIterator<Item = Fault>) {
        self.kept.record.script_instead(faults);
    }

    /// The app is on this device no more: from now on its token is called `UNREGISTERED`.
    pub fn unregister(&self, token: &str) {
        lock(&self.kept.gone).insert(token.to_owned());
    }

    /// The statuses of the next answers to those who ask for a token; later ones get one.
    pub fn script_grants(&self, statuses: impl IntoIterator<Item = u16>) {
        lock(&self.kept.grant_faults).extend(statuses);
    }

    /// Every message it took, oldest first.
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

    /// The claims of every grant that it believed, oldest first.
    #[must_use]
    pub fn grants(&self) -> Vec<Value> {
        lock(&self.kept.grants).clone()
    }
}

/// The claims, when the grant is as documented and this account signed it.
fn believed(kept: &Kept, form: &[(String, String)]) -> Option<Value> {
    let get = |name: &str| form.iter().find(|(key, _)| key == name);
    let (_, assertion) =
        get("assertion").filter(|_| get("grant_type").is_some_and(|it| it.1 == GRANT))?;
    let key = DecodingKey::from_rsa_components(MODULUS, "AQAB").ok()?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[format!("{}/token", kept.address)]);
    validation.set_issuer(&[EMAIL]);
    // The test's clock is not the machine's.
    validation.validate_exp = false;
    let token = jsonwebtoken::decode::<Value>(assertion, &key, &validation).ok()?;
    let claims = token.claims;
    let lasts = claims["exp"].as_i64()? - claims["iat"].as_i64()?;
    let fits = token.header.kid.as_deref() == Some(KEY_ID)
        && claims["scope"] == SCOPE
        && (1..=3600).contains(&lasts);
    fits.then_some(claims)
}

async fn grant(State(kept): State<Arc<Kept>>, Form(form): Form<Vec<(String, String)>>) -> Response {
    if let Some(status) = lock(&kept.grant_faults).pop_front() {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        return (status, Json(json!({"error": "invalid_grant"}))).into_response();
    }
    let Some(claims) = believed(&kept, &form) else {
        let error =
            json!({"error": "invalid_grant", "error_description": "Invalid JWT Signature."});
        return (StatusCode::BAD_REQUEST, Json(error)).into_response();
    };
    let mut grants = lock(&kept.grants);
    grants.push(claims);
    let token = format!("ya29.test-{}", grants.len());
    Json(json!({"access_token": token, "expires_in": 3599, "token_type": "Bearer"})).into_response()
}

/// Errors as recorded, with the device's token in the sentence.
fn refusal(status: u16, code: &str) -> Response {
    let number = status;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let details = match code {
        "" => json!([]),
        code => {
            json!([{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code}])
        }
    };
    let message = "The registration token device-of-awa is not valid.";
    let error =
        json!({"code": number, "message": message, "status": "NOT_FOUND", "details": details});
    (status, Json(json!({ "error": error }))).into_response()
}

async fn send(
    State(kept): State<Arc<Kept>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    Path((project, method)): Path<(String, String)>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    kept.record.attempt();
    if project != PROJECT || method != "messages:send" {
        return refusal(404, "");
    }
    let newest = format!("Bearer ya29.test-{}", lock(&kept.grants).len());
    let given = headers.get(header::AUTHORIZATION);
    if given.is_none_or(|given| given != newest.as_str()) {
        return refusal(401, "");
    }
    let token = body["message"]["token"].as_str();
    if token.is_some_and(|token| lock(&kept.gone).contains(token)) {
        return refusal(404, "UNREGISTERED");
    }
    let fault = kept.record.next_fault();
    match &fault {
        Some(Fault::Refuse(status, code)) => return refusal(*status, code),
        Some(Fault::Later(status, seconds, code)) => {
            let wait = [(header::RETRY_AFTER, seconds.to_string())];
            return (wait, refusal(*status, code)).into_response();
        }
        Some(Fault::Unauthorized) => return refusal(401, ""),
        Some(Fault::CloseWithoutAccepting) => {
            peer.cut();
            return StatusCode::OK.into_response();
        }
        _ => {}
    }
    if token.is_none() {
        return refusal(400, "INVALID_ARGUMENT");
    }
    let mut name = String::new();
    kept.record.take(|number| {
        name = format!("projects/{PROJECT}/messages/0:{number}");
        body["message"].clone()
    });
    match fault {
        Some(Fault::AcceptThenHang) => kept.record.hang().await,
        Some(Fault::AcceptThenClose) => {
            peer.cut();
            StatusCode::OK.into_response()
        }
        Some(Fault::GatewayFails) => (
            StatusCode::BAD_GATEWAY,
            "<!DOCTYPE html><title>Error 502</title>",
        )
            .into_response(),
        Some(Fault::Garbage) => Json(json!({})).into_response(),
        _ => Json(json!({ "name": name })).into_response(),
    }
}
