use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, Method},
    response::{Html, IntoResponse, Redirect, Response},
};
use kernel::{PageRequest, Problem, Role, Zone};
use serde::Deserialize;
use webkit::{
    Caller, Fault, FieldTexts, Form, PageLinks, Paging, PathId, Policy, Query, Routes, Shell,
    render,
};

use super::{attachments::AttachmentsPart, labs::LabsPart, patients_view::Signed};
use crate::{
    App,
    care::{
        api,
        http::given,
        model::{
            Document, Encounter, EncounterId, EncounterMark, Lasting, NoteRow, ShareMark, ShareRow,
            Status, Wanted,
        },
        rules::day_in_words,
    },
    patients,
};

const PATIENT: Policy = Policy::Roles(&[Role::Patient]);
/// Messages shown with a record.
const NOTES: i64 = 100;

pub(super) fn routes() -> Routes<App> {
    let (one, messages) = ("/my/records/{id}", "/my/records/{id}/messages");
    Routes::new()
        .page(Method::GET, "/my/records", list, PATIENT)
        .page(Method::GET, one, show, PATIENT)
        .page(Method::GET, "/my/records/{id}/pdf", pdf, PATIENT)
        .page(Method::POST, messages, write, PATIENT)
        .page(Method::POST, "/my/records/{id}/links", share, PATIENT)
        .page(Method::POST, "/my/links/{id}/end", end, PATIENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    #[serde(rename = "page")]
    _page: Option<i64>,
    #[serde(rename = "page_size")]
    _page_size: Option<i64>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

#[derive(Template)]
#[template(path = "care/mine.html")]
struct ListPage {
    shell: Shell,
    records: Vec<Encounter>,
    /// Whether a record is his at all.
    linked: bool,
    links: PageLinks,
    zone: Zone,
}

/// How far a record has come, for the one whose it is.
fn state(record: &Encounter) -> &'static str {
    match (record.signed_version, record.status) {
        (Some(_), Status::Validated) => "mine-state-signed",
        (Some(_), _) => "mine-state-again",
        (None, Status::Rejected) => "mine-state-rejected",
        (None, _) => "mine-state-waiting",
    }
}

impl ListPage {
    fn day(&self, record: &&Encounter) -> String {
        day_in_words(record.created_at, &self.zone, &self.shell.texts)
    }

    fn state(&self, record: &&Encounter) -> String {
        self.shell.t(state(record))
    }

    fn doctor<'r>(&self, record: &&'r Encounter) -> &'r str {
        let name = record.validated_name.as_deref();
        name.or(record.assigned_name.as_deref()).unwrap_or_default()
    }
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(ListQuery { .. }): Query<ListQuery>,
    paging: Paging,
) -> Result<Html<String>, Fault> {
    let request = paging.request;
    let (count, rows) = api::list(&app, &caller.ctx, &Wanted::default(), request).await?;
    let page = paging.at("/my/records").page(count, rows)?;
    render(&ListPage {
        shell,
        links: PageLinks::of(&page, request),
        linked: patients::api::is_linked(&app, &caller.ctx).await?,
        records: page.results,
        zone: caller.zone.clone(),
    })
}

#[derive(Template)]
#[template(path = "care/my_record.html")]
struct RecordPage {
    shell: Shell,
    id: EncounterId,
    day: String,
    state: String,
    signed: Option<Signed>,
    labs: LabsPart,
    attachments: AttachmentsPart,
    notes: Vec<NoteRow>,
    links: Vec<ShareRow>,
    /// The address of a link that was just made: it is told this once.
    fresh: Option<String>,
    typed: String,
    errors: FieldTexts,
    zone: Zone,
}

impl RecordPage {
    async fn of(
        app: &App,
        caller: &Caller,
        shell: Shell,
        id: EncounterId,
    ) -> Result<Self, Problem> {
        let document: Document = api::document(app, &caller.ctx, id).await?;
        let page = PageRequest::new(Some(1), Some(NOTES))?;
        let (_, notes) = api::notes(app, &caller.ctx, id, page).await?;
        Ok(Self {
            id,
            day: day_in_words(document.record.created_at, &caller.zone, &shell.texts),
            state: shell.t(state(&document.record)),
            signed: Signed::of(&document, &shell),
            labs: LabsPart::load(app, caller, &shell, &document.record).await?,
            attachments: AttachmentsPart::load(app, caller, &shell, &document.record).await?,
            notes,
            links: api::shares(app, &caller.ctx, id).await?,
            fresh: None,
            typed: String::new(),
            errors: FieldTexts::default(),
            zone: caller.zone.clone(),
            shell,
        })
    }

    fn when(&self, at: &kernel::Timestamp) -> String {
        let time = at.hour_minute(&self.zone);
        format!("{} {time}", at.day_month_year(&self.zone))
    }

    fn lasting(&self) -> &'static [Lasting] {
        Lasting::ALL
    }

    fn lasting_text(&self, lasting: &Lasting) -> String {
        self.shell.t(&format!("mine-lasting-{lasting}"))
    }

    fn openings(&self, link: &ShareRow) -> String {
        match link.last_opened_at {
            None => self.shell.t("mine-link-unopened"),
            Some(at) => self.shell.t2(
                "mine-link-opened",
                ("count", link.opened),
                ("when", self.when(&at)),
            ),
        }
    }
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
) -> Result<Html<String>, Fault> {
    render(&RecordPage::of(&app, &caller, shell, id).await?)
}

async fn pdf(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    PathId(id): PathId<EncounterMark>,
) -> Result<Response, Fault> {
    given(api::pdf(&app, &caller.ctx, id).await?, &headers)
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct NoteForm {
    content: String,
}

async fn write(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Form(form): Form<NoteForm>,
) -> Result<Response, Fault> {
    match api::add_note(&app, &caller.ctx, id, &form.content).await {
        Ok(_) => Ok(Redirect::to(&format!("/my/records/{id}#messages")).into_response()),
        Err(problem) if !problem.errors.is_empty() => {
            let mut page = RecordPage::of(&app, &caller, shell, id).await?;
            page.errors = page.shell.texts.fields(&problem);
            page.typed = form.content;
            let status = webkit::status(&problem);
            Ok((status, render(&page)?).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ShareForm {
    lasting: String,
}

/// The page with the new link on it: its address is nowhere else.
async fn share(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Form(form): Form<ShareForm>,
) -> Result<Html<String>, Fault> {
    let wrong = || Problem::invalid("lasting", "not-a-choice");
    let lasting = Lasting::parse(&form.lasting).ok_or_else(wrong)?;
    let shared = api::share(&app, &caller.ctx, id, lasting).await?;
    let mut page = RecordPage::of(&app, &caller, shell, id).await?;
    page.fresh = Some(shared.link.0);
    render(&page)
}

async fn end(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<ShareMark>,
    Form(()): Form<()>,
) -> Result<Redirect, Fault> {
    let record = api::end_share(&app, &caller.ctx, id).await?;
    Ok(Redirect::to(&format!("/my/records/{record}#links")))
}
