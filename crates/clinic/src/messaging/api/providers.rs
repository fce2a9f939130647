//! How the providers are, as this process sees them, and the ways of a clinic.

use std::time::Duration;

use kernel::{Ctx, EmailAddress, Phone, Problem};
use ports::GatewaySender;
use send_rules::Channel;
use store::ReadTx;

use crate::{
    App, identity,
    identity::api::Member,
    messaging::{
        model::{LastDay, Provider, Recipient, Way},
        storage,
        work::{lines::lines, mail, push, voice, ways},
    },
};

const DAY: Duration = Duration::from_secs(24 * 3600);

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

/// Who takes notifications, if there is somebody.
#[must_use]
pub fn push_provider(app: &App) -> Option<Provider> {
    push::provider(app).map(|name| provider(app, name))
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
    let mut others: Vec<_> = push_provider(app).into_iter().collect();
    others.extend(mail_providers(app));
    others.retain(|other| other.name != phones.name);
    let phones = std::iter::once(phones).chain(sms_gateway(app));
    phones.chain(others).collect()
}

fn provider(app: &App, name: &'static str) -> Provider {
    Provider {
        name,
        standing: lines(app).standing(name, app.clock.now()),
    }
}

/// Each way with who carries it, what left by it lately, and the caller's newest test.
///
/// # Errors
/// The database's.
pub async fn ways(app: &App, ctx: &Ctx) -> Result<Vec<Way>, Problem> {
    let me = match ctx.actor.user() {
        Some(_) => Some(identity::api::myself(app, ctx).await?),
        None => None,
    };
    let mut tx = app.store.read(ctx).await?;
    let since = app.clock.now().minus(DAY);
    let counts = storage::states_since(&mut tx, ctx.tenant, since).await?;
    let mut ways = Vec::new();
    for channel in Channel::ALL {
        let mut way = way(&mut tx, app, ctx, *channel).await?;
        way.day = LastDay::of(*channel, &counts);
        if let Some(me) = &me {
            way.own = own(me, *channel);
            let of = (me.id, *channel);
            if let Some(test) = storage::tested(&mut tx, ctx.tenant, of).await? {
                way.test = storage::view(&mut tx, ctx.tenant, test).await?;
            }
        }
        ways.push(way);
    }
    Ok(ways)
}

async fn way(tx: &mut ReadTx, app: &App, ctx: &Ctx, channel: Channel) -> Result<Way, Problem> {
    let mail = app.mail.as_ref().filter(|_| channel == Channel::Email);
    let gateway = sms_gateway(app).filter(|_| channel == Channel::Sms);
    let (providers, sender, simulated) = match channel {
        Channel::Email => (
            mail_providers(app),
            mail.filter(|mail| !mail.is_simulated())
                .map(|mail| mail.domain().to_owned()),
            mail.is_none_or(|mail| mail.is_simulated()),
        ),
        Channel::Push => (
            push_provider(app).into_iter().collect(),
            None,
            app.push.is_none() && app.settings.simulated,
        ),
        phone => (
            gateway
                .iter()
                .cloned()
                .chain([phone_provider(app)])
                .collect(),
            voice::sender(tx, ctx.tenant, phone).await?,
            app.sender.is_simulated() && gateway.is_none(),
        ),
    };
    let speeds = app.settings.speeds.as_ref().filter(|_| !simulated);
    let from = sender.as_deref().unwrap_or_default();
    Ok(Way {
        channel,
        providers,
        per_second: speeds.and_then(|speeds| speeds.of(channel, from)),
        sender,
        day: LastDay::default(),
        own: None,
        test: None,
    })
}

/// Where somebody is reached by a way, if he has shown that it is his.
pub(super) fn own(member: &Member, channel: Channel) -> Option<Recipient> {
    match channel {
        Channel::Email => {
            let address = member.email.as_deref();
            let address = address.filter(|_| member.email_verified_at.is_some())?;
            EmailAddress::parse(address).ok().map(Recipient::Email)
        }
        Channel::Whatsapp | Channel::Sms | Channel::Voice | Channel::Push => {
            let phone = member.phone.clone();
            let phone = phone.filter(|_| member.phone_verified_at.is_some())?;
            Phone::from_stored(phone).ok().map(Recipient::Phone)
        }
    }
}
