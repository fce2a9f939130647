//! The choice of messages behind the link of one.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use send_rules::{Category, Channel};
use webkit::{Fault, Form, Query, Shell, UNSEEN, render};

use super::reply::nowhere;
use crate::{
    App,
    messaging::api::ConsentForm,
    scheduling::{
        api::{self, LinkedConsent},
        wire::Done,
    },
};

#[derive(Template)]
#[template(path = "scheduling/link_consent.html")]
struct LinkConsentPage {
    shell: Shell,
    token: String,
    linked: LinkedConsent,
    saved: bool,
}

pub(super) async fn show(
    State(app): State<App>,
    shell: Shell,
    Path(token): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Fault> {
    let linked = match api::linked_consent(&app, &token).await {
        Ok(linked) => linked,
        Err(problem) => return nowhere(shell, problem),
    };
    let page = LinkConsentPage {
        shell,
        token,
        linked,
        saved: !done.done.is_empty(),
    };
    Ok((UNSEEN, render(&page)?).into_response())
}

pub(super) async fn save(
    State(app): State<App>,
    shell: Shell,
    Path(token): Path<String>,
    Form(form): Form<ConsentForm>,
) -> Result<Response, Fault> {
    match api::choose_by_link(&app, &token, form.wanted()?).await {
        Ok(()) => {
            let back = format!("/r/{token}/messages?done=saved");
            Ok((UNSEEN, Redirect::to(&back)).into_response())
        }
        Err(problem) => nowhere(shell, problem),
    }
}
