//! Rules of files: names, length, French text, tests that sleep.

use crate::Violation;
use crate::config::{Config, FILE};
use crate::lexer::Kind;
use crate::paths;
use crate::sources::Source;

/// Letters that French has and English has not.
const ACCENTED: &str = "àâäæçéèêëîïôöœùûüÿ";

/// Checks every file by its name and what it holds.
pub(crate) fn check(config: &Config, sources: &[Source], found: &mut Vec<Violation>) {
    for source in sources {
        let is_product = source.crate_name == config.files.product;
        if is_product && !source.parts.is_empty() {
            check_name(config, source, found);
            check_accents(source, found);
        }
        check_length(config, is_product, source, found);
        check_sleep(source, found);
    }
}

fn check_name(config: &Config, source: &Source, found: &mut Vec<Violation>) {
    let allowed = |name: &str| config.files.names.iter().any(|known| known == name);
    let parts: Vec<&str> = source
        .parts
        .iter()
        .map(|part| part.trim_end_matches(".rs"))
        .collect();
    let message = match parts.as_slice() {
        [file] if config.domains.contains_key(*file) => {
            format!("make `{file}` a folder with a mod.rs")
        }
        [domain, ..] if parts.len() > 1 && !config.domains.contains_key(*domain) => {
            format!("declare `{domain}` under [domains] in {FILE}")
        }
        [_, file] if !allowed(file) => format!(
            "call it one of {}, or put the use case in a folder of that name",
            config.files.names.join(".rs ") + ".rs"
        ),
        [_, folder, _] if !allowed(folder) || *folder == "mod" => format!(
            "call the folder one of {}",
            config.files.names.join("/ ") + "/"
        ),
        [_, _, file] if !is_snake_case(file) => {
            "name the file after its use case, in snake_case".to_owned()
        }
        [_, _, _, _, ..] => {
            "put the file one folder up: a domain has one level of folders".to_owned()
        }
        _ => return,
    };
    found.push(Violation::new(&source.path, 1, "file", message));
}

fn is_snake_case(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|found| found.is_ascii_lowercase() || found.is_ascii_digit() || found == '_')
}

fn check_length(config: &Config, is_product: bool, source: &Source, found: &mut Vec<Violation>) {
    let most = if source.tests_only {
        config.files.test_lines
    } else if is_product {
        config.files.product_lines
    } else {
        config.files.other_lines
    };
    if source.lines > most {
        found.push(Violation::new(
            &source.path,
            most + 1,
            "length",
            format!(
                "make it a folder of use cases: {} lines, at most {most}",
                source.lines
            ),
        ));
    }
}

fn check_accents(source: &Source, found: &mut Vec<Violation>) {
    if source.is_part("wire") {
        return;
    }
    for token in &source.tokens {
        let accented = token
            .text
            .chars()
            .flat_map(char::to_lowercase)
            .any(|letter| ACCENTED.contains(letter));
        if token.kind == Kind::Text && !token.test && accented {
            found.push(Violation::new(
                &source.path,
                token.line,
                "accent",
                "move the text to i18n/, or to wire.rs if it is a word of the wire format",
            ));
        }
    }
}

fn check_sleep(source: &Source, found: &mut Vec<Violation>) {
    for path in paths::named(&source.tokens) {
        let sleeps = matches!(
            path.segments.as_slice(),
            [.., module, function] if function == "sleep" && matches!(module.as_str(), "thread" | "time")
        );
        if path.test && sleeps {
            found.push(Violation::new(
                &source.path,
                path.line,
                "sleep",
                "wait for what the test expects, or move the test's clock, instead of sleeping",
            ));
        }
    }
}
