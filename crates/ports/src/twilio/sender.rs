use std::time::Duration;

use kernel::Timestamp;
use reqwest::{Client, Response, Url};

use super::{
    Account, calls,
    status::delivery_report,
    wire::{Message, MessagePage, refusal},
};
use crate::{
    Unavailable, http,
    messaging::{
        Accepted, BoxFuture, DeliveryReport, ErrorClass, Found, Lookup, MessageSender, Outgoing,
        SendError, body_sha256,
    },
};

/// Twilio's clock may be behind ours by this much.
const CLOCK_SLACK: Duration = Duration::from_secs(120);

/// The largest page Twilio gives
/// (<https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources>).
const PAGE_SIZE: &str = "1000";

/// Pages read in one lookup: more messages than one patient ever gets.
const MAX_PAGES: usize = 10;

/// What Twilio writes before every text of a trial account
/// (<https://www.twilio.com/docs/usage/tutorials/how-to-use-your-free-trial-account>).
const TRIAL_PREFIX: &str = "Sent from your Twilio trial account - ";

/// Sends through Twilio's Messages resource, and calls through Calls.
#[derive(Debug, Clone)]
pub struct TwilioSender {
    account: Account,
    client: Client,
}

impl TwilioSender {
    /// A sender for an account. Connections open within 5 s, an attempt ends
    /// within 15 s, nothing is repeated.
    ///
    /// # Errors
    /// When no TLS client can be made.
    pub fn new(account: Account) -> Result<Self, Unavailable> {
        Self::with_timeout(account, http::TOTAL_TIMEOUT)
    }

    /// The same with another limit for one attempt, from connecting to the last
    /// byte of the answer.
    ///
    /// # Errors
    /// As [`TwilioSender::new`].
    pub fn with_timeout(account: Account, total: Duration) -> Result<Self, Unavailable> {
        let client = http::client(&account.base)
            .timeout(total)
            .pool_idle_timeout(http::IDLE_TIMEOUT)
            .build()
            .map_err(|error| Unavailable::new("Twilio", error))?;
        Ok(Self { account, client })
    }

    async fn post(&self, message: &Outgoing) -> Result<Accepted, SendError> {
        let to = |url: String| self.client.post(url);
        let request = match &message.call {
            Some(call) => to(self.account.calls_url()).form(&calls::form(message, call)?),
            None => to(self.account.messages_url()).form(&form(message)),
        };
        let response = request
            .basic_auth(&self.account.sid, Some(self.account.token.as_str()))
            .send()
            .await
            .map_err(|error| http::lost(&error))?;
        let message: Message = read(response).await?;
        Ok(Accepted {
            provider_id: message.sid,
            simulated: false,
        })
    }

    /// Reads the whole history with this number rather than filtering by
    /// `DateSent` or a call's `StartTime`: both are null while it is queued, and
    /// the one looked for may just have been.
    async fn search(&self, lookup: &Lookup) -> Result<Vec<Found>, SendError> {
        let mut found = Vec::new();
        let mut next = Some(self.first_page(lookup)?);
        for _ in 0..MAX_PAGES {
            let Some(url) = next else { return Ok(found) };
            let page: MessagePage = self.page(url).await?;
            for message in page.messages.iter().filter(|m| is_candidate(m, lookup)) {
                found.extend(matching(message, lookup)?);
            }
            next = page
                .next_page_uri
                .map(|uri| self.next_page(&uri))
                .transpose()?;
        }
        match next {
            None => Ok(found),
            Some(_) => Err(unanswered("more pages than expected")),
        }
    }

    fn first_page(&self, lookup: &Lookup) -> Result<Url, SendError> {
        let mut query = vec![("To", lookup.to.as_str()), ("PageSize", PAGE_SIZE)];
        if !is_service(&lookup.from) {
            query.push(("From", lookup.from.as_str()));
        }
        let all = match lookup.call {
            true => self.account.calls_url(),
            false => self.account.messages_url(),
        };
        Url::parse_with_params(&all, query).map_err(|_| unanswered("the request cannot be built"))
    }

    /// Follows Twilio's next page, but not to another host: the credentials go along.
    fn next_page(&self, uri: &str) -> Result<Url, SendError> {
        let base = &self.account.base;
        base.join(uri)
            .ok()
            .filter(|url| url.origin() == base.origin())
            .ok_or_else(|| unanswered("the next page is elsewhere"))
    }

    async fn page(&self, url: Url) -> Result<MessagePage, SendError> {
        let response = self
            .client
            .get(url)
            .basic_auth(&self.account.sid, Some(self.account.token.as_str()))
            .send()
            .await
            .map_err(|error| http::lost(&error))?;
        read(response).await
    }
}

