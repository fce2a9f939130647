//! What Twilio sends, and what we make of it.

use crate::inbox::{
    api::WebhookKind,
    model::{Announced, EventType, NewEvent},
};

/// A provider's parameters in their order.
#[derive(Debug, Clone)]
pub struct TwilioForm(pub Vec<(String, String)>);

impl TwilioForm {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}

/// Files a message may announce (WhatsApp 1, MMS 10); more are a mistake.
const MOST_MEDIA: usize = 10;
/// Characters of a text that are kept: far more than any channel carries.
const LONGEST: usize = 65_536;

/// The event in a provider's call. Nothing is refused: what is missing is
/// empty, what is unknown stays in the payload.
pub(in crate::inbox) fn event(kind: WebhookKind, form: &TwilioForm) -> NewEvent {
    let whatsapp = form
        .get("From")
        .is_some_and(|from| from.starts_with(WHATSAPP))
        || form.get("To").is_some_and(|to| to.starts_with(WHATSAPP));
    let event_type = match kind {
        WebhookKind::Whatsapp => EventType::WhatsappIncoming,
        WebhookKind::Sms => EventType::SmsIncoming,
        WebhookKind::Status if whatsapp => EventType::WhatsappStatus,
        WebhookKind::Status => EventType::SmsStatus,
        WebhookKind::VoiceStatus => EventType::VoiceStatus,
        WebhookKind::VoiceKeys(_) => EventType::VoiceKeys,
    };
    let raw_payload = payload(form);
    let external_id = form
        .get("MessageSid")
        .or(form.get("CallSid"))
        .or(form.get("SmsSid"))
        .or(form.get("SmsMessageSid"));
    // Without an id the whole call is what makes it the same again.
    let external_id = external_id.map_or_else(
        || ports::messaging::body_sha256(&raw_payload),
        str::to_owned,
    );
    let status = form
        .get("MessageStatus")
        .or(form.get("CallStatus"))
        .or(form.get("SmsStatus"))
        .unwrap_or_default();
    let (dedupe_key, content) = match kind {
        WebhookKind::Status | WebhookKind::VoiceStatus => {
            (format!("{external_id}:{status}"), status.to_owned())
        }
        WebhookKind::VoiceKeys(said) => {
            let digits = form.get("Digits").unwrap_or_default();
            (
                format!("{external_id}:key:{said}:{digits}"),
                shorten(digits),
            )
        }
        WebhookKind::Whatsapp | WebhookKind::Sms => (
            external_id.clone(),
            shorten(form.get("Body").unwrap_or_default()),
        ),
    };
    NewEvent {
        event_type,
        external_id,
        dedupe_key,
        sender: bare(form.get("From")),
        recipient: bare(form.get("To")),
        content,
        media: media(form),
        raw_payload,
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

const WHATSAPP: &str = "whatsapp:";

fn bare(address: Option<&str>) -> String {
    let address = address.unwrap_or_default();
    address
        .strip_prefix(WHATSAPP)
        .unwrap_or(address)
        .trim()
        .to_owned()
}

fn media(form: &TwilioForm) -> Vec<Announced> {
    let count: usize = form
        .get("NumMedia")
        .and_then(|count| count.parse().ok())
        .unwrap_or(0);
    (0..count.min(MOST_MEDIA))
        .filter_map(|index| {
            let url = form.get(&format!("MediaUrl{index}"))?.to_owned();
            let content_type = form
                .get(&format!("MediaContentType{index}"))
                .unwrap_or_default()
                .to_owned();
            Some(Announced { url, content_type })
        })
        .collect()
}

fn payload(form: &TwilioForm) -> String {
    let mut object = serde_json::Map::new();
    for (name, value) in &form.0 {
        object
            .entry(name.clone())
            .or_insert_with(|| value.clone().into());
    }
    serde_json::Value::Object(object).to_string()
}
