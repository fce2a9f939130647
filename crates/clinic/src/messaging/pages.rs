//! The outbox as administrators see it. Filters stand in the address: it can
//! be kept, sent to a colleague and gone back to.

mod addresses;
mod consent;
mod costs;
mod devices;
mod providers;
mod seal;
mod texts;

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::Method,
    response::{Html, Redirect},
};
use kernel::{Page, Timestamp, Zone};
use send_rules::{Channel, Health, MessageState};
use serde::Deserialize;
use webkit::{
    Caller, Fault, Form, PageLinks, Paging, PathId, Policy, Query, Routes, Shell, render,
};

use super::{
    api::{self, Provider},
    model::{Message, MessageView, Wanted},
    wire::wanted,
};
use crate::App;

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .page(Method::GET, "/outbox", outbox, Policy::ADMIN)
        .page(Method::POST, "/outbox/{id}/retry", retry, Policy::ADMIN)
        .merge(addresses::routes())
        .merge(consent::routes())
        .merge(costs::routes())
        .merge(devices::routes())
        .merge(providers::routes())
        .merge(seal::routes())
        .merge(texts::routes())
}

#[derive(Template)]
#[template(path = "messaging/outbox.html")]
struct OutboxPage {
    shell: Shell,
    wanted: Wanted,
    page: Page<MessageView>,
    links: PageLinks,
    /// What to come back to, as a query.
    back: String,
    /// Providers that do not answer.
    silent: Vec<Provider>,
    zone: Zone,
}

impl OutboxPage {
    fn states(&self) -> &'static [MessageState] {
        MessageState::ALL
    }

    fn is_state(&self, state: &MessageState) -> bool {
        self.wanted.state == Some(*state)
    }

    fn is_channel(&self, channel: Channel) -> bool {
        self.wanted.channel == Some(channel)
    }

    fn way(&self, channel: &Channel) -> String {
        way(&self.shell, *channel)
    }

    fn is_filtered(&self) -> bool {
        let wanted = &self.wanted;
        wanted.state.is_some() || wanted.channel.is_some() || !wanted.number.is_empty()
    }

    /// Since when a provider does not answer, and when it is tried again.
    fn outage(&self, provider: &Provider) -> String {
        let shell = &self.shell;
        let at = |time: Option<Timestamp>| {
            time.map_or_else(String::new, |time| time.hour_minute(&self.zone))
        };
        let name = shell.t(&format!("provider-{}", provider.name));
        let since = at(provider.standing.since);
        let silent = shell.t2("outbox-silent", ("provider", name), ("since", since));
        match provider.standing.until {
            None => format!("{silent} {}", shell.t("outbox-trying")),
            until => format!("{silent} {}", shell.t1("outbox-next", "at", at(until))),
        }
    }

    /// When a message that was held back is tried, if it waits.
    fn next_try(&self, message: &MessageView) -> Option<String> {
        let held = message.state.needs_work() && message.reason.is_some();
        let at = message.next_try_at.filter(|_| held)?;
        let at = at.hour_minute(&self.zone);
        Some(self.shell.t1("outbox-next", "at", at))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Show {
    state: Option<String>,
    channel: Option<String>,
    search: Option<String>,
    #[serde(rename = "page")]
    _page: Option<i64>,
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

async fn outbox(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    (Query(show), RawQuery(query)): (Query<Show>, RawQuery),
    paging: Paging,
) -> Result<Html<String>, Fault> {
    let wanted = wanted(show.state.as_deref(), show.channel.as_deref(), show.search)?;
    let (count, rows) = api::list(&app, &caller.ctx, &wanted, paging.request).await?;
    let page = paging.page(count, rows)?;
    render(&OutboxPage {
        shell,
        wanted,
        links: PageLinks::of(&page, paging.request),
        page,
        back: query.unwrap_or_default(),
        silent: silent(&app),
        zone: caller.zone.clone(),
    })
}

/// The providers that do not answer.
fn silent(app: &App) -> Vec<Provider> {
    let mut providers = api::providers(app);
    providers.retain(|provider| provider.standing.health != Health::Healthy);
    providers
}

/// Sends a failed message again and shows the same list.
async fn retry(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<Message>,
    RawQuery(query): RawQuery,
    Form(()): Form<()>,
) -> Result<Redirect, Fault> {
    api::send_again(&app, &caller.ctx, id).await?;
    Ok(match query.as_deref() {
        None | Some("") => Redirect::to("/outbox"),
        Some(query) => Redirect::to(&format!("/outbox?{query}")),
    })
}

/// What a way is called.
fn way(shell: &Shell, channel: Channel) -> String {
    match channel {
        Channel::Sms => "SMS".to_owned(),
        Channel::Whatsapp => "WhatsApp".to_owned(),
        Channel::Voice => shell.t("outbox-voice"),
        Channel::Push => shell.t("outbox-push"),
        Channel::Email => shell.t("outbox-email"),
    }
}
