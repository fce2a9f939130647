//! What siblings may ask of the outbox.

mod cancel;
mod consent;
mod costs;
mod devices;
mod mail;
mod notice;
mod provider_test;
mod providers;
mod report;
mod seal;
mod security;
mod simulator;
mod templates;
mod voice;

use kernel::{Ctx, PageRequest, Phone, Problem, TenantId, Timestamp};
use store::{ReadTx, Scope, StoreError, WriteTx};

use super::{
    model::Draft,
    storage,
    work::{
        facts::{self, About},
        voice as calls, ways,
    },
};
use crate::{App, audit, patients};

pub use cancel::{Withdrawn, withdraw};
pub use consent::{
    Returned, choose, consent, every, note_consent, of_number, own_consent, sent_to, take_up_again,
};
pub(super) use consent::{set_consent, set_own_consent};
pub use costs::{
    budget, budget_of, costs, money, prices, prices_of, remove_price, set_budget, set_price,
};
pub use devices::{devices, forget_device, register_device, sweep_devices};
pub use mail::{apply_mail_report, lift_stop, stopped_addresses};
pub(in crate::messaging) use notice::{keep, written};
pub use notice::{may_go, notify, way_to};
pub use provider_test::send_test;
pub use providers::{mail_providers, phone_provider, providers, push_provider, sms_gateway, ways};
pub use report::{Reported, apply_gateway_report, apply_report, tenant_of_report};
pub(super) use seal::{behind, open};
pub use security::SecurityOutbox;
pub use send_rules::{
    Amount, Category, Cell, Channel, Choice, Currency, Decision, Form, Health, Speeds, Standing,
    TemplateState, Values, values,
};
pub use simulator::{fault_left, play_fault};
pub use templates::{
    Preview, current_text, preview, reviewed_text, reviewed_texts, set_reviewed_text, set_text,
    tells_nothing, text, texts, versions,
};
pub use voice::{called, enqueue_call, goodbye, note_key, said_after_key};

pub use super::wire::consent::ConsentForm;

pub use super::model::{
    AppDevice, Budget, Called, ConsentSource, CostLine, Costs, Device, DeviceId, Enqueued, Key,
    LastDay, Message, MessageId, MessageView, NewCall, NewDevice, NewMail, NewMessage, Notice,
    Noticed, NumberConsent, OwnText, PatientConsent, Platform, Price, Prices, Provider, Recipient,
    ReviewedText, Route, StoppedAddress, TextKey, TextVersion, Wanted, Way, WhatsappCategory,
};
pub use super::{
    rules::events::{EVENTS, Event, event_of},
    work::discreet::OWN_PAGE,
};

/// The topic announced when a message changes.
pub const TOPIC: &str = "message";

/// Writes a message and its work in the caller's transaction. The same key
/// again gives the message it made the first time.
///
/// # Errors
/// The database's.
pub async fn enqueue(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    new: &NewMessage,
) -> Result<Enqueued, StoreError> {
    let id = MessageId::new(&app.clock, &app.rng);
    write(tx, app, ctx, id, &new.into()).await
}

/// The same for an e-mail.
///
/// # Errors
/// The database's.
pub async fn enqueue_mail(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    new: NewMail,
) -> Result<Enqueued, StoreError> {
    let id = MessageId::new(&app.clock, &app.rng);
    let domain = app.mail.as_ref().map_or("localhost", |mail| mail.domain());
    let draft = Draft::mail(new, format!("{id}@{domain}"));
    write(tx, app, ctx, id, &draft).await
}

pub(in crate::messaging) async fn write(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    id: MessageId,
    draft: &Draft,
) -> Result<Enqueued, StoreError> {
    if storage::insert(tx, ctx, id, draft, app.clock.now()).await? {
        jobs::wake(tx, &storage::WORK);
        return Ok(Enqueued { id, fresh: true });
    }
    let existing = storage::by_key(tx, ctx.tenant, &draft.idempotency_key).await?;
    let id = existing.ok_or(StoreError::RowCount {
        expected: 1,
        actual: 0,
    })?;
    Ok(Enqueued { id, fresh: false })
}

/// Remembers that a number wrote: opens WhatsApp's 24 hours.
///
/// # Errors
/// The database's.
pub async fn note_inbound(
    tx: &mut WriteTx,
    tenant: TenantId,
    phone: &Phone,
    channel: Channel,
    at: Timestamp,
) -> Result<(), StoreError> {
    storage::note_inbound(tx, tenant, phone, channel, at).await
}

/// What would happen to a message of this category that is written now.
///
/// # Errors
/// The database's.
pub async fn decision(
    tx: &mut ReadTx,
    app: &App,
    tenant: TenantId,
    phone: &Phone,
    (channel, category): (Channel, Category),
) -> Result<Decision, StoreError> {
    let about = About {
        channel,
        category,
        said: None,
    };
    let to = Recipient::Phone(phone.clone());
    facts::decision(tx, app, tenant, &to, about).await
}

