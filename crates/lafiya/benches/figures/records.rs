//! What staff wait for once a clinic has a hundred thousand records: through the
//! router with all its middleware, in this process.

use std::time::Instant;

use axum::http::Method;
use clinic::{
    care::api::{Administrative, create},
    identity,
    patients::api::{NewPatient, PatientId, enter},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use kernel::{Actor, Ctx, Id, Locale, Problem, Role};
use serde_json::{Value, json};
use store::{EngineKind, Sql, WriteTx, params};
use testkit::{clinic::TestClinic, db::TestDb};

use crate::{
    Failure,
    asks::{Asks, CALLS, WARMING, analyze, told},
    meter::count,
    say,
};

/// Records, each of another patient.
const RECORDS: u64 = 100_000;
/// Of these, entered as staff enter them; the others copy them.
const ENTERED: u64 = 1_000;
/// Entered at once.
const HANDS: usize = 64;
/// Copied in one transaction.
const BATCH: u64 = 100;

const MODEL: Sql =
    Sql::new("SELECT id AS value FROM encounter WHERE tenant_id = $1 ORDER BY id LIMIT 1");
const COPY: Sql = Sql::new(
    "INSERT INTO encounter (tenant_id, id, number, patient_id, status, remote, created_by, content, form_version,
        created_at, updated_at, version)
    SELECT tenant_id, $2, $3, $4, status, remote, created_by, content, form_version, $5, $5, 1
    FROM encounter WHERE tenant_id = $1 AND id = $6",
);
const WORDS: Sql = Sql::new(
    "INSERT INTO encounter_word (tenant_id, word, encounter_id)
    VALUES ($1, $3, $2), ($1, $4, $2), ($1, $5, $2), ($1, $6, $2), ($1, 'toux', $2), ($1, 'depuis', $2),
        ($1, 'trois', $2), ($1, 'jours', $2)
    ON CONFLICT DO NOTHING",
);

/// Every figure of records on this engine.
pub async fn figures(kind: EngineKind) -> Result<(), Failure> {
    let db = TestDb::new(kind).await;
    let clinic = TestClinic::new(&db).await;
    let admin = clinic.member(clinic.tenant, "figures", Role::Admin).await;
    let ctx = Ctx {
        tenant: clinic.tenant,
        actor: Actor::User(admin, Role::Admin),
        locale: Locale::Fr,
    };
    say(&format!(
        "records on {kind:?}, {RECORDS} of as many patients"
    ));
    fill(&clinic, &ctx).await?;
    analyze(&db)?;
    let token = clinic.token_of("figures").await;
    let asks = Asks {
        clinic: &clinic,
        token: &token,
    };
    let all = "/api/v1/fiche-consultation/";
    asks.look("list of 20 records", 10, |_| all.to_owned())
        .await?;
    asks.look("records found by two words of a name", 30, |n| {
        let (first, last) = name(n * 331);
        format!("{all}?search={first}+{last}")
    })
    .await?;
    let patients = "/api/patients/list/";
    asks.look("patients found by a misspelt name", 30, |n| {
        let (first, last) = name(n * 331);
        format!("{patients}?search={last}+{first}x")
    })
    .await?;
    asks.look("patients found by a name of thousands", 30, |n| {
        let last = name(n * 331).1;
        format!("{patients}?search=mamadu+{last}")
    })
    .await?;
    asks.look("patients found by two letters", 30, |n| {
        format!("{patients}?search={}", &name(n * 331).1[..2])
    })
    .await?;
    asks.look("patients found by four digits", 30, |n| {
        format!("{patients}?search={}", 1000 + n * 29)
    })
    .await?;
    entering(&asks).await
}

async fn fill(clinic: &TestClinic, ctx: &Ctx) -> Result<(), Failure> {
    let started = Instant::now();
    stream::iter((0..ENTERED).map(|n| entered(clinic, ctx, n)))
        .buffer_unordered(HANDS)
        .try_collect::<Vec<()>>()
        .await?;
    let each = count(ENTERED) / started.elapsed().as_secs_f64();
    say(&format!("  {each:.0} entered a second by {HANDS} at once"));
    let model: uuid::Uuid = {
        let mut tx = clinic.app.store.read(ctx.tenant).await?;
        tx.one(MODEL, params![ctx.tenant]).await?
    };
    let started = Instant::now();
    for from in (ENTERED..RECORDS).step_by(usize::try_from(BATCH)?) {
        let (app, ctx) = (clinic.app.clone(), *ctx);
        let copied: Result<(), Problem> = clinic
            .app
            .store
            .write(ctx.tenant, move |tx| {
                Box::pin(async move {
                    let house = identity::api::tenant(tx, ctx.tenant).await?;
                    for n in from..(from + BATCH).min(RECORDS) {
                        let patient = enter(tx, &app, &ctx, &house, person(n)).await?;
                        copy(tx, &app, &ctx, (n, patient, model)).await?;
                    }
                    Ok(())
                })
            })
            .await;
        copied.map_err(|problem| format!("{problem:?}"))?;
    }
    let seconds = started.elapsed().as_secs_f64();
    say(&format!("  the others copied in {seconds:.0} s"));
    Ok(())
}

