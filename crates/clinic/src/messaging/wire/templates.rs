//! The clinic's texts on the wire and in forms.

use kernel::{Locale, Problem, Timestamp, Zone};
use send_rules::{Channel, TemplateState, numbered};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::messaging::{
    api::Preview,
    model::{OwnText, ReviewedText, TextKey, TextVersion, WhatsappCategory},
    rules::events::{Event, named},
};

/// The text that an address names.
///
/// # Errors
/// 404 for an event, a way or a language that we do not know.
pub(in crate::messaging) fn text_key(
    (event, channel, language): (&str, &str, &str),
) -> Result<TextKey, Problem> {
    let channel = Channel::parse_number(channel).ok_or_else(Problem::not_found)?;
    let (event, locale) = event_in((event, language))?;
    Ok(TextKey {
        event,
        channel,
        locale,
    })
}

/// The event and language that an address names.
///
/// # Errors
/// 404 for one that we do not know.
pub(in crate::messaging) fn event_in(
    (event, language): (&str, &str),
) -> Result<(&'static Event, Locale), Problem> {
    let event = named(event).zip(Locale::parse(language));
    event.ok_or_else(Problem::not_found)
}

/// A text that patients are sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"event": "reminder-link", "category": "reminder", "channel": "sms", "language": "fr", "body": "{clinic}. Rappel, rendez-vous le {day} à {time}. Confirmez ou annulez sur {link}", "own": false, "shipped": "{clinic}. Rappel, rendez-vous le {day} à {time}. Confirmez ou annulez sur {link}", "variables": ["clinic", "day", "time", "link"], "required": ["day", "time", "link"], "version": 0}))]
pub(in crate::messaging) struct TextBody {
    /// What it speaks of.
    event: &'static str,
    /// What its messages are for.
    category: String,
    /// `whatsapp` or `sms`.
    channel: String,
    /// `fr` or `en`.
    language: String,
    /// The text that holds.
    body: String,
    /// Whether the clinic wrote it.
    own: bool,
    /// The text that is shipped.
    shipped: String,
    /// What it may hold, as `{name}`.
    variables: &'static [&'static str],
    /// What it must hold.
    required: &'static [&'static str],
    /// Counts changes; 0 as long as nobody made one. Also the ETag.
    version: i64,
}

impl From<OwnText> for TextBody {
    fn from(text: OwnText) -> Self {
        let event = text.key.event;
        Self {
            event: event.key,
            category: event.category.to_string(),
            channel: text.key.channel.to_string(),
            language: text.key.locale.to_string(),
            body: text.body().to_owned(),
            own: text.own.is_some(),
            shipped: text.shipped,
            variables: event.variables,
            required: event.required,
            version: text.version,
        }
    }
}

/// A text as a clinic writes it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"body": "{clinic} vous attend le {day} à {time}. Dites-nous si vous venez sur {link}"}))]
pub(in crate::messaging) struct TextInput {
    /// At most 1600 characters, with `{name}` for what is filled in.
    pub(in crate::messaging) body: String,
}

/// A version of a text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"version": 1, "body": "{clinic} vous attend le {day} à {time}. Voir {link}", "author": "Awa Diop", "created_at": "2026-03-01T09:30:00+00:00"}))]
pub(in crate::messaging) struct VersionBody {
    /// From 1.
    version: i64,
    /// What was written; null where the shipped text was taken back.
    body: Option<String>,
    /// Who wrote it.
    author: Option<String>,
    /// RFC 3339 in the clinic's zone.
    created_at: String,
}

impl VersionBody {
    pub(in crate::messaging) fn new(version: TextVersion, zone: &Zone) -> Self {
        let at: Timestamp = version.created_at;
        Self {
            version: version.version,
            body: version.body,
            author: version.author,
            created_at: at.rfc3339(zone),
        }
    }
}

/// What a text looks like, filled with long examples.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"text": "Clinique de la Paix vous attend le 31/12/2027 à 10:30.", "encoding": "gsm7", "units": 55, "segments": 1, "price": "24.5", "currency": "XOF"}))]
pub(in crate::messaging) struct PreviewBody {
    /// What the patient reads.
    text: String,
    /// As an SMS: `gsm7` or `ucs2`.
    encoding: String,
    /// As an SMS: septets or UTF-16 code units.
    units: usize,
    /// As an SMS: messages charged.
    segments: usize,
    /// As an SMS to a number of the clinic's own country; null where its price is not known.
    price: Option<String>,
    /// Of the price.
    currency: Option<String>,
}

impl From<Preview> for PreviewBody {
    fn from(preview: Preview) -> Self {
        Self {
            text: preview.text,
            encoding: preview.size.encoding.to_string(),
            units: preview.size.units,
            segments: preview.size.segments,
            price: preview.price.map(|(price, _)| price.to_string()),
            currency: preview.price.map(|(_, currency)| currency.to_string()),
        }
    }
}

/// A text in WhatsApp's review, as it is set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "rappel_rendez_vous", "category": "utility", "body": "Rappel de {clinic} : rendez-vous le {day} à {time}. Répondez sur {link} s’il vous plaît.", "state": "approved", "content_sid": "HX00000000000000000000000000000000"}))]
pub(in crate::messaging) struct ReviewedInput {
    /// Its name at WhatsApp: small letters, digits and `_`.
    name: String,
    /// `utility` or `marketing`.
    category: String,
    /// At most 1024 characters; no `{name}` first, last or beside another.
    body: String,
    /// `draft`, `submitted`, `approved`, `paused` or `rejected`.
    state: String,
    /// Twilio's id of it; needed for an approved one.
    #[serde(default)]
    content_sid: Option<String>,
}

