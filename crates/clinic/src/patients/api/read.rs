use std::{collections::BTreeSet, time::Duration};

use kernel::{Ctx, Locale, PageRequest, Phone, Problem, TenantId, text};
use store::{ReadTx, StoreError};

use super::{
    access::{hidden, may_open},
    merge::kept,
    wording::wording_among,
};
use crate::{
    App, audit,
    audit::api::Event,
    patients::{
        model::{PatientId, Record, Stats, Status, Summary, Wording},
        rules::{self, names},
        storage::{self, words},
    },
};

/// Everybody who has this number, in the order they were entered.
///
/// # Errors
/// The database's.
pub async fn by_phone(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
) -> Result<Vec<Summary>, StoreError> {
    storage::by_phone(tx, tenant, phone).await
}

/// Up to three patients with another number of the same last nine digits.
/// Enough to propose, never to believe.
///
/// # Errors
/// The database's.
pub async fn by_last_nine(
    tx: &mut ReadTx,
    tenant: TenantId,
    phone: &Phone,
) -> Result<Vec<Summary>, StoreError> {
    storage::by_last_nine(tx, tenant, phone).await
}

/// A patient in short.
///
/// # Errors
/// The database's.
pub async fn summary(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<Option<Summary>, StoreError> {
    storage::summary(tx, tenant, id).await
}

/// A patient's numbers, the primary one first.
///
/// # Errors
/// The database's.
pub async fn phones(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<Vec<Phone>, StoreError> {
    let rows = storage::phones(tx, tenant, id).await?;
    Ok(rows.into_iter().map(|row| row.phone).collect())
}

/// Where and how a patient is reached.
#[derive(Debug, Clone)]
pub struct Reach {
    /// His first number.
    pub phone: Phone,
    /// Whether nobody else is known to have it.
    pub alone: bool,
    /// How much a message there may say.
    pub wording: Wording,
    /// His first name.
    pub first_name: String,
    /// His language.
    pub locale: Locale,
}

impl Reach {
    /// Whether a message there may say for whom it is and when.
    #[must_use]
    pub fn is_overt(&self) -> bool {
        self.wording == Wording::Overt
    }
}

/// How a patient is reached; nothing when no number is known, or no patient.
///
/// # Errors
/// The database's.
pub async fn reach(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<Option<Reach>, StoreError> {
    let Some(patient) = summary(tx, tenant, id).await? else {
        return Ok(None);
    };
    let Some(phone) = phones(tx, tenant, id).await?.into_iter().next() else {
        return Ok(None);
    };
    let owners = by_phone(tx, tenant, &phone).await?;
    Ok(Some(Reach {
        alone: owners.iter().all(|owner| owner.id == id),
        wording: wording_among(tx, tenant, (id, &phone), &owners).await?,
        first_name: patient.first_name,
        locale: patient.locale,
        phone,
    }))
}

/// Everything about a patient, of a record that went into another about the kept
/// one; that staff looked is on record before it is answered.
///
/// # Errors
/// 404; 403 `record-restricted`.
pub async fn record(app: &App, ctx: &Ctx, id: PatientId) -> Result<Record, Problem> {
    let record = {
        let mut tx = app.store.read(ctx).await?;
        may_open(&mut tx, app, ctx, id).await?;
        let id = kept(&mut tx, ctx.tenant, id).await?;
        load(&mut tx, ctx.tenant, id)
            .await?
            .ok_or_else(Problem::not_found)?
    };
    let event = Event {
        action: "patient.read",
        object_type: "patient",
        object_id: record.patient.id.uuid(),
        patient: Some(record.patient.id.uuid()),
        detail: None,
    };
    audit::api::seen(app, ctx, event).await?;
    Ok(record)
}

/// What the caller just entered or changed, shown back to him: the change
/// itself is on record.
///
/// # Errors
/// 404.
pub(in crate::patients) async fn entered(
    app: &App,
    ctx: &Ctx,
    id: PatientId,
) -> Result<Record, Problem> {
    let mut tx = app.store.read(ctx).await?;
    load(&mut tx, ctx.tenant, id)
        .await?
        .ok_or_else(Problem::not_found)
}

pub(super) async fn load(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: PatientId,
) -> Result<Option<Record>, StoreError> {
    let Some(patient) = storage::patient(tx, tenant, id).await? else {
        return Ok(None);
    };
    let phones = storage::phones(tx, tenant, id).await?;
    Ok(Some(Record { patient, phones }))
}

/// Finds patients by name or number in spite of spelling; without a text the
/// newest. Whose restricted record the caller may not open is found by his whole
/// name only, so that who knows it may break the glass, and neither by a number nor
/// by a part of the name. Answers how many there are and one page of them.
///
/// # Errors
/// The database's.
pub async fn search(
    app: &App,
    ctx: &Ctx,
    query: &str,
    page: PageRequest,
) -> Result<(i64, Vec<Summary>), Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(find(&mut tx, app, ctx, (query, None), page).await?)
}

/// The same with all that is known of each, of all or only of the active or
/// the other ones; of a restricted record the name only. The look is on the
/// audit trail, neither what was sought nor who was found.
///
/// # Errors
/// The database's.
pub async fn list(
    app: &App,
    ctx: &Ctx,
    query: &str,
    active: Option<bool>,
    page: PageRequest,
) -> Result<(i64, Vec<Record>), Problem> {
    let action = match query.trim() {
        "" => "patient.list",
        _ => "patient.search",
    };
    let looked = audit::api::listed(app, ctx, action, "patient_list");
    let found = async {
        let mut tx = app.store.read(ctx).await?;
        let (count, found) = find(&mut tx, app, ctx, (query, active), page).await?;
        let ids: Vec<PatientId> = found.iter().map(|summary| summary.id).collect();
        let records = storage::page::records(&mut tx, ctx.tenant, &ids).await?;
        Ok::<_, Problem>((count, records))
    };
    // Both are done before anybody is answered.
    let ((), (count, records)) = tokio::try_join!(looked, found)?;
    let shown = |record: Record| match record.patient.restricted {
        true => record.name_only(),
        false => record,
    };
    let records = records.into_iter().map(shown).collect();
    Ok((count, records))
}

async fn find(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    (query, active): (&str, Option<bool>),
    page: PageRequest,
) -> Result<(i64, Vec<Summary>), StoreError> {
    let folded = text::fold(query);
    if folded.is_empty() {
        return storage::newest(tx, ctx.tenant, active, page).await;
    }
    let hidden = hidden(tx, app, ctx).await?;
    let mut found = matching(tx, ctx.tenant, &folded).await?;
    found.retain(|patient| !hidden.contains(&patient.id) || is_named(patient, &folded));
    found
        .retain(|patient| active.is_none_or(|active| active == (patient.status == Status::Active)));
    let skip = usize::try_from(page.offset()).unwrap_or(usize::MAX);
    let take = usize::try_from(page.size).unwrap_or(0);
    let count = i64::try_from(found.len()).unwrap_or(i64::MAX);
    Ok((count, found.into_iter().skip(skip).take(take).collect()))
}

/// Whether a query says every word of a name.
fn is_named(patient: &Summary, folded: &str) -> bool {
    let name = rules::search_name(&patient.first_name, &patient.last_name);
    names::words(&name).is_subset(&names::words(folded))
}

async fn matching(
    tx: &mut ReadTx,
    tenant: TenantId,
    folded: &str,
) -> Result<Vec<Summary>, StoreError> {
    if let Some(digits) = rules::number_fragment(folded) {
        let found = storage::by_digits(tx, tenant, &digits).await?;
        // People type the national form: its leading zero is not in E.164.
        let bare = digits.trim_start_matches('0');
        if found.is_empty() && bare.len() >= 3 && bare != digits {
            return storage::by_digits(tx, tenant, bare).await;
        }
        return Ok(found);
    }
    if folded.chars().count() == 1 {
        return words::by_letter(tx, tenant, folded).await;
    }
    let mut scored: Vec<(f64, Summary)> = bearers(tx, tenant, folded)
        .await?
        .into_iter()
        .map(|(patient, name)| (names::likeness(folded, &name), patient))
        .filter(|(likeness, _)| *likeness >= names::ALIKE)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
    let mut seen = BTreeSet::new();
    let found = scored.into_iter().map(|(_, patient)| patient);
    Ok(found.filter(|patient| seen.insert(patient.id)).collect())
}

/// Who bears a word that is like one of these: nobody else can answer the query.
async fn bearers(
    tx: &mut ReadTx,
    tenant: TenantId,
    folded: &str,
) -> Result<Vec<words::Named>, StoreError> {
    let wanted = names::words(folded);
    let most = words::ASKED / wanted.len().clamp(1, names::WORDS);
    let mut sought = Vec::with_capacity(words::ASKED);
    for (asked, word) in (0..).zip(&wanted).take(names::WORDS) {
        let known = words::alike(tx, tenant, word, names::lengths(word)).await?;
        sought.extend(names::sought(asked, word, known, most));
    }
    words::by_words(tx, tenant, sought).await
}

/// How many patients there are.
///
/// # Errors
/// The database's.
pub async fn stats(app: &App, ctx: &Ctx) -> Result<Stats, Problem> {
    let month_ago = app.clock.now().minus(Duration::from_secs(30 * 24 * 3600));
    let mut tx = app.store.read(ctx).await?;
    let (total, active, recent) = storage::counts(&mut tx, ctx.tenant, month_ago).await?;
    Ok(Stats {
        total,
        active,
        recent,
    })
}
