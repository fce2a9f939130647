//! Shared phones: who is writing?

use kernel::Locale;
use send_rules::{Category, Channel};
use store::{StoreError, WriteTx};

use super::{
    process::{Heard, attach, number},
    reply::said,
};
use crate::{
    App,
    inbox::{
        model::{ConversationRow, EntryId, QUESTION_LASTS, SPEAKER_LASTS},
        storage,
    },
    messaging,
    patients::api::{PatientId, Summary},
};

/// Who goes on writing from a shared phone keeps it a while longer.
pub(super) async fn keep_speaking(
    tx: &mut WriteTx,
    app: &App,
    heard: &Heard<'_>,
    known: Option<&ConversationRow>,
    patient: PatientId,
) -> Result<(), StoreError> {
    match known.filter(|known| known.speaker == Some(patient)) {
        Some(known) => {
            let until = app.clock.now().plus(SPEAKER_LASTS);
            storage::speaks(tx, heard.ctx.tenant, known.id, patient, until).await
        }
        None => Ok(()),
    }
}

/// "Who is writing?" was answered: everything waiting is this patient's.
pub(super) async fn answered(
    tx: &mut WriteTx,
    app: &App,
    heard: &Heard<'_>,
    patient: PatientId,
) -> Result<(), StoreError> {
    let tenant = heard.ctx.tenant;
    let from = number(tx, app, heard).await?;
    let until = app.clock.now().plus(SPEAKER_LASTS);
    storage::speaks(tx, tenant, from.id, patient, until).await?;
    attach(tx, app, &heard.ctx, &from, patient).await
}

/// Asks a shared phone who is writing, once in a day, and not while somebody of the staff
/// speaks with it.
pub(super) async fn ask(
    tx: &mut WriteTx,
    app: &App,
    heard: &Heard<'_>,
    (entry, conversation): (EntryId, &ConversationRow),
    several: &[Summary],
) -> Result<(), StoreError> {
    let tenant = heard.ctx.tenant;
    if conversation.assigned_to.is_some() || speaks_with_staff(tx, heard, several).await? {
        return Ok(());
    }
    let now = app.clock.now();
    if !storage::may_ask(tx, tenant, conversation.id, now, now.minus(QUESTION_LASTS)).await? {
        return Ok(());
    }
    let mut body = question(heard.locale, several);
    if heard.channel == Channel::Sms {
        // Our typographic spaces would triple the price of an SMS.
        body = send_rules::gsm7_wording(&body);
    }
    let message = messaging::api::NewMessage {
        channel: heard.channel,
        category: Category::Answer,
        recipient: heard.phone.clone(),
        patient: None,
        body,
        idempotency_key: format!("who:{entry}"),
        expires_at: Some(now.plus(QUESTION_LASTS)),
        created_by: None,
    };
    said(tx, app, heard, conversation.id, message).await
}

/// Whether somebody has taken over the conversation of one of them on this phone.
async fn speaks_with_staff(
    tx: &mut WriteTx,
    heard: &Heard<'_>,
    several: &[Summary],
) -> Result<bool, StoreError> {
    for patient in several {
        let his = storage::of_patient(tx, heard.ctx.tenant, patient.id).await?;
        let here = |his: ConversationRow| his.assigned_to.is_some() && his.phone == heard.phone;
        if his.is_some_and(here) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Only first names: the phone is the household's, and whoever holds it knows them.
fn question(locale: Locale, several: &[Summary]) -> String {
    let texts = webkit::Texts::new(locale);
    let choices: Vec<String> = (1..10)
        .zip(several)
        .map(|(number, patient)| format!("{number} {}", patient.first_name))
        .collect();
    texts.with("inbox-who-is-writing", &[("choices", &choices.join(", "))])
}
