//! One try to send one message, in three steps: decide and note the attempt,
//! call the provider, note the outcome. A kill between any two leaves an open
//! attempt, which the next try looks up at the provider before anything else.

use kernel::Phone;
use ports::{Call, Content, DeliveryReport, ErrorClass, Outgoing, SendError};
use send_rules::{Category, Channel, Choice, MessageState};
use store::{StoreError, WriteTx};

use crate::App;
use crate::messaging::{
    api::{self, TOPIC},
    model::{AttemptOutcome, ConsentSource, Recipient, ToSend},
    storage::{self, AttemptEnd, Step},
    work::{
        fallback::{fall_back, is_of_the_way},
        unasked, voice,
    },
};

pub(in crate::messaging) const fn state_of(report: DeliveryReport) -> MessageState {
    match report {
        DeliveryReport::Accepted => MessageState::Accepted,
        DeliveryReport::Sent => MessageState::Sent,
        DeliveryReport::Delivered => MessageState::Delivered,
        DeliveryReport::Read => MessageState::Read,
        DeliveryReport::Failed
        | DeliveryReport::CallBusy
        | DeliveryReport::CallNoAnswer
        | DeliveryReport::CallCanceled
        | DeliveryReport::CallFailed => MessageState::Failed,
    }
}

/// The message as the provider wants it.
pub(in crate::messaging) fn outgoing(
    app: &App,
    message: &ToSend,
    (to, from): (&Phone, &str),
    call: Option<Call>,
) -> Outgoing {
    Outgoing {
        from: address(message.channel, from),
        to: address(message.channel, to.as_e164()),
        body: kernel::Redacted(message.body.clone()),
        content: content(message),
        status_callback: Some(voice::status_address(app, message.channel)),
        call,
    }
}

/// The approved text it goes as.
fn content(message: &ToSend) -> Option<Content> {
    let sid = message.content_sid.clone()?;
    let variables = message.content_variables.clone().unwrap_or_default();
    Some(Content {
        sid,
        variables: kernel::Redacted(variables),
    })
}

/// Twilio prefixes WhatsApp addresses (docs: WhatsApp, "Sending messages").
pub(in crate::messaging) fn address(channel: Channel, number: &str) -> String {
    match channel {
        Channel::Whatsapp => format!("whatsapp:{number}"),
        Channel::Sms | Channel::Voice | Channel::Push | Channel::Email => number.to_owned(),
    }
}

/// The attempt failed. True when the message is over, false when it may be tried again.
pub(in crate::messaging) async fn failed(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
    number: i32,
    (way, error): ((Channel, &str), &SendError),
) -> Result<bool, StoreError> {
    let now = app.clock.now();
    let unknown = error.class == ErrorClass::Unknown;
    let end = AttemptEnd {
        number,
        outcome: if unknown {
            AttemptOutcome::Unknown
        } else {
            AttemptOutcome::NotSent
        },
        error_code: error.code,
        detail: Some(&error.detail),
    };
    storage::end_attempt(tx, job, end, now).await?;
    if unknown && !unasked::can_be_asked(way) {
        return match storage::to_send(tx, job.tenant, job.id).await? {
            Some(message) => unasked::settle(tx, app, job, &message).await,
            None => Ok(false),
        };
    }
    if unknown || error.class.can_retry() {
        return Ok(false);
    }
    if error.class == ErrorClass::Account {
        give_up(tx, app, job, error.class.as_str(), error.code).await?;
        // A wrong key for notifications is no reason not to write: the number is known.
        if way.0 == Channel::Push && fall_back(tx, app, job.tenant, job.id).await? {
            jobs::finish(tx, &storage::WORK, job).await?;
        } else {
            jobs::bury(tx, &storage::WORK, job, now, &error.to_string()).await?;
        }
        return Ok(true);
    }
    let step = Step {
        from: MessageState::Sending,
        to: MessageState::Failed,
        reason: Some(error.class.as_str()),
        detail: None,
        error_code: error.code,
        retryable: Some(false),
    };
    storage::step(tx, job.tenant, job.id, step, now).await?;
    if error.class == ErrorClass::OptedOut {
        let message = storage::to_send(tx, job.tenant, job.id).await?;
        if let Some(Recipient::Phone(phone)) = message.map(|message| message.recipient) {
            let left = (Choice::of_all(false), ConsentSource::Provider);
            api::note_consent(tx, app, job.tenant, &phone, left).await?;
        }
    }
    if is_of_the_way(error.class) {
        fall_back(tx, app, job.tenant, job.id).await?;
    }
    tx.emit(TOPIC, job.id);
    jobs::finish(tx, &storage::WORK, job).await?;
    Ok(true)
}

/// Marks a message as failed after its last try, or writes it for its other way. What may
/// have arrived goes no other way by itself, except a reminder and the like: two of them
/// harm nobody (`spec/messaging.md`, unknown outcome).
pub(in crate::messaging) async fn exhausted(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
) -> Result<(), StoreError> {
    give_up(tx, app, job, "given_up", None).await?;
    let message = storage::to_send(tx, job.tenant, job.id).await?;
    let Some(message) = message else {
        return Ok(());
    };
    let may_be_there = message
        .last_attempt()
        .is_some_and(|attempt| attempt.is_open());
    let harmless = matches!(
        message.category,
        Category::Notification | Category::Reminder
    );
    if (harmless || !may_be_there) && fall_back(tx, app, job.tenant, job.id).await? {
        storage::not_dead(tx, job.tenant, job.id).await?;
    }
    Ok(())
}

/// Marks a message as failed that a person may send again.
pub(in crate::messaging) async fn give_up(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
    reason: &str,
    error_code: Option<i64>,
) -> Result<(), StoreError> {
    let state = storage::state(tx, job.tenant, job.id).await?;
    let Some(from) = state.filter(|state| state.needs_work()) else {
        return Ok(());
    };
    let step = Step {
        from,
        to: MessageState::Failed,
        reason: Some(reason),
        detail: None,
        error_code,
        retryable: Some(true),
    };
    storage::step(tx, job.tenant, job.id, step, app.clock.now()).await?;
    tx.emit(TOPIC, job.id);
    Ok(())
}
