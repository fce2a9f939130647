/// A message that is nothing but a word or digit we act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Keyword {
    /// He wants no more messages.
    Stop,
    /// He wants them again.
    Start,
    /// A bare digit from 1 to 9, the answer to a question that offered choices.
    Choice(u8),
}

/// `spec/messaging.md`, opt-out; folded, so ARRÊT is here as `arret`. The
/// English ones are the words US carriers and Twilio itself obey
/// (<https://help.twilio.com/articles/223134027>).
const STOP: [&str; 8] = [
    "stop",
    "stopall",
    "arret",
    "arreter",
    "unsubscribe",
    "quit",
    "end",
    "cancel",
];

/// `spec/messaging.md`, opt-out, to return.
const START: [&str; 2] = ["start", "reprendre"];

impl Keyword {
    /// Reads a whole message. Case, accents, punctuation and spaces do not
    /// count: `« Arrêt ! »`, `STOP.` and `s t o p` all mean stop. A word inside
    /// a sentence is no keyword, whoever writes "stop the pain" is not leaving.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut word = kernel::text::fold(text);
        word.retain(|c| c != ' ');
        if STOP.contains(&word.as_str()) {
            Some(Self::Stop)
        } else if START.contains(&word.as_str()) {
            Some(Self::Start)
        } else {
            choice(&word).map(Self::Choice)
        }
    }
}

/// One digit from 1 to 9 and nothing else.
fn choice(word: &str) -> Option<u8> {
    match word.as_bytes() {
        [digit @ b'1'..=b'9'] => Some(digit - b'0'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_specs_words_however_they_are_typed() {
        for word in [
            "STOP",
            "STOPALL",
            "ARRET",
            "ARRÊT",
            "ARRETER",
            "UNSUBSCRIBE",
            "QUIT",
            "END",
            "CANCEL",
        ] {
            for typed in [
                word.to_owned(),
                word.to_lowercase(),
                format!("  « {word} ! »\n"),
                format!("{word} 🙏"),
            ] {
                assert_eq!(Keyword::parse(&typed), Some(Keyword::Stop), "{typed}");
            }
        }
        for typed in ["arrêter", "Arre\u{302}t.", "stop all", "S.T.O.P"] {
            assert_eq!(Keyword::parse(typed), Some(Keyword::Stop), "{typed}");
        }
        for typed in ["START", "Reprendre", "REPRENDRE."] {
            assert_eq!(Keyword::parse(typed), Some(Keyword::Start), "{typed}");
        }
    }

    #[test]
    fn bare_digits_are_choices() {
        for (typed, choice) in [
            ("1", Some(1)),
            (" 2. ", Some(2)),
            ("3️⃣", Some(3)),
            ("９", Some(9)),
            ("0", None),
            ("12", None),
            ("1 2", None),
            ("1/2", None),
            ("½", None),
        ] {
            assert_eq!(
                Keyword::parse(typed),
                choice.map(Keyword::Choice),
                "{typed}"
            );
        }
    }

    #[test]
    fn sentences_are_no_keywords() {
        for text in [
            "",
            "   ",
            "!",
            "stop la douleur",
            "je veux arrêter le traitement",
            "non stop",
            "stopp",
            "the end",
            "annuler",
            "restart",
        ] {
            assert_eq!(Keyword::parse(text), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(crate::property_config())]

        /// Only letters in the order of a keyword can make one.
        #[test]
        fn nothing_else_is_a_keyword(text in "\\PC{0,24}") {
            let letters: String = text
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|c| c.to_ascii_lowercase())
                .collect();
            let ascii = text.is_ascii();
            let expected = match letters.as_str() {
                "stop" | "stopall" | "arret" | "arreter" | "unsubscribe" | "quit" | "end"
                | "cancel" => Some(Keyword::Stop),
                "start" | "reprendre" => Some(Keyword::Start),
                one if one.len() == 1 && "123456789".contains(one) => {
                    one.parse().ok().map(Keyword::Choice)
                }
                _ => None,
            };
            if ascii {
                prop_assert_eq!(Keyword::parse(&text), expected);
            }
        }

        #[test]
        fn decoration_changes_nothing(
            word in prop::sample::select(STOP.to_vec()),
            before in "[ .,!?«»'\"*_-]{0,6}",
            after in "[ .,!?«»'\"*_🙏-]{0,6}",
            upper in any::<bool>(),
        ) {
            let word = if upper { word.to_uppercase() } else { word.to_owned() };
            prop_assert_eq!(
                Keyword::parse(&format!("{before}{word}{after}")),
                Some(Keyword::Stop)
            );
        }
    }
}
