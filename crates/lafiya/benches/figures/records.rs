//! What staff wait for once a clinic has a hundred thousand records: through the
//! router with all its middleware, in this process.

use std::time::{Duration, Instant};

use axum::http::Method;
use clinic::care::api::{Administrative, create};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use kernel::{Actor, Ctx, Locale, Role};
use serde_json::{Value, json};
use store::EngineKind;
use testkit::{clinic::TestClinic, db::TestDb};

use crate::{
    Failure,
    meter::{count, percentile},
    say,
};

/// Records, each of another patient.
const RECORDS: u64 = 100_000;
/// Entered at once while the clinic is filled.
const HANDS: usize = 64;
/// Calls of each kind.
const CALLS: u64 = 300;

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
    let started = Instant::now();
    stream::iter((0..RECORDS).map(|n| enter(&clinic, &ctx, n)))
        .buffer_unordered(HANDS)
        .try_collect::<Vec<()>>()
        .await?;
    let each = count(RECORDS) / started.elapsed().as_secs_f64();
    say(&format!("  {each:.0} entered a second by {HANDS} at once"));
    if kind == EngineKind::Postgres {
        // Autovacuum does it within a minute in a clinic.
        analyze(&db).await?;
    }
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
    asks.look("patients found by a misspelt name", 30, |n| {
        let (first, last) = name(n * 331);
        format!("/api/patients/list/?search={last}+{first}x")
    })
    .await?;
    asks.create().await
}

async fn analyze(db: &TestDb) -> Result<(), Failure> {
    let store::Database::Postgres { url, .. } = &db.database else {
        return Ok(());
    };
    let done = std::process::Command::new("psql")
        .args([url, "-qc", "ANALYZE"])
        .status()?;
    match done.success() {
        true => Ok(()),
        false => Err("ANALYZE failed".into()),
    }
}

const SYLLABLES: [&str; 20] = [
    "mbu", "yi", "ka", "bon", "go", "ndi", "aye", "tra", "ore", "kou", "ame", "sa", "li", "fa",
    "tou", "dia", "llo", "ba", "ngue", "ssan",
];

/// A name of its own for each number.
fn name(n: u64) -> (String, String) {
    let part = |n: u64| SYLLABLES[usize::try_from(n % 20).unwrap_or(0)];
    let three = |n: u64| format!("{}{}{}", part(n), part(n / 20), part(n / 400));
    (three(n.wrapping_mul(7919)), three(n))
}

fn input(n: u64) -> Value {
    let (first, last) = name(n);
    json!({
        "nom": last, "postnom": first, "prenom": first, "date_naissance": format!("{}-0{}-1{}", 1940 + n % 80, 1 + n % 9, n % 10),
        "sexe": "F", "telephone": format!("+22177{:07}", n % 10_000_000), "occupation": "Commerçante",
        "avenue": "Avenue 12", "quartier": "Médina", "commune": "Dakar", "contact_nom": "Paul",
        "contact_telephone": "+221772000042", "contact_adresse": "Avenue 12", "etat": "Conservé",
        "capacite_physique": "Top", "capacite_psychologique": "Top", "febrile": "Non", "tegument": "Normal",
        "motif_consultation": "Toux depuis trois jours", "temperature": 37.4, "pouls": 82,
        "tension_arterielle": "120/80", "spo2": 98, "frequence_respiratoire": 16, "conscience": "alerte",
    })
}

async fn enter(clinic: &TestClinic, ctx: &Ctx, n: u64) -> Result<(), Failure> {
    let Value::Object(form) = input(n) else {
        return Err("an input is an object".into());
    };
    let admin = Administrative::default();
    match create(&clinic.app, ctx, admin, form, None).await {
        Ok(_) => Ok(()),
        Err(problem) => Err(format!("{problem:?}").into()),
    }
}

struct Asks<'a> {
    clinic: &'a TestClinic,
    token: &'a str,
}

impl Asks<'_> {
    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Duration, Failure> {
        let started = Instant::now();
        let answer = self
            .clinic
            .call_as(Some(self.token), method, path, body)
            .await;
        match answer.status.is_success() {
            true => Ok(started.elapsed()),
            false => Err(format!("{path}: {}", answer.text).into()),
        }
    }

    async fn look(
        &self,
        what: &str,
        target: u32,
        path: impl Fn(u64) -> String,
    ) -> Result<(), Failure> {
        let mut waits = Vec::new();
        for n in 0..CALLS {
            waits.push(self.call(Method::GET, &path(n), None).await?);
        }
        told(what, &mut waits, target);
        Ok(())
    }

    async fn create(&self) -> Result<(), Failure> {
        let mut waits = Vec::new();
        for n in 0..CALLS {
            let body = Some(input(RECORDS + n));
            waits.push(
                self.call(Method::POST, "/api/v1/fiche-consultation/", body)
                    .await?,
            );
        }
        told("a record entered", &mut waits, 25);
        Ok(())
    }
}

fn told(what: &str, waits: &mut [Duration], target: u32) {
    let (half, most) = (percentile(waits, 50), percentile(waits, 99));
    say(&format!(
        "  {what}: p50 {half:.1} ms, p99 {most:.1} ms (target {target})"
    ));
}
