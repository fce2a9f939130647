//! One broadcast: what it would do, how it goes, and how it went with each.

use askama::Template;
use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
};
use kernel::{Expected, Page, Problem, ProblemKind, Timestamp, Zone};
use send_rules::{Amount, Channel, Currency};
use store::Change;
use webkit::{Caller, Fault, Form, PageLinks, Paging, PathId, Query, Shell, live, render};

use super::broadcasts::{costs, css, moment, progress, role, takes};
use crate::{
    App, messaging,
    outreach::{
        api::{self, BroadcastStep, TOPIC},
        model::{
            Broadcast, BroadcastCost, BroadcastId, BroadcastMark, BroadcastPreview,
            BroadcastStatus, Delivery, DeliveryState, Exclusion, ShownText,
        },
        policy::{SENDS, WRITES},
        wire::{BroadcastsQuery, StepForm, local, why_not},
    },
};

/// A text as a phone shows it, and what it takes.
struct Phone<'a> {
    shown: &'a ShownText,
    says: String,
}

/// What moves while somebody looks.
struct Board {
    one: Broadcast,
    /// Before it has begun.
    preview: Option<BroadcastPreview>,
    /// Afterwards.
    report: Option<(Page<Delivery>, PageLinks)>,
    /// Afterwards, in a clinic that has prices.
    cost: Option<BroadcastCost>,
    state: Option<DeliveryState>,
    zone: Zone,
}

#[derive(Template)]
#[template(path = "outreach/broadcast_one.html")]
struct OnePage {
    shell: Shell,
    board: Board,
    done: String,
    /// What could not be done.
    problem: String,
}

#[derive(Template)]
#[template(path = "outreach/broadcast_board.html")]
struct BoardPart {
    shell: Shell,
    board: Board,
}

impl Board {
    async fn load(
        app: &App,
        caller: &Caller,
        id: BroadcastId,
        query: &BroadcastsQuery,
        mut paging: Paging,
    ) -> Result<Self, Problem> {
        let one = api::broadcast(app, &caller.ctx, id).await?;
        let state = query.delivery();
        let (mut preview, mut report, mut cost) = (None, None, None);
        if one.is_open() {
            preview = Some(api::preview_broadcast(app, &caller.ctx, id).await?);
        } else if one.started_at.is_some() {
            let of = (id, state);
            let mut found = api::deliveries(app, &caller.ctx, of, paging.request).await?;
            // Those who wait become fewer while somebody looks.
            if found.0 <= paging.request.offset() {
                paging.request.page = 1;
                found = api::deliveries(app, &caller.ctx, of, paging.request).await?;
            }
            let page = paging.page(found.0, found.1)?;
            let links = PageLinks::of(&page, paging.request);
            report = Some((page, links));
            cost = api::broadcast_cost(app, &caller.ctx, id).await?;
        }
        Ok(Self {
            one,
            preview,
            report,
            cost,
            state,
            zone: caller.zone.clone(),
        })
    }

    /// Whether it may still move by itself.
    const fn is_live(&self) -> bool {
        matches!(
            self.one.status,
            BroadcastStatus::Scheduled | BroadcastStatus::Sending
        )
    }

    const fn can_pause(&self) -> bool {
        matches!(self.one.status, BroadcastStatus::Sending)
    }

    /// Also one that was given up: somebody still waits for it.
    fn can_resume(&self) -> bool {
        match self.one.status {
            BroadcastStatus::Paused => true,
            BroadcastStatus::Failed => self.one.tally.waiting() > 0,
            _ => false,
        }
    }

    fn can_cancel(&self) -> bool {
        self.can_pause()
            || self.can_resume()
            || matches!(self.one.status, BroadcastStatus::Scheduled)
    }

