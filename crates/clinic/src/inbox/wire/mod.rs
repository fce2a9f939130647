//! The inbox on the wire: Twilio's parameters in, our JSON out.

mod filter;
mod gateway;
mod sendgrid;
mod twilio;

use kernel::{Timestamp, Zone};
use send_rules::Decision;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use webkit::Texts;

use super::{
    api::Thread,
    model::{ConversationRow, EntryRow, EventRow, MediaRow, MediaState},
};

pub(super) use filter::{EventFilter, choice};
pub(super) use gateway::{gateway_event, gateway_parameters};
pub(super) use sendgrid::{mail_events, mail_report};
pub use twilio::TwilioForm;
pub(super) use twilio::event;

/// A conversation in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::inbox) struct ConversationBody {
    /// UUIDv7.
    id: String,
    /// The patient, or null for a number's own conversation.
    patient_id: Option<String>,
    /// The patient's name.
    patient_name: Option<String>,
    /// The number last written from, E.164; empty in a list for a restricted record.
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
    /// As a list shows it: of a restricted record the name only.
    pub(in crate::inbox) fn listed(row: &ConversationRow, zone: &Zone) -> Self {
        let mut body = Self::new(row, zone);
        if row.restricted {
            body.phone.clear();
        }
        body
    }

    pub(in crate::inbox) fn new(row: &ConversationRow, zone: &Zone) -> Self {
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

webkit::page_body! {
    /// A page of conversations.
    #[schema(example = json!({"count": 1, "next": null, "previous": null, "results": [{"id": "01980000-0000-7000-8000-000000000000", "patient_id": "01980000-0000-7000-8000-000000000000", "patient_name": "Aïssatou Ndiaye", "phone": "+221771234567", "channel": "whatsapp", "status": "open", "assigned_to": null, "unread": 1, "preview": "Bonjour docteur", "last_entry_at": "2026-03-01T09:30:00+00:00", "proposed_patient": null, "version": 1}]}))]
    pub(in crate::inbox) struct ConversationPage {
        /// Rows in the whole list.
        count,
        /// The rows, newest first.
        results: Vec<ConversationBody>,
    }
}

/// One line of a conversation.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::inbox) struct EntryBody {
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
pub(in crate::inbox) struct MediaBody {
    /// UUIDv7.
    id: String,
    /// What the provider calls it.
    declared_type: String,
    /// `pending`, `stored` or `failed`.
    state: String,
    /// What its bytes are, once it is here.
    content_type: Option<String>,
    /// Bytes, once it is here.
    size: Option<i64>,
    /// Where to get it, once it is here.
    url: Option<String>,
}

impl MediaBody {
    fn new(file: &MediaRow) -> Self {
        let id = file.id;
        Self {
            id: id.to_string(),
            declared_type: file.declared_type.clone(),
            state: file.state.to_string(),
            content_type: file.content_type.clone(),
            size: file.size,
            url: (file.state == MediaState::Stored).then(|| format!("/api/v1/inbox/media/{id}/")),
        }
    }
}

/// A conversation with its lines.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"conversation": {"id": "01980000-0000-7000-8000-000000000000", "patient_id": "01980000-0000-7000-8000-000000000000", "patient_name": "Aïssatou Ndiaye", "phone": "+221771234567", "channel": "whatsapp", "status": "open", "assigned_to": null, "unread": 1, "preview": "Bonjour docteur", "last_entry_at": "2026-03-01T09:30:00+00:00", "proposed_patient": null, "version": 1}, "entries": [{"id": "01980000-0000-7000-8000-000000000000", "kind": "inbound", "channel": "whatsapp", "body": "Bonjour docteur", "author": null, "needs_review": false, "created_at": "2026-03-01T09:30:00+00:00", "message_id": null, "message_state": null, "media": []}], "candidates": [], "whatsapp": {"open": true, "reason": "inside_window", "reason_text": "Le patient a écrit il y a moins de 24 heures."}, "sms": {"open": true, "reason": "sms", "reason_text": "Envoyé par SMS."}, "opted_out": false}))]
pub(in crate::inbox) struct ThreadBody {
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
pub(in crate::inbox) struct CandidateBody {
    /// The patient.
    patient_id: String,
    /// His name.
    name: String,
}

/// Whether a way is open.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::inbox) struct WayBody {
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
    pub(in crate::inbox) fn new(thread: &Thread, zone: &Zone, texts: Texts) -> Self {
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
        .map(MediaBody::new);
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
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "event_type": "whatsapp_incoming", "external_id": "SM00000000000000000000000000000000", "sender_phone": "+221771234567", "recipient_phone": "+221338000001", "content": "Bonjour", "media": [], "raw_payload": {"Body": "Bonjour"}, "processing_status": "processed", "processing_error": null, "related_user": "01980000-0000-7000-8000-000000000000", "created_message": "01980000-0000-7000-8000-000000000000", "received_at": "2026-03-01T09:30:00+00:00", "processed_at": "2026-03-01T09:30:00+00:00"}))]
pub(in crate::inbox) struct EventBody {
    /// UUIDv7.
    id: String,
    /// `whatsapp_incoming`, `sms_incoming`, `whatsapp_status`, `sms_status`, `voice_status` or
    /// `voice_keys`.
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
    pub(in crate::inbox) fn new(row: EventRow, zone: &Zone) -> Self {
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

webkit::page_body! {
    /// A page of the log of webhooks.
    #[schema(example = json!({"count": 1, "next": null, "previous": null, "results": [{"id": "01980000-0000-7000-8000-000000000000", "event_type": "whatsapp_incoming", "external_id": "SM00000000000000000000000000000000", "sender_phone": "+221771234567", "recipient_phone": "+221338000001", "content": "Bonjour", "media": [], "raw_payload": {"Body": "Bonjour"}, "processing_status": "processed", "processing_error": null, "related_user": "01980000-0000-7000-8000-000000000000", "created_message": "01980000-0000-7000-8000-000000000000", "received_at": "2026-03-01T09:30:00+00:00", "processed_at": "2026-03-01T09:30:00+00:00"}]}))]
    pub(in crate::inbox) struct EventPage {
        /// Rows in the whole list.
        count,
        /// The rows, newest first.
        results: Vec<EventBody>,
    }
}

/// Filters of the conversations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::inbox) struct ConversationFilter {
    /// `open` (default) or `closed`.
    pub(in crate::inbox) status: Option<String>,
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
pub(in crate::inbox) struct ReplyInput {
    /// 1 to 1600 characters.
    pub(in crate::inbox) body: String,
    /// `whatsapp` or `sms`; the patient's last channel when left out.
    pub(in crate::inbox) channel: Option<String>,
    /// Your name for this answer: the same one again sends nothing twice.
    pub(in crate::inbox) reply_id: Option<String>,
}

/// A note for colleagues.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"body": "Rappeler lundi."}))]
pub(in crate::inbox) struct NoteInput {
    /// 1 to 1600 characters.
    pub(in crate::inbox) body: String,
}

/// Who looks after a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"user_id": null}))]
pub(in crate::inbox) struct AssignInput {
    /// A staff member, or null for nobody.
    pub(in crate::inbox) user_id: Option<uuid::Uuid>,
}

/// Which patient wrote.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"patient_id": "01980000-0000-7000-8000-000000000000"}))]
pub(in crate::inbox) struct PatientInput {
    /// The patient.
    pub(in crate::inbox) patient_id: uuid::Uuid,
}

/// The message of the outbox that was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"message_id": "01980000-0000-7000-8000-000000000000"}))]
pub(in crate::inbox) struct ReplyBody {
    /// UUIDv7.
    pub(in crate::inbox) message_id: String,
}
