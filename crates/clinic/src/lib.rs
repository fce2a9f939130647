//! The product: one folder per domain, from low to high.

mod app;
pub mod audit;
pub mod blobs;
pub mod calls;
pub mod care;
mod codes;
pub mod identity;
pub mod inbox;
pub mod messaging;
mod migrations;
pub mod outreach;
pub mod patients;
pub mod scheduling;
pub mod web;

pub use app::{App, OlderSecret, Parts, SecurityMail, SecurityMessage, SecurityPost, Settings};
pub use codes::{CODES, codes};
pub use migrations::MIGRATIONS;
use webkit::{ApiInfo, Built, Kit, KitParts, OauthInfo, Routes};

/// Every statement of the product with its domain, for the tests that prepare
/// each on both engines.
#[must_use]
pub fn statements() -> Vec<(&'static str, &'static [store::Statement])> {
    vec![
        ("audit", audit::CHAIN_STATEMENTS),
        ("audit", audit::LIST_STATEMENTS),
        ("blobs", blobs::STATEMENTS),
        ("calls", calls::STATEMENTS),
        ("care", care::ATTACHMENT_STATEMENTS),
        ("care", care::CITATION_STATEMENTS),
        ("care", care::CARRY_STATEMENTS),
        ("care", care::DRAFT_STATEMENTS),
        ("care", care::ENCOUNTER_STATEMENTS),
        ("care", care::EXPORT_STATEMENTS),
        ("care", care::INTERACTION_STATEMENTS),
        ("care", care::LIST_STATEMENTS),
        ("care", care::MESSAGE_STATEMENTS),
        ("care", care::SHARE_STATEMENTS),
        ("care", care::OBSERVATION_STATEMENTS),
        ("care", care::VERSION_STATEMENTS),
        ("identity", identity::ACCESS_STATEMENTS),
        ("identity", identity::ACCOUNT_STATEMENTS),
        ("identity", identity::OAUTH_STATEMENTS),
        ("identity", identity::FAILURE_STATEMENTS),
        ("identity", identity::SECOND_FACTOR_STATEMENTS),
        ("identity", identity::CODE_STATEMENTS),
        ("identity", identity::INVITATION_STATEMENTS),
        ("identity", identity::SESSION_STATEMENTS),
        ("identity", identity::USER_STATEMENTS),
        ("inbox", inbox::CONVERSATION_STATEMENTS),
        ("inbox", inbox::EVENT_STATEMENTS),
        ("inbox", inbox::LINE_STATEMENTS),
        ("messaging", messaging::STATEMENTS),
        ("messaging", messaging::ATTEMPT_STATEMENTS),
        ("messaging", messaging::CANCEL_STATEMENTS),
        ("messaging", messaging::CONSENT_STATEMENTS),
        ("messaging", messaging::COST_STATEMENTS),
        ("messaging", messaging::DEVICE_STATEMENTS),
        ("messaging", messaging::DUE_STATEMENTS),
        ("messaging", messaging::GATEWAY_STATEMENTS),
        ("messaging", messaging::HELD_STATEMENTS),
        ("messaging", messaging::MAIL_STATEMENTS),
        ("messaging", messaging::NOTICE_STATEMENTS),
        ("messaging", messaging::PLAYED_STATEMENTS),
        ("messaging", messaging::PROVIDER_STATEMENTS),
        ("messaging", messaging::SEAL_STATEMENTS),
        ("messaging", messaging::SENDER_STATEMENTS),
        ("messaging", messaging::STOP_STATEMENTS),
        ("messaging", messaging::TEMPLATE_STATEMENTS),
        ("messaging", messaging::VOICE_STATEMENTS),
        ("outreach", outreach::STATEMENTS),
        ("outreach", outreach::LIST_STATEMENTS),
        ("outreach", outreach::BROADCAST_STATEMENTS),
        ("outreach", outreach::AUDIENCE_STATEMENTS),
        ("outreach", outreach::RECIPIENT_STATEMENTS),
        ("patients", patients::STATEMENTS),
        ("patients", patients::ACCESS_STATEMENTS),
        ("patients", patients::ACCOUNT_STATEMENTS),
        ("patients", patients::MERGE_STATEMENTS),
        ("patients", patients::SOUND_STATEMENTS),
        ("patients", patients::PAGE_STATEMENTS),
        ("patients", patients::PIN_STATEMENTS),
        ("patients", patients::WORD_STATEMENTS),
        ("patients", patients::WORDING_STATEMENTS),
        ("scheduling", scheduling::ANSWER_STATEMENTS),
        ("scheduling", scheduling::APPOINTMENT_STATEMENTS),
        ("scheduling", scheduling::CALENDAR_STATEMENTS),
        ("scheduling", scheduling::EXCEPTION_STATEMENTS),
        ("scheduling", scheduling::FEED_STATEMENTS),
        ("scheduling", scheduling::HOURS_STATEMENTS),
        ("scheduling", scheduling::REMINDER_STATEMENTS),
        ("scheduling", scheduling::INDICATOR_STATEMENTS),
        ("scheduling", scheduling::OFFER_STATEMENTS),
        ("scheduling", scheduling::WAITING_STATEMENTS),
        ("scheduling", scheduling::ONLINE_STATEMENTS),
    ]
}

