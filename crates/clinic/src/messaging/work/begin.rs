//! The first step of a try to send: decide, and note the attempt. Messages that are due at
//! the same moment take it together.

use jobs::Job;
use kernel::{TenantId, Timestamp};
use send_rules::{Decision, MessageState, Reason, decide};
use store::{StoreError, WriteTx};

use crate::App;
use crate::messaging::{
    api::TOPIC,
    model::{Attempt, Target, ToSend},
    storage::{self, Begun, Step},
    work::{
        content::{self, Unsaid},
        discreet,
        facts::facts,
        fallback::fall_back,
        lines::{self, Permit, Wait},
        lookup, push,
        unasked::{self, Undecided},
        voice, ways,
    },
};

/// What the first step found out.
pub(super) enum Next {
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

impl Next {
    /// The message that is sent now.
    const fn sent(&self) -> Option<&ToSend> {
        match self {
            Self::Send { message, .. } => Some(message),
            Self::Over | Self::LookUp { .. } => None,
        }
    }

    /// The attempt that begins with it.
    fn begun(&self, job: &Job) -> Option<Begun> {
        match self {
            Self::Send { number, permit, .. } => Some(Begun {
                id: job.id,
                token: job.token,
                provider: permit.provider(),
                number: *number,
            }),
            Self::Over | Self::LookUp { .. } => None,
        }
    }
}

/// The first step of several messages, in one transaction.
pub(super) async fn begin(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    jobs: &[Job],
) -> Result<Vec<Next>, StoreError> {
    let ids = jobs.iter().map(|job| job.id);
    let mut due = storage::all_to_send(tx, tenant, ids).await?;
    let mut steps = Vec::with_capacity(jobs.len());
    for job in jobs {
        let message = due.remove(&job.id).ok_or(StoreError::RowCount {
            expected: 1,
            actual: 0,
        })?;
        steps.push(decide_step(tx, app, job, message, &steps).await?);
    }
    let begun = jobs.iter().zip(&steps);
    let begun: Vec<Begun> = begun.filter_map(|(job, step)| step.begun(job)).collect();
    storage::begin_attempts(tx, tenant, &begun, app.clock.now()).await?;
    for begun in begun {
        tx.emit(TOPIC, begun.id);
    }
    Ok(steps)
}

/// May it go now, and did it go before? `beside` begin in the same transaction.
async fn decide_step(
    tx: &mut WriteTx,
    app: &App,
    job: &Job,
    mut message: ToSend,
    beside: &[Next],
) -> Result<Next, StoreError> {
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
                let known_ids = lookup::known_ids(tx, job.tenant, &message, attempt).await?;
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
    match discreet::look_again(tx, app, job, &mut message).await {
        Ok(()) => {}
        Err(Unsaid::Store(error)) => return Err(error),
        Err(Unsaid::Missing(name)) => {
            let reason = (Reason::MissingVariable, Some(name.as_str()));
            refuse(tx, job, &message, reason, now).await?;
            return Ok(Next::Over);
        }
    }
    let to = (message.channel, &message.recipient);
    let target = push::target_of(tx, app, job.tenant, to).await?;
    let known = facts(tx, app, job.tenant, (&message, target.as_ref())).await?;
    let form = match decide(&known) {
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
        && let Some(soon) = voice::wait_for_twin(
            tx,
            job,
            (&message, beside.iter().filter_map(Next::sent)),
            now,
        )
        .await?
    {
        let why = "an equal message is under way";
        jobs::wait_until(tx, &storage::WORK, job, soon, why).await?;
        return Ok(Next::Over);
    }
    let number = attempt.map_or(1, |attempt| attempt.number + 1);
    let by = ways::providers(app, message.channel, &message.recipient);
    let permit = match lines::admit(app, job, &message, (&by, &from)) {
        Ok(permit) => permit,
        Err(held) => return wait(tx, job, held).await,
    };
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
    job: &Job,
    (at, reason): (Timestamp, Reason),
) -> Result<(), StoreError> {
    storage::hold(tx, job, reason.as_str()).await?;
    tx.emit(TOPIC, job.id);
    jobs::wait_until(tx, &storage::WORK, job, at, reason.as_str()).await
}

async fn wait(tx: &mut WriteTx, job: &Job, held: Wait) -> Result<Next, StoreError> {
    lines::wait(tx, job, held).await?;
    Ok(Next::Over)
}

async fn refuse(
    tx: &mut WriteTx,
    job: &Job,
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
