use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::gsm7::septets;

/// Proposes the same text in the GSM-7 alphabet, so that it needs fewer segments.
///
/// Typographic signs become plain ones, letters lose the accents the alphabet
/// lacks (`ç ê î ô û ë ï œ`; `é è à ù` stay), emoji go. Nothing that carries a
/// dose or a number changes its value: `10⁹` becomes `10^9`, `1½` becomes
/// `1 1/2`, `µg` becomes `mcg`. Letters of other scripts and unknown signs stay
/// as they are, so the answer may still be UCS-2: count it with
/// [`crate::segments`]. A text already in GSM-7 comes back unchanged. It is a
/// proposal for a person to accept, not for sending unseen.
#[must_use]
pub fn gsm7_wording(text: &str) -> String {
    let mut worded = Wording::default();
    let mut chars = text.nfc().peekable();
    while let Some(c) = chars.next() {
        worded.push(c, chars.peek().copied());
    }
    worded.finish()
}

#[derive(Default)]
struct Wording {
    out: String,
    /// Something before this point was left out: no doubled or trailing space
    /// may stand for it.
    dropped: bool,
    /// After an opening guillemet its inner space goes too.
    opening: bool,
}

impl Wording {
    fn push(&mut self, c: char, next: Option<char>) {
        if septets(c).is_some() {
            self.push_plain(c);
        } else if is_left_out(c) {
            self.dropped = true;
        } else if is_combining_mark(c) {
            self.push_mark(c);
        } else if let Some(text) = spelling(c) {
            self.push_str(text);
        } else {
            self.push_special(c, next);
        }
    }

    fn push_plain(&mut self, c: char) {
        let doubled = self.dropped && self.out.chars().next_back().is_none_or(char::is_whitespace);
        let unwanted = c == ' ' && (self.opening || doubled);
        if !unwanted {
            self.out.push(c);
            self.dropped = false;
        }
        self.opening = false;
    }

    fn push_str(&mut self, text: &str) {
        for c in text.chars() {
            self.push_plain(c);
        }
    }

    /// A mark stays with a letter of another script; on ours it has been
    /// composed or means nothing to the alphabet.
    fn push_mark(&mut self, c: char) {
        let last = self.out.chars().next_back();
        if last.is_some_and(|last| septets(last).is_none()) {
            self.out.push(c);
        }
    }

    fn push_special(&mut self, c: char, next: Option<char>) {
        match c {
            '«' | '‹' => {
                self.push_plain('"');
                self.opening = true;
            }
            '»' | '›' => {
                if self.out.ends_with(' ') {
                    self.out.pop();
                }
                self.push_plain('"');
            }
            // ISMP's list of safe abbreviations: µg is read as mg, mcg is not.
            'µ' | 'μ' if matches!(next, Some('g' | 'G' | 'l' | 'L')) => self.push_str("mc"),
            'µ' | 'μ' => self.push_plain('u'),
            '°' => self.push_degree(next),
            c if c.is_whitespace() => self.push_plain(' '),
            c => self.push_decomposed(c),
        }
    }

    /// `N°` is a number, `°C` a temperature, all else an angle.
    fn push_degree(&mut self, next: Option<char>) {
        if self.out.ends_with(['n', 'N']) {
            self.push_plain('o');
        } else if !matches!(next, Some('C' | 'F')) {
            self.push_str(" deg");
        }
    }

    fn push_decomposed(&mut self, c: char) {
        let pieces: Option<String> = std::iter::once(c)
            .nfkd()
            .filter(|piece| !is_combining_mark(*piece))
            .map(|piece| match piece {
                '\u{2044}' => Some('/'),
                piece => septets(piece).map(|_| piece),
            })
            .collect();
        match pieces {
            Some(pieces) if !pieces.is_empty() => {
                self.separate_number(c, &pieces);
                self.push_str(&pieces);
            }
            _ => {
                self.out.push(c);
                self.opening = false;
                self.dropped = false;
            }
        }
    }

    /// `10⁹` is not 109 and `1½` is not 11/2.
    fn separate_number(&mut self, c: char, pieces: &str) {
        if !self.out.ends_with(|last: char| last.is_ascii_digit()) {
            return;
        }
        if pieces.contains('/') {
            self.push_plain(' ');
        } else if matches!(c, '⁰' | '¹' | '²' | '³' | '⁴'..='⁹' | '⁺' | '⁻') {
            self.push_plain('^');
        }
    }

    fn finish(mut self) -> String {
        if self.dropped {
            self.out.truncate(self.out.trim_end().len());
        }
        // What was left out may have stood between two halves of one letter.
        self.out.nfc().collect()
    }
}

/// Emoji, what joins and colours them, and invisible control characters.
/// Blocks of Unicode 16.
fn is_left_out(c: char) -> bool {
    matches!(u32::from(c),
        0x00..=0x08 | 0x0B | 0x0E..=0x1F | 0x7F..=0x84 | 0x86..=0x9F | 0xAD
        | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x20E3 | 0xFEFF
        | 0x2600..=0x27BF | 0x2B00..=0x2BFF | 0xFE00..=0xFE0F
        | 0x1F000..=0x1FAFF | 0xE0000..=0xE007F)
}

/// Signs and letters with a customary plain spelling.
fn spelling(c: char) -> Option<&'static str> {
    Some(match c {
        '’' | '‘' | '‚' | '‛' | '′' | '´' | '`' | 'ʼ' => "'",
        '“' | '”' | '„' | '‟' | '″' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '•' | '·' => "-",
        '…' => "...",
        '→' | '⇒' => "->",
        '←' | '⇐' => "<-",
        '≤' => "<=",
        '≥' => ">=",
        '≠' => "<>",
        '×' => "x",
        '÷' => "/",
        '±' => "+/-",
        '≈' => "~",
        '\u{85}' | '\u{2028}' | '\u{2029}' => "\n",
        'œ' => "oe",
        'Œ' => "OE",
        'ɛ' => "e",
        'Ɛ' => "E",
        'ɔ' => "o",
        'Ɔ' => "O",
        'ŋ' => "n",
        'Ŋ' => "N",
        'ɲ' => "ny",
        'Ɲ' => "NY",
        'ɓ' => "b",
        'Ɓ' => "B",
        'ɗ' => "d",
        'Ɗ' => "D",
        'ƴ' => "y",
        'Ƴ' => "Y",
        'ƙ' => "k",
        'Ƙ' => "K",
        _ => return None,
    })
}
