use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use webkit::{Caller, Fault, JsonBody, Paging, PathId, Policy, Query, Routes, Texts, routes};

use super::tenant_hint;
use crate::{
    App,
    identity::{
        api::{self, InvitationKind},
        wire::{
            InvitationBody, InvitationFilter, InvitationInput, InvitationPage, InvitedBody,
            JoinInput, LinkBody,
        },
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .api(routes!(list_invitations, invite), Policy::ADMIN)
        .api(routes!(ask_to_join), Policy::Public)
        .api(routes!(end_invitation), Policy::ADMIN)
        .api(routes!(renew_link), Policy::ADMIN)
}

/// Lists invitations and requests, newest first.
#[utoipa::path(
    get, path = "/api/v1/auth/invitations/", tag = "identity", params(InvitationFilter),
    responses((status = 200, description = "A page of invitations", body = InvitationPage))
)]
async fn list_invitations(
    State(app): State<App>,
    caller: Caller,
    Query(InvitationFilter { .. }): Query<InvitationFilter>,
    paging: Paging,
) -> Result<Json<InvitationPage>, Fault> {
    let (count, rows) = api::invitations(&app, &caller.ctx, paging.request).await?;
    let now = app.clock.now();
    let rows = rows.into_iter();
    let rows = rows.map(|row| InvitationBody::new(row, now, &caller.zone));
    let page = paging.page(count, rows.collect())?;
    Ok(Json(page.into()))
}

/// Invites somebody to work here.
#[utoipa::path(
    post, path = "/api/v1/auth/invitations/", tag = "identity", request_body = InvitationInput,
    responses((status = 201, description = "Invited", body = InvitedBody))
)]
async fn invite(
    State(app): State<App>,
    caller: Caller,
    JsonBody(input): JsonBody<InvitationInput>,
) -> Result<(StatusCode, Json<InvitedBody>), Fault> {
    let new = input.invitation(caller.ctx.locale);
    let invited = api::invite(&app, &caller.ctx, new).await?;
    let body = InvitedBody {
        id: invited.id.to_string(),
        is_sent: invited.is_sent,
    };
    Ok((StatusCode::CREATED, Json(body)))
}

/// Asks, as a doctor, to be invited. The answer is always the same.
#[utoipa::path(
    post, path = "/api/v1/auth/invitations/request/", tag = "identity", request_body = JoinInput,
    params(("X-Tenant" = Option<String>, Header, description = "The clinic, where there are several", example = "demo")),
    responses((status = 202, description = "An admin will decide"))
)]
async fn ask_to_join(
    State(app): State<App>,
    texts: Texts,
    headers: HeaderMap,
    JsonBody(input): JsonBody<JoinInput>,
) -> Result<StatusCode, Fault> {
    let clinic = api::tenant_for_guests(&app, tenant_hint(&headers)).await?;
    api::ask_to_join(&app, &clinic, input.invitation(texts.locale)).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Takes an invitation back, or refuses a request.
#[utoipa::path(
    delete, path = "/api/v1/auth/invitations/{id}/", tag = "identity",
    params(("id" = String, Path, description = "The invitation", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 204, description = "It opens nothing any more"),
        (status = 409, description = "It is over already")
    )
)]
async fn end_invitation(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<InvitationKind>,
) -> Result<StatusCode, Fault> {
    api::end_invitation(&app, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives an invitation a new link, or approves a request by giving it one. It
/// is sent where there is a phone, and shown only now; an earlier link opens
/// nothing any more.
#[utoipa::path(
    put, path = "/api/v1/auth/invitations/{id}/link/", tag = "identity",
    params(("id" = String, Path, description = "The invitation", example = "01980000-0000-7000-8000-000000000000")),
    responses(
        (status = 200, description = "The link", body = LinkBody),
        (status = 409, description = "It is over already")
    )
)]
async fn renew_link(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<InvitationKind>,
) -> Result<Json<LinkBody>, Fault> {
    let invited = api::send_invitation(&app, &caller.ctx, id).await?;
    Ok(Json(LinkBody {
        link: invited.link.0,
    }))
}
