//! Every rule is proved by a seeded violation: a workspace that keeps all
//! rules is changed in one place, and exactly that rule fires, there.

mod tree;

use tree::{RULES, Tree};

const STORAGE: &str = "crates/product/src/low/storage.rs";
const HTTP: &str = "crates/product/src/middle/http/list_all.rs";

fn found(tree: &Tree) -> Vec<String> {
    archcheck::check(&tree.root)
        .iter()
        .map(ToString::to_string)
        .collect()
}

/// Breaks the clean tree by `change` and expects exactly one violation, in
/// `place` (`path:line`), of `rule`, whose message holds `says`.
#[track_caller]
fn seed(place: &str, rule: &str, says: &str, change: impl FnOnce(&Tree)) {
    let tree = Tree::clean();
    change(&tree);
    let found = found(&tree);
    assert_eq!(found.len(), 1, "{found:#?}");
    let expected = format!("{place}: {rule}: ");
    assert!(found[0].starts_with(&expected), "{found:#?}");
    assert!(found[0].contains(says), "{found:#?}");
}

/// Expects that `change` breaks nothing.
#[track_caller]
fn allowed(change: impl FnOnce(&Tree)) {
    let tree = Tree::clean();
    change(&tree);
    assert_eq!(found(&tree), Vec::<String>::new());
}

/// Adds one statement to a domain's storage; it stands on line 11.
fn statement(tree: &Tree, sql: &str) {
    tree.replace(
        STORAGE,
        "pg_settings\";\n",
        &format!("pg_settings\";\n\n    SEED = \"{sql}\";\n"),
    );
}

#[test]
fn the_tree_keeps_every_rule() {
    allowed(|_| {});
}

#[test]
fn the_rules_must_be_readable() {
    seed("architecture.toml:1", "config", "workspace root", |tree| {
        tree.remove(RULES);
    });
    seed("architecture.toml:3", "config", "expected", |tree| {
        tree.replace(RULES, "kernel = []", "kernel = 1");
    });
    seed("architecture.toml:17", "config", "unknown field", |tree| {
        tree.replace(RULES, "[only]", "[onyl]");
    });
    seed("architecture.toml:18", "config", "`stores`", |tree| {
        tree.replace(RULES, "[\"store\"]", "[\"store\", \"stores\"]");
    });
    seed("crates/pure/Cargo.toml:1", "config", "manifest", |tree| {
        tree.write("crates/pure/Cargo.toml", "[dependencies");
    });
}

#[test]
fn crate_edges_are_declared_used_and_without_cycle() {
    let kernel = "crates/kernel/Cargo.toml";
    seed(
        "crates/store/Cargo.toml:4",
        "crate-edge",
        "remove the dependency on `pure`",
        |tree| {
            tree.append("crates/store/Cargo.toml", "pure = { workspace = true }");
        },
    );
    seed(
        "crates/store/Cargo.toml:5",
        "crate-edge",
        "remove the dependency on `pure`",
        |tree| {
            tree.append(
                "crates/store/Cargo.toml",
                "\n[dependencies.pure]\nworkspace = true",
            );
        },
    );
    seed(
        "crates/kernel/Cargo.toml:4",
        "crate-edge",
        "dev-dependency on `kit`",
        |tree| {
            tree.append(kernel, "[dev-dependencies]\nkit.workspace = true");
        },
    );
    seed(
        "architecture.toml:5",
        "crate-edge",
        "remove `kernel` from `pure`",
        |tree| {
            tree.write("crates/pure/Cargo.toml", "[package]\n");
        },
    );
    seed(
        "architecture.toml:11",
        "crate-edge",
        "remove `kit` from `app`",
        |tree| {
            tree.replace("crates/app/Cargo.toml", "kit.workspace = true", "");
        },
    );
    seed(
        "architecture.toml:3",
        "crate-edge",
        "kernel -> store -> kernel",
        |tree| {
            tree.replace(RULES, "kernel = []", "kernel = [\"store\"]");
            tree.append(kernel, "store.workspace = true");
            // The leaf stands on kernel and would now reach the database.
            tree.replace(RULES, "crates = [\"pure\"]", "crates = []");
        },
    );
    seed(
        "crates/extra/Cargo.toml:1",
        "crate-edge",
        "declare `extra`",
        |tree| {
            tree.write("crates/extra/Cargo.toml", "[package]\n");
        },
    );
    seed(
        "architecture.toml:3",
        "crate-edge",
        "remove `extra`",
        |tree| {
            tree.replace(RULES, "kernel = []", "extra = []\nkernel = []");
        },
    );
}

