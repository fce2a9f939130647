use axum::{Json, extract::State};
use webkit::{Caller, Fault, Query, Routes, Scope, routes};

use crate::{
    App,
    scheduling::{
        api, policy,
        wire::{IndicatorFilter, IndicatorsBody},
    },
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .scope(Scope::Area("appointment"))
        .api(routes!(indicators), policy::CALENDAR)
}

/// Gives figures of the appointments of up to 366 days.
///
/// How busy doctors are, which hours are asked for most, how patients come, how
/// long they wait, how many do not come. A doctor sees his own.
#[utoipa::path(
    get, path = "/api/v1/appointments/indicators/", tag = "appointments", params(IndicatorFilter),
    responses((status = 200, description = "The figures", body = IndicatorsBody))
)]
async fn indicators(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<IndicatorFilter>,
) -> Result<Json<IndicatorsBody>, Fault> {
    let period = filter.period()?;
    let found = api::indicators(&app, &caller.ctx, &period).await?;
    Ok(Json(IndicatorsBody::new(&period, found)))
}
