//! What a fixture is, and how it is written and found again. The rows are in `claude_code.rs` and
//! `codex.rs`; the sums, worked out by hand, in `tests/fixtures/README.md`.

use super::ledger::Totals;
use super::{claude_code, codex};
use aco_domain::TokenCounts;
use std::fs;
use std::path::{Path, PathBuf};

/// One trap: files below a tool's home, and what they come to.
#[derive(Debug)]
pub struct Fixture {
    pub name: &'static str,
    /// By path, in the order the tool would have begun them.
    pub files: Vec<(&'static str, Vec<u8>)>,
    pub expected: Totals,
}

impl Fixture {
    pub fn tool(&self) -> &'static str {
        self.name.split('/').next().unwrap()
    }
}

/// `calls`, then `[input, output, cache read, 5m write, 1h write, reasoning]`.
pub fn totals(calls: u64, tokens: [u64; 6], skipped_lines: u64) -> Totals {
    let [
        input,
        output,
        cache_read,
        cache_write_5m,
        cache_write_1h,
        reasoning,
    ] = tokens;
    Totals {
        calls,
        tokens: TokenCounts {
            input,
            output,
            cache_read,
            cache_write_5m,
            cache_write_1h,
            reasoning,
        },
        skipped_lines,
    }
}

/// Rows as a file of lines.
pub fn lines(rows: &[impl ToString]) -> Vec<u8> {
    let mut text = String::new();
    for row in rows {
        text.push_str(&row.to_string());
        text.push('\n');
    }
    text.into_bytes()
}

pub fn all() -> Vec<Fixture> {
    [claude_code::fixtures(), codex::fixtures()]
        .into_iter()
        .flatten()
        .collect()
}

/// Where the committed ones lie.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

pub fn write(fixture: &Fixture, below: &Path) {
    for (path, bytes) in &fixture.files {
        let path = below.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// Every file below `folder`, relative to it, with its contents.
pub fn read(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap();
                let name = name.to_string_lossy().replace('\\', "/");
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}
