//! Text messages through a local operator's own HTTP interface, which a file describes.

mod answer;
mod call_back;
mod description;
mod keys;
mod template;
#[cfg(test)]
mod tests;

use std::{fmt, time::Duration};

use kernel::Redacted;
use reqwest::{Client, RequestBuilder, Url};
use serde_json::Value;

use crate::{
    Unavailable, http,
    messaging::{Accepted, DeliveryReport, ErrorClass, SendError},
};
use description::Format;
use template::Place;

pub use description::Description;

/// A text message as the operator gets it.
#[derive(Clone, Copy)]
pub struct GatewayMessage<'a> {
    /// The number, E.164.
    pub to: &'a str,
    /// The clinic's own number; empty when it has none.
    pub from: &'a str,
    /// The text.
    pub text: &'a Redacted<String>,
    /// Our id, the same for every attempt. Nothing personal, operators keep it.
    pub id: &'a str,
}

impl GatewayMessage<'_> {
    fn value(&self, place: Place) -> &str {
        match place {
            Place::To => self.to,
            Place::ToDigits => self.to.trim_start_matches('+'),
            Place::From => self.from,
            Place::Text => self.text.0.as_str(),
            Place::Id => self.id,
        }
    }
}

impl fmt::Debug for GatewayMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayMessage")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Hands text messages to the operator. It cannot be asked later what became of one: an
/// attempt whose outcome is unknown stays so until it reports.
#[derive(Clone)]
pub struct GatewaySender {
    description: Description,
    client: Client,
}

impl fmt::Debug for GatewaySender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GatewaySender({})", self.description.host())
    }
}

impl GatewaySender {
    /// The word for it in the database.
    pub const PROVIDER: &str = "gateway";

    /// A sender that does what the file says.
    ///
    /// # Errors
    /// When no TLS client can be made.
    pub fn new(description: Description) -> Result<Self, Unavailable> {
        Self::with_timeout(description, http::TOTAL_TIMEOUT)
    }

    /// The same with another limit for one attempt, from connecting to the last byte of the
    /// answer.
    ///
    /// # Errors
    /// As [`GatewaySender::new`].
    pub fn with_timeout(description: Description, total: Duration) -> Result<Self, Unavailable> {
        let client = http::client(&description.example)
            .timeout(total)
            .pool_idle_timeout(http::IDLE_TIMEOUT)
            .build()
            .map_err(|error| Unavailable::new("the SMS gateway", error))?;
        Ok(Self {
            description,
            client,
        })
    }

    /// What the file says.
    #[must_use]
    pub const fn description(&self) -> &Description {
        &self.description
    }

    /// Makes exactly one attempt. `Ok` means that the operator took the message.
    ///
    /// # Errors
    /// The class of the failure; [`ErrorClass::Unknown`]: it may have it.
    pub async fn send(&self, message: &GatewayMessage<'_>) -> Result<Accepted, SendError> {
        let Some(from) = self.description.sender(message.from) else {
            let why = "the clinic has no number to send from, and the description no from";
            return Err(SendError::new(ErrorClass::Account, why));
        };
        let message = GatewayMessage { from, ..*message };
        let answer = self.request(&message)?.send().await;
        let answer = answer.map_err(|error| http::lost(&error))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = answer.bytes().await;
        if status.is_success() && body.is_err() {
            let why = "the answer broke off";
            return Err(SendError::silence(ErrorClass::Unknown, why));
        }
        let rules = &self.description.answer;
        let id = rules.read(status, &headers, &body.unwrap_or_default())?;
        Ok(Accepted {
            provider_id: id.unwrap_or_else(|| message.id.to_owned()),
            simulated: false,
        })
    }

    fn request(&self, message: &GatewayMessage<'_>) -> Result<RequestBuilder, SendError> {
        let what = &self.description;
        let unfit = |_| SendError::new(ErrorClass::ContentRefused, "the address cannot be built");
        let url = Url::parse(&what.url.fill_address(message)).map_err(unfit)?;
        if url.origin() != what.example.origin() {
            let why = "the address leads elsewhere";
            return Err(SendError::new(ErrorClass::ContentRefused, why));
        }
        let to = |url: Url| {
            let request = self.client.request(what.method.clone(), url);
            request.headers(what.headers.clone())
        };
        Ok(match what.format {
            Format::Json => to(url).json(&what.object(message)),
            Format::Form => to(url).form(&what.pairs(message)),
            Format::Query => {
                let mut url = url;
                url.query_pairs_mut().extend_pairs(what.pairs(message));
                to(url)
            }
        })
    }

    /// Whether a call-back with this secret is the operator's. Nothing is believed where the
    /// file describes no call-back.
    #[must_use]
    pub fn opens(&self, secret: &str) -> bool {
        let call_back = self.description.call_back.as_ref();
        call_back.is_some_and(|call_back| call_back.opens(secret))
    }

    /// The id and the status word of a call-back with these parameters.
    #[must_use]
    pub fn call_back(&self, parameters: &Value) -> Option<(String, String)> {
        self.description.call_back.as_ref()?.read(parameters)
    }

    /// What a status word means; nothing for one that the file does not list.
    #[must_use]
    pub fn report(&self, word: &str) -> Option<DeliveryReport> {
        let call_back = self.description.call_back.as_ref()?;
        call_back.words.get(word).copied()
    }
}
