//! What a message cost that a provider took.

use std::time::Duration;

use kernel::{TenantId, Timestamp, Zone};
use send_rules::{Amount, Currency, Form, charged};
use store::{ReadTx, StoreError, WriteTx};

use super::accept::Taken;
use crate::messaging::{
    model::{Prices, Recipient, ToSend, form_of},
    rules::costs::month_of,
    storage::{self, Cost},
};

/// Writes down what attempts cost, in a clinic that counts.
pub(super) async fn note(
    tx: &mut WriteTx,
    tenant: TenantId,
    taken: &[Taken],
    now: Timestamp,
) -> Result<(), StoreError> {
    let counted: Vec<(&Taken, Currency)> = taken.iter().filter_map(counted).collect();
    if counted.is_empty() {
        return Ok(());
    }
    let prices = Prices::new(storage::prices(tx, tenant).await?);
    let costs: Vec<Cost> = counted.into_iter().map(|of| cost(&prices, of)).collect();
    storage::note_costs(tx, tenant, &costs, now).await
}

/// What costs something, and what the clinic counts it in.
fn counted(taken: &Taken) -> Option<(&Taken, Currency)> {
    let is_priced = !taken.simulated && Form::PRICED.contains(&form(&taken.message));
    let currency = taken.message.currency.filter(|_| is_priced)?;
    Some((taken, currency))
}

fn cost(prices: &Prices, (taken, currency): (&Taken, Currency)) -> Cost {
    let form = form(&taken.message);
    let country = match &taken.message.recipient {
        Recipient::Phone(phone) => phone.country(),
        Recipient::Email(_) => None,
    };
    let amount = prices
        .of(form, country)
        .map(|price| price.times(charged(form, &taken.message.body)));
    Cost {
        message: taken.job.id,
        attempt: taken.number,
        form,
        amount: amount.map(Amount::millionths),
        currency,
    }
}

/// The form it went in, which the words kept for it tell.
const fn form(message: &ToSend) -> Form {
    form_of(message.channel, message.content_sid.is_some())
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