/// The engine's statements for every table with work.
#[must_use]
pub fn work_statements() -> Vec<&'static jobs::WorkSql> {
    vec![
        &care::ANALYSIS_WORK,
        &messaging::WORK,
        &inbox::EVENT_WORK,
        &inbox::MEDIA_WORK,
        &scheduling::REMINDER_WORK,
        &scheduling::FREED_WORK,
        &outreach::WORK,
        &outreach::BROADCAST_WORK,
        &jobs::SCHEDULE_WORK,
    ]
}

/// What live events tell of: the topics of changes that pages and clients may hear.
#[must_use]
pub fn topics() -> Vec<&'static str> {
    vec![
        audit::api::TOPIC,
        care::api::TOPIC,
        inbox::api::TOPIC,
        messaging::api::TOPIC,
        outreach::api::TOPIC,
        scheduling::api::TOPIC,
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
        .merge(audit::routes())
        .merge(identity::routes())
        .merge(patients::routes())
        .merge(care::routes())
        .merge(messaging::routes())
        .merge(scheduling::routes())
        .merge(outreach::routes())
        .merge(inbox::routes())
        .merge(web::routes())
        .build(ApiInfo {
            title: "Lafiya",
            version: env!("CARGO_PKG_VERSION"),
            description: "A clinic's whole relationship with its patients.",
            oauth: OauthInfo {
                authorize: "/oauth/authorize",
                token: "/oauth/token",
                scopes: identity::api::SCOPES,
            },
        })
}

/// What the web layer needs of the product.
#[must_use]
pub fn kit(app: &App, settings: webkit::Settings) -> Kit {
    Kit::new(KitParts {
        settings,
        authenticator: Box::new(identity::api::SessionsAndTokens(app.clone())),
        first_answers: Some(Box::new(calls::api::FirstAnswers(app.clone()))),
        nav: web::navigation(),
        clock: app.clock.clone(),
        rng: app.rng.clone(),
    })
}

/// Removes what has had its time: sessions, tokens, kept answers. Answers how
/// many rows.
///
/// # Errors
/// The database's.
pub async fn sweep(app: &App) -> Result<u64, kernel::Problem> {
    let oauth = identity::api::sweep_grants(app).await?;
    let drafts = care::api::sweep_drafts(app).await?;
    let codes = scheduling::api::sweep_codes(app).await?;
    let devices = messaging::api::sweep_devices(app).await?;
    let others = identity::api::sweep(app).await? + calls::api::sweep(app).await?;
    Ok(oauth + drafts + codes + devices + others)
}

/// Does once what a new version asks of old data and SQL alone cannot do. Every
/// program that opens the database calls it first; doing it twice is harmless.
///
/// # Errors
/// The database's.
pub async fn carry_over(app: &App) -> Result<(), kernel::Problem> {
    let tenants = {
        let mut tx = app.store.read(store::Scope::System).await?;
        identity::api::tenants(&mut tx).await?
    };
    for tenant in tenants {
        let lines = audit::api::carry_over(app, tenant.id).await?;
        if lines > 0 {
            tracing::info!(tenant = %tenant.slug, lines, "older audit entries are part of the chain now");
        }
        let filed = patients::api::carry_over(app, tenant.id).await?;
        if filed > 0 {
            tracing::info!(tenant = %tenant.slug, filed, "patients are found by the words and the sound of their names now");
        }
    }
    Ok(())
}

/// Reports of the messages to the simulator what somebody asked it to, for as long as the
/// server runs; nothing where messages really leave.
pub async fn play_reports(app: App) {
    web::play_reports(&app).await;
}

/// The product's work, for the engine.
#[must_use]
pub fn work(app: &App) -> Vec<jobs::Queue> {
    let mut queues = inbox::work(app);
    queues.extend(care::work(app));
    queues.extend(scheduling::work(app));
    queues.extend(outreach::work(app));
    queues.push(messaging::work(app));
    queues
}
