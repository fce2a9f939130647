//! Which table belongs to whom: `migrations/NNNN_<owner>_<what>.sql`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::Violation;
use crate::config::Config;
use crate::sources;
use crate::sql::{self, TouchKind, Word, table_at, text_at};

/// One table or view.
#[derive(Debug)]
pub(crate) struct Table {
    /// The domain or crate that owns it.
    pub(crate) owner: String,
    /// Whether its rows belong to tenants.
    pub(crate) tenant: bool,
}

/// Tables by name.
pub(crate) type Schema = BTreeMap<String, Table>;

/// Reads the migrations in order.
pub(crate) fn read(root: &Path, config: &Config, found: &mut Vec<Violation>) -> Schema {
    let mut files: Vec<String> = sources::entries(&root.join("migrations"))
        .into_iter()
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .filter(|name| name.ends_with(".sql"))
        .collect();
    files.sort();
    let mut schema = Schema::new();
    let mut last = String::new();
    for file in files {
        let path = format!("migrations/{file}");
        let Some((number, owner)) = number_and_owner(config, &file) else {
            found.push(Violation::new(
                path,
                1,
                "migration",
                "name it NNNN_<domain>_<what>.sql, with a domain or crate of architecture.toml",
            ));
            continue;
        };
        if number == last {
            found.push(Violation::new(
                &path,
                1,
                "migration",
                format!("take the next free number: {number} is taken"),
            ));
        }
        last = number;
        match fs::read_to_string(root.join(&path)) {
            Ok(text) => apply(&sql::words(&text), &owner, &path, &mut schema, found),
            Err(error) => found.push(Violation::new(
                path,
                1,
                "config",
                format!("make the file readable as UTF-8: {error}"),
            )),
        }
    }
    schema
}

fn number_and_owner(config: &Config, file: &str) -> Option<(String, String)> {
    let (number, rest) = file.strip_suffix(".sql")?.split_once('_')?;
    if number.len() != 4 || !number.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let owner = rest
        .match_indices('_')
        .map(|(at, _)| &rest[..at])
        .rfind(|owner| config.is_owner(owner))?;
    (rest.len() > owner.len() + 1).then(|| (number.to_owned(), owner.to_owned()))
}

fn apply(words: &[Word], owner: &str, path: &str, schema: &mut Schema, found: &mut Vec<Violation>) {
    let mut report = |table: &str, line: usize| {
        found.push(Violation::new(
            path,
            line,
            "migration",
            format!("move this to a migration of the domain that owns `{table}`"),
        ));
    };
    let foreign =
        |schema: &Schema, table: &str| schema.get(table).is_some_and(|table| table.owner != owner);
    let mut start = 0;
    while start < words.len() {
        let mut end = start;
        while end < words.len() && text_at(words, end) != ";" {
            end += 1;
        }
        let statement = &words[start..end];
        start = end + 1;
        let Some(first) = statement.first() else {
            continue;
        };
        let verb = first.text.as_str();
        let object = statement
            .iter()
            .take(5)
            .position(|word| matches!(word.text.as_str(), "table" | "view"));
        if let (Some(object), "create" | "alter" | "drop") = (object, verb) {
            let mut at = object + 1;
            while matches!(text_at(statement, at), "if" | "not" | "exists" | "only") {
                at += 1;
            }
            let Some((table, after)) = table_at(statement, at) else {
                continue;
            };
            if foreign(schema, &table) {
                report(&table, first.line);
                continue;
            }
            let rest = &statement[after..];
            match verb {
                "create" => {
                    let tenant = if text_at(statement, object) == "view" {
                        rest.iter().any(|word| word.text == "tenant_id")
                    } else {
                        has_tenant_column(rest)
                    };
                    let owner = owner.to_owned();
                    schema.insert(table, Table { owner, tenant });
                }
                "drop" => {
                    schema.remove(&table);
                }
                _ => alter(schema, &table, rest),
            }
            continue;
        }
        for touch in sql::touches(statement) {
            if touch.kind != TouchKind::Read && foreign(schema, &touch.table) {
                report(&touch.table, touch.line);
            }
        }
    }
}

fn alter(schema: &mut Schema, table: &str, rest: &[Word]) {
    let says = |at: usize, text: &str| text_at(rest, at) == text;
    if says(0, "rename") && says(1, "to") {
        if let Some(known) = schema.remove(table) {
            schema.insert(text_at(rest, 2).to_owned(), known);
        }
    } else if says(0, "add")
        && rest.iter().take(6).any(|word| word.text == "tenant_id")
        && !rest.iter().take(3).any(|word| word.text == "constraint")
        && let Some(known) = schema.get_mut(table)
    {
        known.tenant = true;
    }
}

/// Whether a column of `( … )` is called `tenant_id`.
fn has_tenant_column(words: &[Word]) -> bool {
    let mut depth = 0_usize;
    let mut starts = false;
    for word in words {
        match word.text.as_str() {
            "(" => {
                depth += 1;
                starts = depth == 1;
            }
            ")" => depth = depth.saturating_sub(1),
            "," => starts = depth == 1,
            "tenant_id" if starts => return true,
            _ => starts = false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_their_owners_are_read() {
        let mut schema = Schema::new();
        let mut found = Vec::new();
        let mut run = |sql: &str, owner: &str| {
            apply(&sql::words(sql), owner, "m.sql", &mut schema, &mut found);
        };
        run(
            "CREATE TABLE a (tenant_id {uuid} NOT NULL, x {int} CHECK (x IN (1, 2)));
             CREATE TABLE IF NOT EXISTS b (id {uuid}, FOREIGN KEY (tenant_id) REFERENCES a (tenant_id));
             CREATE UNIQUE INDEX i ON b (id);
             CREATE TABLE gone (id {uuid}); DROP TABLE gone;
             CREATE TABLE c_new (tenant_id {uuid}); ALTER TABLE c_new RENAME TO c;
             CREATE VIEW v AS SELECT tenant_id FROM a;",
            "one",
        );
        run(
            "ALTER TABLE b ADD COLUMN tenant_id {uuid}; UPDATE a SET x = 1",
            "one",
        );
        run("CREATE TABLE d (id {int}); UPDATE a SET x = 2;", "two");
        let read: Vec<(&str, &str, bool)> = schema
            .iter()
            .map(|(name, table)| (name.as_str(), table.owner.as_str(), table.tenant))
            .collect();
        assert_eq!(
            read,
            [
                ("a", "one", true),
                ("b", "one", true),
                ("c", "one", true),
                ("d", "two", false),
                ("v", "one", true),
            ]
        );
        assert_eq!(found.len(), 1, "{found:?}");
    }
}
