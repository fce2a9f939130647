//! Whether a text that a clinic wrote can be sent.

use kernel::{FieldError, Problem};
use send_rules::{
    Channel, Malformed, TemplateState, Values, WHATSAPP_BODY, numbered, segments, told, variables,
};

use super::events::Event;
use crate::messaging::model::ReviewedText;

/// The longest text of our own, in characters: Twilio takes no longer message
/// (<https://www.twilio.com/docs/api/errors/21617>).
pub(in crate::messaging) const MAX_TEXT: usize = 1600;

/// The longest name of a template, in characters (as at [`WHATSAPP_BODY`]).
const MAX_NAME: usize = 512;

/// Segments an SMS may be cut into with the examples' values: what more costs surprises.
const MAX_SEGMENTS: usize = 3;

/// Looks a clinic's text over.
///
/// # Errors
/// 400 naming `body`: empty, too long, a stray brace, a variable the event does not have,
/// or one it lacks.
pub(in crate::messaging) fn own_text(event: &Event, text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() {
        return Err(Problem::invalid("body", "required"));
    }
    if text.chars().count() > MAX_TEXT {
        return Err(too_long(MAX_TEXT));
    }
    let used = variables(text).map_err(malformed)?;
    let unknown = used.iter().find(|name| !event.variables.contains(name));
    if let Some(name) = unknown {
        return Err(about(name, "unknown-variable"));
    }
    let lacking = event.required.iter().find(|name| !used.contains(name));
    match lacking {
        Some(name) => Err(about(name, "variable-needed")),
        None => Ok(()),
    }
}

/// The same for one by this way: what others may read names no illness, test, drug or
/// treatment (`spec/messaging.md`, shared phones). A notification says what the SMS does.
///
/// # Errors
/// As [`own_text`]; 400 `tells-health` naming `body` and the word.
pub(in crate::messaging) fn text_by(
    event: &Event,
    channel: Channel,
    text: &str,
) -> Result<(), Problem> {
    own_text(event, text)?;
    tells_nothing(channel, text, &[])
}

/// Whether a text may go by a way on which others may read it. What `names` says is none of
/// the words that are looked for.
///
/// # Errors
/// 400 `tells-health` naming `body` and the word.
pub(in crate::messaging) fn tells_nothing(
    channel: Channel,
    text: &str,
    names: &[&str],
) -> Result<(), Problem> {
    if channel.in_words_of() != Channel::Sms {
        return Ok(());
    }
    match told(text, names) {
        None => Ok(()),
        Some(word) => {
            let fault = FieldError::new("body", "tells-health").with("word", word);
            Err(Problem::fields(vec![fault]))
        }
    }
}

/// The same for one that WhatsApp reviews.
///
/// # Errors
/// As [`own_text`], and what the review would refuse.
pub(in crate::messaging) fn reviewed_text(event: &Event, text: &str) -> Result<(), Problem> {
    own_text(event, text)?;
    numbered(text).map(drop).map_err(malformed)
}

/// Looks over what a clinic says of a text in the review: its name there in small letters,
/// digits and `_` (Meta's page as at [`WHATSAPP_BODY`]), Twilio's id of it `HX` and 32
/// hexadecimal digits (<https://www.twilio.com/docs/glossary/what-is-a-sid>).
///
/// # Errors
/// 400 naming `name` or `content_sid`.
pub(in crate::messaging) fn registration(text: &ReviewedText) -> Result<(), Problem> {
    let is_small = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if text.name.is_empty() || text.name.len() > MAX_NAME || !text.name.chars().all(is_small) {
        return Err(Problem::invalid("name", "not-a-template-name"));
    }
    let sid = text.content_sid.as_deref();
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let digits = sid.map(|sid| sid.strip_prefix("HX").unwrap_or_default());
    if digits.is_some_and(|digits| digits.len() != 32 || !digits.chars().all(is_hex)) {
        return Err(Problem::invalid("content_sid", "not-a-content-sid"));
    }
    match text.state == TemplateState::Approved && sid.is_none() {
        true => Err(Problem::invalid("content_sid", "required")),
        false => Ok(()),
    }
}

fn too_long(max: usize) -> Problem {
    Problem::fields(vec![FieldError::new("body", "too-long").with("max", max)])
}

