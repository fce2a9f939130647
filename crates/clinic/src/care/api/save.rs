//! The one way in which a record changes.

use kernel::{Ctx, Problem, UserId};
use store::{StoreError, WriteTx};

use super::TOPIC;
use crate::{
    App, audit,
    audit::api::Event,
    care::{
        model::{Change, Encounter},
        rules::{self, Signature},
        storage::{self, NewVersion},
    },
};

/// What a change is, besides what the record holds afterwards.
pub(super) struct Step<'a> {
    pub(super) change: Change,
    /// The action on the audit trail.
    pub(super) action: &'static str,
    pub(super) reason: Option<&'a str>,
    /// Who signs it, and his name.
    pub(super) signs: Option<(UserId, &'a str)>,
}

impl Step<'_> {
    pub(super) const fn new(change: Change, action: &'static str) -> Self {
        Self {
            change,
            action,
            reason: None,
            signs: None,
        }
    }
}

pub(super) fn written(record: &Encounter) -> Result<String, Problem> {
    serde_json::to_string(&record.content).map_err(Problem::internal)
}

/// Writes `next` over `before`, keeps it as a version and puts it on the trail.
/// Answers the record with its new version.
///
/// # Errors
/// 412 when somebody else was faster.
pub(super) async fn save(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    before: &Encounter,
    mut next: Encounter,
    step: Step<'_>,
) -> Result<Encounter, Problem> {
    let now = app.clock.now();
    let version = before.version + 1;
    next.updated_at = now;
    if let Some((by, _)) = step.signs {
        next.validated_by = Some(by);
        next.validated_at = Some(now);
        next.signed_version = Some(version);
    }
    let content = written(&next)?;
    storage::update(tx, ctx.tenant, &next, &content)
        .await
        .map_err(StoreError::stale)?;
    if next.content != before.content {
        let words = rules::words(&next.number, &next.content);
        storage::set_words(tx, ctx.tenant, next.id, &words).await?;
    }
    let changed = next.content.differences(&before.content);
    keep(tx, app, ctx, &next, version, &content, (step, changed)).await?;
    next.version = version;
    Ok(next)
}

/// Appends the version and the line on the trail.
pub(super) async fn keep(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    record: &Encounter,
    version: i64,
    content: &str,
    (step, changed): (Step<'_>, Vec<String>),
) -> Result<(), Problem> {
    let hash = match step.signs {
        None => None,
        Some((by, name)) => Some(signature(ctx, record, version, (by, name)).hash()?),
    };
    let signed = step.signs.zip(hash.as_deref());
    let new = NewVersion {
        change: step.change,
        content,
        reason: step.reason,
        author: ctx.actor.user(),
        at: record.updated_at,
        signed: signed.map(|((by, name), hash)| (by, name, hash)),
    };
    storage::append(tx, ctx.tenant, record, version, new).await?;
    // The hash on the chained trail: a signature made afterwards is not on it.
    let detail = serde_json::json!({"version": version, "fields": changed, "signed": hash});
    let event = Event {
        action: step.action,
        object_type: "encounter",
        object_id: record.id.uuid(),
        patient: Some(record.patient_id.uuid()),
        detail: Some(detail.to_string()),
    };
    audit::api::record_event(tx, app, ctx, event);
    tx.emit(TOPIC, record.id.uuid());
    Ok(())
}

fn signature<'a>(
    ctx: &Ctx,
    record: &'a Encounter,
    version: i64,
    (by, name): (UserId, &'a str),
) -> Signature<'a> {
    Signature {
        tenant: ctx.tenant,
        record: record.id,
        number: &record.number,
        version,
        form_version: record.form_version,
        content: &record.content,
        by,
        name,
        at: record.updated_at,
    }
}
