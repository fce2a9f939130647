//! What people want to be written about, by number: whoever holds it decides, also for
//! those who share it.

use std::{collections::BTreeSet, time::Duration};

use kernel::{Ctx, Phone, Problem, TenantId};
use send_rules::{Cell, Choice, cells, is_wanted, returned, towards};
use serde_json::json;
use store::{ReadTx, StoreError, WriteTx};
use uuid::Uuid;

use crate::{
    App,
    audit::{self, api::Event},
    messaging::{
        model::{ConsentEvent, ConsentSource, MessageView, NumberConsent, PatientConsent, Wish},
        storage,
    },
    patients::{
        self,
        api::{PatientId, PhoneOf, WordingSource},
    },
};

/// Enters a decision of a number's owner in the ledger: what he answered by a keyword,
/// or what the provider says of him.
///
/// # Errors
/// The database's.
pub async fn note_consent(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    phone: &Phone,
    decided: (Choice, ConsentSource),
) -> Result<(), StoreError> {
    let ctx = Ctx::system(tenant, "consent");
    note(tx, app, &ctx, phone, decided).await.map(drop)
}

async fn note(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    phone: &Phone,
    (choice, source): (Choice, ConsentSource),
) -> Result<Uuid, StoreError> {
    // Later than what it undoes, also when the clock was set back meanwhile.
    let last = storage::last_decided(tx, ctx.tenant, phone).await?;
    let after = last.map(|last| last.plus(Duration::from_micros(1)));
    let now = app.clock.now();
    let event = ConsentEvent {
        id: kernel::Id::<()>::new(&app.clock, &app.rng).uuid(),
        phone: phone.clone(),
        choice,
        source,
        noted_by: ctx.actor.user(),
        at: after.map_or(now, |after| after.max(now)),
    };
    storage::note_consent(tx, ctx.tenant, &event).await?;
    Ok(event.id)
}

/// Whether the owner of a number wants all messages that people choose about, or none.
///
/// # Errors
/// The database's.
pub async fn every(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
    wanted: bool,
) -> Result<bool, StoreError> {
    let choices = storage::standing(tx, tenant, phone).await?;
    Ok(cells().all(|cell| is_wanted(&choices, cell) == wanted))
}

/// What the owner of a number has again who wrote that he returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returned {
    /// Every kind of message by every way, and not those only that he had chosen.
    pub everything: bool,
    /// Whether he had less before.
    pub changed: bool,
}

/// Enters in the ledger that a number has again what stood before its owner stopped
/// ([`send_rules::returned`]): one line where that is everything, else one for each kind.
///
/// # Errors
/// The database's.
pub async fn take_up_again(
    tx: &mut WriteTx,
    app: &App,
    tenant: TenantId,
    phone: &Phone,
    source: ConsentSource,
) -> Result<Returned, StoreError> {
    let again = returned(&storage::decided(tx, tenant, phone).await?);
    let standing = storage::standing(tx, tenant, phone).await?;
    let missing = towards(&standing, &again);
    let done = Returned {
        everything: cells().all(|cell| again.contains(&cell)),
        changed: !missing.is_empty(),
    };
    // A yes to everything is kept also where nothing was missing, as STOP is.
    let choices = match done.everything {
        true => vec![Choice::of_all(true)],
        false => missing,
    };
    for choice in choices {
        note_consent(tx, app, tenant, phone, (choice, source)).await?;
    }
    Ok(done)
}

/// The newest fifty messages that were written for a patient on his numbers, also those
/// that never left, the newest first.
///
/// # Errors
/// The database's.
pub async fn sent_to(
    app: &App,
    ctx: &Ctx,
    consent: &PatientConsent,
) -> Result<Vec<MessageView>, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let his = patients::api::group(&mut tx, ctx.tenant, consent.patient).await?;
    let mut sent = Vec::new();
    for number in &consent.numbers {
        sent.extend(storage::meant_for_number(&mut tx, ctx.tenant, &number.phone).await?);
    }
    sent.retain(|message| message.patient_id.is_some_and(|id| his.contains(&id)));
    sent.sort_by_key(|message| std::cmp::Reverse((message.created_at, message.id)));
    sent.truncate(50);
    Ok(sent)
}

/// What is wanted on each number of a patient, as staff see it.
///
/// # Errors
/// 404; 403 `record-restricted`.
pub async fn consent(app: &App, ctx: &Ctx, patient: PatientId) -> Result<PatientConsent, Problem> {
    let record = patients::api::record(app, ctx, patient).await?;
    of_record(app, ctx, record.patient.id).await
}

