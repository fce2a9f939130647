//! A clinic to play with. Every step may be repeated: a start that was killed
//! half-way is finished by the next.

mod broadcast;
mod people;
mod records;
mod visits;

use clinic::{
    App,
    identity::api::{self as identity, NewTenant, NewUser},
    messaging::api::{self as messaging, Channel},
    patients::api::{self as patients, AccessPatch, NewPatient},
};
use kernel::{
    Country, Ctx, Locale, PageRequest, Patch, Phone, Problem, ProblemKind, Rng, Role, TenantId,
    Zone,
};
use serde::{Deserialize, Serialize};

use crate::{config::Config, failure::Failure, private, wiring};

const SLUG: &str = "demo";

/// `<data>/demo-credentials.json`.
#[derive(Serialize, Deserialize)]
struct Credentials {
    base_url: String,
    tenant: String,
    users: Users,
    twilio_auth_token: String,
}

#[derive(Serialize, Deserialize)]
struct Users {
    admin: SignIn,
    medecin: SignIn,
    agent: SignIn,
    patient: SignIn,
}

#[derive(Serialize, Deserialize)]
struct SignIn {
    username: String,
    password: String,
}

impl Credentials {
    fn new(rng: &Rng) -> Self {
        let user = |role: &str| SignIn {
            username: format!("demo-{role}"),
            password: rng.secret(10),
        };
        Self {
            base_url: String::new(),
            tenant: SLUG.into(),
            users: Users {
                admin: user("admin"),
                medecin: user("medecin"),
                agent: user("agent"),
                patient: user("patient"),
            },
            twilio_auth_token: String::new(),
        }
    }
}

/// Makes what is missing; gives the lines that say how to sign in.
pub async fn prepare(app: &App, config: &Config) -> Result<String, Failure> {
    let path = config.data.join("demo-credentials.json");
    // The file takes its name only when everybody in it can sign in. Until then
    // the passwords stand in another, from which the next start goes on.
    let unfinished = config.data.join("demo-credentials.unfinished.json");
    let known: Option<Credentials> = private::read(&path)?;
    let started = if known.is_none() {
        private::read(&unfinished)?
    } else {
        None
    };
    let is_new = known.is_none();
    let mut credentials = known
        .or(started)
        .unwrap_or_else(|| Credentials::new(&app.rng));
    credentials.base_url.clone_from(&app.settings.public_url);
    credentials
        .twilio_auth_token
        .clone_from(&app.settings.twilio_auth_token.0);
    private::write(&unfinished, &credentials)?;

    let tenant = make_tenant(app).await?;
    if is_new {
        make_users(app, tenant, &credentials.users).await?;
    }
    if config.twilio.is_none() {
        let senders = [
            (Channel::Whatsapp, people::WHATSAPP_SENDER),
            (Channel::Sms, people::SMS_SENDER),
        ];
        for (channel, number) in senders {
            let set = messaging::set_sender(app, tenant, channel, &phone(number)?).await;
            set.map_err(|problem| Failure::refused("the demo's number cannot be set", &problem))?;
        }
    }
    make_patients(app, tenant, &credentials.users.patient.username).await?;
    let made = records::make(app, tenant).await;
    made.map_err(|problem| Failure::refused("the demo's records cannot be made", &problem))?;
    let made = visits::make(app, tenant).await;
    made.map_err(|problem| Failure::refused("the demo's appointments cannot be made", &problem))?;
    let made = broadcast::make(app, tenant).await;
    made.map_err(|problem| Failure::refused("the demo's broadcast cannot be made", &problem))?;
    private::rename(&unfinished, &path)?;
    Ok(sign_in(&credentials.users, &path.display().to_string()))
}

fn sign_in(users: &Users, path: &str) -> String {
    let mut text = String::from("Sign in with one of these (also in ");
    text.push_str(path);
    text.push_str("):\n");
    for user in [&users.admin, &users.medecin, &users.agent, &users.patient] {
        text.push_str(&format!("  {:<14} {}\n", user.username, user.password));
    }
    text
}

fn phone(number: &str) -> Result<Phone, Failure> {
    number
        .parse()
        .map_err(|error| Failure::new("a number of the demo is wrong", error))
}

async fn make_tenant(app: &App) -> Result<TenantId, Failure> {
    if let Some(tenant) = wiring::tenants(app)
        .await?
        .into_iter()
        .find(|t| t.slug == SLUG)
    {
        return Ok(tenant.id);
    }
    let wrong = |what| Failure::Other(format!("the demo's {what} is unknown"));
    let new = NewTenant {
        slug: SLUG.into(),
        name: "Clinique Lafiya".into(),
        locale: Locale::Fr,
        zone: Zone::named("Africa/Dakar").map_err(|_| wrong("time zone"))?,
        country: Country::parse("SN").ok_or_else(|| wrong("country"))?,
    };
    match identity::create_tenant(app, new).await {
        Ok(id) => Ok(id),
        // Another node was faster.
        Err(problem) if problem.kind == ProblemKind::Conflict => {
            Ok(wiring::tenant(app, SLUG).await?.id)
        }
        Err(problem) => Err(Failure::refused(
            "the demo's clinic cannot be made",
            &problem,
        )),
    }
}

