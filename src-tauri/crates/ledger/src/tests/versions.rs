//! Older files become this version's, with a backup; newer ones are left alone; all are private.

use super::rig::{Flat, NOW, call, claude, increment, open};
use crate::open::{Opening, open as open_with};
use crate::schema::MIGRATIONS;
use crate::{Error, Filter, History, Ledger};
use aco_home::versioned::Finding;
use jiff::tz::TimeZone;
use std::fs;
use std::path::Path;

const NEXT: &[&str] = &[
    MIGRATIONS[0],
    MIGRATIONS[1],
    "ALTER TABLE calls ADD COLUMN mood TEXT",
    "CREATE TABLE moods (mood TEXT) STRICT",
];

fn with<'a>(migrations: &'a [&'a str]) -> Opening<'a> {
    Opening {
        now: NOW,
        usage_seq_floor: 0,
        suspect: false,
        migrations,
    }
}

fn take_one(ledger: &mut Ledger, id: u128) {
    let prices = Flat::at(1);
    let mut intake = ledger.intake(&prices, TimeZone::UTC).unwrap();
    intake
        .take(
            &claude(),
            "s",
            &increment("/a", 1, vec![call(id, NOW, "m", 5)]),
        )
        .unwrap();
    intake.commit().unwrap();
}

fn calls(path: &Path) -> i64 {
    let history = History::open(path).unwrap().unwrap();
    let sums = history.sums_by_tool(&Filter::default()).unwrap();
    sums.iter().map(|(_, sums)| sums.calls).sum()
}

#[test]
fn an_older_ledger_is_migrated_after_a_backup_of_each_version() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut old = open(&path);
    take_one(&mut old, 1);
    // Killed: what is to be backed up is in the journal.
    let killed = folder.path().join("killed.db");
    super::rig::copy_as_killed(&path, &killed);

    let mut opened = open_with(&killed, with(NEXT)).unwrap();
    assert_eq!(opened.findings, []);
    take_one(&mut opened.ledger, 2);
    opened.ledger.close().unwrap();
    let backup = |version| folder.path().join(format!("killed.db.backup-v{version}"));
    assert_eq!(
        calls(&backup(2)),
        1,
        "the backup is a ledger of its version"
    );
    assert!(backup(3).exists());
    assert_eq!(crate::open::newer(&killed, MIGRATIONS).unwrap(), Some(4));
    let left: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().ends_with(".tmp")),
        "{left:?}"
    );
}

#[test]
fn calls_of_a_first_version_are_of_one_request_each() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut ledger = open(&path);
    take_one(&mut ledger, 1);
    let first = "ALTER TABLE calls DROP COLUMN summed; PRAGMA user_version = 1";
    ledger.history.connection.execute_batch(first).unwrap();
    ledger.close().unwrap();
    assert_eq!(calls(&path), 1, "read as it is");

    let mut ledger = open(&path);
    take_one(&mut ledger, 2);
    let summed = "SELECT count(*) FROM calls WHERE NOT summed";
    let read = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
    let connection = &ledger.history().connection;
    assert_eq!(connection.query_row(summed, [], read), Ok(2));
    assert!(folder.path().join("ledger.db.backup-v1").exists());
}

#[test]
fn a_migration_that_fails_leaves_the_version_before() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    take_one(&mut open(&path), 1);
    let broken = [
        MIGRATIONS[0],
        MIGRATIONS[1],
        "CREATE TABLE moods (mood TEXT); CREATE TABLE calls (x)",
    ];
    open_with(&path, with(&broken)).unwrap_err();
    take_one(&mut open(&path), 2);
    assert_eq!(calls(&path), 2);
    open_with(&path, with(&broken)).unwrap_err();
    let second = folder.path().join("ledger.db.backup-v2-2");
    assert_eq!(calls(&second), 2, "no backup is written over");
}

