//! Calls (<https://www.twilio.com/docs/voice/api/call-resource>): what differs from
//! messages, which the sender does for both.

use std::borrow::Cow;

use super::{status::call_report, twiml, wire::Message};
use crate::messaging::{Call, DeliveryReport, ErrorClass, Found, Outgoing, SendError};

/// The longest `Twiml`, in characters.
const MOST: usize = 4000;

/// What is reported; without a word only the end would be.
const EVENTS: [&str; 4] = ["initiated", "ringing", "answered", "completed"];

/// The form of a new call.
pub(super) fn form<'a>(
    message: &'a Outgoing,
    call: &Call,
) -> Result<Vec<(&'static str, Cow<'a, str>)>, SendError> {
    let spoken = twiml::message(&message.body, call);
    if spoken.chars().count() > MOST {
        let why = "the text is too long to be spoken in one call";
        return Err(SendError::new(ErrorClass::ContentRefused, why));
    }
    let mut form = vec![
        ("To", Cow::from(message.to.as_str())),
        ("From", Cow::from(message.from.as_str())),
        ("Twiml", Cow::from(spoken)),
    ];
    if let Some(url) = &message.status_callback {
        form.push(("StatusCallback", Cow::from(url.as_str())));
        form.extend(EVENTS.map(|event| ("StatusCallbackEvent", Cow::from(event))));
    }
    Ok(form)
}

/// A call of the list as what a lookup found: it has no text to be known by.
pub(super) fn found(call: &Message) -> Found {
    Found {
        provider_id: call.sid.clone(),
        report: call_report(&call.status).unwrap_or(DeliveryReport::Accepted),
        error_code: call.error_code,
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Locale, Redacted};

    use super::*;

    fn call() -> Call {
        Call {
            language: Locale::Fr,
            goodbye: "Au revoir.".into(),
            ask: None,
        }
    }

    fn outgoing(body: &str) -> Outgoing {
        Outgoing {
            from: "+221338210000".into(),
            to: "+221771234567".into(),
            content: None,
            body: Redacted(body.into()),
            status_callback: Some("https://clinic.example/status/".into()),
            call: Some(call()),
        }
    }

    #[test]
    fn asks_for_every_step() {
        let message = outgoing("Bonjour");
        let form = form(&message, &call()).unwrap();
        let events = form
            .iter()
            .filter(|(name, _)| *name == "StatusCallbackEvent");
        assert_eq!(events.count(), 4);
        let names: Vec<_> = form.iter().take(4).map(|(name, _)| *name).collect();
        assert_eq!(names, ["To", "From", "Twiml", "StatusCallback"]);
    }

    #[test]
    fn what_is_too_long_is_not_begun() {
        let error = form(&outgoing(&"a".repeat(2000)), &call()).unwrap_err();
        assert_eq!(error.class, ErrorClass::ContentRefused);
        assert!(form(&outgoing(&"a".repeat(1600)), &call()).is_ok());
    }
}
