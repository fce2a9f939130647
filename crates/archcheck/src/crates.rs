//! Rules between crates: edges, pure leaves, crates with one owner.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use toml::{Table, Value};

use crate::Violation;
use crate::config::{Config, Edges, FILE};
use crate::paths;
use crate::sources::{self, Source};

/// What a crate's manifest says.
struct Manifest {
    path: String,
    text: String,
    /// Package name → name of its key, for builds.
    normal: BTreeMap<String, String>,
    /// The same for tests.
    dev: BTreeMap<String, String>,
}

impl Manifest {
    /// The line on which the dependency `key` is written.
    fn line(&self, key: &str) -> usize {
        self.text
            .lines()
            .position(|line| {
                let line = line.trim_start_matches(['[', ' ']);
                let name = line.split(['.', '=', ' ', ']']).next().unwrap_or("");
                let table = line.trim_end().trim_end_matches(']').rsplit('.').next();
                name.trim_matches('"') == key
                    || (line.contains("dependencies.") && table == Some(key))
            })
            .map_or(1, |index| index + 1)
    }
}

/// Checks manifests and what sources name.
pub(crate) fn check(root: &Path, config: &Config, sources: &[Source], found: &mut Vec<Violation>) {
    let folders = sources::crate_names(root);
    let manifests = read_manifests(root, &folders, found);
    for name in config.crates.keys() {
        if !folders.contains(name) {
            found.push(Violation::new(
                FILE,
                config.line("crates", name),
                "crate-edge",
                format!("remove `{name}`: crates/{name} does not exist"),
            ));
        }
    }
    check_names(config, found);
    for (name, manifest) in &manifests {
        edges(config, &manifests, name, manifest, found);
        check_owned(config, name, manifest, found);
    }
    for cycle in cycles(&config.crates) {
        found.push(Violation::new(
            FILE,
            config.line("crates", &cycle[0]),
            "crate-edge",
            format!("break this cycle: {}", cycle.join(" -> ")),
        ));
    }
    for leaf in &config.leaf.crates {
        check_leaf(config, &manifests, leaf, found);
    }
    for source in sources {
        check_source(config, source, found);
    }
}

/// Refuses external crates that belong to others.
fn check_owned(config: &Config, name: &String, manifest: &Manifest, found: &mut Vec<Violation>) {
    for (external, owners) in &config.only {
        let tests = config.only_tests.get(external);
        let in_tests = tests.is_some_and(|tests| tests.contains(name));
        let packages = match (owners.contains(name), in_tests) {
            (true, _) => continue,
            (false, true) => vec![&manifest.normal],
            (false, false) => vec![&manifest.normal, &manifest.dev],
        };
        for (package, key) in packages.into_iter().flatten() {
            if is_family(package, external) {
                found.push(Violation::new(
                    &manifest.path,
                    manifest.line(key),
                    "only",
                    format!(
                        "remove `{package}` and go through {}, which alone may name it",
                        owners.join(" or ")
                    ),
                ));
            }
        }
    }
}

/// A rule about a crate that does not exist checks nothing.
fn check_names(config: &Config, found: &mut Vec<Violation>) {
    let leaves = config
        .leaf
        .crates
        .iter()
        .map(|name| ("leaf", "crates", name));
    let tests = config.dev.keys().map(|name| ("dev", name.as_str(), name));
    let owners = [("only", &config.only), ("only_tests", &config.only_tests)]
        .into_iter()
        .flat_map(|(table, edges)| {
            edges.iter().flat_map(move |(key, owners)| {
                owners.iter().map(move |name| (table, key.as_str(), name))
            })
        });
    for (table, key, name) in leaves.chain(tests).chain(owners) {
        if !config.crates.contains_key(name) {
            found.push(Violation::new(
                FILE,
                config.line(table, key),
                "config",
                format!("correct `{name}` under [{table}]: no crate of [crates] has the name"),
            ));
        }
    }
}

fn edges(
    config: &Config,
    manifests: &BTreeMap<String, Manifest>,
    name: &str,
    manifest: &Manifest,
    found: &mut Vec<Violation>,
) {
    let Some(allowed) = config.crates.get(name) else {
        found.push(Violation::new(
            &manifest.path,
            1,
            "crate-edge",
            format!("declare `{name}` under [crates] in {FILE}"),
        ));
        return;
    };
    let none = Vec::new();
    let allowed_dev = config.dev.get(name).unwrap_or(&none);
    for (package, key) in &manifest.normal {
        if manifests.contains_key(package) && !allowed.contains(package) {
            found.push(Violation::new(
                &manifest.path,
                manifest.line(key),
                "crate-edge",
                format!(
                    "remove the dependency on `{package}`, or declare it under [crates] in {FILE}"
                ),
            ));
        }
    }
    for (package, key) in &manifest.dev {
        let declared = allowed.contains(package) || allowed_dev.contains(package);
        if manifests.contains_key(package) && !declared {
            found.push(Violation::new(
                &manifest.path,
                manifest.line(key),
                "crate-edge",
                format!(
                    "remove the dev-dependency on `{package}`, or declare it under [dev] in {FILE}"
                ),
            ));
        }
    }
    let unused = |table: &str, target: &str| {
        Violation::new(
            FILE,
            config.line(table, name),
            "crate-edge",
            format!(
                "remove `{target}` from `{name}` under [{table}]: its manifest does not ask for it"
            ),
        )
    };
    for target in allowed {
        if !manifest.normal.contains_key(target) {
            found.push(unused("crates", target));
        }
    }
    for target in allowed_dev {
        if !manifest.dev.contains_key(target) {
            found.push(unused("dev", target));
        }
    }
}