#[test]
fn leaves_stay_pure() {
    seed(
        "crates/pure/Cargo.toml:3",
        "leaf",
        "remove `tokio-util`",
        |tree| {
            tree.append("crates/pure/Cargo.toml", "tokio-util = \"1\"");
        },
    );
    seed(
        "crates/kernel/Cargo.toml:3",
        "leaf",
        "remove `tokio`",
        |tree| {
            tree.append("crates/kernel/Cargo.toml", "tokio = \"1\"");
        },
    );
    seed(
        "crates/pure/src/lib.rs:2",
        "leaf",
        "plain function",
        |tree| {
            tree.append("crates/pure/src/lib.rs", "pub async fn wait() {}");
        },
    );
}

#[test]
fn some_crates_have_one_owner() {
    let tests_only = |tree: &Tree| {
        tree.replace(
            RULES,
            "[domains]",
            "[only_tests]\nsqlx = [\"app\"]\n[domains]",
        );
    };
    allowed(|tree| {
        tests_only(tree);
        tree.append("crates/app/Cargo.toml", "sqlx = \"0.9\"");
    });
    seed("crates/app/Cargo.toml:3", "only", "remove `sqlx`", |tree| {
        tests_only(tree);
        tree.replace(
            "crates/app/Cargo.toml",
            "\n\n[dev",
            "\nsqlx = \"0.9\"\n\n[dev",
        );
    });
    seed("crates/app/Cargo.toml:6", "only", "remove `sqlx`", |tree| {
        tree.append("crates/app/Cargo.toml", "sqlx = \"0.9\"");
    });
    seed("crates/app/Cargo.toml:6", "only", "remove `sqlx`", |tree| {
        tree.append("crates/app/Cargo.toml", "database.workspace = true");
    });
    seed(
        "crates/app/src/main.rs:2",
        "only",
        "only store may",
        |tree| {
            tree.append("crates/app/src/main.rs", "use store::{a, sqlx::query};");
        },
    );
}

#[test]
fn domain_edges_are_declared_used_and_without_cycle() {
    let low = "crates/product/src/low/api.rs";
    for path in [
        "use crate::middle::api;",
        "use crate::{a, middle::{api::list, api}};",
        "use super::super::middle::api;",
        "mod inner { use super::super::super::middle::api; }",
        "fn f() { crate::middle::api::list(); }",
    ] {
        let tree = Tree::clean();
        tree.append(low, path);
        let found = found(&tree);
        assert!(!found.is_empty(), "{path}");
        for one in found {
            let expected = format!("{low}:3: domain-edge: do without `middle`");
            assert!(one.starts_with(&expected), "{path}: {one}");
        }
    }
    seed(
        "architecture.toml:22",
        "domain-edge",
        "remove `low` from `middle`",
        |tree| {
            tree.write(HTTP, "");
        },
    );
    seed(
        "architecture.toml:22",
        "domain-edge",
        "remove `low` from `middle`",
        |tree| {
            tree.write(HTTP, "");
            // What only tests use does not count.
            tree.append(
                "crates/product/src/middle/api.rs",
                "#[test] fn f() { crate::low::api::g(); }",
            );
        },
    );
    seed(
        "architecture.toml:21",
        "domain-edge",
        "low -> middle -> low",
        |tree| {
            tree.replace(RULES, "low = []", "low = [\"middle\"]");
            tree.append(low, "use crate::middle::api;");
        },
    );
    seed(
        "architecture.toml:21",
        "domain-edge",
        "declare `lower`",
        |tree| {
            tree.replace(RULES, "low = []", "planned = [\"lower\"]\nlow = []");
        },
    );
    seed(
        "crates/product/src/extra.rs:1",
        "domain-edge",
        "lib.rs",
        |tree| {
            tree.write("crates/product/src/extra.rs", "use crate::low::api;");
        },
    );
    allowed(|tree| {
        tree.replace(RULES, "low = []", "low = []\nplanned = [\"low\"]");
    });
}

#[test]
fn siblings_meet_at_the_api() {
    for path in ["storage::find", "api2", "routes", "*"] {
        seed(
            &format!("{HTTP}:3"),
            "past-api",
            "crate::low::api",
            |tree| {
                tree.append(HTTP, &format!("use crate::low::{path};"));
            },
        );
    }
    for path in [
        "use crate::*;",
        "use crate as root;",
        "use crate::{self as root};",
    ] {
        seed(
            &format!("{HTTP}:3"),
            "past-api",
            "name what you import",
            |tree| {
                tree.append(HTTP, path);
            },
        );
    }
    for path in ["use crate::low as l;", "use crate::{low::{self as l}};"] {
        seed(
            &format!("{HTTP}:3"),
            "past-api",
            "crate::low::api",
            |tree| {
                tree.append(HTTP, path);
            },
        );
    }
    // A domain imported as a whole is followed to what is named below it.
    for import in [
        "use crate::low;",
        "use crate::{a, low};",
        "use crate::low::{self};",
    ] {
        allowed(|tree| tree.append(HTTP, &format!("{import}\nfn f() {{ low::api::find(); }}")));
        seed(
            &format!("{HTTP}:4"),
            "past-api",
            "crate::low::api",
            |tree| {
                tree.append(
                    HTTP,
                    &format!("{import}\nfn f() {{ low::storage::find(); }}"),
                );
            },
        );
    }
    let web = "crates/product/src/web/mod.rs";
    seed(&format!("{web}:3"), "past-api", "crate::low::api", |tree| {
        tree.append(web, "use crate::low::routes::inner;");
    });
}

