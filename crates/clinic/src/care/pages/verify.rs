use askama::Template;
use axum::{
    extract::{Path, State},
    http::{Method, StatusCode},
    response::{IntoResponse, Response},
};
use kernel::ProblemKind;
use serde::Deserialize;
use webkit::{Fault, Policy, Query, Routes, Shell, UNSEEN, render};

use crate::{
    App,
    care::{api, model::Verified, rules::day_in_words},
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .page(Method::GET, "/verify", ask, Policy::Public)
        .page(Method::GET, "/verify/{hash}", show, Policy::Public)
}

#[derive(Template)]
#[template(path = "care/verify.html")]
struct VerifyPage {
    shell: Shell,
    /// What was typed or stood in the address; nothing when nobody asked yet.
    code: String,
    found: Option<Verified>,
}

impl VerifyPage {
    fn when(&self, found: &Verified) -> String {
        let day = day_in_words(found.signed_at, &found.zone, &self.shell.texts);
        let time = found.signed_at.hour_minute(&found.zone);
        self.shell.t2("verify-when", ("day", day), ("time", time))
    }
}

/// As typed from a document: the first sixteen digits are enough.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed {
    code: Option<String>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

async fn ask(
    State(app): State<App>,
    shell: Shell,
    Query(typed): Query<Typed>,
) -> Result<Response, Fault> {
    checked(&app, shell, typed.code.unwrap_or_default()).await
}

async fn show(
    State(app): State<App>,
    shell: Shell,
    Path(hash): Path<String>,
) -> Result<Response, Fault> {
    checked(&app, shell, hash).await
}

async fn checked(app: &App, shell: Shell, code: String) -> Result<Response, Fault> {
    let (mut status, mut found) = (StatusCode::OK, None);
    if !code.trim().is_empty() {
        match api::verify(app, &code).await {
            Ok(verified) => found = Some(verified),
            Err(problem) if problem.kind == ProblemKind::NotFound => {
                status = StatusCode::NOT_FOUND;
            }
            Err(problem) => return Err(problem.into()),
        }
    }
    let page = VerifyPage { shell, code, found };
    Ok((status, UNSEEN, render(&page)?).into_response())
}
