//! What is known of a patient at one consultation.

use std::collections::BTreeMap;

use crate::inputs;

/// An age. Days are known when the date of birth is, and matter below a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    years: u32,
    days: Option<u32>,
}

/// Days in a year and in a month, on average.
const YEAR: f64 = 365.25;
const MONTH: f64 = YEAR / 12.0;

impl Age {
    /// From a date of birth: completed years, and all days lived since birth.
    #[must_use]
    pub const fn exact(years: u32, days: u32) -> Self {
        Self {
            years,
            days: Some(days),
        }
    }

    /// From an approximate date of birth: completed years only.
    #[must_use]
    pub const fn about(years: u32) -> Self {
        Self { years, days: None }
    }

    /// Completed years.
    #[must_use]
    pub const fn years(self) -> u32 {
        self.years
    }

    /// Days lived, when the date of birth is known.
    #[must_use]
    pub const fn days(self) -> Option<u32> {
        self.days
    }

    /// The fewest and the most days this age may stand for.
    fn day_range(self) -> (f64, f64) {
        let from = f64::from(self.years) * YEAR;
        match self.days {
            Some(days) => (f64::from(days), f64::from(days)),
            None => (from, from + YEAR - 1.0),
        }
    }
}

/// A limit of age in a rule: `"60d"`, `"2m"`, `"16y"`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum AgeLimit {
    Days(u32),
    Months(u32),
    Years(u32),
}

impl AgeLimit {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let number = text.get(..text.len().checked_sub(1)?)?.parse().ok()?;
        match text.chars().next_back()? {
            'd' => Some(Self::Days(number)),
            'm' => Some(Self::Months(number)),
            'y' => Some(Self::Years(number)),
            _ => None,
        }
    }

    /// Whether the age may be this limit or more. An age of which only the
    /// years are known counts for every day of its year: a rule then fires
    /// rather than stays silent.
    pub(crate) fn reached_by(self, age: Age) -> bool {
        match self {
            Self::Years(years) => age.years >= years,
            Self::Days(_) | Self::Months(_) => age.day_range().1 >= self.in_days(),
        }
    }

    /// Whether the age may be less than this limit.
    pub(crate) fn is_above(self, age: Age) -> bool {
        match self {
            Self::Years(years) => age.years < years,
            Self::Days(_) | Self::Months(_) => age.day_range().0 < self.in_days(),
        }
    }

    fn in_days(self) -> f64 {
        match self {
            Self::Days(days) => f64::from(days),
            Self::Months(months) => f64::from(months) * MONTH,
            Self::Years(years) => f64::from(years) * YEAR,
        }
    }
}

/// The sex that the record holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Not recorded.
    #[default]
    Unknown,
}

/// The value of one field of the form.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Yes or no. A field left open is not in [`Facts`] at all.
    Bool(bool),
    /// A measured value in the form's unit. Zero is a value.
    Number(f64),
    /// A word of a closed list.
    Word(String),
    /// Free text, searched for phrases.
    Text(String),
}

/// All that is known: age, sex and the values of the form by their keys. A key
/// that is absent is unknown, which is neither no nor zero.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    age: Option<Age>,
    sex: Sex,
    values: BTreeMap<String, Value>,
}

impl Facts {
    /// Facts without any value yet.
    #[must_use]
    pub const fn new(age: Option<Age>, sex: Sex) -> Self {
        Self {
            age,
            sex,
            values: BTreeMap::new(),
        }
    }

    /// With one more value, in place of an earlier one under the same key.
    #[must_use]
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.set(key, value);
        self
    }

    /// Takes a value. A text or word without content and a number that is none
    /// count as absent.
    pub fn set(&mut self, key: &str, value: Value) {
        let empty = match &value {
            Value::Bool(_) => false,
            Value::Number(number) => !number.is_finite(),
            Value::Word(text) | Value::Text(text) => text.trim().is_empty(),
        };
        if empty {
            self.values.remove(key);
        } else {
            self.values.insert(key.to_owned(), value);
        }
    }

    /// Forgets a value.
    pub fn remove(&mut self, key: &str) {
        self.values.remove(key);
    }

    /// The age, unless it is unknown.
    #[must_use]
    pub const fn age(&self) -> Option<Age> {
        self.age
    }

    /// The sex.
    #[must_use]
    pub const fn sex(&self) -> Sex {
        self.sex
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }

    pub(crate) fn bool(&self, key: &str) -> Option<bool> {
        match self.get(key)? {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn number(&self, key: &str) -> Option<f64> {
        match self.get(key)? {
            Value::Number(value) => Some(*value),
            _ => None,
        }
    }

    /// The words of a field of a closed list, or of a text.
    pub(crate) fn words(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            Value::Word(text) | Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Free texts with their keys.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().filter_map(|(key, value)| match value {
            Value::Text(text) => Some((key.as_str(), text.as_str())),
            _ => None,
        })
    }

    /// Systolic and diastolic pressure in mmHg, when both stand in the record.
    pub(crate) fn pressures(&self) -> Option<(f64, f64)> {
        let (systolic, diastolic) = self.words(inputs::BLOOD_PRESSURE)?.split_once('/')?;
        let systolic: u16 = systolic.trim().parse().ok()?;
        let diastolic: u16 = diastolic.trim().parse().ok()?;
        ((40..=300).contains(&systolic) && systolic > diastolic)
            .then(|| (f64::from(systolic), f64::from(diastolic)))
    }
}
