use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::OnceLock,
};

use kernel::Locale;
use serde::Deserialize;

use crate::Value;

/// What a person reads, in each language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// French.
    pub fr: String,
    /// English.
    pub en: String,
}

impl Label {
    /// The text in this language.
    #[must_use]
    pub fn text(&self, locale: Locale) -> &str {
        match locale {
            Locale::Fr => &self.fr,
            Locale::En => &self.en,
        }
    }
}

/// One word that a choice accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The word on the wire.
    pub word: String,
    /// What people read.
    pub label: Label,
}

/// What a field accepts.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Text; `lines` says whether it may have several lines.
    Text {
        /// Longest, in characters.
        max: usize,
        /// Whether line breaks are kept.
        lines: bool,
    },
    /// Yes or no; `unknown` says whether it may stay unanswered.
    Flag {
        /// Whether it may stay unanswered.
        unknown: bool,
    },
    /// One of these words.
    Choice(Vec<Choice>),
    /// A number from `min` to `max`, both included.
    Number {
        /// Lowest.
        min: f64,
        /// Highest.
        max: f64,
        /// Digits after the point.
        decimals: u8,
        /// What it counts, as written behind it; empty for a bare number.
        unit: String,
    },
    /// A day of the calendar, `YYYY-MM-DD`, not after today.
    Date,
    /// A phone number in any spelling; kept in E.164.
    Phone,
    /// Blood pressure, `SSS/DD` in mmHg.
    Pressure,
}

/// One field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name on the wire and in the content.
    pub key: String,
    /// Its label.
    pub label: Label,
    /// What it accepts.
    pub kind: Kind,
    /// Whether a record without it is refused.
    pub required: bool,
    /// Whether only doctors and administrators write it.
    pub doctor: bool,
    /// Whether it tells who the person is.
    pub identity: bool,
    /// Whether the page shows it at once.
    pub common: bool,
    /// Whether it stands in the table of vital signs.
    pub vital: bool,
    /// What a new record has when nothing is said.
    pub default: Option<Value>,
    /// LOINC code of the observation.
    pub loinc: Option<String>,
}

impl Field {
    /// The choices, when it is a choice.
    #[must_use]
    pub fn choices(&self) -> &[Choice] {
        match &self.kind {
            Kind::Choice(choices) => choices,
            _ => &[],
        }
    }

    /// What is written behind a value.
    #[must_use]
    pub fn unit(&self) -> &str {
        match &self.kind {
            Kind::Number { unit, .. } => unit,
            Kind::Pressure => "mmHg",
            _ => "",
        }
    }
}

/// Fields that stand together.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Its key.
    pub key: String,
    /// Its title.
    pub label: Label,
    /// Whether the page shows it unfolded.
    pub open: bool,
    /// Its fields, in the order they are shown.
    pub fields: Vec<Field>,
}

/// A whole form.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// Its version: grows when a field is added or changed.
    pub version: i64,
    /// Its sections, in the order they are shown.
    pub sections: Vec<Section>,
    places: HashMap<String, (usize, usize)>,
}

impl Form {
    /// The consultation record that comes with the program.
    #[must_use]
    pub fn fiche() -> &'static Self {
        static FICHE: OnceLock<Form> = OnceLock::new();
        #[expect(
            clippy::expect_used,
            reason = "the file is part of the program and a test reads it"
        )]
        FICHE.get_or_init(|| {
            Self::parse(include_str!("../../../forms/fiche.toml")).expect("forms/fiche.toml")
        })
    }

    /// Reads a form.
    ///
    /// # Errors
    /// What is wrong, with the field's key.
    pub fn parse(text: &str) -> Result<Self, FormError> {
        let raw: RawForm = toml::from_str(text).map_err(|error| FormError(error.to_string()))?;
        let mut sections = Vec::with_capacity(raw.section.len());
        for section in raw.section {
            sections.push(section.read()?);
        }
        let mut places = HashMap::new();
        for (s, section) in sections.iter().enumerate() {
            for (f, field) in section.fields.iter().enumerate() {
                if places.insert(field.key.clone(), (s, f)).is_some() {
                    return Err(FormError(format!("{}: stands twice", field.key)));
                }
            }
        }
        Ok(Self {
            version: raw.version,
            sections,
            places,
        })
    }

    /// The field with this key.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&Field> {
        let (section, field) = *self.places.get(key)?;
        self.sections.get(section)?.fields.get(field)
    }

    /// Every field, in the order it is shown.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.sections.iter().flat_map(|section| &section.fields)
    }
}

