use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use kernel::Redacted;
use webkit::{ClientAddr, Credentials, Fault, SessionCookie};

use crate::{
    App,
    identity::api::{self, Agent, Origin, SignInId},
};

/// The cookie by which a browser is known again when it signs in.
pub(in crate::identity) fn device_cookie(app: &App) -> SessionCookie {
    SessionCookie::named("device", is_https(app))
}

pub(in crate::identity) fn is_https(app: &App) -> bool {
    app.settings.public_url.starts_with("https://")
}

/// Where the request comes from.
pub(in crate::identity) struct From(pub(in crate::identity) Origin);

impl FromRequestParts<App> for From {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let ClientAddr(client) = ClientAddr::from_request_parts(parts, app).await?;
        let agent = parts.headers.get(header::USER_AGENT);
        let agent = agent.and_then(|agent| agent.to_str().ok());
        Ok(Self(Origin {
            client: Some(client),
            agent: Agent::read(agent.unwrap_or_default()),
            device: device_cookie(app).read(&parts.headers).map(Redacted),
        }))
    }
}

/// The sign-in that this request's own cookie or token belongs to.
#[derive(Debug, Clone, Copy)]
pub struct OwnSignIn(pub Option<SignInId>);

impl FromRequestParts<App> for OwnSignIn {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let token = parts.headers.get(header::AUTHORIZATION);
        let token = token.and_then(|value| value.to_str().ok());
        let token = token.and_then(|value| value.split_once(' '));
        let credentials = match token {
            Some((_, token)) => Some(Credentials::Bearer(token.trim().to_owned())),
            None => SessionCookie::new(is_https(app))
                .read(&parts.headers)
                .map(Credentials::Session),
        };
        Ok(Self(match credentials {
            Some(credentials) => api::current_sign_in(app, &credentials).await?,
            None => None,
        }))
    }
}
