use kernel::{Phone, Problem, TenantId};
use store::{Scope, StoreError};

use crate::{
    App, audit, identity,
    inbox::{
        model::{EventId, NewEvent, ProcessingStatus},
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
    let tenant = tenant_of(app, kind, &event).await?;
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

/// The clinic whose number was written to; of a call-back, whose number wrote.
/// A number that nobody claimed goes to the default clinic: a signed message
/// is never dropped.
async fn tenant_of(app: &App, kind: WebhookKind, event: &NewEvent) -> Result<TenantId, Problem> {
    let ours = match kind {
        WebhookKind::Status => &event.sender,
        WebhookKind::Whatsapp | WebhookKind::Sms => &event.recipient,
    };
    let channel = match event.event_type {
        super::EventType::WhatsappIncoming | super::EventType::WhatsappStatus => {
            send_rules::Channel::Whatsapp
        }
        _ => send_rules::Channel::Sms,
    };
    if let Ok(number) = Phone::from_stored(ours.clone())
        && let Some(tenant) = messaging::api::tenant_of_sender(app, channel, &number).await?
    {
        return Ok(tenant);
    }
    default_tenant(app).await
}

async fn default_tenant(app: &App) -> Result<TenantId, Problem> {
    let mut tx = app.store.read(Scope::System).await?;
    let tenants = identity::api::tenants(&mut tx).await?;
    let chosen = match (&app.settings.default_tenant, tenants.as_slice()) {
        (Some(slug), all) => all.iter().find(|tenant| tenant.slug == *slug),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    chosen.map(|tenant| tenant.id).ok_or_else(|| {
        Problem::unavailable(
            "no clinic for this number: set LAFIYA_DEFAULT_TENANT or the clinic's sender",
        )
    })
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
