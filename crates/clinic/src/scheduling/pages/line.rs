//! The clinic's waiting list, for the staff.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Id, PageRequest, Problem};
use webkit::{Caller, Fault, Form, PathId, Query, Shell, render};

use super::waiting::{OfferRow, Row, Wish, entered};
use crate::{
    App, patients,
    scheduling::{
        api,
        model::WaitingMark,
        wire::{DropForm, WaitForm, WaitQuery},
    },
};

/// Wishes shown, the longest waiting.
const ROWS: i64 = 100;

#[derive(Template)]
#[template(path = "scheduling/line.html")]
struct LinePage {
    shell: Shell,
    rows: Vec<Row>,
    /// The form for a patient, and his name.
    wish: Option<(Wish, String)>,
    done: String,
}

impl LinePage {
    fn offered(&self, offer: &OfferRow) -> String {
        let (when, until) = (("when", &offer.when), ("until", &offer.until));
        self.shell.t2("waiting-offered", when, until)
    }

    fn said(&self) -> Option<String> {
        let known = ["joined", "removed"].contains(&self.done.as_str());
        known.then(|| self.shell.t(&format!("waiting-{}", self.done)))
    }
}

async fn page(
    (app, caller): (&App, &Caller),
    shell: Shell,
    form: WaitForm,
) -> Result<LinePage, Problem> {
    let request = PageRequest::new(Some(1), Some(ROWS))?;
    let (_, rows) = api::waiting(app, &caller.ctx, request).await?;
    let at = (&caller.zone, app.clock.now());
    let rows = rows.iter().map(|row| Row::of(row, shell.texts, at));
    let rows = rows.collect();
    let wish = match form.patient.parse() {
        Ok(id) => {
            let name = patients::api::name(app, &caller.ctx, Id::from_uuid(id)).await?;
            Some((Wish::of((app, caller), shell.texts, form).await?, name))
        }
        Err(_) => None,
    };
    Ok(LinePage {
        rows,
        wish,
        done: String::new(),
        shell,
    })
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(query): Query<WaitQuery>,
) -> Result<Response, Fault> {
    let today = app.clock.now().date(&caller.zone);
    let form = Wish::fresh(&query, today);
    let mut page = page((&app, &caller), shell, form).await?;
    page.done = query.done;
    Ok(render(&page)?.into_response())
}

pub(super) async fn add(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<WaitForm>,
) -> Result<Response, Fault> {
    let problem = match entered((&app, &caller), &form).await {
        Ok(()) => return Ok(Redirect::to("/agenda/waiting?done=joined").into_response()),
        Err(problem) => problem,
    };
    let (status, errors) = webkit::in_form(shell.texts, problem)?;
    let mut page = page((&app, &caller), shell, form).await?;
    if let Some((wish, _)) = &mut page.wish {
        wish.errors = errors;
    }
    Ok((status, render(&page)?).into_response())
}

pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<WaitingMark>,
    Form(_): Form<DropForm>,
) -> Result<Redirect, Fault> {
    api::stop_waiting(&app, &caller.ctx, id).await?;
    Ok(Redirect::to("/agenda/waiting?done=removed"))
}
