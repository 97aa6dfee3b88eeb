//! That the documents speak of the repository as it is.

use crate::none;
use crate::workspace::{Imports, read, root};
use std::collections::BTreeSet;

/// The crates a table of CONTRIBUTING.md has rows for: the first cell is the name, in backticks.
fn rows(document: &str) -> BTreeSet<&str> {
    document
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.split_once('`'))
        .map(|(name, _)| name)
        .filter(|name| name.starts_with("aco-") || *name == "xtask")
        .collect()
}

fn disagreements(document: &str, crates: &BTreeSet<&str>) -> Vec<String> {
    let rows = rows(document);
    let missing = crates
        .difference(&rows)
        .map(|name| format!("CONTRIBUTING.md: no row for {name}"));
    let gone = rows
        .difference(crates)
        .map(|name| format!("CONTRIBUTING.md: {name} is no crate"));
    missing.chain(gone).collect()
}

#[test]
fn contributing_lists_every_crate() {
    let imports = Imports::read();
    let crates = imports.ours.keys().map(String::as_str).collect();
    none(&disagreements(
        &read(&root().join("CONTRIBUTING.md")),
        &crates,
    ));
}

#[test]
fn a_crate_without_a_row_and_a_row_without_a_crate_are_found() {
    let document =
        "| crate | why |\n|---|---|\n| `aco-old` | … |\n| `xtask` | … |\n| `cargo` | … |\n";
    assert_eq!(
        disagreements(document, &["aco-new", "xtask"].into()),
        [
            "CONTRIBUTING.md: no row for aco-new",
            "CONTRIBUTING.md: aco-old is no crate"
        ]
    );
}
