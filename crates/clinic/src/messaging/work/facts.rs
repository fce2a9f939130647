//! What the send rules are asked with.

use kernel::{Locale, TenantId, Timestamp, Zone};
use send_rules::{Category, Channel, Choice, Decision, Facts, decide, is_wanted};
use store::{ReadTx, StoreError};

use crate::{
    App, identity,
    messaging::{
        model::{Recipient, Target, ToSend},
        rules::events::{self, Event},
        storage,
        work::{cost, mail, push},
    },
};

/// What kind of message it would be.
#[derive(Debug, Clone, Copy)]
pub(in crate::messaging) struct About<'a> {
    /// The way it would go.
    pub channel: Channel,
    /// What it is for.
    pub category: Category,
    /// The event it speaks of and its language, where an approved text could stand in.
    pub said: Option<(&'a Event, Locale)>,
}

/// All that the rules ask of a message that is due.
pub(super) async fn facts(
    tx: &mut ReadTx,
    app: &App,
    tenant: TenantId,
    (message, target): (&ToSend, Option<&Target>),
) -> Result<Facts, StoreError> {
    let event = message.event.as_deref().and_then(events::named);
    let about = About {
        channel: message.channel,
        category: message.category,
        said: event.zip(message.language),
    };
    let choices = match &message.recipient {
        Recipient::Phone(phone) if message.has_decided => {
            storage::standing(tx, tenant, phone).await?
        }
        _ => Vec::new(),
    };
    let owner = Owner {
        recipient: &message.recipient,
        last_inbound: message.last_inbound,
        choices,
        zone: Zone::named(&message.zone).map_err(StoreError::Internal)?,
        has_device: target.is_some(),
    };
    Ok(Facts {
        expires_at: message.expires_at,
        has_other_way: message.other_channel.is_some(),
        ..facts_of(tx, app, tenant, owner, about).await?
    })
}

/// Whom a message is for, and what is known of him.
struct Owner<'a> {
    recipient: &'a Recipient,
    last_inbound: Option<Timestamp>,
    choices: Vec<Choice>,
    /// The clinic's zone: in its months money is counted.
    zone: Zone,
    /// To which a notification would go.
    has_device: bool,
}

impl Owner<'_> {
    /// Where he is woken at night: by his number, else where the clinic is.
    fn own_zone(&self) -> Zone {
        let by_number = match self.recipient {
            Recipient::Phone(phone) => phone.zone(),
            Recipient::Email(_) => None,
        };
        by_number.unwrap_or_else(|| self.zone.clone())
    }
}

async fn facts_of(
    tx: &mut ReadTx,
    app: &App,
    tenant: TenantId,
    owner: Owner<'_>,
    about: About<'_>,
) -> Result<Facts, StoreError> {
    let now = app.clock.now();
    let bad_address = match owner.recipient {
        Recipient::Phone(_) => false,
        Recipient::Email(address) => {
            let since = now.minus(mail::AVOIDED_FOR);
            storage::refused_lately(tx, tenant, address, since).await?
                || storage::is_stopped(tx, tenant, address.as_str()).await?
        }
    };
    let template = match (about.channel, about.said) {
        (Channel::Whatsapp, Some(said)) => storage::review_state(tx, tenant, said).await?,
        _ => None,
    };
    let money_from = match about.category.waits_for_money() {
        true => cost::money_from(tx, tenant, (now, &owner.zone)).await?,
        false => None,
    };
    Ok(Facts {
        now,
        channel: about.channel,
        category: about.category,
        last_inbound: owner.last_inbound,
        opted_out: !is_wanted(&owner.choices, (about.channel, about.category)),
        minute_of_day: now.minute_of_day(&owner.own_zone()),
        expires_at: None,
        template,
        bad_address,
        no_device: about.channel == Channel::Push && !owner.has_device,
        has_other_way: false,
        money_from,
    })
}

/// What would happen to such a message that is written now.
pub(in crate::messaging) async fn decision(
    tx: &mut ReadTx,
    app: &App,
    tenant: TenantId,
    to: &Recipient,
    about: About<'_>,
) -> Result<Decision, StoreError> {
    let (last_inbound, choices) = match to {
        Recipient::Phone(phone) => (
            storage::last_inbound(tx, tenant, phone, about.channel).await?,
            storage::standing(tx, tenant, phone).await?,
        ),
        Recipient::Email(_) => (None, Vec::new()),
    };
    let target = push::target_of(tx, app, tenant, (about.channel, to)).await?;
    let owner = Owner {
        recipient: to,
        last_inbound,
        choices,
        zone: identity::api::tenant(tx, tenant).await?.zone,
        has_device: target.is_some(),
    };
    Ok(decide(&facts_of(tx, app, tenant, owner, about).await?))
}
