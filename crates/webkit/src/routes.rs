//! The only way to a route: with a policy, with and without the trailing
//! slash, and known to the registry and to the OpenAPI document.

use std::{collections::BTreeMap, fmt, sync::Arc};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    http::Method,
    middleware::{from_fn, from_fn_with_state},
    routing::{MethodFilter, MethodRouter},
};
use kernel::{Problem, ProblemKind};
use utoipa::openapi::{OpenApi, PathItem, RefOr, path::Paths, schema::Schema};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::{Fault, Policy, Scope, assets, guard::guard, once};

/// What a route is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Part of the documented API: problems are JSON.
    Api,
    /// A page for people: problems are pages, who is not signed in is sent to sign in.
    Page,
    /// For machines, outside the documented API (measurements, assets): problems are JSON.
    Plain,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Api => "api",
            Self::Page => "page",
            Self::Plain => "plain",
        })
    }
}

/// One route as the registry lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteInfo {
    /// The method.
    pub method: Method,
    /// The path as registered, e.g. `/api/v1/patients/{id}/`.
    pub path: String,
    /// Who may call it.
    pub policy: Policy,
    /// What it is for.
    pub kind: Kind,
    /// What a token of limited powers must hold.
    pub scope: Scope,
}

/// What the guard of a route knows.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) path: String,
    pub(crate) policy: Policy,
    pub(crate) kind: Kind,
    pub(crate) scope: Scope,
}

/// Collects the routes of a product. One without a policy does not compile:
///
/// ```compile_fail
/// # use axum::http::Method;
/// let routes = webkit::Routes::<()>::new().page(Method::GET, "/", async || "hello");
/// ```
/// ```
/// # use {axum::http::Method, webkit::Policy};
/// let routes = webkit::Routes::<()>::new().page(Method::GET, "/", async || "hello", Policy::Public);
/// ```
#[must_use]
pub struct Routes<S> {
    router: Router<S>,
    registry: Vec<RouteInfo>,
    paths: Paths,
    schemas: BTreeMap<String, RefOr<Schema>>,
    scope: Scope,
}

/// What [`Routes::build`] gives.
pub struct Built<S> {
    /// To be given its state, then to [`crate::harden`].
    pub router: Router<S>,
    /// Every route there is.
    pub registry: Vec<RouteInfo>,
    /// The document served at `/api/schema/`.
    pub openapi: OpenApi,
}

/// What the OpenAPI document says about the product.
#[derive(Debug, Clone, Copy)]
pub struct ApiInfo {
    /// Its name.
    pub title: &'static str,
    /// Its version.
    pub version: &'static str,
    /// A paragraph on what it does.
    pub description: &'static str,
    /// How programs get in.
    pub oauth: OauthInfo,
}

