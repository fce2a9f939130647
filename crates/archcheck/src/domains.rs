//! Rules between the product's domains: edges, and siblings only by `api`.

use std::collections::{BTreeMap, BTreeSet};

use crate::Violation;
use crate::config::{Config, FILE};
use crate::crates::cycles;
use crate::paths::{self, NamedPath};
use crate::sources::Source;

/// Checks every path from one domain to another.
pub(crate) fn check(config: &Config, sources: &[Source], found: &mut Vec<Violation>) {
    let mut used: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for source in sources {
        if source.crate_name != config.files.product || source.parts.is_empty() {
            continue;
        }
        let composes = source.domain.is_none()
            && source
                .parts
                .first()
                .is_some_and(|file| config.files.composition.contains(file));
        if composes {
            continue;
        }
        let module = source.module();
        let own = source.domain.as_deref().unwrap_or_default();
        let paths = paths::named(&source.tokens);
        let modules = imported_domains(config, &paths, &module);
        for path in &paths {
            let target = match path.below_root(&module) {
                Some(target) => target,
                None if modules.contains(&path.segments[0]) => path.segments.clone(),
                None => continue,
            };
            let named = check_path(config, source, own, path, &target, &modules, found);
            if let Some(named) = named
                && !path.test
            {
                used.entry(own).or_default().insert(named);
            }
        }
    }
    for (domain, targets) in &config.domains {
        for target in targets {
            if !config.domains.contains_key(target) {
                found.push(Violation::new(
                    FILE,
                    config.line("domains", domain),
                    "domain-edge",
                    format!("declare `{target}` under [domains], or remove it from `{domain}`"),
                ));
            }
        }
        let is_planned = !sources
            .iter()
            .any(|source| source.domain.as_ref() == Some(domain));
        if is_planned {
            continue;
        }
        for target in targets {
            if !used
                .get(domain.as_str())
                .is_some_and(|used| used.contains(target))
            {
                found.push(Violation::new(
                    FILE,
                    config.line("domains", domain),
                    "domain-edge",
                    format!("remove `{target}` from `{domain}`: no code of it uses the edge"),
                ));
            }
        }
    }
    for cycle in cycles(&config.domains) {
        found.push(Violation::new(
            FILE,
            config.line("domains", &cycle[0]),
            "domain-edge",
            format!("break this cycle: {}", cycle.join(" -> ")),
        ));
    }
}

/// The domains that a file imports as a whole, as `use crate::audit` does: what
/// it then names below `audit` is checked like a path from the root.
fn imported_domains(config: &Config, paths: &[NamedPath], module: &[String]) -> Vec<String> {
    paths
        .iter()
        .filter(|path| path.imported)
        .filter_map(|path| path.below_root(module))
        .filter_map(|target| match target.as_slice() {
            [domain] | [domain, _] if target.get(1).is_none_or(|last| last == "self") => {
                Some(domain.clone())
            }
            _ => None,
        })
        .filter(|domain| config.domains.contains_key(domain))
        .collect()
}

/// Checks one path and returns the sibling that it names.
fn check_path(
    config: &Config,
    source: &Source,
    own: &str,
    path: &NamedPath,
    target: &[String],
    modules: &[String],
    found: &mut Vec<Violation>,
) -> Option<String> {
    let mut report = |rule, message| {
        found.push(Violation::new(&source.path, path.line, rule, message));
    };
    let first = target.first().map_or("*", String::as_str);
    if first == "*" || first == "self" {
        report(
            "past-api",
            "name what you import: the crate's root as a whole hides which domain is used"
                .to_owned(),
        );
        return None;
    }
    if first == own || !config.domains.contains_key(first) {
        return None;
    }
    let declared = config
        .domains
        .get(own)
        .is_some_and(|targets| targets.iter().any(|target| target == first));
    if own.is_empty() {
        report(
            "domain-edge",
            format!(
                "move this into a domain or into {}: other files at the root of src name no domain",
                config.files.composition.join(" or ")
            ),
        );
        return None;
    }
    if !declared && !path.test {
        report(
            "domain-edge",
            format!("do without `{first}`, or declare it for `{own}` under [domains] in {FILE}"),
        );
        return None;
    }
    let second = target.get(1).map_or("", String::as_str);
    let is_entry = own == config.files.composer
        && target.len() == 2
        && config.files.entries.iter().any(|entry| entry == second);
    let is_module = path.imported
        && matches!(second, "" | "self")
        && modules.iter().any(|module| module == first);
    if second != "api" && !is_entry && !is_module {
        report(
            "past-api",
            format!("go through `crate::{first}::api`; what siblings need is re-exported there"),
        );
    }
    Some(first.to_owned())
}
