//! Text as the rules read it: words with their separators, folded.

use kernel::text::fold;

/// What stands between a word and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gap {
    /// Nothing but a space, an apostrophe, a hyphen or a colon.
    None,
    /// A comma, a slash, a bracket, a plus: the sentence goes on.
    Piece,
    /// A full stop, a semicolon, a new line: another sentence.
    Sentence,
}

/// A word of a text.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    /// Without accents and case, without the `s` or `x` of the plural.
    pub(crate) folded: String,
    /// Where it stands in the text, in bytes.
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// What stands before it.
    pub(crate) gap: Gap,
    /// Whether a colon stands before it.
    pub(crate) after_colon: bool,
    /// Whether `(-)`, `: -` or `= 0` follows: a tick for "no".
    pub(crate) ticked_off: bool,
}

/// The words of a text, in order.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut from = None;
    let mut end = 0;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map(|(_, next)| *next);
        if is_part(letter, from.is_some() && digit_before(text, at), next) {
            from.get_or_insert(at);
            continue;
        }
        if let Some(start) = from.take() {
            push(&mut words, text, (start, at), end);
            end = at;
        }
    }
    if let Some(start) = from {
        push(&mut words, text, (start, text.len()), end);
        end = text.len();
    }
    if let Some(last) = words.last_mut() {
        last.ticked_off = is_tick(&text[end..]);
    }
    words
}

/// The words of a phrase of the pack; a final `*` is kept.
pub(crate) fn phrase_words(phrase: &str) -> Vec<String> {
    phrase
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '*' || is_mark(letter)))
        .filter(|word| !word.is_empty())
        .map(|word| match word.strip_suffix('*') {
            Some(start) => fold(start) + "*",
            None => singular(fold(word)),
        })
        .collect()
}

const fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

fn is_part(letter: char, after_digit: bool, next: Option<char>) -> bool {
    let in_number = after_digit
        && matches!(letter, '.' | ',')
        && next.is_some_and(|next| next.is_ascii_digit());
    letter.is_alphanumeric() || is_mark(letter) || in_number
}

fn digit_before(text: &str, at: usize) -> bool {
    text[..at].ends_with(|letter: char| letter.is_ascii_digit())
}

fn push(words: &mut Vec<Word>, text: &str, (from, to): (usize, usize), before: usize) {
    let between = &text[before..from];
    if let Some(last) = words.last_mut() {
        last.ticked_off = is_tick(between);
    }
    let folded = singular(fold(&text[from..to]).replace(' ', "."));
    if !folded.is_empty() {
        words.push(Word {
            folded,
            from,
            to,
            gap: gap(between),
            after_colon: between.contains(':'),
            ticked_off: false,
        });
    }
}

fn gap(between: &str) -> Gap {
    if between.contains(['.', ';', '!', '?', '\n', '\r', '•']) {
        Gap::Sentence
    } else if between.contains([',', '/', '(', ')', '+', '|', '[', ']', '→', '–', '—'])
        || between.contains(" -")
    {
        Gap::Piece
    } else {
        Gap::None
    }
}

fn is_tick(after: &str) -> bool {
    let after: String = after.split_whitespace().collect();
    ["(-)", ":-", "=-", "(−)", "⊖"]
        .iter()
        .any(|tick| after.starts_with(tick))
}

/// Without the mark of the plural, in words long enough to have one.
fn singular(mut word: String) -> String {
    if word.len() >= 4 && word.ends_with(['s', 'x']) {
        word.pop();
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.folded).collect()
    }

    #[test]
    fn words_are_folded_and_singular() {
        assert_eq!(
            folded("Douleurs THORACIQUES d’effort, T° 38,5 ; SpO₂ 92 % anti-inflammatoire"),
            [
                "douleur",
                "thoracique",
                "d",
                "effort",
                "t",
                "38.5",
                "spo2",
                "92",
                "anti",
                "inflammatoire"
            ]
        );
    }

    #[test]
    fn separators_are_kept() {
        let gaps: Vec<Gap> = words("a b, c. d - e-f\ng : h")
            .iter()
            .map(|word| word.gap)
            .collect();
        use Gap::{None, Piece, Sentence};
        assert_eq!(
            gaps,
            [None, None, Piece, Sentence, Piece, None, Sentence, None]
        );
    }

    #[test]
    fn a_tick_for_no_is_seen() {
        for text in ["raideur (-)", "raideur : -", "raideur (-), toux"] {
            assert!(words(text)[0].ticked_off, "{text}");
        }
        for text in ["raideur", "raideur (+)", "raideur - toux"] {
            assert!(!words(text)[0].ticked_off, "{text}");
        }
    }

    #[test]
    fn phrases_keep_their_star() {
        assert_eq!(phrase_words("convuls*"), ["convuls*"]);
        assert_eq!(
            phrase_words("mal à la poitrine"),
            ["mal", "a", "la", "poitrine"]
        );
    }
}
