//! Sends through SendGrid's Mail Send
//! (<https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send>).

use kernel::Redacted;
use reqwest::{Client, Response, StatusCode, Url, header::HeaderMap};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{MailSender, OutgoingMail, Sender, html_of};
use crate::{
    Unavailable, http,
    messaging::{Accepted, BoxFuture, ErrorClass, SendError},
};

/// Where SendGrid's API is, unless configured otherwise; accounts kept in Europe have
/// `https://api.eu.sendgrid.com`.
pub const API_BASE: &str = "https://api.sendgrid.com";

/// The right that a key needs
/// (<https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions>).
const SEND: &str = "mail.send";

/// The name under which a mail's own id comes back in reports.
pub const REFERENCE: &str = "lafiya_message";

/// Hands mails to SendGrid.
#[derive(Debug, Clone)]
pub struct SendGridSender {
    key: Redacted<String>,
    base: String,
    from: Sender,
    client: Client,
}

#[derive(Deserialize, Default)]
struct Faults {
    #[serde(default)]
    errors: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    #[serde(default)]
    field: Option<String>,
}

#[derive(Deserialize)]
struct Scopes {
    scopes: Vec<String>,
}

impl SendGridSender {
    /// A sender that writes as `from`. `base` is usually [`API_BASE`].
    ///
    /// # Errors
    /// When no TLS client can be made, or the base is no address.
    pub fn new(key: Redacted<String>, base: &str, from: Sender) -> Result<Self, Unavailable> {
        let unfit = |error: &dyn ToString| Unavailable::new("SendGrid", error.to_string());
        let url = Url::parse(base).map_err(|error| unfit(&error))?;
        let client = http::client(&url)
            .timeout(http::TOTAL_TIMEOUT)
            .pool_idle_timeout(http::IDLE_TIMEOUT)
            .build()
            .map_err(|error| unfit(&error))?;
        Ok(Self {
            key,
            base: base.trim_end_matches('/').to_owned(),
            from,
            client,
        })
    }

    /// Whether the key may send, without sending anything
    /// (<https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions/retrieve-a-list-of-scopes-for-which-this-user-has-access>).
    ///
    /// # Errors
    /// As a mail would fail.
    pub async fn try_key(&self) -> Result<(), SendError> {
        let asked = self.client.get(format!("{}/v3/scopes", self.base));
        let answer = asked.bearer_auth(self.key.as_str()).send().await;
        let answer = answer.map_err(|error| http::lost(&error))?;
        if !answer.status().is_success() {
            return Err(refused(answer).await);
        }
        let unreadable = |_| SendError::new(ErrorClass::Transient, "the answer is unreadable");
        let scopes: Scopes = answer.json().await.map_err(unreadable)?;
        if scopes.scopes.iter().any(|scope| scope == SEND) {
            Ok(())
        } else {
            let why = "the key lacks the permission Mail Send";
            Err(SendError::new(ErrorClass::Account, why))
        }
    }

    async fn post(&self, mail: &OutgoingMail) -> Result<Accepted, SendError> {
        let request = self.client.post(format!("{}/v3/mail/send", self.base));
        let request = request.bearer_auth(self.key.as_str());
        let answer = request.json(&self.body(mail)).send().await;
        let answer = answer.map_err(|error| http::lost(&error))?;
        if answer.status() != StatusCode::ACCEPTED {
            return Err(refused(answer).await);
        }
        // It has the mail, whether it names it or not.
        let id = answer.headers().get("x-message-id");
        let id = id.and_then(|id| id.to_str().ok()).map(str::to_owned);
        Ok(Accepted {
            provider_id: id.unwrap_or_else(|| mail.message_id.clone()),
            simulated: false,
        })
    }

    fn body(&self, mail: &OutgoingMail) -> Value {
        let subject: String = mail
            .subject
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let mailbox = &self.from.0;
        let mut from = json!({ "email": mailbox.email.as_ref() as &str });
        if let Some(name) = &mailbox.name {
            from["name"] = json!(name);
        }
        json!({
            "personalizations": [{
                "to": [{ "email": mail.to.as_str() }],
                "custom_args": { REFERENCE: mail.reference },
            }],
            "from": from,
            "subject": subject,
            "content": [
                { "type": "text/plain", "value": mail.text.as_str() },
                { "type": "text/html", "value": html_of(&mail.text) },
            ],
            "headers": {
                "Message-ID": format!("<{}>", mail.message_id),
                "Auto-Submitted": "auto-generated",
            },
            // A link that guards an account leads to us and not over others, and nobody
            // is watched as he reads.
            "tracking_settings": {
                "click_tracking": { "enable": false, "enable_text": false },
                "open_tracking": { "enable": false },
            },
        })
    }
}

