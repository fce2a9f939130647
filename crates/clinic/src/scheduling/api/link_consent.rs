//! What the holder of a number wants to be written about, said over the link that came to
//! it: for those who have no account and no way to answer a message.

use std::collections::BTreeSet;

use kernel::{Ctx, Phone, Problem, TenantId};
use store::ReadTx;

use super::reminder_links::{self, WHO};
use crate::{
    App, identity,
    messaging::{
        self,
        api::{Cell, ConsentSource, NumberConsent, Recipient},
    },
    patients,
};

/// The number that a link came to, and of which clinic.
#[derive(Debug, Clone)]
pub struct LinkedConsent {
    /// The clinic's name.
    pub clinic: String,
    /// The number with what is wanted on it.
    pub number: NumberConsent,
}

/// What is wanted on the number that this link came to.
///
/// # Errors
/// 404 alike for a link that nobody made and one whose time is over.
pub async fn linked_consent(app: &App, token: &str) -> Result<LinkedConsent, Problem> {
    let (tenant, question) = reminder_links::asked_over(app, token).await?;
    let mut tx = app.store.read(tenant).await?;
    let phone = number(&mut tx, tenant, question.message_id).await?;
    let shared = patients::api::by_phone(&mut tx, tenant, &phone)
        .await?
        .len()
        > 1;
    Ok(LinkedConsent {
        clinic: identity::api::tenant(&mut tx, tenant).await?.name,
        number: messaging::api::of_number(&mut tx, tenant, phone, shared).await?,
    })
}

/// Writes down what is wanted on it.
///
/// # Errors
/// As [`linked_consent`].
pub async fn choose_by_link(app: &App, token: &str, wanted: BTreeSet<Cell>) -> Result<(), Problem> {
    let (tenant, question) = reminder_links::asked_over(app, token).await?;
    let (a, ctx) = (app.clone(), Ctx::system(tenant, WHO));
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let phone = number(tx, tenant, question.message_id).await?;
                let (of, source) = ((None, &phone), ConsentSource::Link);
                messaging::api::choose(tx, &a, &ctx, of, &wanted, source).await
            })
        })
        .await
}

async fn number(
    tx: &mut ReadTx,
    tenant: TenantId,
    message: messaging::api::MessageId,
) -> Result<Phone, Problem> {
    let message = messaging::api::view(tx, tenant, message).await?;
    match message.map(|message| message.recipient) {
        Some(Recipient::Phone(phone)) => Ok(phone),
        _ => Err(Problem::not_found()),
    }
}
