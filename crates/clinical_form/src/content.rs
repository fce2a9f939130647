use kernel::Locale;
use serde::{Deserialize, Serialize};

use crate::{
    Field, Form, Kind,
    form::{Label, Values},
};

/// What stands in a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// A number in the field's unit.
    Number(f64),
    /// Text, a word, a day, a number to call, a blood pressure.
    Text(String),
}

impl Value {
    pub(crate) fn fits(&self, kind: &Kind) -> bool {
        match (self, kind) {
            (Self::Flag(_), Kind::Flag { .. }) => true,
            (Self::Number(number), Kind::Number { min, max, .. }) => (min..=max).contains(&number),
            (Self::Text(word), Kind::Choice(choices)) => {
                choices.iter().any(|choice| choice.word == *word)
            }
            (Self::Text(_), Kind::Text { .. } | Kind::Date | Kind::Phone | Kind::Pressure) => true,
            _ => false,
        }
    }
}

/// What a record says, by the fields' keys. A field that is not there was not
/// filled in; `false` and zero are answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Content(Values);

impl Content {
    /// A new record of this form, with its defaults.
    #[must_use]
    pub fn blank(form: &Form) -> Self {
        let defaults = form.fields().filter_map(|field| {
            let default = field.default.clone()?;
            Some((field.key.clone(), default))
        });
        Self(defaults.collect())
    }

    /// The value of this field.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// Its text: of texts, words, days and numbers to call.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.0.get(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Its number.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<f64> {
        match self.0.get(key)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Its answer to a yes-or-no question.
    #[must_use]
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.0.get(key)? {
            Value::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// Sets or, without a value, clears a field that was checked already.
    pub fn set(&mut self, key: &str, value: Option<Value>) {
        match value {
            Some(value) => self.0.insert(key.to_owned(), value),
            None => self.0.remove(key),
        };
    }

    /// Everything that is filled in, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The keys whose values differ between the two, sorted.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let keys = self.0.keys().chain(other.0.keys());
        let mut keys: Vec<_> = keys
            .filter(|key| self.0.get(*key) != other.0.get(*key))
            .cloned()
            .collect();
        keys.sort();
        keys.dedup();
        keys
    }

    /// Whether this field holds something to read: a box nobody ticked says
    /// nothing, a question answered with no does.
    #[must_use]
    pub fn says(&self, field: &Field) -> bool {
        let is_box = field.default == Some(Value::Flag(false));
        match self.0.get(&field.key) {
            Some(Value::Flag(false)) => !is_box,
            value => value.is_some(),
        }
    }

    /// What people read in this field, with its unit; `None` when it is empty.
    #[must_use]
    pub fn shown(&self, field: &Field, locale: Locale) -> Option<String> {
        let text = match (self.0.get(&field.key)?, &field.kind) {
            (Value::Flag(flag), _) => yes_no(*flag).text(locale).to_owned(),
            (Value::Number(number), Kind::Number { decimals, .. }) => {
                written(*number, *decimals, locale)
            }
            (Value::Number(number), _) => number.to_string(),
            (Value::Text(word), Kind::Choice(choices)) => {
                let choice = choices.iter().find(|choice| choice.word == *word);
                choice
                    .map_or(word.as_str(), |choice| choice.label.text(locale))
                    .to_owned()
            }
            (Value::Text(day), Kind::Date) => kernel::day_month_year(day),
            (Value::Text(text), _) => text.clone(),
        };
        let unit = field.unit();
        if unit.is_empty() {
            return Some(text);
        }
        Some(format!("{text}\u{a0}{unit}"))
    }
}

fn yes_no(flag: bool) -> Label {
    let (fr, en) = if flag { ("Oui", "Yes") } else { ("Non", "No") };
    Label {
        fr: fr.to_owned(),
        en: en.to_owned(),
    }
}

/// At most that many decimals, without zeros at the end; French has a comma.
fn written(number: f64, decimals: u8, locale: Locale) -> String {
    let text = format!("{number:.*}", usize::from(decimals));
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    };
    match locale {
        Locale::Fr => text.replace('.', ","),
        Locale::En => text,
    }
}
