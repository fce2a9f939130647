use askama::Template;
use axum::{
    extract::{Path, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
};
use kernel::ProblemKind;
use webkit::{Fault, Policy, Routes, Shell, UNSEEN, render};

use super::patients_view::Signed;
use crate::{
    App,
    care::{api, http::given, rules::day_in_words},
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .page(Method::GET, "/s/{token}", show, Policy::Public)
        .page(Method::GET, "/s/{token}/pdf", pdf, Policy::Public)
}

#[derive(Template)]
#[template(path = "care/shared.html")]
struct SharedPage {
    shell: Shell,
    token: String,
    /// Nothing when the link shows nothing, whatever the reason.
    signed: Option<Signed>,
    until: String,
    is_newer: bool,
}

async fn show(
    State(app): State<App>,
    shell: Shell,
    Path(token): Path<String>,
) -> Result<Response, Fault> {
    let mut status = StatusCode::OK;
    let page = match api::opened(&app, &token).await {
        Ok(opened) => {
            let zone = &opened.document.clinic.zone;
            let day = day_in_words(opened.expires_at, zone, &shell.texts);
            let until = opened.expires_at.hour_minute(zone);
            SharedPage {
                signed: Signed::of(&opened.document, &shell),
                until: shell.t2("shared-until", ("day", day), ("time", until)),
                is_newer: opened.is_newer,
                token,
                shell,
            }
        }
        Err(problem) if problem.kind == ProblemKind::NotFound => {
            status = StatusCode::NOT_FOUND;
            SharedPage {
                shell,
                token: String::new(),
                signed: None,
                until: String::new(),
                is_newer: false,
            }
        }
        Err(problem) => return Err(problem.into()),
    };
    Ok((status, UNSEEN, render(&page)?).into_response())
}

async fn pdf(
    State(app): State<App>,
    shell: Shell,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Result<Response, Fault> {
    let printed = api::opened_pdf(&app, &token, shell.texts.locale).await?;
    Ok((UNSEEN, given(printed, &headers)?).into_response())
}
