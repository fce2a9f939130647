//! What is different about an e-mail: who takes it, and that one server may take what the
//! other did not.

use std::{sync::Arc, time::Duration};

use kernel::{EmailAddress, Redacted};
use ports::{Accepted, ErrorClass, MailSender, OutgoingMail, SendError};
use send_rules::Channel;

use super::ways;
use crate::{App, messaging::model::ToSend};

/// How long an address that its server refused for good is not written to.
pub(super) const AVOIDED_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

/// The words of the ways for e-mails in the database, the one to be tried first at the
/// beginning.
pub(in crate::messaging) fn providers(app: &App) -> Vec<&'static str> {
    let words: Vec<_> = servers(app).map(|way| way.provider()).collect();
    // Where messages really leave and no mail server is set, the attempt says so.
    if words.is_empty() {
        vec!["simulator"]
    } else {
        words
    }
}

fn servers(app: &App) -> impl Iterator<Item = &Arc<dyn MailSender>> {
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

/// Makes the attempt.
pub(super) async fn send(
    app: &App,
    job: &jobs::Job,
    (message, to): (&ToSend, &EmailAddress),
    provider: &str,
) -> Result<Accepted, SendError> {
    let Some(mail) = servers(app).find(|way| way.provider() == provider) else {
        return Err(ways::nobody("no mail server is set"));
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
