//! One test a kind of damage: what is delivered, what is counted, what is left alone.

use super::rig::{Rig, SECOND, SMALL, dir, encode, frames_at, payload, segment};
use crate::format::{
    CURSOR_MAGIC, HEAD, PREAMBLE, QUARANTINE_MAGIC, SEGMENT_MAGIC, VERSION, preamble,
};
use crate::{AckOutcome, Appended, Options, read_quarantine};
use aco_domain::UnixNanos;
use std::path::Path;

/// A segment of ten records, closed by a restart. Says where each frame begins, and the end.
fn ten_records() -> (Rig, Vec<usize>) {
    let rig = Rig::new(Options::default());
    let mut starts = vec![frames_at()];
    for _ in 0..10 {
        let stamp = rig.append(1);
        let frame = HEAD + payload(stamp.seq, stamp.time).len();
        starts.push(starts.last().unwrap() + frame);
    }
    assert_eq!(rig.disk.content(&segment(1)).len(), starts[10]);
    (rig, starts)
}

/// Everything but `lost` arrives, what is missing is counted as damaged, and numbers go on.
fn expect_lost(rig: &Rig, lost: &[u64]) {
    let expected: Vec<u64> = (1..=10).filter(|seq| !lost.contains(seq)).collect();
    assert_eq!(rig.drain(), expected);
    assert_eq!(rig.stats().counters.dropped.damaged, lost.len() as u64);
    assert_eq!(rig.append(1).seq, 11);
    assert_eq!(rig.drain(), [11]);
}

#[test]
fn torn_tail_is_not_a_loss() {
    let (_, starts) = ten_records();
    for torn in [1, 3, HEAD - 1, HEAD, HEAD + 5] {
        let (mut rig, _) = ten_records();
        // The beginning of an eleventh frame, as a write cut short leaves it.
        let eleventh = {
            rig.append(1);
            rig.disk.content(&segment(1))[starts[10]..][..torn].to_vec()
        };
        rig.disk.edit(&segment(1), |file| {
            file.truncate(starts[10]);
            file.extend_from_slice(&eleventh);
        });
        rig.reopen();
        assert_eq!(rig.recovery.torn_bytes, torn as u64);
        expect_lost(&rig, &[]);
    }
}

#[test]
fn zeros_at_the_end_are_not_a_loss() {
    let (mut rig, _) = ten_records();
    rig.disk
        .edit(&segment(1), |file| file.resize(file.len() + 5000, 0));
    rig.reopen();
    assert_eq!(rig.recovery.torn_bytes, 5000);
    expect_lost(&rig, &[]);
}

#[test]
fn damaged_last_record_is_one_loss_and_its_number_is_not_given_again() {
    for within in 0..HEAD + 10 {
        let (mut rig, starts) = ten_records();
        rig.disk.flip(&segment(1), starts[9] + within);
        rig.reopen();
        expect_lost(&rig, &[10]);
    }
}

#[test]
fn flipped_byte_in_the_middle_loses_exactly_one_record() {
    let (_, starts) = ten_records();
    for at in starts[4]..starts[5] {
        let (mut rig, starts) = ten_records();
        rig.disk.flip(&segment(1), at);
        rig.reopen();
        expect_lost(&rig, &[5]);
        let kept = read_quarantine(&rig.disk, dir()).unwrap();
        assert_eq!((kept.len(), kept[0].seq), (1, 5));
        assert!(kept[0].damaged);
        assert_eq!(kept[0].payload.len(), starts[5] - starts[4]);
    }
}

#[test]
fn flipped_byte_under_a_living_spool_loses_exactly_one_record() {
    let (rig, starts) = ten_records();
    rig.disk.flip(&segment(1), starts[9] + HEAD);
    expect_lost(&rig, &[10]);
}

