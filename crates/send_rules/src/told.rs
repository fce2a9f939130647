use kernel::text::fold;

use crate::told_words::{BEGINNINGS, ENDS, PHRASES, WORDS};

/// The first word or phrase of a text, as it stands there, that names an illness, a test, a
/// drug or a treatment, which no SMS and no notification may (`spec/messaging.md`: "no
/// diagnosis, test name or treatment in any push message or SMS, ever"). One of `names` that
/// stands there as a whole is none. Unlike [`crate::is_neutral`], which is for the few words
/// of a reason, this lets all words pass that it does not know: what somebody writes in his
/// own words is his. Prevention for everybody (vaccination, screening, bed nets) says
/// nothing of what one person has, and is no such word.
///
/// ```
/// use send_rules::told;
/// assert_eq!(told("Votre test de DIABÈTE est prêt", &[]), Some("DIABÈTE"));
/// assert_eq!(told("Clinique du Diabète : venez demain", &["Clinique du Diabète"]), None);
/// assert_eq!(told("Un message vous attend", &[]), None);
/// ```
#[must_use]
pub fn told<'t>(text: &'t str, names: &[&str]) -> Option<&'t str> {
    let words = words(text);
    let folded: Vec<&str> = words.iter().map(|word| word.folded.as_str()).collect();
    let names: Vec<String> = names.iter().map(|name| fold(name)).collect();
    let names: Vec<Vec<&str>> = names
        .iter()
        .map(|name| name.split_whitespace().collect())
        .collect();
    let mut at = 0;
    while let Some(rest) = folded.get(at..).filter(|rest| !rest.is_empty()) {
        let is_there = |name: &&[&str]| !name.is_empty() && rest.starts_with(name);
        let named = names.iter().map(Vec::as_slice).filter(is_there);
        if let Some(length) = named.map(<[&str]>::len).max() {
            at += length;
            continue;
        }
        let length = length_told(rest);
        if let (Some(first), Some(last)) = (words.get(at), words.get(at + length.max(1) - 1))
            && length > 0
        {
            return text.get(first.from..last.to);
        }
        at += 1;
    }
    None
}

/// How many of the words at the front name something together.
fn length_told(words: &[&str]) -> usize {
    let phrase = PHRASES.iter().find(|phrase| words.starts_with(phrase));
    if let Some(phrase) = phrase {
        return phrase.len();
    }
    if words.first().is_some_and(|word| names_something(word)) {
        return 1;
    }
    // V.I.H., I R M.
    let letters = words.iter().take_while(|word| word.chars().count() == 1);
    let letters = letters.count();
    let spelled = |length: &usize| {
        let spelled = words.get(..*length).unwrap_or_default().concat();
        names_something(&spelled)
    };
    (2..=letters.min(LONGEST)).find(spelled).unwrap_or(0)
}

/// The most letters that are tried together.
const LONGEST: usize = 5;

fn names_something(word: &str) -> bool {
    let single = word.strip_suffix('s').unwrap_or(word);
    WORDS.contains(&word)
        || WORDS.contains(&single)
        || BEGINNINGS.iter().any(|begin| word.starts_with(begin))
        || ENDS.iter().any(|end| single.ends_with(end))
}

/// A word of a text, with where it stands in bytes.
struct Word {
    from: usize,
    to: usize,
    folded: String,
}

fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<(usize, usize)> = Vec::new();
    for (at, sign) in text.char_indices() {
        // An accent may follow its letter as a sign of its own.
        if !sign.is_alphanumeric() && !('\u{300}'..='\u{36f}').contains(&sign) {
            continue;
        }
        let end = at + sign.len_utf8();
        match words.last_mut() {
            Some((_, to)) if *to == at => *to = end,
            _ => words.push((at, end)),
        }
    }
    let word = |(from, to): (usize, usize)| Word {
        from,
        to,
        folded: fold(text.get(from..to).unwrap_or_default()),
    };
    words.into_iter().map(word).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_names_an_illness_a_test_or_a_treatment_is_found_as_it_stands() {
        for (text, word) in [
            ("Votre test VIH est négatif.", "VIH"),
            ("Résultat du V.I.H. : venez", "V.I.H"),
            ("Suivi d’hépatite B", "hépatite"),
            ("Suivi du diabe\u{300}te", "diabe\u{300}te"),
            ("Continuez la Metformine 500", "Metformine"),
            ("Your HbA1c is back", "HbA1c"),
            ("Prise de  sang à jeun", "Prise de  sang"),
            ("CD4: 350", "CD4"),
            ("Amoxicilline 3 fois par jour", "Amoxicilline"),
            ("Votre trithérapie est prête", "trithérapie"),
            ("Coloscopie lundi", "Coloscopie"),
            ("You are pregnant", "pregnant"),
            ("Vous êtes enceinte de 9 mois", "êtes enceinte"),
            ("IST, IRM", "IST"),
            ("Paludisme/Malaria", "Paludisme"),
            ("Radiothérapies", "Radiothérapies"),
        ] {
            assert_eq!(told(text, &[]), Some(word), "{text}");
        }
    }

    #[test]
    fn what_anybody_may_read_passes() {
        for text in [
            "",
            "Un message vous attend à la clinique. Passez demain à 9 h, ou appelez-nous.",
            "Vos résultats sont prêts : venez les chercher.",
            "Vaccination gratuite samedi, apportez le carnet de votre enfant.",
            "Dépistage et moustiquaires samedi dans l’enceinte de la clinique",
            "Mangez 5 fruits et légumes par jour",
            "Bring your papers, the doctor is here until 5 pm. Scan the code at the door.",
            "Rendez-vous le 12 avril, on 12 April, avec le Dr Artémis Diop",
            "Assistance psychosociale, gastronomie, orthographie",
            "Répondez 1 pour confirmer votre venue, 2 pour annuler.",
            "M. A. B. Sow vous attend",
        ] {
            assert_eq!(told(text, &[]), None, "{text}");
        }
        let names = ["Clinique du Diabète Espoir", "Sida Rage"];
        let text = "Clinique du diabète Espoir : bonjour Sida Rage";
        assert_eq!(told(text, &names), None);
        assert_eq!(told("Clinique du diabète", &names), Some("diabète"));
    }

    proptest! {
        #![proptest_config(crate::property_config())]

        /// Whatever stands around it, it is found; and nothing is found in what is neutral.
        #[test]
        fn no_word_slips_through(
            before in "[a-zA-Zé’ ,.!0-9]{0,20}",
            word in prop::sample::select([WORDS, BEGINNINGS].concat()),
            upper in any::<bool>(),
            after in "[ ,.!’-][a-zA-Zé ,.!0-9]{0,20}",
        ) {
            let word = if upper { word.to_uppercase() } else { word.to_owned() };
            let text = format!("{before} {word}{after}");
            prop_assert!(told(&text, &[]).is_some(), "{}", text);
        }

        #[test]
        fn what_is_found_stands_in_the_text(text in "\\PC{0,40}") {
            if let Some(word) = told(&text, &[]) {
                prop_assert!(text.contains(word) && !word.is_empty());
            }
        }

        #[test]
        fn neutral_words_tell_nothing(words in "\\PC{0,12}", name in "[A-Z][a-z]{2,8}") {
            if crate::is_neutral(&words, &[&name]) {
                prop_assert_eq!(told(&words, &[&name]), None);
            }
        }
    }
}