#[test]
fn migrations_have_an_owner() {
    for name in [
        "0004_high_core",
        "4_low_core",
        "0004_low",
        "low_core",
        "0004_low_",
    ] {
        let path = format!("migrations/{name}.sql");
        seed(
            &format!("{path}:1"),
            "migration",
            "NNNN_<domain>_<what>",
            |tree| {
                tree.write(&path, "");
            },
        );
    }
    seed(
        "migrations/0002_middle_more.sql:1",
        "migration",
        "next free",
        |tree| {
            tree.write("migrations/0002_middle_more.sql", "");
        },
    );
    for sql in [
        "ALTER TABLE person ADD COLUMN age {int};",
        "UPDATE person SET name = '';",
        "DROP TABLE IF EXISTS person;",
    ] {
        seed(
            "migrations/0004_middle_more.sql:2",
            "migration",
            "owns `person`",
            |tree| {
                tree.write(
                    "migrations/0004_middle_more.sql",
                    &format!("-- More.\n{sql}\n"),
                );
            },
        );
    }
}

#[test]
fn sql_stands_in_storage() {
    for sql in [
        "SELECT 1",
        "UPDATE visit SET id = 1 WHERE tenant_id = $1",
        "DELETE FROM visit WHERE tenant_id = $1",
        "INSERT INTO visit (tenant_id) VALUES ($1)",
    ] {
        seed(&format!("{HTTP}:3"), "sql-place", "storage.rs", |tree| {
            tree.append(HTTP, &format!("const A: &str = \"{sql}\";"));
        });
    }
    seed(
        "crates/product/src/lib.rs:5",
        "sql-place",
        "storage.rs",
        |tree| {
            tree.append("crates/product/src/lib.rs", "fn f() { g(r\"SELECT 1\"); }");
        },
    );
}

#[test]
fn tables_are_touched_by_those_who_may() {
    let place = format!("{STORAGE}:11");
    for sql in [
        "SELECT id FROM visit WHERE tenant_id = $1",
        "SELECT 1 FROM person p, visit v WHERE p.tenant_id = $1",
        "SELECT 1 FROM person p WHERE p.tenant_id = $1 AND EXISTS (SELECT 1 FROM visit)",
    ] {
        seed(&place, "table", "declare the read for `low`", |tree| {
            statement(tree, sql)
        });
    }
    for sql in [
        "UPDATE visit SET id = $2 WHERE tenant_id = $1",
        "DELETE FROM visit WHERE tenant_id = $1",
        "INSERT INTO visit (tenant_id, id) VALUES ($1, $2)",
    ] {
        seed(&place, "table", "write `visit` through `middle`", |tree| {
            statement(tree, sql)
        });
        // Not even a declared read permits it.
        let tree = Tree::clean();
        statement(&tree, sql);
        statement_reading_visit(&tree);
        let found = found(&tree);
        assert!(
            found.iter().all(|one| one.contains(": table: write")),
            "{found:#?}"
        );
        assert_eq!(found.len(), 1);
    }
    seed(&place, "table", "no migration creates it", |tree| {
        statement(tree, "SELECT id FROM persons");
    });
    seed(
        "crates/store/src/lib.rs:3",
        "table",
        "declare the read for `store`",
        |tree| {
            tree.append(
                "crates/store/src/lib.rs",
                "const B: &str = \"SELECT value FROM setting\";",
            );
        },
    );
    seed(
        "architecture.toml:26",
        "table",
        "remove `setting` from `middle`",
        |tree| {
            tree.replace(RULES, "[\"person\"]", "[\"person\", \"setting\"]");
        },
    );
}

fn statement_reading_visit(tree: &Tree) {
    tree.replace(RULES, "[reads]", "[reads]\nlow = [\"visit\"]");
    tree.append(
        STORAGE,
        "const V: &str = \"SELECT id FROM visit WHERE tenant_id = $1\";",
    );
}

