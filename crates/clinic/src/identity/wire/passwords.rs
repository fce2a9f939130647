use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The old and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"old_password": "un mot de passe", "new_password": "un autre mot de passe"}))]
pub(in crate::identity) struct ChangePasswordInput {
    pub(in crate::identity) old_password: String,
    /// At least ten characters.
    pub(in crate::identity) new_password: String,
}

/// Who forgot his password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"identifier": "awa.diop"}))]
pub(in crate::identity) struct ForgottenInput {
    /// User name, e-mail or phone.
    pub(in crate::identity) identifier: String,
}

/// A code and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"identifier": "awa.diop", "code": "012345", "new_password": "un autre mot de passe"}))]
pub(in crate::identity) struct ResetInput {
    /// User name, e-mail or phone, as when the code was asked for.
    pub(in crate::identity) identifier: String,
    /// Six digits.
    pub(in crate::identity) code: String,
    /// At least ten characters.
    pub(in crate::identity) new_password: String,
}

/// A code that came to a phone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "012345"}))]
pub(in crate::identity) struct PhoneCodeInput {
    /// Six digits.
    pub(in crate::identity) code: String,
}

/// A link that is shown once.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"link": "https://clinique.example/reset/4d3c…"}))]
pub(in crate::identity) struct LinkBody {
    /// The whole address; only a hash of it is kept.
    pub(in crate::identity) link: String,
}

/// What everybody is told who forgot a password.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"detail": "Si ce compte existe et a un téléphone connu, un code vient d’y être envoyé."}))]
pub(in crate::identity) struct ToldBody {
    /// A sentence in the caller's language.
    pub(in crate::identity) detail: String,
}