impl ReviewedInput {
    /// What is wanted.
    ///
    /// # Errors
    /// 400 naming `category` or `state`.
    pub(in crate::messaging) fn read(self) -> Result<ReviewedText, Problem> {
        let wrong = |field| Problem::invalid(field, "not-a-choice");
        let sid = self.content_sid.map(|sid| sid.trim().to_owned());
        Ok(ReviewedText {
            name: self.name.trim().to_owned(),
            category: WhatsappCategory::parse(&self.category).ok_or_else(|| wrong("category"))?,
            body: self.body.trim().to_owned(),
            state: TemplateState::parse(&self.state).ok_or_else(|| wrong("state"))?,
            content_sid: sid.filter(|sid| !sid.is_empty()),
            version: 0,
        })
    }
}

/// A text in WhatsApp's review.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"event": "reminder-link", "language": "fr", "name": "rappel_rendez_vous", "category": "utility", "body": "Rappel de {clinic} : rendez-vous le {day} à {time}. Répondez sur {link} s’il vous plaît.", "numbered_body": "Rappel de {{1}} : rendez-vous le {{2}} à {{3}}. Répondez sur {{4}} s’il vous plaît.", "variables": ["clinic", "day", "time", "link"], "state": "approved", "content_sid": "HX00000000000000000000000000000000", "version": 1}))]
pub(in crate::messaging) struct ReviewedBody {
    /// What it speaks of.
    event: &'static str,
    /// `fr` or `en`.
    language: String,
    /// Its name at WhatsApp.
    name: String,
    /// `utility` or `marketing`.
    category: String,
    /// With named variables.
    body: String,
    /// As it is handed in: with numbers.
    numbered_body: String,
    /// What each number stands for, from 1.
    variables: Vec<String>,
    /// `draft`, `submitted`, `approved`, `paused` or `rejected`.
    state: String,
    /// Twilio's id of it.
    content_sid: Option<String>,
    /// Counts changes. Also the ETag.
    version: i64,
}

impl ReviewedBody {
    pub(in crate::messaging) fn new(
        (event, locale): (&'static Event, Locale),
        text: ReviewedText,
    ) -> Self {
        // Only what can be numbered is kept.
        let (numbered_body, variables) = match numbered(&text.body) {
            Ok(numbered) => (numbered.body, numbered.names),
            Err(_) => (String::new(), Vec::new()),
        };
        Self {
            event: event.key,
            language: locale.to_string(),
            name: text.name,
            category: text.category.to_string(),
            body: text.body,
            numbered_body,
            variables,
            state: text.state.to_string(),
            content_sid: text.content_sid,
            version: text.version,
        }
    }
}

/// Which texts are shown.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
pub(in crate::messaging) struct TextFilter {
    /// `fr` or `en`; French when nothing is said.
    pub(in crate::messaging) language: String,
}

impl TextFilter {
    pub(in crate::messaging) fn locale(&self) -> Result<Locale, Problem> {
        match self.language.as_str() {
            "" => Ok(Locale::Fr),
            word => Locale::parse(word).ok_or_else(|| Problem::invalid("language", "not-a-choice")),
        }
    }
}

/// Which text of an event a page shows, and what was done just now.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::messaging) struct TextQuery {
    pub(in crate::messaging) channel: String,
    pub(in crate::messaging) language: String,
    pub(in crate::messaging) done: String,
}

impl TextQuery {
    /// The text that is meant; by SMS in French when nothing is said.
    ///
    /// # Errors
    /// 404 for an event, a way or a language that we do not know.
    pub(in crate::messaging) fn key(&self, event: &str) -> Result<TextKey, Problem> {
        let or = |word: &str, other: &str| match word {
            "" => other.to_owned(),
            word => word.to_owned(),
        };
        let (channel, language) = (or(&self.channel, "sms"), or(&self.language, "fr"));
        text_key((event, &channel, &language))
    }
}

/// A text as it was typed, to look at or to keep.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::messaging) struct TextForm {
    pub(in crate::messaging) body: String,
    pub(in crate::messaging) version: Option<i64>,
    /// `save`, `preview`, or `reset` to take the shipped text back.
    pub(in crate::messaging) act: String,
}

/// A text for WhatsApp's review as it was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::messaging) struct ReviewedForm {
    pub(in crate::messaging) name: String,
    pub(in crate::messaging) category: String,
    pub(in crate::messaging) reviewed: String,
    pub(in crate::messaging) state: String,
    pub(in crate::messaging) content_sid: String,
    pub(in crate::messaging) version: Option<i64>,
}

impl ReviewedForm {
    pub(in crate::messaging) fn of(text: Option<&ReviewedText>) -> Self {
        let Some(text) = text else {
            return Self {
                category: WhatsappCategory::Utility.to_string(),
                state: TemplateState::Draft.to_string(),
                version: Some(0),
                ..Self::default()
            };
        };
        Self {
            name: text.name.clone(),
            category: text.category.to_string(),
            reviewed: text.body.clone(),
            state: text.state.to_string(),
            content_sid: text.content_sid.clone().unwrap_or_default(),
            version: Some(text.version),
        }
    }

    /// What is wanted.
    ///
    /// # Errors
    /// 400 naming `category` or `state`.
    pub(in crate::messaging) fn read(&self) -> Result<ReviewedText, Problem> {
        let input = ReviewedInput {
            name: self.name.clone(),
            category: self.category.clone(),
            body: self.reviewed.clone(),
            state: self.state.clone(),
            content_sid: Some(self.content_sid.clone()),
        };
        input.read()
    }
}
