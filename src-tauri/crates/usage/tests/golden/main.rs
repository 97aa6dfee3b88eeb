//! Every trap of every source, and what it must come to: whatever the order of the files, wherever
//! reading stops in between, however often it is done.

#![allow(missing_docs, unreachable_pub, reason = "modules of one test")]
#![allow(clippy::unwrap_used, reason = "a helper fails as its test does")]

mod claude_code;
mod codex;
mod fixtures;
mod ledger;
mod tree;

use fixtures::Fixture;
use proptest::prelude::*;
use std::fs;
use tree::Tree;

#[test]
fn each_comes_to_what_was_worked_out_by_hand() {
    for fixture in fixtures::all() {
        let tree = Tree::of(&fixture);
        assert_eq!(tree.read_all(), fixture.expected, "{}", fixture.name);
    }
}

#[test]
fn the_committed_files_are_what_the_generator_writes() {
    for fixture in fixtures::all() {
        let committed = fixtures::read(&fixtures::folder().join(fixture.name));
        let mut generated: Vec<_> = fixture
            .files
            .iter()
            .map(|(path, bytes)| ((*path).to_owned(), bytes.clone()))
            .collect();
        generated.sort();
        assert!(
            committed == generated,
            "{}: run `cargo test -p aco-usage --test golden -- --ignored write`",
            fixture.name
        );
    }
}

#[test]
#[ignore = "writes tests/fixtures"]
fn write() {
    for tool in ["claude-code", "codex"] {
        let _ = fs::remove_dir_all(fixtures::folder().join(tool));
    }
    for fixture in fixtures::all() {
        fixtures::write(&fixture, &fixtures::folder().join(fixture.name));
    }
}

#[test]
fn the_readme_has_the_sums_of_each() {
    let readme = fs::read_to_string(fixtures::folder().join("README.md")).unwrap();
    for Fixture { name, expected, .. } in fixtures::all() {
        let tokens = expected.tokens;
        let row = format!(
            "| `{name}` | {} | {} | {} | {} | {} | {} | {} | {} |",
            expected.calls,
            tokens.input,
            tokens.output,
            tokens.cache_read,
            tokens.cache_write_5m,
            tokens.cache_write_1h,
            tokens.reasoning,
            expected.skipped_lines
        );
        assert!(readme.contains(&row), "README.md: no row {row}");
    }
}

#[test]
fn a_rewritten_file_is_read_anew_and_comes_to_the_same() {
    for fixture in fixtures::all() {
        let mut tree = Tree::of(&fixture);
        tree.scan(&[]);
        for at in 0..fixture.files.len() {
            tree.rewrite(at);
        }
        tree.scan(&[]);
        assert_eq!(tree.totals(), fixture.expected, "{}", fixture.name);
    }
}

#[test]
fn an_unchanged_file_is_not_read_and_a_deleted_one_is_kept() {
    for fixture in fixtures::all() {
        let mut tree = Tree::of(&fixture);
        assert!(tree.scan(&[]) > 0, "{}", fixture.name);
        assert_eq!(tree.scan(&[]), 0, "{}", fixture.name);
        tree.delete_all();
        tree.scan(&[]);
        assert_eq!(tree.totals(), fixture.expected, "{}", fixture.name);
    }
}

fn any_fixture() -> impl Strategy<Value = Fixture> {
    (0..fixtures::all().len()).prop_map(|at| fixtures::all().swap_remove(at))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Files in any order, each read twice from its beginning.
    #[test]
    fn order_and_repetition_change_nothing(
        fixture in any_fixture(),
        order in proptest::collection::vec(any::<prop::sample::Index>(), 8),
    ) {
        let mut tree = Tree::of(&fixture);
        let order: Vec<usize> = order.iter().map(|at| at.index(fixture.files.len())).collect();
        tree.scan(&order);
        tree.forget(order[0]);
        tree.scan(&order);
        prop_assert_eq!(tree.totals(), fixture.expected, "{}", fixture.name);
    }

    /// Files that grow: each is read at every cut, on from where it was read to; some checkpoints
    /// are lost on the way, as when the program was killed before it could keep them.
    #[test]
    fn increments_change_nothing(
        fixture in any_fixture(),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 1..6),
    ) {
        let mut tree = Tree::empty(&fixture);
        // One file after the other: a fork is made when its parent's rows are there.
        for at in 0..fixture.files.len() {
            let length = fixture.files[at].1.len();
            let whole = fixture.files[at].0.ends_with(".zst");
            let mut ends: Vec<(usize, bool)> = cuts
                .iter()
                .map(|(cut, lost)| (if whole { length } else { cut.index(length + 1) }, *lost))
                .collect();
            ends.sort_unstable();
            ends.push((length, false));
            for (end, lost) in ends {
                let before = tree.clone_checkpoint(at);
                tree.grow(at, end);
                tree.scan(&[]);
                if lost {
                    tree.restore_checkpoint(at, before);
                }
            }
        }
        tree.scan(&[]);
        prop_assert_eq!(tree.totals(), fixture.expected, "{}", fixture.name);
    }
}
