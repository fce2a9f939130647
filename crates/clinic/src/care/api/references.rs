//! What a record leans on.

use kernel::{Ctx, PageRequest, Problem, TenantId};
use store::{ReadTx, WriteTx};

use super::TOPIC;
use crate::{
    App, audit,
    audit::api::Event,
    care::{
        model::{Citation, CitationId, Encounter, EncounterId, NewCitation, Reference, Source},
        policy,
        rules::labs,
        storage::{self, Sees},
    },
    identity,
};

fn about(c: &Citation, action: &'static str) -> Event {
    Event {
        action,
        object_type: "citation",
        object_id: c.id.uuid(),
        patient: Some(c.patient_id.uuid()),
        detail: None,
    }
}

/// What the caller sees, newest first, with the count: of one record or of all
/// that he may see. A patient sees what a person verified for a signed record.
///
/// # Errors
/// 404; 403 `record-restricted`.
pub async fn citations(
    app: &App,
    ctx: &Ctx,
    encounter: Option<EncounterId>,
    page: PageRequest,
) -> Result<(i64, Vec<Citation>), Problem> {
    match encounter {
        Some(encounter) => drop(super::record(app, ctx, encounter).await?),
        None => audit::api::listed(app, ctx, "citation.list", "citation_list").await?,
    }
    let closed = encounter.is_some() || policy::patient(ctx).is_some();
    let mut tx = app.store.read(ctx).await?;
    let sees = policy::sees(ctx);
    Ok(storage::citations(&mut tx, ctx.tenant, sees, (encounter, closed), page).await?)
}

/// One reference; that staff looked is on record before it is answered.
///
/// # Errors
/// 404, also for a patient while it is not verified or its record not signed;
/// 403 `record-restricted`.
pub async fn citation(app: &App, ctx: &Ctx, id: CitationId) -> Result<Citation, Problem> {
    let found = {
        let mut tx = app.store.read(ctx).await?;
        let found = find(&mut tx, ctx, id).await?;
        let record = policy::open(&mut tx, app, ctx, found.encounter_id).await?;
        let shown = found.verified_at.is_some() && record.signed_version.is_some();
        if policy::patient(ctx).is_some() && !shown {
            return Err(Problem::not_found());
        }
        found
    };
    audit::api::seen(app, ctx, about(&found, "citation.read")).await?;
    Ok(found)
}

async fn find(tx: &mut ReadTx, ctx: &Ctx, id: CitationId) -> Result<Citation, Problem> {
    let found = storage::find_citation(tx, ctx.tenant, id).await?;
    found.ok_or_else(Problem::not_found)
}

/// Adds a reference to a record.
///
/// # Errors
/// 404; 403 `record-restricted`; 400 naming every wrong field.
pub async fn add_citation(
    app: &App,
    ctx: &Ctx,
    encounter: EncounterId,
    mut new: NewCitation,
) -> Result<Citation, Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let record = policy::hold(tx, &a, &ctx, encounter).await?;
                let clinic = identity::api::tenant(tx, ctx.tenant).await?;
                labs::check_citation(&mut new, &a.clock.now().day(&clinic.zone))?;
                let citation = made(&a, &ctx, &record, new);
                storage::insert_citation(tx, ctx.tenant, &citation).await?;
                noted(tx, &a, &ctx, &citation, "citation.create");
                Ok(citation)
            })
        })
        .await
}

fn made(app: &App, ctx: &Ctx, record: &Encounter, new: NewCitation) -> Citation {
    Citation {
        id: CitationId::new(&app.clock, &app.rng),
        encounter_id: record.id,
        patient_id: record.patient_id,
        title: new.title,
        url: new.url,
        source: new.source.unwrap_or(Source::Other),
        authors: new.authors,
        year: new.year,
        journal: new.journal,
        added_by: ctx.actor.user(),
        created_at: app.clock.now(),
        verified_by: None,
        verified_name: None,
        verified_at: None,
    }
}

fn noted(tx: &mut WriteTx, app: &App, ctx: &Ctx, c: &Citation, action: &'static str) {
    audit::api::record_event(tx, app, ctx, about(c, action));
    tx.emit(TOPIC, c.encounter_id.uuid());
}

/// A person says that the reference is there and says so. Who said it first stays.
///
/// # Errors
/// 404; 403 `record-restricted` and for a caller who is no person.
pub async fn verify_citation(app: &App, ctx: &Ctx, id: CitationId) -> Result<Citation, Problem> {
    let user = ctx.actor.user().ok_or_else(Problem::forbidden)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let of = find(tx, &ctx, id).await?.encounter_id;
                policy::hold(tx, &a, &ctx, of).await?;
                let by = (user, a.clock.now());
                let first = storage::verify_citation(tx, ctx.tenant, id, by).await?;
                let citation = find(tx, &ctx, id).await?;
                if first {
                    noted(tx, &a, &ctx, &citation, "citation.verify");
                }
                Ok(citation)
            })
        })
        .await
}

/// Takes a reference away from a record that nobody has signed.
///
/// # Errors
/// 404; 403 also for a doctor who did not add it; 409 `already-signed`.
pub async fn drop_citation(app: &App, ctx: &Ctx, id: CitationId) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let of = find(tx, &ctx, id).await?.encounter_id;
                let record = policy::hold(tx, &a, &ctx, of).await?;
                let citation = find(tx, &ctx, id).await?;
                labs::may_change(&ctx, &record, citation.added_by)?;
                storage::delete_citation(tx, ctx.tenant, id).await?;
                noted(tx, &a, &ctx, &citation, "citation.delete");
                Ok(())
            })
        })
        .await
}

/// What a document of this record prints: what a person verified, newest first.
///
/// # Errors
/// The database's.
pub(super) async fn printed(
    tx: &mut ReadTx,
    tenant: TenantId,
    record: &Encounter,
) -> Result<Vec<Reference>, Problem> {
    let page = PageRequest { page: 1, size: 100 };
    let asked = (Some(record.id), true);
    let (_, mut found) = storage::citations(tx, tenant, Sees::All, asked, page).await?;
    found.retain(|citation| citation.verified_at.is_some());
    let work = |c: Citation| Reference {
        title: c.title,
        authors: c.authors,
        journal: c.journal,
        year: c.year,
        source: (c.source != Source::Other).then(|| c.source.to_string()),
        url: c.url,
    };
    Ok(found.into_iter().map(work).collect())
}
