//! The clinic's own texts, and those that WhatsApp reviews.

use kernel::{Ctx, Expected, Locale, Problem, ProblemKind};
use send_rules::{Amount, Channel, Currency, Segments, TemplateState, Values, segments};
use serde_json::json;
use store::{ReadTx, StoreError, WriteTx};

use crate::{
    App,
    audit::{self, api::Event as AuditEvent},
    identity,
    messaging::{
        model::{OwnText, ReviewedText, TextKey, TextRow, TextVersion},
        rules::{
            events::{EVENTS, Event},
            template_check, wording,
        },
        storage,
    },
};

/// Every text of the clinic in one language, as it holds.
///
/// # Errors
/// The database's.
pub async fn texts(app: &App, ctx: &Ctx, locale: Locale) -> Result<Vec<OwnText>, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let written = storage::texts(&mut tx, ctx.tenant).await?;
    let all = EVENTS.iter().flat_map(|event| {
        Channel::NUMBERS.map(|channel| TextKey {
            event,
            channel,
            locale,
        })
    });
    let of = |key: TextKey| {
        let is_it = |row: &&TextRow| {
            (row.event.as_str(), row.channel, row.language)
                == (key.event.key, key.channel, key.locale)
        };
        own(key, written.iter().find(is_it).cloned())
    };
    Ok(all.map(of).collect())
}

fn own(key: TextKey, row: Option<TextRow>) -> OwnText {
    OwnText {
        key,
        shipped: wording::shipped_template(key.event, key.locale),
        version: row.as_ref().map_or(0, |row| row.version),
        own: row.and_then(|row| row.body),
    }
}

/// One text as it holds, in the caller's transaction.
///
/// # Errors
/// The database's.
pub async fn current_text(tx: &mut ReadTx, ctx: &Ctx, key: TextKey) -> Result<OwnText, StoreError> {
    let row = storage::text(tx, ctx.tenant, key).await?;
    Ok(own(key, row))
}

/// One text as it holds.
///
/// # Errors
/// The database's.
pub async fn text(app: &App, ctx: &Ctx, key: TextKey) -> Result<OwnText, Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(current_text(&mut tx, ctx, key).await?)
}

/// Its newest fifty versions, the newest first.
///
/// # Errors
/// The database's.
pub async fn versions(app: &App, ctx: &Ctx, key: TextKey) -> Result<Vec<TextVersion>, Problem> {
    let mut tx = app.store.read(ctx).await?;
    Ok(storage::versions(&mut tx, ctx.tenant, key).await?)
}

/// What a text looks like when it is sent, filled with long examples.
#[derive(Debug, Clone)]
pub struct Preview {
    /// What the patient reads.
    pub text: String,
    /// What it takes as an SMS.
    pub size: Segments,
    /// What that costs to a number of the clinic's own country, where its price is known.
    pub price: Option<(Amount, Currency)>,
}

/// Refuses what may not be read by others, when it goes by a way on which they may. What
/// `names` says is the sender's and the patient's own.
///
/// # Errors
/// 400 `tells-health` naming `body` and the word.
pub fn tells_nothing(channel: Channel, body: &str, names: &[&str]) -> Result<(), Problem> {
    template_check::tells_nothing(channel, body, names)
}

/// Shows a text as it would be sent, whether it could be kept or not.
///
/// # Errors
/// 400 naming `body` and what is wrong with it.
pub async fn preview(app: &App, ctx: &Ctx, key: TextKey, body: &str) -> Result<Preview, Problem> {
    template_check::text_by(key.event, key.channel, body)?;
    let mut tx = app.store.read(ctx).await?;
    let examples = examples(&mut tx, app, ctx, key.event).await?;
    let text = filled(key, body, &examples)?;
    let size = segments(&text);
    let price = super::costs::at_home(&mut tx, ctx.tenant, &text).await?;
    Ok(Preview { text, size, price })
}

async fn examples(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    event: &Event,
) -> Result<Values, StoreError> {
    let clinic = identity::api::tenant(tx, ctx.tenant).await?;
    let base = &app.settings.public_url;
    Ok(template_check::examples(event, &clinic.name, base))
}

fn filled(key: TextKey, body: &str, values: &Values) -> Result<String, Problem> {
    let text = wording::body(key.event, (key.channel, key.locale), Some(body), values);
    text.map_err(Problem::internal)
}

/// Sets a text of the clinic; nothing for `body` takes the shipped one back. Every version
/// is kept. It holds for messages that are written from now on.
///
/// # Errors
/// 400 naming `body` and what is wrong with it, for an SMS also a word that tells of
/// somebody's health; 412 when `expected` is not the version any
/// more.
pub async fn set_text(
    app: &App,
    ctx: &Ctx,
    key: TextKey,
    expected: Expected,
    body: Option<String>,
) -> Result<OwnText, Problem> {
    if let Some(body) = &body {
        template_check::text_by(key.event, key.channel, body)?;
    }
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let now = current_text(tx, &ctx, key).await?;
                expected.check(now.version)?;
                let body = body.map(|body| body.trim().to_owned());
                if body == now.own {
                    return Ok(now);
                }
                if let Some(body) = &body {
                    let examples = examples(tx, &a, &ctx, key.event).await?;
                    template_check::length(key.channel, &filled(key, body, &examples)?)?;
                }
                add(tx, &a, &ctx, key, (now.version + 1, body)).await
            })
        })
        .await
}

