//! What lies at the top of the repository, and where its lock files say packages come from.

use crate::none;
use crate::workspace::{Source, files_below, root};
use std::fs;

/// The whole top level, dot-files and what is built aside. One folder a concern; anything else
/// belongs into one of them.
const TOP: &[&str] = &[
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "clippy.toml",
    "deny.toml",
    "docs",
    "infra",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "src-tauri",
    "tests",
    "ui",
];

/// Where a clone on anyone's machine can fetch from, by lock file and the line that says so.
const REGISTRIES: &[(&str, &str, &str)] = &[
    (
        "Cargo.lock",
        "source = \"",
        "registry+https://github.com/rust-lang/crates.io-index\"",
    ),
    (
        "package-lock.json",
        "\"resolved\": \"",
        "https://registry.npmjs.org/",
    ),
];

fn strangers<'a>(entries: impl Iterator<Item = &'a str>) -> Vec<String> {
    entries
        .filter(|name| !name.starts_with('.') && *name != "target" && !TOP.contains(name))
        .map(|name| format!("{name} at the top level: put it into the folder it belongs to"))
        .collect()
}

fn private_registries(locks: &[Source]) -> Vec<String> {
    let mut violations = Vec::new();
    for lock in locks {
        for (name, says, public) in REGISTRIES {
            if !lock.path.ends_with(name) {
                continue;
            }
            for (number, line) in (1..).zip(lock.text.lines()) {
                let from = line.trim_start().strip_prefix(says);
                // What is wrong is not repeated: a private host is nobody else's business.
                if from.is_some_and(|from| !from.starts_with(public)) {
                    violations.push(format!(
                        "{}:{number}: not from the public registry",
                        lock.path
                    ));
                }
            }
        }
    }
    violations
}

#[test]
fn the_top_level_is_what_it_should_be() {
    let entries: Vec<String> = fs::read_dir(root())
        .expect("a readable clone")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    none(&strangers(entries.iter().map(String::as_str)));
}

#[test]
fn lock_files_name_public_registries() {
    // go.sum names no host: the module's path is its address.
    let locks = files_below(&root(), &|path| {
        REGISTRIES.iter().any(|(name, ..)| path.ends_with(name))
    });
    assert!(!locks.is_empty(), "Cargo.lock is committed");
    none(&private_registries(&locks));
}

#[test]
fn a_stranger_at_the_top_is_found() {
    let found = strangers(["README.md", ".github", "target", "scripts"].into_iter());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("scripts "));
}

#[test]
fn a_private_registry_is_found() {
    let lock = |path: &str, text: &str| Source {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let locks = [
        lock(
            "Cargo.lock",
            "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
             source = \"sparse+https://packages.invalid/index/\"\n",
        ),
        lock(
            "ui/package-lock.json",
            "  \"resolved\": \"https://registry.npmjs.org/a/-/a-1.tgz\",\n\
             \x20 \"resolved\": \"https://packages.invalid/a/-/a-1.tgz\",\n",
        ),
    ];
    assert_eq!(
        private_registries(&locks),
        [
            "Cargo.lock:2: not from the public registry",
            "ui/package-lock.json:2: not from the public registry",
        ]
    );
}
