//! Providers that cannot be asked later what became of a message: mail servers, a local
//! operator's gateway, and Firebase. What a person sends again stands at `queued`, what was cut off at
//! `sending`.

use ports::GatewaySender;
use send_rules::{Category, Channel, MessageState};
use store::{StoreError, WriteTx};

use super::send;
use crate::{
    App,
    messaging::{
        model::{Attempt, ToSend},
        storage,
    },
};

/// What follows from an attempt whose outcome nobody noted.
pub(super) enum Undecided {
    /// Ask the provider.
    LookUp,
    /// Nothing: it was set aside for a person.
    Over,
    /// A new attempt: a person asked for it, or two of them harm nobody.
    Again,
}

/// Whether the provider that took a message of this channel can be asked for it.
pub(super) fn can_be_asked((channel, provider): (Channel, &str)) -> bool {
    !matches!(channel, Channel::Push | Channel::Email) && provider != GatewaySender::PROVIDER
}

/// Decides about a message with such an attempt.
pub(super) async fn undecided(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
    (message, attempt): (&ToSend, &Attempt),
) -> Result<Undecided, StoreError> {
    if can_be_asked((message.channel, &attempt.provider)) {
        return Ok(Undecided::LookUp);
    }
    if message.state == MessageState::Queued || !settle(tx, app, job, message).await? {
        return Ok(Undecided::Again);
    }
    Ok(Undecided::Over)
}

/// Sets a message aside that may have arrived. False where it goes once more instead.
pub(super) async fn settle(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
    message: &ToSend,
) -> Result<bool, StoreError> {
    // A second notification takes the place of the first (ADR 24).
    if message.channel == Channel::Push {
        return Ok(false);
    }
    if may_repeat(message) && storage::open_attempts(tx, job).await? < 2 {
        return Ok(false);
    }
    send::give_up(tx, app, job, "outcome_unknown", None).await?;
    let why = "nobody knows whether it arrived";
    jobs::bury(tx, &storage::WORK, job, app.clock.now(), why).await?;
    Ok(true)
}

/// A second text message with a reminder or the same code harms nobody
/// (`spec/messaging.md`, unknown outcome); e-mails wait for a person (ADR 16).
fn may_repeat(message: &ToSend) -> bool {
    message.channel != Channel::Email
        && matches!(message.category, Category::Reminder | Category::Security)
}