#[test]
fn statements_are_tied_to_their_tenant() {
    let place = format!("{STORAGE}:11");
    for sql in [
        "SELECT name FROM person WHERE id = $1",
        "SELECT name FROM person WHERE tenant_id = $2 AND id = $1",
        "SELECT name FROM person WHERE tenant_id = $10",
        "SELECT name FROM person WHERE 'tenant_id = $1' = name",
        "UPDATE person SET name = $2 WHERE id = $1",
        "DELETE FROM person WHERE id = $1",
        "INSERT INTO person (id, tenant_id) VALUES ($1, $2)",
        "INSERT INTO person (tenant_id, id) VALUES ($2, $1)",
        "INSERT INTO person (tenant_id, id) SELECT $1, id FROM person WHERE id = $2",
        "WITH a AS (SELECT name FROM person) SELECT name FROM a",
    ] {
        seed(&place, "tenant", "`low::SEED`", |tree| statement(tree, sql));
    }
    for sql in [
        "SELECT name FROM person WHERE tenant_id = $1",
        "INSERT INTO person (tenant_id, id) SELECT $1, id FROM person WHERE tenant_id = $1",
        "SELECT value FROM setting",
    ] {
        allowed(|tree| statement(tree, sql));
    }
    seed(
        "architecture.toml:29",
        "tenant",
        "remove `low::COUNT_ALL`",
        |tree| {
            tree.replace(
                STORAGE,
                "\"FROM person\"",
                "\"FROM person WHERE tenant_id = $1\"",
            );
        },
    );
    seed(
        "architecture.toml:30",
        "tenant",
        "remove `low::NONE`",
        |tree| {
            tree.replace(RULES, "figure\"", "figure\"\n\"low::NONE\" = \"x\"");
        },
    );
    // A macro that only puts strings together is followed.
    let shared = |tree: &Tree, rows: &str| {
        let text = format!(
            "macro_rules! people {{ ($rows:literal) => {{ concat!(\"SELECT name FROM person \", $rows) }}; }}
            statements! {{ SEED = people!(\"{rows}\"); }}"
        );
        tree.append("crates/product/src/low/storage.rs", &text);
    };
    allowed(|tree| shared(tree, "WHERE tenant_id = $1"));
    seed(&format!("{STORAGE}:12"), "tenant", "`low::SEED`", |tree| {
        shared(tree, "WHERE id = $1");
    });
    seed("architecture.toml:29", "tenant", "say why", |tree| {
        tree.replace(RULES, "a platform-wide figure", " ");
    });
}

#[test]
fn files_have_known_names() {
    for path in [
        "low/queries",
        "low/helpers/one",
        "low/http/Two",
        "low/http/three/four",
        "high/mod",
    ] {
        let path = format!("crates/product/src/{path}.rs");
        seed(&format!("{path}:1"), "file", "", |tree| {
            tree.write(&path, "")
        });
    }
    seed(
        "crates/product/src/planned.rs:1",
        "file",
        "folder",
        |tree| {
            tree.replace(RULES, "low = []", "low = []\nplanned = []");
            tree.write("crates/product/src/planned.rs", "");
        },
    );
    allowed(|tree| tree.write("crates/product/src/context.rs", ""));
}

#[test]
fn files_have_an_end() {
    let lines = |count: usize| "// A line.\n".repeat(count);
    for (path, most) in [
        ("crates/product/src/low/http.rs", 30),
        ("crates/product/src/low/tests.rs", 50),
        ("crates/kernel/src/id.rs", 40),
        ("crates/kernel/tests/it.rs", 50),
    ] {
        allowed(|tree| tree.write(path, &lines(most)));
        seed(
            &format!("{path}:{}", most + 1),
            "length",
            "folder of use cases",
            |tree| {
                tree.write(path, &lines(most + 1));
            },
        );
    }
}

#[test]
fn french_stands_in_wire() {
    for text in ["\"Créé\"", "r#\"ÉCHEC\"#", "'œ'", "\"cr\\u{e9}er\""] {
        seed(&format!("{HTTP}:3"), "accent", "i18n", |tree| {
            tree.append(HTTP, &format!("const A: B = {text};"));
        });
    }
    allowed(|tree| tree.append("crates/kernel/src/lib.rs", "const A: &str = \"é\";"));
}

#[test]
fn tests_do_not_sleep() {
    let place = "crates/app/tests/it/main.rs";
    for code in [
        "fn f() { std::thread::sleep(x); }",
        "async fn f() { tokio::time::sleep(x).await; }",
        "use std::{thread::{self, sleep}};",
    ] {
        seed(&format!("{place}:3"), "sleep", "wait for", |tree| {
            tree.append(place, code)
        });
    }
    let inner = "crates/kernel/src/lib.rs";
    seed(&format!("{inner}:2"), "sleep", "wait for", |tree| {
        tree.append(
            inner,
            "#[tokio::test] async fn f() { time::sleep(x).await; }",
        );
    });
}
