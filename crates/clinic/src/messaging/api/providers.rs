//! How the providers are, as this process sees them.

use ports::GatewaySender;
use send_rules::Standing;

use crate::{
    App,
    messaging::work::{lines::lines, mail, ways},
};

/// A provider that messages are handed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// The word for it, as in the database: `twilio`, `gateway`, `sendgrid`, `smtp`,
    /// `simulator`.
    pub name: &'static str,
    /// How it is.
    pub standing: Standing,
}

/// Who takes messages to phones, but for what a local operator takes.
#[must_use]
pub fn phone_provider(app: &App) -> Provider {
    provider(app, ways::phone_provider(app))
}

/// The local operator that takes text messages, if there is one.
#[must_use]
pub fn sms_gateway(app: &App) -> Option<Provider> {
    let gateway = app.gateway.as_ref();
    gateway.map(|_| provider(app, GatewaySender::PROVIDER))
}

/// Who takes e-mails, the first to be tried at the beginning; nobody where none are written.
#[must_use]
pub fn mail_providers(app: &App) -> Vec<Provider> {
    if app.mail.is_none() {
        return Vec::new();
    }
    let names = mail::providers(app).into_iter();
    names.map(|name| provider(app, name)).collect()
}

/// All of them, each once.
#[must_use]
pub fn providers(app: &App) -> Vec<Provider> {
    let phones = phone_provider(app);
    let mut mails = mail_providers(app);
    mails.retain(|mail| mail.name != phones.name);
    let phones = std::iter::once(phones).chain(sms_gateway(app));
    phones.chain(mails).collect()
}

fn provider(app: &App, name: &'static str) -> Provider {
    Provider {
        name,
        standing: lines(app).standing(name, app.clock.now()),
    }
}
