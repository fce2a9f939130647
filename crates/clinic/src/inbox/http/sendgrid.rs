use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use kernel::{Problem, ProblemKind};
use ports::email::{SIGNATURE, TIMESTAMP};
use webkit::{Fault, Policy, RawForm, Routes, routes};

use crate::{
    App,
    inbox::{api, wire},
};

pub(super) fn routes() -> Routes<App> {
    Routes::new().api(routes!(receive_mail_events), Policy::SignedProvider)
}

/// Receives from SendGrid what became of e-mails.
///
/// Stored before it is answered; the same `sg_event_id` again does nothing. Events of mails
/// that are not ours are not kept.
#[utoipa::path(
    post, path = "/api/v1/webhooks/sendgrid/", tag = "webhooks",
    request_body(content = String, content_type = "application/json", example = json!("[{\"email\": \"awa@example.org\", \"event\": \"delivered\", \"sg_event_id\": \"ZGVsaXZlcmVk\", \"lafiya_message\": \"01980000-0000-7000-8000-000000000000:01980000-0000-7000-8000-000000000001\"}]")),
    params(
        ("X-Twilio-Email-Event-Webhook-Signature" = String, Header, description = "ECDSA (P-256, SHA-256) over time and body, base64"),
        ("X-Twilio-Email-Event-Webhook-Timestamp" = String, Header, description = "The time that is signed")
    ),
    responses((status = 204, description = "Stored"))
)]
async fn receive_mail_events(
    State(app): State<App>,
    headers: HeaderMap,
    form: RawForm,
) -> Result<StatusCode, Fault> {
    if !is_signed(&app, &headers, &form.bytes) {
        tracing::warn!("a webhook of SendGrid without a valid signature was refused");
        metrics::counter!("lafiya_webhooks_refused_total").increment(1);
        return Err(Problem::new(ProblemKind::BadSignature).into());
    }
    let events = wire::mail_events(&form.bytes);
    let events = events.ok_or_else(|| Problem::new(ProblemKind::Malformed))?;
    let count = events.len();
    api::receive_mail_events(&app, events).await?;
    metrics::counter!("lafiya_webhooks_stored_total").increment(u64::try_from(count).unwrap_or(0));
    Ok(StatusCode::NO_CONTENT)
}

/// Nothing is believed as long as no key is set.
fn is_signed(app: &App, headers: &HeaderMap, body: &[u8]) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (&app.settings.mail_events, text(TIMESTAMP), text(SIGNATURE)) {
        (Some(key), Some(timestamp), Some(signature)) => key.verify(timestamp, body, signature),
        _ => false,
    }
}
