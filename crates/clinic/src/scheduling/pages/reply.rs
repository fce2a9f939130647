//! The short link of a reminder, or of a place that is offered: clinic, day and hour,
//! and two buttons; for each visit when there are several.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use kernel::{Problem, ProblemKind, Timestamp};
use webkit::{Fault, Form, Shell, UNSEEN, render};

use super::words;
use crate::{
    App,
    scheduling::{
        api::{self, OfferState, Reminded, RemindedVisit},
        wire::ReplyForm,
    },
};

#[derive(Template)]
#[template(path = "scheduling/reply.html")]
struct ReplyPage {
    shell: Shell,
    token: String,
    /// Nothing when the link leads nowhere, whatever the reason.
    reminded: Option<Reminded>,
    today: Date,
}

impl ReplyPage {
    fn when(&self, reminded: &Reminded, visit: &RemindedVisit) -> String {
        let at = visit.starts_at;
        words::moment(self.shell.texts, at, &reminded.zone, self.today)
    }

    /// Until when the place is held that is offered.
    fn until(&self, reminded: &Reminded, until: &Timestamp) -> String {
        until.hour_minute(&reminded.zone)
    }

    fn of(app: &App, shell: Shell, token: String, reminded: Reminded) -> Self {
        Self {
            today: app.clock.now().date(&reminded.zone),
            reminded: Some(reminded),
            shell,
            token,
        }
    }
}

pub(super) async fn show(
    State(app): State<App>,
    shell: Shell,
    Path(token): Path<String>,
) -> Result<Response, Fault> {
    match api::reminded(&app, &token).await {
        Ok(reminded) => {
            let page = ReplyPage::of(&app, shell, token, reminded);
            Ok((UNSEEN, render(&page)?).into_response())
        }
        Err(problem) => nowhere(shell, problem),
    }
}

/// A plain page for a link that nobody made, or whose time is over.
pub(super) fn nowhere(shell: Shell, problem: Problem) -> Result<Response, Fault> {
    if problem.kind != ProblemKind::NotFound {
        return Err(problem.into());
    }
    let page = ReplyPage {
        shell,
        token: String::new(),
        reminded: None,
        today: Date::default(),
    };
    Ok((StatusCode::NOT_FOUND, UNSEEN, render(&page)?).into_response())
}

/// Back to the link, which says what holds now.
pub(super) async fn answer(
    State(app): State<App>,
    shell: Shell,
    Path(token): Path<String>,
    Form(form): Form<ReplyForm>,
) -> Result<Response, Fault> {
    match api::answer_reminder(&app, &token, form.read()?).await {
        Ok(()) => Ok((UNSEEN, Redirect::to(&format!("/r/{token}"))).into_response()),
        Err(problem) => nowhere(shell, problem),
    }
}
