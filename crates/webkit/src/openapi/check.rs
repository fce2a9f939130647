use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::OpenApi;

use crate::{Kind, RouteInfo, routes::methods};

/// Where the document and the documented routes differ; empty when they agree.
#[must_use]
pub fn mismatches(doc: &OpenApi, registry: &[RouteInfo]) -> Vec<String> {
    let described: BTreeSet<String> = doc
        .paths
        .paths
        .iter()
        .flat_map(|(path, item)| methods(item).map(move |method| format!("{method} {path}")))
        .collect();
    let served: BTreeSet<String> = registry
        .iter()
        .filter(|route| route.kind == Kind::Api)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let ghosts = described
        .difference(&served)
        .map(|route| format!("{route} is described but not served"));
    let secrets = served
        .difference(&described)
        .map(|route| format!("{route} is served but not described"));
    ghosts
        .chain(secrets)
        .chain(broken_references(doc))
        .chain(double_ids(doc))
        .collect()
}

/// Fails a test when the document and the routes differ.
///
/// # Panics
/// With the differences.
pub fn assert_schema_matches_routes(doc: &OpenApi, registry: &[RouteInfo]) {
    let differences = mismatches(doc, registry);
    assert!(differences.is_empty(), "{differences:#?}");
}

/// What each operation lacks of summary, path parameters, success and
/// examples; empty when everything is told.
#[must_use]
pub fn undocumented(doc: &OpenApi) -> Vec<String> {
    let doc = serde_json::to_value(doc).unwrap_or_default();
    operations(&doc)
        .flat_map(|(name, operation)| lacks(&doc, &name, operation))
        .collect()
}

fn lacks(doc: &Value, name: &str, operation: &Value) -> Vec<String> {
    let mut lacks = Vec::new();
    if operation["summary"].as_str().is_none_or(str::is_empty) {
        lacks.push(format!("{name} has no summary"));
    }
    let untold = path_parameters(name).filter(|parameter| !tells(operation, parameter));
    lacks.extend(untold.map(|parameter| format!("{name} does not describe {{{parameter}}}")));
    let responses = operation["responses"].as_object();
    let successes: Vec<&Value> = responses
        .into_iter()
        .flatten()
        .filter(|(status, _)| status.starts_with(['1', '2', '3']))
        .map(|(_, response)| response)
        .collect();
    if successes.is_empty() {
        lacks.push(format!("{name} has no success"));
    }
    let bodies = successes.into_iter().chain([&operation["requestBody"]]);
    if bodies
        .filter_map(|body| body["content"].as_object())
        .flatten()
        .any(|(_, content)| !has_example(doc, content))
    {
        lacks.push(format!("{name} has a body without an example"));
    }
    lacks
}

/// The names between braces.
fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
}

fn tells(operation: &Value, parameter: &str) -> bool {
    let told = operation["parameters"].as_array().into_iter().flatten();
    let mut told = told.filter(|told| told["in"] == "path");
    told.any(|told| told["name"] == parameter)
}

/// An example stands in the content or in its schema.
fn has_example(doc: &Value, content: &Value) -> bool {
    let told = |value: &Value| !value["example"].is_null() || !value["examples"].is_null();
    let schema = &content["schema"];
    let of = schema["$ref"]
        .as_str()
        .or_else(|| schema["items"]["$ref"].as_str());
    let target = of.and_then(|of| doc.pointer(of.trim_start_matches('#')));
    told(content) || told(schema) || target.is_some_and(told)
}

fn operations(doc: &Value) -> impl Iterator<Item = (String, &Value)> {
    let paths = doc["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let entries = item.as_object().into_iter().flatten();
        let entries = entries.filter(|(_, operation)| operation.get("responses").is_some());
        entries.map(move |(method, operation)| {
            (format!("{} {path}", method.to_uppercase()), operation)
        })
    })
}

fn broken_references(doc: &OpenApi) -> Vec<String> {
    let doc = serde_json::to_value(doc).unwrap_or_default();
    let mut found = BTreeSet::new();
    references(&doc, &mut found);
    let broken = found
        .into_iter()
        .filter(|to| doc.pointer(to.trim_start_matches('#')).is_none());
    broken
        .map(|to| format!("{to} is referred to but not there"))
        .collect()
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => {
            found.extend(
                entries
                    .get("$ref")
                    .and_then(Value::as_str)
                    .map(ToOwned::to_owned),
            );
            entries.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

fn double_ids(doc: &OpenApi) -> Vec<String> {
    let doc = serde_json::to_value(doc).unwrap_or_default();
    let mut seen = BTreeSet::new();
    operations(&doc)
        .filter_map(|(name, operation)| Some((name, operation["operationId"].as_str()?.to_owned())))
        .filter(|(_, id)| !seen.insert(id.clone()))
        .map(|(name, id)| format!("{name} repeats the operation id {id}"))
        .collect()
}
