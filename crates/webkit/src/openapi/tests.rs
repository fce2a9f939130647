use axum::{Json, http::Method};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{assert_schema_matches_routes, mismatches, undocumented};
use crate::{testing::*, *};

/// A thing.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Gauze"}))]
struct Thing {
    name: String,
}

/// Lists the things.
#[utoipa::path(get, path = "/api/v1/things/", responses((status = 200, body = Vec<Thing>)))]
async fn list() -> Json<Vec<Thing>> {
    Json(Vec::new())
}

/// Adds a thing.
#[utoipa::path(post, path = "/api/v1/things/", request_body = Thing, responses((status = 201, body = Thing)))]
async fn add(JsonBody(thing): JsonBody<Thing>) -> Json<Thing> {
    Json(thing)
}

/// Changes a thing.
#[utoipa::path(patch, path = "/api/v1/things/{id}/", request_body = Thing,
    params(("id" = String, Path)), responses((status = 200, body = Thing), (status = 409, description = "Gone")))]
async fn change(JsonBody(thing): JsonBody<Thing>) -> Json<Thing> {
    Json(thing)
}

#[utoipa::path(post, path = "/api/v1/hook/{kind}/", responses((status = 200, body = String)))]
async fn hook() -> &'static str {
    "ok"
}

async fn page() -> &'static str {
    "page"
}

fn things() -> Routes<()> {
    Routes::new()
        .api(routes!(list, add), Policy::STAFF)
        .api(routes!(change), Policy::STAFF)
        .page(Method::GET, "/", page, Policy::Public)
}

#[test]
fn completes_each_operation_from_its_policy() {
    let doc = serde_json::to_value(
        things()
            .api(routes!(hook), Policy::SignedProvider)
            .build(INFO)
            .openapi,
    )
    .unwrap();
    assert_eq!(doc["openapi"], "3.1.0");
    assert_eq!(doc["info"]["title"], "Trial");
    assert_eq!(
        doc["components"]["schemas"]["Thing"]["additionalProperties"],
        false
    );

    let list = &doc["paths"]["/api/v1/things/"]["get"];
    let statuses = |operation: &serde_json::Value| -> Vec<String> {
        operation["responses"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    };
    assert_eq!(statuses(list), ["200", "401", "403", "429", "500", "503"]);
    assert_eq!(list["security"][0], serde_json::json!({"bearer": []}));
    let add = &doc["paths"]["/api/v1/things/"]["post"];
    assert_eq!(
        statuses(add),
        [
            "201", "400", "401", "403", "409", "413", "415", "429", "500", "503"
        ]
    );
    assert_eq!(
        add["responses"]["400"]["$ref"],
        "#/components/responses/Invalid"
    );
    let change = &doc["paths"]["/api/v1/things/{id}/"]["patch"];
    assert!(
        statuses(change).contains(&"412".to_owned())
            && statuses(change).contains(&"404".to_owned())
    );
    assert_eq!(
        change["responses"]["409"]["description"], "Gone",
        "the author's own word stays"
    );
    let hook = &doc["paths"]["/api/v1/hook/{kind}/"]["post"];
    assert_eq!(hook["security"], serde_json::json!([]));
    assert_eq!(statuses(hook), ["200", "403", "404", "429", "500", "503"]);

    let invalid = &doc["components"]["responses"]["Invalid"]["content"]["application/problem+json"];
    assert_eq!(invalid["example"]["errors"][0]["field"], "name");
    assert_eq!(
        doc["components"]["securitySchemes"]["bearer"]["scheme"],
        "bearer"
    );
}

#[test]
fn the_document_and_the_routes_agree() {
    let built = things().build(INFO);
    assert_schema_matches_routes(&built.openapi, &built.registry);
    assert_eq!(undocumented(&built.openapi), Vec::<String>::new());
}

#[test]
fn differences_are_found() {
    let mut built = things().build(INFO);
    built.openapi.paths.paths.remove("/api/v1/things/{id}/");
    built.registry.retain(|route| route.method != Method::POST);
    if let Some(components) = &mut built.openapi.components {
        components.schemas.remove("Thing");
    }
    let found = mismatches(&built.openapi, &built.registry);
    assert_eq!(
        found,
        [
            "POST /api/v1/things/ is described but not served",
            "PATCH /api/v1/things/{id}/ is served but not described",
            "#/components/schemas/Thing is referred to but not there",
        ]
    );
    let silent = Routes::<()>::new()
        .api(routes!(hook), Policy::SignedProvider)
        .build(INFO);
    assert_eq!(
        undocumented(&silent.openapi),
        [
            "POST /api/v1/hook/{kind}/ has no summary",
            "POST /api/v1/hook/{kind}/ does not describe {kind}",
            "POST /api/v1/hook/{kind}/ has a body without an example"
        ]
    );
}

#[tokio::test]
async fn serves_the_document_and_swagger_ui_from_here() {
    let app = app(things());
    for line in ["GET /api/schema", "GET /api/schema/"] {
        let schema = send(&app, line, &[], "").await;
        assert_eq!(schema.json()["openapi"], "3.1.0");
    }
    for line in ["GET /api/docs", "GET /api/docs/"] {
        let page = send(&app, line, &[], "").await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("/api/docs/swagger-ui-bundle.js"));
        assert!(
            !page.text().contains("https://"),
            "nothing comes from elsewhere"
        );
        assert!(
            page.header("content-security-policy")
                .contains("style-src 'self' 'unsafe-inline'")
        );
        assert!(
            !page
                .header("content-security-policy")
                .contains("script-src 'self' 'unsafe")
        );
    }
    for (file, kind) in [
        ("swagger-ui-bundle.js", "text/javascript"),
        ("swagger-ui.css", "text/css"),
    ] {
        let answer = send(&app, &format!("GET /api/docs/{file}"), &[], "").await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (200, kind)
        );
        assert_eq!(answer.header("cache-control"), "public, max-age=86400");
        assert_eq!(answer.header("content-encoding"), "gzip");
    }
    assert_eq!(
        send(&app, "GET /api/docs/nothing.js", &[], "")
            .await
            .problem()
            .0,
        404
    );
}
