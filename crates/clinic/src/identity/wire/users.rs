use kernel::{Locale, Patch, Problem, Role, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::identity::api::{
    AccountPatch, Member, MemberChange, MemberFilter, ProfilePatch, Registration,
};

/// What the clinic knows of somebody as a patient.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"date_of_birth": "1990-05-17", "phone_number": null, "address": "Dakar"}))]
pub(in crate::identity) struct PatientProfileBody {
    /// `YYYY-MM-DD`.
    date_of_birth: Option<String>,
    /// Another number.
    phone_number: Option<String>,
    address: Option<String>,
}

/// What the clinic knows of somebody as a doctor.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"specialty": "Pédiatrie", "phone_number": null, "address": null, "is_available": true, "languages": "français, wolof"}))]
pub(in crate::identity) struct MedecinProfileBody {
    specialty: Option<String>,
    /// Another number.
    phone_number: Option<String>,
    address: Option<String>,
    /// Whether he takes patients now.
    is_available: bool,
    /// What he speaks.
    languages: Option<String>,
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "01980000-0000-7000-8000-000000000000", "username": "awa.diop", "first_name": "Awa", "last_name": "Diop", "email": null, "email_verified": false, "role": "agent", "phone": null, "phone_verified": false, "language": "fr", "is_active": true, "is_staff": true, "date_joined": "2026-03-01T09:30:00+00:00", "last_login": "2026-03-01T09:30:00+00:00", "patient_profile": null, "medecin_profile": null, "version": 1}))]
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
    /// Whether he showed that it reaches him.
    email_verified: bool,
    /// `patient`, `medecin`, `agent`, `manager`, `admin` or `superadmin`.
    role: String,
    /// Phone.
    phone: Option<String>,
    /// Whether he showed that it is his.
    phone_verified: bool,
    /// `fr` or `en`.
    language: String,
    /// Whether he may sign in.
    is_active: bool,
    /// Whether he works for the clinic.
    is_staff: bool,
    /// RFC 3339 in the clinic's zone.
    date_joined: String,
    /// RFC 3339 in the clinic's zone.
    last_login: Option<String>,
    /// What the clinic knows of him as a patient.
    patient_profile: Option<PatientProfileBody>,
    /// What the clinic knows of him as a doctor.
    medecin_profile: Option<MedecinProfileBody>,
    /// Grows with every change; repeat it in `If-Match`.
    version: i64,
}

impl UserBody {
    pub(in crate::identity) fn new(member: Member, zone: &Zone) -> Self {
        let patient = PatientProfileBody {
            date_of_birth: member.date_of_birth.clone(),
            phone_number: member.phone_number.clone(),
            address: member.address.clone(),
        };
        let doctor = MedecinProfileBody {
            specialty: member.specialty.clone(),
            phone_number: member.phone_number.clone(),
            address: member.address.clone(),
            is_available: member.is_available.unwrap_or(true),
            languages: member.languages.clone(),
        };
        Self {
            id: member.id.to_string(),
            is_active: member.is_active(),
            username: member.username,
            first_name: member.first_name,
            last_name: member.last_name,
            email: member.email,
            email_verified: member.email_verified_at.is_some(),
            role: member.role.to_string(),
            phone: member.phone,
            phone_verified: member.phone_verified_at.is_some(),
            language: member.locale.to_string(),
            is_staff: member.role.is_staff(),
            date_joined: member.created_at.rfc3339(zone),
            last_login: member.last_login_at.map(|at| at.rfc3339(zone)),
            patient_profile: (member.role == Role::Patient).then_some(patient),
            medecin_profile: (member.role == Role::Practitioner).then_some(doctor),
            version: member.version,
        }
    }
}

webkit::page_body! {
    /// A page of users.
    #[schema(example = json!({"count": 0, "next": null, "previous": null, "results": []}))]
    pub(in crate::identity) struct UserPage {
        /// Rows in the whole list.
        count,
        /// The rows, by name.
        results: Vec<UserBody>,
    }
}

