//! Registered programs and service tokens, for administrators. No program may
//! hand out access: these routes have no scope.

use axum::{Json, extract::State, http::StatusCode};
use webkit::{Caller, Fault, JsonBody, Paging, PathId, Policy, Query, Routes, Secret, routes};

use crate::{
    App,
    identity::{
        api,
        model::oauth::{Client, ClientId, Issued, Service},
        wire::{
            AccessFilter, ClientBody, ClientInput, ClientPage, ClientSecretBody, ServiceSecretBody,
            ServiceTokenBody, ServiceTokenInput, ServiceTokenPage,
        },
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .api(routes!(list_clients, register_client), Policy::ADMIN)
        .api(routes!(show_client), Policy::ADMIN)
        .api(routes!(rotate_client), Policy::ADMIN)
        .api(routes!(revoke_client), Policy::ADMIN)
        .api(
            routes!(list_service_tokens, create_service_token),
            Policy::ADMIN,
        )
        .api(routes!(revoke_service_token), Policy::ADMIN)
}

/// Lists the programs registered with the clinic, newest first.
#[utoipa::path(
    get, path = "/api/v1/oauth/clients/", tag = "oauth", params(AccessFilter),
    responses((status = 200, description = "A page of programs", body = ClientPage))
)]
async fn list_clients(
    State(app): State<App>,
    caller: Caller,
    Query(_filter): Query<AccessFilter>,
    paging: Paging,
) -> Result<Json<ClientPage>, Fault> {
    let (count, rows) = api::clients(&app, &caller.ctx, paging.request).await?;
    let page = paging.page(count, rows)?;
    let page = page.map(|row| ClientBody::new(&row, &caller.zone));
    Ok(Json(page.into()))
}

/// Registers a program. Its secret is in this answer and nowhere else.
#[utoipa::path(
    post, path = "/api/v1/oauth/clients/", tag = "oauth", request_body = ClientInput,
    responses((status = 201, description = "Registered", body = ClientSecretBody))
)]
async fn register_client(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<ClientInput>,
) -> Result<Secret<(StatusCode, Json<ClientSecretBody>)>, Fault> {
    let issued = api::register_client(&app, &caller.ctx, input.into()).await?;
    let body = with_secret(&app, &caller, issued).await?;
    Ok(Secret((StatusCode::CREATED, body)))
}

async fn with_secret(
    app: &App,
    caller: &Caller,
    issued: Issued<ClientId>,
) -> Result<Json<ClientSecretBody>, Fault> {
    let row = api::client(app, caller.ctx.tenant, issued.id).await?;
    Ok(Json(ClientSecretBody {
        client_secret: issued.secret.map(|secret| secret.0),
        client: ClientBody::new(&row, &caller.zone),
    }))
}

/// Shows a program, without its secret.
#[utoipa::path(
    get, path = "/api/v1/oauth/clients/{id}/", tag = "oauth",
    params(("id" = String, Path, description = "The program", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The program", body = ClientBody))
)]
async fn show_client(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Client>,
) -> Result<Json<ClientBody>, Fault> {
    let row = api::client(&app, caller.ctx.tenant, id).await?;
    Ok(Json(ClientBody::new(&row, &caller.zone)))
}

/// Gives a program another secret; the old one ends at once.
#[utoipa::path(
    post, path = "/api/v1/oauth/clients/{id}/rotate/", tag = "oauth",
    params(("id" = String, Path, description = "The program", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 200, description = "The new secret", body = ClientSecretBody),
        (status = 409, description = "It has no secret, or was revoked")
    )
)]
async fn rotate_client(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Client>,
) -> Result<Secret<Json<ClientSecretBody>>, Fault> {
    let issued = api::rotate_secret(&app, &caller.ctx, id).await?;
    Ok(Secret(with_secret(&app, &caller, issued).await?))
}

/// Shuts a program out; its tokens end at once.
#[utoipa::path(
    post, path = "/api/v1/oauth/clients/{id}/revoke/", tag = "oauth",
    params(("id" = String, Path, description = "The program", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 204, description = "Shut out"))
)]
async fn revoke_client(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Client>,
) -> Result<StatusCode, Fault> {
    api::revoke_client(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the clinic's service tokens, newest first, without their secrets.
#[utoipa::path(
    get, path = "/api/v1/service-tokens/", tag = "oauth", params(AccessFilter),
    responses((status = 200, description = "A page of service tokens", body = ServiceTokenPage))
)]
async fn list_service_tokens(
    State(app): State<App>,
    caller: Caller,
    Query(_filter): Query<AccessFilter>,
    paging: Paging,
) -> Result<Json<ServiceTokenPage>, Fault> {
    let (count, rows) = api::service_tokens(&app, &caller.ctx, paging.request).await?;
    let now = app.clock.now();
    let page = paging.page(count, rows)?;
    let page = page.map(|row| ServiceTokenBody::new(&row, now, &caller.zone));
    Ok(Json(page.into()))
}

/// Makes a service token. It is in this answer and nowhere else.
#[utoipa::path(
    post, path = "/api/v1/service-tokens/", tag = "oauth", request_body = ServiceTokenInput,
    responses((status = 201, description = "Made", body = ServiceSecretBody))
)]
async fn create_service_token(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<ServiceTokenInput>,
) -> Result<Secret<(StatusCode, Json<ServiceSecretBody>)>, Fault> {
    let new = input.read(&caller.zone)?;
    let issued = api::create_service_token(&app, &caller.ctx, new).await?;
    let row = api::service_token(&app, caller.ctx.tenant, issued.id).await?;
    let body = ServiceSecretBody {
        token: issued.secret.map(|secret| secret.0),
        service: ServiceTokenBody::new(&row, app.clock.now(), &caller.zone),
    };
    Ok(Secret((StatusCode::CREATED, Json(body))))
}

/// Ends a service token at once.
#[utoipa::path(
    post, path = "/api/v1/service-tokens/{id}/revoke/", tag = "oauth",
    params(("id" = String, Path, description = "The token", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 204, description = "Ended"))
)]
async fn revoke_service_token(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Service>,
) -> Result<StatusCode, Fault> {
    api::revoke_service_token(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
