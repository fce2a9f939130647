use axum::http::Method;

use crate::{testing::*, *};

#[utoipa::path(get, path = "/api/v1/things/{id}/", responses((status = 200)))]
async fn show() -> &'static str {
    "shown"
}

#[utoipa::path(delete, path = "/api/v1/things/{id}/", responses((status = 204)))]
async fn remove() -> &'static str {
    "removed"
}

#[utoipa::path(post, path = "/api/v1/things/", responses((status = 201)))]
async fn create() -> &'static str {
    "created"
}

#[utoipa::path(put, path = "/api/v1/big/", responses((status = 200)))]
async fn big(body: RawForm) -> String {
    body.bytes.len().to_string()
}

async fn page() -> &'static str {
    "page"
}

fn routes() -> Routes<()> {
    let things = Routes::new()
        .api(routes!(show), Policy::SignedIn)
        .api(routes!(remove), Policy::ADMIN)
        .api(routes!(create), Policy::STAFF);
    Routes::new()
        .merge(things)
        .page(Method::GET, "/", page, Policy::Public)
        .page(Method::GET, "/work/", page, Policy::STAFF)
}

#[tokio::test]
async fn serves_both_slash_forms_without_a_redirect() {
    let app = app(routes());
    let token = bearer("Bearer admin");
    for (line, text) in [
        ("GET /api/v1/things/5/", "shown"),
        ("GET /api/v1/things/5", "shown"),
        ("DELETE /api/v1/things/5", "removed"),
        ("POST /api/v1/things", "created"),
        ("POST /api/v1/things/", "created"),
        ("GET /work", "page"),
        ("GET /work/", "page"),
        ("GET /", "page"),
    ] {
        let answer = send(&app, line, &[token], "").await;
        assert_eq!(
            (answer.status.as_u16(), answer.text().as_str()),
            (200, text),
            "{line}"
        );
    }
}

#[tokio::test]
async fn one_path_can_have_a_policy_per_method() {
    let app = app(routes());
    let agent = [bearer("Bearer agent")];
    assert_eq!(
        send(&app, "GET /api/v1/things/5/", &agent, "").await.status,
        200
    );
    let refused = send(&app, "DELETE /api/v1/things/5", &agent, "").await;
    assert_eq!(refused.problem(), (403, "forbidden".into()));
}

#[tokio::test]
async fn unknown_paths_and_wrong_methods_are_problems() {
    let app = app(routes());
    let lost = send(&app, "GET /api/v1/nothing/", &[], "").await;
    assert_eq!(lost.problem(), (404, "not-found".into()));
    let lost = send(&app, "GET /nothing", &[("accept", "application/json")], "").await;
    assert_eq!(lost.problem(), (404, "not-found".into()));
    let lost = send(&app, "GET /nothing", &[], "").await;
    assert_eq!(lost.status, 404);
    assert!(lost.header("content-type").starts_with("text/html"));
    assert!(lost.text().contains("Introuvable"));

    let wrong = send(&app, "PUT /api/v1/things/5", &[], "").await;
    assert_eq!(wrong.problem(), (405, "method-not-allowed".into()));
    let mut allow: Vec<_> = wrong.header("allow").split(',').collect();
    allow.sort_unstable();
    assert_eq!(allow, ["DELETE", "GET", "HEAD"]);
    let wrong = send(&app, "POST /work/", &[], "").await;
    assert_eq!(
        (wrong.status.as_u16(), wrong.header("allow")),
        (405, "GET,HEAD")
    );
    assert!(wrong.header("content-type").starts_with("text/html"));
}

#[test]
fn the_registry_lists_every_route_with_its_policy() {
    let built = routes().build(INFO);
    let listed: Vec<String> = built
        .registry
        .iter()
        .map(|route| {
            format!(
                "{} {} {} {}",
                route.method, route.path, route.policy, route.kind
            )
        })
        .collect();
    for line in [
        "GET /api/v1/things/{id}/ signed-in api",
        "DELETE /api/v1/things/{id}/ admin|superadmin api",
        "GET /work/ medecin|agent|manager|admin|superadmin page",
        "GET /assets/{hash}/{*path} public plain",
    ] {
        assert!(listed.contains(&line.to_owned()), "{line} in {listed:#?}");
    }
}

#[tokio::test]
async fn a_route_can_take_more() {
    let app = app(Routes::new().api_up_to(3_000_000, routes!(big), Policy::Public));
    let taken = send(&app, "PUT /api/v1/big", &[], vec![0; 2_000_000]).await;
    assert_eq!(taken.text(), "2000000");
    let refused = send(&app, "PUT /api/v1/big", &[], vec![0; 4_000_000]).await;
    assert_eq!(refused.problem(), (413, "too-large".into()));
}
