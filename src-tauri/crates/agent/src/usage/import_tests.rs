use super::*;
use aco_domain::{Call, NanoUsd, UnixNanos};
use aco_ledger::Filter;
use std::fs;

/// A nano-dollar a token.
struct Flat;

impl Pricing for Flat {
    fn version(&self) -> &str {
        "flat"
    }

    fn price(&self, call: &Call) -> Option<NanoUsd> {
        i64::try_from(call.tokens.total()).ok().map(NanoUsd)
    }
}

const HEADER: &str = "Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),\
                      Cache Read,Output Tokens,Total Tokens,Cost";

fn row(day: u32) -> String {
    format!("2026-03-{day:02}T10:00:00.000Z,Included,gpt-5,No,0,8,0,2,10,Included\n")
}

/// Before the first row of the tests and after it.
const FIRST_START: UnixNanos = UnixNanos(1_772_500_000_000_000_000);

fn import(ledger: &mut Ledger, file: &Path, rows: &str) -> Imported {
    fs::write(file, format!("{HEADER}\n{rows}")).unwrap();
    let mut last = 0;
    let imported = import_cursor(ledger, file, &Flat, &TimeZone::UTC, &mut |at| last = at).unwrap();
    assert_eq!(last, 1_000);
    imported
}

#[test]
fn what_is_imported_twice_or_overlaps_counts_once_and_moves_no_counter() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut ledger = Ledger::open(&path, FIRST_START, 0).unwrap().ledger;
    let (first, second) = (folder.path().join("a.csv"), folder.path().join("b.csv"));
    let broken = "2026-03-09T10:00:00.000Z,Included,gpt-5,No,0,8,0,2,11,Included\n";
    let march = [row(1), row(2), row(3), broken.to_owned()].concat();
    let imported = import(&mut ledger, &first, &march);
    assert_eq!(
        imported,
        Imported {
            rows: 4,
            new_calls: 3,
            skipped: 1,
            ..Imported::default()
        }
    );
    let again = import(&mut ledger, &first, &march);
    assert_eq!((again.new_calls, again.known_calls), (0, 3));
    let later = import(&mut ledger, &second, &[row(3), row(4)].concat());
    assert_eq!((later.new_calls, later.known_calls), (1, 1));

    let history = ledger.history();
    let sums = history.sums_by_tool(&Filter::default()).unwrap();
    let [(tool, sums)] = &sums[..] else {
        panic!("{sums:?}");
    };
    assert_eq!((&**tool, sums.calls, sums.cost.0), ("cursor", 4, 40));
    assert!(history.counters().unwrap().is_empty());
    assert!(
        history.tools().unwrap().is_empty(),
        "no metric begins with an import"
    );
    // Older than the installation: in the ledger only.
    let shipped = ledger.outbox(0, 100).unwrap();
    assert!(
        shipped.iter().all(|row| row.first_at >= FIRST_START),
        "{shipped:?}"
    );
}

#[test]
fn another_file_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut ledger = Ledger::open(&path, FIRST_START, 0).unwrap().ledger;
    let file = folder.path().join("a.csv");
    fs::write(&file, "Name,Amount\nx,1\n").unwrap();
    let refused = import_cursor(&mut ledger, &file, &Flat, &TimeZone::UTC, &mut |_| {});
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("no usage export of Cursor"), "{refused}");
    assert!(ledger.history().sources().unwrap().is_empty());
}
