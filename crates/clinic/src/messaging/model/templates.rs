use kernel::{Locale, Timestamp};
use send_rules::{Channel, MissingValue, TemplateState, Values};

use crate::messaging::rules::{events::Event, wording};

/// Which text of a clinic is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextKey {
    /// What it speaks of.
    pub event: &'static Event,
    /// The way it goes: one of [`Channel::NUMBERS`].
    pub channel: Channel,
    /// Its language.
    pub locale: Locale,
}

/// A text as it holds.
#[derive(Debug, Clone)]
pub struct OwnText {
    /// Which one.
    pub key: TextKey,
    /// What the clinic wrote; nothing where the shipped text holds.
    pub own: Option<String>,
    /// The text that is shipped.
    pub shipped: String,
    /// Counts changes; 0 as long as nobody made one.
    pub version: i64,
}

impl OwnText {
    /// The text that holds.
    #[must_use]
    pub fn body(&self) -> &str {
        self.own.as_deref().unwrap_or(&self.shipped)
    }

    /// The text filled in, as it would be sent.
    ///
    /// # Errors
    /// The variable it lacks.
    pub fn filled(&self, values: &Values) -> Result<String, MissingValue> {
        let way = (self.key.channel, self.key.locale);
        wording::body(self.key.event, way, self.own.as_deref(), values)
    }
}

store::row! {
    /// A version of a text.
    pub struct TextVersion {
        /// From 1.
        pub version: i64,
        /// What was written; nothing where the shipped text was taken back.
        pub body: Option<String>,
        /// Who wrote it.
        pub author: Option<String>,
        /// When.
        pub created_at: Timestamp,
    }
}

store::row! {
    /// The newest version of a text.
    pub(in crate::messaging) struct TextRow {
        pub event: String,
        pub channel: Channel,
        pub language: Locale,
        pub version: i64,
        pub body: Option<String>,
    }
}

kernel::words! {
    /// What WhatsApp is told that a template is for; it decides the price.
    pub enum WhatsappCategory {
        /// About something the patient asked for or has.
        Utility = "utility",
        /// Everything else.
        Marketing = "marketing",
    }
}

store::row! {
    /// A text in WhatsApp's review, as stored.
    pub(in crate::messaging) struct ReviewedRow {
        pub event: String,
        pub language: Locale,
        pub name: String,
        pub category: WhatsappCategory,
        pub body: String,
        pub state: TemplateState,
        pub content_sid: Option<String>,
        pub version: i64,
    }
}

/// A text in WhatsApp's review.
#[derive(Debug, Clone)]
pub struct ReviewedText {
    /// Its name there: small letters, digits and `_`.
    pub name: String,
    /// What WhatsApp is told that it is for.
    pub category: WhatsappCategory,
    /// With named variables, as the clinic writes it.
    pub body: String,
    /// Where it stands.
    pub state: TemplateState,
    /// Twilio's id of it, `HX…`.
    pub content_sid: Option<String>,
    /// Counts changes; 0 for one that is new.
    pub version: i64,
}

impl From<ReviewedRow> for ReviewedText {
    fn from(row: ReviewedRow) -> Self {
        Self {
            name: row.name,
            category: row.category,
            body: row.body,
            state: row.state,
            content_sid: row.content_sid,
            version: row.version,
        }
    }
}
