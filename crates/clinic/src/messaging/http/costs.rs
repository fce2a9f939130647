use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, StatusCode},
};
use webkit::{Caller, Fault, IfMatch, JsonBody, Policy, Query, Routes, Scope, routes, version_tag};

use crate::{
    App,
    messaging::{
        api,
        wire::costs::{
            BudgetBody, BudgetInput, CostFilter, CostsBody, PriceBody, PriceInput, amount,
            form_named,
        },
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Manage("settings"))
        .api(routes!(show_budget, set_budget), Policy::ADMIN)
        .api(routes!(list_prices), Policy::ADMIN)
        .api(routes!(set_price, remove_price), Policy::ADMIN)
        .api(routes!(show_costs), Policy::ADMIN)
}

/// Shows how the clinic counts what messages cost.
#[utoipa::path(
    get, path = "/api/v1/message-budget/", tag = "messaging",
    responses((status = 200, description = "Currency and limit", body = BudgetBody))
)]
async fn show_budget(State(app): State<App>, caller: Caller) -> Result<Json<BudgetBody>, Fault> {
    Ok(Json(api::budget(&app, &caller.ctx).await?.into()))
}

/// Sets the currency and the limit.
///
/// From then on each message that a provider takes is counted. When a month's messages
/// have cost the limit, those to many wait for the next month; reminders and codes never do.
#[utoipa::path(
    put, path = "/api/v1/message-budget/", tag = "messaging", request_body = BudgetInput,
    params(("If-Match" = Option<String>, Header, description = "The version the change is meant for", example = "\"3\"")),
    responses(
        (status = 200, description = "As it holds", body = BudgetBody),
        (status = 409, description = "Another currency, and prices are set"),
        (status = 412, description = "Somebody else changed it meanwhile")
    )
)]
async fn set_budget(
    State(app): State<App>,
    caller: Caller,
    IfMatch(expected): IfMatch,
    JsonBody(input): JsonBody<BudgetInput>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<BudgetBody>), Fault> {
    let budget = api::set_budget(&app, &caller.ctx, expected, input.read()?).await?;
    let tag = [version_tag(budget.version)];
    Ok((tag, Json(Some(budget).into())))
}

/// Lists the clinic's prices.
#[utoipa::path(
    get, path = "/api/v1/message-prices/", tag = "messaging",
    responses((status = 200, description = "By form and country", body = [PriceBody]))
)]
async fn list_prices(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<PriceBody>>, Fault> {
    let prices = api::prices(&app, &caller.ctx).await?;
    Ok(Json(prices.all().iter().map(PriceBody::from).collect()))
}

/// Sets what a form costs to a country.
///
/// An SMS costs it for each segment, everything else once. What was sent keeps its cost.
#[utoipa::path(
    put, path = "/api/v1/message-prices/{form}/{country}/", tag = "messaging", request_body = PriceInput,
    params(
        ("form" = String, Path, description = "`sms`, `call`, `session`, `template` or `email`", example = "sms"),
        ("country" = String, Path, description = "ISO 3166-1, or `other` for those without a price of their own", example = "SN")
    ),
    responses(
        (status = 200, description = "The price", body = PriceBody),
        (status = 409, description = "The clinic has chosen no currency")
    )
)]
async fn set_price(
    State(app): State<App>,
    caller: Caller,
    Path((form, country)): Path<(String, String)>,
    JsonBody(input): JsonBody<PriceInput>,
) -> Result<Json<PriceBody>, Fault> {
    let of = (form_named(&form)?, country.as_str());
    let price = amount("price", &input.price)?;
    let price = api::set_price(&app, &caller.ctx, of, price).await?;
    Ok(Json(PriceBody::from(&price)))
}

/// Forgets what a form costs to a country.
#[utoipa::path(
    delete, path = "/api/v1/message-prices/{form}/{country}/", tag = "messaging",
    params(
        ("form" = String, Path, description = "`sms`, `call`, `session`, `template` or `email`", example = "sms"),
        ("country" = String, Path, description = "ISO 3166-1, or `other`", example = "SN")
    ),
    responses((status = 204, description = "Forgotten"))
)]
async fn remove_price(
    State(app): State<App>,
    caller: Caller,
    Path((form, country)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    let of = (form_named(&form)?, country.as_str());
    api::remove_price(&app, &caller.ctx, of).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows what a month's messages cost.
#[utoipa::path(
    get, path = "/api/v1/message-costs/", tag = "messaging", params(CostFilter),
    responses((status = 200, description = "By what they were for and how they went", body = CostsBody))
)]
async fn show_costs(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<CostFilter>,
) -> Result<Json<CostsBody>, Fault> {
    let costs = api::costs(&app, &caller.ctx, filter.month(), filter.patient()?).await?;
    Ok(Json(costs.into()))
}
