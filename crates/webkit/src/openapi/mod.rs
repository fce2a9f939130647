//! The OpenAPI 3.1 document: collected from the handlers, completed with the
//! errors and the security that follow from each route's policy, and compared
//! with the routes there are.

mod check;
mod docs;
mod problems;

use std::collections::BTreeMap;

use axum::http::Method;
use kernel::Locale;
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, RefOr, Required,
    path::{Operation, ParameterBuilder, ParameterIn, PathItem, Paths},
    schema::{Components, ObjectBuilder, Schema, Type},
    security::{
        ApiKey, ApiKeyValue, AuthorizationCode, ClientCredentials, Flow, HttpAuthScheme,
        HttpBuilder, OAuth2, Scopes, SecurityRequirement, SecurityScheme,
    },
};

use crate::{ApiInfo, Kind, OauthInfo, RouteInfo, Scope, Texts, once, routes::methods};

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
            let route = route_of(registry, &method, path);
            if let (Some(route), Some(operation)) = (route, operation_mut(item, &method)) {
                if once::is_honoured(&method, Kind::Api, route.policy) && !is_upload(operation) {
                    add_key(operation);
                }
                problems::add(operation, &method, path, route.policy);
                say_what_is_cut(operation, &method, route.scope);
                operation.security = Some(security(route));
            }
        }
    }
    let oauth = info.oauth;
    let info = InfoBuilder::new()
        .title(info.title)
        .version(info.version)
        .description(Some(info.description))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .paths(paths)
        .components(Some(components(schemas, oauth)))
        .build()
}

fn route_of<'r>(registry: &'r [RouteInfo], method: &Method, path: &str) -> Option<&'r RouteInfo> {
    registry
        .iter()
        .find(|route| route.method == method && route.path == path)
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

/// Tells the programs that may only write what they are answered.
fn say_what_is_cut(operation: &mut Operation, method: &Method, scope: Scope) {
    if let (Scope::Area(area), false) = (scope, method.is_safe()) {
        let cut = format!("A token without `read:{area}` is answered with the `id` alone.");
        let said = operation.description.take().into_iter().chain([cut]);
        operation.description = Some(said.collect::<Vec<_>>().join("\n\n"));
    }
}

/// Whether it takes a form with files, which has no key.
fn is_upload(operation: &Operation) -> bool {
    let body = operation.request_body.as_ref();
    body.is_some_and(|body| match body {
        RefOr::T(body) => body.content.contains_key("multipart/form-data"),
        RefOr::Ref(_) => false,
    })
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

fn components(schemas: BTreeMap<String, RefOr<Schema>>, oauth: OauthInfo) -> Components {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "A JWT of somebody who signed in, or the service token of a program.",
        ))
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
        .security_scheme("oauth2", SecurityScheme::OAuth2(flows(oauth)))
        .build()
}

fn flows(oauth: OauthInfo) -> OAuth2 {
    let texts = Texts::new(Locale::En);
    let told = oauth
        .scopes
        .iter()
        .map(|scope| ((*scope).to_owned(), texts.get(&Scope::text_key(scope))));
    let scopes = Scopes::from_iter(told);
    OAuth2::new([
        Flow::AuthorizationCode(AuthorizationCode::new(
            oauth.authorize,
            oauth.token,
            scopes.clone(),
        )),
        Flow::ClientCredentials(ClientCredentials::new(oauth.token, scopes)),
    ])
}

/// A session, a token, or one of limited powers with the scope that the route
/// names; none where nobody has to be known.
fn security(route: &RouteInfo) -> Vec<SecurityRequirement> {
    const NO_SCOPES: [&str; 0] = [];
    if !route.policy.needs_caller() {
        return Vec::new();
    }
    let limited = route.scope.needed(&route.method);
    let limited = limited.map(|scope| SecurityRequirement::new("oauth2", [scope]));
    [
        SecurityRequirement::new("bearer", NO_SCOPES),
        SecurityRequirement::new("session", NO_SCOPES),
    ]
    .into_iter()
    .chain(limited)
    .collect()
}

#[cfg(test)]
mod tests;
