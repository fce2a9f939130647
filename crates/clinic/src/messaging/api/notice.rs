//! Messages about events, in the clinic's words.

use kernel::{Ctx, Locale, Phone};
use send_rules::{Channel, Decision};
use store::{ReadTx, StoreError, WriteTx};

use crate::{
    App,
    messaging::{
        model::{Draft, Enqueued, MessageId, Notice, Noticed, Recipient, Route, Said, TextKey},
        rules::events::Event,
        storage,
        work::{
            content::Unsaid,
            discreet::{self, Covert, Open},
            facts::{self, About},
            push,
        },
    },
};

/// Writes a message about an event and its work in the caller's transaction. The same key
/// again gives the message it made the first time. One whose text lacks a variable is
/// written as refused, and says which. Where others could read what comes to the number, a
/// message for a patient says no more than that something waits, and where he reads it.
///
/// # Errors
/// The database's.
pub async fn notify(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    notice: Notice,
) -> Result<Noticed, StoreError> {
    let (channel, language) = (notice.channel, notice.locale);
    let written = written(tx, app, ctx, notice).await?;
    let (body, how) = (written.draft.body.clone(), (language, written.asks));
    let queued = keep(tx, app, ctx, written).await?;
    if queued.fresh && channel == Channel::Voice {
        storage::speak(tx, ctx.tenant, queued.id, how).await?;
    }
    Ok(Noticed { queued, body })
}

/// A message about an event as it is stored.
pub(in crate::messaging) struct Written {
    /// Its text rendered.
    pub draft: Draft,
    /// What it does not say where others could read it.
    pub covert: Option<Covert>,
    /// Whether a call of it takes a key for an answer.
    pub asks: bool,
}

/// Writes it and its work, and what is behind its link.
pub(in crate::messaging) async fn keep(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    Written { draft, covert, .. }: Written,
) -> Result<Enqueued, StoreError> {
    let id = MessageId::new(&app.clock, &app.rng);
    let queued = super::write(tx, app, ctx, id, &draft).await?;
    if let Some(covert) = covert.filter(|_| queued.fresh) {
        covert.seal(tx, app, ctx.tenant, id).await?;
    }
    Ok(queued)
}

/// Renders it, covertly where others could read it; nobody can tell who of them presses a key.
pub(in crate::messaging) async fn written(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    notice: Notice,
) -> Result<Written, StoreError> {
    let instead = match notice.patient {
        Some(patient) => {
            let open = Open {
                event: notice.event,
                locale: notice.locale,
                values: &notice.values,
                channel: notice.channel,
                to: (patient, &notice.recipient),
            };
            discreet::covert(tx, app, ctx.tenant, open).await
        }
        None => Ok(None),
    };
    let (covert, lacks) = match instead {
        Ok(covert) => (covert, None),
        Err(Unsaid::Missing(name)) => (None, Some(name)),
        Err(Unsaid::Store(error)) => return Err(error),
    };
    let asks = notice.asks && covert.is_none();
    let notice = match &covert {
        Some(covert) => Notice {
            event: covert.event,
            values: covert.values.clone(),
            other_values: None,
            ..notice
        },
        None => notice,
    };
    let draft = draft(tx, ctx, notice, lacks).await?;
    Ok(Written {
        draft,
        covert,
        asks,
    })
}

/// `lacks` is a variable that is known to be missing.
async fn draft(
    tx: &mut ReadTx,
    ctx: &Ctx,
    notice: Notice,
    lacks: Option<String>,
) -> Result<Draft, StoreError> {
    let key = TextKey {
        event: notice.event,
        channel: notice.channel.in_words_of(),
        locale: notice.locale,
    };
    let said = match lacks {
        Some(name) => Err(Unsaid::Missing(name)),
        None => discreet::said(tx, ctx.tenant, key, &notice.values).await,
    };
    let (body, lacks) = match said {
        Ok(body) => (body, None),
        Err(Unsaid::Missing(name)) => (String::new(), Some(name)),
        Err(Unsaid::Store(error)) => return Err(error),
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