/// What the OpenAPI document says about the authorization server.
#[derive(Debug, Clone, Copy)]
pub struct OauthInfo {
    /// The path where people consent.
    pub authorize: &'static str,
    /// The path that gives tokens.
    pub token: &'static str,
    /// Every scope; each has a text `scope-<name>`, with `-` for its colon.
    pub scopes: &'static [&'static str],
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// No routes yet.
    pub fn new() -> Self {
        Self {
            router: Router::new(),
            registry: Vec::new(),
            paths: Paths::new(),
            schemas: BTreeMap::new(),
            scope: Scope::Closed,
        }
    }

    /// What a token of limited powers must hold to call the routes registered from
    /// here on; until it is said, such tokens may call none.
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Registers documented handlers: `.api(routes!(list, create), Policy::STAFF)`.
    pub fn api(self, (schemas, paths, handlers): UtoipaMethodRouter<S>, policy: Policy) -> Self {
        let handlers = handlers.route_layer(from_fn(once::keep));
        self.described((schemas, paths, handlers), policy)
    }

    fn described(self, (schemas, paths, handlers): UtoipaMethodRouter<S>, policy: Policy) -> Self {
        let mut routes = self;
        for (path, item) in paths.paths {
            for method in methods(&item) {
                routes.list(method, &path, policy, Kind::Api);
            }
            routes = routes.serve(&path, handlers.clone(), policy, Kind::Api);
            match routes.paths.paths.get_mut(&path) {
                Some(known) => known.merge_operations(item),
                None => drop(routes.paths.paths.insert(path, item)),
            }
        }
        routes.schemas.extend(schemas);
        routes
    }

    /// Registers documented handlers that accept bodies of up to `bytes`.
    pub fn api_up_to(
        self,
        bytes: usize,
        (schemas, paths, handlers): UtoipaMethodRouter<S>,
        policy: Policy,
    ) -> Self {
        let handlers = handlers
            .route_layer(from_fn(once::keep))
            .layer(DefaultBodyLimit::max(bytes));
        self.described((schemas, paths, handlers), policy)
    }

    /// Registers a page for people.
    pub fn page<H, T>(self, method: Method, path: &str, handler: H, policy: Policy) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.single(method, path, handler, policy, Kind::Page)
    }

    /// Registers a page that takes forms of up to `bytes`.
    pub fn page_up_to<H, T>(mut self, bytes: usize, path: &str, handler: H, policy: Policy) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        let handlers = MethodRouter::new().on(MethodFilter::POST, handler);
        let handlers = handlers.layer(DefaultBodyLimit::max(bytes));
        self.list(Method::POST, path, policy, Kind::Page);
        self.serve(path, handlers, policy, Kind::Page)
    }

    /// Registers a route for machines that the OpenAPI document leaves out.
    pub fn plain<H, T>(self, method: Method, path: &str, handler: H, policy: Policy) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.single(method, path, handler, policy, Kind::Plain)
    }

    /// Adds the routes of another part of the product.
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.registry.extend(other.registry);
        for (path, item) in other.paths.paths {
            match self.paths.paths.get_mut(&path) {
                Some(known) => known.merge_operations(item),
                None => drop(self.paths.paths.insert(path, item)),
            }
        }
        self.schemas.extend(other.schemas);
        self
    }

    /// Adds assets, schema and documentation, answers for unknown paths and
    /// wrong methods, and hands everything out.
    #[must_use]
    pub fn build(self, info: ApiInfo) -> Built<S> {
        let routes = self.merge(assets::routes());
        let openapi = crate::openapi::document(
            info,
            routes.paths.clone(),
            routes.schemas.clone(),
            &routes.registry,
        );
        let routes = routes.merge(crate::openapi::routes(&openapi));
        let router = routes
            .router
            .fallback(async || Fault::from(Problem::not_found()))
            .method_not_allowed_fallback(async || {
                Fault::from(Problem::new(ProblemKind::MethodNotAllowed))
            });
        Built {
            router,
            registry: routes.registry,
            openapi,
        }
    }

    fn single<H, T>(
        mut self,
        method: Method,
        path: &str,
        handler: H,
        policy: Policy,
        kind: Kind,
    ) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        // A method that axum cannot filter by (CONNECT, extensions) matches nothing.
        let Ok(filter) = MethodFilter::try_from(method.clone()) else {
            tracing::error!(%method, path, "this method cannot be served");
            return self;
        };
        self.list(method, path, policy, kind);
        self.serve(path, MethodRouter::new().on(filter, handler), policy, kind)
    }

    fn list(&mut self, method: Method, path: &str, policy: Policy, kind: Kind) {
        self.registry.push(RouteInfo {
            method,
            path: path.to_owned(),
            policy,
            kind,
            scope: self.scope,
        });
    }

    fn serve(mut self, path: &str, handlers: MethodRouter<S>, policy: Policy, kind: Kind) -> Self {
        let pattern = Arc::new(Pattern {
            path: path.to_owned(),
            policy,
            kind,
            scope: self.scope,
        });
        let handlers = handlers.route_layer(from_fn_with_state(pattern, guard));
        if let Some(twin) = other_form(path) {
            self.router = self.router.route(&twin, handlers.clone());
        }
        self.router = self.router.route(path, handlers);
        self
    }
}

impl<S> fmt::Debug for Routes<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.registry).finish()
    }
}

impl<S> fmt::Debug for Built<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.registry).finish()
    }
}

/// The same path with or without its trailing slash.
fn other_form(path: &str) -> Option<String> {
    match path.strip_suffix('/') {
        Some("") => None,
        Some(bare) => Some(bare.to_owned()),
        None if path.contains("{*") => None,
        None => Some(format!("{path}/")),
    }
}

/// The methods documented for a path.
pub(crate) fn methods(item: &PathItem) -> impl Iterator<Item = Method> {
    [
        (Method::GET, &item.get),
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
        (Method::HEAD, &item.head),
        (Method::OPTIONS, &item.options),
        (Method::TRACE, &item.trace),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_ref().map(|_| method))
    .collect::<Vec<_>>()
    .into_iter()
}

#[cfg(test)]
mod tests;
