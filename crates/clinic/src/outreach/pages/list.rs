use askama::Template;
use axum::{
    extract::State,
    response::{Html, Redirect},
};
use kernel::{Page, Role, Timestamp, Zone};
use webkit::{Caller, Fault, Form, PageLinks, Paging, Principal, Query, Shell, render};

use crate::{
    App,
    outreach::{
        api,
        model::{Method, Reminder, ReminderState},
        policy::WRITES,
        wire::{PressForm, RemindersQuery, why},
    },
};

#[derive(Template)]
#[template(path = "outreach/list.html")]
struct ListPage {
    shell: Shell,
    query: RemindersQuery,
    page: Page<Reminder>,
    links: PageLinks,
    zone: Zone,
}

impl ListPage {
    fn role(&self) -> Option<Role> {
        self.shell.principal.as_deref().and_then(Principal::role)
    }

    fn may_write(&self) -> bool {
        WRITES.allows(self.role())
    }

    fn may_send(&self) -> bool {
        self.role().is_some_and(Role::is_admin)
    }

    fn states(&self) -> Vec<(String, String)> {
        let states = ReminderState::ALL.iter();
        let states = states.map(|state| (state.to_string(), self.state(state)));
        self.any().into_iter().chain(states).collect()
    }

    fn methods(&self) -> Vec<(String, String)> {
        let methods = Method::ALL.iter();
        let methods = methods.map(|method| (method.to_string(), self.method(method)));
        self.any().into_iter().chain(methods).collect()
    }

    fn any(&self) -> Option<(String, String)> {
        Some((String::new(), self.shell.t("notes-any")))
    }

    fn state(&self, state: &ReminderState) -> String {
        self.shell.t(&format!("reminder-state-{state}"))
    }

    fn method(&self, method: &Method) -> String {
        self.shell.t(&format!("reminder-method-{method}"))
    }

    fn css(&self, state: &ReminderState) -> &'static str {
        match state {
            ReminderState::Sent | ReminderState::Delivered => "ok",
            ReminderState::Failed | ReminderState::Refused => "danger",
            ReminderState::Expired | ReminderState::Cancelled => "warn",
            ReminderState::Sending | ReminderState::Simulated => "info",
            ReminderState::Pending => "",
        }
    }

    fn why(&self, one: &Reminder) -> String {
        why(one, self.shell.texts).unwrap_or_default()
    }

    fn at(&self, at: &Timestamp) -> String {
        let (day, time) = (at.day_month_year(&self.zone), at.hour_minute(&self.zone));
        format!("{day} {time}")
    }

    /// Whether it goes once more at a press.
    fn can_go_again(&self, one: &Reminder) -> bool {
        !matches!(one.status, ReminderState::Pending | ReminderState::Sending)
    }

    fn is_filtered(&self) -> bool {
        let query = &self.query;
        let words = [&query.state, &query.method, &query.day, &query.patient];
        words.iter().any(|word| !word.is_empty())
    }

    /// What was done before this page.
    fn said(&self) -> Option<String> {
        let done = self.query.done.as_str();
        if done == "due" {
            let counts: Vec<i64> = self.query.counts.split(',').flat_map(str::parse).collect();
            let [triggered, sent, failed, skipped] = *counts.as_slice() else {
                return None;
            };
            return Some(self.shell.texts.with(
                "notes-done-due",
                &[
                    ("triggered", &triggered),
                    ("sent", &sent),
                    ("failed", &failed),
                    ("skipped", &skipped),
                ],
            ));
        }
        let known = ["saved", "again", "removed"].contains(&done);
        known.then(|| self.shell.t(&format!("notes-done-{done}")))
    }
}

pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(query): Query<RemindersQuery>,
    paging: Paging,
) -> Result<Html<String>, Fault> {
    let sought = query.sought(&caller.zone);
    let part = (paging.request.size, paging.request.offset());
    let rows = api::reminders(&app, &caller.ctx, &sought, part).await?;
    let count = api::count(&app, &caller.ctx, &sought).await?;
    let page = paging.page(count, rows)?;
    render(&ListPage {
        shell,
        query,
        links: PageLinks::of(&page, paging.request),
        page,
        zone: caller.zone.clone(),
    })
}

/// Sends what is due and shows what became of it.
pub(super) async fn send_due(
    State(app): State<App>,
    caller: Caller,
    Form(_): Form<PressForm>,
) -> Result<Redirect, Fault> {
    let outcome = api::trigger(&app, &caller.ctx).await?;
    let counts = [
        outcome.triggered,
        outcome.sent,
        outcome.failed,
        outcome.skipped,
    ];
    let counts = counts.map(|count| count.to_string()).join(",");
    Ok(Redirect::to(&format!(
        "/reminders?done=due&counts={counts}"
    )))
}