fn check_leaf(
    config: &Config,
    manifests: &BTreeMap<String, Manifest>,
    leaf: &str,
    found: &mut Vec<Violation>,
) {
    let mut seen = BTreeSet::new();
    let mut open = vec![leaf.to_owned()];
    while let Some(name) = open.pop() {
        let Some(manifest) = manifests.get(&name) else {
            continue;
        };
        if !seen.insert(name) {
            continue;
        }
        for (package, key) in &manifest.normal {
            if manifests.contains_key(package) {
                open.push(package.clone());
            }
            if let Some(kind) = config
                .leaf
                .forbidden
                .iter()
                .find(|forbidden| is_family(package, forbidden))
            {
                found.push(Violation::new(
                    &manifest.path,
                    manifest.line(key),
                    "leaf",
                    format!("remove `{package}`: `{leaf}` stays free of {kind}, as do the crates below it"),
                ));
            }
        }
    }
}

fn check_source(config: &Config, source: &Source, found: &mut Vec<Violation>) {
    if source.parts.is_empty() {
        return;
    }
    if config.leaf.crates.contains(&source.crate_name) {
        for token in &source.tokens {
            if token.is("async") && !token.test {
                found.push(Violation::new(
                    &source.path,
                    token.line,
                    "leaf",
                    format!(
                        "make this a plain function: `{}` stays pure",
                        source.crate_name
                    ),
                ));
            }
        }
    }
    for path in paths::named(&source.tokens) {
        if path.test {
            continue;
        }
        for segment in &path.segments {
            if let Some(owners) = config.only.get(segment)
                && !owners.contains(&source.crate_name)
            {
                found.push(Violation::new(
                    &source.path,
                    path.line,
                    "only",
                    format!(
                        "name nothing of `{segment}` here: only {} may",
                        owners.join(" or ")
                    ),
                ));
            }
        }
    }
}

/// Whether `package` is `family` or one of its parts, such as `sqlx-core`.
fn is_family(package: &str, family: &str) -> bool {
    package
        .strip_prefix(family)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-') || rest.starts_with('_'))
}

fn read_manifests(
    root: &Path,
    folders: &[String],
    found: &mut Vec<Violation>,
) -> BTreeMap<String, Manifest> {
    let shared = read_table(root, "Cargo.toml", found)
        .and_then(|(_, table)| {
            table
                .get("workspace")?
                .get("dependencies")?
                .as_table()
                .cloned()
        })
        .unwrap_or_default();
    let mut manifests = BTreeMap::new();
    for name in folders {
        let path = format!("crates/{name}/Cargo.toml");
        let Some((text, table)) = read_table(root, &path, found) else {
            continue;
        };
        let mut manifest = Manifest {
            path,
            text,
            normal: BTreeMap::new(),
            dev: BTreeMap::new(),
        };
        collect(&table, &shared, &mut manifest);
        for (_, target) in table
            .get("target")
            .and_then(Value::as_table)
            .into_iter()
            .flatten()
        {
            if let Some(target) = target.as_table() {
                collect(target, &shared, &mut manifest);
            }
        }
        manifests.insert(name.clone(), manifest);
    }
    manifests
}

fn read_table(root: &Path, path: &str, found: &mut Vec<Violation>) -> Option<(String, Table)> {
    let read = fs::read_to_string(root.join(path))
        .map_err(|error| error.to_string())
        .and_then(|text| match text.parse::<Table>() {
            Ok(table) => Ok((text, table)),
            Err(error) => Err(error.message().to_owned()),
        });
    match read {
        Ok(read) => Some(read),
        Err(error) => {
            let message = format!("correct the manifest: {error}");
            found.push(Violation::new(path, 1, "config", message));
            None
        }
    }
}

fn collect(table: &Table, shared: &Table, manifest: &mut Manifest) {
    for (kind, dev) in [
        ("dependencies", false),
        ("build-dependencies", false),
        ("dev-dependencies", true),
    ] {
        for (key, value) in table
            .get(kind)
            .and_then(Value::as_table)
            .into_iter()
            .flatten()
        {
            let renamed = |value: &Value| Some(value.get("package")?.as_str()?.to_owned());
            let package = renamed(value)
                .or_else(|| renamed(shared.get(key)?))
                .unwrap_or_else(|| key.clone());
            let kind = if dev {
                &mut manifest.dev
            } else {
                &mut manifest.normal
            };
            kind.insert(package, key.clone());
        }
    }
}

/// The cycles among `edges`, each once, from its first name to itself.
pub(crate) fn cycles(edges: &Edges) -> Vec<Vec<String>> {
    let mut cycles: Vec<Vec<String>> = Vec::new();
    for start in edges.keys() {
        if cycles.iter().any(|cycle| cycle.contains(start)) {
            continue;
        }
        let mut seen = BTreeSet::new();
        let mut open = vec![vec![start.clone()]];
        while let Some(way) = open.pop() {
            let Some(targets) = way.last().and_then(|last| edges.get(last)) else {
                continue;
            };
            if targets.contains(start) {
                let mut cycle = way;
                cycle.push(start.clone());
                cycles.push(cycle);
                break;
            }
            for target in targets {
                if seen.insert(target.clone()) {
                    let mut further = way.clone();
                    further.push(target.clone());
                    open.push(further);
                }
            }
        }
    }
    cycles
}
