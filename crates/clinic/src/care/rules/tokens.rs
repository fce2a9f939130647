//! Splits results and ranges into numbers, words and signs.

use kernel::text::fold;

use super::{lab_words::is_keyword, notation::Separators, ranges::RAISED};

/// A part of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    /// `<`, `≥` and so on.
    Compare {
        less: bool,
        included: bool,
    },
    Dash,
    PlusMinus,
    /// `+`, `+++`: a finding.
    Crosses,
    Colon,
    /// Between two ranges.
    Semi,
    /// Alone between spaces.
    Slash,
    Open(char),
    Close(char),
    /// Letters, or a unit.
    Word {
        raw: String,
        folded: String,
    },
}

/// The tokens; `None` for a text with what belongs in none of them.
pub(super) fn of(text: &str, ways: Separators) -> Option<Vec<Token>> {
    let mut lexer = Lexer {
        chars: plain(text),
        at: 0,
        ways,
        tokens: Vec::new(),
    };
    while lexer.at < lexer.chars.len() {
        let token = lexer.token()?;
        lexer.tokens.extend(token);
    }
    Some(lexer.tokens)
}

/// How a separator is used between digits in a text: for decimals (`Some(true)`),
/// for thousands (`Some(false)`), or one cannot say.
pub(super) fn uses(text: &str, separator: char) -> Vec<Option<bool>> {
    let chars = plain(text);
    let mut uses = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let run = run(&chars, at);
        let digits: String = chars[at..run].iter().collect();
        if digits.contains(separator) {
            uses.push(use_of(&digits, separator));
        }
        at = run.max(at + 1);
    }
    uses
}

/// Whether a separator begins the decimals of these digits, if one can say.
fn use_of(digits: &str, separator: char) -> Option<bool> {
    let other = if separator == '.' { ',' } else { '.' };
    let count = digits.matches(separator).count();
    let last = digits.rfind(separator).unwrap_or_default();
    let whole = digits.get(..last).unwrap_or_default();
    let after = digits.len() - last - 1;
    match digits.rfind(other) {
        Some(place) if place > last => Some(false),
        Some(_) => Some(true),
        None if count > 1 => Some(false),
        None if after != 3 || whole.len() > 3 || whole.starts_with('0') => Some(true),
        None => None,
    }
}

/// The end of the digits with points and commas that begin here.
fn run(chars: &[char], from: usize) -> usize {
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let mut at = from;
    while digit(at) || (at > from && matches!(chars.get(at), Some('.' | ',')) && digit(at + 1)) {
        at += 1;
    }
    at
}

