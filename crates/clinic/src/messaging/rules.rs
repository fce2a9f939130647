//! Pure decisions about texts and lists.

pub(super) mod costs;
pub(super) mod events;
pub(super) mod links;
pub(super) mod template_check;
pub(super) mod wording;

pub(super) mod keys;

/// What a stored number must be like to hold the digits that a person wrote,
/// or a stored address to hold what has an `@`, as SQL's `LIKE` reads it. Blanks, signs and the zeros that stand before a
/// national or international number do not count; none means every number.
pub(super) fn number_like(search: &str) -> Option<String> {
    if search.trim().is_empty() {
        return None;
    }
    if search.contains('@') {
        return Some(format!("%{}%", search.trim().to_lowercase()));
    }
    let digits: String = search.chars().filter(char::is_ascii_digit).collect();
    let digits = match digits.trim_start_matches('0') {
        // Zeros alone may stand anywhere in a number.
        "" => digits.as_str(),
        significant => significant,
    };
    // Words find nobody: numbers hold no letters.
    Some(match digits {
        "" => "no number".to_owned(),
        digits => format!("%{digits}%"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_what_people_write() {
        for (written, like) in [
            ("", None),
            ("  ", None),
            ("77 123-45 67", Some("%771234567%")),
            ("+221 77 123", Some("%22177123%")),
            ("00221 77", Some("%22177%")),
            ("081 234", Some("%81234%")),
            ("000", Some("%000%")),
            ("(4567)", Some("%4567%")),
            ("Awa", Some("no number")),
            ("%", Some("no number")),
            ("_7%", Some("%7%")),
            (" Awa@Example", Some("%awa@example%")),
        ] {
            assert_eq!(number_like(written).as_deref(), like, "{written:?}");
        }
    }
}
