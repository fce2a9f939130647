use axum::extract::{Path, State};
use kernel::{Problem, ProblemKind};
use webkit::{Fault, Policy, RawForm, Routes, routes};

use crate::{
    App,
    inbox::{api, wire},
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .api(routes!(receive_sms_report), Policy::SignedProvider)
        .api(
            routes!(receive_sms_report_by_address),
            Policy::SignedProvider,
        )
}

/// Receives from a local operator what became of a text message.
///
/// The names of its parameters and words stand in the file of `LAFIYA_SMS_GATEWAY`. Stored
/// before it is answered; the same word about the same message again does nothing.
#[utoipa::path(
    post, path = "/api/v1/webhooks/sms-gateway/{secret}/", tag = "webhooks",
    request_body(content = String, content_type = "application/x-www-form-urlencoded", example = "id=01980000000070008000000000000000&status=DELIVERED"),
    params(("secret" = String, Path, description = "What the environment and the operator know", example = "kJ3v9qYc2mXw7RtZ")),
    responses((status = 200, description = "Stored", body = String, content_type = "text/plain", example = "OK"))
)]
async fn receive_sms_report(
    State(app): State<App>,
    Path(secret): Path<String>,
    form: RawForm,
) -> Result<&'static str, Fault> {
    receive(&app, &secret, &form).await
}

/// Receives the same from an operator that writes everything into the address.
#[utoipa::path(
    get, path = "/api/v1/webhooks/sms-gateway/{secret}/", tag = "webhooks",
    params(("secret" = String, Path, description = "What the environment and the operator know", example = "kJ3v9qYc2mXw7RtZ")),
    responses((status = 200, description = "Stored", body = String, content_type = "text/plain", example = "OK"))
)]
async fn receive_sms_report_by_address(
    State(app): State<App>,
    Path(secret): Path<String>,
    form: RawForm,
) -> Result<&'static str, Fault> {
    receive(&app, &secret, &form).await
}

async fn receive(app: &App, secret: &str, form: &RawForm) -> Result<&'static str, Fault> {
    let gateway = app.gateway.as_ref().filter(|gateway| gateway.opens(secret));
    let Some(gateway) = gateway else {
        tracing::warn!("a call-back of a local operator without its secret was refused");
        metrics::counter!("lafiya_webhooks_refused_total").increment(1);
        return Err(Problem::new(ProblemKind::BadSignature).into());
    };
    let parameters = wire::gateway_parameters(form);
    let event = parameters.and_then(|parameters| {
        let (id, word) = gateway.call_back(&parameters)?;
        wire::gateway_event((&id, &word), &parameters)
    });
    let event = event.ok_or_else(|| Problem::new(ProblemKind::Malformed))?;
    api::receive_gateway_event(app, event).await?;
    metrics::counter!("lafiya_webhooks_stored_total").increment(1);
    Ok("OK")
}