#[test]
fn flipped_length_field_neither_ends_the_segment_nor_allocates() {
    for len in [0, 1, 1000, u32::MAX] {
        let (mut rig, starts) = ten_records();
        rig.disk.edit(&segment(1), |file| {
            file[starts[2] + 4..][..4].copy_from_slice(&len.to_le_bytes());
        });
        rig.reopen();
        expect_lost(&rig, &[3]);
    }
}

#[test]
fn zeroed_page_loses_exactly_the_records_in_it() {
    let (mut rig, starts) = ten_records();
    rig.disk.edit(&segment(1), |file| {
        file[starts[3] + 10..starts[6] + 10].fill(0);
    });
    rig.reopen();
    expect_lost(&rig, &[4, 5, 6, 7]);
}

#[test]
fn corrupt_segment_header_still_delivers() {
    for at in 0..frames_at() {
        let (mut rig, _) = ten_records();
        rig.disk.flip(&segment(1), at);
        rig.reopen();
        // The preamble only tells versions apart; without it the rest still tells what it is.
        let expected = (at >= PREAMBLE).then(|| segment(1));
        assert_eq!(rig.recovery.damaged_headers, Vec::from_iter(expected));
        assert_eq!(&rig.peek().unwrap().header[..], b"resource");
        expect_lost(&rig, &[]);
    }
}

#[test]
fn missing_segments_are_counted() {
    let mut rig = Rig::new(SMALL);
    rig.append(40);
    let paths = rig.disk.paths();
    let (second, third) = (&paths[1], &paths[2]);
    assert!(second.to_str().unwrap().ends_with(".seg"), "{second:?}");
    let lost = {
        let number = |path: &Path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            crate::format::parse_numbered_name(name, "seg").unwrap()
        };
        number(third) - number(second)
    };
    crate::FileSystem::remove(&rig.disk, second).unwrap();
    rig.reopen();
    assert_eq!(rig.drain().len() as u64, 40 - lost);
    assert_eq!(rig.stats().counters.dropped.damaged, lost);
}

#[test]
fn removing_the_file_under_a_living_spool_loses_what_was_in_it() {
    let rig = Rig::new(SMALL);
    rig.append(4);
    crate::FileSystem::remove(&rig.disk, &segment(1)).unwrap();
    assert!(rig.peek().is_none());
    assert_eq!(rig.stats().counters.dropped.damaged, 4);
    rig.append(2);
    assert_eq!(rig.drain(), [5, 6]);
}

#[test]
fn corrupt_cursor_resends() {
    let (mut rig, _) = ten_records();
    assert_eq!(rig.drain().len(), 10);
    rig.append(1);
    let last = rig.append(1);
    rig.disk
        .edit(&dir().join("cursor"), |file| file[512..].fill(0xAA));
    rig.reopen();
    assert!(rig.recovery.cursor_lost);
    assert_eq!(rig.drain(), (1..=12).collect::<Vec<_>>());
    assert_eq!(rig.append(1).seq, last.seq + 1);
}

#[test]
fn a_torn_cursor_slot_leaves_the_durable_one() {
    for slot in [512, 1024] {
        let (mut rig, _) = ten_records();
        rig.peek().unwrap();
        rig.spool.ack(3, AckOutcome::default()).unwrap();
        rig.spool.sync().unwrap();
        rig.spool.ack(7, AckOutcome::default()).unwrap();
        rig.disk.flip(&dir().join("cursor"), slot + 9);
        rig.reopen();
        assert!(!rig.recovery.cursor_lost);
        let first = rig.peek().unwrap().first_seq();
        assert!(first == 4 || first == 8, "{first}");
        rig.drain();
        assert_eq!(rig.stats().counters.shipped, 10);
    }
}

