use clinical_form::{Content, Form};
use kernel::{Ctx, Problem, UserId};
use serde_json::{Map, Value as Json};
use store::WriteTx;

use super::{
    change::{context, practitioner},
    save::{Step, keep, written},
};
use crate::{
    App,
    care::{
        model::{Administrative, AnalysisId, Change, Encounter, EncounterId, Status},
        policy, rules, storage,
    },
    identity,
    identity::api::TenantInfo,
    patients::{
        self,
        api::{NewPatient, PatientId},
    },
};

/// Enters a record and asks for its analysis. Whose it is: a patient's is his
/// own; staff name the patient or his account, or describe him by the form.
/// With `draft`, what was kept while typing under that subject is dropped.
///
/// # Errors
/// 400 naming every wrong field; 403 `record-restricted`; 404 for a patient
/// who is not there.
pub async fn create(
    app: &App,
    ctx: &Ctx,
    admin: Administrative,
    input: Map<String, Json>,
    draft: Option<String>,
) -> Result<EncounterId, Problem> {
    let clinic = {
        let mut tx = app.store.read(ctx).await?;
        identity::api::tenant(&mut tx, ctx.tenant).await?
    };
    let content = checked(app, ctx, &clinic, &input)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                if let (Some(user), Some(subject)) = (ctx.actor.user(), &draft) {
                    storage::drop_draft(tx, ctx.tenant, (user, subject)).await?;
                }
                let patient = whose(tx, &a, &ctx, &clinic, &admin, &content).await?;
                insert(tx, &a, &ctx, &clinic, patient, (admin, content)).await
            })
        })
        .await
}

fn checked(
    app: &App,
    ctx: &Ctx,
    clinic: &TenantInfo,
    input: &Map<String, Json>,
) -> Result<Content, Problem> {
    let form = Form::fiche();
    let today = app.clock.now().day(&clinic.zone);
    let content = form
        .apply(&Content::blank(form), input, context(ctx, clinic, &today))
        .map_err(Problem::fields)?;
    let missing = form.missing(&content);
    match missing.is_empty() {
        true => Ok(content),
        false => Err(Problem::fields(missing)),
    }
}

async fn whose(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    clinic: &TenantInfo,
    admin: &Administrative,
    content: &Content,
) -> Result<PatientId, Problem> {
    if let Some(user) = policy::patient(ctx) {
        if admin.patient.is_some() || admin.user.is_some_and(|named| named != user) {
            return Err(Problem::forbidden());
        }
        return of_account(tx, app, ctx, clinic, user, content).await;
    }
    if let Some(patient) = admin.patient {
        patients::api::may_open(tx, app, ctx, patient).await?;
        return Ok(patients::api::kept(tx, ctx.tenant, patient).await?);
    }
    match admin.user {
        Some(user) => {
            if !identity::api::is_patient(tx, ctx.tenant, user).await? {
                return Err(Problem::invalid("user", "no-patient-account"));
            }
            of_account(tx, app, ctx, clinic, user, content).await
        }
        None => patients::api::enter(tx, app, ctx, clinic, described(content)).await,
    }
}

async fn of_account(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    clinic: &TenantInfo,
    user: UserId,
    content: &Content,
) -> Result<PatientId, Problem> {
    let Some(patient) = patients::api::of_account(tx, ctx.tenant, user).await? else {
        return patients::api::enter_own(tx, app, ctx, clinic, described(content), user).await;
    };
    if policy::patient(ctx).is_none() {
        patients::api::may_open(tx, app, ctx, patient).await?;
    }
    Ok(patient)
}

/// Longest name of a patient, in characters.
const NAME: usize = 100;

/// The patient whom a form describes.
fn described(content: &Content) -> NewPatient {
    let text = |key| content.text(key).unwrap_or_default();
    let (nom, postnom) = (text("nom"), text("postnom"));
    let both = format!("{nom} {postnom}");
    let last_name = match both.chars().count() <= NAME {
        true => both,
        false => nom.to_owned(),
    };
    let address = [text("avenue"), text("quartier"), text("commune")];
    NewPatient {
        first_name: text("prenom").to_owned(),
        last_name,
        phone: text("telephone").to_owned(),
        birth_date: content.text("date_naissance").map(str::to_owned),
        gender: content.text("sexe").map(str::to_owned),
        address: Some(address.join(", ")),
        emergency_contact: content.text("contact_nom").map(str::to_owned),
        emergency_phone: content.text("contact_telephone").map(str::to_owned),
        allergies: content.text("medicament_allergique").map(str::to_owned),
        current_medications: content.text("medicaments_en_cours").map(str::to_owned),
        ..NewPatient::default()
    }
}

async fn insert(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    clinic: &TenantInfo,
    patient: PatientId,
    (admin, content): (Administrative, Content),
) -> Result<EncounterId, Problem> {
    let assigned = admin.assigned_to.flatten();
    if let Some(doctor) = assigned {
        practitioner(tx, ctx, doctor).await?;
    }
    let now = app.clock.now();
    let day = now.day(&clinic.zone);
    let count = storage::next_of_day(tx, ctx.tenant, &day).await?;
    let record = Encounter {
        id: EncounterId::new(&app.clock, &app.rng),
        number: rules::number(&day, count),
        patient_id: patient,
        patient_user: None,
        restricted: false,
        status: Status::InAnalysis,
        remote: admin.remote.unwrap_or(false),
        created_by: ctx.actor.user(),
        assigned_to: assigned,
        assigned_name: None,
        validated_by: None,
        validated_name: None,
        validated_at: None,
        signed_version: None,
        signature: admin.signature.flatten(),
        rejection: admin.rejection.flatten(),
        analysis: None,
        analysis_error: None,
        content,
        form_version: Form::fiche().version,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let text = written(&record)?;
    storage::insert(tx, ctx.tenant, &record, &text).await?;
    let words = rules::words(&record.number, &record.content);
    storage::set_words(tx, ctx.tenant, record.id, &words).await?;
    let step = Step::new(Change::Created, "encounter.create");
    keep(tx, app, ctx, &record, 1, &text, (step, Vec::new())).await?;
    let analysis = AnalysisId::new(&app.clock, &app.rng);
    storage::insert_analysis(tx, ctx.tenant, analysis, record.id, now).await?;
    Ok(record.id)
}
