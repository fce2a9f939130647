pub(super) mod oauth;

use std::{fmt, net::IpAddr, time::Duration};

use kernel::{Country, Id, Locale, Redacted, Role, TenantId, Timestamp, UserId, Zone};
use uuid::Uuid;

pub use super::rules::Agent;

/// How long an access token lasts.
pub(super) const ACCESS_LASTS: Duration = Duration::from_secs(15 * 60);
/// How long a refresh token lasts.
pub(super) const REFRESH_LASTS: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long a refresh token that was used gives the same pair again, to a client
/// that lost the answer (`spec/smartqueue.md`, Auth).
pub(super) const REFRESH_GRACE: Duration = Duration::from_secs(30);
/// A use is noted at most this often.
pub(super) const USE_NOTED: Duration = Duration::from_secs(5 * 60);
/// How long there is between password and code.
pub(super) const STEP_LASTS: Duration = Duration::from_secs(10 * 60);
/// How long a browser is known after its last sign-in.
pub(super) const DEVICE_LASTS: Duration = Duration::from_secs(90 * 24 * 3600);
/// How long a browser stays signed in: a working day.
pub(super) const SESSION_LASTS: Duration = Duration::from_secs(12 * 3600);

/// A clinic.
#[derive(Debug, Clone)]
pub struct TenantInfo {
    /// Its id.
    pub id: TenantId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its language.
    pub locale: Locale,
    /// Its time zone.
    pub zone: Zone,
    /// The country in which numbers without a prefix are read.
    pub country: Country,
}

/// A clinic to be made.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// Its name in addresses: lower-case letters, digits and hyphens.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its language.
    pub locale: Locale,
    /// Its time zone.
    pub zone: Zone,
    /// Its country.
    pub country: Country,
}

/// Somebody who shall be able to sign in.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The name he signs in with, at most 150 characters; case does not matter.
    pub username: String,
    /// At least ten characters.
    pub password: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// What he is in the tenant.
    pub role: Role,
    /// His language.
    pub locale: Locale,
    /// E-mail.
    pub email: Option<String>,
    /// Phone, E.164.
    pub phone: Option<String>,
}

/// Somebody who works for the clinic.
#[derive(Debug, Clone)]
pub struct StaffMember {
    /// His id.
    pub id: UserId,
    /// First and last name.
    pub name: String,
    /// What he is.
    pub role: Role,
}

store::row! {
    pub(super) struct TenantRow {
        pub id: TenantId,
        pub slug: String,
        pub name: String,
        pub locale: Locale,
        pub zone: String,
        pub country: String,
    }
}

impl TryFrom<TenantRow> for TenantInfo {
    type Error = store::StoreError;

    fn try_from(row: TenantRow) -> Result<Self, Self::Error> {
        let wrong =
            |what: &str| store::StoreError::Internal(format!("tenant {}: {what}", row.slug));
        Ok(Self {
            id: row.id,
            locale: row.locale,
            zone: Zone::named(&row.zone).map_err(|error| wrong(&error))?,
            country: Country::parse(&row.country).ok_or_else(|| wrong("unknown country"))?,
            slug: row.slug,
            name: row.name,
        })
    }
}

store::row! {
    /// A user as he is stored.
    pub struct UserRow {
        /// His id.
        pub id: UserId,
        /// The name he signs in with.
        pub username: String,
        pub(super) password_hash: String,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// E-mail.
        pub email: Option<String>,
        /// Phone.
        pub phone: Option<String>,
        /// Language.
        pub locale: Locale,
        /// Whether he may sign in.
        pub is_active: bool,
        pub(super) token_version: i64,
        /// Since when.
        pub created_at: Timestamp,
        /// When he last signed in.
        pub last_login_at: Option<Timestamp>,
    }
}

store::row! {
    pub(super) struct MembershipRow {
        pub tenant_id: TenantId,
        pub role: Role,
    }
}

store::row! {
    pub(super) struct SessionRow {
        pub user_id: UserId,
        pub current_tenant: TenantId,
        pub csrf: String,
        pub expires_at: Timestamp,
        pub sign_in: Uuid,
        pub last_used_at: Timestamp,
    }
}

