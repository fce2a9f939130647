//! The inbox on the wire: Twilio's parameters in, our JSON out.

use kernel::{Timestamp, Zone};
use send_rules::Decision;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use webkit::Texts;

use super::{
    api::{Thread, WebhookKind},
    model::{Announced, ConversationRow, EntryRow, EventRow, EventType, MediaRow, NewEvent},
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
pub(super) fn event(kind: WebhookKind, form: &TwilioForm) -> NewEvent {
    let whatsapp = form
        .get("From")
        .is_some_and(|from| from.starts_with(WHATSAPP))
        || form.get("To").is_some_and(|to| to.starts_with(WHATSAPP));
    let event_type = match kind {
        WebhookKind::Whatsapp => EventType::WhatsappIncoming,
        WebhookKind::Sms => EventType::SmsIncoming,
        WebhookKind::Status if whatsapp => EventType::WhatsappStatus,
        WebhookKind::Status => EventType::SmsStatus,
    };
    let raw_payload = payload(form);
    let external_id = form
        .get("MessageSid")
        .or(form.get("SmsSid"))
        .or(form.get("SmsMessageSid"));
    // Without an id the whole call is what makes it the same again.
    let external_id = external_id.map_or_else(
        || ports::messaging::body_sha256(&raw_payload),
        str::to_owned,
    );
    let status = form
        .get("MessageStatus")
        .or(form.get("SmsStatus"))
        .unwrap_or_default();
    let (dedupe_key, content) = match kind {
        WebhookKind::Status => (format!("{external_id}:{status}"), status.to_owned()),
        _ => (
            external_id.clone(),
            form.get("Body")
                .unwrap_or_default()
                .chars()
                .take(LONGEST)
                .collect(),
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

/// A conversation in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConversationBody {
    /// UUIDv7.
    id: String,
    /// The patient, or null for a number's own conversation.
    patient_id: Option<String>,
    /// The patient's name.
    patient_name: Option<String>,
    /// The number last written from, E.164.
    phone: String,
    /// `whatsapp` or `sms`.
    channel: String,
    /// `open` or `closed`.
    status: String,
    /// Who looks after it.
    assigned_to: Option<String>,
    /// Messages nobody has seen.
    unread: i64,
    /// The beginning of the newest message.
    preview: String,
    /// RFC 3339 in the clinic's zone.
    last_entry_at: String,
    /// A patient whose number this one resembles, to be confirmed or refused.
    proposed_patient: Option<String>,
    /// Grows with every change by staff.
    version: i64,
}

impl ConversationBody {
    pub(super) fn new(row: &ConversationRow, zone: &Zone) -> Self {
        Self {
            id: row.id.to_string(),
            patient_id: row.patient_id.map(|id| id.to_string()),
            patient_name: row.patient_name(),
            phone: row.phone.as_e164().to_owned(),
            channel: row.channel.to_string(),
            status: row.status.to_string(),
            assigned_to: row.assigned_to.map(|id| id.to_string()),
            unread: row.unread,
            preview: row.preview.clone(),
            last_entry_at: row.last_entry_at.rfc3339(zone),
            proposed_patient: row.proposed_patient.map(|id| id.to_string()),
            version: row.version,
        }
    }
}

/// A page of conversations.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConversationPage {
    /// Rows in the whole list.
    pub(super) count: i64,
    /// Address of the next page.
    pub(super) next: Option<String>,
    /// Address of the page before.
    pub(super) previous: Option<String>,
    /// The rows, newest first.
    pub(super) results: Vec<ConversationBody>,
}

/// One line of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EntryBody {
    /// UUIDv7.
    id: String,
    /// `inbound`, `outbound`, `note` or `event`.
    kind: String,
    /// `whatsapp` or `sms`, for messages.
    channel: Option<String>,
    /// The text.
    body: String,
    /// The staff member who wrote it.
    author: Option<String>,
    /// Nobody has said yet who wrote it.
    needs_review: bool,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// The message of the outbox.
    message_id: Option<String>,
    /// How far that message has come.
    message_state: Option<String>,
    /// The files that came with it.
    media: Vec<MediaBody>,
}

/// A file that came with a message.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MediaBody {
    /// UUIDv7; the file is at `/inbox/media/{id}/`.
    id: String,
    /// What the provider calls it.
    declared_type: String,
    /// `pending`, `stored` or `failed`.
    state: String,
}

/// A conversation with its lines.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ThreadBody {
    /// The conversation.
    conversation: ConversationBody,
    /// Its newest lines, oldest first.
    entries: Vec<EntryBody>,
    /// Patients who share the number, when nobody is chosen.
    candidates: Vec<CandidateBody>,
    /// What an answer by WhatsApp would meet now, as a sentence.
    whatsapp: WayBody,
    /// What an answer by SMS would meet now, as a sentence.
    sms: WayBody,
    /// The owner of the number wants no messages but answers.
    opted_out: bool,
}

/// Somebody who may have written.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CandidateBody {
    /// The patient.
    patient_id: String,
    /// His name.
    name: String,
}

/// Whether a way is open.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WayBody {
    /// Whether an answer would be sent.
    open: bool,
    /// Stable code of the reason.
    reason: String,
    /// The reason in the caller's language.
    reason_text: String,
}

