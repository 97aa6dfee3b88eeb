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
        .filter(|name| name.starts_with("aco-") || ["ai-cost-observer", "xtask"].contains(name))
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

/// The words in double quotes that look like a finding's code: small letters joined by underscores.
/// A file's own test module is its end.
fn codes(source: &str) -> BTreeSet<&str> {
    let shipped = source.split("#[cfg(test)]").next().unwrap_or_default();
    shipped.split('"').filter(|word| is_code(word)).collect()
}

fn is_code(word: &str) -> bool {
    let letters = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    word.contains('_') && word.split('_').all(letters)
}

/// Codes that the sources know and the document does not, and those that only the document knows:
/// the words in backticks in the rows of its table of checks.
fn undocumented(document: &str, codes: &BTreeSet<&str>) -> Vec<String> {
    let rows = document
        .lines()
        .skip_while(|line| !line.starts_with("| check |"))
        .skip(2)
        .take_while(|line| line.starts_with("| "));
    // The first cell is the check itself.
    let cells = rows.flat_map(|row| row.split('|').skip(2));
    let documented: BTreeSet<&str> = cells
        .flat_map(|cell| cell.split('`'))
        .filter(|word| is_code(word))
        .collect();
    let missing = codes
        .difference(&documented)
        .map(|code| format!("docs/json.md: no word of the finding {code}"));
    let gone = documented
        .difference(codes)
        .map(|code| format!("docs/json.md: nothing is found that is called {code}"));
    missing.chain(gone).collect()
}

#[test]
fn every_finding_of_doctor_is_documented() {
    let crates = root().join("src-tauri/crates");
    let sources: Vec<String> = [
        "telemetry/src/doctor/findings.rs",
        "agent/src/doctor.rs",
        "agent/src/settings.rs",
    ]
    .iter()
    .map(|path| read(&crates.join(path)))
    .collect();
    let mut known: BTreeSet<&str> = sources.iter().flat_map(|source| codes(source)).collect();
    // Where an invalid configuration becomes something that needs the user.
    known.insert("config_invalid");
    none(&undocumented(&read(&root().join("docs/json.md")), &known));
}

#[test]
fn a_finding_without_a_word_and_a_word_without_a_finding_are_found() {
    let source = "f(\"new_code\", \"not a code\");\n#[cfg(test)]\nmod tests { \"test_code\" }";
    let document =
        "| check | ok |\n|---|---|\n| `whose_answer` | `old_code`, `new` |\n\n`else_where`\n";
    assert_eq!(
        undocumented(document, &codes(source)),
        [
            "docs/json.md: no word of the finding new_code",
            "docs/json.md: nothing is found that is called old_code"
        ]
    );
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
