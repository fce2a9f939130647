use std::collections::BTreeMap;

use leon::{Item, RenderError, Template};

/// What the variables of a text stand for, by name.
pub type Values = BTreeMap<String, String>;

/// These names with these values.
#[must_use]
pub fn values<const N: usize>(given: [(&str, String); N]) -> Values {
    given.map(|(name, value)| (name.to_owned(), value)).into()
}

/// The longest body of a WhatsApp template, in characters (Meta's documentation of
/// message templates: <https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates/components>).
pub const WHATSAPP_BODY: usize = 1024;

/// Why a text cannot be a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// A brace opens or closes nothing, or stands around nothing; or a backslash.
    Braces,
    /// WhatsApp: the text begins or ends with a variable.
    AtTheEdge,
    /// WhatsApp: a variable follows another with nothing between them.
    SideBySide,
    /// WhatsApp: longer than [`WHATSAPP_BODY`].
    TooLong,
}

/// The variable for which there was no value: a text is never sent with a hole in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the text needs {0}")]
pub struct MissingValue(pub String);

fn parsed(text: &str) -> Result<Template<'_>, Malformed> {
    // Nobody at a clinic writes escapes: a backslash is a slip, and is told so.
    if text.contains('\\') {
        return Err(Malformed::Braces);
    }
    Template::parse(text).map_err(|_| Malformed::Braces)
}

/// The variables of a text, `{name}`, each once, in the order in which they first stand
/// there.
///
/// # Errors
/// [`Malformed::Braces`].
pub fn variables(text: &str) -> Result<Vec<&str>, Malformed> {
    let template = parsed(text)?;
    let mut seen = Vec::new();
    for item in template.items.iter() {
        if let Item::Key(name) = item
            && !seen.contains(name)
        {
            seen.push(*name);
        }
    }
    Ok(seen)
}

/// The text with its variables filled in.
///
/// # Errors
/// The first variable without a value; its name is empty for a text that
/// [`variables`] refuses.
pub fn fill(text: &str, values: &Values) -> Result<String, MissingValue> {
    let template = parsed(text).map_err(|_| MissingValue(String::new()))?;
    template.render(values).map_err(|error| match error {
        RenderError::MissingKey(name) => MissingValue(name),
        RenderError::Io(_) => MissingValue(String::new()),
    })
}

/// A text as WhatsApp's review wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    /// With `{{1}}`, `{{2}}` … for its variables.
    pub body: String,
    /// The variable that each number stands for, from 1.
    pub names: Vec<String>,
}

/// Numbers the variables of a text, under the rules of WhatsApp's templates
/// (`spec/messaging.md`; Meta's page as at [`WHATSAPP_BODY`]).
///
/// # Errors
/// What the rules refuse.
pub fn numbered(text: &str) -> Result<Numbered, Malformed> {
    let text = text.trim();
    let names = variables(text)?;
    let template = parsed(text)?;
    let items = &template.items;
    let is_key = |item: Option<&Item<'_>>| matches!(item, Some(Item::Key(_)));
    if is_key(items.first()) || is_key(items.last()) {
        return Err(Malformed::AtTheEdge);
    }
    let beside = |pair: &[Item<'_>]| match pair {
        [Item::Key(_), Item::Key(_)] => true,
        [Item::Key(_), Item::Text(between)] => between.trim().is_empty(),
        _ => false,
    };
    if items.windows(2).any(beside) {
        return Err(Malformed::SideBySide);
    }
    let number = |name: &str| names.iter().position(|seen| *seen == name).unwrap_or(0) + 1;
    let body: String = items
        .iter()
        .map(|item| match item {
            Item::Text(text) => (*text).to_owned(),
            Item::Key(name) => format!("{{{{{}}}}}", number(name)),
        })
        .collect();
    if body.chars().count() > WHATSAPP_BODY {
        return Err(Malformed::TooLong);
    }
    let names = names.into_iter().map(str::to_owned).collect();
    Ok(Numbered { body, names })
}

