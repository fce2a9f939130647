pub(super) mod oauth;

use std::time::Duration;

use kernel::{Country, Locale, Role, TenantId, Timestamp, UserId, Zone};
use uuid::Uuid;

/// How long an access token lasts.
pub(super) const ACCESS_LASTS: Duration = Duration::from_secs(15 * 60);
/// How long a refresh token lasts.
pub(super) const REFRESH_LASTS: Duration = Duration::from_secs(30 * 24 * 3600);
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
#[derive(Debug, Clone)]
pub struct Tokens {
    /// A JWT for 15 minutes.
    pub access: String,
    /// An opaque token for 30 days, to be used once.
    pub refresh: String,
}

/// A browser's session.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The cookie's value.
    pub cookie: String,
    /// How long it lasts.
    pub lasts: Duration,
}
