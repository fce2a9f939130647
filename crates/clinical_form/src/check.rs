use jiff::civil::Date;
use kernel::{Country, FieldError, Phone, PhoneError};
use serde_json::{Map, Value as Json};

use crate::{Content, Field, Form, Kind, Value};

/// Oldest age accepted, in years: the longest human life on record is 122.
pub const MAX_AGE: i64 = 125;
/// Systolic and diastolic limits in mmHg (`spec/agent-medical.md`, Vitals).
const SYSTOLIC: std::ops::RangeInclusive<u16> = 40..=300;
const DIASTOLIC: std::ops::RangeInclusive<u16> = 20..=200;
const AGE: &str = "age";
const BIRTH_DATE: &str = "date_naissance";
const APPROXIMATE: &str = "date_naissance_approx";

/// Who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer {
    /// The patient, or somebody who is no doctor.
    Anyone,
    /// A doctor or an administrator.
    Doctor,
}

/// What an input is read with.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Who writes.
    pub writer: Writer,
    /// The clinic's country: numbers without a prefix are of it.
    pub country: Country,
    /// Today on the clinic's calendar, `YYYY-MM-DD`.
    pub today: &'a str,
}

impl Form {
    /// What becomes of `current` when the fields of `input` are written: an
    /// absent key keeps, `null` clears. The age of somebody who does not know
    /// the day (`date_naissance_approx` with `age`) becomes 1 January of the
    /// year of birth.
    ///
    /// # Errors
    /// Every wrong field; nothing is written then. What is required is judged
    /// by [`Form::missing`].
    pub fn apply(
        &self,
        current: &Content,
        input: &Map<String, Json>,
        with: Context<'_>,
    ) -> Result<Content, Vec<FieldError>> {
        let mut content = current.clone();
        let mut errors = Vec::new();
        for (key, value) in input {
            let Some(field) = self.field(key) else {
                if key != AGE {
                    errors.push(FieldError::new(key, "unknown-field"));
                }
                continue;
            };
            match read(field, value, with) {
                Ok(value) => content.set(key, value),
                Err(error) => errors.push(error),
            }
        }
        if let Some(age) = input.get(AGE) {
            match approximate(age, &content, with.today) {
                Ok(Some(day)) => content.set(BIRTH_DATE, Some(Value::Text(day))),
                Ok(None) => {}
                Err(error) => errors.push(error),
            }
        }
        match errors.is_empty() {
            true => Ok(content),
            false => Err(errors),
        }
    }

    /// The required fields that are empty, in the form's order.
    #[must_use]
    pub fn missing(&self, content: &Content) -> Vec<FieldError> {
        let empty = |field: &&Field| field.required && content.get(&field.key).is_none();
        let empty = self.fields().filter(empty);
        empty
            .map(|field| FieldError::new(&field.key, "required"))
            .collect()
    }
}

fn read(field: &Field, value: &Json, with: Context<'_>) -> Result<Option<Value>, FieldError> {
    let wrong = |code| FieldError::new(&field.key, code);
    if field.doctor && with.writer != Writer::Doctor {
        return Err(wrong("doctor-only"));
    }
    if value.is_null() {
        // A question that must be answered goes back to what a new record has.
        return Ok(field.default.clone());
    }
    let expected = |word| wrong("wrong-type").with("expected", word);
    match &field.kind {
        Kind::Flag { .. } => {
            let flag = value.as_bool().ok_or_else(|| expected("boolean"))?;
            Ok(Some(Value::Flag(flag)))
        }
        Kind::Number {
            min, max, decimals, ..
        } => {
            let number = value.as_f64().ok_or_else(|| expected("number"))?;
            if !(min..=max).contains(&&number) {
                return Err(wrong("outside").with("min", min).with("max", max));
            }
            Ok(Some(Value::Number(rounded(number, *decimals))))
        }
        kind => {
            let text = value.as_str().ok_or_else(|| expected("text"))?;
            read_text(field, kind, text, with)
        }
    }
}

