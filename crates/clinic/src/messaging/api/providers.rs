//! How the providers are, as this process sees them.

use send_rules::Standing;

use crate::{
    App,
    messaging::work::{lines::lines, mail, send},
};

/// A provider that messages are handed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// The word for it, as in the database: `twilio`, `smtp`, `simulator`.
    pub name: &'static str,
    /// How it is.
    pub standing: Standing,
}

/// Who takes messages to phones.
#[must_use]
pub fn phone_provider(app: &App) -> Provider {
    provider(app, send::phone_provider(app))
}

/// Who takes e-mails, where there are any.
#[must_use]
pub fn mail_provider(app: &App) -> Option<Provider> {
    app.mail.as_ref()?;
    Some(provider(app, mail::provider(app)))
}

/// All of them, each once.
#[must_use]
pub fn providers(app: &App) -> Vec<Provider> {
    let phones = phone_provider(app);
    let mail = mail_provider(app).filter(|mail| mail.name != phones.name);
    std::iter::once(phones).chain(mail).collect()
}

fn provider(app: &App, name: &'static str) -> Provider {
    Provider {
        name,
        standing: lines(app).standing(name, app.clock.now()),
    }
}
