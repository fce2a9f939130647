//! Whether a message that may be sent goes to its provider now, and what its attempt
//! tells of the way there.

use std::{
    fmt,
    num::NonZeroU32,
    sync::{MutexGuard, PoisonError},
    time::Duration,
};

use kernel::Timestamp;
use ports::{ErrorClass, GatewaySender, SendError};
use send_rules::{Asking, Category, Channel, Health, Held, Lines, Sender, Silence, Ticket, Told};
use store::{StoreError, WriteTx};

use crate::{
    App,
    messaging::{api::TOPIC, model::ToSend, storage},
};

/// How long a sender waits that was too fast, when the provider does not say.
const SLOWER: Duration = Duration::from_secs(1);

/// The right to make one attempt. One that is dropped was not made.
pub(in crate::messaging) struct Permit {
    app: App,
    provider: &'static str,
    ticket: Option<Ticket>,
}

/// Until when a message waits, and why.
pub(super) type Wait = (Timestamp, Held);

/// The state of the ways; held for a moment only.
pub(in crate::messaging) fn lines(app: &App) -> MutexGuard<'_, Lines> {
    app.lines().lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks for an attempt to send by the first of these providers that answers.
pub(super) fn admit(
    app: &App,
    job: &jobs::Job,
    message: &ToSend,
    (providers, from): (&[&'static str], &str),
) -> Result<Permit, Wait> {
    let mut wait = None;
    for provider in providers {
        let asking = Asking {
            provider,
            sender: (
                sender((message.channel, provider), from),
                per_second(app, (message.channel, provider), from),
            ),
            id: job.id.as_u128(),
            category: message.category,
        };
        let admitted = lines(app).admit(&asking, app.clock.now(), chance(app));
        match admitted {
            Ok(ticket) => return Ok(Permit::new(app, provider, ticket)),
            Err((until, Held::Silent)) => wait = wait.or(Some((until, Held::Silent))),
            Err(paced) => return Err(paced),
        }
    }
    Err(wait.unwrap_or((app.clock.now(), Held::Silent)))
}

/// Asks for a question to the provider.
pub(super) fn admit_question(
    app: &App,
    provider: &'static str,
    category: Category,
) -> Result<Permit, Wait> {
    let ticket = lines(app).admit_question((provider, category), app.clock.now(), chance(app))?;
    Ok(Permit::new(app, provider, ticket))
}

/// Puts a message off that may not go to its provider now. No attempt is noted, and none
/// is used up.
pub(super) async fn wait(
    tx: &mut WriteTx,
    job: &jobs::Job,
    (until, why): Wait,
) -> Result<(), StoreError> {
    storage::hold(tx, job, why.as_str()).await?;
    if why == Held::Silent {
        tx.emit(TOPIC, job.id);
    }
    jobs::wait_until(tx, &storage::WORK, job, until, why.as_str()).await
}

/// Notes that the provider wants less of a sender.
pub(super) fn slow_down(
    app: &App,
    (way, from): ((Channel, &'static str), &str),
    error: &SendError,
) {
    if error.class == ErrorClass::RateLimited {
        let wait = error.retry_after.unwrap_or(SLOWER);
        let until = app.clock.now().plus(wait);
        lines(app).slow_down(&sender(way, from), until);
    }
}

/// Whom a message leaves from. E-mails all have the same sender, notifications none, and each
/// provider its own measure of them; a local operator measures its customer, whatever stands as the sender.
fn sender((channel, provider): (Channel, &str), from: &str) -> Sender {
    match channel {
        Channel::Sms if provider == GatewaySender::PROVIDER => (channel, provider.to_owned()),
        Channel::Push | Channel::Email => (channel, provider.to_owned()),
        Channel::Whatsapp | Channel::Sms | Channel::Voice => (channel, from.to_owned()),
    }
}

/// How many a second may leave from there.
fn per_second(app: &App, (channel, provider): (Channel, &str), from: &str) -> Option<NonZeroU32> {
    if provider == GatewaySender::PROVIDER {
        return app.gateway.as_ref()?.description().per_second();
    }
    app.settings.speeds.as_ref()?.of(channel, from)
}

/// From 0 up to but not including 1.
fn chance(app: &App) -> f64 {
    let thousandths = u32::try_from(app.rng.below(1000)).unwrap_or(0);
    f64::from(thousandths) / 1000.0
}

fn silence(error: &SendError) -> Silence {
    Silence {
        class: error.class.as_str(),
        detail: error.detail.clone(),
    }
}

impl Permit {
    fn new(app: &App, provider: &'static str, ticket: Ticket) -> Self {
        Self {
            app: app.clone(),
            provider,
            ticket: Some(ticket),
        }
    }

    /// Who was to be tried.
    pub(in crate::messaging) const fn provider(&self) -> &'static str {
        self.provider
    }

    /// We were turned away, and there is another way.
    pub(super) fn turned_away(mut self, error: &SendError) {
        self.end(Told::Shut(silence(error)));
    }

    /// What came of the attempt.
    pub(super) fn tell(mut self, error: Option<&SendError>) {
        let silence = error.filter(|error| error.silent).map(silence);
        if silence.is_some() {
            metrics::counter!("lafiya_provider_silent_total", "provider" => self.provider)
                .increment(1);
        }
        self.end(silence.map_or(Told::Answered, Told::Silent));
    }

    fn end(&mut self, told: Told) {
        let Some(ticket) = self.ticket.take() else {
            return;
        };
        let (provider, now) = (self.provider, self.app.clock.now());
        let mut lines = lines(&self.app);
        let before = lines.standing(provider, now).health;
        lines.tell(provider, ticket, told, now);
        let standing = lines.standing(provider, now);
        drop(lines);
        match (before, standing.health) {
            (before, after) if before == after => {}
            (_, Health::Unhealthy) => {
                let detail = standing.last.map(|(_, silence)| silence.detail);
                tracing::warn!(provider, detail, "does not answer: its messages wait");
            }
            (_, Health::Healthy) => tracing::info!(provider, "answers again"),
            (_, Health::Degraded) => {}
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.end(Told::Nothing);
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit")
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}
