//! What is typed is kept while it is typed.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Redirect,
};
use serde::Deserialize;
use webkit::{Caller, Fault, Form, safe_next};

use crate::{
    App,
    care::{api, wire::Typed},
};

/// Where a form takes up again: 204, and the page tells when it was kept.
pub(super) async fn keep(
    State(app): State<App>,
    caller: Caller,
    Path(subject): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<StatusCode, Fault> {
    api::keep_draft(&app, &caller.ctx, subject, typed.draft()).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Back {
    #[serde(default)]
    next: String,
}

/// Drops a draft that somebody does not want to go on with.
pub(super) async fn forget(
    State(app): State<App>,
    caller: Caller,
    Path(subject): Path<String>,
    Form(back): Form<Back>,
) -> Result<Redirect, Fault> {
    api::drop_draft(&app, &caller.ctx, subject).await?;
    Ok(Redirect::to(safe_next(&back.next)))
}
