//! A process that takes increments, and is killed with -9 while it does.

use super::rig::{Flat, NOW, call, claude, increment, open};
use crate::{Filter, Ledger};
use aco_domain::UnixNanos;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Names the ledger to the child, and makes it one.
const CHILD: &str = "ACO_TEST_LEDGER_TO_FILL";
const FILES: u64 = 3;
const CALLS_A_FILE: u64 = 400;

/// The call on a line of a file; every third is a copy of the line before, with more output.
fn line(file: u64, line: u64) -> aco_domain::Call {
    let id = u128::from(file * 1_000_000 + line - u64::from(line % 3 == 2));
    call(id, UnixNanos(NOW.0 + line), "m", line)
}

/// Goes on from the checkpoints, some lines and some files a transaction.
fn fill(ledger: &mut Ledger, mut committed: impl FnMut()) {
    let prices = Flat::at(1);
    let begun = ledger.history().checkpoints(&claude()).unwrap();
    let mut offsets: BTreeMap<PathBuf, u64> =
        begun.into_iter().map(|at| (at.path, at.offset)).collect();
    loop {
        let mut intake = ledger.intake(&prices, TimeZone::UTC).unwrap();
        let mut moved = false;
        for file in 0..FILES {
            let path = format!("/{file}.jsonl");
            let offset = offsets.entry(PathBuf::from(&path)).or_default();
            let end = CALLS_A_FILE.min(*offset + 1 + (*offset + file) % 4);
            if end > *offset {
                let lines = (*offset..end).map(|number| line(file, number)).collect();
                intake
                    .take(&claude(), "s", &increment(&path, end, lines))
                    .unwrap();
                (*offset, moved) = (end, true);
            }
        }
        intake.commit().unwrap();
        committed();
        if !moved {
            return;
        }
    }
}

#[test]
#[ignore = "the child of the test below"]
fn child() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    let mut ledger = open(Path::new(&path));
    fill(&mut ledger, || println!("committed"));
}

#[test]
fn a_kill_at_any_time_loses_nothing_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut shipped = (0, 0);
    for kill_after in [1, 7, 2, 40, 3, 90, usize::MAX] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "tests::kill::child", "--ignored", "--nocapture"])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let said = lines
            .map(Result::unwrap)
            .filter(|line| line.contains("committed"));
        let commits = said.take(kill_after).count();
        let _ = child.kill();
        let _ = child.wait().unwrap();
        assert!(commits > 0, "it never came to anything");

        let mut ledger = Ledger::open(&path, NOW, 0).unwrap();
        assert_eq!(ledger.findings, []);
        let ledger = &mut ledger.ledger;
        assert_eq!(
            crate::audit::everything(&ledger.history.connection, crate::schema::MIGRATIONS)
                .unwrap(),
            None
        );
        for row in ledger.outbox(0, usize::MAX).unwrap() {
            shipped = (
                shipped.0 + row.sums.calls,
                shipped.1 + row.sums.output_tokens,
            );
            ledger.sent(row.seq).unwrap();
        }
        let mut expected = (0, 0);
        for checkpoint in ledger.history().checkpoints(&claude()).unwrap() {
            for line in 0..checkpoint.offset {
                let is_copy = line % 3 == 2;
                expected.0 += i64::from(!is_copy);
                let growth = if is_copy { 1 } else { line };
                expected.1 += i64::try_from(growth).unwrap();
            }
        }
        let sums = ledger.history().sums_by_tool(&Filter::default()).unwrap()[0].1;
        assert_eq!(
            (sums.calls, sums.output_tokens),
            expected,
            "as far as the files were read"
        );
        assert_eq!(shipped, expected, "as many as were ever in the outbox");
    }
    let mut straight = open(&folder.path().join("straight.db"));
    fill(&mut straight, || {});
    let sums = straight.history().sums_by_tool(&Filter::default()).unwrap()[0].1;
    assert_eq!(shipped, (sums.calls, sums.output_tokens));
}
