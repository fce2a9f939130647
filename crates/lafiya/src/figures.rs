//! The measurements at `/metrics`. What the queues hold is read when somebody
//! asks: between two looks nothing needs it.

use std::time::Duration;

use axum::http::{Method, header};
use clinic::{
    App,
    messaging::api::{Health, providers},
};
use metrics::gauge;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use store::{Scope, StoreError};
use webkit::{Policy, Routes};

use crate::failure::Failure;

/// How often the measurements drop what is old.
const UPKEEP: Duration = Duration::from_secs(5);

/// Begins to measure; the route that shows it.
pub fn routes(app: &App) -> Result<Routes<App>, Failure> {
    let metrics = PrometheusBuilder::new()
        .install_recorder()
        .map_err(|error| Failure::new("the figures cannot be collected", error))?;
    tokio::spawn(upkeep(metrics.clone()));
    let app = app.clone();
    let show = move || async move {
        if let Err(error) = read_queues(&app).await {
            tracing::warn!(%error, "the queues cannot be measured");
        }
        read_providers(&app);
        (
            [(
                header::CONTENT_TYPE,
                "text/plain; version=0.0.4; charset=utf-8",
            )],
            metrics.render(),
        )
    };
    Ok(Routes::new().plain(Method::GET, "/metrics", show, Policy::LoopbackOrAdmin))
}

async fn upkeep(metrics: PrometheusHandle) {
    let mut tick = tokio::time::interval(UPKEEP);
    loop {
        tick.tick().await;
        metrics.run_upkeep();
    }
}

async fn read_queues(app: &App) -> Result<(), StoreError> {
    let now = app.clock.now();
    let mut tx = app.store.read(Scope::System).await?;
    for sql in clinic::work_statements() {
        let stats = jobs::stats(&mut tx, sql, now).await?;
        let dead = jobs::dead_letters(&mut tx, sql).await?;
        let oldest = stats
            .oldest_due_at
            .map_or(Duration::ZERO, |due| now.since(due));
        for (name, value) in [
            ("lafiya_work_open", figure(stats.open)),
            ("lafiya_work_held", figure(stats.held)),
            ("lafiya_work_overdue", figure(stats.overdue)),
            ("lafiya_work_dead", figure(dead)),
            ("lafiya_work_oldest_seconds", oldest.as_secs_f64()),
        ] {
            gauge!(name, "queue" => sql.table).set(value);
        }
    }
    Ok(())
}

/// 2 while a provider answers, 1 while a message tries it again, 0 while it is left alone.
fn read_providers(app: &App) {
    for provider in providers(app) {
        let value = match provider.standing.health {
            Health::Healthy => 2.0,
            Health::Degraded => 1.0,
            Health::Unhealthy => 0.0,
        };
        gauge!("lafiya_provider_health", "provider" => provider.name).set(value);
    }
}

fn figure(count: i64) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}
