use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{Problem, ProblemKind};
use webkit::{Caller, Fault, Paging, PathId, Policy, Query, RawForm, Routes, Scope, routes};

use crate::{
    App,
    inbox::{
        api::{self, WebhookKind},
        model::Event,
        wire::{EventBody, EventFilter, EventPage, TwilioForm},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .api(routes!(receive_whatsapp), Policy::SignedProvider)
        .api(routes!(receive_sms), Policy::SignedProvider)
        .api(routes!(receive_status), Policy::SignedProvider)
        .api(routes!(receive_call_status), Policy::SignedProvider)
        .api(routes!(receive_keys), Policy::SignedProvider)
        .scope(Scope::Manage("settings"))
        .api(routes!(list_webhooks), Policy::STAFF)
        .api(routes!(show_webhook), Policy::STAFF)
        .api(routes!(retry_webhook), Policy::STAFF)
}

/// A webhook of Twilio: what it is, its address and an example of what comes there.
macro_rules! hooks {
    ($($(#[$doc:meta])* $name:ident, $kind:ident, $path:literal, $example:literal;)+) => {
        $($(#[$doc])*
        #[utoipa::path(
            post, path = $path, tag = "webhooks",
            request_body(content = String, content_type = "application/x-www-form-urlencoded", example = $example),
            params(("X-Twilio-Signature" = String, Header, description = "HMAC-SHA1 over address and parameters")),
            responses((status = 200, description = "Stored; empty TwiML", body = String, content_type = "text/xml", example = "<Response></Response>"))
        )]
        async fn $name(
            State(app): State<App>,
            headers: HeaderMap,
            form: RawForm,
        ) -> Result<Response, Fault> {
            receive(&app, WebhookKind::$kind, &headers, form).await
        })+
    };
}

hooks! {
    /// Receives a WhatsApp message from Twilio.
    ///
    /// Stored before it is answered; the same `MessageSid` again does nothing.
    receive_whatsapp, Whatsapp, "/api/v1/webhooks/twilio/whatsapp/",
    "MessageSid=SM00000000000000000000000000000000&From=whatsapp%3A%2B221771234567&To=whatsapp%3A%2B14155238886&Body=Bonjour&NumMedia=0";

    /// Receives an SMS from Twilio.
    ///
    /// Stored before it is answered; the same `MessageSid` again does nothing.
    receive_sms, Sms, "/api/v1/webhooks/twilio/sms/",
    "MessageSid=SM00000000000000000000000000000000&From=%2B221771234567&To=%2B14155238886&Body=Bonjour&NumMedia=0";

    /// Receives from Twilio what became of a message.
    receive_status, Status, "/api/v1/webhooks/twilio/status/",
    "MessageSid=SM00000000000000000000000000000000&MessageStatus=delivered&From=%2B14155238886&To=%2B221771234567";

    /// Receives from Twilio what became of a call.
    receive_call_status, VoiceStatus, "/api/v1/webhooks/twilio/voice/status/",
    "CallSid=CA00000000000000000000000000000000&CallStatus=completed&From=%2B14155238886&To=%2B221771234567";
}

/// Receives from Twilio a key that was pressed during a call.
///
/// Stored before it is answered; the same key of the same call again does nothing. Answered
/// with what is said next.
#[utoipa::path(
    post, path = "/api/v1/webhooks/twilio/voice/keys/", tag = "webhooks",
    request_body(content = String, content_type = "application/x-www-form-urlencoded", example = "CallSid=CA00000000000000000000000000000000&Digits=1&From=%2B14155238886&To=%2B221771234567"),
    params(
        ("X-Twilio-Signature" = String, Header, description = "HMAC-SHA1 over address and parameters"),
        ("said" = Option<u8>, Query, description = "How often the message was said in this call", example = 1)
    ),
    responses((status = 200, description = "TwiML", body = String, content_type = "text/xml", example = "<Response><Say language=\"fr-FR\">Merci.</Say><Hangup/></Response>"))
)]
async fn receive_keys(
    State(app): State<App>,
    headers: HeaderMap,
    form: RawForm,
) -> Result<Response, Fault> {
    let said = said(&form.path_and_query);
    check_signature(&app, WebhookKind::VoiceKeys(said), &headers, &form)?;
    let twiml = api::press(&app, said, &TwilioForm(form.pairs)).await?;
    metrics::counter!("lafiya_webhooks_stored_total").increment(1);
    Ok(([(header::CONTENT_TYPE, XML)], twiml).into_response())
}