/// Whether what the owner of a number answers by this way can arrive here.
///
/// # Errors
/// The database's.
pub async fn brings_answers(
    tx: &mut ReadTx,
    app: &App,
    tenant: TenantId,
    (phone, channel): (&Phone, Channel),
) -> Result<bool, StoreError> {
    let sender = storage::sender(tx, tenant, channel).await?;
    let sender = sender.unwrap_or_default();
    Ok(answers_arrive(app, &sender, (phone, channel)))
}

/// The same where the sender is known. What a local operator takes goes one way.
#[must_use]
pub fn answers_arrive(app: &App, sender: &str, (phone, channel): (&Phone, Channel)) -> bool {
    let to = Recipient::Phone(phone.clone());
    !ways::goes_by_gateway(app, channel, &to) && send_rules::brings_answers(channel, sender, phone)
}

/// Whether somebody of the clinic wrote to a number himself after this time.
///
/// # Errors
/// The database's.
pub async fn written_since(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
    since: Timestamp,
) -> Result<bool, StoreError> {
    storage::written_since(tx, tenant, phone, since).await
}

/// How a message stands.
///
/// # Errors
/// The database's.
pub async fn view(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: MessageId,
) -> Result<Option<MessageView>, StoreError> {
    storage::view(tx, tenant, id).await
}

/// The newest fifty messages to a number, newest first.
///
/// # Errors
/// The database's.
pub async fn to_number(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
) -> Result<Vec<MessageView>, StoreError> {
    storage::to_number(tx, tenant, phone).await
}

/// What is wanted of the outbox, newest first, with the number of rows; without
/// the texts that restricted patients get.
///
/// # Errors
/// The database's.
pub async fn list(
    app: &App,
    ctx: &Ctx,
    wanted: &Wanted,
    page: PageRequest,
) -> Result<(i64, Vec<MessageView>), Problem> {
    let mut tx = app.store.read(ctx).await?;
    let (count, mut rows) = storage::list(&mut tx, ctx.tenant, wanted, page).await?;
    let closed = patients::api::closed(&mut tx, ctx.tenant).await?;
    for row in &mut rows {
        if closed.covers(row.recipient.as_str(), row.patient_id) {
            row.body.clear();
        }
    }
    Ok((count, rows))
}

/// Messages that were given up and wait for a person.
///
/// # Errors
/// The database's.
pub async fn dead_letters(app: &App, ctx: &Ctx) -> Result<i64, Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::dead_letters(&mut tx, ctx.tenant).await?)
}

/// Tries a failed message again because a person says so.
///
/// # Errors
/// 404, or 409 when it has not failed or the provider took it.
pub async fn send_again(app: &App, ctx: &Ctx, id: MessageId) -> Result<(), Problem> {
    let (app_, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let app = app_;
                storage::view(tx, ctx.tenant, id)
                    .await?
                    .ok_or_else(Problem::not_found)?;
                let now = app.clock.now();
                let again = storage::send_again(tx, ctx.tenant, id, now).await;
                again.map_err(|error| match error {
                    StoreError::RowCount { .. } => Problem::conflict("not-failed"),
                    other => other.into(),
                })?;
                jobs::revive(tx, &storage::WORK, ctx.tenant, id.uuid(), now).await?;
                audit::api::record(
                    tx,
                    &app,
                    &ctx,
                    "message.send_again",
                    "message",
                    id.uuid(),
                    None,
                )
                .await?;
                tx.emit(TOPIC, id.uuid());
                Ok(())
            })
        })
        .await
}

/// Names the number a clinic writes from.
///
/// # Errors
/// 409 when another clinic has it.
pub async fn set_sender(
    app: &App,
    tenant: TenantId,
    channel: Channel,
    address: &Phone,
) -> Result<(), Problem> {
    let address = address.clone();
    let set = app.store.write(tenant, move |tx| {
        Box::pin(async move { storage::set_sender(tx, tenant, channel, &address).await })
    });
    set.await.map_err(|error| {
        if error.is_unique_violation() {
            Problem::conflict("sender-taken")
        } else {
            error.into()
        }
    })
}

/// The number a clinic writes from; it calls from that of its text messages where it
/// has none for calls.
///
/// # Errors
/// The database's.
pub async fn sender(
    tx: &mut ReadTx,
    tenant: TenantId,
    channel: Channel,
) -> Result<Option<String>, StoreError> {
    calls::sender(tx, tenant, channel).await
}

/// The clinic that owns the number a message came to.
///
/// # Errors
/// The database's.
pub async fn tenant_of_sender(
    app: &App,
    channel: Channel,
    address: &Phone,
) -> Result<Option<TenantId>, StoreError> {
    let mut tx = app.store.read(Scope::System).await?;
    storage::tenant_of_sender(&mut tx, channel, address).await
}
