//! A record as a document that a hospital files.

use std::sync::OnceLock;

use kernel::{Ctx, Locale, Problem, TenantId, text};
use pdfkit::{About, MadeAt, Typesetter};
use safety_rules::Pack;
use sha2::{Digest, Sha256};
use store::ReadTx;
use tokio::sync::Semaphore;
use webkit::Texts;

use crate::{
    App, audit,
    audit::api::Event,
    care::{
        model::{Document, Encounter, EncounterId, Reader, read_content},
        policy, rules, storage,
    },
    identity,
};

const TEMPLATE: &str = include_str!("../../../../../templates/care/record.typ");

/// Documents typeset at once; each takes a processor for a tenth of a second.
static PRESSES: Semaphore = Semaphore::const_new(2);

/// A document that is ready.
#[derive(Debug, Clone)]
pub struct Printed {
    /// What it is saved as: the record's number and nothing of the patient.
    pub name: String,
    /// SHA-256 of the bytes, in hexadecimal.
    pub digest: String,
    /// The PDF.
    pub bytes: Vec<u8>,
}

/// Where anybody can check a signature.
#[must_use]
pub fn verify_url(app: &App, hash: &str) -> String {
    format!("{}/verify/{hash}", app.settings.public_url)
}

/// The document of a record in the caller's language: of the newest signed
/// version, or for staff a draft. That staff took it is on record first.
///
/// # Errors
/// 404, for patients `not-signed-yet` until a doctor signed; 403 `record-restricted`.
pub async fn pdf(app: &App, ctx: &Ctx, id: EncounterId) -> Result<Printed, Problem> {
    let document = {
        let mut tx = app.store.read(ctx).await?;
        let record = policy::open(&mut tx, app, ctx, id).await?;
        gathered(&mut tx, ctx.tenant, record).await?
    };
    let reader = reader(ctx);
    if reader == Reader::Patient && document.signed.is_none() {
        return Err(Problem::not_found().code("not-signed-yet"));
    }
    taken(app, ctx, &document, "pdf").await?;
    typeset(app, document, reader, ctx.locale).await
}

/// A record with all that a document of it says; that staff looked is on record
/// first. Only what was signed is for patients: `signed` says whether something was.
///
/// # Errors
/// 404; 403 `record-restricted`.
pub async fn document(app: &App, ctx: &Ctx, id: EncounterId) -> Result<Document, Problem> {
    super::record(app, ctx, id).await?;
    let mut tx = app.store.read(ctx).await?;
    let record = policy::open(&mut tx, app, ctx, id).await?;
    gathered(&mut tx, ctx.tenant, record).await
}

/// For whom a document for this caller is.
pub(super) const fn reader(ctx: &Ctx) -> Reader {
    match policy::patient(ctx) {
        Some(_) => Reader::Patient,
        None => Reader::Staff,
    }
}

/// That staff took a record out of the program.
pub(super) async fn taken(
    app: &App,
    ctx: &Ctx,
    document: &Document,
    format: &str,
) -> Result<(), Problem> {
    let version = document.signed.as_ref().map(|version| version.version);
    let detail = serde_json::json!({"format": format, "signed_version": version});
    let event = Event {
        action: "encounter.export",
        object_type: "encounter",
        object_id: document.record.id.uuid(),
        patient: Some(document.record.patient_id.uuid()),
        detail: Some(detail.to_string()),
    };
    audit::api::seen(app, ctx, event).await
}

/// A record as it is to be shown outside of the program: what was signed, once
/// something was. Whoever asks has been judged.
pub(super) async fn gathered(
    tx: &mut ReadTx,
    tenant: TenantId,
    mut record: Encounter,
) -> Result<Document, Problem> {
    let mut history = storage::versions(tx, tenant, record.id).await?;
    history.retain(|version| version.signed_hash.is_some());
    history.reverse();
    let newest = record.signed_version;
    let signed = history.iter().find(|row| Some(row.version) == newest);
    let signed = signed.cloned();
    if let Some(version) = &signed {
        record.content = read_content(&version.content)?;
    }
    let labs = super::labs::printed(tx, tenant, &record).await?;
    let references = super::references::printed(tx, tenant, &record).await?;
    // A proposal of an analysis is on no document.
    record.analysis = None;
    Ok(Document {
        clinic: identity::api::tenant(tx, tenant).await?,
        letterhead: storage::letterhead(tx, tenant).await?,
        record,
        signed,
        history,
        labs,
        references,
    })
}

/// The document as PDF, off the threads that answer requests.
///
/// # Errors
/// 500 for a fault of the template.
pub(super) async fn typeset(
    app: &App,
    document: Document,
    reader: Reader,
    locale: Locale,
) -> Result<Printed, Problem> {
    let press = PRESSES.acquire().await.map_err(Problem::internal)?;
    let hash = document
        .signed
        .as_ref()
        .and_then(|row| row.signed_hash.clone());
    let url = hash.map(|hash| verify_url(app, &hash));
    let pack = super::pack(app).await?;
    let printed = tokio::task::spawn_blocking(move || {
        let _press = press;
        print((&document, &pack), reader, url.as_deref(), locale)
    });
    printed.await.map_err(Problem::internal)?
}

fn print(
    (document, pack): (&Document, &Pack),
    reader: Reader,
    url: Option<&str>,
    locale: Locale,
) -> Result<Printed, Problem> {
    let texts = Texts::new(locale);
    let day = document.record.created_at.day(&document.clinic.zone);
    let assessment = rules::assess(pack, &document.record.content, &day);
    let mut data = rules::paper(document, &assessment, (reader, url), &texts);
    let mut images = Vec::new();
    if let Some(url) = url {
        images.push(("qr.svg".to_owned(), qr(url)?));
        data["signature"]["qr"] = "qr.svg".into();
    }
    if let Some(logo) = &document.letterhead.logo {
        let name = match document.letterhead.logo_type.as_deref() {
            Some("image/jpeg") => "logo.jpg",
            _ => "logo.png",
        };
        images.push((name.to_owned(), logo.clone()));
        data["letterhead"]["logo"] = name.into();
    }
    let number = &document.record.number;
    let about = About {
        title: format!("{} {number}", texts.get("paper-title")),
        author: document.clinic.name.clone(),
        language: locale.as_str().to_owned(),
        made_at: MadeAt {
            unix_seconds: document.as_of().micros().div_euclid(1_000_000),
            offset_minutes: 0,
        },
        images,
    };
    // Which line of the template failed may quote the patient: it is not logged.
    let pdf = typesetter()?.pdf(TEMPLATE, &data, &about);
    let bytes = pdf.map_err(|_| Problem::internal("the record's template cannot be typeset"))?;
    Ok(Printed {
        name: format!("fiche-{number}.pdf"),
        digest: text::hex(&Sha256::digest(&bytes)),
        bytes,
    })
}

fn typesetter() -> Result<&'static Typesetter, Problem> {
    static TYPESETTER: OnceLock<Typesetter> = OnceLock::new();
    if let Some(known) = TYPESETTER.get() {
        return Ok(known);
    }
    let fresh = Typesetter::new().map_err(Problem::internal)?;
    Ok(TYPESETTER.get_or_init(|| fresh))
}

fn qr(url: &str) -> Result<Vec<u8>, Problem> {
    let code = qrcode::QrCode::new(url).map_err(Problem::internal)?;
    let picture = code.render::<qrcode::render::svg::Color<'_>>().build();
    Ok(picture.into_bytes())
}
