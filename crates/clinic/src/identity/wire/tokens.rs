use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Name and password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"username": "awa.diop", "password": "un long mot de passe"}))]
pub(in crate::identity) struct SignInInput {
    /// The name to sign in with; case does not matter.
    pub(in crate::identity) username: String,
    /// The password.
    pub(in crate::identity) password: String,
}

/// A refresh token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh": "4d3c…"}))]
pub(in crate::identity) struct RefreshInput {
    /// The token as it was given; each is used once.
    pub(in crate::identity) refresh: String,
}

/// An access token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "eyJ…"}))]
pub(in crate::identity) struct VerifyInput {
    /// The token to check.
    pub(in crate::identity) token: String,
}

/// A pair of tokens.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"access": "eyJ…", "refresh": "4d3c…"}))]
pub(in crate::identity) struct TokensBody {
    /// JWT, 15 minutes.
    pub(in crate::identity) access: String,
    /// Opaque, 30 days, to be used once.
    pub(in crate::identity) refresh: String,
}

/// Says that a token is good, by being there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({}))]
pub(in crate::identity) struct VerifiedBody {}
