//! `Idempotency-Key`: the same call again gets the first answer, whatever
//! became of the connection meanwhile (`spec/api-conventions.md`, Concurrency).
//!
//! A form with files has no key: sending the same bytes again is harmless by itself.
//!
//! This is the HTTP half: which calls are kept, what is read of them and what
//! of their answers. Keeping them is the product's, see [`FirstAnswers`].

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use kernel::{Ctx, FieldError, Problem, text};
use sha2::{Digest, Sha256};

use crate::{BoxFuture, Fault, Kind, Policy, body, csrf, facts::Facts, problem};

/// The header's name as the documents write it.
pub(crate) const HEADER: &str = "Idempotency-Key";
/// The longest key, in bytes.
pub(crate) const LONGEST: usize = 255;
/// What a repeated answer repeats besides status and body.
const KEPT: [HeaderName; 5] = [
    header::CONTENT_TYPE,
    header::CONTENT_LANGUAGE,
    header::LOCATION,
    header::ETAG,
    header::RETRY_AFTER,
];

/// A call that may come again under the same key.
#[derive(Debug, Clone)]
pub struct KeyedCall {
    /// Who calls, and in which tenant.
    pub ctx: Ctx,
    /// His key: 1 to 255 printable ASCII characters.
    pub key: String,
    /// Method and path, without a trailing slash.
    pub route: String,
    /// SHA-256 of query and body, in hexadecimal.
    pub content: String,
}

/// An answer that can be given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The status.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body, not compressed.
    pub body: Bytes,
    /// Whether a secret is in it: then it may be given, but not stored.
    pub secret: bool,
}

/// An answer with a secret in it. It is given once and never kept: the same
/// `Idempotency-Key` again is refused with 409 `idempotency-outcome-unknown`, so
/// that nothing is made twice either.
#[derive(Debug, Clone, Copy)]
pub struct Secret<T>(pub T);

impl<T: IntoResponse> IntoResponse for Secret<T> {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        response.extensions_mut().insert(HoldsSecret);
        response
    }
}

/// Stands in the extensions of an answer that may not be kept.
#[derive(Debug, Clone, Copy)]
struct HoldsSecret;

/// Keeps first answers. The product gives one to [`crate::KitParts`].
pub trait FirstAnswers: Send + Sync + 'static {
    /// The first answer to this call: the one that is kept, or that of `handle`,
    /// which is then run once and never again under this key.
    fn answer<'a>(
        &'a self,
        call: KeyedCall,
        handle: BoxFuture<'static, KeptAnswer>,
    ) -> BoxFuture<'a, Result<KeptAnswer, Problem>>;
}

/// Whether the key is honoured on a route.
pub(crate) fn is_honoured(method: &Method, kind: Kind, policy: Policy) -> bool {
    *method == Method::POST && kind == Kind::Api && policy.needs_caller()
}

/// The layer around the handlers of the API, inside the limit of their bodies.
pub(crate) async fn keep(request: Request, next: Next) -> Response {
    match keyed(request, next).await {
        Ok(response) => response,
        Err(problem) => Fault::from(problem).into_response(),
    }
}

async fn keyed(request: Request, next: Next) -> Result<Response, Problem> {
    let facts = Facts::of(request.extensions()).map_err(Fault::into_problem)?;
    let honoured = facts
        .pattern()
        .is_some_and(|pattern| is_honoured(request.method(), pattern.kind, pattern.policy));
    let given = key(request.headers());
    let (true, Some(caller), Some(key)) = (honoured, facts.principal(), given) else {
        return Ok(next.run(request).await);
    };
    let key = key?;
    if csrf::is_multipart(request.headers()) {
        // Files are not held in memory to be compared, and each try has another boundary.
        return Err(Problem::invalid(HEADER, "not-with-files"));
    }
    let (parts, content) = request.into_parts();
    let content = body::read(Request::from_parts(parts.clone(), content), &()).await?;
    let call = KeyedCall {
        ctx: caller.ctx,
        key,
        route: format!(
            "{} {}",
            parts.method,
            parts.uri.path().trim_end_matches('/')
        ),
        content: fingerprint(parts.uri.query(), &content),
    };
    let request = Request::from_parts(parts, Body::from(content));
    let kit = facts.kit().clone();
    let handle = Box::pin(handle(facts, request, next));
    // A task of its own: a caller who goes away comes back with the same key,
    // and must find the answer.
    let span = tracing::Span::current();
    let answering = async move {
        match kit.first_answers() {
            Some(answers) => answers.answer(call, handle).await,
            None => Ok(handle.await),
        }
    };
    let answering = tokio::spawn(tracing::Instrument::instrument(answering, span));
    match answering.await {
        Ok(answer) => Ok(answer?.into_response()),
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(error) => Err(Problem::unavailable(error)),
    }
}

/// The answer as it will be kept: problems are written out, in the language of
/// the first caller.
async fn handle(facts: Facts, request: Request, next: Next) -> KeptAnswer {
    let method = request.method().clone();
    let deadline = facts.kit().settings().deadline;
    let response = match tokio::time::timeout(deadline, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Fault::from(Problem::unavailable("the deadline has passed")).into_response(),
    };
    let response = problem::settle(response, &facts, &method, None);
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await;
    KeptAnswer {
        secret: parts.extensions.get::<HoldsSecret>().is_some(),
        status: parts.status.as_u16(),
        headers: kept(&parts.headers),
        // Bodies of API answers are made in memory and cannot fail.
        body: body.unwrap_or_default(),
    }
}

fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    let value = |name: &HeaderName| Some(headers.get(name)?.to_str().ok()?.to_owned());
    KEPT.iter()
        .filter_map(|name| Some((name.to_string(), value(name)?)))
        .collect()
}

impl IntoResponse for KeptAnswer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, self.body).into_response();
        // An empty answer has no type; axum gives every body one.
        response.headers_mut().remove(header::CONTENT_TYPE);
        for (name, value) in self.headers {
            let pair = (HeaderName::try_from(name), HeaderValue::try_from(value));
            if let (Ok(name), Ok(value)) = pair {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// The key of a request, if one was sent.
fn key(headers: &HeaderMap) -> Option<Result<String, Problem>> {
    let mut values = headers.get_all(HEADER).iter();
    let first = values.next()?;
    let fault = |code| FieldError::new(HEADER, code);
    let wrong = |error| Some(Err(Problem::fields(vec![error])));
    let bytes = first.as_bytes().trim_ascii();
    if bytes.is_empty() {
        return wrong(fault("required"));
    }
    if bytes.len() > LONGEST {
        return wrong(fault("too-long").with("max", LONGEST));
    }
    let printable = bytes.iter().all(|byte| (b' '..=b'~').contains(byte));
    if !printable || values.next().is_some() {
        return wrong(fault("malformed"));
    }
    Some(Ok(String::from_utf8_lossy(bytes).into_owned()))
}

fn fingerprint(query: Option<&str>, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    // A query holds no line end.
    hash.update(query.unwrap_or_default());
    hash.update("\n");
    hash.update(body);
    text::hex(&hash.finalize())
}

#[cfg(test)]
mod tests;
