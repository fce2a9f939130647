//! The outbox on the wire.

pub(super) mod addresses;
pub(super) mod consent;
pub(super) mod costs;
pub(super) mod devices;
pub(super) mod providers;
pub(super) mod templates;

use kernel::{Problem, Timestamp, Zone};
use send_rules::{Category, Channel, MessageState};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use webkit::Texts;

use super::model::{MessageView, Wanted};

/// One message of the outbox.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MessageBody {
    /// UUIDv7.
    id: String,
    /// `whatsapp`, `sms`, `voice`, `push` or `email`.
    channel: String,
    /// What it is for.
    category: String,
    /// E.164, or an e-mail address.
    recipient: String,
    /// An e-mail's subject.
    subject: Option<String>,
    /// The text.
    body: String,
    /// `queued`, `sending`, `accepted`, `sent`, `delivered`, `read`, `failed`, `expired`, `refused`,
    /// `cancelled` or `simulated`.
    state: String,
    /// Stable code of why it is there, also of why it was sent.
    reason: Option<String>,
    /// The same as a sentence in the caller's language.
    reason_text: Option<String>,
    /// What the reason is about: the variable that was missing.
    detail: Option<String>,
    /// The way on which another message took its place.
    followed_by: Option<String>,
    /// The provider's error code.
    error_code: Option<i64>,
    /// Whether sending again can help.
    retryable: Option<bool>,
    /// The provider's id.
    provider_id: Option<String>,
    /// Tries so far.
    attempts: i64,
    /// What the simulator played that became of it: `sent`, `delivered`, `failed`. Nothing was sent.
    simulated_report: Option<String>,
    /// When it is tried next, while it waits: RFC 3339 in the clinic's zone.
    next_try_at: Option<String>,
    /// The key that answered a call: `1` for yes, `2` for no.
    key_pressed: Option<String>,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
    /// RFC 3339 in the clinic's zone.
    updated_at: String,
}

impl MessageBody {
    pub(super) fn new(message: MessageView, zone: &Zone, texts: Texts) -> Self {
        let at = |time: Timestamp| time.rfc3339(zone);
        let reason = message.why().map(str::to_owned);
        let reason_text = reason.as_ref();
        let reason_text = reason_text.map(|word| texts.get(&format!("reason-{word}")));
        Self {
            id: message.id.to_string(),
            channel: message.channel.to_string(),
            category: message.category.to_string(),
            recipient: message.recipient.as_str().to_owned(),
            subject: message.subject,
            // A code or a link opens an account: only its owner reads it.
            body: match message.category {
                Category::Security => String::new(),
                _ => message.body,
            },
            state: message.state.to_string(),
            reason,
            reason_text,
            detail: message.detail,
            followed_by: message.followed_by.map(|channel| channel.to_string()),
            error_code: message.error_code,
            retryable: message.retryable,
            provider_id: message.provider_id,
            attempts: message.tries,
            simulated_report: message.played,
            next_try_at: message
                .next_try_at
                .filter(|_| message.state.needs_work())
                .map(at),
            key_pressed: message.key_pressed.map(|key| key.to_string()),
            created_at: at(message.created_at),
            updated_at: at(message.updated_at),
        }
    }
}

webkit::page_body! {
    /// A page of the outbox.
    #[schema(example = json!({"count": 1, "next": null, "previous": null, "results": [{"id": "01980000-0000-7000-8000-000000000000", "channel": "whatsapp", "category": "answer", "recipient": "+221771234567", "subject": null, "body": "À demain 9 h.", "state": "delivered", "reason": "inside_window", "reason_text": "Le patient a écrit sur WhatsApp il y a moins de 24 heures.", "detail": null, "followed_by": null, "error_code": null, "retryable": null, "provider_id": "SM00000000000000000000000000000000", "attempts": 1, "simulated_report": null, "next_try_at": null, "key_pressed": null, "created_at": "2026-03-01T09:30:00+00:00", "updated_at": "2026-03-01T09:30:00+00:00"}]}))]
    pub(super) struct MessagePage {
        /// Rows in the whole list.
        count,
        /// The rows, newest first.
        results: Vec<MessageBody>,
    }
}

/// Filters of the outbox.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter {
    /// Only messages in this state.
    pub(super) state: Option<String>,
    /// Only messages by `whatsapp`, `sms`, `voice`, `push` or `email`.
    pub(super) channel: Option<String>,
    /// Only messages to a number with these digits, however they are written, or to an address with this in it.
    pub(super) search: Option<String>,
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}

/// What filters ask for; empty words, as forms send them, ask for everything.
///
/// # Errors
/// 400 naming the filter that is none.
pub(super) fn wanted(
    state: Option<&str>,
    channel: Option<&str>,
    search: Option<String>,
) -> Result<Wanted, Problem> {
    Ok(Wanted {
        state: choice("state", state, MessageState::parse)?,
        channel: choice("channel", channel, Channel::parse)?,
        number: search.unwrap_or_default(),
    })
}

fn choice<T>(
    field: &'static str,
    word: Option<&str>,
    parse: fn(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    match word {
        None | Some("") => Ok(None),
        Some(word) => match parse(word) {
            Some(choice) => Ok(Some(choice)),
            None => Err(Problem::invalid(field, "not-a-choice")),
        },
    }
}
