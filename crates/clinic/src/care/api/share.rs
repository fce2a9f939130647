//! Links that show a signed record for a while, to whoever has them.

use kernel::{Ctx, Locale, Problem, Redacted, Role, TenantId};
use store::Scope;

use super::export::{Printed, gathered, typeset};
use crate::{
    App, audit,
    audit::api::Event,
    care::{
        model::{Document, EncounterId, Lasting, Opened, Reader, ShareId, ShareRow, Shared},
        policy,
        storage::{self, NewShare},
    },
    identity::api::fingerprint,
};

/// Bytes of a link's secret: nobody guesses one.
const SECRET: usize = 32;
/// Who opens a link, on the trail.
const WHO: &str = "link";

/// Links are the patient's to give, and his doctor's for him.
fn may_share(ctx: &Ctx) -> Result<kernel::UserId, Problem> {
    let gives = matches!(
        policy::role(ctx),
        Some(Role::Patient | Role::Practitioner | Role::Admin | Role::SuperAdmin)
    );
    let user = ctx.actor.user().filter(|_| gives);
    user.ok_or_else(Problem::forbidden)
}

fn event(
    action: &'static str,
    (encounter, patient): (EncounterId, crate::patients::api::PatientId),
    detail: serde_json::Value,
) -> Event {
    Event {
        action,
        object_type: "encounter",
        object_id: encounter.uuid(),
        patient: Some(patient.uuid()),
        detail: Some(detail.to_string()),
    }
}

/// Makes a link that shows what was signed. Of its secret only the hash is kept.
///
/// # Errors
/// 404, `not-signed-yet` as long as nothing is signed; 403 `record-restricted`
/// and for who is neither the patient nor treats him.
pub async fn share(
    app: &App,
    ctx: &Ctx,
    id: EncounterId,
    lasting: Lasting,
) -> Result<Shared, Problem> {
    let created_by = may_share(ctx)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let record = policy::open(tx, &a, &ctx, id).await?;
                let unsigned = || Problem::not_found().code("not-signed-yet");
                let signed_version = record.signed_version.ok_or_else(unsigned)?;
                let token = a.rng.secret(SECRET);
                let now = a.clock.now();
                let new = NewShare {
                    id: ShareId::new(&a.clock, &a.rng),
                    token_hash: &fingerprint(&token),
                    signed_version,
                    created_by,
                    created_at: now,
                    expires_at: now.plus(lasting.time()),
                };
                let made = Shared {
                    id: new.id,
                    link: Redacted(format!("{}/s/{token}", a.settings.public_url)),
                    expires_at: new.expires_at,
                };
                storage::insert_share(tx, ctx.tenant, id, new).await?;
                let detail =
                    serde_json::json!({"share": made.id.to_string(), "lasting": lasting.as_str()});
                let event = event("encounter.share", (id, record.patient_id), detail);
                audit::api::record_event(tx, &a, &ctx, event);
                Ok(made)
            })
        })
        .await
}

/// The links of a record that still show it, newest first.
///
/// # Errors
/// As [`share`], but for `not-signed-yet`.
pub async fn shares(app: &App, ctx: &Ctx, id: EncounterId) -> Result<Vec<ShareRow>, Problem> {
    may_share(ctx)?;
    let mut tx = app.store.read(ctx).await?;
    policy::open(&mut tx, app, ctx, id).await?;
    Ok(storage::shares(&mut tx, ctx.tenant, id, app.clock.now()).await?)
}

/// Ends a link, whoever of those who may make one made it; ending it again is
/// no fault. Answers the record that it showed.
///
/// # Errors
/// 404; 403.
pub async fn end_share(app: &App, ctx: &Ctx, id: ShareId) -> Result<EncounterId, Problem> {
    may_share(ctx)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let row = storage::share(tx, ctx.tenant, id.uuid()).await?;
                let row = row.ok_or_else(Problem::not_found)?;
                let record = policy::open(tx, &a, &ctx, row.encounter_id).await?;
                if storage::revoke_share(tx, ctx.tenant, id, a.clock.now()).await? {
                    let detail = serde_json::json!({"share": id.to_string()});
                    let event = event("encounter.unshare", (record.id, record.patient_id), detail);
                    audit::api::record_event(tx, &a, &ctx, event);
                }
                Ok(record.id)
            })
        })
        .await
}

/// What the link with this secret shows now. That it was opened is counted and
/// on the trail before anything is answered.
///
/// # Errors
/// 404 alike for a secret that nobody made, and for a link that is over or ended.
pub async fn opened(app: &App, token: &str) -> Result<Opened, Problem> {
    let (tenant, row) = live(app, token).await?;
    let (a, id) = (app.clone(), row.id.uuid());
    let document: Document = app
        .store
        .write(tenant, move |tx| {
            Box::pin(async move {
                if !storage::count_opening(tx, tenant, id, a.clock.now()).await? {
                    return Err(Problem::not_found());
                }
                let record = storage::find(tx, tenant, row.encounter_id).await?;
                let record = record.ok_or_else(Problem::not_found)?;
                let ctx = Ctx::system(tenant, WHO);
                let detail = serde_json::json!({"share": id.to_string()});
                let event = event(
                    "encounter.open_link",
                    (record.id, record.patient_id),
                    detail,
                );
                audit::api::record_event(tx, &a, &ctx, event);
                gathered(tx, tenant, record).await
            })
        })
        .await?;
    let newest = document.signed.as_ref().map(|version| version.version);
    Ok(Opened {
        is_newer: newest.is_some_and(|version| version > row.signed_version),
        expires_at: row.expires_at,
        document,
    })
}

/// The same as a PDF.
///
/// # Errors
/// As [`opened`].
pub async fn opened_pdf(app: &App, token: &str, locale: Locale) -> Result<Printed, Problem> {
    let opened = opened(app, token).await?;
    typeset(app, opened.document, Reader::Patient, locale).await
}

async fn live(app: &App, token: &str) -> Result<(TenantId, ShareRow), Problem> {
    let place = {
        let mut tx = app.store.read(Scope::System).await?;
        storage::place_of_share(&mut tx, &fingerprint(token)).await?
    };
    let place = place.ok_or_else(Problem::not_found)?;
    let mut tx = app.store.read(place.tenant_id).await?;
    let row = storage::share(&mut tx, place.tenant_id, place.id).await?;
    let now = app.clock.now();
    let live = row.filter(|row| row.revoked_at.is_none() && row.expires_at > now);
    Ok((place.tenant_id, live.ok_or_else(Problem::not_found)?))
}
