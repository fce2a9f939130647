//! What a message says.

use kernel::Locale;
use send_rules::{Channel, MissingValue, Values, fill, gsm7_wording, segments};
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
/// in the alphabet of one segment, and in one, if the clinic's name may be shorter for it.
///
/// # Errors
/// The variable it lacks.
pub(in crate::messaging) fn body(
    event: &Event,
    (channel, locale): (Channel, Locale),
    own: Option<&str>,
    values: &Values,
) -> Result<String, MissingValue> {
    let render = |values: &Values| match own {
        Some(own) => fill(own, values),
        None => shipped(event, locale, values),
    };
    match channel {
        Channel::Sms => by_sms(values, |values| Ok(gsm7_wording(&render(values)?))),
        _ => render(values),
    }
}

/// Leaves words of the clinic's name out, the last first, where that saves a segment.
fn by_sms(
    values: &Values,
    render: impl Fn(&Values) -> Result<String, MissingValue>,
) -> Result<String, MissingValue> {
    let whole = render(values)?;
    let (mut text, mut values) = (whole.clone(), values.clone());
    while segments(&text).segments > 1 {
        let name = values.get_mut("clinic");
        let Some((name, shorter)) = name.and_then(|name| {
            let shorter = without_last_word(name)?;
            Some((name, shorter))
        }) else {
            return Ok(whole);
        };
        *name = shorter;
        text = render(&values)?;
    }
    Ok(text)
}

/// A name without its last word and the small ones that would end it then.
fn without_last_word(name: &str) -> Option<String> {
    let mut words: Vec<&str> = name.split_whitespace().collect();
    words.pop();
    while words.last().is_some_and(|word| word.chars().count() <= 3) {
        words.pop();
    }
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use kernel::Rng;
    use send_rules::{Encoding, variables};

    use super::*;
    use crate::messaging::rules::{events::EVENTS, template_check::examples};

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

    /// One of many names that a clinic of the region could have.
    fn clinic(rng: &Rng) -> String {
        const KINDS: [&str; 5] = [
            "Centre hospitalier universitaire",
            "Hôpital général de référence",
            "Centre de santé communautaire",
            "Polyclinique internationale",
            "Clinique",
        ];
        const SYLLABLES: [&str; 12] = [
            "Ou", "aga", "dou", "gou", "Kin", "sha", "sa", "Thé", "rè", "se", "mbu", "ngué",
        ];
        let one = |of: &[&str]| of[usize::try_from(rng.below(of.len() as u64)).unwrap()].to_owned();
        let mut name = one(&KINDS);
        for _ in 0..=rng.below(4) {
            let word: String = (0..2 + rng.below(4)).map(|_| one(&SYLLABLES)).collect();
            name = format!("{name} {}{word}", one(&["", "de ", "Saint-", "de la "]));
        }
        name
    }

    #[test]
    fn every_shipped_sms_is_one_segment_with_ten_thousand_names() {
        let rng = Rng::seeded(20_261_122);
        let texts = EVENTS
            .iter()
            .flat_map(|event| Locale::ALL.iter().map(move |locale| (event, *locale)));
        let mut shortened = 0;
        for (event, locale) in texts.cycle().take(10_000) {
            let name = clinic(&rng);
            let values = examples(event, &name, "https://rdv.sante-therese.example");
            let text = body(event, (Channel::Sms, locale), None, &values).unwrap();
            let size = segments(&text);
            assert_eq!(
                (size.encoding, size.segments),
                (Encoding::Gsm7, 1),
                "{}: {text}",
                event.key
            );
            for needed in event.required {
                assert!(
                    text.contains(&gsm7_wording(&values[*needed])),
                    "{needed}: {text}"
                );
            }
            let is_whole =
                !event.variables.contains(&"clinic") || text.contains(&gsm7_wording(&name));
            shortened += usize::from(!is_whole);
        }
        assert!(
            (100..9_000).contains(&shortened),
            "{shortened} names were cut"
        );
    }

    #[test]
    fn a_name_gives_way_only_where_that_is_enough() {
        let event = EVENTS.first().unwrap();
        let values = examples(
            event,
            "Centre de santé de la Paix",
            "https://lafiya.example",
        );
        let sms = |own: &str| body(event, (Channel::Sms, Locale::Fr), Some(own), &values).unwrap();
        let long = "a".repeat(150);
        assert_eq!(
            sms(&format!("{{clinic}} {}", &long[..140])),
            format!("Centre de santé {}", &long[..140])
        );
        let two = format!("{{clinic}} {long}{long}");
        assert_eq!(
            sms(&two),
            format!("Centre de santé de la Paix {long}{long}")
        );
        assert_eq!(
            without_last_word("Centre de la Paix").as_deref(),
            Some("Centre")
        );
        assert_eq!(without_last_word("Paix"), None);
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
