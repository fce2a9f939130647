//! Texts of the description with places that each message fills.

use kernel::Redacted;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use super::GatewayMessage;

/// All but what RFC 3986, 2.3 leaves as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The places, as they are named to those who forgot one.
const PLACES: &str = "{to}, {to_digits}, {from}, {text}, {id} and {env:NAME}";

/// Something that a message fills in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The number, `+243…`.
    To,
    /// The number without its `+`.
    ToDigits,
    /// Whom it comes from.
    From,
    /// The text.
    Text,
    /// Our id.
    Id,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Plain(String),
    Secret(Redacted<String>),
    Place(Place),
}

/// A text with places in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

impl Template {
    /// Reads it; secrets are taken from the environment at once.
    ///
    /// # Errors
    /// What is wrong, with what to write.
    pub(super) fn read(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, String> {
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| "has a { without its }".to_owned())?;
            if !before.is_empty() {
                parts.push(Part::Plain(before.to_owned()));
            }
            parts.push(part(name, env)?);
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Plain(rest.to_owned()));
        }
        Ok(Self(parts))
    }

    /// Whether a message fills this place.
    pub(super) fn has(&self, place: Place) -> bool {
        self.0.contains(&Part::Place(place))
    }

    /// Whether it is the same for every message.
    pub(super) fn is_constant(&self) -> bool {
        !self.0.iter().any(|part| matches!(part, Part::Place(_)))
    }

    /// The text for a message, as it is.
    pub(super) fn fill(&self, message: &GatewayMessage<'_>) -> String {
        self.filled(message, ToOwned::to_owned)
    }

    /// The text for a message, what it fills in encoded for a part of an address.
    pub(super) fn fill_address(&self, message: &GatewayMessage<'_>) -> String {
        self.filled(message, |value| {
            utf8_percent_encode(value, RESERVED).to_string()
        })
    }

    fn filled(&self, message: &GatewayMessage<'_>, encode: impl Fn(&str) -> String) -> String {
        let part = |part: &Part| match part {
            Part::Plain(text) => text.clone(),
            Part::Secret(secret) => encode(secret),
            Part::Place(place) => encode(message.value(*place)),
        };
        self.0.iter().map(part).collect()
    }
}

fn part(name: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Part, String> {
    let place = match name {
        "to" => Place::To,
        "to_digits" => Place::ToDigits,
        "from" => Place::From,
        "text" => Place::Text,
        "id" => Place::Id,
        other => {
            let Some(variable) = other.strip_prefix("env:") else {
                return Err(format!(
                    "has {{{other}}} in it, and there are only {PLACES}"
                ));
            };
            return secret(variable, env).map(Part::Secret);
        }
    };
    Ok(Part::Place(place))
}

/// A secret from the environment.
///
/// # Errors
/// When it is not there.
pub(super) fn secret(
    variable: &str,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Redacted<String>, String> {
    let value = env(variable).map(|value| value.trim().to_owned());
    let value = value.filter(|value| !value.is_empty());
    value
        .map(Redacted)
        .ok_or_else(|| format!("takes a secret from {variable}, which the environment lacks"))
}

/// A value of a JSON body, with its texts to be filled.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Text(Template),
    Plain(Value),
    List(Vec<Self>),
    Table(Vec<(String, Self)>),
}

impl Node {
    /// Whether a message fills this place in any of its texts.
    pub(super) fn has(&self, place: Place) -> bool {
        match self {
            Self::Text(template) => template.has(place),
            Self::Plain(_) => false,
            Self::List(nodes) => nodes.iter().any(|node| node.has(place)),
            Self::Table(nodes) => nodes.iter().any(|(_, node)| node.has(place)),
        }
    }

    /// The value for a message.
    pub(super) fn fill(&self, message: &GatewayMessage<'_>) -> Value {
        match self {
            Self::Text(template) => Value::String(template.fill(message)),
            Self::Plain(value) => value.clone(),
            Self::List(nodes) => nodes.iter().map(|node| node.fill(message)).collect(),
            Self::Table(nodes) => {
                let filled = nodes
                    .iter()
                    .map(|(name, node)| (name.clone(), node.fill(message)));
                Value::Object(filled.collect::<Map<_, _>>())
            }
        }
    }
}