#[test]
fn with_neither_cursor_nor_segment_no_number_is_given_again() {
    let mut rig = Rig::new(SMALL);
    rig.append(10);
    rig.drain();
    rig.reopen();
    rig.disk.edit(&dir().join("cursor"), Vec::clear);
    rig.reopen();
    let next = 1_000_000 * SECOND / 1_000;
    assert_eq!(rig.recovery.sequence_restarted_at, Some(next));
    assert_eq!(rig.append(1).seq, next);
    assert_eq!(rig.drain(), [next]);
    assert_eq!(rig.stats().counters.dropped.damaged, 0);
}

#[test]
fn newer_segment_version_is_left_untouched() {
    let (mut rig, _) = ten_records();
    let newer = preamble(SEGMENT_MAGIC, VERSION + 1);
    rig.disk.edit(&segment(11), |file| {
        file.extend_from_slice(&newer);
        file.extend_from_slice(&[0xEE; 500]);
    });
    let before = rig.disk.content(&segment(11));
    rig.reopen();
    assert_eq!(rig.recovery.newer, [segment(11)]);
    assert_eq!(rig.stats().backlog.records, 10);
    let next = 11 + before.len() as u64;
    assert_eq!(rig.append(1).seq, next);
    let mut expected: Vec<u64> = (1..=10).collect();
    expected.push(next);
    assert_eq!(rig.drain(), expected);
    assert_eq!(rig.stats().counters.dropped.total(), 0);
    rig.reopen();
    assert_eq!(rig.append(1).seq, next + 1);
    assert_eq!(rig.drain(), [next + 1]);
    assert_eq!(rig.stats().counters.dropped.total(), 0);
    assert_eq!(rig.disk.content(&segment(11)), before);
}

#[test]
fn newer_cursor_is_left_untouched() {
    let (mut rig, _) = ten_records();
    let usual = dir().join("cursor");
    rig.disk.edit(&usual, |file| {
        file[..PREAMBLE].copy_from_slice(&preamble(CURSOR_MAGIC, VERSION + 1));
    });
    let before = rig.disk.content(&usual);
    rig.reopen();
    assert_eq!(rig.recovery.newer, std::slice::from_ref(&usual));
    assert_eq!(rig.drain().len(), 10);
    rig.reopen();
    assert!(rig.peek().is_none(), "its own cursor is remembered");
    assert_eq!(rig.append(1).seq, 11);
    assert_eq!(rig.disk.content(&usual), before);
}

#[test]
fn a_newer_cursor_alone_leaves_no_number_to_be_given_again() {
    let mut rig = Rig::new(SMALL);
    rig.append(10);
    rig.drain();
    rig.reopen();
    rig.disk.edit(&dir().join("cursor"), |file| {
        file[..PREAMBLE].copy_from_slice(&preamble(CURSOR_MAGIC, VERSION + 1));
    });
    rig.reopen();
    assert_eq!(
        rig.recovery.sequence_restarted_at,
        Some(1_000_000 * SECOND / 1_000)
    );
}

#[test]
fn newer_quarantine_file_is_left_untouched() {
    let (rig, _) = ten_records();
    let newer = dir()
        .join("quarantine")
        .join(crate::format::numbered_name(1, "q"));
    rig.disk.edit(&newer, |file| {
        file.extend_from_slice(&preamble(QUARANTINE_MAGIC, VERSION + 1));
        file.extend_from_slice(&[0xEE; 100]);
    });
    let before = rig.disk.content(&newer);
    rig.peek().unwrap();
    rig.spool.quarantine(1, "no").unwrap();
    assert_eq!(read_quarantine(&rig.disk, dir()).unwrap().len(), 1);
    assert_eq!(rig.disk.content(&newer), before);
}

#[test]
fn garbage_file_in_folder_is_ignored() {
    let (mut rig, _) = ten_records();
    let names = ["notes.txt", "1.seg", "99999999999999999999.seg", "x.seg"];
    for name in names {
        rig.disk.edit(&dir().join(name), |file| file.push(1));
    }
    rig.reopen();
    assert_eq!(rig.recovery, crate::Recovery::default());
    expect_lost(&rig, &[]);
    let paths = rig.disk.paths();
    assert!(names.iter().all(|name| paths.contains(&dir().join(name))));
}