fn rounded(number: f64, decimals: u8) -> f64 {
    let scale = 10_f64.powi(i32::from(decimals));
    (number * scale).round() / scale
}

fn read_text(
    field: &Field,
    kind: &Kind,
    text: &str,
    with: Context<'_>,
) -> Result<Option<Value>, FieldError> {
    let wrong = |code| FieldError::new(&field.key, code);
    let lines = matches!(kind, Kind::Text { lines: true, .. });
    let text = tidy(text, lines);
    if text.is_empty() {
        return Ok(field.default.clone());
    }
    let kept = match kind {
        Kind::Text { max, .. } if text.chars().count() > *max => {
            return Err(wrong("too-long").with("max", max));
        }
        Kind::Choice(choices) if !choices.iter().any(|choice| choice.word == text) => {
            let words: Vec<_> = choices.iter().map(|choice| choice.word.as_str()).collect();
            return Err(wrong("not-a-choice").with("choices", words.join(", ")));
        }
        Kind::Date => birth_day(&text, with.today).map_err(wrong)?,
        Kind::Phone => phone(&text, with.country).map_err(wrong)?,
        Kind::Pressure => pressure(&text).map_err(wrong)?,
        _ => text,
    };
    Ok(Some(Value::Text(kept)))
}

/// Without the white space around it and without control characters.
fn tidy(text: &str, lines: bool) -> String {
    let unix = text.replace("\r\n", "\n");
    let kept = unix.chars().filter_map(|c| match c {
        '\n' | '\t' if !lines => Some(' '),
        '\n' | '\t' => Some(c),
        c if c.is_control() => None,
        c => Some(c),
    });
    kept.collect::<String>().trim().to_owned()
}

fn birth_day(text: &str, today: &str) -> Result<String, &'static str> {
    let day: Date = text.parse().map_err(|_| "not-a-date")?;
    let today: Date = today.parse().map_err(|_| "not-a-date")?;
    if day > today {
        return Err("in-the-future");
    }
    if i64::from(today.year()) - i64::from(day.year()) > MAX_AGE {
        return Err("too-long-ago");
    }
    Ok(day.to_string())
}

fn approximate(age: &Json, content: &Content, today: &str) -> Result<Option<String>, FieldError> {
    let wrong = |code| FieldError::new(AGE, code);
    if age.is_null() {
        return Ok(None);
    }
    if content.flag(APPROXIMATE) != Some(true) {
        return Err(wrong("age-needs-approximate"));
    }
    let years = age
        .as_i64()
        .ok_or_else(|| wrong("wrong-type").with("expected", "number"))?;
    if !(0..=MAX_AGE).contains(&years) {
        return Err(wrong("outside").with("min", 0).with("max", MAX_AGE));
    }
    let today: Date = today.parse().map_err(|_| wrong("not-a-date"))?;
    Ok(Some(format!(
        "{:04}-01-01",
        i64::from(today.year()) - years
    )))
}

fn phone(text: &str, country: Country) -> Result<String, &'static str> {
    match Phone::parse(text, country) {
        Ok(phone) => Ok(phone.as_e164().to_owned()),
        Err(PhoneError::Invalid) => Err("no-such-number"),
        Err(_) => Err("not-a-phone"),
    }
}

/// `SSS/DD`, also as people write it: with spaces, or in centimetres ("12/8").
fn pressure(text: &str) -> Result<String, &'static str> {
    let (systolic, diastolic) = text.split_once(['/', '-']).ok_or("not-a-pressure")?;
    let number = |text: &str| text.trim().parse::<u16>().map_err(|_| "not-a-pressure");
    let (mut systolic, mut diastolic) = (number(systolic)?, number(diastolic)?);
    if systolic < 30 && diastolic < 20 {
        (systolic, diastolic) = (systolic * 10, diastolic * 10);
    }
    if systolic <= diastolic {
        return Err("pressure-upside-down");
    }
    if !SYSTOLIC.contains(&systolic) || !DIASTOLIC.contains(&diastolic) {
        return Err("pressure-outside");
    }
    Ok(format!("{systolic}/{diastolic}"))
}
