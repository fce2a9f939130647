//! The clinic's broadcasts, and the form in which one is written.

use askama::Template;
use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
};
use kernel::{Expected, Page, Problem, ProblemKind, Role, Timestamp, Zone};
use send_rules::Encoding;
use webkit::{
    Caller, Fault, FieldTexts, Form, PageLinks, Paging, PathId, Principal, Query, Shell, render,
};

use crate::{
    App, messaging,
    outreach::{
        api,
        model::{
            Broadcast, BroadcastCost, BroadcastId, BroadcastMark, BroadcastStatus, ShownText, Topic,
        },
        policy::WRITES,
        rules::broadcasts::{CONTENT, PACE},
        wire::{BroadcastForm, BroadcastsQuery, SizeForm},
    },
    patients::api::Gender,
};

#[derive(Template)]
#[template(path = "outreach/broadcasts.html")]
struct ListPage {
    shell: Shell,
    page: Page<Broadcast>,
    links: PageLinks,
    zone: Zone,
    query: BroadcastsQuery,
}

impl ListPage {
    fn may_write(&self) -> bool {
        WRITES.allows(role(&self.shell))
    }

    fn is_done(&self) -> bool {
        self.query.done == "removed"
    }

    fn is_filtered(&self) -> bool {
        !self.query.state.is_empty() || !self.query.search.is_empty()
    }

    fn states(&self) -> Vec<(String, String)> {
        let any = (String::new(), self.shell.t("broadcasts-any"));
        let states = BroadcastStatus::ALL.iter();
        let states = states.map(|state| (state.to_string(), self.state(state)));
        std::iter::once(any).chain(states).collect()
    }

    fn state(&self, state: &BroadcastStatus) -> String {
        self.shell.t(&format!("broadcast-state-{state}"))
    }

    fn when(&self, one: &Broadcast) -> String {
        let at = one.started_at.or(one.scheduled_at);
        at.map_or_else(String::new, |at| moment(at, &self.zone))
    }

    fn progress(&self, one: &Broadcast) -> String {
        progress(&self.shell, one)
    }

    fn css(&self, one: &Broadcast) -> &'static str {
        css(one.status)
    }
}

/// The role in which somebody looks.
pub(super) fn role(shell: &Shell) -> Option<Role> {
    shell.principal.as_deref().and_then(Principal::role)
}

/// The colour of a state.
pub(super) const fn css(status: BroadcastStatus) -> &'static str {
    match status {
        BroadcastStatus::Sent => "ok",
        BroadcastStatus::Failed => "danger",
        BroadcastStatus::Partial | BroadcastStatus::Cancelled | BroadcastStatus::Paused => "warn",
        BroadcastStatus::Sending | BroadcastStatus::Scheduled | BroadcastStatus::Simulated => {
            "info"
        }
        BroadcastStatus::Draft => "",
    }
}

/// How far a broadcast is, in words; nothing before it has begun.
pub(super) fn progress(shell: &Shell, one: &Broadcast) -> String {
    let all = one.tally.addressed();
    if one.is_open() || all == 0 {
        return String::new();
    }
    let gone = all - one.tally.waiting();
    shell.t2("broadcasts-progress", ("gone", gone), ("all", all))
}

/// What a broadcast has cost in words, and while somebody waits what it will have cost.
pub(super) fn costs(shell: &Shell, one: &Broadcast, cost: &BroadcastCost) -> String {
    let money = |amount| messaging::api::money(shell.texts.locale, (amount, cost.currency));
    let mut words = vec![shell.t1("broadcasts-spent", "cost", money(cost.spent))];
    if cost.segments > 0 {
        words.push(shell.t1("broadcasts-segments", "count", cost.segments));
    }
    let whole = cost.whole().filter(|_| one.tally.waiting() > 0);
    words.extend(whole.map(|whole| shell.t1("broadcasts-whole", "cost", money(whole))));
    if cost.unpriced > 0 {
        words.push(shell.t1("broadcasts-unpriced", "count", cost.unpriced));
    }
    words.join(" ")
}

/// Day and time as people of the clinic write them.
pub(super) fn moment(at: Timestamp, zone: &Zone) -> String {
    format!("{} {}", at.day_month_year(zone), at.hour_minute(zone))
}

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(query): Query<BroadcastsQuery>,
    paging: Paging,
) -> Result<Html<String>, Fault> {
    let sought = query.sought();
    let (count, rows) = api::broadcasts(&app, &caller.ctx, &sought, paging.request).await?;
    let page = paging.page(count, rows)?;
    render(&ListPage {
        shell,
        links: PageLinks::of(&page, paging.request),
        page,
        zone: caller.zone.clone(),
        query,
    })
}

#[derive(Template)]
#[template(path = "outreach/broadcast_edit.html")]
struct EditPage {
    shell: Shell,
    /// The one that is changed.
    id: Option<BroadcastId>,
    form: BroadcastForm,
    /// What the text takes as an SMS.
    size: Option<String>,
    /// Somebody else changed it.
    stale: bool,
    errors: FieldTexts,
}

impl EditPage {
    fn action(&self) -> String {
        match &self.id {
            None => "/broadcasts/new".to_owned(),
            Some(id) => format!("/broadcasts/{id}/edit"),
        }
    }

    fn back(&self) -> String {
        match &self.id {
            None => "/broadcasts".to_owned(),
            Some(id) => format!("/broadcasts/{id}"),
        }
    }

    fn title(&self) -> String {
        self.shell.t(match self.id {
            None => "broadcasts-new",
            Some(_) => "broadcasts-edit",
        })
    }

