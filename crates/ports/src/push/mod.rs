//! Push messages to people's devices through Firebase Cloud Messaging
//! (<https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages>).

mod account;
mod errors;

use std::{fmt, time::Duration};

use kernel::{Clock, Redacted, Timestamp};
use reqwest::{Client, StatusCode, Url, header::HeaderMap};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::{
    Unavailable, http,
    messaging::{Accepted, ErrorClass, SendError},
};

pub use account::ServiceAccount;

/// Where Firebase's API is, unless configured otherwise.
pub const API_BASE: &str = "https://fcm.googleapis.com";

/// A token that ends sooner than this is not used any more: longer than an attempt lasts.
const SPARE: Duration = Duration::from_secs(120);

/// The longest that Firebase keeps a message for a device that cannot be reached
/// (<https://firebase.google.com/docs/cloud-messaging/concept-options#ttl>).
const LONGEST_LIFE: Duration = Duration::from_secs(4 * 7 * 24 * 3600);

/// One message to one device.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingPush {
    /// The device's registration token.
    pub device: Redacted<String>,
    /// Stands above the text.
    pub title: String,
    /// The text. Everybody who holds the device sees it.
    pub body: Redacted<String>,
    /// Our id. A device shows the newest message with the same one, so that a second attempt
    /// takes the place of the first.
    pub id: String,
    /// When it loses its use; Firebase drops it then.
    pub expires_at: Option<Timestamp>,
}

impl fmt::Debug for OutgoingPush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutgoingPush")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Hands messages to Firebase.
pub struct FirebaseSender {
    account: ServiceAccount,
    send_url: Url,
    clock: Clock,
    client: Client,
    /// Held while a new one is asked for, so that many messages ask once.
    token: Mutex<Option<Token>>,
}

#[derive(Clone)]
struct Token {
    value: Redacted<String>,
    until: Timestamp,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    expires_in: u32,
}

#[derive(Deserialize)]
struct Taken {
    name: String,
}

impl fmt::Debug for FirebaseSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirebaseSender")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}

impl FirebaseSender {
    /// The word for it in the database.
    pub const PROVIDER: &'static str = "firebase";

    /// A sender for a project. `base` is usually [`API_BASE`], in tests a loopback address;
    /// tokens never travel unencrypted to anywhere else.
    ///
    /// # Errors
    /// When the base cannot be right, or no TLS client can be made.
    pub fn new(account: ServiceAccount, base: &str, clock: Clock) -> Result<Self, Unavailable> {
        Self::with_timeout(account, base, (clock, http::TOTAL_TIMEOUT))
    }

    /// The same with another limit for one request, from connecting to the last byte of the
    /// answer.
    ///
    /// # Errors
    /// As [`FirebaseSender::new`].
    pub fn with_timeout(
        account: ServiceAccount,
        base: &str,
        (clock, total): (Clock, Duration),
    ) -> Result<Self, Unavailable> {
        let unfit = |error: &dyn ToString| Unavailable::new("Firebase", error.to_string());
        let base = account::safe_url(base).map_err(|error| unfit(&error))?;
        let path = format!("v1/projects/{}/messages:send", account.project());
        let send_url = base.join(&path).map_err(|error| unfit(&error))?;
        let client = http::client(&send_url)
            .timeout(total)
            .pool_idle_timeout(http::IDLE_TIMEOUT)
            .build()
            .map_err(|error| unfit(&error))?;
        Ok(Self {
            account,
            send_url,
            clock,
            client,
            token: Mutex::new(None),
        })
    }

    /// Makes one attempt, a second one only where Firebase did not accept our token: then
    /// it certainly took nothing.
    ///
    /// # Errors
    /// The class of the failure; [`ErrorClass::DeviceGone`]: this device can never be
    /// reached again, and is to be forgotten.
    pub async fn send(&self, push: &OutgoingPush) -> Result<Accepted, SendError> {
        let body = self.body(push);
        self.post(&body).await.map(|name| Accepted {
            provider_id: name,
            simulated: false,
        })
    }

    /// Whether Google accepts the account, without sending anything.
    ///
    /// # Errors
    /// As a message would fail.
    pub async fn try_account(&self) -> Result<(), SendError> {
        self.token(None).await.map(drop)
    }

