//! Makes text printable that people or machines sent.

use serde_json::Value;

/// A run of this many characters without a place to break fits every column.
const LONGEST_WORD: usize = 24;
/// Beyond it there is a place to break after each of these.
const BREAK_EVERY: usize = 8;
/// An address of the web up to this many bytes stays whole, so that it can be
/// copied; Typst breaks it at its own places.
const LONGEST_ADDRESS: usize = 200;

const BREAK_HERE: char = '\u{200B}';
/// Stands for a character that no font has; PDF/A forbids empty boxes.
const UNKNOWN: char = '\u{FFFD}';

/// Tells whether a font has the character.
pub(crate) type Covered<'a> = &'a dyn Fn(char) -> bool;

/// Every string of the data made printable; keys stay as they are.
pub(crate) fn clean_all(data: &Value, covered: Covered<'_>) -> Value {
    match data {
        Value::String(text) => Value::String(clean(text, covered)),
        Value::Array(items) => items.iter().map(|item| clean_all(item, covered)).collect(),
        Value::Object(entries) => Value::Object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), clean_all(value, covered)))
                .collect(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) => data.clone(),
    }
}

/// The text without control characters and signs that turn the direction of
/// what follows, unknown characters as U+FFFD, and long words breakable.
pub(crate) fn clean(text: &str, covered: Covered<'_>) -> String {
    let printable = text
        .chars()
        .filter_map(spoken)
        .map(|c| if c == '\n' || covered(c) { c } else { UNKNOWN });
    if is_address(text) {
        return printable.collect();
    }
    breakable(printable)
}

/// What remains of a character that steers rather than says something.
fn spoken(c: char) -> Option<char> {
    match c {
        '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\t' => Some(' '),
        // Soft hyphens; embeddings, overrides and isolates,
        // which can make a name read as another; invisible operators, variation
        // selectors and tags.
        '\u{AD}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2061}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFF0}'..='\u{FFFC}'
        | '\u{E0000}'..='\u{E0FFF}' => None,
        c if c.is_control() => None,
        c => Some(c),
    }
}

fn is_address(text: &str) -> bool {
    text.len() <= LONGEST_ADDRESS
        && (text.starts_with("https://") || text.starts_with("http://"))
        && !text.contains(char::is_whitespace)
}

fn breakable(chars: impl Iterator<Item = char>) -> String {
    let mut text = String::new();
    let mut run = 0;
    for c in chars {
        if matches!(c, ' ' | '\n' | BREAK_HERE) {
            run = 0;
        } else if !joins(c) {
            if run >= LONGEST_WORD && run % BREAK_EVERY == 0 {
                text.push(BREAK_HERE);
            }
            run += 1;
        }
        text.push(c);
    }
    text
}

/// Whether the character belongs to the one before it.
fn joins(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c) || matches!(c, '\u{200C}' | '\u{200D}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &str) -> String {
        clean(text, &|c| c < '\u{2000}')
    }

    #[test]
    fn what_steers_goes_and_what_has_no_glyph_is_marked() {
        assert_eq!(cleaned("a\u{0}\u{1B}b\u{202E}c\u{FE0F}"), "abc");
        assert_eq!(cleaned("a\r\nb\u{2028}c\td"), "a\nb\nc d");
        assert_eq!(cleaned("x🤒y"), "x\u{FFFD}y");
    }

    #[test]
    fn only_long_words_get_places_to_break() {
        let word = "a".repeat(LONGEST_WORD);
        assert_eq!(cleaned(&format!("{word} {word}")), format!("{word} {word}"));
        let long = cleaned(&"a".repeat(LONGEST_WORD + BREAK_EVERY + 1));
        assert_eq!(long.matches(BREAK_HERE).count(), 2);
        assert_eq!(long.replace(BREAK_HERE, "").len(), 33);
        let spaces = cleaned(&"a\u{A0}".repeat(100));
        assert!(spaces.contains(BREAK_HERE), "spaces that do not break");
        let accents = cleaned(&"a\u{301}".repeat(100));
        assert!(
            !accents.contains("\u{200B}\u{301}"),
            "a mark without its letter"
        );
    }

    #[test]
    fn an_address_can_be_copied() {
        let address = "https://records.example/v/CONS-20260312-003/1";
        assert_eq!(cleaned(address), address);
        assert_ne!(cleaned(&address.repeat(5)), address.repeat(5));
        assert_eq!(
            cleaned("https://a.example/\u{202E}x"),
            "https://a.example/x"
        );
    }

    #[test]
    fn keys_and_numbers_stay() {
        let data = serde_json::json!({"a\u{0}": [1, true, null, "b\u{0}"]});
        let expected = serde_json::json!({"a\u{0}": [1, true, null, "b"]});
        assert_eq!(clean_all(&data, &|_| true), expected);
    }
}