/// How often the message was said by then, from the address that we gave; whatever else
/// stands there is as good as once.
fn said(path_and_query: &str) -> u8 {
    let query = path_and_query
        .split_once('?')
        .map_or("", |(_, query)| query);
    let said = query.split('&').find_map(|pair| pair.strip_prefix("said="));
    said.and_then(|said| said.parse().ok()).unwrap_or(1)
}

async fn receive(
    app: &App,
    kind: WebhookKind,
    headers: &HeaderMap,
    form: RawForm,
) -> Result<Response, Fault> {
    check_signature(app, kind, headers, &form)?;
    api::receive(app, kind, &TwilioForm(form.pairs)).await?;
    metrics::counter!("lafiya_webhooks_stored_total").increment(1);
    Ok(([(header::CONTENT_TYPE, XML)], EMPTY_TWIML).into_response())
}

const XML: &str = "text/xml; charset=utf-8";

/// "Nothing more to say" (Twilio, TwiML for Programmable Messaging).
const EMPTY_TWIML: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Response></Response>"#;

fn check_signature(
    app: &App,
    kind: WebhookKind,
    headers: &HeaderMap,
    form: &RawForm,
) -> Result<(), Problem> {
    if is_signed(app, headers, form) {
        return Ok(());
    }
    tracing::warn!(?kind, "a webhook without a valid signature was refused");
    metrics::counter!("lafiya_webhooks_refused_total").increment(1);
    Err(Problem::new(ProblemKind::BadSignature))
}

/// The address is the configured one, whatever a proxy says; path and query are
/// as Twilio called them.
fn is_signed(app: &App, headers: &HeaderMap, form: &RawForm) -> bool {
    let given = headers
        .get("x-twilio-signature")
        .and_then(|value| value.to_str().ok());
    let Some(given) = given else { return false };
    let address = format!("{}{}", app.settings.public_url, form.path_and_query);
    let token = &app.settings.twilio_auth_token;
    if form.pairs.is_empty() && !form.bytes.is_empty() {
        return ports::twilio::signature::verify_json(token, &address, &form.bytes, given);
    }
    // What was signed may hold a NUL, which the pairs we store may not.
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let signed: Vec<(String, String)> = form
        .signed_pairs()
        .into_iter()
        .map(|(name, value)| (text(name), text(value)))
        .collect();
    ports::twilio::signature::verify(token, &address, &signed, given)
}

/// Lists what providers sent, newest first.
#[utoipa::path(
    get, path = "/api/v1/webhooks/", tag = "webhooks", params(EventFilter),
    responses((status = 200, description = "A page of events", body = EventPage))
)]
async fn list_webhooks(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<EventFilter>,
    paging: Paging,
) -> Result<Json<EventPage>, Fault> {
    let query = filter.query(&caller.zone)?;
    let (count, rows) = api::events(&app, &caller.ctx, &query, paging.request).await?;
    let rows = rows
        .into_iter()
        .map(|row| EventBody::new(row, &caller.zone))
        .collect();
    let page = paging.page(count, rows)?;
    Ok(Json(page.into()))
}

/// Shows one event.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}/", tag = "webhooks",
    params(("id" = String, Path, description = "The event", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The event", body = EventBody))
)]
async fn show_webhook(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Event>,
) -> Result<Json<EventBody>, Fault> {
    let row = api::event(&app, &caller.ctx, id).await?;
    Ok(Json(EventBody::new(row, &caller.zone)))
}

/// Works on a failed event again.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/retry/", tag = "webhooks",
    params(("id" = String, Path, description = "The event", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 202, description = "Queued again"))
)]
async fn retry_webhook(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Event>,
) -> Result<StatusCode, Fault> {
    api::retry_event(&app, &caller.ctx, id).await?;
    Ok(StatusCode::ACCEPTED)
}
