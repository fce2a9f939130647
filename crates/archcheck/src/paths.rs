//! The paths that Rust code names, `use` groups written out.

use crate::lexer::{Kind, Token};

/// One path, such as `crate::patients::api::find`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NamedPath {
    /// Its segments; `*` for a glob.
    pub(crate) segments: Vec<String>,
    /// The line of its last segment.
    pub(crate) line: usize,
    /// Whether only tests compile it.
    pub(crate) test: bool,
    /// Whether `use` brings it into scope under its own last name.
    pub(crate) imported: bool,
    /// How many inline modules stand around it.
    pub(crate) inside: usize,
}

impl NamedPath {
    /// The path from the crate's root, when it is written with `crate`,
    /// `self` or `super` in a file that holds `module`.
    pub(crate) fn below_root(&self, module: &[String]) -> Option<Vec<String>> {
        let first = self.segments.first()?;
        if first == "crate" {
            return Some(self.segments[1..].to_vec());
        }
        if first != "self" && first != "super" {
            return None;
        }
        let mut base = module.to_vec();
        base.extend((0..self.inside).map(|_| String::new()));
        let mut rest = self.segments.as_slice();
        while let Some((first, after)) = rest.split_first() {
            match first.as_str() {
                "self" => {}
                "super" => {
                    base.pop();
                }
                _ => break,
            }
            rest = after;
        }
        base.extend_from_slice(rest);
        Some(base)
    }
}

/// All paths of two segments and more, and everything that `use` names.
pub(crate) fn named(tokens: &[Token]) -> Vec<NamedPath> {
    let mut reader = Reader {
        tokens,
        found: Vec::new(),
        inside: 0,
    };
    let mut braces: Vec<bool> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        if token.is("{") {
            let inline = at >= 2 && tokens[at - 2].is("mod");
            braces.push(inline);
            reader.inside += usize::from(inline);
            at += 1;
        } else if token.is("}") {
            let inline = braces.pop().unwrap_or(false);
            reader.inside -= usize::from(inline);
            at += 1;
        } else if token.is("use") {
            at = reader.tree(at + 1, &[], true);
        } else if token.kind == Kind::Word {
            at = reader.tree(at, &[], false);
        } else {
            at += 1;
        }
    }
    reader.found
}

struct Reader<'a> {
    tokens: &'a [Token],
    found: Vec<NamedPath>,
    inside: usize,
}

impl Reader<'_> {
    fn is(&self, at: usize, text: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(text))
    }

    /// Reads one path or `use` tree and returns the index after it.
    fn tree(&mut self, mut at: usize, prefix: &[String], imported: bool) -> usize {
        let mut segments = prefix.to_vec();
        while self.is(at, ":") && self.is(at + 1, ":") {
            at += 2;
        }
        let Some(mut last) = self.tokens.get(at) else {
            return at + 1;
        };
        while let Some(token) = self.tokens.get(at) {
            if token.kind == Kind::Word {
                segments.push(token.text.clone());
            } else if token.is("*") && imported {
                segments.push("*".to_owned());
            } else if token.is("{") && (imported || !segments.is_empty()) {
                return self.group(at + 1, &segments);
            } else {
                break;
            }
            last = token;
            at += 1;
            if self.is(at, ":") && self.is(at + 1, ":") {
                at += 2;
            } else {
                break;
            }
        }
        if segments.len() >= 2 || (imported && !segments.is_empty()) {
            self.found.push(NamedPath {
                segments,
                line: last.line,
                test: last.test,
                imported: imported && !self.is(at, "as"),
                inside: self.inside,
            });
        }
        if imported && self.is(at, "as") {
            at += 2;
        }
        at
    }

    /// Reads the trees of a group up to its closing brace.
    fn group(&mut self, mut at: usize, prefix: &[String]) -> usize {
        while at < self.tokens.len() && !self.is(at, "}") {
            let before = at;
            at = self.tree(at, prefix, true);
            if self.is(at, ",") || at == before {
                at += 1;
            }
        }
        at + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer::tokens;

    fn paths(source: &str) -> Vec<String> {
        named(&tokens(source))
            .into_iter()
            .map(|path| path.segments.join("::"))
            .collect()
    }

    #[test]
    fn groups_are_written_out() {
        let source =
            "pub(crate) use crate::{patients::{api as p, self}, audit, a::*}; use super::x;
            fn f(y: ::std::a::B) -> crate::b::C<d::E> { g::<h::I>(); let z = 1; $crate::j::k!() }";
        assert_eq!(
            paths(source),
            [
                "crate::patients::api",
                "crate::patients::self",
                "crate::audit",
                "crate::a::*",
                "super::x",
                "std::a::B",
                "crate::b::C",
                "d::E",
                "h::I",
                "crate::j::k",
            ]
        );
    }

    #[test]
    fn super_counts_inline_modules() {
        let found = named(&tokens(
            "use super::a::b; mod m { use super::super::c::d; } use super::super::e::f;",
        ));
        let module = ["x".to_owned(), "y".to_owned()];
        let resolved: Vec<String> = found
            .iter()
            .filter_map(|path| Some(path.below_root(&module)?.join("::")))
            .collect();
        assert_eq!(resolved, ["x::a::b", "x::c::d", "e::f"]);
    }
}
