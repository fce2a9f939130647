//! The error answers that every operation shares.

use axum::http::Method;
use kernel::{Locale, Problem, ProblemKind};
use serde_json::json;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ContentBuilder, HeaderBuilder, Ref, RefOr, Response, ResponseBuilder,
        path::Operation,
        schema::{ObjectBuilder, Schema, Type},
    },
};

use crate::{Policy, Texts};

/// What went wrong (RFC 9457), in the caller's language.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what problem/json.rs writes")]
struct ProblemDetails {
    /// Stable address of the kind of problem.
    #[schema(example = "urn:lafiya:problem:invalid")]
    r#type: String,
    /// A few words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What happened, what was kept, and what to do now.
    detail: String,
    /// Stable code, the end of `type`.
    code: String,
    /// The faulty fields; absent when no field is at fault.
    errors: Option<Vec<FieldProblem>>,
    /// What the second step of signing in must repeat; only after a right
    /// password that needs one.
    challenge: Option<String>,
    /// Under which the request stands in the log.
    request_id: String,
}

/// What is wrong with one field.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what problem/json.rs writes")]
struct FieldProblem {
    /// The field's path, e.g. `address.city`; empty for the whole body.
    field: String,
    /// Stable code, e.g. `required`.
    code: String,
    /// A sentence.
    message: String,
}

/// One answer by status: the name of the reusable response and an example.
struct Shared {
    status: u16,
    name: &'static str,
    kind: ProblemKind,
}

const SHARED: [Shared; 12] = [
    Shared {
        status: 400,
        name: "Invalid",
        kind: ProblemKind::Invalid,
    },
    Shared {
        status: 401,
        name: "Unauthenticated",
        kind: ProblemKind::Unauthenticated,
    },
    Shared {
        status: 403,
        name: "Forbidden",
        kind: ProblemKind::Forbidden,
    },
    Shared {
        status: 404,
        name: "NotFound",
        kind: ProblemKind::NotFound,
    },
    Shared {
        status: 405,
        name: "MethodNotAllowed",
        kind: ProblemKind::MethodNotAllowed,
    },
    Shared {
        status: 409,
        name: "Conflict",
        kind: ProblemKind::Conflict,
    },
    Shared {
        status: 412,
        name: "Stale",
        kind: ProblemKind::Stale,
    },
    Shared {
        status: 413,
        name: "TooLarge",
        kind: ProblemKind::TooLarge,
    },
    Shared {
        status: 415,
        name: "UnsupportedMedia",
        kind: ProblemKind::UnsupportedMedia,
    },
    Shared {
        status: 429,
        name: "RateLimited",
        kind: ProblemKind::RateLimited,
    },
    Shared {
        status: 500,
        name: "Internal",
        kind: ProblemKind::Internal,
    },
    Shared {
        status: 503,
        name: "Unavailable",
        kind: ProblemKind::Unavailable,
    },
];

pub(super) fn schemas() -> [(String, RefOr<Schema>); 2] {
    [
        ("ProblemDetails".to_owned(), ProblemDetails::schema()),
        ("FieldProblem".to_owned(), FieldProblem::schema()),
    ]
}

pub(super) fn responses() -> impl Iterator<Item = (String, RefOr<Response>)> {
    SHARED
        .iter()
        .map(|shared| (shared.name.to_owned(), RefOr::T(response(shared))))
}

fn response(shared: &Shared) -> Response {
    let texts = Texts::new(Locale::En);
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("ProblemDetails")))
        .example(Some(example(shared, texts)))
        .build();
    let response = ResponseBuilder::new()
        .description(texts.get(&format!("error-{}-title", shared.kind)))
        .content("application/problem+json", content);
    match shared.status {
        401 => response.header("WWW-Authenticate", header(Type::String, "`Bearer`")),
        429 | 503 => response.header("Retry-After", header(Type::Integer, "Seconds to wait")),
        405 => response.header("Allow", header(Type::String, "The methods there are")),
        _ => response,
    }
    .build()
}

fn header(of: Type, description: &str) -> utoipa::openapi::Header {
    let schema = ObjectBuilder::new().schema_type(of);
    HeaderBuilder::new()
        .schema(Some(schema))
        .description(Some(description))
        .build()
}

fn example(shared: &Shared, texts: Texts) -> serde_json::Value {
    let problem = match shared.kind {
        ProblemKind::Invalid => Problem::invalid("name", "required"),
        kind => Problem::new(kind),
    };
    let words = texts.problem(&problem);
    let code = problem.stable_code();
    let mut example = json!({
        "type": format!("urn:lafiya:problem:{code}"),
        "title": words.title,
        "status": shared.status,
        "detail": words.detail,
        "code": code,
        "request_id": "5f0c7a52-3d35-4a51-9f38-0d8f5a1f6f0e",
    });
    if !words.errors.is_empty() {
        example["errors"] = json!(words.errors);
    }
    example
}

/// Adds the errors this operation can answer; those its author described stay.
pub(super) fn add(operation: &mut Operation, method: &Method, path: &str, policy: Policy) {
    let has_body = operation.request_body.is_some();
    let has_input = has_body
        || operation
            .parameters
            .as_ref()
            .is_some_and(|all| !all.is_empty());
    for shared in &SHARED {
        let can_happen = match shared.status {
            400 => has_input,
            401 => policy.needs_caller(),
            403 => !matches!(policy, Policy::Public | Policy::SignedIn),
            404 => path.contains('{'),
            405 => false,
            409 => !method.is_safe() && policy.needs_caller(),
            412 => matches!(*method, Method::PUT | Method::PATCH),
            413 | 415 => has_body,
            _ => true,
        };
        let responses = &mut operation.responses.responses;
        let status = shared.status.to_string();
        if can_happen && !responses.contains_key(&status) {
            responses.insert(status, RefOr::Ref(Ref::from_response_name(shared.name)));
        }
    }
}
