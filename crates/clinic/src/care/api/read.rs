use kernel::{Ctx, PageRequest, Problem, TenantId};
use store::ReadTx;

use crate::{
    App, audit,
    audit::api::Event,
    care::{
        model::{Encounter, EncounterId, VersionRow, Wanted, read_content},
        policy, rules, storage,
    },
    patients::{self, api::PatientId},
};

/// A record as the caller may see it; that staff looked is on record before it
/// is answered. A patient sees the doctor's conclusion only as it was signed,
/// and never what an analysis proposed.
///
/// # Errors
/// 404; 403 `record-restricted`.
pub async fn record(app: &App, ctx: &Ctx, id: EncounterId) -> Result<Encounter, Problem> {
    let record = {
        let mut tx = app.store.read(ctx).await?;
        let record = policy::open(&mut tx, app, ctx, id).await?;
        as_seen(&mut tx, ctx, record).await?
    };
    let event = Event {
        action: "encounter.read",
        object_type: "encounter",
        object_id: id.uuid(),
        patient: Some(record.patient_id.uuid()),
        detail: None,
    };
    audit::api::seen(app, ctx, event).await?;
    Ok(record)
}

async fn as_seen(tx: &mut ReadTx, ctx: &Ctx, record: Encounter) -> Result<Encounter, Problem> {
    if policy::patient(ctx).is_none() {
        return Ok(record);
    }
    let signed = match record.signed_version {
        None => None,
        Some(version) => storage::version(tx, ctx.tenant, record.id, version).await?,
    };
    let content = match signed {
        Some(version) => read_content(&version.content)?,
        None => rules::without_conclusion(&record.content),
    };
    Ok(Encounter {
        content,
        analysis: None,
        analysis_error: None,
        ..record
    })
}

/// What the caller sees of what he asked for, newest first, with the count. Of
/// a restricted record staff see the name only. The look is on the trail.
///
/// # Errors
/// The database's.
pub async fn list(
    app: &App,
    ctx: &Ctx,
    wanted: &Wanted,
    page: PageRequest,
) -> Result<(i64, Vec<Encounter>), Problem> {
    let action = match wanted.search.trim() {
        "" => "encounter.list",
        _ => "encounter.search",
    };
    audit::api::listed(app, ctx, action, "encounter_list").await?;
    let words = rules::search_words(&wanted.search);
    if words.is_empty() && !wanted.search.trim().is_empty() {
        return Ok((0, Vec::new()));
    }
    let mut tx = app.store.read(ctx).await?;
    let sees = policy::sees(ctx);
    let (count, found) = storage::list(&mut tx, ctx.tenant, sees, wanted, &words, page).await?;
    let mut shown = Vec::with_capacity(found.len());
    for record in found {
        shown.push(match policy::patient(ctx) {
            None if record.restricted => name_only(record),
            _ => as_seen(&mut tx, ctx, record).await?,
        });
    }
    Ok((count, shown))
}

/// What a list shows of a restricted record.
fn name_only(record: Encounter) -> Encounter {
    let mut content = clinical_form::Content::default();
    for key in ["nom", "postnom", "prenom"] {
        content.set(key, record.content.get(key).cloned());
    }
    Encounter {
        content,
        analysis: None,
        analysis_error: None,
        rejection: None,
        signature: None,
        ..record
    }
}

/// A patient's newest record, as far as the caller may see it: what a new one
/// starts from. That staff looked is on record.
///
/// # Errors
/// 404 for a patient who is not there; 403 `record-restricted`.
pub async fn latest_of(
    app: &App,
    ctx: &Ctx,
    patient: PatientId,
) -> Result<Option<Encounter>, Problem> {
    let found = {
        let mut tx = app.store.read(ctx).await?;
        patients::api::may_open(&mut tx, app, ctx, patient).await?;
        let kept = patients::api::kept(&mut tx, ctx.tenant, patient).await?;
        storage::latest(&mut tx, ctx.tenant, kept).await?
    };
    seen(app, ctx, found).await
}

/// The record of the same patient before this one, as far as the caller may see
/// it. That staff looked is on record.
///
/// # Errors
/// The database's.
pub async fn previous(
    app: &App,
    ctx: &Ctx,
    record: &Encounter,
) -> Result<Option<Encounter>, Problem> {
    let found = {
        let mut tx = app.store.read(ctx).await?;
        storage::previous(&mut tx, ctx.tenant, record.patient_id, record.created_at).await?
    };
    seen(app, ctx, found).await
}

async fn seen(
    app: &App,
    ctx: &Ctx,
    found: Option<Encounter>,
) -> Result<Option<Encounter>, Problem> {
    match found {
        None => Ok(None),
        Some(found) => match record(app, ctx, found.id).await {
            Ok(record) => Ok(Some(record)),
            // Another doctor's: this one starts from an empty form.
            Err(problem) if problem.kind == kernel::ProblemKind::NotFound => Ok(None),
            Err(problem) => Err(problem),
        },
    }
}

/// The version a record has by now, for a page that shows an older one.
///
/// # Errors
/// 404; 403 `record-restricted`.
pub async fn newest_version(app: &App, ctx: &Ctx, id: EncounterId) -> Result<i64, Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(policy::open(&mut tx, app, ctx, id).await?.version)
}

/// Every version of a record, newest first; a patient sees the signed ones.
///
/// # Errors
/// 404; 403 `record-restricted`.
pub async fn versions(app: &App, ctx: &Ctx, id: EncounterId) -> Result<Vec<VersionRow>, Problem> {
    record(app, ctx, id).await?;
    let mut tx = app.store.read(ctx).await?;
    let mut versions = storage::versions(&mut tx, ctx.tenant, id).await?;
    if policy::patient(ctx).is_some() {
        versions.retain(|version| version.signed_hash.is_some());
    }
    Ok(versions)
}

/// One version of a record.
///
/// # Errors
/// 404, also for a version that the caller may not see; 403 `record-restricted`.
pub async fn version(
    app: &App,
    ctx: &Ctx,
    id: EncounterId,
    version: i64,
) -> Result<VersionRow, Problem> {
    let versions = versions(app, ctx, id).await?;
    let found = versions.into_iter().find(|row| row.version == version);
    found.ok_or_else(Problem::not_found)
}

/// Whose record this is.
///
/// # Errors
/// The database's.
pub async fn patient_of(
    tx: &mut ReadTx,
    tenant: TenantId,
    id: EncounterId,
) -> Result<Option<PatientId>, Problem> {
    let found = storage::find(tx, tenant, id).await?;
    Ok(found.map(|record| record.patient_id))
}
