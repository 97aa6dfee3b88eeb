//! What the spool does while nothing is damaged: order, time, usage numbers, limits, wake-ups.

use super::disk::Disk;
use super::rig::{Rig, SECOND, SMALL, dir, encode, header, segment};
use crate::{
    AckOutcome, AppendError, Appended, Flusher, OpenError, Options, OsFileSystem, Spool, Stamp,
    inspect, read_quarantine,
};
use aco_domain::{Clock, UnixNanos};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[test]
fn records_come_back_in_order_and_once_over_restarts() {
    let mut rig = Rig::new(SMALL);
    rig.append(25);
    rig.reopen();
    rig.append(5);
    assert_eq!(rig.stats().backlog.records, 30);
    assert_eq!(rig.drain(), (1..=30).collect::<Vec<_>>());
    rig.reopen();
    assert!(rig.peek().is_none());
    let stats = rig.stats();
    assert_eq!((stats.counters.spooled, stats.counters.shipped), (30, 30));
    assert_eq!((stats.backlog.bytes, stats.last_seq), (0, 30));
    assert_eq!(rig.append(1).seq, 31);
}

#[test]
fn a_batch_keeps_its_limits_but_has_one_record() {
    let rig = Rig::new(Options::default());
    rig.append(10);
    assert_eq!(rig.spool.peek(3, 10_000).unwrap().unwrap().len(), 3);
    assert_eq!(rig.spool.peek(10, 130).unwrap().unwrap().len(), 2);
    assert_eq!(rig.spool.peek(10, 1).unwrap().unwrap().len(), 1);
    assert_eq!(rig.spool.peek(0, 0).unwrap().unwrap().len(), 1);
}

#[test]
fn a_batch_may_be_answered_in_parts() {
    let rig = Rig::new(Options::default());
    rig.append(10);
    let first = rig.peek().unwrap();
    assert_eq!(&first.header[..], b"resource");
    rig.spool.ack(4, AckOutcome { refused: 1 }).unwrap();
    rig.spool.quarantine(5, "line too long").unwrap();
    rig.spool.quarantine(5, "line too long").unwrap();
    rig.spool.ack(5, AckOutcome::default()).unwrap();
    assert!(rig.spool.quarantine(11, "not there").is_err());
    let stats = rig.stats();
    assert_eq!((stats.counters.shipped, stats.counters.quarantined), (3, 1));
    assert_eq!(stats.counters.dropped.refused, 1);
    assert_eq!((stats.backlog.records, stats.passed_seq), (5, 5));
    rig.spool.ack(3, AckOutcome { refused: 3 }).unwrap();
    assert_eq!(rig.stats(), stats, "an old answer changes nothing");
    assert_eq!(rig.peek().unwrap().first_seq(), 6);
    let kept = read_quarantine(&rig.disk, dir()).unwrap();
    assert_eq!(kept.len(), 1);
    let fifth = first.records().nth(4).unwrap();
    assert_eq!((kept[0].seq, kept[0].time), (5, fifth.time));
    assert_eq!(kept[0].payload, fifth.payload);
    assert_eq!(kept[0].reason, "line too long");
    assert_eq!(&kept[0].header[..], b"resource");
}

#[test]
fn a_usage_number_is_taken_once_even_after_everything_left() {
    let mut rig = Rig::new(SMALL);
    let usage = |rig: &Rig, seq| rig.spool.append(Some(seq), encode).unwrap();
    assert!(matches!(usage(&rig, 5), Appended::Written(_)));
    assert_eq!(usage(&rig, 5), Appended::AlreadyTaken);
    assert_eq!(usage(&rig, 4), Appended::AlreadyTaken);
    rig.reopen();
    assert_eq!(usage(&rig, 5), Appended::AlreadyTaken);
    rig.drain();
    rig.reopen();
    assert_eq!(rig.disk.paths().len(), 1, "only the cursor is left");
    assert_eq!(usage(&rig, 5), Appended::AlreadyTaken);
    assert!(matches!(usage(&rig, 6), Appended::Written(_)));
    assert_eq!(rig.stats().usage_seq, 6);
}

