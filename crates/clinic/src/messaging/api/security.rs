//! Codes and links of accounts.

use std::time::Duration;

use kernel::{Ctx, Phone};
use send_rules::{Category, Channel, Decision};
use store::{ReadTx, StoreError, WriteTx};
use webkit::BoxFuture;

use super::{decision, enqueue, enqueue_mail};
use crate::{
    App, SecurityMail, SecurityMessage, SecurityPost,
    messaging::{
        model::{NewMail, NewMessage},
        storage,
    },
};

/// Who asks for another code within this time, that of a code, got none or lost it.
const ASKED_AGAIN: Duration = Duration::from_secs(15 * 60);

/// Takes codes and links of accounts to the outbox: to a phone by WhatsApp where
/// its owner wrote there today, else by SMS. What was sent by WhatsApp lately and is not
/// known to have come is followed by an SMS as soon as he asks again.
#[derive(Debug, Clone, Copy)]
pub struct SecurityOutbox;

impl SecurityPost for SecurityOutbox {
    fn enqueue<'a>(
        &'a self,
        tx: &'a mut WriteTx,
        app: &'a App,
        ctx: &'a Ctx,
        message: SecurityMessage,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let new = NewMessage {
                channel: way(tx, app, ctx, &message.phone).await?,
                category: Category::Security,
                recipient: message.phone,
                patient: None,
                body: message.body.0,
                idempotency_key: message.key,
                expires_at: Some(message.expires_at),
                created_by: ctx.actor.user(),
            };
            enqueue(tx, app, ctx, &new).await.map(drop)
        })
    }

    fn enqueue_mail<'a>(
        &'a self,
        tx: &'a mut WriteTx,
        app: &'a App,
        ctx: &'a Ctx,
        mail: SecurityMail,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let new = NewMail {
                category: Category::Security,
                recipient: mail.to,
                subject: mail.subject,
                body: mail.body.0,
                idempotency_key: mail.key,
                expires_at: Some(mail.expires_at),
                created_by: ctx.actor.user(),
            };
            enqueue_mail(tx, app, ctx, new).await.map(drop)
        })
    }
}

/// The way of a code.
async fn way(tx: &mut ReadTx, app: &App, ctx: &Ctx, phone: &Phone) -> Result<Channel, StoreError> {
    let since = app.clock.now().minus(ASKED_AGAIN);
    if storage::code_under_way(tx, ctx.tenant, phone, since).await? {
        return Ok(Channel::Sms);
    }
    let answer = (Channel::Whatsapp, Category::Answer);
    Ok(match decision(tx, app, ctx.tenant, phone, answer).await? {
        Decision::Send(_) => Channel::Whatsapp,
        _ => Channel::Sms,
    })
}
