//! What the engine does and what waits for a person.

use askama::Template;
use axum::{
    extract::State,
    http::Method,
    response::{Html, Redirect},
};
use jobs::QueueStats;
use kernel::{PageRequest, Zone};
use send_rules::MessageState;
use store::Scope;
use webkit::{Caller, Fault, PathId, Policy, Routes, Shell, render};

use crate::{
    App,
    messaging::api::{self, MessageView, Wanted},
};

pub(super) fn routes() -> Routes<App> {
    Routes::new()
        .page(Method::GET, "/work", page, Policy::ADMIN)
        .page(
            Method::POST,
            "/work/messages/{id}/retry",
            retry,
            Policy::ADMIN,
        )
}

#[derive(Template)]
#[template(path = "web/work.html")]
struct WorkPage {
    shell: Shell,
    queues: Vec<(&'static str, QueueStats)>,
    failed: Vec<MessageView>,
    failed_count: i64,
    recent: Vec<MessageView>,
    zone: Zone,
}

async fn page(State(app): State<App>, caller: Caller, shell: Shell) -> Result<Html<String>, Fault> {
    let now = app.clock.now();
    let mut queues = Vec::new();
    {
        let mut tx = app.store.read(Scope::System).await?;
        for queue in crate::work(&app) {
            queues.push((queue.sql.table, jobs::stats(&mut tx, queue.sql, now).await?));
        }
    }
    let first = PageRequest { page: 1, size: 50 };
    let failed = Wanted {
        state: Some(MessageState::Failed),
        ..Wanted::default()
    };
    let (failed_count, failed) = api::list(&app, &caller.ctx, &failed, first).await?;
    let (_, recent) = api::list(
        &app,
        &caller.ctx,
        &Wanted::default(),
        PageRequest { page: 1, size: 20 },
    )
    .await?;
    render(&WorkPage {
        shell,
        queues,
        failed,
        failed_count,
        recent,
        zone: caller.zone.clone(),
    })
}

async fn retry(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<api::Message>,
    webkit::Form(()): webkit::Form<()>,
) -> Result<Redirect, Fault> {
    api::send_again(&app, &caller.ctx, id).await?;
    Ok(Redirect::to("/work"))
}
