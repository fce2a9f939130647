//! Identity on the wire.

use kernel::{Role, Zone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::UserRow;

/// Name and password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"username": "awa.diop", "password": "un long mot de passe"}))]
pub(super) struct SignInInput {
    /// The name to sign in with; case does not matter.
    pub(super) username: String,
    /// The password.
    pub(super) password: String,
}

/// A refresh token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh": "4d3c…"}))]
pub(super) struct RefreshInput {
    /// The token as it was given; each is used once.
    pub(super) refresh: String,
}

/// An access token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "eyJ…"}))]
pub(super) struct VerifyInput {
    /// The token to check.
    pub(super) token: String,
}

/// A pair of tokens.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"access": "eyJ…", "refresh": "4d3c…"}))]
pub(super) struct TokensBody {
    /// JWT, 15 minutes.
    pub(super) access: String,
    /// Opaque, 30 days, to be used once.
    pub(super) refresh: String,
}

/// Says that a token is good, by being there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({}))]
pub(super) struct VerifiedBody {}

/// A profile; nobody has one yet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProfileBody {}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "username": "awa.diop", "first_name": "Awa", "last_name": "Diop", "email": null, "role": "agent", "phone": null, "is_active": true, "is_staff": true, "date_joined": "2026-03-01T09:30:00+00:00", "last_login": "2026-03-01T09:30:00+00:00", "patient_profile": null, "medecin_profile": null}))]
pub(super) struct UserBody {
    /// UUIDv7.
    id: String,
    /// The name he signs in with.
    username: String,
    /// First name.
    first_name: String,
    /// Last name.
    last_name: String,
    /// E-mail.
    email: Option<String>,
    /// `patient`, `medecin`, `agent`, `manager`, `admin` or `superadmin`.
    role: String,
    /// Phone.
    phone: Option<String>,
    /// Whether he may sign in.
    is_active: bool,
    /// Whether he works for the clinic.
    is_staff: bool,
    /// RFC 3339 in the clinic's zone.
    date_joined: String,
    /// RFC 3339 in the clinic's zone.
    last_login: Option<String>,
    /// What the clinic knows of him as a patient.
    patient_profile: Option<ProfileBody>,
    /// What the clinic knows of him as a doctor.
    medecin_profile: Option<ProfileBody>,
}

impl UserBody {
    pub(super) fn new(user: UserRow, role: Role, zone: &Zone) -> Self {
        Self {
            id: user.id.to_string(),
            username: user.username,
            first_name: user.first_name,
            last_name: user.last_name,
            email: user.email,
            role: role.to_string(),
            phone: user.phone,
            is_active: user.is_active,
            is_staff: role.is_staff(),
            date_joined: user.created_at.rfc3339(zone),
            last_login: user.last_login_at.map(|at| at.rfc3339(zone)),
            patient_profile: None,
            medecin_profile: None,
        }
    }
}
