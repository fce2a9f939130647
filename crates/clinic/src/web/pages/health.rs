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

use crate::{App, identity};

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
#[schema(example = json!({"overall_status": "healthy", "timestamp": "2026-03-01T09:30:00+00:00", "checks": {"database": {"status": "healthy", "message": "SQLite"}, "storage": {"status": "healthy", "message": "files can be reached"}, "twilio": {"status": "disabled", "message": "no credentials: messages stay in the simulator"}}}))]
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
    twilio: Check,
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
    let twilio = if app.settings.simulated {
        Check {
            status: "disabled",
            message: "no credentials: messages stay in the simulator",
        }
    } else {
        Check {
            status: "healthy",
            message: "configured",
        }
    };
    let sound = database.status == "healthy" && storage.status == "healthy";
    let body = Health {
        overall_status: if sound { "healthy" } else { "unhealthy" },
        timestamp: app.clock.now().to_string(),
        checks: Checks {
            database,
            storage,
            twilio,
        },
    };
    let status = if sound {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(body))
}
