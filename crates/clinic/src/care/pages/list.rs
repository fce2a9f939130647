use askama::Template;
use axum::{extract::State, response::Html};
use kernel::{Timestamp, Zone};
use webkit::{Caller, Fault, PageLinks, Paging, Query, Shell, render};

use crate::{
    App,
    care::{
        api,
        model::{Encounter, Status},
        pages::view::status_css,
        rules,
        wire::{RecordFilter, status_text, status_word},
    },
};

/// A state by which the list is narrowed.
struct Chip {
    href: String,
    label: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "care/list.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<Encounter>,
    count: i64,
    filter: RecordFilter,
    chips: Vec<Chip>,
    links: PageLinks,
    zone: Zone,
    today: String,
}

impl ListPage {
    fn when(&self, at: &Timestamp) -> String {
        match at.day(&self.zone) == self.today {
            true => at.hour_minute(&self.zone),
            false => at.day_month_year(&self.zone),
        }
    }

    fn status(&self, row: &Encounter) -> String {
        status_text(&self.shell.texts, row.status)
    }

    fn css(&self, row: &Encounter) -> &'static str {
        status_css(row.status)
    }

    fn age(&self, row: &Encounter) -> Option<String> {
        let (years, _) = rules::age(&row.content, &self.today)?;
        Some(self.shell.t1("consultation-age-years", "years", years))
    }

    fn motive<'a>(&self, row: &'a Encounter) -> &'a str {
        row.content.text("motif_consultation").unwrap_or_default()
    }
}

pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(filter): Query<RecordFilter>,
    paging: Paging,
) -> Result<Html<String>, Fault> {
    let wanted = filter.wanted(&caller.zone)?;
    let request = paging.request;
    let (count, rows) = api::list(&app, &caller.ctx, &wanted, request).await?;
    let page = paging.page(count, rows)?;
    render(&ListPage {
        links: PageLinks::of(&page, request),
        rows: page.results,
        count,
        chips: chips(&shell, &filter),
        filter,
        today: app.clock.now().day(&caller.zone),
        zone: caller.zone.clone(),
        shell,
    })
}

/// All, then each state; then those given to who looks.
fn chips(shell: &Shell, filter: &RecordFilter) -> Vec<Chip> {
    let now = filter.status.as_deref().unwrap_or_default();
    let one = |word: &str, label: String| Chip {
        href: filter.link(Some(word), filter.is_mine()),
        label,
        current: now == word,
    };
    let mut chips = vec![one("", shell.t("consultation-all"))];
    for status in [
        Status::Analysed,
        Status::InAnalysis,
        Status::AnalysisFailed,
        Status::Validated,
        Status::Rejected,
    ] {
        chips.push(one(status_word(status), status_text(&shell.texts, status)));
    }
    chips.push(Chip {
        href: filter.link(None, !filter.is_mine()),
        label: shell.t("consultation-mine"),
        current: filter.is_mine(),
    });
    chips
}