impl MessageSender for TwilioSender {
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(self.post(message))
    }

    /// Every failure of a lookup has the class [`ErrorClass::Unknown`]: whatever
    /// stopped it, the message's outcome is as unknown as before.
    fn find<'a>(&'a self, lookup: &'a Lookup) -> BoxFuture<'a, Result<Vec<Found>, SendError>> {
        Box::pin(async {
            self.search(lookup).await.map_err(|error| SendError {
                class: ErrorClass::Unknown,
                ..error
            })
        })
    }
}

/// The form of <https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource>.
fn form(message: &Outgoing) -> Vec<(&'static str, &str)> {
    let sender = if is_service(&message.from) {
        "MessagingServiceSid"
    } else {
        "From"
    };
    let mut form = vec![("To", message.to.as_str()), (sender, message.from.as_str())];
    // An approved text sent as a body is free text, and refused (error 63016).
    match &message.content {
        Some(content) => form.extend([
            ("ContentSid", content.sid.as_str()),
            ("ContentVariables", content.variables.as_str()),
        ]),
        None => form.push(("Body", message.body.as_str())),
    }
    if let Some(url) = &message.status_callback {
        form.push(("StatusCallback", url));
    }
    form
}

/// A messaging service (`MG` and 32 hexadecimal digits) rather than an address.
fn is_service(from: &str) -> bool {
    from.strip_prefix("MG")
        .is_some_and(|id| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// One of ours, from the time in question, that no other row claims.
fn is_candidate(message: &Message, lookup: &Lookup) -> bool {
    let earliest = lookup.since.minus(CLOCK_SLACK);
    // Twilio writes whole seconds, rounded down.
    let recent = message
        .created()
        .is_none_or(|at: Timestamp| at.plus(Duration::from_secs(1)) >= earliest);
    recent && message.direction.starts_with("outbound") && !lookup.known_ids.contains(&message.sid)
}

/// We send no empty texts: one without its text (an account that has Twilio
/// redact them) may be the one looked for, and nobody can tell.
fn matching(message: &Message, lookup: &Lookup) -> Result<Option<Found>, SendError> {
    if lookup.call {
        return Ok(Some(calls::found(message)));
    }
    let body = message.body.as_deref().unwrap_or_default();
    if body.is_empty() {
        return Err(unanswered("a message without its text"));
    }
    Ok(has_text(body, lookup).then(|| Found {
        provider_id: message.sid.clone(),
        report: delivery_report(&message.status).unwrap_or(DeliveryReport::Accepted),
        error_code: message.error_code,
    }))
}

fn has_text(body: &str, lookup: &Lookup) -> bool {
    let plain = body.strip_prefix(TRIAL_PREFIX).unwrap_or(body);
    body_sha256(body) == lookup.body_sha256 || body_sha256(plain) == lookup.body_sha256
}

async fn read<T: serde::de::DeserializeOwned>(response: Response) -> Result<T, SendError> {
    let status = response.status();
    let headers = response.headers().clone();
    let body = response.bytes().await;
    if !status.is_success() {
        return Err(refusal(status, &headers, &body.unwrap_or_default()));
    }
    // It was taken, but without a readable answer we do not know as what.
    let silence = |what| SendError::silence(ErrorClass::Unknown, what);
    let body = body.map_err(|error| silence(http::fault(&error)))?;
    serde_json::from_slice(&body).map_err(|_| silence("the answer is unreadable"))
}

fn unanswered(detail: &str) -> SendError {
    SendError::new(ErrorClass::Unknown, detail)
}

#[cfg(test)]
mod tests {
    use kernel::Redacted;

    use super::*;

    const SERVICE: &str = "MG0123456789abcdef0123456789abcdef";

    #[test]
    fn a_messaging_service_is_no_address() {
        let names = |from: &str| -> Vec<&'static str> {
            let message = Outgoing {
                from: from.into(),
                to: "+221771234567".into(),
                body: Redacted("x".into()),
                content: None,
                status_callback: Some("https://clinic.example/status".into()),
                call: None,
            };
            form(&message).iter().map(|(name, _)| *name).collect()
        };
        assert_eq!(
            names(SERVICE),
            ["To", "MessagingServiceSid", "Body", "StatusCallback"]
        );
        assert_eq!(names("MGCLINIC"), ["To", "From", "Body", "StatusCallback"]);
    }

    #[test]
    fn pages_are_followed_on_the_same_host_only() {
        let sid = "AC0123456789abcdef0123456789abcdef";
        let account = Account::new(sid, "t", super::super::API_BASE).unwrap();
        let sender = TwilioSender::new(account).unwrap();
        let ok = sender
            .next_page("/2010-04-01/Accounts/x/Messages.json?Page=1")
            .unwrap();
        assert_eq!(ok.host_str(), Some("api.twilio.com"));
        for uri in [
            "//evil.example/x",
            "https://evil.example/",
            "http://api.twilio.com/x",
        ] {
            assert!(sender.next_page(uri).is_err(), "{uri}");
        }
    }
}
