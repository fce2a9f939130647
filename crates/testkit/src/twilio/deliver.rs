use reqwest::{Client, Response, header};

use super::{form_body, independent_signature};

/// A client for webhooks; reuse it, connections are kept.
///
/// # Errors
/// When no client can be made.
pub fn webhook_client() -> reqwest::Result<Client> {
    ports::install_tls();
    Client::builder()
        .no_proxy()
        .user_agent("TwilioProxy/1.1")
        .build()
}

/// Posts a webhook as Twilio would: `to` is where it goes, `signed_as` the
/// public address it is signed for (the same without a proxy in between).
///
/// # Errors
/// When no answer comes.
pub async fn deliver(
    client: &Client,
    to: &str,
    signed_as: &str,
    auth_token: &str,
    params: &[(String, String)],
) -> reqwest::Result<Response> {
    client
        .post(to)
        .header(
            "X-Twilio-Signature",
            independent_signature(auth_token, signed_as, params),
        )
        .header(
            "I-Twilio-Idempotency-Token",
            "00000000-0000-4000-8000-000000000000",
        )
        .header(
            header::CONTENT_TYPE,
            "application/x-www-form-urlencoded; charset=UTF-8",
        )
        .body(form_body(params))
        .send()
        .await
}
