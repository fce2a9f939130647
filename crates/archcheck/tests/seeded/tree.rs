//! A small workspace on disk that keeps every rule, to break one at a time.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where the rules stand.
pub(crate) const RULES: &str = "architecture.toml";

const FILES: &[(&str, &str)] = &[
    (
        RULES,
        r#"
[crates]
kernel = []
store = ["kernel"]
pure = ["kernel"]
product = ["kernel", "store", "pure"]
kit = ["product"]
app = ["product"]

[dev]
app = ["kit"]

[leaf]
crates = ["pure"]
forbidden = ["tokio", "sqlx"]

[only]
sqlx = ["store"]

[domains]
low = []
middle = ["low"]
web = ["low", "middle"]

[reads]
middle = ["person"]

[cross_tenant]
"low::COUNT_ALL" = "a platform-wide figure"

[files]
product = "product"
composition = ["lib.rs"]
composer = "web"
entries = ["routes"]
names = ["mod", "api", "wire", "storage", "http", "tests"]
without_sql_rules = ["kit"]
product_lines = 30
other_lines = 40
test_lines = 50
"#,
    ),
    (
        "Cargo.toml",
        "[workspace]\n[workspace.dependencies]\ndatabase = { package = \"sqlx\", version = \"0.9\" }\n",
    ),
    (
        "crates/kernel/Cargo.toml",
        "[dependencies]\nserde = \"1\"\n",
    ),
    ("crates/kernel/src/lib.rs", "pub struct Id;\n"),
    (
        "crates/store/Cargo.toml",
        "[dependencies]\nkernel.workspace = true\nsqlx.workspace = true\n",
    ),
    (
        "crates/store/src/lib.rs",
        "use sqlx::query;\nconst A: &str = \"SELECT name FROM ledger\";\n",
    ),
    (
        "crates/pure/Cargo.toml",
        "[dependencies]\nkernel = { workspace = true }\n",
    ),
    ("crates/pure/src/lib.rs", "pub fn add() {}\n"),
    (
        "crates/product/Cargo.toml",
        "[dependencies]\nkernel.workspace = true\nstore.workspace = true\n\n[target.'cfg(unix)'.dependencies]\npure.workspace = true\n",
    ),
    (
        "crates/product/src/lib.rs",
        "mod low;\nmod middle;\nmod web;\nuse crate::low::storage::COUNT_ALL;\n",
    ),
    (
        "crates/product/src/low/mod.rs",
        "pub mod api;\nmod storage;\n",
    ),
    (
        "crates/product/src/low/api.rs",
        "// Crée, in a comment.\npub use super::storage::find;\n",
    ),
    (
        "crates/product/src/low/storage.rs",
        r##"statements! {
    /// One person: SELECT * FROM visit.
    pub(crate) FIND = "SELECT name FROM person AS p WHERE p.tenant_id = $1 AND id = $2";
    ADD = r#"
        INSERT INTO person (tenant_id, id, name)
        VALUES ($1, $2, $3) ON CONFLICT DO UPDATE SET name = $3
    "#;
    COUNT_ALL = concat!("SELECT count(*) AS value ", "FROM person");
    SETTINGS = "SELECT value FROM setting, pg_settings";
}
"##,
    ),
    (
        "crates/product/src/low/wire.rs",
        "pub const DOCTOR: &str = \"médecin\";\n",
    ),
    (
        "crates/product/src/low/tests.rs",
        "use crate::middle::api;\n#[test]\nfn works() { run(\"DELETE FROM visit\", \"é\"); }\n",
    ),
    (
        "crates/product/src/middle/mod.rs",
        "pub mod api;\nmod http;\nmod storage;\n",
    ),
    (
        "crates/product/src/middle/api.rs",
        "pub fn list() {}\n#[cfg(test)]\nmod tests {\n    use super::*;\n    const A: &str = \"SELECT é\";\n}\n",
    ),
    (
        "crates/product/src/middle/http/list_all.rs",
        "use crate::{low::{api as people, api::find}};\npub(crate) fn list() -> crate::low::api::Person {}\n",
    ),
    (
        "crates/product/src/middle/storage/visits.rs",
        "statements! {\n    LIST = \"SELECT v.id FROM visit v JOIN person p ON p.tenant_id = v.tenant_id WHERE v.tenant_id = $1\";\n}\n",
    ),
    (
        "crates/product/src/web/mod.rs",
        "use crate::{middle::api};\npub fn routes() { crate::low::routes(); }\n",
    ),
    (
        "crates/kit/Cargo.toml",
        "[dependencies]\nproduct.workspace = true\n",
    ),
    (
        "crates/kit/src/lib.rs",
        "pub fn wait() { std::thread::sleep(x); run(\"DELETE FROM visit\"); }\n",
    ),
    (
        "crates/app/Cargo.toml",
        "[dependencies]\nproduct.workspace = true\n\n[dev-dependencies]\nkit.workspace = true\n",
    ),
    ("crates/app/src/main.rs", "fn main() { product::run(); }\n"),
    (
        "crates/app/tests/it/main.rs",
        "#[test]\nfn works() { let x = \"SELECT id FROM visit\"; kit::wait(); }\n",
    ),
    (
        "migrations/0001_low_core.sql",
        "-- People.\nCREATE TABLE person (\n    tenant_id {uuid} NOT NULL,\n    id {uuid} NOT NULL,\n    name TEXT NOT NULL,\n    PRIMARY KEY (tenant_id, id)\n){strict};\nCREATE TABLE setting (value TEXT NOT NULL);\n",
    ),
    (
        "migrations/0002_middle_core.sql",
        "CREATE TABLE visit (tenant_id {uuid} NOT NULL REFERENCES person (tenant_id), id {uuid});\n",
    ),
    (
        "migrations/0003_store_ledger.sql",
        "CREATE TABLE ledger (name TEXT);\n",
    ),
];

/// A workspace in a folder of its own, removed when it goes out of scope.
pub(crate) struct Tree {
    pub(crate) root: PathBuf,
}

impl Tree {
    /// Lays out the workspace that keeps every rule.
    pub(crate) fn clean() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "archcheck-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let tree = Self {
            root: std::env::temp_dir().join(name),
        };
        for (path, text) in FILES {
            tree.write(path, text);
        }
        tree
    }

    /// Writes a file, its folders included.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
        fs::write(path, text).expect("a writable file");
    }

    /// Adds lines to a file of the tree.
    pub(crate) fn append(&self, path: &str, text: &str) {
        let old = self.read(path);
        self.write(path, &format!("{old}{text}\n"));
    }

    /// Replaces text that the file must hold exactly once.
    pub(crate) fn replace(&self, path: &str, from: &str, to: &str) {
        let old = self.read(path);
        assert_eq!(old.matches(from).count(), 1, "{from} in {path}");
        self.write(path, &old.replace(from, to));
    }

    /// Removes a file.
    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.root.join(path)).expect("a file");
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).expect("a readable file")
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}
