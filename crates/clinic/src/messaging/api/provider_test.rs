//! A message to oneself that shows whether a way works.

use std::time::Duration;

use kernel::{Ctx, Problem, ProblemKind};
use send_rules::{Category, Channel, gsm7_wording};
use store::{ReadTx, StoreError, WriteTx};
use webkit::Texts;

use super::{enqueue, enqueue_call, enqueue_mail, providers::own};
use crate::{
    App, audit, identity,
    messaging::{
        model::{MessageId, MessageView, NewCall, NewMail, NewMessage, Recipient},
        storage,
        work::{push, voice},
    },
};

/// How long somebody waits between two tests of a way.
const PAUSE: Duration = Duration::from_secs(60);
/// How long a test is of use.
const USEFUL: Duration = Duration::from_secs(600);

/// Sends the caller a test by this way, through the outbox as any other message; never to
/// a number or address that he has not shown to be his.
///
/// # Errors
/// 409 `no-verified-phone`, `no-verified-email`, `no-sender`, `no-mail`, `no-push`,
/// `no-device`; 429 `test-too-soon` within a minute of the one before.
pub async fn send_test(app: &App, ctx: &Ctx, channel: Channel) -> Result<MessageView, Problem> {
    let me = identity::api::myself(app, ctx).await?;
    let to = own(&me, channel).ok_or_else(|| match channel {
        Channel::Email => Problem::conflict("no-verified-email"),
        Channel::Whatsapp | Channel::Sms | Channel::Voice | Channel::Push => {
            Problem::conflict("no-verified-phone")
        }
    })?;
    if channel == Channel::Email && app.mail.is_none() {
        return Err(Problem::conflict("no-mail"));
    }
    if channel == Channel::Push && push::provider(app).is_none() {
        return Err(Problem::conflict("no-push"));
    }
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                may_leave(tx, &a, &ctx, (channel, &to)).await?;
                let id = write(tx, &a, &ctx, (channel, to)).await?;
                let now = a.clock.now();
                let (of, times) = ((me.id, channel), (now, now.minus(PAUSE)));
                if !storage::note_test(tx, ctx.tenant, of, id, times).await? {
                    return Err(Problem {
                        retry_after: u32::try_from(PAUSE.as_secs()).ok(),
                        ..Problem::new(ProblemKind::RateLimited).code("test-too-soon")
                    });
                }
                let (action, object) = ("provider.test", "message");
                audit::api::record(tx, &a, &ctx, action, object, id.uuid(), None).await?;
                let view = storage::view(tx, ctx.tenant, id).await?;
                view.ok_or_else(Problem::not_found)
            })
        })
        .await
}

/// Whether there is something to leave from, or to go to.
async fn may_leave(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    (channel, to): (Channel, &Recipient),
) -> Result<(), Problem> {
    match channel {
        Channel::Email => Ok(()),
        Channel::Push => {
            let target = push::target_of(tx, app, ctx.tenant, (channel, to)).await?;
            match target {
                Some(_) => Ok(()),
                None => Err(Problem::conflict("no-device")),
            }
        }
        Channel::Whatsapp | Channel::Sms | Channel::Voice => {
            match voice::sender(tx, ctx.tenant, channel).await? {
                Some(_) => Ok(()),
                None => Err(Problem::conflict("no-sender")),
            }
        }
    }
}

/// Writes the shipped text of a test. It guards nothing, but somebody is waiting for it:
/// neither the night nor the month's money holds it.
async fn write(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    (channel, to): (Channel, Recipient),
) -> Result<MessageId, StoreError> {
    let texts = Texts::new(ctx.locale);
    let clinic = identity::api::tenant(tx, ctx.tenant).await?.name;
    let text = texts.with("provider-test-text", &[("clinic", &clinic)]);
    let now = app.clock.now();
    let category = Category::Security;
    let (expires_at, created_by) = (Some(now.plus(USEFUL)), ctx.actor.user());
    let who = created_by.map_or_else(String::new, |user| user.to_string());
    let idempotency_key = format!("provider-test|{who}|{channel}|{}", now.micros());
    let recipient = match to {
        Recipient::Email(recipient) => {
            let mail = NewMail {
                category,
                recipient,
                subject: texts.get("provider-test-subject"),
                body: text,
                idempotency_key,
                expires_at,
                created_by,
            };
            return Ok(enqueue_mail(tx, app, ctx, mail).await?.id);
        }
        Recipient::Phone(phone) => phone,
    };
    let message = NewMessage {
        channel,
        category,
        recipient,
        patient: None,
        body: match channel.in_words_of() {
            Channel::Sms => gsm7_wording(&text),
            _ => text,
        },
        idempotency_key,
        expires_at,
        created_by,
    };
    if channel != Channel::Voice {
        return Ok(enqueue(tx, app, ctx, &message).await?.id);
    }
    let call = NewCall {
        message,
        language: ctx.locale,
        asks: false,
    };
    Ok(enqueue_call(tx, app, ctx, &call).await?.id)
}
