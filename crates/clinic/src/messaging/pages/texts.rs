//! The texts that patients are sent, as the clinic writes them.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::{Method, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use kernel::{Expected, Locale, Problem, Zone};
use send_rules::{Channel, Encoding, TemplateState, numbered, segments};
use webkit::{Caller, Fault, FieldTexts, Form, Policy, Query, Routes, Shell, in_form, render};

use crate::{
    App,
    messaging::{
        api::{self, Preview},
        model::{OwnText, ReviewedText, TextKey, TextVersion, WhatsappCategory},
        wire::templates::{ReviewedForm, TextFilter, TextForm, TextQuery, event_in},
    },
};

const LIST: &str = "/settings/texts";
const ONE: &str = "/settings/texts/{event}";

pub(super) fn routes() -> Routes<App> {
    let (get, post) = (Method::GET, Method::POST);
    Routes::new()
        .page(get.clone(), LIST, list, Policy::ADMIN)
        .page(get, ONE, show, Policy::ADMIN)
        .page(post.clone(), ONE, save, Policy::ADMIN)
        .page(
            post,
            "/settings/texts/{event}/review",
            review,
            Policy::ADMIN,
        )
}

#[derive(Template)]
#[template(path = "messaging/texts.html")]
struct ListPage {
    shell: Shell,
    language: Locale,
    texts: Vec<OwnText>,
}

impl ListPage {
    fn is_shown(&self, language: &Locale) -> bool {
        self.language == *language
    }

    /// The texts by SMS: one row for each event.
    fn events(&self) -> impl Iterator<Item = &OwnText> {
        let by_sms = |text: &&OwnText| text.key.channel == Channel::Sms;
        self.texts.iter().filter(by_sms)
    }

    /// The ways for which the clinic wrote a text of its own.
    fn own(&self, event: &str) -> String {
        let own = |text: &&OwnText| text.key.event.key == event && text.own.is_some();
        let ways = self.texts.iter().filter(own);
        let ways: Vec<String> = ways
            .map(|text| super::way(&self.shell, text.key.channel))
            .collect();
        ways.join(", ")
    }
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    Query(filter): Query<TextFilter>,
) -> Result<Html<String>, Fault> {
    let language = filter.locale()?;
    let texts = api::texts(&app, &caller.ctx, language).await?;
    render(&ListPage {
        shell,
        language,
        texts,
    })
}

#[derive(Template)]
#[template(path = "messaging/text.html")]
struct TextPage {
    shell: Shell,
    text: OwnText,
    /// As it holds, or as it was typed.
    body: String,
    version: i64,
    preview: Option<Preview>,
    versions: Vec<TextVersion>,
    reviewed: Option<ReviewedText>,
    review: ReviewedForm,
    done: String,
    errors: FieldTexts,
    review_errors: FieldTexts,
    zone: Zone,
}

impl TextPage {
    async fn of(app: &App, caller: &Caller, shell: Shell, key: TextKey) -> Result<Self, Problem> {
        let ctx = &caller.ctx;
        let text = api::text(app, ctx, key).await?;
        let body = text.body().to_owned();
        let reviewed = match key.channel {
            Channel::Whatsapp => api::reviewed_text(app, ctx, (key.event, key.locale)).await?,
            _ => None,
        };
        Ok(Self {
            shell,
            preview: api::preview(app, ctx, key, &body).await.ok(),
            versions: api::versions(app, ctx, key).await?,
            review: ReviewedForm::of(reviewed.as_ref()),
            reviewed,
            version: text.version,
            text,
            body,
            done: String::new(),
            errors: FieldTexts::default(),
            review_errors: FieldTexts::default(),
            zone: caller.zone.clone(),
        })
    }

    fn key(&self) -> TextKey {
        self.text.key
    }

    fn address(&self) -> String {
        address(self.key())
    }

    /// The same text by another way or in another language.
    fn other(&self, channel: &Channel, language: &Locale) -> String {
        address(TextKey {
            channel: *channel,
            locale: *language,
            ..self.key()
        })
    }

    fn is_this(&self, channel: &Channel, language: &Locale) -> bool {
        (self.key().channel, self.key().locale) == (*channel, *language)
    }

    fn is_whatsapp(&self) -> bool {
        self.key().channel == Channel::Whatsapp
    }

    fn is_sms(&self) -> bool {
        self.key().channel == Channel::Sms
    }

    fn way(&self, channel: &Channel) -> String {
        super::way(&self.shell, *channel)
    }

