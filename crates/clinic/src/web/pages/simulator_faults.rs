//! What goes wrong with the next messages to the phone in the browser: chosen by who may
//! change how the clinic works, played by the simulator for all of the clinic's phones.

use askama::Template;
use axum::{
    extract::State,
    http::Method,
    response::{Html, Redirect},
};
use kernel::Problem;
use ports::PlayedFault;
use send_rules::Channel;
use serde::Deserialize;
use webkit::{Caller, Fault, Form, Policy, Query, Routes, Shell, render};

use crate::{App, messaging};

const PAGE: &str = "/simulator/faults";
/// The most attempts that a fault is played with.
const MOST: u32 = 20;

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .page(Method::GET, PAGE, left, Policy::ADMIN)
        .page(Method::POST, PAGE, play, Policy::ADMIN)
}

/// The faults of one way.
pub(super) struct Faults {
    pub channel: Channel,
    /// The phone to come back to, E.164.
    pub number: String,
    left: Option<(PlayedFault, u32)>,
}

impl Faults {
    pub(super) async fn of(
        app: &App,
        caller: &Caller,
        channel: Channel,
        number: &str,
    ) -> Result<Self, Problem> {
        Ok(Self {
            channel,
            number: number.to_owned(),
            left: messaging::api::fault_left(app, &caller.ctx, channel).await?,
        })
    }

    /// What is played now, in words.
    pub(super) fn says(&self, shell: &Shell) -> String {
        match self.left {
            None => shell.t("faults-none"),
            Some((fault, count)) => {
                let name = shell.t(&format!("fault-{fault}"));
                shell.t2("faults-left", ("fault", name), ("count", count))
            }
        }
    }

    pub(super) const fn all() -> &'static [PlayedFault] {
        PlayedFault::ALL
    }
}

#[derive(Template)]
#[template(path = "web/faults_left.html")]
struct LeftPart {
    shell: Shell,
    faults: Faults,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Of {
    channel: Option<String>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

fn phone_way(channel: &str) -> Result<Channel, Problem> {
    Channel::parse_number(channel).ok_or_else(|| Problem::invalid("channel", "not-a-choice"))
}

/// What is left, brought anew after each message.
async fn left(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(of): Query<Of>,
) -> Result<Html<String>, Fault> {
    let channel = phone_way(of.channel.as_deref().unwrap_or("whatsapp"))?;
    let faults = Faults::of(&app, &caller, channel, "").await?;
    render(&LeftPart { shell, faults })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    phone: String,
    channel: String,
    /// Empty: none any more.
    #[serde(default)]
    fault: String,
    times: u32,
}

async fn play(
    State(app): State<App>,
    caller: Caller,
    Form(wanted): Form<Wanted>,
) -> Result<Redirect, Fault> {
    let channel = phone_way(&wanted.channel)?;
    let fault = match wanted.fault.as_str() {
        "" => None,
        word => {
            let fault = PlayedFault::parse(word);
            Some(fault.ok_or_else(|| Problem::invalid("fault", "not-a-choice"))?)
        }
    };
    if !(1..=MOST).contains(&wanted.times) {
        return Err(Problem::invalid("times", "out-of-range").into());
    }
    messaging::api::play_fault(&app, &caller.ctx, channel, (fault, wanted.times)).await?;
    let number = wanted.phone.trim_start_matches('+');
    let number: String = number.chars().filter(char::is_ascii_digit).collect();
    Ok(Redirect::to(&format!(
        "/simulator?phone=%2B{number}&channel={channel}"
    )))
}