    fn css(&self) -> &'static str {
        css(self.one.status)
    }

    fn delivery_css(state: &DeliveryState) -> &'static str {
        match state {
            DeliveryState::Sent | DeliveryState::Delivered => "ok",
            DeliveryState::Failed | DeliveryState::Refused => "danger",
            DeliveryState::Expired | DeliveryState::Cancelled | DeliveryState::Excluded => "warn",
            DeliveryState::Sending | DeliveryState::Simulated => "info",
            DeliveryState::Pending => "",
        }
    }

    fn at(&self, at: &Timestamp) -> String {
        moment(*at, &self.zone)
    }

    fn planned(&self) -> String {
        let at = self.one.scheduled_at;
        at.map_or_else(String::new, |at| local(at, &self.zone))
    }

    fn progress(&self, shell: &Shell) -> String {
        progress(shell, &self.one)
    }

    /// Whom it is for, in words.
    fn audience(&self, shell: &Shell) -> String {
        let audience = &self.one.audience;
        if audience.is_all() {
            return shell.t("broadcasts-audience-all");
        }
        let gender = audience.gender;
        let gender = gender.map(|one| shell.t(&format!("broadcasts-gender-{one}")));
        let from = audience.age_min;
        let from = from.map(|age| shell.t1("broadcasts-from-age", "age", age));
        let to = audience.age_max;
        let to = to.map(|age| shell.t1("broadcasts-to-age", "age", age));
        let words: Vec<String> = [gender, from, to].into_iter().flatten().collect();
        words.join(", ")
    }

    /// The states of the filter, with how many stand so.
    fn states(&self, shell: &Shell) -> Vec<(String, String)> {
        let tally = &self.one.tally;
        let count = |state: DeliveryState| match state {
            DeliveryState::Excluded => tally.left_out(),
            state => tally.of(state),
        };
        let all = (String::new(), shell.t("broadcasts-any"));
        let states = DeliveryState::ALL.iter().filter_map(|state| {
            let people = count(*state);
            let name = shell.t(&format!("delivery-state-{state}"));
            (people > 0).then(|| (state.to_string(), format!("{name} ({people})")))
        });
        std::iter::once(all).chain(states).collect()
    }

    fn chosen(&self) -> String {
        self.state.map_or_else(String::new, |it| it.to_string())
    }

    fn why(&self, one: &Delivery, shell: &Shell) -> String {
        why_not(one, shell.texts).unwrap_or_default()
    }

    fn way(channel: &Channel) -> &'static str {
        match channel {
            Channel::Whatsapp => "WhatsApp",
            Channel::Sms | Channel::Voice | Channel::Push | Channel::Email => "SMS",
        }
    }

    fn status_name(&self, shell: &Shell) -> String {
        shell.t(&format!("broadcast-state-{}", self.one.status))
    }

    fn topic_name(&self, shell: &Shell) -> String {
        shell.t(&format!("broadcast-topic-{}", self.one.topic))
    }

    fn may_send(&self, shell: &Shell) -> bool {
        SENDS.allows(role(shell))
    }

    /// What has a time is changed by who may send it.
    fn may_write(&self, shell: &Shell) -> bool {
        let is_draft = self.one.status == BroadcastStatus::Draft;
        WRITES.allows(role(shell)) && (is_draft || self.may_send(shell))
    }

    fn left_out(&self, reason: &Exclusion, people: &i64, shell: &Shell) -> String {
        let reason = shell.t(&format!("broadcast-excluded-{reason}"));
        shell.t2("broadcasts-people", ("reason", reason), ("count", *people))
    }

    fn money(&self, cost: &(Amount, Currency), shell: &Shell) -> String {
        messaging::api::money(shell.texts.locale, *cost)
    }

    fn costs(&self, cost: &BroadcastCost, shell: &Shell) -> String {
        costs(shell, &self.one, cost)
    }

    /// The texts of the preview, each with what it takes as an SMS.
    fn texts(&self, shell: &Shell) -> Vec<Phone<'_>> {
        let texts = self.preview.iter().flat_map(|preview| &preview.texts);
        let phone = |shown| Phone {
            shown,
            says: takes(shell, shown),
        };
        texts.map(phone).collect()
    }

    /// The address that brings this part anew.
    fn here(&self) -> String {
        let number = self.report.as_ref().map_or(1, |(_, links)| links.number);
        let id = self.one.id;
        format!(
            "/broadcasts/{id}/board?state={}&page={number}",
            self.chosen()
        )
    }
}

impl OnePage {
    fn said(&self) -> Option<String> {
        let known = ["saved", "send", "schedule", "pause", "resume", "cancel"];
        let is_known = known.contains(&self.done.as_str());
        is_known.then(|| self.shell.t(&format!("broadcasts-done-{}", self.done)))
    }
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    (PathId(id), Query(query)): (PathId<BroadcastMark>, Query<BroadcastsQuery>),
    paging: Paging,
) -> Result<Html<String>, Fault> {
    let board = Board::load(&app, &caller, id, &query, paging).await?;
    render(&OnePage {
        shell,
        board,
        done: query.done,
        problem: String::new(),
    })
}

