use kernel::Phone;

use crate::Channel;

kernel::words! {
    /// What a patient answers to the reminder of a visit.
    pub enum Reply {
        /// He comes.
        Coming = "coming",
        /// He calls it off.
        NotComing = "not_coming",
    }
}

/// `spec/messaging.md`, confirm 1/2, and what people write instead; folded.
const COMING: [&str; 5] = ["1", "oui", "yes", "confirmer", "confirm"];
/// The same. "cancel" is missing: it is an opt-out word.
const NOT_COMING: [&str; 4] = ["2", "non", "no", "annuler"];

impl Reply {
    /// Reads a whole message. Case, accents, punctuation and spaces do not count:
    /// ` 1.` and `Oui !` both mean that he comes; a sentence is no answer.
    #[must_use]
    pub fn parse_message(text: &str) -> Option<Self> {
        let mut word = kernel::text::fold(text);
        word.retain(|c| c != ' ');
        if COMING.contains(&word.as_str()) {
            Some(Self::Coming)
        } else if NOT_COMING.contains(&word.as_str()) {
            Some(Self::NotComing)
        } else {
            None
        }
    }
}

/// Countries whose operators bring no SMS back: DRC, Congo and Guinea
/// (`spec/messaging.md`, channels).
const ONE_WAY: [&str; 3] = ["CD", "CG", "GN"];

/// Whether an answer to a message from `sender` to `recipient` can arrive: by
/// WhatsApp and by the keys of a call always, by SMS when the sender is a number and no name, and neither of
/// the two stands in a country where SMS goes one way; to a notification never.
#[must_use]
pub fn brings_answers(channel: Channel, sender: &str, recipient: &Phone) -> bool {
    match channel {
        Channel::Whatsapp | Channel::Voice => true,
        Channel::Sms | Channel::Email => is_number(sender) && !is_one_way(sender, recipient),
        Channel::Push => false,
    }
}

/// A number, short ones too; a name has a letter in it.
fn is_number(sender: &str) -> bool {
    let digits = sender.strip_prefix('+').unwrap_or(sender);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_one_way(sender: &str, recipient: &Phone) -> bool {
    let one_way = |phone: &Phone| {
        let country = phone.country();
        country.is_some_and(|country| ONE_WAY.contains(&country.code().as_str()))
    };
    one_way(recipient) || sender.parse().is_ok_and(|sender| one_way(&sender))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Keyword;

    #[test]
    fn answers_however_they_are_typed() {
        for text in [
            "1",
            " 1.",
            "1️⃣",
            "OUI",
            "oui !",
            "Yes",
            "confirmer",
            "CONFIRM",
        ] {
            assert_eq!(Reply::parse_message(text), Some(Reply::Coming), "{text}");
        }
        for text in ["2", "2)", "Non", "no.", "« Annuler »", "ANNULER"] {
            assert_eq!(Reply::parse_message(text), Some(Reply::NotComing), "{text}");
        }
        for text in [
            "",
            "3",
            "12",
            "1 2",
            "1 ou 2 ?",
            "oui mais plus tard",
            "non merci docteur",
            "stop",
            "cancel",
        ] {
            assert_eq!(Reply::parse_message(text), None, "{text}");
        }
    }

    #[test]
    fn no_word_is_an_answer_and_an_opt_out() {
        for word in COMING.iter().chain(&NOT_COMING) {
            let keyword = Keyword::parse(word);
            let choice = matches!(keyword, None | Some(Keyword::Choice(1 | 2)));
            assert!(choice, "{word}");
        }
    }

    #[test]
    fn sms_comes_back_where_the_sender_is_a_number_and_the_country_lets_it() {
        let sms = |sender: &str, to: &str| {
            brings_answers(Channel::Sms, sender, &to.parse().expect("a number"))
        };
        let (dakar, kinshasa) = ("+221771234567", "+243812345678");
        assert!(sms("+221338210000", dakar));
        assert!(sms("36789", dakar), "a short number");
        for name in ["LAFIYA", "Clinic24", "", "+"] {
            assert!(!sms(name, dakar), "{name:?}");
        }
        for to in [kinshasa, "+242066123456", "+224620123456"] {
            assert!(!sms("+15005550006", to), "{to}");
        }
        assert!(!sms("+243812345678", dakar));
        let to = kinshasa.parse().expect("a number");
        assert!(brings_answers(Channel::Whatsapp, "", &to));
        assert!(brings_answers(Channel::Voice, "", &to));
        let to = dakar.parse().expect("a number");
        assert!(!brings_answers(Channel::Push, "+221338210000", &to));
    }
}
