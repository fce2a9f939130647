//! Who takes a message.

use ports::{Accepted, ErrorClass, GatewayMessage, GatewaySender, SendError};
use send_rules::Channel;

use super::{mail, push};
use crate::{
    App,
    messaging::model::{Recipient, ToSend},
};

/// The words in the database for those who take messages of this channel to this person,
/// the first to be tried at the beginning.
pub(in crate::messaging) fn providers(
    app: &App,
    channel: Channel,
    to: &Recipient,
) -> Vec<&'static str> {
    match (channel, to) {
        (Channel::Email, _) => mail::providers(app),
        (Channel::Push, _) => push::provider(app).into_iter().collect(),
        (channel, to) if goes_by_gateway(app, channel, to) => vec![GatewaySender::PROVIDER],
        _ => vec![phone_provider(app)],
    }
}

/// Whether a local operator takes messages of this channel to this person.
pub(in crate::messaging) fn goes_by_gateway(app: &App, channel: Channel, to: &Recipient) -> bool {
    match (channel, to, &app.gateway) {
        (Channel::Sms, Recipient::Phone(phone), Some(gateway)) => {
            gateway.description().takes(phone)
        }
        _ => false,
    }
}

/// The word for who takes all other messages to phones.
pub(in crate::messaging) fn phone_provider(app: &App) -> &'static str {
    if app.sender.is_simulated() {
        "simulator"
    } else {
        "twilio"
    }
}

/// Makes an attempt by the local operator.
pub(super) async fn send_by_gateway(
    app: &App,
    job: &jobs::Job,
    (message, from): (&ToSend, &str),
) -> Result<Accepted, SendError> {
    let Some(gateway) = &app.gateway else {
        return Err(nobody("no operator is set for text messages"));
    };
    let text = kernel::Redacted(message.body.clone());
    let outgoing = GatewayMessage {
        to: message.recipient.as_str(),
        from,
        text: &text,
        id: &job.id.as_simple().to_string(),
    };
    gateway.send(&outgoing).await
}

/// The failure where there is nobody to take a message.
pub(super) fn nobody(why: &str) -> SendError {
    SendError {
        class: ErrorClass::Account,
        code: None,
        detail: why.to_owned(),
        retry_after: None,
        silent: false,
    }
}
