//! The golden fixtures: every trap of a format against totals that were worked out by hand.
//!
//! Readers are met as the agent meets them, through `Source`, and a real ledger decides which copy
//! counts. How to add a trap: a function in `examples/fixtures/<source>.rs`, its working in the
//! fixtures' `README.md`, its row in `expected.rs`; then `cargo run -p aco-usage --example fixtures`.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod expected;
mod machine;
mod readme;

#[path = "../../examples/fixtures/amp.rs"]
mod amp;
#[path = "../../examples/fixtures/claude_code.rs"]
mod claude_code;
#[path = "../../examples/fixtures/codex.rs"]
mod codex;
#[path = "../../examples/fixtures/copilot_cli.rs"]
mod copilot_cli;
#[path = "../../examples/fixtures/droid.rs"]
mod droid;
#[path = "../../examples/fixtures/gemini_cli.rs"]
mod gemini_cli;
#[path = "../../examples/fixtures/kimi.rs"]
mod kimi;
#[path = "../../examples/fixtures/qwen_code.rs"]
mod qwen_code;
#[path = "../../examples/fixtures/traps.rs"]
mod traps;

use expected::{EXPECTED, Row};
use machine::Machine;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use traps::Trap;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Every trap with its tool.
fn all_traps() -> Vec<(&'static str, Trap)> {
    let sources = traps::all().into_iter();
    sources
        .flat_map(|source| {
            source
                .traps
                .into_iter()
                .map(move |trap| (source.tool, trap))
        })
        .collect()
}

fn rows<'a>(tool: &'a str, trap: &'a str) -> Vec<&'a Row> {
    let mut rows: Vec<_> = EXPECTED
        .iter()
        .filter(|row| row.tool == tool && row.trap == trap)
        .collect();
    rows.sort_by_key(|row| row.moment);
    rows
}

#[test]
fn every_trap_adds_up_to_what_was_worked_out_by_hand() {
    let mut wrong = Vec::new();
    for (tool, trap) in all_traps() {
        let rows = rows(tool, trap.name);
        assert_eq!(rows.len(), trap.moments.len(), "{tool} {}", trap.name);
        let mut machine = Machine::new(tool);
        for (files, row) in trap.moments.iter().zip(rows) {
            machine.has(files);
            machine.scan(|_| {});
            let found = machine.totals();
            if found != row.totals() {
                wrong.push(format!("{row:?}\n    but found {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_expectation_is_without_its_trap() {
    let traps: BTreeSet<_> = all_traps()
        .into_iter()
        .map(|(tool, trap)| (tool, trap.name))
        .collect();
    let expected: BTreeSet<_> = EXPECTED.iter().map(|row| (row.tool, row.trap)).collect();
    assert_eq!(expected, traps);
}

#[test]
fn each_readme_says_the_same() {
    for source in traps::all() {
        let path = fixtures().join(source.tool).join("README.md");
        let text = fs::read_to_string(path).unwrap();
        let told = readme::rows(&text);
        let expected: Vec<_> = EXPECTED
            .iter()
            .filter(|row| row.tool == source.tool)
            .map(Row::cells)
            .collect();
        assert_eq!(told, expected, "{}", source.tool);
        for trap in &source.traps {
            let working = format!("\n**{}.** ", trap.name);
            assert!(text.contains(&working), "no working of {}", trap.name);
        }
    }
}

#[test]
fn the_files_are_what_the_generator_writes() {
    let mut made = BTreeMap::new();
    for source in traps::all() {
        for trap in &source.traps {
            for (path, contents) in trap.files() {
                made.insert(Path::new(source.tool).join(path), contents.to_vec());
            }
        }
    }
    let mut found = BTreeMap::new();
    files_below(&fixtures(), &mut found);
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    let remedy = "run `cargo run -p aco-usage --example fixtures`";
    assert_eq!(names(&found), names(&made), "{remedy}");
    for (path, contents) in found {
        assert!(made[&path] == contents, "{}: {remedy}", path.display());
    }
}

/// Everything but what was written by hand.
fn files_below(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else if !path.ends_with("README.md") {
            let relative = path.strip_prefix(fixtures()).unwrap().to_owned();
            found.insert(relative, fs::read(&path).unwrap());
        }
    }
}

#[test]
fn of_equal_copies_the_earliest_counts_then_the_one_with_the_smaller_path() {
    for reversed in [false, true] {
        let mut machine = Machine::new("claude-code");
        let (_, trap) = all_traps()
            .into_iter()
            .find(|(tool, trap)| (*tool, trap.name) == ("claude-code", "equal-copies"))
            .unwrap();
        machine.has(&trap.moments[0]);
        machine.scan(|files| {
            if reversed {
                files.reverse();
            }
        });
        assert_eq!(
            machine.sessions_and_projects(),
            [("s-2", "/w/other"), ("s-1", "/w/app")]
                .map(|(session, project)| (session.to_owned(), project.to_owned())),
            "reversed: {reversed}"
        );
    }
}

/// Where files are cut before they are whole, in thousandths, and how a scan orders them.
#[derive(Clone, Debug)]
struct Course {
    cuts: Vec<u16>,
    orders: u64,
    twice: bool,
}

fn courses() -> impl Strategy<Value = Course> {
    let cuts = proptest::collection::vec(0u16..1000, 0..5);
    (cuts, any::<u64>(), any::<bool>()).prop_map(|(cuts, orders, twice)| Course {
        cuts,
        orders,
        twice,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Whatever the order of the files, wherever a scan finds them half written, and however often
    /// one is repeated or lost: the same totals at every moment.
    #[test]
    fn neither_order_nor_increments_change_a_total(
        which in any::<prop::sample::Index>(),
        course in courses(),
    ) {
        let mut all = all_traps();
        let (tool, trap) = all.swap_remove(which.index(all.len()));
        let mut machine = Machine::new(tool);
        let mut orders = course.orders;
        let mut scan = |machine: &mut Machine| {
            machine.scan(|files| {
                // Any order: each step takes one of those that are left.
                for at in (1..files.len()).rev() {
                    orders = orders.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    files.swap(at, usize::try_from(orders >> 33).unwrap() % (at + 1));
                }
            });
        };
        for (files, row) in trap.moments.iter().zip(rows(tool, trap.name)) {
            for cut in &course.cuts {
                machine.has_up_to(files, usize::from(*cut));
                if course.twice {
                    // A scan whose transaction was lost.
                    machine.scan_in_vain();
                }
                scan(&mut machine);
            }
            machine.has(files);
            scan(&mut machine);
            prop_assert_eq!(machine.totals(), row.totals(), "{} {}", tool, trap.name);
        }
    }
}