#[test]
fn a_newer_ledger_is_left_alone_and_another_begun_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    open_with(&path, with(NEXT))
        .unwrap()
        .ledger
        .close()
        .unwrap();
    let before = (
        fs::read(&path).unwrap(),
        fs::metadata(&path).unwrap().modified().unwrap(),
    );
    assert!(matches!(
        History::open(&path),
        Err(Error::Newer { version: 4, .. })
    ));

    for id in [1, 2] {
        let mut opened = Ledger::open(&path, NOW, 0).unwrap();
        let instead = folder.path().join("ledger.db.v2");
        let finding = Finding::Newer {
            path: path.clone(),
            version: 4,
            instead,
        };
        assert_eq!(opened.findings, [finding], "said at every start");
        take_one(&mut opened.ledger, id);
        opened.ledger.close().unwrap();
        assert_eq!(calls(&path), i64::try_from(id).unwrap());
    }
    let after = (
        fs::read(&path).unwrap(),
        fs::metadata(&path).unwrap().modified().unwrap(),
    );
    assert!(before == after, "byte for byte");
    assert!(!folder.path().join("ledger.db-wal").exists());
}

#[test]
fn a_newer_version_that_only_its_journal_knows_is_left_alone_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let old = open(&path);
    old.history
        .connection
        .execute_batch("PRAGMA user_version = 9")
        .unwrap();
    let killed = folder.path().join("killed.db");
    super::rig::copy_as_killed(&path, &killed);
    let journal = folder.path().join("killed.db-wal");
    let before = (fs::read(&killed).unwrap(), fs::read(&journal).unwrap());
    assert_eq!(crate::open::newer(&killed, MIGRATIONS).unwrap(), None);
    let opened = Ledger::open(&killed, NOW, 0).unwrap();
    assert!(matches!(
        &opened.findings[..],
        [Finding::Newer { version: 9, .. }]
    ));
    assert!(before == (fs::read(&killed).unwrap(), fs::read(&journal).unwrap()));
}

#[test]
fn there_is_nothing_to_read_before_the_first_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    assert!(History::open(&path).unwrap().is_none());
    assert!(!path.exists());
    // A kill right after the file was created.
    fs::write(&path, "").unwrap();
    assert!(History::open(&path).unwrap().is_none());
    take_one(&mut open(&path), 1);
    assert_eq!(calls(&path), 1);
}

#[test]
fn a_journal_without_its_file_is_not_read_into_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut ledger = open(&path);
    take_one(&mut ledger, 1);
    let orphan = folder.path().join("orphan.db");
    super::rig::copy_as_killed(&path, &orphan);
    fs::remove_file(&orphan).unwrap();
    let opened = Ledger::open(&orphan, NOW, 0).unwrap();
    assert_eq!(opened.findings, []);
    assert_eq!(
        opened
            .ledger
            .history()
            .sums_by_tool(&Filter::default())
            .unwrap(),
        []
    );
}

#[test]
fn somebody_may_read_while_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut ledger = open(&path);
    take_one(&mut ledger, 1);
    let reader = History::open(&path).unwrap().unwrap();
    reader
        .at_one_moment(|reader| {
            assert_eq!(reader.sources()?[0].sums.calls, 1);
            take_one(&mut ledger, 2);
            assert_eq!(reader.sources()?[0].sums.calls, 1, "the same moment");
            Ok(())
        })
        .unwrap();
    assert_eq!(reader.sources().unwrap()[0].sums.calls, 2);
}

#[test]
fn nothing_new_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut ledger = open(&path);
    take_one(&mut ledger, 1);
    ledger.close().unwrap();
    let before = fs::read(&path).unwrap();
    let mut ledger = open(&path);
    take_one(&mut ledger, 1);
    ledger.sent(0).unwrap();
    let journal = folder.path().join("ledger.db-wal");
    assert_eq!(fs::metadata(&journal).unwrap().len(), 0);
    ledger.close().unwrap();
    assert!(before == fs::read(&path).unwrap());
}

#[cfg(unix)]
#[test]
fn every_file_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    take_one(&mut open(&path), 1);
    let opened = open_with(&path, with(NEXT)).unwrap();
    let mut files = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        files += 1;
    }
    assert!(files >= 4, "the ledger, its journals, two backups: {files}");
    drop(opened);
}