    /// What the text takes as an SMS, in words.
    fn size(&self, preview: &Preview) -> String {
        let size = preview.size;
        let (count, units) = (size.segments, size.units);
        self.shell
            .texts
            .with("texts-size", &[("count", &count), ("units", &units)])
    }

    fn price(&self, preview: &Preview) -> Option<String> {
        preview
            .price
            .map(|price| api::money(self.shell.texts.locale, price))
    }

    fn is_dear(&self, preview: &Preview) -> bool {
        preview.size.encoding == Encoding::Ucs2 || preview.size.segments > 1
    }

    /// Whether signs of the text are written otherwise in an SMS.
    fn is_reworded(&self) -> bool {
        self.is_sms() && segments(&self.body).encoding == Encoding::Ucs2
    }

    /// As WhatsApp is handed it.
    fn numbered(&self) -> Option<String> {
        numbered(&self.review.reviewed).ok().map(|text| text.body)
    }

    fn states(&self) -> Vec<(String, String)> {
        let shown = |state: &TemplateState| {
            let said = self.shell.t(&format!("texts-state-{state}"));
            (state.to_string(), said)
        };
        TemplateState::ALL.iter().map(shown).collect()
    }

    fn categories(&self) -> Vec<(String, String)> {
        let shown = |category: &WhatsappCategory| {
            let said = self.shell.t(&format!("texts-category-{category}"));
            (category.to_string(), said)
        };
        WhatsappCategory::ALL.iter().map(shown).collect()
    }
}

fn address(key: TextKey) -> String {
    let (event, channel, language) = (key.event.key, key.channel, key.locale);
    format!("{LIST}/{event}?channel={channel}&language={language}")
}

async fn show(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    (Path(event), Query(query)): (Path<String>, Query<TextQuery>),
) -> Result<Response, Fault> {
    let mut page = TextPage::of(&app, &caller, shell, query.key(&event)?).await?;
    page.done = query.done;
    Ok(render(&page)?.into_response())
}

async fn save(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    (Path(event), Query(query)): (Path<String>, Query<TextQuery>),
    Form(form): Form<TextForm>,
) -> Result<Response, Fault> {
    let key = query.key(&event)?;
    let ctx = &caller.ctx;
    if form.act == "preview" {
        let shown = api::preview(&app, ctx, key, &form.body).await;
        return again(&app, &caller, (shell, key), form, shown).await;
    }
    let wanted = (form.act != "reset").then(|| form.body.clone());
    let set = api::set_text(&app, ctx, key, Expected::seen(form.version), wanted).await;
    match set {
        Ok(_) => Ok(Redirect::to(&format!("{}&done=saved", address(key))).into_response()),
        Err(problem) => again(&app, &caller, (shell, key), form, Err(problem)).await,
    }
}

/// The page once more with what was typed, and what it looks like or what is wrong.
async fn again(
    app: &App,
    caller: &Caller,
    (shell, key): (Shell, TextKey),
    form: TextForm,
    shown: Result<Preview, Problem>,
) -> Result<Response, Fault> {
    let mut page = TextPage::of(app, caller, shell, key).await?;
    page.body = form.body;
    let code = match shown {
        Ok(preview) => {
            page.preview = Some(preview);
            StatusCode::OK
        }
        Err(problem) => {
            page.preview = None;
            let (code, errors) = in_form(page.shell.texts, problem)?;
            page.errors = errors;
            code
        }
    };
    Ok((code, render(&page)?).into_response())
}

async fn review(
    State(app): State<App>,
    caller: Caller,
    shell: Shell,
    (Path(event), Query(query)): (Path<String>, Query<TextQuery>),
    Form(form): Form<ReviewedForm>,
) -> Result<Response, Fault> {
    let key = query.key(&event)?;
    let of = event_in((key.event.key, key.locale.as_str()))?;
    let seen = Expected::seen(form.version);
    let set = match form.read() {
        Ok(wanted) => api::set_reviewed_text(&app, &caller.ctx, of, seen, wanted).await,
        Err(problem) => Err(problem),
    };
    let problem = match set {
        Ok(_) => {
            let to = format!("{}&done=reviewed", address(key));
            return Ok(Redirect::to(&to).into_response());
        }
        Err(problem) => problem,
    };
    let mut page = TextPage::of(&app, &caller, shell, key).await?;
    let (code, errors) = in_form(page.shell.texts, problem)?;
    page.review_errors = errors;
    page.review = form;
    Ok((code, render(&page)?).into_response())
}