#[test]
fn time_rises_over_a_restart_too() {
    let mut rig = Rig::new(SMALL);
    let first = rig.append(1).time;
    rig.reopen();
    assert_eq!(rig.append(1).time, UnixNanos(first.0 + 1));
    rig.clock.set(first.0 - 2 * SECOND);
    assert_eq!(rig.append(1).time, UnixNanos(first.0 - 2 * SECOND));
}

#[test]
fn the_quota_drops_whole_oldest_segments_and_counts_their_records() {
    let options = Options {
        max_bytes: 5_000,
        ..SMALL
    };
    let mut rig = Rig::new(options);
    rig.append(200);
    rig.reopen();
    assert!(
        rig.disk.used() < 5_000 + 2_000 + 1_536,
        "{}",
        rig.disk.used()
    );
    let dropped = rig.stats().counters.dropped.quota;
    let left = rig.stats().backlog.records;
    assert_eq!(dropped + left, 200);
    assert_eq!(rig.drain(), (dropped + 1..=200).collect::<Vec<_>>());
}

#[test]
fn an_answer_for_records_the_quota_took_meanwhile_counts_nothing() {
    let options = Options {
        max_bytes: 5_000,
        ..SMALL
    };
    let rig = Rig::new(options);
    rig.append(8);
    let batch = rig.peek().unwrap();
    rig.append(100);
    rig.spool
        .ack(batch.last_seq(), AckOutcome::default())
        .unwrap();
    assert_eq!(rig.stats().counters.shipped, 0);
}

#[test]
fn what_is_not_wanted_goes_up_to_a_number_and_does_not_come_back() {
    for through in [0, 1, 7, 150, 199, 200, 999] {
        let mut rig = Rig::new(SMALL);
        rig.append(200);
        rig.spool.expire_through(through).unwrap();
        rig.append(1);
        let gone = through.min(200);
        assert_eq!(rig.stats().counters.dropped.age, gone, "{through}");
        rig.reopen();
        assert_eq!(rig.stats().counters.dropped.age, gone, "{through}");
        assert_eq!(rig.drain(), (gone + 1..=201).collect::<Vec<_>>());
    }
}

#[test]
fn records_expire_one_by_one() {
    let rig = Rig::new(SMALL);
    rig.append(20);
    rig.clock.advance(15 * 86_400 * SECOND);
    rig.append(7);
    rig.spool.maintain();
    assert_eq!(rig.stats().counters.dropped.age, 0);
    assert_eq!(rig.stats().backlog.oldest_age_s, Some(15 * 86_400));
    rig.clock.advance(15 * 86_400 * SECOND + SECOND);
    let batch = rig.peek().unwrap();
    rig.spool.maintain();
    assert_eq!(rig.stats().counters.dropped.age, 20);
    rig.spool
        .ack(batch.last_seq(), AckOutcome::default())
        .unwrap();
    assert_eq!(rig.stats().counters.shipped, 0);
    assert_eq!(rig.drain(), (21..=27).collect::<Vec<_>>());
}

#[test]
fn disk_full_then_freed_loses_only_what_was_counted() {
    let rig = Rig::new(SMALL);
    rig.append(3);
    rig.disk.set_capacity(Some(rig.disk.used() + 40));
    let mut held = 0;
    let refused = loop {
        match rig.spool.append(None, encode) {
            Ok(Appended::Held(_)) => held += 1,
            other => break other,
        }
    };
    assert!(matches!(refused, Err(AppendError::DiskRefused { .. })));
    assert!(refused.unwrap_err().to_string().contains("free some space"));
    let stats = rig.stats();
    assert_eq!((stats.held, stats.counters.dropped.disk), (held, 1));
    assert!(held >= 3 && stats.disk_refusing.is_some());
    // What is in the files can still be delivered.
    assert_eq!(rig.drain(), [1, 2, 3]);
    rig.disk.set_capacity(None);
    rig.spool.maintain();
    assert_eq!(rig.stats().held, 0);
    assert_eq!(rig.stats().disk_refusing, None);
    let last = rig.append(1).seq;
    assert_eq!(last, 4 + held as u64);
    assert_eq!(rig.drain(), (4..=last).collect::<Vec<_>>());
}

