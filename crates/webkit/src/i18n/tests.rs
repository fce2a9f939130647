//! Tests of every `.ftl` file of the product, whoever wrote it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement},
    parser,
};
use kernel::{FieldError, Locale, Problem, ProblemKind};

use super::*;

/// Variables by `file:key`; the texts by the same for the French checks.
#[derive(Default)]
struct Language {
    variables: BTreeMap<String, BTreeSet<String>>,
    texts: BTreeMap<String, String>,
}

fn folder(locale: Locale) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../i18n")
        .join(locale.as_str())
}

fn read(locale: Locale) -> Language {
    let mut language = Language::default();
    for entry in fs::read_dir(folder(locale)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "ftl") {
            read_file(&path, &mut language);
        }
    }
    language
}

fn read_file(path: &Path, language: &mut Language) {
    let file = path.file_name().unwrap().to_str().unwrap();
    let source = fs::read_to_string(path).unwrap();
    let resource = parser::parse(source.as_str())
        .unwrap_or_else(|(_, errors)| panic!("{file} is not Fluent: {errors:?}"));
    for entry in &resource.body {
        let (id, value, attributes) = match entry {
            Entry::Message(message) => {
                (message.id.name, message.value.as_ref(), &message.attributes)
            }
            Entry::Term(term) => (term.id.name, Some(&term.value), &term.attributes),
            Entry::Junk { content } => panic!("{file}: {content}"),
            _ => continue,
        };
        let patterns = value
            .into_iter()
            .chain(attributes.iter().map(|attribute| &attribute.value));
        let mut found = Found::default();
        patterns.for_each(|pattern| found.walk(pattern));
        let key = format!("{file}:{id}");
        assert!(
            language
                .variables
                .insert(key.clone(), found.variables)
                .is_none(),
            "{key} stands there twice"
        );
        language.texts.insert(key, found.text);
    }
}

#[derive(Default)]
struct Found {
    variables: BTreeSet<String>,
    text: String,
}

impl Found {
    fn walk(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => self.text.push_str(value),
                PatternElement::Placeable { expression } => self.expression(expression),
            }
        }
        self.text.push('\n');
    }

    fn expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => {
                self.inline(inline);
                self.text.push('x');
            }
            Expression::Select { selector, variants } => {
                self.inline(selector);
                variants
                    .iter()
                    .for_each(|variant| self.walk(&variant.value));
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
            }
            InlineExpression::FunctionReference { arguments, .. } => {
                arguments
                    .positional
                    .iter()
                    .for_each(|argument| self.inline(argument));
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            _ => {}
        }
    }
}

#[test]
fn french_and_english_say_the_same_with_the_same_variables() {
    let (french, english) = (read(Locale::Fr), read(Locale::En));
    assert!(!french.variables.is_empty());
    for (key, variables) in &french.variables {
        assert_eq!(
            Some(variables),
            english.variables.get(key),
            "{key} in English"
        );
    }
    for key in english.variables.keys() {
        assert!(
            french.variables.contains_key(key),
            "{key} is missing in French"
        );
    }
}

/// Keys share one name space over all files of a language.
#[test]
fn no_key_stands_in_two_files() {
    let french = read(Locale::Fr);
    let mut seen = BTreeMap::new();
    for key in french.variables.keys() {
        let (file, id) = key.split_once(':').unwrap();
        if let Some(other) = seen.insert(id.to_owned(), file.to_owned()) {
            panic!("{id} stands in {file} and in {other}");
        }
    }
}