async fn add(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    key: TextKey,
    (version, body): (i64, Option<String>),
) -> Result<OwnText, Problem> {
    let new = (version, body.as_deref());
    let added = storage::add_version(tx, ctx, key, new, app.clock.now()).await;
    added.map_err(stale)?;
    let detail = json!({"event": key.event.key, "channel": key.channel, "language": key.locale, "version": version});
    noted(tx, app, ctx, ("message_text.change", detail));
    Ok(OwnText {
        own: body,
        version,
        ..own(key, None)
    })
}

/// Two who change the same: the second is told.
pub(super) fn stale(error: StoreError) -> Problem {
    match error.is_unique_violation() {
        true => Problem::new(ProblemKind::Stale),
        false => error.stale(),
    }
}

pub(super) fn noted(
    tx: &mut WriteTx,
    app: &App,
    ctx: &Ctx,
    (action, detail): (&'static str, serde_json::Value),
) {
    let event = AuditEvent {
        action,
        object_type: "tenant",
        object_id: ctx.tenant.uuid(),
        patient: None,
        detail: Some(detail.to_string()),
    };
    audit::api::record_event(tx, app, ctx, event);
}

/// The texts in WhatsApp's review, by event and language.
///
/// # Errors
/// The database's.
pub async fn reviewed_texts(
    app: &App,
    ctx: &Ctx,
) -> Result<Vec<(&'static Event, Locale, ReviewedText)>, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let rows = storage::all_reviewed(&mut tx, ctx.tenant).await?;
    // An event that is no more has texts that nothing sends.
    let known = rows.into_iter().filter_map(|row| {
        let event = crate::messaging::rules::events::named(&row.event)?;
        Some((event, row.language, row.into()))
    });
    Ok(known.collect())
}

/// The text for one event in WhatsApp's review.
///
/// # Errors
/// The database's.
pub async fn reviewed_text(
    app: &App,
    ctx: &Ctx,
    of: (&'static Event, Locale),
) -> Result<Option<ReviewedText>, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let row = storage::reviewed(&mut tx, ctx.tenant, of).await?;
    Ok(row.map(ReviewedText::from))
}

/// Keeps a text for WhatsApp's review, or what became of it there. The version in
/// `wanted` does not count.
///
/// # Errors
/// 400 naming the field; 409 `reviewed-text-changed` for an approved text in other words
/// than the review saw, `template-name-taken`; 412 when `expected` is not the version any
/// more.
pub async fn set_reviewed_text(
    app: &App,
    ctx: &Ctx,
    (event, locale): (&'static Event, Locale),
    expected: Expected,
    wanted: ReviewedText,
) -> Result<ReviewedText, Problem> {
    template_check::reviewed_text(event, &wanted.body)?;
    template_check::registration(&wanted)?;
    let (a, ctx) = (app.clone(), *ctx);
    app.store
        .write(&ctx, move |tx| {
            Box::pin(async move {
                let row = storage::reviewed(tx, ctx.tenant, (event, locale)).await?;
                let now = row.map(ReviewedText::from);
                let version = now.as_ref().map_or(0, |now| now.version);
                expected.check(version)?;
                if now.is_some_and(|now| was_reviewed(&now) && is_changed(&now, &wanted)) {
                    return Err(Problem::conflict("reviewed-text-changed"));
                }
                let text = ReviewedText { version, ..wanted };
                let set = storage::set_reviewed(tx, ctx.tenant, (event, locale), &text, a.clock.now());
                set.await.map_err(taken)?;
                let detail = json!({"event": event.key, "language": locale, "state": text.state, "version": version + 1});
                noted(tx, &a, &ctx, ("whatsapp_template.change", detail));
                let version = version + 1;
                Ok(ReviewedText { version, ..text })
            })
        })
        .await
}

const fn was_reviewed(text: &ReviewedText) -> bool {
    matches!(text.state, TemplateState::Approved | TemplateState::Paused)
}

/// Other words under an approval that was given to the first ones.
fn is_changed(now: &ReviewedText, wanted: &ReviewedText) -> bool {
    let other_words = now.body.trim() != wanted.body.trim();
    other_words && was_reviewed(wanted) && now.content_sid == wanted.content_sid
}

fn taken(error: StoreError) -> Problem {
    match error.is_unique_violation() {
        true => Problem::conflict("template-name-taken"),
        false => error.stale(),
    }
}
