//! Calls on the phone in the browser: they are seen, picked up or not, and answered by
//! keys, through the same code that a provider's webhook runs through.

use axum::{extract::State, http::Method, response::Redirect};
use kernel::{Id, Problem};
use send_rules::{Channel, MessageState};
use serde::Deserialize;
use uuid::Uuid;
use webkit::{Caller, Fault, Form, Policy, Routes};

use super::simulator::{only_simulated, signed};
use crate::{
    App,
    inbox::api::{WebhookKind, press, receive},
    messaging::{
        self,
        api::{Key, MessageId, MessageView},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new().page(Method::POST, "/simulator/call", play, Policy::STAFF)
}

/// A call as the phone shows it.
pub(super) struct PlayedCall {
    /// The message that is spoken.
    pub message: MessageId,
    /// Why it reached nobody.
    pub reason: Option<String>,
    /// The key that answered it.
    pub key: Option<Key>,
    state: MessageState,
}

impl PlayedCall {
    /// The call in a message, if it is one.
    pub fn of(message: &MessageView) -> Option<Self> {
        (message.channel == Channel::Voice).then(|| Self {
            message: message.id,
            reason: message.reason.clone(),
            key: message.key_pressed,
            state: message.state,
        })
    }

    /// Whether it can be answered now.
    pub fn is_ringing(&self) -> bool {
        self.state == MessageState::Simulated && self.reason.is_none() && self.key.is_none()
    }

    /// The keys that mean something.
    pub const fn keys(&self) -> [&'static str; 3] {
        ["1", "2", "9"]
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Play {
    message: Uuid,
    press: String,
}

/// A key, or why nobody picks up, as the provider would post it.
async fn play(
    State(app): State<App>,
    caller: Caller,
    Form(played): Form<Play>,
) -> Result<Redirect, Fault> {
    only_simulated(&app)?;
    let tenant = caller.ctx.tenant;
    let (message, ours) = {
        let mut tx = app.store.read(&caller.ctx).await?;
        let message = messaging::api::view(&mut tx, tenant, Id::from_uuid(played.message)).await?;
        let ours = messaging::api::sender(&mut tx, tenant, Channel::Voice).await?;
        (message, ours)
    };
    let message = message.filter(|message| message.channel == Channel::Voice);
    let message = message.ok_or_else(Problem::not_found)?;
    let (Some(call), Some(ours)) = (message.provider_id, ours) else {
        return Err(Problem::conflict("no-sender").into());
    };
    let phone = message.recipient.as_str();
    let common = [
        ("CallSid", call),
        ("AccountSid", app.settings.twilio_account_sid.clone()),
        ("From", ours),
        ("To", phone.to_owned()),
    ];
    match played.press.as_str() {
        status @ ("busy" | "no-answer") => {
            let fields = common
                .into_iter()
                .chain([("CallStatus", status.to_owned())]);
            let form = signed(&app, "voice/status/", fields)?;
            receive(&app, WebhookKind::VoiceStatus, &form).await?;
        }
        key @ ("1" | "2" | "9") => {
            let fields = common.into_iter().chain([("Digits", key.to_owned())]);
            let form = signed(&app, "voice/keys/?said=1", fields)?;
            press(&app, 1, &form).await?;
        }
        _ => return Err(Problem::invalid("press", "not-a-choice").into()),
    }
    let number = phone.trim_start_matches('+');
    Ok(Redirect::to(&format!(
        "/simulator?phone=%2B{number}&channel=voice"
    )))
}
