//! The OpenAPI 3.1 document: collected from the handlers, completed with the
//! errors and the security that follow from each route's policy, and compared
//! with the routes there are.

mod check;
mod docs;
mod problems;

use std::collections::BTreeMap;

use axum::http::Method;
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, RefOr, Required,
    path::{Operation, ParameterBuilder, ParameterIn, PathItem, Paths},
    schema::{Components, ObjectBuilder, Schema, Type},
    security::{
        ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
    },
};

use crate::{ApiInfo, Kind, Policy, RouteInfo, once, routes::methods};

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
                if once::is_honoured(&method, Kind::Api, policy) {
                    add_key(operation);
                }
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

/// The header that makes a call safe to send again; its refusals are 409.
fn add_key(operation: &mut Operation) {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(once::LONGEST));
    let parameter = ParameterBuilder::new()
        .name(once::HEADER)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Your name for this call, printable ASCII, kept for 24 hours: the same call again gets the first \
             answer. 409 `idempotency-key-reused` with another body, `idempotency-in-progress` while the first \
             call runs (try again), `idempotency-outcome-unknown` when it was cut off after a change (look \
             before you call again).",
        ))
        .schema(Some(schema))
        .example(Some("01980000-0000-7000-8000-000000000000".into()))
        .build();
    operation
        .parameters
        .get_or_insert_default()
        .push(RefOr::T(parameter));
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
