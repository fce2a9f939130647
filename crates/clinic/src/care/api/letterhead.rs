//! What stands at the top of a clinic's documents.

use clinical_form::{Content, Form, Value};
use kernel::{Ctx, Expected, FieldError, Locale, Problem, TenantId, Timestamp};
use store::{ReadTx, StoreError};

use super::export::{Printed, typeset};
use crate::{
    App, audit,
    care::{
        model::{
            Document, Encounter, EncounterId, LabLine, Letterhead, NewLetterhead, Reader, Status,
        },
        rules, storage,
    },
    identity,
    identity::api::TenantInfo,
    patients::api::PatientId,
};

/// What documents have at their top, with the clinic.
///
/// # Errors
/// The database's.
pub async fn letterhead(app: &App, ctx: &Ctx) -> Result<(TenantInfo, Letterhead), Problem> {
    let mut tx = app.store.read(ctx).await?;
    loaded(&mut tx, ctx.tenant).await
}

/// How the clinic is called, as its documents say it.
///
/// # Errors
/// The database's.
pub async fn clinic_phone(tx: &mut ReadTx, tenant: TenantId) -> Result<Option<String>, StoreError> {
    storage::clinic_phone(tx, tenant).await
}

async fn loaded(tx: &mut ReadTx, tenant: TenantId) -> Result<(TenantInfo, Letterhead), Problem> {
    let clinic = identity::api::tenant(tx, tenant).await?;
    Ok((clinic, storage::letterhead(tx, tenant).await?))
}

/// Changes it. Documents that were signed get it too: it is not what is signed.
/// A picture with which nothing can be printed is not kept.
///
/// # Errors
/// 400 naming every wrong field; 412 when `expected` is not the version any more.
pub async fn set_letterhead(
    app: &App,
    ctx: &Ctx,
    expected: Expected,
    new: NewLetterhead,
) -> Result<(TenantInfo, Letterhead), Problem> {
    let (clinic, before) = letterhead(app, ctx).await?;
    expected.check(before.version)?;
    let seen = before.version;
    let next = rules::letterhead(before, new)?;
    let example = example(app, clinic, next.clone());
    let printed = typeset(app, example, Reader::Staff, ctx.locale).await;
    if printed.is_err() && next.logo.is_some() {
        let error = FieldError::new("logo", "logo-unreadable");
        return Err(Problem::fields(vec![error]));
    }
    printed?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let set = storage::set_letterhead(tx, ctx.tenant, &next, (seen, a.clock.now()));
                set.await.map_err(StoreError::stale)?;
                let id = ctx.tenant.uuid();
                let detail = serde_json::json!({"version": next.version}).to_string();
                let (action, object) = ("letterhead.update", "letterhead");
                audit::api::record(tx, &a, &ctx, action, object, id, Some(detail)).await?;
                loaded(tx, ctx.tenant).await
            })
        })
        .await
}

/// How documents look with it: one of a patient who does not exist.
///
/// # Errors
/// The database's; 500 when it cannot be typeset.
pub async fn letterhead_example(app: &App, ctx: &Ctx) -> Result<Printed, Problem> {
    let (clinic, letterhead) = letterhead(app, ctx).await?;
    let example = example(app, clinic, letterhead);
    typeset(app, example, Reader::Staff, ctx.locale).await
}

/// A draft, so that nobody takes it for a record.
fn example(app: &App, clinic: TenantInfo, letterhead: Letterhead) -> Document {
    let lab = LabLine {
        test: "CRP".to_owned(),
        value: "12".to_owned(),
        unit: Some("mg/L".to_owned()),
        range: Some("< 5".to_owned()),
        flag: Some("H".to_owned()),
        taken_on: "2026-01-05".to_owned(),
    };
    Document {
        record: invented(app, clinic.locale, app.clock.now()),
        clinic,
        letterhead,
        signed: None,
        history: Vec::new(),
        labs: vec![lab],
        references: Vec::new(),
    }
}

fn invented(app: &App, locale: Locale, now: Timestamp) -> Encounter {
    let motive = match locale {
        Locale::Fr => "Exemple",
        Locale::En => "Example",
    };
    let mut content = Content::default();
    let texts = [
        ("nom", "Diop"),
        ("prenom", "Awa"),
        ("date_naissance", "1990-05-17"),
        ("motif_consultation", motive),
    ];
    for (key, text) in texts {
        content.set(key, Some(Value::Text(text.to_owned())));
    }
    content.set("temperature", Some(Value::Number(38.4)));
    content.set("pouls", Some(Value::Number(96.0)));
    Encounter {
        id: EncounterId::new(&app.clock, &app.rng),
        number: "CONS-00000000-000".to_owned(),
        patient_id: PatientId::new(&app.clock, &app.rng),
        patient_user: None,
        restricted: false,
        status: Status::Analysed,
        remote: false,
        created_by: None,
        assigned_to: None,
        assigned_name: None,
        validated_by: None,
        validated_name: None,
        validated_at: None,
        signed_version: None,
        signature: None,
        rejection: None,
        analysis: None,
        analysis_error: None,
        content,
        form_version: Form::fiche().version,
        created_at: now,
        updated_at: now,
        version: 1,
    }
}
