//! The schema, the statements, the routes and their documents agree.

use std::{fmt::Write as _, fs, path::PathBuf};

use kernel::Role;
use testkit::on_both_engines;

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

on_both_engines! {
    async fn every_statement_can_be_prepared(db) {
        let mut wrong = Vec::new();
        for (domain, statements) in clinic::statements() {
            for statement in statements {
                if let Err(error) = db.store.check_statement(statement).await {
                    wrong.push(format!("{domain}::{}: {error}", statement.name));
                }
            }
        }
        for work in clinic::work_statements() {
            for statement in work.statements() {
                if let Err(error) = db.store.check_statement(&statement).await {
                    wrong.push(format!("{}::{}: {error}", work.table, statement.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[test]
fn every_migration_file_is_listed_in_order() {
    let mut files: Vec<String> = fs::read_dir(root().join("migrations"))
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    files.sort();
    let listed: Vec<&str> = clinic::MIGRATIONS
        .iter()
        .map(|migration| migration.name)
        .collect();
    assert_eq!(listed, files);
}

#[test]
fn the_openapi_document_tells_of_every_route() {
    let built = clinic::routes();
    webkit::openapi::assert_schema_matches_routes(&built.openapi, &built.registry);
    let undocumented = webkit::openapi::undocumented(&built.openapi);
    assert!(undocumented.is_empty(), "{undocumented:#?}");
}

/// Compares a committed document with what the code says; `LAFIYA_UPDATE_DOCS=1` rewrites it.
pub(crate) fn assert_document(path: &str, expected: &str) {
    let file = root().join(path);
    if std::env::var_os("LAFIYA_UPDATE_DOCS").is_some() {
        fs::write(&file, expected).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == expected,
        "{path} is out of date: run the tests once with LAFIYA_UPDATE_DOCS=1"
    );
}

#[test]
fn the_wire_documents_are_current() {
    let built = clinic::routes();
    assert_document(
        "docs/wire/openapi.json",
        &(built.openapi.to_pretty_json().unwrap() + "\n"),
    );
    let mut matrix =
        String::from("# Who may call what. Made from the routes; the tests keep it current.\n\n");
    let roles = Role::ALL;
    let _ = writeln!(
        matrix,
        "| method | path | policy | nobody | {} |",
        roles
            .iter()
            .map(|role| role.as_str())
            .collect::<Vec<_>>()
            .join(" | ")
    );
    let _ = writeln!(matrix, "|---|---|---|---|{}", "---|".repeat(roles.len()));
    let mut routes = built.registry;
    routes.sort_by(|a, b| (&a.path, a.method.as_str()).cmp(&(&b.path, b.method.as_str())));
    for route in routes {
        let cell = |allowed: bool| if allowed { "yes" } else { "–" };
        let nobody = cell(!route.policy.needs_caller());
        let cells: Vec<&str> = roles
            .iter()
            .map(|role| cell(route.policy.allows(Some(*role))))
            .collect();
        let _ = writeln!(
            matrix,
            "| {} | `{}` | {} | {nobody} | {} |",
            route.method,
            route.path,
            route.policy.to_string().replace('|', " or "),
            cells.join(" | ")
        );
    }
    assert_document("docs/wire/policy-matrix.md", &matrix);
}
