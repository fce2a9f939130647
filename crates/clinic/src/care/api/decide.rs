//! What doctors decide, and what an analysis may still say.

use kernel::{Ctx, Expected, Problem, TenantId, UserId};
use serde_json::{Map, Value as Json};
use store::{ReadTx, WriteTx};
use uuid::Uuid;

use super::{
    change::applied,
    save::{Step, save},
};
use crate::{
    App,
    care::{
        model::{AnalysisId, Change, Encounter, EncounterId, Status},
        policy,
        rules::{self, LONGEST_REASON, LONGEST_SIGNATURE},
        storage,
    },
    identity,
};

/// Who signs: a doctor, with the name he has now.
async fn signer(tx: &mut ReadTx, ctx: &Ctx) -> Result<(UserId, String), Problem> {
    let user = ctx.actor.user().ok_or_else(Problem::forbidden)?;
    let name = identity::api::staff_name(tx, ctx.tenant, user).await?;
    Ok((user, name.ok_or_else(Problem::forbidden)?))
}

/// A text that must be there, at most so long.
pub(super) fn said(field: &str, text: &str, longest: usize) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::invalid(field, "required"));
    }
    if text.chars().count() > longest {
        let error = kernel::FieldError::new(field, "too-long").with("max", longest);
        return Err(Problem::fields(vec![error]));
    }
    Ok(text.to_owned())
}

/// Signs the record as it is.
///
/// # Errors
/// 404; 403 `record-restricted`; 400 without a diagnosis; 409 `already-signed`,
/// `already-rejected`; 412 when `expected` is not the version any more.
pub async fn validate(
    app: &App,
    ctx: &Ctx,
    id: EncounterId,
    expected: Expected,
    signature: Option<String>,
) -> Result<(), Problem> {
    let signature = signature.filter(|text| !text.trim().is_empty());
    let signature = signature
        .map(|text| said("signature_medecin", &text, LONGEST_SIGNATURE))
        .transpose()?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let current = policy::hold(tx, &a, &ctx, id).await?;
                expected.check(current.version)?;
                rules::may_decide(&current)?;
                rules::may_sign(&current.content)?;
                let (by, name) = signer(tx, &ctx).await?;
                let mut next = current.clone();
                next.status = Status::Validated;
                next.assigned_to = next.assigned_to.or(Some(by));
                next.signature = signature.or(next.signature);
                next.rejection = None;
                let step = Step {
                    signs: Some((by, &name)),
                    ..Step::new(Change::Validated, "encounter.validate")
                };
                save(tx, &a, &ctx, &current, next, step).await.map(drop)
            })
        })
        .await
}

/// Refuses the record.
///
/// # Errors
/// 404; 403 `record-restricted`; 400 without a reason; 409 `already-signed`,
/// `already-rejected`; 412 when `expected` is not the version any more.
pub async fn reject(
    app: &App,
    ctx: &Ctx,
    id: EncounterId,
    expected: Expected,
    reason: &str,
) -> Result<(), Problem> {
    let reason = said("commentaire", reason, LONGEST_REASON)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let current = policy::hold(tx, &a, &ctx, id).await?;
                expected.check(current.version)?;
                rules::may_decide(&current)?;
                let mut next = current.clone();
                next.status = Status::Rejected;
                next.assigned_to = next.assigned_to.or(ctx.actor.user());
                next.rejection = Some(reason.clone());
                let step = Step {
                    reason: Some(&reason),
                    ..Step::new(Change::Rejected, "encounter.reject")
                };
                save(tx, &a, &ctx, &current, next, step).await.map(drop)
            })
        })
        .await
}