/// What is wrong with the spaces of a French text.
fn spacing_faults(text: &str) -> Vec<String> {
    const NO_BREAK: [char; 2] = ['\u{202f}', '\u{a0}'];
    let chars: Vec<char> = text.chars().collect();
    let mut faults = Vec::new();
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| chars[before]);
        let after = chars.get(at + 1).copied();
        let fault = match c {
            ';' | '!' | '?' | '»' => {
                !before.is_some_and(|c| NO_BREAK.contains(&c) || ";!?».(".contains(c))
            }
            // Not in 12:30 or https://.
            ':' if after.is_none_or(char::is_whitespace) => {
                !before.is_some_and(|c| NO_BREAK.contains(&c))
            }
            '«' => !after.is_some_and(|c| NO_BREAK.contains(&c)),
            _ => false,
        };
        if fault {
            let around = &chars[at.saturating_sub(12)..chars.len().min(at + 6)];
            faults.push(around.iter().collect());
        }
    }
    faults
}

#[test]
fn the_checker_of_french_spaces_works() {
    for right in [
        "Ça va\u{202f}?",
        "Reste\u{a0}: 12:30 https://a.b",
        "«\u{202f}oui\u{202f}»",
        "Quoi\u{202f}?!",
        "",
    ] {
        assert!(spacing_faults(right).is_empty(), "{right}");
    }
    for wrong in [
        "Ça va ?",
        "Ça va?",
        "Reste : 3",
        "Reste: 3",
        "« oui\u{202f}»",
        "«\u{202f}oui »",
        "a ; b",
    ] {
        assert_eq!(spacing_faults(wrong).len(), 1, "{wrong}");
    }
}

#[test]
fn french_texts_use_no_break_spaces() {
    for (key, text) in read(Locale::Fr).texts {
        assert_eq!(spacing_faults(&text), Vec::<String>::new(), "{key}");
    }
}

#[test]
fn every_kind_of_problem_has_its_texts() {
    for locale in Locale::ALL {
        let texts = Texts::new(*locale);
        for kind in ProblemKind::ALL {
            let problem = texts.problem(&Problem::new(*kind));
            assert!(
                !problem.title.contains('⟦') && !problem.detail.contains('⟦'),
                "{kind}"
            );
            assert!(
                problem.detail.chars().count() < 200,
                "{kind} talks too much"
            );
        }
    }
}

#[test]
fn every_common_field_code_has_its_text() {
    let plain = [
        "required",
        "unknown-field",
        "duplicate-field",
        "not-a-phone",
        "no-such-number",
        "not-a-date",
        "out-of-range",
        "taken",
        "malformed",
        "not-a-choice",
    ];
    let mut errors: Vec<_> = plain
        .iter()
        .map(|code| FieldError::new("f", code))
        .collect();
    errors.push(FieldError::new("f", "too-long").with("max", 1));
    errors.push(FieldError::new("f", "too-short").with("min", 10));
    errors.push(FieldError::new("f", "not-a-choice").with("choices", "a, b"));
    errors.push(FieldError::new("f", "wrong-type").with("expected", "number"));
    errors.push(
        FieldError::new("", "bad-json")
            .with("line", 3)
            .with("column", 14),
    );
    for locale in Locale::ALL {
        for error in &errors {
            assert!(
                !Texts::new(*locale).field(error).contains('⟦'),
                "{}",
                error.code
            );
        }
    }
}

#[test]
fn numbers_choose_the_plural() {
    let english = Texts::new(Locale::En);
    let at_most = |max: &str| english.field(&FieldError::new("f", "too-long").with("max", max));
    assert_eq!(at_most("1"), "One character at most.");
    assert_eq!(at_most("150"), "150 characters at most.");
    assert_eq!(
        Texts::new(Locale::Fr).with("common-page", &[("page", &2), ("pages", &"3")]),
        "Page 2 sur 3"
    );
}

#[test]
fn a_missing_key_is_seen_and_a_missing_code_falls_back() {
    let texts = Texts::new(Locale::En);
    assert_eq!(texts.get("no-such-key"), "⟦no-such-key⟧");
    assert_eq!(
        texts.get("common-page"),
        "⟦common-page⟧",
        "its variables are missing"
    );
    let problem = texts.problem(&Problem::conflict("no-such-code"));
    assert_eq!(problem.detail, texts.get("error-conflict-detail"));
}