#[test]
fn what_is_still_held_at_the_end_is_counted_and_its_numbers_are_given_again() {
    let mut rig = Rig::new(SMALL);
    rig.append(2);
    rig.disk.set_capacity(Some(rig.disk.used()));
    assert!(matches!(
        rig.spool.append(Some(9), encode),
        Ok(Appended::Held(Stamp { seq: 3, .. }))
    ));
    rig.spool.close().unwrap();
    assert_eq!(rig.stats().counters.dropped.disk, 1);
    rig.disk.set_capacity(None);
    rig.reopen();
    assert_eq!(rig.stats().counters.dropped.disk, 1);
    let again = rig.spool.append(Some(9), encode).unwrap();
    assert!(matches!(again, Appended::Written(Stamp { seq: 3, .. })));
}

#[test]
fn a_write_taken_in_pieces_is_whole() {
    let rig = Rig::new(SMALL);
    rig.disk.set_most_at_once(Some(7));
    rig.append(5);
    rig.disk.set_most_at_once(None);
    assert_eq!(rig.drain(), [1, 2, 3, 4, 5]);
}

#[test]
fn a_record_no_frame_can_hold_is_refused_and_counted() {
    let rig = Rig::new(SMALL);
    let result = rig
        .spool
        .append(None, |_, into| into.resize(16 * 1024 * 1024, 0));
    assert!(matches!(result, Err(AppendError::TooLarge { .. })));
    assert_eq!(rig.append(1).seq, 1);
    assert_eq!(rig.stats().counters.dropped.disk, 1);
}

#[test]
fn nothing_is_synced_twice_and_a_failed_sync_is_repeated() {
    let rig = Rig::new(SMALL);
    rig.append(30);
    rig.disk.set_syncs_fail(true);
    assert!(rig.spool.sync_through(30).is_err());
    assert!(rig.stats().disk_refusing.is_some());
    rig.disk.set_syncs_fail(false);
    rig.spool.sync_through(30).unwrap();
    rig.spool.sync().unwrap();
    let before = rig.disk.calls().syncs;
    rig.spool.sync_through(30).unwrap();
    rig.spool.sync().unwrap();
    assert_eq!(rig.disk.calls().syncs, before);
    rig.disk.power_cut(&mut |_| 0);
    let mut rig = rig;
    rig.reopen();
    assert_eq!(rig.drain(), (1..=30).collect::<Vec<_>>());
}

#[test]
fn a_read_only_folder_is_said_so_and_can_be_looked_at() {
    let rig = Rig::new(SMALL);
    rig.append(4);
    rig.disk.set_read_only(true);
    let opened = Spool::open(
        Arc::new(rig.disk.clone()),
        rig.clock.clone(),
        dir(),
        header(),
        SMALL,
    );
    let error = opened.unwrap_err();
    assert!(matches!(error, OpenError::NotWritable { .. }), "{error}");
    assert!(error.to_string().contains("spool"), "{error}");
    let stats = inspect(&rig.disk, dir(), rig.clock.now()).unwrap();
    assert_eq!(stats.backlog.records, 4);
}

#[test]
fn a_full_disk_does_not_keep_it_from_opening() {
    let disk = Disk::default();
    disk.set_capacity(Some(0));
    let rig = Rig::over(disk, SMALL);
    assert!(matches!(
        rig.spool.append(None, encode),
        Ok(Appended::Held(_))
    ));
    rig.disk.set_capacity(None);
    rig.append(1);
    assert_eq!(rig.drain(), [1, 2]);
}