/// Why a form cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormError(String);

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FormError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawForm {
    version: i64,
    section: Vec<RawSection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSection {
    key: String,
    fr: String,
    en: String,
    #[serde(default)]
    open: bool,
    fields: Vec<RawField>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    key: String,
    kind: String,
    fr: String,
    en: String,
    #[serde(default)]
    required: bool,
    by: Option<String>,
    #[serde(default)]
    identity: bool,
    #[serde(default)]
    common: bool,
    #[serde(default)]
    vital: bool,
    #[serde(default)]
    unknown: bool,
    max: Option<usize>,
    range: Option<[f64; 2]>,
    unit: Option<String>,
    decimals: Option<u8>,
    #[serde(default)]
    choices: Vec<[String; 3]>,
    default: Option<Value>,
    loinc: Option<String>,
}

impl RawSection {
    fn read(self) -> Result<Section, FormError> {
        let fields = self.fields.into_iter().map(RawField::read);
        Ok(Section {
            key: self.key,
            label: Label {
                fr: self.fr,
                en: self.en,
            },
            open: self.open,
            fields: fields.collect::<Result<_, _>>()?,
        })
    }
}

impl RawField {
    fn read(self) -> Result<Field, FormError> {
        let wrong = |what: &str| FormError(format!("{}: {what}", self.key));
        let doctor = match self.by.as_deref() {
            None => false,
            Some("doctor") => true,
            Some(_) => return Err(wrong("`by` is \"doctor\" or left out")),
        };
        let kind = self.kind()?;
        if let Some(default) = &self.default
            && !default.fits(&kind)
        {
            return Err(wrong("the default is not accepted by the field"));
        }
        if matches!(kind, Kind::Flag { unknown: false }) && self.default.is_none() {
            return Err(wrong("a flag has a default, or `unknown = true`"));
        }
        Ok(Field {
            label: Label {
                fr: self.fr,
                en: self.en,
            },
            kind,
            required: self.required,
            doctor,
            identity: self.identity,
            common: self.common,
            vital: self.vital,
            default: self.default,
            loinc: self.loinc,
            key: self.key,
        })
    }

    fn kind(&self) -> Result<Kind, FormError> {
        let wrong = |what: &str| FormError(format!("{}: {what}", self.key));
        Ok(match self.kind.as_str() {
            "line" => Kind::Text {
                max: self.max.unwrap_or(100),
                lines: false,
            },
            "text" => Kind::Text {
                max: self.max.unwrap_or(10_000),
                lines: true,
            },
            "flag" => Kind::Flag {
                unknown: self.unknown,
            },
            "choice" if self.choices.is_empty() => return Err(wrong("a choice needs `choices`")),
            "choice" => Kind::Choice(self.choices.iter().map(choice).collect()),
            "number" => {
                let range = self.range.ok_or_else(|| wrong("a number needs `range`"))?;
                Kind::Number {
                    min: range[0],
                    max: range[1],
                    decimals: self.decimals.unwrap_or(0),
                    unit: self.unit.clone().unwrap_or_default(),
                }
            }
            "date" => Kind::Date,
            "phone" => Kind::Phone,
            "pressure" => Kind::Pressure,
            other => return Err(wrong(&format!("there is no kind `{other}`"))),
        })
    }
}

fn choice([word, fr, en]: &[String; 3]) -> Choice {
    Choice {
        word: word.clone(),
        label: Label {
            fr: fr.clone(),
            en: en.clone(),
        },
    }
}

/// The content of a record by key: what [`crate::Content`] is made of.
pub(crate) type Values = BTreeMap<String, Value>;
