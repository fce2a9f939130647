use std::{collections::BTreeSet, time::Duration};

use kernel::{Id, Role, TenantId, Timestamp, UserId};
use uuid::Uuid;

/// How long a code can be exchanged.
pub(in crate::identity) const CODE_LASTS: Duration = Duration::from_secs(60);
/// How long an access token of OAuth lasts.
pub(in crate::identity) const DELEGATED_LASTS: Duration = Duration::from_secs(15 * 60);
/// A grant without tokens is kept for this long, so that a late replay of its code is still known for one.
pub(in crate::identity) const GRANT_KEPT: Duration = Duration::from_secs(24 * 3600);
/// The last use of a service token is noted at most this often.
pub(in crate::identity) const USE_NOTED_EVERY: Duration = Duration::from_secs(60);

/// How the secrets of programs begin, so that people and scanners of leaked secrets recognise them.
pub(in crate::identity) mod prefix {
    pub(in crate::identity) const CODE: &str = "lfk_";
    pub(in crate::identity) const ACCESS: &str = "lfo_";
    pub(in crate::identity) const REFRESH: &str = "lfr_";
    pub(in crate::identity) const CLIENT: &str = "lfc_";
    pub(in crate::identity) const SERVICE: &str = "lfs_";
}

/// Marker of [`ClientId`].
#[derive(Debug)]
pub struct Client;
/// A program registered with a clinic.
pub type ClientId = Id<Client>;
/// Marker of [`ServiceTokenId`].
#[derive(Debug)]
pub struct Service;
/// A service token of a clinic.
pub type ServiceTokenId = Id<Service>;

kernel::words! {
    /// Whether a program can keep a secret (RFC 6749, 2.1).
    pub enum ClientKind {
        /// It runs on a server.
        Confidential = "confidential",
        /// It runs on people's devices.
        Public = "public",
    }
}

kernel::words! {
    /// What a token of OAuth is for.
    pub(in crate::identity) enum TokenKind {
        /// To call the API.
        Access = "access",
        /// To get a new pair, once.
        Refresh = "refresh",
    }
}

kernel::words! {
    /// What has become of somebody's access.
    pub enum AccessState {
        /// It opens what it is meant for.
        Active = "active",
        /// An administrator took it back.
        Revoked = "revoked",
        /// Its time is over.
        Expired = "expired",
    }
}

store::row! {
    /// A registered program.
    pub struct ClientRow {
        /// Its number, which it shows as `client_id`.
        pub id: ClientId,
        /// The name people read when they are asked.
        pub name: String,
        /// Whether it keeps a secret.
        pub kind: ClientKind,
        pub(in crate::identity) secret_hash: Option<String>,
        pub(in crate::identity) redirect_uris: String,
        pub(in crate::identity) scopes: String,
        /// Since when.
        pub created_at: Timestamp,
        /// Since when it is shut out.
        pub revoked_at: Option<Timestamp>,
    }
}

impl ClientRow {
    /// Where people may be sent back to.
    #[must_use]
    pub fn redirects(&self) -> Vec<&str> {
        self.redirect_uris.lines().collect()
    }

    /// What it may ask for.
    #[must_use]
    pub fn scopes(&self) -> Vec<&str> {
        self.scopes.split(' ').collect()
    }

    /// Whether it may still come.
    #[must_use]
    pub fn state(&self) -> AccessState {
        match self.revoked_at {
            Some(_) => AccessState::Revoked,
            None => AccessState::Active,
        }
    }
}

store::row! {
    /// A service token, without its secret.
    pub struct ServiceTokenRow {
        /// Its id, which stands in the trail of what it did.
        pub id: ServiceTokenId,
        /// What it is for.
        pub name: String,
        pub(in crate::identity) scopes: String,
        /// Since when.
        pub created_at: Timestamp,
        /// Until when.
        pub expires_at: Option<Timestamp>,
        /// When it was last used, give or take a minute.
        pub last_used_at: Option<Timestamp>,
        /// Since when it is shut out.
        pub revoked_at: Option<Timestamp>,
    }
}

impl ServiceTokenRow {
    /// What it may do.
    #[must_use]
    pub fn scopes(&self) -> Vec<&str> {
        self.scopes.split(' ').collect()
    }

    /// Whether it opens anything at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> AccessState {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => AccessState::Revoked,
            (None, Some(until)) if until <= now => AccessState::Expired,
            (None, _) => AccessState::Active,
        }
    }
}