/// What the numbers of such a text stand for, as Twilio wants it in `ContentVariables`
/// (<https://www.twilio.com/docs/content/using-variables-with-content-api>). Line breaks
/// and runs of blanks become one blank: WhatsApp refuses them in a variable.
///
/// # Errors
/// The first variable without a value, or with an empty one: WhatsApp refuses it.
pub fn fill_numbers(names: &[String], values: &Values) -> Result<Values, MissingValue> {
    let value = |name: &String| {
        let given = values.get(name).map(String::as_str).unwrap_or_default();
        let value = given.split_whitespace().collect::<Vec<_>>().join(" ");
        match value.is_empty() {
            true => Err(MissingValue(name.clone())),
            false => Ok(value),
        }
    };
    let numbers = names.iter().enumerate();
    numbers
        .map(|(at, name)| Ok(((at + 1).to_string(), value(name)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Values {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn a_text_is_filled_or_says_what_it_needs() {
        let all = values(&[("name", "Awa {clinic}"), ("day", "1/2"), ("unused", "x")]);
        let text = "Bonjour {name}, le { day } : {name}.";
        assert_eq!(variables(text).unwrap(), ["name", "day"]);
        let filled = fill(text, &all).unwrap();
        assert_eq!(filled, "Bonjour Awa {clinic}, le 1/2 : Awa {clinic}.");
        let missing = fill("{clinic}, {name}", &all).unwrap_err();
        assert_eq!(missing.to_string(), "the text needs clinic");
    }

    #[test]
    fn stray_braces_are_no_template() {
        for text in [
            "{", "}", "a { b", "{}", "{ }", "{{name}}", "\\{x\\}", "a\\b",
        ] {
            assert_eq!(variables(text), Err(Malformed::Braces), "{text}");
            assert!(fill(text, &Values::new()).is_err(), "{text}");
        }
        assert_eq!(variables("").unwrap(), [""; 0]);
    }

    #[test]
    fn whatsapp_gets_numbers() {
        let text = " Bonjour {name}, rendez-vous le {day}. À bientôt {name} ! ";
        let numbered_text = numbered(text).unwrap();
        assert_eq!(
            numbered_text.body,
            "Bonjour {{1}}, rendez-vous le {{2}}. À bientôt {{1}} !"
        );
        assert_eq!(numbered_text.names, ["name", "day"]);
        let given = values(&[("name", "Awa\n  Diop\t"), ("day", "1/2")]);
        let numbers = fill_numbers(&numbered_text.names, &given).unwrap();
        assert_eq!(numbers, values(&[("1", "Awa Diop"), ("2", "1/2")]));
        let blank = values(&[("name", " \n"), ("day", "1/2")]);
        assert_eq!(
            fill_numbers(&numbered_text.names, &blank),
            Err(MissingValue("name".to_owned()))
        );
    }

    #[test]
    fn whatsapp_refuses_what_its_review_would() {
        for (text, why) in [
            ("{name}, bonjour", Malformed::AtTheEdge),
            ("Bonjour {name}", Malformed::AtTheEdge),
            ("Le {day}{time} ici", Malformed::SideBySide),
            ("Le {day} {time} ici", Malformed::SideBySide),
            ("Le {day ici", Malformed::Braces),
        ] {
            assert_eq!(numbered(text), Err(why), "{text}");
        }
        let long = "é".repeat(WHATSAPP_BODY);
        assert_eq!(numbered(&long).unwrap().body, long);
        assert_eq!(numbered(&format!("{long}.")), Err(Malformed::TooLong));
    }

    proptest! {
        #![proptest_config(crate::property_config())]

        /// Whatever a value holds, it comes out as it is, and never fills another one.
        #[test]
        fn values_are_not_read_again(name in "\\PC{0,20}", day in "[{}a-z\\\\]{0,12}") {
            let all = values(&[("name", &name), ("day", &day)]);
            let filled = fill("<{name}|{day}>", &all).unwrap();
            prop_assert_eq!(filled, format!("<{name}|{day}>"));
        }

        /// What cannot be filled is refused, and what is accepted can be filled.
        #[test]
        fn every_text_is_refused_or_can_be_filled(text in "[{}a-c \\\\.]{0,24}") {
            match variables(&text) {
                Err(_) => prop_assert!(fill(&text, &Values::new()).is_err()),
                Ok(names) => {
                    let all = names.iter().map(|name| ((*name).to_owned(), "v".to_owned()));
                    prop_assert!(fill(&text, &all.collect()).is_ok());
                    prop_assert_eq!(fill(&text, &Values::new()).is_ok(), names.is_empty());
                }
            }
        }
    }
}
