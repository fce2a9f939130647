//! The e-mails that stayed here because no mail server is set. They hold links
//! that open accounts: only administrators read them.

use askama::Template;
use axum::{extract::State, http::Method, response::Html};
use kernel::{PageRequest, Problem, Zone};
use send_rules::Channel;
use serde::Deserialize;
use webkit::{Caller, Fault, Policy, Query, Routes, Shell, render};

use crate::{
    App,
    messaging::api::{self, MessageView, Wanted},
};

/// Mails shown at once.
const SHOWN: i64 = 20;

pub(super) fn routes() -> Routes<App> {
    Routes::new().page(Method::GET, "/simulator/mail", page, Policy::ADMIN)
}

#[derive(Template)]
#[template(path = "web/mailbox.html")]
struct MailboxPage {
    shell: Shell,
    mails: Vec<MessageView>,
    zone: Zone,
}

impl MailboxPage {
    fn is_link(&self, line: &str) -> bool {
        line.starts_with("https://") || line.starts_with("http://")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Show {
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

async fn page(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(Show { .. }): Query<Show>,
) -> Result<Html<String>, Fault> {
    let simulated = app.mail.as_ref().filter(|mail| mail.is_simulated());
    simulated.ok_or_else(Problem::not_found)?;
    let wanted = Wanted {
        channel: Some(Channel::Email),
        ..Wanted::default()
    };
    let newest = PageRequest {
        page: 1,
        size: SHOWN,
    };
    let (_, mails) = api::list(&app, &caller.ctx, &wanted, newest).await?;
    render(&MailboxPage {
        shell,
        mails,
        zone: caller.zone.clone(),
    })
}
