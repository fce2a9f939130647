//! The product: one folder per domain, from low to high.

mod app;
pub mod audit;
pub mod blobs;
pub mod identity;
pub mod inbox;
pub mod messaging;
mod migrations;
pub mod patients;
pub mod web;

pub use app::{App, Parts, Settings};
pub use migrations::MIGRATIONS;
use webkit::{ApiInfo, Built, Routes};

/// Every statement of the product with its domain, for the tests that prepare
/// each on both engines.
#[must_use]
pub fn statements() -> Vec<(&'static str, &'static [store::Statement])> {
    vec![
        ("audit", audit::STATEMENTS),
        ("blobs", blobs::STATEMENTS),
        ("identity", identity::ACCOUNT_STATEMENTS),
        ("identity", identity::SESSION_STATEMENTS),
        ("inbox", inbox::CONVERSATION_STATEMENTS),
        ("inbox", inbox::EVENT_STATEMENTS),
        ("messaging", messaging::STATEMENTS),
        ("patients", patients::STATEMENTS),
    ]
}

/// The engine's statements for every table with work.
#[must_use]
pub fn work_statements() -> Vec<&'static jobs::WorkSql> {
    vec![
        &messaging::WORK,
        &inbox::EVENT_WORK,
        &inbox::MEDIA_WORK,
        &jobs::SCHEDULE_WORK,
    ]
}

/// The product's routes with their registry and the OpenAPI document.
#[must_use]
pub fn routes() -> Built<App> {
    routes_with(Routes::new())
}

/// The same with routes that only the binary can serve, such as measurements.
#[must_use]
pub fn routes_with(extra: Routes<App>) -> Built<App> {
    extra
        .merge(identity::routes())
        .merge(patients::routes())
        .merge(messaging::routes())
        .merge(inbox::routes())
        .merge(web::routes())
        .build(ApiInfo {
            title: "Lafiya",
            version: env!("CARGO_PKG_VERSION"),
            description: "A clinic's whole relationship with its patients.",
        })
}

/// The product's work, for the engine.
#[must_use]
pub fn work(app: &App) -> Vec<jobs::Queue> {
    let mut queues = inbox::work(app);
    queues.push(messaging::work(app));
    queues
}
