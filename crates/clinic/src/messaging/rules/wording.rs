//! What a message says.

use kernel::Locale;
use send_rules::{Channel, MissingValue, Values, fill, gsm7_wording};
use webkit::Texts;

use super::events::Event;

/// The shipped text of an event, filled in.
///
/// # Errors
/// The variable it lacks.
pub(in crate::messaging) fn shipped(
    event: &Event,
    locale: Locale,
    values: &Values,
) -> Result<String, MissingValue> {
    let key = format!("notice-{}", event.key);
    let text = Texts::new(locale).filled(&key, values);
    let text = text.ok_or_else(|| lacking(event, values))?;
    // Old telephones draw a box for a blank that does not break.
    Ok(text.replace(['\u{a0}', '\u{202f}'], " "))
}

/// The first variable of an event that has no value.
fn lacking(event: &Event, values: &Values) -> MissingValue {
    let lacks = |name: &&&str| !values.contains_key(**name);
    let name = event.variables.iter().find(lacks).copied();
    MissingValue(name.unwrap_or_default().to_owned())
}

/// The shipped text as a clinic would write it, with its variables named.
pub(in crate::messaging) fn shipped_template(event: &Event, locale: Locale) -> String {
    let named = |name: &&str| ((*name).to_owned(), format!("{{{name}}}"));
    let values = event.variables.iter().map(named).collect();
    // Every event has its text, with no variables but its own (tests).
    shipped(event, locale, &values).unwrap_or_default()
}

/// What a message says: the clinic's own text where it wrote one. By SMS as far as can be
/// in the alphabet of one segment.
///
/// # Errors
/// The variable it lacks.
pub(in crate::messaging) fn body(
    event: &Event,
    (channel, locale): (Channel, Locale),
    own: Option<&str>,
    values: &Values,
) -> Result<String, MissingValue> {
    let text = match own {
        Some(own) => fill(own, values)?,
        None => shipped(event, locale, values)?,
    };
    Ok(match channel {
        Channel::Sms => gsm7_wording(&text),
        _ => text,
    })
}

#[cfg(test)]
mod tests {
    use send_rules::variables;

    use super::*;
    use crate::messaging::rules::events::EVENTS;

    #[test]
    fn every_event_has_its_texts_and_words() {
        for event in EVENTS {
            for locale in Locale::ALL {
                let text = shipped_template(event, *locale);
                let used = variables(&text).unwrap_or_default();
                assert!(!used.is_empty(), "{} in {locale}: {text}", event.key);
                for name in event.required {
                    assert!(used.contains(name), "{} needs {name}: {text}", event.key);
                }
                let texts = Texts::new(*locale);
                assert!(texts.has(&format!("event-{}", event.key)), "{}", event.key);
                for name in event.variables {
                    assert!(texts.has(&format!("variable-{name}")), "{name}");
                }
            }
        }
    }

    #[test]
    fn a_hole_is_named() {
        let event = EVENTS.first().unwrap();
        let one = |name: &str| (name.to_owned(), "x".to_owned());
        let values: Values = ["clinic", "day"].map(one).into();
        let way = (Channel::Sms, Locale::Fr);
        let lacks = |own| body(event, way, own, &values).unwrap_err().0;
        assert_eq!(lacks(None), "time");
        assert_eq!(lacks(Some("Le {day}, {link}")), "link");
        assert_eq!(
            body(event, way, Some("Et ça {day}…"), &values).unwrap(),
            "Et ca x..."
        );
        let whatsapp = (Channel::Whatsapp, Locale::Fr);
        assert_eq!(body(event, whatsapp, Some("Ça…"), &values).unwrap(), "Ça…");
    }
}