store::row! {
    /// A service token that a caller shows.
    pub(in crate::identity) struct ShownService {
        pub(in crate::identity) tenant_id: TenantId,
        pub(in crate::identity) id: Uuid,
        pub(in crate::identity) name: String,
        pub(in crate::identity) scopes: String,
        pub(in crate::identity) expires_at: Option<Timestamp>,
        pub(in crate::identity) last_used_at: Option<Timestamp>,
    }
}

store::row! {
    /// An access token of OAuth that a caller shows, of a grant and a client that hold.
    pub(in crate::identity) struct ShownAccess {
        pub(in crate::identity) tenant_id: TenantId,
        pub(in crate::identity) scopes: String,
        pub(in crate::identity) expires_at: Timestamp,
        pub(in crate::identity) client_id: Uuid,
        pub(in crate::identity) client_name: String,
        pub(in crate::identity) user_id: Option<UserId>,
        pub(in crate::identity) role: Option<Role>,
        pub(in crate::identity) token_version: Option<i64>,
    }
}

store::row! {
    pub(in crate::identity) struct CodeRow {
        pub(in crate::identity) grant_id: Uuid,
        pub(in crate::identity) client_id: ClientId,
        pub(in crate::identity) redirect_uri: String,
        pub(in crate::identity) challenge: String,
        pub(in crate::identity) scopes: String,
        pub(in crate::identity) expires_at: Timestamp,
    }
}

store::row! {
    pub(in crate::identity) struct TokenRow {
        pub(in crate::identity) kind: TokenKind,
        pub(in crate::identity) grant_id: Uuid,
        pub(in crate::identity) client_id: ClientId,
        pub(in crate::identity) user_id: Option<UserId>,
        pub(in crate::identity) role: Option<Role>,
        pub(in crate::identity) token_version: Option<i64>,
        pub(in crate::identity) scopes: String,
        pub(in crate::identity) expires_at: Timestamp,
        pub(in crate::identity) revoked_at: Option<Timestamp>,
    }
}

store::row! {
    pub(in crate::identity) struct LetInRow {
        pub(in crate::identity) client_id: ClientId,
        pub(in crate::identity) name: String,
        pub(in crate::identity) created_at: Timestamp,
        pub(in crate::identity) scopes: String,
    }
}

/// A program that somebody let in.
#[derive(Debug, Clone)]
pub struct LetIn {
    /// The program.
    pub client: ClientId,
    /// Its name.
    pub name: String,
    /// When it was first let in.
    pub since: Timestamp,
    /// What it may do, of the list of scopes.
    pub scopes: BTreeSet<String>,
}

/// A program to be registered.
#[derive(Debug, Clone)]
pub struct NewClient {
    /// The name people read, at most 100 characters.
    pub name: String,
    /// Whether it can keep a secret.
    pub kind: ClientKind,
    /// Exact addresses; a program that only acts for itself needs none.
    pub redirect_uris: Vec<String>,
    /// What it may ask for, of the list of scopes.
    pub scopes: Vec<String>,
}

/// A service token to be made.
#[derive(Debug, Clone)]
pub struct NewServiceToken {
    /// What it is for, at most 100 characters.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Until when; for ever without.
    pub expires_at: Option<Timestamp>,
}

/// A secret that is shown once.
#[derive(Debug, Clone)]
pub struct Issued<I> {
    /// Of what.
    pub id: I,
    /// The secret; a public client has none.
    pub secret: Option<kernel::Redacted<String>>,
}

/// What a program asks of somebody, when it may be asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The program.
    pub client: ClientRow,
    /// Its clinic.
    pub tenant: TenantId,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// What it wants to be able to do.
    pub scopes: Vec<String>,
    /// Comes back with the answer as it is.
    pub state: Option<String>,
    /// The S256 challenge of the program (RFC 7636).
    pub(in crate::identity) challenge: String,
    /// Whether nobody may be asked anything (`prompt=none`).
    pub silent: bool,
}

/// What a program gets at the token endpoint.
#[derive(Debug, Clone)]
pub struct Delegated {
    /// To call the API with.
    pub access: String,
    /// To get the next pair with; a program that acts for itself gets none.
    pub refresh: Option<String>,
    /// What the access token can do.
    pub scopes: String,
}
