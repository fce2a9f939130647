//! The agenda of a clinic, as it changes.

use askama::Template;
use axum::{
    extract::State,
    response::{Html, Response},
};
use webkit::{Caller, Fault, Query, Shell, live, render};

use super::{
    board::{Board, Item},
    words,
};
use crate::{
    App,
    scheduling::{api::TOPIC, policy::CALENDAR, wire::AgendaQuery},
};

#[derive(Template)]
#[template(path = "scheduling/agenda.html")]
struct AgendaPage {
    shell: Shell,
    board: Board,
    done: String,
}

#[derive(Template)]
#[template(path = "scheduling/board.html")]
struct BoardPart {
    shell: Shell,
    board: Board,
}

impl AgendaPage {
    fn title(&self) -> String {
        let day = words::dated(self.shell.texts, self.board.date, self.board.today);
        match self.board.week {
            true => self.shell.t1("agenda-week-of", "day", day),
            false => day,
        }
    }

    /// Whether he who looks writes hours and absences.
    fn may_set(&self) -> bool {
        let principal = self.shell.principal.as_deref();
        CALENDAR.allows(principal.and_then(webkit::Principal::role))
    }

    /// The doctor whose hours are meant, for an address.
    fn whose(&self) -> String {
        let named = self.board.chosen.filter(|_| !self.board.own);
        named.map_or_else(String::new, |id| format!("?medecin={id}"))
    }

    fn said(&self) -> Option<String> {
        let known = [
            "confirm", "decline", "cancel", "assign", "complete", "no-show", "new", "move",
        ];
        let known = known.contains(&self.done.as_str());
        known.then(|| self.shell.t(&format!("agenda-done-{}", self.done)))
    }
}

pub(super) async fn agenda(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(query): Query<AgendaQuery>,
) -> Result<Html<String>, Fault> {
    let board = Board::load(&app, &caller, shell.texts, &query).await?;
    let done = query.done;
    render(&AgendaPage { shell, board, done })
}

pub(super) async fn board(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(query): Query<AgendaQuery>,
) -> Result<Html<String>, Fault> {
    let board = Board::load(&app, &caller, shell.texts, &query).await?;
    render(&BoardPart { shell, board })
}

/// That something of the clinic's calendars changed, as it happens.
pub(super) async fn events(
    State(app): State<App>,
    caller: Caller,
    resume: live::Resume,
) -> Result<Response, Fault> {
    let tenant = caller.ctx.tenant;
    let (bus, stop) = (app.store.changes(), app.stop.clone());
    Ok(live::events(
        bus,
        resume,
        stop,
        move |change: store::Change| {
            let ours = change.tenant == Some(tenant) && change.topic == TOPIC;
            ours.then(|| live::LiveEvent::new(change.topic, ""))
        },
    ))
}