fn plain(text: &str) -> Vec<char> {
    let trimmed = text.trim_end_matches(['*', '↑', '↓', '.', ' ', '\u{a0}', '\u{202f}']);
    trimmed
        .chars()
        .map(|c| match c {
            c if c.is_whitespace() && c != '\n' => ' ',
            '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
            '’' | 'ʼ' => '\'',
            '⩽' | '≦' => '≤',
            '⩾' | '≧' => '≥',
            c => c,
        })
        .collect()
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    ways: Separators,
    tokens: Vec<Token>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or(' ')
    }

    /// The next token; `Some(None)` for a space.
    fn token(&mut self) -> Option<Option<Token>> {
        let c = self.peek(0);
        if c.is_ascii_digit() && !self.is_power() {
            return self.number().map(Some);
        }
        if c.is_alphabetic() || "%‰°µμ×/".contains(c) || c.is_ascii_digit() {
            return Some(Some(self.word()));
        }
        let (length, token) = match c {
            ' ' => (1, None),
            '<' | '>' | '≤' | '≥' | '=' => return self.comparison().map(Some),
            '+' if self.peek(1) == '/' && self.peek(2) == '-' => (3, Some(Token::PlusMinus)),
            '±' => (1, Some(Token::PlusMinus)),
            '-' | '+' if self.is_sign() => return self.signed().map(Some),
            '-' => (1, Some(Token::Dash)),
            '+' => {
                let mut crosses = self.chars[self.at..].iter();
                let length = crosses.position(|c| *c != '+');
                let length = length.unwrap_or(self.chars.len() - self.at);
                (length, Some(Token::Crosses))
            }
            ':' => (1, Some(Token::Colon)),
            ';' | ',' | '|' | '\n' => (1, Some(Token::Semi)),
            // At the end of an abbreviation.
            '.' if matches!(self.tokens.last(), Some(Token::Word { .. })) => (1, None),
            '(' | '[' => (1, Some(Token::Open(c))),
            ')' | ']' => (1, Some(Token::Close(c))),
            _ => return None,
        };
        self.at += length;
        Some(token)
    }

    /// `<`, `=<`, `≤`; `=` alone separates a name from what it means.
    fn comparison(&mut self) -> Option<Token> {
        let start = self.at;
        while "<>=≤≥".contains(self.peek(0)) && self.at < start + 2 {
            self.at += 1;
        }
        let sign: String = self.chars[start..self.at].iter().collect();
        let (less, included) = match sign.as_str() {
            "<" => (true, false),
            "<=" | "=<" | "≤" => (true, true),
            ">" => (false, false),
            ">=" | "=>" | "≥" => (false, true),
            "=" => return Some(Token::Colon),
            _ => return None,
        };
        Some(Token::Compare { less, included })
    }

    /// Whether a dash or a cross belongs to the number behind it.
    fn is_sign(&self) -> bool {
        let stands = |token: &Token| match token {
            Token::Number(_) | Token::Crosses => true,
            Token::Word { folded, .. } => !is_keyword(folded),
            _ => false,
        };
        let joins = match self.tokens.as_slice() {
            // A bracket may open turned round: `]-1 ; 0[`.
            [.., before, Token::Close(_)] => stands(before),
            [.., last] => stands(last),
            [] => false,
        };
        self.peek(1).is_ascii_digit() && !joins
    }

    fn signed(&mut self) -> Option<Token> {
        let negative = self.peek(0) == '-';
        self.at += 1;
        match self.number()? {
            Token::Number(number) if negative => Some(Token::Number(-number)),
            number => Some(number),
        }
    }

    /// Whether digits begin a unit: `10^9/L`, `10³/µL`, `10e9/L`, `10*9/L`.
    fn is_power(&self) -> bool {
        let ten = self.peek(0) == '1' && self.peek(1) == '0';
        let sign = self.peek(2);
        let power = "^*eE".contains(sign) && self.peek(3).is_ascii_digit();
        ten && (power || RAISED.contains(sign))
    }

    fn number(&mut self) -> Option<Token> {
        let start = self.at;
        let end = run(&self.chars, start);
        let after = |ahead: usize| self.chars.get(end + ahead).copied().unwrap_or(' ');
        if "eE".contains(after(0)) && after(1).is_ascii_digit() {
            // `1e3` may be a thousand, or a typing error.
            return None;
        }
        let mut digits: String = self.chars[start..end].iter().collect();
        self.at = end;
        if !digits.contains(['.', ',']) && digits.len() <= 3 && !digits.starts_with('0') {
            self.groups(&mut digits);
        }
        read(&digits, self.ways).map(Token::Number)
    }

    /// Thousands behind spaces: `10 000`, `1 250,5`.
    fn groups(&mut self, digits: &mut String) {
        while self.peek(0) == ' ' && self.peek(1).is_ascii_digit() {
            let end = run(&self.chars, self.at + 1);
            let group: String = self.chars[self.at + 1..end].iter().collect();
            let whole = group.find(['.', ',']).unwrap_or(group.len());
            if whole != 3 {
                return;
            }
            self.at = end;
            let Some((whole, decimals)) = group.split_once(['.', ',']) else {
                digits.push_str(&group);
                continue;
            };
            // Whoever separates thousands by spaces separates decimals by this.
            let point = if decimals.contains(['.', ',']) {
                "x"
            } else {
                ""
            };
            digits.push_str(&format!("{whole}_{point}{decimals}"));
            return;
        }
    }

    fn word(&mut self) -> Token {
        let start = self.at;
        let digits = self.peek(0).is_ascii_digit();
        let unit = self.peek(1).is_alphabetic();
        if self.peek(0) == '/' && !unit {
            self.at += 1;
            return Token::Slash;
        }
        self.at += if digits { 2 } else { 1 };
        while self.is_inside(self.at) {
            self.at += 1;
        }
        let raw: String = self.chars[start..self.at].iter().collect();
        let raw = raw.trim_end_matches(['.', '*']).to_owned();
        let folded = match raw.chars().all(|c| c.is_alphabetic() || c == '\'') {
            true => fold(&raw),
            false => String::new(),
        };
        Token::Word { raw, folded }
    }

    /// Whether a word that has begun goes on here.
    fn is_inside(&self, at: usize) -> bool {
        let c = |at: usize| self.chars.get(at).copied().unwrap_or(' ');
        let here = c(at);
        let power = here == '-' && "123".contains(c(at + 1)) && !c(at + 2).is_alphanumeric();
        // `g.L-1`, but not `g-1`: only behind a product is it a power.
        let product = || self.chars[self.at.saturating_sub(4)..at].contains(&'.');
        let fraction = here == ',' && c(at - 1).is_ascii_digit() && c(at + 1).is_ascii_digit();
        here.is_alphanumeric()
            || "%‰°µμ/^.'*·".contains(here)
            || RAISED.contains(here)
            || fraction
            || (power && product())
    }
}

/// The number that these digits are.
fn read(digits: &str, ways: Separators) -> Option<f64> {
    let way = |separator: char, chosen: bool| {
        digits
            .contains(separator)
            .then(|| use_of(digits, separator).unwrap_or(chosen))
    };
    let mut text = String::new();
    let mut decimals = 0;
    for c in digits.chars() {
        let begins = match c {
            '.' => way('.', ways.point).unwrap_or_default(),
            ',' => way(',', ways.comma).unwrap_or_default(),
            '_' => true,
            c => {
                text.push(c);
                continue;
            }
        };
        if begins {
            decimals += 1;
            text.push('.');
        }
    }
    let grouped = [('.', ways.point), (',', ways.comma)]
        .iter()
        .filter(|(separator, chosen)| way(*separator, *chosen) == Some(false))
        .all(|(separator, _)| is_grouped(digits, *separator));
    let number: f64 = text.parse().ok()?;
    (decimals <= 1 && grouped && number.is_finite()).then_some(number)
}

/// Whether every group behind the first has three digits.
fn is_grouped(digits: &str, separator: char) -> bool {
    let whole = digits.split(|c| ".,".contains(c) && c != separator).next();
    let mut groups = whole.unwrap_or_default().split(separator);
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3)
}
