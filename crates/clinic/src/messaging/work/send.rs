//! One try to send one message, in three steps: decide and note the attempt,
//! call the provider, note the outcome. A kill between any two leaves an open
//! attempt, which the next try looks up at the provider before anything else.

use kernel::{Phone, Timestamp};
use ports::{Call, Content, DeliveryReport, ErrorClass, Outgoing, SendError};
use send_rules::{Category, Channel, Choice, Decision, MessageState, Reason, decide};
use store::{StoreError, WriteTx};

use crate::App;
use crate::messaging::{
    api::{self, TOPIC},
    model::{Attempt, AttemptOutcome, ConsentSource, Recipient, Target, ToSend},
    storage::{self, AttemptEnd, Step},
    work::{
        content::{self, Unsaid},
        cost,
        facts::facts,
        fallback::{fall_back, is_of_the_way},
        lines::{self, Permit, Wait},
        push,
        unasked::{self, Undecided},
        voice, ways,
    },
};

/// What the first step found out.
pub(in crate::messaging) enum Next {
    /// Nothing more to do: the row was ended or put off.
    Over,
    /// Call the provider; the attempt has this number.
    Send {
        message: ToSend,
        from: String,
        number: i32,
        permit: Permit,
        /// The device, when it is a notification.
        target: Option<Target>,
    },
    /// An earlier attempt may have arrived: ask the provider.
    LookUp {
        message: ToSend,
        from: String,
        attempt: Attempt,
        known_ids: Vec<String>,
        permit: Permit,
    },
}

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

/// The first step, in one transaction: may it go now, and did it go before?
pub(in crate::messaging) async fn begin(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
) -> Result<Next, StoreError> {
    let Some(mut message) = storage::to_send(tx, job.tenant, job.id).await? else {
        return Err(StoreError::RowCount {
            expected: 1,
            actual: 0,
        });
    };
    if !message.state.needs_work() {
        jobs::finish(tx, &storage::WORK, job).await?;
        return Ok(Next::Over);
    }
    let from = match message.sender.take() {
        None => voice::sender(tx, job.tenant, message.channel).await?,
        own => own,
    };
    let from = from.unwrap_or_default();
    let attempt = message.last_attempt();
    if let Some(attempt) = attempt.as_ref().filter(|attempt| attempt.is_open()) {
        match unasked::undecided(tx, app, job, (&message, attempt)).await? {
            Undecided::Again => {}
            Undecided::Over => return Ok(Next::Over),
            Undecided::LookUp => {
                let by = ways::phone_provider(app);
                let permit = match lines::admit_question(app, by, message.category) {
                    Ok(permit) => permit,
                    Err(held) => return wait(tx, job, held).await,
                };
                let known_ids = voice::known_ids(tx, job.tenant, &message, attempt).await?;
                return Ok(Next::LookUp {
                    message,
                    from,
                    attempt: attempt.clone(),
                    known_ids,
                    permit,
                });
            }
        }
    }
    let now = app.clock.now();
    let form = match decide(&facts(tx, app, job.tenant, &message).await?) {
        Decision::Send(form) => form,
        Decision::WaitUntil(at, reason) => {
            put_off(tx, job, (at, reason)).await?;
            return Ok(Next::Over);
        }
        Decision::FallBack(reason) => {
            fall_back(tx, app, job.tenant, job.id).await?;
            refuse(tx, job, &message, (reason, None), now).await?;
            return Ok(Next::Over);
        }
        Decision::Refuse(reason) => {
            refuse(tx, job, &message, (reason, None), now).await?;
            return Ok(Next::Over);
        }
    };
    match content::choose(tx, job, &mut message, form).await {
        Ok(()) => {}
        Err(Unsaid::Store(error)) => return Err(error),
        Err(Unsaid::Missing(name)) => {
            let reason = (Reason::MissingVariable, Some(name.as_str()));
            fall_back(tx, app, job.tenant, job.id).await?;
            refuse(tx, job, &message, reason, now).await?;
            return Ok(Next::Over);
        }
    }
    // A lookup tells messages apart by text and number, so two equal ones never fly together.
    if message.state == MessageState::Queued
        && let Some(soon) = voice::wait_for_twin(tx, job, &message, now).await?
    {
        jobs::retry_at(
            tx,
            &storage::WORK,
            job,
            soon,
            Some("an equal message is under way"),
        )
        .await?;
        return Ok(Next::Over);
    }
    let number = attempt.map_or(1, |attempt| attempt.number + 1);
    let by = ways::providers(app, message.channel, &message.recipient);
    let permit = match lines::admit(app, job, &message, (&by, &from)) {
        Ok(permit) => permit,
        Err(held) => return wait(tx, job, held).await,
    };
    let to = (message.channel, &message.recipient);
    let target = push::target_of(tx, app, job.tenant, to).await?;
    storage::begin_attempt(tx, job, permit.provider(), number, now).await?;
    tx.emit(TOPIC, job.id);
    Ok(Next::Send {
        message,
        from,
        number,
        permit,
        target,
    })
}

/// Its time has not come: no try is used up, and why it waits can be seen.
async fn put_off(
    tx: &mut WriteTx,
    job: &jobs::Job,
    (at, reason): (Timestamp, Reason),
) -> Result<(), StoreError> {
    storage::hold(tx, job, reason.as_str()).await?;
    tx.emit(TOPIC, job.id);
    jobs::wait_until(tx, &storage::WORK, job, at, reason.as_str()).await
}

async fn wait(tx: &mut WriteTx, job: &jobs::Job, held: Wait) -> Result<Next, StoreError> {
    lines::wait(tx, job, held).await?;
    Ok(Next::Over)
}

async fn refuse(
    tx: &mut WriteTx,
    job: &jobs::Job,
    message: &ToSend,
    (reason, detail): (Reason, Option<&str>),
    now: Timestamp,
) -> Result<(), StoreError> {
    let expired = matches!(reason, Reason::Expired | Reason::ExpiresOvernight);
    let step = Step {
        from: message.state,
        to: if expired {
            MessageState::Expired
        } else {
            MessageState::Refused
        },
        reason: Some(reason.as_str()),
        detail,
        error_code: None,
        retryable: Some(false),
    };
    storage::step(tx, job.tenant, job.id, step, now).await?;
    tx.emit(TOPIC, job.id);
    jobs::finish(tx, &storage::WORK, job).await
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

/// The provider has it.
pub(in crate::messaging) async fn accepted(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
    (number, message): (i32, &ToSend),
    provider_id: &str,
    simulated: bool,
) -> Result<(), StoreError> {
    let now = app.clock.now();
    let state = if simulated {
        MessageState::Simulated
    } else {
        MessageState::Accepted
    };
    storage::accept(tx, job, provider_id, state, now).await?;
    let end = AttemptEnd {
        number,
        outcome: AttemptOutcome::Accepted,
        error_code: None,
        detail: None,
        provider_id: Some(provider_id),
    };
    storage::end_attempt(tx, job, end, now).await?;
    if !simulated {
        cost::note(tx, app, job, (number, message)).await?;
    }
    tx.emit(TOPIC, job.id);
    Ok(())
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
        provider_id: None,
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
        jobs::bury(tx, &storage::WORK, job, now, &error.to_string()).await?;
        // A wrong key for notifications is no reason not to write: the number is known.
        if way.0 == Channel::Push && fall_back(tx, app, job.tenant, job.id).await? {
            storage::not_dead(tx, job.tenant, job.id).await?;
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
