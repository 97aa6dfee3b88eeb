//! Files that are not what they should be, and disks that refuse.

use super::rig::{Flat, NOW, call, claude, increment, open};
use crate::{Error, Filter, History, Ledger, Sums};
use aco_domain::UnixNanos;
use aco_home::versioned::Finding;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

fn fill(ledger: &mut Ledger, from: u64, to: u64) -> Result<(), Error> {
    let prices = Flat::at(2);
    let mut intake = ledger.intake(&prices, TimeZone::UTC)?;
    for id in from..to {
        let mut call = call(u128::from(id), UnixNanos(NOW.0 + 1_000 * id), "m", id);
        call.session = format!("session {}", id % 7).into();
        let file = format!("/t/{}.jsonl", id % 5);
        intake.take(&claude(), "transcripts", &increment(&file, id, vec![call]))?;
    }
    intake.commit().map(|_| ())
}

fn total(history: &History) -> Result<Sums, Error> {
    let mut total = Sums::default();
    history.rollup(&Filter::default(), |row| total += row.sums)?;
    Ok(total)
}

fn a_ledger(path: &Path) -> Sums {
    let mut ledger = open(path);
    fill(&mut ledger, 1, 300).unwrap();
    let sums = total(ledger.history()).unwrap();
    ledger.close().unwrap();
    sums
}

#[test]
fn a_damaged_ledger_is_kept_and_a_new_one_begun() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    a_ledger(&path);
    let mut bytes = fs::read(&path).unwrap();
    let half = bytes.len() / 2;
    for damage in [
        &b"not a database at all, but long enough to be one"[..],
        &bytes[..half],
    ] {
        let damage = damage.to_vec();
        fs::write(&path, &damage).unwrap();
        let later = UnixNanos(NOW.0 + 5_000_000);
        let mut opened = Ledger::open(&path, later, 1 << 60).unwrap();
        let [Finding::Damaged { path: of, kept, .. }] = &opened.findings[..] else {
            panic!("{:?}", opened.findings);
        };
        assert_eq!((of, &fs::read(kept).unwrap()), (&path, &damage));
        let ledger = &mut opened.ledger;
        assert_eq!(
            ledger.history().first_start(),
            later,
            "what was shipped is not shipped again"
        );
        fill(ledger, 4_990, 5_010).unwrap();
        assert_eq!(total(ledger.history()).unwrap().calls, 20);
        let rows = ledger.outbox(0, 100).unwrap();
        assert_eq!(rows.iter().map(|row| row.sums.calls).sum::<i64>(), 10);
        assert!(rows[0].seq > 1 << 60, "above what the spool has taken");
    }
    bytes.clear();
    fs::write(&path, &bytes).unwrap();
    open(&path).close().unwrap();
}

#[test]
fn a_file_of_another_program_is_not_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE theirs (x)").unwrap();
    drop(other);
    let before = fs::read(&path).unwrap();
    let opened = Ledger::open(&path, NOW, 0).unwrap();
    let [Finding::Damaged { kept, .. }] = &opened.findings[..] else {
        panic!("{:?}", opened.findings);
    };
    assert_eq!(fs::read(kept).unwrap(), before);
}

#[test]
fn numbers_that_contradict_each_other_are_damage() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let change = |sql: &str| {
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.execute_batch(sql).unwrap();
    };
    for sql in [
        "UPDATE rollup SET cost = cost + 1 WHERE rowid_of_none IS NULL",
        "UPDATE calls SET input_tokens = 2 WHERE id = 3",
        "UPDATE calls SET input_tokens = 9223372036854775807 WHERE id < 3",
        "UPDATE calls SET speed = 1000 WHERE id = 3",
        "DELETE FROM names WHERE text = 'session 3'",
    ] {
        let _ = fs::remove_file(&path);
        a_ledger(&path);
        change(&sql.replace(" WHERE rowid_of_none IS NULL", ""));
        let trusting = Ledger::open(&path, NOW, 0).unwrap();
        assert_eq!(trusting.findings, [], "{sql}: nobody looked");
        drop(trusting);
        let a_day_later = UnixNanos(NOW.0 + 86_400_000_000_000);
        let opened = Ledger::open(&path, a_day_later, 0).unwrap();
        assert!(
            matches!(&opened.findings[..], [Finding::Damaged { .. }]),
            "{sql}"
        );
    }
    a_ledger(&path);
    change("UPDATE rollup SET calls = calls + 1");
    let opened = Ledger::open_suspect(&path, NOW, 0).unwrap();
    assert!(matches!(&opened.findings[..], [Finding::Damaged { .. }]));
}

