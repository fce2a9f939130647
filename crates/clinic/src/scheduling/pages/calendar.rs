//! A doctor's calendar elsewhere: his private link, and the file.

use askama::Template;
use axum::{
    extract::State,
    response::{Html, Redirect},
};
use jiff::civil::Date;
use kernel::{Problem, Timestamp, UserId, Zone};
use webkit::{Caller, Fault, Form, Query, Shell, render};

use super::{board, hours::whose, words};
use crate::{
    App,
    identity::api::StaffMember,
    scheduling::{
        api::{self, Feed, MadeFeed},
        wire::{Done, DropForm, OwnQuery},
    },
};

#[derive(Template)]
#[template(path = "scheduling/calendar.html")]
struct CalendarPage {
    shell: Shell,
    doctors: Vec<StaffMember>,
    doctor: Option<UserId>,
    /// Whether a doctor looks at his own.
    own: bool,
    feed: Option<Feed>,
    /// The link that was just made: it is shown this once.
    made: Option<MadeFeed>,
    done: String,
    zone: Zone,
    today: Date,
}

impl CalendarPage {
    async fn of(app: &App, caller: &Caller, shell: Shell, medecin: &str) -> Result<Self, Problem> {
        let own = board::himself(caller).is_some();
        let doctors = board::doctors(app, caller).await?;
        let feed = match own {
            true => api::feed(app, &caller.ctx).await?,
            false => None,
        };
        Ok(Self {
            doctor: whose(caller, &doctors, medecin),
            doctors,
            own,
            feed,
            made: None,
            done: String::new(),
            zone: caller.zone.clone(),
            today: app.clock.now().date(&caller.zone),
            shell,
        })
    }

    fn is_doctor(&self, doctor: &StaffMember) -> bool {
        self.doctor == Some(doctor.id)
    }

    fn when(&self, at: &Timestamp) -> String {
        words::moment(self.shell.texts, *at, &self.zone, self.today)
    }
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(query): Query<OwnQuery>,
) -> Result<Html<String>, Fault> {
    let mut page = CalendarPage::of(&app, &caller, shell, &query.medecin).await?;
    page.done = query.done;
    render(&page)
}

/// Answers with the link itself: it is kept nowhere and shown to him who asked.
pub(super) async fn make(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(_): Form<Done>,
) -> Result<Html<String>, Fault> {
    let made = api::make_feed(&app, &caller.ctx).await?;
    let mut page = CalendarPage::of(&app, &caller, shell, "").await?;
    page.made = Some(made);
    render(&page)
}

pub(super) async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Form(_): Form<DropForm>,
) -> Result<Redirect, Fault> {
    api::drop_feed(&app, &caller.ctx).await?;
    Ok(Redirect::to("/agenda/calendar?done=removed"))
}
