//! How a search forgives spelling: which words resemble a sought one, and how well a
//! name answers a query.

use std::{collections::BTreeSet, iter};

/// Below this a name is no answer: one wrong letter in a word of four passes.
pub(in crate::patients) const ALIKE: f64 = 0.72;
/// Words of a query that are looked up; the others only rank what these find.
pub(in crate::patients) const WORDS: usize = 6;

/// The words of a folded name or query.
pub(in crate::patients) fn words(folded: &str) -> BTreeSet<String> {
    let words = folded.split(' ').filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// What a word is filed under: its three-letter pieces, with a space before and
/// after, so that beginnings count, and for short words, where one wrong letter
/// leaves none of them whole, what is left without each letter.
pub(in crate::patients) fn pieces(word: &str) -> BTreeSet<String> {
    let letters: Vec<char> = format!(" {word} ").chars().collect();
    let three = letters.windows(3).map(|three| three.iter().collect());
    three.chain(without_each_letter(word)).collect()
}

/// Of words of three to five letters; `~` tells them from three-letter pieces.
fn without_each_letter(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    if !(3..=5).contains(&letters.len()) {
        return Vec::new();
    }
    let without = |gap: usize| {
        let kept = letters.iter().enumerate().filter(|(at, _)| *at != gap);
        iter::once('~')
            .chain(kept.map(|(_, letter)| *letter))
            .collect()
    };
    (0..letters.len()).map(without).collect()
}

/// A range of words, one or all with the same beginning, that answers a word of a query.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::patients) struct Sought {
    /// Which word of the query.
    pub asked: i64,
    /// The first word of the range.
    pub low: String,
    /// The first word behind it.
    pub high: String,
    /// How well they answer it, 0 to 1.
    pub likeness: f64,
}

/// The range of all words that begin so.
pub(in crate::patients) fn beginning(start: &str) -> (String, String) {
    (start.to_owned(), format!("{start}\u{10ffff}"))
}

/// How many letters a word may have that is like one of so many: a letter too many or
/// too few is a wrong one.
pub(in crate::patients) fn lengths(wanted: &str) -> (i64, i64) {
    let letters = u32::try_from(wanted.chars().count()).unwrap_or(u32::MAX);
    let wrong = |longer: u32| f64::from(longer) * (1.0 - ALIKE);
    let like = |other: &u32| {
        let short = letters.abs_diff(*other) <= 1;
        short || f64::from(letters.abs_diff(*other)) <= wrong(letters.max(*other))
    };
    let shortest = (1..=letters).find(like).unwrap_or(letters);
    let longest = (letters..=letters.saturating_mul(2)).rev().find(like);
    (shortest.into(), longest.unwrap_or(letters).into())
}

/// The ranges that answer one word of a query: all that begin with it, and of the
/// known words the likest.
pub(in crate::patients) fn sought(
    asked: i64,
    wanted: &str,
    known: Vec<String>,
    most: usize,
) -> Vec<Sought> {
    let others = known.into_iter().filter(|word| !word.starts_with(wanted));
    let mut others: Vec<(f64, String)> = others
        .map(|word| (word_likeness(wanted, &word), word))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    others.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let (low, high) = beginning(wanted);
    let begin = Sought {
        asked,
        low,
        high,
        likeness: 1.0,
    };
    let other = |(likeness, word): (f64, String)| Sought {
        asked,
        // Folded words have no control characters: nothing else lies in between.
        high: format!("{word}\u{1}"),
        low: word,
        likeness,
    };
    let others = others.into_iter().map(other);
    iter::once(begin).chain(others).take(most).collect()
}

fn word_likeness(wanted: &str, word: &str) -> f64 {
    if word.starts_with(wanted) {
        return 1.0;
    }
    let letters = |word: &str| u32::try_from(word.chars().count()).unwrap_or(u32::MAX);
    // Twice as fast as counting swapped letters that were changed again, which nobody types.
    let wrong = strsim::osa_distance(wanted, word);
    let wrong = u32::try_from(wrong).unwrap_or(u32::MAX);
    let like = 1.0 - f64::from(wrong) / f64::from(letters(wanted).max(letters(word)));
    match wrong {
        // In a short word one wrong letter is a large part of it.
        1 if letters(wanted) >= 3 => like.max(ALIKE),
        _ => like,
    }
}

/// How well a folded name answers a folded query, 0 to 1: each word of the
/// query finds its best word of the name, whole or as its beginning.
pub(in crate::patients) fn likeness(query: &str, name: &str) -> f64 {
    let words: Vec<&str> = name.split(' ').collect();
    let best = |wanted: &str| {
        let likeness = words.iter().map(|word| word_likeness(wanted, word));
        likeness.fold(0.0, f64::max)
    };
    let wanted: Vec<&str> = query.split(' ').filter(|word| !word.is_empty()).collect();
    let sum: f64 = wanted.iter().map(|word| best(word)).sum();
    let count = u32::try_from(wanted.len().max(1)).map_or(1.0, f64::from);
    sum / count
}

#[cfg(test)]
mod tests {
    use kernel::text;
    use proptest::prelude::*;

    use super::*;
    use crate::patients::rules::search_name;

    #[test]
    fn finds_names_in_spite_of_spelling() {
        let name = search_name("Aïssatou", "N'Diaye");
        for query in [
            "aissatou",
            "Ndiaye aissatou",
            "AISATOU",
            "n'diaye",
            "aissa",
            "diaye",
        ] {
            assert!(likeness(&text::fold(query), &name) >= ALIKE, "{query}");
        }
        let short = search_name("Awa", "Sow");
        assert!(likeness("sew", &short) >= ALIKE && likeness("sy", &short) < ALIKE);
        assert!(pieces("sew").intersection(&pieces("sow")).count() > 0);
        for query in ["moussa", "ba", "fatou sarr"] {
            assert!(likeness(&text::fold(query), &name) < ALIKE, "{query}");
        }
    }

    #[test]
    fn the_likest_words_are_sought_first_and_all_beginnings() {
        let known = ["mousa", "moussatou", "mouse", "moussa", "musa"].map(str::to_owned);
        let found = sought(3, "moussa", known.to_vec(), 3);
        let words: Vec<&str> = found.iter().map(|sought| sought.low.as_str()).collect();
        assert_eq!(words, ["moussa", "mousa"], "no second error passes");
        assert!(found[0].low.as_str() <= "moussatou" && "moussatou" < found[0].high.as_str());
        assert!("mousaa" > found[1].high.as_str() && found[1].asked == 3);
        assert_eq!(sought(0, "moussa", known.to_vec(), 1).len(), 1);
    }

    proptest! {
        #[test]
        fn no_word_of_another_length_answers(wanted in "[a-d]{1,12}", word in "[a-d]{1,14}") {
            let (shortest, longest) = lengths(&wanted);
            let letters = i64::try_from(word.chars().count()).unwrap();
            let fits = (shortest..=longest).contains(&letters);
            prop_assert!(fits || word.starts_with(&wanted) || word_likeness(&wanted, &word) < ALIKE);
        }
    }
}
