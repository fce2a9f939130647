//! Rules of SQL: where it stands, whose tables it touches, whose rows.

use std::collections::{BTreeMap, BTreeSet};

use crate::Violation;
use crate::config::{Config, FILE};
use crate::literals::{Literal, Macros, collect_macros, literals};
use crate::migrations::Schema;
use crate::sources::Source;
use crate::sql::{self, Touch, TouchKind};

/// What architecture.toml permits and the code made use of.
#[derive(Default)]
struct Used {
    reads: BTreeSet<(String, String)>,
    cross_tenant: BTreeSet<String>,
}

/// Checks every string literal that is SQL.
pub(crate) fn check(
    config: &Config,
    schema: &Schema,
    sources: &[Source],
    found: &mut Vec<Violation>,
) {
    let mut used = Used::default();
    let mut macros: BTreeMap<_, Macros> = BTreeMap::new();
    for source in sources {
        collect_macros(&source.tokens, macros.entry(owner(source)).or_default());
    }
    for source in sources {
        let exempt = config.files.without_sql_rules.contains(&source.crate_name);
        if exempt || source.parts.is_empty() || source.tests_only {
            continue;
        }
        for literal in literals(&source.tokens, &macros[owner(source)]) {
            if !literal.test && sql::is_sql(&literal.text) {
                check_literal(config, schema, source, &literal, &mut used, found);
            }
        }
    }
    for (owner, tables) in &config.reads {
        for table in tables {
            if !used.reads.contains(&(owner.clone(), table.clone())) {
                found.push(Violation::new(
                    FILE,
                    config.line("reads", owner),
                    "table",
                    format!("remove `{table}` from `{owner}`: no statement of it reads the table"),
                ));
            }
        }
    }
    for (name, reason) in &config.cross_tenant {
        let line = config.line("cross_tenant", name);
        if !used.cross_tenant.contains(name) {
            found.push(Violation::new(
                FILE,
                line,
                "tenant",
                format!("remove `{name}`: no such statement needs it"),
            ));
        } else if reason.trim().is_empty() {
            found.push(Violation::new(
                FILE,
                line,
                "tenant",
                format!("say why `{name}` is not tied to one tenant"),
            ));
        }
    }
}

/// Who answers for a file's SQL: its domain, or its crate.
fn owner(source: &Source) -> &str {
    source.domain.as_ref().unwrap_or(&source.crate_name)
}

fn check_literal(
    config: &Config,
    schema: &Schema,
    source: &Source,
    literal: &Literal,
    used: &mut Used,
    found: &mut Vec<Violation>,
) {
    let is_product = source.crate_name == config.files.product;
    let mut report = |rule, message| {
        found.push(Violation::new(&source.path, literal.line, rule, message));
    };
    if is_product && !(source.domain.is_some() && source.is_part("storage")) {
        report(
            "sql-place",
            "move this SQL to the domain's storage.rs".to_owned(),
        );
    }
    let owner = owner(source);
    let words = sql::words(&literal.text);
    let touches = sql::touches(&words);
    for touch in &touches {
        let table = &touch.table;
        let Some(known) = schema.get(table) else {
            if is_product && !is_catalogue(table) {
                report(
                    "table",
                    format!("correct `{table}`: no migration creates it"),
                );
            }
            continue;
        };
        if known.owner == owner {
            continue;
        }
        if touch.kind != TouchKind::Read {
            report(
                "table",
                format!(
                    "write `{table}` through `{}`, which owns it; no other may",
                    known.owner
                ),
            );
        } else if config
            .reads
            .get(owner)
            .is_some_and(|tables| tables.contains(table))
        {
            used.reads.insert((owner.to_owned(), table.clone()));
        } else {
            report(
                "table",
                format!(
                    "ask `{}`, which owns `{table}`, or declare the read for `{owner}` under [reads] in {FILE}",
                    known.owner
                ),
            );
        }
    }
    if is_tied(&words, &touches, schema) {
        return;
    }
    let name = format!("{owner}::{}", literal.name);
    if config.cross_tenant.contains_key(&name) {
        used.cross_tenant.insert(name);
    } else {
        report(
            "tenant",
            format!(
                "write `tenant_id = $1` (an INSERT: the first column tenant_id, the first value $1), or declare `{name}` with a reason under [cross_tenant] in {FILE}"
            ),
        );
    }
}

/// Whether what a statement does on tenant tables is tied to its first
/// parameter.
fn is_tied(words: &[sql::Word], touches: &[Touch], schema: &Schema) -> bool {
    let (mut inserts, mut others) = (false, false);
    for touch in touches {
        if schema.get(&touch.table).is_some_and(|table| table.tenant) {
            if touch.kind == TouchKind::Insert {
                inserts = true;
            } else {
                others = true;
            }
        }
    }
    (!inserts || sql::is_inserted(words)) && (!others || sql::is_bound(words))
}

/// Tables of the database itself, and what `statements!` calls a list.
fn is_catalogue(table: &str) -> bool {
    table == "each"
        || ["pg_", "sqlite_", "information_schema"]
            .iter()
            .any(|prefix| table.starts_with(prefix))
}