fn person(n: u64) -> NewPatient {
    let (first, last) = name(n);
    NewPatient {
        first_name: first,
        last_name: last,
        phone: phone(n),
        birth_date: Some(birth_date(n)),
        ..NewPatient::default()
    }
}

async fn copy(
    tx: &mut WriteTx,
    app: &clinic::App,
    ctx: &Ctx,
    (n, patient, model): (u64, PatientId, uuid::Uuid),
) -> Result<(), Problem> {
    let id = Id::<()>::new(&app.clock, &app.rng);
    let number = format!("CONS-20190101-{n:06}");
    let values = params![ctx.tenant, id, number, patient, app.clock.now(), model];
    tx.execute_one(COPY, values).await?;
    let (first, last) = name(n);
    let national = format!("77{n:07}");
    let values = params![ctx.tenant, id, last, first, national, number.to_lowercase()];
    tx.execute(WORDS, values).await?;
    Ok(())
}

const SYLLABLES: [&str; 20] = [
    "mbu", "yi", "ka", "bon", "go", "ndi", "aye", "tra", "ore", "kou", "ame", "sa", "li", "fa",
    "tou", "dia", "llo", "ba", "ngue", "ssan",
];

/// One of 64 million names; but every tenth person is called Mamadou and every
/// eighth Diallo.
fn name(n: u64) -> (String, String) {
    let part = |n: u64| SYLLABLES[usize::try_from(n % 20).unwrap_or(0)];
    let three = |n: u64| format!("{}{}{}", part(n), part(n / 20), part(n / 400));
    let first = if n.is_multiple_of(10) {
        "mamadou".to_owned()
    } else {
        three(n.wrapping_mul(7919))
    };
    let last = if n.is_multiple_of(8) {
        "diallo".to_owned()
    } else {
        three(n)
    };
    (first, last)
}

fn phone(n: u64) -> String {
    format!("+22177{n:07}")
}

fn birth_date(n: u64) -> String {
    format!("{}-0{}-1{}", 1940 + n % 80, 1 + n % 9, n % 10)
}

/// The form of a visit.
pub fn input(n: u64) -> Value {
    let (first, last) = name(n);
    json!({
        "nom": last, "postnom": first, "prenom": first, "date_naissance": birth_date(n),
        "sexe": "F", "telephone": phone(n), "occupation": "Commerçante",
        "avenue": "Avenue 12", "quartier": "Médina", "commune": "Dakar", "contact_nom": "Paul",
        "contact_telephone": "+221772000042", "contact_adresse": "Avenue 12", "etat": "Conservé",
        "capacite_physique": "Top", "capacite_psychologique": "Top", "febrile": "Non", "tegument": "Normal",
        "motif_consultation": "Toux depuis trois jours", "temperature": 37.4, "pouls": 82,
        "tension_arterielle": "120/80", "spo2": 98, "frequence_respiratoire": 16, "conscience": "alerte",
    })
}

async fn entered(clinic: &TestClinic, ctx: &Ctx, n: u64) -> Result<(), Failure> {
    let Value::Object(form) = input(n) else {
        return Err("an input is an object".into());
    };
    let admin = Administrative::default();
    match create(&clinic.app, ctx, admin, form, None).await {
        Ok(_) => Ok(()),
        Err(problem) => Err(format!("{problem:?}").into()),
    }
}

async fn entering(asks: &Asks<'_>) -> Result<(), Failure> {
    let enter = |n| {
        let body = Some(input(RECORDS + n));
        asks.call(Method::POST, "/api/v1/fiche-consultation/", body)
    };
    for n in CALLS..CALLS + WARMING {
        enter(n).await?;
    }
    let mut waits = Vec::new();
    for n in 0..CALLS {
        waits.push(enter(n).await?);
    }
    told("a record entered", &mut waits, 25);
    Ok(())
}