/// The same of a patient who asks for himself.
///
/// # Errors
/// 404 `no-linked-record` as long as the clinic has not linked his account to a record.
pub async fn own_consent(app: &App, ctx: &Ctx) -> Result<PatientConsent, Problem> {
    let user = ctx.actor.user().ok_or_else(Problem::forbidden)?;
    let patient = {
        let mut tx = app.store.read(ctx).await?;
        let patient = patients::api::of_account(&mut tx, ctx.tenant, user).await?;
        let nobody = || Problem::not_found().code("no-linked-record");
        patients::api::kept(&mut tx, ctx.tenant, patient.ok_or_else(nobody)?).await?
    };
    of_record(app, ctx, patient).await
}

/// The same for a caller who was let in already.
async fn of_record(app: &App, ctx: &Ctx, patient: PatientId) -> Result<PatientConsent, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let record = patients::api::whole(&mut tx, ctx.tenant, patient).await?;
    let mut numbers = Vec::new();
    for PhoneOf { phone, shared } in record.phones {
        let wording = patients::api::wording(&mut tx, ctx.tenant, patient, &phone).await?;
        numbers.push(NumberConsent {
            wording: Some(wording),
            ..of_number(&mut tx, ctx.tenant, phone, shared).await?
        });
    }
    Ok(PatientConsent {
        patient,
        name: record.patient.full_name(),
        numbers,
        pin: patients::api::has_pin(&mut tx, ctx.tenant, patient).await?,
    })
}

/// What is wanted on one number, of whomever it is.
///
/// # Errors
/// The database's.
pub async fn of_number(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: Phone,
    shared: bool,
) -> Result<NumberConsent, StoreError> {
    Ok(NumberConsent {
        choices: storage::standing(tx, tenant, &phone).await?,
        history: storage::ledger(tx, tenant, &phone).await?,
        phone,
        shared,
        wording: None,
    })
}

/// Writes down what a patient told the staff that he wants on one of his numbers: these
/// kinds of messages and no others, and how much they may say.
///
/// # Errors
/// As [`consent`]; 400 for a number that he does not have.
pub(in crate::messaging) async fn set_consent(
    app: &App,
    ctx: &Ctx,
    patient: PatientId,
    wish: Wish,
) -> Result<PatientConsent, Problem> {
    let seen = consent(app, ctx, patient).await?;
    let sources = (ConsentSource::Desk, WordingSource::Desk);
    save(app, ctx, (&seen, wish), sources).await
}

/// The same by the patient himself.
///
/// # Errors
/// As [`own_consent`]; 400 for a number that he does not have.
pub(in crate::messaging) async fn set_own_consent(
    app: &App,
    ctx: &Ctx,
    wish: Wish,
) -> Result<PatientConsent, Problem> {
    let seen = own_consent(app, ctx).await?;
    let sources = (ConsentSource::Page, WordingSource::Page);
    save(app, ctx, (&seen, wish), sources).await
}

fn his(seen: &PatientConsent, number: &str) -> Result<Phone, Problem> {
    let found = seen.numbers.iter().map(|it| &it.phone);
    let mut found = found.filter(|phone| phone.as_e164() == number.trim());
    let found = found.next().cloned();
    found.ok_or_else(|| Problem::invalid("phone", "not-his-number"))
}

async fn save(
    app: &App,
    ctx: &Ctx,
    (seen, wish): (&PatientConsent, Wish),
    (source, said): (ConsentSource, WordingSource),
) -> Result<PatientConsent, Problem> {
    let (patient, phone) = (seen.patient, his(seen, &wish.phone)?);
    let (a, c) = (app.clone(), *ctx);
    let saved: Result<(), Problem> = app
        .store
        .write(ctx, move |tx| {
            Box::pin(async move {
                let of = (Some(patient), &phone);
                choose(tx, &a, &c, of, &wish.wanted, source).await?;
                if let Some(wording) = wish.wording {
                    let of = (patient, &phone);
                    patients::api::choose_wording(tx, &a, &c, of, (wording, said)).await?;
                }
                Ok(())
            })
        })
        .await;
    saved?;
    of_record(app, ctx, patient).await
}

/// Writes down that these kinds of messages are wanted on a number and no others; what
/// holds already is not written again.
///
/// # Errors
/// The database's.
pub async fn choose(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    (patient, phone): (Option<PatientId>, &Phone),
    wanted: &BTreeSet<Cell>,
    source: ConsentSource,
) -> Result<(), Problem> {
    let before = storage::standing(tx, ctx.tenant, phone).await?;
    for choice in towards(&before, wanted) {
        let id = note(tx, app, ctx, phone, (choice, source)).await?;
        let detail = json!({
            "channel": choice.channel.map(|it| it.as_str()),
            "category": choice.category.map(|it| it.as_str()),
            "wanted": choice.wanted,
            "source": source.as_str(),
        });
        let event = Event {
            action: "consent.change",
            object_type: "consent",
            object_id: id,
            patient: patient.map(|patient| patient.uuid()),
            detail: Some(detail.to_string()),
        };
        audit::api::record_event(tx, app, ctx, event);
    }
    Ok(())
}
