//! Who may be the person that is being entered.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Ctx, Phone, Problem, TenantId};
use store::{ReadTx, StoreError, WriteTx};

use super::{
    access::may_open,
    read::load,
    write::{clinic, draft},
};
use crate::{
    App, audit,
    patients::{
        model::{Duplicate, NewPatient, PatientId, PatientRow},
        rules::{
            filing, names,
            resemblance::{Resemblance, Traits, compare},
        },
        storage::{self, merge, sounds, words},
    },
};

/// So many are shown at most.
const SHOWN: usize = 5;
/// Patients filed in one transaction.
const BATCH: i64 = 200;

/// Patients who probably or possibly are this person, the likeliest first. Of a
/// restricted record the name only. The look is on the audit trail.
///
/// # Errors
/// 400 naming every wrong field.
pub async fn duplicates(app: &App, ctx: &Ctx, new: NewPatient) -> Result<Vec<Duplicate>, Problem> {
    let clinic = clinic(app, ctx).await?;
    let (patient, phone) = draft(app, &clinic, new)?;
    audit::api::listed(app, ctx, "patient.search", "patient_list").await?;
    let mut tx = app.store.read(ctx).await?;
    let it = (&Traits::of(&patient), None);
    Ok(alike(&mut tx, ctx.tenant, it, &[phone]).await?)
}

/// Who else may be this patient, whom the caller just entered.
///
/// # Errors
/// 404.
pub(in crate::patients) async fn duplicates_of(
    app: &App,
    ctx: &Ctx,
    id: PatientId,
) -> Result<Vec<Duplicate>, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let record = load(&mut tx, ctx.tenant, id)
        .await?
        .ok_or_else(Problem::not_found)?;
    let phones: Vec<Phone> = record.phones.into_iter().map(|row| row.phone).collect();
    let it = (&Traits::of(&record.patient), Some(id));
    Ok(alike(&mut tx, ctx.tenant, it, &phones).await?)
}

/// Who else may be this patient, for somebody who may open the record.
///
/// # Errors
/// 404; 403 `record-restricted`.
pub async fn resembling(app: &App, ctx: &Ctx, id: PatientId) -> Result<Vec<Duplicate>, Problem> {
    {
        let mut tx = app.store.read(ctx).await?;
        may_open(&mut tx, app, ctx, id).await?;
    }
    audit::api::listed(app, ctx, "patient.search", "patient_list").await?;
    duplicates_of(app, ctx, id).await
}

/// Records like these traits with one of these numbers, but for the record `own`
/// that they are of.
pub(super) async fn alike(
    tx: &mut ReadTx,
    tenant: TenantId,
    (traits, own): (&Traits, Option<PatientId>),
    phones: &[Phone],
) -> Result<Vec<Duplicate>, StoreError> {
    let mut found = sounds::by_sounds(tx, tenant, filing::sought_under(traits)).await?;
    let mut sharing: BTreeSet<PatientId> = BTreeSet::new();
    for phone in phones {
        let holders = sounds::by_number(tx, tenant, phone).await?;
        sharing.extend(holders.iter().map(|holder| holder.kept));
        found.extend(holders);
    }
    let mut best: BTreeMap<PatientId, Resemblance> = BTreeMap::new();
    for row in found.into_iter().filter(|row| Some(row.kept) != own) {
        let name = (row.first_name.as_str(), row.last_name.as_str());
        let its = Traits::new(name, row.birth_date.as_deref(), row.gender);
        let Some(resemblance) = compare(traits, &its, sharing.contains(&row.kept)) else {
            continue;
        };
        // A record that others went into is compared under each of its names.
        let known = best.get(&row.kept);
        if known.is_none_or(|known| known.score < resemblance.score) {
            best.insert(row.kept, resemblance);
        }
    }
    let mut best: Vec<(PatientId, Resemblance)> = best.into_iter().collect();
    best.sort_by(|a, b| b.1.score.cmp(&a.1.score).then_with(|| a.0.cmp(&b.0)));
    best.truncate(SHOWN);
    shown(tx, tenant, best).await
}

async fn shown(
    tx: &mut ReadTx,
    tenant: TenantId,
    best: Vec<(PatientId, Resemblance)>,
) -> Result<Vec<Duplicate>, StoreError> {
    let mut duplicates = Vec::with_capacity(best.len());
    for (id, resemblance) in best {
        let Some(record) = load(tx, tenant, id).await? else {
            continue;
        };
        let restricted = record.patient.restricted;
        let duplicate = Duplicate {
            record,
            resemblance,
        };
        duplicates.push(if restricted {
            duplicate.name_only()
        } else {
            duplicate
        });
    }
    Ok(duplicates)
}

/// Files a patient under how his name sounds and is spelt, so that he is found by
/// it and by every name that he had before.
pub(super) async fn file(
    tx: &mut WriteTx,
    tenant: TenantId,
    patient: &PatientRow,
) -> Result<(), StoreError> {
    let borne = bear(tx, tenant, patient).await?;
    words::learn(tx, tenant, &borne).await
}

/// The same, but answers the words for [`words::learn`].
async fn bear(
    tx: &mut WriteTx,
    tenant: TenantId,
    patient: &PatientRow,
) -> Result<BTreeSet<String>, StoreError> {
    let mut borne = names::words(&storage::search_name(patient));
    for former in merge::former_names(tx, tenant, patient.id).await? {
        borne.extend(names::words(&former));
    }
    words::set_words(tx, tenant, patient.id, &borne).await?;
    let traits = Traits::of(patient);
    sounds::set_sounds(tx, tenant, patient.id, &filing::filed_under(&traits)).await?;
    Ok(borne)
}

/// Files the patients of programs before this one; answers how many. Any number of
/// nodes may do it at once, and a start that was killed is finished by the next.
///
/// # Errors
/// The database's.
pub async fn carry_over(app: &App, tenant: TenantId) -> Result<u64, Problem> {
    let mut done = 0;
    loop {
        let some = {
            let mut tx = app.store.read(tenant).await?;
            sounds::unfiled(&mut tx, tenant, BATCH).await?
        };
        if some.is_empty() {
            return Ok(done);
        }
        let filed: Result<u64, StoreError> = app
            .store
            .write(tenant, move |tx| {
                Box::pin(async move { file_all(tx, tenant, some).await })
            })
            .await;
        done += filed?;
    }
}

async fn file_all(
    tx: &mut WriteTx,
    tenant: TenantId,
    some: Vec<PatientId>,
) -> Result<u64, StoreError> {
    let (mut filed, mut borne) = (0, BTreeSet::new());
    for id in some {
        if !sounds::file(tx, tenant, id).await? {
            continue;
        }
        if let Some(patient) = storage::patient(tx, tenant, id).await? {
            borne.extend(bear(tx, tenant, &patient).await?);
            filed += 1;
        }
    }
    words::learn(tx, tenant, &borne).await?;
    Ok(filed)
}
