//! What a broadcast would do, before anybody sends it.

use kernel::{Ctx, Locale, Phone, Problem};
use send_rules::segments;
use store::ReadTx;

use super::broadcast_text::{event, values};
use crate::{
    App, identity,
    messaging::{
        self,
        api::{Amount, Channel, Form, Prices, TextKey, current_text},
    },
    outreach::{
        model::{AlikeRow, BroadcastId, BroadcastPreview, BroadcastRow, ShownText, WayCount},
        rules::broadcasts::{calling_code, minutes},
        storage,
    },
};

/// Whom a broadcast would reach if it began now, by the statement that will write them
/// down, and what they would read.
///
/// # Errors
/// 404; 409 `broadcast-begun`.
pub async fn preview_broadcast(
    app: &App,
    ctx: &Ctx,
    id: BroadcastId,
) -> Result<BroadcastPreview, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let found = storage::broadcast(&mut tx, ctx.tenant, id).await?;
    let row = found.ok_or_else(Problem::not_found)?;
    if !row.is_open() {
        return Err(Problem::conflict("broadcast-begun"));
    }
    let alike = audience(&mut tx, app, ctx, &row).await?;
    estimate(&mut tx, app, ctx, row, alike).await
}

/// How many of its audience would be dealt with alike if a broadcast began now.
pub(super) async fn audience(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    row: &BroadcastRow,
) -> Result<Vec<AlikeRow>, Problem> {
    let zone = identity::api::tenant(tx, ctx.tenant).await?.zone;
    let (now, of) = (app.clock.now(), (row.id, &row.audience()));
    let today = now.day(&zone);
    Ok(storage::alike(tx, ctx.tenant, of, (now, &today)).await?)
}

/// What a broadcast does for these.
pub(super) async fn estimate(
    tx: &mut ReadTx,
    app: &App,
    ctx: &Ctx,
    row: BroadcastRow,
    alike: Vec<AlikeRow>,
) -> Result<BroadcastPreview, Problem> {
    let clinic = identity::api::tenant(tx, ctx.tenant).await?;
    let sender = messaging::api::sender(tx, ctx.tenant, Channel::Sms).await?;
    let mut shown = Shown {
        app: app.clone(),
        row,
        clinic: clinic.name,
        sender: sender.unwrap_or_default(),
        texts: Vec::new(),
    };
    shown.preview(tx, ctx, alike).await
}

/// What a text of this length looks like by SMS, in the clinic's language.
///
/// # Errors
/// The database's.
pub async fn shown_text(app: &App, ctx: &Ctx, content: &str) -> Result<ShownText, Problem> {
    let mut tx = app.store.read(ctx).await?;
    let clinic = identity::api::tenant(&mut tx, ctx.tenant).await?;
    let of = (Channel::Sms, clinic.locale, true);
    rendered(&mut tx, ctx, (&clinic.name, content), of).await
}

/// The text by one way in one language, with or without how to get no more.
async fn rendered(
    tx: &mut ReadTx,
    ctx: &Ctx,
    (clinic, content): (&str, &str),
    (channel, locale, two_way): (Channel, Locale, bool),
) -> Result<ShownText, Problem> {
    let event = event()?;
    let key = |channel| TextKey {
        event,
        channel,
        locale,
    };
    let values = values(clinic, content, locale, two_way);
    let own = current_text(tx, ctx, key(channel)).await?;
    let missing = |missing: send_rules::MissingValue| Problem::internal(missing);
    let text = own.filled(&values).map_err(missing)?;
    // WhatsApp takes all letters: its text is what was written.
    let plain = messaging::api::OwnText {
        key: key(Channel::Whatsapp),
        ..own
    };
    Ok(ShownText {
        channel,
        language: locale,
        size: segments(&text),
        as_written: segments(&plain.filled(&values).map_err(missing)?),
        text,
    })
}

struct Shown {
    app: App,
    row: BroadcastRow,
    clinic: String,
    sender: String,
    /// With whether an answer can arrive.
    texts: Vec<(bool, ShownText)>,
}

impl Shown {
    async fn preview(
        &mut self,
        tx: &mut ReadTx,
        ctx: &Ctx,
        alike: Vec<AlikeRow>,
    ) -> Result<BroadcastPreview, Problem> {
        let (mut excluded, mut ways) = (Vec::new(), Vec::new());
        let budget = messaging::api::budget_of(tx, ctx.tenant).await?;
        let prices = messaging::api::prices_of(tx, ctx.tenant).await?;
        let mut cost = Some(Amount::default());
        for some in alike {
            match (some.excluded, some.channel, some.phone) {
                (Some(reason), _, _) => match excluded.iter_mut().find(|(it, _)| *it == reason) {
                    Some((_, people)) => *people += some.people,
                    None => excluded.push((reason, some.people)),
                },
                (None, Some(channel), Some(phone)) => {
                    let of = (channel, some.language, some.people);
                    let way = self.way(tx, ctx, of, &phone).await?;
                    let price = price(&prices, &way, &phone);
                    cost = cost
                        .zip(price)
                        .map(|(cost, price)| [cost, price].into_iter().sum());
                    add(&mut ways, way);
                }
                _ => {}
            }
        }
        excluded.sort_unstable();
        let count = ways.iter().map(|way: &WayCount| way.people).sum();
        Ok(BroadcastPreview {
            count,
            excluded,
            ways,
            texts: self.texts.drain(..).map(|(_, text)| text).collect(),
            minutes: minutes(count, self.row.pace),
            estimated_cost: cost.zip(budget.map(|budget| budget.currency)),
        })
    }

    /// People of one country: one of their numbers tells which.
    async fn way(
        &mut self,
        tx: &mut ReadTx,
        ctx: &Ctx,
        (channel, language, people): (Channel, Locale, i64),
        phone: &Phone,
    ) -> Result<WayCount, Problem> {
        let two_way = messaging::api::answers_arrive(&self.app, &self.sender, (phone, channel));
        let same = |(with, text): &&(bool, ShownText)| {
            (*with, text.channel, text.language) == (two_way, channel, language)
        };
        let known = self.texts.iter().find(same);
        let known = known.map(|(_, text)| text.size.segments);
        let segments = match known {
            Some(segments) => segments,
            None => {
                let of = (channel, language, two_way);
                let words = (self.clinic.as_str(), self.row.content.as_str());
                let text = rendered(tx, ctx, words, of).await?;
                let segments = text.size.segments;
                self.texts.push((two_way, text));
                segments
            }
        };
        Ok(WayCount {
            channel,
            language,
            calling_code: calling_code(phone.as_e164()),
            people,
            segments: match channel {
                Channel::Sms => segments,
                _ => 0,
            },
        })
    }
}

/// What the messages of one way cost at most. By WhatsApp an answer and an approved text
/// are priced apart, and which it will be is known only when it goes.
fn price(prices: &Prices, way: &WayCount, phone: &Phone) -> Option<Amount> {
    let of = |form| prices.of(form, phone.country());
    let each = match way.channel {
        Channel::Sms => of(Form::Sms)?.times(i64::try_from(way.segments).ok()?),
        _ => of(Form::Session)?.max(of(Form::Template)?),
    };
    Some(each.times(way.people))
}

/// Numbers that begin alike may be of one country.
fn add(ways: &mut Vec<WayCount>, way: WayCount) {
    let same = |known: &&mut WayCount| {
        (
            known.channel,
            known.language,
            &known.calling_code,
            known.segments,
        ) == (way.channel, way.language, &way.calling_code, way.segments)
    };
    match ways.iter_mut().find(same) {
        Some(known) => known.people += way.people,
        None => ways.push(way),
    }
}
