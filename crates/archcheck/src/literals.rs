//! String literals with the name of what holds them. `concat!` is carried out,
//! and so are macros that only put strings together.

use std::collections::BTreeMap;

use crate::lexer::{Kind, Token, closing};

/// One string literal, or several that macros put together.
#[derive(Debug)]
pub(crate) struct Literal {
    /// The constant, statement or function that it stands in.
    pub(crate) name: String,
    /// Its value.
    pub(crate) text: String,
    /// Its line, counted from one.
    pub(crate) line: usize,
    /// Whether only tests compile it.
    pub(crate) test: bool,
}

/// A macro of one arm.
pub(crate) struct Macro {
    parameters: Vec<String>,
    body: Vec<Token>,
}

/// Macros by name.
pub(crate) type Macros = BTreeMap<String, Macro>;

/// How deep macros may call each other.
const DEPTH: usize = 8;

/// Adds the macros that a file defines and that [`literals`] can carry out.
pub(crate) fn collect_macros(tokens: &[Token], macros: &mut Macros) {
    for at in 0..tokens.len() {
        if let Some((name, defined)) = defined_macro(&tokens[at..]) {
            macros.insert(name, defined);
        }
    }
}

/// Reads `macro_rules! name { ($a:literal, …) => { … } }`.
fn defined_macro(tokens: &[Token]) -> Option<(String, Macro)> {
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token: &Token| token.is(text));
    if !(is(0, "macro_rules") && is(1, "!") && is(3, "{") && is(4, "(")) {
        return None;
    }
    let matched = closing(tokens, 4);
    if !(is(matched + 1, "=") && is(matched + 2, ">")) {
        return None;
    }
    let end = closing(tokens, matched + 3);
    let after = if is(end + 1, ";") { end + 2 } else { end + 1 };
    if !is(after, "}") {
        return None;
    }
    let mut parameters = Vec::new();
    for (at, token) in tokens[..matched].iter().enumerate() {
        if token.is("$") {
            let next = &tokens[at + 1];
            if next.kind != Kind::Word {
                return None;
            }
            parameters.push(next.text.clone());
        }
    }
    let body = tokens.get(matched + 4..end)?.to_vec();
    let arguments = parameters
        .iter()
        .map(|name| (name.clone(), String::new()))
        .collect();
    value(&body, &Macros::new(), &arguments, DEPTH)?;
    Some((tokens[2].text.clone(), Macro { parameters, body }))
}

/// The string that an expression stands for, when it only puts literals together.
fn value(
    tokens: &[Token],
    macros: &Macros,
    arguments: &BTreeMap<String, String>,
    depth: usize,
) -> Option<String> {
    match tokens {
        [text] if text.kind == Kind::Text => Some(text.text.clone()),
        [sign, name] if sign.is("$") => arguments.get(&name.text).cloned(),
        [name, sign, rest @ ..] if sign.is("!") && depth > 0 => {
            let end = closing(rest, 0);
            if end + 1 != rest.len() {
                return None;
            }
            let mut values = Vec::new();
            for part in split(&rest[1..end]) {
                values.push(value(part, macros, arguments, depth - 1)?);
            }
            if name.is("concat") {
                return Some(values.concat());
            }
            let Macro { parameters, body } = macros.get(&name.text)?;
            let arguments = parameters.iter().cloned().zip(values).collect();
            value(body, macros, &arguments, depth - 1)
        }
        _ => None,
    }
}

/// Splits at the commas outside brackets.
fn split(tokens: &[Token]) -> Vec<&[Token]> {
    let mut parts = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < tokens.len() {
        let token = &tokens[at];
        if token.is("(") || token.is("[") || token.is("{") {
            at = closing(tokens, at);
        } else if token.is(",") {
            parts.push(&tokens[start..at]);
            start = at + 1;
        }
        at += 1;
    }
    if start < tokens.len() {
        parts.push(&tokens[start..]);
    }
    parts
}

/// All string literals of a file.
pub(crate) fn literals(tokens: &[Token], macros: &Macros) -> Vec<Literal> {
    let mut found = Vec::new();
    let mut name = String::new();
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        let next = tokens.get(at + 1);
        let mut push = |name: &str, text: String| {
            found.push(Literal {
                name: name.to_owned(),
                text,
                line: token.line,
                test: token.test,
            });
        };
        if token.kind == Kind::Text {
            push(&name, token.text.clone());
        } else if token.kind == Kind::Word && next.is_some_and(|next| next.is("!")) {
            let is_definition = token.is("macro_rules")
                && tokens
                    .get(at + 2)
                    .is_some_and(|name| macros.contains_key(&name.text));
            let open = if is_definition { at + 3 } else { at + 2 };
            let end = closing(tokens, open).min(tokens.len() - 1);
            if is_definition {
                // Its literals count where it is called.
                at = end;
            } else if let Some(text) = value(&tokens[at..=end], macros, &BTreeMap::new(), DEPTH) {
                push(&name, text);
                at = end;
            } else if token.is("concat") {
                let texts = tokens[at..=end]
                    .iter()
                    .filter(|part| part.kind == Kind::Text);
                push(&name, texts.map(|part| part.text.as_str()).collect());
                at = end;
            }
        } else if token.kind == Kind::Word
            && let Some(next) = next
        {
            if matches!(token.text.as_str(), "const" | "static" | "fn") && next.kind == Kind::Word {
                name.clone_from(&next.text);
            } else if is_constant(&token.text) && (next.is("=") || next.is("each")) {
                // An entry of `statements!`.
                name.clone_from(&token.text);
            }
        }
        at += 1;
    }
    found
}

fn is_constant(name: &str) -> bool {
    name.chars()
        .all(|found| found.is_ascii_uppercase() || found.is_ascii_digit() || found == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::tokens;

    #[test]
    fn literals_know_their_name() {
        let source = r##"
            macro_rules! both { ($first:literal, $last:literal) => { concat!($first, " and ", $last) }; }
            macro_rules! none { () => { "none" } }
            macro_rules! many { ($($x:literal),*) => { concat!($($x),*) }; }
            macro_rules! kept { ($x:expr) => { f($x, "kept") }; }
            const A: &str = "a";
            statements! {
                LISTED each "$2" = "six";
                /// Not this "x".
                pub(crate) B = "b";
                C = r#"c
                    d"#;
                D = concat!("e ", "f");
                E = both!("g", concat!(none!(), "!"));
                F = unknown!("h", 1);
            }
            pub fn g() { h("i", format!("j {}", "k")); concat!("l ", M); }
        "##;
        let tokens = tokens(source);
        let mut macros = Macros::new();
        collect_macros(&tokens, &mut macros);
        let found: Vec<String> = literals(&tokens, &macros)
            .into_iter()
            .map(|literal| {
                let text = literal
                    .text
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ");
                format!("{}={text}", literal.name)
            })
            .collect();
        assert_eq!(
            found,
            [
                "=",
                "=kept",
                "A=a",
                "LISTED=$2",
                "LISTED=six",
                "B=b",
                "C=c d",
                "D=e f",
                "E=g and none!",
                "F=h",
                "g=i",
                "g=j {}",
                "g=k",
                "g=l"
            ]
        );
    }
}
