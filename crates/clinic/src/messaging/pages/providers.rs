//! The ways that messages leave by: who carries them, how they are, and a test of each.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{Method, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use kernel::{Problem, ProblemKind, Timestamp, Zone};
use send_rules::{Channel, Health, MessageState};
use serde::Deserialize;
use webkit::{Caller, Fault, Form, Policy, Query, Routes, Shell, render, status};

use super::way;
use crate::{
    App,
    messaging::{
        api,
        model::{MessageView, Provider, Way},
        wire::providers::{advice, help},
    },
};

const PAGE: &str = "/settings/providers";

pub(super) fn routes() -> Routes<App> {
    let get = Method::GET;
    Routes::new()
        .page(get.clone(), PAGE, show, Policy::ADMIN)
        .page(get, "/settings/providers/ways", part, Policy::ADMIN)
        .page(
            Method::POST,
            "/settings/providers/{channel}/test",
            test,
            Policy::ADMIN,
        )
}

/// What moves while somebody looks.
struct Board {
    ways: Vec<Way>,
    zone: Zone,
}

#[derive(Template)]
#[template(path = "messaging/providers.html")]
struct ProvidersPage {
    shell: Shell,
    board: Board,
    done: bool,
    /// What could not be done.
    problem: String,
}

#[derive(Template)]
#[template(path = "messaging/provider_ways.html")]
struct WaysPart {
    shell: Shell,
    board: Board,
}

impl Board {
    async fn load(app: &App, caller: &Caller) -> Result<Self, Problem> {
        Ok(Self {
            ways: api::ways(app, &caller.ctx).await?,
            zone: caller.zone.clone(),
        })
    }

    fn name(&self, way_: &Way, shell: &Shell) -> String {
        way(shell, way_.channel)
    }

    fn at(&self, at: &Timestamp) -> String {
        let (day, hour) = (at.day_month_year(&self.zone), at.hour_minute(&self.zone));
        format!("{day} {hour}")
    }

    fn css(provider: &Provider) -> &'static str {
        match provider.standing.health {
            Health::Healthy => "ok",
            Health::Degraded => "warn",
            Health::Unhealthy => "danger",
        }
    }

    /// How a provider is, since when, and when it is tried again.
    fn health(&self, provider: &Provider, shell: &Shell) -> String {
        let standing = &provider.standing;
        let mut words = Vec::new();
        if let Some(since) = &standing.since {
            words.push(shell.t1("providers-since", "at", self.at(since)));
        }
        if let Some(until) = &standing.until {
            words.push(shell.t1("outbox-next", "at", self.at(until)));
        }
        if let Some((at, silence)) = &standing.last {
            let why = shell.t(&format!("silence-{}", silence.class));
            let last = ("providers-silence", self.at(at));
            words.push(shell.t2(last.0, ("at", last.1), ("why", why)));
        }
        words.join(" ")
    }

    fn test_css(test: &MessageView) -> &'static str {
        match test.state {
            MessageState::Delivered | MessageState::Read => "ok",
            MessageState::Failed | MessageState::Refused | MessageState::Expired => "danger",
            _ => "info",
        }
    }

    /// Why a test stands where it does.
    fn why(test: &MessageView, shell: &Shell) -> String {
        let reason = test.reason.as_ref();
        reason.map_or_else(String::new, |word| shell.t(&format!("reason-{word}")))
    }

    fn advice(test: &MessageView, shell: &Shell) -> String {
        advice(test, shell.texts).unwrap_or_default()
    }

    fn help(test: &MessageView) -> Option<String> {
        help(test)
    }

    /// What the reader must have shown to be his before he can test.
    const fn lacking(way: &Way) -> &'static str {
        match way.channel {
            Channel::Email => "providers-no-email",
            Channel::Whatsapp | Channel::Sms | Channel::Voice | Channel::Push => {
                "providers-no-phone"
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Show {
    #[serde(default)]
    done: String,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(query): Query<Show>,
) -> Result<Html<String>, Fault> {
    render(&ProvidersPage {
        shell,
        board: Board::load(&app, &caller).await?,
        done: query.done == "sent",
        problem: String::new(),
    })
}

async fn part(State(app): State<App>, caller: Caller, shell: Shell) -> Result<Html<String>, Fault> {
    let board = Board::load(&app, &caller).await?;
    render(&WaysPart { shell, board })
}

async fn test(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Path(channel): Path<String>,
    Form(()): Form<()>,
) -> Result<Response, Fault> {
    let channel = Channel::parse(&channel).ok_or_else(Problem::not_found)?;
    let problem = match api::send_test(&app, &caller.ctx, channel).await {
        Ok(_) => return Ok(Redirect::to(&format!("{PAGE}?done=sent")).into_response()),
        Err(problem) => problem,
    };
    let (status, problem) = refused(&shell, problem)?;
    let board = Board::load(&app, &caller).await?;
    let page = ProvidersPage {
        shell,
        board,
        done: false,
        problem,
    };
    Ok((status, render(&page)?).into_response())
}

/// What could not be done, for the page itself.
fn refused(shell: &Shell, problem: Problem) -> Result<(StatusCode, String), Problem> {
    match problem.kind {
        ProblemKind::Conflict | ProblemKind::RateLimited => {
            let errors = shell.texts.fields(&problem);
            Ok((status(&problem), errors.summary().to_owned()))
        }
        _ => Err(problem),
    }
}
