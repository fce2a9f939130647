use jiff::{Timestamp, civil::DateTime};

/// The most octets of a line, its CRLF not counted (RFC 5545, 3.1).
const LONGEST: usize = 75;

/// Content lines, each folded and ended by CRLF.
#[derive(Debug, Default)]
pub(crate) struct Lines(String);

impl Lines {
    /// Adds `head:value`; the head may carry parameters. Neither may hold
    /// characters that [`text`] or [`uri`] would have made harmless.
    pub(crate) fn add(&mut self, head: &str, value: &str) {
        let mut room = LONGEST;
        for next in head.chars().chain([':']).chain(value.chars()) {
            if next.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = LONGEST - 1;
            }
            self.0.push(next);
            room -= next.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// Adds what a person wrote, unless it is empty.
    pub(crate) fn add_text(&mut self, head: &str, written: &str) {
        if !written.is_empty() {
            self.add(head, &text(written));
        }
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// A value of type TEXT (3.3.11). Every kind of line end becomes one newline,
/// since some readers split at all of them; other control characters, which
/// have no place there, are left out.
fn text(written: &str) -> String {
    let mut escaped = String::with_capacity(written.len());
    for next in written.replace("\r\n", "\n").chars() {
        match next {
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => escaped.push_str("\\n"),
            '\\' | ';' | ',' => escaped.extend(['\\', next]),
            '\t' => escaped.push(next),
            _ if next.is_control() => {}
            _ => escaped.push(next),
        }
    }
    escaped
}

/// A value of type URI (3.3.13): what cannot stand in one is percent-encoded
/// (RFC 3986, 2.1).
pub(crate) fn uri(address: &str) -> String {
    let mut encoded = String::with_capacity(address.len());
    for byte in address.bytes() {
        if byte.is_ascii_graphic() {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// A DATE-TIME in UTC (3.3.5, form 2).
pub(crate) fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A DATE-TIME on the clock on the wall (3.3.5, forms 1 and 3).
pub(crate) fn local(at: DateTime) -> String {
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_at_75_octets_and_between_characters() {
        let folded = |value: &str| {
            let mut lines = Lines::default();
            lines.add("X", value);
            lines.into_text()
        };
        let a = |count| "a".repeat(count);
        assert_eq!(folded(&a(73)), format!("X:{}\r\n", a(73)));
        assert_eq!(folded(&a(74)), format!("X:{}\r\n a\r\n", a(73)));
        assert_eq!(
            folded(&a(148)),
            format!("X:{}\r\n {}\r\n a\r\n", a(73), a(74))
        );
        // Two octets, of which only one would fit.
        assert_eq!(
            folded(&format!("{}é", a(72))),
            format!("X:{}\r\n é\r\n", a(72))
        );
        assert_eq!(folded(&format!("{}é", a(71))), format!("X:{}é\r\n", a(71)));
    }

    #[test]
    fn text_cannot_leave_its_line() {
        let cases = [
            (r"a\b;c,d:e", r"a\\b\;c\,d:e"),
            (
                "a\nb\r\nc\rd\u{85}e\u{2028}f\u{2029}g",
                r"a\nb\nc\nd\ne\nf\ng",
            ),
            ("a\n\rb", r"a\n\nb"),
            ("\0a\tb\u{7}\u{b}\u{c}\u{1b}\u{7f}\u{9f}", "a\tb"),
            ("Dr Éloïse 老", "Dr Éloïse 老"),
        ];
        for (written, escaped) in cases {
            assert_eq!(text(written), escaped, "{written:?}");
        }
    }

    #[test]
    fn addresses_keep_to_the_characters_of_one() {
        let cases = [
            (
                "https://a.example/x?y=1&z=%20#é",
                "https://a.example/x?y=1&z=%20#%C3%A9",
            ),
            ("a b\r\nATTACH:c", "a%20b%0D%0AATTACH:c"),
        ];
        for (address, encoded) in cases {
            assert_eq!(uri(address), encoded);
        }
    }
}
