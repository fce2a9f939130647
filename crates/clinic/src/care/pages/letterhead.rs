//! What stands at the top of the clinic's documents.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use kernel::{Expected, Problem, ProblemKind};
use serde::Deserialize;
use webkit::{Caller, Fault, FieldTexts, Part, Policy, Query, Routes, Shell, Upload, render};

use crate::{
    App,
    care::{
        api,
        http::given,
        model::{Letterhead, Logo, NewLetterhead},
        rules::LARGEST_LOGO,
    },
    identity::api::TenantInfo,
};

const PATH: &str = "/settings/letterhead";
/// The largest form, in bytes: the picture, the texts and what parts them.
const MAX_FORM: usize = LARGEST_LOGO + 64 * 1024;
/// The longest text of a form, in bytes.
const MAX_TEXT: usize = 4096;

pub(super) fn routes() -> Routes<App> {
    let admin = Policy::ADMIN;
    Routes::new()
        .page(Method::GET, PATH, show, admin)
        .page_up_to(MAX_FORM, PATH, save, admin)
        .page(Method::GET, "/settings/letterhead/example", example, admin)
}

#[derive(Template)]
#[template(path = "care/letterhead.html")]
struct LetterheadPage {
    shell: Shell,
    clinic: String,
    typed: Typed,
    /// The picture that is kept, as an address.
    logo: Option<String>,
    version: i64,
    saved: bool,
    errors: FieldTexts,
}

impl LetterheadPage {
    fn new(shell: Shell, (clinic, letterhead): (TenantInfo, Letterhead)) -> Self {
        let picture = letterhead.logo.zip(letterhead.logo_type);
        let text = Option::unwrap_or_default;
        Self {
            shell,
            clinic: clinic.name,
            logo: picture
                .map(|(logo, kind)| format!("data:{kind};base64,{}", STANDARD.encode(logo))),
            typed: Typed {
                address: text(letterhead.address),
                phone: text(letterhead.phone),
                email: text(letterhead.email),
                ..Typed::default()
            },
            version: letterhead.version,
            saved: false,
            errors: FieldTexts::default(),
        }
    }
}

/// The form as it was sent.
#[derive(Default)]
struct Typed {
    address: String,
    phone: String,
    email: String,
    version: String,
    without_logo: bool,
    logo: Bytes,
}

impl Typed {
    async fn read(mut upload: Upload) -> Result<Self, Problem> {
        let mut typed = Self::default();
        while let Some(part) = upload.next().await? {
            let name = part.name().to_owned();
            match name.as_str() {
                _ if part.is_token() => {}
                "logo" => typed.logo = whole(part).await?,
                "address" => typed.address = part.text(MAX_TEXT).await?,
                "phone" => typed.phone = part.text(MAX_TEXT).await?,
                "email" => typed.email = part.text(MAX_TEXT).await?,
                "version" => typed.version = part.text(MAX_TEXT).await?,
                "without_logo" => typed.without_logo = !part.text(MAX_TEXT).await?.is_empty(),
                _ => return Err(Problem::invalid("form", "unknown-field")),
            }
        }
        Ok(typed)
    }

    fn wanted(&self) -> NewLetterhead {
        let logo = match (self.logo.is_empty(), self.without_logo) {
            (false, _) => Logo::New(self.logo.clone()),
            (true, true) => Logo::None,
            (true, false) => Logo::Keep,
        };
        NewLetterhead {
            address: Some(self.address.clone()),
            phone: Some(self.phone.clone()),
            email: Some(self.email.clone()),
            logo,
        }
    }
}

/// A picture; the route's limit bounds it.
async fn whole(part: Part<'_>) -> Result<Bytes, Problem> {
    let mut all = Vec::new();
    let mut pieces = std::pin::pin!(part.bytes());
    while let Some(piece) = pieces.try_next().await? {
        all.extend_from_slice(&piece);
    }
    Ok(all.into())
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// It was saved just now.
    saved: Option<String>,
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let found = api::letterhead(&app, &caller.ctx).await?;
    let page = LetterheadPage {
        saved: asked.saved.is_some(),
        ..LetterheadPage::new(shell, found)
    };
    Ok(render(&page)?.into_response())
}

async fn save(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    upload: Upload,
) -> Result<Response, Fault> {
    let typed = Typed::read(upload).await?;
    let expected = Expected::from_if_match(&typed.version);
    let set = api::set_letterhead(&app, &caller.ctx, expected, typed.wanted()).await;
    let problem = match set {
        Ok(_) => return Ok(Redirect::to("/settings/letterhead?saved=1").into_response()),
        Err(problem) if problem.kind == ProblemKind::Invalid => problem,
        Err(problem) => return Err(problem.into()),
    };
    let found = api::letterhead(&app, &caller.ctx).await?;
    let page = LetterheadPage {
        errors: shell.texts.fields(&problem),
        typed,
        ..LetterheadPage::new(shell, found)
    };
    Ok((StatusCode::BAD_REQUEST, render(&page)?).into_response())
}

/// The look of a document of nobody.
async fn example(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let printed = api::letterhead_example(&app, &caller.ctx).await?;
    given(printed, &headers)
}
