//! What is different about an e-mail: its server cannot be asked later what
//! became of it, so one whose outcome is unknown waits for a person.

use std::{sync::Arc, time::Duration};

use kernel::{EmailAddress, Redacted};
use ports::{Accepted, ErrorClass, MailSender, OutgoingMail, SendError};
use send_rules::{Channel, MessageState};
use store::{StoreError, WriteTx};

use super::send;
use crate::{
    App,
    messaging::{model::ToSend, storage},
};

/// How long an address that its server refused for good is not written to.
pub(super) const AVOIDED_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

/// The words of the ways for e-mails in the database, the one to be tried first at the
/// beginning.
pub(in crate::messaging) fn providers(app: &App) -> Vec<&'static str> {
    let words: Vec<_> = ways(app).map(|way| way.provider()).collect();
    // Where messages really leave and no mail server is set, the attempt says so.
    if words.is_empty() {
        vec!["simulator"]
    } else {
        words
    }
}

fn ways(app: &App) -> impl Iterator<Item = &Arc<dyn MailSender>> {
    app.mail.iter().chain(&app.other_mail)
}

/// Whether a provider turned us away, whoever the mail is for, while there is another one:
/// the mail was certainly not sent and goes that way.
pub(super) fn is_turned_away(
    app: &App,
    (way, provider): (Channel, &str),
    error: &SendError,
) -> bool {
    let last = providers(app).pop();
    way == Channel::Email && error.class == ErrorClass::Account && last != Some(provider)
}

/// What follows from an attempt whose outcome nobody noted.
pub(super) enum Undecided {
    /// Ask the provider.
    LookUp,
    /// Nothing: it was set aside for a person.
    Over,
    /// A new attempt: a person asked for it.
    Again,
}

/// Makes the attempt.
pub(super) async fn send(
    app: &App,
    job: &jobs::Job,
    (message, to): (&ToSend, &EmailAddress),
    provider: &str,
) -> Result<Accepted, SendError> {
    let Some(mail) = ways(app).find(|way| way.provider() == provider) else {
        return Err(SendError {
            class: ErrorClass::Account,
            code: None,
            detail: "no mail server is set".to_owned(),
            retry_after: None,
            silent: false,
        });
    };
    let outgoing = OutgoingMail {
        message_id: message.mail_id.clone().unwrap_or_default(),
        reference: format!("{}:{}", job.tenant, job.id),
        to: to.clone(),
        subject: message.subject.clone().unwrap_or_default(),
        text: Redacted(message.body.clone()),
        at: message.created_at,
    };
    mail.send(&outgoing).await
}

/// Decides about a message with such an attempt. What a person sends again
/// stands at `queued`, what was cut off at `sending`.
pub(super) async fn undecided(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
    message: &ToSend,
) -> Result<Undecided, StoreError> {
    match (message.channel, message.state) {
        (Channel::Whatsapp | Channel::Sms | Channel::Voice, _) => Ok(Undecided::LookUp),
        (Channel::Email, MessageState::Queued) => Ok(Undecided::Again),
        (Channel::Email, _) => {
            give_up(tx, app, job).await?;
            Ok(Undecided::Over)
        }
    }
}

/// Sets a mail aside that may have arrived.
pub(super) async fn give_up(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
) -> Result<(), StoreError> {
    send::give_up(tx, app, job, "outcome_unknown", None).await?;
    let why = "nobody knows whether the mail arrived";
    jobs::bury(tx, &storage::WORK, job, app.clock.now(), why).await
}