#[test]
fn an_armed_reader_is_woken_once() {
    let rig = Rig::new(SMALL);
    let woken = Arc::new(AtomicU64::new(0));
    let count = woken.clone();
    rig.spool.set_waker(move || {
        count.fetch_add(1, Ordering::SeqCst);
    });
    rig.append(1);
    assert_eq!(woken.load(Ordering::SeqCst), 0);
    rig.spool.arm();
    rig.append(3);
    assert_eq!(woken.load(Ordering::SeqCst), 1);
}

#[test]
fn a_record_the_disk_took_later_wakes_the_reader_too() {
    let rig = Rig::new(SMALL);
    let woken = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&woken);
    rig.spool.set_waker(move || {
        count.fetch_add(1, Ordering::SeqCst);
    });
    rig.disk.set_capacity(Some(rig.disk.used()));
    let held = rig.spool.append(None, encode);
    assert!(matches!(held, Ok(Appended::Held(_))), "{held:?}");
    rig.spool.arm();
    assert!(rig.peek().is_none());
    rig.disk.set_capacity(None);
    rig.spool.maintain();
    assert_eq!(woken.load(Ordering::SeqCst), 1);
    assert_eq!(rig.peek().unwrap().len(), 1);
}

#[test]
fn inspecting_sees_what_the_agent_sees_and_changes_nothing() {
    let rig = Rig::new(SMALL);
    rig.append(40);
    let batch = rig.peek().unwrap();
    rig.spool
        .ack(batch.last_seq(), AckOutcome::default())
        .unwrap();
    let before = rig.disk.calls();
    let seen = inspect(&rig.disk, dir(), rig.clock.now()).unwrap();
    assert_eq!(rig.disk.calls(), before);
    assert_eq!(seen, rig.stats());
}

#[test]
fn the_flusher_syncs_without_being_asked() {
    let mut rig = Rig::new(SMALL);
    let flusher = Flusher::spawn(&rig.spool).unwrap();
    for seq in 1..=3 {
        rig.append(1);
        // The first at once, the others a second after the one before.
        rig.disk.wait_until_durable(&segment(1));
        assert_eq!(rig.spool.stats().last_seq, seq);
    }
    rig.disk.power_cut(&mut |_| 0);
    rig.reopen();
    assert_eq!(rig.drain(), [1, 2, 3]);
    drop(flusher);
}

#[test]
fn the_flusher_syncs_at_its_end() {
    let mut rig = Rig::new(SMALL);
    let flusher = Flusher::spawn(&rig.spool).unwrap();
    rig.append(50);
    drop(flusher);
    rig.disk.power_cut(&mut |_| 0);
    rig.reopen();
    assert_eq!(rig.drain(), (1..=50).collect::<Vec<_>>());
}

struct Standing;

impl Clock for Standing {
    fn now(&self) -> UnixNanos {
        UnixNanos(SECOND)
    }
}

#[test]
fn the_real_file_system_keeps_records_without_a_farewell() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("below").join("spool");
    let open = || {
        Spool::open(
            Arc::new(OsFileSystem),
            Arc::new(Standing),
            &dir,
            header(),
            SMALL,
        )
        .unwrap()
    };
    let (spool, _) = open();
    for _ in 0..50 {
        spool.append(None, encode).unwrap();
    }
    // As after a kill: the first spool is still open, and never says goodbye.
    let (again, recovery) = open();
    assert_eq!(recovery, crate::Recovery::default());
    let mut seqs = Vec::new();
    while let Some(batch) = again.peek(7, 10_000).unwrap() {
        again.sync_through(batch.last_seq()).unwrap();
        seqs.extend(batch.records().map(|record| record.seq));
        again.ack(batch.last_seq(), AckOutcome::default()).unwrap();
    }
    assert_eq!(seqs, (1..=50).collect::<Vec<_>>());
    again.append(None, encode).unwrap();
    assert_eq!(again.stats().last_seq, 51);
    assert!(dir.join(segment(51).file_name().unwrap()).exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&dir.join("cursor")), 0o600);
        assert_eq!(mode(&dir), 0o700);
    }
}
