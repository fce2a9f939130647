//! Rust source as words, with comments left out.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name or a keyword.
    Word,
    /// A string or character literal; `text` is its value.
    Text,
    /// One character of punctuation.
    Mark,
}

/// One token.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its text; a literal's value without quotes and escapes.
    pub(crate) text: String,
    /// The line it starts on, counted from one.
    pub(crate) line: usize,
    /// Whether it belongs to code that only tests compile.
    pub(crate) test: bool,
}

impl Token {
    /// Whether this is the punctuation or word `text`.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.kind != Kind::Text && self.text == text
    }
}

/// Cuts `source` into tokens. It never fails: what it can't read becomes
/// punctuation, and the compiler reports it better.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut reader = Reader {
        chars: source.chars().collect(),
        at: 0,
        line: 1,
        tokens: Vec::new(),
    };
    while reader.step() {}
    let mut tokens = reader.tokens;
    mark_tests(&mut tokens);
    tokens
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

impl Reader {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn take(&mut self) -> char {
        let found = self.peek(0);
        self.at += 1;
        if found == '\n' {
            self.line += 1;
        }
        found
    }

    fn push(&mut self, kind: Kind, text: String, line: usize) {
        self.tokens.push(Token {
            kind,
            text,
            line,
            test: false,
        });
    }

    fn step(&mut self) -> bool {
        if self.at >= self.chars.len() {
            return false;
        }
        let line = self.line;
        let first = self.peek(0);
        match (first, self.peek(1)) {
            ('/', '/') => {
                while self.at < self.chars.len() && self.peek(0) != '\n' {
                    self.take();
                }
            }
            ('/', '*') => self.block_comment(),
            ('"', _) => {
                self.take();
                let text = self.quoted('"');
                self.push(Kind::Text, text, line);
            }
            ('\'', _) => self.character_or_lifetime(line),
            _ if first.is_whitespace() => {
                self.take();
            }
            _ if first.is_alphabetic() || first == '_' => self.word(line),
            _ if first.is_ascii_digit() => {
                while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
                    self.take();
                }
            }
            _ => {
                self.take();
                self.push(Kind::Mark, first.to_string(), line);
            }
        }
        true
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => {
                    depth += 1;
                    self.take();
                }
                ('*', '/') => {
                    depth -= 1;
                    self.take();
                }
                _ => {}
            }
            self.take();
            if depth == 0 {
                return;
            }
        }
    }

    fn word(&mut self, line: usize) {
        let mut text = String::new();
        while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
            text.push(self.take());
        }
        let prefix = matches!(text.as_str(), "r" | "b" | "br" | "c" | "cr");
        let mut hashes = 0;
        while self.peek(hashes) == '#' {
            hashes += 1;
        }
        if prefix && text.contains('r') && self.peek(hashes) == '"' {
            let text = self.raw(hashes);
            self.push(Kind::Text, text, line);
        } else if prefix && hashes == 0 && matches!(self.peek(0), '"' | '\'') {
            let quote = self.take();
            let text = self.quoted(quote);
            self.push(Kind::Text, text, line);
        } else if text == "r" && hashes == 1 {
            // A raw name such as `r#type`.
            self.take();
            self.word(line);
        } else {
            self.push(Kind::Word, text, line);
        }
    }

    fn raw(&mut self, hashes: usize) -> String {
        for _ in 0..=hashes {
            self.take();
        }
        let mut text = String::new();
        while self.at < self.chars.len() {
            if self.peek(0) == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == '#') {
                for _ in 0..=hashes {
                    self.take();
                }
                break;
            }
            text.push(self.take());
        }
        text
    }

    fn quoted(&mut self, quote: char) -> String {
        let mut text = String::new();
        while self.at < self.chars.len() {
            match self.take() {
                '\\' => self.escape(&mut text),
                found if found == quote => break,
                found => text.push(found),
            }
        }
        text
    }

    fn escape(&mut self, text: &mut String) {
        match self.take() {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            '0' => text.push('\0'),
            '\n' => {
                while self.peek(0).is_whitespace() {
                    self.take();
                }
            }
            'x' => {
                let digits: String = [self.take(), self.take()].into_iter().collect();
                push_code(text, &digits);
            }
            'u' => {
                let mut digits = String::new();
                while self.at < self.chars.len() {
                    match self.take() {
                        '}' => break,
                        '{' | '_' => {}
                        digit => digits.push(digit),
                    }
                }
                push_code(text, &digits);
            }
            other => text.push(other),
        }
    }

    fn character_or_lifetime(&mut self, line: usize) {
        self.take();
        if self.peek(0) == '\\' || self.peek(1) == '\'' {
            let text = self.quoted('\'');
            self.push(Kind::Text, text, line);
        } else {
            while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
                self.take();
            }
        }
    }
}

