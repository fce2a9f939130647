use std::{fmt, ops::Deref, pin::Pin, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, header, request::Parts},
};
use kernel::{Actor, Ctx, Problem, ProblemKind, Role, Zone};

use crate::{Fault, Scope, SessionCookie, facts::Facts};

/// A boxed future, so that [`Authenticator`] can be a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a caller shows to prove who he is.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// `Authorization: Bearer …`.
    Bearer(String),
    /// The value of the session cookie.
    Session(String),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bearer(_) => "Bearer([redacted])",
            Self::Session(_) => "Session([redacted])",
        })
    }
}

impl Credentials {
    /// What a request shows; a token wins over a cookie, for it was sent on purpose.
    pub(crate) fn of(headers: &HeaderMap, https: bool) -> Option<Self> {
        if let Some(value) = headers.get(header::AUTHORIZATION) {
            // A header of another scheme is no invitation to look for a cookie.
            let value = value.to_str().unwrap_or_default();
            let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
            let bearer = scheme.eq_ignore_ascii_case("bearer");
            let token = if bearer { token.trim() } else { "" };
            return Some(Self::Bearer(token.to_owned()));
        }
        SessionCookie::new(https).read(headers).map(Self::Session)
    }
}

/// Finds out who calls. The product gives one to [`crate::KitParts`].
pub trait Authenticator: Send + Sync + 'static {
    /// Who shows these credentials, if they are good. `tenant_hint` is the
    /// slug in `X-Tenant`, for callers of several tenants.
    fn authenticate<'a>(
        &'a self,
        credentials: Credentials,
        tenant_hint: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Option<Principal>, Problem>>;
}

/// How a caller proved who he is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// By a token he sent on purpose.
    Bearer,
    /// By a cookie his browser sent, wanted or not: changes need a CSRF token.
    Session,
}

/// The caller, once known.
#[derive(Clone)]
pub struct Principal {
    /// Tenant, person, role and language; the language is set by webkit from
    /// the request before a handler sees it.
    pub ctx: Ctx,
    /// The name he signs in with.
    pub username: String,
    /// The name to show.
    pub display_name: String,
    /// The tenant's slug.
    pub tenant_slug: String,
    /// The tenant's name.
    pub tenant_name: String,
    /// The tenant's time zone.
    pub zone: Zone,
    /// Whether he is a member of other tenants too.
    pub has_others: bool,
    /// How he proved who he is.
    pub via: Via,
    /// The secret that forms of this session must repeat.
    pub csrf: String,
    /// What a token of limited powers holds; `None` for somebody who signed in
    /// himself and holds every power of his role.
    pub scopes: Option<Arc<[String]>>,
}

impl Principal {
    /// The role he acts in; `None` when the caller is no person.
    #[must_use]
    pub const fn role(&self) -> Option<Role> {
        match self.ctx.actor {
            Actor::User(_, role) => Some(role),
            Actor::Service(_) | Actor::System(_) => None,
        }
    }

    /// Whether he may be shown what stands in this area, e.g. `customer`: a token of
    /// limited powers that may change things is not thereby one that may read them.
    #[must_use]
    pub fn may_read(&self, area: &'static str) -> bool {
        let held = self.scopes.as_deref();
        held.is_none_or(|held| Scope::Area(area).admits(&Method::GET, held))
    }

    /// Whether he is a program with a token of its own, which no role judges: what
    /// it may do stands in its scopes.
    #[must_use]
    pub const fn is_service(&self) -> bool {
        matches!(self.ctx.actor, Actor::Service(_))
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("ctx", &self.ctx)
            .field("via", &self.via)
            .finish_non_exhaustive()
    }
}

/// Who shows these credentials. On a route that anybody may call, bad ones
/// are as good as none: a client with an old token must be able to sign in.
pub(crate) async fn identify(
    facts: &Facts,
    headers: &HeaderMap,
    needed: bool,
) -> Result<Option<Principal>, Problem> {
    let kit = facts.kit();
    let Some(credentials) = Credentials::of(headers, kit.settings().is_https()) else {
        return Ok(None);
    };
    let hint = headers
        .get("x-tenant")
        .and_then(|value| value.to_str().ok());
    match kit.authenticator().authenticate(credentials, hint).await {
        Err(problem) if !needed && problem.status() < 500 => Ok(None),
        other => other,
    }
}

/// The signed-in caller. On a route whose policy needs one it is always there.
#[derive(Debug, Clone)]
pub struct Caller(pub Arc<Principal>);

impl Deref for Caller {
    type Target = Principal;
    fn deref(&self) -> &Principal {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let principal = Facts::of(&parts.extensions)?.principal();
        principal
            .map(Self)
            .ok_or_else(|| Problem::new(ProblemKind::Unauthenticated).into())
    }
}

/// The caller of a public route, if he has signed in.
#[derive(Debug, Clone)]
pub struct MaybeCaller(pub Option<Arc<Principal>>);

impl<S: Send + Sync> FromRequestParts<S> for MaybeCaller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        Ok(Self(Facts::of(&parts.extensions)?.principal()))
    }
}

/// A `next` parameter that leads nowhere but to our own pages; `/` otherwise.
#[must_use]
pub fn safe_next(next: &str) -> &str {
    let local = next.starts_with('/') && !next.starts_with("//");
    // Browsers read `\` as `/` and skip tabs and line ends.
    let plain = !next.contains(['\\', '\t', '\r', '\n']);
    if local && plain { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_never_leaves_the_house() {
        assert_eq!(safe_next("/inbox/?page=2"), "/inbox/?page=2");
        for evil in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil",
            "/\t/evil",
            "inbox",
        ] {
            assert_eq!(safe_next(evil), "/", "{evil}");
        }
    }

    #[test]
    fn a_token_wins_and_other_schemes_are_bad_tokens() {
        let mut headers = HeaderMap::new();
        assert_eq!(Credentials::of(&headers, false), None);
        headers.insert("cookie", "a=b; session=s1".parse().unwrap());
        assert_eq!(
            Credentials::of(&headers, false),
            Some(Credentials::Session("s1".into()))
        );
        assert_eq!(
            Credentials::of(&headers, true),
            None,
            "over TLS only the __Host- cookie counts"
        );
        headers.insert("authorization", "bearer  t1 ".parse().unwrap());
        assert_eq!(
            Credentials::of(&headers, false),
            Some(Credentials::Bearer("t1".into()))
        );
        headers.insert("authorization", "Basic abc".parse().unwrap());
        assert_eq!(
            Credentials::of(&headers, false),
            Some(Credentials::Bearer(String::new()))
        );
        assert!(!format!("{:?}", Credentials::Bearer("t1".into())).contains("t1"));
    }
}
