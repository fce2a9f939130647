//! The OpenAPI 3.1 document: collected from the handlers, completed with the
//! errors and the security that follow from each route's policy, and compared
//! with the routes there are.

mod check;
mod docs;
mod problems;

use std::collections::BTreeMap;

use axum::http::Method;
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, RefOr,
    path::{Operation, PathItem, Paths},
    schema::{Components, Schema},
    security::{
        ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
    },
};

use crate::{ApiInfo, Policy, RouteInfo, routes::methods};

pub use check::{assert_schema_matches_routes, mismatches, undocumented};
pub(crate) use docs::routes;

/// Puts the document together.
pub(crate) fn document(
    info: ApiInfo,
    mut paths: Paths,
    schemas: BTreeMap<String, RefOr<Schema>>,
    registry: &[RouteInfo],
) -> OpenApi {
    for (path, item) in &mut paths.paths {
        for method in methods(item).collect::<Vec<_>>() {
            let policy = policy_of(registry, &method, path);
            if let (Some(policy), Some(operation)) = (policy, operation_mut(item, &method)) {
                problems::add(operation, &method, path, policy);
                operation.security = Some(security(policy));
            }
        }
    }
    let info = InfoBuilder::new()
        .title(info.title)
        .version(info.version)
        .description(Some(info.description))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .paths(paths)
        .components(Some(components(schemas)))
        .build()
}

fn policy_of(registry: &[RouteInfo], method: &Method, path: &str) -> Option<Policy> {
    let route = registry
        .iter()
        .find(|route| route.method == method && route.path == path);
    route.map(|route| route.policy)
}

/// The operation of a method.
pub(crate) fn operation_mut<'a>(
    item: &'a mut PathItem,
    method: &Method,
) -> Option<&'a mut Operation> {
    let slot = match *method {
        Method::GET => &mut item.get,
        Method::POST => &mut item.post,
        Method::PUT => &mut item.put,
        Method::PATCH => &mut item.patch,
        Method::DELETE => &mut item.delete,
        Method::HEAD => &mut item.head,
        Method::OPTIONS => &mut item.options,
        Method::TRACE => &mut item.trace,
        _ => return None,
    };
    slot.as_mut()
}

fn components(schemas: BTreeMap<String, RefOr<Schema>>) -> Components {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .build();
    let session = ApiKey::Cookie(ApiKeyValue::with_description(
        "session",
        "The session of the web pages; changes also need the header X-CSRF-Token.",
    ));
    ComponentsBuilder::new()
        .schemas_from_iter(schemas.into_iter().chain(problems::schemas()))
        .responses_from_iter(problems::responses())
        .security_scheme("bearer", SecurityScheme::Http(bearer))
        .security_scheme("session", SecurityScheme::ApiKey(session))
        .build()
}

/// A token or a session; none where nobody has to be known.
fn security(policy: Policy) -> Vec<SecurityRequirement> {
    const NO_SCOPES: [&str; 0] = [];
    if !policy.needs_caller() {
        return Vec::new();
    }
    vec![
        SecurityRequirement::new("bearer", NO_SCOPES),
        SecurityRequirement::new("session", NO_SCOPES),
    ]
}

#[cfg(test)]
mod tests;
