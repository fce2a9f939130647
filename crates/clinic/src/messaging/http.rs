mod addresses;
mod consent;
mod costs;
mod devices;
mod providers;
mod templates;

use axum::{Json, extract::State, http::StatusCode};
use webkit::{Caller, Fault, Paging, PathId, Policy, Query, Routes, Scope, Texts, routes};

use super::{
    api,
    model::Message,
    wire::{Filter, MessageBody, MessagePage, wanted},
};
use crate::App;

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Exact("send:notification"))
        .api(routes!(list_outbox), Policy::STAFF)
        .api(routes!(retry_message), Policy::ADMIN)
        .merge(addresses::routes())
        .merge(consent::routes())
        .merge(costs::routes())
        .merge(devices::routes())
        .merge(providers::routes())
        .merge(templates::routes())
}

/// Lists the outbox, newest first.
#[utoipa::path(
    get, path = "/api/v1/outbox/", tag = "messaging", params(Filter),
    responses((status = 200, description = "A page of messages", body = MessagePage))
)]
async fn list_outbox(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<Filter>,
    paging: Paging,
) -> Result<Json<MessagePage>, Fault> {
    let wanted = wanted(
        filter.state.as_deref(),
        filter.channel.as_deref(),
        filter.search,
    )?;
    let (count, rows) = api::list(&app, &caller.ctx, &wanted, paging.request).await?;
    let texts = Texts::new(caller.ctx.locale);
    let rows = rows
        .into_iter()
        .map(|row| MessageBody::new(row, &caller.zone, texts))
        .collect();
    let page = paging.page(count, rows)?;
    Ok(Json(page.into()))
}

/// Sends a failed message again.
#[utoipa::path(
    post, path = "/api/v1/outbox/{id}/retry/", tag = "messaging",
    params(("id" = String, Path, description = "The message", example = "01980000-0000-7000-8000-000000000000")),
    responses((status = 202, description = "Queued again"))
)]
async fn retry_message(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Message>,
) -> Result<StatusCode, Fault> {
    api::send_again(&app, &caller.ctx, id).await?;
    Ok(StatusCode::ACCEPTED)
}