#[test]
fn a_full_disk_is_an_error_that_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut ledger = open(&path);
    fill(&mut ledger, 1, 50).unwrap();
    let before = (
        total(ledger.history()).unwrap(),
        ledger.outbox(0, 999).unwrap(),
    );
    let checkpoints = ledger.history().checkpoints(&claude()).unwrap();
    let limit = |ledger: &Ledger, pages: i64| {
        let sql = format!("PRAGMA max_page_count = {pages}");
        ledger
            .history
            .connection
            .query_row(&sql, [], |_| Ok(()))
            .unwrap();
    };
    limit(&ledger, 1);
    let error = fill(&mut ledger, 50, 2_000).unwrap_err();
    assert!(error.is_disk_full(), "{error}");
    assert!(error.to_string().contains("free some space"), "{error}");
    let after = (
        total(ledger.history()).unwrap(),
        ledger.outbox(0, 999).unwrap(),
    );
    assert_eq!(after, before);
    assert_eq!(
        ledger.history().checkpoints(&claude()).unwrap(),
        checkpoints
    );

    limit(&ledger, 1 << 30);
    fill(&mut ledger, 1, 2_000).unwrap();
    let mut alone = open(&folder.path().join("other.db"));
    fill(&mut alone, 1, 2_000).unwrap();
    assert_eq!(
        total(ledger.history()).unwrap(),
        total(alone.history()).unwrap()
    );
}

/// Reads and writes everything there is to read and write.
fn use_all(ledger: &mut Ledger) -> Result<(), Error> {
    let history = ledger.history();
    total(history)?;
    history.sources()?;
    history.counters()?;
    history.checkpoints(&claude())?;
    history.calls(&Filter::default(), |_| std::ops::ControlFlow::Continue(()))?;
    ledger.outbox(0, 9_999)?;
    fill(ledger, 250, 320)?;
    ledger.reprice(&Flat::at(5), &Filter::default())?;
    ledger.sent(u64::MAX)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bits_and_cuts_never_pass_for_the_truth(
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 0..4),
        cut in prop::option::weighted(0.3, any::<prop::sample::Index>()),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join("ledger.db");
        let truth = a_ledger(&path);
        let mut bytes = fs::read(&path).unwrap();
        for (place, flip) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= flip;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        fs::write(&path, &bytes).unwrap();

        // As an agent does: on damage met in use, it is opened again with suspicion.
        let mut opened = Ledger::open(&path, NOW, 0).unwrap();
        if let Err(error) = use_all(&mut opened.ledger) {
            prop_assert!(matches!(error, Error::Damaged { .. }), "{:?}", error);
            drop(opened);
            opened = Ledger::open_suspect(&path, NOW, 0).unwrap();
            prop_assert!(!opened.findings.is_empty(), "{}, and nothing is wrong", error);
            use_all(&mut opened.ledger).unwrap();
            return Ok(());
        }
        drop(opened);
        fs::write(&path, &bytes).unwrap();
        let opened = Ledger::open_suspect(&path, NOW, 0).unwrap();
        if opened.findings.is_empty() && !bytes.is_empty() {
            prop_assert_eq!(total(opened.ledger.history()).unwrap(), truth);
        }
    }
}