#[test]
fn a_segment_in_which_nothing_validates_goes_to_the_quarantine() {
    let (mut rig, _) = ten_records();
    rig.disk.edit(&segment(11), |file| file.resize(3000, 0xEE));
    rig.disk.edit(&segment(12), |_| {});
    rig.reopen();
    assert_eq!(rig.recovery.unrecognised, [segment(11)]);
    assert_eq!(read_quarantine(&rig.disk, dir()).unwrap()[0].seq, 11);
    expect_lost(&rig, &[]);
}

#[test]
fn read_failure_waits_and_nothing_is_lost() {
    let (mut rig, _) = ten_records();
    rig.disk.set_unreadable(Some(segment(1)));
    for _ in 0..10 {
        assert!(rig.spool.peek(10, 1000).is_err());
    }
    rig.reopen();
    assert_eq!(rig.recovery.unread, [segment(1)]);
    let next = rig.append(1).seq;
    assert!(next > 10, "{next} may be one of the ten");
    assert!(rig.spool.peek(10, 1000).is_err());
    rig.disk.set_unreadable(None);
    assert_eq!(rig.drain(), (1..=10).chain([next]).collect::<Vec<_>>());
    let counters = rig.stats().counters;
    assert_eq!((counters.spooled, counters.shipped), (11, 11));
}

#[test]
fn what_may_only_not_be_read_now_waits_however_long() {
    let (rig, _) = ten_records();
    rig.disk.set_unreadable(Some(segment(1)));
    rig.disk.set_forbidden(true);
    for _ in 0..100 {
        assert!(rig.spool.peek(10, 1000).is_err());
    }
    rig.disk.set_unreadable(None);
    assert_eq!(rig.drain(), (1..=10).collect::<Vec<_>>());
    assert_eq!(rig.stats().counters.dropped.total(), 0);
}

#[test]
fn read_failure_that_stays_is_counted_and_ends_only_its_segment() {
    let (rig, _) = ten_records();
    rig.disk.set_unreadable(Some(segment(1)));
    let failed = (0..100)
        .take_while(|_| rig.spool.peek(10, 1000).is_err())
        .count();
    assert_eq!(failed, 15);
    assert_eq!(rig.stats().counters.dropped.damaged, 10);
    assert_eq!(rig.append(1).seq, 11);
    assert_eq!(rig.drain(), [11]);
}

#[test]
fn a_refused_write_that_cannot_be_repaired_goes_on_in_another_file() {
    let rig = Rig::new(SMALL);
    rig.append(3);
    rig.disk.set_capacity(Some(rig.disk.used() + 50));
    rig.disk.set_cuts_fail(true);
    assert!(matches!(
        rig.spool.append(None, encode),
        Ok(Appended::Held(_))
    ));
    rig.disk.set_capacity(None);
    rig.disk.set_cuts_fail(false);
    rig.append(1);
    let mut rig = rig;
    rig.reopen();
    assert_eq!(rig.drain(), [1, 2, 3, 4, 5]);
    assert_eq!(rig.stats().counters.dropped.total(), 0);
}

#[test]
fn a_copy_of_an_old_frame_is_no_record() {
    let (mut rig, starts) = ten_records();
    rig.disk.edit(&segment(1), |file| {
        let second = file[starts[1]..starts[2]].to_vec();
        file.splice(starts[5]..starts[5], second);
    });
    rig.reopen();
    expect_lost(&rig, &[]);
}

#[test]
fn times_survive_as_they_were() {
    let (mut rig, _) = ten_records();
    rig.reopen();
    let times: Vec<UnixNanos> = rig.peek().unwrap().records().map(|r| r.time).collect();
    assert!(times.is_sorted_by(|a, b| a < b));
}
