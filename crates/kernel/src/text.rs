//! Small text helpers that storage, search and messages share.

use unicode_normalization::UnicodeNormalization;

/// Removes accents, case and punctuation and joins words by one space:
/// `« N'Diaye,  AÏSSATOU »` becomes `n diaye aissatou`. Search columns hold
/// folded text, because LIKE on raw text treats `É` and `e` differently on
/// each engine.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd() {
        let plain = match c {
            'œ' | 'Œ' => "oe",
            'æ' | 'Æ' => "ae",
            'ß' => "ss",
            'ɛ' | 'Ɛ' => "e",
            'ɔ' | 'Ɔ' => "o",
            'ŋ' | 'Ŋ' => "n",
            'ɓ' | 'Ɓ' => "b",
            'ɗ' | 'Ɗ' => "d",
            'ƴ' | 'Ƴ' => "y",
            c if unicode_normalization::char::is_combining_mark(c) => continue,
            c if c.is_alphanumeric() => {
                folded.extend(c.to_lowercase());
                continue;
            }
            _ => " ",
        };
        if plain != " " || !folded.ends_with(' ') {
            folded.push_str(plain);
        }
    }
    folded.trim().to_owned()
}

/// Removes accents and case and nothing else: `« 100 % Été »` becomes
/// `« 100 % ete »`. For searches in which signs count.
#[must_use]
pub fn fold_letters(text: &str) -> String {
    let kept = text
        .nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c));
    kept.flat_map(char::to_lowercase).collect()
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| {
            [
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]
        })
        .map(char::from)
        .collect()
}

/// At most `max` characters, with an ellipsis when something was cut.
#[must_use]
pub fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_names_as_people_misspell_them() {
        for (raw, folded) in [
            ("« N'Diaye,  AÏSSATOU »", "n diaye aissatou"),
            ("Kouamé", "kouame"),
            ("Cœur", "coeur"),
            ("Ŋgɔ́", "ngo"),
            ("ﬁèvre", "fievre"),
            ("  ", ""),
        ] {
            assert_eq!(fold(raw), folded);
        }
    }

    #[test]
    fn folds_letters_and_leaves_signs() {
        assert_eq!(fold_letters("« 100 % Été_1 »"), "« 100 % ete_1 »");
    }

    #[test]
    fn shortens_by_characters() {
        assert_eq!(shorten("éèàç", 4), "éèàç");
        assert_eq!(shorten("éèàçô", 4), "éèà…");
        assert_eq!(hex(&[0, 255, 16]), "00ff10");
    }
}
