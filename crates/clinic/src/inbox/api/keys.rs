//! Keys pressed during a call.

use kernel::{Locale, Problem};

use super::{
    WebhookKind,
    receive::{owner, store_event},
};
use crate::{
    App,
    inbox::wire::{self, TwilioForm},
    messaging,
};

/// Stores a key that was pressed once the message was said this many times, and wakes the
/// work; returns after the commit what is said next, as TwiML. A call that nobody knows
/// ends politely.
///
/// # Errors
/// 503 when the database cannot take it.
pub async fn press(app: &App, said: u8, form: &TwilioForm) -> Result<String, Problem> {
    let event = wire::event(WebhookKind::VoiceKeys(said), form);
    let Some(tenant) = owner(app, &event).await? else {
        return Ok(messaging::api::goodbye(Locale::Fr));
    };
    let (call, digits) = (event.external_id.clone(), event.content.clone());
    store_event(app, tenant, event).await?;
    let mut tx = app.store.read(tenant).await?;
    let called = messaging::api::called(&mut tx, app, tenant, &call).await?;
    let pressed = (called.as_ref(), digits.as_str(), said);
    Ok(messaging::api::said_after_key(&mut tx, app, tenant, pressed).await?)
}
