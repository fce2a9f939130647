//! `architecture.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::Violation;

/// The file's name, from the workspace root.
pub(crate) const FILE: &str = "architecture.toml";

/// A name and the names it may reach.
pub(crate) type Edges = BTreeMap<String, Vec<String>>;

/// The whole file. An unknown key is refused: a rule with a spelling mistake
/// checks nothing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Workspace crate → workspace crates it depends on.
    pub(crate) crates: Edges,
    /// Workspace crate → workspace crates that only its tests depend on.
    #[serde(default)]
    pub(crate) dev: Edges,
    /// Crates that stay pure.
    #[serde(default)]
    pub(crate) leaf: Leaf,
    /// External crate → the only workspace crates that may name it.
    #[serde(default)]
    pub(crate) only: Edges,
    /// External crate → workspace crates whose tests may name it as well.
    #[serde(default)]
    pub(crate) only_tests: Edges,
    /// Domain → domains whose `api` it may call.
    #[serde(default)]
    pub(crate) domains: Edges,
    /// Domain → tables of others that it may read.
    #[serde(default)]
    pub(crate) reads: Edges,
    /// `domain::STATEMENT` → why it is not tied to one tenant.
    #[serde(default)]
    pub(crate) cross_tenant: BTreeMap<String, String>,
    /// Names and lengths of files.
    pub(crate) files: Files,
    #[serde(skip)]
    text: String,
}

/// `[leaf]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Leaf {
    /// The pure crates.
    pub(crate) crates: Vec<String>,
    /// What neither they nor the workspace crates below them may depend on;
    /// a name covers its family (`sqlx` also means `sqlx-core`).
    pub(crate) forbidden: Vec<String>,
}

/// `[files]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Files {
    /// The crate that holds the domains.
    pub(crate) product: String,
    /// The product's files that compose the domains and may name any.
    pub(crate) composition: Vec<String>,
    /// The domain that composes the others' pages and may call `entries`.
    pub(crate) composer: String,
    /// Functions of a domain's `mod.rs` that a composer calls.
    pub(crate) entries: Vec<String>,
    /// Module names that a domain folder may hold.
    pub(crate) names: Vec<String>,
    /// Crates whose sources are not looked through for SQL.
    pub(crate) without_sql_rules: Vec<String>,
    /// Most lines of a file of the product.
    pub(crate) product_lines: usize,
    /// Most lines of any other file.
    pub(crate) other_lines: usize,
    /// Most lines of a file that holds only tests.
    pub(crate) test_lines: usize,
}

impl Config {
    /// Reads the file; without it nothing can be checked.
    pub(crate) fn read(root: &Path, found: &mut Vec<Violation>) -> Option<Self> {
        let text = match fs::read_to_string(root.join(FILE)) {
            Ok(text) => text,
            Err(error) => {
                found.push(Violation::new(
                    FILE,
                    1,
                    "config",
                    format!("put the file in the workspace root: {error}"),
                ));
                return None;
            }
        };
        match toml::from_str::<Self>(&text) {
            Ok(config) => Some(Self { text, ..config }),
            Err(error) => {
                let line = error.span().map_or(1, |span| line_at(&text, span.start));
                found.push(Violation::new(
                    FILE,
                    line,
                    "config",
                    format!("correct this entry: {}", error.message()),
                ));
                None
            }
        }
    }

    /// The line of a key in a table, for messages; the first line if the key
    /// is written in an unusual way.
    pub(crate) fn line(&self, table: &str, key: &str) -> usize {
        let header = format!("[{table}]");
        let mut inside = false;
        for (index, line) in self.text.lines().enumerate() {
            let line = line.trim();
            if line.starts_with('[') {
                inside = line == header;
            } else if inside
                && line
                    .split('=')
                    .next()
                    .is_some_and(|name| name.trim().trim_matches('"') == key)
            {
                return index + 1;
            }
        }
        1
    }

    /// Whether `name` owns tables under its own name: a domain or a crate.
    pub(crate) fn is_owner(&self, name: &str) -> bool {
        self.domains.contains_key(name) || self.crates.contains_key(name)
    }
}

/// The line of a byte offset, counted from one.
pub(crate) fn line_at(text: &str, offset: usize) -> usize {
    text.as_bytes()
        .iter()
        .take(offset)
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}
