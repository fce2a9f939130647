use std::time::Duration;

use kernel::{Ctx, PageRequest, Phone, Problem, TenantId, text};
use store::{ReadTx, StoreError};

use crate::{
    App,
    patients::{
        model::{PatientId, Record, Stats, Summary},
        rules, storage,
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

/// Everything about a patient.
///
/// # Errors
/// 404.
pub async fn record(app: &App, ctx: &Ctx, id: PatientId) -> Result<Record, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let patient = storage::patient(&mut tx, ctx.tenant, id)
        .await?
        .ok_or_else(Problem::not_found)?;
    Ok(Record {
        patient,
        phones: storage::phones(&mut tx, ctx.tenant, id).await?,
    })
}

/// Finds patients by name or number in spite of spelling; without a text the
/// newest. Answers how many there are and one page of them.
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
    let folded = text::fold(query);
    if folded.is_empty() {
        return Ok(storage::newest(&mut tx, ctx.tenant, page).await?);
    }
    let found = matching(&mut tx, ctx.tenant, &folded).await?;
    let skip = usize::try_from(page.offset()).unwrap_or(usize::MAX);
    let take = usize::try_from(page.size).unwrap_or(0);
    let count = i64::try_from(found.len()).unwrap_or(i64::MAX);
    Ok((count, found.into_iter().skip(skip).take(take).collect()))
}

async fn matching(
    tx: &mut ReadTx,
    tenant: TenantId,
    folded: &str,
) -> Result<Vec<Summary>, StoreError> {
    let digits: String = folded.chars().filter(char::is_ascii_digit).collect();
    let is_number = folded.chars().all(|c| c.is_ascii_digit() || c == ' ');
    if is_number && digits.len() >= 3 {
        // People type the national form: its leading zero is not in E.164.
        return storage::by_digits(tx, tenant, digits.trim_start_matches('0')).await;
    }
    let pieces = rules::trigrams(folded).into_iter();
    let candidates = storage::by_trigrams(tx, tenant, pieces).await?;
    let mut scored: Vec<(f64, Summary)> = candidates
        .into_iter()
        .map(|patient| {
            let name = rules::search_name(&patient.first_name, &patient.last_name);
            (rules::likeness(folded, &name), patient)
        })
        .filter(|(likeness, _)| *likeness >= rules::ALIKE)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
    Ok(scored.into_iter().map(|(_, patient)| patient).collect())
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