    async fn post(&self, body: &Value) -> Result<String, SendError> {
        let token = self.token(None).await?;
        let (status, headers, answer) = self.ask(&token, body).await?;
        if !errors::is_our_token(status, &answer) {
            return read(status, &headers, &answer);
        }
        let token = self.token(Some(&token)).await?;
        let (status, headers, answer) = self.ask(&token, body).await?;
        read(status, &headers, &answer)
    }

    async fn ask(
        &self,
        token: &Redacted<String>,
        body: &Value,
    ) -> Result<(StatusCode, HeaderMap, Vec<u8>), SendError> {
        let request = self.client.post(self.send_url.clone());
        let answer = request.bearer_auth(token.as_str()).json(body).send().await;
        answered(answer.map_err(|error| http::lost(&error))?).await
    }

    /// A token to send with; another one than that which was not accepted.
    async fn token(
        &self,
        refused: Option<&Redacted<String>>,
    ) -> Result<Redacted<String>, SendError> {
        let mut kept = self.token.lock().await;
        let now = self.clock.now();
        let is_good = |token: &&Token| {
            token.until > now.plus(SPARE) && refused.is_none_or(|refused| *refused != token.value)
        };
        if let Some(token) = kept.as_ref().filter(is_good) {
            return Ok(token.value.clone());
        }
        let granted = self.grant(now).await?;
        let token = Token {
            value: Redacted(granted.access_token),
            until: now.plus(Duration::from_secs(granted.expires_in.into())),
        };
        *kept = Some(token.clone());
        Ok(token.value)
    }

    /// Asks Google for a token. No message is under way then, so every failure without a
    /// refusal is a passing one.
    async fn grant(&self, now: Timestamp) -> Result<Granted, SendError> {
        let passing = |error: SendError| SendError {
            class: match error.class {
                ErrorClass::Unknown => ErrorClass::Transient,
                class => class,
            },
            ..error
        };
        let form = self.account.grant(now)?;
        let answer = self
            .client
            .post(self.account.token_url())
            .form(&form)
            .send();
        let answer = answer.await.map_err(|error| passing(http::lost(&error)))?;
        let (status, headers, body) = answered(answer).await.map_err(passing)?;
        if !status.is_success() {
            return Err(errors::grant_refused(status, &headers));
        }
        serde_json::from_slice(&body)
            .map_err(|_| SendError::silence(ErrorClass::Transient, "Google's answer is unreadable"))
    }

    /// The body of
    /// <https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages/send>.
    fn body(&self, push: &OutgoingPush) -> Value {
        let now = self.clock.now();
        let life = push.expires_at.map_or(LONGEST_LIFE, |until| {
            if until > now {
                until.since(now)
            } else {
                Duration::ZERO
            }
        });
        let life = life.min(LONGEST_LIFE);
        let until = now.plus(life).seconds();
        json!({
            "message": {
                "token": push.device.as_str(),
                "notification": { "title": push.title, "body": push.body.as_str() },
                "data": { "message": push.id },
                "android": {
                    "ttl": format!("{}s", life.as_secs()),
                    "notification": { "tag": push.id },
                },
                "apns": { "headers": {
                    "apns-expiration": until.to_string(),
                    "apns-collapse-id": push.id,
                } },
                "webpush": {
                    "headers": { "TTL": life.as_secs().to_string() },
                    "notification": { "tag": push.id },
                },
            },
        })
    }
}

/// Status, headers and bytes of an answer. One that breaks off after a yes leaves it open.
async fn answered(
    answer: reqwest::Response,
) -> Result<(StatusCode, HeaderMap, Vec<u8>), SendError> {
    let (status, headers) = (answer.status(), answer.headers().clone());
    match answer.bytes().await {
        Ok(body) => Ok((status, headers, body.to_vec())),
        Err(_) if !status.is_success() => Ok((status, headers, Vec::new())),
        Err(error) => Err(SendError::silence(ErrorClass::Unknown, http::fault(&error))),
    }
}

/// The name of a message that was taken.
fn read(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Result<String, SendError> {
    if !status.is_success() {
        return Err(errors::refused(status, headers, body));
    }
    let taken: Result<Taken, _> = serde_json::from_slice(body);
    taken
        .map(|taken| taken.name)
        .map_err(|_| SendError::silence(ErrorClass::Unknown, "Firebase's answer is unreadable"))
}
