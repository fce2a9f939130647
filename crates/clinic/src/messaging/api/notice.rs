//! Messages about events, in the clinic's words.

use kernel::{Ctx, Locale, Phone};
use send_rules::{Channel, Decision};
use store::{ReadTx, StoreError, WriteTx};

use crate::{
    App,
    messaging::{
        model::{Draft, Enqueued, MessageId, Notice, Noticed, Recipient, Route, Said, TextKey},
        rules::{events::Event, wording},
        storage,
        work::{
            facts::{self, About},
            push,
        },
    },
};

/// Writes a message about an event and its work in the caller's transaction. The same key
/// again gives the message it made the first time. One whose text lacks a variable is
/// written as refused, and says which.
///
/// # Errors
/// The database's.
pub async fn notify(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    notice: Notice,
) -> Result<Noticed, StoreError> {
    let (channel, how) = (notice.channel, (notice.locale, notice.asks));
    let draft = draft(tx, ctx, notice).await?;
    let id = MessageId::new(&app.clock, &app.rng);
    let queued: Enqueued = super::write(tx, app, ctx, id, &draft).await?;
    if queued.fresh && channel == Channel::Voice {
        storage::speak(tx, ctx.tenant, queued.id, how).await?;
    }
    let body = draft.body;
    Ok(Noticed { queued, body })
}

/// The message as it is stored, its text rendered.
pub(in crate::messaging) async fn draft(
    tx: &mut ReadTx,
    ctx: &Ctx,
    notice: Notice,
) -> Result<Draft, StoreError> {
    let key = TextKey {
        event: notice.event,
        channel: notice.channel.in_words_of(),
        locale: notice.locale,
    };
    let own = storage::text(tx, ctx.tenant, key).await?;
    let own = own.and_then(|row| row.body);
    let way = (key.channel, key.locale);
    let (body, lacks) = match wording::body(notice.event, way, own.as_deref(), &notice.values) {
        Ok(body) => (body, None),
        Err(missing) => (String::new(), Some(missing.0)),
    };
    Ok(Draft {
        channel: notice.channel,
        category: notice.event.category,
        recipient: Recipient::Phone(notice.recipient),
        patient: notice.patient,
        subject: None,
        mail_id: None,
        body,
        idempotency_key: notice.idempotency_key,
        expires_at: notice.expires_at,
        created_by: notice.created_by,
        said: Some(Said {
            event: notice.event,
            locale: notice.locale,
            values: notice.values,
            other_channel: notice.other_channel,
            other_values: notice.other_values,
            lacks,
        }),
        follows: None,
    })
}

/// The way to a number on which a message about an event may go: a notification where its
/// owner has the app and the rules let it through, by night also in the morning; else as a
/// written message.
///
/// # Errors
/// The database's.
pub async fn way_to(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    phone: &Phone,
    (event, locale): (&Event, Locale),
) -> Result<Route, StoreError> {
    let (push, about) = (Channel::Push, (event, locale));
    let other = written_way(tx, app, ctx, phone, about).await?;
    let has_device = push::target(tx, app, ctx.tenant, phone).await?.is_some();
    let may_notify = has_device
        && matches!(
            may_go(tx, app, ctx, (phone, push), about).await?,
            Decision::Send(_) | Decision::WaitUntil(..)
        );
    Ok(match may_notify {
        true => Route {
            channel: push,
            other,
        },
        // What is closed there goes by SMS.
        false => Route {
            channel: other,
            other: Channel::Sms,
        },
    })
}

/// WhatsApp where the number's owner has ever written there and the rules let it through
/// now, else SMS.
async fn written_way(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    phone: &Phone,
    (event, locale): (&Event, Locale),
) -> Result<Channel, StoreError> {
    let whatsapp = Channel::Whatsapp;
    if storage::last_inbound(tx, ctx.tenant, phone, whatsapp)
        .await?
        .is_none()
    {
        return Ok(Channel::Sms);
    }
    let to = (phone, whatsapp);
    Ok(match may_go(tx, app, ctx, to, (event, locale)).await? {
        Decision::Send(_) => whatsapp,
        _ => Channel::Sms,
    })
}

/// What would happen to a message about an event that is written now, an approved text
/// counted in.
///
/// # Errors
/// The database's.
pub async fn may_go(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    (phone, channel): (&Phone, Channel),
    (event, locale): (&Event, Locale),
) -> Result<Decision, StoreError> {
    let about = About {
        channel,
        category: event.category,
        said: Some((event, locale)),
    };
    let to = Recipient::Phone(phone.clone());
    facts::decision(tx, app, ctx.tenant, &to, about).await
}
