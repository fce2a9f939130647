//! A record as the safety rules see it.

use clinical_form::{Content, Form, Kind, Value};
use safety_rules::{Age, Assessment, Facts, Pack, Sex, Value as Fact};

use super::age;

/// What a rule pack says of a content, on this day of the clinic's calendar
/// (`spec/clinical-safety.md`, 1). Cheap enough to ask while somebody types.
#[must_use]
pub fn assess(pack: &Pack, content: &Content, today: &str) -> Assessment {
    safety_rules::assess(pack, &facts(content, today))
}

fn facts(content: &Content, today: &str) -> Facts {
    let mut facts = Facts::new(lived(content, today), sex(content));
    for (key, value) in content.iter() {
        let kind = Form::fiche().field(key).map(|field| &field.kind);
        facts.set(key, fact(value, kind));
    }
    facts
}

fn fact(value: &Value, kind: Option<&Kind>) -> Fact {
    match value {
        Value::Flag(flag) => Fact::Bool(*flag),
        Value::Number(number) => Fact::Number(*number),
        Value::Text(word) if matches!(kind, Some(Kind::Choice(_))) => Fact::Word(word.clone()),
        Value::Text(text) => Fact::Text(text.clone()),
    }
}

fn sex(content: &Content) -> Sex {
    match content.text("sexe") {
        Some("F") => Sex::Female,
        Some("M") => Sex::Male,
        _ => Sex::Unknown,
    }
}

fn lived(content: &Content, today: &str) -> Option<Age> {
    let (years, days) = age(content, today)?;
    let years = u32::try_from(years).ok()?;
    match content.flag("date_naissance_approx") {
        Some(true) => Some(Age::about(years)),
        _ => Some(Age::exact(years, u32::try_from(days).ok()?)),
    }
}
