//! The workspace's Rust files.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Violation;
use crate::config::Config;
use crate::lexer::{self, Token};

/// One Rust file.
#[derive(Debug)]
pub(crate) struct Source {
    /// The path from the workspace root, with `/`.
    pub(crate) path: String,
    /// The crate's folder name.
    pub(crate) crate_name: String,
    /// The path's parts below `crates/<crate>/src`, empty outside `src`.
    pub(crate) parts: Vec<String>,
    /// The domain it belongs to: a folder of the product's `src`.
    pub(crate) domain: Option<String>,
    /// Whether only tests or benchmarks compile it.
    pub(crate) tests_only: bool,
    /// How many lines it has.
    pub(crate) lines: usize,
    /// Its words.
    pub(crate) tokens: Vec<Token>,
}

impl Source {
    /// The path of the module that the file holds, from the crate's root.
    pub(crate) fn module(&self) -> Vec<String> {
        let mut module = self.parts.clone();
        if let Some(last) = module.pop() {
            let stem = last.trim_end_matches(".rs");
            let is_root = module.is_empty() && matches!(stem, "lib" | "main");
            if stem != "mod" && !is_root {
                module.push(stem.to_owned());
            }
        }
        module
    }

    /// Whether the file is `<name>.rs` of its domain or stands in its folder
    /// `<name>/`.
    pub(crate) fn is_part(&self, name: &str) -> bool {
        self.parts
            .get(1)
            .is_some_and(|part| part.trim_end_matches(".rs") == name)
    }
}

/// Reads every Rust file below `crates/`.
pub(crate) fn read_all(root: &Path, config: &Config, found: &mut Vec<Violation>) -> Vec<Source> {
    let mut files = Vec::new();
    walk(&root.join("crates"), &mut files);
    files.sort();
    let mut sources = Vec::new();
    for file in files {
        let path = relative(root, &file);
        match fs::read_to_string(&file) {
            Ok(text) => sources.push(source(path, &text, config)),
            Err(error) => found.push(Violation::new(
                path,
                1,
                "config",
                format!("make the file readable as UTF-8: {error}"),
            )),
        }
    }
    sources
}

/// The crates' folder names, in order.
pub(crate) fn crate_names(root: &Path) -> Vec<String> {
    let mut names: Vec<String> = entries(&root.join("crates"))
        .into_iter()
        .filter(|path| path.join("Cargo.toml").is_file())
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    names
}

/// A folder's entries; none when it can't be read.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for path in entries(folder) {
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                walk(&path, files);
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

fn relative(root: &Path, file: &Path) -> String {
    let path = file.strip_prefix(root).unwrap_or(file);
    path.to_string_lossy().replace('\\', "/")
}

fn source(path: String, text: &str, config: &Config) -> Source {
    let all: Vec<String> = path.split('/').map(str::to_owned).collect();
    let crate_name = all.get(1).cloned().unwrap_or_default();
    let place = all.get(2).map_or("", String::as_str);
    let parts = match place {
        "src" => all[3..].to_vec(),
        _ => Vec::new(),
    };
    let domain = match parts.as_slice() {
        [domain, _, ..] if crate_name == config.files.product => Some(domain.clone()),
        _ => None,
    };
    let tests_only = matches!(place, "tests" | "benches")
        || parts
            .iter()
            .any(|part| part == "tests" || part == "tests.rs" || part.ends_with("_tests.rs"));
    let mut tokens = lexer::tokens(text);
    for token in &mut tokens {
        token.test |= tests_only;
    }
    Source {
        crate_name,
        parts,
        domain,
        tests_only,
        lines: text.lines().count(),
        tokens,
        path,
    }
}
