use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
};
use kernel::User;
use webkit::{
    Caller, Fault, IfMatch, JsonBody, Paging, PathId, Policy, Query, Routes, Texts, routes,
    version_tag,
};

use super::tenant_hint;
use crate::{
    App,
    identity::{
        api::{self, Member},
        wire::{MePatchInput, RegisterInput, UserBody, UserFilter, UserPage, UserPatchInput},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .api(routes!(register), Policy::Public)
        .api(routes!(show_myself, change_myself), Policy::SignedIn)
        .api(routes!(list_users), Policy::ADMIN)
        .api(routes!(show_user), Policy::SignedIn)
        .api(routes!(change_user, deactivate_user), Policy::ADMIN)
}

type Tagged<T> = ([(HeaderName, HeaderValue); 1], Json<T>);

fn shown(member: Member, caller: &Caller) -> Tagged<UserBody> {
    let tag = version_tag(member.version);
    ([tag], Json(UserBody::new(member, &caller.zone)))
}

/// Makes a patient's account. Staff are invited.
#[utoipa::path(
    post, path = "/api/v1/auth/users/register/", tag = "identity", request_body = RegisterInput,
    params(("X-Tenant" = Option<String>, Header, description = "The clinic, where there are several", example = "demo")),
    responses(
        (status = 201, description = "The account", body = UserBody),
        (status = 409, description = "The user name is taken")
    )
)]
async fn register(
    State(app): State<App>,
    texts: Texts,
    headers: HeaderMap,
    JsonBody(input): JsonBody<RegisterInput>,
) -> Result<(StatusCode, Json<UserBody>), Fault> {
    let clinic = api::tenant_for_guests(&app, tenant_hint(&headers)).await?;
    let registration = input.registration(texts.locale);
    let id = api::register(&app, &clinic, registration).await?;
    let member = api::registered(&app, &clinic, id).await?;
    let body = UserBody::new(member, &clinic.zone);
    Ok((StatusCode::CREATED, Json(body)))
}

/// Shows the caller himself.
#[utoipa::path(
    get, path = "/api/v1/auth/users/me/", tag = "identity",
    responses((status = 200, description = "The caller", body = UserBody))
)]
async fn show_myself(State(app): State<App>, caller: Caller) -> Result<Tagged<UserBody>, Fault> {
    let member = api::myself(&app, &caller.ctx).await?;
    Ok(shown(member, &caller))
}

/// Changes the caller's own account and profile.
#[utoipa::path(
    patch, path = "/api/v1/auth/users/me/", tag = "identity", request_body = MePatchInput,
    params(("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")),
    responses(
        (status = 200, description = "The caller as he is now", body = UserBody),
        (status = 412, description = "Somebody else changed him meanwhile")
    )
)]
async fn change_myself(
    State(app): State<App>,
    caller: Caller,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<MePatchInput>,
) -> Result<Tagged<UserBody>, Fault> {
    api::change_myself(&app, &caller.ctx, expected, input.into()).await?;
    let member = api::myself(&app, &caller.ctx).await?;
    Ok(shown(member, &caller))
}

/// Lists the clinic's users.
#[utoipa::path(
    get, path = "/api/v1/auth/users/", tag = "identity", params(UserFilter),
    responses((status = 200, description = "A page of users", body = UserPage))
)]
async fn list_users(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<UserFilter>,
    paging: Paging,
) -> Result<Json<UserPage>, Fault> {
    let (count, rows) = api::members(&app, &caller.ctx, &filter.into(), paging.request).await?;
    let rows = rows.into_iter().map(|row| UserBody::new(row, &caller.zone));
    let page = paging.page(count, rows.collect())?;
    Ok(Json(page.into()))
}

/// Shows a user: to an admin anybody of the clinic, to others themselves.
#[utoipa::path(
    get, path = "/api/v1/auth/users/{id}/", tag = "identity",
    params(("id" = String, Path, description = "The user", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 200, description = "The user", body = UserBody))
)]
async fn show_user(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<User>,
) -> Result<Tagged<UserBody>, Fault> {
    let member = api::member(&app, &caller.ctx, id).await?;
    Ok(shown(member, &caller))
}

/// Changes a user: account, profile, role and whether he is active.
#[utoipa::path(
    patch, path = "/api/v1/auth/users/{id}/", tag = "identity", request_body = UserPatchInput,
    params(
        ("id" = String, Path, description = "The user", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")
    ),
    responses(
        (status = 200, description = "The user as he is now", body = UserBody),
        (status = 409, description = "He is the last admin, or his account belongs to another clinic too"),
        (status = 412, description = "Somebody else changed him meanwhile")
    )
)]
async fn change_user(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<User>,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<UserPatchInput>,
) -> Result<Tagged<UserBody>, Fault> {
    api::change_member(&app, &caller.ctx, id, expected, input.try_into()?).await?;
    let member = api::member(&app, &caller.ctx, id).await?;
    Ok(shown(member, &caller))
}

/// Ends a user's membership. Nothing is lost; `is_active: true` takes him back.
#[utoipa::path(
    delete, path = "/api/v1/auth/users/{id}/", tag = "identity",
    params(
        ("id" = String, Path, description = "The user", example = "01980000-0000-7000-8000-000000000000"),
        ("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")
    ),
    responses(
        (status = 204, description = "He is no member any more"),
        (status = 409, description = "He is the last admin")
    )
)]
async fn deactivate_user(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<User>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Fault> {
    api::deactivate(&app, &caller.ctx, id, expected).await?;
    Ok(StatusCode::NO_CONTENT)
}