/// Filters of the users.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(in crate::identity) struct UserFilter {
    /// Only those in this role.
    #[param(value_type = Option<String>)]
    role: Option<Role>,
    /// Only the active ones, or only the others.
    is_active: Option<bool>,
    /// Only those whose name has this in it.
    search: Option<String>,
    /// From 1.
    #[serde(rename = "page")]
    _page: Option<i64>,
    /// 1 to 100.
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
}

impl From<UserFilter> for MemberFilter {
    fn from(filter: UserFilter) -> Self {
        Self {
            role: filter.role,
            is_active: filter.is_active,
            search: filter.search.unwrap_or_default(),
        }
    }
}

/// A patient who makes his account. Whatever else is sent is refused.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"username": "awa.diop", "password": "un long mot de passe", "first_name": "Awa", "last_name": "Diop", "phone": "77 123 45 67"}))]
pub(in crate::identity) struct RegisterInput {
    /// At most 150 characters; case does not matter.
    username: String,
    /// At least ten characters.
    password: String,
    email: Option<String>,
    /// Any spelling; without a prefix it is read in the clinic's country.
    phone: Option<String>,
    first_name: String,
    last_name: String,
}

impl RegisterInput {
    pub(in crate::identity) fn registration(self, locale: Locale) -> Registration {
        Registration {
            username: self.username,
            password: self.password,
            first_name: self.first_name,
            last_name: self.last_name,
            email: self.email,
            phone: self.phone,
            locale,
        }
    }
}

/// What changes of a profile. A field of another role is refused.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"address": "Dakar"}))]
pub(in crate::identity) struct ProfileInput {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    date_of_birth: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    phone_number: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    address: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    specialty: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    languages: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    is_available: Patch<bool>,
}

impl From<ProfileInput> for ProfilePatch {
    fn from(input: ProfileInput) -> Self {
        Self {
            date_of_birth: input.date_of_birth,
            phone_number: input.phone_number,
            address: input.address,
            specialty: input.specialty,
            languages: input.languages,
            is_available: input.is_available,
        }
    }
}

/// What somebody changes of himself: never his role, tenant or state.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "awa@example.org", "profile": {"address": "Dakar"}}))]
pub(in crate::identity) struct MePatchInput {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    first_name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    last_name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    email: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    phone: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language: Patch<Locale>,
    #[serde(default)]
    profile: ProfileInput,
}

impl From<MePatchInput> for AccountPatch {
    fn from(input: MePatchInput) -> Self {
        Self {
            first_name: input.first_name,
            last_name: input.last_name,
            email: input.email,
            phone: input.phone,
            locale: input.language,
            profile: input.profile.into(),
        }
    }
}

/// What an admin changes of somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"role": "manager"}))]
pub(in crate::identity) struct UserPatchInput {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    first_name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    last_name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    email: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    phone: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language: Patch<Locale>,
    #[serde(default)]
    profile: ProfileInput,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    role: Patch<Role>,
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    is_active: Patch<bool>,
}

/// A value that can be changed but not cleared.
fn never_cleared<T>(field: &'static str, patch: Patch<T>) -> Result<Option<T>, Problem> {
    match patch {
        Patch::Keep => Ok(None),
        Patch::Set(value) => Ok(Some(value)),
        Patch::Clear => Err(Problem::invalid(field, "required")),
    }
}

impl TryFrom<UserPatchInput> for MemberChange {
    type Error = Problem;

    fn try_from(input: UserPatchInput) -> Result<Self, Problem> {
        Ok(Self {
            role: never_cleared("role", input.role)?,
            is_active: never_cleared("is_active", input.is_active)?,
            account: AccountPatch {
                first_name: input.first_name,
                last_name: input.last_name,
                email: input.email,
                phone: input.phone,
                locale: input.language,
                profile: input.profile.into(),
            },
        })
    }
}
