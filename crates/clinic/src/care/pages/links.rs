//! The links that show a record to whoever has them, for its doctors.

use askama::Template;
use axum::{
    extract::State,
    http::Method,
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Timestamp, Zone};
use serde::Deserialize;
use webkit::{Caller, Fault, Form, PathId, PathIds, Query, Routes, Shell, render};

use super::{DECIDERS, door};
use crate::{
    App,
    care::{
        api,
        model::{Encounter, EncounterMark, ShareMark, ShareRow},
    },
};

pub(super) fn routes() -> Routes<App> {
    let end = "/consultations/{id}/links/{link}/end";
    Routes::new()
        .page(Method::GET, "/consultations/{id}/links", show, DECIDERS)
        .page(Method::POST, end, withdraw, DECIDERS)
}

#[derive(Template)]
#[template(path = "care/links.html")]
struct LinksPage {
    shell: Shell,
    record: Encounter,
    links: Vec<ShareRow>,
    ended: bool,
    zone: Zone,
}

impl LinksPage {
    fn when(&self, at: &Timestamp) -> String {
        let time = at.hour_minute(&self.zone);
        format!("{} {time}", at.day_month_year(&self.zone))
    }

    fn openings(&self, link: &ShareRow) -> String {
        let Some(at) = link.last_opened_at else {
            return self.shell.t("mine-link-unopened");
        };
        let (count, when) = (("count", link.opened), ("when", self.when(&at)));
        self.shell.t2("mine-link-opened", count, when)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ended {
    ended: Option<String>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Query(ended): Query<Ended>,
) -> Result<Response, Fault> {
    let record = match api::record(&app, &caller.ctx, id).await {
        Ok(record) => record,
        Err(problem) => return door(problem),
    };
    let page = LinksPage {
        links: api::shares(&app, &caller.ctx, id).await?,
        record,
        ended: ended.ended.is_some(),
        zone: caller.zone.clone(),
        shell,
    };
    Ok(render(&page)?.into_response())
}

async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    PathIds(_, link): PathIds<EncounterMark, ShareMark>,
    Form(()): Form<()>,
) -> Result<Response, Fault> {
    match api::end_share(&app, &caller.ctx, link).await {
        Ok(record) => {
            let page = format!("/consultations/{record}/links?ended=1");
            Ok(Redirect::to(&page).into_response())
        }
        Err(problem) => door(problem),
    }
}
