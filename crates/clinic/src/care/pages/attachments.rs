//! Files of a record: a form that needs no scripts, and pictures in large.

use askama::Template;
use axum::{
    extract::{FromRequest as _, Request, State},
    http::{Method, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Problem, ProblemKind};
use serde::Deserialize;
use webkit::{
    Caller, Fault, FieldTexts, Form, PathId, PathIds, Policy, Query, Routes, Shell, Upload, render,
};

use super::part::{Nothing, alone, back};
use crate::{
    App,
    care::{
        api,
        http::{MAX_FORM, received},
        model::{
            Attachment, AttachmentKind, AttachmentMark, Encounter, EncounterId, EncounterMark,
        },
        rules::labs,
        wire::file_url,
    },
};

pub(super) fn routes() -> Routes<App> {
    let (get, who) = (Method::GET, Policy::SignedIn);
    let all = "/consultations/{id}/attachments";
    Routes::new()
        .page(get.clone(), all, show, who)
        .page_up_to(MAX_FORM, all, add, who)
        .page(get, "/consultations/{id}/attachments/{file}", view, who)
        .page(
            Method::POST,
            "/consultations/{id}/attachments/{file}/delete",
            drop_one,
            who,
        )
}

struct Row {
    file: Attachment,
    kind: String,
    size: String,
    by: String,
    href: String,
    download: String,
    may_delete: bool,
}

/// The files of a record with the form to add one, to stand on a page.
#[derive(Template)]
#[template(path = "care/attachments.html")]
pub(in crate::care) struct AttachmentsPart {
    shell: Shell,
    id: EncounterId,
    /// Shown whether or not there is anything.
    open: bool,
    rows: Vec<Row>,
    may_add: bool,
    is_signed: bool,
    kinds: Vec<(&'static str, String)>,
    errors: FieldTexts,
}

impl AttachmentsPart {
    /// Loads it for a record that the caller may open.
    ///
    /// # Errors
    /// 404; 403 `record-restricted`.
    pub(in crate::care) async fn load(
        app: &App,
        caller: &Caller,
        shell: &Shell,
        record: &Encounter,
    ) -> Result<Self, Problem> {
        let files = api::attachments(app, &caller.ctx, record.id).await?;
        let kind = |kind: AttachmentKind| shell.t(&format!("attachments-kind-{kind}"));
        let row = |file: Attachment| {
            let name = file.uploaded_name.clone().unwrap_or_default();
            let day = file.created_at.day_month_year(&caller.zone);
            Row {
                kind: kind(file.kind),
                size: size(shell, file.size),
                by: shell.t2("attachments-by", ("name", name), ("day", day)),
                href: format!("/consultations/{}/attachments/{}", record.id, file.id),
                download: file_url(file.id),
                may_delete: labs::may_change(&caller.ctx, record, file.uploaded_by).is_ok(),
                file,
            }
        };
        Ok(Self {
            id: record.id,
            open: false,
            rows: files.into_iter().map(row).collect(),
            may_add: labs::may_add(&caller.ctx, record).is_ok(),
            is_signed: record.signed_version.is_some(),
            kinds: AttachmentKind::ALL
                .iter()
                .map(|one| (one.as_str(), kind(*one)))
                .collect(),
            errors: FieldTexts::default(),
            shell: shell.clone(),
        })
    }
}

/// `1.4 MB`, `87 kB`: as people count, by thousands.
fn size(shell: &Shell, bytes: i64) -> String {
    let tenths = bytes / 100_000;
    match tenths {
        0..10 => shell.t1("attachments-size-kb", "size", (bytes / 1000).max(1)),
        _ => {
            let point = if shell.lang == "fr" { "," } else { "." };
            let size = format!("{}{point}{}", tenths / 10, tenths % 10);
            shell.t1("attachments-size-mb", "size", size)
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// The file that was sent was there already.
    same: Option<String>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let record = api::record(&app, &caller.ctx, id).await?;
    let mut part = AttachmentsPart::load(&app, &caller, &shell, &record).await?;
    part.open = true;
    let note = asked.same.map(|_| shell.t("attachments-same"));
    let said = (shell, "attachments-title", note.unwrap_or_default());
    alone(&caller, &record, part, said, StatusCode::OK)
}

async fn add(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathId(id): PathId<EncounterMark>,
    request: Request,
) -> Result<Response, Fault> {
    // Whether there is such a record is said before the form is looked at.
    let record = api::record(&app, &caller.ctx, id).await?;
    let upload = Upload::from_request(request, &()).await?;
    match received(&app, &caller.ctx, upload, Some(id)).await {
        Ok((_, true)) => Ok(back(&caller, id, "attachments")),
        Ok((_, false)) => {
            let there = format!("/consultations/{id}/attachments?same=1");
            Ok(Redirect::to(&there).into_response())
        }
        Err(problem) if is_the_senders(&problem) => {
            let mut part = AttachmentsPart::load(&app, &caller, &shell, &record).await?;
            part.open = true;
            part.errors = shell.texts.fields(&problem);
            let status = webkit::status(&problem);
            let said = (shell, "attachments-title", String::new());
            alone(&caller, &record, part, said, status)
        }
        Err(problem) => Err(problem.into()),
    }
}

/// Whether another file, or another form, would be taken.
fn is_the_senders(problem: &Problem) -> bool {
    matches!(
        problem.kind,
        ProblemKind::Invalid
            | ProblemKind::Malformed
            | ProblemKind::TooLarge
            | ProblemKind::UnsupportedMedia
    )
}

async fn drop_one(
    State(app): State<App>,
    caller: Caller,
    PathIds(id, file): PathIds<EncounterMark, AttachmentMark>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Fault> {
    api::drop_attachment(&app, &caller.ctx, file).await?;
    Ok(back(&caller, id, "attachments"))
}

/// Sizes to choose from, in hundredths of the picture's pixels.
const ZOOMS: [i64; 4] = [25, 50, 100, 200];

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Zoom {
    zoom: Option<i64>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

struct ZoomLink {
    href: String,
    label: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "care/attachment_view.html")]
struct ViewPage {
    shell: Shell,
    id: EncounterId,
    file: Attachment,
    download: String,
    zooms: Vec<ZoomLink>,
    /// Pixels on the screen; none: as large as fits.
    pixels: Option<(i64, i64)>,
}

async fn view(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    PathIds(id, file): PathIds<EncounterMark, AttachmentMark>,
    Query(asked): Query<Zoom>,
) -> Result<Response, Fault> {
    let file = api::attachment(&app, &caller.ctx, file).await?;
    if file.encounter_id != id {
        return Err(Problem::not_found().into());
    }
    let zoom = asked.zoom.filter(|zoom| ZOOMS.contains(zoom));
    let here = format!("/consultations/{id}/attachments/{}", file.id);
    let fit = ZoomLink {
        href: here.clone(),
        label: shell.t("attachments-zoom-fit"),
        current: zoom.is_none(),
    };
    let link = |percent: i64| ZoomLink {
        href: format!("{here}?zoom={percent}"),
        label: shell.t1("attachments-zoom-percent", "percent", percent),
        current: zoom == Some(percent),
    };
    let size = file.width.zip(file.height);
    let page = ViewPage {
        id,
        download: file_url(file.id),
        zooms: std::iter::once(fit).chain(ZOOMS.map(link)).collect(),
        pixels: zoom.zip(size).map(|(zoom, (width, height))| {
            let at = |pixels: i64| (pixels * zoom / 100).max(1);
            (at(width), at(height))
        }),
        shell,
        file,
    };
    Ok(render(&page)?.into_response())
}
