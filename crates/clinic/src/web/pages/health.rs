use axum::{
    Json,
    extract::State,
    http::{Method, StatusCode},
};
use kernel::Problem;
use serde::Serialize;
use store::{EngineKind, Scope};
use utoipa::ToSchema;
use webkit::{Fault, Policy, Routes, routes};

use crate::{
    App, identity,
    messaging::api::{self as messaging, Health as Wellness, Provider},
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .plain(Method::GET, "/livez", alive, Policy::Public)
        .plain(Method::GET, "/readyz", ready, Policy::Public)
        .api(routes!(health), Policy::Public)
}

/// The process answers.
async fn alive() -> &'static str {
    "ok"
}

/// The server can do its work: for balancers.
async fn ready(State(app): State<App>) -> Result<&'static str, Fault> {
    if app.stop.is_cancelled() {
        return Err(Problem::unavailable("shutting down").into());
    }
    database(&app).await?;
    Ok("ok")
}

async fn database(app: &App) -> Result<(), Problem> {
    let mut tx = app.store.read(Scope::System).await?;
    identity::api::tenants(&mut tx).await?;
    Ok(())
}

/// The state of one part.
#[derive(Debug, Serialize, ToSchema)]
struct Check {
    /// `healthy`, `degraded`, `unhealthy` or `disabled`.
    status: &'static str,
    /// A few words.
    message: &'static str,
}

/// The state of the server.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"overall_status": "healthy", "timestamp": "2026-03-01T09:30:00+00:00", "checks": {"database": {"status": "healthy", "message": "SQLite"}, "storage": {"status": "healthy", "message": "files can be reached"}, "twilio": {"status": "unhealthy", "message": "does not answer: messages wait", "since": "2026-03-01T09:28:12+00:00", "last_error": "transient"}, "sms_gateway": {"status": "healthy", "message": "configured", "since": null, "last_error": null}, "firebase": {"status": "healthy", "message": "configured", "since": null, "last_error": null}, "mail": {"status": "disabled", "message": "e-mails stay in the simulator", "since": null, "last_error": null}}}))]
struct Health {
    /// `healthy` or `unhealthy`.
    overall_status: &'static str,
    /// RFC 3339, UTC.
    timestamp: String,
    /// Its parts.
    checks: Checks,
}

/// The parts.
#[derive(Debug, Serialize, ToSchema)]
struct Checks {
    /// The database answers.
    database: Check,
    /// Files can be written.
    storage: Check,
    /// Messages leave through Twilio, or stay in the simulator.
    twilio: ProviderCheck,
    /// Text messages to some numbers or to all leave through a local operator.
    sms_gateway: ProviderCheck,
    /// Notifications leave through Firebase.
    firebase: ProviderCheck,
    /// E-mails leave, stay in the simulator, or are not written; the way that is tried first.
    mail: ProviderCheck,
}

/// The state of a provider, as this node sees its own way there. A provider that does
/// not answer makes no node unfit: messages wait.
#[derive(Debug, Serialize, ToSchema)]
struct ProviderCheck {
    /// `healthy`, `degraded` (the next message tries it again), `unhealthy` or `disabled`.
    status: &'static str,
    /// A few words.
    message: &'static str,
    /// Since when; RFC 3339, UTC. Null while it has been well since the start.
    since: Option<String>,
    /// The class of the last error without an answer: `transient` or `unknown`.
    last_error: Option<&'static str>,
}

impl ProviderCheck {
    const fn disabled(message: &'static str) -> Self {
        Self {
            status: "disabled",
            message,
            since: None,
            last_error: None,
        }
    }
}

impl From<Provider> for ProviderCheck {
    fn from(provider: Provider) -> Self {
        let standing = provider.standing;
        Self {
            status: standing.health.as_str(),
            message: match standing.health {
                Wellness::Healthy => "configured",
                Wellness::Degraded => "did not answer: the next message tries it again",
                Wellness::Unhealthy => "does not answer: messages wait",
            },
            since: standing.since.map(|since| since.to_string()),
            last_error: standing.last.map(|(_, silence)| silence.class),
        }
    }
}

fn twilio(app: &App) -> ProviderCheck {
    if app.sender.is_simulated() {
        ProviderCheck::disabled("no credentials: messages stay in the simulator")
    } else {
        messaging::phone_provider(app).into()
    }
}

fn sms_gateway(app: &App) -> ProviderCheck {
    let gateway = messaging::sms_gateway(app);
    gateway.map_or(
        ProviderCheck::disabled("no local operator takes text messages"),
        Into::into,
    )
}

fn firebase(app: &App) -> ProviderCheck {
    let firebase = messaging::push_provider(app).filter(|_| app.push.is_some());
    firebase.map_or(
        ProviderCheck::disabled("no service account: no notifications leave"),
        Into::into,
    )
}

fn mail(app: &App) -> ProviderCheck {
    let first = messaging::mail_providers(app).into_iter().next();
    match (&app.mail, first) {
        (Some(mail), Some(provider)) if !mail.is_simulated() => provider.into(),
        (Some(_), _) => ProviderCheck::disabled("e-mails stay in the simulator"),
        (None, _) => ProviderCheck::disabled("no mail server: no e-mails are written"),
    }
}

/// Says how the parts of the server are.
#[utoipa::path(
    get, path = "/api/health/", tag = "operation",
    responses((status = 200, description = "All needed parts work", body = Health))
)]
async fn health(State(app): State<App>) -> (StatusCode, Json<Health>) {
    let database = match (database(&app).await, app.store.kind()) {
        (Err(_), _) => Check {
            status: "unhealthy",
            message: "the database does not answer",
        },
        (Ok(()), EngineKind::Sqlite) => Check {
            status: "healthy",
            message: "SQLite",
        },
        (Ok(()), EngineKind::Postgres) => Check {
            status: "healthy",
            message: "PostgreSQL",
        },
    };
    // Only a look: anybody may ask, so nothing is written.
    let storage = match app.blobs.exists("health").await {
        Ok(_) => Check {
            status: "healthy",
            message: "files can be reached",
        },
        Err(_) => Check {
            status: "unhealthy",
            message: "files cannot be reached",
        },
    };
    let sound = database.status == "healthy" && storage.status == "healthy";
    let body = Health {
        overall_status: if sound { "healthy" } else { "unhealthy" },
        timestamp: app.clock.now().to_string(),
        checks: Checks {
            database,
            storage,
            twilio: twilio(&app),
            sms_gateway: sms_gateway(&app),
            firebase: firebase(&app),
            mail: mail(&app),
        },
    };
    let status = if sound {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(body))
}