store::row! {
    pub(super) struct RefreshRow {
        pub family: Uuid,
        pub user_id: UserId,
        pub current_tenant: TenantId,
        pub expires_at: Timestamp,
        pub used_at: Option<Timestamp>,
        pub revoked_at: Option<Timestamp>,
    }
}

store::row! {
    pub(super) struct StaffRow {
        pub id: UserId,
        pub first_name: String,
        pub last_name: String,
        pub role: Role,
    }
}

/// A pair of tokens.
#[derive(Clone)]
pub struct Tokens {
    /// A JWT for 15 minutes.
    pub access: String,
    /// An opaque token for 30 days, to be used once.
    pub refresh: String,
}

/// A browser's session.
#[derive(Clone)]
pub struct NewSession {
    /// The cookie's value.
    pub cookie: String,
    /// How long it lasts.
    pub lasts: Duration,
    /// The value of the cookie by which the browser is known again.
    pub device: String,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens([redacted])")
    }
}

impl fmt::Debug for NewSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewSession([redacted])")
    }
}

kernel::words! {
    /// What is signed in.
    pub enum SignInKind {
        /// A browser, by its session cookie.
        Browser = "browser",
        /// A program, by its tokens.
        Program = "program",
    }
}

/// Where a request comes from, as far as it can be known.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The client's address.
    pub client: Option<IpAddr>,
    /// What its program says of itself.
    pub agent: Agent,
    /// The cookie by which a browser is known again.
    pub device: Option<Redacted<String>>,
}

impl From<IpAddr> for Origin {
    fn from(client: IpAddr) -> Self {
        Self {
            client: Some(client),
            ..Self::default()
        }
    }
}

/// Somebody who wants to sign in.
#[derive(Debug, Clone)]
pub struct Login {
    /// User name or e-mail.
    pub name: String,
    /// The password.
    pub password: Redacted<String>,
    /// From where.
    pub origin: Origin,
}

/// What is kept of a sign-in.
#[derive(Debug, Clone)]
pub(super) struct NewSignIn {
    pub id: Uuid,
    pub user: UserId,
    pub kind: SignInKind,
    pub program: Option<&'static str>,
    pub system: Option<&'static str>,
    pub client: Option<String>,
    pub at: Timestamp,
    pub until: Timestamp,
}

/// Marker of [`SignInId`].
#[derive(Debug)]
pub struct SignIn;
/// A browser session or a family of tokens.
pub type SignInId = Id<SignIn>;

store::row! {
    /// Where somebody is signed in.
    pub struct SignInRow {
        /// Its id.
        pub id: SignInId,
        /// Browser or program.
        pub kind: SignInKind,
        /// The program's name, e.g. `Firefox`.
        pub program: Option<String>,
        /// What it runs on, e.g. `Android`.
        pub system: Option<String>,
        /// The address it signed in from.
        pub client: Option<String>,
        /// Since when.
        pub created_at: Timestamp,
        /// The last use, to within five minutes.
        pub last_used_at: Timestamp,
    }
}

kernel::words! {
    /// Who must have a second factor in a clinic.
    pub enum Required {
        /// Nobody.
        None = "none",
        /// Who changes how the clinic works.
        Admins = "admins",
        /// Everybody who works there.
        Staff = "staff",
    }
}

impl Required {
    /// Whether somebody in this role must have one.
    #[must_use]
    pub const fn of(self, role: Role) -> bool {
        match self {
            Self::None => false,
            Self::Admins => role.is_admin(),
            Self::Staff => role.is_staff(),
        }
    }
}

store::row! {
    pub(super) struct FactorRow {
        pub sealed: Vec<u8>,
        pub confirmed_at: Option<Timestamp>,
        pub last_step: i64,
    }
}

store::row! {
    /// A member and whether he has a second factor.
    pub struct MemberFactor {
        /// His id.
        pub id: UserId,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// What he is.
        pub role: Role,
        /// Since when he has one.
        pub confirmed_at: Option<Timestamp>,
    }
}

/// How somebody's second factor stands.
#[derive(Debug, Clone, Copy)]
pub struct FactorState {
    /// Whether he has one.
    pub enabled: bool,
    /// Whether he must have one.
    pub required: bool,
    /// How many recovery codes are left.
    pub codes_left: i64,
}
