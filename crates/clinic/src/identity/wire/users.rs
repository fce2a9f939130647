use kernel::{Role, Zone};
use serde::Serialize;
use utoipa::ToSchema;

use crate::identity::model::UserRow;

/// A profile; nobody has one yet.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::identity) struct ProfileBody {}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "username": "awa.diop", "first_name": "Awa", "last_name": "Diop", "email": null, "role": "agent", "phone": null, "is_active": true, "is_staff": true, "date_joined": "2026-03-01T09:30:00+00:00", "last_login": "2026-03-01T09:30:00+00:00", "patient_profile": null, "medecin_profile": null}))]
pub(in crate::identity) struct UserBody {
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
    pub(in crate::identity) fn new(user: UserRow, role: Role, zone: &Zone) -> Self {
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
