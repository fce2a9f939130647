//! What a call says (<https://www.twilio.com/docs/voice/twiml>). Pure: the same words,
//! language and address always make the same document.

use std::fmt::Write as _;

use kernel::Locale;

use crate::messaging::{Ask, Call};

const BEGIN: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Response>"#;
const END: &str = "</Response>";
/// Between one time and the next.
const PAUSE: &str = r#"<Pause length="1"/>"#;

/// The text twice, with the keys after each time; they may be pressed while it is
/// spoken and within ten seconds after. Who presses none is taken leave of.
#[must_use]
pub fn message(text: &str, call: &Call) -> String {
    let once = match &call.ask {
        Some(ask) => say(text, call.language) + &say(&ask.prompt, call.language),
        None => say(text, call.language),
    };
    let twice = format!("{once}{PAUSE}{once}");
    let spoken = match &call.ask {
        Some(ask) => gather(&twice, ask),
        None => twice + PAUSE,
    };
    format!("{BEGIN}{spoken}{}{END}", say(&call.goodbye, call.language))
}

/// A few words, then the call ends.
#[must_use]
pub fn last_words(words: &str, language: Locale) -> String {
    format!("{BEGIN}{}<Hangup/>{END}", say(words, language))
}

/// <https://www.twilio.com/docs/voice/twiml/gather>: without a key the next verb follows.
fn gather(spoken: &str, ask: &Ask) -> String {
    let address = escaped(&ask.address);
    format!(
        r#"<Gather input="dtmf" numDigits="1" timeout="10" method="POST" action="{address}">{spoken}</Gather>"#
    )
}

fn say(text: &str, language: Locale) -> String {
    let language = tag(language);
    format!(r#"<Say language="{language}">{}</Say>"#, escaped(text))
}

/// The voice's language (<https://www.twilio.com/docs/voice/twiml/say#language>).
const fn tag(language: Locale) -> &'static str {
    match language {
        Locale::Fr => "fr-FR",
        Locale::En => "en-GB",
    }
}

/// For contents and attributes; what XML 1.0 cannot hold (2.2) is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => {
                // As they are they would become blanks in an attribute.
                let _ = write!(out, "&#{};", u32::from(c));
            }
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking() -> Call {
        Call {
            language: Locale::Fr,
            goodbye: "Au revoir.".into(),
            ask: Some(Ask {
                prompt: "Tapez 1.".into(),
                address: "https://clinic.example/keys/?said=1&x=\"2\"".into(),
            }),
        }
    }

    #[test]
    fn says_it_twice_and_listens() {
        let text = message("Rendez-vous demain à 9 h.", &asking());
        let once = "<Say language=\"fr-FR\">Rendez-vous demain à 9 h.</Say>\
                    <Say language=\"fr-FR\">Tapez 1.</Say>";
        let expected = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>\
             <Gather input=\"dtmf\" numDigits=\"1\" timeout=\"10\" method=\"POST\" \
             action=\"https://clinic.example/keys/?said=1&amp;x=&quot;2&quot;\">\
             {once}<Pause length=\"1\"/>{once}</Gather>\
             <Say language=\"fr-FR\">Au revoir.</Say></Response>"
        );
        assert_eq!(text, expected);
    }

    #[test]
    fn without_a_question_it_does_not_listen() {
        let call = Call {
            language: Locale::En,
            goodbye: "Goodbye.".into(),
            ask: None,
        };
        let text = message("It is ready.", &call);
        assert!(!text.contains("Gather"), "{text}");
        assert_eq!(text.matches("It is ready.").count(), 2);
        assert!(text.ends_with("<Say language=\"en-GB\">Goodbye.</Say></Response>"));
        let end = last_words("Thank you.", Locale::En);
        assert!(end.ends_with("Thank you.</Say><Hangup/></Response>"));
    }

    #[test]
    fn nothing_that_is_said_is_markup() {
        let text = message("</Say><Dial>+33 & \"x\" 'y' > z\u{0}\u{8}\n", &asking());
        let said = "&lt;/Say&gt;&lt;Dial&gt;+33 &amp; &quot;x&quot; &apos;y&apos; &gt; z&#10;";
        assert_eq!(text.matches(said).count(), 2, "{text}");
        assert!(!text.contains("<Dial>"));
        let long = "Marie-Thérèse N’Diaye-M’Bodj d’Almeida & fils ".repeat(40);
        let text = message(&long, &asking());
        assert_eq!(text.matches("&amp; fils").count(), 80);
        assert_eq!(text.matches('<').count(), text.matches('>').count());
    }
}
