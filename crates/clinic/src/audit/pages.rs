//! The trail as administrators see it, and as a patient sees his own part.

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::Method,
    response::{Html, Response},
};
use kernel::{Page, Zone};
use uuid::Uuid;
use webkit::{Caller, Fault, PageLinks, Paging, Policy, Query, Routes, Shell, live, render};

use super::{
    api, http,
    model::EntryView,
    wire::{ACTIONS, Filter, OBJECTS},
};
use crate::App;

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .page(Method::GET, "/audit", audit, Policy::ADMIN)
        .page(Method::GET, "/audit/alerts", alerts, Policy::ADMIN)
        .page(Method::GET, "/audit/events", events, Policy::ADMIN)
        .page(Method::GET, "/audit/export.csv", export, Policy::ADMIN)
        .page(Method::GET, "/my/access", my_access, Policy::SignedIn)
}

#[derive(Template)]
#[template(path = "audit/page.html")]
struct AuditPage {
    shell: Shell,
    filter: Filter,
    page: Page<EntryView>,
    people: Vec<(Uuid, String)>,
    links: PageLinks,
    /// The same filters, for the export.
    query: String,
    alerts: Vec<EntryView>,
    zone: Zone,
}

impl AuditPage {
    fn actions(&self) -> &'static [&'static str] {
        ACTIONS
    }

    fn objects(&self) -> &'static [&'static str] {
        OBJECTS
    }

    fn label(&self, prefix: &str, word: &str) -> String {
        self.shell
            .t(&format!("audit-{prefix}-{}", word.replace(['.', '_'], "-")))
    }

    fn is_person(&self, id: &Uuid) -> bool {
        self.filter.person.as_ref() == Some(id)
    }

    fn is_action(&self, action: &str) -> bool {
        self.filter.action.as_deref() == Some(action)
    }

    fn is_object(&self, object: &str) -> bool {
        self.filter.object_type.as_deref() == Some(object)
    }

    fn is_filtered(&self) -> bool {
        let filter = &self.filter;
        let days = filter.from.is_some() || filter.to.is_some();
        let words = filter.action.is_some() || filter.object_type.is_some();
        days || words || filter.person.is_some() || filter.patient.is_some()
    }
}

#[derive(Template)]
#[template(path = "audit/alerts.html")]
struct AlertsPart {
    shell: Shell,
    alerts: Vec<EntryView>,
    zone: Zone,
}

#[derive(Template)]
#[template(path = "audit/my_access.html")]
struct MyAccessPage {
    shell: Shell,
    page: Option<Page<EntryView>>,
    links: PageLinks,
    zone: Zone,
}

impl MyAccessPage {}

async fn audit(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    (Query(filter), RawQuery(query)): (Query<Filter>, RawQuery),
    paging: Paging,
) -> Result<Html<String>, Fault> {
    let wanted = filter.wanted(&caller.zone)?;
    let request = paging.request;
    let (count, rows) = api::list(&app, &caller.ctx, &wanted, request).await?;
    let page = paging.page(count, rows)?;
    render(&AuditPage {
        shell,
        filter,
        links: PageLinks::of(&page, request),
        page,
        people: api::people(&app, &caller.ctx).await?,
        query: query.unwrap_or_default(),
        alerts: api::alerts(&app, &caller.ctx).await?,
        zone: caller.zone.clone(),
    })
}

async fn alerts(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
) -> Result<Html<String>, Fault> {
    render(&AlertsPart {
        shell,
        alerts: api::alerts(&app, &caller.ctx).await?,
        zone: caller.zone.clone(),
    })
}

/// That a glass was broken in this clinic, as it happens.
async fn events(State(app): State<App>, caller: Caller, resume: live::Resume) -> Response {
    let tenant = caller.ctx.tenant;
    live::events(
        app.store.changes(),
        resume,
        app.stop.clone(),
        move |change: store::Change| {
            let ours = change.tenant == Some(tenant) && change.topic == api::TOPIC;
            ours.then(|| live::LiveEvent::new(change.topic, change.id.to_string()))
        },
    )
}

async fn export(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<Filter>,
) -> Result<Response, Fault> {
    http::export(&app, &caller, &filter).await
}

async fn my_access(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    paging: Paging,
) -> Result<Html<String>, Fault> {
    let request = paging.request;
    let page = match api::about_me(&app, &caller.ctx, request).await {
        Ok((count, rows)) => Some(paging.page(count, rows)?),
        Err(problem) if problem.code == Some("no-linked-record") => None,
        Err(problem) => return Err(problem.into()),
    };
    let links = page.as_ref().map(|page| PageLinks::of(page, request));
    render(&MyAccessPage {
        shell,
        page,
        links: links.unwrap_or_default(),
        zone: caller.zone.clone(),
    })
}