    fn topics(&self) -> Vec<(String, String)> {
        let name = |topic: &Topic| self.shell.t(&format!("broadcast-topic-{topic}"));
        let all = Topic::ALL.iter();
        all.map(|topic| (topic.to_string(), name(topic))).collect()
    }

    fn audiences(&self) -> Vec<(String, String)> {
        ["all", "some"]
            .map(|word| {
                let name = self.shell.t(&format!("broadcasts-audience-{word}"));
                (word.to_owned(), name)
            })
            .into()
    }

    fn genders(&self) -> Vec<(String, String)> {
        let any = (String::new(), self.shell.t("broadcasts-any"));
        let name = |one: &Gender| self.shell.t(&format!("broadcasts-gender-{one}"));
        let all = Gender::ALL.iter().map(|one| (one.to_string(), name(one)));
        std::iter::once(any).chain(all).collect()
    }

    fn content_hint(&self) -> String {
        self.shell.t1("broadcasts-content-hint", "max", CONTENT)
    }

    fn pace_hint(&self) -> String {
        self.shell.t1("broadcasts-pace-hint", "pace", PACE)
    }

    /// A conflict is told with what holds now, and nothing else.
    fn summary(&self) -> &str {
        match self.stale {
            true => "",
            false => self.errors.summary(),
        }
    }
}

#[derive(Template)]
#[template(path = "outreach/broadcast_size.html")]
struct SizePart {
    size: Option<String>,
}

/// What a text takes as an SMS, while it is written; nothing of an empty one.
async fn shown(
    (app, caller): (&App, &Caller),
    shell: &Shell,
    content: &str,
) -> Result<Option<String>, Problem> {
    if content.trim().is_empty() || content.chars().count() > CONTENT {
        return Ok(None);
    }
    let text = api::shown_text(app, &caller.ctx, content).await?;
    Ok(Some(takes(shell, &text)))
}

/// What a text takes as an SMS, in words, and what its letters cost or save.
pub(super) fn takes(shell: &Shell, text: &ShownText) -> String {
    let (count, units) = (text.size.segments, text.size.units);
    let mut words = shell.t2("broadcasts-size", ("count", count), ("units", units));
    let (written, saved) = (text.as_written.segments, "broadcasts-saved-segments");
    if text.size.encoding == Encoding::Ucs2 {
        words = format!("{words} {}", shell.t("broadcasts-unicode"));
    } else if written > count {
        words = format!("{words} {}", shell.t1(saved, "count", written));
    }
    words
}

pub(super) async fn size(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<SizeForm>,
) -> Result<Html<String>, Fault> {
    let size = shown((&app, &caller), &shell, &form.content).await?;
    render(&SizePart { size })
}

async fn edit_page(
    (app, caller): (&App, &Caller),
    shell: Shell,
    id: Option<BroadcastId>,
    form: BroadcastForm,
) -> Result<EditPage, Problem> {
    Ok(EditPage {
        size: shown((app, caller), &shell, &form.content).await?,
        shell,
        id,
        form,
        stale: false,
        errors: FieldTexts::default(),
    })
}

pub(super) async fn new(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
) -> Result<Html<String>, Fault> {
    let page = edit_page((&app, &caller), shell, None, BroadcastForm::blank());
    render(&page.await?)
}

pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Form(form): Form<BroadcastForm>,
) -> Result<Response, Fault> {
    let made = match form.read(&caller.zone) {
        Ok(new) => api::create_broadcast(&app, &caller.ctx, new).await,
        Err(problem) => Err(problem),
    };
    match made {
        Ok(one) => Ok(saved(one.id)),
        Err(problem) => again((&app, &caller), shell, None, form, problem).await,
    }
}

fn saved(id: BroadcastId) -> Response {
    Redirect::to(&format!("/broadcasts/{id}?done=saved")).into_response()
}

pub(super) async fn edit(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<BroadcastMark>,
) -> Result<Response, Fault> {
    let one = api::broadcast(&app, &caller.ctx, id).await?;
    if !one.is_open() {
        return Ok(Redirect::to(&format!("/broadcasts/{id}")).into_response());
    }
    let form = BroadcastForm::of(&one);
    let page = edit_page((&app, &caller), shell, Some(id), form).await?;
    Ok(render(&page)?.into_response())
}

pub(super) async fn save(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<BroadcastMark>,
    Form(form): Form<BroadcastForm>,
) -> Result<Response, Fault> {
    let seen = Expected::seen(form.version);
    let changed = match form.read(&caller.zone) {
        Ok(patch) => api::change_broadcast(&app, &caller.ctx, id, seen, patch).await,
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(_) => Ok(saved(id)),
        Err(problem) => again((&app, &caller), shell, Some(id), form, problem).await,
    }
}

/// The page again, with all that was written and what is wrong with it.
async fn again(
    (app, caller): (&App, &Caller),
    shell: Shell,
    id: Option<BroadcastId>,
    mut form: BroadcastForm,
    problem: Problem,
) -> Result<Response, Fault> {
    let stale = problem.kind == ProblemKind::Stale;
    let (status, errors) = webkit::in_form(shell.texts, problem)?;
    // Whoever saves again has seen what he replaces.
    form.version = match id {
        Some(id) => Some(api::broadcast(app, &caller.ctx, id).await?.version),
        None => None,
    };
    let mut page = edit_page((app, caller), shell, id, form).await?;
    page.stale = stale;
    page.errors = errors;
    Ok((status, render(&page)?).into_response())
}
