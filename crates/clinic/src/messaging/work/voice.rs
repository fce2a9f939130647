//! What is different about a call: it is spoken, asks for keys, finds lines engaged, and
//! has no text by which the provider could be asked for it.

use std::time::Duration;

use kernel::{Locale, Phone, TenantId, Timestamp};
use ports::{Ask, Call, DeliveryReport};
use send_rules::{Channel, MessageState};
use store::{ReadTx, StoreError, WriteTx};
use uuid::Uuid;
use webkit::Texts;

use super::undelivered::hand_over_again;
use crate::messaging::{
    api::TOPIC,
    model::{Called, OneAttempt, ToSend},
    storage::{self, Step},
};
use crate::{App, identity, patients};

/// How often a number is called about one message.
const MOST_CALLS: i64 = 3;
/// How long after a call that reached nobody the next one is made.
const PAUSE: Duration = Duration::from_secs(15 * 60);
/// How long a call lasts at most, with its ringing, should its end never be reported.
const LASTS: Duration = Duration::from_secs(5 * 60);
/// How soon a call that waits for another to that number is looked at again.
const NEXT_LOOK: Duration = Duration::from_secs(10);
/// The address messages of a channel leave from; calls, where the clinic has no number
/// for them, from that of its text messages if it is one.
pub(in crate::messaging) async fn sender(
    tx: &mut ReadTx,
    tenant: TenantId,
    channel: Channel,
) -> Result<Option<String>, StoreError> {
    let own = storage::sender(tx, tenant, channel).await?;
    if own.is_some() || channel != Channel::Voice {
        return Ok(own);
    }
    let sms = storage::sender(tx, tenant, Channel::Sms).await?;
    Ok(sms.filter(|address| address.parse::<Phone>().is_ok()))
}

/// Where the provider reports what becomes of a message of this channel.
pub(super) fn status_address(app: &App, channel: Channel) -> String {
    let path = match channel {
        Channel::Voice => "voice/status",
        Channel::Whatsapp | Channel::Sms | Channel::Push | Channel::Email => "status",
    };
    format!("{}/api/v1/webhooks/twilio/{path}/", app.settings.public_url)
}

/// How a message is spoken, when it goes by a call.
pub(super) async fn call(
    app: &App,
    job: &jobs::Job,
    message: &ToSend,
) -> Result<Option<Call>, StoreError> {
    if message.channel != Channel::Voice {
        return Ok(None);
    }
    let mut tx = app.store.read(job.tenant).await?;
    let called = storage::spoken(&mut tx, job.tenant, job.id).await?;
    let language = language(&mut tx, job.tenant, &called).await?;
    Ok(Some(spoken(app, &called, language, 1)))
}

/// The language that its maker chose, else the patient's, else the clinic's.
pub(in crate::messaging) async fn language(
    tx: &mut ReadTx,
    tenant: TenantId,
    called: &Called,
) -> Result<Locale, StoreError> {
    if let Some(language) = called.spoken_in {
        return Ok(language);
    }
    if let Some(patient) = called.patient_id
        && let Some(known) = patients::api::summary(tx, tenant, patient).await?
    {
        return Ok(known.locale);
    }
    Ok(identity::api::tenant(tx, tenant).await?.locale)
}

/// How a message is spoken for the `time`th time.
pub(in crate::messaging) fn spoken(app: &App, called: &Called, language: Locale, time: u8) -> Call {
    let texts = Texts::new(language);
    let base = &app.settings.public_url;
    let ask = Ask {
        prompt: texts.get("call-prompt"),
        address: format!("{base}/api/v1/webhooks/twilio/voice/keys/?said={time}"),
    };
    Call {
        language,
        goodbye: texts.get("call-goodbye"),
        ask: called.asks.unwrap_or_default().then_some(ask),
    }
}

/// When a message must wait because another could be taken for it: one with the same
/// text, or any other call to that number, under way already or `beside` it now.
pub(super) async fn wait_for_twin<'m>(
    tx: &mut ReadTx,
    job: &jobs::Job,
    (message, mut beside): (&ToSend, impl Iterator<Item = &'m ToSend>),
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let (calls, look) = match message.channel {
        Channel::Voice => {
            let of = (&message.recipient, job.id);
            let since = now.minus(LASTS);
            let calls = storage::calls_under_way(tx, job.tenant, of, since);
            (calls.await?, NEXT_LOOK)
        }
        Channel::Whatsapp | Channel::Sms | Channel::Push | Channel::Email => {
            (0, Duration::from_secs(1))
        }
    };
    let twins = match message.content_sid {
        // Its words were chosen since they were compared.
        Some(_) => storage::twins_in_flight(tx, job, message).await?,
        None => message.twins,
    };
    let waits = calls + twins > 0 || beside.any(|other| is_twin(message, other));
    Ok(waits.then(|| now.plus(look)))
}

fn is_twin(one: &ToSend, other: &ToSend) -> bool {
    let both_call = one.channel == Channel::Voice && other.channel == Channel::Voice;
    one.recipient == other.recipient && (both_call || one.body_sha256 == other.body_sha256)
}

/// The word for why a report ends a message.
pub(in crate::messaging) fn reason_of(report: DeliveryReport) -> Option<&'static str> {
    match report {
        DeliveryReport::Failed => Some("undelivered"),
        DeliveryReport::CallBusy
        | DeliveryReport::CallNoAnswer
        | DeliveryReport::CallCanceled
        | DeliveryReport::CallFailed => Some(report.as_str()),
        DeliveryReport::Accepted
        | DeliveryReport::Sent
        | DeliveryReport::Delivered
        | DeliveryReport::Read => None,
    }
}

/// Notes that a call reached nobody, and puts the message back for the next one where
/// that can help: what then holds (quiet hours, expiry) is decided anew. True when
/// nothing more is to be done about the report.
pub(in crate::messaging) async fn missed(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    call: OneAttempt<'_>,
    (from, report, error_code): (MessageState, DeliveryReport, Option<i64>),
) -> Result<bool, StoreError> {
    let busy = matches!(
        report,
        DeliveryReport::CallBusy | DeliveryReport::CallNoAnswer
    );
    let ended = busy
        || matches!(
            report,
            DeliveryReport::CallCanceled | DeliveryReport::CallFailed
        );
    if !ended {
        return Ok(false);
    }
    let reason = report.as_str();
    storage::not_reached(tx, tenant, call, (reason, error_code)).await?;
    let made = storage::times_taken(tx, tenant, call.message).await?;
    let now = app.clock.now();
    let then = (reason, now.plus(PAUSE));
    if busy && made < MOST_CALLS && hand_over_again(tx, app, tenant, call, then).await? {
        tx.emit(TOPIC, call.message);
        return Ok(true);
    }
    if from == MessageState::Simulated {
        played(tx, tenant, call.message, reason, now).await?;
        return Ok(true);
    }
    Ok(false)
}

/// Nothing was really called: the message stays what it is, with the reason that was played.
async fn played(
    tx: &mut WriteTx,
    tenant: TenantId,
    message: Uuid,
    reason: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let step = Step {
        from: MessageState::Simulated,
        to: MessageState::Simulated,
        reason: Some(reason),
        detail: None,
        error_code: None,
        retryable: None,
    };
    storage::step(tx, tenant, message, step, now).await?;
    tx.emit(TOPIC, message);
    Ok(())
}
