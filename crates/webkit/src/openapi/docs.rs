use std::sync::Arc;

use askama::Template;
use axum::{
    body::Bytes,
    extract::Path,
    http::{Method, header},
    response::{Html, IntoResponse, Response},
};
use kernel::Problem;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use crate::{Fault, Policy, Routes, Shell, render};

const SCHEMA: &str = "/api/schema/";

#[derive(Template)]
#[template(path = "layout/api_docs.html")]
struct Docs {
    shell: Shell,
    schema: &'static str,
}

/// The document as JSON and Swagger UI to read it with, both from here.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>(doc: &OpenApi) -> Routes<S> {
    let json = Bytes::from(serde_json::to_vec(doc).unwrap_or_default());
    let schema = move || async move { ([(header::CONTENT_TYPE, "application/json")], json) };
    Routes::new()
        .plain(Method::GET, SCHEMA, schema, Policy::Public)
        .page(Method::GET, "/api/docs/", page, Policy::Public)
        .plain(Method::GET, "/api/docs/{file}", file, Policy::Public)
}

async fn page(shell: Shell) -> Result<Html<String>, Fault> {
    render(&Docs {
        shell,
        schema: SCHEMA,
    })
}

async fn file(Path(file): Path<String>) -> Result<Response, Fault> {
    let found = utoipa_swagger_ui::serve(&file, Arc::new(Config::from(SCHEMA)));
    let found = found.map_err(|error| Problem::internal(error.to_string()))?;
    let found = found.ok_or_else(Problem::not_found)?;
    let described = [
        (header::CONTENT_TYPE, found.content_type),
        (header::CACHE_CONTROL, "public, max-age=86400".to_owned()),
    ];
    // Compressed in the program already; every browser reads it so.
    let encoding = found
        .gzpipped
        .then_some([(header::CONTENT_ENCODING, "gzip")]);
    Ok((described, encoding, found.bytes.into_owned()).into_response())
}
