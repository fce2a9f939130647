//! This project keeps its own rules.

use std::path::Path;

#[test]
fn the_project_keeps_its_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let found: Vec<String> = archcheck::check(&root)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}