fn about(name: &str, code: &'static str) -> Problem {
    Problem::fields(vec![FieldError::new("body", code).with("name", name)])
}

fn malformed(fault: Malformed) -> Problem {
    match fault {
        Malformed::Braces => Problem::invalid("body", "stray-brace"),
        Malformed::AtTheEdge => Problem::invalid("body", "variable-at-the-edge"),
        Malformed::SideBySide => Problem::invalid("body", "variables-side-by-side"),
        Malformed::TooLong => too_long(WHATSAPP_BODY),
    }
}

/// Whether an SMS of this length is what a clinic wants to pay for.
///
/// # Errors
/// 400 naming `body` when it needs more than three segments.
pub(in crate::messaging) fn length(channel: Channel, filled: &str) -> Result<(), Problem> {
    let parts = segments(filled).segments;
    match channel == Channel::Sms && parts > MAX_SEGMENTS {
        false => Ok(()),
        true => {
            let error = FieldError::new("body", "too-many-segments");
            let error = error.with("count", parts).with("max", MAX_SEGMENTS);
            Err(Problem::fields(vec![error]))
        }
    }
}

/// Real names and long: what a text looks like at its longest. The clinic's name and
/// address are its own.
pub(in crate::messaging) fn examples(event: &Event, clinic: &str, base: &str) -> Values {
    let value = |name: &str| match name {
        "clinic" => clinic.to_owned(),
        "link" => format!("{base}/my/appointments"),
        "day" => "31/12/2027".to_owned(),
        "time" | "until" => "10:30".to_owned(),
        "count" => "12".to_owned(),
        // A reminder of the staff has the whole name.
        "name" if event.key == "reminder-note" => "Marie-Bernadette Ngo Bassong".to_owned(),
        "name" => "Marie-Bernadette".to_owned(),
        "reason" => "Consultation de suivi".to_owned(),
        "details" => ". 31/12/2027, 10:30".to_owned(),
        "text" => "Vaccination dimanche.".to_owned(),
        "stop" => " Repondez STOP pour ne plus en recevoir.".to_owned(),
        _ => name.to_owned(),
    };
    let names = event.variables.iter();
    names
        .map(|name| ((*name).to_owned(), value(name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messaging::rules::events::named;

    fn code(checked: Result<(), Problem>) -> String {
        match checked {
            Ok(()) => "ok".to_owned(),
            Err(problem) => problem.errors[0].code.to_owned(),
        }
    }

    #[test]
    fn a_text_is_sent_only_when_it_can_be_filled() {
        let event = named("reminder-link").unwrap();
        for (text, expected) in [
            ("{clinic}. Le {day} à {time}, {link}", "ok"),
            ("Le {day} à {time} : {link} ", "ok"),
            ("  \n", "required"),
            ("Le {day} à {time}", "variable-needed"),
            (
                "Bonjour {name}, le {day} à {time}, {link}",
                "unknown-variable",
            ),
            ("Le {day} à {time}, {link", "stray-brace"),
            ("Le {{1}} à {time}, {link}", "stray-brace"),
        ] {
            assert_eq!(code(own_text(event, text)), expected, "{text}");
        }
        let long = format!("{}{{day}}{{time}}{{link}}", "a".repeat(MAX_TEXT));
        assert_eq!(code(own_text(event, &long)), "too-long");
        let reviewed = |text| code(reviewed_text(event, text));
        assert_eq!(reviewed("Le {day} à {time} : {link} merci."), "ok");
        assert_eq!(
            reviewed("Le {day} à {time} : {link}"),
            "variable-at-the-edge"
        );
        assert_eq!(
            reviewed("Le {day} {time} : {link} ."),
            "variables-side-by-side"
        );
    }

    #[test]
    fn nobody_pays_for_four_segments_by_mistake() {
        let text = "a".repeat(3 * 153);
        assert_eq!(code(length(Channel::Sms, &text)), "ok");
        assert_eq!(
            code(length(Channel::Sms, &format!("{text}a"))),
            "too-many-segments"
        );
        assert_eq!(code(length(Channel::Whatsapp, &format!("{text}a"))), "ok");
    }
}