impl MailSender for SendGridSender {
    fn send<'a>(&'a self, mail: &'a OutgoingMail) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(self.post(mail))
    }

    fn domain(&self) -> &str {
        self.from.0.email.domain()
    }

    fn provider(&self) -> &'static str {
        "sendgrid"
    }
}

async fn refused(answer: Response) -> SendError {
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = answer.bytes().await.unwrap_or_default();
    let faults: Faults = serde_json::from_slice(&body).unwrap_or_default();
    let fields = faults.errors.into_iter().filter_map(|fault| fault.field);
    refusal(status, &headers, &fields.collect::<Vec<_>>())
}

/// What an answer other than 202 means. SendGrid's sentence is dropped, it may repeat the
/// address
/// (<https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/responses>,
/// <https://support.sendgrid.com/hc/en-us/articles/18322114821403>: 401 is also a used up
/// allowance, 403 a sender that is not verified).
fn refusal(status: StatusCode, headers: &HeaderMap, fields: &[String]) -> SendError {
    let of_the_address =
        |field: &String| field.starts_with("personalizations") && field.contains(".to");
    let (class, what) = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => (
            ErrorClass::Account,
            "SendGrid does not accept the key or the sender",
        ),
        StatusCode::TOO_MANY_REQUESTS => (ErrorClass::RateLimited, "SendGrid asks to go slower"),
        StatusCode::BAD_REQUEST if fields.iter().any(of_the_address) => {
            (ErrorClass::BadAddress, "SendGrid refuses the address")
        }
        status if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT => {
            (ErrorClass::MailRefused, "SendGrid refuses the mail")
        }
        // A server that failed may have failed after it took the mail.
        _ => (ErrorClass::Unknown, "SendGrid failed"),
    };
    SendError {
        code: i64::from(status.as_u16()).into(),
        retry_after: http::retry_after(headers),
        silent: class == ErrorClass::Unknown,
        ..SendError::new(class, what)
    }
}

#[cfg(test)]
mod tests {
    use kernel::{EmailAddress, Timestamp};

    use super::*;

    #[test]
    fn answers_have_their_class() {
        let to = "personalizations.0.to.0.email";
        for (status, field, class) in [
            (400, Some(to), ErrorClass::BadAddress),
            (400, Some("subject"), ErrorClass::MailRefused),
            (400, None, ErrorClass::MailRefused),
            (401, None, ErrorClass::Account),
            (403, Some("from"), ErrorClass::Account),
            (404, None, ErrorClass::Account),
            (408, None, ErrorClass::Unknown),
            (413, None, ErrorClass::MailRefused),
            (429, None, ErrorClass::RateLimited),
            (500, None, ErrorClass::Unknown),
            (503, None, ErrorClass::Unknown),
            (200, None, ErrorClass::Unknown),
        ] {
            let fields: Vec<String> = field.map(str::to_owned).into_iter().collect();
            let status = StatusCode::from_u16(status).unwrap();
            let error = refusal(status, &HeaderMap::new(), &fields);
            assert_eq!(error.class, class, "{status} {field:?}");
            assert_eq!(error.silent, class == ErrorClass::Unknown, "{status}");
        }
    }

    #[test]
    fn the_body_is_as_documented() {
        let from = "Clinique <noreply@clinic.example>".parse().unwrap();
        let sender = SendGridSender::new(Redacted("SG.x".into()), API_BASE, from).unwrap();
        let mail = OutgoingMail {
            message_id: "01980000@clinic.example".into(),
            reference: "t:m".into(),
            to: EmailAddress::parse("awa@example.org").unwrap(),
            subject: "Votre\r\ncode".into(),
            text: Redacted("Un <b>.".into()),
            at: Timestamp::from_micros(0),
        };
        let body = sender.body(&mail);
        assert_eq!(
            body["from"],
            json!({"email": "noreply@clinic.example", "name": "Clinique"})
        );
        assert_eq!(body["subject"], "Votre  code");
        assert_eq!(
            body["personalizations"][0]["to"][0]["email"],
            "awa@example.org"
        );
        assert_eq!(body["personalizations"][0]["custom_args"][REFERENCE], "t:m");
        assert_eq!(body["content"][0]["value"], "Un <b>.");
        assert!(
            body["content"][1]["value"]
                .as_str()
                .unwrap()
                .contains("Un &lt;b&gt;.")
        );
        assert_eq!(body["headers"]["Message-ID"], "<01980000@clinic.example>");
        assert_eq!(body["tracking_settings"]["click_tracking"]["enable"], false);
        assert!(body.get("mail_settings").is_none(), "no sandbox");
        assert!(!format!("{sender:?}").contains("SG.x"));
    }
}