/// Asks for another analysis, whatever was decided. What was signed stays
/// signed: it holds until a doctor signs again.
///
/// # Errors
/// 404; 403 `record-restricted`.
pub async fn relaunch(app: &App, ctx: &Ctx, id: EncounterId) -> Result<(), Problem> {
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let current = policy::hold(tx, &a, &ctx, id).await?;
                if current.status == Status::InAnalysis {
                    // Asked for already and not ended: once is enough.
                    return Ok(());
                }
                let mut next = current.clone();
                next.status = Status::InAnalysis;
                next.analysis_error = None;
                let step = Step::new(Change::Relaunched, "encounter.relaunch");
                save(tx, &a, &ctx, &current, next, step).await?;
                let analysis = AnalysisId::new(&a.clock, &a.rng);
                let now = a.clock.now();
                Ok(storage::insert_analysis(tx, ctx.tenant, analysis, id, now).await?)
            })
        })
        .await
}

/// Signs another version of a signed record, with a reason.
///
/// # Errors
/// 404; 403 `record-restricted`; 400 without a reason, without a change or
/// naming every wrong field; 409 `not-signed`; 412 when `expected` is not the
/// version any more.
pub async fn amend(
    app: &App,
    ctx: &Ctx,
    id: EncounterId,
    expected: Expected,
    (reason, input): (&str, Map<String, Json>),
) -> Result<(), Problem> {
    let reason = said("reason", reason, LONGEST_REASON)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let current = policy::hold(tx, &a, &ctx, id).await?;
                expected.check(current.version)?;
                if current.status != Status::Validated {
                    return Err(Problem::conflict("not-signed"));
                }
                let mut next = current.clone();
                next.content = applied(tx, &a, &ctx, &current.content, &input).await?;
                rules::may_sign(&next.content)?;
                if next.content == current.content {
                    return Err(Problem::conflict("nothing-changed"));
                }
                let (by, name) = signer(tx, &ctx).await?;
                let step = Step {
                    reason: Some(&reason),
                    signs: Some((by, &name)),
                    ..Step::new(Change::Amended, "encounter.amend")
                };
                save(tx, &a, &ctx, &current, next, step).await.map(drop)
            })
        })
        .await
}

/// The record whose analysis this is, as long as it may still say something:
/// not after a doctor decided, not when another was asked for since.
async fn waiting(
    tx: &mut WriteTx,
    tenant: TenantId,
    analysis: Uuid,
) -> Result<Option<Encounter>, Problem> {
    let Some(id) = storage::analysis(tx, tenant, analysis).await? else {
        return Ok(None);
    };
    storage::hold(tx, tenant, id).await?;
    if !storage::is_newest_analysis(tx, tenant, id, analysis).await? {
        return Ok(None);
    }
    let record = storage::find(tx, tenant, id).await?;
    Ok(record.filter(|record| record.status == Status::InAnalysis))
}

/// An analysis ended; `proposal` is what it says, for doctors only. It never
/// changes what a doctor decided meanwhile.
///
/// # Errors
/// 412 when the record was changed at this moment: the work is tried again.
pub async fn end_analysis(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    analysis: Uuid,
    proposal: Option<String>,
) -> Result<(), Problem> {
    if let Some(current) = waiting(tx, ctx.tenant, analysis).await? {
        let mut next = current.clone();
        next.status = Status::Analysed;
        next.analysis = proposal;
        next.analysis_error = None;
        let step = Step::new(Change::Analysed, "encounter.analysed");
        save(tx, app, ctx, &current, next, step).await?;
    }
    Ok(storage::end_analysis(tx, ctx.tenant, analysis, "done").await?)
}

/// An analysis failed for good. A doctor can ask for another, or decide without.
///
/// # Errors
/// 412 when the record was changed at this moment.
pub async fn fail_analysis(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    analysis: Uuid,
    error: &str,
) -> Result<(), Problem> {
    if let Some(current) = waiting(tx, ctx.tenant, analysis).await? {
        let mut next = current.clone();
        next.status = Status::AnalysisFailed;
        next.analysis_error = Some(error.to_owned());
        let step = Step {
            reason: Some(error),
            ..Step::new(Change::AnalysisFailed, "encounter.analysis_failed")
        };
        save(tx, app, ctx, &current, next, step).await?;
    }
    Ok(storage::end_analysis(tx, ctx.tenant, analysis, "failed").await?)
}
