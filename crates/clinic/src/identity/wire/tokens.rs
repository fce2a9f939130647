use kernel::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Name or e-mail, and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"username": "awa.diop", "password": "un long mot de passe"}))]
pub(in crate::identity) struct SignInInput {
    /// The name to sign in with; case does not matter. Either this or `email`.
    username: Option<String>,
    /// The e-mail, if one active account alone has it.
    email: Option<String>,
    /// The password.
    pub(in crate::identity) password: String,
}

impl SignInInput {
    /// The one name that was given.
    pub(in crate::identity) fn name(&self) -> Result<String, Problem> {
        match (&self.username, &self.email) {
            (Some(name), None) | (None, Some(name)) => Ok(name.clone()),
            (None, None) => Err(Problem::invalid("username", "required")),
            (Some(_), Some(_)) => Err(Problem::invalid("email", "duplicate-field")),
        }
    }
}

/// Name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"username": "awa.diop", "password": "un long mot de passe"}))]
pub(in crate::identity) struct BearerInput {
    /// The name to sign in with, or the e-mail.
    pub(in crate::identity) username: String,
    /// The password.
    pub(in crate::identity) password: String,
}

/// The second step.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"challenge": "0198….7.1790000000.9f2c…", "code": "287082"}))]
pub(in crate::identity) struct SecondStepInput {
    /// What came with `second-factor-needed`; good for ten minutes.
    pub(in crate::identity) challenge: String,
    /// The application's six digits, or a recovery code.
    pub(in crate::identity) code: String,
}

/// A pair of tokens in the words of RFC 6750.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"access_token": "eyJ…", "token_type": "bearer", "expires_in": 900, "refresh_token": "4d3c…"}))]
pub(in crate::identity) struct BearerTokensBody {
    /// JWT.
    pub(in crate::identity) access_token: String,
    /// `bearer`.
    pub(in crate::identity) token_type: &'static str,
    /// Seconds.
    pub(in crate::identity) expires_in: u64,
    /// Opaque, 30 days, to be used once.
    pub(in crate::identity) refresh_token: String,
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh": "4d3c…"}))]
pub(in crate::identity) struct RefreshInput {
    /// The token as it was given; each is used once.
    pub(in crate::identity) refresh: String,
}

/// An access token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "eyJ…"}))]
pub(in crate::identity) struct VerifyInput {
    /// The token to check.
    pub(in crate::identity) token: String,
}

/// A pair of tokens.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"access": "eyJ…", "refresh": "4d3c…"}))]
pub(in crate::identity) struct TokensBody {
    /// JWT, 15 minutes.
    pub(in crate::identity) access: String,
    /// Opaque, 30 days, to be used once.
    pub(in crate::identity) refresh: String,
}

/// Says that a token is good, by being there.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({}))]
pub(in crate::identity) struct VerifiedBody {}
