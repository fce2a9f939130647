//! A small product to try the web layer on.

use std::net::SocketAddr;

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, StatusCode},
};
use http_body_util::BodyExt as _;
use kernel::{Actor, Clock, Ctx, Id, Locale, Problem, ProblemKind, Rng, Role, Zone};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::*;

pub(crate) const INFO: ApiInfo = ApiInfo {
    title: "Trial",
    version: "1.0.0",
    description: "A product to try things on.",
    oauth: OauthInfo {
        authorize: "/oauth/authorize",
        token: "/oauth/token",
        scopes: &["read:customer"],
    },
};

/// Knows whoever names a role, as a token or as a session.
pub(crate) struct Roster;

impl Authenticator for Roster {
    fn authenticate<'a>(
        &'a self,
        credentials: Credentials,
        tenant_hint: Option<&'a str>,
    ) -> BoxFuture<'a, Result<Option<Principal>, Problem>> {
        Box::pin(async move {
            let (name, via) = match credentials {
                Credentials::Bearer(token) => (token, Via::Bearer),
                Credentials::Session(secret) => (secret, Via::Session),
            };
            match name.as_str() {
                "expired" => Err(Problem::new(ProblemKind::Unauthenticated)),
                "broken" => Err(Problem::unavailable("the database is locked")),
                "service" => Ok(Some(service(""))),
                name if name.contains(':') => Ok(Some(limited(name))),
                name => Ok(Role::parse(name).map(|role| principal(role, via, tenant_hint))),
            }
        })
    }
}

pub(crate) fn principal(role: Role, via: Via, tenant: Option<&str>) -> Principal {
    let user = Id::from_uuid(Uuid::from_u128(7));
    Principal {
        ctx: Ctx {
            tenant: Id::from_uuid(Uuid::from_u128(1)),
            actor: Actor::User(user, role),
            locale: Locale::Fr,
        },
        username: "fatou".into(),
        display_name: "Fatou Ndiaye".into(),
        tenant_slug: tenant.unwrap_or("dakar").into(),
        tenant_name: "Clinique de Dakar".into(),
        zone: Zone::utc(),
        has_others: false,
        via,
        csrf: "session-token".into(),
        scopes: None,
    }
}

/// An agent who delegated these scopes; a service when the list begins with `service`.
fn limited(scopes: &str) -> Principal {
    match scopes.strip_prefix("service ") {
        Some(scopes) => service(scopes),
        None => Principal {
            scopes: Some(scopes.split(' ').map(str::to_owned).collect()),
            ..principal(Role::Agent, Via::Bearer, None)
        },
    }
}

fn service(scopes: &str) -> Principal {
    let mut service = principal(Role::Agent, Via::Bearer, None);
    service.ctx.actor = Actor::Service(Uuid::from_u128(9));
    // Without a list it must be able to do nothing, not everything.
    service.scopes = (!scopes.is_empty()).then(|| scopes.split(' ').map(str::to_owned).collect());
    service
}

pub(crate) fn settings() -> Settings {
    Settings::new("Trial", "http://clinic.example")
}

/// These routes, built and hardened.
pub(crate) fn app(routes: Routes<()>) -> Router {
    app_with(routes, settings())
}

pub(crate) fn app_with(routes: Routes<()>, settings: Settings) -> Router {
    let nav = vec![
        NavEntry {
            href: "/work/",
            label: "common-search",
            policy: Policy::STAFF,
            also: &[],
        },
        NavEntry {
            href: "/admin/",
            label: "common-edit",
            policy: Policy::ADMIN,
            also: &[],
        },
    ];
    let parts = KitParts {
        settings,
        authenticator: Box::new(Roster),
        first_answers: None,
        nav,
        clock: Clock::system(),
        rng: Rng::seeded(1),
    };
    app_of(routes, parts)
}

pub(crate) fn app_of(routes: Routes<()>, parts: KitParts) -> Router {
    harden(routes.build(INFO).router.with_state(()), Kit::new(parts))
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        assert!(
            self.header("content-type").contains("json"),
            "{}",
            self.text()
        );
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Status and stable code of a JSON problem.
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text()
        );
        let json = self.json();
        assert_eq!(json["status"], self.status.as_u16());
        let code = json["code"].as_str().unwrap().to_owned();
        assert_eq!(json["type"], format!("urn:lafiya:problem:{code}"));
        assert_eq!(json["request_id"], self.header("x-request-id"));
        (self.status.as_u16(), code)
    }

    /// Field and code of the first error of a JSON problem.
    pub(crate) fn fault(&self) -> (String, String) {
        self.problem();
        let error = &self.json()["errors"][0];
        assert!(!error["message"].as_str().unwrap().contains('⟦'), "{error}");
        (
            error["field"].as_str().unwrap().into(),
            error["code"].as_str().unwrap().into(),
        )
    }
}

/// `POST /path` with headers and a body, from nowhere in particular.
pub(crate) async fn send(
    app: &Router,
    line: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    send_from(app, "198.51.100.7:4711", line, headers, body).await
}

pub(crate) async fn send_from(
    app: &Router,
    peer: &str,
    line: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    let (method, path) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(body.into()).unwrap();
    let peer: SocketAddr = peer.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = app.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes().to_vec();
    Answer {
        status: parts.status,
        headers: parts.headers,
        bytes,
    }
}

/// The header of a caller with this token.
pub(crate) const fn bearer(value: &'static str) -> (&'static str, &'static str) {
    ("authorization", value)
}
