use kernel::{Phone, Problem, TenantId};
use send_rules::Channel;
use store::{Scope, StoreError};

use crate::{
    App, audit, identity,
    inbox::{
        model::{EventId, EventType, NewEvent, ProcessingStatus},
        storage,
        wire::{self, TwilioForm},
    },
    messaging,
};

/// Which of our addresses a provider called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookKind {
    /// A WhatsApp message.
    Whatsapp,
    /// An SMS.
    Sms,
    /// What became of a message of ours.
    Status,
    /// The same of a call.
    VoiceStatus,
    /// A key that was pressed once the message of a call was said this many times.
    VoiceKeys(u8),
}

/// What [`receive`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// Stored; work will follow.
    Stored(EventId),
    /// It was there already.
    Repeated,
}

/// Stores a provider's call and wakes the work. Returns after the commit: what
/// is acknowledged is on disk.
///
/// # Errors
/// 503 when the database cannot take it; the provider tries again.
pub async fn receive(app: &App, kind: WebhookKind, form: &TwilioForm) -> Result<Received, Problem> {
    let event = wire::event(kind, form);
    let tenant = owner(app, &event).await?.ok_or_else(|| {
        Problem::unavailable(
            "no clinic for this number: set LAFIYA_DEFAULT_TENANT or the clinic's sender",
        )
    })?;
    store_event(app, tenant, event).await
}

/// Stores what a provider reports of e-mails. What is for a clinic that is not (any more)
/// here is not kept.
///
/// # Errors
/// As [`receive`].
pub(in crate::inbox) async fn receive_mail_events(
    app: &App,
    events: Vec<(TenantId, NewEvent)>,
) -> Result<(), Problem> {
    let known = {
        let mut tx = app.store.read(Scope::System).await?;
        identity::api::tenants(&mut tx).await?
    };
    for (tenant, event) in events {
        if known.iter().any(|known| known.id == tenant) {
            store_event(app, tenant, event).await?;
        }
    }
    Ok(())
}

/// Stores what a local operator reports of a message.
///
/// # Errors
/// As [`receive`].
pub(in crate::inbox) async fn receive_gateway_event(
    app: &App,
    event: NewEvent,
) -> Result<Received, Problem> {
    let tenant = match messaging::api::tenant_of_report(app, &event.external_id).await? {
        Some(tenant) => Some(tenant),
        // It may be faster than our own note of the id that it names.
        None => default_tenant(app).await?,
    };
    let tenant = tenant.ok_or_else(|| {
        Problem::unavailable("no clinic sent this message: set LAFIYA_DEFAULT_TENANT")
    })?;
    store_event(app, tenant, event).await
}

pub(super) async fn store_event(
    app: &App,
    tenant: TenantId,
    event: NewEvent,
) -> Result<Received, Problem> {
    let id = EventId::new(&app.clock, &app.rng);
    let now = app.clock.now();
    let stored = app.store.write(tenant, move |tx| {
        Box::pin(async move {
            let fresh = storage::insert_event(tx, tenant, id, &event, now).await?;
            if fresh {
                jobs::wake(tx, &storage::EVENT_WORK);
            }
            Ok::<_, StoreError>(fresh)
        })
    });
    Ok(if stored.await? {
        Received::Stored(id)
    } else {
        Received::Repeated
    })
}

/// The clinic whose number was written to; of a call-back, whose number wrote or called.
/// A number that nobody claimed goes to the default clinic: a signed message
/// is never dropped.
pub(super) async fn owner(app: &App, event: &NewEvent) -> Result<Option<TenantId>, Problem> {
    let ours = match event.event_type.incoming() {
        Some(_) => &event.recipient,
        None => &event.sender,
    };
    // Who has no number for calls makes them from that of his text messages.
    let channels: &[Channel] = match event.event_type {
        EventType::WhatsappIncoming | EventType::WhatsappStatus => &[Channel::Whatsapp],
        EventType::SmsIncoming | EventType::SmsStatus => &[Channel::Sms],
        EventType::VoiceStatus | EventType::VoiceKeys => &[Channel::Voice, Channel::Sms],
        // Its clinic is known by the message.
        EventType::EmailStatus | EventType::GatewayStatus => &[],
    };
    if let Ok(number) = Phone::from_stored(ours.clone()) {
        for channel in channels {
            let tenant = messaging::api::tenant_of_sender(app, *channel, &number).await?;
            if tenant.is_some() {
                return Ok(tenant);
            }
        }
    }
    default_tenant(app).await
}

async fn default_tenant(app: &App) -> Result<Option<TenantId>, Problem> {
    let mut tx = app.store.read(Scope::System).await?;
    let tenants = identity::api::tenants(&mut tx).await?;
    let chosen = match (&app.settings.default_tenant, tenants.as_slice()) {
        (Some(slug), all) => all.iter().find(|tenant| tenant.slug == *slug),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    Ok(chosen.map(|tenant| tenant.id))
}

/// Works on a failed or ignored event again.
///
/// # Errors
/// 404, or 409 when it is done or being worked on.
pub async fn retry_event(app: &App, ctx: &kernel::Ctx, id: EventId) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let event = storage::event(tx, ctx.tenant, id.uuid())
                    .await?
                    .ok_or_else(Problem::not_found)?;
                let again = event.processing_status == ProcessingStatus::Failed
                    || (event.processing_status == ProcessingStatus::Ignored
                        && event.created_entry.is_none());
                if !again {
                    return Err(Problem::conflict("already-processed"));
                }
                let end = storage::EventEnd::default();
                let now = a.clock.now();
                storage::end_event(
                    tx,
                    ctx.tenant,
                    id.uuid(),
                    ProcessingStatus::Pending,
                    end,
                    now,
                )
                .await?;
                jobs::revive(tx, &storage::EVENT_WORK, ctx.tenant, id.uuid(), now).await?;
                audit::api::record(
                    tx,
                    &a,
                    &ctx,
                    "webhook.retry",
                    "webhook_event",
                    id.uuid(),
                    None,
                )
                .await?;
                Ok(())
            })
        })
        .await
}
