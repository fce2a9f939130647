use serde::Serialize;
use utoipa::ToSchema;

use crate::identity::model::oauth::{DELEGATED_LASTS, Delegated};

kernel::words! {
    /// What is wrong, in the words of RFC 6749 (4.1.2.1, 5.2), RFC 7009 (2.2.1) and OpenID Connect Core (3.1.2.6).
    pub enum OauthCode {
        /// Something is missing, twice there or misshapen.
        InvalidRequest = "invalid_request",
        /// The program is unknown, shut out, or did not prove who it is.
        InvalidClient = "invalid_client",
        /// The code or token opens nothing, or is another program's.
        InvalidGrant = "invalid_grant",
        /// This program may not ask in this way.
        UnauthorizedClient = "unauthorized_client",
        /// There is no such way to ask for a token.
        UnsupportedGrantType = "unsupported_grant_type",
        /// There is no such way to answer.
        UnsupportedResponseType = "unsupported_response_type",
        /// A scope that there is not, or that this program may not ask for.
        InvalidScope = "invalid_scope",
        /// The person said no.
        AccessDenied = "access_denied",
        /// Nobody is signed in, and nobody may be asked to.
        LoginRequired = "login_required",
        /// Somebody would have to be asked, and nobody may be.
        ConsentRequired = "consent_required",
        /// A needed part is down for now.
        TemporarilyUnavailable = "temporarily_unavailable",
        /// A fault of ours.
        ServerError = "server_error",
    }
}

/// Why OAuth says no. The description is for the program's author: ASCII, never shown to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OauthError {
    /// The word.
    pub code: OauthCode,
    /// A sentence.
    pub description: &'static str,
}

impl OauthError {
    pub(in crate::identity) const fn new(code: OauthCode, description: &'static str) -> Self {
        Self { code, description }
    }

    pub(in crate::identity) const fn request(description: &'static str) -> Self {
        Self::new(OauthCode::InvalidRequest, description)
    }

    pub(in crate::identity) const fn grant() -> Self {
        Self::new(
            OauthCode::InvalidGrant,
            "This code or token is unknown, used, expired, revoked, or was not given for this request.",
        )
    }

    pub(in crate::identity) const fn client() -> Self {
        Self::new(
            OauthCode::InvalidClient,
            "This client is unknown or revoked, or its authentication is wrong.",
        )
    }

    pub(in crate::identity) const fn scope() -> Self {
        Self::new(
            OauthCode::InvalidScope,
            "A scope that does not exist or that was not granted to this client.",
        )
    }
}

/// The parameters of a request. One that is sent empty counts as not sent
/// (RFC 6749, 3.1); unknown ones are not looked at.
#[derive(Debug, Clone, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    pub(in crate::identity) fn new(pairs: Vec<(String, String)>) -> Self {
        let sent = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        Self(sent.collect())
    }

    /// The value of a parameter; an error when it is there twice.
    pub(in crate::identity) fn get(
        &self,
        name: &'static str,
    ) -> Result<Option<&str>, &'static str> {
        let mut values = self.0.iter().filter(|(sent, _)| sent == name);
        let first = values.next().map(|(_, value)| value.as_str());
        match values.next() {
            Some(_) => Err(name),
            None => Ok(first),
        }
    }

    /// The same at the token endpoint.
    pub(in crate::identity) fn optional(
        &self,
        name: &'static str,
    ) -> Result<Option<&str>, OauthError> {
        let twice = |_| OauthError::request("A parameter is sent more than once.");
        self.get(name).map_err(twice)
    }

    /// A parameter that must be there.
    pub(in crate::identity) fn required(
        &self,
        name: &'static str,
        missing: &'static str,
    ) -> Result<&str, OauthError> {
        self.optional(name)?.ok_or(OauthError::request(missing))
    }

    /// What a form must send again to ask the same.
    pub(in crate::identity) fn again(&self) -> impl Iterator<Item = (&str, &str)> {
        const ASKED: [&str; 8] = [
            "response_type",
            "client_id",
            "redirect_uri",
            "scope",
            "state",
            "code_challenge",
            "code_challenge_method",
            "prompt",
        ];
        let pairs = self
            .0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        pairs.filter(|(name, _)| ASKED.contains(name))
    }
}

