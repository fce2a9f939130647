//! What a message cost that a provider took.

use std::time::Duration;

use kernel::{TenantId, Timestamp, Zone};
use send_rules::{Channel, Form, charged};
use store::{ReadTx, StoreError, WriteTx};

use crate::{
    App,
    messaging::{
        model::{Prices, Recipient, ToSend},
        rules::costs::month_of,
        storage::{self, Cost},
    },
};

/// Writes down what the attempt cost, in a clinic that counts.
pub(super) async fn note(
    tx: &mut WriteTx,
    app: &App,
    job: &jobs::Job,
    (number, message): (i32, &ToSend),
) -> Result<(), StoreError> {
    let form = form(message);
    let Some(currency) = message.currency.filter(|_| Form::PRICED.contains(&form)) else {
        return Ok(());
    };
    let prices = Prices::new(storage::prices(tx, job.tenant).await?);
    let country = match &message.recipient {
        Recipient::Phone(phone) => phone.country(),
        Recipient::Email(_) => None,
    };
    let price = prices.of(form, country);
    let cost = Cost {
        message: job.id,
        attempt: number,
        form,
        amount: price.map(|price| price.times(charged(form, &message.body))),
        currency,
    };
    storage::note_cost(tx, job.tenant, &cost, app.clock.now()).await
}

/// The form it went in, which the words kept for it tell.
fn form(message: &ToSend) -> Form {
    match message.channel {
        Channel::Sms => Form::Sms,
        Channel::Voice => Form::Voice,
        Channel::Push => Form::Push,
        Channel::Email => Form::Email,
        Channel::Whatsapp if message.content_sid.is_some() => Form::Template,
        Channel::Whatsapp => Form::Session,
    }
}

/// How soon what waits for money is looked at again: somebody may raise the limit.
const LOOK_AGAIN: Duration = Duration::from_secs(15 * 60);

/// When to look for money again for what waits for it; nothing while there is some.
pub(in crate::messaging) async fn money_from(
    tx: &mut ReadTx,
    tenant: TenantId,
    (now, zone): (Timestamp, &Zone),
) -> Result<Option<Timestamp>, StoreError> {
    let Some(budget) = storage::budget(tx, tenant).await? else {
        return Ok(None);
    };
    let Some(cap) = budget.cap else {
        return Ok(None);
    };
    let month = month_of(now.date(zone), zone).map_err(StoreError::Internal)?;
    let spent = storage::spent(tx, tenant, budget.currency, month).await?;
    Ok((spent >= cap).then_some(month.1.min(now.plus(LOOK_AGAIN))))
}