impl WayBody {
    fn new(decision: Decision, texts: Texts) -> Self {
        let reason = decision.reason();
        Self {
            open: !matches!(decision, Decision::Refuse(_)),
            reason: reason.to_string(),
            reason_text: texts.get(&format!("reason-{reason}")),
        }
    }
}

impl ThreadBody {
    pub(super) fn new(thread: &Thread, zone: &Zone, texts: Texts) -> Self {
        let candidates = thread.candidates.iter().map(|patient| CandidateBody {
            patient_id: patient.id.to_string(),
            name: patient.full_name(),
        });
        Self {
            conversation: ConversationBody::new(&thread.conversation, zone),
            entries: thread
                .entries
                .iter()
                .map(|row| entry(row, &thread.media, zone))
                .collect(),
            candidates: candidates.collect(),
            whatsapp: WayBody::new(thread.whatsapp, texts),
            sms: WayBody::new(thread.sms, texts),
            opted_out: thread.opted_out,
        }
    }
}

fn entry(row: &EntryRow, media: &[MediaRow], zone: &Zone) -> EntryBody {
    let files = media
        .iter()
        .filter(|file| file.entry_id == row.id)
        .map(|file| MediaBody {
            id: file.id.to_string(),
            declared_type: file.declared_type.clone(),
            state: file.state.clone(),
        });
    EntryBody {
        id: row.id.to_string(),
        kind: row.kind.to_string(),
        channel: row.channel.map(|channel| channel.to_string()),
        body: row.body.clone(),
        author: row.author.map(|id| id.to_string()),
        needs_review: row.needs_review,
        created_at: row.created_at.rfc3339(zone),
        message_id: row.message_id.map(|id| id.to_string()),
        message_state: row.message_state.map(|state| state.to_string()),
        media: files.collect(),
    }
}

/// One call of a provider.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventBody {
    /// UUIDv7.
    id: String,
    /// `whatsapp_incoming`, `sms_incoming`, `whatsapp_status`, `sms_status` or `voice_status`.
    event_type: String,
    /// The provider's id.
    external_id: String,
    /// Who sent it.
    sender_phone: String,
    /// To which number.
    recipient_phone: String,
    /// Text, or status word.
    content: String,
    /// Announced files.
    media: serde_json::Value,
    /// Every parameter as received.
    raw_payload: serde_json::Value,
    /// `pending`, `processed`, `failed`, `ignored` or `needs_review`.
    processing_status: String,
    /// Why it failed or was ignored.
    processing_error: Option<String>,
    /// The patient it was attached to.
    related_user: Option<String>,
    /// The line it became.
    created_message: Option<String>,
    /// RFC 3339 in the clinic's zone.
    received_at: String,
    /// RFC 3339 in the clinic's zone.
    processed_at: Option<String>,
}

impl EventBody {
    pub(super) fn new(row: EventRow, zone: &Zone) -> Self {
        let json = |text: &str| serde_json::from_str(text).unwrap_or_default();
        let at = |time: Timestamp| time.rfc3339(zone);
        Self {
            id: row.id.to_string(),
            event_type: row.event_type.to_string(),
            external_id: row.external_id,
            sender_phone: row.sender_phone,
            recipient_phone: row.recipient_phone,
            content: row.content,
            media: json(&row.media),
            raw_payload: json(&row.raw_payload),
            processing_status: row.processing_status.to_string(),
            processing_error: row.processing_error,
            related_user: row.related_patient.map(|id| id.to_string()),
            created_message: row.created_entry.map(|id| id.to_string()),
            received_at: at(row.received_at),
            processed_at: row.processed_at.map(at),
        }
    }
}

/// A page of the log of webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventPage {
    /// Rows in the whole list.
    pub(super) count: i64,
    /// Address of the next page.
    pub(super) next: Option<String>,
    /// Address of the page before.
    pub(super) previous: Option<String>,
    /// The rows, newest first.
    pub(super) results: Vec<EventBody>,
}

/// Filters of the conversations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct ConversationFilter {
    /// `open` (default) or `closed`.
    pub(super) status: Option<String>,
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}

/// Filters of the log of webhooks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct EventFilter {
    /// Only with this processing status.
    pub(super) status: Option<String>,
    /// Only of this type.
    pub(super) event_type: Option<String>,
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}

/// An answer to the patient.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"body": "Bonjour, le docteur vous attend demain à 9 h.", "channel": "whatsapp", "reply_id": "4711"}))]
pub(super) struct ReplyInput {
    /// 1 to 1600 characters.
    pub(super) body: String,
    /// `whatsapp` or `sms`; the patient's last channel when left out.
    pub(super) channel: Option<String>,
    /// Your name for this answer: the same one again sends nothing twice.
    pub(super) reply_id: Option<String>,
}

/// A note for colleagues.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"body": "Rappeler lundi."}))]
pub(super) struct NoteInput {
    /// 1 to 1600 characters.
    pub(super) body: String,
}

/// Who looks after a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"user_id": null}))]
pub(super) struct AssignInput {
    /// A staff member, or null for nobody.
    pub(super) user_id: Option<uuid::Uuid>,
}

/// Which patient wrote.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"patient_id": "01980000-0000-7000-8000-000000000000"}))]
pub(super) struct PatientInput {
    /// The patient.
    pub(super) patient_id: uuid::Uuid,
}

/// The message of the outbox that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReplyBody {
    /// UUIDv7.
    pub(super) message_id: String,
}