/// The form of the token endpoint.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"grant_type": "authorization_code", "code": "lfk_…", "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "redirect_uri": "https://app.example/cb", "client_id": "01980000-0000-7000-8000-000000000000"}))]
#[expect(dead_code, reason = "describes what the token endpoint reads")]
pub(in crate::identity) struct TokenForm {
    /// `authorization_code`, `refresh_token` or `client_credentials`.
    grant_type: String,
    /// The code, for `authorization_code`.
    code: Option<String>,
    /// The PKCE verifier, for `authorization_code`.
    code_verifier: Option<String>,
    /// As it was sent with the request, for `authorization_code`.
    redirect_uri: Option<String>,
    /// For `refresh_token`.
    refresh_token: Option<String>,
    /// Names apart by spaces; fewer than were granted, never more.
    scope: Option<String>,
    /// Who asks, unless it says so by HTTP Basic.
    client_id: Option<String>,
    /// The secret of a confidential client, unless it is sent by HTTP Basic.
    client_secret: Option<String>,
}

/// The form of the revocation endpoint.
#[derive(Debug, ToSchema)]
#[schema(example = json!({"token": "lfr_…", "client_id": "01980000-0000-7000-8000-000000000000"}))]
#[expect(dead_code, reason = "describes what the revocation endpoint reads")]
pub(in crate::identity) struct RevokeForm {
    /// An access token, which ends alone, or a refresh token, which ends all that came of the same consent.
    token: String,
    /// Who asks, unless it says so by HTTP Basic.
    client_id: Option<String>,
    /// The secret of a confidential client, unless it is sent by HTTP Basic.
    client_secret: Option<String>,
}

/// What a program gets (RFC 6749, 5.1).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"access_token": "lfo_…", "token_type": "Bearer", "expires_in": 900, "refresh_token": "lfr_…", "scope": "read:customer"}))]
pub(in crate::identity) struct DelegatedBody {
    /// Opaque; begins with `lfo_`.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
    /// Opaque; begins with `lfr_`; to be used once. None for `client_credentials`.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// What the access token can do.
    scope: String,
}

impl From<Delegated> for DelegatedBody {
    fn from(given: Delegated) -> Self {
        Self {
            access_token: given.access,
            token_type: "Bearer",
            expires_in: DELEGATED_LASTS.as_secs(),
            refresh_token: given.refresh,
            scope: given.scopes,
        }
    }
}

/// Why not (RFC 6749, 5.2).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"error": "invalid_grant", "error_description": "This code or token is unknown, used, expired, revoked, or was not given for this request."}))]
pub(in crate::identity) struct OauthErrorBody {
    /// The word.
    error: &'static str,
    /// A sentence for the program's author.
    error_description: &'static str,
}

impl From<OauthError> for OauthErrorBody {
    fn from(error: OauthError) -> Self {
        Self {
            error: error.code.as_str(),
            error_description: error.description,
        }
    }
}

/// What the server can do (RFC 8414).
#[derive(Debug, Serialize)]
pub(in crate::identity) struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    revocation_endpoint: String,
    service_documentation: String,
    scopes_supported: &'static [&'static str],
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 1],
    grant_types_supported: [&'static str; 3],
    token_endpoint_auth_methods_supported: [&'static str; 3],
    revocation_endpoint_auth_methods_supported: [&'static str; 3],
    code_challenge_methods_supported: [&'static str; 1],
    prompt_values_supported: [&'static str; 2],
    ui_locales_supported: [&'static str; 2],
    authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    pub(in crate::identity) fn new(issuer: &str, scopes: &'static [&'static str]) -> Self {
        const METHODS: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];
        let at = |path: &str| format!("{issuer}{path}");
        Self {
            issuer: issuer.to_owned(),
            authorization_endpoint: at("/oauth/authorize"),
            token_endpoint: at("/oauth/token"),
            revocation_endpoint: at("/oauth/revoke"),
            service_documentation: at("/api/docs/"),
            scopes_supported: scopes,
            response_types_supported: ["code"],
            response_modes_supported: ["query"],
            grant_types_supported: ["authorization_code", "refresh_token", "client_credentials"],
            token_endpoint_auth_methods_supported: METHODS,
            revocation_endpoint_auth_methods_supported: METHODS,
            code_challenge_methods_supported: ["S256"],
            prompt_values_supported: ["none", "consent"],
            ui_locales_supported: ["fr", "en"],
            authorization_response_iss_parameter_supported: true,
        }
    }
}