fn push_code(text: &mut String, digits: &str) {
    if let Some(found) = u32::from_str_radix(digits, 16)
        .ok()
        .and_then(char::from_u32)
    {
        text.push(found);
    }
}

/// Marks what `#[cfg(test)]`, `#[test]` and their kin cover.
fn mark_tests(tokens: &mut [Token]) {
    let mut at = 0;
    while at + 1 < tokens.len() {
        if !(tokens[at].is("#") && tokens[at + 1].is("[")) {
            at += 1;
            continue;
        }
        let end = closing(tokens, at + 1);
        let words = &tokens[at..end.min(tokens.len())];
        let says = |word: &str| words.iter().any(|token| token.is(word));
        if says("test") && !says("not") && !says("any") && !says("cfg_attr") {
            let last = item_end(tokens, end + 1).min(tokens.len() - 1);
            for token in &mut tokens[at..=last] {
                token.test = true;
            }
            at = last + 1;
        } else {
            at = end + 1;
        }
    }
}

/// The index of the bracket that closes the one at `open`, or the length.
pub(crate) fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        if token.kind != Kind::Mark {
            continue;
        }
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

/// The last token of the item that starts at `from`, its attributes included.
fn item_end(tokens: &[Token], from: usize) -> usize {
    let mut at = from;
    while at < tokens.len() {
        if tokens[at].is(";") {
            return at;
        }
        if tokens[at].is("{") {
            return closing(tokens, at);
        }
        if tokens[at].is("(") || tokens[at].is("[") {
            at = closing(tokens, at);
        }
        at += 1;
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str, kind: Kind) -> Vec<String> {
        tokens(source)
            .into_iter()
            .filter(|token| token.kind == kind)
            .map(|token| token.text)
            .collect()
    }

    #[test]
    fn comments_are_left_out_and_literals_are_read() {
        let source = r####"
            // "no" /* no
            /* "no /* nested */ no" */
            let a = "one \"two\" \u{e9}\x41 \
                     three"; let b = r#"raw "four""#; let c = b"five"; let d = '"'; let e = '\'';
            fn f<'a>(x: &'a str) -> r#type {}
        "####;
        assert_eq!(
            texts(source, Kind::Text),
            ["one \"two\" éA three", "raw \"four\"", "five", "\"", "'"]
        );
        assert!(texts(source, Kind::Word).contains(&"type".to_owned()));
    }

    #[test]
    fn code_for_tests_is_marked() {
        let source = r#"
            fn a() {}
            #[cfg(test)]
            #[expect(dead_code, reason = "x")]
            mod tests { fn b() { let x = [1; 2]; } }
            fn c() {}
            #[tokio::test(flavor = "multi_thread")]
            async fn d() { e(); }
            #[cfg(not(test))]
            fn g() {}
            #[cfg(test)]
            mod more;
            fn h() {}
        "#;
        let found = tokens(source);
        let is_test = |word: &str| found.iter().find(|token| token.is(word)).map(|t| t.test);
        for word in ["a", "c", "g", "h"] {
            assert_eq!(is_test(word), Some(false), "{word}");
        }
        for word in ["b", "d", "e", "more"] {
            assert_eq!(is_test(word), Some(true), "{word}");
        }
    }
}
