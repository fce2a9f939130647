//! Consultation records of the demo: one signed, one that is urgent, one of a child.

use clinic::{
    App,
    care::api::{self as care, Administrative, Wanted},
    identity::api as identity,
    patients::api as patients,
};
use kernel::{Actor, Ctx, Expected, Locale, PageRequest, Problem, Role, TenantId};
use serde_json::{Map, Value, json};

/// Whose record it is, what it says, and what the doctor concluded.
struct Sample {
    first_name: &'static str,
    last_name: &'static str,
    form: Value,
    conclusion: Option<Value>,
}

fn samples() -> Vec<Sample> {
    vec![
        Sample {
            first_name: "Awa",
            last_name: "Ndiaye",
            form: json!({
                "motif_consultation": "Toux grasse et fièvre depuis trois jours",
                "histoire_maladie": "Toux productive, expectorations jaunâtres. Pas de douleur thoracique.",
                "temperature": 38.4, "tension_arterielle": "118/76", "pouls": 92, "frequence_respiratoire": 20,
                "spo2": 97, "poids": 64, "conscience": "alerte", "oxygene": false, "febrile": "Oui",
                "poumons": "Râles ronflants des deux côtés, pas de foyer", "occupation": "Commerçante",
                "allergie_medicamenteuse": true, "medicament_allergique": "Pénicilline",
            }),
            conclusion: Some(json!({
                "diagnostic": "Bronchite aiguë",
                "traitement": "Paracétamol 1 g, 3 fois par jour pendant 3 jours. Boire beaucoup.",
                "recommandations": "Revenir si la fièvre dure plus de trois jours ou si l’essoufflement apparaît.",
            })),
        },
        Sample {
            first_name: "Modou",
            last_name: "Ndiaye",
            form: json!({
                "motif_consultation": "Fièvre et vomissements",
                "histoire_maladie": "Fièvre depuis hier, boit un peu. Pas de convulsion.",
                "temperature": 39.2, "pouls": 118, "frequence_respiratoire": 28, "spo2": 96, "poids": 31,
                "conscience": "alerte", "febrile": "Oui", "occupation": "Élève",
            }),
            conclusion: None,
        },
        Sample {
            first_name: "Fatou",
            last_name: "Diop",
            form: json!({
                "motif_consultation": "Essoufflement",
                "histoire_maladie": "Essoufflement au repos depuis ce matin, frissons.",
                "temperature": 39.6, "tension_arterielle": "85/50", "pouls": 128, "frequence_respiratoire": 32,
                "spo2": 87, "poids": 58, "conscience": "confusion", "oxygene": false, "febrile": "Oui",
                "etat": "Altéré", "par_quoi": "Dyspnée", "occupation": "Couturière", "diabetique": true,
                "medicaments_en_cours": "Metformine 500 mg, 2 fois par jour",
            }),
            conclusion: None,
        },
    ]
}

/// Enters what is missing; a start that was killed half-way is finished by the next.
pub async fn make(app: &App, tenant: TenantId) -> Result<(), Problem> {
    let doctor = {
        let mut tx = app.store.read(tenant).await?;
        let staff = identity::staff(&mut tx, tenant).await?;
        staff
            .into_iter()
            .find(|member| member.role == Role::Practitioner)
    };
    let Some(doctor) = doctor else {
        return Ok(());
    };
    let ctx = Ctx {
        tenant,
        actor: Actor::User(doctor.id, Role::Practitioner),
        locale: Locale::Fr,
    };
    for sample in samples() {
        enter(app, &ctx, sample).await?;
    }
    Ok(())
}

async fn enter(app: &App, ctx: &Ctx, sample: Sample) -> Result<(), Problem> {
    let name = format!("{} {}", sample.first_name, sample.last_name);
    let (_, found) = patients::search(app, ctx, &name, PageRequest::default()).await?;
    let Some(patient) = found.iter().find(|found| found.full_name() == name) else {
        return Ok(());
    };
    let wanted = Wanted {
        patient: Some(patient.id),
        ..Wanted::default()
    };
    // The system asks: a look of the doctor would be on the trail.
    let system = Ctx::system(ctx.tenant, "demo");
    let (count, there) = care::list(app, &system, &wanted, PageRequest::default()).await?;
    let record = match there.first() {
        Some(record) => record.id,
        None => {
            let known = patients::record(app, &system, patient.id).await?;
            let form = form(&sample, &known);
            let admin = Administrative {
                patient: Some(patient.id),
                ..Administrative::default()
            };
            care::create(app, ctx, admin, form, None).await?
        }
    };
    let signed = there
        .first()
        .is_some_and(|record| record.signed_version.is_some());
    let Some(Value::Object(conclusion)) = sample.conclusion.filter(|_| !signed && count <= 1)
    else {
        return Ok(());
    };
    care::conclude(app, ctx, record, Expected::Any, conclusion).await?;
    care::validate(
        app,
        ctx,
        record,
        Expected::Any,
        Some("Dr Cheikh Mbaye".to_owned()),
    )
    .await
}

fn form(sample: &Sample, known: &patients::Record) -> Map<String, Value> {
    let (patient, phone) = (&known.patient, known.phone());
    let mut form = json!({
        "nom": patient.last_name, "postnom": "Diallo", "prenom": patient.first_name,
        "date_naissance": patient.birth_date, "sexe": patient.gender, "telephone": phone,
        "avenue": "Rue 10", "quartier": "Médina",
        "commune": "Dakar", "contact_nom": "Famille", "contact_telephone": phone,
        "contact_adresse": "Rue 10, Médina", "etat": "Conservé", "capacite_physique": "Moyen",
        "capacite_psychologique": "Top", "tegument": "Normal",
    });
    if let (Value::Object(form), Value::Object(said)) = (&mut form, &sample.form) {
        form.extend(said.clone());
    }
    match form {
        Value::Object(form) => form,
        _ => Map::new(),
    }
}
