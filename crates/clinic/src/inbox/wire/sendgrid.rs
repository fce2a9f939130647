//! What SendGrid posts of mails, and what we make of it.

use kernel::TenantId;
use ports::email::{MailReport, sendgrid::REFERENCE};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    inbox::model::{EventType, NewEvent},
    messaging::api::MessageId,
};

/// The events of one call that speak of mails of ours, each with its clinic. The others
/// are not kept: the account may serve other programs. Nothing when it is no list.
pub(in crate::inbox) fn mail_events(body: &[u8]) -> Option<Vec<(TenantId, NewEvent)>> {
    let list: Vec<Value> = serde_json::from_slice(body).ok()?;
    Some(list.iter().filter_map(mail_event).collect())
}

fn mail_event(event: &Value) -> Option<(TenantId, NewEvent)> {
    let text = |name: &str| event.get(name).and_then(Value::as_str);
    let (tenant, message) = text(REFERENCE)?.split_once(':')?;
    let tenant = TenantId::from_uuid(Uuid::parse_str(tenant).ok()?);
    let message = Uuid::parse_str(message).ok()?;
    let word = text("event")?;
    let raw_payload = event.to_string();
    // Without an id the whole event is what makes it the same again.
    let id = text("sg_event_id").map_or_else(
        || ports::messaging::body_sha256(&raw_payload),
        str::to_owned,
    );
    let event = NewEvent {
        event_type: EventType::EmailStatus,
        external_id: message.to_string(),
        dedupe_key: format!("{message}:mail:{id}"),
        sender: String::new(),
        recipient: text("email").unwrap_or_default().to_owned(),
        content: word.to_owned(),
        media: Vec::new(),
        raw_payload,
    };
    Some((tenant, event))
}

/// The mail that a stored event speaks of, and what it tells.
pub(in crate::inbox) fn mail_report(
    external_id: &str,
    raw_payload: &str,
) -> Option<(MessageId, MailReport)> {
    let event: Value = serde_json::from_str(raw_payload).ok()?;
    let text = |name: &str| event.get(name).and_then(Value::as_str);
    let report = MailReport::of_sendgrid(text("event")?, text("type"))?;
    let id = Uuid::parse_str(external_id).ok()?;
    Some((MessageId::from_uuid(id), report))
}
