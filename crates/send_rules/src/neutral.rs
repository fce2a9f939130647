use kernel::text::fold;

/// Words that say nothing of what somebody has, folded; French and English.
const NEUTRAL: &[&str] = &[
    "a",
    "accueil",
    "annee",
    "annuel",
    "annuelle",
    "annual",
    "apres",
    "appointment",
    "at",
    "au",
    "aupres",
    "aux",
    "avant",
    "avec",
    "before",
    "bonjour",
    "cabinet",
    "centre",
    "check",
    "checkup",
    "chez",
    "clinic",
    "clinique",
    "consultation",
    "control",
    "controle",
    "d",
    "date",
    "de",
    "demain",
    "des",
    "dimanche",
    "doctor",
    "docteur",
    "dr",
    "du",
    "en",
    "et",
    "follow",
    "followup",
    "for",
    "from",
    "h",
    "heure",
    "heures",
    "hello",
    "hopital",
    "hospital",
    "hour",
    "hours",
    "in",
    "is",
    "jeudi",
    "jour",
    "l",
    "la",
    "le",
    "les",
    "lundi",
    "madame",
    "mardi",
    "matin",
    "medecin",
    "medical",
    "medicale",
    "meeting",
    "mensuel",
    "mensuelle",
    "mercredi",
    "midi",
    "mme",
    "monsieur",
    "monthly",
    "morning",
    "mr",
    "mrs",
    "next",
    "new",
    "nouveau",
    "nouvelle",
    "of",
    "on",
    "our",
    "ou",
    "par",
    "pour",
    "premier",
    "premiere",
    "prochain",
    "prochaine",
    "programme",
    "programmee",
    "rappel",
    "rdv",
    "regular",
    "regulier",
    "reguliere",
    "reminder",
    "rendez",
    "routine",
    "salle",
    "samedi",
    "sante",
    "scheduled",
    "soir",
    "suivi",
    "the",
    "to",
    "today",
    "tomorrow",
    "un",
    "une",
    "up",
    "vendredi",
    "visit",
    "visite",
    "votre",
    "vos",
    "vous",
    "with",
    "yearly",
    "your",
    "afternoon",
    "aujourd",
    "hui",
    "evening",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Whether a text gives nothing away about somebody's health, so that it may stand in an
/// SMS, which whoever holds the phone reads: each word is one of a list, a number, a time
/// of day, or part of one of `names` that stands there as a whole (`spec/messaging.md`:
/// no diagnosis, test name or treatment in any SMS, ever). A text without words is not.
///
/// ```
/// use send_rules::is_neutral;
/// assert!(is_neutral("Visite de suivi à 10h30 avec le Dr Awa Diop", &["Awa Diop"]));
/// assert!(!is_neutral("Suivi du diabète", &["Awa Diop"]));
/// ```
#[must_use]
pub fn is_neutral(text: &str, names: &[&str]) -> bool {
    let folded = fold(text);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let names: Vec<String> = names.iter().map(|name| fold(name)).collect();
    let names: Vec<Vec<&str>> = names
        .iter()
        .map(|name| name.split_whitespace().collect())
        .collect();
    let mut rest = words.as_slice();
    while !rest.is_empty() {
        let named = names.iter().filter(|name| is_at_front(rest, name));
        match named.map(Vec::len).max() {
            Some(length) => rest = rest.get(length..).unwrap_or_default(),
            None if rest.first().is_some_and(|word| says_nothing(word)) => {
                rest = rest.get(1..).unwrap_or_default();
            }
            None => return false,
        }
    }
    !words.is_empty()
}

fn is_at_front(words: &[&str], name: &[&str]) -> bool {
    !name.is_empty() && words.starts_with(name)
}

fn says_nothing(word: &str) -> bool {
    NEUTRAL.contains(&word) || is_time_or_number(word)
}

/// `24`, `10h`, `10h30`, `1er`, `9am`; `cd4` and `b12` are none.
fn is_time_or_number(word: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let after = word.trim_start_matches(|c: char| c.is_ascii_digit());
    if after.len() == word.len() || word.len() - after.len() > 4 {
        return false;
    }
    match after {
        "" | "er" | "e" | "am" | "pm" | "st" | "nd" | "rd" | "th" => true,
        _ => after
            .strip_prefix('h')
            .is_some_and(|minutes| minutes.len() <= 2 && digits(minutes)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAMES: &[&str] = &["Clinique du Diabète Espoir", "Awa Diop", "Diop"];

    #[test]
    fn what_anybody_may_read_is_neutral() {
        for text in [
            "Visite de suivi",
            "rendez-vous",
            "RDV avec votre médecin",
            "Contrôle annuel",
            "Follow-up visit",
            "Check-up with Dr Diop on Monday at 9am",
            "Consultation le 24/12 à 10h30, Dr. AWA DIOP",
            "Rendez-vous à la Clinique du Diabète Espoir",
            "1er rendez-vous",
        ] {
            assert!(is_neutral(text, NAMES), "{text}");
        }
    }

    #[test]
    fn what_says_more_is_not() {
        for text in [
            "",
            " … ",
            "Suivi du diabète",
            "Clinique du diabète",
            "Espoir",
            "Contrôle VIH",
            "CD4",
            "Prise de sang à jeun",
            "Aspirine 500 mg",
            "Cardiologie",
            "Visite prénatale du 9e mois",
            "TB follow-up",
            "B12",
            "Rendez-vous d\u{2019}Awa",
            "malaria",
            "+221771234567",
        ] {
            assert!(!is_neutral(text, NAMES), "{text}");
        }
    }

    proptest! {
        #![proptest_config(crate::property_config())]

        /// One strange word anywhere is enough, whatever stands around it.
        #[test]
        fn no_strange_word_slips_through(
            before in prop::collection::vec(prop::sample::select(NEUTRAL), 0..6),
            strange in prop::sample::select(vec!["diabète", "VIH", "sida", "HIV", "grossesse", "tuberculose", "chimio", "IRM", "paracétamol"]),
            after in prop::collection::vec(prop::sample::select(NEUTRAL), 0..6),
        ) {
            let around = format!("{} {}", before.join(" "), after.join(" "));
            prop_assert_eq!(is_neutral(&around, &[]), !around.trim().is_empty());
            let text = format!("{} {strange} {}", before.join(" "), after.join(", "));
            prop_assert!(!is_neutral(&text, NAMES), "{}", text);
        }
    }
}
