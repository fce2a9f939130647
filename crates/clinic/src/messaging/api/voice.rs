//! Calls: what is spoken, and what the keys answer.

use kernel::{Ctx, Locale, TenantId, Timestamp};
use ports::twilio::twiml;
use send_rules::Channel;
use store::{ReadTx, StoreError, WriteTx};
use webkit::Texts;

use super::{TOPIC, enqueue};
use crate::{
    App,
    messaging::{
        model::{Called, Enqueued, Key, MessageId, NewCall, NewMessage},
        rules::keys::{Next, after_key},
        storage,
        work::{voice, ways},
    },
};

/// Writes a call and its work in the caller's transaction, as [`enqueue`] does a message.
///
/// # Errors
/// The database's.
pub async fn enqueue_call(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    call: &NewCall,
) -> Result<Enqueued, StoreError> {
    let message = NewMessage {
        channel: Channel::Voice,
        ..call.message.clone()
    };
    let queued = enqueue(tx, app, ctx, &message).await?;
    if queued.fresh {
        let how = (call.language, call.asks);
        storage::speak(tx, ctx.tenant, queued.id, how).await?;
    }
    Ok(queued)
}

/// The message that was called about, by the provider's id of any of its calls.
///
/// # Errors
/// The database's.
pub async fn called(
    tx: &mut ReadTx,
    app: &App,
    tenant: TenantId,
    provider_id: &str,
) -> Result<Option<Called>, StoreError> {
    let call = (ways::phone_provider(app), provider_id);
    storage::called(tx, tenant, call).await
}

/// What is said after a key was pressed, as TwiML, once the message was said this many
/// times: thanks, the message again, or goodbye. Who is not known is taken leave of.
///
/// # Errors
/// The database's.
pub async fn said_after_key(
    tx: &mut ReadTx,
    app: &App,
    tenant: TenantId,
    (called, digits, said): (Option<&Called>, &str, u8),
) -> Result<String, StoreError> {
    let Some(called) = called else {
        let clinic = crate::identity::api::tenant(tx, tenant).await?;
        return Ok(goodbye(clinic.locale));
    };
    let language = voice::language(tx, tenant, called).await?;
    Ok(match after_key(digits, said) {
        Next::Thanks(key) => {
            let thanks = Texts::new(language).get(&format!("call-thanks-{key}"));
            twiml::last_words(&thanks, language)
        }
        Next::Again(time) => {
            let call = voice::spoken(app, called, language, time);
            twiml::message(&called.body, &call)
        }
        Next::Goodbye => goodbye(language),
    })
}

/// A polite end of a call, as TwiML.
#[must_use]
pub fn goodbye(language: Locale) -> String {
    let words = Texts::new(language).get("call-goodbye");
    twiml::last_words(&words, language)
}

/// Keeps the key that answers a message's question; of several the newest. False when a
/// newer one is known.
///
/// # Errors
/// The database's.
pub async fn note_key(
    tx: &mut WriteTx,
    tenant: TenantId,
    message: MessageId,
    key: Key,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let noted = storage::note_key(tx, tenant, message, key, at).await?;
    if noted {
        tx.emit(TOPIC, message.uuid());
    }
    Ok(noted)
}