pub(super) async fn board(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    (PathId(id), Query(query)): (PathId<BroadcastMark>, Query<BroadcastsQuery>),
    paging: Paging,
) -> Result<Html<String>, Fault> {
    let paging = paging.at(&format!("/broadcasts/{id}"));
    let board = Board::load(&app, &caller, id, &query, paging).await?;
    render(&BoardPart { shell, board })
}

/// That a broadcast or its messages moved on, as it happens.
pub(super) async fn events(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<BroadcastMark>,
    resume: live::Resume,
) -> Result<Response, Fault> {
    api::broadcast(&app, &caller.ctx, id).await?;
    let tenant = caller.ctx.tenant;
    let (bus, stop) = (app.store.changes(), app.stop.clone());
    Ok(live::events(bus, resume, stop, move |change: Change| {
        let moved = change.topic == TOPIC && change.id == id.uuid();
        let message = change.topic == messaging::api::TOPIC;
        let ours = change.tenant == Some(tenant) && (moved || message);
        ours.then(|| live::LiveEvent::new(change.topic, ""))
    }))
}

/// Does something with a broadcast, and shows what came of it.
async fn step(
    (app, caller, shell): (App, Caller, Shell),
    id: BroadcastId,
    form: StepForm,
    (step, done): (BroadcastStep, &'static str),
    paging: Paging,
) -> Result<Response, Fault> {
    let seen = Expected::seen(form.version);
    let problem = match api::step_broadcast(&app, &caller.ctx, id, seen, step).await {
        Ok(_) => {
            let there = format!("/broadcasts/{id}?done={done}");
            return Ok(Redirect::to(&there).into_response());
        }
        Err(problem) => problem,
    };
    not_done((&app, &caller, shell), id, problem, paging).await
}

async fn not_done(
    (app, caller, shell): (&App, &Caller, Shell),
    id: BroadcastId,
    problem: Problem,
    paging: Paging,
) -> Result<Response, Fault> {
    let stale = problem.kind == ProblemKind::Stale;
    let (status, errors) = webkit::in_form(shell.texts, problem)?;
    let of_time = errors.of_field("scheduled_at");
    let words = match (stale, of_time.is_empty()) {
        (true, _) => shell.t("broadcasts-stale"),
        (false, true) => errors.summary().to_owned(),
        (false, false) => of_time.to_owned(),
    };
    let query = BroadcastsQuery::default();
    let paging = paging.at(&format!("/broadcasts/{id}"));
    let board = Board::load(app, caller, id, &query, paging).await?;
    let page = OnePage {
        shell,
        board,
        done: String::new(),
        problem: words,
    };
    Ok((status, render(&page)?).into_response())
}

macro_rules! steps {
    ($($name:ident: $step:ident),+) => {
        $(pub(super) async fn $name(
            State(app): State<App>,
            (caller, shell): (Caller, Shell),
            PathId(id): PathId<BroadcastMark>,
            paging: Paging,
            Form(form): Form<StepForm>,
        ) -> Result<Response, Fault> {
            let what = (BroadcastStep::$step, stringify!($name));
            step((app, caller, shell), id, form, what, paging).await
        })+
    };
}
steps!(send: Send, pause: Pause, resume: Resume, cancel: Cancel);

pub(super) async fn schedule(
    State(app): State<App>,
    (caller, shell): (Caller, Shell),
    PathId(id): PathId<BroadcastMark>,
    paging: Paging,
    Form(form): Form<StepForm>,
) -> Result<Response, Fault> {
    let at = Timestamp::parse_local(form.scheduled_at.trim(), &caller.zone);
    match at {
        Ok(at) => {
            let what = (BroadcastStep::Schedule(at), "schedule");
            step((app, caller, shell), id, form, what, paging).await
        }
        Err(_) => {
            let problem = Problem::invalid("scheduled_at", "not-a-time");
            not_done((&app, &caller, shell), id, problem, paging).await
        }
    }
}

pub(super) async fn remove(
    State(app): State<App>,
    (caller, shell): (Caller, Shell),
    PathId(id): PathId<BroadcastMark>,
    paging: Paging,
    Form(form): Form<StepForm>,
) -> Result<Response, Fault> {
    let seen = Expected::seen(form.version);
    match api::delete_broadcast(&app, &caller.ctx, id, seen).await {
        Ok(()) => Ok(Redirect::to("/broadcasts?done=removed").into_response()),
        Err(problem) => not_done((&app, &caller, shell), id, problem, paging).await,
    }
}