async fn make_users(app: &App, tenant: TenantId, users: &Users) -> Result<(), Failure> {
    for (user, role, first_name, last_name) in [
        (&users.admin, Role::Admin, "Aïssatou", "Sarr"),
        (&users.medecin, Role::Practitioner, "Cheikh", "Mbaye"),
        (&users.agent, Role::Agent, "Mariama", "Diallo"),
        (&users.patient, Role::Patient, PATIENT.0, PATIENT.1),
    ] {
        let new = NewUser {
            username: user.username.clone(),
            password: user.password.clone(),
            first_name: first_name.into(),
            last_name: last_name.into(),
            role,
            locale: Locale::Fr,
            email: None,
            phone: None,
        };
        let made = match identity::create_user(app, tenant, new).await {
            // Of a start that was killed, or the file was removed.
            Err(problem) if is_taken(&problem) => {
                identity::reset_password(app, &user.username, &user.password).await
            }
            other => other.map(drop),
        };
        made.map_err(|problem| {
            Failure::refused(
                format_args!("the user {} cannot be made", user.username),
                &problem,
            )
        })?;
    }
    Ok(())
}

fn is_taken(problem: &Problem) -> bool {
    problem.kind == ProblemKind::Conflict
        || problem.errors.iter().any(|error| error.code == "taken")
}

/// The patient who can sign in; she shares her phone with her son.
const PATIENT: (&str, &str) = ("Awa", "Ndiaye");

/// Patients are made in their order, so the number of those there are says
/// where to go on.
async fn make_patients(app: &App, tenant: TenantId, username: &str) -> Result<(), Failure> {
    let ctx = Ctx::system(tenant, "demo");
    let failed =
        |problem: Problem| Failure::refused("the demo's patients cannot be made", &problem);
    let (count, _) = patients::search(app, &ctx, "", PageRequest::default())
        .await
        .map_err(failed)?;
    let done = usize::try_from(count).unwrap_or_default();
    for person in people::PATIENTS.iter().skip(done) {
        let new = NewPatient {
            first_name: person.first_name.into(),
            last_name: person.last_name.into(),
            phone: person.phone.into(),
            birth_date: Some(person.born.into()),
            gender: Some(person.gender.into()),
            locale: Some(person.locale),
            ..NewPatient::default()
        };
        patients::create(app, &ctx, new).await.map_err(failed)?;
    }
    // Linked once: every change of it stands in the audit trail.
    let wanted = format!("{} {}", PATIENT.0, PATIENT.1);
    let (_, found) = patients::search(app, &ctx, &wanted, PageRequest::default())
        .await
        .map_err(failed)?;
    for patient in found.iter().filter(|found| found.full_name() == wanted) {
        let access = patients::access(app, &ctx, patient.id).await;
        if access.map_err(failed)?.account.is_some() {
            continue;
        }
        let patch = AccessPatch {
            username: Patch::Set(username.to_owned()),
            ..AccessPatch::default()
        };
        let linked = patients::set_access(app, &ctx, patient.id, patch).await;
        linked.map_err(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn credentials_have_exactly_the_agreed_shape() {
        let json = serde_json::to_value(Credentials::new(&Rng::system())).unwrap();
        let keys = |value: &serde_json::Value| -> Vec<String> {
            value.as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(
            keys(&json),
            ["base_url", "tenant", "twilio_auth_token", "users"].map(String::from)
        );
        assert_eq!(
            keys(&json["users"]),
            ["admin", "agent", "medecin", "patient"].map(String::from)
        );
        assert_eq!(
            keys(&json["users"]["agent"]),
            ["password", "username"].map(String::from)
        );
        assert_ne!(
            json["users"]["agent"]["password"],
            json["users"]["admin"]["password"]
        );
    }

    #[test]
    fn patients_have_valid_numbers_and_two_share_one() {
        let senegal = Country::parse("SN").unwrap();
        let mut numbers = BTreeMap::<&str, usize>::new();
        let mut countries = BTreeMap::<String, usize>::new();
        for person in people::PATIENTS {
            let phone = Phone::parse(person.phone, senegal).expect(person.phone);
            assert_eq!(phone.as_e164(), person.phone);
            *numbers.entry(person.phone).or_default() += 1;
            *countries
                .entry(phone.country().unwrap().code())
                .or_default() += 1;
        }
        assert_eq!(people::PATIENTS.len(), 20);
        assert_eq!(numbers.values().filter(|count| **count == 2).count(), 1);
        assert_eq!(numbers.len(), 19);
        assert_eq!(
            countries.keys().map(String::as_str).collect::<Vec<_>>(),
            ["CD", "CM", "SN"]
        );
        for sender in [people::WHATSAPP_SENDER, people::SMS_SENDER] {
            assert_eq!(Phone::parse(sender, senegal).unwrap().as_e164(), sender);
        }
    }
}
