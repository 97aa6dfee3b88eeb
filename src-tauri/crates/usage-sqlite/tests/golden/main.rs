//! The golden traps: every quirk of a format against totals that were worked out by hand.
//!
//! Readers are met as the agent meets them, through `Source`, and a real ledger decides which copy
//! counts. A trap is what a tool does, deed by deed, in real databases. How to add one: its deeds in
//! `<source>.rs`, its working in `README.md`, its row in `expected.rs`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

mod expected;
mod goose;
mod machine;
mod opencode;

use expected::EXPECTED;
use machine::{Deed, Machine, Totals};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// One quirk of a format that has cost some tracker's users money.
pub(crate) struct Trap {
    tool: &'static str,
    name: &'static str,
    deeds: Vec<Deed>,
}

impl Trap {
    fn new(tool: &'static str, name: &'static str, deeds: Vec<Deed>) -> Self {
        Self { tool, name, deeds }
    }

    fn expected(&self) -> Totals {
        let row = EXPECTED
            .iter()
            .find(|row| (row.tool, row.trap) == (self.tool, self.name));
        row.unwrap_or_else(|| panic!("{} {}", self.tool, self.name))
            .totals()
    }
}

fn traps() -> Vec<Trap> {
    let mut traps = opencode::traps();
    traps.extend(goose::traps());
    traps
}

const ALL: usize = usize::MAX;

#[test]
fn every_trap_adds_up_to_what_was_worked_out_by_hand() {
    let mut wrong = Vec::new();
    for trap in traps() {
        for keeps_open in [false, true] {
            let mut machine = Machine::new(trap.tool, keeps_open);
            trap.deeds.iter().for_each(|deed| machine.does(deed));
            machine.scan(ALL);
            let found = machine.totals();
            if found != trap.expected() {
                let expected = trap.expected();
                wrong.push(format!(
                    "{} {}: {expected:?}\n    but found {found:?}",
                    trap.tool, trap.name
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_expectation_is_without_its_trap() {
    let traps: BTreeSet<_> = traps().iter().map(|trap| (trap.tool, trap.name)).collect();
    let expected: BTreeSet<_> = EXPECTED.iter().map(|row| (row.tool, row.trap)).collect();
    assert_eq!(expected, traps);
}

const COLUMNS: &str = "| tool | trap | calls | input | output | cache_read | cache_write_5m | cache_write_1h | reasoning | skipped | cost_usd |";

#[test]
fn the_readme_says_the_same() {
    let text = include_str!("README.md");
    let lines = text.lines().skip_while(|line| *line != COLUMNS).skip(2);
    let told: Vec<Vec<String>> = lines
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().to_owned()).collect()
        })
        .collect();
    let expected: Vec<_> = EXPECTED.iter().map(expected::Row::cells).collect();
    assert_eq!(told, expected);
    for row in EXPECTED {
        let working = format!("**{}, {}.** ", row.tool, row.trap);
        assert!(text.contains(&working), "no working of {}", row.trap);
    }
}

#[test]
fn a_call_has_its_model_session_and_folder() {
    let named = |tool: &str, name: &str| {
        let all = traps();
        let trap = all
            .iter()
            .find(|trap| (trap.tool, trap.name) == (tool, name));
        let mut machine = Machine::new(tool, true);
        trap.unwrap()
            .deeds
            .iter()
            .for_each(|deed| machine.does(deed));
        machine.scan(ALL);
        machine.named()
    };
    let sonnet =
        |session: &str, folder: &str| ["claude-sonnet-4-5", session, folder].map(str::to_owned);
    assert_eq!(
        named("opencode", "steps"),
        vec![sonnet("ses_1", "/w/app"); 2]
    );
    assert_eq!(
        named("opencode", "second-version"),
        [
            sonnet("ses_1", "/w/two"),
            sonnet("ses_2", ""),
            sonnet("ses_1", "/w/two")
        ]
    );
    assert_eq!(
        named("opencode", "files"),
        vec![sonnet("ses_1", "/w/app"); 3]
    );
    assert_eq!(
        named("goose", "sums-then-calls")[2],
        sonnet("20260301_1", "/w/app")
    );
    let old = ["", "20260301_1", "/w/app"].map(str::to_owned);
    assert_eq!(named("goose", "old-tables"), [old]);
}

#[test]
fn an_unknown_form_is_told_with_the_version_seen() {
    for (name, records, version) in [
        ("unknown-tables", 1, Some("9.1.0")),
        ("unknown-shape", 2, None),
    ] {
        let all = opencode::traps();
        let trap = all.iter().find(|trap| trap.name == name).unwrap();
        let mut machine = Machine::new("opencode", true);
        trap.deeds.iter().for_each(|deed| machine.does(deed));
        let told = vec![(records, version.map(str::to_owned))];
        assert_eq!(machine.unrecognised(), told, "{name}");
    }
}

/// Numbers the rows of OpenCode's tables anew, in an order that follows from `seed`: a tool may write
/// them in any, and `VACUUM` may number them as it likes.
fn in_another_order(table: &str, seed: u16) -> String {
    format!(
        "CREATE TEMP TABLE kept AS SELECT * FROM {table} ORDER BY (rowid * 7919 + {seed}) % 101;
         DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept;"
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Wherever scans fall between the deeds, whatever of a scan is lost with its process, and
    /// whether the tool leaves its log behind: the same totals.
    #[test]
    fn no_course_of_scans_changes_a_total(
        which in any::<prop::sample::Index>(),
        scans in proptest::collection::vec((0usize..40, 0usize..4), 0..6),
        keeps_open in any::<bool>(),
    ) {
        let all = traps();
        let trap = &all[which.index(all.len())];
        let mut machine = Machine::new(trap.tool, keeps_open);
        for (at, deed) in trap.deeds.iter().enumerate() {
            machine.does(deed);
            for (_, kept) in scans.iter().filter(|(after, _)| *after == at) {
                machine.scan(*kept);
            }
        }
        machine.scan(ALL);
        prop_assert_eq!(machine.totals(), trap.expected(), "{} {}", trap.tool, trap.name);
    }

    /// Rows in any order, and numbered anew after they were read.
    #[test]
    fn no_order_of_rows_changes_a_total(
        which in any::<prop::sample::Index>(),
        seed in any::<u16>(),
        is_seen_before in any::<bool>(),
    ) {
        let all: Vec<Trap> = opencode::traps()
            .into_iter()
            .filter(|trap| !matches!(trap.name, "files"))
            .collect();
        let trap = &all[which.index(all.len())];
        let mut machine = Machine::new(trap.tool, true);
        trap.deeds.iter().for_each(|deed| machine.does(deed));
        if is_seen_before {
            machine.scan(ALL);
        }
        let name = ".local/share/opencode/opencode.db";
        for table in ["part", "message", "session_message"] {
            let known = trap.deeds.iter().any(|deed| match deed {
                Deed::Sql(of, sql) => *of == name && sql.contains(&format!("CREATE TABLE {table} ")),
                _ => false,
            });
            if known {
                machine.does(&Deed::Sql(name, in_another_order(table, seed)));
            }
        }
        machine.scan(ALL);
        prop_assert_eq!(machine.totals(), trap.expected(), "{}", trap.name);
    }
}
